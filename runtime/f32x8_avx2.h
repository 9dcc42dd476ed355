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

/* 1 + exp(-x); infinity below -88.73; NaN stays. A shorter way than exp_parts, as AVX-512 has it: exp(-x) =
 * 2^(n/8) exp(r), and |r| <= ln 2 / 16. n is rounded by adding 1.5 * 2^23, whose last bits then hold it. The
 * lowest three bits look up 2^(k/8), less k << 20, so that adding n << 20 to it changes its exponent alone.
 * ln 2 / 8 is one float; exp(r) is 1 + r q(r), where q has degree 2 and a relative error of 2^-24.7. n is made
 * of an x of at least -88.65, so that 2^(n/8) stays finite; below that r and q grow without end, and the
 * overflow comes from them. */
static inline LCC_INLINE f32x8 f32x8_one_plus_exp_minus(f32x8 x) {
    static const uint32_t roots[8] = {0x3f800000, 0x3f7b95c2, 0x3f7837f0, 0x3f75fed7,
                                      0x3f7504f3, 0x3f75672a, 0x3f7744fd, 0x3f7ac0c7};
    x = f32x8_min(f32x8_set1(87.0f), x);
    f32x8 limited = f32x8_max(f32x8_set1(-88.65f), x);
    f32x8 shifted = f32x8_fma(limited, f32x8_set1(-11.54156f), f32x8_set1(12582912.0f));
    f32x8 n = shifted - f32x8_set1(12582912.0f);
    f32x8 r = _mm256_fnmsub_ps(n, f32x8_set1(0.0866434f), x);
    __m256i bits = _mm256_castps_si256(shifted);
    __m256i root = _mm256_permutevar8x32_epi32(_mm256_loadu_si256((const __m256i *)(const void *)roots), bits);
    f32x8 power = _mm256_castsi256_ps(_mm256_add_epi32(root, _mm256_slli_epi32(bits, 20)));
    f32x8 q = f32x8_fma(r, f32x8_set1(0.16666667f), f32x8_set1(0.5000782f));
    q = f32x8_fma(r, q, f32x8_set1(1.0f));
    return f32x8_fma(power * r, q, power) + f32x8_set1(1.0f);
}

/* 1 / (1 + exp(-x)); 0 below -88.73; NaN stays. */
static inline LCC_INLINE f32x8 f32x8_sigmoid(f32x8 x) { return f32x8_set1(1.0f) / f32x8_one_plus_exp_minus(x); }

/* x * sigmoid(x); -0 below -88.73, but NaN at -infinity; NaN stays. */
static inline LCC_INLINE f32x8 f32x8_swish(f32x8 x) { return x / f32x8_one_plus_exp_minus(x); }

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

/* x where a < b, else y: y where a or b is NaN. */
static inline LCC_INLINE f32x8 f32x8_if_less(f32x8 a, f32x8 b, f32x8 x, f32x8 y) {
    return _mm256_blendv_ps(y, x, _mm256_cmp_ps(a, b, _CMP_LT_OQ));
}

/* x, which is not negative, with the sign of s. */
static inline LCC_INLINE f32x8 f32x8_with_sign(f32x8 x, f32x8 s) {
    return _mm256_or_ps(x, _mm256_and_ps(s, _mm256_set1_ps(-0.0f)));
}

/* -v. */
static inline LCC_INLINE f32x8 f32x8_neg(f32x8 v) { return -v; }

/* 1 / v. */
static inline LCC_INLINE f32x8 f32x8_reciprocal(f32x8 v) { return f32x8_set1(1.0f) / v; }

/* v^2. */
static inline LCC_INLINE f32x8 f32x8_square(f32x8 v) { return v * v; }

/* v^3. */
static inline LCC_INLINE f32x8 f32x8_cube(f32x8 v) { return v * v * v; }

/* The square root, NaN for negative numbers. */
static inline LCC_INLINE f32x8 f32x8_sqrt(f32x8 v) { return _mm256_sqrt_ps(v); }

/* The largest whole number that is not above v. */
static inline LCC_INLINE f32x8 f32x8_floor(f32x8 v) { return _mm256_floor_ps(v); }

/* The smallest whole number that is not below v. */
static inline LCC_INLINE f32x8 f32x8_ceil(f32x8 v) { return -f32x8_floor(-v); }

