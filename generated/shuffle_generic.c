/* shuffle, written by lcc 0.1.0 for generic: any machine with IEEE 754 floats, strict C99.
 *
 *     lcc shuffle.net --target generic --storage file --selftest --profile -o shuffle_generic.c
 *
 * The weights are random numbers: what this network predicts means nothing.
 *
 * 12 steps, 0.02 M multiply-adds, 1984 bytes of arena, 10048 bytes of weights (hash ad13724b03d529d7).
 * Tensors are [height, width, channels], one pixel's channels side by side. */
#include "shuffle_generic.h"

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

/* a * b + c; how often it is rounded is the compiler's choice. */
static inline f32x1 f32x1_fma(f32x1 a, f32x1 b, f32x1 c) { return a * b + c; }

/* a > b ? a : b: the second where either is NaN. */
static inline f32x1 f32x1_max(f32x1 a, f32x1 b) { return a > b ? a : b; }

/* max(v, 0); NaN stays. */
static inline f32x1 f32x1_relu(f32x1 v) { return f32x1_max(0.0f, v); }

/* Where the caller keeps the weights: set by bind. */
static const float *weights;

#if (defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) || defined(__BIG_ENDIAN__) || \
    defined(__ARMEB__) || defined(__MIPSEB__) || defined(__s390__) || defined(__sparc)
#define BIG_ENDIAN_WEIGHTS
/* The weights are written in little-endian order. This copy of them has the machine's. */
static float ordered_weights[2512];

static void order_weights(const unsigned char *p) {
    for (size_t i = 0; i < 2512; i++, p += 4) {
        const uint32_t low = (uint32_t)p[0] | (uint32_t)p[1] << 8;
        const uint32_t high = (uint32_t)p[2] | (uint32_t)p[3] << 8, word = low | high << 16;
        memcpy(&ordered_weights[i], &word, 4);
    }
}

#endif

#define WEIGHTS(i) (weights + (i))

/* One padded row of the input, as floats. */
static void stage_row_16x3(const float *x, float *row, int iy) {
    if (iy < 0 || iy >= 16) {
        for (int i = 0; i < 54; i++) {
            row[i] = 0.0f;
        }
        return;
    }
    for (int i = 0; i < 3; i++) {
        row[i] = 0.0f;
    }
    for (int i = 0; i < 3; i++) {
        row[i + 51] = 0.0f;
    }
    row += 3;
    x += iy * 48;
    for (int i = 0; i < 48; i += 1) {
        f32x1_store(row + i, f32x1_load(x + i));
    }
}

/* 4 pixels x 3 channels, over 27 inputs. */
static void tile_4x3_of_27(const float *const *rows, int at, const float *w, float *y) {
    f32x1 acc0_0 = f32x1_load(w);
    f32x1 acc0_1 = f32x1_load(w + 1);
    f32x1 acc0_2 = f32x1_load(w + 2);
    f32x1 acc1_0 = acc0_0; f32x1 acc1_1 = acc0_1; f32x1 acc1_2 = acc0_2;
    f32x1 acc2_0 = acc0_0; f32x1 acc2_1 = acc0_1; f32x1 acc2_2 = acc0_2;
    f32x1 acc3_0 = acc0_0; f32x1 acc3_1 = acc0_1; f32x1 acc3_2 = acc0_2;
    w += 3;
    for (int ky = 0; ky < 3; ky++) {
        const float *x = rows[ky] + at;
        for (int k = 0; k < 9; k++) {
            const f32x1 w0 = f32x1_load(w);
            const f32x1 w1 = f32x1_load(w + 1);
            const f32x1 w2 = f32x1_load(w + 2);
            const f32x1 v0_0 = f32x1_set1(x[k]);
            acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
            acc0_1 = f32x1_fma(v0_0, w1, acc0_1);
            acc0_2 = f32x1_fma(v0_0, w2, acc0_2);
            const f32x1 v1_0 = f32x1_set1(x[k + 6]);
            acc1_0 = f32x1_fma(v1_0, w0, acc1_0);
            acc1_1 = f32x1_fma(v1_0, w1, acc1_1);
            acc1_2 = f32x1_fma(v1_0, w2, acc1_2);
            const f32x1 v2_0 = f32x1_set1(x[k + 12]);
            acc2_0 = f32x1_fma(v2_0, w0, acc2_0);
            acc2_1 = f32x1_fma(v2_0, w1, acc2_1);
            acc2_2 = f32x1_fma(v2_0, w2, acc2_2);
            const f32x1 v3_0 = f32x1_set1(x[k + 18]);
            acc3_0 = f32x1_fma(v3_0, w0, acc3_0);
            acc3_1 = f32x1_fma(v3_0, w1, acc3_1);
            acc3_2 = f32x1_fma(v3_0, w2, acc3_2);
            w += 3;
        }
    }
    f32x1_store(y, f32x1_relu(acc0_0));
    f32x1_store(y + 1, f32x1_relu(acc0_1));
    f32x1_store(y + 2, f32x1_relu(acc0_2));
    f32x1_store(y + 8, f32x1_relu(acc1_0));
    f32x1_store(y + 9, f32x1_relu(acc1_1));
    f32x1_store(y + 10, f32x1_relu(acc1_2));
    f32x1_store(y + 16, f32x1_relu(acc2_0));
    f32x1_store(y + 17, f32x1_relu(acc2_1));
    f32x1_store(y + 18, f32x1_relu(acc2_2));
    f32x1_store(y + 24, f32x1_relu(acc3_0));
    f32x1_store(y + 25, f32x1_relu(acc3_1));
    f32x1_store(y + 26, f32x1_relu(acc3_2));
}

/* 4 pixels x 2 channels, over 27 inputs. */
static void tile_4x2_of_27(const float *const *rows, int at, const float *w, float *y) {
    f32x1 acc0_0 = f32x1_load(w);
    f32x1 acc0_1 = f32x1_load(w + 1);
    f32x1 acc1_0 = acc0_0; f32x1 acc1_1 = acc0_1;
    f32x1 acc2_0 = acc0_0; f32x1 acc2_1 = acc0_1;
    f32x1 acc3_0 = acc0_0; f32x1 acc3_1 = acc0_1;
    w += 2;
    for (int ky = 0; ky < 3; ky++) {
        const float *x = rows[ky] + at;
        for (int k = 0; k < 9; k++) {
            const f32x1 w0 = f32x1_load(w);
            const f32x1 w1 = f32x1_load(w + 1);
            const f32x1 v0_0 = f32x1_set1(x[k]);
            acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
            acc0_1 = f32x1_fma(v0_0, w1, acc0_1);
            const f32x1 v1_0 = f32x1_set1(x[k + 6]);
            acc1_0 = f32x1_fma(v1_0, w0, acc1_0);
            acc1_1 = f32x1_fma(v1_0, w1, acc1_1);
            const f32x1 v2_0 = f32x1_set1(x[k + 12]);
            acc2_0 = f32x1_fma(v2_0, w0, acc2_0);
            acc2_1 = f32x1_fma(v2_0, w1, acc2_1);
            const f32x1 v3_0 = f32x1_set1(x[k + 18]);
            acc3_0 = f32x1_fma(v3_0, w0, acc3_0);
            acc3_1 = f32x1_fma(v3_0, w1, acc3_1);
            w += 2;
        }
    }
    f32x1_store(y, f32x1_relu(acc0_0));
    f32x1_store(y + 1, f32x1_relu(acc0_1));
    f32x1_store(y + 8, f32x1_relu(acc1_0));
    f32x1_store(y + 9, f32x1_relu(acc1_1));
    f32x1_store(y + 16, f32x1_relu(acc2_0));
    f32x1_store(y + 17, f32x1_relu(acc2_1));
    f32x1_store(y + 24, f32x1_relu(acc3_0));
    f32x1_store(y + 25, f32x1_relu(acc3_1));
}

static void conv3x3_3_to_8_row_of_8(const float *const *rows, const float *w, float *y) {
    for (int p = 0; p < 8; p += 4) {
        for (int b = 0; b < 2; b++) {
            tile_4x3_of_27(rows, p * 6, w + b * 84, y + b * 3 + p * 8);
        }
        tile_4x2_of_27(rows, p * 6, w + 168, y + p * 8 + 6);
    }
}

static void max3x3_row_of_4(const float *x, float *y, int top, int ky0, int ky1) {
    {
        f32x1 acc0 = f32x1_set1(-3.402823466e+38f);
        f32x1 acc1 = f32x1_set1(-3.402823466e+38f);
        f32x1 acc2 = f32x1_set1(-3.402823466e+38f);
        f32x1 acc3 = f32x1_set1(-3.402823466e+38f);
        for (int ky = ky0; ky < ky1; ky++) {
            const float *row = x + (top + ky) % 3 * 64;
            const f32x1 v0 = f32x1_load(row);
            acc0 = f32x1_max(acc0, v0);
            const f32x1 v1 = f32x1_load(row + 8);
            acc0 = f32x1_max(acc0, v1);
            acc1 = f32x1_max(acc1, v1);
            const f32x1 v2 = f32x1_load(row + 16);
            acc1 = f32x1_max(acc1, v2);
            const f32x1 v3 = f32x1_load(row + 24);
            acc1 = f32x1_max(acc1, v3);
            acc2 = f32x1_max(acc2, v3);
            const f32x1 v4 = f32x1_load(row + 32);
            acc2 = f32x1_max(acc2, v4);
            const f32x1 v5 = f32x1_load(row + 40);
            acc2 = f32x1_max(acc2, v5);
            acc3 = f32x1_max(acc3, v5);
            const f32x1 v6 = f32x1_load(row + 48);
            acc3 = f32x1_max(acc3, v6);
            const f32x1 v7 = f32x1_load(row + 56);
            acc3 = f32x1_max(acc3, v7);
        }
        f32x1_store(y, acc0);
        f32x1_store(y + 8, acc1);
        f32x1_store(y + 16, acc2);
        f32x1_store(y + 24, acc3);
    }
}

