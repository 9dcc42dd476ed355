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

/* The bits of a float. */
static inline uint32_t f32x1_to_bits(f32x1 v) {
    union {
        uint32_t bits;
        float value;
    } pun;
    pun.value = v;
    return pun.bits;
}

/* x where a < b, else y: y where a or b is NaN. */
static inline f32x1 f32x1_if_less(f32x1 a, f32x1 b, f32x1 x, f32x1 y) { return a < b ? x : y; }

/* x, which is not negative, with the sign of s. */
static inline f32x1 f32x1_with_sign(f32x1 x, f32x1 s) {
    return f32x1_from_bits(f32x1_to_bits(x) | (f32x1_to_bits(s) & 0x80000000u));
}

/* -v. */
static inline f32x1 f32x1_neg(f32x1 v) { return -v; }

/* 1 / v. */
static inline f32x1 f32x1_reciprocal(f32x1 v) { return f32x1_set1(1.0f) / v; }

/* v^2. */
static inline f32x1 f32x1_square(f32x1 v) { return v * v; }

/* v^3. */
static inline f32x1 f32x1_cube(f32x1 v) { return v * v * v; }

/* The square root, NaN for negative numbers. The first estimate of 1 / sqrt comes from the bits (Blinn 1997,
 * "Floating-Point Tricks"); Newton's steps follow. A subnormal v is scaled first. */
static inline f32x1 f32x1_sqrt(f32x1 v) {
    float scaled = v < 1.1754944e-38f ? v * 16777216.0f : v;
    float inverse = f32x1_from_bits(0x5f3759dfu - (f32x1_to_bits(scaled) >> 1));
    inverse = inverse * (1.5f - 0.5f * scaled * inverse * inverse);
    inverse = inverse * (1.5f - 0.5f * scaled * inverse * inverse);
    inverse = inverse * (1.5f - 0.5f * scaled * inverse * inverse);
    float root = scaled * inverse;
    root = 0.5f * (root + scaled / root);
    if (v < 0.0f) return (v - v) / 0.0f;
    if (!(v > 0.0f && v <= 3.4028235e38f)) return v;
    return v < 1.1754944e-38f ? root * 0.000244140625f : root;
}

/* The largest whole number that is not above v. From 2^23 on every float is whole. */
static inline f32x1 f32x1_floor(f32x1 v) {
    if (!(v > -8388608.0f && v < 8388608.0f)) return v;
    float whole = (float)(int32_t)v;
    return f32x1_with_sign(f32x1_abs(whole > v ? whole - 1.0f : whole), v);
}

/* The smallest whole number that is not below v. */
static inline f32x1 f32x1_ceil(f32x1 v) { return -f32x1_floor(-v); }

/* The nearest whole number, of two the even one. */
static inline f32x1 f32x1_round(f32x1 v) {
    if (!(v > -8388608.0f && v < 8388608.0f)) return v;
    float lower = f32x1_floor(v), above = v - lower, half = lower * 0.5f;
    int up = above > 0.5f || (above == 0.5f && f32x1_floor(half) != half);
    return f32x1_with_sign(f32x1_abs(up ? lower + 1.0f : lower), v);
}

/* 1, 0 or -1 with the sign of v; NaN stays. */
static inline f32x1 f32x1_sign(f32x1 v) {
    f32x1 below = f32x1_if_less(v, f32x1_zero(), f32x1_set1(-1.0f), v);
    return f32x1_if_less(f32x1_zero(), v, f32x1_set1(1.0f), below);
}

/* v, but at least low and at most high; NaN stays. */
static inline f32x1 f32x1_clip(f32x1 v, float low, float high) {
    return f32x1_min(f32x1_set1(high), f32x1_max(f32x1_set1(low), v));
}

/* v where v > alpha, else 0; NaN stays. */
static inline f32x1 f32x1_thresholded_relu(f32x1 v, float alpha) {
    return f32x1_if_less(f32x1_set1(alpha), v, v, f32x1_min(f32x1_zero(), f32x1_max(f32x1_zero(), v)));
}

