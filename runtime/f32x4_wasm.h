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

/* Stores the first n lanes, 0 < n < 4, and no other byte. */
static inline LCC_INLINE void f32x4_store_part(float *p, f32x4 v, int n) {
    if (n == 1) {
        wasm_v128_store32_lane(p, (v128_t)v, 0);
        return;
    }
    wasm_v128_store64_lane(p, (v128_t)v, 0);
    if (n == 3) wasm_v128_store32_lane(p + 2, (v128_t)v, 2);
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
