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

/* x where a < b, else y: y where a or b is NaN. */
static inline LCC_INLINE f32x4 f32x4_if_less(f32x4 a, f32x4 b, f32x4 x, f32x4 y) {
    return _mm_blendv_ps(y, x, _mm_cmplt_ps(a, b));
}

/* x, which is not negative, with the sign of s. */
static inline LCC_INLINE f32x4 f32x4_with_sign(f32x4 x, f32x4 s) {
    return _mm_or_ps(x, _mm_and_ps(s, _mm_set1_ps(-0.0f)));
}

/* -v. */
static inline LCC_INLINE f32x4 f32x4_neg(f32x4 v) { return -v; }

/* 1 / v. */
static inline LCC_INLINE f32x4 f32x4_reciprocal(f32x4 v) { return f32x4_set1(1.0f) / v; }

/* v^2. */
static inline LCC_INLINE f32x4 f32x4_square(f32x4 v) { return v * v; }

/* v^3. */
static inline LCC_INLINE f32x4 f32x4_cube(f32x4 v) { return v * v * v; }

/* The square root, NaN for negative numbers. */
static inline LCC_INLINE f32x4 f32x4_sqrt(f32x4 v) { return _mm_sqrt_ps(v); }

/* The largest whole number that is not above v. */
static inline LCC_INLINE f32x4 f32x4_floor(f32x4 v) { return _mm_floor_ps(v); }

/* The smallest whole number that is not below v. */
static inline LCC_INLINE f32x4 f32x4_ceil(f32x4 v) { return -f32x4_floor(-v); }

