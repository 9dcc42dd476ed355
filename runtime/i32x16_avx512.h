/* i32x16_avx512.h: how the sums of sixteen lanes become codes, for AVX-512 with VBMI: see i32xN_end.h.
 *
 * A product is made of floats: the sum times its factor. Where codes are not clamped it is below 256, so it is
 * at most 256 * 3 * 2^-24 off, by three roundings. So the nearest integer is right unless the product lies that
 * close to the middle between two integers. */
#include <immintrin.h>
#include <stdint.h>

/* What makes codes of a block's sums: see i32xN_way. */
typedef struct i32xN_by {
    __m512 factor, second;
} i32xN_by;

/* That of the sixteen lanes from `at` on. `scales` as i32xN_end_exactly says. */
static inline LCC_INLINE i32xN_by i32xN_load_by(const int8_t *scales, int lanes, int at) {
    return (i32xN_by){_mm512_loadu_ps((const void *)(scales + 4 * (lanes + at))),
                      _mm512_loadu_ps((const void *)(scales + 4 * at))};
}

/* What a vector of sums becomes where floats are proved: before the zero point is added, unless the way is
 * MOVED. A layer that rounds twice rounds away from zero a bit before the middle. */
static inline LCC_INLINE i32xN i32xN_proved(__m512 x, i32xN_by by, const i32xN_ending *end) {
    enum { DOWN = _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC };
    if (end->way == i32xN_MOVED) return (i32xN)_mm512_cvtps_epi32(_mm512_fmadd_ps(x, by.factor, by.second));
    __m512 half = _mm512_set1_ps(0.5f);
    if (end->twice) {
        const __m512i power = _mm512_set1_epi32((int32_t)0xff800000u);
        const __m512 early = _mm512_castsi512_ps(_mm512_and_si512(_mm512_castps_si512(by.factor), power));
        const __mmask16 is_below = _mm512_movepi32_mask(_mm512_castps_si512(x));
        half = _mm512_mask_sub_ps(_mm512_add_ps(half, early), is_below, half, early);
    }
    const __m512 inner = _mm512_fmadd_ps(x, by.second, half);
    return (i32xN)_mm512_cvt_roundps_epi32(_mm512_fmadd_round_ps(x, by.factor, inner, DOWN), DOWN);
}

/* The same of the sums themselves. */
static inline LCC_INLINE i32xN i32xN_proved_sum(i32xN sum, i32xN_by by, const i32xN_ending *end) {
    return i32xN_proved(_mm512_cvtepi32_ps((__m512i)sum), by, end);
}

/* What is added to that. */
static inline LCC_INLINE int32_t i32xN_zero_of(const i32xN_ending *end) {
    return end->way == i32xN_MOVED ? 0 : end->zero;
}

/* The integers next to v * by. *far: how far such products were from theirs, at most. */
static inline LCC_INLINE i32xN i32xN_round(__m512 product, __m512 *far) {
    enum { NEAREST = 8 /* v less the nearest integer */, LARGER = 11 /* absolute value */ };
    *far = _mm512_range_ps(*far, _mm512_reduce_ps(product, NEAREST), LARGER);
    return (i32xN)_mm512_cvtps_epi32(product);
}

/* The codes of four vectors of sums, as bytes: zero + v, within the range. Of each 16 bytes, four are of one
 * vector. */
static inline LCC_INLINE __m512i i32xN_narrow(i32xN a, i32xN b, i32xN c, i32xN d, int32_t zero, int32_t least,
                                              int32_t most) {
    const __m512i zeros = _mm512_set1_epi16((int16_t)zero);
    __m512i low = _mm512_packs_epi32((__m512i)a, (__m512i)b);
    __m512i high = _mm512_packs_epi32((__m512i)c, (__m512i)d);
    if (zero) low = _mm512_adds_epi16(low, zeros);
    if (zero) high = _mm512_adds_epi16(high, zeros);
    __m512i v = _mm512_packs_epi16(low, high);
    if (least > -128) v = _mm512_max_epi8(v, _mm512_set1_epi8((int8_t)least));
    if (most < 127) v = _mm512_min_epi8(v, _mm512_set1_epi8((int8_t)most));
    return v;
}