static void chain_16x16x3_to_4x4x8(const float *x, const float *w, float *y, float *ring, float *t0) {
    int made_0 = 0; /* the row of part 1 that comes next */
    const float *rows[3];
    int next = -1; /* the input row that is copied next */
    for (int oy = 0; oy < 4; oy++) {
        const int top_1 = oy * 2 - 1;
        const int ky0_1 = top_1 < 0 ? -top_1 : 0;
        const int ky1_1 = 8 - top_1 < 3 ? 8 - top_1 : 3;
        const int need_0 = top_1 + 3 < 8 ? top_1 + 3 : 8;
        for (; made_0 < need_0; made_0++) {
            for (; next < made_0 * 2 + 2; next++) {
                stage_row_16x3(x, ring + (next + 1) % 3 * 54, next);
            }
            for (int ky = 0; ky < 3; ky++) {
                rows[ky] = ring + (made_0 * 2 + ky) % 3 * 54;
            }
            conv3x3_3_to_8_row_of_8(rows, w, t0 + made_0 % 3 * 64);
        }
        for (int c = 0; c < 8; c += 1) {
            max3x3_row_of_4(t0 + c, y + oy * 32 + c, top_1, ky0_1, ky1_1);
        }
    }
}

static void depthwise3x3_row_of_2(const float *x, const float *w, float *y, int top, int ky0, int ky1) {
    {
        f32x1 acc0 = f32x1_load(w);
        f32x1 acc1 = acc0;
        for (int ky = ky0; ky < ky1; ky++) {
            const float *row = x + (top + ky) * 32;
            const float *taps = w + (ky * 3 + 1) * 1;
            const f32x1 k0 = f32x1_load(taps);
            const f32x1 k1 = f32x1_load(taps + 1);
            const f32x1 k2 = f32x1_load(taps + 2);
            const f32x1 v0 = f32x1_load(row);
            acc0 = f32x1_fma(v0, k1, acc0);
            const f32x1 v1 = f32x1_load(row + 8);
            acc0 = f32x1_fma(v1, k2, acc0);
            acc1 = f32x1_fma(v1, k0, acc1);
            const f32x1 v2 = f32x1_load(row + 16);
            acc1 = f32x1_fma(v2, k1, acc1);
            const f32x1 v3 = f32x1_load(row + 24);
            acc1 = f32x1_fma(v3, k2, acc1);
        }
        f32x1_store(y, acc0);
        f32x1_store(y + 8, acc1);
    }
}

static void depthwise3x3_8_at_2x2(const float *x, const float *w, float *y) {
    for (int c = 0; c < 8; c += 1) {
        for (int oy = 0; oy < 2; oy++) {
            const int top = oy * 2 - 1;
            const int ky0 = top < 0 ? -top : 0;
            const int ky1 = 4 - top < 3 ? 4 - top : 3;
            depthwise3x3_row_of_2(x + c, w + c * 10, y + oy * 16 + c, top, ky0, ky1);
        }
    }
}

/* 4 pixels x 3 channels, over 8 inputs. */
static void tile_4x3_of_8(const float *x, const float *w, float *y) {
    f32x1 acc0_0 = f32x1_load(w);
    f32x1 acc0_1 = f32x1_load(w + 1);
    f32x1 acc0_2 = f32x1_load(w + 2);
    f32x1 acc1_0 = acc0_0; f32x1 acc1_1 = acc0_1; f32x1 acc1_2 = acc0_2;
    f32x1 acc2_0 = acc0_0; f32x1 acc2_1 = acc0_1; f32x1 acc2_2 = acc0_2;
    f32x1 acc3_0 = acc0_0; f32x1 acc3_1 = acc0_1; f32x1 acc3_2 = acc0_2;
    w += 3;
    for (int k = 0; k < 8; k++) {
        const f32x1 w0 = f32x1_load(w);
        const f32x1 w1 = f32x1_load(w + 1);
        const f32x1 w2 = f32x1_load(w + 2);
        const f32x1 v0_0 = f32x1_set1(x[k]);
        acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
        acc0_1 = f32x1_fma(v0_0, w1, acc0_1);
        acc0_2 = f32x1_fma(v0_0, w2, acc0_2);
        const f32x1 v1_0 = f32x1_set1(x[k + 8]);
        acc1_0 = f32x1_fma(v1_0, w0, acc1_0);
        acc1_1 = f32x1_fma(v1_0, w1, acc1_1);
        acc1_2 = f32x1_fma(v1_0, w2, acc1_2);
        const f32x1 v2_0 = f32x1_set1(x[k + 16]);
        acc2_0 = f32x1_fma(v2_0, w0, acc2_0);
        acc2_1 = f32x1_fma(v2_0, w1, acc2_1);
        acc2_2 = f32x1_fma(v2_0, w2, acc2_2);
        const f32x1 v3_0 = f32x1_set1(x[k + 24]);
        acc3_0 = f32x1_fma(v3_0, w0, acc3_0);
        acc3_1 = f32x1_fma(v3_0, w1, acc3_1);
        acc3_2 = f32x1_fma(v3_0, w2, acc3_2);
        w += 3;
    }
    f32x1_store(y, f32x1_relu(acc0_0));
    f32x1_store(y + 1, f32x1_relu(acc0_1));
    f32x1_store(y + 2, f32x1_relu(acc0_2));
    f32x1_store(y + 24, f32x1_relu(acc1_0));
    f32x1_store(y + 25, f32x1_relu(acc1_1));
    f32x1_store(y + 26, f32x1_relu(acc1_2));
    f32x1_store(y + 48, f32x1_relu(acc2_0));
    f32x1_store(y + 49, f32x1_relu(acc2_1));
    f32x1_store(y + 50, f32x1_relu(acc2_2));
    f32x1_store(y + 72, f32x1_relu(acc3_0));
    f32x1_store(y + 73, f32x1_relu(acc3_1));
    f32x1_store(y + 74, f32x1_relu(acc3_2));
}

static void conv1x1_8_to_12_at_2x2(const float *x, const float *w, float *y) {
    for (int b = 0; b < 4; b++) {
        tile_4x3_of_8(x, w + b * 27, y + b * 3);
    }
}

/* 4 pixels x 3 channels, over 8 inputs. */
static void tile_4x3_of_8_v2(const float *x, const float *w, float *y) {
    f32x1 acc0_0 = f32x1_load(w);
    f32x1 acc0_1 = f32x1_load(w + 1);
    f32x1 acc0_2 = f32x1_load(w + 2);
    f32x1 acc1_0 = acc0_0; f32x1 acc1_1 = acc0_1; f32x1 acc1_2 = acc0_2;
    f32x1 acc2_0 = acc0_0; f32x1 acc2_1 = acc0_1; f32x1 acc2_2 = acc0_2;
    f32x1 acc3_0 = acc0_0; f32x1 acc3_1 = acc0_1; f32x1 acc3_2 = acc0_2;
    w += 3;
    for (int k = 0; k < 8; k++) {
        const f32x1 w0 = f32x1_load(w);
        const f32x1 w1 = f32x1_load(w + 1);
        const f32x1 w2 = f32x1_load(w + 2);
        const f32x1 v0_0 = f32x1_set1(x[k]);
        acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
        acc0_1 = f32x1_fma(v0_0, w1, acc0_1);
        acc0_2 = f32x1_fma(v0_0, w2, acc0_2);
        const f32x1 v1_0 = f32x1_set1(x[k + 8]);
        acc1_0 = f32x1_fma(v1_0, w0, acc1_0);
        acc1_1 = f32x1_fma(v1_0, w1, acc1_1);
        acc1_2 = f32x1_fma(v1_0, w2, acc1_2);
        const f32x1 v2_0 = f32x1_set1(x[k + 16]);
        acc2_0 = f32x1_fma(v2_0, w0, acc2_0);
        acc2_1 = f32x1_fma(v2_0, w1, acc2_1);
        acc2_2 = f32x1_fma(v2_0, w2, acc2_2);
        const f32x1 v3_0 = f32x1_set1(x[k + 24]);
        acc3_0 = f32x1_fma(v3_0, w0, acc3_0);
        acc3_1 = f32x1_fma(v3_0, w1, acc3_1);
        acc3_2 = f32x1_fma(v3_0, w2, acc3_2);
        w += 3;
    }
    f32x1_store(y, f32x1_relu(acc0_0));
    f32x1_store(y + 1, f32x1_relu(acc0_1));
    f32x1_store(y + 2, f32x1_relu(acc0_2));
    f32x1_store(y + 12, f32x1_relu(acc1_0));
    f32x1_store(y + 13, f32x1_relu(acc1_1));
    f32x1_store(y + 14, f32x1_relu(acc1_2));
    f32x1_store(y + 24, f32x1_relu(acc2_0));
    f32x1_store(y + 25, f32x1_relu(acc2_1));
    f32x1_store(y + 26, f32x1_relu(acc2_2));
    f32x1_store(y + 36, f32x1_relu(acc3_0));
    f32x1_store(y + 37, f32x1_relu(acc3_1));
    f32x1_store(y + 38, f32x1_relu(acc3_2));
}