/* The nearest whole number, of two the even one. */
static inline LCC_INLINE f32x4 f32x4_round(f32x4 v) {
    return _mm_round_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

/* 1, 0 or -1 with the sign of v; NaN stays. */
static inline LCC_INLINE f32x4 f32x4_sign(f32x4 v) {
    f32x4 below = f32x4_if_less(v, f32x4_zero(), f32x4_set1(-1.0f), v);
    return f32x4_if_less(f32x4_zero(), v, f32x4_set1(1.0f), below);
}

/* v, but at least low and at most high; NaN stays. */
static inline LCC_INLINE f32x4 f32x4_clip(f32x4 v, float low, float high) {
    return f32x4_min(f32x4_set1(high), f32x4_max(f32x4_set1(low), v));
}

/* v where v > alpha, else 0; NaN stays. */
static inline LCC_INLINE f32x4 f32x4_thresholded_relu(f32x4 v, float alpha) {
    return f32x4_if_less(f32x4_set1(alpha), v, v, f32x4_min(f32x4_zero(), f32x4_max(f32x4_zero(), v)));
}

/* v / (1 + |v|). */
static inline LCC_INLINE f32x4 f32x4_softsign(f32x4 v) { return v / (f32x4_set1(1.0f) + f32x4_abs(v)); }

/* exp(x) - 1 where x < 0, else 0. */
static inline LCC_INLINE f32x4 f32x4_expm1_below(f32x4 x) {
    x = f32x4_max(f32x4_min(x, f32x4_zero()), f32x4_set1(-80.0f));
    __m128i n;
    f32x4 h = f32x4_exp_parts(x, x, &n);
    f32x4 power = f32x4_power_of_2(n);
    return f32x4_fma(power, h, power - f32x4_set1(1.0f));
}

/* v where v >= 0, else alpha (exp(v) - 1). */
static inline LCC_INLINE f32x4 f32x4_elu(f32x4 v, float alpha) {
    return f32x4_if_less(v, f32x4_zero(), f32x4_set1(alpha) * f32x4_expm1_below(v), v);
}

/* v where v >= 0, else alpha (exp(v / alpha) - 1); alpha > 0. */
static inline LCC_INLINE f32x4 f32x4_celu(f32x4 v, float alpha) {
    f32x4 below = f32x4_set1(alpha) * f32x4_expm1_below(v / f32x4_set1(alpha));
    return f32x4_if_less(v, f32x4_zero(), below, v);
}

/* elu with two constants of Klambauer et al. 2017, "Self-Normalizing Neural Networks". */
static inline LCC_INLINE f32x4 f32x4_selu(f32x4 v) {
    f32x4 below = f32x4_set1(1.7580993f) * f32x4_expm1_below(v);
    return f32x4_if_less(v, f32x4_zero(), below, f32x4_set1(1.050701f) * v);
}

/* A number x > 0 that is not subnormal is 2^k m with m from sqrt(1/2) to sqrt(2): sets *k and returns m. */
static inline LCC_INLINE f32x4 f32x4_log_parts(f32x4 x, f32x4 *k) {
    __m128i bits = _mm_add_epi32(_mm_castps_si128(x), _mm_set1_epi32(0x004afb0d));
    *k = _mm_cvtepi32_ps(_mm_sub_epi32(_mm_srli_epi32(bits, 23), _mm_set1_epi32(127)));
    bits = _mm_and_si128(bits, _mm_set1_epi32(0x007fffff));
    return _mm_castsi128_ps(_mm_add_epi32(bits, _mm_set1_epi32(0x3f3504f3)));
}

/* log(1 + z) = z - (z^2/2 - the result), for z from sqrt(1/2) - 1 to sqrt(2) - 1. It is 2 atanh(s) with s = z /
 * (2 + z), and the result s (z^2/2 + s^2 p(s^2)). `half` is z^2/2. */
static inline LCC_INLINE f32x4 f32x4_log_rest(f32x4 z, f32x4 half) {
    f32x4 s = z / (f32x4_set1(2.0f) + z), square = s * s;
    f32x4 p = f32x4_fma(square, f32x4_set1(0.24279255f), f32x4_set1(0.28498787f));
    p = f32x4_fma(square, p, f32x4_set1(0.40000972f));
    p = f32x4_fma(square, p, f32x4_set1(0.66666663f));
    return s * f32x4_fma(square, p, half);
}

/* The natural logarithm: -infinity at 0, NaN below. A subnormal x is scaled by 2^23 first. */
static inline LCC_INLINE f32x4 f32x4_log(f32x4 x) {
    f32x4 least = f32x4_set1(1.1754944e-38f), one = f32x4_set1(1.0f), infinity = one / f32x4_zero(), k;
    f32x4 m = f32x4_log_parts(f32x4_if_less(x, least, x * f32x4_set1(8388608.0f), x), &k);
    k = k - f32x4_if_less(x, least, f32x4_set1(23.0f), f32x4_zero());
    f32x4 z = m - one, half = f32x4_set1(0.5f) * z * z,
          low = f32x4_log_rest(z, half) + k * f32x4_set1(1.4286068e-06f);
    f32x4 y = f32x4_fma(k, f32x4_set1(0.693145751953125f), z - (half - low));
    y = f32x4_if_less(f32x4_zero(), x, y,
                      f32x4_if_less(x, f32x4_zero(), f32x4_zero() / f32x4_zero(), -infinity));
    return f32x4_if_less(x, infinity, y, x);
}

/* log(1 + exp(x)) = max(x, 0) + log(1 + e) with e = exp(-|x|), and log(1 + e) = 2 atanh(s) with s = e / (2 +
 * e).
 */
static inline LCC_INLINE f32x4 f32x4_softplus(f32x4 x) {
    f32x4 e = f32x4_exp(-f32x4_abs(x)), s = e / (f32x4_set1(2.0f) + e), square = s * s;
    f32x4 p = f32x4_fma(square, f32x4_set1(0.24245256f), f32x4_set1(0.21443886f));
    p = f32x4_fma(square, p, f32x4_set1(0.28615212f));
    p = f32x4_fma(square, p, f32x4_set1(0.39998949f));
    p = f32x4_fma(square, p, f32x4_set1(0.66666675f));
    return f32x4_max(f32x4_zero(), x) + f32x4_fma(s * square, p, s + s);
}

/* x tanh(log(1 + exp(x))) = x n / (n + 2) with n = e (e + 2) and e = exp(x). */
static inline LCC_INLINE f32x4 f32x4_mish(f32x4 x) {
    f32x4 e = f32x4_exp(f32x4_min(f32x4_set1(20.0f), x));
    f32x4 n = e * (e + f32x4_set1(2.0f));
    return x * (n / (n + f32x4_set1(2.0f)));
}

/* The error function: x + x p(x^2) near 0, and 1 - exp(q(|x|)) from 0.9277 on. From 4 on it is 1. */
static inline LCC_INLINE f32x4 f32x4_erf(f32x4 x) {
    f32x4 t = f32x4_min(f32x4_set1(4.0f), f32x4_abs(x)), square = t * t;
    f32x4 p = f32x4_fma(square, f32x4_set1(-0.0005970269f), f32x4_set1(0.0049894317f));
    p = f32x4_fma(square, p, f32x4_set1(-0.026764356f));
    p = f32x4_fma(square, p, f32x4_set1(0.112817675f));
    p = f32x4_fma(square, p, f32x4_set1(-0.37612492f));
    p = f32x4_fma(square, p, f32x4_set1(0.12837915f));
    f32x4 q = f32x4_fma(t, f32x4_set1(0.00019407911f), f32x4_set1(-0.0030250973f));
    q = f32x4_fma(t, q, f32x4_set1(0.022155216f));
    q = f32x4_fma(t, q, f32x4_set1(-0.10378411f));
    q = f32x4_fma(t, q, f32x4_set1(-0.63734871f));
    q = f32x4_fma(t, q, f32x4_set1(-1.1275778f));
    q = f32x4_fma(t, q, f32x4_set1(-0.00021910138f));
    f32x4 outer = f32x4_with_sign(f32x4_set1(1.0f) - f32x4_exp(q), x);
    return f32x4_if_less(t, f32x4_set1(0.9277f), f32x4_fma(x, p, x), outer);
}

/* x times the normal distribution up to x (Hendrycks and Gimpel 2016, "Gaussian Error Linear Units"). Its tail
 * behind |x| is exp(p(|x|) - x^2 / 2). So nothing cancels where x is negative, as it would in 1 + erf. */
static inline LCC_INLINE f32x4 f32x4_gelu(f32x4 x) {
    f32x4 t = f32x4_abs(x), u = f32x4_min(f32x4_set1(5.5f), t);
    f32x4 p = f32x4_fma(u, f32x4_set1(-1.31837612e-06f), f32x4_set1(1.94966087e-05f));
    p = f32x4_fma(u, p, f32x4_set1(-9.17291472e-05f));
    p = f32x4_fma(u, p, f32x4_set1(-0.0001857483f));
    p = f32x4_fma(u, p, f32x4_set1(0.00501552317f));
    p = f32x4_fma(u, p, f32x4_set1(-0.0364708602f));
    p = f32x4_fma(u, p, f32x4_set1(0.181728825f));
    p = f32x4_fma(u, p, f32x4_set1(-0.797888696f));
    p = f32x4_fma(u, p, f32x4_set1(-0.693147123f));
    f32x4 tail = f32x4_exp(p - f32x4_set1(0.5f) * t * t);
    return f32x4_if_less(x, f32x4_zero(), x * tail, x * (f32x4_set1(1.0f) - tail));
}

/* The same source's approximation, x sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3)). */
static inline LCC_INLINE f32x4 f32x4_gelu_tanh(f32x4 x) {
    return x * f32x4_sigmoid(x * f32x4_fma(x * x, f32x4_set1(0.07135481f), f32x4_set1(1.5957692f)));
}

/* v 2^n for a whole number n from -252 to 252. */
static inline LCC_INLINE f32x4 f32x4_scale(f32x4 v, f32x4 n) {
    __m128i whole = _mm_cvtps_epi32(n), half = _mm_srai_epi32(whole, 1);
    return v * f32x4_power_of_2(half) * f32x4_power_of_2(_mm_sub_epi32(whole, half));
}

/* x without the last 12 bits of its fraction. */
static inline LCC_INLINE f32x4 f32x4_high_bits(f32x4 x) {
    return _mm_and_ps(x, _mm_castsi128_ps(_mm_set1_epi32(-4096)));
}

/* 2^(y log2 |x|), for x that is neither 0 nor infinite. log2 |x| is k + l with a whole k. y has a high part of
 * 12 bits, so that its product with k is exact. The error is that of y l. */
static inline LCC_INLINE f32x4 f32x4_pow_size(f32x4 x, f32x4 y) {
    f32x4 least = f32x4_set1(1.1754944e-38f), k, m;
    m = f32x4_log_parts(f32x4_if_less(x, least, x * f32x4_set1(8388608.0f), x), &k);
    k = k - f32x4_if_less(x, least, f32x4_set1(23.0f), f32x4_zero());
    f32x4 z = m - f32x4_set1(1.0f), half = f32x4_set1(0.5f) * z * z,
          l = f32x4_set1(1.442695f) * (z - (half - f32x4_log_rest(z, half)));
    y = f32x4_max(f32x4_min(y, f32x4_set1(1e10f)), f32x4_set1(-1e10f));
    f32x4 high = f32x4_high_bits(y), whole = high * k, rest = f32x4_fma(y - high, k, y * l);
    f32x4 n = f32x4_round(f32x4_max(f32x4_min(whole + rest, f32x4_set1(250.0f)), f32x4_set1(-250.0f)));
    f32x4 r = f32x4_max(f32x4_min((whole - n) + rest, f32x4_set1(1.0f)), f32x4_set1(-1.0f));
    return f32x4_scale(f32x4_exp(r * f32x4_set1(0.6931472f)), n);
}

/* x^y as C's pow has it, save that 1^NaN is NaN. Negative numbers have powers for whole y only. */
static inline LCC_INLINE f32x4 f32x4_pow(f32x4 x, f32x4 y) {
    f32x4 zero = f32x4_zero(), one = f32x4_set1(1.0f), size = f32x4_abs(x), infinity = one / zero,
          half = f32x4_set1(0.5f) * y;
    f32x4 ends = f32x4_if_less(zero, y, size, one / size);
    f32x4 power = f32x4_if_less(zero, size, f32x4_if_less(size, infinity, f32x4_pow_size(size, y), ends), ends);
    f32x4 odd = f32x4_if_less(zero, half - f32x4_floor(half), -power, power);
    f32x4 inside = f32x4_if_less(zero, size, f32x4_if_less(size, infinity, zero / zero, power), power);
    f32x4 signed_power = f32x4_if_less(zero, y - f32x4_floor(y), inside, odd);
    power = f32x4_if_less(f32x4_with_sign(one, x), zero, signed_power, power);
    power = f32x4_if_less(x, one, power, f32x4_if_less(zero, x, power, x));
    return f32x4_if_less(y, zero, power, f32x4_if_less(zero, y, power, y + one));
}

/* v^exponent by pow. */
static inline LCC_INLINE f32x4 f32x4_power(f32x4 v, float exponent) {
    return f32x4_pow(v, f32x4_set1(exponent));
}
