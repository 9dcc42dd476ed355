/* groups, written by lcc 0.1.0 for generic: any machine with IEEE 754 floats, strict C99.
 *
 *     lcc groups.net --target generic --storage file --selftest --profile -o groups_generic.c
 *
 * The weights are random numbers: what this network predicts means nothing.
 *
 * 8 steps, 0.09 M multiply-adds, 24192 bytes of arena, 8336 bytes of weights (hash 9dca2ea530c847df).
 * Tensors are [height, width, channels], one pixel's channels side by side. */
#include "groups_generic.h"

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

/* A byte -128..127 as a float. */
static inline f32x1 f32x1_load_i8(const int8_t *p) { return (float)*p; }

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
static float ordered_weights[2084];

static void order_weights(const unsigned char *p) {
    for (size_t i = 0; i < 2084; i++, p += 4) {
        const uint32_t low = (uint32_t)p[0] | (uint32_t)p[1] << 8;
        const uint32_t high = (uint32_t)p[2] | (uint32_t)p[3] << 8, word = low | high << 16;
        memcpy(&ordered_weights[i], &word, 4);
    }
}

#endif

#define WEIGHTS(i) (weights + (i))

/* One padded row of the input, as floats. */
static void stage_row_12x6(const int8_t *x, float *row, int iy) {
    x += iy * 72;
    for (int i = 0; i < 72; i += 1) {
        f32x1_store(row + i, f32x1_load_i8(x + i));
    }
}

/* 12 pixels x 1 channels, over 6 inputs. */
static void tile_12x1_of_6(const float *const *rows, int at, const float *w, float *y) {
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
    for (int ky = 0; ky < 1; ky++) {
        const float *x = rows[ky] + at;
        for (int k = 0; k < 6; k++) {
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
            const f32x1 v9_0 = f32x1_set1(x[k + 54]);
            acc9_0 = f32x1_fma(v9_0, w0, acc9_0);
            const f32x1 v10_0 = f32x1_set1(x[k + 60]);
            acc10_0 = f32x1_fma(v10_0, w0, acc10_0);
            const f32x1 v11_0 = f32x1_set1(x[k + 66]);
            acc11_0 = f32x1_fma(v11_0, w0, acc11_0);
            w += 1;
        }
    }
    f32x1_store(y, f32x1_relu(acc0_0));
    f32x1_store(y + 24, f32x1_relu(acc1_0));
    f32x1_store(y + 48, f32x1_relu(acc2_0));
    f32x1_store(y + 72, f32x1_relu(acc3_0));
    f32x1_store(y + 96, f32x1_relu(acc4_0));
    f32x1_store(y + 120, f32x1_relu(acc5_0));
    f32x1_store(y + 144, f32x1_relu(acc6_0));
    f32x1_store(y + 168, f32x1_relu(acc7_0));
    f32x1_store(y + 192, f32x1_relu(acc8_0));
    f32x1_store(y + 216, f32x1_relu(acc9_0));
    f32x1_store(y + 240, f32x1_relu(acc10_0));
    f32x1_store(y + 264, f32x1_relu(acc11_0));
}

static void conv1x1_6_to_24_at_12x12(const int8_t *x, const float *w, float *y, float *ring) {
    const float *rows[1];
    int next = 0; /* the input row that is copied next */
    for (int oy = 0; oy < 12; oy++) {
        for (; next < oy + 1; next++) {
            stage_row_12x6(x, ring, next);
        }
        for (int ky = 0; ky < 1; ky++) {
            rows[ky] = ring;
        }
        for (int b = 0; b < 24; b++) {
            tile_12x1_of_6(rows, 0, w + b * 7, y + oy * 288 + b);
        }
    }
}

static void average3x3_row_of_6(const float *x, float *y, int top, int ky0, int ky1) {
    {
        f32x1 acc0 = f32x1_zero();
        f32x1 acc1 = f32x1_zero();
        f32x1 acc2 = f32x1_zero();
        f32x1 acc3 = f32x1_zero();
        f32x1 acc4 = f32x1_zero();
        f32x1 acc5 = f32x1_zero();
        for (int ky = ky0; ky < ky1; ky++) {
            const float *row = x + (top + ky) * 288;
            const f32x1 v0 = f32x1_load(row);
            acc0 = acc0 + v0;
            const f32x1 v1 = f32x1_load(row + 24);
            acc0 = acc0 + v1;
            acc1 = acc1 + v1;
            const f32x1 v2 = f32x1_load(row + 48);
            acc1 = acc1 + v2;
            const f32x1 v3 = f32x1_load(row + 72);
            acc1 = acc1 + v3;
            acc2 = acc2 + v3;
            const f32x1 v4 = f32x1_load(row + 96);
            acc2 = acc2 + v4;
            const f32x1 v5 = f32x1_load(row + 120);
            acc2 = acc2 + v5;
            acc3 = acc3 + v5;
            const f32x1 v6 = f32x1_load(row + 144);
            acc3 = acc3 + v6;
            const f32x1 v7 = f32x1_load(row + 168);
            acc3 = acc3 + v7;
            acc4 = acc4 + v7;
            const f32x1 v8 = f32x1_load(row + 192);
            acc4 = acc4 + v8;
            const f32x1 v9 = f32x1_load(row + 216);
            acc4 = acc4 + v9;
            acc5 = acc5 + v9;
            const f32x1 v10 = f32x1_load(row + 240);
            acc5 = acc5 + v10;
            const f32x1 v11 = f32x1_load(row + 264);
            acc5 = acc5 + v11;
        }
        f32x1_store(y, acc0 * f32x1_set1(1.0f / (float)((ky1 - ky0) * 2)));
        f32x1_store(y + 48, acc1 * f32x1_set1(1.0f / (float)((ky1 - ky0) * 3)));
        f32x1_store(y + 96, acc2 * f32x1_set1(1.0f / (float)((ky1 - ky0) * 3)));
        f32x1_store(y + 144, acc3 * f32x1_set1(1.0f / (float)((ky1 - ky0) * 3)));
        f32x1_store(y + 192, acc4 * f32x1_set1(1.0f / (float)((ky1 - ky0) * 3)));
        f32x1_store(y + 240, acc5 * f32x1_set1(1.0f / (float)((ky1 - ky0) * 3)));
    }
}

