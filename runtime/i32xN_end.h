/* i32xN_end.h: how the sums of a tile of an integer layer become codes, exactly: for targets whose tiles take
 * several inputs at once.
 *
 * A target's own header has i32xN_end1 to i32xN_end4, which make the codes of one pixel from the sums of so
 * many vectors. Where lcc has proved that floats make each code of a layer, they take these, and nothing is
 * tested: see i32xN_way. Else they may take floats, too: a product is rounded right unless it lies next to the
 * middle between two codes. Where one does, or where the layer's numbers are too large for floats,
 * i32xN_end_exactly makes the codes anew. */

/* How a sum x becomes a code. The two floats of its lane, a factor and a second one, stand behind the biases:
 * first all second ones, then all factors. See compiler/base/float_rescale.h.
 * TESTED: by the multipliers and shifts. The second floats are missing; multipliers are in their place.
 * MOVED: the integer next to x * factor + second. The zero point is in `second`.
 * DOWN: zero + x * factor + (x * second + 1/2), rounded down; see there for layers that round twice.
 * DOUBLED: by the multipliers, exactly: see BY_DOUBLING there. How far sums are shifted to the left stands in
 * place of the factors, as integers. */
typedef enum i32xN_way { i32xN_TESTED, i32xN_MOVED, i32xN_DOWN, i32xN_DOUBLED } i32xN_way;

enum {
    i32xN_POINT = 22 /* bits behind the point of what is DOUBLED */
};

/* How a residual is added: see i32xN_ending. The factors and the rest are those of compiler/graph/integers.h.
 */
typedef struct i32xN_sum {
    float x_by, z_by; /* of the codes, less their zero points */
    float offset; /* where the sum is proved: it is the integer next to x * x_by + (z * z_by + offset), which
                     contains its zero point */
    float close;  /* to the nearest code: what lies farther from it may be rounded to another one; 1: the sum is
                     proved */
    int32_t x_multiplier, x_shift, z_multiplier, z_shift, y_multiplier, y_shift;
    int32_t left, x_zero, z_zero, y_zero, least, most;
} i32xN_sum;

/* What a layer makes of its sums. */
typedef struct i32xN_ending {
    i32xN_way way;
    int32_t zero, least, most;
    int32_t twice; /* factors round as TFLite's do; else once */
    float close;   /* to the nearest integer: a product of floats that lies farther from it may be rounded to
                      another one than the exact product; 0: products may not be made of floats */
    int32_t n_tables;
    const int8_t *tables; /* of the activation, 256 codes each; NULL: there is none */
    const i32xN_sum *sum; /* NULL: no residual is added */
} i32xN_ending;

/* Four vectors of the sums of a depthwise layer's block: lane l of vector v is channel l / 4 * 16 + v * 4 + l %
 * 4 of it. */
typedef struct i32xN_four {
    i32xN a, b, c, d;
} i32xN_four;

/* Two vectors of them, in the order of their channels. */
typedef struct i32xN_two {
    i32xN a, b;
} i32xN_two;

/* Sixteen codes as eight pairs: the first of a pair in the low byte. */
typedef uint16_t i32xN_pair_codes __attribute__((vector_size(16)));

/* The sums of sixteen channels' codes, each raised by 128; of at most 256 codes. See i32xN_add_block. */
typedef struct i32xN_sums {
    i32xN_pair_codes pairs, second;
} i32xN_sums;

/* How a map is multiplied by a code of each channel. */
typedef struct i32xN_scaling {
    const int32_t *multipliers;
    const int8_t *shifts;
    const float *factors, *seconds; /* in place of these, where floats are proved: see i32xN_way */
    int32_t each;                   /* channel has its own of these; else there is one for all */
    int32_t channels, x_step, y_step;
    int32_t x_zero, z_zero;
    const i32xN_ending *end; /* of the products; without tables and residual */
} i32xN_scaling;

/* v * multiplier * 2^(shift - 31), rounded as the layer does. */
static inline LCC_INLINE i32xN i32xN_rescale(i32xN v, i32xN multiplier, i32xN shift, int32_t twice) {
    return twice ? i32xN_rescale_tflite(v, multiplier, shift) : i32xN_rescale_once(v, multiplier, shift);
}

