/* i32x8_joined.h: the codes of several pixels at once, whose sums are four vectors, for AVX2: stands behind
 * i32x8_avx2.h.
 *
 * Packing takes as long for one vector as for four, and so do the tests where floats are not proved. */
#include <immintrin.h>
#include <stdint.h>

/* What i32xN_joined_of reads and writes: the pixels' codes lie y_step bytes apart, those of the residual
 * r_step.
 */
typedef struct i32xN_pixels {
    int8_t *y;
    int64_t y_step;
    const int8_t *r; /* NULL: there is no residual */
    int64_t r_step;
} i32xN_pixels;

/* The residual's codes for vector i of four, where a pixel has n of them. */
static inline LCC_INLINE __m256i i32xN_residual(int n, const i32xN_pixels *p, int i, int channels) {
    const int left = channels - i % n * 8;
    return _mm256_cvtepi8_epi32(i32xN_load_few(p->r + i / n * p->r_step + i % n * 8, left < 8 ? left : 8));
}

/* The codes of sums, and of a residual's codes z, where floats are proved for both. The first codes stay
 * floats: they are rounded and brought within their range as such. */
static inline LCC_INLINE __m256i i32xN_proved_twice(i32xN sum, i32xN_by by, __m256i z,
                                                    const i32xN_ending *end) {
    const i32xN_sum *const k = end->sum;
    enum { NEAREST = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC };
    const __m256 x = _mm256_cvtepi32_ps((__m256i)sum), zero = _mm256_set1_ps((float)end->zero);
    const __m256 least = _mm256_set1_ps((float)(end->least - end->zero));
    const __m256 most = _mm256_set1_ps((float)(end->most - end->zero));
    const __m256 code = _mm256_round_ps(_mm256_fmadd_ps(x, by.factor, by.second), NEAREST);
    const __m256 within = _mm256_min_ps(_mm256_max_ps(_mm256_sub_ps(code, zero), least), most);
    const __m256 wide = _mm256_cvtepi32_ps(_mm256_sub_epi32(z, _mm256_set1_epi32(k->z_zero)));
    const __m256 inner = _mm256_fmadd_ps(wide, _mm256_set1_ps(k->z_by), _mm256_set1_ps(k->offset));
    return _mm256_cvtps_epi32(_mm256_fmadd_ps(within, _mm256_set1_ps(k->x_by), inner));
}

/* The codes of n vectors of a pixel, from four of them, side by side. */
static inline LCC_INLINE __m256i i32xN_load_joined(int n, const int8_t *r, int64_t step, int channels) {
    const __m128i a = i32xN_load_some(r, channels);
    const __m128i b = i32xN_load_some(r + step, channels);
    if (n == 2) return _mm256_inserti128_si256(_mm256_castsi128_si256(a), b, 1);
    const __m128i c = i32xN_load_some(r + 2 * step, channels);
    const __m128i d = i32xN_load_some(r + 3 * step, channels);
    const __m256i low = _mm256_castsi128_si256(_mm_unpacklo_epi64(a, b));
    return _mm256_inserti128_si256(low, _mm_unpacklo_epi64(c, d), 1);
}

/* Stores such codes of each pixel. */
static inline LCC_INLINE void i32xN_store_joined(int n, int8_t *y, int64_t step, int channels, __m256i codes) {
    const __m128i low = _mm256_castsi256_si128(codes), high = _mm256_extracti128_si256(codes, 1);
    const __m128i second = n == 2 ? high : _mm_unpackhi_epi64(low, low);
    i32xN_store_bytes(y, codes, channels);
    i32xN_store_bytes(y + step, _mm256_castsi128_si256(second), channels);
    if (n == 2) return;
    i32xN_store_bytes(y + 2 * step, _mm256_castsi128_si256(high), channels);
    i32xN_store_bytes(y + 3 * step, _mm256_castsi128_si256(_mm_unpackhi_epi64(high, high)), channels);
}