static void conv1x1_8_to_12_row_of_4(const float *x, const float *w, float *y) {
    for (int b = 0; b < 4; b++) {
        tile_4x3_of_8_v2(x, w + b * 27, y + b * 3);
    }
}

static void depthwise3x3_row_of_2_v2(const float *x, const float *w, float *y, int top, int ky0, int ky1) {
    {
        f32x1 acc0 = f32x1_load(w);
        f32x1 acc1 = acc0;
        for (int ky = ky0; ky < ky1; ky++) {
            const float *row = x + (top + ky) % 3 * 48;
            const float *taps = w + (ky * 3 + 1) * 1;
            const f32x1 k0 = f32x1_load(taps);
            const f32x1 k1 = f32x1_load(taps + 1);
            const f32x1 k2 = f32x1_load(taps + 2);
            const f32x1 v0 = f32x1_load(row);
            acc0 = f32x1_fma(v0, k1, acc0);
            const f32x1 v1 = f32x1_load(row + 12);
            acc0 = f32x1_fma(v1, k2, acc0);
            acc1 = f32x1_fma(v1, k0, acc1);
            const f32x1 v2 = f32x1_load(row + 24);
            acc1 = f32x1_fma(v2, k1, acc1);
            const f32x1 v3 = f32x1_load(row + 36);
            acc1 = f32x1_fma(v3, k2, acc1);
        }
        f32x1_store(y, acc0);
        f32x1_store(y + 12, acc1);
    }
}

static void chain_4x4x8_to_2x2x12(const float *x, const float *w, float *y, float *t0) {
    int made_0 = 0; /* the row of part 1 that comes next */
    for (int oy = 0; oy < 2; oy++) {
        const int top_1 = oy * 2 - 1;
        const int ky0_1 = top_1 < 0 ? -top_1 : 0;
        const int ky1_1 = 4 - top_1 < 3 ? 4 - top_1 : 3;
        const int need_0 = top_1 + 3 < 4 ? top_1 + 3 : 4;
        for (; made_0 < need_0; made_0++) {
            conv1x1_8_to_12_row_of_4(x + made_0 * 32, w, t0 + made_0 % 3 * 48);
        }
        for (int c = 0; c < 12; c += 1) {
            depthwise3x3_row_of_2_v2(t0 + c, w + c * 10 + 112, y + oy * 24 + c, top_1, ky0_1, ky1_1);
        }
    }
}

/* 4 pixels x 3 channels, over 12 inputs. */
static void tile_4x3_of_12(const float *x, const float *w, float *y) {
    f32x1 acc0_0 = f32x1_load(w);
    f32x1 acc0_1 = f32x1_load(w + 1);
    f32x1 acc0_2 = f32x1_load(w + 2);
    f32x1 acc1_0 = acc0_0; f32x1 acc1_1 = acc0_1; f32x1 acc1_2 = acc0_2;
    f32x1 acc2_0 = acc0_0; f32x1 acc2_1 = acc0_1; f32x1 acc2_2 = acc0_2;
    f32x1 acc3_0 = acc0_0; f32x1 acc3_1 = acc0_1; f32x1 acc3_2 = acc0_2;
    w += 3;
    for (int k = 0; k < 12; k++) {
        const f32x1 w0 = f32x1_load(w);
        const f32x1 w1 = f32x1_load(w + 1);
        const f32x1 w2 = f32x1_load(w + 2);
        const f32x1 v0_0 = f32x1_set1(x[k]);
        acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
        acc0_1 = f32x1_fma(v0_0, w1, acc0_1);
        acc0_2 = f32x1_fma(v0_0, w2, acc0_2);
        const f32x1 v1_0 = f32x1_set1(x[k + 12]);
        acc1_0 = f32x1_fma(v1_0, w0, acc1_0);
        acc1_1 = f32x1_fma(v1_0, w1, acc1_1);
        acc1_2 = f32x1_fma(v1_0, w2, acc1_2);
        const f32x1 v2_0 = f32x1_set1(x[k + 24]);
        acc2_0 = f32x1_fma(v2_0, w0, acc2_0);
        acc2_1 = f32x1_fma(v2_0, w1, acc2_1);
        acc2_2 = f32x1_fma(v2_0, w2, acc2_2);
        const f32x1 v3_0 = f32x1_set1(x[k + 36]);
        acc3_0 = f32x1_fma(v3_0, w0, acc3_0);
        acc3_1 = f32x1_fma(v3_0, w1, acc3_1);
        acc3_2 = f32x1_fma(v3_0, w2, acc3_2);
        w += 3;
    }
    f32x1_store(y, f32x1_relu(acc0_0));
    f32x1_store(y + 1, f32x1_relu(acc0_1));
    f32x1_store(y + 2, f32x1_relu(acc0_2));
    f32x1_store(y + 24, f32x1_relu(acc1_0));
    f32x1_store(y + 25, f32x1_relu(acc1_1));
    f32x1_store(y + 26, f32x1_relu(acc1_2));
    f32x1_store(y + 48, f32x1_relu(acc2_0));
    f32x1_store(y + 49, f32x1_relu(acc2_1));
    f32x1_store(y + 50, f32x1_relu(acc2_2));
    f32x1_store(y + 72, f32x1_relu(acc3_0));
    f32x1_store(y + 73, f32x1_relu(acc3_1));
    f32x1_store(y + 74, f32x1_relu(acc3_2));
}

static void conv1x1_12_to_12_at_2x2(const float *x, const float *w, float *y) {
    for (int b = 0; b < 4; b++) {
        tile_4x3_of_12(x, w + b * 39, y + b * 3);
    }
}

/* 4 pixels x 3 channels, over 12 inputs. */
static void tile_4x3_of_12_v2(const float *x, const float *w, float *y) {
    f32x1 acc0_0 = f32x1_load(w);
    f32x1 acc0_1 = f32x1_load(w + 1);
    f32x1 acc0_2 = f32x1_load(w + 2);
    f32x1 acc1_0 = acc0_0; f32x1 acc1_1 = acc0_1; f32x1 acc1_2 = acc0_2;
    f32x1 acc2_0 = acc0_0; f32x1 acc2_1 = acc0_1; f32x1 acc2_2 = acc0_2;
    f32x1 acc3_0 = acc0_0; f32x1 acc3_1 = acc0_1; f32x1 acc3_2 = acc0_2;
    w += 3;
    for (int k = 0; k < 6; k++) {
        const f32x1 w0 = f32x1_load(w);
        const f32x1 w1 = f32x1_load(w + 1);
        const f32x1 w2 = f32x1_load(w + 2);
        const f32x1 v0_0 = f32x1_set1((x + 6)[k]);
        acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
        acc0_1 = f32x1_fma(v0_0, w1, acc0_1);
        acc0_2 = f32x1_fma(v0_0, w2, acc0_2);
        const f32x1 v1_0 = f32x1_set1((x + 6)[k + 24]);
        acc1_0 = f32x1_fma(v1_0, w0, acc1_0);
        acc1_1 = f32x1_fma(v1_0, w1, acc1_1);
        acc1_2 = f32x1_fma(v1_0, w2, acc1_2);
        const f32x1 v2_0 = f32x1_set1((x + 6)[k + 48]);
        acc2_0 = f32x1_fma(v2_0, w0, acc2_0);
        acc2_1 = f32x1_fma(v2_0, w1, acc2_1);
        acc2_2 = f32x1_fma(v2_0, w2, acc2_2);
        const f32x1 v3_0 = f32x1_set1((x + 6)[k + 72]);
        acc3_0 = f32x1_fma(v3_0, w0, acc3_0);
        acc3_1 = f32x1_fma(v3_0, w1, acc3_1);
        acc3_2 = f32x1_fma(v3_0, w2, acc3_2);
        w += 3;
    }
    for (int k = 0; k < 6; k++) {
        const f32x1 w0 = f32x1_load(w);
        const f32x1 w1 = f32x1_load(w + 1);
        const f32x1 w2 = f32x1_load(w + 2);
        const f32x1 v0_0 = f32x1_set1((x + 18)[k]);
        acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
        acc0_1 = f32x1_fma(v0_0, w1, acc0_1);
        acc0_2 = f32x1_fma(v0_0, w2, acc0_2);
        const f32x1 v1_0 = f32x1_set1((x + 18)[k + 24]);
        acc1_0 = f32x1_fma(v1_0, w0, acc1_0);
        acc1_1 = f32x1_fma(v1_0, w1, acc1_1);
        acc1_2 = f32x1_fma(v1_0, w2, acc1_2);
        const f32x1 v2_0 = f32x1_set1((x + 18)[k + 48]);
        acc2_0 = f32x1_fma(v2_0, w0, acc2_0);
        acc2_1 = f32x1_fma(v2_0, w1, acc2_1);
        acc2_2 = f32x1_fma(v2_0, w2, acc2_2);
        const f32x1 v3_0 = f32x1_set1((x + 18)[k + 72]);
        acc3_0 = f32x1_fma(v3_0, w0, acc3_0);
        acc3_1 = f32x1_fma(v3_0, w1, acc3_1);
        acc3_2 = f32x1_fma(v3_0, w2, acc3_2);
        w += 3;
    }
    f32x1_store(y, f32x1_relu(acc0_0));
    f32x1_store(y + 1, f32x1_relu(acc0_1));
    f32x1_store(y + 2, f32x1_relu(acc0_2));
    f32x1_store(y + 12, f32x1_relu(acc1_0));
    f32x1_store(y + 13, f32x1_relu(acc1_1));
    f32x1_store(y + 14, f32x1_relu(acc1_2));
    f32x1_store(y + 24, f32x1_relu(acc2_0));
    f32x1_store(y + 25, f32x1_relu(acc2_1));
    f32x1_store(y + 26, f32x1_relu(acc2_2));
    f32x1_store(y + 36, f32x1_relu(acc3_0));
    f32x1_store(y + 37, f32x1_relu(acc3_1));
    f32x1_store(y + 38, f32x1_relu(acc3_2));
}

