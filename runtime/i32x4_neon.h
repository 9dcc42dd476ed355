/* i32x4_neon.h: what both kinds of aarch64 share: how tiles load whole vectors of inputs, and how the sums of
 * four lanes become codes: see i32xN_end.h. Where floats are not proved, its instructions round the exact
 * product as the two ways say. */
#include <arm_neon.h>
#include <stdint.h>

/* Sixteen inputs, or eight. */
static inline LCC_INLINE i32xN i32xN_load_inputs_i8(const void *p) {
    return (i32xN)vld1q_s8((const int8_t *)p);
}

static inline LCC_INLINE i32xN i32xN_load_half_i8(const void *p) {
    return (i32xN)vcombine_s8(vld1_s8((const int8_t *)p), vdup_n_s8(0));
}

/* The same of uint8, lowered by 128. */
static inline LCC_INLINE i32xN i32xN_load_inputs_u8(const void *p) {
    return i32xN_load_inputs_i8(p) ^ (int32_t)0x80808080u;
}

static inline LCC_INLINE i32xN i32xN_load_half_u8(const void *p) {
    return i32xN_load_half_i8(p) ^ (int32_t)0x80808080u;
}

/* Copies n codes that lie `step` apart. No other than those from the first to the last one is read. */
static inline LCC_INLINE void i32xN_gather(int8_t *to, const int8_t *from, int step, int n) {
    int k = 0;
    for (; step == 2 && k + 16 < n; k += 16) vst1q_s8(to + k, vld2q_s8(from + 2 * k).val[0]);
    for (; step == 3 && k + 16 < n; k += 16) vst1q_s8(to + k, vld3q_s8(from + 3 * k).val[0]);
    for (; step == 4 && k + 16 < n; k += 16) vst1q_s8(to + k, vld4q_s8(from + 4 * k).val[0]);
    if (k) { /* the last sixteen, some of them again */
        const int8_t *const last = from + step * (n - 17) + 1;
        if (step == 2) vst1q_s8(to + n - 16, vld2q_s8(last).val[1]);
        if (step == 3) vst1q_s8(to + n - 16, vld3q_s8(last).val[2]);
        if (step == 4) vst1q_s8(to + n - 16, vld4q_s8(last).val[3]);
        k = n;
    }
    for (; k < n; k++) to[k] = from[k * step];
}

/* No instruction is moved across: GCC would begin many products at once, and keep sums in memory. */
static inline LCC_INLINE void i32xN_in_order(void) { __asm__ volatile(""); }

/* What integers are multiplied by, and how far they are shifted then: behind the 31 bits, to the left where
 * that is above 0. */
typedef struct i32xN_exactly {
    int32x4_t multiplier, shift;
} i32xN_exactly;

/* What makes codes of a block's sums: see i32xN_way. */
typedef struct i32xN_by {
    i32xN_exactly exactly;
    float32x4_t factor, second; /* in place of these, where floats are proved */
} i32xN_by;

/* That of the four lanes from `at` on. `scales` as i32xN_end_exactly says. */
static inline LCC_INLINE i32xN_by i32xN_load_by(const int8_t *scales, int lanes, int at) {
    const int32x4_t first = (int32x4_t)i32xN_load_i32(scales + 4 * at);
    const i32xN_by by = {{first, (int32x4_t)i32xN_load_i8(scales + 8 * lanes + at)},
                         (float32x4_t)i32xN_load_i32(scales + 4 * (lanes + at)),
                         (float32x4_t)first};
    return by;
}

/* v * by, rounded once, halves up. */
static inline LCC_INLINE int32x4_t i32xN_times_once(int32x4_t v, i32xN_exactly by) {
    const int64x2_t low = vmull_s32(vget_low_s32(v), vget_low_s32(by.multiplier));
    const int64x2_t high = vmull_high_s32(v, by.multiplier);
    const int32x4_t right = vsubq_s32(by.shift, vdupq_n_s32(31));
    const int32x2_t low_codes = vqmovn_s64(vrshlq_s64(low, vmovl_s32(vget_low_s32(right))));
    return vqmovn_high_s64(low_codes, vrshlq_s64(high, vmovl_high_s32(right)));
}

