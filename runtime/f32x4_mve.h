/* f32x4_mve.h: four floats by Helium, the vectors of Armv8.1-M (Cortex-M55, M85).
 *
 * Generated code consists of calls of these functions, and of C's own + - * / on values of the type. lcc copies
 * the blocks that a model uses. A block is a run of lines between blank lines, and is either preamble or one
 * function. README.md beside this file says what each function promises, where the constants come from, and
 * what has to stand around the functions.
 *
 * GCC 12 has wrong notions of the intrinsics for memory: it believes that VLDRW reads integers, and keeps it
 * before a store of floats; that a store with a predicate writes all lanes, and a load reads them. So vectors
 * are loaded and stored as C has it, or by assembly that says what it reads; and where fewer than four lanes
 * count they go one by one. A product with one number for all lanes takes it from a register of the integer
 * unit: f32x4_fma_n. There is no division and no square root of vectors, so that lanes are computed one after
 * the other. */
#include <arm_mve.h>
#include <stdint.h>

#ifndef LCC_VPR_ASM
#if defined(__clang__)
#define LCC_VPR_ASM 0
#else
#define LCC_VPR_ASM 1 /* GCC knows the register of predicates as p0 */
#endif
#endif

#if !(__ARM_FEATURE_MVE & 2)
#error "layers of floats need Helium with floating point, as by -mcpu=cortex-m55"
#endif

#ifndef LCC_INLINE
#define LCC_INLINE __attribute__((always_inline))
#endif

typedef float32x4_t f32x4;
typedef float f32x4_memory __attribute__((vector_size(16), aligned(4), may_alias));

/* 4 floats from any address. */
static inline LCC_INLINE f32x4 f32x4_load(const float *p) { return *(const f32x4_memory *)(const void *)p; }

/* 4 floats to any address. */
static inline LCC_INLINE void f32x4_store(float *p, f32x4 v) { *(f32x4_memory *)(void *)p = v; }

/* The first n floats, 0 < n < 4, zeros behind them. Memory behind them is not touched. */
static inline LCC_INLINE f32x4 f32x4_load_part(const float *p, int n) {
    f32x4 v = vsetq_lane_f32(p[0], vdupq_n_f32(0.0f), 0);
    if (n > 1) v = vsetq_lane_f32(p[1], v, 1);
    if (n > 2) v = vsetq_lane_f32(p[2], v, 2);
    return v;
}

/* Stores the first n lanes, 0 < n < 4, and no other byte. */
static inline LCC_INLINE void f32x4_store_part(float *p, f32x4 v, int n) {
    p[0] = vgetq_lane_f32(v, 0);
    if (n > 1) p[1] = vgetq_lane_f32(v, 1);
    if (n > 2) p[2] = vgetq_lane_f32(v, 2);
}

/* x in every lane. */
static inline LCC_INLINE f32x4 f32x4_set1(float x) { return vdupq_n_f32(x); }

/* 0 in every lane. */
static inline LCC_INLINE f32x4 f32x4_zero(void) { return vdupq_n_f32(0.0f); }

/* 4 halves (IEEE 754 binary16) from any even address, as floats; no infinity, no NaN. Exponent and fraction
 * move to their places. An exponent of 0 makes 2^-14 (1 + fraction) so, of which 2^-14 goes: no subnormal float
 * is met, which Helium takes for 0. VCVTB is not used, since binutils 2.40 encodes its registers wrongly. */
static inline LCC_INLINE f32x4 f32x4_load_f16(const uint16_t *p) {
    uint32x4_t half;
    __asm__("vldrh.u32 %q0, [%1]" : "=w"(half) : "l"(p), "m"(*(const uint16_t(*)[4])p));
    uint32x4_t sign = vshlq_n_u32(vandq_u32(half, vdupq_n_u32(0x8000)), 16);
    uint32x4_t size = vshlq_n_u32(vandq_u32(half, vdupq_n_u32(0x7fff)), 13);
    uint32x4_t tiny = vshrq_n_u32(vsubq_u32(size, vdupq_n_u32(0x800000)), 31); /* 1 or 0 */
    uint32x4_t whole = vaddq_u32(size, vshlq_n_u32(vaddq_u32(tiny, vdupq_n_u32(112)), 23));
    uint32x4_t least = vmulq_u32(tiny, vdupq_n_u32(0x38800000)); /* 2^-14 */
    return vreinterpretq_f32_u32(vorrq_u32(sign, whole)) - vreinterpretq_f32_u32(vorrq_u32(sign, least));
}