/* The same in the order of the lanes: vector after vector. */
static inline LCC_INLINE __m512i i32xN_pack(i32xN a, i32xN b, i32xN c, i32xN d, int32_t zero, int32_t least,
                                            int32_t most) {
    const __m512i by_lanes = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    return _mm512_permutexvar_epi32(by_lanes, i32xN_narrow(a, b, c, d, zero, least, most));
}

/* What the table has for 64 codes. */
static inline LCC_INLINE __m512i i32xN_look_up_bytes(const int8_t *table, __m512i codes) {
    const __m512i index = _mm512_xor_si512(codes, _mm512_set1_epi8(-128));
    const __m512i low = _mm512_permutex2var_epi8(_mm512_loadu_si512((const void *)table), index,
                                                 _mm512_loadu_si512((const void *)(table + 64)));
    const __m512i high = _mm512_permutex2var_epi8(_mm512_loadu_si512((const void *)(table + 128)), index,
                                                  _mm512_loadu_si512((const void *)(table + 192)));
    return _mm512_mask_blend_epi8(_mm512_movepi8_mask(index), low, high);
}

/* The same where each channel has the number of its table. */
static inline LCC_INLINE __m512i i32xN_look_up_numbered(const int8_t *tables, int32_t n, const int8_t *numbers,
                                                        __mmask64 channels, __m512i codes) {
    const __m512i number = _mm512_maskz_loadu_epi8(channels, numbers);
    __m512i v = i32xN_look_up_bytes(tables, codes);
    for (int32_t i = 1; i < n; i++) {
        const __mmask64 own = _mm512_cmpeq_epi8_mask(number, _mm512_set1_epi8((int8_t)i));
        if (own) v = _mm512_mask_mov_epi8(v, own, i32xN_look_up_bytes(tables + 256 * i, codes));
    }
    return v;
}

/* Sixteen int8 of 64: number i of four. */
static inline LCC_INLINE i32xN i32xN_part_of(__m512i codes, int i) {
    const __m128i part = i == 0   ? _mm512_castsi512_si128(codes)
                         : i == 1 ? _mm512_extracti32x4_epi32(codes, 1)
                         : i == 2 ? _mm512_extracti32x4_epi32(codes, 2)
                                  : _mm512_extracti32x4_epi32(codes, 3);
    return (i32xN)_mm512_cvtepi8_epi32(part);
}

/* The same as floats less `zero`. */
static inline LCC_INLINE __m512 i32xN_floats_of(__m512i codes, int i, int32_t zero) {
    return _mm512_cvtepi32_ps((__m512i)(i32xN_part_of(codes, i) - zero));
}

/* Number i of four vectors of sums of the codes x and z. */
static inline LCC_INLINE i32xN i32xN_add_floats(__m512i x, __m512i z, int i, const i32xN_sum *k, __m512 *far) {
    const __m512 scaled = _mm512_mul_ps(i32xN_floats_of(x, i, k->x_zero), _mm512_set1_ps(k->x_by));
    return i32xN_round(_mm512_fmadd_ps(i32xN_floats_of(z, i, k->z_zero), _mm512_set1_ps(k->z_by), scaled), far);
}

/* Stores the codes of so many channels. */
static inline LCC_INLINE void i32xN_store_bytes(int8_t *y, __m512i v, int channels, __mmask64 mask) {
    if (channels == 64)
        _mm512_storeu_si512((void *)y, v);
    else if (channels == 32)
        _mm256_storeu_si256((__m256i_u *)(void *)y, _mm512_castsi512_si256(v));
    else if (channels == 16)
        _mm_storeu_si128((__m128i_u *)(void *)y, _mm512_castsi512_si128(v));
    else
        _mm512_mask_storeu_epi8((void *)y, mask, v);
}

