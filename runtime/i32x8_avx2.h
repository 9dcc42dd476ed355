/* i32x8_avx2.h: how tiles of eight sums take two inputs at once, and how their sums become codes, for AVX2: see
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
#include <immintrin.h>
#include <stdint.h>

/* The weights of two inputs for each lane. */
static inline LCC_INLINE i32xN i32xN_load_dots(const int8_t *p) {
    return (i32xN)_mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i_u *)(const void *)p));
}

/* Two int16 in all lanes. */
static inline LCC_INLINE i32xN i32xN_spread_i16(const void *p) {
    int32_t two;
    memcpy(&two, p, sizeof two);
    return (i32xN)_mm256_set1_epi32(two);
}

/* sum + the products of two inputs and their weights, in each lane. */
static inline LCC_INLINE i32xN i32xN_dot(i32xN x, i32xN w, i32xN sum) {
    return (i32xN)_mm256_add_epi32((__m256i)sum, _mm256_madd_epi16((__m256i)x, (__m256i)w));
}

/* The weights of four inputs for each lane; four uint8 in all lanes; and sum + their products. Two of these fit
 * 16 bits: the weights are cut for that. */
static inline LCC_INLINE i32xN i32xN_load_fours(const int8_t *p) {
    return (i32xN)_mm256_loadu_si256((const __m256i_u *)(const void *)p);
}

static inline LCC_INLINE i32xN i32xN_spread_four(const void *p) {
    int32_t four;
    memcpy(&four, p, sizeof four);
    return (i32xN)_mm256_set1_epi32(four);
}

static inline LCC_INLINE i32xN i32xN_dot_four(i32xN x, i32xN w, i32xN sum) {
    const __m256i pairs = _mm256_maddubs_epi16((__m256i)x, (__m256i)w);
    return (i32xN)_mm256_add_epi32((__m256i)sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

/* A uint16 that stands among bytes. */
static inline LCC_INLINE int i32xN_load_u16(const int8_t *p) {
    uint16_t number;
    memcpy(&number, p, sizeof number);
    return number;
}

/* What makes codes of a block's sums: see i32xN_way. */
typedef struct i32xN_by {
    __m256 factor, second;
    __m256 raised; /* the factor, times 2^16 */
} i32xN_by;

/* That of the eight lanes from `at` on. `scales` as i32xN_end_exactly says. */
static inline LCC_INLINE i32xN_by i32xN_load_by(const int8_t *scales, int lanes, int at) {
    const __m256 factor = _mm256_loadu_ps((const void *)(scales + 4 * (lanes + at)));
    return (i32xN_by){factor, _mm256_loadu_ps((const void *)(scales + 4 * at)),
                      _mm256_mul_ps(factor, _mm256_set1_ps(65536))};
}

/* The integers next to sum * by.raised + moved. A layer that rounds twice rounds away from zero a bit before
 * the middle: by half the power of two up to the factor. */
static inline LCC_INLINE __m256i i32xN_scale(i32xN sum, i32xN_by by, float moved, int32_t twice) {
    const __m256 x = _mm256_cvtepi32_ps((__m256i)sum);
    __m256 offset = _mm256_set1_ps(moved);
    if (twice) {
        const __m256 power = _mm256_castsi256_ps(_mm256_set1_epi32((int32_t)0xff800000u));
        const __m256 sign = _mm256_and_ps(x, _mm256_set1_ps(-0.0f));
        offset = _mm256_add_ps(offset, _mm256_or_ps(sign, _mm256_and_ps(by.raised, power)));
    }
    return _mm256_cvtps_epi32(_mm256_fmadd_ps(x, by.raised, offset));
}

/* The codes of sums where floats are proved. */
static inline LCC_INLINE __m256i i32xN_proved(i32xN sum, i32xN_by by) {
    return _mm256_cvtps_epi32(_mm256_fmadd_ps(_mm256_cvtepi32_ps((__m256i)sum), by.factor, by.second));
}

/* 2^-16, so many, that a product may be off before it becomes an integer, with what that and an offset are off.
 */
static inline LCC_INLINE int i32xN_off(float close) { return (int)((0.5f - close) * 65536) + 3; }

/* Whether any of 16 integers without a sign is below `limit`. */
static inline LCC_INLINE int i32xN_is_below(__m256i v, int limit) {
    const __m256i least = _mm256_min_epu16(v, _mm256_set1_epi32((limit - 1) * 65537));
    return _mm256_movemask_epi8(_mm256_cmpeq_epi16(least, v)) != 0;
}

/* The upper halves of the lanes of a and b in turns, and the lower ones. */
static inline LCC_INLINE __m256i i32xN_halves(__m256i a, __m256i b, __m256i *low) {
    *low = _mm256_blend_epi16(a, _mm256_slli_epi32(b, 16), 0xaa);
    return _mm256_blend_epi16(_mm256_srli_epi32(a, 16), b, 0xaa);
}

/* Bytes within the range. */
static inline LCC_INLINE __m256i i32xN_within(__m256i v, int32_t least, int32_t most) {
    if (least > -128) v = _mm256_max_epi8(v, _mm256_set1_epi8((int8_t)least));
    if (most < 127) v = _mm256_min_epi8(v, _mm256_set1_epi8((int8_t)most));
    return v;
}

/* The codes of four vectors as bytes within the range. */
static inline LCC_INLINE __m256i i32xN_pack_codes(__m256i a, __m256i b, __m256i c, __m256i d, int32_t least,
                                                  int32_t most) {
    const __m256i words = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    const __m256i v = _mm256_packs_epi16(_mm256_packs_epi32(a, b), _mm256_packs_epi32(c, d));
    return i32xN_within(_mm256_permutevar8x32_epi32(v, words), least, most);
}

/* The codes of four vectors, the first two and the last two in turns, as bytes within the range. */
static inline LCC_INLINE __m256i i32xN_pack(__m256i ab, __m256i cd, int32_t least, int32_t most) {
    const __m256i in_turns =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15));
    const __m256i words = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    const __m256i v = _mm256_shuffle_epi8(_mm256_packs_epi16(ab, cd), in_turns);
    return i32xN_within(_mm256_permutevar8x32_epi32(v, words), least, most);
}