/* The same, rounded as TFLite does: the high half of the doubled product, halves up; then the shift to the
 * right, halves away from zero. */
static inline LCC_INLINE int32x4_t i32xN_times_tflite(int32x4_t v, i32xN_exactly by) {
    const int32x4_t zero = vdupq_n_s32(0), right = vminq_s32(by.shift, zero);
    const int32x4_t high = vqrdmulhq_s32(vshlq_s32(v, vmaxq_s32(by.shift, zero)), by.multiplier);
    const int32x4_t below = vshrq_n_s32(vandq_s32(high, right), 31); /* -1: below 0, and shifted */
    return vrshlq_s32(vqaddq_s32(high, below), right);
}

static inline LCC_INLINE int32x4_t i32xN_times(i32xN v, i32xN_exactly by, int32_t twice) {
    return twice ? i32xN_times_tflite((int32x4_t)v, by) : i32xN_times_once((int32x4_t)v, by);
}

/* What becomes of a layer's sums before their zero point is added; floats contain that. */
static inline LCC_INLINE int32x4_t i32xN_code_of(i32xN v, i32xN_by by, const i32xN_ending *end) {
    if (end->way == i32xN_TESTED) return i32xN_times(v, by.exactly, end->twice);
    if (end->way == i32xN_DOUBLED)
        return vqdmulhq_s32(vqshlq_s32((int32x4_t)v, (int32x4_t)by.factor), by.exactly.multiplier);
    return vcvtnq_s32_f32(vfmaq_f32(by.second, vcvtq_f32_s32((int32x4_t)v), by.factor));
}

/* The codes of four vectors, as bytes: zero + v, within the range. */
static inline LCC_INLINE int8x16_t i32xN_pack(int32x4_t a, int32x4_t b, int32x4_t c, int32x4_t d, int32_t zero,
                                              int32_t least, int32_t most) {
    const int16x8_t zeros = vdupq_n_s16((int16_t)zero);
    int16x8_t low = vqmovn_high_s32(vqmovn_s32(a), b);
    int16x8_t high = vqmovn_high_s32(vqmovn_s32(c), d);
    if (zero) low = vqaddq_s16(low, zeros);
    if (zero) high = vqaddq_s16(high, zeros);
    int8x16_t v = vqmovn_high_s16(vqmovn_s16(low), high);
    if (least > -128) v = vmaxq_s8(v, vdupq_n_s8((int8_t)least));
    if (most < 127) v = vminq_s8(v, vdupq_n_s8((int8_t)most));
    return v;
}

/* The same of vectors that have i32xN_POINT bits behind the point, which are rounded halves up. Upper halves
 * have what is left of them. */
static inline LCC_INLINE int8x16_t i32xN_pack_doubled(int32x4_t a, int32x4_t b, int32x4_t c, int32x4_t d,
                                                      int32_t zero, int32_t least, int32_t most) {
    enum { LEFT = i32xN_POINT - 16 };
    const int16x8_t zeros = vdupq_n_s16((int16_t)(zero * (1 << LEFT)));
    int16x8_t low = vuzp2q_s16((int16x8_t)a, (int16x8_t)b), high = vuzp2q_s16((int16x8_t)c, (int16x8_t)d);
    if (zero) low = vqaddq_s16(low, zeros);
    if (zero) high = vqaddq_s16(high, zeros);
    int8x16_t v = vqrshrn_high_n_s16(vqrshrn_n_s16(low, LEFT), high, LEFT);
    if (least > -128) v = vmaxq_s8(v, vdupq_n_s8((int8_t)least));
    if (most < 127) v = vminq_s8(v, vdupq_n_s8((int8_t)most));
    return v;
}