static void conv1x1_12_to_12_at_2x2_v2(const float *x, const float *w, float *y) {
    for (int b = 0; b < 4; b++) {
        tile_4x3_of_12_v2(x, w + b * 39, y + b * 3);
    }
}

static void depthwise3x3_row_of_2_v3(const float *x, const float *w, float *y, int top, int ky0, int ky1) {
    {
        f32x1 acc0 = f32x1_load(w);
        f32x1 acc1 = acc0;
        for (int ky = ky0; ky < ky1; ky++) {
            const float *row = x + (top + ky) * 24;
            const float *taps = w + (ky * 3 + 1) * 1;
            const f32x1 k0 = f32x1_load(taps);
            const f32x1 k1 = f32x1_load(taps + 1);
            const f32x1 k2 = f32x1_load(taps + 2);
            const f32x1 v0 = f32x1_load(row);
            acc0 = f32x1_fma(v0, k1, acc0);
            acc1 = f32x1_fma(v0, k0, acc1);
            const f32x1 v1 = f32x1_load(row + 12);
            acc0 = f32x1_fma(v1, k2, acc0);
            acc1 = f32x1_fma(v1, k1, acc1);
        }
        f32x1_store(y, acc0);
        f32x1_store(y + 12, acc1);
    }
}

static void depthwise3x3_12_at_2x2(const float *x, const float *w, float *y) {
    for (int c = 0; c < 12; c += 1) {
        for (int oy = 0; oy < 2; oy++) {
            const int top = oy * 1 - 1;
            const int ky0 = top < 0 ? -top : 0;
            const int ky1 = 2 - top < 3 ? 2 - top : 3;
            depthwise3x3_row_of_2_v3(x + c, w + c * 10, y + oy * 24 + c, top, ky0, ky1);
        }
    }
}

/* 4 pixels x 3 channels, over 12 inputs. */
static void tile_4x3_of_12_v3(const float *x, const float *w, float *y) {
    f32x1 acc0_0 = f32x1_load(w);
    f32x1 acc0_1 = f32x1_load(w + 1);
    f32x1 acc0_2 = f32x1_load(w + 2);
    f32x1 acc1_0 = acc0_0; f32x1 acc1_1 = acc0_1; f32x1 acc1_2 = acc0_2;
    f32x1 acc2_0 = acc0_0; f32x1 acc2_1 = acc0_1; f32x1 acc2_2 = acc0_2;
    f32x1 acc3_0 = acc0_0; f32x1 acc3_1 = acc0_1; f32x1 acc3_2 = acc0_2;
    w += 3;
    for (int k = 0; k < 12; k++) {
        const f32x1 w0 = f32x1_load(w);
        const f32x1 w1 = f32x1_load(w + 1);
        const f32x1 w2 = f32x1_load(w + 2);
        const f32x1 v0_0 = f32x1_set1(x[k]);
        acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
        acc0_1 = f32x1_fma(v0_0, w1, acc0_1);
        acc0_2 = f32x1_fma(v0_0, w2, acc0_2);
        const f32x1 v1_0 = f32x1_set1(x[k + 12]);
        acc1_0 = f32x1_fma(v1_0, w0, acc1_0);
        acc1_1 = f32x1_fma(v1_0, w1, acc1_1);
        acc1_2 = f32x1_fma(v1_0, w2, acc1_2);
        const f32x1 v2_0 = f32x1_set1(x[k + 24]);
        acc2_0 = f32x1_fma(v2_0, w0, acc2_0);
        acc2_1 = f32x1_fma(v2_0, w1, acc2_1);
        acc2_2 = f32x1_fma(v2_0, w2, acc2_2);
        const f32x1 v3_0 = f32x1_set1(x[k + 36]);
        acc3_0 = f32x1_fma(v3_0, w0, acc3_0);
        acc3_1 = f32x1_fma(v3_0, w1, acc3_1);
        acc3_2 = f32x1_fma(v3_0, w2, acc3_2);
        w += 3;
    }
    f32x1_store(y, f32x1_relu(acc0_0));
    f32x1_store(y + 1, f32x1_relu(acc0_1));
    f32x1_store(y + 2, f32x1_relu(acc0_2));
    f32x1_store(y + 12, f32x1_relu(acc1_0));
    f32x1_store(y + 13, f32x1_relu(acc1_1));
    f32x1_store(y + 14, f32x1_relu(acc1_2));
    f32x1_store(y + 24, f32x1_relu(acc2_0));
    f32x1_store(y + 25, f32x1_relu(acc2_1));
    f32x1_store(y + 26, f32x1_relu(acc2_2));
    f32x1_store(y + 36, f32x1_relu(acc3_0));
    f32x1_store(y + 37, f32x1_relu(acc3_1));
    f32x1_store(y + 38, f32x1_relu(acc3_2));
}

static void conv1x1_12_to_12_at_2x2_v3(const float *x, const float *w, float *y) {
    for (int b = 0; b < 4; b++) {
        tile_4x3_of_12_v3(x, w + b * 39, y + b * 3);
    }
}