/* The first n bytes, up to 8, zeros behind them. */
static inline LCC_INLINE __m128i i32xN_load_few(const int8_t *p, int n) {
    if (n == 8) return _mm_loadl_epi64((const __m128i_u *)(const void *)p);
    int32_t first = 0, last = 0;
    memcpy(&first, p, (size_t)(n < 4 ? n : 4));
    if (n <= 4) return _mm_cvtsi32_si128(first);
    memcpy(&last, p + n - 4, 4);
    return _mm_setr_epi32(first, (int32_t)((uint32_t)last >> (8 * (8 - n))), 0, 0);
}

/* The first n bytes, up to 16, zeros behind them. */
static inline LCC_INLINE __m128i i32xN_load_some(const int8_t *p, int n) {
    if (n == 16) return _mm_loadu_si128((const __m128i_u *)(const void *)p);
    if (n <= 8) return i32xN_load_few(p, n);
    return _mm_unpacklo_epi64(i32xN_load_few(p, 8), i32xN_load_few(p + 8, n - 8));
}

/* The first n bytes, zeros behind them. A vector that is loaded from parts which were just stored waits for
 * them, so this one is put together in registers. */
static inline LCC_INLINE __m256i i32xN_load_bytes(const int8_t *p, int n) {
    if (n == 32) return _mm256_loadu_si256((const __m256i_u *)(const void *)p);
    const __m256i low = _mm256_zextsi128_si256(i32xN_load_some(p, n < 16 ? n : 16));
    return n <= 16 ? low : _mm256_inserti128_si256(low, i32xN_load_some(p + 16, n - 16), 1);
}

/* Stores the first n bytes, and no other. */
static inline LCC_INLINE void i32xN_store_bytes(int8_t *p, __m256i v, int n) {
    int8_t part[32];
    _mm256_storeu_si256((__m256i_u *)(void *)part, v);
    memcpy(p, part, (size_t)n);
}

