/* i32x4_wasm.h: how tiles of four sums take two inputs at once, and how their sums become codes, for
 * WebAssembly with simd128: see i32xN_end.h. The instruction multiplies int16 and adds two products to each
 * lane, exactly.
 *
 * Where floats are not proved, a product of a sum and its factor is made of them and tested. Where codes are
 * not clamped it is below 256, so it is at most 256 * 3 * 2^-24 off, by three roundings. So the nearest integer
 * is right unless the product lies that close to the middle between two integers. All products are below 2^22:
 * added to 1.5 * 2^23 they are rounded, and lie in the low bits. */
#include <stdint.h>
#include <wasm_simd128.h>

/* The weights of two inputs for each lane, as int16. */
static inline LCC_INLINE i32xN i32xN_load_dots(const int8_t *p) { return (i32xN)wasm_i16x8_load8x8(p); }

/* Two int16 in all lanes. */
static inline LCC_INLINE i32xN i32xN_spread_i16(const int8_t *p) { return (i32xN)wasm_v128_load32_splat(p); }

/* sum + the products of two inputs and their weights, in each lane. */
static inline LCC_INLINE i32xN i32xN_dot(i32xN x, i32xN w, i32xN sum) {
    return (i32xN)wasm_i32x4_add((v128_t)sum, wasm_i32x4_dot_i16x8((v128_t)x, (v128_t)w));
}

/* Stores an int16 at any address. */
static inline LCC_INLINE void i32xN_put_i16(int8_t *to, int v) {
    const int16_t code = (int16_t)v;
    memcpy(to, &code, sizeof code);
}

/* Stores n int8 as int16. */
static inline LCC_INLINE void i32xN_widen_i8(int8_t *to, const int8_t *from, int n) {
    int i = 0;
    for (; i + 8 <= n; i += 8) wasm_v128_store(to + 2 * i, wasm_i16x8_load8x8(from + i));
    for (; i < n; i++) i32xN_put_i16(to + 2 * i, from[i]);
}

/* Stores n uint8 as int16. */
static inline LCC_INLINE void i32xN_widen_u8(int8_t *to, const uint8_t *from, int n) {
    int i = 0;
    for (; i + 8 <= n; i += 8) wasm_v128_store(to + 2 * i, wasm_u16x8_load8x8(from + i));
    for (; i < n; i++) i32xN_put_i16(to + 2 * i, from[i]);
}

/* What makes codes of a block's sums: see i32xN_way. */
typedef struct i32xN_by {
    v128_t factor, second;
} i32xN_by;

/* That of the four lanes from `at` on. `scales` as i32xN_end_exactly says. */
static inline LCC_INLINE i32xN_by i32xN_load_by(const int8_t *scales, int lanes, int at) {
    return (i32xN_by){wasm_v128_load(scales + 4 * (lanes + at)), wasm_v128_load(scales + 4 * at)};
}

/* The integers next to the products. */
static inline LCC_INLINE v128_t i32xN_nearest(v128_t product) {
    const v128_t magic = wasm_f32x4_const_splat(12582912.0f);
    return wasm_i32x4_sub(wasm_f32x4_add(product, magic), magic);
}

/* A product as it is tested. A layer that rounds twice rounds away from zero a bit before the middle: by half
 * the power of two up to the factor. */
static inline LCC_INLINE v128_t i32xN_scale(i32xN sum, i32xN_by by, int32_t twice) {
    const v128_t product = wasm_f32x4_mul(wasm_f32x4_convert_i32x4((v128_t)sum), by.factor);
    if (!twice) return product;
    const v128_t power = wasm_v128_and(by.factor, wasm_i32x4_const_splat((int32_t)0xff800000u));
    const v128_t sign = wasm_v128_and(product, wasm_f32x4_const_splat(-0.0f));
    return wasm_f32x4_add(product, wasm_v128_or(sign, power));
}

/* The codes of sums where floats are proved. */
static inline LCC_INLINE v128_t i32xN_proved(i32xN sum, i32xN_by by) {
    const v128_t product = wasm_f32x4_mul(wasm_f32x4_convert_i32x4((v128_t)sum), by.factor);
    return i32xN_nearest(wasm_f32x4_add(product, by.second));
}

/* zero + the integers next to the products. *far: the square of how far such products were from theirs, at
 * most; it takes fewer instructions than the distance without its sign. */
