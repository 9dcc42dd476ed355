/* i8_dsp_map.h: layers of int8 without weights by the DSP instructions of Armv7E-M (Cortex-M4, M7, M33). */
#include "i8_dsp.h"

/* v rescaled by a short factor, for a v of at most 30 bits and a sign, and the bounds kept. */
static inline int8_t i8_place_short(int32_t v, int32_t multiplier, int32_t shift, const i8_map *k) {
    v = k->how & I8_TFLITE ? i32_tflite_short(v, multiplier, shift) : i32_once_short(v, multiplier, shift);
    return (int8_t)i32_clamp(v + k->zero, k->least, k->most);
}

/* One channel of i8_scale with I8_ONCE, all codes allowed: `by` is the channel's code, less its zero point. The
 * sum of half of what is rounded and of the zero point is added to the high half of the product at once. */
static inline void i8_scale_once(const int8_t *x, int32_t by, int8_t *y, int32_t multiplier, int32_t shift,
                                 const i8_map *k) {
    const int32_t right = -shift - 1, half = ((int32_t)(2 * k->zero + 1) * ((int32_t)1 << right)) / 2;
    const int32_t x_zero = k->x_zero, x_pixel = k->x_pixel, y_pixel = k->y_pixel;
    for (int32_t p = k->pixels; p > 0; p--) {
        const int32_t high = (int32_t)(((int64_t)((*x - x_zero) * by) * multiplier) >> 32);
        int32_t v = (high + half) >> right;
        __asm__("ssat %0, #8, %0" : "+r"(v));
        *y = (int8_t)v;
        x += x_pixel;
        y += y_pixel;
    }
}

/* y = x * z, where z has a code for each channel. */
__attribute__((noinline)) static void i8_scale_map(const int8_t *x, const int8_t *z, int8_t *y,
                                                   const i8_map *k) {
    const int once = !(k->how & I8_TFLITE) && k->least == -128 && k->most == 127;
    for (int32_t c = 0; c < k->channels; c++) {
        const int32_t multiplier = k->multipliers[c * k->each], shift = k->shifts[c * k->each];
        const int32_t by = z[c] - k->z_zero;
        if (once) {
            i8_scale_once(x + c, by, y + c, multiplier, shift, k);
            continue;
        }
        for (int32_t p = 0; p < k->pixels; p++) {
            const int32_t v = (x[p * k->x_pixel + c] - k->x_zero) * by;
            y[p * k->y_pixel + c] = i8_place_short(v, multiplier, shift, k);
        }
    }
}

/* Adds up four channels, of at most 256 pixels: pairs of 16 bits have room for their sums. */
static inline void i8_add_four(const int8_t *x, int32_t pixels, int32_t step, int32_t sums[4]) {
    int32_t even = 0, odd = 0;
    for (; pixels > 0; pixels--, x += step) {
        const int32_t v = i8_word(x);
        __asm__("sxtab16 %0, %0, %2\n"
                "sxtab16 %1, %1, %2, ror #8"
                : "+&r"(even), "+&r"(odd)
                : "r"(v));
    }
    sums[0] += (int16_t)even;
    sums[1] += (int16_t)odd;
    sums[2] += even >> 16;
    sums[3] += odd >> 16;
}

/* The mean of each channel over all pixels, from the sum of their codes. */
__attribute__((noinline)) static void i8_mean_map(const int8_t *x, int8_t *y, const i8_map *k) {
    enum { MOST_PIXELS = 256 };
    const int32_t zeros = k->pixels * k->x_zero;
    for (int32_t c = 0; c < k->channels; c += 4) {
        const int32_t count = k->channels - c < 4 ? k->channels - c : 4;
        int32_t sums[4] = {0, 0, 0, 0};
        for (int32_t p = 0; count == 4 && p < k->pixels; p += MOST_PIXELS) {
            const int32_t some = k->pixels - p < MOST_PIXELS ? k->pixels - p : MOST_PIXELS;
            i8_add_four(x + p * k->x_pixel + c, some, k->x_pixel, sums);
        }
        for (int32_t i = 0; i < count; i++) {
            for (int32_t p = 0; count < 4 && p < k->pixels; p++) sums[i] += x[p * k->x_pixel + c + i];
            const int32_t at = (c + i) * k->each;
            y[c + i] = i8_place_short(sums[i] - zeros, k->multipliers[at], k->shifts[at], k);
        }
    }
}

/* i8_scale_map and i8_mean_map in assembly, for the usual layers: with I8_ONCE, all codes allowed, and the same
 * step from pixel to pixel in x and y. r0 is the map, whose fields are taken by their offsets. Four pixels are
 * taken at a time; `pixels` may be any number, of which the rest comes first. */
typedef void (*i8_scale_function)(const i8_map *k, const int8_t *x, const int8_t *z, int8_t *y);
typedef void (*i8_mean_function)(const i8_map *k, const int8_t *x, int8_t *y);
#define I8_PIXELS "[r0, #8]"
#define I8_BY_FOUR(pixel)                                                                                      \
    "ldr r10, " I8_PIXELS "\n"                                                                                 \
    "ands r11, r10, #3\n"                                                                                      \
    "beq 4f\n"                                                                                                 \
    "cmp r11, #2\n"                                                                                            \
    "bhi 3f\n"                                                                                                 \
    "beq 2f\n"                                                                                                 \
    "b 5f\n"                                                                                                   \
    "4:\n" pixel "3:\n" pixel "2:\n" pixel "5:\n" pixel "subs r10, r10, #4\n"                                  \
    "bgt 4b\n"