/* Makes of n of 16 codes what the tables have. `numbers`: of each channel's table; NULL: there is one. */
static inline LCC_INLINE void i32xN_look_up_all(int8_t *y, __m128i codes, const int8_t *tables,
                                                const int8_t *numbers, int n) {
    const __m128i low = _mm_xor_si128(codes, _mm_set1_epi8(-128));
    const __m128i high = numbers ? _mm256_castsi256_si128(i32xN_load_bytes(numbers, n)) : _mm_setzero_si128();
    uint16_t at[16];
    _mm_storeu_si128((__m128i_u *)(void *)at, _mm_unpacklo_epi8(low, high));
    _mm_storeu_si128((__m128i_u *)(void *)(at + 8), _mm_unpackhi_epi8(low, high));
    i32xN_look_up_places(y, at, tables, n);
}

/* Pixel i of those at y, `step` bytes apart; where there are less, the last one. */
static inline LCC_INLINE int8_t *i32xN_pixel(int8_t *y, int64_t step, int i, int last) {
    return y + step * (i < last ? i : last);
}

/* The codes of 16 channels of two pixels, or of 8 channels of four: vector i of the pixels at y. */
static inline LCC_INLINE __m256i i32xN_load_pixels(int8_t *y, int64_t step, int i, int last, int channels) {
    __m128i low, high;
    if (channels == 16) {
        low = _mm_loadu_si128((const void *)i32xN_pixel(y, step, 2 * i, last));
        high = _mm_loadu_si128((const void *)i32xN_pixel(y, step, 2 * i + 1, last));
    } else {
        low = _mm_unpacklo_epi64(_mm_loadl_epi64((const void *)i32xN_pixel(y, step, 4 * i, last)),
                                 _mm_loadl_epi64((const void *)i32xN_pixel(y, step, 4 * i + 1, last)));
        high = _mm_unpacklo_epi64(_mm_loadl_epi64((const void *)i32xN_pixel(y, step, 4 * i + 2, last)),
                                  _mm_loadl_epi64((const void *)i32xN_pixel(y, step, 4 * i + 3, last)));
    }
    return _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
}

static inline LCC_INLINE void i32xN_store_pixels(int8_t *y, int64_t step, int i, int last, int channels,
                                                 __m256i v) {
    const __m128i low = _mm256_castsi256_si128(v), high = _mm256_extracti128_si256(v, 1);
    if (channels == 16) {
        _mm_storeu_si128((void *)i32xN_pixel(y, step, 2 * i, last), low);
        _mm_storeu_si128((void *)i32xN_pixel(y, step, 2 * i + 1, last), high);
    } else {
        _mm_storel_epi64((void *)i32xN_pixel(y, step, 4 * i, last), low);
        _mm_storel_epi64((void *)i32xN_pixel(y, step, 4 * i + 1, last), _mm_unpackhi_epi64(low, low));
        _mm_storel_epi64((void *)i32xN_pixel(y, step, 4 * i + 2, last), high);
        _mm_storel_epi64((void *)i32xN_pixel(y, step, 4 * i + 3, last), _mm_unpackhi_epi64(high, high));
    }
}

typedef struct i32xN_codes {
    __m256i a, b, c, d;
} i32xN_codes;

/* The curves of tables: compiler/base/table_curves.h says what they are. Of each table 67 bytes: the lower
 * halves of 16 offsets, the upper ones, slopes, bends; a bit for each row that is left out; and the shift. */
typedef struct i32xN_curves {
    __m256i low, high, slope, bend;
    __m128i shift;
} i32xN_curves;

/* 16 bytes in both halves. */
static inline LCC_INLINE __m256i i32xN_twice_bytes(const int8_t *p) {
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i_u *)(const void *)p));
}

