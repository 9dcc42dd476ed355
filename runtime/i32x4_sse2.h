/* i32x4_sse2.h: how tiles of four sums take two inputs at once, and how their sums become codes, for SSE2: see
 * i32xN_end.h.
 *
 * The multiply-add of pairs of int16 is exact. A tile's inputs are int16 already, and the weights are widened
 * as they are loaded.
 *
 * Where floats are not proved, a code is made of them and tested: the sum, rounded to 24 bits, times its factor
 * and 2^16, plus 2^15 for halves. The upper 16 bits of the nearest integer are the code. The lower ones say how
 * far the product is from the next smaller code: what it may be off is added to all products, and a code is
 * right unless the lower bits are less than twice that. An integer of more than 32 bits becomes one whose lower
 * bits are 0, and so is seen, too. */
#include <emmintrin.h>
#include <stdint.h>

/* Eight int8 in the lower half, as int16. */
static inline LCC_INLINE __m128i i32xN_widened_i8(__m128i v) {
    return _mm_srai_epi16(_mm_unpacklo_epi8(v, v), 8);
}

/* The weights of two inputs for each lane. */
static inline LCC_INLINE i32xN i32xN_load_dots(const int8_t *p) {
    return (i32xN)i32xN_widened_i8(_mm_loadl_epi64((const __m128i_u *)(const void *)p));
}

/* Two int16 in all lanes. */
static inline LCC_INLINE i32xN i32xN_spread_i16(const void *p) {
    int32_t two;
    memcpy(&two, p, sizeof two);
    return (i32xN)_mm_set1_epi32(two);
}

/* sum + the products of two inputs and their weights, in each lane. */
static inline LCC_INLINE i32xN i32xN_dot(i32xN x, i32xN w, i32xN sum) {
    return (i32xN)_mm_add_epi32((__m128i)sum, _mm_madd_epi16((__m128i)x, (__m128i)w));
}

/* Stores x as an int16. */
static inline LCC_INLINE void i32xN_put_i16(void *to, int32_t x) {
    const int16_t wide = (int16_t)x;
    memcpy(to, &wide, sizeof wide);
}

/* Stores n int8 as int16. */
static inline LCC_INLINE void i32xN_widen_i8(int8_t *to, const int8_t *from, int n) {
    int i = 0;
    for (; i + 8 <= n; i += 8) {
        const __m128i codes = _mm_loadl_epi64((const __m128i_u *)(const void *)(from + i));
        _mm_storeu_si128((__m128i_u *)(void *)(to + 2 * i), i32xN_widened_i8(codes));
    }
    for (; i < n; i++) i32xN_put_i16(to + 2 * i, from[i]);
}

/* Stores n uint8 as int16. */
static inline LCC_INLINE void i32xN_widen_u8(int8_t *to, const uint8_t *from, int n) {
    int i = 0;
    for (; i + 8 <= n; i += 8) {
        const __m128i codes = _mm_loadl_epi64((const __m128i_u *)(const void *)(from + i));
        _mm_storeu_si128((__m128i_u *)(void *)(to + 2 * i), _mm_unpacklo_epi8(codes, _mm_setzero_si128()));
    }
    for (; i < n; i++) i32xN_put_i16(to + 2 * i, from[i]);
}

/* What makes codes of a block's sums: see i32xN_way. */
typedef struct i32xN_by {
    __m128 factor, second;
    __m128 raised; /* the factor, times 2^16 */
} i32xN_by;

/* That of the four lanes from `at` on. `scales` as i32xN_end_exactly says. */
static inline LCC_INLINE i32xN_by i32xN_load_by(const int8_t *scales, int lanes, int at) {
    const __m128 factor = _mm_loadu_ps((const void *)(scales + 4 * (lanes + at)));
    return (i32xN_by){factor, _mm_loadu_ps((const void *)(scales + 4 * at)),
                      _mm_mul_ps(factor, _mm_set1_ps(65536))};
}

/* 2^-16, so many, that a product may be off before it becomes an integer, with what that, the sum and an offset
 * are off. */
static inline LCC_INLINE int i32xN_off(float close) { return (int)((0.5f - close) * 65536) + 4; }

/* The integers next to sum * by.raised + moved. A layer that rounds twice rounds away from zero a bit before
 * the middle: by half the power of two up to the factor. */