/* 4 floats that stand among halves, at any even address. */
static inline LCC_INLINE f32x4 f32x4_load_wide(const uint16_t *p) {
    f32x4 v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}

/* 4 bytes 0..255 as floats. */
static inline LCC_INLINE f32x4 f32x4_load_u8(const uint8_t *p) {
    uint32x4_t v;
    __asm__("vldrb.u32 %q0, [%1]" : "=w"(v) : "l"(p), "m"(*(const uint8_t(*)[4])p));
    return vcvtq_f32_u32(v);
}

/* The first n of them, 0 < n < 4, zeros behind. */
static inline LCC_INLINE f32x4 f32x4_load_u8_part(const uint8_t *p, int n) {
    uint32x4_t v = vsetq_lane_u32(p[0], vdupq_n_u32(0), 0);
    if (n > 1) v = vsetq_lane_u32(p[1], v, 1);
    if (n > 2) v = vsetq_lane_u32(p[2], v, 2);
    return vcvtq_f32_u32(v);
}

/* 4 bytes -128..127 as floats. */
static inline LCC_INLINE f32x4 f32x4_load_i8(const int8_t *p) {
    int32x4_t v;
    __asm__("vldrb.s32 %q0, [%1]" : "=w"(v) : "l"(p), "m"(*(const int8_t(*)[4])p));
    return vcvtq_f32_s32(v);
}

/* The first n of them, 0 < n < 4, zeros behind. */
static inline LCC_INLINE f32x4 f32x4_load_i8_part(const int8_t *p, int n) {
    int32x4_t v = vsetq_lane_s32(p[0], vdupq_n_s32(0), 0);
    if (n > 1) v = vsetq_lane_s32(p[1], v, 1);
    if (n > 2) v = vsetq_lane_s32(p[2], v, 2);
    return vcvtq_f32_s32(v);
}

/* a * b + c, rounded once. */
static inline LCC_INLINE f32x4 f32x4_fma(f32x4 a, f32x4 b, f32x4 c) { return vfmaq_f32(c, a, b); }

/* x where a < b, else y: y where a or b is NaN. VCMP's LT is the contrary of GE, which holds for NaN: so this
 * is GT. GCC 12 moves predicates to the integer unit and back. */
#if LCC_VPR_ASM
static inline LCC_INLINE f32x4 f32x4_if_less(f32x4 a, f32x4 b, f32x4 x, f32x4 y) {
    f32x4 chosen;
    __asm__("vcmp.f32 gt, %q1, %q2\n\tvpsel %q0, %q3, %q4"
            : "=w"(chosen)
            : "w"(b), "w"(a), "w"(x), "w"(y)
            : "p0");
    return chosen;
}
#else
static inline LCC_INLINE f32x4 f32x4_if_less(f32x4 a, f32x4 b, f32x4 x, f32x4 y) {
    return vpselq_f32(x, y, vcmpgtq_f32(b, a));
}
#endif

/* a > b ? a : b: the second where either is NaN. */
static inline LCC_INLINE f32x4 f32x4_max(f32x4 a, f32x4 b) { return f32x4_if_less(b, a, a, b); }

/* x * b + c, rounded once. */
static inline LCC_INLINE f32x4 f32x4_fma_n(float x, f32x4 b, f32x4 c) { return vfmaq_n_f32(c, b, x); }

/* a < b ? a : b: the second where either is NaN. */
static inline LCC_INLINE f32x4 f32x4_min(f32x4 a, f32x4 b) { return f32x4_if_less(a, b, a, b); }

/* |v|. */
static inline LCC_INLINE f32x4 f32x4_abs(f32x4 v) { return vabsq_f32(v); }

/* The sum of the lanes, pairwise. */
static inline LCC_INLINE float f32x4_sum(f32x4 v) {
    return (vgetq_lane_f32(v, 0) + vgetq_lane_f32(v, 1)) + (vgetq_lane_f32(v, 2) + vgetq_lane_f32(v, 3));
}