static void average_pool3x3_24_at_6x6(const float *x, float *y) {
    for (int c = 0; c < 24; c += 1) {
        for (int oy = 0; oy < 6; oy++) {
            const int top = oy * 2 - 1;
            const int ky0 = top < 0 ? -top : 0;
            const int ky1 = 12 - top < 3 ? 12 - top : 3;
            average3x3_row_of_6(x + c, y + oy * 288 + c, top, ky0, ky1);
        }
    }
}

/* 12 pixels x 1 channels, over 24 inputs. */
static void tile_12x1_of_24(const float *x, const float *w, float *y) {
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
    for (int k = 0; k < 24; k++) {
        const f32x1 w0 = f32x1_load(w);
        const f32x1 v0_0 = f32x1_set1(x[k]);
        acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
        const f32x1 v1_0 = f32x1_set1(x[k + 24]);
        acc1_0 = f32x1_fma(v1_0, w0, acc1_0);
        const f32x1 v2_0 = f32x1_set1(x[k + 48]);
        acc2_0 = f32x1_fma(v2_0, w0, acc2_0);
        const f32x1 v3_0 = f32x1_set1(x[k + 72]);
        acc3_0 = f32x1_fma(v3_0, w0, acc3_0);
        const f32x1 v4_0 = f32x1_set1(x[k + 96]);
        acc4_0 = f32x1_fma(v4_0, w0, acc4_0);
        const f32x1 v5_0 = f32x1_set1(x[k + 120]);
        acc5_0 = f32x1_fma(v5_0, w0, acc5_0);
        const f32x1 v6_0 = f32x1_set1(x[k + 144]);
        acc6_0 = f32x1_fma(v6_0, w0, acc6_0);
        const f32x1 v7_0 = f32x1_set1(x[k + 168]);
        acc7_0 = f32x1_fma(v7_0, w0, acc7_0);
        const f32x1 v8_0 = f32x1_set1(x[k + 192]);
        acc8_0 = f32x1_fma(v8_0, w0, acc8_0);
        const f32x1 v9_0 = f32x1_set1(x[k + 216]);
        acc9_0 = f32x1_fma(v9_0, w0, acc9_0);
        const f32x1 v10_0 = f32x1_set1(x[k + 240]);
        acc10_0 = f32x1_fma(v10_0, w0, acc10_0);
        const f32x1 v11_0 = f32x1_set1(x[k + 264]);
        acc11_0 = f32x1_fma(v11_0, w0, acc11_0);
        w += 1;
    }
    f32x1_store(y, f32x1_relu(acc0_0));
    f32x1_store(y + 12, f32x1_relu(acc1_0));
    f32x1_store(y + 24, f32x1_relu(acc2_0));
    f32x1_store(y + 36, f32x1_relu(acc3_0));
    f32x1_store(y + 48, f32x1_relu(acc4_0));
    f32x1_store(y + 60, f32x1_relu(acc5_0));
    f32x1_store(y + 72, f32x1_relu(acc6_0));
    f32x1_store(y + 84, f32x1_relu(acc7_0));
    f32x1_store(y + 96, f32x1_relu(acc8_0));
    f32x1_store(y + 108, f32x1_relu(acc9_0));
    f32x1_store(y + 120, f32x1_relu(acc10_0));
    f32x1_store(y + 132, f32x1_relu(acc11_0));
}

static void conv1x1_24_to_12_row_of_12(const float *x, const float *w, float *y) {
    for (int b = 0; b < 12; b++) {
        tile_12x1_of_24(x, w + b * 25, y + b);
    }
}

