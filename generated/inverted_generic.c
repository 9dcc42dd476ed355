/* inverted, written by lcc 0.1.0 for generic: any machine with IEEE 754 floats, strict C99.
 *
 *     lcc inverted.net --target generic --storage file --selftest --profile -o inverted_generic.c
 *
 * The weights are random numbers: what this network predicts means nothing.
 *
 * 11 steps, 0.12 M multiply-adds, 10112 bytes of arena, 17192 bytes of weights (hash df05b8c15b130f6a).
 * Tensors are [height, width, channels], one pixel's channels side by side. */
#include "inverted_generic.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* ---- f32x1: 1 float ---- */

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

/* a * b + c; how often it is rounded is the compiler's choice. */
static inline f32x1 f32x1_fma(f32x1 a, f32x1 b, f32x1 c) { return a * b + c; }

/* a > b ? a : b: the second where either is NaN. */
static inline f32x1 f32x1_max(f32x1 a, f32x1 b) { return a > b ? a : b; }

/* a < b ? a : b: the second where either is NaN. */
static inline f32x1 f32x1_min(f32x1 a, f32x1 b) { return a < b ? a : b; }

/* min(max(v, 0), 6); NaN stays. */
static inline f32x1 f32x1_relu6(f32x1 v) { return f32x1_min(6.0f, f32x1_max(0.0f, v)); }

/* relu6(v + 3) / 6, by the reciprocal of 6. */
static inline f32x1 f32x1_hsigmoid(f32x1 v) { return f32x1_relu6(v + 3.0f) * (1.0f / 6.0f); }

/* v * hsigmoid(v). */
static inline f32x1 f32x1_hswish(f32x1 v) { return v * f32x1_hsigmoid(v); }