/* The largest lane. */
static inline LCC_INLINE float f32x4_hmax(f32x4 v) {
    float a = vgetq_lane_f32(v, 0), b = vgetq_lane_f32(v, 1), c = vgetq_lane_f32(v, 2),
          d = vgetq_lane_f32(v, 3);
    a = a > b ? a : b;
    c = c > d ? c : d;
    return a > c ? a : c;
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
    return f32x4_if_less(v, f32x4_zero(), vmulq_n_f32(v, slope), v);
}

/* exp(x) = 2^n (1 + h): sets *n and returns h. `limited` is x, or the nearest bound where x may lie too far
 * out: n is made of it alone. For |limited| <= 104; the relative error is 2^-28. Where x lies above the bound h
 * grows without end, to infinity, so that the overflow comes from h and 2^n stays finite. */
static inline LCC_INLINE f32x4 f32x4_exp_parts(f32x4 x, f32x4 limited, int32x4_t *n) {
    *n = vcvtnq_s32_f32(limited * f32x4_set1(1.442695f));
    f32x4 whole = vcvtq_f32_s32(*n);
    f32x4 r = vfmsq_f32(x, whole, f32x4_set1(0.693145751953125f));
    r = vfmsq_f32(r, whole, f32x4_set1(1.4286068e-06f));
    f32x4 q = f32x4_fma(r, f32x4_set1(0.0013838903f), f32x4_set1(0.0083691925f));
    q = f32x4_fma(r, q, f32x4_set1(0.041668102f));
    q = f32x4_fma(r, q, f32x4_set1(0.16666517f));
    q = f32x4_fma(r, q, f32x4_set1(0.49999994f));
    return f32x4_fma(r * r, q, r);
}

/* 2^n by the bits of its exponent, -126 <= n <= 127. */
static inline LCC_INLINE f32x4 f32x4_power_of_2(int32x4_t n) {
    return vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(n, vdupq_n_s32(127)), 23));
}

/* exp(x): 0 below -104, infinity above 88.73; NaN stays. 2^n comes in two halves, lest it overflow first. */
static inline LCC_INLINE f32x4 f32x4_exp(f32x4 x) {
    x = f32x4_max(f32x4_set1(-104.0f), f32x4_min(f32x4_set1(89.0f), x));
    int32x4_t n;
    f32x4 h = f32x4_exp_parts(x, x, &n);
    int32x4_t half = vshrq_n_s32(n, 1);
    f32x4 scaled = (f32x4_set1(1.0f) + h) * f32x4_power_of_2(half);
    return scaled * f32x4_power_of_2(vsubq_s32(n, half));
}

/* 1 / (1 + exp(-x)); 0 below -88.73; NaN stays. */
static inline LCC_INLINE f32x4 f32x4_sigmoid(f32x4 x) {
    f32x4 y = f32x4_zero() - f32x4_min(f32x4_set1(87.0f), x);
    int32x4_t n;
    f32x4 h = f32x4_exp_parts(y, f32x4_min(f32x4_set1(88.0f), y), &n);
    f32x4 power = f32x4_power_of_2(n);
    return f32x4_set1(1.0f) / f32x4_fma(power, h, power + f32x4_set1(1.0f));
}

/* x * sigmoid(x); -0 below -88.73, but NaN at -infinity; NaN stays. */
static inline LCC_INLINE f32x4 f32x4_swish(f32x4 x) {
    f32x4 y = f32x4_zero() - f32x4_min(f32x4_set1(87.0f), x);
    int32x4_t n;
    f32x4 h = f32x4_exp_parts(y, f32x4_min(f32x4_set1(88.0f), y), &n);
    f32x4 power = f32x4_power_of_2(n);
    return x / f32x4_fma(power, h, power + f32x4_set1(1.0f));
}

/* x, which is not negative, with the sign of s. */
static inline LCC_INLINE f32x4 f32x4_with_sign(f32x4 x, f32x4 s) {
    uint32x4_t sign = vandq_u32(vreinterpretq_u32_f32(s), vdupq_n_u32(0x80000000u));
    return vreinterpretq_f32_u32(vorrq_u32(vreinterpretq_u32_f32(x), sign));
}

/* tanh(x) = e / (e + 2) with e = exp(2 |x|) - 1, and the sign of x. e loses nothing near 0: it is
 * 2^n h + (2^n - 1), where n is 0 for small x. Past 10 the result is 1. NaN stays. */
