/* i32x8_inputs.h: how inputs become int16 or uint8 in a tile, for AVX2: stands behind i32xN_end.h.
 *
 * Vectors are stored whole, also the last one, which may hold some inputs again: pairs of inputs are loaded
 * soon, and a load waits where it takes from two stores. */
#include <immintrin.h>
#include <stdint.h>

/* Stores x as an int16. */
static inline LCC_INLINE void i32xN_put_i16(void *to, int32_t x) {
    const int16_t wide = (int16_t)x;
    memcpy(to, &wide, sizeof wide);
}

/* Stores eight int8 as int16. */
static inline LCC_INLINE void i32xN_widen_eight_i8(int8_t *to, const int8_t *from) {
    const __m128i codes = _mm_loadl_epi64((const __m128i_u *)(const void *)from);
    _mm_storeu_si128((__m128i_u *)(void *)to, _mm_cvtepi8_epi16(codes));
}

/* Stores n int8 as int16. */
static inline LCC_INLINE void i32xN_widen_i8(int8_t *to, const int8_t *from, int n) {
    int i = 0;
    for (; i + 16 <= n; i += 16) {
        const __m128i codes = _mm_loadu_si128((const __m128i_u *)(const void *)(from + i));
        _mm256_storeu_si256((__m256i_u *)(void *)(to + 2 * i), _mm256_cvtepi8_epi16(codes));
    }
    for (; i + 8 <= n; i += 8) i32xN_widen_eight_i8(to + 2 * i, from + i);
    if (i < n && n > 8) i32xN_widen_eight_i8(to + 2 * n - 16, from + n - 8);
    for (; i < n && n < 8; i++) i32xN_put_i16(to + 2 * i, from[i]);
}

/* Eight codes that lie 2 to 4 bytes apart, as int16. No other bytes are read than those from the first to the
 * last one: two loads begin and end with these. Compilers make constants of the places. */
static inline LCC_INLINE __m128i i32xN_eight_apart(const int8_t *from, int step) {
    const int size = step > 2 ? 16 : 8, last = 7 * step + 1 - size;
    int8_t in_first[16], in_last[16]; /* the places of codes, which go to the upper halves; -1 makes zeros */
    for (int i = 0; i < 8; i++) {
        const int at = i * step;
        in_first[2 * i] = in_last[2 * i] = -1;
        in_first[2 * i + 1] = (int8_t)(at < size ? at : -1);
        in_last[2 * i + 1] = (int8_t)(at < size ? -1 : at - last);
    }
    const __m128i_u *const p = (const void *)from, *const q = (const void *)(from + last);
    const __m128i a = step > 2 ? _mm_loadu_si128(p) : _mm_loadl_epi64(p);
    const __m128i b = step > 2 ? _mm_loadu_si128(q) : _mm_loadl_epi64(q);
    const __m128i first = _mm_shuffle_epi8(a, _mm_loadu_si128((const void *)in_first));
    const __m128i second = _mm_shuffle_epi8(b, _mm_loadu_si128((const void *)in_last));
    return _mm_srai_epi16(_mm_or_si128(first, second), 8);
}

/* Stores n int8 that lie `step` apart as int16. */
static inline LCC_INLINE void i32xN_gather_i16(int8_t *to, const int8_t *from, int step, int n) {
    int i = 0;
    if (step >= 2 && step <= 4 && n >= 8) {
        for (; i + 8 <= n; i += 8)
            _mm_storeu_si128((__m128i_u *)(void *)(to + 2 * i), i32xN_eight_apart(from + i * step, step));
        if (i < n)
            _mm_storeu_si128((__m128i_u *)(void *)(to + 2 * n - 16),
                             i32xN_eight_apart(from + (n - 8) * step, step));
        i = n;
    }
    for (; i < n; i++) i32xN_put_i16(to + 2 * i, from[i * step]);
}

/* Stores eight uint8 as int16. */
static inline LCC_INLINE void i32xN_widen_eight_u8(int8_t *to, const uint8_t *from) {
    const __m128i codes = _mm_loadl_epi64((const __m128i_u *)(const void *)from);
    _mm_storeu_si128((__m128i_u *)(void *)to, _mm_cvtepu8_epi16(codes));
}

/* Stores n uint8 as int16. */
static inline LCC_INLINE void i32xN_widen_u8(int8_t *to, const uint8_t *from, int n) {
    int i = 0;
    for (; i + 16 <= n; i += 16) {
        const __m128i codes = _mm_loadu_si128((const __m128i_u *)(const void *)(from + i));
        _mm256_storeu_si256((__m256i_u *)(void *)(to + 2 * i), _mm256_cvtepu8_epi16(codes));
    }
    for (; i + 8 <= n; i += 8) i32xN_widen_eight_u8(to + 2 * i, from + i);
    if (i < n && n > 8) i32xN_widen_eight_u8(to + 2 * n - 16, from + n - 8);
    for (; i < n && n < 8; i++) i32xN_put_i16(to + 2 * i, from[i]);
}

/* Stores eight int8 as uint8, raised by 128. */
static inline LCC_INLINE void i32xN_raise_eight_i8(int8_t *to, const int8_t *from) {
    const __m128i codes = _mm_loadl_epi64((const __m128i_u *)(const void *)from);
    _mm_storel_epi64((__m128i_u *)(void *)to, _mm_xor_si128(codes, _mm_set1_epi8(-128)));
}

/* Stores n int8 that lie `step` apart as uint8, raised by 128. */
static inline LCC_INLINE void i32xN_gather_raised(int8_t *to, const int8_t *from, int step, int n) {
    int i = 0;
    for (; step >= 2 && step <= 4 && i + 8 <= n; i += 8) {
        const __m128i codes = i32xN_eight_apart(from + i * step, step);
        _mm_storel_epi64((__m128i_u *)(void *)(to + i),
                         _mm_xor_si128(_mm_packs_epi16(codes, codes), _mm_set1_epi8(-128)));
    }
    for (; i < n; i++) to[i] = (int8_t)(from[i * step] ^ -128);
}

/* Stores n int8 as uint8, raised by 128. */
static inline LCC_INLINE void i32xN_raise_i8(int8_t *to, const int8_t *from, int n) {
    int i = 0;
    for (; i + 32 <= n; i += 32) {
        const __m256i codes = _mm256_loadu_si256((const __m256i_u *)(const void *)(from + i));
        _mm256_storeu_si256((__m256i_u *)(void *)(to + i), _mm256_xor_si256(codes, _mm256_set1_epi8(-128)));
    }
    for (; i + 8 <= n; i += 8) i32xN_raise_eight_i8(to + i, from + i);
    if (i < n && n > 8) i32xN_raise_eight_i8(to + n - 8, from + n - 8);
    for (; i < n && n < 8; i++) to[i] = (int8_t)(from[i] ^ -128);
}