static void depthwise3x3_row_of_6(const float *x, const float *w, float *y, int top, int ky0, int ky1) {
    {
        f32x1 acc0 = f32x1_load(w);
        f32x1 acc1 = acc0;
        f32x1 acc2 = acc0;
        f32x1 acc3 = acc0;
        f32x1 acc4 = acc0;
        f32x1 acc5 = acc0;
        for (int ky = ky0; ky < ky1; ky++) {
            const float *row = x + (top + ky) % 3 * 144;
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
            acc2 = f32x1_fma(v3, k0, acc2);
            const f32x1 v4 = f32x1_load(row + 48);
            acc2 = f32x1_fma(v4, k1, acc2);
            const f32x1 v5 = f32x1_load(row + 60);
            acc2 = f32x1_fma(v5, k2, acc2);
            acc3 = f32x1_fma(v5, k0, acc3);
            const f32x1 v6 = f32x1_load(row + 72);
            acc3 = f32x1_fma(v6, k1, acc3);
            const f32x1 v7 = f32x1_load(row + 84);
            acc3 = f32x1_fma(v7, k2, acc3);
            acc4 = f32x1_fma(v7, k0, acc4);
            const f32x1 v8 = f32x1_load(row + 96);
            acc4 = f32x1_fma(v8, k1, acc4);
            const f32x1 v9 = f32x1_load(row + 108);
            acc4 = f32x1_fma(v9, k2, acc4);
            acc5 = f32x1_fma(v9, k0, acc5);
            const f32x1 v10 = f32x1_load(row + 120);
            acc5 = f32x1_fma(v10, k1, acc5);
            const f32x1 v11 = f32x1_load(row + 132);
            acc5 = f32x1_fma(v11, k2, acc5);
        }
        f32x1_store(y, acc0);
        f32x1_store(y + 12, acc1);
        f32x1_store(y + 24, acc2);
        f32x1_store(y + 36, acc3);
        f32x1_store(y + 48, acc4);
        f32x1_store(y + 60, acc5);
    }
}

static void chain_12x12x24_to_6x6x12(const float *x, const float *w, float *y, float *t0) {
    int made_0 = 0; /* the row of part 1 that comes next */
    for (int oy = 0; oy < 6; oy++) {
        const int top_1 = oy * 2 - 1;
        const int ky0_1 = top_1 < 0 ? -top_1 : 0;
        const int ky1_1 = 12 - top_1 < 3 ? 12 - top_1 : 3;
        const int need_0 = top_1 + 3 < 12 ? top_1 + 3 : 12;
        for (; made_0 < need_0; made_0++) {
            conv1x1_24_to_12_row_of_12(x + made_0 * 288, w, t0 + made_0 % 3 * 144);
        }
        for (int c = 0; c < 12; c += 1) {
            depthwise3x3_row_of_6(t0 + c, w + c * 10 + 304, y + oy * 72 + c, top_1, ky0_1, ky1_1);
        }
    }
}

/* 12 pixels x 1 channels, over 4 inputs. */
static void tile_12x1_of_4(const float *x, const float *w, float *y, const int *runs) {
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
    for (int i = 0; i < 3; i++) {
        const float *from = x + runs[2 * i];
        for (int k = 0; k < runs[2 * i + 1]; k++) {
            const f32x1 w0 = f32x1_load(w);
            const f32x1 v0_0 = f32x1_set1(from[k]);
            acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
            const f32x1 v1_0 = f32x1_set1(from[k + 12]);
            acc1_0 = f32x1_fma(v1_0, w0, acc1_0);
            const f32x1 v2_0 = f32x1_set1(from[k + 24]);
            acc2_0 = f32x1_fma(v2_0, w0, acc2_0);
            const f32x1 v3_0 = f32x1_set1(from[k + 36]);
            acc3_0 = f32x1_fma(v3_0, w0, acc3_0);
            const f32x1 v4_0 = f32x1_set1(from[k + 48]);
            acc4_0 = f32x1_fma(v4_0, w0, acc4_0);
            const f32x1 v5_0 = f32x1_set1(from[k + 60]);
            acc5_0 = f32x1_fma(v5_0, w0, acc5_0);
            const f32x1 v6_0 = f32x1_set1(from[k + 72]);
            acc6_0 = f32x1_fma(v6_0, w0, acc6_0);
            const f32x1 v7_0 = f32x1_set1(from[k + 84]);
            acc7_0 = f32x1_fma(v7_0, w0, acc7_0);
            const f32x1 v8_0 = f32x1_set1(from[k + 96]);
            acc8_0 = f32x1_fma(v8_0, w0, acc8_0);
            const f32x1 v9_0 = f32x1_set1(from[k + 108]);
            acc9_0 = f32x1_fma(v9_0, w0, acc9_0);
            const f32x1 v10_0 = f32x1_set1(from[k + 120]);
            acc10_0 = f32x1_fma(v10_0, w0, acc10_0);
            const f32x1 v11_0 = f32x1_set1(from[k + 132]);
            acc11_0 = f32x1_fma(v11_0, w0, acc11_0);
            w += 1;
        }
    }
    f32x1_store(y, f32x1_relu(acc0_0));
    f32x1_store(y + 48, f32x1_relu(acc1_0));
    f32x1_store(y + 96, f32x1_relu(acc2_0));
    f32x1_store(y + 144, f32x1_relu(acc3_0));
    f32x1_store(y + 192, f32x1_relu(acc4_0));
    f32x1_store(y + 240, f32x1_relu(acc5_0));
    f32x1_store(y + 288, f32x1_relu(acc6_0));
    f32x1_store(y + 336, f32x1_relu(acc7_0));
    f32x1_store(y + 384, f32x1_relu(acc8_0));
    f32x1_store(y + 432, f32x1_relu(acc9_0));
    f32x1_store(y + 480, f32x1_relu(acc10_0));
    f32x1_store(y + 528, f32x1_relu(acc11_0));
}

