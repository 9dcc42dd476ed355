/* i8_helium_map.h: layers of int8 without weights by the vectors of Armv8.1-M (Cortex-M55, M85). */
#include "i8.h"

/* What stays in registers for four channels. */
typedef struct i8_four_ends {
    int32x4_t multiplier, shift, zero, least, most;
    int32_t tflite;
} i8_four_ends;

/* That of the channels from c on, of which those inside count. */
static inline i8_four_ends i8_ends_of(const i8_map *k, int32_t c, mve_pred16_t inside) {
    return (i8_four_ends){
        .multiplier = k->each ? vldrwq_z_s32(k->multipliers + c, inside) : vdupq_n_s32(k->multipliers[0]),
        .shift = k->each ? vldrbq_z_s32(k->shifts + c, inside) : vdupq_n_s32(k->shifts[0]),
        .zero = vdupq_n_s32(k->zero),
        .least = vdupq_n_s32(k->least),
        .most = vdupq_n_s32(k->most),
        .tflite = k->how & I8_TFLITE,
    };
}

/* Four channels' sums, of at most 30 bits and a sign, as codes. */
static inline int32x4_t i8_place_four(int32x4_t v, const i8_four_ends *k) {
    if (k->tflite) {
        v = vqrdmulhq_s32(v, k->multiplier);
        v = vaddq_s32(v, vshrq_n_s32(v, 31));
    } else {
        v = vqdmulhq_s32(v, k->multiplier);
    }
    v = vaddq_s32(vrshlq_s32(v, k->shift), k->zero);
    return vminq_s32(vmaxq_s32(v, k->least), k->most);
}

/* y = x * z, where z has a code for each channel. */
__attribute__((noinline)) static void i8_scale_map(const int8_t *x, const int8_t *z, int8_t *y,
                                                   const i8_map *k) {
    const int32_t pixels = k->pixels, channels = k->channels, x_pixel = k->x_pixel, y_pixel = k->y_pixel;
    const int32_t x_zero = k->x_zero;
    for (int32_t c = 0; c < channels; c += 4) {
        const mve_pred16_t inside = vctp32q((uint32_t)(channels - c));
        const i8_four_ends ends = i8_ends_of(k, c, inside);
        const int32x4_t by = vsubq_n_s32(vldrbq_z_s32(z + c, inside), k->z_zero);
        const int8_t *from = x + c;
        int8_t *to = y + c;
        for (int32_t p = pixels; p > 0; p--) {
            const int32x4_t v = vsubq_n_s32(vldrbq_z_s32(from, inside), x_zero);
            vstrbq_p_s32(to, i8_place_four(vmulq_s32(v, by), &ends), inside);
            from += x_pixel;
            to += y_pixel;
        }
    }
}

/* The mean of each channel over all pixels, from the sum of their codes. */
__attribute__((noinline)) static void i8_mean_map(const int8_t *x, int8_t *y, const i8_map *k) {
    const int32_t pixels = k->pixels, channels = k->channels, x_pixel = k->x_pixel;
    const int32x4_t zeros = vdupq_n_s32(-pixels * k->x_zero);
    for (int32_t c = 0; c < channels; c += 4) {
        const mve_pred16_t inside = vctp32q((uint32_t)(channels - c));
        const i8_four_ends ends = i8_ends_of(k, c, inside);
        const int8_t *from = x + c;
        int32x4_t sum = zeros;
        for (int32_t p = pixels; p > 0; p--) {
            sum = vaddq_s32(sum, vldrbq_z_s32(from, inside));
            from += x_pixel;
        }
        vstrbq_p_s32(y + c, i8_place_four(sum, &ends), inside);
    }
}
