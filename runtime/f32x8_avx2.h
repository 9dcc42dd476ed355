/* f32x8_avx2.h: eight floats, for AVX2 and FMA (Haswell, Zen and later).
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

typedef __m256 f32x8;

/* Lanes 0 .. n-1 all ones, the others zero. */
static inline LCC_INLINE __m256i f32x8_mask(int n) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

/* 8 floats from any address. */
static inline LCC_INLINE f32x8 f32x8_load(const float *p) { return _mm256_loadu_ps(p); }

/* 8 floats to any address. */
static inline LCC_INLINE void f32x8_store(float *p, f32x8 v) { _mm256_storeu_ps(p, v); }

/* The first n floats, 0 < n < 8, zeros behind them. Memory behind them is not touched. */
static inline LCC_INLINE f32x8 f32x8_load_part(const float *p, int n) {
    return _mm256_maskload_ps(p, f32x8_mask(n));
}

/* Stores the first n lanes, 0 < n < 8, and no other byte. */
static inline LCC_INLINE void f32x8_store_part(float *p, f32x8 v, int n) {
    _mm256_maskstore_ps(p, f32x8_mask(n), v);
}

/* x in every lane. */
static inline LCC_INLINE f32x8 f32x8_set1(float x) { return _mm256_set1_ps(x); }

/* 0 in every lane. */
static inline LCC_INLINE f32x8 f32x8_zero(void) { return _mm256_setzero_ps(); }

/* The first n bytes, 0 < n < 8, in the low end of 16, zeros behind; a byte at a time. */
static inline LCC_INLINE __m128i f32x8_bytes(const uint8_t *p, int n) {
    uint64_t bytes = p[0];
    if (n > 1) bytes |= (uint64_t)p[1] << 8;
    if (n > 2) bytes |= (uint64_t)p[2] << 16;
    if (n > 3) bytes |= (uint64_t)p[3] << 24;
    if (n > 4) bytes |= (uint64_t)p[4] << 32;
    if (n > 5) bytes |= (uint64_t)p[5] << 40;
    if (n > 6) bytes |= (uint64_t)p[6] << 48;
    return _mm_set_epi64x(0, (long long)bytes);
}

/* 8 halves (IEEE 754 binary16) from any even address, as floats. With F16C. */
static inline LCC_INLINE f32x8 f32x8_load_f16(const uint16_t *p) {
    return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i_u *)(const void *)p));
}

/* 8 floats that stand among halves, at any even address. */
static inline LCC_INLINE f32x8 f32x8_load_wide(const uint16_t *p) {
    return _mm256_loadu_ps((const float *)(const void *)p);
}

/* 8 bytes 0..255 as floats. */
static inline LCC_INLINE f32x8 f32x8_load_u8(const uint8_t *p) {
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i_u *)(const void *)p)));
}

/* The first n of them, 0 < n < 8, zeros behind. */
static inline LCC_INLINE f32x8 f32x8_load_u8_part(const uint8_t *p, int n) {
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(f32x8_bytes(p, n)));
}

/* 8 bytes -128..127 as floats. */
static inline LCC_INLINE f32x8 f32x8_load_i8(const int8_t *p) {
    return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i_u *)(const void *)p)));
}

/* The first n of them, 0 < n < 8, zeros behind. */
static inline LCC_INLINE f32x8 f32x8_load_i8_part(const int8_t *p, int n) {
    return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(f32x8_bytes((const uint8_t *)p, n)));
}

/* The first four lanes: no instruction. */
static inline LCC_INLINE __m128 f32x8_low4(f32x8 v) { return _mm256_castps256_ps128(v); }

/* a * b + c, rounded once. */
static inline LCC_INLINE f32x8 f32x8_fma(f32x8 a, f32x8 b, f32x8 c) { return _mm256_fmadd_ps(a, b, c); }

/* a > b ? a : b: the second where either is NaN. */
static inline LCC_INLINE f32x8 f32x8_max(f32x8 a, f32x8 b) { return _mm256_max_ps(a, b); }

/* a < b ? a : b: the second where either is NaN. */
static inline LCC_INLINE f32x8 f32x8_min(f32x8 a, f32x8 b) { return _mm256_min_ps(a, b); }

/* |v|. */
static inline LCC_INLINE f32x8 f32x8_abs(f32x8 v) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), v); }

/* The sum of the lanes, pairwise. */
static inline LCC_INLINE float f32x8_sum(f32x8 v) {
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}

/* The largest lane. */
static inline LCC_INLINE float f32x8_hmax(f32x8 v) {
    __m128 s = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    s = _mm_max_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}

/* max(v, 0); NaN stays. */
static inline LCC_INLINE f32x8 f32x8_relu(f32x8 v) { return f32x8_max(f32x8_zero(), v); }

/* min(max(v, 0), 6); NaN stays. */
static inline LCC_INLINE f32x8 f32x8_relu6(f32x8 v) {
    return f32x8_min(f32x8_set1(6.0f), f32x8_max(f32x8_zero(), v));
}