static void conv1x1_12_to_24_at_6x6(const float *x, const float *w, float *y) {
    static const int runs[3][6] = {
        {0, 2, 4, 1, 8, 1},
        {2, 1, 5, 2, 9, 1},
        {3, 1, 7, 1, 10, 2},
    };
    for (int g = 0; g < 3; g++) {
        for (int p = 0; p < 36; p += 12) {
            for (int b = 0; b < 8; b++) {
                tile_12x1_of_4(x + p * 12, w + g * 40 + b * 5, y + g * 8 + b + p * 48, runs[g]);
            }
        }
    }
}

/* 6 pixels x 2 channels, over 16 inputs. */
static void tile_6x2_of_16(const float *x, const float *w, float *y) {
    f32x1 acc0_0 = f32x1_load(w);
    f32x1 acc0_1 = f32x1_load(w + 1);
    f32x1 acc1_0 = acc0_0; f32x1 acc1_1 = acc0_1;
    f32x1 acc2_0 = acc0_0; f32x1 acc2_1 = acc0_1;
    f32x1 acc3_0 = acc0_0; f32x1 acc3_1 = acc0_1;
    f32x1 acc4_0 = acc0_0; f32x1 acc4_1 = acc0_1;
    f32x1 acc5_0 = acc0_0; f32x1 acc5_1 = acc0_1;
    w += 2;
    for (int k = 0; k < 16; k++) {
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
        const f32x1 v5_0 = f32x1_set1(x[k + 240]);
        acc5_0 = f32x1_fma(v5_0, w0, acc5_0);
        acc5_1 = f32x1_fma(v5_0, w1, acc5_1);
        w += 2;
    }
    f32x1_store(y, f32x1_relu(acc0_0));
    f32x1_store(y + 1, f32x1_relu(acc0_1));
    f32x1_store(y + 12, f32x1_relu(acc1_0));
    f32x1_store(y + 13, f32x1_relu(acc1_1));
    f32x1_store(y + 24, f32x1_relu(acc2_0));
    f32x1_store(y + 25, f32x1_relu(acc2_1));
    f32x1_store(y + 36, f32x1_relu(acc3_0));
    f32x1_store(y + 37, f32x1_relu(acc3_1));
    f32x1_store(y + 48, f32x1_relu(acc4_0));
    f32x1_store(y + 49, f32x1_relu(acc4_1));
    f32x1_store(y + 60, f32x1_relu(acc5_0));
    f32x1_store(y + 61, f32x1_relu(acc5_1));
}

static void conv1x1_48_to_12_row_of_6(const float *x, const float *w, float *y) {
    for (int g = 0; g < 3; g++) {
        for (int b = 0; b < 2; b++) {
            tile_6x2_of_16(x + g * 16, w + g * 68 + b * 34, y + g * 4 + b * 2);
        }
    }
}

static void depthwise3x3_row_of_6_v2(const float *x, const float *w, float *y, int top, int ky0, int ky1) {
    {
        f32x1 acc0 = f32x1_load(w);
        f32x1 acc1 = acc0;
        f32x1 acc2 = acc0;
        f32x1 acc3 = acc0;
        f32x1 acc4 = acc0;
        f32x1 acc5 = acc0;
        for (int ky = ky0; ky < ky1; ky++) {
            const float *row = x + (top + ky) % 3 * 72;
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
            acc2 = f32x1_fma(v1, k0, acc2);
            const f32x1 v2 = f32x1_load(row + 24);
            acc1 = f32x1_fma(v2, k2, acc1);
            acc2 = f32x1_fma(v2, k1, acc2);
            acc3 = f32x1_fma(v2, k0, acc3);
            const f32x1 v3 = f32x1_load(row + 36);
            acc2 = f32x1_fma(v3, k2, acc2);
            acc3 = f32x1_fma(v3, k1, acc3);
            acc4 = f32x1_fma(v3, k0, acc4);
            const f32x1 v4 = f32x1_load(row + 48);
            acc3 = f32x1_fma(v4, k2, acc3);
            acc4 = f32x1_fma(v4, k1, acc4);
            acc5 = f32x1_fma(v4, k0, acc5);
            const f32x1 v5 = f32x1_load(row + 60);
            acc4 = f32x1_fma(v5, k2, acc4);
            acc5 = f32x1_fma(v5, k1, acc5);
        }
        f32x1_store(y, acc0);
        f32x1_store(y + 12, acc1);
        f32x1_store(y + 24, acc2);
        f32x1_store(y + 36, acc3);
        f32x1_store(y + 48, acc4);
        f32x1_store(y + 60, acc5);
    }
}

static void chain_6x6x48_to_6x6x12(const float *x, const float *w, float *y, float *t0) {
    int made_0 = 0; /* the row of part 1 that comes next */
    for (int oy = 0; oy < 6; oy++) {
        const int top_1 = oy * 1 - 1;
        const int ky0_1 = top_1 < 0 ? -top_1 : 0;
        const int ky1_1 = 6 - top_1 < 3 ? 6 - top_1 : 3;
        const int need_0 = top_1 + 3 < 6 ? top_1 + 3 : 6;
        for (; made_0 < need_0; made_0++) {
            conv1x1_48_to_12_row_of_6(x + made_0 * 288, w, t0 + made_0 % 3 * 72);
        }
        for (int c = 0; c < 12; c += 1) {
            depthwise3x3_row_of_6_v2(t0 + c, w + c * 10 + 208, y + oy * 72 + c, top_1, ky0_1, ky1_1);
        }
    }
}

