/* f32x4_wasm.h: four floats, for WebAssembly with simd128.
 *
 * Generated code consists of calls of these functions, and of C's own + - * / on values of the type. lcc copies
 * the blocks that a model uses. A block is a run of lines between blank lines, and is either preamble or one
 * function. README.md beside this file says what each function promises, where the constants come from, and
 * what has to stand around the functions. */
#include <stdint.h>
#include <wasm_simd128.h>

#ifndef LCC_INLINE
#define LCC_INLINE __attribute__((always_inline))
#endif

typedef float f32x4 __attribute__((vector_size(16)));

/* 4 floats from any address. */
static inline LCC_INLINE f32x4 f32x4_load(const float *p) { return (f32x4)wasm_v128_load(p); }

/* 4 floats to any address. */
static inline LCC_INLINE void f32x4_store(float *p, f32x4 v) { wasm_v128_store(p, (v128_t)v); }

/* The first n floats, 0 < n < 4, zeros behind them. Memory behind them is not
 * touched. */
static inline LCC_INLINE f32x4 f32x4_load_part(const float *p, int n) {
    if (n == 1) return (f32x4)wasm_v128_load32_zero(p);
    v128_t low = wasm_v128_load64_zero(p);
    return (f32x4)(n == 2 ? low : wasm_v128_load32_lane(p + 2, low, 2));
}

/* Stores the first n lanes, 0 < n < 4, and no other byte. A single lane is stored as a float: of
 * wasm_v128_store32_lane, clang 14 makes wrong code at -O1 where many of them follow each other. */
static inline LCC_INLINE void f32x4_store_part(float *p, f32x4 v, int n) {
    if (n == 1) {
        p[0] = v[0];
        return;
    }
    wasm_v128_store64_lane(p, (v128_t)v, 0);
    if (n == 3) p[2] = v[2];
}

/* x in every lane. */
static inline LCC_INLINE f32x4 f32x4_set1(float x) { return (f32x4)wasm_f32x4_splat(x); }

/* 0 in every lane. */
static inline LCC_INLINE f32x4 f32x4_zero(void) { return f32x4_set1(0.0f); }

/* The first n bytes, 0 < n <= 4, in the low end of 16, zeros behind. Of four,
 * compilers make one load. */
static inline LCC_INLINE v128_t f32x4_bytes(const uint8_t *p, int n) {
    uint32_t bytes = p[0];
    if (n > 1) bytes |= (uint32_t)p[1] << 8;
    if (n > 2) bytes |= (uint32_t)p[2] << 16;
    if (n > 3) bytes |= (uint32_t)p[3] << 24;
    return wasm_i32x4_make((int32_t)bytes, 0, 0, 0);
}

/* Four bytes 0..255, the lowest of v, as floats. */
static inline LCC_INLINE f32x4 f32x4_from_u8(v128_t v) {
    return (f32x4)wasm_f32x4_convert_i32x4(wasm_u32x4_extend_low_u16x8(wasm_u16x8_extend_low_u8x16(v)));
}

/* Four bytes -128..127, the lowest of v, as floats. */
static inline LCC_INLINE f32x4 f32x4_from_i8(v128_t v) {
    return (f32x4)wasm_f32x4_convert_i32x4(wasm_i32x4_extend_low_i16x8(wasm_i16x8_extend_low_i8x16(v)));
}

/* 4 halves (IEEE 754 binary16) from any even address, as floats; no infinity, no
 * NaN. Exponent and fraction move to their places. An exponent of 0 makes a =
 * 2^-15 (1 + fraction) so, to which a - 2^-14 is added; all others are at least
 * 2^-14 and stay. No subnormal float is met, with which processors are slow. */
static inline LCC_INLINE f32x4 f32x4_load_f16(const uint16_t *p) {
    v128_t high = wasm_i32x4_shl(wasm_u32x4_load16x4(p), 16);
    v128_t sign = wasm_v128_and(high, wasm_i32x4_splat(INT32_MIN));
    v128_t size = wasm_u32x4_shr(wasm_v128_xor(high, sign), 3), least = wasm_f32x4_splat(6.103515625e-05f);
    f32x4 a = (f32x4)wasm_i32x4_add(size, wasm_i32x4_splat(112 << 23));
    f32x4 v = a + ((f32x4)wasm_f32x4_pmin((v128_t)a, least) - (f32x4)least);
    return (f32x4)wasm_v128_or((v128_t)v, sign);
}

/* 4 floats that stand among halves, at any even address. */
static inline LCC_INLINE f32x4 f32x4_load_wide(const uint16_t *p) { return (f32x4)wasm_v128_load(p); }