static inline LCC_INLINE __m128i i32xN_scale(i32xN sum, i32xN_by by, float moved, int32_t twice) {
    const __m128 x = _mm_cvtepi32_ps((__m128i)sum);
    __m128 offset = _mm_set1_ps(moved);
    if (twice) {
        const __m128 power = _mm_castsi128_ps(_mm_set1_epi32((int32_t)0xff800000u));
        const __m128 sign = _mm_and_ps(x, _mm_set1_ps(-0.0f));
        offset = _mm_add_ps(offset, _mm_or_ps(sign, _mm_and_ps(by.raised, power)));
    }
    return _mm_cvtps_epi32(_mm_add_ps(_mm_mul_ps(x, by.raised), offset));
}

/* x * by, rounded. A compiler may fuse it with no sum, since the proof of the codes takes two roundings. */
static inline LCC_INLINE __m128 i32xN_rounded_product(__m128 x, __m128 by) {
    __m128 product = _mm_mul_ps(x, by);
    __asm__("" : "+x"(product));
    return product;
}

/* The codes of sums where floats are proved. */
static inline LCC_INLINE __m128i i32xN_proved(i32xN sum, i32xN_by by) {
    const __m128 product = i32xN_rounded_product(_mm_cvtepi32_ps((__m128i)sum), by.factor);
    return _mm_cvtps_epi32(_mm_add_ps(product, by.second));
}

/* The upper halves of the lanes of a and b. *below is not 0 where a lower one is below `limit`. */
static inline LCC_INLINE __m128i i32xN_halves(__m128i a, __m128i b, int limit, __m128i *below) {
    const __m128i low = _mm_or_si128(_mm_and_si128(a, _mm_set1_epi32(0xffff)), _mm_slli_epi32(b, 16));
    *below = _mm_or_si128(*below, _mm_subs_epu16(_mm_set1_epi16((int16_t)limit), low));
    return _mm_packs_epi32(_mm_srai_epi32(a, 16), _mm_srai_epi32(b, 16));
}

/* The codes of four vectors as bytes within the range. */
static inline LCC_INLINE __m128i i32xN_pack(__m128i ab, __m128i cd, int32_t least, int32_t most) {
    if (least > -128) {
        ab = _mm_max_epi16(ab, _mm_set1_epi16((int16_t)least));
        cd = _mm_max_epi16(cd, _mm_set1_epi16((int16_t)least));
    }
    if (most < 127) {
        ab = _mm_min_epi16(ab, _mm_set1_epi16((int16_t)most));
        cd = _mm_min_epi16(cd, _mm_set1_epi16((int16_t)most));
    }
    return _mm_packs_epi16(ab, cd);
}

/* The first n bytes, zeros behind them. */
static inline LCC_INLINE __m128i i32xN_load_bytes(const int8_t *p, int n) {
    int8_t part[16] = {0};
    memcpy(part, p, (size_t)n);
    return _mm_loadu_si128((const __m128i_u *)(const void *)part);
}

/* Stores the first n bytes, and no other. */
static inline LCC_INLINE void i32xN_store_bytes(int8_t *p, __m128i v, int n) {
    int8_t part[16];
    _mm_storeu_si128((__m128i_u *)(void *)part, v);
    memcpy(p, part, (size_t)n);
}

/* Makes of n of 16 codes what the tables have. `numbers`: of each channel's table; NULL: there is one. */
static inline LCC_INLINE void i32xN_look_up_all(int8_t *y, __m128i codes, const int8_t *tables,
                                                const int8_t *numbers, int n) {
    const __m128i low = _mm_xor_si128(codes, _mm_set1_epi8(-128));
    const __m128i high = numbers ? i32xN_load_bytes(numbers, n) : _mm_setzero_si128();
    uint16_t at[16];
    _mm_storeu_si128((__m128i_u *)(void *)at, _mm_unpacklo_epi8(low, high));
    _mm_storeu_si128((__m128i_u *)(void *)(at + 8), _mm_unpackhi_epi8(low, high));
    i32xN_look_up_places(y, at, tables, n);
}