/* 12 pixels x 1 channels, over 4 inputs. */
static void tile_12x1_of_4_v2(const float *x, const float *w, float *y, const float *r, const int *runs) {
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
    for (int i = 0; i < 3; i++) {
        const float *from = x + runs[2 * i];
        for (int k = 0; k < runs[2 * i + 1]; k++) {
            const f32x1 w0 = f32x1_load(w);
            const f32x1 v0_0 = f32x1_set1(from[k]);
            acc0_0 = f32x1_fma(v0_0, w0, acc0_0);
            const f32x1 v1_0 = f32x1_set1(from[k + 12]);
            acc1_0 = f32x1_fma(v1_0, w0, acc1_0);
            const f32x1 v2_0 = f32x1_set1(from[k + 24]);
            acc2_0 = f32x1_fma(v2_0, w0, acc2_0);
            const f32x1 v3_0 = f32x1_set1(from[k + 36]);
            acc3_0 = f32x1_fma(v3_0, w0, acc3_0);
            const f32x1 v4_0 = f32x1_set1(from[k + 48]);
            acc4_0 = f32x1_fma(v4_0, w0, acc4_0);
            const f32x1 v5_0 = f32x1_set1(from[k + 60]);
            acc5_0 = f32x1_fma(v5_0, w0, acc5_0);
            const f32x1 v6_0 = f32x1_set1(from[k + 72]);
            acc6_0 = f32x1_fma(v6_0, w0, acc6_0);
            const f32x1 v7_0 = f32x1_set1(from[k + 84]);
            acc7_0 = f32x1_fma(v7_0, w0, acc7_0);
            const f32x1 v8_0 = f32x1_set1(from[k + 96]);
            acc8_0 = f32x1_fma(v8_0, w0, acc8_0);
            const f32x1 v9_0 = f32x1_set1(from[k + 108]);
            acc9_0 = f32x1_fma(v9_0, w0, acc9_0);
            const f32x1 v10_0 = f32x1_set1(from[k + 120]);
            acc10_0 = f32x1_fma(v10_0, w0, acc10_0);
            const f32x1 v11_0 = f32x1_set1(from[k + 132]);
            acc11_0 = f32x1_fma(v11_0, w0, acc11_0);
            w += 1;
        }
    }
    f32x1_store(y, f32x1_relu(acc0_0 + f32x1_load(r)));
    f32x1_store(y + 48, f32x1_relu(acc1_0 + f32x1_load(r + 48)));
    f32x1_store(y + 96, f32x1_relu(acc2_0 + f32x1_load(r + 96)));
    f32x1_store(y + 144, f32x1_relu(acc3_0 + f32x1_load(r + 144)));
    f32x1_store(y + 192, f32x1_relu(acc4_0 + f32x1_load(r + 192)));
    f32x1_store(y + 240, f32x1_relu(acc5_0 + f32x1_load(r + 240)));
    f32x1_store(y + 288, f32x1_relu(acc6_0 + f32x1_load(r + 288)));
    f32x1_store(y + 336, f32x1_relu(acc7_0 + f32x1_load(r + 336)));
    f32x1_store(y + 384, f32x1_relu(acc8_0 + f32x1_load(r + 384)));
    f32x1_store(y + 432, f32x1_relu(acc9_0 + f32x1_load(r + 432)));
    f32x1_store(y + 480, f32x1_relu(acc10_0 + f32x1_load(r + 480)));
    f32x1_store(y + 528, f32x1_relu(acc11_0 + f32x1_load(r + 528)));
}

static void conv1x1_12_to_48_at_6x6(const float *x, const float *w, float *y, const float *r) {
    static const int runs[3][6] = {
        {0, 2, 4, 1, 8, 1},
        {2, 1, 5, 2, 9, 1},
        {3, 1, 7, 1, 10, 2},
    };
    for (int g = 0; g < 3; g++) {
        for (int p = 0; p < 36; p += 12) {
            for (int b = 0; b < 16; b++) {
                tile_12x1_of_4_v2(x + p * 12, w + g * 80 + b * 5, y + g * 16 + b + p * 48, r + g * 16 + b + p * 48, runs[g]);
            }
        }
    }
}

static void average3x3_row_of_2(const float *x, float *y, int top, int ky0, int ky1) {
    {
        f32x1 acc0 = f32x1_zero();
        f32x1 acc1 = f32x1_zero();
        for (int ky = ky0; ky < ky1; ky++) {
            const float *row = x + (top + ky) * 288;
            const f32x1 v0 = f32x1_load(row);
            acc0 = acc0 + v0;
            const f32x1 v1 = f32x1_load(row + 48);
            acc0 = acc0 + v1;
            const f32x1 v2 = f32x1_load(row + 96);
            acc0 = acc0 + v2;
            const f32x1 v3 = f32x1_load(row + 144);
            acc1 = acc1 + v3;
            const f32x1 v4 = f32x1_load(row + 192);
            acc1 = acc1 + v4;
            const f32x1 v5 = f32x1_load(row + 240);
            acc1 = acc1 + v5;
        }
        f32x1_store(y, acc0 * f32x1_set1(1.0f / (float)((ky1 - ky0) * 3)));
        f32x1_store(y + 48, acc1 * f32x1_set1(1.0f / (float)((ky1 - ky0) * 3)));
    }
}

