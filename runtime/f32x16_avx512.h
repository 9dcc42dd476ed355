/* f32x16_avx512.h: sixteen floats, for AVX-512 F, BW, DQ and VL (Skylake-X, Ice Lake, Zen 4 and later).
 *
 * Generated code consists of calls of these functions, and of C's own + - * / on values of the type. lcc copies
 * the blocks that a model uses. A block is a run of lines between blank lines, and is either preamble or one
 * function. README.md beside this file says what each function promises, where the constants come from, and
 * what has to stand around the functions. One lane has no parts, so there is no load_part and no
 * store_part. */
#include <immintrin.h>
#include <stdint.h>

#ifndef LCC_INLINE
#define LCC_INLINE __attribute__((always_inline))
#endif

typedef __m512 f32x16;

/* 16 floats from any address. */
static inline LCC_INLINE f32x16 f32x16_load(const float *p) { return _mm512_loadu_ps(p); }

/* 16 floats to any address. */
static inline LCC_INLINE void f32x16_store(float *p, f32x16 v) { _mm512_storeu_ps(p, v); }

/* The first n floats, 0 < n < 16, zeros behind them. Memory behind them is not touched. */
static inline LCC_INLINE f32x16 f32x16_load_part(const float *p, int n) {
    return _mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1u), p);
}

/* Stores the first n lanes, 0 < n < 16, and no other byte. */
static inline LCC_INLINE void f32x16_store_part(float *p, f32x16 v, int n) {
    _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1u), v);
}

/* x in every lane. */
static inline LCC_INLINE f32x16 f32x16_set1(float x) { return _mm512_set1_ps(x); }

/* 0 in every lane. */
static inline LCC_INLINE f32x16 f32x16_zero(void) { return _mm512_setzero_ps(); }

/* 16 halves (IEEE 754 binary16) from any even address, as floats. */
static inline LCC_INLINE f32x16 f32x16_load_f16(const uint16_t *p) {
    return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i_u *)(const void *)p));
}

/* 16 floats that stand among halves, at any even address. */
static inline LCC_INLINE f32x16 f32x16_load_wide(const uint16_t *p) { return _mm512_loadu_ps(p); }

/* 16 bytes 0..255 as floats. */
static inline LCC_INLINE f32x16 f32x16_load_u8(const uint8_t *p) {
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i_u *)(const void *)p)));
}

/* The first n of them, 0 < n < 16, zeros behind. */
static inline LCC_INLINE f32x16 f32x16_load_u8_part(const uint8_t *p, int n) {
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8((__mmask16)((1u << n) - 1u), p)));
}

/* 16 bytes -128..127 as floats. */
static inline LCC_INLINE f32x16 f32x16_load_i8(const int8_t *p) {
    return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i_u *)(const void *)p)));
}

/* The first n of them, 0 < n < 16, zeros behind. */
static inline LCC_INLINE f32x16 f32x16_load_i8_part(const int8_t *p, int n) {
    return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_maskz_loadu_epi8((__mmask16)((1u << n) - 1u), p)));
}

/* The first eight lanes: no instruction. */
static inline LCC_INLINE __m256 f32x16_low8(f32x16 v) { return _mm512_castps512_ps256(v); }

/* The first four lanes: no instruction. */
static inline LCC_INLINE __m128 f32x16_low4(f32x16 v) { return _mm512_castps512_ps128(v); }

/* a * b + c, rounded once. */
static inline LCC_INLINE f32x16 f32x16_fma(f32x16 a, f32x16 b, f32x16 c) { return _mm512_fmadd_ps(a, b, c); }

/* a > b ? a : b: the second where either is NaN. */
static inline LCC_INLINE f32x16 f32x16_max(f32x16 a, f32x16 b) { return _mm512_max_ps(a, b); }

/* a < b ? a : b: the second where either is NaN. */
static inline LCC_INLINE f32x16 f32x16_min(f32x16 a, f32x16 b) { return _mm512_min_ps(a, b); }

/* |v|. */
static inline LCC_INLINE f32x16 f32x16_abs(f32x16 v) { return _mm512_abs_ps(v); }

/* The sum of the lanes, pairwise. */
static inline LCC_INLINE float f32x16_sum(f32x16 v) { return _mm512_reduce_add_ps(v); }

/* The largest lane. */
static inline LCC_INLINE float f32x16_hmax(f32x16 v) { return _mm512_reduce_max_ps(v); }

/* max(v, 0); NaN stays. */
static inline LCC_INLINE f32x16 f32x16_relu(f32x16 v) { return f32x16_max(f32x16_zero(), v); }

/* min(max(v, 0), 6); NaN stays. */
static inline LCC_INLINE f32x16 f32x16_relu6(f32x16 v) {
    return f32x16_min(f32x16_set1(6.0f), f32x16_max(f32x16_zero(), v));
}

/* relu6(v + 3) / 6, by the reciprocal of 6. */
static inline LCC_INLINE f32x16 f32x16_hsigmoid(f32x16 v) {
    return f32x16_relu6(v + f32x16_set1(3.0f)) * f32x16_set1(1.0f / 6.0f);
}

/* v * hsigmoid(v). */
static inline LCC_INLINE f32x16 f32x16_hswish(f32x16 v) { return v * f32x16_hsigmoid(v); }