/* Vector number i of the sums, exactly rescaled. */
static inline LCC_INLINE i32xN i32xN_exact(int n, int i, const i32xN *sums, const int8_t *scales,
                                           int32_t twice) {
    return i32xN_rescale(sums[i], i32xN_load_i32(scales + 64 * i), i32xN_load_i8(scales + 8 * 16 * n + 16 * i),
                         twice);
}

/* The codes of the sums of n vectors as they are packed, without floats. */
static inline LCC_INLINE __m512i i32xN_pack_exactly(int n, const i32xN *sums, const int8_t *scales,
                                                    const i32xN_ending *end) {
    const i32xN none = {0};
    const i32xN a = i32xN_exact(n, 0, sums, scales, end->twice);
    const i32xN b = n > 1 ? i32xN_exact(n, 1, sums, scales, end->twice) : none;
    const i32xN c = n > 2 ? i32xN_exact(n, 2, sums, scales, end->twice) : none;
    const i32xN d = n > 3 ? i32xN_exact(n, 3, sums, scales, end->twice) : none;
    return i32xN_pack(a, b, c, d, end->zero, end->least, end->most);
}

/* The sums of the codes x and z, of n vectors, without floats. */
static inline LCC_INLINE __m512i i32xN_add_exactly(int n, __m512i x, __m512i z, const i32xN_sum *k,
                                                   int32_t twice) {
    const i32xN none = {0};
    const i32xN a = i32xN_add_codes(i32xN_part_of(x, 0), i32xN_part_of(z, 0), k, twice);
    const i32xN b = n > 1 ? i32xN_add_codes(i32xN_part_of(x, 1), i32xN_part_of(z, 1), k, twice) : none;
    const i32xN c = n > 2 ? i32xN_add_codes(i32xN_part_of(x, 2), i32xN_part_of(z, 2), k, twice) : none;
    const i32xN d = n > 3 ? i32xN_add_codes(i32xN_part_of(x, 3), i32xN_part_of(z, 3), k, twice) : none;
    return i32xN_pack(a, b, c, d, 0, -128, 127);
}

/* Number i of four vectors of sums of the codes x and z, where floats are proved. */
static inline LCC_INLINE i32xN i32xN_proved_codes(__m512i x, __m512i z, int i, const i32xN_sum *k) {
    const __m512 inner =
        _mm512_fmadd_ps(i32xN_floats_of(z, i, k->z_zero), _mm512_set1_ps(k->z_by), _mm512_set1_ps(k->offset));
    return (i32xN)_mm512_cvtps_epi32(
        _mm512_fmadd_ps(i32xN_floats_of(x, i, k->x_zero), _mm512_set1_ps(k->x_by), inner));
}