/* What a table of four quarters has for sixteen codes. */
static inline LCC_INLINE int8x16_t i32xN_look_up_in(int8x16x4_t first, int8x16x4_t second, int8x16x4_t third,
                                                    int8x16x4_t fourth, int8x16_t codes) {
    const uint8x16_t a = veorq_u8((uint8x16_t)codes, vdupq_n_u8(128)), b = vsubq_u8(a, vdupq_n_u8(64));
    const uint8x16_t c = vsubq_u8(a, vdupq_n_u8(128)), d = vsubq_u8(a, vdupq_n_u8(192));
    const int8x16_t half = vqtbx4q_s8(vqtbl4q_s8(first, a), second, b);
    return vqtbx4q_s8(vqtbx4q_s8(half, third, c), fourth, d);
}

/* What the table has for sixteen codes. */
static inline LCC_INLINE int8x16_t i32xN_look_up_bytes(const int8_t *table, int8x16_t codes) {
    return i32xN_look_up_in(vld1q_s8_x4(table), vld1q_s8_x4(table + 64), vld1q_s8_x4(table + 128),
                            vld1q_s8_x4(table + 192), codes);
}

/* The same where each channel has the number of its table. */
static inline LCC_INLINE int8x16_t i32xN_look_up_numbered(const int8_t *tables, int32_t n,
                                                          const int8_t *numbers, int channels,
                                                          int8x16_t codes) {
    int8_t own[16] = {0};
    memcpy(own, numbers, (size_t)channels);
    const int8x16_t number = vld1q_s8(own);
    int8x16_t v = i32xN_look_up_bytes(tables, codes);
    for (int32_t i = 1; i < n; i++) {
        const uint8x16_t is_own = vceqq_s8(number, vdupq_n_s8((int8_t)i));
        if (vmaxvq_u8(is_own)) v = vbslq_s8(is_own, i32xN_look_up_bytes(tables + 256 * i, codes), v);
    }
    return v;
}

/* So many codes, up to 16. */
static inline LCC_INLINE int8x16_t i32xN_load_codes(const int8_t *p, int n) {
    if (n == 16) return vld1q_s8(p);
    if (n == 8) return vcombine_s8(vld1_s8(p), vdup_n_s8(0));
    int8_t part[16] = {0};
    memcpy(part, p, (size_t)n);
    return vld1q_s8(part);
}

static inline LCC_INLINE void i32xN_store_codes(int8_t *p, int8x16_t v, int n) {
    if (n == 16) {
        vst1q_s8(p, v);
    } else if (n == 8) {
        vst1_s8(p, vget_low_s8(v));
    } else {
        int8_t part[16];
        vst1q_s8(part, v);
        memcpy(p, part, (size_t)n);
    }
}

/* Makes of n channels, up to 16, of so many pixels what the table has. */
static inline LCC_INLINE void i32xN_look_up_pixels(int8_t *y, int64_t step, int pixels, int n,
                                                   const int8_t *table) {
    const int8x16x4_t a = vld1q_s8_x4(table), b = vld1q_s8_x4(table + 64), c = vld1q_s8_x4(table + 128),
                      d = vld1q_s8_x4(table + 192);
    for (int p = 0; p < pixels; p++, y += step)
        i32xN_store_codes(y, i32xN_look_up_in(a, b, c, d, i32xN_load_codes(y, n)), n);
}

