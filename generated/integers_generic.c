/* integers, written by lcc 0.1.0 for generic: any machine with IEEE 754 floats, strict C99.
 *
 *     lcc integers.net --target generic --storage file --selftest --profile -o integers_generic.c
 *
 * The weights are random numbers: what this network predicts means nothing.
 *
 * 10 steps, 0.10 M multiply-adds, 2944 bytes of arena, 3712 bytes of weights (hash e8ea2ba2ecb25ffa).
 * Tensors are [height, width, channels], one pixel's channels side by side. */
#include "integers_generic.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* ---- i32x1: 1 integer ---- */

typedef int32_t i32x1;

/* A code of int8. */
static inline i32x1 i32x1_load_i8(const int8_t *p) { return *p; }

/* An int32 that stands among bytes, at any address. */
static inline i32x1 i32x1_load_i32(const int8_t *p) {
    int32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* v, which is a code of int8. */
static inline void i32x1_store_i8(int8_t *p, i32x1 v) { *p = (int8_t)v; }

/* x. */
static inline i32x1 i32x1_set1(int32_t x) { return x; }

/* a * b + c; it wraps. */
static inline i32x1 i32x1_multiply_add(i32x1 a, i32x1 b, i32x1 c) {
    return (int32_t)((uint32_t)a * (uint32_t)b + (uint32_t)c);
}

/* v, or the bound beyond which it lies. */
static inline i32x1 i32x1_bound(i32x1 v, int32_t least, int32_t most) {
    return v < least ? least : v > most ? most : v;
}

/* zero + v, or the bound beyond which that lies. The sum does not overflow, whatever v is. */
static inline i32x1 i32x1_place(i32x1 v, int32_t zero, int32_t least, int32_t most) {
    return i32x1_bound(v, least - zero, most - zero) + zero;
}

/* The codes of a table at the code v. */
static inline i32x1 i32x1_look_up(const int8_t *table, i32x1 v) { return table[v + 128]; }

/* x / 2^shift, rounded down. */
static inline int64_t i32x1_shift_down(int64_t x, int shift) { return x >= 0 ? x >> shift : ~(~x >> shift); }

/* v * multiplier * 2^(shift - 31): the exact product, rounded once, halves up. The multiplier is not below 0,
 * the shift is -31 to 30. */
static inline i32x1 i32x1_rescale_once(i32x1 v, i32x1 multiplier, i32x1 shift) {
    const int right = (int)(31 - shift);
    return (int32_t)i32x1_shift_down((int64_t)v * multiplier + ((int64_t)1 << (right - 1)), right);
}

/* ---- i32 ---- */

/* x, but at least `least` and at most `most`. */
static inline int32_t i32_clamp(int32_t x, int32_t least, int32_t most) {
    return x < least ? least : x > most ? most : x;
}

/* x / 2^shift, rounded down. */
static inline int64_t i32_floor(int64_t x, int shift) { return x >= 0 ? x >> shift : ~(~x >> shift); }

/* The same of 32 bits. */
static inline int32_t i32_halve(int32_t x, int shift) { return x >= 0 ? x >> shift : ~(~x >> shift); }

/* The same where the shift is -31 to -2: the high half of the product is enough. */
static inline int32_t i32_once_short(int32_t x, int32_t multiplier, int shift) {
    const int32_t high = (int32_t)i32_floor((int64_t)x * multiplier, 32);
    return i32_halve(high + ((int32_t)1 << (-shift - 2)), -shift - 1);
}

/* Where the caller keeps the weights: set by bind. */
static const int32_t *weights;

#if (defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) || defined(__BIG_ENDIAN__) || \
    defined(__ARMEB__) || defined(__MIPSEB__) || defined(__s390__) || defined(__sparc)
#define BIG_ENDIAN_WEIGHTS
/* The weights are written in little-endian order. This copy of them has the machine's. */
static int32_t ordered_weights[928];

/* The weights, stretch by stretch: so many times, so many words each that are one number, two halves, four bytes. */
static const uint32_t weights_stretches[][4] = {
    {8, 2, 0, 8},
    {24, 2, 0, 3},
    {1, 8, 0, 0},
    {24, 2, 0, 4},
    {8, 2, 0, 7},
    {1, 8, 0, 0},
    {8, 4, 0, 37},
    {1, 8, 0, 0},
    {1, 8, 0, 17},
    {1, 7, 0, 0},
    {2, 12, 0, 8},
    {1, 8, 0, 5},
    {1, 11, 0, 0},
    {2, 10, 0, 22},
};

/* Byte b of the next word is found at b ^ 3 where it is one number, at b ^ 1 where it is two halves, else at b.
 * `at`: the stretch, how often it has been passed, and the word in it. */
static size_t next_order(uint32_t at[3]) {
    static const size_t orders[3] = {3, 1, 0};
    for (;;) {
        const uint32_t *const counts = weights_stretches[at[0]];
        uint32_t word = at[2];
        for (int kind = 0; kind < 3; kind++) {
            if (word < counts[1 + kind]) {
                at[2]++;
                return orders[kind];
            }
            word -= counts[1 + kind];
        }
        at[2] = 0;
        if (++at[1] == counts[0]) {
            at[1] = 0;
            at[0]++;
        }
    }
}

static void order_weights(const unsigned char *p) {
    uint32_t at[3] = {0, 0, 0};
    unsigned char *to = (unsigned char *)ordered_weights;
    for (size_t i = 0; i < 928; i++, p += 4, to += 4) {
        const size_t order = next_order(at);
        for (size_t b = 0; b < 4; b++) to[b] = p[b ^ order];
    }
}

#endif

#define WEIGHTS(i) (weights + (i))

#define CODES(i) ((const int8_t *)(const void *)WEIGHTS(0) + (i))

/* What an activation makes of the codes -128, -127, .. 127. */
static const int8_t codes_1[256] = {
    -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116,
    -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116,
    -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116,
    -116, -116, -116, -116, -116, -116, -116, -116, -116, -117, -118, -118, -119, -120, -120, -121, -122, -122, -123, -123,
    -124, -124, -125, -125, -126, -126, -127, -127, -127, -127, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128,
    -128, -128, -128, -128, -128, -128, -128, -127, -127, -127, -127, -126, -126, -125, -125, -124, -124, -123, -123, -122,
    -122, -121, -121, -120, -119, -118, -118, -117, -116, -115, -114, -113, -112, -111, -110, -109, -108, -107, -106, -105,
    -104, -103, -102, -100, -99, -98, -96, -95, -94, -92, -91, -89, -88, -86, -85, -83, -82, -80, -78, -77,
    -75, -73, -72, -70, -68, -66, -64, -62, -60, -58, -56, -54, -52, -50, -48, -46, -44, -42, -40, -37,
    -35, -33, -30, -28, -26, -23, -21, -18, -16, -14, -13, -11, -9, -8, -6, -4, -3, -1, 1, 2,
    4, 6, 7, 9, 11, 12, 14, 16, 17, 19, 21, 22, 24, 26, 27, 29, 31, 32, 34, 36,
    37, 39, 41, 42, 44, 46, 47, 49, 51, 52, 54, 56, 57, 59, 61, 62, 64, 66, 67, 69,
    71, 72, 74, 76, 77, 79, 81, 82, 84, 86, 87, 89, 91, 92, 94, 96};

static const int8_t codes_2[256] = {
    -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128,
    -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128,
    -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128,
    -128, -128, -128, -128, -128, -128, -128, -128, -128, -126, -124, -122, -119, -117, -115, -113, -111, -109, -107, -105,
    -102, -100, -98, -96, -94, -92, -90, -87, -85, -83, -81, -79, -77, -75, -73, -70, -68, -66, -64, -62,
    -60, -58, -55, -53, -51, -49, -47, -45, -43, -41, -38, -36, -34, -32, -30, -28, -26, -23, -21, -19,
    -17, -15, -13, -11, -9, -6, -4, -2, 0, 2, 4, 6, 9, 11, 13, 15, 17, 19, 21, 23,
    26, 28, 30, 32, 34, 36, 38, 41, 43, 45, 47, 49, 51, 53, 55, 58, 60, 62, 64, 66,
    68, 70, 73, 75, 77, 79, 81, 83, 85, 87, 90, 92, 94, 96, 98, 100, 102, 105, 107, 109,
    111, 113, 115, 117, 119, 122, 124, 126, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127,
    127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127,
    127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127,
    127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127};

/* One padded row of the input. */
static void stage_row_17x3(const uint8_t *x, uint8_t *row, int iy) {
    if (iy < 0 || iy >= 17) {
        for (int i = 0; i < 57; i++) {
            row[i] = 128;
        }
        return;
    }
    for (int i = 0; i < 3; i++) {
        row[i] = 128;
    }
    for (int i = 0; i < 3; i++) {
        row[i + 54] = 128;
    }
    row += 3;
    x += iy * 51;
    memcpy(row, x, 51);
}

/* 9 pixels x 1 channels, over 27 inputs. */
static void tile_9x1_of_27(const uint8_t *const *rows, int at, const int8_t *w, int8_t *y) {
    i32x1 acc0_0 = i32x1_load_i32(w);
    i32x1 acc1_0 = acc0_0;
    i32x1 acc2_0 = acc0_0;
    i32x1 acc3_0 = acc0_0;
    i32x1 acc4_0 = acc0_0;
    i32x1 acc5_0 = acc0_0;
    i32x1 acc6_0 = acc0_0;
    i32x1 acc7_0 = acc0_0;
    i32x1 acc8_0 = acc0_0;
    const int8_t *const scales = w + 4;
    w += 12;
    for (int ky = 0; ky < 3; ky++) {
        const uint8_t *x = rows[ky] + at;
        for (int k = 0; k < 9; k++) {
            const i32x1 w0 = i32x1_load_i8(w);
            const i32x1 v0_0 = i32x1_set1(x[k]);
            acc0_0 = i32x1_multiply_add(v0_0, w0, acc0_0);
            const i32x1 v1_0 = i32x1_set1(x[k + 6]);
            acc1_0 = i32x1_multiply_add(v1_0, w0, acc1_0);
            const i32x1 v2_0 = i32x1_set1(x[k + 12]);
            acc2_0 = i32x1_multiply_add(v2_0, w0, acc2_0);
            const i32x1 v3_0 = i32x1_set1(x[k + 18]);
            acc3_0 = i32x1_multiply_add(v3_0, w0, acc3_0);
            const i32x1 v4_0 = i32x1_set1(x[k + 24]);
            acc4_0 = i32x1_multiply_add(v4_0, w0, acc4_0);
            const i32x1 v5_0 = i32x1_set1(x[k + 30]);
            acc5_0 = i32x1_multiply_add(v5_0, w0, acc5_0);
            const i32x1 v6_0 = i32x1_set1(x[k + 36]);
            acc6_0 = i32x1_multiply_add(v6_0, w0, acc6_0);
            const i32x1 v7_0 = i32x1_set1(x[k + 42]);
            acc7_0 = i32x1_multiply_add(v7_0, w0, acc7_0);
            const i32x1 v8_0 = i32x1_set1(x[k + 48]);
            acc8_0 = i32x1_multiply_add(v8_0, w0, acc8_0);
            w += 1;
        }
    }
    {
        const i32x1 by = i32x1_load_i32(scales);
        const i32x1 shift = i32x1_load_i8(scales + 4);
        i32x1_store_i8(y, i32x1_place(i32x1_rescale_once(acc0_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 8, i32x1_place(i32x1_rescale_once(acc1_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 16, i32x1_place(i32x1_rescale_once(acc2_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 24, i32x1_place(i32x1_rescale_once(acc3_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 32, i32x1_place(i32x1_rescale_once(acc4_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 40, i32x1_place(i32x1_rescale_once(acc5_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 48, i32x1_place(i32x1_rescale_once(acc6_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 56, i32x1_place(i32x1_rescale_once(acc7_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 64, i32x1_place(i32x1_rescale_once(acc8_0, by, shift), -128, -128, 127));
    }
}

static void conv3x3_3_to_8_at_9x9(const uint8_t *x, const int8_t *w, int8_t *y, uint8_t *ring) {
    const uint8_t *rows[3];
    int next = -1; /* the input row that is copied next */
    for (int oy = 0; oy < 9; oy++) {
        for (; next < oy * 2 + 2; next++) {
            stage_row_17x3(x, ring + (next + 1) % 3 * 57, next);
        }
        for (int ky = 0; ky < 3; ky++) {
            rows[ky] = ring + (oy * 2 + ky) % 3 * 57;
        }
        for (int b = 0; b < 8; b++) {
            tile_9x1_of_27(rows, 0, w + b * 40, y + oy * 72 + b);
        }
    }
}

/* 14 pixels x 1 channels, over 8 inputs. */
static void tile_14x1_of_8(const int8_t *x, const int8_t *w, int8_t *y) {
    i32x1 acc0_0 = i32x1_load_i32(w);
    i32x1 acc1_0 = acc0_0;
    i32x1 acc2_0 = acc0_0;
    i32x1 acc3_0 = acc0_0;
    i32x1 acc4_0 = acc0_0;
    i32x1 acc5_0 = acc0_0;
    i32x1 acc6_0 = acc0_0;
    i32x1 acc7_0 = acc0_0;
    i32x1 acc8_0 = acc0_0;
    i32x1 acc9_0 = acc0_0;
    i32x1 acc10_0 = acc0_0;
    i32x1 acc11_0 = acc0_0;
    i32x1 acc12_0 = acc0_0;
    i32x1 acc13_0 = acc0_0;
    const int8_t *const scales = w + 4;
    w += 12;
    for (int k = 0; k < 8; k++) {
        const i32x1 w0 = i32x1_load_i8(w);
        const i32x1 v0_0 = i32x1_set1(x[k]);
        acc0_0 = i32x1_multiply_add(v0_0, w0, acc0_0);
        const i32x1 v1_0 = i32x1_set1(x[k + 8]);
        acc1_0 = i32x1_multiply_add(v1_0, w0, acc1_0);
        const i32x1 v2_0 = i32x1_set1(x[k + 16]);
        acc2_0 = i32x1_multiply_add(v2_0, w0, acc2_0);
        const i32x1 v3_0 = i32x1_set1(x[k + 24]);
        acc3_0 = i32x1_multiply_add(v3_0, w0, acc3_0);
        const i32x1 v4_0 = i32x1_set1(x[k + 32]);
        acc4_0 = i32x1_multiply_add(v4_0, w0, acc4_0);
        const i32x1 v5_0 = i32x1_set1(x[k + 40]);
        acc5_0 = i32x1_multiply_add(v5_0, w0, acc5_0);
        const i32x1 v6_0 = i32x1_set1(x[k + 48]);
        acc6_0 = i32x1_multiply_add(v6_0, w0, acc6_0);
        const i32x1 v7_0 = i32x1_set1(x[k + 56]);
        acc7_0 = i32x1_multiply_add(v7_0, w0, acc7_0);
        const i32x1 v8_0 = i32x1_set1(x[k + 64]);
        acc8_0 = i32x1_multiply_add(v8_0, w0, acc8_0);
        const i32x1 v9_0 = i32x1_set1(x[k + 72]);
        acc9_0 = i32x1_multiply_add(v9_0, w0, acc9_0);
        const i32x1 v10_0 = i32x1_set1(x[k + 80]);
        acc10_0 = i32x1_multiply_add(v10_0, w0, acc10_0);
        const i32x1 v11_0 = i32x1_set1(x[k + 88]);
        acc11_0 = i32x1_multiply_add(v11_0, w0, acc11_0);
        const i32x1 v12_0 = i32x1_set1(x[k + 96]);
        acc12_0 = i32x1_multiply_add(v12_0, w0, acc12_0);
        const i32x1 v13_0 = i32x1_set1(x[k + 104]);
        acc13_0 = i32x1_multiply_add(v13_0, w0, acc13_0);
        w += 1;
    }
    {
        const i32x1 by = i32x1_load_i32(scales);
        const i32x1 shift = i32x1_load_i8(scales + 4);
        i32x1_store_i8(y, i32x1_place(i32x1_rescale_once(acc0_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 24, i32x1_place(i32x1_rescale_once(acc1_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 48, i32x1_place(i32x1_rescale_once(acc2_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 72, i32x1_place(i32x1_rescale_once(acc3_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 96, i32x1_place(i32x1_rescale_once(acc4_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 120, i32x1_place(i32x1_rescale_once(acc5_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 144, i32x1_place(i32x1_rescale_once(acc6_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 168, i32x1_place(i32x1_rescale_once(acc7_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 192, i32x1_place(i32x1_rescale_once(acc8_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 216, i32x1_place(i32x1_rescale_once(acc9_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 240, i32x1_place(i32x1_rescale_once(acc10_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 264, i32x1_place(i32x1_rescale_once(acc11_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 288, i32x1_place(i32x1_rescale_once(acc12_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 312, i32x1_place(i32x1_rescale_once(acc13_0, by, shift), -128, -128, 127));
    }
}

/* 11 pixels x 1 channels, over 8 inputs. */
static void tile_11x1_of_8(const int8_t *x, const int8_t *w, int8_t *y) {
    i32x1 acc0_0 = i32x1_load_i32(w);
    i32x1 acc1_0 = acc0_0;
    i32x1 acc2_0 = acc0_0;
    i32x1 acc3_0 = acc0_0;
    i32x1 acc4_0 = acc0_0;
    i32x1 acc5_0 = acc0_0;
    i32x1 acc6_0 = acc0_0;
    i32x1 acc7_0 = acc0_0;
    i32x1 acc8_0 = acc0_0;
    i32x1 acc9_0 = acc0_0;
    i32x1 acc10_0 = acc0_0;
    const int8_t *const scales = w + 4;
    w += 12;
    for (int k = 0; k < 8; k++) {
        const i32x1 w0 = i32x1_load_i8(w);
        const i32x1 v0_0 = i32x1_set1(x[k]);
        acc0_0 = i32x1_multiply_add(v0_0, w0, acc0_0);
        const i32x1 v1_0 = i32x1_set1(x[k + 8]);
        acc1_0 = i32x1_multiply_add(v1_0, w0, acc1_0);
        const i32x1 v2_0 = i32x1_set1(x[k + 16]);
        acc2_0 = i32x1_multiply_add(v2_0, w0, acc2_0);
        const i32x1 v3_0 = i32x1_set1(x[k + 24]);
        acc3_0 = i32x1_multiply_add(v3_0, w0, acc3_0);
        const i32x1 v4_0 = i32x1_set1(x[k + 32]);
        acc4_0 = i32x1_multiply_add(v4_0, w0, acc4_0);
        const i32x1 v5_0 = i32x1_set1(x[k + 40]);
        acc5_0 = i32x1_multiply_add(v5_0, w0, acc5_0);
        const i32x1 v6_0 = i32x1_set1(x[k + 48]);
        acc6_0 = i32x1_multiply_add(v6_0, w0, acc6_0);
        const i32x1 v7_0 = i32x1_set1(x[k + 56]);
        acc7_0 = i32x1_multiply_add(v7_0, w0, acc7_0);
        const i32x1 v8_0 = i32x1_set1(x[k + 64]);
        acc8_0 = i32x1_multiply_add(v8_0, w0, acc8_0);
        const i32x1 v9_0 = i32x1_set1(x[k + 72]);
        acc9_0 = i32x1_multiply_add(v9_0, w0, acc9_0);
        const i32x1 v10_0 = i32x1_set1(x[k + 80]);
        acc10_0 = i32x1_multiply_add(v10_0, w0, acc10_0);
        w += 1;
    }
    {
        const i32x1 by = i32x1_load_i32(scales);
        const i32x1 shift = i32x1_load_i8(scales + 4);
        i32x1_store_i8(y, i32x1_place(i32x1_rescale_once(acc0_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 24, i32x1_place(i32x1_rescale_once(acc1_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 48, i32x1_place(i32x1_rescale_once(acc2_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 72, i32x1_place(i32x1_rescale_once(acc3_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 96, i32x1_place(i32x1_rescale_once(acc4_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 120, i32x1_place(i32x1_rescale_once(acc5_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 144, i32x1_place(i32x1_rescale_once(acc6_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 168, i32x1_place(i32x1_rescale_once(acc7_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 192, i32x1_place(i32x1_rescale_once(acc8_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 216, i32x1_place(i32x1_rescale_once(acc9_0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 240, i32x1_place(i32x1_rescale_once(acc10_0, by, shift), -128, -128, 127));
    }
}

static void conv1x1_8_to_24_at_9x9(const int8_t *x, const int8_t *w, int8_t *y) {
    for (int p = 0; p < 70; p += 14) {
        for (int b = 0; b < 24; b++) {
            tile_14x1_of_8(x + p * 8, w + b * 20, y + b + p * 24);
        }
    }
    for (int b = 0; b < 24; b++) {
        tile_11x1_of_8(x + 560, w + b * 20, y + b + 1680);
    }
}

static void depthwise3x3_row_of_9(const int8_t *x, const int8_t *w, int8_t *y, int top, int ky0, int ky1) {
    {
        i32x1 acc0 = i32x1_load_i32(w);
        i32x1 acc1 = acc0;
        i32x1 acc2 = acc0;
        i32x1 acc3 = acc0;
        for (int ky = ky0; ky < ky1; ky++) {
            const int8_t *row = x + (top + ky) * 216;
            const int8_t *taps = w + (ky * 3 + 12) * 1;
            const i32x1 k0 = i32x1_load_i8(taps);
            const i32x1 k1 = i32x1_load_i8(taps + 1);
            const i32x1 k2 = i32x1_load_i8(taps + 2);
            const i32x1 v0 = i32x1_load_i8(row) - i32x1_set1(-128);
            acc0 = i32x1_multiply_add(v0, k1, acc0);
            acc1 = i32x1_multiply_add(v0, k0, acc1);
            const i32x1 v1 = i32x1_load_i8(row + 24) - i32x1_set1(-128);
            acc0 = i32x1_multiply_add(v1, k2, acc0);
            acc1 = i32x1_multiply_add(v1, k1, acc1);
            acc2 = i32x1_multiply_add(v1, k0, acc2);
            const i32x1 v2 = i32x1_load_i8(row + 48) - i32x1_set1(-128);
            acc1 = i32x1_multiply_add(v2, k2, acc1);
            acc2 = i32x1_multiply_add(v2, k1, acc2);
            acc3 = i32x1_multiply_add(v2, k0, acc3);
            const i32x1 v3 = i32x1_load_i8(row + 72) - i32x1_set1(-128);
            acc2 = i32x1_multiply_add(v3, k2, acc2);
            acc3 = i32x1_multiply_add(v3, k1, acc3);
            const i32x1 v4 = i32x1_load_i8(row + 96) - i32x1_set1(-128);
            acc3 = i32x1_multiply_add(v4, k2, acc3);
        }
        const i32x1 by = i32x1_load_i32(w + 4);
        const i32x1 shift = i32x1_load_i8(w + 4 + 4);
        i32x1_store_i8(y, i32x1_place(i32x1_rescale_once(acc0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 24, i32x1_place(i32x1_rescale_once(acc1, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 48, i32x1_place(i32x1_rescale_once(acc2, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 72, i32x1_place(i32x1_rescale_once(acc3, by, shift), -128, -128, 127));
    }
    {
        i32x1 acc0 = i32x1_load_i32(w);
        i32x1 acc1 = acc0;
        i32x1 acc2 = acc0;
        i32x1 acc3 = acc0;
        i32x1 acc4 = acc0;
        for (int ky = ky0; ky < ky1; ky++) {
            const int8_t *row = x + (top + ky) * 216;
            const int8_t *taps = w + (ky * 3 + 12) * 1;
            const i32x1 k0 = i32x1_load_i8(taps);
            const i32x1 k1 = i32x1_load_i8(taps + 1);
            const i32x1 k2 = i32x1_load_i8(taps + 2);
            const i32x1 v0 = i32x1_load_i8(row + 72) - i32x1_set1(-128);
            acc0 = i32x1_multiply_add(v0, k0, acc0);
            const i32x1 v1 = i32x1_load_i8(row + 96) - i32x1_set1(-128);
            acc0 = i32x1_multiply_add(v1, k1, acc0);
            acc1 = i32x1_multiply_add(v1, k0, acc1);
            const i32x1 v2 = i32x1_load_i8(row + 120) - i32x1_set1(-128);
            acc0 = i32x1_multiply_add(v2, k2, acc0);
            acc1 = i32x1_multiply_add(v2, k1, acc1);
            acc2 = i32x1_multiply_add(v2, k0, acc2);
            const i32x1 v3 = i32x1_load_i8(row + 144) - i32x1_set1(-128);
            acc1 = i32x1_multiply_add(v3, k2, acc1);
            acc2 = i32x1_multiply_add(v3, k1, acc2);
            acc3 = i32x1_multiply_add(v3, k0, acc3);
            const i32x1 v4 = i32x1_load_i8(row + 168) - i32x1_set1(-128);
            acc2 = i32x1_multiply_add(v4, k2, acc2);
            acc3 = i32x1_multiply_add(v4, k1, acc3);
            acc4 = i32x1_multiply_add(v4, k0, acc4);
            const i32x1 v5 = i32x1_load_i8(row + 192) - i32x1_set1(-128);
            acc3 = i32x1_multiply_add(v5, k2, acc3);
            acc4 = i32x1_multiply_add(v5, k1, acc4);
        }
        const i32x1 by = i32x1_load_i32(w + 4);
        const i32x1 shift = i32x1_load_i8(w + 4 + 4);
        i32x1_store_i8(y + 96, i32x1_place(i32x1_rescale_once(acc0, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 120, i32x1_place(i32x1_rescale_once(acc1, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 144, i32x1_place(i32x1_rescale_once(acc2, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 168, i32x1_place(i32x1_rescale_once(acc3, by, shift), -128, -128, 127));
        i32x1_store_i8(y + 192, i32x1_place(i32x1_rescale_once(acc4, by, shift), -128, -128, 127));
    }
}

/* 9 pixels x 1 channels, over 24 inputs. */
static void tile_9x1_of_24(const int8_t *x, const int8_t *w, int8_t *y, const int8_t *r) {
    i32x1 acc0_0 = i32x1_load_i32(w);
    i32x1 acc1_0 = acc0_0;
    i32x1 acc2_0 = acc0_0;
    i32x1 acc3_0 = acc0_0;
    i32x1 acc4_0 = acc0_0;
    i32x1 acc5_0 = acc0_0;
    i32x1 acc6_0 = acc0_0;
    i32x1 acc7_0 = acc0_0;
    i32x1 acc8_0 = acc0_0;
    const int8_t *const scales = w + 4;
    w += 12;
    for (int k = 0; k < 24; k++) {
        const i32x1 w0 = i32x1_load_i8(w);
        const i32x1 v0_0 = i32x1_set1(x[k]);
        acc0_0 = i32x1_multiply_add(v0_0, w0, acc0_0);
        const i32x1 v1_0 = i32x1_set1(x[k + 24]);
        acc1_0 = i32x1_multiply_add(v1_0, w0, acc1_0);
        const i32x1 v2_0 = i32x1_set1(x[k + 48]);
        acc2_0 = i32x1_multiply_add(v2_0, w0, acc2_0);
        const i32x1 v3_0 = i32x1_set1(x[k + 72]);
        acc3_0 = i32x1_multiply_add(v3_0, w0, acc3_0);
        const i32x1 v4_0 = i32x1_set1(x[k + 96]);
        acc4_0 = i32x1_multiply_add(v4_0, w0, acc4_0);
        const i32x1 v5_0 = i32x1_set1(x[k + 120]);
        acc5_0 = i32x1_multiply_add(v5_0, w0, acc5_0);
        const i32x1 v6_0 = i32x1_set1(x[k + 144]);
        acc6_0 = i32x1_multiply_add(v6_0, w0, acc6_0);
        const i32x1 v7_0 = i32x1_set1(x[k + 168]);
        acc7_0 = i32x1_multiply_add(v7_0, w0, acc7_0);
        const i32x1 v8_0 = i32x1_set1(x[k + 192]);
        acc8_0 = i32x1_multiply_add(v8_0, w0, acc8_0);
        w += 1;
    }
    {
        const i32x1 by = i32x1_load_i32(scales);
        const i32x1 shift = i32x1_load_i8(scales + 4);
        i32x1_store_i8(y, i32x1_place(i32x1_rescale_once(i32x1_rescale_once((i32x1_place(i32x1_rescale_once(acc0_0, by, shift), 3, -128, 127) - 3) * 1048576, i32x1_set1(1073741824), i32x1_set1(0)) + i32x1_rescale_once((i32x1_load_i8(r) + 128) * 1048576, i32x1_set1(2018634530), i32x1_set1(-2)), i32x1_set1(1789569773), i32x1_set1(-19)), -4, -128, 127));
        i32x1_store_i8(y + 8, i32x1_place(i32x1_rescale_once(i32x1_rescale_once((i32x1_place(i32x1_rescale_once(acc1_0, by, shift), 3, -128, 127) - 3) * 1048576, i32x1_set1(1073741824), i32x1_set1(0)) + i32x1_rescale_once((i32x1_load_i8(r + 8) + 128) * 1048576, i32x1_set1(2018634530), i32x1_set1(-2)), i32x1_set1(1789569773), i32x1_set1(-19)), -4, -128, 127));
        i32x1_store_i8(y + 16, i32x1_place(i32x1_rescale_once(i32x1_rescale_once((i32x1_place(i32x1_rescale_once(acc2_0, by, shift), 3, -128, 127) - 3) * 1048576, i32x1_set1(1073741824), i32x1_set1(0)) + i32x1_rescale_once((i32x1_load_i8(r + 16) + 128) * 1048576, i32x1_set1(2018634530), i32x1_set1(-2)), i32x1_set1(1789569773), i32x1_set1(-19)), -4, -128, 127));
        i32x1_store_i8(y + 24, i32x1_place(i32x1_rescale_once(i32x1_rescale_once((i32x1_place(i32x1_rescale_once(acc3_0, by, shift), 3, -128, 127) - 3) * 1048576, i32x1_set1(1073741824), i32x1_set1(0)) + i32x1_rescale_once((i32x1_load_i8(r + 24) + 128) * 1048576, i32x1_set1(2018634530), i32x1_set1(-2)), i32x1_set1(1789569773), i32x1_set1(-19)), -4, -128, 127));
        i32x1_store_i8(y + 32, i32x1_place(i32x1_rescale_once(i32x1_rescale_once((i32x1_place(i32x1_rescale_once(acc4_0, by, shift), 3, -128, 127) - 3) * 1048576, i32x1_set1(1073741824), i32x1_set1(0)) + i32x1_rescale_once((i32x1_load_i8(r + 32) + 128) * 1048576, i32x1_set1(2018634530), i32x1_set1(-2)), i32x1_set1(1789569773), i32x1_set1(-19)), -4, -128, 127));
        i32x1_store_i8(y + 40, i32x1_place(i32x1_rescale_once(i32x1_rescale_once((i32x1_place(i32x1_rescale_once(acc5_0, by, shift), 3, -128, 127) - 3) * 1048576, i32x1_set1(1073741824), i32x1_set1(0)) + i32x1_rescale_once((i32x1_load_i8(r + 40) + 128) * 1048576, i32x1_set1(2018634530), i32x1_set1(-2)), i32x1_set1(1789569773), i32x1_set1(-19)), -4, -128, 127));
        i32x1_store_i8(y + 48, i32x1_place(i32x1_rescale_once(i32x1_rescale_once((i32x1_place(i32x1_rescale_once(acc6_0, by, shift), 3, -128, 127) - 3) * 1048576, i32x1_set1(1073741824), i32x1_set1(0)) + i32x1_rescale_once((i32x1_load_i8(r + 48) + 128) * 1048576, i32x1_set1(2018634530), i32x1_set1(-2)), i32x1_set1(1789569773), i32x1_set1(-19)), -4, -128, 127));
        i32x1_store_i8(y + 56, i32x1_place(i32x1_rescale_once(i32x1_rescale_once((i32x1_place(i32x1_rescale_once(acc7_0, by, shift), 3, -128, 127) - 3) * 1048576, i32x1_set1(1073741824), i32x1_set1(0)) + i32x1_rescale_once((i32x1_load_i8(r + 56) + 128) * 1048576, i32x1_set1(2018634530), i32x1_set1(-2)), i32x1_set1(1789569773), i32x1_set1(-19)), -4, -128, 127));
        i32x1_store_i8(y + 64, i32x1_place(i32x1_rescale_once(i32x1_rescale_once((i32x1_place(i32x1_rescale_once(acc8_0, by, shift), 3, -128, 127) - 3) * 1048576, i32x1_set1(1073741824), i32x1_set1(0)) + i32x1_rescale_once((i32x1_load_i8(r + 64) + 128) * 1048576, i32x1_set1(2018634530), i32x1_set1(-2)), i32x1_set1(1789569773), i32x1_set1(-19)), -4, -128, 127));
    }
}

static void conv1x1_24_to_8_row_of_9(const int8_t *x, const int8_t *w, int8_t *y, const int8_t *r) {
    for (int b = 0; b < 8; b++) {
        tile_9x1_of_24(x, w + b * 36, y + b, r + b);
    }
}

static void chain_9x9x24_to_9x9x8(const int8_t *x, const int8_t *w, int8_t *y, const int8_t *r, int8_t *t0) {
    for (int oy = 0; oy < 9; oy++) {
        const int top_0 = oy * 1 - 1;
        const int ky0_0 = top_0 < 0 ? -top_0 : 0;
        const int ky1_0 = 9 - top_0 < 3 ? 9 - top_0 : 3;
        for (int c = 0; c < 24; c += 1) {
            depthwise3x3_row_of_9(x + c, w + c * 24, t0 + c, top_0, ky0_0, ky1_0);
        }
        conv1x1_24_to_8_row_of_9(t0, w + 576, y + oy * 72, r + oy * 72);
    }
}

/* One padded row of the input. */
static void stage_row_9x8(const int8_t *x, int8_t *row, int iy) {
    if (iy < 0 || iy >= 9) {
        for (int i = 0; i < 88; i++) {
            row[i] = -4;
        }
        return;
    }
    for (int i = 0; i < 8; i++) {
        row[i] = -4;
    }
    for (int i = 0; i < 8; i++) {
        row[i + 80] = -4;
    }
    row += 8;
    x += iy * 72;
    memcpy(row, x, 72);
}

/* 5 pixels x 2 channels, over 72 inputs. */
static void tile_5x2_of_72(const int8_t *const *rows, int at, const int8_t *w, int8_t *y) {
    i32x1 acc0_0 = i32x1_load_i32(w);
    i32x1 acc0_1 = i32x1_load_i32(w + 4);
    i32x1 acc1_0 = acc0_0; i32x1 acc1_1 = acc0_1;
    i32x1 acc2_0 = acc0_0; i32x1 acc2_1 = acc0_1;
    i32x1 acc3_0 = acc0_0; i32x1 acc3_1 = acc0_1;
    i32x1 acc4_0 = acc0_0; i32x1 acc4_1 = acc0_1;
    const int8_t *const scales = w + 8;
    w += 20;
    for (int ky = 0; ky < 3; ky++) {
        const int8_t *x = rows[ky] + at;
        for (int k = 0; k < 24; k++) {
            const i32x1 w0 = i32x1_load_i8(w);
            const i32x1 w1 = i32x1_load_i8(w + 1);
            const i32x1 v0_0 = i32x1_set1(x[k]);
            acc0_0 = i32x1_multiply_add(v0_0, w0, acc0_0);
            acc0_1 = i32x1_multiply_add(v0_0, w1, acc0_1);
            const i32x1 v1_0 = i32x1_set1(x[k + 16]);
            acc1_0 = i32x1_multiply_add(v1_0, w0, acc1_0);
            acc1_1 = i32x1_multiply_add(v1_0, w1, acc1_1);
            const i32x1 v2_0 = i32x1_set1(x[k + 32]);
            acc2_0 = i32x1_multiply_add(v2_0, w0, acc2_0);
            acc2_1 = i32x1_multiply_add(v2_0, w1, acc2_1);
            const i32x1 v3_0 = i32x1_set1(x[k + 48]);
            acc3_0 = i32x1_multiply_add(v3_0, w0, acc3_0);
            acc3_1 = i32x1_multiply_add(v3_0, w1, acc3_1);
            const i32x1 v4_0 = i32x1_set1(x[k + 64]);
            acc4_0 = i32x1_multiply_add(v4_0, w0, acc4_0);
            acc4_1 = i32x1_multiply_add(v4_0, w1, acc4_1);
            w += 2;
        }
    }
    {
        const i32x1 by = i32x1_load_i32(scales);
        const i32x1 shift = i32x1_load_i8(scales + 8);
        i32x1_store_i8(y, i32x1_look_up(codes_1, i32x1_place(i32x1_rescale_once(acc0_0, by, shift), 0, -128, 127)));
        i32x1_store_i8(y + 16, i32x1_look_up(codes_1, i32x1_place(i32x1_rescale_once(acc1_0, by, shift), 0, -128, 127)));
        i32x1_store_i8(y + 32, i32x1_look_up(codes_1, i32x1_place(i32x1_rescale_once(acc2_0, by, shift), 0, -128, 127)));
        i32x1_store_i8(y + 48, i32x1_look_up(codes_1, i32x1_place(i32x1_rescale_once(acc3_0, by, shift), 0, -128, 127)));
        i32x1_store_i8(y + 64, i32x1_look_up(codes_1, i32x1_place(i32x1_rescale_once(acc4_0, by, shift), 0, -128, 127)));
    }
    {
        const i32x1 by = i32x1_load_i32(scales + 4);
        const i32x1 shift = i32x1_load_i8(scales + 9);
        i32x1_store_i8(y + 1, i32x1_look_up(codes_1, i32x1_place(i32x1_rescale_once(acc0_1, by, shift), 0, -128, 127)));
        i32x1_store_i8(y + 17, i32x1_look_up(codes_1, i32x1_place(i32x1_rescale_once(acc1_1, by, shift), 0, -128, 127)));
        i32x1_store_i8(y + 33, i32x1_look_up(codes_1, i32x1_place(i32x1_rescale_once(acc2_1, by, shift), 0, -128, 127)));
        i32x1_store_i8(y + 49, i32x1_look_up(codes_1, i32x1_place(i32x1_rescale_once(acc3_1, by, shift), 0, -128, 127)));
        i32x1_store_i8(y + 65, i32x1_look_up(codes_1, i32x1_place(i32x1_rescale_once(acc4_1, by, shift), 0, -128, 127)));
    }
}

static void conv3x3_8_to_16_at_5x5(const int8_t *x, const int8_t *w, int8_t *y, int8_t *ring) {
    const int8_t *rows[3];
    int next = -1; /* the input row that is copied next */
    for (int oy = 0; oy < 5; oy++) {
        for (; next < oy * 2 + 2; next++) {
            stage_row_9x8(x, ring + (next + 1) % 3 * 88, next);
        }
        for (int ky = 0; ky < 3; ky++) {
            rows[ky] = ring + (oy * 2 + ky) % 3 * 88;
        }
        for (int b = 0; b < 8; b++) {
            tile_5x2_of_72(rows, 0, w + b * 164, y + oy * 80 + b * 2);
        }
    }
}

static void mean_of_codes_5x5x16(const int8_t *x0, int8_t *y) {
    for (int begin = 0; begin < 16; begin += 16) {
        const int left = 16 - begin, count = left < 16 ? left : 16;
        int32_t sum[16] = {0};
        for (int i = 0; i < 25; i++) {
            const int8_t *from = x0 + begin + i * 16;
            for (int c = 0; c < count; c++) {
                sum[c] += from[c];
            }
        }
        for (int c = 0; c < count; c++) {
            y[begin + c] = (int8_t)i32_clamp(i32_once_short(sum[c] + 2900, 1374389535, -4) - 116, -128, 127);
        }
    }
}

/* 1 pixel x 4 channels, over 16 inputs. */
static void tile_1x4_of_16(const int8_t *x, const int8_t *w, int8_t *y) {
    i32x1 acc0_0 = i32x1_load_i32(w);
    i32x1 acc0_1 = i32x1_load_i32(w + 4);
    i32x1 acc0_2 = i32x1_load_i32(w + 8);
    i32x1 acc0_3 = i32x1_load_i32(w + 12);
    const int8_t *const scales = w + 16;
    w += 36;
    for (int k = 0; k < 16; k++) {
        const i32x1 w0 = i32x1_load_i8(w);
        const i32x1 w1 = i32x1_load_i8(w + 1);
        const i32x1 w2 = i32x1_load_i8(w + 2);
        const i32x1 w3 = i32x1_load_i8(w + 3);
        const i32x1 v0_0 = i32x1_set1(x[k]);
        acc0_0 = i32x1_multiply_add(v0_0, w0, acc0_0);
        acc0_1 = i32x1_multiply_add(v0_0, w1, acc0_1);
        acc0_2 = i32x1_multiply_add(v0_0, w2, acc0_2);
        acc0_3 = i32x1_multiply_add(v0_0, w3, acc0_3);
        w += 4;
    }
    {
        const i32x1 by = i32x1_load_i32(scales);
        const i32x1 shift = i32x1_load_i8(scales + 16);
        i32x1_store_i8(y, i32x1_place(i32x1_rescale_once(acc0_0, by, shift), -128, -128, 127));
    }
    {
        const i32x1 by = i32x1_load_i32(scales + 4);
        const i32x1 shift = i32x1_load_i8(scales + 17);
        i32x1_store_i8(y + 1, i32x1_place(i32x1_rescale_once(acc0_1, by, shift), -128, -128, 127));
    }
    {
        const i32x1 by = i32x1_load_i32(scales + 8);
        const i32x1 shift = i32x1_load_i8(scales + 18);
        i32x1_store_i8(y + 2, i32x1_place(i32x1_rescale_once(acc0_2, by, shift), -128, -128, 127));
    }
    {
        const i32x1 by = i32x1_load_i32(scales + 12);
        const i32x1 shift = i32x1_load_i8(scales + 19);
        i32x1_store_i8(y + 3, i32x1_place(i32x1_rescale_once(acc0_3, by, shift), -128, -128, 127));
    }
}

static void conv1x1_16_to_4_at_1x1(const int8_t *x, const int8_t *w, int8_t *y) {
    tile_1x4_of_16(x, w, y);
}

/* 1 pixel x 6 channels, over 4 inputs. */
static void tile_1x6_of_4(const int8_t *x, const int8_t *w, int8_t *y) {
    i32x1 acc0_0 = i32x1_load_i32(w);
    i32x1 acc0_1 = i32x1_load_i32(w + 4);
    i32x1 acc0_2 = i32x1_load_i32(w + 8);
    i32x1 acc0_3 = i32x1_load_i32(w + 12);
    i32x1 acc0_4 = i32x1_load_i32(w + 16);
    i32x1 acc0_5 = i32x1_load_i32(w + 20);
    const int8_t *const scales = w + 24;
    w += 56;
    for (int k = 0; k < 4; k++) {
        const i32x1 w0 = i32x1_load_i8(w);
        const i32x1 w1 = i32x1_load_i8(w + 1);
        const i32x1 w2 = i32x1_load_i8(w + 2);
        const i32x1 w3 = i32x1_load_i8(w + 3);
        const i32x1 w4 = i32x1_load_i8(w + 4);
        const i32x1 w5 = i32x1_load_i8(w + 5);
        const i32x1 v0_0 = i32x1_set1(x[k]);
        acc0_0 = i32x1_multiply_add(v0_0, w0, acc0_0);
        acc0_1 = i32x1_multiply_add(v0_0, w1, acc0_1);
        acc0_2 = i32x1_multiply_add(v0_0, w2, acc0_2);
        acc0_3 = i32x1_multiply_add(v0_0, w3, acc0_3);
        acc0_4 = i32x1_multiply_add(v0_0, w4, acc0_4);
        acc0_5 = i32x1_multiply_add(v0_0, w5, acc0_5);
        w += 6;
    }
    {
        const i32x1 by = i32x1_load_i32(scales);
        const i32x1 shift = i32x1_load_i8(scales + 24);
        i32x1_store_i8(y, i32x1_look_up(codes_2, i32x1_place(i32x1_rescale_once(acc0_0, by, shift), 0, -128, 127)));
    }
    {
        const i32x1 by = i32x1_load_i32(scales + 4);
        const i32x1 shift = i32x1_load_i8(scales + 25);
        i32x1_store_i8(y + 1, i32x1_look_up(codes_2, i32x1_place(i32x1_rescale_once(acc0_1, by, shift), 0, -128, 127)));
    }
    {
        const i32x1 by = i32x1_load_i32(scales + 8);
        const i32x1 shift = i32x1_load_i8(scales + 26);
        i32x1_store_i8(y + 2, i32x1_look_up(codes_2, i32x1_place(i32x1_rescale_once(acc0_2, by, shift), 0, -128, 127)));
    }
    {
        const i32x1 by = i32x1_load_i32(scales + 12);
        const i32x1 shift = i32x1_load_i8(scales + 27);
        i32x1_store_i8(y + 3, i32x1_look_up(codes_2, i32x1_place(i32x1_rescale_once(acc0_3, by, shift), 0, -128, 127)));
    }
    {
        const i32x1 by = i32x1_load_i32(scales + 16);
        const i32x1 shift = i32x1_load_i8(scales + 28);
        i32x1_store_i8(y + 4, i32x1_look_up(codes_2, i32x1_place(i32x1_rescale_once(acc0_4, by, shift), 0, -128, 127)));
    }
    {
        const i32x1 by = i32x1_load_i32(scales + 20);
        const i32x1 shift = i32x1_load_i8(scales + 29);
        i32x1_store_i8(y + 5, i32x1_look_up(codes_2, i32x1_place(i32x1_rescale_once(acc0_5, by, shift), 0, -128, 127)));
    }
}

/* 1 pixel x 4 channels, over 4 inputs. */
static void tile_1x4_of_4(const int8_t *x, const int8_t *w, int8_t *y) {
    i32x1 acc0_0 = i32x1_load_i32(w);
    i32x1 acc0_1 = i32x1_load_i32(w + 4);
    i32x1 acc0_2 = i32x1_load_i32(w + 8);
    i32x1 acc0_3 = i32x1_load_i32(w + 12);
    const int8_t *const scales = w + 16;
    w += 36;
    for (int k = 0; k < 4; k++) {
        const i32x1 w0 = i32x1_load_i8(w);
        const i32x1 w1 = i32x1_load_i8(w + 1);
        const i32x1 w2 = i32x1_load_i8(w + 2);
        const i32x1 w3 = i32x1_load_i8(w + 3);
        const i32x1 v0_0 = i32x1_set1(x[k]);
        acc0_0 = i32x1_multiply_add(v0_0, w0, acc0_0);
        acc0_1 = i32x1_multiply_add(v0_0, w1, acc0_1);
        acc0_2 = i32x1_multiply_add(v0_0, w2, acc0_2);
        acc0_3 = i32x1_multiply_add(v0_0, w3, acc0_3);
        w += 4;
    }
    {
        const i32x1 by = i32x1_load_i32(scales);
        const i32x1 shift = i32x1_load_i8(scales + 16);
        i32x1_store_i8(y, i32x1_look_up(codes_2, i32x1_place(i32x1_rescale_once(acc0_0, by, shift), 0, -128, 127)));
    }
    {
        const i32x1 by = i32x1_load_i32(scales + 4);
        const i32x1 shift = i32x1_load_i8(scales + 17);
        i32x1_store_i8(y + 1, i32x1_look_up(codes_2, i32x1_place(i32x1_rescale_once(acc0_1, by, shift), 0, -128, 127)));
    }
    {
        const i32x1 by = i32x1_load_i32(scales + 8);
        const i32x1 shift = i32x1_load_i8(scales + 18);
        i32x1_store_i8(y + 2, i32x1_look_up(codes_2, i32x1_place(i32x1_rescale_once(acc0_2, by, shift), 0, -128, 127)));
    }
    {
        const i32x1 by = i32x1_load_i32(scales + 12);
        const i32x1 shift = i32x1_load_i8(scales + 19);
        i32x1_store_i8(y + 3, i32x1_look_up(codes_2, i32x1_place(i32x1_rescale_once(acc0_3, by, shift), 0, -128, 127)));
    }
}

static void conv1x1_4_to_16_at_1x1(const int8_t *x, const int8_t *w, int8_t *y) {
    for (int b = 0; b < 2; b++) {
        tile_1x6_of_4(x, w + b * 80, y + b * 6);
    }
    tile_1x4_of_4(x, w + 160, y + 12);
}

static void mul_5x5x16(const int8_t *x0, const int8_t *z0, int8_t *y) {
    const int8_t *x = x0;
    const int8_t *z = z0;
    for (int p = 0; p < 25; p++) {
        for (int c = 0; c < 16; c++) {
            const int32_t a = *(x + p * 16 + c);
            const int32_t b = *(z + c);
            *(y + p * 16 + c) = (int8_t)i32_clamp(i32_once_short((a + 116) * (b + 128), 1073741824, -7) - 116, -128, 127);
        }
    }
}

static void mean_of_codes_5x5x16_v2(const int8_t *x0, int8_t *y) {
    for (int begin = 0; begin < 16; begin += 16) {
        const int left = 16 - begin, count = left < 16 ? left : 16;
        int32_t sum[16] = {0};
        for (int i = 0; i < 25; i++) {
            const int8_t *from = x0 + begin + i * 16;
            for (int c = 0; c < count; c++) {
                sum[c] += from[c];
            }
        }
        for (int c = 0; c < count; c++) {
            y[begin + c] = (int8_t)i32_clamp(i32_once_short(sum[c] + 2900, 2061584302, -4) - 100, -128, 127);
        }
    }
}

/* 1 pixel x 5 channels, over 16 inputs. */
static void tile_1x5_of_16(const int8_t *x, const int8_t *w, int8_t *y) {
    i32x1 acc0_0 = i32x1_load_i32(w);
    i32x1 acc0_1 = i32x1_load_i32(w + 4);
    i32x1 acc0_2 = i32x1_load_i32(w + 8);
    i32x1 acc0_3 = i32x1_load_i32(w + 12);
    i32x1 acc0_4 = i32x1_load_i32(w + 16);
    const int8_t *const scales = w + 20;
    w += 48;
    for (int k = 0; k < 16; k++) {
        const i32x1 w0 = i32x1_load_i8(w);
        const i32x1 w1 = i32x1_load_i8(w + 1);
        const i32x1 w2 = i32x1_load_i8(w + 2);
        const i32x1 w3 = i32x1_load_i8(w + 3);
        const i32x1 w4 = i32x1_load_i8(w + 4);
        const i32x1 v0_0 = i32x1_set1(x[k]);
        acc0_0 = i32x1_multiply_add(v0_0, w0, acc0_0);
        acc0_1 = i32x1_multiply_add(v0_0, w1, acc0_1);
        acc0_2 = i32x1_multiply_add(v0_0, w2, acc0_2);
        acc0_3 = i32x1_multiply_add(v0_0, w3, acc0_3);
        acc0_4 = i32x1_multiply_add(v0_0, w4, acc0_4);
        w += 5;
    }
    {
        const i32x1 by = i32x1_load_i32(scales);
        const i32x1 shift = i32x1_load_i8(scales + 20);
        i32x1_store_i8(y, i32x1_place(i32x1_rescale_once(acc0_0, by, shift), 10, -128, 127));
    }
    {
        const i32x1 by = i32x1_load_i32(scales + 4);
        const i32x1 shift = i32x1_load_i8(scales + 21);
        i32x1_store_i8(y + 1, i32x1_place(i32x1_rescale_once(acc0_1, by, shift), 10, -128, 127));
    }
    {
        const i32x1 by = i32x1_load_i32(scales + 8);
        const i32x1 shift = i32x1_load_i8(scales + 22);
        i32x1_store_i8(y + 2, i32x1_place(i32x1_rescale_once(acc0_2, by, shift), 10, -128, 127));
    }
    {
        const i32x1 by = i32x1_load_i32(scales + 12);
        const i32x1 shift = i32x1_load_i8(scales + 23);
        i32x1_store_i8(y + 3, i32x1_place(i32x1_rescale_once(acc0_3, by, shift), 10, -128, 127));
    }
    {
        const i32x1 by = i32x1_load_i32(scales + 16);
        const i32x1 shift = i32x1_load_i8(scales + 24);
        i32x1_store_i8(y + 4, i32x1_place(i32x1_rescale_once(acc0_4, by, shift), 10, -128, 127));
    }
}

static void dense_16_to_10(const int8_t *x, const int8_t *w, int8_t *y) {
    for (int b = 0; b < 2; b++) {
        tile_1x5_of_16(x, w + b * 128, y + b * 5);
    }
}

#define AT(offset) ((int8_t *)(void *)((unsigned char *)arena + (offset)))

#ifdef INTEGERS_PROFILE
#define STEP_HOOK(step, name, begin) integers_profile_hook(step, name, begin)
#else
#define STEP_HOOK(step, name, begin) ((void)0)
#endif

void integers_run_in(void *arena, const uint8_t *image, int8_t *scores) {
    /* 1. conv_1: conv 3x3 stride 2 (integers.net:7)
     * [17, 17, 3] -> [9, 9, 8], 0.02 M MACs, 320 bytes of weights
     * direct 9 x 1 of i32x1 */
    STEP_HOOK(1, "conv_1", 1);
    conv3x3_3_to_8_at_9x9(image, CODES(0), AT(1984), ((uint8_t *)(void *)AT(0)));
    STEP_HOOK(1, "conv_1", 0);
    /* 2. conv_2: conv 1x1 (integers.net:9)
     * [9, 9, 8] -> [9, 9, 24], 0.02 M MACs, 480 bytes of weights
     * pointwise 14 x 1 of i32x1 */
    STEP_HOOK(2, "conv_2", 1);
    conv1x1_8_to_24_at_9x9(AT(1984), CODES(320), AT(0));
    STEP_HOOK(2, "conv_2", 0);
    /* 3. depthwise_1: depthwise 3x3 (integers.net:10)
     * conv_3: conv 1x1, + residual (integers.net:11)
     * [9, 9, 24] -> [9, 9, 8], 0.03 M MACs, 896 bytes of weights
     * by rows: depthwise, 8 columns of i32x1, pointwise 9 x 1 of i32x1 */
    STEP_HOOK(3, "conv_3", 1);
    chain_9x9x24_to_9x9x8(AT(0), CODES(832), AT(1984), AT(1984), AT(2688));
    STEP_HOOK(3, "conv_3", 0);
    /* 4. conv_4: conv 3x3 stride 2, hswish (integers.net:13)
     * [9, 9, 8] -> [5, 5, 16], 0.03 M MACs, 1344 bytes of weights
     * direct 5 x 2 of i32x1 */
    STEP_HOOK(4, "conv_4", 1);
    conv3x3_8_to_16_at_5x5(AT(1984), CODES(1728), AT(0), AT(448));
    STEP_HOOK(4, "conv_4", 0);
    /* 5. global_avg_pool_1: global_avg_pool (integers.net:15)
     * [5, 5, 16] -> [1, 1, 16]
     * mean */
    STEP_HOOK(5, "global_avg_pool_1", 1);
    mean_of_codes_5x5x16(AT(0), AT(448));
    STEP_HOOK(5, "global_avg_pool_1", 0);
    /* 6. conv_5: conv 1x1 (integers.net:15)
     * [1, 1, 16] -> [1, 1, 4], 0.00 M MACs, 132 bytes of weights
     * pointwise 1 x 4 of i32x1 */
    STEP_HOOK(6, "conv_5", 1);
    conv1x1_16_to_4_at_1x1(AT(448), CODES(3072), AT(512));
    STEP_HOOK(6, "conv_5", 0);
    /* 7. conv_6: conv 1x1, hsigmoid (integers.net:16)
     * [1, 1, 4] -> [1, 1, 16], 0.00 M MACs, 240 bytes of weights
     * pointwise 1 x 6 of i32x1 */
    STEP_HOOK(7, "conv_6", 1);
    conv1x1_4_to_16_at_1x1(AT(512), CODES(3200), AT(448));
    STEP_HOOK(7, "conv_6", 0);
    /* 8. mul_1: mul (integers.net:14)
     * [5, 5, 16] -> [5, 5, 16]
     * elementwise, in place */
    STEP_HOOK(8, "mul_1", 1);
    mul_5x5x16(AT(0), AT(448), AT(0));
    STEP_HOOK(8, "mul_1", 0);
    /* 9. global_avg_pool_2: global_avg_pool (integers.net:18)
     * [5, 5, 16] -> [1, 1, 16]
     * mean */
    STEP_HOOK(9, "global_avg_pool_2", 1);
    mean_of_codes_5x5x16_v2(AT(0), AT(448));
    STEP_HOOK(9, "global_avg_pool_2", 0);
    /* 10. dense_1: dense (integers.net:18)
     * [1, 1, 16] -> [1, 1, 10], 0.00 M MACs, 300 bytes of weights
     * dense 1 x 5 of i32x1 */
    STEP_HOOK(10, "dense_1", 1);
    dense_16_to_10(AT(448), CODES(3456), scores);
    STEP_HOOK(10, "dense_1", 0);
}

#if defined(__GNUC__) && defined(INTEGERS_ARENA_SECTION)
#define ARENA_PLACE __attribute__((section(INTEGERS_ARENA_SECTION)))
#else
#define ARENA_PLACE
#endif
static union {
    unsigned char bytes[INTEGERS_ARENA_BYTES + 3740 /* for the self-test */];
    int64_t aligned;
} static_arena ARENA_PLACE;

void integers_run(const uint8_t *image, int8_t *scores) {
    integers_run_in(static_arena.bytes, image, scores);
}

const char *integers_version(void) {
    return "lcc 0.1.0, generic, weights e8ea2ba2ecb25ffa";
}

int integers_bind(const void *file, size_t bytes) {
    static const char magic[15] = "lcc weights 1\n";
    const unsigned char *p = (const unsigned char *)file;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    if (!p || bytes != INTEGERS_WEIGHTS_BYTES || ((uintptr_t)file & 3) != 0) return -1;
    for (size_t i = 0; i < sizeof magic; i++) {
        if (p[i] != (unsigned char)magic[i]) return -1;
    }
    for (size_t i = 64; i + 4 <= bytes; i += 4) {
        const uint32_t word = (uint32_t)p[i] | (uint32_t)p[i + 1] << 8 | (uint32_t)p[i + 2] << 16 |
                              (uint32_t)p[i + 3] << 24;
        hash = (hash ^ word) * UINT64_C(0x100000001b3);
    }
    if (hash != UINT64_C(0xe64295147cbcba2d)) return -1;
#ifdef BIG_ENDIAN_WEIGHTS
    order_weights(p + 64);
    weights = ordered_weights;
#else
    weights = (const int32_t *)(const void *)(p + 64);
#endif
    return 0;
}


/* What the self-test's inputs hold, from 0 to 255. */
static int input_byte(uint32_t i) { return (int)((i * UINT32_C(2654435761) >> 13 ^ i * 7u) & 255u); }

/* Whether a tensor of codes is not the reference's, of which `wanted` is a hash. */
static int selftest_codes_differ(const void *codes, int pixels, int pixel, int channels, uint32_t wanted) {
    const unsigned char *const y = (const unsigned char *)codes;
    uint32_t hash = UINT32_C(0x811c9dc5);
    for (int p = 0; p < pixels; p++) {
        for (int c = 0; c < channels; c++) hash = (hash ^ y[p * pixel + c]) * UINT32_C(0x01000193);
    }
    return hash != wanted;
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
    uint32_t at[3] = {0, 0, 0};
    size_t order = 3;
#else
    const size_t order = 0;
#endif
    for (size_t i = 0; i < 3712; i += 4, p += 4) {
#ifdef BIG_ENDIAN_WEIGHTS
        order = next_order(at);
#endif
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
    uint8_t *const image = (uint8_t *)(void *)(static_arena.bytes + 2944);
    for (int i = 0; i < 867; i++) image[i] = (uint8_t)input_byte((uint32_t)i);
    int8_t *const scores = (int8_t *)(void *)(static_arena.bytes + 3840);
    for (int i = 0; i < 10; i++) static_arena.bytes[3840 + i] = selftest_poison(i, again);
    uint32_t *const bits = (uint32_t *)(void *)(static_arena.bytes + 3904);
    (void)bits;
    static const int64_t before_1[] = {2944, 2944};
    static const int64_t in_1[] = {0, 171, 1984, 2632, 2944, 2944};
    selftest_guard(static_arena.bytes, before_1, again, 1);
    /* 1. conv_1: conv 3x3 stride 2 (integers.net:7)
     * [17, 17, 3] -> [9, 9, 8], 0.02 M MACs, 320 bytes of weights
     * direct 9 x 1 of i32x1 */
    STEP_HOOK(1, "conv_1", 1);
    conv3x3_3_to_8_at_9x9(image, CODES(0), AT(1984), ((uint8_t *)(void *)AT(0)));
    STEP_HOOK(1, "conv_1", 0);
    if (!selftest_guard(static_arena.bytes, in_1, again, 0)) return 1;
    if (selftest_codes_differ(AT(1984), 81, 8, 8, UINT32_C(0xff1aea0d))) return 1;
    static const int64_t before_2[] = {1984, 2632, 2944, 2944};
    static const int64_t in_2[] = {0, 1944, 1984, 2632, 2944, 2944};
    selftest_guard(static_arena.bytes, before_2, again, 1);
    /* 2. conv_2: conv 1x1 (integers.net:9)
     * [9, 9, 8] -> [9, 9, 24], 0.02 M MACs, 480 bytes of weights
     * pointwise 14 x 1 of i32x1 */
    STEP_HOOK(2, "conv_2", 1);
    conv1x1_8_to_24_at_9x9(AT(1984), CODES(320), AT(0));
    STEP_HOOK(2, "conv_2", 0);
    if (!selftest_guard(static_arena.bytes, in_2, again, 0)) return 2;
    if (selftest_codes_differ(AT(0), 81, 24, 24, UINT32_C(0xa68ecdcd))) return 2;
    static const int64_t before_3[] = {0, 1944, 1984, 2632, 2944, 2944};
    static const int64_t in_3[] = {0, 1944, 1984, 2632, 2688, 2904, 2944, 2944};
    selftest_guard(static_arena.bytes, before_3, again, 1);
    /* 3. depthwise_1: depthwise 3x3 (integers.net:10)
     * conv_3: conv 1x1, + residual (integers.net:11)
     * [9, 9, 24] -> [9, 9, 8], 0.03 M MACs, 896 bytes of weights
     * by rows: depthwise, 8 columns of i32x1, pointwise 9 x 1 of i32x1 */
    STEP_HOOK(3, "conv_3", 1);
    chain_9x9x24_to_9x9x8(AT(0), CODES(832), AT(1984), AT(1984), AT(2688));
    STEP_HOOK(3, "conv_3", 0);
    if (!selftest_guard(static_arena.bytes, in_3, again, 0)) return 3;
    if (selftest_codes_differ(AT(1984), 81, 8, 8, UINT32_C(0xa6a0846c))) return 3;
    static const int64_t before_4[] = {1984, 2632, 2944, 2944};
    static const int64_t in_4[] = {0, 400, 448, 712, 1984, 2632, 2944, 2944};
    selftest_guard(static_arena.bytes, before_4, again, 1);
    /* 4. conv_4: conv 3x3 stride 2, hswish (integers.net:13)
     * [9, 9, 8] -> [5, 5, 16], 0.03 M MACs, 1344 bytes of weights
     * direct 5 x 2 of i32x1 */
    STEP_HOOK(4, "conv_4", 1);
    conv3x3_8_to_16_at_5x5(AT(1984), CODES(1728), AT(0), AT(448));
    STEP_HOOK(4, "conv_4", 0);
    if (!selftest_guard(static_arena.bytes, in_4, again, 0)) return 4;
    if (selftest_codes_differ(AT(0), 25, 16, 16, UINT32_C(0xdafe6972))) return 4;
    static const int64_t before_5[] = {0, 400, 2944, 2944};
    static const int64_t in_5[] = {0, 400, 448, 464, 2944, 2944};
    selftest_guard(static_arena.bytes, before_5, again, 1);
    /* 5. global_avg_pool_1: global_avg_pool (integers.net:15)
     * [5, 5, 16] -> [1, 1, 16]
     * mean */
    STEP_HOOK(5, "global_avg_pool_1", 1);
    mean_of_codes_5x5x16(AT(0), AT(448));
    STEP_HOOK(5, "global_avg_pool_1", 0);
    if (!selftest_guard(static_arena.bytes, in_5, again, 0)) return 5;
    if (selftest_codes_differ(AT(448), 1, 16, 16, UINT32_C(0xaebef337))) return 5;
    static const int64_t before_6[] = {0, 400, 448, 464, 2944, 2944};
    static const int64_t in_6[] = {0, 400, 448, 464, 512, 516, 2944, 2944};
    selftest_guard(static_arena.bytes, before_6, again, 1);
    /* 6. conv_5: conv 1x1 (integers.net:15)
     * [1, 1, 16] -> [1, 1, 4], 0.00 M MACs, 132 bytes of weights
     * pointwise 1 x 4 of i32x1 */
    STEP_HOOK(6, "conv_5", 1);
    conv1x1_16_to_4_at_1x1(AT(448), CODES(3072), AT(512));
    STEP_HOOK(6, "conv_5", 0);
    if (!selftest_guard(static_arena.bytes, in_6, again, 0)) return 6;
    if (selftest_codes_differ(AT(512), 1, 4, 4, UINT32_C(0x3ee058ef))) return 6;
    static const int64_t before_7[] = {0, 400, 512, 516, 2944, 2944};
    static const int64_t in_7[] = {0, 400, 448, 464, 512, 516, 2944, 2944};
    selftest_guard(static_arena.bytes, before_7, again, 1);
    /* 7. conv_6: conv 1x1, hsigmoid (integers.net:16)
     * [1, 1, 4] -> [1, 1, 16], 0.00 M MACs, 240 bytes of weights
     * pointwise 1 x 6 of i32x1 */
    STEP_HOOK(7, "conv_6", 1);
    conv1x1_4_to_16_at_1x1(AT(512), CODES(3200), AT(448));
    STEP_HOOK(7, "conv_6", 0);
    if (!selftest_guard(static_arena.bytes, in_7, again, 0)) return 7;
    if (selftest_codes_differ(AT(448), 1, 16, 16, UINT32_C(0xb4eae74c))) return 7;
    static const int64_t before_8[] = {0, 400, 448, 464, 2944, 2944};
    static const int64_t in_8[] = {0, 400, 448, 464, 2944, 2944};
    selftest_guard(static_arena.bytes, before_8, again, 1);
    /* 8. mul_1: mul (integers.net:14)
     * [5, 5, 16] -> [5, 5, 16]
     * elementwise, in place */
    STEP_HOOK(8, "mul_1", 1);
    mul_5x5x16(AT(0), AT(448), AT(0));
    STEP_HOOK(8, "mul_1", 0);
    if (!selftest_guard(static_arena.bytes, in_8, again, 0)) return 8;
    if (selftest_codes_differ(AT(0), 25, 16, 16, UINT32_C(0x75cd533e))) return 8;
    static const int64_t before_9[] = {0, 400, 2944, 2944};
    static const int64_t in_9[] = {0, 400, 448, 464, 2944, 2944};
    selftest_guard(static_arena.bytes, before_9, again, 1);
    /* 9. global_avg_pool_2: global_avg_pool (integers.net:18)
     * [5, 5, 16] -> [1, 1, 16]
     * mean */
    STEP_HOOK(9, "global_avg_pool_2", 1);
    mean_of_codes_5x5x16_v2(AT(0), AT(448));
    STEP_HOOK(9, "global_avg_pool_2", 0);
    if (!selftest_guard(static_arena.bytes, in_9, again, 0)) return 9;
    if (selftest_codes_differ(AT(448), 1, 16, 16, UINT32_C(0xefd18311))) return 9;
    static const int64_t before_10[] = {448, 464, 2944, 2944};
    static const int64_t in_10[] = {448, 464, 2944, 2944};
    selftest_guard(static_arena.bytes, before_10, again, 1);
    /* 10. dense_1: dense (integers.net:18)
     * [1, 1, 16] -> [1, 1, 10], 0.00 M MACs, 300 bytes of weights
     * dense 1 x 5 of i32x1 */
    STEP_HOOK(10, "dense_1", 1);
    dense_16_to_10(AT(448), CODES(3456), scores);
    STEP_HOOK(10, "dense_1", 0);
    if (!selftest_guard(static_arena.bytes, in_10, again, 0)) return 10;
    if (selftest_codes_differ(scores, 1, 10, 10, UINT32_C(0x65ab65b7))) return 10;
    return 0;
}

int integers_selftest(void) {
    if (selftest_weights() != UINT64_C(0xe64295147cbcba2d)) return INTEGERS_SELFTEST_WEIGHTS;
    const int step = selftest_run(0);
    return step ? step : selftest_run(1);
}