/* 4 pixels x 3 channels, over 12 inputs. */
static void tile_4x3_of_12_v4(const float *x0, const float *x1, const float *w, float *y) {
    f32x1 acc0_0 = f32x1_load(w);
    f32x1 acc0_1 = f32x1_load(w + 1);
    f32x1 acc0_2 = f32x1_load(w + 2);
    f32x1 acc1_0 = acc0_0; f32x1 acc1_1 = acc0_1; f32x1 acc1_2 = acc0_2;
    f32x1 acc2_0 = acc0_0; f32x1 acc2_1 = acc0_1; f32x1 acc2_2 = acc0_2;
    f32x1 acc3_0 = acc0_0; f32x1 acc3_1 = acc0_1; f32x1 acc3_2 = acc0_2;
    w += 3;
    for (int k = 0; k < 3; k++) {
        const f32x1 w0 = f32x1_load(w);
        const f32x1 w1 = f32x1_load(w + 1);
        const f32x1 w2 = f32x1_load(w + 2);
        const f32x1 v0_0 = f32x1_set1((x0 + 3)[k]);
        acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
        acc0_1 = f32x1_fma(v0_0, w1, acc0_1);
        acc0_2 = f32x1_fma(v0_0, w2, acc0_2);
        const f32x1 v1_0 = f32x1_set1((x0 + 3)[k + 24]);
        acc1_0 = f32x1_fma(v1_0, w0, acc1_0);
        acc1_1 = f32x1_fma(v1_0, w1, acc1_1);
        acc1_2 = f32x1_fma(v1_0, w2, acc1_2);
        const f32x1 v2_0 = f32x1_set1((x0 + 3)[k + 48]);
        acc2_0 = f32x1_fma(v2_0, w0, acc2_0);
        acc2_1 = f32x1_fma(v2_0, w1, acc2_1);
        acc2_2 = f32x1_fma(v2_0, w2, acc2_2);
        const f32x1 v3_0 = f32x1_set1((x0 + 3)[k + 72]);
        acc3_0 = f32x1_fma(v3_0, w0, acc3_0);
        acc3_1 = f32x1_fma(v3_0, w1, acc3_1);
        acc3_2 = f32x1_fma(v3_0, w2, acc3_2);
        w += 3;
    }
    for (int k = 0; k < 3; k++) {
        const f32x1 w0 = f32x1_load(w);
        const f32x1 w1 = f32x1_load(w + 1);
        const f32x1 w2 = f32x1_load(w + 2);
        const f32x1 v0_0 = f32x1_set1((x0 + 15)[k]);
        acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
        acc0_1 = f32x1_fma(v0_0, w1, acc0_1);
        acc0_2 = f32x1_fma(v0_0, w2, acc0_2);
        const f32x1 v1_0 = f32x1_set1((x0 + 15)[k + 24]);
        acc1_0 = f32x1_fma(v1_0, w0, acc1_0);
        acc1_1 = f32x1_fma(v1_0, w1, acc1_1);
        acc1_2 = f32x1_fma(v1_0, w2, acc1_2);
        const f32x1 v2_0 = f32x1_set1((x0 + 15)[k + 48]);
        acc2_0 = f32x1_fma(v2_0, w0, acc2_0);
        acc2_1 = f32x1_fma(v2_0, w1, acc2_1);
        acc2_2 = f32x1_fma(v2_0, w2, acc2_2);
        const f32x1 v3_0 = f32x1_set1((x0 + 15)[k + 72]);
        acc3_0 = f32x1_fma(v3_0, w0, acc3_0);
        acc3_1 = f32x1_fma(v3_0, w1, acc3_1);
        acc3_2 = f32x1_fma(v3_0, w2, acc3_2);
        w += 3;
    }
    for (int k = 0; k < 6; k++) {
        const f32x1 w0 = f32x1_load(w);
        const f32x1 w1 = f32x1_load(w + 1);
        const f32x1 w2 = f32x1_load(w + 2);
        const f32x1 v0_0 = f32x1_set1((x1 + 6)[k]);
        acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
        acc0_1 = f32x1_fma(v0_0, w1, acc0_1);
        acc0_2 = f32x1_fma(v0_0, w2, acc0_2);
        const f32x1 v1_0 = f32x1_set1((x1 + 6)[k + 12]);
        acc1_0 = f32x1_fma(v1_0, w0, acc1_0);
        acc1_1 = f32x1_fma(v1_0, w1, acc1_1);
        acc1_2 = f32x1_fma(v1_0, w2, acc1_2);
        const f32x1 v2_0 = f32x1_set1((x1 + 6)[k + 24]);
        acc2_0 = f32x1_fma(v2_0, w0, acc2_0);
        acc2_1 = f32x1_fma(v2_0, w1, acc2_1);
        acc2_2 = f32x1_fma(v2_0, w2, acc2_2);
        const f32x1 v3_0 = f32x1_set1((x1 + 6)[k + 36]);
        acc3_0 = f32x1_fma(v3_0, w0, acc3_0);
        acc3_1 = f32x1_fma(v3_0, w1, acc3_1);
        acc3_2 = f32x1_fma(v3_0, w2, acc3_2);
        w += 3;
    }
    f32x1_store(y, f32x1_relu(acc0_0));
    f32x1_store(y + 1, f32x1_relu(acc0_1));
    f32x1_store(y + 2, f32x1_relu(acc0_2));
    f32x1_store(y + 12, f32x1_relu(acc1_0));
    f32x1_store(y + 13, f32x1_relu(acc1_1));
    f32x1_store(y + 14, f32x1_relu(acc1_2));
    f32x1_store(y + 24, f32x1_relu(acc2_0));
    f32x1_store(y + 25, f32x1_relu(acc2_1));
    f32x1_store(y + 26, f32x1_relu(acc2_2));
    f32x1_store(y + 36, f32x1_relu(acc3_0));
    f32x1_store(y + 37, f32x1_relu(acc3_1));
    f32x1_store(y + 38, f32x1_relu(acc3_2));
}

static void conv1x1_12_to_12_at_2x2_v4(const float *x0, const float *x1, const float *w, float *y) {
    for (int b = 0; b < 4; b++) {
        tile_4x3_of_12_v4(x0, x1, w + b * 39, y + b * 3);
    }
}

/* 4 pixels x 3 channels, over 24 inputs. */
static void tile_4x3_of_24(const float *x0, const float *x1, const float *x2, const float *w, float *y) {
    f32x1 acc0_0 = f32x1_load(w);
    f32x1 acc0_1 = f32x1_load(w + 1);
    f32x1 acc0_2 = f32x1_load(w + 2);
    f32x1 acc1_0 = acc0_0; f32x1 acc1_1 = acc0_1; f32x1 acc1_2 = acc0_2;
    f32x1 acc2_0 = acc0_0; f32x1 acc2_1 = acc0_1; f32x1 acc2_2 = acc0_2;
    f32x1 acc3_0 = acc0_0; f32x1 acc3_1 = acc0_1; f32x1 acc3_2 = acc0_2;
    w += 3;
    for (int k = 0; k < 3; k++) {
        const f32x1 w0 = f32x1_load(w);
        const f32x1 w1 = f32x1_load(w + 1);
        const f32x1 w2 = f32x1_load(w + 2);
        const f32x1 v0_0 = f32x1_set1(x0[k]);
        acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
        acc0_1 = f32x1_fma(v0_0, w1, acc0_1);
        acc0_2 = f32x1_fma(v0_0, w2, acc0_2);
        const f32x1 v1_0 = f32x1_set1(x0[k + 24]);
        acc1_0 = f32x1_fma(v1_0, w0, acc1_0);
        acc1_1 = f32x1_fma(v1_0, w1, acc1_1);
        acc1_2 = f32x1_fma(v1_0, w2, acc1_2);
        const f32x1 v2_0 = f32x1_set1(x0[k + 48]);
        acc2_0 = f32x1_fma(v2_0, w0, acc2_0);
        acc2_1 = f32x1_fma(v2_0, w1, acc2_1);
        acc2_2 = f32x1_fma(v2_0, w2, acc2_2);
        const f32x1 v3_0 = f32x1_set1(x0[k + 72]);
        acc3_0 = f32x1_fma(v3_0, w0, acc3_0);
        acc3_1 = f32x1_fma(v3_0, w1, acc3_1);
        acc3_2 = f32x1_fma(v3_0, w2, acc3_2);
        w += 3;
    }
    for (int k = 0; k < 3; k++) {
        const f32x1 w0 = f32x1_load(w);
        const f32x1 w1 = f32x1_load(w + 1);
        const f32x1 w2 = f32x1_load(w + 2);
        const f32x1 v0_0 = f32x1_set1((x0 + 12)[k]);
        acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
        acc0_1 = f32x1_fma(v0_0, w1, acc0_1);
        acc0_2 = f32x1_fma(v0_0, w2, acc0_2);
        const f32x1 v1_0 = f32x1_set1((x0 + 12)[k + 24]);
        acc1_0 = f32x1_fma(v1_0, w0, acc1_0);
        acc1_1 = f32x1_fma(v1_0, w1, acc1_1);
        acc1_2 = f32x1_fma(v1_0, w2, acc1_2);
        const f32x1 v2_0 = f32x1_set1((x0 + 12)[k + 48]);
        acc2_0 = f32x1_fma(v2_0, w0, acc2_0);
        acc2_1 = f32x1_fma(v2_0, w1, acc2_1);
        acc2_2 = f32x1_fma(v2_0, w2, acc2_2);
        const f32x1 v3_0 = f32x1_set1((x0 + 12)[k + 72]);
        acc3_0 = f32x1_fma(v3_0, w0, acc3_0);
        acc3_1 = f32x1_fma(v3_0, w1, acc3_1);
        acc3_2 = f32x1_fma(v3_0, w2, acc3_2);
        w += 3;
    }
    for (int k = 0; k < 6; k++) {
        const f32x1 w0 = f32x1_load(w);
        const f32x1 w1 = f32x1_load(w + 1);
        const f32x1 w2 = f32x1_load(w + 2);
        const f32x1 v0_0 = f32x1_set1(x1[k]);
        acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
        acc0_1 = f32x1_fma(v0_0, w1, acc0_1);
        acc0_2 = f32x1_fma(v0_0, w2, acc0_2);
        const f32x1 v1_0 = f32x1_set1(x1[k + 12]);
        acc1_0 = f32x1_fma(v1_0, w0, acc1_0);
        acc1_1 = f32x1_fma(v1_0, w1, acc1_1);
        acc1_2 = f32x1_fma(v1_0, w2, acc1_2);
        const f32x1 v2_0 = f32x1_set1(x1[k + 24]);
        acc2_0 = f32x1_fma(v2_0, w0, acc2_0);
        acc2_1 = f32x1_fma(v2_0, w1, acc2_1);
        acc2_2 = f32x1_fma(v2_0, w2, acc2_2);
        const f32x1 v3_0 = f32x1_set1(x1[k + 36]);
        acc3_0 = f32x1_fma(v3_0, w0, acc3_0);
        acc3_1 = f32x1_fma(v3_0, w1, acc3_1);
        acc3_2 = f32x1_fma(v3_0, w2, acc3_2);
        w += 3;
    }
    for (int k = 0; k < 12; k++) {
        const f32x1 w0 = f32x1_load(w);
        const f32x1 w1 = f32x1_load(w + 1);
        const f32x1 w2 = f32x1_load(w + 2);
        const f32x1 v0_0 = f32x1_set1(x2[k]);
        acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
        acc0_1 = f32x1_fma(v0_0, w1, acc0_1);
        acc0_2 = f32x1_fma(v0_0, w2, acc0_2);
        const f32x1 v1_0 = f32x1_set1(x2[k + 12]);
        acc1_0 = f32x1_fma(v1_0, w0, acc1_0);
        acc1_1 = f32x1_fma(v1_0, w1, acc1_1);
        acc1_2 = f32x1_fma(v1_0, w2, acc1_2);
        const f32x1 v2_0 = f32x1_set1(x2[k + 24]);
        acc2_0 = f32x1_fma(v2_0, w0, acc2_0);
        acc2_1 = f32x1_fma(v2_0, w1, acc2_1);
        acc2_2 = f32x1_fma(v2_0, w2, acc2_2);
        const f32x1 v3_0 = f32x1_set1(x2[k + 36]);
        acc3_0 = f32x1_fma(v3_0, w0, acc3_0);
        acc3_1 = f32x1_fma(v3_0, w1, acc3_1);
        acc3_2 = f32x1_fma(v3_0, w2, acc3_2);
        w += 3;
    }
    f32x1_store(y, f32x1_relu(acc0_0));
    f32x1_store(y + 1, f32x1_relu(acc0_1));
    f32x1_store(y + 2, f32x1_relu(acc0_2));
    f32x1_store(y + 32, f32x1_relu(acc1_0));
    f32x1_store(y + 33, f32x1_relu(acc1_1));
    f32x1_store(y + 34, f32x1_relu(acc1_2));
    f32x1_store(y + 64, f32x1_relu(acc2_0));
    f32x1_store(y + 65, f32x1_relu(acc2_1));
    f32x1_store(y + 66, f32x1_relu(acc2_2));
    f32x1_store(y + 96, f32x1_relu(acc3_0));
    f32x1_store(y + 97, f32x1_relu(acc3_1));
    f32x1_store(y + 98, f32x1_relu(acc3_2));
}