static inline LCC_INLINE f32x4 f32x4_tanh(f32x4 x) {
    f32x4 a = f32x4_min(f32x4_set1(20.0f), f32x4_abs(x + x));
    int32x4_t n;
    f32x4 h = f32x4_exp_parts(a, a, &n);
    f32x4 power = f32x4_power_of_2(n);
    f32x4 e = f32x4_fma(power, h, power - f32x4_set1(1.0f));
    return f32x4_with_sign(e / (e + f32x4_set1(2.0f)), x);
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
static inline LCC_INLINE f32x4 f32x4_sqrt(f32x4 v) {
    for (int i = 0; i < 4; i++) {
        float x = v[i];
        __asm__("vsqrt.f32 %0, %1" : "=t"(x) : "t"(x));
        v[i] = x;
    }
    return v;
}

/* The largest whole number that is not above v. */
static inline LCC_INLINE f32x4 f32x4_floor(f32x4 v) { return vrndmq_f32(v); }

/* The smallest whole number that is not below v. */
static inline LCC_INLINE f32x4 f32x4_ceil(f32x4 v) { return -f32x4_floor(-v); }

/* The nearest whole number, of two the even one. */
static inline LCC_INLINE f32x4 f32x4_round(f32x4 v) { return vrndnq_f32(v); }

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
    int32x4_t n;
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
    uint32x4_t bits = vaddq_u32(vreinterpretq_u32_f32(x), vdupq_n_u32(0x004afb0du));
    *k = vcvtq_f32_s32(vsubq_s32(vreinterpretq_s32_u32(vshrq_n_u32(bits, 23)), vdupq_n_s32(127)));
    bits = vandq_u32(bits, vdupq_n_u32(0x007fffffu));
    return vreinterpretq_f32_u32(vaddq_u32(bits, vdupq_n_u32(0x3f3504f3u)));
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
    int32x4_t whole = vcvtq_s32_f32(n), half = vshrq_n_s32(whole, 1);
    return v * f32x4_power_of_2(half) * f32x4_power_of_2(vsubq_s32(whole, half));
}