/* What the curves make of codes. */
static inline LCC_INLINE __m256i i32xN_on_curves(__m256i v, const i32xN_curves *k) {
    const __m256i four_bits = _mm256_set1_epi8(15);
    const __m256i shape =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 2, 3, 5, 6, 6, 7, 7, 7, 7, 6, 6, 5, 3, 2, 0));
    const __m256i row = _mm256_and_si256(_mm256_srli_epi16(v, 4), four_bits);
    const __m256i at = _mm256_and_si256(v, four_bits), shaped = _mm256_shuffle_epi8(shape, at);
    const __m256i slope = _mm256_shuffle_epi8(k->slope, row), bend = _mm256_shuffle_epi8(k->bend, row);
    const __m256i low = _mm256_shuffle_epi8(k->low, row), high = _mm256_shuffle_epi8(k->high, row);
    const __m256i first =
        _mm256_maddubs_epi16(_mm256_unpacklo_epi8(at, shaped), _mm256_unpacklo_epi8(slope, bend));
    const __m256i second =
        _mm256_maddubs_epi16(_mm256_unpackhi_epi8(at, shaped), _mm256_unpackhi_epi8(slope, bend));
    const __m256i a = _mm256_add_epi16(first, _mm256_unpacklo_epi8(low, high));
    const __m256i b = _mm256_add_epi16(second, _mm256_unpackhi_epi8(low, high));
    return _mm256_packs_epi16(_mm256_sra_epi16(a, k->shift), _mm256_sra_epi16(b, k->shift));
}

/* Takes in a row of the table that the curves left out, which made 0 of its codes. An index is below 16 where
 * the code lies in the row. Else its highest bit is set, and the instruction makes 0. */
static inline LCC_INLINE __m256i i32xN_look_up_row(__m256i to, __m256i v, __m256i row, __m256i number) {
    const __m256i index = _mm256_adds_epu8(_mm256_xor_si256(v, number), _mm256_set1_epi8(0x70));
    return _mm256_xor_si256(to, _mm256_shuffle_epi8(row, index));
}

/* A table: its curves, and the rows that they leave out, with the upper half of the bits of their codes. */
typedef struct i32xN_table {
    i32xN_curves curves;
    int n;
    __m256i rows[16], numbers[16];
} i32xN_table;

static inline LCC_INLINE void i32xN_load_table(i32xN_table *t, const int8_t *table, const int8_t *curves) {
    t->curves = (i32xN_curves){i32xN_twice_bytes(curves), i32xN_twice_bytes(curves + 16),
                               i32xN_twice_bytes(curves + 32), i32xN_twice_bytes(curves + 48),
                               _mm_cvtsi32_si128(curves[66])};
    uint16_t left_out;
    memcpy(&left_out, curves + 64, sizeof left_out);
    t->n = 0;
    for (uint32_t left = left_out; left; left &= left - 1) {
        const int which = __builtin_ctz(left);
        t->rows[t->n] = i32xN_twice_bytes(table + 16 * (which ^ 8));
        t->numbers[t->n++] = _mm256_set1_epi8((int8_t)(which * 16));
    }
}

/* What the table has for the codes of two vectors. */
static inline LCC_INLINE void i32xN_look_up_two(__m256i *a, __m256i *b, const i32xN_table *t) {
    __m256i to_a = i32xN_on_curves(*a, &t->curves), to_b = i32xN_on_curves(*b, &t->curves);
    for (int i = 0; i < t->n; i++) {
        to_a = i32xN_look_up_row(to_a, *a, t->rows[i], t->numbers[i]);
        to_b = i32xN_look_up_row(to_b, *b, t->rows[i], t->numbers[i]);
    }
    *a = to_a, *b = to_b;
}

/* What the table has for codes of n vectors, two to four. */
static inline LCC_INLINE i32xN_codes i32xN_look_up_vectors(int n, const int8_t *table, const int8_t *curves,
                                                           i32xN_codes v) {
    i32xN_table t;
    i32xN_load_table(&t, table, curves);
    i32xN_look_up_two(&v.a, &v.b, &t);
    if (n > 2) i32xN_look_up_two(&v.c, &v.d, &t);
    return v;
}

/* The tables of a layer, their curves, and the numbers of those that its channels look up; NULL: there is one.
 */
typedef struct i32xN_tables {
    const int8_t *tables, *curves, *numbers;
} i32xN_tables;

/* Makes of the codes of 16 or 8 channels of up to n vectors of pixels what their tables have. all: the numbers
 * of these, of 16 channels or twice of 8. Returns 0, and leaves the codes as they are, where there are so many
 * tables that one code at a time takes less. */
