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

/* 8 floats from any address, twice. */
static inline LCC_INLINE f32x16 f32x16_load_twice(const float *p) {
    return _mm512_broadcast_f32x8(_mm256_loadu_ps(p));
}

/* The low half of a, and the high half of b. A blend of integers may go to any unit, and one of floats only to
 * those that multiply (Zen 5). */
static inline LCC_INLINE f32x16 f32x16_halves(f32x16 a, f32x16 b) {
    return _mm512_castsi512_ps(_mm512_mask_blend_epi32(0xff00, _mm512_castps_si512(a), _mm512_castps_si512(b)));
}

/* 8 floats from p, and 8 from q. */
static inline LCC_INLINE f32x16 f32x16_load_halves(const float *p, const float *q) {
    return _mm512_insertf32x8(_mm512_castps256_ps512(_mm256_loadu_ps(p)), _mm256_loadu_ps(q), 1);
}

/* The low half to p, and the high half to q. */
static inline LCC_INLINE void f32x16_store_halves(float *p, float *q, f32x16 v) {
    _mm256_storeu_ps(p, _mm512_castps512_ps256(v));
    _mm256_storeu_ps(q, _mm512_extractf32x8_ps(v, 1));
}

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

/* 1 + exp(-x); infinity below -88.73; NaN stays. A shorter way than exp_parts: exp(-x) = 2^(n/32) exp(r), and
 * |r| <= ln 2 / 64. n is rounded by adding 1.5 * 2^23, whose last bits then hold it. The lowest five bits look
 * up 2^(k/32), less k << 18, so that adding n << 18 to it changes its exponent alone. The roots are 2e-8
 * too large, so that the largest errors on both sides are alike. ln 2 / 32 is one float; exp(r)
 * is 1 + r q(r), where q has degree 1 and a relative error of 2^-24. n is made of an x of at least -88.7, so
 * that 2^(n/32) stays finite; below that r and q grow without end, and the overflow comes from them. */
static inline LCC_INLINE f32x16 f32x16_one_plus_exp_minus(f32x16 x) {
    static const uint32_t roots[32] = {
        0x3f800000, 0x3f7ecd87, 0x3f7daac4, 0x3f7c980f, 0x3f7b95c2, 0x3f7aa43a, 0x3f79c3d4, 0x3f78f4f0,
        0x3f7837f1, 0x3f778d3a, 0x3f76f533, 0x3f767043, 0x3f75fed7, 0x3f75a15b, 0x3f75583f, 0x3f7523f6,
        0x3f7504f3, 0x3f74fbb0, 0x3f7508a4, 0x3f752c4d, 0x3f75672a, 0x3f75b9be, 0x3f76248c, 0x3f76a81e,
        0x3f7744fd, 0x3f77fbb8, 0x3f78ccdf, 0x3f79b907, 0x3f7ac0c7, 0x3f7be4ba, 0x3f7d257d, 0x3f7e83b3};
    x = f32x16_min(f32x16_set1(87.0f), x);
    f32x16 limited = f32x16_max(f32x16_set1(-88.7f), x);
    f32x16 shifted = f32x16_fma(limited, f32x16_set1(-46.166241f), f32x16_set1(12582912.0f));
    f32x16 n = shifted - f32x16_set1(12582912.0f);
    f32x16 r = _mm512_fnmsub_ps(n, f32x16_set1(0.02166085f), x);
    __m512i bits = _mm512_castps_si512(shifted);
    __m512i root = _mm512_permutex2var_epi32(_mm512_loadu_si512(roots), bits, _mm512_loadu_si512(roots + 16));
    f32x16 power = _mm512_castsi512_ps(_mm512_add_epi32(root, _mm512_slli_epi32(bits, 18)));
    f32x16 q = f32x16_fma(r, f32x16_set1(0.5f), f32x16_set1(1.0000147f));
    return f32x16_fma(power * r, q, power) + f32x16_set1(1.0f);
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

/* x where a < b, else y: y where a or b is NaN. */
static inline LCC_INLINE f32x16 f32x16_if_less(f32x16 a, f32x16 b, f32x16 x, f32x16 y) {
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_LT_OQ), y, x);
}

/* x, which is not negative, with the sign of s. */
static inline LCC_INLINE f32x16 f32x16_with_sign(f32x16 x, f32x16 s) {
    return _mm512_or_ps(x, _mm512_and_ps(s, _mm512_set1_ps(-0.0f)));
}

/* -v. */
static inline LCC_INLINE f32x16 f32x16_neg(f32x16 v) { return -v; }

/* 1 / v. */
static inline LCC_INLINE f32x16 f32x16_reciprocal(f32x16 v) { return f32x16_set1(1.0f) / v; }

