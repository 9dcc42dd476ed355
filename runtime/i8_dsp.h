/* i8_dsp.h: kernels for integer layers by the DSP instructions of Armv7E-M (Cortex-M4, M7, M33).
 *
 * The inputs of up to four pixels are widened to pairs of 16 bits first, once for all channels. Of each four
 * inputs a pixel has a pair with the first and the third, and later a pair with the second and the fourth, as
 * uxtb16 and its kin make them of a word; the pixels' pairs lie side by side. */
#include "i8.h"

static inline void i8_put_wide(int8_t *tile, int pixels, int m, int i, int32_t v) {
    const int16_t wide = (int16_t)v;
    memcpy(tile + (i / 4 * 8 + (i % 2 ? 4 : 0)) * pixels + 4 * m + i % 4 / 2 * 2, &wide, sizeof wide);
}

/* Widens `count` inputs of each of `pixels` pixels, which begin at x and lie `step` apart, and fills them up to
 * whole fours. `inputs`: of a pixel in all, which other targets want to know. */
static inline void i8_gather(int8_t *tile, int32_t inputs, int pixels, const int8_t *x, int32_t step,
                             int count) {
    (void)inputs;
    for (int m = 0; m < pixels; m++) {
        for (int i = 0; i < (count + 3) / 4 * 4; i++)
            i8_put_wide(tile, pixels, m, i, i < count ? x[m * step + i] : 0);
    }
}

/* The same of codes of uint8, less 128. */
static inline void i8_gather_u8(int8_t *tile, int32_t inputs, int pixels, const uint8_t *x, int32_t step,
                                int count) {
    (void)inputs;
    for (int m = 0; m < pixels; m++) {
        for (int i = 0; i < (count + 3) / 4 * 4; i++)
            i8_put_wide(tile, pixels, m, i, i < count ? x[m * step + i] - 128 : 0);
    }
}

/* Makes all channels of `pixels` pixels. The inputs of the pixels are a tile of i8_gather. y and r: the first
 * channel of the first pixel, of the output and of the residual. */
static inline void i8_dots(const int8_t *x, int32_t step, int pixels, const int8_t *w, int8_t *y,
                           const int8_t *r, const i8_layer *k) {
    enum { WIDTH = 2 };
    (void)step;
    for (int32_t c = 0; c < k->channels; c += WIDTH) {
        const int8_t *const factors = w + 4 * WIDTH, *const shifts = factors + 4 * WIDTH;
        const int8_t *const numbers = shifts + (WIDTH + 3) / 4 * 4;
        const int8_t *const weights = k->end.how & I8_SEVERAL ? numbers + (WIDTH + 3) / 4 * 4 : numbers;
        for (int lane = 0; lane < WIDTH && c + lane < k->channels; lane++) {
            const int number = k->end.how & I8_SEVERAL ? numbers[lane] : 0;
            for (int m = 0; m < pixels; m++) {
                int32_t sum = i8_word(w + 4 * lane);
                for (int32_t i = 0; i < k->inputs; i++) {
                    int16_t v;
                    memcpy(&v, x + (i / 4 * 8 + (i % 2 ? 4 : 0)) * pixels + 4 * m + i % 4 / 2 * 2, sizeof v);
                    sum += v * weights[(i / 4 * WIDTH + lane) * 4 + i % 4];
                }
                y[m * k->y_step + c + lane] = i8_finish(sum, i8_word(factors + 4 * lane), shifts[lane], number,
                                                        r ? r + m * k->r_step + c + lane : NULL, &k->end);
            }
        }
        w = weights + (k->inputs * WIDTH + 3) / 4 * 4;
    }
}

/* Makes one row of a depthwise layer. rows: of the window, NULL where it lies outside of the map. */
static inline void i8_depthwise(const int8_t *const *rows, const int8_t *w, int8_t *y, const int8_t *r,
                                const i8_window *k) {
    enum { WIDTH = 4 };
    for (int c = 0; c < k->channels; c += WIDTH) {
        const int8_t *const factors = w + 4 * WIDTH, *const shifts = factors + 4 * WIDTH;
        const int8_t *const numbers = shifts + (WIDTH + 3) / 4 * 4;
        const int8_t *const weights = k->end.how & I8_SEVERAL ? numbers + (WIDTH + 3) / 4 * 4 : numbers;
        for (int ox = 0; ox < k->out_w; ox++) {
            for (int lane = 0; lane < WIDTH && c + lane < k->channels; lane++) {
                int32_t sum = i8_word(w + 4 * lane);
                for (int ky = 0; ky < k->kernel_h; ky++) {
                    for (int kx = 0; kx < k->kernel_w; kx++) {
                        const int ix = ox * k->stride - k->pad + kx * k->dilation;
                        const int inside = rows[ky] && ix >= 0 && ix < k->in_w;
                        const int32_t x = inside ? rows[ky][ix * k->x_pixel + c + lane] : k->zero;
                        sum += x * weights[(ky * k->kernel_w + kx) * WIDTH + lane];
                    }
                }
                const int number = k->end.how & I8_SEVERAL ? numbers[lane] : 0;
                y[ox * k->y_pixel + c + lane] =
                    i8_finish(sum, i8_word(factors + 4 * lane), shifts[lane], number,
                              r ? r + ox * k->r_pixel + c + lane : NULL, &k->end);
            }
        }
        w = weights + k->kernel_h * k->kernel_w * WIDTH;
    }
}