static inline LCC_INLINE v128_t i32xN_round(v128_t product, int32_t zero, v128_t *far) {
    const v128_t magic = wasm_f32x4_const_splat(12582912.0f);
    const v128_t moved = wasm_f32x4_add(product, magic);
    const v128_t off = wasm_f32x4_sub(product, wasm_f32x4_sub(moved, magic));
    *far = wasm_f32x4_pmax(*far, wasm_f32x4_mul(off, off));
    return wasm_i32x4_sub(moved, wasm_i32x4_splat(0x4b400000 - zero)); /* the bits of `magic` */
}

/* The codes of n vectors, as bytes, within the range. */
static inline LCC_INLINE v128_t i32xN_pack(int n, v128_t a, v128_t b, v128_t c, v128_t d, int32_t least,
                                           int32_t most) {
    const v128_t low = wasm_i16x8_narrow_i32x4(a, b), high = n > 2 ? wasm_i16x8_narrow_i32x4(c, d) : low;
    v128_t v = wasm_i8x16_narrow_i16x8(low, high);
    if (least > -128) v = wasm_i8x16_max(v, wasm_i8x16_splat((int8_t)least));
    if (most < 127) v = wasm_i8x16_min(v, wasm_i8x16_splat((int8_t)most));
    return v;
}

/* Four int8 of sixteen, as floats less `zero`: number i of four. */
static inline LCC_INLINE v128_t i32xN_floats_of(v128_t codes, int i, int32_t zero) {
    const v128_t half = i < 2 ? wasm_i16x8_extend_low_i8x16(codes) : wasm_i16x8_extend_high_i8x16(codes);
    const v128_t part = i & 1 ? wasm_i32x4_extend_high_i16x8(half) : wasm_i32x4_extend_low_i16x8(half);
    return wasm_f32x4_convert_i32x4(wasm_i32x4_sub(part, wasm_i32x4_splat(zero)));
}

/* Number i of four vectors of sums of the codes x and z. */
static inline LCC_INLINE v128_t i32xN_add_floats(v128_t x, v128_t z, int i, const i32xN_sum *k, v128_t *far) {
    const v128_t wide_x = wasm_f32x4_mul(i32xN_floats_of(x, i, k->x_zero), wasm_f32x4_splat(k->x_by));
    const v128_t wide_z = wasm_f32x4_mul(i32xN_floats_of(z, i, k->z_zero), wasm_f32x4_splat(k->z_by));
    return i32xN_round(wasm_f32x4_add(wide_x, wide_z), k->y_zero, far);
}

/* Whether a lane was farther than `close`, or nearly so far that squares do not tell. */
static inline LCC_INLINE int i32xN_is_far(v128_t far, float close) {
    const float below_one = 1 - 8.0f / (1 << 24);
    return wasm_v128_any_true(wasm_f32x4_gt(far, wasm_f32x4_splat(close * close * below_one)));
}

/* What the tables of so many channels have for their codes: that of each channel's number, of several. */
static inline LCC_INLINE v128_t i32xN_look_up_bytes(const int8_t *tables, const int8_t *numbers, int channels,
                                                    v128_t codes) {
    int8_t code[16];
    wasm_v128_store(code, codes);
    for (int c = 0; c < channels; c++) code[c] = tables[(numbers ? numbers[c] * 256 : 0) + code[c] + 128];
    return wasm_v128_load(code);
}

/* A table: its curves, which compiler/base/table_curves.h explains, and the rows that they leave out, with the
 * upper half of the bits of their codes. Of each table's curves there are 67 bytes: the lower halves of 16
 * offsets, the upper ones, slopes, bends; a bit for each row that is left out; and the shift, which is 6. */
typedef struct i32xN_table {
    v128_t low, high, slope, bend;
    int n;
    v128_t rows[16], numbers[16];
} i32xN_table;

static inline LCC_INLINE void i32xN_load_table(i32xN_table *t, const int8_t *table, const int8_t *curves) {
    t->low = wasm_v128_load(curves), t->high = wasm_v128_load(curves + 16);
    t->slope = wasm_v128_load(curves + 32), t->bend = wasm_v128_load(curves + 48);
    uint16_t left_out;
    memcpy(&left_out, curves + 64, sizeof left_out);
    t->n = 0;
    for (uint32_t left = left_out; left; left &= left - 1) {
        const int which = __builtin_ctz(left);
        t->rows[t->n] = wasm_v128_load(table + 16 * (which ^ 8));
        t->numbers[t->n++] = wasm_i8x16_splat((int8_t)(which * 16));
    }
}