/* v / (1 + |v|). */
static inline f32x1 f32x1_softsign(f32x1 v) { return v / (f32x1_set1(1.0f) + f32x1_abs(v)); }

/* exp(x) - 1 where x < 0, else 0. */
static inline f32x1 f32x1_expm1_below(f32x1 x) {
    x = f32x1_max(f32x1_min(x, f32x1_zero()), f32x1_set1(-80.0f));
    int32_t n;
    f32x1 h = f32x1_exp_parts(x, x, &n);
    f32x1 power = f32x1_power_of_2(n);
    return f32x1_fma(power, h, power - f32x1_set1(1.0f));
}

/* v where v >= 0, else alpha (exp(v) - 1). */
static inline f32x1 f32x1_elu(f32x1 v, float alpha) {
    return f32x1_if_less(v, f32x1_zero(), f32x1_set1(alpha) * f32x1_expm1_below(v), v);
}

/* v where v >= 0, else alpha (exp(v / alpha) - 1); alpha > 0. */
static inline f32x1 f32x1_celu(f32x1 v, float alpha) {
    f32x1 below = f32x1_set1(alpha) * f32x1_expm1_below(v / f32x1_set1(alpha));
    return f32x1_if_less(v, f32x1_zero(), below, v);
}

/* elu with two constants of Klambauer et al. 2017, "Self-Normalizing Neural Networks". */
static inline f32x1 f32x1_selu(f32x1 v) {
    f32x1 below = f32x1_set1(1.7580993f) * f32x1_expm1_below(v);
    return f32x1_if_less(v, f32x1_zero(), below, f32x1_set1(1.050701f) * v);
}

/* A number x > 0 that is not subnormal is 2^k m with m from sqrt(1/2) to sqrt(2): sets *k and returns m. */
static inline f32x1 f32x1_log_parts(f32x1 x, f32x1 *k) {
    uint32_t bits = f32x1_to_bits(x) + 0x004afb0du;
    *k = (float)((int32_t)(bits >> 23) - 127);
    return f32x1_from_bits((bits & 0x007fffffu) + 0x3f3504f3u);
}

/* log(1 + z) = z - (z^2/2 - the result), for z from sqrt(1/2) - 1 to sqrt(2) - 1. It is 2 atanh(s) with s = z /
 * (2 + z), and the result s (z^2/2 + s^2 p(s^2)). `half` is z^2/2. */
static inline f32x1 f32x1_log_rest(f32x1 z, f32x1 half) {
    f32x1 s = z / (f32x1_set1(2.0f) + z), square = s * s;
    f32x1 p = f32x1_fma(square, f32x1_set1(0.24279255f), f32x1_set1(0.28498787f));
    p = f32x1_fma(square, p, f32x1_set1(0.40000972f));
    p = f32x1_fma(square, p, f32x1_set1(0.66666663f));
    return s * f32x1_fma(square, p, half);
}

/* The natural logarithm: -infinity at 0, NaN below. A subnormal x is scaled by 2^23 first. */
static inline f32x1 f32x1_log(f32x1 x) {
    f32x1 least = f32x1_set1(1.1754944e-38f), one = f32x1_set1(1.0f), infinity = one / f32x1_zero(), k;
    f32x1 m = f32x1_log_parts(f32x1_if_less(x, least, x * f32x1_set1(8388608.0f), x), &k);
    k = k - f32x1_if_less(x, least, f32x1_set1(23.0f), f32x1_zero());
    f32x1 z = m - one, half = f32x1_set1(0.5f) * z * z,
          low = f32x1_log_rest(z, half) + k * f32x1_set1(1.4286068e-06f);
    f32x1 y = f32x1_fma(k, f32x1_set1(0.693145751953125f), z - (half - low));
    y = f32x1_if_less(f32x1_zero(), x, y,
                      f32x1_if_less(x, f32x1_zero(), f32x1_zero() / f32x1_zero(), -infinity));
    return f32x1_if_less(x, infinity, y, x);
}