/* i32xN_end_of where floats are proved. */
static inline LCC_INLINE void i32xN_end_proved(int n, int8_t *y, const int8_t *r, const i32xN *sums,
                                               const i32xN_by *by, const int8_t *scales, int channels,
                                               const i32xN_ending *end) {
    const __mmask64 mask = channels == 64 ? ~(__mmask64)0 : ((__mmask64)1 << (channels & 63)) - 1;
    const i32xN_sum *const k = end->sum;
    i32xN v[4] = {{0}, {0}, {0}, {0}};
    v[0] = i32xN_proved_sum(sums[0], by[0], end);
    if (n > 1) v[1] = i32xN_proved_sum(sums[1], by[1], end);
    if (n > 2) v[2] = i32xN_proved_sum(sums[2], by[2], end);
    if (n > 3) v[3] = i32xN_proved_sum(sums[3], by[3], end);
    __m512i codes = i32xN_pack(v[0], v[1], v[2], v[3], i32xN_zero_of(end), end->least, end->most);
    if (end->n_tables > 1)
        codes = i32xN_look_up_numbered(end->tables, end->n_tables, scales + 9 * 16 * n, mask, codes);
    else if (end->tables)
        codes = i32xN_look_up_bytes(end->tables, codes);
    if (r) {
        const __m512i z = _mm512_maskz_loadu_epi8(mask, r);
        v[0] = i32xN_proved_codes(codes, z, 0, k);
        if (n > 1) v[1] = i32xN_proved_codes(codes, z, 1, k);
        if (n > 2) v[2] = i32xN_proved_codes(codes, z, 2, k);
        if (n > 3) v[3] = i32xN_proved_codes(codes, z, 3, k);
        codes = i32xN_pack(v[0], v[1], v[2], v[3], 0, k->least, k->most);
    }
    i32xN_store_bytes(y, codes, channels, mask);
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
    const __mmask64 mask = channels == 64 ? ~(__mmask64)0 : ((__mmask64)1 << (channels & 63)) - 1;
    const i32xN_sum *const k = end->sum;
    i32xN v[4] = {{0}, {0}, {0}, {0}};
    __m512 far = _mm512_setzero_ps();
    __m512i codes;
    int again = 0;
    if (end->close > 0) {
        v[0] = i32xN_round(_mm512_mul_ps(_mm512_cvtepi32_ps((__m512i)sums[0]), by[0].factor), &far);
        if (n > 1) v[1] = i32xN_round(_mm512_mul_ps(_mm512_cvtepi32_ps((__m512i)sums[1]), by[1].factor), &far);
        if (n > 2) v[2] = i32xN_round(_mm512_mul_ps(_mm512_cvtepi32_ps((__m512i)sums[2]), by[2].factor), &far);
        if (n > 3) v[3] = i32xN_round(_mm512_mul_ps(_mm512_cvtepi32_ps((__m512i)sums[3]), by[3].factor), &far);
        again = _mm512_cmp_ps_mask(far, _mm512_set1_ps(end->close), _CMP_GT_OQ) != 0;
        codes = i32xN_pack(v[0], v[1], v[2], v[3], end->zero, end->least, end->most);
    } else {
        codes = i32xN_pack_exactly(n, sums, scales, end);
    }
    if (end->n_tables > 1)
        codes = i32xN_look_up_numbered(end->tables, end->n_tables, scales + 9 * 16 * n, mask, codes);
    else if (end->tables)
        codes = i32xN_look_up_bytes(end->tables, codes);
    if (r && end->close > 0) {
        const __m512i z = _mm512_maskz_loadu_epi8(mask, r);
        far = _mm512_setzero_ps();
        v[0] = i32xN_add_floats(codes, z, 0, k, &far);
        if (n > 1) v[1] = i32xN_add_floats(codes, z, 1, k, &far);
        if (n > 2) v[2] = i32xN_add_floats(codes, z, 2, k, &far);
        if (n > 3) v[3] = i32xN_add_floats(codes, z, 3, k, &far);
        again |= _mm512_cmp_ps_mask(far, _mm512_set1_ps(k->close), _CMP_GT_OQ) != 0;
        codes = i32xN_pack(v[0], v[1], v[2], v[3], k->y_zero, k->least, k->most);
    } else if (r) {
        codes = i32xN_add_exactly(n, codes, _mm512_maskz_loadu_epi8(mask, r), k, end->twice);
    }
    if (!again) i32xN_store_bytes(y, codes, channels, mask);
    if (__builtin_expect(again, 0)) {
        /* A copy, so that the sums themselves need not lie in memory. */
        const i32xN kept[4] = {sums[0], n > 1 ? sums[1] : v[1], n > 2 ? sums[2] : v[2], n > 3 ? sums[3] : v[3]};
        i32xN_end_exactly(y, r, kept, scales, 16 * n, channels, end);
    }
}

/* Makes codes anew, exactly: i32xN_end_exactly of sums in the order of their channels. */
__attribute__((noinline)) static void i32xN_end_four_exactly(int8_t *y, const i32xN_four *v,
                                                             const int8_t *scales, int channels,
                                                             const i32xN_ending *end) {
    const i32xN *const vectors = &v->a;
    i32xN sums[4];
    for (int i = 0; i < 64; i++) sums[i / 16][i % 16] = vectors[i / 4 % 4][i / 16 * 4 + i % 4];
    i32xN_end_exactly(y, NULL, sums, scales, 64, channels, end);
}

