/* i32x8_turns.h: windows of depthwise layers that take two taps at once, for AVX2: stands behind i32x8_avx2.h,
 * and before i32xN_pairs.h. The two vectors of a block have four channels in turns, as instructions interleave
 * them: the first one has channels 0 to 3 and 8 to 11. Packing puts them in order again. */
#include <immintrin.h>
#include <stdint.h>

/* A tap of up to 16 channels, as int16. */
typedef __m256i i32xN_taps;

/* Widened as they are loaded, codes take no instruction more. */
static inline LCC_INLINE i32xN_taps i32xN_load_taps(const int8_t *p, int channels) {
    if (channels == 16) return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i_u *)(const void *)p));
    if (channels == 8) return _mm256_cvtepi8_epi16(_mm_loadl_epi64((const __m128i_u *)(const void *)p));
    int8_t part[16] = {0};
    memcpy(part, p, (size_t)channels);
    return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i_u *)(const void *)part));
}

/* Two taps, side by side. */
static inline LCC_INLINE i32xN_two i32xN_pair(i32xN_taps a, i32xN_taps b) {
    return (i32xN_two){(i32xN)_mm256_unpacklo_epi16(a, b), (i32xN)_mm256_unpackhi_epi16(a, b)};
}

/* sum + the products of two taps and their weights, which are int16. GCC would add up the products of several
 * taps before it adds them to a sum, and keep them in memory until then: the empty instruction takes the sum as
 * it is. */
static inline LCC_INLINE i32xN_two i32xN_dots(i32xN_two x, const int8_t *w, i32xN_two sum) {
    i32xN a = i32xN_dot(x.a, i32xN_load_i32(w), sum.a), b = i32xN_dot(x.b, i32xN_load_i32(w + 32), sum.b);
    __asm__("" : "+x"(a), "+x"(b));
    return (i32xN_two){a, b};
}

/* A pixel's sums on the way to codes. Where floats are proved, `codes` has the codes as int16, in the order of
 * the channels; else the upper halves of i32xN_scale, four channels from each of 0, 4, 8 and 12 on in turns,
 * and `low` the lower halves. */
typedef struct i32xN_turned {
    __m256i codes, low;
} i32xN_turned;

static inline LCC_INLINE i32xN_turned i32xN_turn(i32xN_two v, i32xN_by by_a, i32xN_by by_b,
                                                 const i32xN_ending *end) {
    i32xN_turned t = {_mm256_setzero_si256(), _mm256_setzero_si256()};
    if (end->way != i32xN_TESTED) {
        t.codes = _mm256_packs_epi32(i32xN_proved(v.a, by_a), i32xN_proved(v.b, by_b));
    } else if (end->close > 0) {
        const float moved = ((float)end->zero + 0.5f) * 65536 + (float)i32xN_off(end->close);
        t.codes = i32xN_halves(i32xN_scale(v.a, by_a, moved, end->twice),
                               i32xN_scale(v.b, by_b, moved, end->twice), &t.low);
    }
    return t;
}

/* Stores the codes of two pixels, a and b, of so many channels. There are no tables. */
static inline LCC_INLINE void i32xN_end_both(int8_t *y_a, i32xN_turned a, int8_t *y_b, i32xN_turned b,
                                             int channels, const i32xN_ending *end) {
    __m128i to_a, to_b;
    if (end->way != i32xN_TESTED) {
        to_a = _mm_packs_epi16(_mm256_castsi256_si128(a.codes), _mm256_extracti128_si256(a.codes, 1));
        to_b = _mm_packs_epi16(_mm256_castsi256_si128(b.codes), _mm256_extracti128_si256(b.codes, 1));
    } else {
        const __m256i in_order =
            _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15));
        const __m256i codes = _mm256_shuffle_epi8(_mm256_packs_epi16(a.codes, b.codes), in_order);
        const __m128i low = _mm256_castsi256_si128(codes), high = _mm256_extracti128_si256(codes, 1);
        to_a = _mm_unpacklo_epi64(low, high), to_b = _mm_unpackhi_epi64(low, high);
    }
    i32xN_store_bytes(y_a, i32xN_within(_mm256_castsi128_si256(to_a), end->least, end->most), channels);
    i32xN_store_bytes(y_b, i32xN_within(_mm256_castsi128_si256(to_b), end->least, end->most), channels);
}

/* The same for one pixel. */
static inline LCC_INLINE void i32xN_end_turns(int8_t *y, i32xN_turned t, int channels,
                                              const i32xN_ending *end) {
    i32xN_end_both(y, t, y, t, channels, end);
}

/* The least lower halves, those of t among them. */
static inline LCC_INLINE i32xN i32xN_lower(i32xN low, i32xN_turned t) {
    return (i32xN)_mm256_min_epu16((__m256i)low, t.low);
}

/* Whether the codes with these lower halves may be wrong. */
static inline LCC_INLINE int i32xN_is_close(i32xN low, const i32xN_ending *end) {
    return end->close <= 0 || i32xN_is_below((__m256i)low, 2 * i32xN_off(end->close));
}

/* Makes codes of pixels anew, `step` bytes apart, where they may be wrong. */
__attribute__((noinline)) static void i32xN_end_again(int8_t *y, int64_t step, int pixels,
                                                      const i32xN_two *sums, const int8_t *scales, int channels,
                                                      const i32xN_ending *end) {
    const i32xN_by by_a = i32xN_load_by(scales, 16, 0), by_b = i32xN_load_by(scales, 16, 8);
    for (int i = 0; i < pixels; i++) {
        const i32xN_turned t = i32xN_turn(sums[i], by_a, by_b, end);
        if (!i32xN_is_close((i32xN)t.low, end)) continue;
        const __m256i a = (__m256i)sums[i].a, b = (__m256i)sums[i].b;
        const i32xN kept[] = {(i32xN)_mm256_permute2x128_si256(a, b, 0x20),
                              (i32xN)_mm256_permute2x128_si256(a, b, 0x31)};
        i32xN_end_exactly(y + i * step, NULL, kept, scales, 16, channels, end);
    }
}

/* Ends pixels whose codes are stored, from the least lower halves of all of them. Codes are made anew here and
 * not before, since a function that is called leaves no vectors in registers. */
static inline LCC_INLINE void i32xN_end_tested(int8_t *y, int64_t step, int pixels, const i32xN_two *sums,
                                               i32xN low, const int8_t *scales, int channels,
                                               const i32xN_ending *end) {
    if (__builtin_expect(i32xN_is_close(low, end), 0))
        i32xN_end_again(y, step, pixels, sums, scales, channels, end);
}
