/* i32x16_bw.h: how tiles of sixteen sums take two inputs at once, for AVX-512 with BW, without VNNI and VBMI
 * (Skylake-X).
 *
 * The multiply-add of pairs of int16 is exact. A tile's inputs are int16 already, and the weights are widened
 * as they are loaded. */
#include <immintrin.h>
#include <stdint.h>

/* The weights of two inputs for each lane. */
static inline LCC_INLINE i32xN i32xN_load_dots(const int8_t *p) {
    return (i32xN)_mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i_u *)(const void *)p));
}

/* Two int16 in all lanes. */
static inline LCC_INLINE i32xN i32xN_spread_i16(const void *p) {
    int32_t two;
    memcpy(&two, p, sizeof two);
    return (i32xN)_mm512_set1_epi32(two);
}

/* sum + the products of two inputs and their weights, in each lane. */
static inline LCC_INLINE i32xN i32xN_dot(i32xN x, i32xN w, i32xN sum) {
    return (i32xN)_mm512_add_epi32((__m512i)sum, _mm512_madd_epi16((__m512i)x, (__m512i)w));
}

/* Stores x as an int16. */
static inline LCC_INLINE void i32xN_put_i16(void *to, int32_t x) {
    const int16_t wide = (int16_t)x;
    memcpy(to, &wide, sizeof wide);
}

/* Stores n int8 as int16. */
static inline LCC_INLINE void i32xN_widen_i8(int8_t *to, const int8_t *from, int n) {
    int i = 0;
    for (; i + 32 <= n; i += 32) {
        const __m256i codes = _mm256_loadu_si256((const __m256i_u *)(const void *)(from + i));
        _mm512_storeu_si512((void *)(to + 2 * i), _mm512_cvtepi8_epi16(codes));
    }
    if (i < n) {
        const __mmask32 rest = ((__mmask32)1 << (n - i)) - 1;
        const __m256i codes = _mm256_maskz_loadu_epi8(rest, (const void *)(from + i));
        _mm512_mask_storeu_epi16((void *)(to + 2 * i), rest, _mm512_cvtepi8_epi16(codes));
    }
}

/* Stores n uint8 as int16. */
static inline LCC_INLINE void i32xN_widen_u8(int8_t *to, const uint8_t *from, int n) {
    int i = 0;
    for (; i + 32 <= n; i += 32) {
        const __m256i codes = _mm256_loadu_si256((const __m256i_u *)(const void *)(from + i));
        _mm512_storeu_si512((void *)(to + 2 * i), _mm512_cvtepu8_epi16(codes));
    }
    if (i < n) {
        const __mmask32 rest = ((__mmask32)1 << (n - i)) - 1;
        const __m256i codes = _mm256_maskz_loadu_epi8(rest, (const void *)(from + i));
        _mm512_mask_storeu_epi16((void *)(to + 2 * i), rest, _mm512_cvtepu8_epi16(codes));
    }
}

/* What the table has for 32 of 64 codes, in the lower bytes of 16 bits; `index` is below 256. */
static inline LCC_INLINE __m512i i32xN_look_up_words(const int8_t *table, __m512i index) {
    const __m512i *const t = (const void *)table;
    const __m512i pair = _mm512_srli_epi16(index, 1);
    const __m512i low = _mm512_permutex2var_epi16(_mm512_loadu_si512(t), pair, _mm512_loadu_si512(t + 1));
    const __m512i high = _mm512_permutex2var_epi16(_mm512_loadu_si512(t + 2), pair, _mm512_loadu_si512(t + 3));
    const __mmask32 upper = _mm512_test_epi16_mask(index, _mm512_set1_epi16(128));
    const __mmask32 second = _mm512_test_epi16_mask(index, _mm512_set1_epi16(1));
    const __m512i both = _mm512_mask_blend_epi16(upper, low, high);
    return _mm512_mask_srli_epi16(both, second, both, 8);
}

/* What the table has for 64 codes: pairs of bytes are looked up. It stands for the function of that name in
 * i32x16_avx512.h, which takes VBMI. */
static inline LCC_INLINE __m512i i32xN_look_up_bytes(const int8_t *table, __m512i codes) {
    const __m512i index = _mm512_xor_si512(codes, _mm512_set1_epi8(-128));
    const __m512i even = i32xN_look_up_words(table, _mm512_and_si512(index, _mm512_set1_epi16(255)));
    const __m512i odd = i32xN_look_up_words(table, _mm512_srli_epi16(index, 8));
    return _mm512_mask_blend_epi8(0xaaaaaaaaaaaaaaaau, even, _mm512_slli_epi16(odd, 8));
}

/* The codes of so many channels, up to 32. */
static inline LCC_INLINE __m256i i32xN_load_channels(const void *p, int channels) {
    if (channels == 32) return _mm256_loadu_si256((const __m256i_u *)p);
    return _mm256_maskz_loadu_epi8(((__mmask32)1 << (channels & 31)) - 1, p);
}

/* A tap of up to 32 channels, of which the second and the third quarter change places. */
typedef __m256i i32xN_taps;

static inline LCC_INLINE i32xN_taps i32xN_load_taps(const int8_t *p, int channels) {
    enum { MIDDLE_IN_TURNS = 0xd8 };
    return _mm256_permute4x64_epi64(i32xN_load_channels(p, channels), MIDDLE_IN_TURNS);
}

/* Two taps, side by side. */
static inline LCC_INLINE i32xN_two i32xN_pair(i32xN_taps a, i32xN_taps b) {
    return (i32xN_two){(i32xN)_mm512_cvtepi8_epi16(_mm256_unpacklo_epi8(a, b)),
                       (i32xN)_mm512_cvtepi8_epi16(_mm256_unpackhi_epi8(a, b))};
}
