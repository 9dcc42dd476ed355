/* f32x4_fma.h: four floats, where AVX2 and FMA exist (Haswell, Zen and later).
 *
 * Generated code consists of calls of these functions, and of C's own + - * / on values of the type. lcc copies
 * the blocks that a model uses. A block is a run of lines between blank lines, and is either preamble or one
 * function. README.md beside this file says what each function promises, where the constants come from, and
 * what has to stand around the functions. */
#include <immintrin.h>
#include <stdint.h>

#ifndef LCC_INLINE
#define LCC_INLINE __attribute__((always_inline))
#endif

typedef __m128 f32x4;

/* Lanes 0 .. n-1 all ones, the others zero. */
static inline LCC_INLINE __m128i f32x4_mask(int n) {
    return _mm_cmpgt_epi32(_mm_set1_epi32(n), _mm_setr_epi32(0, 1, 2, 3));
}

/* 4 floats from any address. */
static inline LCC_INLINE f32x4 f32x4_load(const float *p) { return _mm_loadu_ps(p); }

/* 4 floats to any address. */
static inline LCC_INLINE void f32x4_store(float *p, f32x4 v) { _mm_storeu_ps(p, v); }

/* The first n floats, 0 < n < 4, zeros behind them. Memory behind them is not touched. */
static inline LCC_INLINE f32x4 f32x4_load_part(const float *p, int n) {
    return _mm_maskload_ps(p, f32x4_mask(n));
}

/* Stores the first n lanes, 0 < n < 4, and no other byte. */
static inline LCC_INLINE void f32x4_store_part(float *p, f32x4 v, int n) {
    _mm_maskstore_ps(p, f32x4_mask(n), v);
}

/* x in every lane. */
static inline LCC_INLINE f32x4 f32x4_set1(float x) { return _mm_set1_ps(x); }

/* 0 in every lane. */
static inline LCC_INLINE f32x4 f32x4_zero(void) { return _mm_setzero_ps(); }

/* The first n bytes, 0 < n <= 4, in the low end of 16, zeros behind. Of four, compilers make one load. */
static inline LCC_INLINE __m128i f32x4_bytes(const uint8_t *p, int n) {
    uint32_t bytes = p[0];
    if (n > 1) bytes |= (uint32_t)p[1] << 8;
    if (n > 2) bytes |= (uint32_t)p[2] << 16;
    if (n > 3) bytes |= (uint32_t)p[3] << 24;
    return _mm_cvtsi32_si128((int)bytes);
}

/* 4 halves (IEEE 754 binary16) from any even address, as floats. With F16C. */
static inline LCC_INLINE f32x4 f32x4_load_f16(const uint16_t *p) {
    return _mm_cvtph_ps(_mm_loadl_epi64((const __m128i_u *)(const void *)p));
}

/* 4 floats that stand among halves, at any even address. */
static inline LCC_INLINE f32x4 f32x4_load_wide(const uint16_t *p) {
    return _mm_loadu_ps((const float *)(const void *)p);
}

/* 4 bytes 0..255 as floats. */
static inline LCC_INLINE f32x4 f32x4_load_u8(const uint8_t *p) {
    return _mm_cvtepi32_ps(_mm_cvtepu8_epi32(f32x4_bytes(p, 4)));
}

/* The first n of them, 0 < n < 4, zeros behind. */
static inline LCC_INLINE f32x4 f32x4_load_u8_part(const uint8_t *p, int n) {
    return _mm_cvtepi32_ps(_mm_cvtepu8_epi32(f32x4_bytes(p, n)));
}

/* 4 bytes -128..127 as floats. */
static inline LCC_INLINE f32x4 f32x4_load_i8(const int8_t *p) {
    return _mm_cvtepi32_ps(_mm_cvtepi8_epi32(f32x4_bytes((const uint8_t *)p, 4)));
}

/* The first n of them, 0 < n < 4, zeros behind. */
static inline LCC_INLINE f32x4 f32x4_load_i8_part(const int8_t *p, int n) {
    return _mm_cvtepi32_ps(_mm_cvtepi8_epi32(f32x4_bytes((const uint8_t *)p, n)));
}

/* a * b + c, rounded once. */
static inline LCC_INLINE f32x4 f32x4_fma(f32x4 a, f32x4 b, f32x4 c) { return _mm_fmadd_ps(a, b, c); }

/* a > b ? a : b: the second where either is NaN. */
static inline LCC_INLINE f32x4 f32x4_max(f32x4 a, f32x4 b) { return _mm_max_ps(a, b); }

/* a < b ? a : b: the second where either is NaN. */
static inline LCC_INLINE f32x4 f32x4_min(f32x4 a, f32x4 b) { return _mm_min_ps(a, b); }

/* |v|. */
static inline LCC_INLINE f32x4 f32x4_abs(f32x4 v) { return _mm_andnot_ps(_mm_set1_ps(-0.0f), v); }

/* The sum of the lanes, pairwise. */
static inline LCC_INLINE float f32x4_sum(f32x4 v) {
    f32x4 s = _mm_add_ps(v, _mm_movehl_ps(v, v));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}

/* The largest lane. */
static inline LCC_INLINE float f32x4_hmax(f32x4 v) {
    f32x4 s = _mm_max_ps(v, _mm_movehl_ps(v, v));
    return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}