/* 4 pixels x 2 channels, over 24 inputs. */
static void tile_4x2_of_24(const float *x0, const float *x1, const float *x2, const float *w, float *y) {
    f32x1 acc0_0 = f32x1_load(w);
    f32x1 acc0_1 = f32x1_load(w + 1);
    f32x1 acc1_0 = acc0_0; f32x1 acc1_1 = acc0_1;
    f32x1 acc2_0 = acc0_0; f32x1 acc2_1 = acc0_1;
    f32x1 acc3_0 = acc0_0; f32x1 acc3_1 = acc0_1;
    w += 2;
    for (int k = 0; k < 3; k++) {
        const f32x1 w0 = f32x1_load(w);
        const f32x1 w1 = f32x1_load(w + 1);
        const f32x1 v0_0 = f32x1_set1(x0[k]);
        acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
        acc0_1 = f32x1_fma(v0_0, w1, acc0_1);
        const f32x1 v1_0 = f32x1_set1(x0[k + 24]);
        acc1_0 = f32x1_fma(v1_0, w0, acc1_0);
        acc1_1 = f32x1_fma(v1_0, w1, acc1_1);
        const f32x1 v2_0 = f32x1_set1(x0[k + 48]);
        acc2_0 = f32x1_fma(v2_0, w0, acc2_0);
        acc2_1 = f32x1_fma(v2_0, w1, acc2_1);
        const f32x1 v3_0 = f32x1_set1(x0[k + 72]);
        acc3_0 = f32x1_fma(v3_0, w0, acc3_0);
        acc3_1 = f32x1_fma(v3_0, w1, acc3_1);
        w += 2;
    }
    for (int k = 0; k < 3; k++) {
        const f32x1 w0 = f32x1_load(w);
        const f32x1 w1 = f32x1_load(w + 1);
        const f32x1 v0_0 = f32x1_set1((x0 + 12)[k]);
        acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
        acc0_1 = f32x1_fma(v0_0, w1, acc0_1);
        const f32x1 v1_0 = f32x1_set1((x0 + 12)[k + 24]);
        acc1_0 = f32x1_fma(v1_0, w0, acc1_0);
        acc1_1 = f32x1_fma(v1_0, w1, acc1_1);
        const f32x1 v2_0 = f32x1_set1((x0 + 12)[k + 48]);
        acc2_0 = f32x1_fma(v2_0, w0, acc2_0);
        acc2_1 = f32x1_fma(v2_0, w1, acc2_1);
        const f32x1 v3_0 = f32x1_set1((x0 + 12)[k + 72]);
        acc3_0 = f32x1_fma(v3_0, w0, acc3_0);
        acc3_1 = f32x1_fma(v3_0, w1, acc3_1);
        w += 2;
    }
    for (int k = 0; k < 6; k++) {
        const f32x1 w0 = f32x1_load(w);
        const f32x1 w1 = f32x1_load(w + 1);
        const f32x1 v0_0 = f32x1_set1(x1[k]);
        acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
        acc0_1 = f32x1_fma(v0_0, w1, acc0_1);
        const f32x1 v1_0 = f32x1_set1(x1[k + 12]);
        acc1_0 = f32x1_fma(v1_0, w0, acc1_0);
        acc1_1 = f32x1_fma(v1_0, w1, acc1_1);
        const f32x1 v2_0 = f32x1_set1(x1[k + 24]);
        acc2_0 = f32x1_fma(v2_0, w0, acc2_0);
        acc2_1 = f32x1_fma(v2_0, w1, acc2_1);
        const f32x1 v3_0 = f32x1_set1(x1[k + 36]);
        acc3_0 = f32x1_fma(v3_0, w0, acc3_0);
        acc3_1 = f32x1_fma(v3_0, w1, acc3_1);
        w += 2;
    }
    for (int k = 0; k < 12; k++) {
        const f32x1 w0 = f32x1_load(w);
        const f32x1 w1 = f32x1_load(w + 1);
        const f32x1 v0_0 = f32x1_set1(x2[k]);
        acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
        acc0_1 = f32x1_fma(v0_0, w1, acc0_1);
        const f32x1 v1_0 = f32x1_set1(x2[k + 12]);
        acc1_0 = f32x1_fma(v1_0, w0, acc1_0);
        acc1_1 = f32x1_fma(v1_0, w1, acc1_1);
        const f32x1 v2_0 = f32x1_set1(x2[k + 24]);
        acc2_0 = f32x1_fma(v2_0, w0, acc2_0);
        acc2_1 = f32x1_fma(v2_0, w1, acc2_1);
        const f32x1 v3_0 = f32x1_set1(x2[k + 36]);
        acc3_0 = f32x1_fma(v3_0, w0, acc3_0);
        acc3_1 = f32x1_fma(v3_0, w1, acc3_1);
        w += 2;
    }
    f32x1_store(y, f32x1_relu(acc0_0));
    f32x1_store(y + 1, f32x1_relu(acc0_1));
    f32x1_store(y + 32, f32x1_relu(acc1_0));
    f32x1_store(y + 33, f32x1_relu(acc1_1));
    f32x1_store(y + 64, f32x1_relu(acc2_0));
    f32x1_store(y + 65, f32x1_relu(acc2_1));
    f32x1_store(y + 96, f32x1_relu(acc3_0));
    f32x1_store(y + 97, f32x1_relu(acc3_1));
}

static void conv1x1_24_to_32_at_2x2(const float *x0, const float *x1, const float *x2, const float *w, float *y) {
    for (int b = 0; b < 10; b++) {
        tile_4x3_of_24(x0, x1, x2, w + b * 75, y + b * 3);
    }
    tile_4x2_of_24(x0, x1, x2, w + 750, y + 30);
}

#define AT(offset) ((float *)(void *)((unsigned char *)arena + (offset)))

#ifdef SHUFFLE_PROFILE
#define STEP_HOOK(step, name, begin) shuffle_profile_hook(step, name, begin)
#else
#define STEP_HOOK(step, name, begin) ((void)0)
#endif