/* Four int8 of 16, as floats less `zero`: number i of four. */
static inline LCC_INLINE __m128 i32xN_floats_of(__m128i codes, int i, int32_t zero) {
    const __m128i half = i < 2 ? _mm_unpacklo_epi8(codes, codes) : _mm_unpackhi_epi8(codes, codes);
    const __m128i wide = i % 2 ? _mm_unpackhi_epi16(half, half) : _mm_unpacklo_epi16(half, half);
    return _mm_cvtepi32_ps(_mm_sub_epi32(_mm_srai_epi32(wide, 24), _mm_set1_epi32(zero)));
}

/* Number i of four vectors of sums of the codes x and z. */
static inline LCC_INLINE __m128i i32xN_add_floats(__m128i x, __m128i z, int i, const i32xN_sum *k,
                                                  float moved) {
    const float one = 65536;
    const __m128 by_x = _mm_set1_ps(k->x_by * one), by_z = _mm_set1_ps(k->z_by * one);
    const __m128 scaled = _mm_add_ps(_mm_mul_ps(i32xN_floats_of(z, i, k->z_zero), by_z), _mm_set1_ps(moved));
    return _mm_cvtps_epi32(_mm_add_ps(_mm_mul_ps(i32xN_floats_of(x, i, k->x_zero), by_x), scaled));
}

/* The sums of the codes x and z, of n vectors. *below as i32xN_halves says. */
static inline LCC_INLINE __m128i i32xN_add_bytes(int n, __m128i x, __m128i z, const i32xN_sum *k,
                                                 __m128i *below) {
    const int off = i32xN_off(k->close) + 2; /* more sums */
    const float moved = ((float)k->y_zero + 0.5f) * 65536 + (float)off;
    const __m128i v0 = i32xN_add_floats(x, z, 0, k, moved);
    const __m128i v1 = n > 1 ? i32xN_add_floats(x, z, 1, k, moved) : v0;
    const __m128i v2 = n > 2 ? i32xN_add_floats(x, z, 2, k, moved) : v0;
    const __m128i v3 = n > 3 ? i32xN_add_floats(x, z, 3, k, moved) : v2;
    const __m128i ab = i32xN_halves(v0, v1, 2 * off, below);
    const __m128i cd = n > 2 ? i32xN_halves(v2, v3, 2 * off, below) : ab;
    return i32xN_pack(ab, cd, k->least, k->most);
}

/* Number i of four vectors of sums of the codes x and z, where floats are proved. */
static inline LCC_INLINE __m128i i32xN_proved_sum(__m128i x, __m128i z, int i, const i32xN_sum *k) {
    const __m128 wide_x = i32xN_floats_of(x, i, k->x_zero), wide_z = i32xN_floats_of(z, i, k->z_zero);
    const __m128 inner =
        _mm_add_ps(i32xN_rounded_product(wide_z, _mm_set1_ps(k->z_by)), _mm_set1_ps(k->offset));
    return _mm_cvtps_epi32(_mm_add_ps(i32xN_rounded_product(wide_x, _mm_set1_ps(k->x_by)), inner));
}