static inline LCC_INLINE int i32xN_look_up_pixels(int n, int8_t *y, int64_t step, int last, int channels,
                                                  const i32xN_tables *k, __m128i all) {
    enum { MOST = 5 };
    const __m256i none = _mm256_setzero_si256();
    i32xN_codes v = {none, none, none, none};
    v.a = i32xN_load_pixels(y, step, 0, last, channels);
    v.b = i32xN_load_pixels(y, step, 1, last, channels);
    if (n > 2) v.c = i32xN_load_pixels(y, step, 2, last, channels);
    if (n > 3) v.d = i32xN_load_pixels(y, step, 3, last, channels);
    i32xN_codes to = v;
    uint32_t left = 0xffff;
    for (int i = 0; i < MOST && left; i++) {
        const int number = k->numbers[__builtin_ctz(left)];
        const __m128i one = _mm_cmpeq_epi8(all, _mm_set1_epi8((int8_t)number));
        const __m256i is = _mm256_broadcastsi128_si256(one);
        const i32xN_codes own = i32xN_look_up_vectors(n, k->tables + 256 * number, k->curves + 67 * number, v);
        to.a = _mm256_blendv_epi8(to.a, own.a, is), to.b = _mm256_blendv_epi8(to.b, own.b, is);
        if (n > 2) to.c = _mm256_blendv_epi8(to.c, own.c, is);
        if (n > 3) to.d = _mm256_blendv_epi8(to.d, own.d, is);
        left &= ~(uint32_t)_mm_movemask_epi8(one);
    }
    if (left) return 0;
    i32xN_store_pixels(y, step, 0, last, channels, to.a);
    i32xN_store_pixels(y, step, 1, last, channels, to.b);
    if (n > 2) i32xN_store_pixels(y, step, 2, last, channels, to.c);
    if (n > 3) i32xN_store_pixels(y, step, 3, last, channels, to.d);
    return 1;
}

/* The same for up to 16 channels, one code at a time. */
static inline LCC_INLINE void i32xN_look_up_singly(int8_t *y, int64_t step, int pixels, int channels,
                                                   const i32xN_tables *k) {
    for (int p = 0; p < pixels; p++) {
        const __m256i codes = i32xN_load_bytes(y + step * p, channels);
        i32xN_look_up_all(y + step * p, _mm256_castsi256_si128(codes), k->tables, k->numbers, channels);
    }
}

/* Makes of the codes of two vectors of pixels what the table has. */
static inline LCC_INLINE void i32xN_look_up_near(int8_t *y, int64_t step, int last, int channels,
                                                 const i32xN_table *t) {
    __m256i a = i32xN_load_pixels(y, step, 0, last, channels);
    __m256i b = i32xN_load_pixels(y, step, 1, last, channels);
    i32xN_look_up_two(&a, &b, t);
    i32xN_store_pixels(y, step, 0, last, channels, a);
    i32xN_store_pixels(y, step, 1, last, channels, b);
}

/* The same by one table, for any number of pixels of 16 or 8 channels. Where two vectors are full, the places
 * of their pixels are known to the compiler. */
static inline LCC_INLINE void i32xN_look_up_same(int8_t *y, int64_t step, int pixels, int channels,
                                                 const i32xN_tables *k) {
    const int each = 64 / channels; /* pixels of two vectors */
    i32xN_table t;
    i32xN_load_table(&t, k->tables, k->curves);
    for (int left = pixels; left > 0; left -= each, y += step * each) {
        if (left >= each)
            i32xN_look_up_near(y, step, each, channels, &t);
        else
            i32xN_look_up_near(y, step, left - 1, channels, &t);
    }
}

/* The same for any number of pixels of 16 or 8 channels. */
static inline LCC_INLINE void i32xN_look_up_block(int8_t *y, int64_t step, int pixels, int channels,
                                                  const i32xN_tables *k, __m128i all) {
    const int each = 32 / channels; /* pixels of a vector */
    if (!k->numbers) {
        i32xN_look_up_same(y, step, pixels, channels, k);
        return;
    }
    for (int p = 0; p < pixels; p += 4 * each) {
        const int last = pixels - p - 1;
        int8_t *const at = y + step * p;
        int done;
        if (last >= 3 * each)
            done = i32xN_look_up_pixels(4, at, step, last, channels, k, all);
        else if (last >= 2 * each)
            done = i32xN_look_up_pixels(3, at, step, last, channels, k, all);
        else
            done = i32xN_look_up_pixels(2, at, step, last, channels, k, all);
        if (!done) i32xN_look_up_singly(at, step, last < 4 * each ? last + 1 : 4 * each, channels, k);
    }
}

