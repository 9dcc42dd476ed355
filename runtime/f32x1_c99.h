/* f32x1_c99.h: one float, in strict C99: the family of machines that have no vectors, or of which nothing is
 * known.
 *
 * Generated code consists of calls of these functions, and of C's own + - * / on values of the type. lcc copies
 * the blocks that a model uses. A block is a run of lines between blank lines, and is either preamble or one
 * function. README.md beside this file says what each function promises, where the constants come from, and
 * what has to stand around the functions. One lane has no parts, so there is no load_part and no
 * store_part. */
#include <stdint.h>

typedef float f32x1;

/* One float. */
static inline f32x1 f32x1_load(const float *p) { return *p; }

/* One float. */
static inline void f32x1_store(float *p, f32x1 v) { *p = v; }

/* x. */
static inline f32x1 f32x1_set1(float x) { return x; }

/* 0. */
static inline f32x1 f32x1_zero(void) { return 0.0f; }

/* A byte 0..255 as a float. */
static inline f32x1 f32x1_load_u8(const uint8_t *p) { return (float)*p; }

/* A byte -128..127 as a float. */
static inline f32x1 f32x1_load_i8(const int8_t *p) { return (float)*p; }

/* a * b + c; how often it is rounded is the compiler's choice. */
static inline f32x1 f32x1_fma(f32x1 a, f32x1 b, f32x1 c) { return a * b + c; }

/* a > b ? a : b: the second where either is NaN. */
static inline f32x1 f32x1_max(f32x1 a, f32x1 b) { return a > b ? a : b; }

/* a < b ? a : b: the second where either is NaN. */
static inline f32x1 f32x1_min(f32x1 a, f32x1 b) { return a < b ? a : b; }

/* |v|. */
static inline f32x1 f32x1_abs(f32x1 v) { return v < 0.0f ? -v : v + 0.0f; }

/* v: the sum of one lane. */
static inline float f32x1_sum(f32x1 v) { return v; }

/* v: the largest of one lane. */
static inline float f32x1_hmax(f32x1 v) { return v; }

/* max(v, 0); NaN stays. */
static inline f32x1 f32x1_relu(f32x1 v) { return f32x1_max(0.0f, v); }

/* min(max(v, 0), 6); NaN stays. */
static inline f32x1 f32x1_relu6(f32x1 v) { return f32x1_min(6.0f, f32x1_max(0.0f, v)); }

/* relu6(v + 3) / 6, by the reciprocal of 6. */
static inline f32x1 f32x1_hsigmoid(f32x1 v) { return f32x1_relu6(v + 3.0f) * (1.0f / 6.0f); }

/* v * hsigmoid(v). */
static inline f32x1 f32x1_hswish(f32x1 v) { return v * f32x1_hsigmoid(v); }

/* v where v >= 0, else slope * v. */
static inline f32x1 f32x1_leaky_relu(f32x1 v, float slope) { return v < 0.0f ? v * slope : v; }

/* The float of these bits (IEEE 754 binary32). */
static inline f32x1 f32x1_from_bits(uint32_t bits) {
    union {
        uint32_t bits;
        float value;
    } pun;
    pun.bits = bits;
    return pun.value;
}

/* A half (IEEE 754 binary16) as a float; no infinity, no NaN. Exponent and fraction move to their places. An
 * exponent of 0 makes 2^-14 (1 + fraction) so, of which 2^-14 goes: no subnormal float is met, which processors
 * may be slow with or take for 0. Without a branch, since signs follow no rule. */
static inline f32x1 f32x1_load_f16(const uint16_t *p) {
    uint32_t half = *p, sign = (half & 0x8000u) << 16, size = (half & 0x7fffu) << 13;
    uint32_t tiny = (size - 0x800000u) >> 31; /* 1 or 0 */
    float v = f32x1_from_bits(sign | (size + ((112u + tiny) << 23)));
    return v - f32x1_from_bits(sign | tiny * 0x38800000u); /* 2^-14 */
}

/* A float that stands among halves: its low half, then its high one. */
static inline f32x1 f32x1_load_wide(const uint16_t *p) {
    return f32x1_from_bits((uint32_t)p[0] | (uint32_t)p[1] << 16);
}

/* exp(x) = 2^n (1 + h): sets *n and returns h. `limited` is x, or the nearest bound where x may lie too far
 * out: n is made of it alone. For |limited| <= 104; the relative error is 2^-28. Where x lies above the bound h
 * grows without end, to infinity, so that the overflow comes from h and 2^n stays finite. `limited` must not be
 * NaN, which has no integer; x may be, and then h is. */
static inline f32x1 f32x1_exp_parts(f32x1 x, f32x1 limited, int32_t *n) {
    *n = (int32_t)(limited * 1.442695f + (limited < 0.0f ? -0.5f : 0.5f));
    float whole = (float)*n;
    float r = x - whole * 0.693145751953125f; /* exact: 16 bits times 8 */
    r = r - whole * 1.4286068e-06f;
    float q = r * 0.0013838903f + 0.0083691925f;
    q = r * q + 0.041668102f;
    q = r * q + 0.16666517f;
    q = r * q + 0.49999994f;
    return r * r * q + r;
}

/* 2^n by the bits of its exponent, -126 <= n <= 127. */
static inline f32x1 f32x1_power_of_2(int32_t n) { return f32x1_from_bits((uint32_t)(n + 127) << 23); }

/* exp(x): 0 below -104, infinity above 88.73; NaN stays. 2^n comes in two halves, lest it overflow first. */
static inline f32x1 f32x1_exp(f32x1 x) {
    int32_t n;
    float limited = f32x1_min(f32x1_max(x, -104.0f), 89.0f);
    float h = f32x1_exp_parts(limited, limited, &n);
    float y = (1.0f + h) * f32x1_power_of_2(n / 2) * f32x1_power_of_2(n - n / 2);
    return x == x ? y : x;
}

/* 1 / (1 + exp(-x)); 0 below -88.73; NaN stays. */
static inline f32x1 f32x1_sigmoid(f32x1 x) {
    float y = -f32x1_min(87.0f, x);
    int32_t n;
    float h = f32x1_exp_parts(y, f32x1_min(y, 88.0f), &n);
    float power = f32x1_power_of_2(n);
    return 1.0f / (power * h + (power + 1.0f));
}

/* x * sigmoid(x); -0 below -88.73, but NaN at -infinity; NaN stays. */
static inline f32x1 f32x1_swish(f32x1 x) {
    float y = -f32x1_min(87.0f, x);
    int32_t n;
    float h = f32x1_exp_parts(y, f32x1_min(y, 88.0f), &n);
    float power = f32x1_power_of_2(n);
    return x / (power * h + (power + 1.0f));
}

/* tanh(x) = e / (e + 2) with e = exp(2 |x|) - 1, and the sign of x. e loses nothing near 0: it is
 * 2^n h + (2^n - 1), where n is 0 for small x. Past 10 the result is 1. NaN stays. */
static inline f32x1 f32x1_tanh(f32x1 x) {
    int32_t n;
    float a = f32x1_min(f32x1_max(f32x1_abs(x + x), 0.0f), 20.0f);
    float h = f32x1_exp_parts(a, a, &n);
    float power = f32x1_power_of_2(n);
    float e = power * h + (power - 1.0f);
    float y = e / (e + 2.0f);
    if (x != x || x == 0.0f) return x;
    return x < 0.0f ? -y : y;
}
