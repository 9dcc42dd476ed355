/* i32x16_rescale.h: the rescales of sixteen int32 for AVX-512, which multiplies the even lanes of 32 bits
 * to 64. It stands for the functions of these names in i32xN.h. */
#include <immintrin.h>
#include <stdint.h>

#ifndef LCC_INLINE
#define LCC_INLINE __attribute__((always_inline))
#endif

typedef int32_t i32xN __attribute__((vector_size(LANES * 4)));
typedef uint32_t i32xN_unsigned __attribute__((vector_size(LANES * 4)));
typedef int64_t i32xN_wide __attribute__((vector_size(LANES * 8)));
typedef uint64_t i32xN_wide_unsigned __attribute__((vector_size(LANES * 8)));
typedef int8_t i32xN_i8 __attribute__((vector_size(LANES)));
typedef uint8_t i32xN_u8 __attribute__((vector_size(LANES)));

/* v * multiplier, exactly, plus what is rounded up: of the even lanes and of the odd ones. */
static inline LCC_INLINE void i32xN_products(i32xN v, i32xN multiplier, __m512i half_even, __m512i half_odd,
                                             __m512i *even, __m512i *odd) {
    const __m512i x = (__m512i)v, by = (__m512i)multiplier;
    *even = _mm512_add_epi64(_mm512_mul_epi32(x, by), half_even);
    *odd = _mm512_add_epi64(_mm512_mul_epi32(_mm512_srli_epi64(x, 32), _mm512_srli_epi64(by, 32)), half_odd);
}

/* The lower halves of `even`, and in the odd lanes the upper halves of `odd`. */
static inline LCC_INLINE __m512i i32xN_joined(__m512i even, __m512i odd) {
    return _mm512_mask_blend_epi32(0xaaaa, even, odd);
}

/* v * multiplier * 2^(shift - 31): the exact product, rounded once, halves up. No multiplier is below 0, each
 * shift is -31 to 30. */
static inline LCC_INLINE i32xN i32xN_rescale_once(i32xN v, i32xN multiplier, i32xN shift) {
    const __m512i one = _mm512_set1_epi64(1);
    const __m512i right = _mm512_sub_epi32(_mm512_set1_epi32(31), (__m512i)shift);
    const __m512i right_even = _mm512_and_si512(right, _mm512_set1_epi64(0xffffffff));
    const __m512i right_odd = _mm512_srli_epi64(right, 32);
    const __m512i half_even = _mm512_sllv_epi64(one, _mm512_sub_epi64(right_even, one));
    const __m512i half_odd = _mm512_sllv_epi64(one, _mm512_sub_epi64(right_odd, one));
    __m512i even, odd;
    i32xN_products(v, multiplier, half_even, half_odd, &even, &odd);
    odd = _mm512_slli_epi64(_mm512_srav_epi64(odd, right_odd), 32);
    return (i32xN)i32xN_joined(_mm512_srav_epi64(even, right_even), odd);
}

/* The same, rounded twice: the high half of the doubled product, halves up; then the shift to the right, halves
 * away from zero. A shift to the left comes first. */
static inline LCC_INLINE i32xN i32xN_rescale_tflite(i32xN v, i32xN multiplier, i32xN shift) {
    const __m512i none = _mm512_setzero_si512(), ones = _mm512_set1_epi32(1);
    const __m512i left = _mm512_max_epi32((__m512i)shift, none);
    const __m512i right = _mm512_sub_epi32(left, (__m512i)shift);
    const __m512i half = _mm512_set1_epi64(INT64_C(1) << 30);
    __m512i even, odd;
    i32xN_products((i32xN)_mm512_sllv_epi32((__m512i)v, left), multiplier, half, half, &even, &odd);
    const __m512i high = i32xN_joined(_mm512_srli_epi64(even, 31), _mm512_add_epi64(odd, odd));
    const __m512i mask = _mm512_sub_epi32(_mm512_sllv_epi32(ones, right), ones);
    const __m512i rest = _mm512_and_si512(high, mask);
    const __m512i limit = _mm512_add_epi32(_mm512_srli_epi32(mask, 1), _mm512_srli_epi32(high, 31));
    const __m512i v0 = _mm512_srav_epi32(high, right);
    return (i32xN)_mm512_mask_add_epi32(v0, _mm512_cmpgt_epi32_mask(rest, limit), v0, ones);
}

/* The larger ones. */
static inline LCC_INLINE i32xN i32xN_max(i32xN a, i32xN b) {
    return (i32xN)_mm512_max_epi32((__m512i)a, (__m512i)b);
}

/* The smaller ones. */
static inline LCC_INLINE i32xN i32xN_min(i32xN a, i32xN b) {
    return (i32xN)_mm512_min_epi32((__m512i)a, (__m512i)b);
}
