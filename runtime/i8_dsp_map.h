/* i8_dsp_map.h: layers of int8 without weights by the DSP instructions of Armv7E-M (Cortex-M4, M7, M33). */
#include "i8.h"

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