/* Makes of n codes in a row, a multiple of 32, what the table has. */
static inline LCC_INLINE void i32xN_look_up_row_of(int8_t *y, int64_t n, const i32xN_table *t) {
    int64_t i = 0;
    for (; i + 64 <= n; i += 64) {
        __m256i a = i32xN_load_bytes(y + i, 32), b = i32xN_load_bytes(y + i + 32, 32);
        i32xN_look_up_two(&a, &b, t);
        i32xN_store_bytes(y + i, a, 32);
        i32xN_store_bytes(y + i + 32, b, 32);
    }
    if (i == n) return;
    __m256i last = i32xN_load_bytes(y + i, 32), none = last;
    i32xN_look_up_two(&last, &none, t);
    i32xN_store_bytes(y + i, last, 32);
}

/* Makes of the codes of each pixel, as many as fill vectors, what the table has. Returns how many these are.
 */
static inline LCC_INLINE int i32xN_look_up_rows(int8_t *y, int64_t step, int pixels, int channels,
                                                const int8_t *table, const int8_t *curves) {
    const int full = channels & ~31;
    if (!full) return 0;
    i32xN_table t;
    i32xN_load_table(&t, table, curves);
    if (full == step) {
        i32xN_look_up_row_of(y, step * pixels, &t);
    } else {
        for (int p = 0; p < pixels; p++) i32xN_look_up_row_of(y + step * p, full, &t);
    }
    return full;
}

/* Makes of the codes of so many pixels, `step` bytes apart, what the tables have, whose curves are `curves`.
 * `numbers`: of each channel's table; NULL: there is one. */
__attribute__((noinline)) static void i32xN_look_up_tile(int8_t *y, int64_t step, int pixels, int channels,
                                                         const int8_t *tables, const int8_t *curves,
                                                         const int8_t *numbers) {
    enum { FEW = 3 }; /* pixels, for which vectors are not worth while */
    i32xN_tables k = {tables, curves, numbers};
    const int done = numbers ? 0 : i32xN_look_up_rows(y, step, pixels, channels, tables, curves);
    y += done;
    for (int left = channels - done; left > 0; left -= 16, y += 16) {
        const int some = left > 16 ? 16 : left;
        __m128i all = _mm_setzero_si128();
        if (k.numbers && some == 16) all = _mm_loadu_si128((const void *)k.numbers);
        if (k.numbers && some == 8) all = _mm_broadcastq_epi64(_mm_loadl_epi64((const void *)k.numbers));
        if (some % 8 || pixels < FEW)
            i32xN_look_up_singly(y, step, pixels, some, &k);
        else if (some == 16)
            i32xN_look_up_block(y, step, pixels, 16, &k, all);
        else
            i32xN_look_up_block(y, step, pixels, 8, &k, all);
        if (k.numbers) k.numbers += 16;
    }
}

/* Eight int8 of 32, as floats less `zero`: number i of four. */
static inline LCC_INLINE __m256 i32xN_floats_of(__m256i codes, int i, int32_t zero) {
    const __m128i half = i < 2 ? _mm256_castsi256_si128(codes) : _mm256_extracti128_si256(codes, 1);
    const __m256i wide = _mm256_cvtepi8_epi32(i % 2 ? _mm_unpackhi_epi64(half, half) : half);
    return _mm256_cvtepi32_ps(_mm256_sub_epi32(wide, _mm256_set1_epi32(zero)));
}

/* Number i of four vectors of sums of the codes x and z. */
static inline LCC_INLINE __m256i i32xN_add_floats(__m256i x, __m256i z, int i, const i32xN_sum *k,
                                                  float moved) {
    const float one = 65536;
    const __m256 by_x = _mm256_set1_ps(k->x_by * one), by_z = _mm256_set1_ps(k->z_by * one);
    const __m256 scaled = _mm256_fmadd_ps(i32xN_floats_of(z, i, k->z_zero), by_z, _mm256_set1_ps(moved));
    return _mm256_cvtps_epi32(_mm256_fmadd_ps(i32xN_floats_of(x, i, k->x_zero), by_x, scaled));
}