/* The same where each channel has the number of its table: one table after the other, for a few pixels. */
static inline LCC_INLINE void i32xN_look_up_mixed(int8_t *y, int64_t step, int pixels, int n,
                                                  const int8_t *tables, int8x16_t number) {
    enum { FEW = 8 };
    int8x16_t made[FEW];
    uint8x16_t left = vdupq_n_u8(255);
    for (int p = 0; p < pixels; p++) made[p] = vdupq_n_s8(0);
    while (vmaxvq_u8(left)) {
        const int8x16_t next = vdupq_n_s8(vmaxvq_s8(vandq_s8(number, (int8x16_t)left)));
        const uint8x16_t is_own = vceqq_s8(number, next);
        const int8_t *const table = tables + 256 * vgetq_lane_s8(next, 0);
        const int8x16x4_t a = vld1q_s8_x4(table), b = vld1q_s8_x4(table + 64), c = vld1q_s8_x4(table + 128),
                          d = vld1q_s8_x4(table + 192);
        left = vbicq_u8(left, is_own);
        for (int p = 0; p < pixels; p++) {
            const int8x16_t own = i32xN_look_up_in(a, b, c, d, i32xN_load_codes(y + step * p, n));
            made[p] = vbslq_s8(is_own, own, made[p]);
        }
    }
    for (int p = 0; p < pixels; p++) i32xN_store_codes(y + step * p, made[p], n);
}

/* Makes of the codes of so many pixels, `step` bytes apart, what the tables have. `numbers`: of each channel's
 * table; NULL: there is one. */
__attribute__((noinline)) static void i32xN_look_up_tile(int8_t *y, int64_t step, int pixels, int channels,
                                                         const int8_t *tables, const int8_t *numbers) {
    enum { FEW = 8 };
    for (int left = channels; left > 0; left -= 16, y += 16) {
        const int n = left > 16 ? 16 : left;
        const int8_t *const table = numbers ? tables + 256 * numbers[0] : tables;
        int8x16_t number = vdupq_n_s8(0);
        if (numbers) {
            const int8x16_t first = vdupq_n_s8(numbers[0]);
            const uint8x16_t lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
            number = vbslq_s8(vcltq_u8(lane, vdupq_n_u8((uint8_t)n)), i32xN_load_codes(numbers, n), first);
            numbers += 16;
        }
        if (vmaxvq_s8(number) != vminvq_s8(number)) {
            for (int p = 0; p < pixels; p += FEW) {
                const int some = pixels - p < FEW ? pixels - p : FEW;
                if (n == 16)
                    i32xN_look_up_mixed(y + step * p, step, some, 16, tables, number);
                else
                    i32xN_look_up_mixed(y + step * p, step, some, n, tables, number);
            }
        } else if (n == 16) {
            i32xN_look_up_pixels(y, step, pixels, 16, table);
        } else if (n == 8) {
            i32xN_look_up_pixels(y, step, pixels, 8, table);
        } else {
            i32xN_look_up_pixels(y, step, pixels, n, table);
        }
    }
}

/* Four int8 of sixteen, less `zero`, times 2^left: number i of four. */
static inline LCC_INLINE int32x4_t i32xN_wide_codes(int8x16_t codes, int i, int32_t zero, int32_t left) {
    const int16x8_t half = i < 2 ? vmovl_s8(vget_low_s8(codes)) : vmovl_high_s8(codes);
    const int32x4_t part = i & 1 ? vmovl_high_s16(half) : vmovl_s16(vget_low_s16(half));
    return vshlq_s32(vsubq_s32(part, vdupq_n_s32(zero)), vdupq_n_s32(left));
}

/* Number i of four vectors of sums of the codes x and z. */
static inline LCC_INLINE int32x4_t i32xN_sum_of(int8x16_t x, int8x16_t z, int i, const i32xN_sum *k,
                                                int32_t twice) {
    const i32xN_exactly x_by = {vdupq_n_s32(k->x_multiplier), vdupq_n_s32(k->x_shift)};
    const i32xN_exactly z_by = {vdupq_n_s32(k->z_multiplier), vdupq_n_s32(k->z_shift)};
    const i32xN_exactly y_by = {vdupq_n_s32(k->y_multiplier), vdupq_n_s32(k->y_shift)};
    const int32x4_t wide_x = i32xN_times((i32xN)i32xN_wide_codes(x, i, k->x_zero, k->left), x_by, twice);
    const int32x4_t wide_z = i32xN_times((i32xN)i32xN_wide_codes(z, i, k->z_zero, k->left), z_by, twice);
    return i32xN_times((i32xN)vaddq_s32(wide_x, wide_z), y_by, twice);
}