/* The float of these bits (IEEE 754 binary32). */
static inline f32x1 f32x1_from_bits(uint32_t bits) {
    union {
        uint32_t bits;
        float value;
    } pun;
    pun.bits = bits;
    return pun.value;
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

/* Where the caller keeps the weights: set by bind. */
static const float *weights;

#if (defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) || defined(__BIG_ENDIAN__) || \
    defined(__ARMEB__) || defined(__MIPSEB__) || defined(__s390__) || defined(__sparc)
#define BIG_ENDIAN_WEIGHTS
/* The weights are written in little-endian order. This copy of them has the machine's. */
static float ordered_weights[4298];

static void order_weights(const unsigned char *p) {
    for (size_t i = 0; i < 4298; i++, p += 4) {
        const uint32_t low = (uint32_t)p[0] | (uint32_t)p[1] << 8;
        const uint32_t high = (uint32_t)p[2] | (uint32_t)p[3] << 8, word = low | high << 16;
        memcpy(&ordered_weights[i], &word, 4);
    }
}

#endif

#define WEIGHTS(i) (weights + (i))

/* One padded row of the input, as floats. */
static void stage_row_17x3(const uint8_t *x, float *row, int iy) {
    static const float padding[3] = {127.5f, 127.5f, 127.5f};
    if (iy < 0 || iy >= 17) {
        for (int i = 0; i < 57; i++) {
            row[i] = padding[i % 3];
        }
        return;
    }
    for (int i = 0; i < 3; i++) {
        row[i] = padding[i % 3];
    }
    for (int i = 0; i < 3; i++) {
        row[i + 54] = padding[i % 3];
    }
    row += 3;
    x += iy * 51;
    for (int i = 0; i < 51; i += 1) {
        f32x1_store(row + i, f32x1_load_u8(x + i));
    }
}

/* 9 pixels x 1 channels, over 27 inputs. */
static void tile_9x1_of_27(const float *const *rows, int at, const float *w, float *y) {
    f32x1 acc0_0 = f32x1_load(w);
    f32x1 acc1_0 = acc0_0;
    f32x1 acc2_0 = acc0_0;
    f32x1 acc3_0 = acc0_0;
    f32x1 acc4_0 = acc0_0;
    f32x1 acc5_0 = acc0_0;
    f32x1 acc6_0 = acc0_0;
    f32x1 acc7_0 = acc0_0;
    f32x1 acc8_0 = acc0_0;
    w += 1;
    for (int ky = 0; ky < 3; ky++) {
        const float *x = rows[ky] + at;
        for (int k = 0; k < 9; k++) {
            const f32x1 w0 = f32x1_load(w);
            const f32x1 v0_0 = f32x1_set1(x[k]);
            acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
            const f32x1 v1_0 = f32x1_set1(x[k + 6]);
            acc1_0 = f32x1_fma(v1_0, w0, acc1_0);
            const f32x1 v2_0 = f32x1_set1(x[k + 12]);
            acc2_0 = f32x1_fma(v2_0, w0, acc2_0);
            const f32x1 v3_0 = f32x1_set1(x[k + 18]);
            acc3_0 = f32x1_fma(v3_0, w0, acc3_0);
            const f32x1 v4_0 = f32x1_set1(x[k + 24]);
            acc4_0 = f32x1_fma(v4_0, w0, acc4_0);
            const f32x1 v5_0 = f32x1_set1(x[k + 30]);
            acc5_0 = f32x1_fma(v5_0, w0, acc5_0);
            const f32x1 v6_0 = f32x1_set1(x[k + 36]);
            acc6_0 = f32x1_fma(v6_0, w0, acc6_0);
            const f32x1 v7_0 = f32x1_set1(x[k + 42]);
            acc7_0 = f32x1_fma(v7_0, w0, acc7_0);
            const f32x1 v8_0 = f32x1_set1(x[k + 48]);
            acc8_0 = f32x1_fma(v8_0, w0, acc8_0);
            w += 1;
        }
    }
    f32x1_store(y, f32x1_hswish(acc0_0));
    f32x1_store(y + 8, f32x1_hswish(acc1_0));
    f32x1_store(y + 16, f32x1_hswish(acc2_0));
    f32x1_store(y + 24, f32x1_hswish(acc3_0));
    f32x1_store(y + 32, f32x1_hswish(acc4_0));
    f32x1_store(y + 40, f32x1_hswish(acc5_0));
    f32x1_store(y + 48, f32x1_hswish(acc6_0));
    f32x1_store(y + 56, f32x1_hswish(acc7_0));
    f32x1_store(y + 64, f32x1_hswish(acc8_0));
}

static void conv3x3_3_to_8_row_of_9(const float *const *rows, const float *w, float *y) {
    for (int b = 0; b < 8; b++) {
        tile_9x1_of_27(rows, 0, w + b * 28, y + b);
    }
}

/* 9 pixels x 1 channels, over 8 inputs. */
static void tile_9x1_of_8(const float *x, const float *w, float *y) {
    f32x1 acc0_0 = f32x1_load(w);
    f32x1 acc1_0 = acc0_0;
    f32x1 acc2_0 = acc0_0;
    f32x1 acc3_0 = acc0_0;
    f32x1 acc4_0 = acc0_0;
    f32x1 acc5_0 = acc0_0;
    f32x1 acc6_0 = acc0_0;
    f32x1 acc7_0 = acc0_0;
    f32x1 acc8_0 = acc0_0;
    w += 1;
    for (int k = 0; k < 8; k++) {
        const f32x1 w0 = f32x1_load(w);
        const f32x1 v0_0 = f32x1_set1(x[k]);
        acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
        const f32x1 v1_0 = f32x1_set1(x[k + 8]);
        acc1_0 = f32x1_fma(v1_0, w0, acc1_0);
        const f32x1 v2_0 = f32x1_set1(x[k + 16]);
        acc2_0 = f32x1_fma(v2_0, w0, acc2_0);
        const f32x1 v3_0 = f32x1_set1(x[k + 24]);
        acc3_0 = f32x1_fma(v3_0, w0, acc3_0);
        const f32x1 v4_0 = f32x1_set1(x[k + 32]);
        acc4_0 = f32x1_fma(v4_0, w0, acc4_0);
        const f32x1 v5_0 = f32x1_set1(x[k + 40]);
        acc5_0 = f32x1_fma(v5_0, w0, acc5_0);
        const f32x1 v6_0 = f32x1_set1(x[k + 48]);
        acc6_0 = f32x1_fma(v6_0, w0, acc6_0);
        const f32x1 v7_0 = f32x1_set1(x[k + 56]);
        acc7_0 = f32x1_fma(v7_0, w0, acc7_0);
        const f32x1 v8_0 = f32x1_set1(x[k + 64]);
        acc8_0 = f32x1_fma(v8_0, w0, acc8_0);
        w += 1;
    }
    f32x1_store(y, f32x1_hswish(acc0_0));
    f32x1_store(y + 32, f32x1_hswish(acc1_0));
    f32x1_store(y + 64, f32x1_hswish(acc2_0));
    f32x1_store(y + 96, f32x1_hswish(acc3_0));
    f32x1_store(y + 128, f32x1_hswish(acc4_0));
    f32x1_store(y + 160, f32x1_hswish(acc5_0));
    f32x1_store(y + 192, f32x1_hswish(acc6_0));
    f32x1_store(y + 224, f32x1_hswish(acc7_0));
    f32x1_store(y + 256, f32x1_hswish(acc8_0));
}

static void conv1x1_8_to_32_row_of_9(const float *x, const float *w, float *y) {
    for (int b = 0; b < 32; b++) {
        tile_9x1_of_8(x, w + b * 9, y + b);
    }
}

static void depthwise5x5_row_of_5(const float *x, const float *w, float *y, float *sums, int top, int ky0, int ky1) {
    f32x1 total = f32x1_load(sums);
    {
        f32x1 acc0 = f32x1_load(w);
        f32x1 acc1 = acc0;
        f32x1 acc2 = acc0;
        f32x1 acc3 = acc0;
        f32x1 acc4 = acc0;
        for (int ky = ky0; ky < ky1; ky++) {
            const float *row = x + (top + ky) % 5 * 288;
            const float *taps = w + (ky * 5 + 1) * 1;
            const f32x1 k0 = f32x1_load(taps);
            const f32x1 k1 = f32x1_load(taps + 1);
            const f32x1 k2 = f32x1_load(taps + 2);
            const f32x1 k3 = f32x1_load(taps + 3);
            const f32x1 k4 = f32x1_load(taps + 4);
            const f32x1 v0 = f32x1_load(row);
            acc0 = f32x1_fma(v0, k2, acc0);
            acc1 = f32x1_fma(v0, k0, acc1);
            const f32x1 v1 = f32x1_load(row + 32);
            acc0 = f32x1_fma(v1, k3, acc0);
            acc1 = f32x1_fma(v1, k1, acc1);
            const f32x1 v2 = f32x1_load(row + 64);
            acc0 = f32x1_fma(v2, k4, acc0);
            acc1 = f32x1_fma(v2, k2, acc1);
            acc2 = f32x1_fma(v2, k0, acc2);
            const f32x1 v3 = f32x1_load(row + 96);
            acc1 = f32x1_fma(v3, k3, acc1);
            acc2 = f32x1_fma(v3, k1, acc2);
            const f32x1 v4 = f32x1_load(row + 128);
            acc1 = f32x1_fma(v4, k4, acc1);
            acc2 = f32x1_fma(v4, k2, acc2);
            acc3 = f32x1_fma(v4, k0, acc3);
            const f32x1 v5 = f32x1_load(row + 160);
            acc2 = f32x1_fma(v5, k3, acc2);
            acc3 = f32x1_fma(v5, k1, acc3);
            const f32x1 v6 = f32x1_load(row + 192);
            acc2 = f32x1_fma(v6, k4, acc2);
            acc3 = f32x1_fma(v6, k2, acc3);
            acc4 = f32x1_fma(v6, k0, acc4);
            const f32x1 v7 = f32x1_load(row + 224);
            acc3 = f32x1_fma(v7, k3, acc3);
            acc4 = f32x1_fma(v7, k1, acc4);
            const f32x1 v8 = f32x1_load(row + 256);
            acc3 = f32x1_fma(v8, k4, acc3);
            acc4 = f32x1_fma(v8, k2, acc4);
        }
        const f32x1 y0 = f32x1_hswish(acc0);
        f32x1_store(y, y0);
        const f32x1 y1 = f32x1_hswish(acc1);
        f32x1_store(y + 32, y1);
        const f32x1 y2 = f32x1_hswish(acc2);
        f32x1_store(y + 64, y2);
        const f32x1 y3 = f32x1_hswish(acc3);
        f32x1_store(y + 96, y3);
        const f32x1 y4 = f32x1_hswish(acc4);
        f32x1_store(y + 128, y4);
        total = total + (y0 + y1 + y2 + y3 + y4);
    }
    f32x1_store(sums, total);
}

static void chain_17x17x3_to_5x5x32(const uint8_t *x, const float *w, float *y, float *ring, float *t0, float *t1, float *sums) {
    int made_1 = 0; /* the row of part 2 that comes next */
    const float *rows[3];
    int next = -1; /* the input row that is copied next */
    for (int c = 0; c < 32; c += 1) {
        f32x1_store(sums + c, f32x1_zero());
    }
    for (int oy = 0; oy < 5; oy++) {
        const int top_2 = oy * 2 - 2;
        const int ky0_2 = top_2 < 0 ? -top_2 : 0;
        const int ky1_2 = 9 - top_2 < 5 ? 9 - top_2 : 5;
        const int need_1 = top_2 + 5 < 9 ? top_2 + 5 : 9;
        for (; made_1 < need_1; made_1++) {
            for (; next < made_1 * 2 + 2; next++) {
                stage_row_17x3(x, ring + (next + 1) % 3 * 57, next);
            }
            for (int ky = 0; ky < 3; ky++) {
                rows[ky] = ring + (made_1 * 2 + ky) % 3 * 57;
            }
            conv3x3_3_to_8_row_of_9(rows, w, t0);
            conv1x1_8_to_32_row_of_9(t0, w + 224, t1 + made_1 % 5 * 288);
        }
        for (int c = 0; c < 32; c += 1) {
            depthwise5x5_row_of_5(t1 + c, w + c * 26 + 512, y + oy * 160 + c, sums + c, top_2, ky0_2, ky1_2);
        }
    }
}

static void mean_of_sums_5x5x32(const float *sums, float *y) {
    for (int c = 0; c < 32; c += 1) {
        {
            f32x1 sum = f32x1_load(sums + c);
            f32x1_store(y + c, sum * f32x1_set1(0.04f));
        }
    }
}

/* 1 pixel x 2 channels, over 32 inputs. */
static void tile_1x2_of_32(const float *x, const float *w, float *y) {
    f32x1 acc0_0 = f32x1_load(w);
    f32x1 acc0_1 = f32x1_load(w + 1);
    w += 2;
    for (int k = 0; k < 32; k++) {
        const f32x1 w0 = f32x1_load(w);
        const f32x1 w1 = f32x1_load(w + 1);
        const f32x1 v0_0 = f32x1_set1(x[k]);
        acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
        acc0_1 = f32x1_fma(v0_0, w1, acc0_1);
        w += 2;
    }
    f32x1_store(y, f32x1_hswish(acc0_0));
    f32x1_store(y + 1, f32x1_hswish(acc0_1));
}

static void conv1x1_32_to_2_at_1x1(const float *x, const float *w, float *y) {
    tile_1x2_of_32(x, w, y);
}

/* 1 pixel x 7 channels, over 2 inputs. */
static void tile_1x7_of_2(const float *x, const float *w, float *y) {
    f32x1 acc0_0 = f32x1_load(w);
    f32x1 acc0_1 = f32x1_load(w + 1);
    f32x1 acc0_2 = f32x1_load(w + 2);
    f32x1 acc0_3 = f32x1_load(w + 3);
    f32x1 acc0_4 = f32x1_load(w + 4);
    f32x1 acc0_5 = f32x1_load(w + 5);
    f32x1 acc0_6 = f32x1_load(w + 6);
    w += 7;
    for (int k = 0; k < 2; k++) {
        const f32x1 w0 = f32x1_load(w);
        const f32x1 w1 = f32x1_load(w + 1);
        const f32x1 w2 = f32x1_load(w + 2);
        const f32x1 w3 = f32x1_load(w + 3);
        const f32x1 w4 = f32x1_load(w + 4);
        const f32x1 w5 = f32x1_load(w + 5);
        const f32x1 w6 = f32x1_load(w + 6);
        const f32x1 v0_0 = f32x1_set1(x[k]);
        acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
        acc0_1 = f32x1_fma(v0_0, w1, acc0_1);
        acc0_2 = f32x1_fma(v0_0, w2, acc0_2);
        acc0_3 = f32x1_fma(v0_0, w3, acc0_3);
        acc0_4 = f32x1_fma(v0_0, w4, acc0_4);
        acc0_5 = f32x1_fma(v0_0, w5, acc0_5);
        acc0_6 = f32x1_fma(v0_0, w6, acc0_6);
        w += 7;
    }
    f32x1_store(y, f32x1_hsigmoid(acc0_0));
    f32x1_store(y + 1, f32x1_hsigmoid(acc0_1));
    f32x1_store(y + 2, f32x1_hsigmoid(acc0_2));
    f32x1_store(y + 3, f32x1_hsigmoid(acc0_3));
    f32x1_store(y + 4, f32x1_hsigmoid(acc0_4));
    f32x1_store(y + 5, f32x1_hsigmoid(acc0_5));
    f32x1_store(y + 6, f32x1_hsigmoid(acc0_6));
}

/* 1 pixel x 4 channels, over 2 inputs. */
static void tile_1x4_of_2(const float *x, const float *w, float *y) {
    f32x1 acc0_0 = f32x1_load(w);
    f32x1 acc0_1 = f32x1_load(w + 1);
    f32x1 acc0_2 = f32x1_load(w + 2);
    f32x1 acc0_3 = f32x1_load(w + 3);
    w += 4;
    for (int k = 0; k < 2; k++) {
        const f32x1 w0 = f32x1_load(w);
        const f32x1 w1 = f32x1_load(w + 1);
        const f32x1 w2 = f32x1_load(w + 2);
        const f32x1 w3 = f32x1_load(w + 3);
        const f32x1 v0_0 = f32x1_set1(x[k]);
        acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
        acc0_1 = f32x1_fma(v0_0, w1, acc0_1);
        acc0_2 = f32x1_fma(v0_0, w2, acc0_2);
        acc0_3 = f32x1_fma(v0_0, w3, acc0_3);
        w += 4;
    }
    f32x1_store(y, f32x1_hsigmoid(acc0_0));
    f32x1_store(y + 1, f32x1_hsigmoid(acc0_1));
    f32x1_store(y + 2, f32x1_hsigmoid(acc0_2));
    f32x1_store(y + 3, f32x1_hsigmoid(acc0_3));
}

static void conv1x1_2_to_32_at_1x1(const float *x, const float *w, float *y) {
    for (int b = 0; b < 4; b++) {
        tile_1x7_of_2(x, w + b * 21, y + b * 7);
    }
    tile_1x4_of_2(x, w + 84, y + 28);
}

static void mul_5x5x32(const float *x0, const float *z0, float *y) {
    const float *x = x0;
    const float *z = z0;
    for (int p = 0; p < 25; p++) {
        for (int c = 0; c < 32; c += 1) {
            f32x1_store(y + p * 32 + c, f32x1_load(x + p * 32 + c) * f32x1_load(z + c));
        }
    }
}

/* 13 pixels x 1 channels, over 32 inputs. */
static void tile_13x1_of_32(const float *x, const float *w, float *y) {
    f32x1 acc0_0 = f32x1_load(w);
    f32x1 acc1_0 = acc0_0;
    f32x1 acc2_0 = acc0_0;
    f32x1 acc3_0 = acc0_0;
    f32x1 acc4_0 = acc0_0;
    f32x1 acc5_0 = acc0_0;
    f32x1 acc6_0 = acc0_0;
    f32x1 acc7_0 = acc0_0;
    f32x1 acc8_0 = acc0_0;
    f32x1 acc9_0 = acc0_0;
    f32x1 acc10_0 = acc0_0;
    f32x1 acc11_0 = acc0_0;
    f32x1 acc12_0 = acc0_0;
    w += 1;
    for (int k = 0; k < 32; k++) {
        const f32x1 w0 = f32x1_load(w);
        const f32x1 v0_0 = f32x1_set1(x[k]);
        acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
        const f32x1 v1_0 = f32x1_set1(x[k + 32]);
        acc1_0 = f32x1_fma(v1_0, w0, acc1_0);
        const f32x1 v2_0 = f32x1_set1(x[k + 64]);
        acc2_0 = f32x1_fma(v2_0, w0, acc2_0);
        const f32x1 v3_0 = f32x1_set1(x[k + 96]);
        acc3_0 = f32x1_fma(v3_0, w0, acc3_0);
        const f32x1 v4_0 = f32x1_set1(x[k + 128]);
        acc4_0 = f32x1_fma(v4_0, w0, acc4_0);
        const f32x1 v5_0 = f32x1_set1(x[k + 160]);
        acc5_0 = f32x1_fma(v5_0, w0, acc5_0);
        const f32x1 v6_0 = f32x1_set1(x[k + 192]);
        acc6_0 = f32x1_fma(v6_0, w0, acc6_0);
        const f32x1 v7_0 = f32x1_set1(x[k + 224]);
        acc7_0 = f32x1_fma(v7_0, w0, acc7_0);
        const f32x1 v8_0 = f32x1_set1(x[k + 256]);
        acc8_0 = f32x1_fma(v8_0, w0, acc8_0);
        const f32x1 v9_0 = f32x1_set1(x[k + 288]);
        acc9_0 = f32x1_fma(v9_0, w0, acc9_0);
        const f32x1 v10_0 = f32x1_set1(x[k + 320]);
        acc10_0 = f32x1_fma(v10_0, w0, acc10_0);
        const f32x1 v11_0 = f32x1_set1(x[k + 352]);
        acc11_0 = f32x1_fma(v11_0, w0, acc11_0);
        const f32x1 v12_0 = f32x1_set1(x[k + 384]);
        acc12_0 = f32x1_fma(v12_0, w0, acc12_0);
        w += 1;
    }
    f32x1_store(y, acc0_0);
    f32x1_store(y + 16, acc1_0);
    f32x1_store(y + 32, acc2_0);
    f32x1_store(y + 48, acc3_0);
    f32x1_store(y + 64, acc4_0);
    f32x1_store(y + 80, acc5_0);
    f32x1_store(y + 96, acc6_0);
    f32x1_store(y + 112, acc7_0);
    f32x1_store(y + 128, acc8_0);
    f32x1_store(y + 144, acc9_0);
    f32x1_store(y + 160, acc10_0);
    f32x1_store(y + 176, acc11_0);
    f32x1_store(y + 192, acc12_0);
}

/* 12 pixels x 1 channels, over 32 inputs. */
static void tile_12x1_of_32(const float *x, const float *w, float *y) {
    f32x1 acc0_0 = f32x1_load(w);
    f32x1 acc1_0 = acc0_0;
    f32x1 acc2_0 = acc0_0;
    f32x1 acc3_0 = acc0_0;
    f32x1 acc4_0 = acc0_0;
    f32x1 acc5_0 = acc0_0;
    f32x1 acc6_0 = acc0_0;
    f32x1 acc7_0 = acc0_0;
    f32x1 acc8_0 = acc0_0;
    f32x1 acc9_0 = acc0_0;
    f32x1 acc10_0 = acc0_0;
    f32x1 acc11_0 = acc0_0;
    w += 1;
    for (int k = 0; k < 32; k++) {
        const f32x1 w0 = f32x1_load(w);
        const f32x1 v0_0 = f32x1_set1(x[k]);
        acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
        const f32x1 v1_0 = f32x1_set1(x[k + 32]);
        acc1_0 = f32x1_fma(v1_0, w0, acc1_0);
        const f32x1 v2_0 = f32x1_set1(x[k + 64]);
        acc2_0 = f32x1_fma(v2_0, w0, acc2_0);
        const f32x1 v3_0 = f32x1_set1(x[k + 96]);
        acc3_0 = f32x1_fma(v3_0, w0, acc3_0);
        const f32x1 v4_0 = f32x1_set1(x[k + 128]);
        acc4_0 = f32x1_fma(v4_0, w0, acc4_0);
        const f32x1 v5_0 = f32x1_set1(x[k + 160]);
        acc5_0 = f32x1_fma(v5_0, w0, acc5_0);
        const f32x1 v6_0 = f32x1_set1(x[k + 192]);
        acc6_0 = f32x1_fma(v6_0, w0, acc6_0);
        const f32x1 v7_0 = f32x1_set1(x[k + 224]);
        acc7_0 = f32x1_fma(v7_0, w0, acc7_0);
        const f32x1 v8_0 = f32x1_set1(x[k + 256]);
        acc8_0 = f32x1_fma(v8_0, w0, acc8_0);
        const f32x1 v9_0 = f32x1_set1(x[k + 288]);
        acc9_0 = f32x1_fma(v9_0, w0, acc9_0);
        const f32x1 v10_0 = f32x1_set1(x[k + 320]);
        acc10_0 = f32x1_fma(v10_0, w0, acc10_0);
        const f32x1 v11_0 = f32x1_set1(x[k + 352]);
        acc11_0 = f32x1_fma(v11_0, w0, acc11_0);
        w += 1;
    }
    f32x1_store(y, acc0_0);
    f32x1_store(y + 16, acc1_0);
    f32x1_store(y + 32, acc2_0);
    f32x1_store(y + 48, acc3_0);
    f32x1_store(y + 64, acc4_0);
    f32x1_store(y + 80, acc5_0);
    f32x1_store(y + 96, acc6_0);
    f32x1_store(y + 112, acc7_0);
    f32x1_store(y + 128, acc8_0);
    f32x1_store(y + 144, acc9_0);
    f32x1_store(y + 160, acc10_0);
    f32x1_store(y + 176, acc11_0);
}

static void conv1x1_32_to_16_at_5x5(const float *x, const float *w, float *y) {
    for (int b = 0; b < 16; b++) {
        tile_13x1_of_32(x, w + b * 33, y + b);
    }
    for (int b = 0; b < 16; b++) {
        tile_12x1_of_32(x + 416, w + b * 33, y + b + 208);
    }
}

/* 13 pixels x 1 channels, over 16 inputs. */
static void tile_13x1_of_16(const float *x, const float *w, float *y) {
    f32x1 acc0_0 = f32x1_load(w);
    f32x1 acc1_0 = acc0_0;
    f32x1 acc2_0 = acc0_0;
    f32x1 acc3_0 = acc0_0;
    f32x1 acc4_0 = acc0_0;
    f32x1 acc5_0 = acc0_0;
    f32x1 acc6_0 = acc0_0;
    f32x1 acc7_0 = acc0_0;
    f32x1 acc8_0 = acc0_0;
    f32x1 acc9_0 = acc0_0;
    f32x1 acc10_0 = acc0_0;
    f32x1 acc11_0 = acc0_0;
    f32x1 acc12_0 = acc0_0;
    w += 1;
    for (int k = 0; k < 16; k++) {
        const f32x1 w0 = f32x1_load(w);
        const f32x1 v0_0 = f32x1_set1(x[k]);
        acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
        const f32x1 v1_0 = f32x1_set1(x[k + 16]);
        acc1_0 = f32x1_fma(v1_0, w0, acc1_0);
        const f32x1 v2_0 = f32x1_set1(x[k + 32]);
        acc2_0 = f32x1_fma(v2_0, w0, acc2_0);
        const f32x1 v3_0 = f32x1_set1(x[k + 48]);
        acc3_0 = f32x1_fma(v3_0, w0, acc3_0);
        const f32x1 v4_0 = f32x1_set1(x[k + 64]);
        acc4_0 = f32x1_fma(v4_0, w0, acc4_0);
        const f32x1 v5_0 = f32x1_set1(x[k + 80]);
        acc5_0 = f32x1_fma(v5_0, w0, acc5_0);
        const f32x1 v6_0 = f32x1_set1(x[k + 96]);
        acc6_0 = f32x1_fma(v6_0, w0, acc6_0);
        const f32x1 v7_0 = f32x1_set1(x[k + 112]);
        acc7_0 = f32x1_fma(v7_0, w0, acc7_0);
        const f32x1 v8_0 = f32x1_set1(x[k + 128]);
        acc8_0 = f32x1_fma(v8_0, w0, acc8_0);
        const f32x1 v9_0 = f32x1_set1(x[k + 144]);
        acc9_0 = f32x1_fma(v9_0, w0, acc9_0);
        const f32x1 v10_0 = f32x1_set1(x[k + 160]);
        acc10_0 = f32x1_fma(v10_0, w0, acc10_0);
        const f32x1 v11_0 = f32x1_set1(x[k + 176]);
        acc11_0 = f32x1_fma(v11_0, w0, acc11_0);
        const f32x1 v12_0 = f32x1_set1(x[k + 192]);
        acc12_0 = f32x1_fma(v12_0, w0, acc12_0);
        w += 1;
    }
    f32x1_store(y, f32x1_hswish(acc0_0));
    f32x1_store(y + 48, f32x1_hswish(acc1_0));
    f32x1_store(y + 96, f32x1_hswish(acc2_0));
    f32x1_store(y + 144, f32x1_hswish(acc3_0));
    f32x1_store(y + 192, f32x1_hswish(acc4_0));
    f32x1_store(y + 240, f32x1_hswish(acc5_0));
    f32x1_store(y + 288, f32x1_hswish(acc6_0));
    f32x1_store(y + 336, f32x1_hswish(acc7_0));
    f32x1_store(y + 384, f32x1_hswish(acc8_0));
    f32x1_store(y + 432, f32x1_hswish(acc9_0));
    f32x1_store(y + 480, f32x1_hswish(acc10_0));
    f32x1_store(y + 528, f32x1_hswish(acc11_0));
    f32x1_store(y + 576, f32x1_hswish(acc12_0));
}

/* 12 pixels x 1 channels, over 16 inputs. */
static void tile_12x1_of_16(const float *x, const float *w, float *y) {
    f32x1 acc0_0 = f32x1_load(w);
    f32x1 acc1_0 = acc0_0;
    f32x1 acc2_0 = acc0_0;
    f32x1 acc3_0 = acc0_0;
    f32x1 acc4_0 = acc0_0;
    f32x1 acc5_0 = acc0_0;
    f32x1 acc6_0 = acc0_0;
    f32x1 acc7_0 = acc0_0;
    f32x1 acc8_0 = acc0_0;
    f32x1 acc9_0 = acc0_0;
    f32x1 acc10_0 = acc0_0;
    f32x1 acc11_0 = acc0_0;
    w += 1;
    for (int k = 0; k < 16; k++) {
        const f32x1 w0 = f32x1_load(w);
        const f32x1 v0_0 = f32x1_set1(x[k]);
        acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
        const f32x1 v1_0 = f32x1_set1(x[k + 16]);
        acc1_0 = f32x1_fma(v1_0, w0, acc1_0);
        const f32x1 v2_0 = f32x1_set1(x[k + 32]);
        acc2_0 = f32x1_fma(v2_0, w0, acc2_0);
        const f32x1 v3_0 = f32x1_set1(x[k + 48]);
        acc3_0 = f32x1_fma(v3_0, w0, acc3_0);
        const f32x1 v4_0 = f32x1_set1(x[k + 64]);
        acc4_0 = f32x1_fma(v4_0, w0, acc4_0);
        const f32x1 v5_0 = f32x1_set1(x[k + 80]);
        acc5_0 = f32x1_fma(v5_0, w0, acc5_0);
        const f32x1 v6_0 = f32x1_set1(x[k + 96]);
        acc6_0 = f32x1_fma(v6_0, w0, acc6_0);
        const f32x1 v7_0 = f32x1_set1(x[k + 112]);
        acc7_0 = f32x1_fma(v7_0, w0, acc7_0);
        const f32x1 v8_0 = f32x1_set1(x[k + 128]);
        acc8_0 = f32x1_fma(v8_0, w0, acc8_0);
        const f32x1 v9_0 = f32x1_set1(x[k + 144]);
        acc9_0 = f32x1_fma(v9_0, w0, acc9_0);
        const f32x1 v10_0 = f32x1_set1(x[k + 160]);
        acc10_0 = f32x1_fma(v10_0, w0, acc10_0);
        const f32x1 v11_0 = f32x1_set1(x[k + 176]);
        acc11_0 = f32x1_fma(v11_0, w0, acc11_0);
        w += 1;
    }
    f32x1_store(y, f32x1_hswish(acc0_0));
    f32x1_store(y + 48, f32x1_hswish(acc1_0));
    f32x1_store(y + 96, f32x1_hswish(acc2_0));
    f32x1_store(y + 144, f32x1_hswish(acc3_0));
    f32x1_store(y + 192, f32x1_hswish(acc4_0));
    f32x1_store(y + 240, f32x1_hswish(acc5_0));
    f32x1_store(y + 288, f32x1_hswish(acc6_0));
    f32x1_store(y + 336, f32x1_hswish(acc7_0));
    f32x1_store(y + 384, f32x1_hswish(acc8_0));
    f32x1_store(y + 432, f32x1_hswish(acc9_0));
    f32x1_store(y + 480, f32x1_hswish(acc10_0));
    f32x1_store(y + 528, f32x1_hswish(acc11_0));
}

static void conv1x1_16_to_48_at_5x5(const float *x, const float *w, float *y) {
    for (int b = 0; b < 48; b++) {
        tile_13x1_of_16(x, w + b * 17, y + b);
    }
    for (int b = 0; b < 48; b++) {
        tile_12x1_of_16(x + 208, w + b * 17, y + b + 624);
    }
}

static void depthwise3x3_row_of_5(const float *x, const float *w, float *y, int top, int ky0, int ky1) {
    {
        f32x1 acc0 = f32x1_load(w);
        f32x1 acc1 = acc0;
        f32x1 acc2 = acc0;
        f32x1 acc3 = acc0;
        f32x1 acc4 = acc0;
        for (int ky = ky0; ky < ky1; ky++) {
            const float *row = x + (top + ky) * 240;
            const float *taps = w + (ky * 3 + 1) * 1;
            const f32x1 k0 = f32x1_load(taps);
            const f32x1 k1 = f32x1_load(taps + 1);
            const f32x1 k2 = f32x1_load(taps + 2);
            const f32x1 v0 = f32x1_load(row);
            acc0 = f32x1_fma(v0, k1, acc0);
            acc1 = f32x1_fma(v0, k0, acc1);
            const f32x1 v1 = f32x1_load(row + 48);
            acc0 = f32x1_fma(v1, k2, acc0);
            acc1 = f32x1_fma(v1, k1, acc1);
            acc2 = f32x1_fma(v1, k0, acc2);
            const f32x1 v2 = f32x1_load(row + 96);
            acc1 = f32x1_fma(v2, k2, acc1);
            acc2 = f32x1_fma(v2, k1, acc2);
            acc3 = f32x1_fma(v2, k0, acc3);
            const f32x1 v3 = f32x1_load(row + 144);
            acc2 = f32x1_fma(v3, k2, acc2);
            acc3 = f32x1_fma(v3, k1, acc3);
            acc4 = f32x1_fma(v3, k0, acc4);
            const f32x1 v4 = f32x1_load(row + 192);
            acc3 = f32x1_fma(v4, k2, acc3);
            acc4 = f32x1_fma(v4, k1, acc4);
        }
        f32x1_store(y, f32x1_hswish(acc0));
        f32x1_store(y + 48, f32x1_hswish(acc1));
        f32x1_store(y + 96, f32x1_hswish(acc2));
        f32x1_store(y + 144, f32x1_hswish(acc3));
        f32x1_store(y + 192, f32x1_hswish(acc4));
    }
}

/* 5 pixels x 2 channels, over 48 inputs. */
static void tile_5x2_of_48(const float *x, const float *w, float *y, const float *r) {
    f32x1 acc0_0 = f32x1_load(w);
    f32x1 acc0_1 = f32x1_load(w + 1);
    f32x1 acc1_0 = acc0_0; f32x1 acc1_1 = acc0_1;
    f32x1 acc2_0 = acc0_0; f32x1 acc2_1 = acc0_1;
    f32x1 acc3_0 = acc0_0; f32x1 acc3_1 = acc0_1;
    f32x1 acc4_0 = acc0_0; f32x1 acc4_1 = acc0_1;
    w += 2;
    for (int k = 0; k < 48; k++) {
        const f32x1 w0 = f32x1_load(w);
        const f32x1 w1 = f32x1_load(w + 1);
        const f32x1 v0_0 = f32x1_set1(x[k]);
        acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
        acc0_1 = f32x1_fma(v0_0, w1, acc0_1);
        const f32x1 v1_0 = f32x1_set1(x[k + 48]);
        acc1_0 = f32x1_fma(v1_0, w0, acc1_0);
        acc1_1 = f32x1_fma(v1_0, w1, acc1_1);
        const f32x1 v2_0 = f32x1_set1(x[k + 96]);
        acc2_0 = f32x1_fma(v2_0, w0, acc2_0);
        acc2_1 = f32x1_fma(v2_0, w1, acc2_1);
        const f32x1 v3_0 = f32x1_set1(x[k + 144]);
        acc3_0 = f32x1_fma(v3_0, w0, acc3_0);
        acc3_1 = f32x1_fma(v3_0, w1, acc3_1);
        const f32x1 v4_0 = f32x1_set1(x[k + 192]);
        acc4_0 = f32x1_fma(v4_0, w0, acc4_0);
        acc4_1 = f32x1_fma(v4_0, w1, acc4_1);
        w += 2;
    }
    f32x1_store(y, acc0_0 + f32x1_load(r));
    f32x1_store(y + 1, acc0_1 + f32x1_load(r + 1));
    f32x1_store(y + 16, acc1_0 + f32x1_load(r + 16));
    f32x1_store(y + 17, acc1_1 + f32x1_load(r + 17));
    f32x1_store(y + 32, acc2_0 + f32x1_load(r + 32));
    f32x1_store(y + 33, acc2_1 + f32x1_load(r + 33));
    f32x1_store(y + 48, acc3_0 + f32x1_load(r + 48));
    f32x1_store(y + 49, acc3_1 + f32x1_load(r + 49));
    f32x1_store(y + 64, acc4_0 + f32x1_load(r + 64));
    f32x1_store(y + 65, acc4_1 + f32x1_load(r + 65));
}

static void conv1x1_48_to_16_row_of_5(const float *x, const float *w, float *y, const float *r) {
    for (int b = 0; b < 8; b++) {
        tile_5x2_of_48(x, w + b * 98, y + b * 2, r + b * 2);
    }
}

static void chain_5x5x48_to_5x5x16(const float *x, const float *w, float *y, const float *r, float *t0) {
    for (int oy = 0; oy < 5; oy++) {
        const int top_0 = oy * 1 - 1;
        const int ky0_0 = top_0 < 0 ? -top_0 : 0;
        const int ky1_0 = 5 - top_0 < 3 ? 5 - top_0 : 3;
        for (int c = 0; c < 48; c += 1) {
            depthwise3x3_row_of_5(x + c, w + c * 10, t0 + c, top_0, ky0_0, ky1_0);
        }
        conv1x1_48_to_16_row_of_5(t0, w + 480, y + oy * 80, r + oy * 80);
    }
}

static void mean_of_5x5x16(const float *x0, float *y) {
    for (int c = 0; c < 16; c += 1) {
        {
            f32x1 sum = f32x1_zero();
            for (int p = 0; p < 25; p++) {
                sum = sum + f32x1_load(x0 + p * 16 + c);
            }
            f32x1_store(y + c, sum * f32x1_set1(0.04f));
        }
    }
}

/* 1 pixel x 5 channels, over 16 inputs. */
static void tile_1x5_of_16(const float *x, const float *w, float *y) {
    f32x1 acc0_0 = f32x1_load(w);
    f32x1 acc0_1 = f32x1_load(w + 1);
    f32x1 acc0_2 = f32x1_load(w + 2);
    f32x1 acc0_3 = f32x1_load(w + 3);
    f32x1 acc0_4 = f32x1_load(w + 4);
    w += 5;
    for (int k = 0; k < 16; k++) {
        const f32x1 w0 = f32x1_load(w);
        const f32x1 w1 = f32x1_load(w + 1);
        const f32x1 w2 = f32x1_load(w + 2);
        const f32x1 w3 = f32x1_load(w + 3);
        const f32x1 w4 = f32x1_load(w + 4);
        const f32x1 v0_0 = f32x1_set1(x[k]);
        acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
        acc0_1 = f32x1_fma(v0_0, w1, acc0_1);
        acc0_2 = f32x1_fma(v0_0, w2, acc0_2);
        acc0_3 = f32x1_fma(v0_0, w3, acc0_3);
        acc0_4 = f32x1_fma(v0_0, w4, acc0_4);
        w += 5;
    }
    f32x1_store(y, acc0_0);
    f32x1_store(y + 1, acc0_1);
    f32x1_store(y + 2, acc0_2);
    f32x1_store(y + 3, acc0_3);
    f32x1_store(y + 4, acc0_4);
}

static void dense_16_to_10(const float *x, const float *w, float *y) {
    for (int b = 0; b < 2; b++) {
        tile_1x5_of_16(x, w + b * 85, y + b * 5);
    }
}

static void softmax_of_10(const float *x, float *y) {
    float most = x[0], sum = 0.0f;
    for (int i = 1; i < 10; i++) {
        if (x[i] > most) most = x[i];
    }
    for (int i = 0; i < 10; i += 1) {
        f32x1_store(y + i, f32x1_exp(f32x1_load(x + i) - f32x1_set1(most)));
    }
    for (int i = 0; i < 10; i++) {
        sum += y[i];
    }
    const float scale = 1.0f / sum;
    for (int i = 0; i < 10; i += 1) {
        f32x1_store(y + i, f32x1_load(y + i) * f32x1_set1(scale));
    }
}

#define AT(offset) ((float *)(void *)((unsigned char *)arena + (offset)))

#ifdef INVERTED_PROFILE
#define STEP_HOOK(step, name, begin) inverted_profile_hook(step, name, begin)
#else
#define STEP_HOOK(step, name, begin) ((void)0)
#endif

void inverted_run_in(void *arena, const uint8_t *image, float *probs) {
    /* 1. conv_1: conv 3x3 stride 2, hswish (inverted.net:6)
     * expand: conv 1x1, hswish (prelude.net:29)
     * depthwise: depthwise 5x5 stride 2, hswish (prelude.net:31)
     * [17, 17, 3] -> [5, 5, 32], 0.06 M MACs, 5376 bytes of weights
     * by rows: direct 9 x 1 of f32x1, pointwise 9 x 1 of f32x1, depthwise, 5 columns of f32x1, adding up */
    STEP_HOOK(1, "depthwise", 1);
    chain_17x17x3_to_5x5x32(image, WEIGHTS(0), AT(0), AT(8960), AT(9664), AT(3200), AT(9984));
    STEP_HOOK(1, "depthwise", 0);
    /* 2. se.global_avg_pool_1: global_avg_pool (prelude.net:18)
     * [5, 5, 32] -> [1, 1, 32]
     * mean, of sums */
    STEP_HOOK(2, "se.global_avg_pool_1", 1);
    mean_of_sums_5x5x32(AT(9984), AT(3200));
    STEP_HOOK(2, "se.global_avg_pool_1", 0);
    /* 3. se.reduce: conv 1x1, hswish (prelude.net:19)
     * [1, 1, 32] -> [1, 1, 2], 0.00 M MACs, 264 bytes of weights
     * pointwise 1 x 2 of f32x1 */
    STEP_HOOK(3, "se.reduce", 1);
    conv1x1_32_to_2_at_1x1(AT(3200), WEIGHTS(1344), AT(3328));
    STEP_HOOK(3, "se.reduce", 0);
    /* 4. se.expand: conv 1x1, hsigmoid (prelude.net:20)
     * [1, 1, 2] -> [1, 1, 32], 0.00 M MACs, 440 bytes of weights
     * pointwise 1 x 7 of f32x1 */
    STEP_HOOK(4, "se.expand", 1);
    conv1x1_2_to_32_at_1x1(AT(3328), WEIGHTS(1424), AT(3200));
    STEP_HOOK(4, "se.expand", 0);
    /* 5. se.mul_1: mul (prelude.net:17)
     * [5, 5, 32] -> [5, 5, 32]
     * elementwise, in place */
    STEP_HOOK(5, "se.mul_1", 1);
    mul_5x5x32(AT(0), AT(3200), AT(0));
    STEP_HOOK(5, "se.mul_1", 0);
    /* 6. project: conv 1x1 (prelude.net:35)
     * [5, 5, 32] -> [5, 5, 16], 0.01 M MACs, 2112 bytes of weights
     * pointwise 13 x 1 of f32x1 */
    STEP_HOOK(6, "project", 1);
    conv1x1_32_to_16_at_5x5(AT(0), WEIGHTS(1520), AT(4800));
    STEP_HOOK(6, "project", 0);
    /* 7. expand: conv 1x1, hswish (prelude.net:29)
     * [5, 5, 16] -> [5, 5, 48], 0.02 M MACs, 3264 bytes of weights
     * pointwise 13 x 1 of f32x1 */
    STEP_HOOK(7, "expand", 1);
    conv1x1_16_to_48_at_5x5(AT(4800), WEIGHTS(2048), AT(0));
    STEP_HOOK(7, "expand", 0);
    /* 8. depthwise: depthwise 3x3, hswish (prelude.net:31)
     * project: conv 1x1, + residual (prelude.net:35)
     * [5, 5, 48] -> [5, 5, 16], 0.03 M MACs, 5056 bytes of weights
     * by rows: depthwise, 5 columns of f32x1, pointwise 5 x 2 of f32x1 */
    STEP_HOOK(8, "project", 1);
    chain_5x5x48_to_5x5x16(AT(0), WEIGHTS(2864), AT(4800), AT(4800), AT(6400));
    STEP_HOOK(8, "project", 0);
    /* 9. global_avg_pool_2: global_avg_pool (inverted.net:9)
     * [5, 5, 16] -> [1, 1, 16]
     * mean */
    STEP_HOOK(9, "global_avg_pool_2", 1);
    mean_of_5x5x16(AT(4800), AT(0));
    STEP_HOOK(9, "global_avg_pool_2", 0);
    /* 10. dense_1: dense (inverted.net:9)
     * [1, 1, 16] -> [1, 1, 10], 0.00 M MACs, 680 bytes of weights
     * dense 1 x 5 of f32x1 */
    STEP_HOOK(10, "dense_1", 1);
    dense_16_to_10(AT(0), WEIGHTS(4128), AT(64));
    STEP_HOOK(10, "dense_1", 0);
    /* 11. softmax_1: softmax (inverted.net:9)
     * [1, 1, 10] -> [1, 1, 10]
     * softmax */
    STEP_HOOK(11, "softmax_1", 1);
    softmax_of_10(AT(64), probs);
    STEP_HOOK(11, "softmax_1", 0);
}

#if defined(__GNUC__) && defined(INVERTED_ARENA_SECTION)
#define ARENA_PLACE __attribute__((section(INVERTED_ARENA_SECTION)))
#else
#define ARENA_PLACE
#endif
static union {
    unsigned char bytes[INVERTED_ARENA_BYTES + 3744 /* for the self-test */];
    int64_t aligned;
} static_arena ARENA_PLACE;

void inverted_run(const uint8_t *image, float *probs) {
    inverted_run_in(static_arena.bytes, image, probs);
}

const char *inverted_version(void) {
    return "lcc 0.1.0, generic, weights df05b8c15b130f6a";
}

int inverted_bind(const void *file, size_t bytes) {
    static const char magic[15] = "lcc weights 1\n";
    const unsigned char *p = (const unsigned char *)file;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    if (!p || bytes != INVERTED_WEIGHTS_BYTES || ((uintptr_t)file & 3) != 0) return -1;
    for (size_t i = 0; i < sizeof magic; i++) {
        if (p[i] != (unsigned char)magic[i]) return -1;
    }
    for (size_t i = 64; i + 4 <= bytes; i += 4) {
        const uint32_t word = (uint32_t)p[i] | (uint32_t)p[i + 1] << 8 | (uint32_t)p[i + 2] << 16 |
                              (uint32_t)p[i + 3] << 24;
        hash = (hash ^ word) * UINT64_C(0x100000001b3);
    }
    if (hash != UINT64_C(0x42254c175d2573b0)) return -1;
#ifdef BIG_ENDIAN_WEIGHTS
    order_weights(p + 64);
    weights = ordered_weights;
#else
    weights = (const float *)(const void *)(p + 64);
#endif
    return 0;
}


/* What the self-test's inputs hold, from 0 to 255. */
static int input_byte(uint32_t i) { return (int)((i * UINT32_C(2654435761) >> 13 ^ i * 7u) & 255u); }

/* What element i counts in the sums that are compared: from 1/2 to 1, of either sign, by a hash. */
static double selftest_factor(uint32_t i) {
    uint32_t x = i * UINT32_C(2654435761);
    x = (x ^ x >> 15) * UINT32_C(2246822519);
    x ^= x >> 13;
    const double size = 0.5 + (double)(x >> 8) / 33554432.0;
    return x & 1 ? size : -size;
}

/* Whether a tensor differs from the reference: for each `part` of its elements `sums` has their sum, and how
 * far from it rounding may lead. *bits is a hash of the tensor, which must be the same in the second run. */
static int selftest_differs(const float *y, int pixels, int pixel, int channels, int part, const double *sums,
                            uint32_t *bits, int again) {
    uint32_t i = 0, hash = UINT32_C(0x811c9dc5);
    int left = part;
    double got = 0;
    for (int p = 0; p < pixels; p++) {
        for (int c = 0; c < channels; c++, i++) {
            union {
                float value;
                uint32_t bits;
            } element;
            element.value = y[p * pixel + c];
            hash = (hash ^ element.bits) * UINT32_C(0x01000193);
            got += (double)element.value * selftest_factor(i);
            if (--left > 0 && (p + 1 < pixels || c + 1 < channels)) continue;
            const double off = got > sums[0] ? got - sums[0] : sums[0] - got;
            if (!(off <= sums[1])) return 1;
            sums += 2;
            got = 0;
            left = part;
        }
    }
    if (again) return *bits != hash;
    *bits = hash;
    return 0;
}

/* What is not live holds: as floats, in either byte order, 3e38 in the first run and -8e37 in the second; as
 * bytes 127, and -128 or -2. */
static unsigned char selftest_poison(int64_t at, int again) {
    return (unsigned char)(!again ? 127 : (at & 3) % 3 == 0 ? 254 : 128);
}

/* Poisons what is not live in the arena, or says whether the poison is still there. `live`: begin and end of
 * each stretch that is, then the arena's end, twice. */
static int selftest_guard(unsigned char *arena, const int64_t *live, int again, int fill) {
    for (int64_t at = 0;; at = live[1], live += 2) {
        for (; at < live[0]; at++) {
            if (fill) arena[at] = selftest_poison(at, again);
            if (arena[at] != selftest_poison(at, again)) return 0;
        }
        if (live[0] == live[1]) return 1;
    }
}

/* The hash of the weights, as they lie in memory now. */
static uint64_t selftest_weights(void) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    if (!weights) return 0;
    const volatile unsigned char *p = (const volatile unsigned char *)(const volatile void *)WEIGHTS(0);
#ifdef BIG_ENDIAN_WEIGHTS
    size_t order = 3;
#else
    const size_t order = 0;
#endif
    for (size_t i = 0; i < 17192; i += 4, p += 4) {
        uint32_t word = p[0 ^ order];
        word |= (uint32_t)p[1 ^ order] << 8;
        word |= (uint32_t)p[2 ^ order] << 16;
        word |= (uint32_t)p[3 ^ order] << 24;
        hash = (hash ^ word) * UINT64_C(0x100000001b3);
    }
    return hash;
}