/* v^2. */
static inline LCC_INLINE f32x16 f32x16_square(f32x16 v) { return v * v; }

/* v^3. */
static inline LCC_INLINE f32x16 f32x16_cube(f32x16 v) { return v * v * v; }

/* The square root, NaN for negative numbers. */
static inline LCC_INLINE f32x16 f32x16_sqrt(f32x16 v) { return _mm512_sqrt_ps(v); }

/* The largest whole number that is not above v. */
static inline LCC_INLINE f32x16 f32x16_floor(f32x16 v) {
    return _mm512_roundscale_ps(v, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
}

/* The smallest whole number that is not below v. */
static inline LCC_INLINE f32x16 f32x16_ceil(f32x16 v) { return -f32x16_floor(-v); }

/* The nearest whole number, of two the even one. */
static inline LCC_INLINE f32x16 f32x16_round(f32x16 v) {
    return _mm512_roundscale_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

/* 1, 0 or -1 with the sign of v; NaN stays. */
static inline LCC_INLINE f32x16 f32x16_sign(f32x16 v) {
    f32x16 below = f32x16_if_less(v, f32x16_zero(), f32x16_set1(-1.0f), v);
    return f32x16_if_less(f32x16_zero(), v, f32x16_set1(1.0f), below);
}

/* v, but at least low and at most high; NaN stays. */
static inline LCC_INLINE f32x16 f32x16_clip(f32x16 v, float low, float high) {
    return f32x16_min(f32x16_set1(high), f32x16_max(f32x16_set1(low), v));
}

/* v where v > alpha, else 0; NaN stays. */
static inline LCC_INLINE f32x16 f32x16_thresholded_relu(f32x16 v, float alpha) {
    return f32x16_if_less(f32x16_set1(alpha), v, v, f32x16_min(f32x16_zero(), f32x16_max(f32x16_zero(), v)));
}

/* v / (1 + |v|). */
static inline LCC_INLINE f32x16 f32x16_softsign(f32x16 v) { return v / (f32x16_set1(1.0f) + f32x16_abs(v)); }

/* exp(x) - 1 where x < 0, else 0. */
static inline LCC_INLINE f32x16 f32x16_expm1_below(f32x16 x) {
    x = f32x16_max(f32x16_min(x, f32x16_zero()), f32x16_set1(-80.0f));
    f32x16 n;
    f32x16 h = f32x16_exp_parts(x, x, &n);
    f32x16 power = _mm512_scalef_ps(f32x16_set1(1.0f), n);
    return f32x16_fma(power, h, power - f32x16_set1(1.0f));
}

/* v where v >= 0, else alpha (exp(v) - 1). */
static inline LCC_INLINE f32x16 f32x16_elu(f32x16 v, float alpha) {
    return f32x16_if_less(v, f32x16_zero(), f32x16_set1(alpha) * f32x16_expm1_below(v), v);
}

/* v where v >= 0, else alpha (exp(v / alpha) - 1); alpha > 0. */
static inline LCC_INLINE f32x16 f32x16_celu(f32x16 v, float alpha) {
    f32x16 below = f32x16_set1(alpha) * f32x16_expm1_below(v / f32x16_set1(alpha));
    return f32x16_if_less(v, f32x16_zero(), below, v);
}

/* elu with two constants of Klambauer et al. 2017, "Self-Normalizing Neural Networks". */
static inline LCC_INLINE f32x16 f32x16_selu(f32x16 v) {
    f32x16 below = f32x16_set1(1.7580993f) * f32x16_expm1_below(v);
    return f32x16_if_less(v, f32x16_zero(), below, f32x16_set1(1.050701f) * v);
}

/* A number x > 0 that is not subnormal is 2^k m with m from sqrt(1/2) to sqrt(2): sets *k and returns m. */
static inline LCC_INLINE f32x16 f32x16_log_parts(f32x16 x, f32x16 *k) {
    __m512i bits = _mm512_add_epi32(_mm512_castps_si512(x), _mm512_set1_epi32(0x004afb0d));
    *k = _mm512_cvtepi32_ps(_mm512_sub_epi32(_mm512_srli_epi32(bits, 23), _mm512_set1_epi32(127)));
    bits = _mm512_and_si512(bits, _mm512_set1_epi32(0x007fffff));
    return _mm512_castsi512_ps(_mm512_add_epi32(bits, _mm512_set1_epi32(0x3f3504f3)));
}

/* log(1 + z) = z - (z^2/2 - the result), for z from sqrt(1/2) - 1 to sqrt(2) - 1. It is 2 atanh(s) with s = z /
 * (2 + z), and the result s (z^2/2 + s^2 p(s^2)). `half` is z^2/2. */
static inline LCC_INLINE f32x16 f32x16_log_rest(f32x16 z, f32x16 half) {
    f32x16 s = z / (f32x16_set1(2.0f) + z), square = s * s;
    f32x16 p = f32x16_fma(square, f32x16_set1(0.24279255f), f32x16_set1(0.28498787f));
    p = f32x16_fma(square, p, f32x16_set1(0.40000972f));
    p = f32x16_fma(square, p, f32x16_set1(0.66666663f));
    return s * f32x16_fma(square, p, half);
}

/* The natural logarithm: -infinity at 0, NaN below. A subnormal x is scaled by 2^23 first. */
static inline LCC_INLINE f32x16 f32x16_log(f32x16 x) {
    f32x16 least = f32x16_set1(1.1754944e-38f), one = f32x16_set1(1.0f), infinity = one / f32x16_zero(), k;
    f32x16 m = f32x16_log_parts(f32x16_if_less(x, least, x * f32x16_set1(8388608.0f), x), &k);
    k = k - f32x16_if_less(x, least, f32x16_set1(23.0f), f32x16_zero());
    f32x16 z = m - one, half = f32x16_set1(0.5f) * z * z,
           low = f32x16_log_rest(z, half) + k * f32x16_set1(1.4286068e-06f);
    f32x16 y = f32x16_fma(k, f32x16_set1(0.693145751953125f), z - (half - low));
    y = f32x16_if_less(f32x16_zero(), x, y,
                       f32x16_if_less(x, f32x16_zero(), f32x16_zero() / f32x16_zero(), -infinity));
    return f32x16_if_less(x, infinity, y, x);
}

/* log(1 + exp(x)) = max(x, 0) + log(1 + e) with e = exp(-|x|), and log(1 + e) = 2 atanh(s) with s = e / (2 +
 * e).
 */
static inline LCC_INLINE f32x16 f32x16_softplus(f32x16 x) {
    f32x16 e = f32x16_exp(-f32x16_abs(x)), s = e / (f32x16_set1(2.0f) + e), square = s * s;
    f32x16 p = f32x16_fma(square, f32x16_set1(0.24245256f), f32x16_set1(0.21443886f));
    p = f32x16_fma(square, p, f32x16_set1(0.28615212f));
    p = f32x16_fma(square, p, f32x16_set1(0.39998949f));
    p = f32x16_fma(square, p, f32x16_set1(0.66666675f));
    return f32x16_max(f32x16_zero(), x) + f32x16_fma(s * square, p, s + s);
}

/* x tanh(log(1 + exp(x))) = x n / (n + 2) with n = e (e + 2) and e = exp(x). */
static inline LCC_INLINE f32x16 f32x16_mish(f32x16 x) {
    f32x16 e = f32x16_exp(f32x16_min(f32x16_set1(20.0f), x));
    f32x16 n = e * (e + f32x16_set1(2.0f));
    return x * (n / (n + f32x16_set1(2.0f)));
}

/* The error function: x + x p(x^2) near 0, and 1 - exp(q(|x|)) from 0.9277 on. From 4 on it is 1. */
static inline LCC_INLINE f32x16 f32x16_erf(f32x16 x) {
    f32x16 t = f32x16_min(f32x16_set1(4.0f), f32x16_abs(x)), square = t * t;
    f32x16 p = f32x16_fma(square, f32x16_set1(-0.0005970269f), f32x16_set1(0.0049894317f));
    p = f32x16_fma(square, p, f32x16_set1(-0.026764356f));
    p = f32x16_fma(square, p, f32x16_set1(0.112817675f));
    p = f32x16_fma(square, p, f32x16_set1(-0.37612492f));
    p = f32x16_fma(square, p, f32x16_set1(0.12837915f));
    f32x16 q = f32x16_fma(t, f32x16_set1(0.00019407911f), f32x16_set1(-0.0030250973f));
    q = f32x16_fma(t, q, f32x16_set1(0.022155216f));
    q = f32x16_fma(t, q, f32x16_set1(-0.10378411f));
    q = f32x16_fma(t, q, f32x16_set1(-0.63734871f));
    q = f32x16_fma(t, q, f32x16_set1(-1.1275778f));
    q = f32x16_fma(t, q, f32x16_set1(-0.00021910138f));
    f32x16 outer = f32x16_with_sign(f32x16_set1(1.0f) - f32x16_exp(q), x);
    return f32x16_if_less(t, f32x16_set1(0.9277f), f32x16_fma(x, p, x), outer);
}

/* x times the normal distribution up to x (Hendrycks and Gimpel 2016, "Gaussian Error Linear Units"). Its tail
 * behind |x| is exp(p(|x|) - x^2 / 2). So nothing cancels where x is negative, as it would in 1 + erf. */
static inline LCC_INLINE f32x16 f32x16_gelu(f32x16 x) {
    f32x16 t = f32x16_abs(x), u = f32x16_min(f32x16_set1(5.5f), t);
    f32x16 p = f32x16_fma(u, f32x16_set1(-1.31837612e-06f), f32x16_set1(1.94966087e-05f));
    p = f32x16_fma(u, p, f32x16_set1(-9.17291472e-05f));
    p = f32x16_fma(u, p, f32x16_set1(-0.0001857483f));
    p = f32x16_fma(u, p, f32x16_set1(0.00501552317f));
    p = f32x16_fma(u, p, f32x16_set1(-0.0364708602f));
    p = f32x16_fma(u, p, f32x16_set1(0.181728825f));
    p = f32x16_fma(u, p, f32x16_set1(-0.797888696f));
    p = f32x16_fma(u, p, f32x16_set1(-0.693147123f));
    f32x16 tail = f32x16_exp(p - f32x16_set1(0.5f) * t * t);
    return f32x16_if_less(x, f32x16_zero(), x * tail, x * (f32x16_set1(1.0f) - tail));
}

/* The same source's approximation, x sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3)). */
static inline LCC_INLINE f32x16 f32x16_gelu_tanh(f32x16 x) {
    return x * f32x16_sigmoid(x * f32x16_fma(x * x, f32x16_set1(0.07135481f), f32x16_set1(1.5957692f)));
}

/* v 2^n for a whole number n from -252 to 252. */
static inline LCC_INLINE f32x16 f32x16_scale(f32x16 v, f32x16 n) { return _mm512_scalef_ps(v, n); }

/* x without the last 12 bits of its fraction. */
static inline LCC_INLINE f32x16 f32x16_high_bits(f32x16 x) {
    return _mm512_castsi512_ps(_mm512_and_si512(_mm512_castps_si512(x), _mm512_set1_epi32(-4096)));
}

/* 2^(y log2 |x|), for x that is neither 0 nor infinite. log2 |x| is k + l with a whole k. y has a high part of
 * 12 bits, so that its product with k is exact. The error is that of y l. */
static inline LCC_INLINE f32x16 f32x16_pow_size(f32x16 x, f32x16 y) {
    f32x16 least = f32x16_set1(1.1754944e-38f), k, m;
    m = f32x16_log_parts(f32x16_if_less(x, least, x * f32x16_set1(8388608.0f), x), &k);
    k = k - f32x16_if_less(x, least, f32x16_set1(23.0f), f32x16_zero());
    f32x16 z = m - f32x16_set1(1.0f), half = f32x16_set1(0.5f) * z * z,
           l = f32x16_set1(1.442695f) * (z - (half - f32x16_log_rest(z, half)));
    y = f32x16_max(f32x16_min(y, f32x16_set1(1e10f)), f32x16_set1(-1e10f));
    f32x16 high = f32x16_high_bits(y), whole = high * k, rest = f32x16_fma(y - high, k, y * l);
    f32x16 n = f32x16_round(f32x16_max(f32x16_min(whole + rest, f32x16_set1(250.0f)), f32x16_set1(-250.0f)));
    f32x16 r = f32x16_max(f32x16_min((whole - n) + rest, f32x16_set1(1.0f)), f32x16_set1(-1.0f));
    return f32x16_scale(f32x16_exp(r * f32x16_set1(0.6931472f)), n);
}

/* x^y as C's pow has it, save that 1^NaN is NaN. Negative numbers have powers for whole y only. */
static inline LCC_INLINE f32x16 f32x16_pow(f32x16 x, f32x16 y) {
    f32x16 zero = f32x16_zero(), one = f32x16_set1(1.0f), size = f32x16_abs(x), infinity = one / zero,
           half = f32x16_set1(0.5f) * y;
    f32x16 ends = f32x16_if_less(zero, y, size, one / size);
    f32x16 power =
        f32x16_if_less(zero, size, f32x16_if_less(size, infinity, f32x16_pow_size(size, y), ends), ends);
    f32x16 odd = f32x16_if_less(zero, half - f32x16_floor(half), -power, power);
    f32x16 inside = f32x16_if_less(zero, size, f32x16_if_less(size, infinity, zero / zero, power), power);
    f32x16 signed_power = f32x16_if_less(zero, y - f32x16_floor(y), inside, odd);
    power = f32x16_if_less(f32x16_with_sign(one, x), zero, signed_power, power);
    power = f32x16_if_less(x, one, power, f32x16_if_less(zero, x, power, x));
    return f32x16_if_less(y, zero, power, f32x16_if_less(zero, y, power, y + one));
}

/* v^exponent by pow. */
static inline LCC_INLINE f32x16 f32x16_power(f32x16 v, float exponent) {
    return f32x16_pow(v, f32x16_set1(exponent));
}