void shuffle_run_in(void *arena, const float *image, float *features) {
    /* 1. conv_1: conv 3x3 stride 2, relu (shuffle.net:6)
     * max_pool_1: max_pool 3x3 stride 2 (shuffle.net:7)
     * [16, 16, 3] -> [4, 4, 8], 0.01 M MACs, 896 bytes of weights
     * by rows: direct 4 x 3 of f32x1, max pool, 4 columns of f32x1 */
    STEP_HOOK(1, "max_pool_1", 1);
    chain_16x16x3_to_4x4x8(image, WEIGHTS(0), AT(1472), AT(768), AT(0));
    STEP_HOOK(1, "max_pool_1", 0);
    /* 2. shortcut_depthwise: depthwise 3x3 stride 2 (prelude.net:74)
     * [4, 4, 8] -> [2, 2, 8], 0.00 M MACs, 320 bytes of weights
     * depthwise, 2 columns of f32x1 */
    STEP_HOOK(2, "shortcut_depthwise", 1);
    depthwise3x3_8_at_2x2(AT(1472), WEIGHTS(224), AT(960));
    STEP_HOOK(2, "shortcut_depthwise", 0);
    /* 3. shortcut: conv 1x1, relu (prelude.net:75)
     * [2, 2, 8] -> [2, 2, 12], 0.00 M MACs, 432 bytes of weights
     * pointwise 4 x 3 of f32x1 */
    STEP_HOOK(3, "shortcut", 1);
    conv1x1_8_to_12_at_2x2(AT(960), WEIGHTS(304), AT(576));
    STEP_HOOK(3, "shortcut", 0);
    /* 4. reduce: conv 1x1, relu (prelude.net:84)
     * depthwise: depthwise 3x3 stride 2 (prelude.net:85)
     * [4, 4, 8] -> [2, 2, 12], 0.00 M MACs, 944 bytes of weights
     * by rows: pointwise 4 x 3 of f32x1, depthwise, 2 columns of f32x1 */
    STEP_HOOK(4, "depthwise", 1);
    chain_4x4x8_to_2x2x12(AT(1472), WEIGHTS(416), AT(960), AT(0));
    STEP_HOOK(4, "depthwise", 0);
    /* 5. expand: conv 1x1, relu (prelude.net:86)
     * [2, 2, 12] -> [2, 2, 12], 0.00 M MACs, 656 bytes of weights
     * pointwise 4 x 3 of f32x1 */
    STEP_HOOK(5, "expand", 1);
    conv1x1_12_to_12_at_2x2(AT(960), WEIGHTS(656), AT(576) + 12);
    STEP_HOOK(5, "expand", 0);
    /* 6. reduce: conv 1x1, relu (prelude.net:84)
     * [2, 2, 12] -> [2, 2, 12], 0.00 M MACs, 640 bytes of weights
     * pointwise 4 x 3 of f32x1 */
    STEP_HOOK(6, "reduce", 1);
    conv1x1_12_to_12_at_2x2_v2(AT(576), WEIGHTS(816), AT(0));
    STEP_HOOK(6, "reduce", 0);
    /* 7. depthwise: depthwise 3x3 (prelude.net:85)
     * [2, 2, 12] -> [2, 2, 12], 0.00 M MACs, 496 bytes of weights
     * depthwise, 2 columns of f32x1 */
    STEP_HOOK(7, "depthwise", 1);
    depthwise3x3_12_at_2x2(AT(0), WEIGHTS(976), AT(192));
    STEP_HOOK(7, "depthwise", 0);
    /* 8. expand: conv 1x1, relu (prelude.net:86)
     * [2, 2, 12] -> [2, 2, 12], 0.00 M MACs, 656 bytes of weights
     * pointwise 4 x 3 of f32x1 */
    STEP_HOOK(8, "expand", 1);
    conv1x1_12_to_12_at_2x2_v3(AT(192), WEIGHTS(1104), AT(0));
    STEP_HOOK(8, "expand", 0);
    /* 9. reduce: conv 1x1, relu (prelude.net:84)
     * [2, 2, 12] -> [2, 2, 12], 0.00 M MACs, 640 bytes of weights
     * pointwise 4 x 3 of f32x1 */
    STEP_HOOK(9, "reduce", 1);
    conv1x1_12_to_12_at_2x2_v4(AT(576), AT(0), WEIGHTS(1264), AT(192));
    STEP_HOOK(9, "reduce", 0);
    /* 10. depthwise: depthwise 3x3 (prelude.net:85)
     * [2, 2, 12] -> [2, 2, 12], 0.00 M MACs, 496 bytes of weights
     * depthwise, 2 columns of f32x1 */
    STEP_HOOK(10, "depthwise", 1);
    depthwise3x3_12_at_2x2(AT(192), WEIGHTS(1424), AT(384));
    STEP_HOOK(10, "depthwise", 0);
    /* 11. expand: conv 1x1, relu (prelude.net:86)
     * [2, 2, 12] -> [2, 2, 12], 0.00 M MACs, 656 bytes of weights
     * pointwise 4 x 3 of f32x1 */
    STEP_HOOK(11, "expand", 1);
    conv1x1_12_to_12_at_2x2_v3(AT(384), WEIGHTS(1552), AT(192));
    STEP_HOOK(11, "expand", 0);
    /* 12. conv_9: conv 1x1, relu (shuffle.net:11)
     * [2, 2, 24] -> [2, 2, 32], 0.00 M MACs, 3216 bytes of weights
     * pointwise 4 x 3 of f32x1 */
    STEP_HOOK(12, "conv_9", 1);
    conv1x1_24_to_32_at_2x2(AT(576), AT(0), AT(192), WEIGHTS(1712), features);
    STEP_HOOK(12, "conv_9", 0);
}

#if defined(__GNUC__) && defined(SHUFFLE_ARENA_SECTION)
#define ARENA_PLACE __attribute__((section(SHUFFLE_ARENA_SECTION)))
#else
#define ARENA_PLACE
#endif
static union {
    unsigned char bytes[SHUFFLE_ARENA_BYTES + 3824 /* for the self-test */];
    int64_t aligned;
} static_arena ARENA_PLACE;

void shuffle_run(const float *image, float *features) {
    shuffle_run_in(static_arena.bytes, image, features);
}

const char *shuffle_version(void) {
    return "lcc 0.1.0, generic, weights ad13724b03d529d7";
}