/* What the curves make of codes. */
static inline LCC_INLINE v128_t i32xN_on_curves(v128_t v, const i32xN_table *t) {
    const v128_t shape = wasm_i8x16_const(0, 2, 3, 5, 6, 6, 7, 7, 7, 7, 6, 6, 5, 3, 2, 0);
    const v128_t low_bits = wasm_i8x16_const_splat(15), at = wasm_v128_and(v, low_bits);
    const v128_t row = wasm_v128_and(wasm_u16x8_shr(v, 4), low_bits);
    const v128_t shaped = wasm_i8x16_swizzle(shape, at);
    const v128_t slope = wasm_i8x16_swizzle(t->slope, row), bend = wasm_i8x16_swizzle(t->bend, row);
    const v128_t low = wasm_i8x16_swizzle(t->low, row), high = wasm_i8x16_swizzle(t->high, row);
    v128_t a = wasm_i8x16_shuffle(low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    v128_t b = wasm_i8x16_shuffle(low, high, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    a = wasm_i16x8_add(a, wasm_i16x8_extmul_low_i8x16(at, slope));
    b = wasm_i16x8_add(b, wasm_i16x8_extmul_high_i8x16(at, slope));
    a = wasm_i16x8_add(a, wasm_i16x8_extmul_low_i8x16(shaped, bend));
    b = wasm_i16x8_add(b, wasm_i16x8_extmul_high_i8x16(shaped, bend));
    return wasm_i8x16_narrow_i16x8(wasm_i16x8_shr(a, 6), wasm_i16x8_shr(b, 6));
}

/* Takes in row i that the curves left out, which made 0 of its codes. An index is below 16 where the code lies
 * in the row; else 0 comes of it. */
static inline LCC_INLINE v128_t i32xN_look_up_row(v128_t to, v128_t v, const i32xN_table *t, int i) {
    return wasm_v128_xor(to, wasm_i8x16_swizzle(t->rows[i], wasm_v128_xor(v, t->numbers[i])));
}

/* Makes of the codes of pixels, `width` bytes of each, what the table has. width: 16, 8 or 4. rows: how many
 * rows the curves have left out; -1: as many as t->n. */
static inline LCC_INLINE void i32xN_look_up_columns(int8_t *y, int64_t step, int pixels, int width,
                                                    const i32xN_table *t, int rows) {
    const int each = 16 / width; /* pixels of a vector; of those that are missing the last one is in place */
    for (int left = pixels; left > 0; left -= each, y += each * step) {
        int8_t *const second = y + (left > 1 ? step : 0), *const third = second + (left > 2 ? step : 0);
        int8_t *const fourth = third + (left > 3 ? step : 0);
        v128_t v;
        if (width == 16) {
            v = wasm_v128_load(y);
        } else if (width == 8) {
            v = wasm_v128_load64_lane(second, wasm_v128_load64_zero(y), 1);
        } else {
            v = wasm_v128_load32_lane(second, wasm_v128_load32_zero(y), 1);
            v = wasm_v128_load32_lane(fourth, wasm_v128_load32_lane(third, v, 2), 3);
        }
        v128_t to = i32xN_on_curves(v, t);
        if (rows > 0) to = i32xN_look_up_row(to, v, t, 0);
        if (rows > 1) to = i32xN_look_up_row(to, v, t, 1);
        for (int i = 0; rows < 0 && i < t->n; i++) to = i32xN_look_up_row(to, v, t, i);
        if (width == 16) {
            wasm_v128_store(y, to);
        } else if (width == 8) {
            wasm_v128_store64_lane(y, to, 0);
            wasm_v128_store64_lane(second, to, 1);
        } else {
            wasm_v128_store32_lane(y, to, 0);
            wasm_v128_store32_lane(second, to, 1);
            wasm_v128_store32_lane(third, to, 2);
            wasm_v128_store32_lane(fourth, to, 3);
        }
    }
}

/* The same for any number of channels. */
static inline LCC_INLINE void i32xN_look_up_all(int8_t *y, int64_t step, int pixels, int channels,
                                                const i32xN_table *t, int rows) {
    int c = 0;
    for (; c + 16 <= channels; c += 16) i32xN_look_up_columns(y + c, step, pixels, 16, t, rows);
    if (channels & 8) i32xN_look_up_columns(y + c, step, pixels, 8, t, rows);
    if (channels & 4) i32xN_look_up_columns(y + c + (channels & 8), step, pixels, 4, t, rows);
}

/* Makes of the codes of so many pixels, `step` bytes apart, what the tables have. `numbers`: of each channel's
 * table; NULL: there is one. */
__attribute__((noinline)) static void i32xN_look_up_tile(int8_t *y, int64_t step, int pixels, int channels,
                                                         const int8_t *tables, const int8_t *curves,
                                                         const int8_t *numbers) {
    const int8_t *const middle = tables + 128;
    if (!numbers) {
        i32xN_table t;
        i32xN_load_table(&t, tables, curves);
        if (t.n == 0)
            i32xN_look_up_all(y, step, pixels, channels, &t, 0);
        else if (t.n == 1)
            i32xN_look_up_all(y, step, pixels, channels, &t, 1);
        else if (t.n == 2)
            i32xN_look_up_all(y, step, pixels, channels, &t, 2);
        else
            i32xN_look_up_all(y, step, pixels, channels, &t, -1);
    }
    const int done = numbers ? 0 : channels & ~3;
    for (int p = 0; p < pixels && done < channels; p++, y += step) {
        for (int c = done; c < channels; c++) y[c] = middle[(numbers ? numbers[c] * 256 : 0) + y[c]];
    }
}

/* Number i of four vectors of sums of the codes x and z, where floats are proved. */
static inline LCC_INLINE v128_t i32xN_proved_sum(v128_t x, v128_t z, int i, const i32xN_sum *k) {
    const v128_t wide_x = wasm_f32x4_mul(i32xN_floats_of(x, i, k->x_zero), wasm_f32x4_splat(k->x_by));
    const v128_t wide_z = wasm_f32x4_mul(i32xN_floats_of(z, i, k->z_zero), wasm_f32x4_splat(k->z_by));
    return i32xN_nearest(wasm_f32x4_add(wide_x, wasm_f32x4_add(wide_z, wasm_f32x4_splat(k->offset))));
}

/* Stores the codes of so many channels. */
static inline LCC_INLINE void i32xN_store_bytes(int8_t *y, v128_t codes, int channels) {
    if (channels == 16) {
        wasm_v128_store(y, codes);
        return;
    }
    int8_t made[16];
    wasm_v128_store(made, codes);
    memcpy(y, made, (size_t)channels);
}

/* The codes of so many channels, zeros behind them. */
static inline LCC_INLINE v128_t i32xN_load_bytes(const int8_t *p, int channels) {
    int8_t part[16] = {0};
    memcpy(part, p, (size_t)channels);
    return wasm_v128_load(part);
}

/* i32xN_end_of where floats are proved. */
static inline LCC_INLINE void i32xN_end_proved(int n, int8_t *y, const int8_t *r, const i32xN *sums,
                                               const i32xN_by *by, const int8_t *scales, int channels,
                                               const i32xN_ending *end) {
    const i32xN_sum *const k = end->sum;
    v128_t a = i32xN_proved(sums[0], by[0]), b = n > 1 ? i32xN_proved(sums[1], by[1]) : a;
    v128_t c = n > 2 ? i32xN_proved(sums[2], by[2]) : a, d = n > 3 ? i32xN_proved(sums[3], by[3]) : c;
    v128_t codes = i32xN_pack(n, a, b, c, d, end->least, end->most);
    if (end->tables)
        codes =
            i32xN_look_up_bytes(end->tables, end->n_tables > 1 ? scales + 9 * 4 * n : NULL, channels, codes);
    if (r) {
        const v128_t z = i32xN_load_bytes(r, channels);
        a = b = c = d = i32xN_proved_sum(codes, z, 0, k);
        if (n > 1) b = i32xN_proved_sum(codes, z, 1, k);
        if (n > 2) c = i32xN_proved_sum(codes, z, 2, k);
        if (n > 3) d = i32xN_proved_sum(codes, z, 3, k);
        codes = i32xN_pack(n, a, b, c, d, k->least, k->most);
    }
    i32xN_store_bytes(y, codes, channels);
}

/* The codes y of the sums of n vectors, of `channels` lanes of them; `scales` and `r` as i32xN_end_exactly
 * says. by: the factors. */
static inline LCC_INLINE void i32xN_end_of(int n, int8_t *y, const int8_t *r, const i32xN *sums,
                                           const i32xN_by *by, const int8_t *scales, int channels,
                                           const i32xN_ending *end) {
    if (end->way != i32xN_TESTED) {
        i32xN_end_proved(n, y, r, sums, by, scales, channels, end);
        return;
    }
    const v128_t none = wasm_i32x4_const_splat(0);
    v128_t v[4] = {none, none, none, none}, far = none;
    int again = end->close <= 0;
    if (end->close > 0) {
        v[0] = i32xN_round(i32xN_scale(sums[0], by[0], end->twice), end->zero, &far);
        if (n > 1) v[1] = i32xN_round(i32xN_scale(sums[1], by[1], end->twice), end->zero, &far);
        if (n > 2) v[2] = i32xN_round(i32xN_scale(sums[2], by[2], end->twice), end->zero, &far);
        if (n > 3) v[3] = i32xN_round(i32xN_scale(sums[3], by[3], end->twice), end->zero, &far);
        again = i32xN_is_far(far, end->close);
        v128_t codes = i32xN_pack(n, v[0], v[1], v[2], v[3], end->least, end->most);
        if (end->tables)
            codes = i32xN_look_up_bytes(end->tables, end->n_tables > 1 ? scales + 9 * 4 * n : NULL, channels,
                                        codes);
        if (r) {
            const i32xN_sum *const k = end->sum;
            const v128_t z = i32xN_load_bytes(r, channels);
            far = none;
            v[0] = i32xN_add_floats(codes, z, 0, k, &far);
            if (n > 1) v[1] = i32xN_add_floats(codes, z, 1, k, &far);
            if (n > 2) v[2] = i32xN_add_floats(codes, z, 2, k, &far);
            if (n > 3) v[3] = i32xN_add_floats(codes, z, 3, k, &far);
            again |= i32xN_is_far(far, k->close);
            codes = i32xN_pack(n, v[0], v[1], v[2], v[3], k->least, k->most);
        }
        if (!again) i32xN_store_bytes(y, codes, channels);
    }
    if (__builtin_expect(again, 0)) {
        /* A copy, so that the sums themselves need not lie in memory. */
        const i32xN no = {0},
                    kept[4] = {sums[0], n > 1 ? sums[1] : no, n > 2 ? sums[2] : no, n > 3 ? sums[3] : no};
        i32xN_end_exactly(y, r, kept, scales, 4 * n, channels, end);
    }
}

/* A tap of up to 8 channels, as int16. */
typedef v128_t i32xN_taps;

static inline LCC_INLINE i32xN_taps i32xN_load_taps(const int8_t *p, int channels) {
    if (channels == 8) return wasm_i16x8_load8x8(p);
    int8_t part[8] = {0};
    memcpy(part, p, (size_t)channels);
    return wasm_i16x8_load8x8(part);
}

/* Two taps, side by side. */
static inline LCC_INLINE i32xN_two i32xN_pair(i32xN_taps a, i32xN_taps b) {
    return (i32xN_two){(i32xN)wasm_i16x8_shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11),
                       (i32xN)wasm_i16x8_shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15)};
}

/* The least codes, of 16 channels. */
static inline LCC_INLINE i32xN i32xN_least_codes(void) { return (i32xN)wasm_i8x16_splat(-128); }

/* Of each of 16 channels, or of as many as are left, the larger code: of v and of those at p. */
static inline LCC_INLINE i32xN i32xN_larger_codes(i32xN v, const int8_t *p, int left) {
    return (i32xN)wasm_i8x16_max((v128_t)v, i32xN_load_bytes(p, left > 16 ? 16 : left));
}

/* Stores the codes of 16 channels, or of as many as are left. */
static inline LCC_INLINE void i32xN_put_codes(int8_t *p, i32xN v, int left) {
    i32xN_store_bytes(p, (v128_t)v, left > 16 ? 16 : left);
}