/* 4 bytes 0..255 as floats. */
static inline LCC_INLINE f32x4 f32x4_load_u8(const uint8_t *p) { return f32x4_from_u8(f32x4_bytes(p, 4)); }

/* The first n of them, 0 < n < 4, zeros behind. */
static inline LCC_INLINE f32x4 f32x4_load_u8_part(const uint8_t *p, int n) {
    return f32x4_from_u8(f32x4_bytes(p, n));
}

/* 4 bytes -128..127 as floats. */
static inline LCC_INLINE f32x4 f32x4_load_i8(const int8_t *p) {
    return f32x4_from_i8(f32x4_bytes((const uint8_t *)p, 4));
}

/* The first n of them, 0 < n < 4, zeros behind. */
static inline LCC_INLINE f32x4 f32x4_load_i8_part(const int8_t *p, int n) {
    return f32x4_from_i8(f32x4_bytes((const uint8_t *)p, n));
}

/* a * b + c, rounded after each operation. */
static inline LCC_INLINE f32x4 f32x4_fma(f32x4 a, f32x4 b, f32x4 c) { return a * b + c; }

/* a > b ? a : b: the second where either is NaN. */
static inline LCC_INLINE f32x4 f32x4_max(f32x4 a, f32x4 b) {
    return (f32x4)wasm_f32x4_pmax((v128_t)b, (v128_t)a);
}

/* a < b ? a : b: the second where either is NaN. */
static inline LCC_INLINE f32x4 f32x4_min(f32x4 a, f32x4 b) {
    return (f32x4)wasm_f32x4_pmin((v128_t)b, (v128_t)a);
}

/* |v|. */
static inline LCC_INLINE f32x4 f32x4_abs(f32x4 v) { return (f32x4)wasm_f32x4_abs((v128_t)v); }

/* The sum of the lanes, pairwise. */
static inline LCC_INLINE float f32x4_sum(f32x4 v) { return (v[0] + v[2]) + (v[1] + v[3]); }