/* The codes of a block, of so many channels. */
static inline LCC_INLINE void i32xN_end_four(int8_t *y, i32xN_four v, i32xN_by by_a, i32xN_by by_b,
                                             i32xN_by by_c, i32xN_by by_d, const int8_t *scales, int channels,
                                             const i32xN_ending *end) {
    const __mmask64 mask = channels == 64 ? ~(__mmask64)0 : ((__mmask64)1 << (channels & 63)) - 1;
    __m512 far = _mm512_setzero_ps();
    if (end->way != i32xN_TESTED) {
        __m512i codes = i32xN_narrow(i32xN_proved_sum(v.a, by_a, end), i32xN_proved_sum(v.b, by_b, end),
                                     i32xN_proved_sum(v.c, by_c, end), i32xN_proved_sum(v.d, by_d, end),
                                     i32xN_zero_of(end), end->least, end->most);
        if (end->n_tables > 1)
            codes = i32xN_look_up_numbered(end->tables, end->n_tables, scales + 9 * 64, mask, codes);
        else if (end->tables)
            codes = i32xN_look_up_bytes(end->tables, codes);
        i32xN_store_bytes(y, codes, channels, mask);
        return;
    }
    if (end->close > 0) {
        const i32xN a = i32xN_round(_mm512_mul_ps(_mm512_cvtepi32_ps((__m512i)v.a), by_a.factor), &far);
        const i32xN b = i32xN_round(_mm512_mul_ps(_mm512_cvtepi32_ps((__m512i)v.b), by_b.factor), &far);
        const i32xN c = i32xN_round(_mm512_mul_ps(_mm512_cvtepi32_ps((__m512i)v.c), by_c.factor), &far);
        const i32xN d = i32xN_round(_mm512_mul_ps(_mm512_cvtepi32_ps((__m512i)v.d), by_d.factor), &far);
        __m512i codes = i32xN_narrow(a, b, c, d, end->zero, end->least, end->most);
        if (end->n_tables > 1)
            codes = i32xN_look_up_numbered(end->tables, end->n_tables, scales + 9 * 64, mask, codes);
        else if (end->tables)
            codes = i32xN_look_up_bytes(end->tables, codes);
        i32xN_store_bytes(y, codes, channels, mask);
    }
    if (end->close <= 0 || _mm512_cmp_ps_mask(far, _mm512_set1_ps(end->close), _CMP_GT_OQ)) {
        const i32xN_four kept = v; /* so that the sums themselves need not lie in memory */
        i32xN_end_four_exactly(y, &kept, scales, channels, end);
    }
}

/* 64 int8, times 2^24, as floats in the order of channel_of_lane: number i of four. */
static inline LCC_INLINE __m512 i32xN_raised_floats(__m512i codes, int i) {
    const __m512i none = _mm512_setzero_si512();
    const __m512i half = i < 2 ? _mm512_unpacklo_epi8(none, codes) : _mm512_unpackhi_epi8(none, codes);
    return _mm512_cvtepi32_ps(i % 2 ? _mm512_unpackhi_epi16(none, half) : _mm512_unpacklo_epi16(none, half));
}

/* The factors of sixteen of `channels` channels, from `at` on, as floats. */
static inline LCC_INLINE __m512 i32xN_factors(const i32xN_scaling *k, int at) {
    const int from = k->each ? at : 0, left = k->each ? k->channels - at : 1;
    const __mmask16 mask = (__mmask16)(left >= 16 ? 0xffff : left > 0 ? (1 << left) - 1 : 0);
    const __m512 multipliers =
        _mm512_cvtepi32_ps(_mm512_maskz_loadu_epi32(mask, (const void *)(k->multipliers + from)));
    const __m512i shifts = _mm512_cvtepi8_epi32(_mm_maskz_loadu_epi8(mask, (const void *)(k->shifts + from)));
    const __m512 by =
        _mm512_scalef_ps(multipliers, _mm512_cvtepi32_ps(_mm512_sub_epi32(shifts, _mm512_set1_epi32(31))));
    return k->each ? by : _mm512_broadcastss_ps(_mm512_castps512_ps128(by));
}