/* The same by floats, which are proved. The sum's zero point is in it. */
static inline LCC_INLINE int32x4_t i32xN_proved_sum(int8x16_t x, int8x16_t z, int i, const i32xN_sum *k) {
    const float32x4_t wide_x = vcvtq_f32_s32(i32xN_wide_codes(x, i, k->x_zero, 0));
    const float32x4_t wide_z = vcvtq_f32_s32(i32xN_wide_codes(z, i, k->z_zero, 0));
    const float32x4_t inner = vfmaq_f32(vdupq_n_f32(k->offset), wide_z, vdupq_n_f32(k->z_by));
    return vcvtnq_s32_f32(vfmaq_f32(inner, wide_x, vdupq_n_f32(k->x_by)));
}

/* One of the two. */
static inline LCC_INLINE int32x4_t i32xN_sum_code(int8x16_t x, int8x16_t z, int i, const i32xN_ending *end) {
    return end->way == i32xN_TESTED ? i32xN_sum_of(x, z, i, end->sum, end->twice)
                                    : i32xN_proved_sum(x, z, i, end->sum);
}

/* The codes y of the sums of n vectors, of `channels` lanes of them; `scales` and `r` as i32xN_end_exactly
 * says. by: the factors. */
static inline LCC_INLINE void i32xN_end_of(int n, int8_t *y, const int8_t *r, const i32xN *sums,
                                           const i32xN_by *by, const int8_t *scales, int channels,
                                           const i32xN_ending *end) {
    const int32_t zero = end->way == i32xN_TESTED ? end->zero : 0;
    int32x4_t v[4] = {{0}, {0}, {0}, {0}};
    v[0] = i32xN_code_of(sums[0], by[0], end);
    if (n > 1) v[1] = i32xN_code_of(sums[1], by[1], end);
    if (n > 2) v[2] = i32xN_code_of(sums[2], by[2], end);
    if (n > 3) v[3] = i32xN_code_of(sums[3], by[3], end);
    int8x16_t codes;
    if (end->way == i32xN_DOUBLED)
        codes = i32xN_pack_doubled(v[0], v[1], v[2], v[3], end->zero, end->least, end->most);
    else
        codes = i32xN_pack(v[0], v[1], v[2], v[3], zero, end->least, end->most);
    if (end->n_tables > 1)
        codes = i32xN_look_up_numbered(end->tables, end->n_tables, scales + 9 * 4 * n, channels, codes);
    else if (end->tables)
        codes = i32xN_look_up_bytes(end->tables, codes);
    if (r) {
        const i32xN_sum *const k = end->sum;
        int8_t residual[16] = {0};
        memcpy(residual, r, (size_t)channels);
        const int8x16_t z = vld1q_s8(residual);
        v[0] = i32xN_sum_code(codes, z, 0, end);
        if (n > 1) v[1] = i32xN_sum_code(codes, z, 1, end);
        if (n > 2) v[2] = i32xN_sum_code(codes, z, 2, end);
        if (n > 3) v[3] = i32xN_sum_code(codes, z, 3, end);
        codes = i32xN_pack(v[0], v[1], v[2], v[3], end->way == i32xN_TESTED ? k->y_zero : 0, k->least, k->most);
    }
    if (channels == 16) {
        vst1q_s8(y, codes);
    } else {
        int8_t made[16];
        vst1q_s8(made, codes);
        memcpy(y, made, (size_t)channels);
    }
}

/* The sums that the biases of a block begin. */
static inline LCC_INLINE i32xN_four i32xN_begin_four(const int8_t *w) {
    return (i32xN_four){i32xN_load_i32(w), i32xN_load_i32(w + 16), i32xN_load_i32(w + 32),
                        i32xN_load_i32(w + 48)};
}