/* A channel's code of z, less its zero point, is shifted so far to the left that all products are shifted to
 * the right by 16 bits: by 2 to 16 bits before. r1 is x, r12 from there to y; r4 the channel's factor, r5 minus
 * its product with the zero point of x, r6 the multiplier, r7 what is rounded, with the zero point of y, r8 the
 * step. Of the channels to come r2 has z, r3 and r9 have the multipliers and the shifts, lr the number. */
#define I8_SCALE_PIXEL                                                                                         \
    "ldrsb r11, [r1]\n"                                                                                        \
    "mla r11, r11, r4, r5\n"                                                                                   \
    "smmla r11, r11, r6, r7\n"                                                                                 \
    "ssat r11, #8, r11, asr #16\n"                                                                             \
    "strb r11, [r1, r12]\n"                                                                                    \
    "add r1, r1, r8\n"

static void I8_ASSEMBLY i8_scale_usual(void) {
    __asm__("push {r4-r11, lr}\n"
            "sub r12, r3, r1\n"
            "ldrd r3, r9, [r0]\n"
            "ldr r8, [r0, #12]\n"
            "ldrsh lr, [r0, #20]\n"
            "ldrsh r7, [r0, #28]\n"
            "lsl r7, r7, #16\n"
            "add r7, r7, #0x8000\n"
            "1:\n"
            "ldrsb r4, [r2], #1\n"
            "ldrsh r11, [r0, #26]\n"
            "ldrsb r10, [r9]\n"
            "sub r4, r4, r11\n"
            "ldrsh r11, [r0, #22]\n"
            "ldr r6, [r3]\n"
            "add r9, r9, r11\n"
            "add r3, r3, r11, lsl #2\n"
            "add r10, r10, #17\n"
            "ldrsh r11, [r0, #24]\n"
            "lsl r4, r4, r10\n"
            "mul r5, r4, r11\n"
            "rsb r5, r5, #0\n" I8_BY_FOUR(I8_SCALE_PIXEL) "ldr r10, " I8_PIXELS "\n"
                                                          "mls r1, r10, r8, r1\n"
                                                          "add r1, r1, #1\n"
                                                          "subs lr, lr, #1\n"
                                                          "bne 1b\n"
                                                          "pop {r4-r11, pc}\n");
}

static inline void i8_scale_by(i8_assembly function, const int8_t *x, const int8_t *z, int8_t *y,
                               const i8_map *k) {
    ((i8_scale_function)function)(k, x, z, y);
}

/* Four channels at a time, which have one factor. At most 128 pixels, so that pairs have room for their sums,
 * less the zero point of each. r1 is x, r2 is y; r3 that zero point of all pixels, in both halves; r4 and r5
 * the sums of even and of odd channels, r6 the multiplier, r7 what is rounded, with the zero point of y, r8 the
 * step, r9 the shift to the right, lr the channels to come. */
#define I8_MEAN_PIXEL                                                                                          \
    "ldr r11, [r1]\n"                                                                                          \
    "add r1, r1, r8\n"                                                                                         \
    "sxtab16 r4, r4, r11\n"                                                                                    \
    "sxtab16 r5, r5, r11, ror #8\n"
#define I8_MEAN_CODE(sum)                                                                                      \
    "smmla " #sum ", " #sum ", r6, r7\n"                                                                       \
    "asr " #sum ", " #sum ", r9\n"                                                                             \
    "ssat " #sum ", #8, " #sum "\n"

static void I8_ASSEMBLY i8_mean_usual(void) {
    __asm__("push {r4-r11, lr}\n"
            "ldrd r3, r4, [r0]\n"
            "ldr r6, [r3]\n"
            "ldrsb r9, [r4]\n"
            "mvn r9, r9\n"
            "ldrsh r7, [r0, #28]\n"
            "lsl r7, r7, #1\n"
            "add r7, r7, #1\n"
            "lsl r7, r7, r9\n"
            "asr r7, r7, #1\n"
            "ldrd r10, r8, " I8_PIXELS "\n"
            "ldrsh r3, [r0, #24]\n"
            "mul r3, r3, r10\n"
            "rsb r3, r3, #0\n"
            "pkhbt r3, r3, r3, lsl #16\n"
            "ldrsh lr, [r0, #20]\n"
            "1:\n"
            "mov r4, r3\n"
            "mov r5, r3\n" I8_BY_FOUR(I8_MEAN_PIXEL) "ldr r10, " I8_PIXELS "\n"
                                                     "mls r1, r10, r8, r1\n"
                                                     "add r1, r1, #4\n"
                                                     "asr r10, r4, #16\n"
                                                     "asr r11, r5, #16\n"
                                                     "sxth r4, r4\n"
                                                     "sxth r5, r5\n" I8_MEAN_CODE(r4) I8_MEAN_CODE(r5)
                                                         I8_MEAN_CODE(r10)
                                                             I8_MEAN_CODE(r11) "bfi r4, r5, #8, #8\n"
                                                                               "bfi r4, r10, #16, #8\n"
                                                                               "bfi r4, r11, #24, #8\n"
                                                                               "str r4, [r2], #4\n"
                                                                               "subs lr, lr, #4\n"
                                                                               "bne 1b\n"
                                                                               "pop {r4-r11, pc}\n");
}

static inline void i8_mean_by(i8_assembly function, const int8_t *x, int8_t *y, const i8_map *k) {
    ((i8_mean_function)function)(k, x, y);
}