/* What is proved for sixteen of `channels` channels, from `at` on: factors or second floats. */
static inline LCC_INLINE __m512 i32xN_floats_at(const float *floats, const i32xN_scaling *k, int at) {
    const int left = k->channels - at;
    if (!k->each) return _mm512_set1_ps(floats[0]);
    const __mmask16 mask = (__mmask16)(left >= 16 ? 0xffff : left > 0 ? (1 << left) - 1 : 0);
    return _mm512_maskz_loadu_ps(mask, (const void *)(floats + (mask ? at : 0)));
}

/* Floats of 64 channels in the order of i32xN_raised_floats. */
static inline LCC_INLINE void i32xN_in_order(__m512 to[4], __m512 a, __m512 b, __m512 c, __m512 d) {
    const __m512 ab = _mm512_shuffle_f32x4(a, b, 0x44), cd = _mm512_shuffle_f32x4(c, d, 0x44);
    const __m512 next_ab = _mm512_shuffle_f32x4(a, b, 0xee), next_cd = _mm512_shuffle_f32x4(c, d, 0xee);
    to[0] = _mm512_shuffle_f32x4(ab, cd, 0x88), to[1] = _mm512_shuffle_f32x4(ab, cd, 0xdd);
    to[2] = _mm512_shuffle_f32x4(next_ab, next_cd, 0x88), to[3] = _mm512_shuffle_f32x4(next_ab, next_cd, 0xdd);
}

/* What makes codes of the products of 64 channels, from `at` on. */
static inline LCC_INLINE void i32xN_load_scaling(i32xN_by by[4], const i32xN_scaling *k, int at) {
    __m512 factor[4], second[4] = {_mm512_setzero_ps()};
    if (k->end->way == i32xN_TESTED) {
        i32xN_in_order(factor, i32xN_factors(k, at), i32xN_factors(k, at + 16), i32xN_factors(k, at + 32),
                       i32xN_factors(k, at + 48));
    } else {
        i32xN_in_order(factor, i32xN_floats_at(k->factors, k, at), i32xN_floats_at(k->factors, k, at + 16),
                       i32xN_floats_at(k->factors, k, at + 32), i32xN_floats_at(k->factors, k, at + 48));
        i32xN_in_order(second, i32xN_floats_at(k->seconds, k, at), i32xN_floats_at(k->seconds, k, at + 16),
                       i32xN_floats_at(k->seconds, k, at + 32), i32xN_floats_at(k->seconds, k, at + 48));
    }
    by[0] = (i32xN_by){factor[0], second[0]}, by[1] = (i32xN_by){factor[1], second[1]};
    by[2] = (i32xN_by){factor[2], second[2]}, by[3] = (i32xN_by){factor[3], second[3]};
}

/* The code of a product. *far as for i32xN_round. */
static inline LCC_INLINE i32xN i32xN_product_code(__m512 product, i32xN_by by, const i32xN_ending *end,
                                                  __m512 *far) {
    if (end->way != i32xN_TESTED) return i32xN_proved(product, by, end);
    return i32xN_round(_mm512_mul_ps(product, by.factor), far);
}

