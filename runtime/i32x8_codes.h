/* i32x8_codes.h: codes and rescales of eight int32 for AVX2: GCC widens and narrows codes one by one, and AVX2
 * multiplies the even lanes of 32 bits to 64. lcc takes these functions in place of those of the same names in
 * i32xN.h. */
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

/* 8 codes of int8 from any address. */
static inline LCC_INLINE i32xN i32xN_load_i8(const int8_t *p) {
    return (i32xN)_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i_u *)(const void *)p));
}

/* 8 codes of uint8 from any address. */
static inline LCC_INLINE i32xN i32xN_load_u8(const uint8_t *p) {
    return (i32xN)_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i_u *)(const void *)p));
}

/* Stores 8 codes of int8 to any address. */
static inline LCC_INLINE void i32xN_store_i8(int8_t *p, i32xN v) {
    const __m256i lowest = _mm256_broadcastsi128_si256(_mm_setr_epi32(0x0c080400, 0, 0, 0));
    const __m256i bytes = _mm256_shuffle_epi8((__m256i)v, lowest);
    const __m128i low = _mm256_castsi256_si128(bytes), high = _mm256_extracti128_si256(bytes, 1);
    _mm_storel_epi64((__m128i_u *)(void *)p, _mm_unpacklo_epi32(low, high));
}

/* Stores 8 codes of uint8 to any address. */
static inline LCC_INLINE void i32xN_store_u8(uint8_t *p, i32xN v) { i32xN_store_i8((int8_t *)p, v); }

/* v * multiplier, exactly, plus `moved`: of the even lanes and of the odd ones. */
static inline LCC_INLINE void i32xN_products(i32xN v, i32xN multiplier, __m256i moved_even, __m256i moved_odd,
                                             __m256i *even, __m256i *odd) {
    const __m256i x = (__m256i)v, by = (__m256i)multiplier;
    *even = _mm256_add_epi64(_mm256_mul_epi32(x, by), moved_even);
    *odd = _mm256_add_epi64(_mm256_mul_epi32(_mm256_srli_epi64(x, 32), _mm256_srli_epi64(by, 32)), moved_odd);
}

/* v * multiplier * 2^(shift - 31): the exact product, rounded once, halves up. No multiplier is below 0, each
 * shift is -31 to 30. The products are raised by 2^63 while they are shifted. */
static inline LCC_INLINE i32xN i32xN_rescale_once(i32xN v, i32xN multiplier, i32xN shift) {
    const __m256i top = _mm256_set1_epi64x(INT64_MIN), one = _mm256_set1_epi64x(1);
    const __m256i right = _mm256_sub_epi32(_mm256_set1_epi32(31), (__m256i)shift);
    const __m256i right_even = _mm256_and_si256(right, _mm256_set1_epi64x(0xffffffff));
    const __m256i right_odd = _mm256_srli_epi64(right, 32);
    const __m256i half_even = _mm256_sllv_epi64(one, _mm256_sub_epi64(right_even, one));
    const __m256i half_odd = _mm256_sllv_epi64(one, _mm256_sub_epi64(right_odd, one));
    const __m256i top_even = _mm256_srlv_epi64(top, right_even);
    const __m256i top_odd = _mm256_slli_epi64(_mm256_srlv_epi64(top, right_odd), 32);
    const __m256i tops = _mm256_blend_epi32(top_even, top_odd, 0xaa);
    __m256i even, odd;
    i32xN_products(v, multiplier, _mm256_add_epi64(half_even, top), _mm256_add_epi64(half_odd, top), &even,
                   &odd);
    even = _mm256_srlv_epi64(even, right_even);
    odd = _mm256_slli_epi64(_mm256_srlv_epi64(odd, right_odd), 32);
    return (i32xN)_mm256_sub_epi32(_mm256_blend_epi32(even, odd, 0xaa), tops);
}

/* The same, rounded twice: the high half of the doubled product, halves up; then the shift to the right, halves
 * away from zero. A shift to the left comes first. */
static inline LCC_INLINE i32xN i32xN_rescale_tflite(i32xN v, i32xN multiplier, i32xN shift) {
    const __m256i none = _mm256_setzero_si256(), ones = _mm256_set1_epi32(1);
    const __m256i left = _mm256_max_epi32((__m256i)shift, none);
    const __m256i right = _mm256_sub_epi32(left, (__m256i)shift);
    const __m256i half = _mm256_set1_epi64x(INT64_C(1) << 30);
    __m256i even, odd;
    i32xN_products((i32xN)_mm256_sllv_epi32((__m256i)v, left), multiplier, half, half, &even, &odd);
    even = _mm256_srli_epi64(_mm256_add_epi64(even, even), 32);
    const __m256i high = _mm256_blend_epi32(even, _mm256_add_epi64(odd, odd), 0xaa);
    const __m256i mask = _mm256_sub_epi32(_mm256_sllv_epi32(ones, right), ones);
    const __m256i rest = _mm256_and_si256(high, mask);
    const __m256i limit = _mm256_add_epi32(_mm256_srli_epi32(mask, 1), _mm256_srli_epi32(high, 31));
    return (i32xN)_mm256_sub_epi32(_mm256_srav_epi32(high, right), _mm256_cmpgt_epi32(rest, limit));
}

/* The larger ones. */
static inline LCC_INLINE i32xN i32xN_max(i32xN a, i32xN b) {
    return (i32xN)_mm256_max_epi32((__m256i)a, (__m256i)b);
}

/* The smaller ones. */
static inline LCC_INLINE i32xN i32xN_min(i32xN a, i32xN b) {
    return (i32xN)_mm256_min_epi32((__m256i)a, (__m256i)b);
}