/* relu6(v + 3) / 6, by the reciprocal of 6. */
static inline LCC_INLINE f32x8 f32x8_hsigmoid(f32x8 v) {
    return f32x8_relu6(v + f32x8_set1(3.0f)) * f32x8_set1(1.0f / 6.0f);
}

/* v * hsigmoid(v). */
static inline LCC_INLINE f32x8 f32x8_hswish(f32x8 v) { return v * f32x8_hsigmoid(v); }

/* v where v >= 0, else slope * v; of any finite slope. blendv looks at the sign alone. */
static inline LCC_INLINE f32x8 f32x8_leaky_relu(f32x8 v, float slope) {
    return _mm256_blendv_ps(v, v * f32x8_set1(slope), v);
}

/* exp(x) = 2^n (1 + h): sets *n and returns h. `limited` is x, or the nearest bound where x may lie too far
 * out: n is made of it alone. For |limited| <= 104; the relative error is 2^-28. Where x lies above the bound h
 * grows without end, to infinity, so that the overflow comes from h and 2^n stays finite. */
static inline LCC_INLINE f32x8 f32x8_exp_parts(f32x8 x, f32x8 limited, __m256i *n) {
    *n = _mm256_cvtps_epi32(limited * f32x8_set1(1.442695f));
    f32x8 whole = _mm256_cvtepi32_ps(*n);
    f32x8 r = _mm256_fnmadd_ps(whole, f32x8_set1(0.693145751953125f), x);
    r = _mm256_fnmadd_ps(whole, f32x8_set1(1.4286068e-06f), r);
    f32x8 q = f32x8_fma(r, f32x8_set1(0.0013838903f), f32x8_set1(0.0083691925f));
    q = f32x8_fma(r, q, f32x8_set1(0.041668102f));
    q = f32x8_fma(r, q, f32x8_set1(0.16666517f));
    q = f32x8_fma(r, q, f32x8_set1(0.49999994f));
    return f32x8_fma(r * r, q, r);
}

/* 2^n by the bits of its exponent, -126 <= n <= 127. */
static inline LCC_INLINE f32x8 f32x8_power_of_2(__m256i n) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(n, _mm256_set1_epi32(127)), 23));
}

/* exp(x): 0 below -104, infinity above 88.73; NaN stays. 2^n comes in two halves, lest it overflow first. */
static inline LCC_INLINE f32x8 f32x8_exp(f32x8 x) {
    x = f32x8_max(f32x8_set1(-104.0f), f32x8_min(f32x8_set1(89.0f), x));
    __m256i n;
    f32x8 h = f32x8_exp_parts(x, x, &n);
    __m256i half = _mm256_srai_epi32(n, 1);
    f32x8 scaled = (f32x8_set1(1.0f) + h) * f32x8_power_of_2(half);
    return scaled * f32x8_power_of_2(_mm256_sub_epi32(n, half));
}

/* 1 / (1 + exp(-x)); 0 below -88.73; NaN stays. */
static inline LCC_INLINE f32x8 f32x8_sigmoid(f32x8 x) {
    f32x8 y = f32x8_zero() - f32x8_min(f32x8_set1(87.0f), x);
    __m256i n;
    f32x8 h = f32x8_exp_parts(y, f32x8_min(f32x8_set1(88.0f), y), &n);
    f32x8 power = f32x8_power_of_2(n);
    return f32x8_set1(1.0f) / f32x8_fma(power, h, power + f32x8_set1(1.0f));
}

/* x * sigmoid(x); -0 below -88.73, but NaN at -infinity; NaN stays. */
static inline LCC_INLINE f32x8 f32x8_swish(f32x8 x) {
    f32x8 y = f32x8_zero() - f32x8_min(f32x8_set1(87.0f), x);
    __m256i n;
    f32x8 h = f32x8_exp_parts(y, f32x8_min(f32x8_set1(88.0f), y), &n);
    f32x8 power = f32x8_power_of_2(n);
    return x / f32x8_fma(power, h, power + f32x8_set1(1.0f));
}

/* tanh(x) = e / (e + 2) with e = exp(2 |x|) - 1, and the sign of x. e loses nothing near 0: it is
 * 2^n h + (2^n - 1), where n is 0 for small x. Past 10 the result is 1. NaN stays. */
static inline LCC_INLINE f32x8 f32x8_tanh(f32x8 x) {
    f32x8 a = f32x8_min(f32x8_set1(20.0f), f32x8_abs(x + x));
    __m256i n;
    f32x8 h = f32x8_exp_parts(a, a, &n);
    f32x8 power = f32x8_power_of_2(n);
    f32x8 e = f32x8_fma(power, h, power - f32x8_set1(1.0f));
    f32x8 sign = _mm256_and_ps(x, f32x8_set1(-0.0f));
    return _mm256_or_ps(e / (e + f32x8_set1(2.0f)), sign);
}