/* log(1 + exp(x)) = max(x, 0) + log(1 + e) with e = exp(-|x|), and log(1 + e) = 2 atanh(s) with s = e / (2 +
 * e).
 */
static inline f32x1 f32x1_softplus(f32x1 x) {
    f32x1 e = f32x1_exp(-f32x1_abs(x)), s = e / (f32x1_set1(2.0f) + e), square = s * s;
    f32x1 p = f32x1_fma(square, f32x1_set1(0.24245256f), f32x1_set1(0.21443886f));
    p = f32x1_fma(square, p, f32x1_set1(0.28615212f));
    p = f32x1_fma(square, p, f32x1_set1(0.39998949f));
    p = f32x1_fma(square, p, f32x1_set1(0.66666675f));
    return f32x1_max(f32x1_zero(), x) + f32x1_fma(s * square, p, s + s);
}

/* x tanh(log(1 + exp(x))) = x n / (n + 2) with n = e (e + 2) and e = exp(x). */
static inline f32x1 f32x1_mish(f32x1 x) {
    f32x1 e = f32x1_exp(f32x1_min(f32x1_set1(20.0f), x));
    f32x1 n = e * (e + f32x1_set1(2.0f));
    return x * (n / (n + f32x1_set1(2.0f)));
}

/* The error function: x + x p(x^2) near 0, and 1 - exp(q(|x|)) from 0.9277 on. From 4 on it is 1. */
static inline f32x1 f32x1_erf(f32x1 x) {
    f32x1 t = f32x1_min(f32x1_set1(4.0f), f32x1_abs(x)), square = t * t;
    f32x1 p = f32x1_fma(square, f32x1_set1(-0.0005970269f), f32x1_set1(0.0049894317f));
    p = f32x1_fma(square, p, f32x1_set1(-0.026764356f));
    p = f32x1_fma(square, p, f32x1_set1(0.112817675f));
    p = f32x1_fma(square, p, f32x1_set1(-0.37612492f));
    p = f32x1_fma(square, p, f32x1_set1(0.12837915f));
    f32x1 q = f32x1_fma(t, f32x1_set1(0.00019407911f), f32x1_set1(-0.0030250973f));
    q = f32x1_fma(t, q, f32x1_set1(0.022155216f));
    q = f32x1_fma(t, q, f32x1_set1(-0.10378411f));
    q = f32x1_fma(t, q, f32x1_set1(-0.63734871f));
    q = f32x1_fma(t, q, f32x1_set1(-1.1275778f));
    q = f32x1_fma(t, q, f32x1_set1(-0.00021910138f));
    f32x1 outer = f32x1_with_sign(f32x1_set1(1.0f) - f32x1_exp(q), x);
    return f32x1_if_less(t, f32x1_set1(0.9277f), f32x1_fma(x, p, x), outer);
}

/* x times the normal distribution up to x (Hendrycks and Gimpel 2016, "Gaussian Error Linear Units"). Its tail
 * behind |x| is exp(p(|x|) - x^2 / 2). So nothing cancels where x is negative, as it would in 1 + erf. */
static inline f32x1 f32x1_gelu(f32x1 x) {
    f32x1 t = f32x1_abs(x), u = f32x1_min(f32x1_set1(5.5f), t);
    f32x1 p = f32x1_fma(u, f32x1_set1(-1.31837612e-06f), f32x1_set1(1.94966087e-05f));
    p = f32x1_fma(u, p, f32x1_set1(-9.17291472e-05f));
    p = f32x1_fma(u, p, f32x1_set1(-0.0001857483f));
    p = f32x1_fma(u, p, f32x1_set1(0.00501552317f));
    p = f32x1_fma(u, p, f32x1_set1(-0.0364708602f));
    p = f32x1_fma(u, p, f32x1_set1(0.181728825f));
    p = f32x1_fma(u, p, f32x1_set1(-0.797888696f));
    p = f32x1_fma(u, p, f32x1_set1(-0.693147123f));
    f32x1 tail = f32x1_exp(p - f32x1_set1(0.5f) * t * t);
    return f32x1_if_less(x, f32x1_zero(), x * tail, x * (f32x1_set1(1.0f) - tail));
}