/* Number i of four vectors of sums of the codes x and z, where floats are proved. */
static inline LCC_INLINE __m256i i32xN_proved_sum(__m256i x, __m256i z, int i, const i32xN_sum *k) {
    const __m256 inner =
        _mm256_fmadd_ps(i32xN_floats_of(z, i, k->z_zero), _mm256_set1_ps(k->z_by), _mm256_set1_ps(k->offset));
    const __m256 wide = i32xN_floats_of(x, i, k->x_zero);
    return _mm256_cvtps_epi32(_mm256_fmadd_ps(wide, _mm256_set1_ps(k->x_by), inner));
}

/* The sums of the codes x and z, of n vectors, where floats are proved. */
static inline LCC_INLINE __m256i i32xN_add_proved(int n, __m256i x, __m256i z, const i32xN_sum *k) {
    const __m256i a = i32xN_proved_sum(x, z, 0, k), b = n > 1 ? i32xN_proved_sum(x, z, 1, k) : a;
    const __m256i c = n > 2 ? i32xN_proved_sum(x, z, 2, k) : a, d = n > 3 ? i32xN_proved_sum(x, z, 3, k) : c;
    return i32xN_pack_codes(a, b, c, d, k->least, k->most);
}

/* The sums of the codes x and z, of n vectors. *again: some may be wrong. */
static inline LCC_INLINE __m256i i32xN_add_bytes(int n, __m256i x, __m256i z, const i32xN_sum *k, int *again) {
    if (k->close == 1) return i32xN_add_proved(n, x, z, k);
    const int off = i32xN_off(k->close) + 1; /* one more rounding */
    const float moved = ((float)k->y_zero + 0.5f) * 65536 + (float)off;
    __m256i low, low_cd;
    const __m256i v0 = i32xN_add_floats(x, z, 0, k, moved);
    const __m256i v1 = n > 1 ? i32xN_add_floats(x, z, 1, k, moved) : v0;
    const __m256i v2 = n > 2 ? i32xN_add_floats(x, z, 2, k, moved) : v0;
    const __m256i v3 = n > 3 ? i32xN_add_floats(x, z, 3, k, moved) : v2;
    const __m256i ab = i32xN_halves(v0, v1, &low);
    const __m256i cd = n > 2 ? i32xN_halves(v2, v3, &low_cd) : ab;
    if (n > 2) low = _mm256_min_epu16(low, low_cd);
    *again |= i32xN_is_below(low, 2 * off);
    return i32xN_pack(ab, cd, k->least, k->most);
}

/* Stores what the tables have for codes of n vectors. */
static inline LCC_INLINE void i32xN_store_looked_up(int n, int8_t *to, __m256i codes, const int8_t *scales,
                                                    int channels, const i32xN_ending *end) {
    const int8_t *const numbers = end->n_tables > 1 ? scales + 9 * 8 * n : NULL;
    i32xN_look_up_all(to, _mm256_castsi256_si128(codes), end->tables, numbers, channels < 16 ? channels : 16);
    if (channels > 16)
        i32xN_look_up_all(to + 16, _mm256_extracti128_si256(codes, 1), end->tables,
                          numbers ? numbers + 16 : NULL, channels - 16);
}

