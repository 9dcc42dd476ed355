/* f32x4_neon.h: four floats, for any aarch64 (Advanced SIMD).
 *
 * Generated code consists of calls of these functions, and of C's own + - * / on values of the type. lcc copies
 * the blocks that a model uses. A block is a run of lines between blank lines, and is either preamble or one
 * function. README.md beside this file says what each function promises, where the constants come from, and
 * what has to stand around the functions. */
#include <arm_neon.h>
#include <stdint.h>

#ifndef LCC_INLINE
#define LCC_INLINE __attribute__((always_inline))
#endif

typedef float32x4_t f32x4;

/* 4 floats from any address. */
static inline LCC_INLINE f32x4 f32x4_load(const float *p) { return vld1q_f32(p); }

/* 4 floats to any address. */
static inline LCC_INLINE void f32x4_store(float *p, f32x4 v) { vst1q_f32(p, v); }

/* The first n floats, 0 < n < 4, zeros behind them. Memory behind them is not touched. */
static inline LCC_INLINE f32x4 f32x4_load_part(const float *p, int n) {
    if (n == 1) return vld1q_lane_f32(p, vdupq_n_f32(0.0f), 0);
    float32x2_t rest = vdup_n_f32(0.0f);
    if (n == 3) rest = vld1_lane_f32(p + 2, rest, 0);
    return vcombine_f32(vld1_f32(p), rest);
}

/* Stores the first n lanes, 0 < n < 4, and no other byte. */
static inline LCC_INLINE void f32x4_store_part(float *p, f32x4 v, int n) {
    if (n == 1) {
        vst1q_lane_f32(p, v, 0);
        return;
    }
    vst1_f32(p, vget_low_f32(v));
    if (n == 3) vst1q_lane_f32(p + 2, v, 2);
}

/* x in every lane. */
static inline LCC_INLINE f32x4 f32x4_set1(float x) { return vdupq_n_f32(x); }

/* 0 in every lane. */
static inline LCC_INLINE f32x4 f32x4_zero(void) { return vdupq_n_f32(0.0f); }

/* The first n bytes, 0 < n <= 4, in the low end of 8, zeros behind. Of four, compilers make one load. */
static inline LCC_INLINE uint8x8_t f32x4_bytes(const uint8_t *p, int n) {
    uint32_t bytes = p[0];
    if (n > 1) bytes |= (uint32_t)p[1] << 8;
    if (n > 2) bytes |= (uint32_t)p[2] << 16;
    if (n > 3) bytes |= (uint32_t)p[3] << 24;
    return vcreate_u8(bytes);
}

/* Four bytes 0..255, the lowest of v, as floats. */
static inline LCC_INLINE f32x4 f32x4_from_u8(uint8x8_t v) {
    return vcvtq_f32_u32(vmovl_u16(vget_low_u16(vmovl_u8(v))));
}

/* Four bytes -128..127, the lowest of v, as floats. */
static inline LCC_INLINE f32x4 f32x4_from_i8(uint8x8_t v) {
    return vcvtq_f32_s32(vmovl_s16(vget_low_s16(vmovl_s8(vreinterpret_s8_u8(v)))));
}

/* 4 halves (IEEE 754 binary16) from any even address, as floats. */
static inline LCC_INLINE f32x4 f32x4_load_f16(const uint16_t *p) {
    return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p)));
}

/* 4 floats that stand among halves, at any even address. */
static inline LCC_INLINE f32x4 f32x4_load_wide(const uint16_t *p) {
    return vreinterpretq_f32_u16(vld1q_u16(p));
}

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

/* a * b + c, rounded once. */
static inline LCC_INLINE f32x4 f32x4_fma(f32x4 a, f32x4 b, f32x4 c) { return vfmaq_f32(c, a, b); }

/* The larger; NaN where either is NaN (x86 differs: it gives the second). */
static inline LCC_INLINE f32x4 f32x4_max(f32x4 a, f32x4 b) { return vmaxq_f32(a, b); }

/* The smaller; NaN where either is NaN (x86 differs: it gives the second). */
static inline LCC_INLINE f32x4 f32x4_min(f32x4 a, f32x4 b) { return vminq_f32(a, b); }

/* |v|. */
static inline LCC_INLINE f32x4 f32x4_abs(f32x4 v) { return vabsq_f32(v); }

/* The sum of the lanes, pairwise. */
static inline LCC_INLINE float f32x4_sum(f32x4 v) { return vaddvq_f32(v); }

/* The largest lane. */
static inline LCC_INLINE float f32x4_hmax(f32x4 v) { return vmaxvq_f32(v); }

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
    return vbslq_f32(vcltzq_f32(v), v * f32x4_set1(slope), v);
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

/* tanh(x) = e / (e + 2) with e = exp(2 |x|) - 1, and the sign of x. e loses nothing near 0: it is
 * 2^n h + (2^n - 1), where n is 0 for small x. Past 10 the result is 1. NaN stays. */
static inline LCC_INLINE f32x4 f32x4_tanh(f32x4 x) {
    f32x4 a = f32x4_min(f32x4_set1(20.0f), f32x4_abs(x + x));
    int32x4_t n;
    f32x4 h = f32x4_exp_parts(a, a, &n);
    f32x4 power = f32x4_power_of_2(n);
    f32x4 e = f32x4_fma(power, h, power - f32x4_set1(1.0f));
    return vbslq_f32(vdupq_n_u32(0x80000000u), x, e / (e + f32x4_set1(2.0f)));
}