/* The same source's approximation, x sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3)). */
static inline f32x1 f32x1_gelu_tanh(f32x1 x) {
    return x * f32x1_sigmoid(x * f32x1_fma(x * x, f32x1_set1(0.07135481f), f32x1_set1(1.5957692f)));
}

/* v 2^n for a whole number n from -252 to 252. */
static inline f32x1 f32x1_scale(f32x1 v, f32x1 n) {
    int32_t whole = (int32_t)n;
    return v * f32x1_power_of_2(whole / 2) * f32x1_power_of_2(whole - whole / 2);
}

/* x without the last 12 bits of its fraction. */
static inline f32x1 f32x1_high_bits(f32x1 x) { return f32x1_from_bits(f32x1_to_bits(x) & 0xfffff000u); }

/* 2^(y log2 |x|), for x that is neither 0 nor infinite. log2 |x| is k + l with a whole k. y has a high part of
 * 12 bits, so that its product with k is exact. The error is that of y l. */
static inline f32x1 f32x1_pow_size(f32x1 x, f32x1 y) {
    f32x1 least = f32x1_set1(1.1754944e-38f), k, m;
    m = f32x1_log_parts(f32x1_if_less(x, least, x * f32x1_set1(8388608.0f), x), &k);
    k = k - f32x1_if_less(x, least, f32x1_set1(23.0f), f32x1_zero());
    f32x1 z = m - f32x1_set1(1.0f), half = f32x1_set1(0.5f) * z * z,
          l = f32x1_set1(1.442695f) * (z - (half - f32x1_log_rest(z, half)));
    y = f32x1_max(f32x1_min(y, f32x1_set1(1e10f)), f32x1_set1(-1e10f));
    f32x1 high = f32x1_high_bits(y), whole = high * k, rest = f32x1_fma(y - high, k, y * l);
    f32x1 n = f32x1_round(f32x1_max(f32x1_min(whole + rest, f32x1_set1(250.0f)), f32x1_set1(-250.0f)));
    f32x1 r = f32x1_max(f32x1_min((whole - n) + rest, f32x1_set1(1.0f)), f32x1_set1(-1.0f));
    return f32x1_scale(f32x1_exp(r * f32x1_set1(0.6931472f)), n);
}

/* x^y as C's pow has it, save that 1^NaN is NaN. Negative numbers have powers for whole y only. */
static inline f32x1 f32x1_pow(f32x1 x, f32x1 y) {
    f32x1 zero = f32x1_zero(), one = f32x1_set1(1.0f), size = f32x1_abs(x), infinity = one / zero,
          half = f32x1_set1(0.5f) * y;
    f32x1 ends = f32x1_if_less(zero, y, size, one / size);
    f32x1 power = f32x1_if_less(zero, size, f32x1_if_less(size, infinity, f32x1_pow_size(size, y), ends), ends);
    f32x1 odd = f32x1_if_less(zero, half - f32x1_floor(half), -power, power);
    f32x1 inside = f32x1_if_less(zero, size, f32x1_if_less(size, infinity, zero / zero, power), power);
    f32x1 signed_power = f32x1_if_less(zero, y - f32x1_floor(y), inside, odd);
    power = f32x1_if_less(f32x1_with_sign(one, x), zero, signed_power, power);
    power = f32x1_if_less(x, one, power, f32x1_if_less(zero, x, power, x));
    return f32x1_if_less(y, zero, power, f32x1_if_less(zero, y, power, y + one));
}

/* v^exponent by pow. */
static inline f32x1 f32x1_power(f32x1 v, float exponent) { return f32x1_pow(v, f32x1_set1(exponent)); }
