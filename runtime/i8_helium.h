/* i8_helium.h: kernels for integer layers by the vectors of Armv8.1-M (Cortex-M55, M85).
 *
 * Inputs are read where they lie, or from a tile that has those of each pixel side by side. */
#include "i8.h"

/* Copies `count` inputs of each of `pixels` pixels, which begin at x and lie `step` apart, to the tile, where
 * the pixels lie `inputs` apart. */
static inline void i8_gather(int8_t *tile, int32_t inputs, int pixels, const int8_t *x, int32_t step,
                             int count) {
    for (int m = 0; m < pixels; m++) memcpy(tile + m * inputs, x + m * step, (size_t)count);
}

/* The same of codes of uint8, less 128. */
static inline void i8_gather_u8(int8_t *tile, int32_t inputs, int pixels, const uint8_t *x, int32_t step,
                                int count) {
    for (int m = 0; m < pixels; m++) {
        for (int i = 0; i < count; i++) tile[m * inputs + i] = (int8_t)(x[m * step + i] - 128);
    }
}

/* Makes all channels of `pixels` pixels. The inputs of pixel m are x[m * step ..]. y and r: the first channel
 * of the first pixel, of the output and of the residual. */
static inline void i8_dots(const int8_t *x, int32_t step, int pixels, const int8_t *w, int8_t *y,
                           const int8_t *r, const i8_layer *k) {
    enum { WIDTH = 4 };
    for (int32_t c = 0; c < k->channels; c += WIDTH) {
        const int8_t *const factors = w + 4 * WIDTH, *const shifts = factors + 4 * WIDTH;
        const int8_t *const numbers = shifts + (WIDTH + 3) / 4 * 4;
        const int8_t *const weights = k->end.how & I8_SEVERAL ? numbers + (WIDTH + 3) / 4 * 4 : numbers;
        for (int lane = 0; lane < WIDTH && c + lane < k->channels; lane++) {
            const int number = k->end.how & I8_SEVERAL ? numbers[lane] : 0;
            for (int m = 0; m < pixels; m++) {
                int32_t sum = i8_word(w + 4 * lane);
                for (int32_t i = 0; i < k->inputs; i++) sum += x[m * step + i] * weights[lane * k->inputs + i];
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
    enum { WIDTH = 8 };
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