/* sum + the products of four taps and their weights. */
static inline LCC_INLINE i32xN_four i32xN_dots(i32xN_four x, const int8_t *w, i32xN_four sum) {
    return (i32xN_four){
        i32xN_dot(x.a, i32xN_load_dots(w), sum.a), i32xN_dot(x.b, i32xN_load_dots(w + 16), sum.b),
        i32xN_dot(x.c, i32xN_load_dots(w + 32), sum.c), i32xN_dot(x.d, i32xN_load_dots(w + 48), sum.d)};
}

/* The codes of so many channels, up to 16. */
static inline LCC_INLINE int8x16_t i32xN_load_channels(const int8_t *p, int channels) {
    if (channels == 16) return vld1q_s8(p);
    int8_t part[16] = {0};
    memcpy(part, p, (size_t)channels);
    return vld1q_s8(part);
}

/* One tap to four taps of a window, of so many channels. Those behind them have weights of 0. */
static inline LCC_INLINE i32xN_four i32xN_column1(const int8_t *p, int channels) {
    const int8x16_t none = vdupq_n_s8(0);
    return i32xN_interleave(i32xN_load_channels(p, channels), none, none, none);
}

static inline LCC_INLINE i32xN_four i32xN_column2(const int8_t *p, const int8_t *q, int channels) {
    const int8x16_t none = vdupq_n_s8(0);
    return i32xN_interleave(i32xN_load_channels(p, channels), i32xN_load_channels(q, channels), none, none);
}

static inline LCC_INLINE i32xN_four i32xN_column3(const int8_t *p, const int8_t *q, const int8_t *r,
                                                  int channels) {
    return i32xN_interleave(i32xN_load_channels(p, channels), i32xN_load_channels(q, channels),
                            i32xN_load_channels(r, channels), vdupq_n_s8(0));
}

static inline LCC_INLINE i32xN_four i32xN_column4(const int8_t *p, const int8_t *q, const int8_t *r,
                                                  const int8_t *s, int channels) {
    return i32xN_interleave(i32xN_load_channels(p, channels), i32xN_load_channels(q, channels),
                            i32xN_load_channels(r, channels), i32xN_load_channels(s, channels));
}

/* Taps that lie outside of the map. */
static inline LCC_INLINE i32xN_four i32xN_outside(int code) {
    const i32xN v = (i32xN)vdupq_n_s8((int8_t)code);
    return (i32xN_four){v, v, v, v};
}

/* The codes of a block, of so many channels. */
static inline LCC_INLINE void i32xN_end_four(int8_t *y, i32xN_four v, i32xN_by by_a, i32xN_by by_b,
                                             i32xN_by by_c, i32xN_by by_d, const int8_t *scales, int channels,
                                             const i32xN_ending *end) {
    i32xN_end_of(4, y, NULL, (const i32xN[]){v.a, v.b, v.c, v.d}, (const i32xN_by[]){by_a, by_b, by_c, by_d},
                 scales, channels, end);
}

/* The least codes, of 16 channels. */
static inline LCC_INLINE i32xN i32xN_least_codes(void) { return (i32xN)vdupq_n_s8(-128); }

/* Of each of 16 channels, or of as many as are left, the larger code: of v and of those at p. */
static inline LCC_INLINE i32xN i32xN_larger_codes(i32xN v, const int8_t *p, int left) {
    return (i32xN)vmaxq_s8((int8x16_t)v, i32xN_load_codes(p, left > 16 ? 16 : left));
}

/* Stores the codes of 16 channels, or of as many as are left. */
static inline LCC_INLINE void i32xN_put_codes(int8_t *p, i32xN v, int left) {
    i32xN_store_codes(p, (int8x16_t)v, left > 16 ? 16 : left);
}