static void average_pool3x3_48_at_2x2(const float *x, float *y) {
    for (int c = 0; c < 48; c += 1) {
        for (int oy = 0; oy < 2; oy++) {
            const int top = oy * 3 - 0;
            const int ky0 = top < 0 ? -top : 0;
            const int ky1 = 6 - top < 3 ? 6 - top : 3;
            average3x3_row_of_2(x + c, y + oy * 96 + c, top, ky0, ky1);
        }
    }
}

/* 1 pixel x 4 channels, over 192 inputs. */
static void tile_1x4_of_192(const float *x, const float *w, float *y) {
    f32x1 acc0_0 = f32x1_load(w);
    f32x1 acc0_1 = f32x1_load(w + 1);
    f32x1 acc0_2 = f32x1_load(w + 2);
    f32x1 acc0_3 = f32x1_load(w + 3);
    w += 4;
    for (int k = 0; k < 192; k++) {
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
    f32x1_store(y, acc0_0);
    f32x1_store(y + 1, acc0_1);
    f32x1_store(y + 2, acc0_2);
    f32x1_store(y + 3, acc0_3);
}

static void dense_192_to_4(const float *x, const float *w, float *y) {
    tile_1x4_of_192(x, w, y);
}

#define AT(offset) ((float *)(void *)((unsigned char *)arena + (offset)))

#ifdef GROUPS_PROFILE
#define STEP_HOOK(step, name, begin) groups_profile_hook(step, name, begin)
#else
#define STEP_HOOK(step, name, begin) ((void)0)
#endif

void groups_run_in(void *arena, const int8_t *image, float *logits) {
    /* 1. conv_1: conv 1x1, relu (groups.net:6)
     * [12, 12, 6] -> [12, 12, 24], 0.02 M MACs, 672 bytes of weights
     * direct 12 x 1 of f32x1 */
    STEP_HOOK(1, "conv_1", 1);
    conv1x1_6_to_24_at_12x12(image, WEIGHTS(0), AT(0), AT(13824));
    STEP_HOOK(1, "conv_1", 0);
    /* 2. avg_pool_1: avg_pool 3x3 stride 2 (prelude.net:48)
     * [12, 12, 24] -> [6, 6, 24], 32 bytes of weights
     * average pool, 6 columns of f32x1 */
    STEP_HOOK(2, "avg_pool_1", 1);
    average_pool3x3_24_at_6x6(AT(0), AT(13824));
    STEP_HOOK(2, "avg_pool_1", 0);
    /* 3. reduce: conv 1x1, relu (prelude.net:56)
     * depthwise: depthwise 3x3 stride 2 (prelude.net:58)
     * [12, 12, 24] -> [6, 6, 12], 0.05 M MACs, 1696 bytes of weights
     * by rows: pointwise 12 x 1 of f32x1, depthwise, 6 columns of f32x1 */
    STEP_HOOK(3, "depthwise", 1);
    chain_12x12x24_to_6x6x12(AT(0), WEIGHTS(176), AT(22464), AT(20736));
    STEP_HOOK(3, "depthwise", 0);
    /* 4. expand: conv 1x1 in 3 groups, relu (prelude.net:59)
     * [6, 6, 12] -> [6, 6, 24], 0.00 M MACs, 512 bytes of weights
     * pointwise 12 x 1 of f32x1 */
    STEP_HOOK(4, "expand", 1);
    conv1x1_12_to_24_at_6x6(AT(22464), WEIGHTS(608), AT(13824) + 24);
    STEP_HOOK(4, "expand", 0);
    /* 5. reduce: conv 1x1 in 3 groups, relu (prelude.net:56)
     * depthwise: depthwise 3x3 (prelude.net:58)
     * [6, 6, 48] -> [6, 6, 12], 0.01 M MACs, 1344 bytes of weights
     * by rows: pointwise 6 x 2 of f32x1, depthwise, 6 columns of f32x1 */
    STEP_HOOK(5, "depthwise", 1);
    chain_6x6x48_to_6x6x12(AT(13824), WEIGHTS(736), AT(0), AT(1728));
    STEP_HOOK(5, "depthwise", 0);
    /* 6. expand: conv 1x1 in 3 groups, + residual, relu (prelude.net:59)
     * [6, 6, 12] -> [6, 6, 48], 0.01 M MACs, 992 bytes of weights
     * pointwise 12 x 1 of f32x1 */
    STEP_HOOK(6, "expand", 1);
    conv1x1_12_to_48_at_6x6(AT(0), WEIGHTS(1072), AT(13824), AT(13824));
    STEP_HOOK(6, "expand", 0);
    /* 7. avg_pool_2: avg_pool 3x3 stride 3 (groups.net:9)
     * [6, 6, 48] -> [2, 2, 48]
     * average pool, 2 columns of f32x1 */
    STEP_HOOK(7, "avg_pool_2", 1);
    average_pool3x3_48_at_2x2(AT(13824), AT(0));
    STEP_HOOK(7, "avg_pool_2", 0);
    /* 8. dense_1: dense (groups.net:10)
     * [1, 1, 192] -> [1, 1, 4], 0.00 M MACs, 3088 bytes of weights
     * dense 1 x 4 of f32x1 */
    STEP_HOOK(8, "dense_1", 1);
    dense_192_to_4(AT(0), WEIGHTS(1312), logits);
    STEP_HOOK(8, "dense_1", 0);
}

#if defined(__GNUC__) && defined(GROUPS_ARENA_SECTION)
#define ARENA_PLACE __attribute__((section(GROUPS_ARENA_SECTION)))
#else
#define ARENA_PLACE
#endif
static union {
    unsigned char bytes[GROUPS_ARENA_BYTES + 3696 /* for the self-test */];
    int64_t aligned;
} static_arena ARENA_PLACE;

void groups_run(const int8_t *image, float *logits) {
    groups_run_in(static_arena.bytes, image, logits);
}

const char *groups_version(void) {
    return "lcc 0.1.0, generic, weights 9dca2ea530c847df";
}

int groups_bind(const void *file, size_t bytes) {
    static const char magic[15] = "lcc weights 1\n";
    const unsigned char *p = (const unsigned char *)file;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    if (!p || bytes != GROUPS_WEIGHTS_BYTES || ((uintptr_t)file & 3) != 0) return -1;
    for (size_t i = 0; i < sizeof magic; i++) {
        if (p[i] != (unsigned char)magic[i]) return -1;
    }
    for (size_t i = 64; i + 4 <= bytes; i += 4) {
        const uint32_t word = (uint32_t)p[i] | (uint32_t)p[i + 1] << 8 | (uint32_t)p[i + 2] << 16 |
                              (uint32_t)p[i + 3] << 24;
        hash = (hash ^ word) * UINT64_C(0x100000001b3);
    }
    if (hash != UINT64_C(0xbed11cb38f6eb338)) return -1;
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
    for (size_t i = 0; i < 8336; i += 4, p += 4) {
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
    int8_t *const image = (int8_t *)(void *)(static_arena.bytes + 24192);
    for (int i = 0; i < 864; i++) image[i] = (int8_t)(input_byte((uint32_t)i) - 128);
    float *const logits = (float *)(void *)(static_arena.bytes + 25088);
    for (int i = 0; i < 16; i++) static_arena.bytes[25088 + i] = selftest_poison(i, again);
    uint32_t *const bits = (uint32_t *)(void *)(static_arena.bytes + 25152);
    static const int64_t before_1[] = {24192, 24192};
    static const int64_t in_1[] = {0, 14112, 24192, 24192};
    selftest_guard(static_arena.bytes, before_1, again, 1);
    /* 1. conv_1: conv 1x1, relu (groups.net:6)
     * [12, 12, 6] -> [12, 12, 24], 0.02 M MACs, 672 bytes of weights
     * direct 12 x 1 of f32x1 */
    STEP_HOOK(1, "conv_1", 1);
    conv1x1_6_to_24_at_12x12(image, WEIGHTS(0), AT(0), AT(13824));
    STEP_HOOK(1, "conv_1", 0);
    if (!selftest_guard(static_arena.bytes, in_1, again, 0)) return 1;
    static const double sums_1[] = {-440.009352, 0.074};
    if (selftest_differs(AT(0), 144, 24, 24, 3456, sums_1, &bits[0], again)) return 1;
    static const int64_t before_2[] = {0, 13824, 24192, 24192};
    static const int64_t in_2[] = {0, 20736, 24192, 24192};
    selftest_guard(static_arena.bytes, before_2, again, 1);
    /* 2. avg_pool_1: avg_pool 3x3 stride 2 (prelude.net:48)
     * [12, 12, 24] -> [6, 6, 24], 32 bytes of weights
     * average pool, 6 columns of f32x1 */
    STEP_HOOK(2, "avg_pool_1", 1);
    average_pool3x3_24_at_6x6(AT(0), AT(13824));
    STEP_HOOK(2, "avg_pool_1", 0);
    if (!selftest_guard(static_arena.bytes, in_2, again, 0)) return 2;
    static const double sums_2[] = {-357.060592, 0.024};
    if (selftest_differs(AT(13824), 36, 48, 24, 864, sums_2, &bits[1], again)) return 2;
    static const int64_t before_3[] = {0, 20736, 24192, 24192};
    static const int64_t in_3[] = {0, 24192, 24192, 24192};
    selftest_guard(static_arena.bytes, before_3, again, 1);
    /* 3. reduce: conv 1x1, relu (prelude.net:56)
     * depthwise: depthwise 3x3 stride 2 (prelude.net:58)
     * [12, 12, 24] -> [6, 6, 12], 0.05 M MACs, 1696 bytes of weights
     * by rows: pointwise 12 x 1 of f32x1, depthwise, 6 columns of f32x1 */
    STEP_HOOK(3, "depthwise", 1);
    chain_12x12x24_to_6x6x12(AT(0), WEIGHTS(176), AT(22464), AT(20736));
    STEP_HOOK(3, "depthwise", 0);
    if (!selftest_guard(static_arena.bytes, in_3, again, 0)) return 3;
    static const double sums_3[] = {-1680.86847, 0.029};
    if (selftest_differs(AT(22464), 36, 12, 12, 432, sums_3, &bits[2], again)) return 3;
    static const int64_t before_4[] = {13824, 20736, 22464, 24192, 24192, 24192};
    static const int64_t in_4[] = {13824, 20736, 22464, 24192, 24192, 24192};
    selftest_guard(static_arena.bytes, before_4, again, 1);
    /* 4. expand: conv 1x1 in 3 groups, relu (prelude.net:59)
     * [6, 6, 12] -> [6, 6, 24], 0.00 M MACs, 512 bytes of weights
     * pointwise 12 x 1 of f32x1 */
    STEP_HOOK(4, "expand", 1);
    conv1x1_12_to_24_at_6x6(AT(22464), WEIGHTS(608), AT(13824) + 24);
    STEP_HOOK(4, "expand", 0);
    if (!selftest_guard(static_arena.bytes, in_4, again, 0)) return 4;
    static const double sums_4[] = {-2120.54583, 0.037};
    if (selftest_differs(AT(13824) + 24, 36, 48, 24, 864, sums_4, &bits[3], again)) return 4;
    static const int64_t before_5[] = {13824, 20736, 24192, 24192};
    static const int64_t in_5[] = {0, 2592, 13824, 20736, 24192, 24192};
    selftest_guard(static_arena.bytes, before_5, again, 1);
    /* 5. reduce: conv 1x1 in 3 groups, relu (prelude.net:56)
     * depthwise: depthwise 3x3 (prelude.net:58)
     * [6, 6, 48] -> [6, 6, 12], 0.01 M MACs, 1344 bytes of weights
     * by rows: pointwise 6 x 2 of f32x1, depthwise, 6 columns of f32x1 */
    STEP_HOOK(5, "depthwise", 1);
    chain_6x6x48_to_6x6x12(AT(13824), WEIGHTS(736), AT(0), AT(1728));
    STEP_HOOK(5, "depthwise", 0);
    if (!selftest_guard(static_arena.bytes, in_5, again, 0)) return 5;
    static const double sums_5[] = {-548.436022, 0.038};
    if (selftest_differs(AT(0), 36, 12, 12, 432, sums_5, &bits[4], again)) return 5;
    static const int64_t before_6[] = {0, 1728, 13824, 20736, 24192, 24192};
    static const int64_t in_6[] = {0, 1728, 13824, 20736, 24192, 24192};
    selftest_guard(static_arena.bytes, before_6, again, 1);
    /* 6. expand: conv 1x1 in 3 groups, + residual, relu (prelude.net:59)
     * [6, 6, 12] -> [6, 6, 48], 0.01 M MACs, 992 bytes of weights
     * pointwise 12 x 1 of f32x1 */
    STEP_HOOK(6, "expand", 1);
    conv1x1_12_to_48_at_6x6(AT(0), WEIGHTS(1072), AT(13824), AT(13824));
    STEP_HOOK(6, "expand", 0);
    if (!selftest_guard(static_arena.bytes, in_6, again, 0)) return 6;
    static const double sums_6[] = {-5086.74488, 0.11};
    if (selftest_differs(AT(13824), 36, 48, 48, 1728, sums_6, &bits[5], again)) return 6;
    static const int64_t before_7[] = {13824, 20736, 24192, 24192};
    static const int64_t in_7[] = {0, 768, 13824, 20736, 24192, 24192};
    selftest_guard(static_arena.bytes, before_7, again, 1);
    /* 7. avg_pool_2: avg_pool 3x3 stride 3 (groups.net:9)
     * [6, 6, 48] -> [2, 2, 48]
     * average pool, 2 columns of f32x1 */
    STEP_HOOK(7, "avg_pool_2", 1);
    average_pool3x3_48_at_2x2(AT(13824), AT(0));
    STEP_HOOK(7, "avg_pool_2", 0);
    if (!selftest_guard(static_arena.bytes, in_7, again, 0)) return 7;
    static const double sums_7[] = {-205.819738, 0.028};
    if (selftest_differs(AT(0), 4, 48, 48, 192, sums_7, &bits[6], again)) return 7;
    static const int64_t before_8[] = {0, 768, 24192, 24192};
    static const int64_t in_8[] = {0, 768, 24192, 24192};
    selftest_guard(static_arena.bytes, before_8, again, 1);
    /* 8. dense_1: dense (groups.net:10)
     * [1, 1, 192] -> [1, 1, 4], 0.00 M MACs, 3088 bytes of weights
     * dense 1 x 4 of f32x1 */
    STEP_HOOK(8, "dense_1", 1);
    dense_192_to_4(AT(0), WEIGHTS(1312), logits);
    STEP_HOOK(8, "dense_1", 0);
    if (!selftest_guard(static_arena.bytes, in_8, again, 0)) return 8;
    static const double sums_8[] = {-112.150233, 0.0079};
    if (selftest_differs(logits, 1, 4, 4, 4, sums_8, &bits[7], again)) return 8;
    return 0;
}

int groups_selftest(void) {
    if (selftest_weights() != UINT64_C(0xbed11cb38f6eb338)) return GROUPS_SELFTEST_WEIGHTS;
    const int step = selftest_run(0);
    return step ? step : selftest_run(1);
}