/* Runs all steps; the number of the first one that differs, or 0. `again`: the second run. */
static int selftest_run(int again) {
    void *const arena = static_arena.bytes;
    uint8_t *const image = (uint8_t *)(void *)(static_arena.bytes + 10112);
    for (int i = 0; i < 867; i++) image[i] = (uint8_t)input_byte((uint32_t)i);
    float *const probs = (float *)(void *)(static_arena.bytes + 11008);
    for (int i = 0; i < 40; i++) static_arena.bytes[11008 + i] = selftest_poison(i, again);
    uint32_t *const bits = (uint32_t *)(void *)(static_arena.bytes + 11072);
    static const int64_t before_1[] = {10112, 10112};
    static const int64_t in_1[] = {0, 9644, 9664, 9952, 9984, 10112, 10112, 10112};
    selftest_guard(static_arena.bytes, before_1, again, 1);
    /* 1. conv_1: conv 3x3 stride 2, hswish (inverted.net:6)
     * expand: conv 1x1, hswish (prelude.net:29)
     * depthwise: depthwise 5x5 stride 2, hswish (prelude.net:31)
     * [17, 17, 3] -> [5, 5, 32], 0.06 M MACs, 5376 bytes of weights
     * by rows: direct 9 x 1 of f32x1, pointwise 9 x 1 of f32x1, depthwise, 5 columns of f32x1, adding up */
    STEP_HOOK(1, "depthwise", 1);
    chain_17x17x3_to_5x5x32(image, WEIGHTS(0), AT(0), AT(8960), AT(9664), AT(3200), AT(9984));
    STEP_HOOK(1, "depthwise", 0);
    if (!selftest_guard(static_arena.bytes, in_1, again, 0)) return 1;
    static const double sums_1[] = {-0.60244757, 0.00012};
    if (selftest_differs(AT(0), 25, 32, 32, 800, sums_1, &bits[0], again)) return 1;
    static const int64_t before_2[] = {0, 3200, 9984, 10112, 10112, 10112};
    static const int64_t in_2[] = {0, 3328, 9984, 10112, 10112, 10112};
    selftest_guard(static_arena.bytes, before_2, again, 1);
    /* 2. se.global_avg_pool_1: global_avg_pool (prelude.net:18)
     * [5, 5, 32] -> [1, 1, 32]
     * mean, of sums */
    STEP_HOOK(2, "se.global_avg_pool_1", 1);
    mean_of_sums_5x5x32(AT(9984), AT(3200));
    STEP_HOOK(2, "se.global_avg_pool_1", 0);
    if (!selftest_guard(static_arena.bytes, in_2, again, 0)) return 2;
    static const double sums_2[] = {-0.167142688, 9.2e-06};
    if (selftest_differs(AT(3200), 1, 32, 32, 32, sums_2, &bits[1], again)) return 2;
    static const int64_t before_3[] = {0, 3328, 10112, 10112};
    static const int64_t in_3[] = {0, 3336, 10112, 10112};
    selftest_guard(static_arena.bytes, before_3, again, 1);
    /* 3. se.reduce: conv 1x1, hswish (prelude.net:19)
     * [1, 1, 32] -> [1, 1, 2], 0.00 M MACs, 264 bytes of weights
     * pointwise 1 x 2 of f32x1 */
    STEP_HOOK(3, "se.reduce", 1);
    conv1x1_32_to_2_at_1x1(AT(3200), WEIGHTS(1344), AT(3328));
    STEP_HOOK(3, "se.reduce", 0);
    if (!selftest_guard(static_arena.bytes, in_3, again, 0)) return 3;
    static const double sums_3[] = {0.0381071606, 1.5e-06};
    if (selftest_differs(AT(3328), 1, 2, 2, 2, sums_3, &bits[2], again)) return 3;
    static const int64_t before_4[] = {0, 3200, 3328, 3336, 10112, 10112};
    static const int64_t in_4[] = {0, 3336, 10112, 10112};
    selftest_guard(static_arena.bytes, before_4, again, 1);
    /* 4. se.expand: conv 1x1, hsigmoid (prelude.net:20)
     * [1, 1, 2] -> [1, 1, 32], 0.00 M MACs, 440 bytes of weights
     * pointwise 1 x 7 of f32x1 */
    STEP_HOOK(4, "se.expand", 1);
    conv1x1_2_to_32_at_1x1(AT(3328), WEIGHTS(1424), AT(3200));
    STEP_HOOK(4, "se.expand", 0);
    if (!selftest_guard(static_arena.bytes, in_4, again, 0)) return 4;
    static const double sums_4[] = {1.15597717, 5e-05};
    if (selftest_differs(AT(3200), 1, 32, 32, 32, sums_4, &bits[3], again)) return 4;
    static const int64_t before_5[] = {0, 3328, 10112, 10112};
    static const int64_t in_5[] = {0, 3328, 10112, 10112};
    selftest_guard(static_arena.bytes, before_5, again, 1);
    /* 5. se.mul_1: mul (prelude.net:17)
     * [5, 5, 32] -> [5, 5, 32]
     * elementwise, in place */
    STEP_HOOK(5, "se.mul_1", 1);
    mul_5x5x32(AT(0), AT(3200), AT(0));
    STEP_HOOK(5, "se.mul_1", 0);
    if (!selftest_guard(static_arena.bytes, in_5, again, 0)) return 5;
    static const double sums_5[] = {-0.294309311, 5.7e-05};
    if (selftest_differs(AT(0), 25, 32, 32, 800, sums_5, &bits[4], again)) return 5;
    static const int64_t before_6[] = {0, 3200, 10112, 10112};
    static const int64_t in_6[] = {0, 3200, 4800, 6400, 10112, 10112};
    selftest_guard(static_arena.bytes, before_6, again, 1);
    /* 6. project: conv 1x1 (prelude.net:35)
     * [5, 5, 32] -> [5, 5, 16], 0.01 M MACs, 2112 bytes of weights
     * pointwise 13 x 1 of f32x1 */
    STEP_HOOK(6, "project", 1);
    conv1x1_32_to_16_at_5x5(AT(0), WEIGHTS(1520), AT(4800));
    STEP_HOOK(6, "project", 0);
    if (!selftest_guard(static_arena.bytes, in_6, again, 0)) return 6;
    static const double sums_6[] = {-0.163881791, 8.1e-05};
    if (selftest_differs(AT(4800), 25, 16, 16, 400, sums_6, &bits[5], again)) return 6;
    static const int64_t before_7[] = {4800, 6400, 10112, 10112};
    static const int64_t in_7[] = {0, 6400, 10112, 10112};
    selftest_guard(static_arena.bytes, before_7, again, 1);
    /* 7. expand: conv 1x1, hswish (prelude.net:29)
     * [5, 5, 16] -> [5, 5, 48], 0.02 M MACs, 3264 bytes of weights
     * pointwise 13 x 1 of f32x1 */
    STEP_HOOK(7, "expand", 1);
    conv1x1_16_to_48_at_5x5(AT(4800), WEIGHTS(2048), AT(0));
    STEP_HOOK(7, "expand", 0);
    if (!selftest_guard(static_arena.bytes, in_7, again, 0)) return 7;
    static const double sums_7[] = {2.32529327, 7.9e-05};
    if (selftest_differs(AT(0), 25, 48, 48, 1200, sums_7, &bits[6], again)) return 7;
    static const int64_t before_8[] = {0, 6400, 10112, 10112};
    static const int64_t in_8[] = {0, 7360, 10112, 10112};
    selftest_guard(static_arena.bytes, before_8, again, 1);
    /* 8. depthwise: depthwise 3x3, hswish (prelude.net:31)
     * project: conv 1x1, + residual (prelude.net:35)
     * [5, 5, 48] -> [5, 5, 16], 0.03 M MACs, 5056 bytes of weights
     * by rows: depthwise, 5 columns of f32x1, pointwise 5 x 2 of f32x1 */
    STEP_HOOK(8, "project", 1);
    chain_5x5x48_to_5x5x16(AT(0), WEIGHTS(2864), AT(4800), AT(4800), AT(6400));
    STEP_HOOK(8, "project", 0);
    if (!selftest_guard(static_arena.bytes, in_8, again, 0)) return 8;
    static const double sums_8[] = {1.55625017, 0.00012};
    if (selftest_differs(AT(4800), 25, 16, 16, 400, sums_8, &bits[7], again)) return 8;
    static const int64_t before_9[] = {4800, 6400, 10112, 10112};
    static const int64_t in_9[] = {0, 64, 4800, 6400, 10112, 10112};
    selftest_guard(static_arena.bytes, before_9, again, 1);
    /* 9. global_avg_pool_2: global_avg_pool (inverted.net:9)
     * [5, 5, 16] -> [1, 1, 16]
     * mean */
    STEP_HOOK(9, "global_avg_pool_2", 1);
    mean_of_5x5x16(AT(4800), AT(0));
    STEP_HOOK(9, "global_avg_pool_2", 0);
    if (!selftest_guard(static_arena.bytes, in_9, again, 0)) return 9;
    static const double sums_9[] = {0.463248798, 1.4e-05};
    if (selftest_differs(AT(0), 1, 16, 16, 16, sums_9, &bits[8], again)) return 9;
    static const int64_t before_10[] = {0, 64, 10112, 10112};
    static const int64_t in_10[] = {0, 104, 10112, 10112};
    selftest_guard(static_arena.bytes, before_10, again, 1);
    /* 10. dense_1: dense (inverted.net:9)
     * [1, 1, 16] -> [1, 1, 10], 0.00 M MACs, 680 bytes of weights
     * dense 1 x 5 of f32x1 */
    STEP_HOOK(10, "dense_1", 1);
    dense_16_to_10(AT(0), WEIGHTS(4128), AT(64));
    STEP_HOOK(10, "dense_1", 0);
    if (!selftest_guard(static_arena.bytes, in_10, again, 0)) return 10;
    static const double sums_10[] = {0.68816262, 1.6e-05};
    if (selftest_differs(AT(64), 1, 10, 10, 10, sums_10, &bits[9], again)) return 10;
    static const int64_t before_11[] = {64, 104, 10112, 10112};
    static const int64_t in_11[] = {64, 104, 10112, 10112};
    selftest_guard(static_arena.bytes, before_11, again, 1);
    /* 11. softmax_1: softmax (inverted.net:9)
     * [1, 1, 10] -> [1, 1, 10]
     * softmax */
    STEP_HOOK(11, "softmax_1", 1);
    softmax_of_10(AT(64), probs);
    STEP_HOOK(11, "softmax_1", 0);
    if (!selftest_guard(static_arena.bytes, in_11, again, 0)) return 11;
    static const double sums_11[] = {0.0685938643, 5.7e-06};
    if (selftest_differs(probs, 1, 10, 10, 10, sums_11, &bits[10], again)) return 11;
    return 0;
}

int inverted_selftest(void) {
    if (selftest_weights() != UINT64_C(0x42254c175d2573b0)) return INVERTED_SELFTEST_WEIGHTS;
    const int step = selftest_run(0);
    return step ? step : selftest_run(1);
}
