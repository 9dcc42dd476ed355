/* i32xN_maps.h: layers of codes without weights, whose sums become codes as those of tiles do: stands behind
 * i32xN_ends.h. */
#include <stdint.h>

/* n codes, 0 < n <= LANES, less `zero`. */
static inline LCC_INLINE i32xN i32xN_load_from(const int8_t *p, int n, int32_t zero) {
    return (n < LANES ? i32xN_load_i8_part(p, n) : i32xN_load_i8(p)) - zero;
}

/* The two floats of n vectors, of the channels from c on, where floats are proved. Those behind `channels` are
 * 0. */
static inline LCC_INLINE void i32xN_copy_floats(int8_t *scales, int n, int c, int channels,
                                                const i32xN_scaling *k) {
    const int lanes = n * LANES, all = channels < lanes ? channels : lanes;
    for (int i = 0; i < all; i++) {
        const int at = k->each ? c + i : 0;
        memcpy(scales + 4 * i, &k->seconds[at], sizeof k->seconds[at]);
        memcpy(scales + 4 * (lanes + i), &k->factors[at], sizeof k->factors[at]);
    }
}

/* Makes the factors of n vectors, of the channels from c on, as i32xN_end_exactly takes them. Those behind
 * `channels` are 0. */
static inline LCC_INLINE void i32xN_make_scales(int8_t *scales, int n, int c, int channels,
                                                const i32xN_scaling *k) {
    const int lanes = n * LANES;
    for (int i = 0; i < lanes; i++) {
        const int at = k->each ? c + i : 0;
        const int32_t multiplier = i < channels ? k->multipliers[at] : 0;
        const int8_t shift = i < channels ? k->shifts[at] : (int8_t)0;
        const int32_t exponent = (127 - 31 + shift) * (1 << 23); /* of a float, 2^(shift - 31) */
        float factor;
        memcpy(&factor, &exponent, sizeof factor);
        factor *= (float)multiplier;
        const int32_t raised = i32xN_POINT + shift;
        if (k->end->way == i32xN_DOUBLED) memcpy(&factor, &raised, sizeof factor);
        memcpy(scales + 4 * i, &multiplier, sizeof multiplier);
        memcpy(scales + 4 * (lanes + i), &factor, sizeof factor);
        scales[8 * lanes + i] = shift;
    }
}

/* The products of a map and a code of each channel, of n vectors of the channels from c on, of pixels first ..
 * last - 1. */
static inline LCC_INLINE void i32xN_scale_block(int n, int8_t *y, const int8_t *x, const int8_t *z, int c,
                                                int channels, int first, int last, const i32xN_scaling *k) {
    const int rest = channels - (n - 1) * LANES;
    int8_t scales[10 * 4 * LANES] = {0}; /* with room for numbers of tables, of which there are none */
    if (k->end->way == i32xN_TESTED || k->end->way == i32xN_DOUBLED)
        i32xN_make_scales(scales, n, c, channels, k);
    else
        i32xN_copy_floats(scales, n, c, channels, k);
    i32xN_by by[4] = {i32xN_load_by(scales, n * LANES, 0)};
    i32xN z0 = i32xN_load_from(z + c, n > 1 ? LANES : rest, k->z_zero), z1 = z0, z2 = z0, z3 = z0;
    if (n > 1) by[1] = i32xN_load_by(scales, n * LANES, LANES);
    if (n > 1) z1 = i32xN_load_from(z + c + LANES, n > 2 ? LANES : rest, k->z_zero);
    if (n > 2) by[2] = i32xN_load_by(scales, n * LANES, 2 * LANES);
    if (n > 2) z2 = i32xN_load_from(z + c + 2 * LANES, n > 3 ? LANES : rest, k->z_zero);
    if (n > 3) by[3] = i32xN_load_by(scales, n * LANES, 3 * LANES);
    if (n > 3) z3 = i32xN_load_from(z + c + 3 * LANES, rest, k->z_zero);
    for (int p = first; p < last; p++) {
        const int8_t *const from = x + (ptrdiff_t)p * k->x_step + c;
        i32xN sums[4] = {z0, z1, z2, z3};
        sums[0] *= i32xN_load_from(from, n > 1 ? LANES : rest, k->x_zero);
        if (n > 1) sums[1] *= i32xN_load_from(from + LANES, n > 2 ? LANES : rest, k->x_zero);
        if (n > 2) sums[2] *= i32xN_load_from(from + 2 * LANES, n > 3 ? LANES : rest, k->x_zero);
        if (n > 3) sums[3] *= i32xN_load_from(from + 3 * LANES, rest, k->x_zero);
        i32xN_end_of(n, y + (ptrdiff_t)p * k->y_step + c, NULL, sums, by, scales, channels, k->end);
    }
}