/* The same by one factor. */
static inline LCC_INLINE i32xN i32xN_rescale_by(i32xN v, int32_t multiplier, int32_t shift, int32_t twice) {
    return i32xN_rescale(v, i32xN_set1(multiplier), i32xN_set1(shift), twice);
}

/* The sum of the codes x and z. */
static inline LCC_INLINE i32xN i32xN_add_codes(i32xN x, i32xN z, const i32xN_sum *k, int32_t twice) {
    const int32_t one = (int32_t)1 << k->left;
    const i32xN wide_x = i32xN_rescale_by((x - k->x_zero) * one, k->x_multiplier, k->x_shift, twice);
    const i32xN wide_z = i32xN_rescale_by((z - k->z_zero) * one, k->z_multiplier, k->z_shift, twice);
    const i32xN sum = i32xN_rescale_by(i32xN_add(wide_x, wide_z), k->y_multiplier, k->y_shift, twice);
    return i32xN_place(sum, k->y_zero, k->least, k->most);
}

/* Makes of n places in tables what stands there. */
static inline LCC_INLINE void i32xN_look_up_places(int8_t *y, const uint16_t *at, const int8_t *tables, int n) {
    int i = 0;
    for (; i + 8 <= n; i += 8) {
        y[i] = tables[at[i]], y[i + 1] = tables[at[i + 1]];
        y[i + 2] = tables[at[i + 2]], y[i + 3] = tables[at[i + 3]];
        y[i + 4] = tables[at[i + 4]], y[i + 5] = tables[at[i + 5]];
        y[i + 6] = tables[at[i + 6]], y[i + 7] = tables[at[i + 7]];
    }
    for (; i < n; i++) y[i] = tables[at[i]];
}

/* Makes the codes y of the sums of `channels` lanes, of the `lanes` that the block has. `scales`: its
 * multipliers, factors, shifts and numbers of tables. `r`: the residual's codes, or NULL. */
__attribute__((noinline)) static void i32xN_end_exactly(int8_t *y, const int8_t *r, const i32xN *sums,
                                                        const int8_t *scales, int lanes, int channels,
                                                        const i32xN_ending *end) {
    for (int at = 0; at < channels; at += LANES) {
        const int8_t *const shifts = scales + 8 * lanes + at;
        i32xN v =
            i32xN_rescale(sums[at / LANES], i32xN_load_i32(scales + 4 * at), i32xN_load_i8(shifts), end->twice);
        v = i32xN_place(v, end->zero, end->least, end->most);
        if (end->n_tables > 1)
            v = i32xN_look_up_each(end->tables, i32xN_load_i8(shifts + lanes), v);
        else if (end->tables)
            v = i32xN_look_up(end->tables, v);
        const int left = channels - at;
        if (r) {
            const i32xN z = left < LANES ? i32xN_load_i8_part(r + at, left) : i32xN_load_i8(r + at);
            v = i32xN_add_codes(v, z, end->sum, end->twice);
        }
        if (left < LANES)
            i32xN_store_i8_part(y + at, v, left);
        else
            i32xN_store_i8(y + at, v);
    }
}

/* Makes the codes y of so many channels of a pixel, from channel `at` on, which y, x and z point to. */
__attribute__((noinline)) static void i32xN_scale_exactly(int8_t *y, const int8_t *x, const int8_t *z, int at,
                                                          int channels, const i32xN_scaling *k) {
    for (int c = 0; c < channels; c += LANES) {
        const int left = channels - c < LANES ? channels - c : LANES;
        i32xN multipliers = i32xN_set1(k->multipliers[0]), shifts = i32xN_set1(k->shifts[0]);
        for (int i = 0; i < left && k->each; i++) {
            multipliers[i] = k->multipliers[at + c + i];
            shifts[i] = k->shifts[at + c + i];
        }
        const i32xN product =
            (i32xN_load_i8_part(x + c, left) - k->x_zero) * (i32xN_load_i8_part(z + c, left) - k->z_zero);
        const i32xN v = i32xN_rescale(product, multipliers, shifts, k->end->twice);
        i32xN_store_i8_part(y + c, i32xN_place(v, k->end->zero, k->end->least, k->end->most), left);
    }
}