/* i32xN_end_of where floats are proved. */
static inline LCC_INLINE void i32xN_end_proved(int n, int8_t *y, const int8_t *r, const i32xN *sums,
                                               const i32xN_by *by, const int8_t *scales, int channels,
                                               const i32xN_ending *end) {
    const i32xN_sum *const k = end->sum;
    __m128i a = i32xN_proved(sums[0], by[0]), b = n > 1 ? i32xN_proved(sums[1], by[1]) : a;
    __m128i c = n > 2 ? i32xN_proved(sums[2], by[2]) : a, d = n > 3 ? i32xN_proved(sums[3], by[3]) : c;
    __m128i codes = i32xN_pack(_mm_packs_epi32(a, b), _mm_packs_epi32(c, d), end->least, end->most);
    const int8_t *const numbers = end->n_tables > 1 ? scales + 9 * 4 * n : NULL;
    int8_t part[16];
    if (end->tables) i32xN_look_up_all(r ? part : y, codes, end->tables, numbers, channels);
    if (end->tables && r) codes = i32xN_load_bytes(part, channels);
    if (r) {
        const __m128i z = i32xN_load_bytes(r, channels);
        a = b = c = d = i32xN_proved_sum(codes, z, 0, k);
        if (n > 1) b = i32xN_proved_sum(codes, z, 1, k);
        if (n > 2) c = i32xN_proved_sum(codes, z, 2, k);
        if (n > 3) d = i32xN_proved_sum(codes, z, 3, k);
        codes = i32xN_pack(_mm_packs_epi32(a, b), _mm_packs_epi32(c, d), k->least, k->most);
    }
    if (r || !end->tables) i32xN_store_bytes(y, codes, channels);
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
    int again = 1;
    if (end->close > 0) {
        const int off = i32xN_off(end->close);
        const float moved = ((float)end->zero + 0.5f) * 65536 + (float)off;
        __m128i below = _mm_setzero_si128();
        const __m128i v0 = i32xN_scale(sums[0], by[0], moved, end->twice);
        const __m128i v1 = n > 1 ? i32xN_scale(sums[1], by[1], moved, end->twice) : v0;
        const __m128i v2 = n > 2 ? i32xN_scale(sums[2], by[2], moved, end->twice) : v0;
        const __m128i v3 = n > 3 ? i32xN_scale(sums[3], by[3], moved, end->twice) : v2;
        const __m128i ab = i32xN_halves(v0, v1, 2 * off, &below);
        const __m128i cd = n > 2 ? i32xN_halves(v2, v3, 2 * off, &below) : ab;
        __m128i codes = i32xN_pack(ab, cd, end->least, end->most);
        const int8_t *const numbers = end->n_tables > 1 ? scales + 9 * 4 * n : NULL;
        int8_t part[16];
        if (end->tables) i32xN_look_up_all(r ? part : y, codes, end->tables, numbers, channels);
        if (r && end->tables) codes = i32xN_load_bytes(part, channels);
        if (r) codes = i32xN_add_bytes(n, codes, i32xN_load_bytes(r, channels), end->sum, &below);
        again = _mm_movemask_epi8(_mm_cmpeq_epi16(below, _mm_setzero_si128())) != 0xffff;
        if (!again && (r || !end->tables)) i32xN_store_bytes(y, codes, channels);
    }
    if (__builtin_expect(again, 0)) {
        /* A copy, so that the sums themselves need not lie in memory. */
        const i32xN kept[4] = {sums[0], sums[n > 1 ? 1 : 0], sums[n > 2 ? 2 : 0], sums[n > 3 ? 3 : 0]};
        i32xN_end_exactly(y, r, kept, scales, 4 * n, channels, end);
    }
}

/* The codes of so many channels, up to 8. */
static inline LCC_INLINE __m128i i32xN_load_channels(const void *p, int channels) {
    if (channels == 8) return _mm_loadl_epi64((const __m128i_u *)p);
    int8_t part[16] = {0};
    memcpy(part, p, (size_t)channels);
    return _mm_loadu_si128((const __m128i_u *)(const void *)part);
}

/* A tap of up to 8 channels, as int16. */
typedef __m128i i32xN_taps;

static inline LCC_INLINE i32xN_taps i32xN_load_taps(const int8_t *p, int channels) {
    return i32xN_widened_i8(i32xN_load_channels(p, channels));
}

/* Two taps, side by side. */
static inline LCC_INLINE i32xN_two i32xN_pair(i32xN_taps a, i32xN_taps b) {
    return (i32xN_two){(i32xN)_mm_unpacklo_epi16(a, b), (i32xN)_mm_unpackhi_epi16(a, b)};
}

/* The least codes, of 16 channels. */
static inline LCC_INLINE i32xN i32xN_least_codes(void) { return (i32xN)_mm_set1_epi8(-128); }

/* Of each of 16 channels, or of as many as are left, the larger code: of v and of those at p. */
static inline LCC_INLINE i32xN i32xN_larger_codes(i32xN v, const int8_t *p, int left) {
    const __m128i a = (__m128i)v, b = i32xN_load_bytes(p, left > 16 ? 16 : left);
    const __m128i first = _mm_cmpgt_epi8(a, b);
    return (i32xN)_mm_or_si128(_mm_and_si128(first, a), _mm_andnot_si128(first, b));
}

/* Stores the codes of 16 channels, or of as many as are left. */
static inline LCC_INLINE void i32xN_put_codes(int8_t *p, i32xN v, int left) {
    i32xN_store_bytes(p, (__m128i)v, left > 16 ? 16 : left);
}