/* max(v, 0); NaN stays. */
static inline LCC_INLINE f32x4 f32x4_relu(f32x4 v) { return f32x4_max(f32x4_zero(), v); }

/* min(max(v, 0), 6); NaN stays. */
static inline LCC_INLINE f32x4 f32x4_relu6(f32x4 v) {
    return f32x4_min(f32x4_set1(6.0f), f32x4_max(f32x4_zero(), v));
}

/* relu6(v + 3) / 6, by the reciprocal of 6. */
static inline LCC_INLINE f32x4 f32x4_hsigmoid(f32x4 v) {
    return f32x4_relu6(v + f32x4_set1(3.0f)) * f32x4_set1(1.0f / 6.0f);
}

/* v * hsigmoid(v). */
static inline LCC_INLINE f32x4 f32x4_hswish(f32x4 v) { return v * f32x4_hsigmoid(v); }

/* v where v >= 0, else slope * v; of any finite slope. blendv looks at the sign alone. */
static inline LCC_INLINE f32x4 f32x4_leaky_relu(f32x4 v, float slope) {
    return _mm_blendv_ps(v, v * f32x4_set1(slope), v);
}

/* exp(x) = 2^n (1 + h): sets *n and returns h. `limited` is x, or the nearest bound where x may lie too far
 * out: n is made of it alone. For |limited| <= 104; the relative error is 2^-28. Where x lies above the bound h
 * grows without end, to infinity, so that the overflow comes from h and 2^n stays finite. */
static inline LCC_INLINE f32x4 f32x4_exp_parts(f32x4 x, f32x4 limited, __m128i *n) {
    *n = _mm_cvtps_epi32(limited * f32x4_set1(1.442695f));
    f32x4 whole = _mm_cvtepi32_ps(*n);
    f32x4 r = _mm_fnmadd_ps(whole, f32x4_set1(0.693145751953125f), x);
    r = _mm_fnmadd_ps(whole, f32x4_set1(1.4286068e-06f), r);
    f32x4 q = f32x4_fma(r, f32x4_set1(0.0013838903f), f32x4_set1(0.0083691925f));
    q = f32x4_fma(r, q, f32x4_set1(0.041668102f));
    q = f32x4_fma(r, q, f32x4_set1(0.16666517f));
    q = f32x4_fma(r, q, f32x4_set1(0.49999994f));
    return f32x4_fma(r * r, q, r);
}

/* 2^n by the bits of its exponent, -126 <= n <= 127. */
static inline LCC_INLINE f32x4 f32x4_power_of_2(__m128i n) {
    return _mm_castsi128_ps(_mm_slli_epi32(_mm_add_epi32(n, _mm_set1_epi32(127)), 23));
}

/* exp(x): 0 below -104, infinity above 88.73; NaN stays. 2^n comes in two halves, lest it overflow first. */
static inline LCC_INLINE f32x4 f32x4_exp(f32x4 x) {
    x = f32x4_max(f32x4_set1(-104.0f), f32x4_min(f32x4_set1(89.0f), x));
    __m128i n;
    f32x4 h = f32x4_exp_parts(x, x, &n);
    __m128i half = _mm_srai_epi32(n, 1);
    f32x4 scaled = (f32x4_set1(1.0f) + h) * f32x4_power_of_2(half);
    return scaled * f32x4_power_of_2(_mm_sub_epi32(n, half));
}

/* 1 / (1 + exp(-x)); 0 below -88.73; NaN stays. */
static inline LCC_INLINE f32x4 f32x4_sigmoid(f32x4 x) {
    f32x4 y = f32x4_zero() - f32x4_min(f32x4_set1(87.0f), x);
    __m128i n;
    f32x4 h = f32x4_exp_parts(y, f32x4_min(f32x4_set1(88.0f), y), &n);
    f32x4 power = f32x4_power_of_2(n);
    return f32x4_set1(1.0f) / f32x4_fma(power, h, power + f32x4_set1(1.0f));
}

/* x * sigmoid(x); -0 below -88.73, but NaN at -infinity; NaN stays. */
static inline LCC_INLINE f32x4 f32x4_swish(f32x4 x) {
    f32x4 y = f32x4_zero() - f32x4_min(f32x4_set1(87.0f), x);
    __m128i n;
    f32x4 h = f32x4_exp_parts(y, f32x4_min(f32x4_set1(88.0f), y), &n);
    f32x4 power = f32x4_power_of_2(n);
    return x / f32x4_fma(power, h, power + f32x4_set1(1.0f));
}

/* tanh(x) = e / (e + 2) with e = exp(2 |x|) - 1, and the sign of x. e loses nothing near 0: it is
 * 2^n h + (2^n - 1), where n is 0 for small x. Past 10 the result is 1. NaN stays. */
static inline LCC_INLINE f32x4 f32x4_tanh(f32x4 x) {
    f32x4 a = f32x4_min(f32x4_set1(20.0f), f32x4_abs(x + x));
    __m128i n;
    f32x4 h = f32x4_exp_parts(a, a, &n);
    f32x4 power = f32x4_power_of_2(n);
    f32x4 e = f32x4_fma(power, h, power - f32x4_set1(1.0f));
    f32x4 sign = _mm_and_ps(x, f32x4_set1(-0.0f));
    return _mm_or_ps(e / (e + f32x4_set1(2.0f)), sign);
}