/* i32xN_end_of where floats are proved. */
static inline LCC_INLINE void i32xN_end_proved(int n, int8_t *y, const int8_t *r, const i32xN *sums,
                                               const i32xN_by *by, const int8_t *scales, int channels,
                                               const i32xN_ending *end) {
    const __m256i a = i32xN_proved(sums[0], by[0]), b = n > 1 ? i32xN_proved(sums[1], by[1]) : a;
    const __m256i c = n > 2 ? i32xN_proved(sums[2], by[2]) : a, d = n > 3 ? i32xN_proved(sums[3], by[3]) : c;
    __m256i codes = i32xN_pack_codes(a, b, c, d, end->least, end->most);
    int8_t part[32];
    if (end->tables) i32xN_store_looked_up(n, r ? part : y, codes, scales, channels, end);
    if (end->tables && r) codes = i32xN_load_bytes(part, channels);
    if (r) codes = i32xN_add_proved(n, codes, i32xN_load_bytes(r, channels), end->sum);
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
        __m256i low, low_cd;
        const __m256i v0 = i32xN_scale(sums[0], by[0], moved, end->twice);
        const __m256i v1 = n > 1 ? i32xN_scale(sums[1], by[1], moved, end->twice) : v0;
        const __m256i v2 = n > 2 ? i32xN_scale(sums[2], by[2], moved, end->twice) : v0;
        const __m256i v3 = n > 3 ? i32xN_scale(sums[3], by[3], moved, end->twice) : v2;
        const __m256i ab = i32xN_halves(v0, v1, &low);
        const __m256i cd = n > 2 ? i32xN_halves(v2, v3, &low_cd) : ab;
        if (n > 2) low = _mm256_min_epu16(low, low_cd);
        again = i32xN_is_below(low, 2 * off);
        __m256i codes = i32xN_pack(ab, cd, end->least, end->most);
        int8_t part[32];
        if (end->tables) i32xN_store_looked_up(n, r ? part : y, codes, scales, channels, end);
        if (r && end->tables) codes = i32xN_load_bytes(part, channels);
        if (r) codes = i32xN_add_bytes(n, codes, i32xN_load_bytes(r, channels), end->sum, &again);
        if (!again && (r || !end->tables)) i32xN_store_bytes(y, codes, channels);
    }
    if (__builtin_expect(again, 0)) {
        /* A copy, so that the sums themselves need not lie in memory. */
        const i32xN kept[4] = {sums[0], sums[n > 1 ? 1 : 0], sums[n > 2 ? 2 : 0], sums[n > 3 ? 3 : 0]};
        i32xN_end_exactly(y, r, kept, scales, 8 * n, channels, end);
    }
}

/* The least codes, of 32 channels. */
static inline LCC_INLINE i32xN i32xN_least_codes(void) { return (i32xN)_mm256_set1_epi8(-128); }

/* Of each of 32 channels, or of as many as are left, the larger code: of v and of those at p. */
static inline LCC_INLINE i32xN i32xN_larger_codes(i32xN v, const int8_t *p, int left) {
    return (i32xN)_mm256_max_epi8((__m256i)v, i32xN_load_bytes(p, left > 32 ? 32 : left));
}

/* Stores the codes of 32 channels, or of as many as are left. */
static inline LCC_INLINE void i32xN_put_codes(int8_t *p, i32xN v, int left) {
    i32xN_store_bytes(p, (__m256i)v, left > 32 ? 32 : left);
}

/* The codes of eight sums, each of them moved before it is rescaled. */
static inline LCC_INLINE __m256i i32xN_averages(i32xN_pair_codes sums, int32_t moved, int32_t multiplier,
                                                int32_t shift, int32_t twice, int32_t zero, int32_t least,
                                                int32_t most) {
    const i32xN wide = (i32xN)_mm256_cvtepu16_epi32((__m128i)sums);
    return (__m256i)i32xN_place(i32xN_rescale_by(wide + moved, multiplier, shift, twice), zero, least, most);
}

/* The function of i32xN_maps.h, which does not go through memory here: a vector that is loaded from two waits
 * for them. */
static inline LCC_INLINE void i32xN_put_averages(int8_t *p, const i32xN_sums *sums, int left, int32_t moved,
                                                 int32_t multiplier, int32_t shift, int32_t twice, int32_t zero,
                                                 int32_t least, int32_t most) {
    const i32xN_pair_codes even = sums->pairs - (sums->second << 8);
    const __m256i byte = _mm256_set1_epi32(255);
    const __m256i a = i32xN_averages(even, moved, multiplier, shift, twice, zero, least, most);
    const __m256i b = i32xN_averages(sums->second, moved, multiplier, shift, twice, zero, least, most);
    const __m256i second = _mm256_slli_epi32(_mm256_and_si256(b, byte), 8);
    const __m256i pairs = _mm256_or_si256(_mm256_and_si256(a, byte), second);
    const __m256i codes = _mm256_permute4x64_epi64(_mm256_packus_epi32(pairs, pairs), 0x08);
    i32xN_store_bytes(p, codes, left < 16 ? left : 16);
}
