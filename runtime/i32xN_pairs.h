/* i32xN_pairs.h: windows of depthwise layers that take two taps at once: stands behind a header that has
 * i32xN_dot, and i32xN_column1 and i32xN_column2, which put the taps of a block side by side. */
#include <stdint.h>

/* The sums that the biases of a block begin. */
static inline LCC_INLINE i32xN_two i32xN_begin_two(const int8_t *w) {
    return (i32xN_two){i32xN_load_i32(w), i32xN_load_i32(w + 4 * LANES)};
}

/* sum + the products of two taps and their weights, which are int16. */
static inline LCC_INLINE i32xN_two i32xN_dots(i32xN_two x, const int8_t *w, i32xN_two sum) {
    return (i32xN_two){i32xN_dot(x.a, i32xN_load_i32(w), sum.a),
                       i32xN_dot(x.b, i32xN_load_i32(w + 4 * LANES), sum.b)};
}

/* Taps that lie outside of the map. */
static inline LCC_INLINE i32xN_two i32xN_outside(int code) {
    const i32xN v = i32xN_set1(code * 65536 + (code & 0xffff));
    return (i32xN_two){v, v};
}

/* The codes of a block, of so many channels. */
static inline LCC_INLINE void i32xN_end_two(int8_t *y, i32xN_two v, i32xN_by by_a, i32xN_by by_b,
                                            const int8_t *scales, int channels, const i32xN_ending *end) {
    i32xN_end2(y, NULL, v.a, v.b, by_a, by_b, scales, channels, end);
}

/* The pixels first .. end - 1 of the map x, each channel times its code in z: two vectors of channels at a
 * time. */
static inline void i32xN_scale_map(int8_t *y, const int8_t *x, const int8_t *z, int first, int end,
                                   const i32xN_scaling *k) {
    enum { BLOCK = 2 * LANES };
    for (int at = 0; at < k->channels; at += BLOCK) {
        const int channels = k->channels - at < BLOCK ? k->channels - at : BLOCK;
        float by[BLOCK];
        for (int i = 0; i < BLOCK; i++) {
            const int own = i < channels ? at + i : at, from = k->each ? own : 0;
            /* 2^(shift - 31) * 2^16, by its bits. */
            const int32_t bits = (k->shifts[from] - 31 + 16 + 127) * (1 << 23);
            float power;
            memcpy(&power, &bits, sizeof power);
            by[i] = (float)(z[own] - k->z_zero) * ((float)k->multipliers[from] * power);
        }
        for (int p = first; p < end; p++) {
            int8_t *const to = y + (ptrdiff_t)p * k->y_step + at;
            const int8_t *const from = x + (ptrdiff_t)p * k->x_step + at;
            const int again = channels == BLOCK ? i32xN_scale_codes(to, from, by, BLOCK, k)
                                                : i32xN_scale_codes(to, from, by, channels, k);
            if (__builtin_expect(again, 0)) i32xN_scale_exactly(to, from, z + at, at, channels, k);
        }
    }
}