/* The pixels first .. end - 1 of the map x, each channel times its code in z. */
static inline LCC_INLINE void i32xN_scale_map(int8_t *y, const int8_t *x, const int8_t *z, int first, int end,
                                              const i32xN_scaling *k) {
    const int block = 4 * LANES, left = k->channels % block, c = k->channels - left;
    for (int i = 0; i < c; i += block) i32xN_scale_block(4, y, x, z, i, block, first, end, k);
    if (left > 3 * LANES)
        i32xN_scale_block(4, y, x, z, c, left, first, end, k);
    else if (left > 2 * LANES)
        i32xN_scale_block(3, y, x, z, c, left, first, end, k);
    else if (left > LANES)
        i32xN_scale_block(2, y, x, z, c, left, first, end, k);
    else if (left > 0)
        i32xN_scale_block(1, y, x, z, c, left, first, end, k);
}

/* Adds `size` codes, 8 or 16, of each of so many rows to `sum`; at most 256 rows, `step` codes apart. A sum of
 * codes that are raised by 128 has room in 16 bits, and the sum of the pairs, modulo 2^16, holds that of the
 * first ones behind that of the second ones. */
static inline LCC_INLINE void i32xN_add_block(int32_t *sum, const int8_t *x, int rows, ptrdiff_t step,
                                              size_t size) {
    i32xN_pair_codes pairs = {0}, second = {0};
    for (int i = 0; i < rows; i++, x += step) {
        i32xN_pair_codes v = {0};
        memcpy(&v, x, size);
        v ^= 0x8080;
        pairs += v;
        second += v >> 8;
    }
    pairs -= second << 8;
    for (size_t c = 0; c < size / 2; c++) {
        sum[2 * c] += pairs[c] - 128 * rows;
        sum[2 * c + 1] += second[c] - 128 * rows;
    }
}

/* Adds the codes of `count` channels, up to 16, of each of so many rows, which are `step` codes apart, to
 * `sum`.
 */
__attribute__((noinline)) static void i32xN_add_rows(int32_t *sum, const int8_t *x, int count, int rows,
                                                     ptrdiff_t step) {
    enum { AT_ONCE = 256 };
    for (int first = 0; first < rows; first += AT_ONCE, x += AT_ONCE * step) {
        const int n = rows - first < AT_ONCE ? rows - first : AT_ONCE;
        int c = count & ~7;
        if (c == 16)
            i32xN_add_block(sum, x, n, step, 16);
        else if (c == 8)
            i32xN_add_block(sum, x, n, step, 8);
        for (; c < count; c++) {
            for (int i = 0; i < n; i++) sum[c] += x[i * step + c];
        }
    }
}

/* Four int32, whatever LANES is. */
typedef uint32_t i32xN_quad __attribute__((vector_size(16)));

/* Eight bytes with as many zeros behind them. */
typedef uint64_t i32xN_longs __attribute__((vector_size(16)));

/* Adds a code of each of sixteen channels, or of as many as are left. */
static inline LCC_INLINE void i32xN_sum_up(i32xN_sums *sums, const int8_t *p, int left) {
    i32xN_pair_codes v = {0};
    if (left >= 16) {
        memcpy(&v, p, 16);
    } else if (left == 8) {
        uint64_t eight; /* a number, because a vector waits for parts of it that were just stored */
        memcpy(&eight, p, 8);
        v = (i32xN_pair_codes)(i32xN_longs){eight, 0};
    } else {
        memcpy(&v, p, (size_t)left);
    }
    v ^= 0x8080;
    sums->pairs += v;
    sums->second += v >> 8;
}

/* Stores the codes of (sum + moved) * multiplier * 2^(shift - 31) of sixteen channels, or of as many as are
 * left. The sums are spread to the first channel of each four, the second ones, and so on. */
static inline LCC_INLINE void i32xN_put_averages(int8_t *p, const i32xN_sums *sums, int left, int32_t moved,
                                                 int32_t multiplier, int32_t shift, int32_t twice, int32_t zero,
                                                 int32_t least, int32_t most) {
    const i32xN_quad a = (i32xN_quad)(sums->pairs - (sums->second << 8)), b = (i32xN_quad)sums->second;
    i32xN_quad v[4] = {a & 0xffff, b & 0xffff, a >> 16, b >> 16};
    int32_t wide[16];
    memcpy(wide, v, sizeof wide);
    for (int i = 0; i < 16; i += LANES) {
        const i32xN sum = i32xN_rescale_by(i32xN_load(wide + i) + moved, multiplier, shift, twice);
        i32xN_store(wide + i, i32xN_place(sum, zero, least, most));
    }
    memcpy(v, wide, sizeof v);
    const i32xN_quad codes = (v[0] & 0xff) | (v[1] & 0xff) << 8 | (v[2] & 0xff) << 16 | v[3] << 24;
    if (left >= 16)
        memcpy(p, &codes, 16);
    else if (left == 8)
        memcpy(p, &codes, 8);
    else
        memcpy(p, &codes, (size_t)left);
}