/* x without the last 12 bits of its fraction. */
static inline LCC_INLINE f32x4 f32x4_high_bits(f32x4 x) {
    return vreinterpretq_f32_u32(vandq_u32(vreinterpretq_u32_f32(x), vdupq_n_u32(0xfffff000u)));
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

/* Sets the sums of up to 3 pixels, sums[2 * m + j], to the bias of 8 channels at w. Returns the address behind.
 */
static inline LCC_INLINE const float *f32x4_begin_x2(int pixels, const float *w, f32x4 *sums) {
    const f32x4 first = f32x4_load(w), second = f32x4_load(w + 4);
    for (int m = 0; m < pixels; m++) {
        sums[2 * m] = first;
        sums[2 * m + 1] = second;
    }
    return w + 8;
}

/* Adds `count` inputs of 1 pixel, which begins at x, to sums[2 * m + j]; w[8 * k + 4 * j + lane] is the weight
 * of input k. Returns the address behind the weights. Two inputs of a pixel are loaded at a time. */
__attribute__((noinline)) static const float *f32x4_tile_1x2(const float *x, int32_t step, int32_t count,
                                                             const float *w, f32x4 *sums) {
    (void)step;
    int32_t a0;
    __asm__ volatile("vldrw.32 q0, [%[sums], #0]; vldrw.32 q1, [%[sums], #16]\n\t"
                     "tst %[count], #1; beq 1f\n\t"
                     "vldrw.32 q6, [%[w]], #16; vldrw.32 q7, [%[w]], #16\n\t"
                     "ldr %[a0], [%[x0]], #4\n\t"
                     "vfma.f32 q0, q6, %[a0]; vfma.f32 q1, q7, %[a0]\n\t"
                     "1: lsrs %[count], %[count], #1; beq 3f\n\t"
                     "dls lr, %[count]\n\t"
                     "2: vldrw.32 q6, [%[w]], #16\n\t"
                     "ldrd %[a0], %[count], [%[x0]], #8\n\t"
                     "vldrw.32 q7, [%[w]], #16\n\t"
                     "vfma.f32 q0, q6, %[a0]; vfma.f32 q1, q7, %[a0]\n\t"
                     "vldrw.32 q6, [%[w]], #16; vldrw.32 q7, [%[w]], #16\n\t"
                     "vfma.f32 q0, q6, %[count]; vfma.f32 q1, q7, %[count]\n\t"
                     "le lr, 2b; 3:\n\t"
                     "vstrw.32 q0, [%[sums], #0]; vstrw.32 q1, [%[sums], #16]"
                     : [x0] "+r"(x), [w] "+l"(w), [count] "+r"(count), [a0] "=&r"(a0)
                     : [sums] "r"(sums)
                     : "cc", "memory", "lr", "q0", "q1", "q6", "q7");
    return w;
}

/* Adds `count` inputs of 2 pixels, which begin at x and lie `step` apart, to sums[2 * m + j]; w[8 * k + 4 * j +
 * lane] is the weight of input k. Returns the address behind the weights. Two inputs of a pixel are loaded at a
 * time. */
__attribute__((noinline)) static const float *f32x4_tile_2x2(const float *x, int32_t step, int32_t count,
                                                             const float *w, f32x4 *sums) {
    const float *x1 = x + step;
    int32_t a0, a1, b1;
    __asm__ volatile("vldrw.32 q0, [%[sums], #0]; vldrw.32 q1, [%[sums], #16]\n\t"
                     "vldrw.32 q2, [%[sums], #32]; vldrw.32 q3, [%[sums], #48]\n\t"
                     "tst %[count], #1; beq 1f\n\t"
                     "vldrw.32 q6, [%[w]], #16; vldrw.32 q7, [%[w]], #16\n\t"
                     "ldr %[a0], [%[x0]], #4; ldr %[a1], [%[x1]], #4\n\t"
                     "vfma.f32 q0, q6, %[a0]; vfma.f32 q1, q7, %[a0]\n\t"
                     "vfma.f32 q2, q6, %[a1]; vfma.f32 q3, q7, %[a1]\n\t"
                     "1: lsrs %[count], %[count], #1; beq 3f\n\t"
                     "dls lr, %[count]\n\t"
                     "2: vldrw.32 q6, [%[w]], #16\n\t"
                     "ldrd %[a0], %[count], [%[x0]], #8\n\t"
                     "ldrd %[a1], %[b1], [%[x1]], #8\n\t"
                     "vldrw.32 q7, [%[w]], #16\n\t"
                     "vfma.f32 q0, q6, %[a0]; vfma.f32 q1, q7, %[a0]\n\t"
                     "vfma.f32 q2, q6, %[a1]; vfma.f32 q3, q7, %[a1]\n\t"
                     "vldrw.32 q6, [%[w]], #16; vldrw.32 q7, [%[w]], #16\n\t"
                     "vfma.f32 q0, q6, %[count]; vfma.f32 q1, q7, %[count]\n\t"
                     "vfma.f32 q2, q6, %[b1]; vfma.f32 q3, q7, %[b1]\n\t"
                     "le lr, 2b; 3:\n\t"
                     "vstrw.32 q0, [%[sums], #0]; vstrw.32 q1, [%[sums], #16]\n\t"
                     "vstrw.32 q2, [%[sums], #32]; vstrw.32 q3, [%[sums], #48]"
                     : [x0] "+r"(x), [x1] "+r"(x1), [w] "+l"(w), [count] "+r"(count), [a0] "=&r"(a0),
                       [a1] "=&r"(a1), [b1] "=&r"(b1)
                     : [sums] "r"(sums)
                     : "cc", "memory", "lr", "q0", "q1", "q2", "q3", "q6", "q7");
    return w;
}

/* Adds `count` inputs of 3 pixels, which begin at x and lie `step` apart, to sums[2 * m + j]; w[8 * k + 4 * j +
 * lane] is the weight of input k. Returns the address behind the weights. Two inputs of a pixel are loaded at a
 * time. */
__attribute__((noinline)) static const float *f32x4_tile_3x2(const float *x, int32_t step, int32_t count,
                                                             const float *w, f32x4 *sums) {
    const float *x1 = x + step, *x2 = x1 + step;
    int32_t a0, a1, a2, b1, b2;
    __asm__ volatile("vldrw.32 q0, [%[sums], #0]; vldrw.32 q1, [%[sums], #16]\n\t"
                     "vldrw.32 q2, [%[sums], #32]; vldrw.32 q3, [%[sums], #48]\n\t"
                     "vldrw.32 q4, [%[sums], #64]; vldrw.32 q5, [%[sums], #80]\n\t"
                     "tst %[count], #1; beq 1f\n\t"
                     "vldrw.32 q6, [%[w]], #16; vldrw.32 q7, [%[w]], #16\n\t"
                     "ldr %[a0], [%[x0]], #4; ldr %[a1], [%[x1]], #4; ldr %[a2], [%[x2]], #4\n\t"
                     "vfma.f32 q0, q6, %[a0]; vfma.f32 q1, q7, %[a0]\n\t"
                     "vfma.f32 q2, q6, %[a1]; vfma.f32 q3, q7, %[a1]\n\t"
                     "vfma.f32 q4, q6, %[a2]; vfma.f32 q5, q7, %[a2]\n\t"
                     "1: lsrs %[count], %[count], #1; beq 3f\n\t"
                     "dls lr, %[count]\n\t"
                     "2: vldrw.32 q6, [%[w]], #16\n\t"
                     "ldrd %[a0], %[count], [%[x0]], #8\n\t"
                     "ldrd %[a1], %[b1], [%[x1]], #8\n\t"
                     "ldrd %[a2], %[b2], [%[x2]], #8\n\t"
                     "vldrw.32 q7, [%[w]], #16\n\t"
                     "vfma.f32 q0, q6, %[a0]; vfma.f32 q1, q7, %[a0]\n\t"
                     "vfma.f32 q2, q6, %[a1]; vfma.f32 q3, q7, %[a1]\n\t"
                     "vfma.f32 q4, q6, %[a2]; vfma.f32 q5, q7, %[a2]\n\t"
                     "vldrw.32 q6, [%[w]], #16; vldrw.32 q7, [%[w]], #16\n\t"
                     "vfma.f32 q0, q6, %[count]; vfma.f32 q1, q7, %[count]\n\t"
                     "vfma.f32 q2, q6, %[b1]; vfma.f32 q3, q7, %[b1]\n\t"
                     "vfma.f32 q4, q6, %[b2]; vfma.f32 q5, q7, %[b2]\n\t"
                     "le lr, 2b; 3:\n\t"
                     "vstrw.32 q0, [%[sums], #0]; vstrw.32 q1, [%[sums], #16]\n\t"
                     "vstrw.32 q2, [%[sums], #32]; vstrw.32 q3, [%[sums], #48]\n\t"
                     "vstrw.32 q4, [%[sums], #64]; vstrw.32 q5, [%[sums], #80]"
                     : [x0] "+r"(x), [x1] "+r"(x1), [x2] "+r"(x2), [w] "+l"(w), [count] "+r"(count),
                       [a0] "=&r"(a0), [a1] "=&r"(a1), [a2] "=&r"(a2), [b1] "=&r"(b1), [b2] "=&r"(b2)
                     : [sums] "r"(sums)
                     : "cc", "memory", "lr", "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7");
    return w;
}

/* Stores the sums of up to 3 pixels by 8 channels; the pixels lie `step` apart. */
__attribute__((noinline)) static void f32x4_end_x2(int pixels, const f32x4 *sums, float *y, int32_t step) {
    for (int m = 0; m < pixels; m++, y += step) {
        f32x4_store(y, sums[2 * m]);
        f32x4_store(y + 4, sums[2 * m + 1]);
    }
}

/* The same of max(sum, 0); NaN stays. */
__attribute__((noinline)) static void f32x4_end_relu_x2(int pixels, const f32x4 *sums, float *y, int32_t step) {
    for (int m = 0; m < pixels; m++, y += step) {
        f32x4_store(y, f32x4_relu(sums[2 * m]));
        f32x4_store(y + 4, f32x4_relu(sums[2 * m + 1]));
    }
}

/* The same of min(max(sum, 0), 6); NaN stays. */
__attribute__((noinline)) static void f32x4_end_relu6_x2(int pixels, const f32x4 *sums, float *y,
                                                         int32_t step) {
    for (int m = 0; m < pixels; m++, y += step) {
        f32x4_store(y, f32x4_relu6(sums[2 * m]));
        f32x4_store(y + 4, f32x4_relu6(sums[2 * m + 1]));
    }
}
