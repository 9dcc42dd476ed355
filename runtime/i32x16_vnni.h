/* i32x16_vnni.h: how tiles of sixteen sums take four inputs at once, for AVX-512 with VNNI (Ice Lake, Zen 4 and
 * later). The instruction multiplies bytes without a sign by bytes with one, and adds four products to each
 * lane, exactly. So int8 are raised by 128 when they are read; the biases contain what that adds. */
#include <immintrin.h>
#include <stdint.h>

/* The weights of four inputs for each lane. */
static inline LCC_INLINE i32xN i32xN_load_dots(const int8_t *p) {
    return (i32xN)_mm512_loadu_si512((const void *)p);
}

/* Four uint8 in all lanes. */
static inline LCC_INLINE i32xN i32xN_spread_u8(const void *p) {
    int32_t four;
    memcpy(&four, p, sizeof four);
    return (i32xN)_mm512_set1_epi32(four);
}

/* Four int8 in all lanes, raised by 128. */
static inline LCC_INLINE i32xN i32xN_spread_i8(const void *p) {
    return (i32xN)_mm512_xor_si512((__m512i)i32xN_spread_u8(p), _mm512_set1_epi32((int32_t)0x80808080u));
}

/* The same of 0 < n < 4 bytes, which have weights of 0 behind them. */
static inline LCC_INLINE i32xN i32xN_spread_u8_part(const void *p, int n) {
    int32_t four = 0;
    memcpy(&four, p, (size_t)n);
    return (i32xN)_mm512_set1_epi32(four);
}

static inline LCC_INLINE i32xN i32xN_spread_i8_part(const void *p, int n) {
    return (i32xN)_mm512_xor_si512((__m512i)i32xN_spread_u8_part(p, n),
                                   _mm512_set1_epi32((int32_t)0x80808080u));
}

/* sum + the products of four inputs and their weights, in each lane. */
static inline LCC_INLINE i32xN i32xN_dot(i32xN x, i32xN w, i32xN sum) {
    return (i32xN)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)x, (__m512i)w);
}

/* The sums that so many biases begin. */
static inline LCC_INLINE i32xN_four i32xN_begin_four(const int8_t *w) {
    return (i32xN_four){i32xN_load_dots(w), i32xN_load_dots(w + 64), i32xN_load_dots(w + 128),
                        i32xN_load_dots(w + 192)};
}

/* sum + the products of four taps and their weights. */
static inline LCC_INLINE i32xN_four i32xN_dots(i32xN_four x, const int8_t *w, i32xN_four sum) {
    return (i32xN_four){
        i32xN_dot(x.a, i32xN_load_dots(w), sum.a), i32xN_dot(x.b, i32xN_load_dots(w + 64), sum.b),
        i32xN_dot(x.c, i32xN_load_dots(w + 128), sum.c), i32xN_dot(x.d, i32xN_load_dots(w + 192), sum.d)};
}

/* The codes of so many channels, raised. */
static inline LCC_INLINE __m512i i32xN_load_channels(const void *p, int raised, int channels) {
    const __m512i v = channels == 64 ? _mm512_loadu_si512(p)
                                     : _mm512_maskz_loadu_epi8(((__mmask64)1 << (channels & 63)) - 1, p);
    return raised ? _mm512_xor_si512(v, _mm512_set1_epi8((int8_t)raised)) : v;
}

/* The codes p to s of each channel, side by side. */
static inline LCC_INLINE i32xN_four i32xN_interleave(__m512i p, __m512i q, __m512i r, __m512i s) {
    const __m512i low = _mm512_unpacklo_epi8(p, q), high = _mm512_unpackhi_epi8(p, q);
    const __m512i next_low = _mm512_unpacklo_epi8(r, s), next_high = _mm512_unpackhi_epi8(r, s);
    return (i32xN_four){
        (i32xN)_mm512_unpacklo_epi16(low, next_low), (i32xN)_mm512_unpackhi_epi16(low, next_low),
        (i32xN)_mm512_unpacklo_epi16(high, next_high), (i32xN)_mm512_unpackhi_epi16(high, next_high)};
}

/* One tap to four taps of a window, of so many channels. Those behind them have weights of 0. */
static inline LCC_INLINE i32xN_four i32xN_column1(const void *p, int raised, int channels) {
    const __m512i none = _mm512_setzero_si512();
    return i32xN_interleave(i32xN_load_channels(p, raised, channels), none, none, none);
}

static inline LCC_INLINE i32xN_four i32xN_column2(const void *p, const void *q, int raised, int channels) {
    const __m512i none = _mm512_setzero_si512();
    return i32xN_interleave(i32xN_load_channels(p, raised, channels), i32xN_load_channels(q, raised, channels),
                            none, none);
}

static inline LCC_INLINE i32xN_four i32xN_column3(const void *p, const void *q, const void *r, int raised,
                                                  int channels) {
    return i32xN_interleave(i32xN_load_channels(p, raised, channels), i32xN_load_channels(q, raised, channels),
                            i32xN_load_channels(r, raised, channels), _mm512_setzero_si512());
}

static inline LCC_INLINE i32xN_four i32xN_column4(const void *p, const void *q, const void *r, const void *s,
                                                  int raised, int channels) {
    return i32xN_interleave(i32xN_load_channels(p, raised, channels), i32xN_load_channels(q, raised, channels),
                            i32xN_load_channels(r, raised, channels), i32xN_load_channels(s, raised, channels));
}

/* Taps that lie outside of the map. */
static inline LCC_INLINE i32xN_four i32xN_outside(int raised_code) {
    const i32xN v = (i32xN)_mm512_set1_epi8((int8_t)raised_code);
    return (i32xN_four){v, v, v, v};
}