/* The largest lane. */
static inline LCC_INLINE float f32x4_hmax(f32x4 v) {
    float even = v[0] > v[2] ? v[0] : v[2];
    float odd = v[1] > v[3] ? v[1] : v[3];
    return even > odd ? even : odd;
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

/* v where v >= 0, else slope * v; of any finite slope. */
static inline LCC_INLINE f32x4 f32x4_leaky_relu(f32x4 v, float slope) {
    v128_t negative = wasm_f32x4_lt((v128_t)v, (v128_t)f32x4_zero());
    return (f32x4)wasm_v128_bitselect((v128_t)(v * f32x4_set1(slope)), (v128_t)v, negative);
}

/* exp(x) = 2^n (1 + h): sets *n and returns h. `limited` is x, or the nearest bound where x may lie too far
 * out: n is made of it alone. For |limited| <= 104; the relative error is 2^-28. Where x lies above the bound h
 * grows without end, to infinity, so that the overflow comes from h and 2^n stays finite. */
static inline LCC_INLINE f32x4 f32x4_exp_parts(f32x4 x, f32x4 limited, v128_t *n) {
    *n = wasm_i32x4_trunc_sat_f32x4(wasm_f32x4_nearest((v128_t)(limited * f32x4_set1(1.442695f))));
    f32x4 whole = (f32x4)wasm_f32x4_convert_i32x4(*n);
    f32x4 r = x - whole * f32x4_set1(0.693145751953125f); /* exact: 16 bits times 8 */
    r = r - whole * f32x4_set1(1.4286068e-06f);
    f32x4 q = f32x4_fma(r, f32x4_set1(0.0013838903f), f32x4_set1(0.0083691925f));
    q = f32x4_fma(r, q, f32x4_set1(0.041668102f));
    q = f32x4_fma(r, q, f32x4_set1(0.16666517f));
    q = f32x4_fma(r, q, f32x4_set1(0.49999994f));
    return f32x4_fma(r * r, q, r);
}

/* 2^n by the bits of its exponent, -126 <= n <= 127. */
static inline LCC_INLINE f32x4 f32x4_power_of_2(v128_t n) {
    return (f32x4)wasm_i32x4_shl(wasm_i32x4_add(n, wasm_i32x4_splat(127)), 23);
}

/* exp(x): 0 below -104, infinity above 88.73; NaN stays. 2^n comes in two
 * halves, lest it overflow first. */
static inline LCC_INLINE f32x4 f32x4_exp(f32x4 x) {
    x = f32x4_max(f32x4_set1(-104.0f), f32x4_min(f32x4_set1(89.0f), x));
    v128_t n;
    f32x4 h = f32x4_exp_parts(x, x, &n);
    v128_t half = wasm_i32x4_shr(n, 1);
    f32x4 scaled = (f32x4_set1(1.0f) + h) * f32x4_power_of_2(half);
    return scaled * f32x4_power_of_2(wasm_i32x4_sub(n, half));
}

/* 1 / (1 + exp(-x)); 0 below -88.73; NaN stays. */
static inline LCC_INLINE f32x4 f32x4_sigmoid(f32x4 x) {
    f32x4 y = f32x4_zero() - f32x4_min(f32x4_set1(87.0f), x);
    v128_t n;
    f32x4 h = f32x4_exp_parts(y, f32x4_min(f32x4_set1(88.0f), y), &n);
    f32x4 power = f32x4_power_of_2(n);
    return f32x4_set1(1.0f) / f32x4_fma(power, h, power + f32x4_set1(1.0f));
}

/* x * sigmoid(x); -0 below -88.73, but NaN at -infinity; NaN stays. */
static inline LCC_INLINE f32x4 f32x4_swish(f32x4 x) {
    f32x4 y = f32x4_zero() - f32x4_min(f32x4_set1(87.0f), x);
    v128_t n;
    f32x4 h = f32x4_exp_parts(y, f32x4_min(f32x4_set1(88.0f), y), &n);
    f32x4 power = f32x4_power_of_2(n);
    return x / f32x4_fma(power, h, power + f32x4_set1(1.0f));
}

/* tanh(x) = e / (e + 2) with e = exp(2 |x|) - 1, and the sign of x. e loses
 * nothing near 0: it is 2^n h + (2^n - 1), where n is 0 for small x. Past 10
 * the result is 1. NaN stays. */
static inline LCC_INLINE f32x4 f32x4_tanh(f32x4 x) {
    f32x4 a = f32x4_min(f32x4_set1(20.0f), f32x4_abs(x + x));
    v128_t n;
    f32x4 h = f32x4_exp_parts(a, a, &n);
    f32x4 power = f32x4_power_of_2(n);
    f32x4 e = f32x4_fma(power, h, power - f32x4_set1(1.0f));
    v128_t sign = (v128_t)f32x4_set1(-0.0f);
    return (f32x4)wasm_v128_bitselect((v128_t)x, (v128_t)(e / (e + f32x4_set1(2.0f))), sign);
}

/* x where a < b, else y: y where a or b is NaN. */
static inline LCC_INLINE f32x4 f32x4_if_less(f32x4 a, f32x4 b, f32x4 x, f32x4 y) {
    v128_t less = wasm_f32x4_lt((v128_t)a, (v128_t)b);
    return (f32x4)wasm_v128_bitselect((v128_t)x, (v128_t)y, less);
}

/* x, which is not negative, with the sign of s. */
static inline LCC_INLINE f32x4 f32x4_with_sign(f32x4 x, f32x4 s) {
    return (f32x4)wasm_v128_bitselect((v128_t)s, (v128_t)x, (v128_t)f32x4_set1(-0.0f));
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
static inline LCC_INLINE f32x4 f32x4_sqrt(f32x4 v) { return (f32x4)wasm_f32x4_sqrt((v128_t)v); }

/* The largest whole number that is not above v. */
static inline LCC_INLINE f32x4 f32x4_floor(f32x4 v) { return (f32x4)wasm_f32x4_floor((v128_t)v); }

/* The smallest whole number that is not below v. */
static inline LCC_INLINE f32x4 f32x4_ceil(f32x4 v) { return -f32x4_floor(-v); }

/* The nearest whole number, of two the even one. */
static inline LCC_INLINE f32x4 f32x4_round(f32x4 v) { return (f32x4)wasm_f32x4_nearest((v128_t)v); }

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
    v128_t n;
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
    v128_t bits = wasm_i32x4_add((v128_t)x, wasm_i32x4_splat(0x004afb0d));
    *k = (f32x4)wasm_f32x4_convert_i32x4(wasm_i32x4_sub(wasm_u32x4_shr(bits, 23), wasm_i32x4_splat(127)));
    bits = wasm_v128_and(bits, wasm_i32x4_splat(0x007fffff));
    return (f32x4)wasm_i32x4_add(bits, wasm_i32x4_splat(0x3f3504f3));
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
    v128_t whole = wasm_i32x4_trunc_sat_f32x4((v128_t)n), half = wasm_i32x4_shr(whole, 1);
    return v * f32x4_power_of_2(half) * f32x4_power_of_2(wasm_i32x4_sub(whole, half));
}

/* x without the last 12 bits of its fraction. */
static inline LCC_INLINE f32x4 f32x4_high_bits(f32x4 x) {
    return (f32x4)wasm_v128_and((v128_t)x, wasm_i32x4_splat(-4096));
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