int shuffle_bind(const void *file, size_t bytes) {
    static const char magic[15] = "lcc weights 1\n";
    const unsigned char *p = (const unsigned char *)file;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    if (!p || bytes != SHUFFLE_WEIGHTS_BYTES || ((uintptr_t)file & 3) != 0) return -1;
    for (size_t i = 0; i < sizeof magic; i++) {
        if (p[i] != (unsigned char)magic[i]) return -1;
    }
    for (size_t i = 64; i + 4 <= bytes; i += 4) {
        const uint32_t word = (uint32_t)p[i] | (uint32_t)p[i + 1] << 8 | (uint32_t)p[i + 2] << 16 |
                              (uint32_t)p[i + 3] << 24;
        hash = (hash ^ word) * UINT64_C(0x100000001b3);
    }
    if (hash != UINT64_C(0xa37847de8a210a3b)) return -1;
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
    for (size_t i = 0; i < 10048; i += 4, p += 4) {
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
    float *const image = (float *)(void *)(static_arena.bytes + 1984);
    for (int i = 0; i < 768; i++) image[i] = (float)input_byte((uint32_t)i) / 128.0f - 1.0f;
    float *const features = (float *)(void *)(static_arena.bytes + 5056);
    for (int i = 0; i < 512; i++) static_arena.bytes[5056 + i] = selftest_poison(i, again);
    uint32_t *const bits = (uint32_t *)(void *)(static_arena.bytes + 5568);
    static const int64_t before_1[] = {1984, 1984};
    static const int64_t in_1[] = {0, 1416, 1472, 1984, 1984, 1984};
    selftest_guard(static_arena.bytes, before_1, again, 1);
    /* 1. conv_1: conv 3x3 stride 2, relu (shuffle.net:6)
     * max_pool_1: max_pool 3x3 stride 2 (shuffle.net:7)
     * [16, 16, 3] -> [4, 4, 8], 0.01 M MACs, 896 bytes of weights
     * by rows: direct 4 x 3 of f32x1, max pool, 4 columns of f32x1 */
    STEP_HOOK(1, "max_pool_1", 1);
    chain_16x16x3_to_4x4x8(image, WEIGHTS(0), AT(1472), AT(768), AT(0));
    STEP_HOOK(1, "max_pool_1", 0);
    if (!selftest_guard(static_arena.bytes, in_1, again, 0)) return 1;
    static const double sums_1[] = {7.82720382, 0.00021};
    if (selftest_differs(AT(1472), 16, 8, 8, 128, sums_1, &bits[0], again)) return 1;
    static const int64_t before_2[] = {1472, 1984, 1984, 1984};
    static const int64_t in_2[] = {960, 1088, 1472, 1984, 1984, 1984};
    selftest_guard(static_arena.bytes, before_2, again, 1);
    /* 2. shortcut_depthwise: depthwise 3x3 stride 2 (prelude.net:74)
     * [4, 4, 8] -> [2, 2, 8], 0.00 M MACs, 320 bytes of weights
     * depthwise, 2 columns of f32x1 */
    STEP_HOOK(2, "shortcut_depthwise", 1);
    depthwise3x3_8_at_2x2(AT(1472), WEIGHTS(224), AT(960));
    STEP_HOOK(2, "shortcut_depthwise", 0);
    if (!selftest_guard(static_arena.bytes, in_2, again, 0)) return 2;
    static const double sums_2[] = {5.99720472, 0.0002};
    if (selftest_differs(AT(960), 4, 8, 8, 32, sums_2, &bits[1], again)) return 2;
    static const int64_t before_3[] = {960, 1088, 1472, 1984, 1984, 1984};
    static const int64_t in_3[] = {576, 1088, 1472, 1984, 1984, 1984};
    selftest_guard(static_arena.bytes, before_3, again, 1);
    /* 3. shortcut: conv 1x1, relu (prelude.net:75)
     * [2, 2, 8] -> [2, 2, 12], 0.00 M MACs, 432 bytes of weights
     * pointwise 4 x 3 of f32x1 */
    STEP_HOOK(3, "shortcut", 1);
    conv1x1_8_to_12_at_2x2(AT(960), WEIGHTS(304), AT(576));
    STEP_HOOK(3, "shortcut", 0);
    if (!selftest_guard(static_arena.bytes, in_3, again, 0)) return 3;
    static const double sums_3[] = {-0.187514366, 0.00014};
    if (selftest_differs(AT(576), 4, 24, 12, 48, sums_3, &bits[2], again)) return 3;
    static const int64_t before_4[] = {576, 960, 1472, 1984, 1984, 1984};
    static const int64_t in_4[] = {0, 1152, 1472, 1984, 1984, 1984};
    selftest_guard(static_arena.bytes, before_4, again, 1);
    /* 4. reduce: conv 1x1, relu (prelude.net:84)
     * depthwise: depthwise 3x3 stride 2 (prelude.net:85)
     * [4, 4, 8] -> [2, 2, 12], 0.00 M MACs, 944 bytes of weights
     * by rows: pointwise 4 x 3 of f32x1, depthwise, 2 columns of f32x1 */
    STEP_HOOK(4, "depthwise", 1);
    chain_4x4x8_to_2x2x12(AT(1472), WEIGHTS(416), AT(960), AT(0));
    STEP_HOOK(4, "depthwise", 0);
    if (!selftest_guard(static_arena.bytes, in_4, again, 0)) return 4;
    static const double sums_4[] = {1.72377272, 0.00026};
    if (selftest_differs(AT(960), 4, 12, 12, 48, sums_4, &bits[3], again)) return 4;
    static const int64_t before_5[] = {576, 1152, 1984, 1984};
    static const int64_t in_5[] = {576, 1152, 1984, 1984};
    selftest_guard(static_arena.bytes, before_5, again, 1);
    /* 5. expand: conv 1x1, relu (prelude.net:86)
     * [2, 2, 12] -> [2, 2, 12], 0.00 M MACs, 656 bytes of weights
     * pointwise 4 x 3 of f32x1 */
    STEP_HOOK(5, "expand", 1);
    conv1x1_12_to_12_at_2x2(AT(960), WEIGHTS(656), AT(576) + 12);
    STEP_HOOK(5, "expand", 0);
    if (!selftest_guard(static_arena.bytes, in_5, again, 0)) return 5;
    static const double sums_5[] = {-13.4953976, 0.00039};
    if (selftest_differs(AT(576) + 12, 4, 24, 12, 48, sums_5, &bits[4], again)) return 5;
    static const int64_t before_6[] = {576, 960, 1984, 1984};
    static const int64_t in_6[] = {0, 192, 576, 960, 1984, 1984};
    selftest_guard(static_arena.bytes, before_6, again, 1);
    /* 6. reduce: conv 1x1, relu (prelude.net:84)
     * [2, 2, 12] -> [2, 2, 12], 0.00 M MACs, 640 bytes of weights
     * pointwise 4 x 3 of f32x1 */
    STEP_HOOK(6, "reduce", 1);
    conv1x1_12_to_12_at_2x2_v2(AT(576), WEIGHTS(816), AT(0));
    STEP_HOOK(6, "reduce", 0);
    if (!selftest_guard(static_arena.bytes, in_6, again, 0)) return 6;
    static const double sums_6[] = {3.19122644, 0.00026};
    if (selftest_differs(AT(0), 4, 12, 12, 48, sums_6, &bits[5], again)) return 6;
    static const int64_t before_7[] = {0, 192, 576, 960, 1984, 1984};
    static const int64_t in_7[] = {0, 384, 576, 960, 1984, 1984};
    selftest_guard(static_arena.bytes, before_7, again, 1);
    /* 7. depthwise: depthwise 3x3 (prelude.net:85)
     * [2, 2, 12] -> [2, 2, 12], 0.00 M MACs, 496 bytes of weights
     * depthwise, 2 columns of f32x1 */
    STEP_HOOK(7, "depthwise", 1);
    depthwise3x3_12_at_2x2(AT(0), WEIGHTS(976), AT(192));
    STEP_HOOK(7, "depthwise", 0);
    if (!selftest_guard(static_arena.bytes, in_7, again, 0)) return 7;
    static const double sums_7[] = {1.80952293, 0.00025};
    if (selftest_differs(AT(192), 4, 12, 12, 48, sums_7, &bits[6], again)) return 7;
    static const int64_t before_8[] = {192, 384, 576, 960, 1984, 1984};
    static const int64_t in_8[] = {0, 384, 576, 960, 1984, 1984};
    selftest_guard(static_arena.bytes, before_8, again, 1);
    /* 8. expand: conv 1x1, relu (prelude.net:86)
     * [2, 2, 12] -> [2, 2, 12], 0.00 M MACs, 656 bytes of weights
     * pointwise 4 x 3 of f32x1 */
    STEP_HOOK(8, "expand", 1);
    conv1x1_12_to_12_at_2x2_v3(AT(192), WEIGHTS(1104), AT(0));
    STEP_HOOK(8, "expand", 0);
    if (!selftest_guard(static_arena.bytes, in_8, again, 0)) return 8;
    static const double sums_8[] = {-12.8841153, 0.00062};
    if (selftest_differs(AT(0), 4, 12, 12, 48, sums_8, &bits[7], again)) return 8;
    static const int64_t before_9[] = {0, 192, 576, 960, 1984, 1984};
    static const int64_t in_9[] = {0, 384, 576, 960, 1984, 1984};
    selftest_guard(static_arena.bytes, before_9, again, 1);
    /* 9. reduce: conv 1x1, relu (prelude.net:84)
     * [2, 2, 12] -> [2, 2, 12], 0.00 M MACs, 640 bytes of weights
     * pointwise 4 x 3 of f32x1 */
    STEP_HOOK(9, "reduce", 1);
    conv1x1_12_to_12_at_2x2_v4(AT(576), AT(0), WEIGHTS(1264), AT(192));
    STEP_HOOK(9, "reduce", 0);
    if (!selftest_guard(static_arena.bytes, in_9, again, 0)) return 9;
    static const double sums_9[] = {-1.66172614, 0.00024};
    if (selftest_differs(AT(192), 4, 12, 12, 48, sums_9, &bits[8], again)) return 9;
    static const int64_t before_10[] = {0, 384, 576, 960, 1984, 1984};
    static const int64_t in_10[] = {0, 960, 1984, 1984};
    selftest_guard(static_arena.bytes, before_10, again, 1);
    /* 10. depthwise: depthwise 3x3 (prelude.net:85)
     * [2, 2, 12] -> [2, 2, 12], 0.00 M MACs, 496 bytes of weights
     * depthwise, 2 columns of f32x1 */
    STEP_HOOK(10, "depthwise", 1);
    depthwise3x3_12_at_2x2(AT(192), WEIGHTS(1424), AT(384));
    STEP_HOOK(10, "depthwise", 0);
    if (!selftest_guard(static_arena.bytes, in_10, again, 0)) return 10;
    static const double sums_10[] = {-6.68531251, 0.00019};
    if (selftest_differs(AT(384), 4, 12, 12, 48, sums_10, &bits[9], again)) return 10;
    static const int64_t before_11[] = {0, 192, 384, 960, 1984, 1984};
    static const int64_t in_11[] = {0, 960, 1984, 1984};
    selftest_guard(static_arena.bytes, before_11, again, 1);
    /* 11. expand: conv 1x1, relu (prelude.net:86)
     * [2, 2, 12] -> [2, 2, 12], 0.00 M MACs, 656 bytes of weights
     * pointwise 4 x 3 of f32x1 */
    STEP_HOOK(11, "expand", 1);
    conv1x1_12_to_12_at_2x2_v3(AT(384), WEIGHTS(1552), AT(192));
    STEP_HOOK(11, "expand", 0);
    if (!selftest_guard(static_arena.bytes, in_11, again, 0)) return 11;
    static const double sums_11[] = {1.33453316, 0.00038};
    if (selftest_differs(AT(192), 4, 12, 12, 48, sums_11, &bits[10], again)) return 11;
    static const int64_t before_12[] = {0, 384, 576, 960, 1984, 1984};
    static const int64_t in_12[] = {0, 384, 576, 960, 1984, 1984};
    selftest_guard(static_arena.bytes, before_12, again, 1);
    /* 12. conv_9: conv 1x1, relu (shuffle.net:11)
     * [2, 2, 24] -> [2, 2, 32], 0.00 M MACs, 3216 bytes of weights
     * pointwise 4 x 3 of f32x1 */
    STEP_HOOK(12, "conv_9", 1);
    conv1x1_24_to_32_at_2x2(AT(576), AT(0), AT(192), WEIGHTS(1712), features);
    STEP_HOOK(12, "conv_9", 0);
    if (!selftest_guard(static_arena.bytes, in_12, again, 0)) return 12;
    static const double sums_12[] = {-27.1127439, 0.00048};
    if (selftest_differs(features, 4, 32, 32, 128, sums_12, &bits[11], again)) return 12;
    return 0;
}

int shuffle_selftest(void) {
    if (selftest_weights() != UINT64_C(0xa37847de8a210a3b)) return SHUFFLE_SELFTEST_WEIGHTS;
    const int step = selftest_run(0);
    return step ? step : selftest_run(1);
}