/* The codes of four vectors of sums. *again: some may be wrong. */
static inline LCC_INLINE __m256i i32xN_tested(const i32xN *sums, const i32xN_by *by, const i32xN_ending *end,
                                              int *again) {
    const int off = i32xN_off(end->close);
    const float moved = ((float)end->zero + 0.5f) * 65536 + (float)off;
    __m256i low_ab, low_cd;
    const __m256i ab = i32xN_halves(i32xN_scale(sums[0], by[0], moved, end->twice),
                                    i32xN_scale(sums[1], by[1], moved, end->twice), &low_ab);
    const __m256i cd = i32xN_halves(i32xN_scale(sums[2], by[2], moved, end->twice),
                                    i32xN_scale(sums[3], by[3], moved, end->twice), &low_cd);
    *again = i32xN_is_below(_mm256_min_epu16(low_ab, low_cd), 2 * off);
    return i32xN_pack(ab, cd, end->least, end->most);
}

/* The codes of pixels of n vectors, one or two, whose sums are four vectors, as i32xN_end_of makes them; there
 * are no tables. */
static inline LCC_INLINE void i32xN_joined_of(int n, const i32xN_pixels *p, const i32xN *sums,
                                              const i32xN_by *by, const int8_t *scales, int channels,
                                              const i32xN_ending *end) {
    int again = 0;
    __m256i codes;
    if (end->way == i32xN_TESTED) {
        codes = i32xN_tested(sums, by, end, &again);
        if (p->r)
            codes =
                i32xN_add_bytes(4, codes, i32xN_load_joined(n, p->r, p->r_step, channels), end->sum, &again);
    } else if (p->r) {
        codes = i32xN_pack_codes(i32xN_proved_twice(sums[0], by[0], i32xN_residual(n, p, 0, channels), end),
                                 i32xN_proved_twice(sums[1], by[1], i32xN_residual(n, p, 1, channels), end),
                                 i32xN_proved_twice(sums[2], by[2], i32xN_residual(n, p, 2, channels), end),
                                 i32xN_proved_twice(sums[3], by[3], i32xN_residual(n, p, 3, channels), end),
                                 end->sum->least, end->sum->most);
    } else {
        codes =
            i32xN_pack_codes(i32xN_proved(sums[0], by[0]), i32xN_proved(sums[1], by[1]),
                             i32xN_proved(sums[2], by[2]), i32xN_proved(sums[3], by[3]), end->least, end->most);
    }
    if (__builtin_expect(again, 0)) {
        /* A copy, so that the sums themselves need not lie in memory. */
        const i32xN kept[4] = {sums[0], sums[1], sums[2], sums[3]};
        for (int i = 0; i < 4 / n; i++)
            i32xN_end_exactly(p->y + i * p->y_step, p->r ? p->r + i * p->r_step : NULL, kept + i * n, scales,
                              8 * n, channels, end);
    } else {
        i32xN_store_joined(n, p->y, p->y_step, channels, codes);
    }
}

/* The codes of four pixels of one vector each. */
static inline LCC_INLINE void i32xN_join1(int8_t *y, int64_t y_step, const int8_t *r, int64_t r_step, i32xN a,
                                          i32xN b, i32xN c, i32xN d, i32xN_by by_a, const int8_t *scales,
                                          int channels, const i32xN_ending *end) {
    i32xN_joined_of(1, &(i32xN_pixels){y, y_step, r, r_step}, (const i32xN[]){a, b, c, d},
                    (const i32xN_by[]){by_a, by_a, by_a, by_a}, scales, channels, end);
}

/* The codes of two pixels of two vectors each: a and b, and c and d. */
static inline LCC_INLINE void i32xN_join2(int8_t *y, int64_t y_step, const int8_t *r, int64_t r_step, i32xN a,
                                          i32xN b, i32xN c, i32xN d, i32xN_by by_a, i32xN_by by_b,
                                          const int8_t *scales, int channels, const i32xN_ending *end) {
    i32xN_joined_of(2, &(i32xN_pixels){y, y_step, r, r_step}, (const i32xN[]){a, b, c, d},
                    (const i32xN_by[]){by_a, by_b, by_a, by_b}, scales, channels, end);
}