/* The codes of 64 channels of a pixel. z, off: what makes products of raised floats. */
static inline LCC_INLINE __m512i i32xN_scaled_codes(__m512i x, const __m512 *z, const __m512 *off,
                                                    const i32xN_by *by, const i32xN_ending *end, __m512 *far) {
    i32xN v[4];
    v[0] = i32xN_product_code(_mm512_fmadd_ps(i32xN_raised_floats(x, 0), z[0], off[0]), by[0], end, far);
    v[1] = i32xN_product_code(_mm512_fmadd_ps(i32xN_raised_floats(x, 1), z[1], off[1]), by[1], end, far);
    v[2] = i32xN_product_code(_mm512_fmadd_ps(i32xN_raised_floats(x, 2), z[2], off[2]), by[2], end, far);
    v[3] = i32xN_product_code(_mm512_fmadd_ps(i32xN_raised_floats(x, 3), z[3], off[3]), by[3], end, far);
    return i32xN_narrow(v[0], v[1], v[2], v[3], i32xN_zero_of(end), end->least, end->most);
}

/* The pixels first .. end - 1 of the map x, each channel times its code in z: a block of 64 channels at a time.
 */
static inline void i32xN_scale_map(int8_t *y, const int8_t *x, const int8_t *z, int first, int end,
                                   const i32xN_scaling *k) {
    const int tested = k->end->way == i32xN_TESTED;
    for (int at = 0; at < k->channels; at += 64) {
        const int channels = k->channels - at < 64 ? k->channels - at : 64;
        const __mmask64 mask = channels == 64 ? ~(__mmask64)0 : ((__mmask64)1 << channels) - 1;
        const __m512i codes = _mm512_maskz_loadu_epi8(mask, (const void *)(z + at));
        i32xN_by by[4];
        i32xN_load_scaling(by, k, at);
        const __m512 raised = _mm512_set1_ps((float)(1 << 24)), lowered = _mm512_set1_ps(1.0f / (1 << 24));
        const __m512 z_zero = _mm512_mul_ps(raised, _mm512_set1_ps((float)k->z_zero));
        const __m512 x_zero = _mm512_set1_ps((float)-k->x_zero);
        __m512 factor[4], off[4];
        for (int i = 0; i < 4; i++) {
            const __m512 less = _mm512_mul_ps(lowered, _mm512_sub_ps(i32xN_raised_floats(codes, i), z_zero));
            factor[i] = _mm512_mul_ps(lowered, less);
            off[i] = _mm512_mul_ps(x_zero, less);
        }
        for (int p = first; p < end; p++) {
            int8_t *const to = y + (ptrdiff_t)p * k->y_step + at;
            const int8_t *const from = x + (ptrdiff_t)p * k->x_step + at;
            __m512 far = _mm512_setzero_ps();
            const __m512i v = _mm512_maskz_loadu_epi8(mask, (const void *)from);
            const __m512i result = i32xN_scaled_codes(v, factor, off, by, k->end, &far);
            const __m512 close = _mm512_set1_ps(k->end->close);
            if (tested && __builtin_expect(_mm512_cmp_ps_mask(far, close, _CMP_GE_OQ) != 0, 0))
                i32xN_scale_exactly(to, from, z + at, at, channels, k);
            else
                _mm512_mask_storeu_epi8((void *)to, mask, result);
        }
    }
}

/* The least codes, of 64 channels. */
static inline LCC_INLINE i32xN i32xN_least_codes(void) { return (i32xN)_mm512_set1_epi8(-128); }

/* Of each of 64 channels, or of as many as are left, the larger code: of v and of those at p. */
static inline LCC_INLINE i32xN i32xN_larger_codes(i32xN v, const int8_t *p, int left) {
    const __mmask64 mask = left >= 64 ? ~(__mmask64)0 : ((__mmask64)1 << left) - 1;
    return (i32xN)_mm512_max_epi8((__m512i)v, _mm512_maskz_loadu_epi8(mask, (const void *)p));
}

/* Stores the codes of 64 channels, or of as many as are left. */
static inline LCC_INLINE void i32xN_put_codes(int8_t *p, i32xN v, int left) {
    const __mmask64 mask = left >= 64 ? ~(__mmask64)0 : ((__mmask64)1 << left) - 1;
    _mm512_mask_storeu_epi8((void *)p, mask, (__m512i)v);
}