/* v where v >= 0, else slope * v; of any finite slope. */
static inline LCC_INLINE f32x16 f32x16_leaky_relu(f32x16 v, float slope) {
    return _mm512_mask_mul_ps(v, _mm512_cmp_ps_mask(v, _mm512_setzero_ps(), _CMP_LT_OQ), v,
                              _mm512_set1_ps(slope));
}

/* exp(x) = 2^n (1 + h): sets *n and returns h. `limited` is x, or the nearest bound where x may lie too far
 * out: n is made of it alone. For |limited| <= 104; the relative error is 2^-28. Where x lies above the bound h
 * grows without end, to infinity, so that the overflow comes from h and 2^n stays finite. */
static inline LCC_INLINE f32x16 f32x16_exp_parts(f32x16 x, f32x16 limited, f32x16 *n) {
    *n = _mm512_roundscale_ps(limited * f32x16_set1(1.442695f), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    f32x16 r = _mm512_fnmadd_ps(*n, f32x16_set1(0.693145751953125f), x);
    r = _mm512_fnmadd_ps(*n, f32x16_set1(1.4286068e-06f), r);
    f32x16 q = f32x16_fma(r, f32x16_set1(0.0013838903f), f32x16_set1(0.0083691925f));
    q = f32x16_fma(r, q, f32x16_set1(0.041668102f));
    q = f32x16_fma(r, q, f32x16_set1(0.16666517f));
    q = f32x16_fma(r, q, f32x16_set1(0.49999994f));
    return f32x16_fma(r * r, q, r);
}

/* exp(x): 0 below -104, infinity above 88.73; NaN stays. */
static inline LCC_INLINE f32x16 f32x16_exp(f32x16 x) {
    x = f32x16_max(f32x16_set1(-104.0f), f32x16_min(f32x16_set1(89.0f), x));
    f32x16 n;
    f32x16 h = f32x16_exp_parts(x, x, &n);
    return _mm512_scalef_ps(f32x16_set1(1.0f) + h, n);
}

/* 1 + exp(-x); infinity below -88.73; NaN stays. A shorter way than exp_parts, since the 1 hides what is lost:
 * n is rounded by adding 1.5 * 2^23, whose last bits then hold it, and 2^n is made of these bits; ln 2 is one
 * float; exp(r) is 1 + r q(r) with q of degree 4, its relative error 2^-23. In all exp(-x) is right to 2 ulp
 * for x > -10 and to 5 ulp at x = -88, where n takes the error of ln 2 a hundred times. n is made of an x of at
 * least -88, so that 2^n stays finite; below that r and q grow without end, and the overflow comes from them.
 */
static inline LCC_INLINE f32x16 f32x16_one_plus_exp_minus(f32x16 x) {
    x = f32x16_min(f32x16_set1(87.0f), x);
    f32x16 limited = f32x16_max(f32x16_set1(-88.0f), x);
    f32x16 shifted = f32x16_fma(limited, f32x16_set1(-1.442695f), f32x16_set1(12582912.0f));
    f32x16 n = shifted - f32x16_set1(12582912.0f);
    f32x16 r = _mm512_fnmsub_ps(n, f32x16_set1(0.6931472f), x);
    f32x16 q = f32x16_fma(r, f32x16_set1(0.008290292f), f32x16_set1(0.041898042f));
    q = f32x16_fma(r, q, f32x16_set1(0.16667637f));
    q = f32x16_fma(r, q, f32x16_set1(0.49999148f));
    q = f32x16_fma(r, q, f32x16_set1(0.9999997f));
    __m512i exponent = _mm512_slli_epi32(_mm512_castps_si512(shifted), 23);
    f32x16 power = _mm512_castsi512_ps(_mm512_add_epi32(exponent, _mm512_set1_epi32(127 << 23)));
    return f32x16_fma(power * r, q, power + f32x16_set1(1.0f));
}

/* 1 / (1 + exp(-x)); 0 below -88.73; NaN stays. */
static inline LCC_INLINE f32x16 f32x16_sigmoid(f32x16 x) {
    return f32x16_set1(1.0f) / f32x16_one_plus_exp_minus(x);
}

/* x * sigmoid(x); -0 below -88.73, but NaN at -infinity; NaN stays. */
static inline LCC_INLINE f32x16 f32x16_swish(f32x16 x) { return x / f32x16_one_plus_exp_minus(x); }

/* tanh(x) = e / (e + 2) with e = exp(2 |x|) - 1, and the sign of x. e loses nothing near 0: it is
 * 2^n h + (2^n - 1), where n is 0 for small x. Past 10 the result is 1. NaN stays. */
static inline LCC_INLINE f32x16 f32x16_tanh(f32x16 x) {
    f32x16 a = f32x16_min(f32x16_set1(20.0f), f32x16_abs(x + x));
    f32x16 n;
    f32x16 h = f32x16_exp_parts(a, a, &n);
    f32x16 power = _mm512_scalef_ps(f32x16_set1(1.0f), n);
    f32x16 e = f32x16_fma(power, h, power - f32x16_set1(1.0f));
    f32x16 sign = _mm512_and_ps(x, f32x16_set1(-0.0f));
    return _mm512_or_ps(e / (e + f32x16_set1(2.0f)), sign);
}