/* The nearest whole number, of two the even one. */
static inline LCC_INLINE f32x8 f32x8_round(f32x8 v) {
    return _mm256_round_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

/* 1, 0 or -1 with the sign of v; NaN stays. */
static inline LCC_INLINE f32x8 f32x8_sign(f32x8 v) {
    f32x8 below = f32x8_if_less(v, f32x8_zero(), f32x8_set1(-1.0f), v);
    return f32x8_if_less(f32x8_zero(), v, f32x8_set1(1.0f), below);
}

/* v, but at least low and at most high; NaN stays. */
static inline LCC_INLINE f32x8 f32x8_clip(f32x8 v, float low, float high) {
    return f32x8_min(f32x8_set1(high), f32x8_max(f32x8_set1(low), v));
}

/* v where v > alpha, else 0; NaN stays. */
static inline LCC_INLINE f32x8 f32x8_thresholded_relu(f32x8 v, float alpha) {
    return f32x8_if_less(f32x8_set1(alpha), v, v, f32x8_min(f32x8_zero(), f32x8_max(f32x8_zero(), v)));
}

/* v / (1 + |v|). */
static inline LCC_INLINE f32x8 f32x8_softsign(f32x8 v) { return v / (f32x8_set1(1.0f) + f32x8_abs(v)); }

/* exp(x) - 1 where x < 0, else 0. */
static inline LCC_INLINE f32x8 f32x8_expm1_below(f32x8 x) {
    x = f32x8_max(f32x8_min(x, f32x8_zero()), f32x8_set1(-80.0f));
    __m256i n;
    f32x8 h = f32x8_exp_parts(x, x, &n);
    f32x8 power = f32x8_power_of_2(n);
    return f32x8_fma(power, h, power - f32x8_set1(1.0f));
}

/* v where v >= 0, else alpha (exp(v) - 1). */
static inline LCC_INLINE f32x8 f32x8_elu(f32x8 v, float alpha) {
    return f32x8_if_less(v, f32x8_zero(), f32x8_set1(alpha) * f32x8_expm1_below(v), v);
}

/* v where v >= 0, else alpha (exp(v / alpha) - 1); alpha > 0. */
static inline LCC_INLINE f32x8 f32x8_celu(f32x8 v, float alpha) {
    f32x8 below = f32x8_set1(alpha) * f32x8_expm1_below(v / f32x8_set1(alpha));
    return f32x8_if_less(v, f32x8_zero(), below, v);
}

/* elu with two constants of Klambauer et al. 2017, "Self-Normalizing Neural Networks". */
static inline LCC_INLINE f32x8 f32x8_selu(f32x8 v) {
    f32x8 below = f32x8_set1(1.7580993f) * f32x8_expm1_below(v);
    return f32x8_if_less(v, f32x8_zero(), below, f32x8_set1(1.050701f) * v);
}

/* A number x > 0 that is not subnormal is 2^k m with m from sqrt(1/2) to sqrt(2): sets *k and returns m. */
static inline LCC_INLINE f32x8 f32x8_log_parts(f32x8 x, f32x8 *k) {
    __m256i bits = _mm256_add_epi32(_mm256_castps_si256(x), _mm256_set1_epi32(0x004afb0d));
    *k = _mm256_cvtepi32_ps(_mm256_sub_epi32(_mm256_srli_epi32(bits, 23), _mm256_set1_epi32(127)));
    bits = _mm256_and_si256(bits, _mm256_set1_epi32(0x007fffff));
    return _mm256_castsi256_ps(_mm256_add_epi32(bits, _mm256_set1_epi32(0x3f3504f3)));
}

/* log(1 + z) = z - (z^2/2 - the result), for z from sqrt(1/2) - 1 to sqrt(2) - 1. It is 2 atanh(s) with s = z /
 * (2 + z), and the result s (z^2/2 + s^2 p(s^2)). `half` is z^2/2. */
static inline LCC_INLINE f32x8 f32x8_log_rest(f32x8 z, f32x8 half) {
    f32x8 s = z / (f32x8_set1(2.0f) + z), square = s * s;
    f32x8 p = f32x8_fma(square, f32x8_set1(0.24279255f), f32x8_set1(0.28498787f));
    p = f32x8_fma(square, p, f32x8_set1(0.40000972f));
    p = f32x8_fma(square, p, f32x8_set1(0.66666663f));
    return s * f32x8_fma(square, p, half);
}

/* The natural logarithm: -infinity at 0, NaN below. A subnormal x is scaled by 2^23 first. */
static inline LCC_INLINE f32x8 f32x8_log(f32x8 x) {
    f32x8 least = f32x8_set1(1.1754944e-38f), one = f32x8_set1(1.0f), infinity = one / f32x8_zero(), k;
    f32x8 m = f32x8_log_parts(f32x8_if_less(x, least, x * f32x8_set1(8388608.0f), x), &k);
    k = k - f32x8_if_less(x, least, f32x8_set1(23.0f), f32x8_zero());
    f32x8 z = m - one, half = f32x8_set1(0.5f) * z * z,
          low = f32x8_log_rest(z, half) + k * f32x8_set1(1.4286068e-06f);
    f32x8 y = f32x8_fma(k, f32x8_set1(0.693145751953125f), z - (half - low));
    y = f32x8_if_less(f32x8_zero(), x, y,
                      f32x8_if_less(x, f32x8_zero(), f32x8_zero() / f32x8_zero(), -infinity));
    return f32x8_if_less(x, infinity, y, x);
}

/* log(1 + exp(x)) = max(x, 0) + log(1 + e) with e = exp(-|x|), and log(1 + e) = 2 atanh(s) with s = e / (2 +
 * e).
 */
static inline LCC_INLINE f32x8 f32x8_softplus(f32x8 x) {
    f32x8 e = f32x8_exp(-f32x8_abs(x)), s = e / (f32x8_set1(2.0f) + e), square = s * s;
    f32x8 p = f32x8_fma(square, f32x8_set1(0.24245256f), f32x8_set1(0.21443886f));
    p = f32x8_fma(square, p, f32x8_set1(0.28615212f));
    p = f32x8_fma(square, p, f32x8_set1(0.39998949f));
    p = f32x8_fma(square, p, f32x8_set1(0.66666675f));
    return f32x8_max(f32x8_zero(), x) + f32x8_fma(s * square, p, s + s);
}

/* x tanh(log(1 + exp(x))) = x n / (n + 2) with n = e (e + 2) and e = exp(x). */
static inline LCC_INLINE f32x8 f32x8_mish(f32x8 x) {
    f32x8 e = f32x8_exp(f32x8_min(f32x8_set1(20.0f), x));
    f32x8 n = e * (e + f32x8_set1(2.0f));
    return x * (n / (n + f32x8_set1(2.0f)));
}

/* The error function: x + x p(x^2) near 0, and 1 - exp(q(|x|)) from 0.9277 on. From 4 on it is 1. */
static inline LCC_INLINE f32x8 f32x8_erf(f32x8 x) {
    f32x8 t = f32x8_min(f32x8_set1(4.0f), f32x8_abs(x)), square = t * t;
    f32x8 p = f32x8_fma(square, f32x8_set1(-0.0005970269f), f32x8_set1(0.0049894317f));
    p = f32x8_fma(square, p, f32x8_set1(-0.026764356f));
    p = f32x8_fma(square, p, f32x8_set1(0.112817675f));
    p = f32x8_fma(square, p, f32x8_set1(-0.37612492f));
    p = f32x8_fma(square, p, f32x8_set1(0.12837915f));
    f32x8 q = f32x8_fma(t, f32x8_set1(0.00019407911f), f32x8_set1(-0.0030250973f));
    q = f32x8_fma(t, q, f32x8_set1(0.022155216f));
    q = f32x8_fma(t, q, f32x8_set1(-0.10378411f));
    q = f32x8_fma(t, q, f32x8_set1(-0.63734871f));
    q = f32x8_fma(t, q, f32x8_set1(-1.1275778f));
    q = f32x8_fma(t, q, f32x8_set1(-0.00021910138f));
    f32x8 outer = f32x8_with_sign(f32x8_set1(1.0f) - f32x8_exp(q), x);
    return f32x8_if_less(t, f32x8_set1(0.9277f), f32x8_fma(x, p, x), outer);
}

/* x times the normal distribution up to x (Hendrycks and Gimpel 2016, "Gaussian Error Linear Units"). Its tail
 * behind |x| is exp(p(|x|) - x^2 / 2). So nothing cancels where x is negative, as it would in 1 + erf. */
static inline LCC_INLINE f32x8 f32x8_gelu(f32x8 x) {
    f32x8 t = f32x8_abs(x), u = f32x8_min(f32x8_set1(5.5f), t);
    f32x8 p = f32x8_fma(u, f32x8_set1(-1.31837612e-06f), f32x8_set1(1.94966087e-05f));
    p = f32x8_fma(u, p, f32x8_set1(-9.17291472e-05f));
    p = f32x8_fma(u, p, f32x8_set1(-0.0001857483f));
    p = f32x8_fma(u, p, f32x8_set1(0.00501552317f));
    p = f32x8_fma(u, p, f32x8_set1(-0.0364708602f));
    p = f32x8_fma(u, p, f32x8_set1(0.181728825f));
    p = f32x8_fma(u, p, f32x8_set1(-0.797888696f));
    p = f32x8_fma(u, p, f32x8_set1(-0.693147123f));
    f32x8 tail = f32x8_exp(p - f32x8_set1(0.5f) * t * t);
    return f32x8_if_less(x, f32x8_zero(), x * tail, x * (f32x8_set1(1.0f) - tail));
}

/* The same source's approximation, x sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3)). */
static inline LCC_INLINE f32x8 f32x8_gelu_tanh(f32x8 x) {
    return x * f32x8_sigmoid(x * f32x8_fma(x * x, f32x8_set1(0.07135481f), f32x8_set1(1.5957692f)));
}

/* v 2^n for a whole number n from -252 to 252. */
static inline LCC_INLINE f32x8 f32x8_scale(f32x8 v, f32x8 n) {
    __m256i whole = _mm256_cvtps_epi32(n), half = _mm256_srai_epi32(whole, 1);
    return v * f32x8_power_of_2(half) * f32x8_power_of_2(_mm256_sub_epi32(whole, half));
}

/* x without the last 12 bits of its fraction. */
static inline LCC_INLINE f32x8 f32x8_high_bits(f32x8 x) {
    return _mm256_and_ps(x, _mm256_castsi256_ps(_mm256_set1_epi32(-4096)));
}

/* 2^(y log2 |x|), for x that is neither 0 nor infinite. log2 |x| is k + l with a whole k. y has a high part of
 * 12 bits, so that its product with k is exact. The error is that of y l. */
static inline LCC_INLINE f32x8 f32x8_pow_size(f32x8 x, f32x8 y) {
    f32x8 least = f32x8_set1(1.1754944e-38f), k, m;
    m = f32x8_log_parts(f32x8_if_less(x, least, x * f32x8_set1(8388608.0f), x), &k);
    k = k - f32x8_if_less(x, least, f32x8_set1(23.0f), f32x8_zero());
    f32x8 z = m - f32x8_set1(1.0f), half = f32x8_set1(0.5f) * z * z,
          l = f32x8_set1(1.442695f) * (z - (half - f32x8_log_rest(z, half)));
    y = f32x8_max(f32x8_min(y, f32x8_set1(1e10f)), f32x8_set1(-1e10f));
    f32x8 high = f32x8_high_bits(y), whole = high * k, rest = f32x8_fma(y - high, k, y * l);
    f32x8 n = f32x8_round(f32x8_max(f32x8_min(whole + rest, f32x8_set1(250.0f)), f32x8_set1(-250.0f)));
    f32x8 r = f32x8_max(f32x8_min((whole - n) + rest, f32x8_set1(1.0f)), f32x8_set1(-1.0f));
    return f32x8_scale(f32x8_exp(r * f32x8_set1(0.6931472f)), n);
}

/* x^y as C's pow has it, save that 1^NaN is NaN. Negative numbers have powers for whole y only. */
static inline LCC_INLINE f32x8 f32x8_pow(f32x8 x, f32x8 y) {
    f32x8 zero = f32x8_zero(), one = f32x8_set1(1.0f), size = f32x8_abs(x), infinity = one / zero,
          half = f32x8_set1(0.5f) * y;
    f32x8 ends = f32x8_if_less(zero, y, size, one / size);
    f32x8 power = f32x8_if_less(zero, size, f32x8_if_less(size, infinity, f32x8_pow_size(size, y), ends), ends);
    f32x8 odd = f32x8_if_less(zero, half - f32x8_floor(half), -power, power);
    f32x8 inside = f32x8_if_less(zero, size, f32x8_if_less(size, infinity, zero / zero, power), power);
    f32x8 signed_power = f32x8_if_less(zero, y - f32x8_floor(y), inside, odd);
    power = f32x8_if_less(f32x8_with_sign(one, x), zero, signed_power, power);
    power = f32x8_if_less(x, one, power, f32x8_if_less(zero, x, power, x));
    return f32x8_if_less(y, zero, power, f32x8_if_less(zero, y, power, y + one));
}

/* v^exponent by pow. */
static inline LCC_INLINE f32x8 f32x8_power(f32x8 v, float exponent) {
    return f32x8_pow(v, f32x8_set1(exponent));
}
