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
