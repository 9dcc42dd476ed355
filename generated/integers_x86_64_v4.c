/* integers, written by lcc 0.1.0 for x86-64-v4: AVX-512 (Skylake-X, Ice Lake, Zen 4 and later).
 *
 *     lcc integers.net --target x86-64-v4 --storage file --selftest --profile -o integers_x86_64_v4.c
 *
 * The weights are random numbers: what this network predicts means nothing.
 *
 * 10 steps, 0.10 M multiply-adds, 4096 bytes of arena, 5840 bytes of weights (hash e8ea2ba2ecb25ffa).
 * Tensors are [height, width, channels], one pixel's channels side by side. */
#include "integers_x86_64_v4.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#elif defined(__GNUC__)
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")
#endif

/* ---- i32x16: 16 integers ---- */

#ifndef LCC_INLINE
#define LCC_INLINE __attribute__((always_inline))
#endif

typedef int32_t i32x16 __attribute__((vector_size(16 * 4)));
typedef uint32_t i32x16_unsigned __attribute__((vector_size(16 * 4)));
typedef int64_t i32x16_wide __attribute__((vector_size(16 * 8)));
typedef uint64_t i32x16_wide_unsigned __attribute__((vector_size(16 * 8)));
typedef int8_t i32x16_i8 __attribute__((vector_size(16)));
typedef uint8_t i32x16_u8 __attribute__((vector_size(16)));

/* v * multiplier, exactly, plus what is rounded up: of the even lanes and of the odd ones. */
static inline LCC_INLINE void i32x16_products(i32x16 v, i32x16 multiplier, __m512i half_even, __m512i half_odd,
                                             __m512i *even, __m512i *odd) {
    const __m512i x = (__m512i)v, by = (__m512i)multiplier;
    *even = _mm512_add_epi64(_mm512_mul_epi32(x, by), half_even);
    *odd = _mm512_add_epi64(_mm512_mul_epi32(_mm512_srli_epi64(x, 32), _mm512_srli_epi64(by, 32)), half_odd);
}

/* The lower halves of `even`, and in the odd lanes the upper halves of `odd`. */
static inline LCC_INLINE __m512i i32x16_joined(__m512i even, __m512i odd) {
    return _mm512_mask_blend_epi32(0xaaaa, even, odd);
}

/* v * multiplier * 2^(shift - 31): the exact product, rounded once, halves up. No multiplier is below 0, each
 * shift is -31 to 30. */
static inline LCC_INLINE i32x16 i32x16_rescale_once(i32x16 v, i32x16 multiplier, i32x16 shift) {
    const __m512i one = _mm512_set1_epi64(1);
    const __m512i right = _mm512_sub_epi32(_mm512_set1_epi32(31), (__m512i)shift);
    const __m512i right_even = _mm512_and_si512(right, _mm512_set1_epi64(0xffffffff));
    const __m512i right_odd = _mm512_srli_epi64(right, 32);
    const __m512i half_even = _mm512_sllv_epi64(one, _mm512_sub_epi64(right_even, one));
    const __m512i half_odd = _mm512_sllv_epi64(one, _mm512_sub_epi64(right_odd, one));
    __m512i even, odd;
    i32x16_products(v, multiplier, half_even, half_odd, &even, &odd);
    odd = _mm512_slli_epi64(_mm512_srav_epi64(odd, right_odd), 32);
    return (i32x16)i32x16_joined(_mm512_srav_epi64(even, right_even), odd);
}

/* The same, rounded twice: the high half of the doubled product, halves up; then the shift to the right, halves
 * away from zero. A shift to the left comes first. */
static inline LCC_INLINE i32x16 i32x16_rescale_tflite(i32x16 v, i32x16 multiplier, i32x16 shift) {
    const __m512i none = _mm512_setzero_si512(), ones = _mm512_set1_epi32(1);
    const __m512i left = _mm512_max_epi32((__m512i)shift, none);
    const __m512i right = _mm512_sub_epi32(left, (__m512i)shift);
    const __m512i half = _mm512_set1_epi64(INT64_C(1) << 30);
    __m512i even, odd;
    i32x16_products((i32x16)_mm512_sllv_epi32((__m512i)v, left), multiplier, half, half, &even, &odd);
    const __m512i high = i32x16_joined(_mm512_srli_epi64(even, 31), _mm512_add_epi64(odd, odd));
    const __m512i mask = _mm512_sub_epi32(_mm512_sllv_epi32(ones, right), ones);
    const __m512i rest = _mm512_and_si512(high, mask);
    const __m512i limit = _mm512_add_epi32(_mm512_srli_epi32(mask, 1), _mm512_srli_epi32(high, 31));
    const __m512i v0 = _mm512_srav_epi32(high, right);
    return (i32x16)_mm512_mask_add_epi32(v0, _mm512_cmpgt_epi32_mask(rest, limit), v0, ones);
}

/* The larger ones. */
static inline LCC_INLINE i32x16 i32x16_max(i32x16 a, i32x16 b) {
    return (i32x16)_mm512_max_epi32((__m512i)a, (__m512i)b);
}

/* The smaller ones. */
static inline LCC_INLINE i32x16 i32x16_min(i32x16 a, i32x16 b) {
    return (i32x16)_mm512_min_epi32((__m512i)a, (__m512i)b);
}


/* 16 codes of int8 from any address. */
static inline LCC_INLINE i32x16 i32x16_load_i8(const int8_t *p) {
    i32x16_i8 v;
    __builtin_memcpy(&v, p, sizeof v);
    return __builtin_convertvector(v, i32x16);
}

/* The first n codes of int8, 0 < n < 16, zeros behind them. Memory behind them is not touched. */
static inline LCC_INLINE i32x16 i32x16_load_i8_part(const int8_t *p, int n) {
    int8_t part[16];
    for (int i = 0; i < 16; i++) part[i] = 0;
    for (int i = 0; i < 16; i++) {
        if (i < n) part[i] = p[i];
    }
    return i32x16_load_i8(part);
}

/* 16 int32 that stand among bytes, from any address. */
static inline LCC_INLINE i32x16 i32x16_load_i32(const int8_t *p) {
    i32x16 v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}

/* Stores 16 codes of int8 to any address. */
static inline LCC_INLINE void i32x16_store_i8(int8_t *p, i32x16 v) {
    const i32x16_i8 codes = __builtin_convertvector(v, i32x16_i8);
    __builtin_memcpy(p, &codes, sizeof codes);
}

/* Stores the first n codes, 0 < n < 16, and no other byte. */
static inline LCC_INLINE void i32x16_store_i8_part(int8_t *p, i32x16 v, int n) {
    int8_t part[16];
    i32x16_store_i8(part, v);
    for (int i = 0; i < 16; i++) {
        if (i < n) p[i] = part[i];
    }
}

/* x in every lane. */
static inline LCC_INLINE i32x16 i32x16_set1(int32_t x) { return (i32x16){0} + x; }

/* a + b; it wraps. */
static inline LCC_INLINE i32x16 i32x16_add(i32x16 a, i32x16 b) {
    return (i32x16)((i32x16_unsigned)a + (i32x16_unsigned)b);
}

/* v, or the bound beyond which it lies. */
static inline LCC_INLINE i32x16 i32x16_bound(i32x16 v, int32_t least, int32_t most) {
    return i32x16_min(i32x16_max(v, i32x16_set1(least)), i32x16_set1(most));
}

/* zero + v, or the bound beyond which that lies. The sum does not overflow, whatever v is. */
static inline LCC_INLINE i32x16 i32x16_place(i32x16 v, int32_t zero, int32_t least, int32_t most) {
    return i32x16_bound(v, least - zero, most - zero) + zero;
}

/* The codes of a table at the codes v. */
static inline LCC_INLINE i32x16 i32x16_look_up(const int8_t *table, i32x16 v) {
    i32x16 codes = v;
    for (int i = 0; i < 16; i++) codes[i] = table[v[i] + 128];
    return codes;
}

/* The same where each lane has a table of its own, number 0, 1, .. of several that lie one behind the other. */
static inline LCC_INLINE i32x16 i32x16_look_up_each(const int8_t *tables, i32x16 number, i32x16 v) {
    i32x16 codes = v;
    for (int i = 0; i < 16; i++) codes[i] = tables[number[i] * 256 + v[i] + 128];
    return codes;
}

/* How a sum x becomes a code. The two floats of its lane, a factor and a second one, stand behind the biases:
 * first all second ones, then all factors. See compiler/base/float_rescale.h.
 * TESTED: by the multipliers and shifts. The second floats are missing; multipliers are in their place.
 * MOVED: the integer next to x * factor + second. The zero point is in `second`.
 * DOWN: zero + x * factor + (x * second + 1/2), rounded down; see there for layers that round twice.
 * DOUBLED: by the multipliers, exactly: see BY_DOUBLING there. How far sums are shifted to the left stands in
 * place of the factors, as integers. */
typedef enum i32x16_way { i32x16_TESTED, i32x16_MOVED, i32x16_DOWN, i32x16_DOUBLED } i32x16_way;

enum {
    i32x16_POINT = 22 /* bits behind the point of what is DOUBLED */
};

/* How a residual is added: see i32x16_ending. The factors and the rest are those of compiler/graph/integers.h.
 */
typedef struct i32x16_sum {
    float x_by, z_by; /* of the codes, less their zero points */
    float offset; /* where the sum is proved: it is the integer next to x * x_by + (z * z_by + offset), which
                     contains its zero point */
    float close;  /* to the nearest code: what lies farther from it may be rounded to another one; 1: the sum is
                     proved */
    int32_t x_multiplier, x_shift, z_multiplier, z_shift, y_multiplier, y_shift;
    int32_t left, x_zero, z_zero, y_zero, least, most;
} i32x16_sum;

/* What a layer makes of its sums. */
typedef struct i32x16_ending {
    i32x16_way way;
    int32_t zero, least, most;
    int32_t twice; /* factors round as TFLite's do; else once */
    float close;   /* to the nearest integer: a product of floats that lies farther from it may be rounded to
                      another one than the exact product; 0: products may not be made of floats */
    int32_t n_tables;
    const int8_t *tables; /* of the activation, 256 codes each; NULL: there is none */
    const i32x16_sum *sum; /* NULL: no residual is added */
} i32x16_ending;

/* Four vectors of the sums of a depthwise layer's block: lane l of vector v is channel l / 4 * 16 + v * 4 + l %
 * 4 of it. */
typedef struct i32x16_four {
    i32x16 a, b, c, d;
} i32x16_four;

/* Two vectors of them, in the order of their channels. */
typedef struct i32x16_two {
    i32x16 a, b;
} i32x16_two;

/* Sixteen codes as eight pairs: the first of a pair in the low byte. */
typedef uint16_t i32x16_pair_codes __attribute__((vector_size(16)));

/* The sums of sixteen channels' codes, each raised by 128; of at most 256 codes. See i32x16_add_block. */
typedef struct i32x16_sums {
    i32x16_pair_codes pairs, second;
} i32x16_sums;

/* How a map is multiplied by a code of each channel. */
typedef struct i32x16_scaling {
    const int32_t *multipliers;
    const int8_t *shifts;
    const float *factors, *seconds; /* in place of these, where floats are proved: see i32x16_way */
    int32_t each;                   /* channel has its own of these; else there is one for all */
    int32_t channels, x_step, y_step;
    int32_t x_zero, z_zero;
    const i32x16_ending *end; /* of the products; without tables and residual */
} i32x16_scaling;

/* v * multiplier * 2^(shift - 31), rounded as the layer does. */
static inline LCC_INLINE i32x16 i32x16_rescale(i32x16 v, i32x16 multiplier, i32x16 shift, int32_t twice) {
    return twice ? i32x16_rescale_tflite(v, multiplier, shift) : i32x16_rescale_once(v, multiplier, shift);
}

/* The same by one factor. */
static inline LCC_INLINE i32x16 i32x16_rescale_by(i32x16 v, int32_t multiplier, int32_t shift, int32_t twice) {
    return i32x16_rescale(v, i32x16_set1(multiplier), i32x16_set1(shift), twice);
}

/* The sum of the codes x and z. */
static inline LCC_INLINE i32x16 i32x16_add_codes(i32x16 x, i32x16 z, const i32x16_sum *k, int32_t twice) {
    const int32_t one = (int32_t)1 << k->left;
    const i32x16 wide_x = i32x16_rescale_by((x - k->x_zero) * one, k->x_multiplier, k->x_shift, twice);
    const i32x16 wide_z = i32x16_rescale_by((z - k->z_zero) * one, k->z_multiplier, k->z_shift, twice);
    const i32x16 sum = i32x16_rescale_by(i32x16_add(wide_x, wide_z), k->y_multiplier, k->y_shift, twice);
    return i32x16_place(sum, k->y_zero, k->least, k->most);
}

/* Makes the codes y of the sums of `channels` lanes, of the `lanes` that the block has. `scales`: its
 * multipliers, factors, shifts and numbers of tables. `r`: the residual's codes, or NULL. */
__attribute__((noinline)) static void i32x16_end_exactly(int8_t *y, const int8_t *r, const i32x16 *sums,
                                                        const int8_t *scales, int lanes, int channels,
                                                        const i32x16_ending *end) {
    for (int at = 0; at < channels; at += 16) {
        const int8_t *const shifts = scales + 8 * lanes + at;
        i32x16 v =
            i32x16_rescale(sums[at / 16], i32x16_load_i32(scales + 4 * at), i32x16_load_i8(shifts), end->twice);
        v = i32x16_place(v, end->zero, end->least, end->most);
        if (end->n_tables > 1)
            v = i32x16_look_up_each(end->tables, i32x16_load_i8(shifts + lanes), v);
        else if (end->tables)
            v = i32x16_look_up(end->tables, v);
        const int left = channels - at;
        if (r) {
            const i32x16 z = left < 16 ? i32x16_load_i8_part(r + at, left) : i32x16_load_i8(r + at);
            v = i32x16_add_codes(v, z, end->sum, end->twice);
        }
        if (left < 16)
            i32x16_store_i8_part(y + at, v, left);
        else
            i32x16_store_i8(y + at, v);
    }
}

/* Makes the codes y of so many channels of a pixel, from channel `at` on, which y, x and z point to. */
__attribute__((noinline)) static void i32x16_scale_exactly(int8_t *y, const int8_t *x, const int8_t *z, int at,
                                                          int channels, const i32x16_scaling *k) {
    for (int c = 0; c < channels; c += 16) {
        const int left = channels - c < 16 ? channels - c : 16;
        i32x16 multipliers = i32x16_set1(k->multipliers[0]), shifts = i32x16_set1(k->shifts[0]);
        for (int i = 0; i < left && k->each; i++) {
            multipliers[i] = k->multipliers[at + c + i];
            shifts[i] = k->shifts[at + c + i];
        }
        const i32x16 product =
            (i32x16_load_i8_part(x + c, left) - k->x_zero) * (i32x16_load_i8_part(z + c, left) - k->z_zero);
        const i32x16 v = i32x16_rescale(product, multipliers, shifts, k->end->twice);
        i32x16_store_i8_part(y + c, i32x16_place(v, k->end->zero, k->end->least, k->end->most), left);
    }
}


/* The weights of two inputs for each lane. */
static inline LCC_INLINE i32x16 i32x16_load_dots(const int8_t *p) {
    return (i32x16)_mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i_u *)(const void *)p));
}

/* Two int16 in all lanes. */
static inline LCC_INLINE i32x16 i32x16_spread_i16(const void *p) {
    int32_t two;
    memcpy(&two, p, sizeof two);
    return (i32x16)_mm512_set1_epi32(two);
}

/* sum + the products of two inputs and their weights, in each lane. */
static inline LCC_INLINE i32x16 i32x16_dot(i32x16 x, i32x16 w, i32x16 sum) {
    return (i32x16)_mm512_add_epi32((__m512i)sum, _mm512_madd_epi16((__m512i)x, (__m512i)w));
}

/* Stores n int8 as int16. */
static inline LCC_INLINE void i32x16_widen_i8(int8_t *to, const int8_t *from, int n) {
    int i = 0;
    for (; i + 32 <= n; i += 32) {
        const __m256i codes = _mm256_loadu_si256((const __m256i_u *)(const void *)(from + i));
        _mm512_storeu_si512((void *)(to + 2 * i), _mm512_cvtepi8_epi16(codes));
    }
    if (i < n) {
        const __mmask32 rest = ((__mmask32)1 << (n - i)) - 1;
        const __m256i codes = _mm256_maskz_loadu_epi8(rest, (const void *)(from + i));
        _mm512_mask_storeu_epi16((void *)(to + 2 * i), rest, _mm512_cvtepi8_epi16(codes));
    }
}

/* Stores n uint8 as int16. */
static inline LCC_INLINE void i32x16_widen_u8(int8_t *to, const uint8_t *from, int n) {
    int i = 0;
    for (; i + 32 <= n; i += 32) {
        const __m256i codes = _mm256_loadu_si256((const __m256i_u *)(const void *)(from + i));
        _mm512_storeu_si512((void *)(to + 2 * i), _mm512_cvtepu8_epi16(codes));
    }
    if (i < n) {
        const __mmask32 rest = ((__mmask32)1 << (n - i)) - 1;
        const __m256i codes = _mm256_maskz_loadu_epi8(rest, (const void *)(from + i));
        _mm512_mask_storeu_epi16((void *)(to + 2 * i), rest, _mm512_cvtepu8_epi16(codes));
    }
}

/* What the table has for 32 of 64 codes, in the lower bytes of 16 bits; `index` is below 256. */
static inline LCC_INLINE __m512i i32x16_look_up_words(const int8_t *table, __m512i index) {
    const __m512i *const t = (const void *)table;
    const __m512i pair = _mm512_srli_epi16(index, 1);
    const __m512i low = _mm512_permutex2var_epi16(_mm512_loadu_si512(t), pair, _mm512_loadu_si512(t + 1));
    const __m512i high = _mm512_permutex2var_epi16(_mm512_loadu_si512(t + 2), pair, _mm512_loadu_si512(t + 3));
    const __mmask32 upper = _mm512_test_epi16_mask(index, _mm512_set1_epi16(128));
    const __mmask32 second = _mm512_test_epi16_mask(index, _mm512_set1_epi16(1));
    const __m512i both = _mm512_mask_blend_epi16(upper, low, high);
    return _mm512_mask_srli_epi16(both, second, both, 8);
}

/* What the table has for 64 codes: pairs of bytes are looked up. It stands for the function of that name in
 * i32x16_avx512.h, which takes VBMI. */
static inline LCC_INLINE __m512i i32x16_look_up_bytes(const int8_t *table, __m512i codes) {
    const __m512i index = _mm512_xor_si512(codes, _mm512_set1_epi8(-128));
    const __m512i even = i32x16_look_up_words(table, _mm512_and_si512(index, _mm512_set1_epi16(255)));
    const __m512i odd = i32x16_look_up_words(table, _mm512_srli_epi16(index, 8));
    return _mm512_mask_blend_epi8(0xaaaaaaaaaaaaaaaau, even, _mm512_slli_epi16(odd, 8));
}

/* The codes of so many channels, up to 32. */
static inline LCC_INLINE __m256i i32x16_load_channels(const void *p, int channels) {
    if (channels == 32) return _mm256_loadu_si256((const __m256i_u *)p);
    return _mm256_maskz_loadu_epi8(((__mmask32)1 << (channels & 31)) - 1, p);
}

/* A tap of up to 32 channels, of which the second and the third quarter change places. */
typedef __m256i i32x16_taps;

static inline LCC_INLINE i32x16_taps i32x16_load_taps(const int8_t *p, int channels) {
    enum { MIDDLE_IN_TURNS = 0xd8 };
    return _mm256_permute4x64_epi64(i32x16_load_channels(p, channels), MIDDLE_IN_TURNS);
}

/* Two taps, side by side. */
static inline LCC_INLINE i32x16_two i32x16_pair(i32x16_taps a, i32x16_taps b) {
    return (i32x16_two){(i32x16)_mm512_cvtepi8_epi16(_mm256_unpacklo_epi8(a, b)),
                       (i32x16)_mm512_cvtepi8_epi16(_mm256_unpackhi_epi8(a, b))};
}


/* What makes codes of a block's sums: see i32x16_way. */
typedef struct i32x16_by {
    __m512 factor, second;
} i32x16_by;

/* That of the sixteen lanes from `at` on. `scales` as i32x16_end_exactly says. */
static inline LCC_INLINE i32x16_by i32x16_load_by(const int8_t *scales, int lanes, int at) {
    return (i32x16_by){_mm512_loadu_ps((const void *)(scales + 4 * (lanes + at))),
                      _mm512_loadu_ps((const void *)(scales + 4 * at))};
}

/* What a vector of sums becomes where floats are proved: before the zero point is added, unless the way is
 * MOVED. A layer that rounds twice rounds away from zero a bit before the middle. */
static inline LCC_INLINE i32x16 i32x16_proved(__m512 x, i32x16_by by, const i32x16_ending *end) {
    enum { DOWN = _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC };
    if (end->way == i32x16_MOVED) return (i32x16)_mm512_cvtps_epi32(_mm512_fmadd_ps(x, by.factor, by.second));
    __m512 half = _mm512_set1_ps(0.5f);
    if (end->twice) {
        const __m512i power = _mm512_set1_epi32((int32_t)0xff800000u);
        const __m512 early = _mm512_castsi512_ps(_mm512_and_si512(_mm512_castps_si512(by.factor), power));
        const __mmask16 is_below = _mm512_movepi32_mask(_mm512_castps_si512(x));
        half = _mm512_mask_sub_ps(_mm512_add_ps(half, early), is_below, half, early);
    }
    const __m512 inner = _mm512_fmadd_ps(x, by.second, half);
    return (i32x16)_mm512_cvt_roundps_epi32(_mm512_fmadd_round_ps(x, by.factor, inner, DOWN), DOWN);
}

/* The same of the sums themselves. */
static inline LCC_INLINE i32x16 i32x16_proved_sum(i32x16 sum, i32x16_by by, const i32x16_ending *end) {
    return i32x16_proved(_mm512_cvtepi32_ps((__m512i)sum), by, end);
}

/* What is added to that. */
static inline LCC_INLINE int32_t i32x16_zero_of(const i32x16_ending *end) {
    return end->way == i32x16_MOVED ? 0 : end->zero;
}

/* The integers next to v * by. *far: how far such products were from theirs, at most. */
static inline LCC_INLINE i32x16 i32x16_round(__m512 product, __m512 *far) {
    enum { NEAREST = 8 /* v less the nearest integer */, LARGER = 11 /* absolute value */ };
    *far = _mm512_range_ps(*far, _mm512_reduce_ps(product, NEAREST), LARGER);
    return (i32x16)_mm512_cvtps_epi32(product);
}

/* The codes of four vectors of sums, as bytes: zero + v, within the range. Of each 16 bytes, four are of one
 * vector. */
static inline LCC_INLINE __m512i i32x16_narrow(i32x16 a, i32x16 b, i32x16 c, i32x16 d, int32_t zero, int32_t least,
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
static inline LCC_INLINE __m512i i32x16_pack(i32x16 a, i32x16 b, i32x16 c, i32x16 d, int32_t zero, int32_t least,
                                            int32_t most) {
    const __m512i by_lanes = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    return _mm512_permutexvar_epi32(by_lanes, i32x16_narrow(a, b, c, d, zero, least, most));
}

/* The same where each channel has the number of its table. */
static inline LCC_INLINE __m512i i32x16_look_up_numbered(const int8_t *tables, int32_t n, const int8_t *numbers,
                                                        __mmask64 channels, __m512i codes) {
    const __m512i number = _mm512_maskz_loadu_epi8(channels, numbers);
    __m512i v = i32x16_look_up_bytes(tables, codes);
    for (int32_t i = 1; i < n; i++) {
        const __mmask64 own = _mm512_cmpeq_epi8_mask(number, _mm512_set1_epi8((int8_t)i));
        if (own) v = _mm512_mask_mov_epi8(v, own, i32x16_look_up_bytes(tables + 256 * i, codes));
    }
    return v;
}

/* Sixteen int8 of 64: number i of four. */
static inline LCC_INLINE i32x16 i32x16_part_of(__m512i codes, int i) {
    const __m128i part = i == 0   ? _mm512_castsi512_si128(codes)
                         : i == 1 ? _mm512_extracti32x4_epi32(codes, 1)
                         : i == 2 ? _mm512_extracti32x4_epi32(codes, 2)
                                  : _mm512_extracti32x4_epi32(codes, 3);
    return (i32x16)_mm512_cvtepi8_epi32(part);
}

/* The same as floats less `zero`. */
static inline LCC_INLINE __m512 i32x16_floats_of(__m512i codes, int i, int32_t zero) {
    return _mm512_cvtepi32_ps((__m512i)(i32x16_part_of(codes, i) - zero));
}

/* Number i of four vectors of sums of the codes x and z. */
static inline LCC_INLINE i32x16 i32x16_add_floats(__m512i x, __m512i z, int i, const i32x16_sum *k, __m512 *far) {
    const __m512 scaled = _mm512_mul_ps(i32x16_floats_of(x, i, k->x_zero), _mm512_set1_ps(k->x_by));
    return i32x16_round(_mm512_fmadd_ps(i32x16_floats_of(z, i, k->z_zero), _mm512_set1_ps(k->z_by), scaled), far);
}

/* Stores the codes of so many channels. */
static inline LCC_INLINE void i32x16_store_bytes(int8_t *y, __m512i v, int channels, __mmask64 mask) {
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
static inline LCC_INLINE i32x16 i32x16_exact(int n, int i, const i32x16 *sums, const int8_t *scales,
                                           int32_t twice) {
    return i32x16_rescale(sums[i], i32x16_load_i32(scales + 64 * i), i32x16_load_i8(scales + 8 * 16 * n + 16 * i),
                         twice);
}

/* The codes of the sums of n vectors as they are packed, without floats. */
static inline LCC_INLINE __m512i i32x16_pack_exactly(int n, const i32x16 *sums, const int8_t *scales,
                                                    const i32x16_ending *end) {
    const i32x16 none = {0};
    const i32x16 a = i32x16_exact(n, 0, sums, scales, end->twice);
    const i32x16 b = n > 1 ? i32x16_exact(n, 1, sums, scales, end->twice) : none;
    const i32x16 c = n > 2 ? i32x16_exact(n, 2, sums, scales, end->twice) : none;
    const i32x16 d = n > 3 ? i32x16_exact(n, 3, sums, scales, end->twice) : none;
    return i32x16_pack(a, b, c, d, end->zero, end->least, end->most);
}

/* The sums of the codes x and z, of n vectors, without floats. */
static inline LCC_INLINE __m512i i32x16_add_exactly(int n, __m512i x, __m512i z, const i32x16_sum *k,
                                                   int32_t twice) {
    const i32x16 none = {0};
    const i32x16 a = i32x16_add_codes(i32x16_part_of(x, 0), i32x16_part_of(z, 0), k, twice);
    const i32x16 b = n > 1 ? i32x16_add_codes(i32x16_part_of(x, 1), i32x16_part_of(z, 1), k, twice) : none;
    const i32x16 c = n > 2 ? i32x16_add_codes(i32x16_part_of(x, 2), i32x16_part_of(z, 2), k, twice) : none;
    const i32x16 d = n > 3 ? i32x16_add_codes(i32x16_part_of(x, 3), i32x16_part_of(z, 3), k, twice) : none;
    return i32x16_pack(a, b, c, d, 0, -128, 127);
}

/* Number i of four vectors of sums of the codes x and z, where floats are proved. */
static inline LCC_INLINE i32x16 i32x16_proved_codes(__m512i x, __m512i z, int i, const i32x16_sum *k) {
    const __m512 inner =
        _mm512_fmadd_ps(i32x16_floats_of(z, i, k->z_zero), _mm512_set1_ps(k->z_by), _mm512_set1_ps(k->offset));
    return (i32x16)_mm512_cvtps_epi32(
        _mm512_fmadd_ps(i32x16_floats_of(x, i, k->x_zero), _mm512_set1_ps(k->x_by), inner));
}

/* i32x16_end_of where floats are proved. */
static inline LCC_INLINE void i32x16_end_proved(int n, int8_t *y, const int8_t *r, const i32x16 *sums,
                                               const i32x16_by *by, const int8_t *scales, int channels,
                                               const i32x16_ending *end) {
    const __mmask64 mask = channels == 64 ? ~(__mmask64)0 : ((__mmask64)1 << (channels & 63)) - 1;
    const i32x16_sum *const k = end->sum;
    i32x16 v[4] = {{0}, {0}, {0}, {0}};
    v[0] = i32x16_proved_sum(sums[0], by[0], end);
    if (n > 1) v[1] = i32x16_proved_sum(sums[1], by[1], end);
    if (n > 2) v[2] = i32x16_proved_sum(sums[2], by[2], end);
    if (n > 3) v[3] = i32x16_proved_sum(sums[3], by[3], end);
    __m512i codes = i32x16_pack(v[0], v[1], v[2], v[3], i32x16_zero_of(end), end->least, end->most);
    if (end->n_tables > 1)
        codes = i32x16_look_up_numbered(end->tables, end->n_tables, scales + 9 * 16 * n, mask, codes);
    else if (end->tables)
        codes = i32x16_look_up_bytes(end->tables, codes);
    if (r) {
        const __m512i z = _mm512_maskz_loadu_epi8(mask, r);
        v[0] = i32x16_proved_codes(codes, z, 0, k);
        if (n > 1) v[1] = i32x16_proved_codes(codes, z, 1, k);
        if (n > 2) v[2] = i32x16_proved_codes(codes, z, 2, k);
        if (n > 3) v[3] = i32x16_proved_codes(codes, z, 3, k);
        codes = i32x16_pack(v[0], v[1], v[2], v[3], 0, k->least, k->most);
    }
    i32x16_store_bytes(y, codes, channels, mask);
}

/* The codes y of the sums of n vectors, of `channels` lanes of them; `scales` and `r` as i32x16_end_exactly
 * says. by: the factors. */
static inline LCC_INLINE void i32x16_end_of(int n, int8_t *y, const int8_t *r, const i32x16 *sums,
                                           const i32x16_by *by, const int8_t *scales, int channels,
                                           const i32x16_ending *end) {
    if (end->way != i32x16_TESTED) {
        i32x16_end_proved(n, y, r, sums, by, scales, channels, end);
        return;
    }
    const __mmask64 mask = channels == 64 ? ~(__mmask64)0 : ((__mmask64)1 << (channels & 63)) - 1;
    const i32x16_sum *const k = end->sum;
    i32x16 v[4] = {{0}, {0}, {0}, {0}};
    __m512 far = _mm512_setzero_ps();
    __m512i codes;
    int again = 0;
    if (end->close > 0) {
        v[0] = i32x16_round(_mm512_mul_ps(_mm512_cvtepi32_ps((__m512i)sums[0]), by[0].factor), &far);
        if (n > 1) v[1] = i32x16_round(_mm512_mul_ps(_mm512_cvtepi32_ps((__m512i)sums[1]), by[1].factor), &far);
        if (n > 2) v[2] = i32x16_round(_mm512_mul_ps(_mm512_cvtepi32_ps((__m512i)sums[2]), by[2].factor), &far);
        if (n > 3) v[3] = i32x16_round(_mm512_mul_ps(_mm512_cvtepi32_ps((__m512i)sums[3]), by[3].factor), &far);
        again = _mm512_cmp_ps_mask(far, _mm512_set1_ps(end->close), _CMP_GT_OQ) != 0;
        codes = i32x16_pack(v[0], v[1], v[2], v[3], end->zero, end->least, end->most);
    } else {
        codes = i32x16_pack_exactly(n, sums, scales, end);
    }
    if (end->n_tables > 1)
        codes = i32x16_look_up_numbered(end->tables, end->n_tables, scales + 9 * 16 * n, mask, codes);
    else if (end->tables)
        codes = i32x16_look_up_bytes(end->tables, codes);
    if (r && end->close > 0) {
        const __m512i z = _mm512_maskz_loadu_epi8(mask, r);
        far = _mm512_setzero_ps();
        v[0] = i32x16_add_floats(codes, z, 0, k, &far);
        if (n > 1) v[1] = i32x16_add_floats(codes, z, 1, k, &far);
        if (n > 2) v[2] = i32x16_add_floats(codes, z, 2, k, &far);
        if (n > 3) v[3] = i32x16_add_floats(codes, z, 3, k, &far);
        again |= _mm512_cmp_ps_mask(far, _mm512_set1_ps(k->close), _CMP_GT_OQ) != 0;
        codes = i32x16_pack(v[0], v[1], v[2], v[3], k->y_zero, k->least, k->most);
    } else if (r) {
        codes = i32x16_add_exactly(n, codes, _mm512_maskz_loadu_epi8(mask, r), k, end->twice);
    }
    if (!again) i32x16_store_bytes(y, codes, channels, mask);
    if (__builtin_expect(again, 0)) {
        /* A copy, so that the sums themselves need not lie in memory. */
        const i32x16 kept[4] = {sums[0], n > 1 ? sums[1] : v[1], n > 2 ? sums[2] : v[2], n > 3 ? sums[3] : v[3]};
        i32x16_end_exactly(y, r, kept, scales, 16 * n, channels, end);
    }
}

/* 64 int8, times 2^24, as floats in the order of channel_of_lane: number i of four. */
static inline LCC_INLINE __m512 i32x16_raised_floats(__m512i codes, int i) {
    const __m512i none = _mm512_setzero_si512();
    const __m512i half = i < 2 ? _mm512_unpacklo_epi8(none, codes) : _mm512_unpackhi_epi8(none, codes);
    return _mm512_cvtepi32_ps(i % 2 ? _mm512_unpackhi_epi16(none, half) : _mm512_unpacklo_epi16(none, half));
}

/* The factors of sixteen of `channels` channels, from `at` on, as floats. */
static inline LCC_INLINE __m512 i32x16_factors(const i32x16_scaling *k, int at) {
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
static inline LCC_INLINE __m512 i32x16_floats_at(const float *floats, const i32x16_scaling *k, int at) {
    const int left = k->channels - at;
    if (!k->each) return _mm512_set1_ps(floats[0]);
    const __mmask16 mask = (__mmask16)(left >= 16 ? 0xffff : left > 0 ? (1 << left) - 1 : 0);
    return _mm512_maskz_loadu_ps(mask, (const void *)(floats + (mask ? at : 0)));
}

/* Floats of 64 channels in the order of i32x16_raised_floats. */
static inline LCC_INLINE void i32x16_in_order(__m512 to[4], __m512 a, __m512 b, __m512 c, __m512 d) {
    const __m512 ab = _mm512_shuffle_f32x4(a, b, 0x44), cd = _mm512_shuffle_f32x4(c, d, 0x44);
    const __m512 next_ab = _mm512_shuffle_f32x4(a, b, 0xee), next_cd = _mm512_shuffle_f32x4(c, d, 0xee);
    to[0] = _mm512_shuffle_f32x4(ab, cd, 0x88), to[1] = _mm512_shuffle_f32x4(ab, cd, 0xdd);
    to[2] = _mm512_shuffle_f32x4(next_ab, next_cd, 0x88), to[3] = _mm512_shuffle_f32x4(next_ab, next_cd, 0xdd);
}

/* What makes codes of the products of 64 channels, from `at` on. */
static inline LCC_INLINE void i32x16_load_scaling(i32x16_by by[4], const i32x16_scaling *k, int at) {
    __m512 factor[4], second[4] = {_mm512_setzero_ps()};
    if (k->end->way == i32x16_TESTED) {
        i32x16_in_order(factor, i32x16_factors(k, at), i32x16_factors(k, at + 16), i32x16_factors(k, at + 32),
                       i32x16_factors(k, at + 48));
    } else {
        i32x16_in_order(factor, i32x16_floats_at(k->factors, k, at), i32x16_floats_at(k->factors, k, at + 16),
                       i32x16_floats_at(k->factors, k, at + 32), i32x16_floats_at(k->factors, k, at + 48));
        i32x16_in_order(second, i32x16_floats_at(k->seconds, k, at), i32x16_floats_at(k->seconds, k, at + 16),
                       i32x16_floats_at(k->seconds, k, at + 32), i32x16_floats_at(k->seconds, k, at + 48));
    }
    by[0] = (i32x16_by){factor[0], second[0]}, by[1] = (i32x16_by){factor[1], second[1]};
    by[2] = (i32x16_by){factor[2], second[2]}, by[3] = (i32x16_by){factor[3], second[3]};
}

/* The code of a product. *far as for i32x16_round. */
static inline LCC_INLINE i32x16 i32x16_product_code(__m512 product, i32x16_by by, const i32x16_ending *end,
                                                  __m512 *far) {
    if (end->way != i32x16_TESTED) return i32x16_proved(product, by, end);
    return i32x16_round(_mm512_mul_ps(product, by.factor), far);
}

/* The codes of 64 channels of a pixel. z, off: what makes products of raised floats. */
static inline LCC_INLINE __m512i i32x16_scaled_codes(__m512i x, const __m512 *z, const __m512 *off,
                                                    const i32x16_by *by, const i32x16_ending *end, __m512 *far) {
    i32x16 v[4];
    v[0] = i32x16_product_code(_mm512_fmadd_ps(i32x16_raised_floats(x, 0), z[0], off[0]), by[0], end, far);
    v[1] = i32x16_product_code(_mm512_fmadd_ps(i32x16_raised_floats(x, 1), z[1], off[1]), by[1], end, far);
    v[2] = i32x16_product_code(_mm512_fmadd_ps(i32x16_raised_floats(x, 2), z[2], off[2]), by[2], end, far);
    v[3] = i32x16_product_code(_mm512_fmadd_ps(i32x16_raised_floats(x, 3), z[3], off[3]), by[3], end, far);
    return i32x16_narrow(v[0], v[1], v[2], v[3], i32x16_zero_of(end), end->least, end->most);
}

/* The pixels first .. end - 1 of the map x, each channel times its code in z: a block of 64 channels at a time.
 */
static inline void i32x16_scale_map(int8_t *y, const int8_t *x, const int8_t *z, int first, int end,
                                   const i32x16_scaling *k) {
    const int tested = k->end->way == i32x16_TESTED;
    for (int at = 0; at < k->channels; at += 64) {
        const int channels = k->channels - at < 64 ? k->channels - at : 64;
        const __mmask64 mask = channels == 64 ? ~(__mmask64)0 : ((__mmask64)1 << channels) - 1;
        const __m512i codes = _mm512_maskz_loadu_epi8(mask, (const void *)(z + at));
        i32x16_by by[4];
        i32x16_load_scaling(by, k, at);
        const __m512 raised = _mm512_set1_ps((float)(1 << 24)), lowered = _mm512_set1_ps(1.0f / (1 << 24));
        const __m512 z_zero = _mm512_mul_ps(raised, _mm512_set1_ps((float)k->z_zero));
        const __m512 x_zero = _mm512_set1_ps((float)-k->x_zero);
        __m512 factor[4], off[4];
        for (int i = 0; i < 4; i++) {
            const __m512 less = _mm512_mul_ps(lowered, _mm512_sub_ps(i32x16_raised_floats(codes, i), z_zero));
            factor[i] = _mm512_mul_ps(lowered, less);
            off[i] = _mm512_mul_ps(x_zero, less);
        }
        for (int p = first; p < end; p++) {
            int8_t *const to = y + (ptrdiff_t)p * k->y_step + at;
            const int8_t *const from = x + (ptrdiff_t)p * k->x_step + at;
            __m512 far = _mm512_setzero_ps();
            const __m512i v = _mm512_maskz_loadu_epi8(mask, (const void *)from);
            const __m512i result = i32x16_scaled_codes(v, factor, off, by, k->end, &far);
            const __m512 close = _mm512_set1_ps(k->end->close);
            if (tested && __builtin_expect(_mm512_cmp_ps_mask(far, close, _CMP_GE_OQ) != 0, 0))
                i32x16_scale_exactly(to, from, z + at, at, channels, k);
            else
                _mm512_mask_storeu_epi8((void *)to, mask, result);
        }
    }
}

/* The codes of a pixel, of the sums of so many vectors. */
static inline LCC_INLINE void i32x16_end1(int8_t *y, const int8_t *r, i32x16 a, i32x16_by by_a,
                                         const int8_t *scales, int channels, const i32x16_ending *end) {
    i32x16_end_of(1, y, r, (const i32x16[]){a}, (const i32x16_by[]){by_a}, scales, channels, end);
}

static inline LCC_INLINE void i32x16_end2(int8_t *y, const int8_t *r, i32x16 a, i32x16 b, i32x16_by by_a,
                                         i32x16_by by_b, const int8_t *scales, int channels,
                                         const i32x16_ending *end) {
    i32x16_end_of(2, y, r, (const i32x16[]){a, b}, (const i32x16_by[]){by_a, by_b}, scales, channels, end);
}

/* Adds `size` codes, 8 or 16, of each of so many rows to `sum`; at most 256 rows, `step` codes apart. A sum of
 * codes that are raised by 128 has room in 16 bits, and the sum of the pairs, modulo 2^16, holds that of the
 * first ones behind that of the second ones. */
static inline LCC_INLINE void i32x16_add_block(int32_t *sum, const int8_t *x, int rows, ptrdiff_t step,
                                              size_t size) {
    i32x16_pair_codes pairs = {0}, second = {0};
    for (int i = 0; i < rows; i++, x += step) {
        i32x16_pair_codes v = {0};
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
__attribute__((noinline)) static void i32x16_add_rows(int32_t *sum, const int8_t *x, int count, int rows,
                                                     ptrdiff_t step) {
    enum { AT_ONCE = 256 };
    for (int first = 0; first < rows; first += AT_ONCE, x += AT_ONCE * step) {
        const int n = rows - first < AT_ONCE ? rows - first : AT_ONCE;
        int c = count & ~7;
        if (c == 16)
            i32x16_add_block(sum, x, n, step, 16);
        else if (c == 8)
            i32x16_add_block(sum, x, n, step, 8);
        for (; c < count; c++) {
            for (int i = 0; i < n; i++) sum[c] += x[i * step + c];
        }
    }
}

/* Four int32, whatever 16 is. */
typedef uint32_t i32x16_quad __attribute__((vector_size(16)));

/* Eight bytes with as many zeros behind them. */
typedef uint64_t i32x16_longs __attribute__((vector_size(16)));

/* The sums that the biases of a block begin. */
static inline LCC_INLINE i32x16_two i32x16_begin_two(const int8_t *w) {
    return (i32x16_two){i32x16_load_i32(w), i32x16_load_i32(w + 4 * 16)};
}

/* sum + the products of two taps and their weights, which are int16. */
static inline LCC_INLINE i32x16_two i32x16_dots(i32x16_two x, const int8_t *w, i32x16_two sum) {
    return (i32x16_two){i32x16_dot(x.a, i32x16_load_i32(w), sum.a),
                       i32x16_dot(x.b, i32x16_load_i32(w + 4 * 16), sum.b)};
}

/* Taps that lie outside of the map. */
static inline LCC_INLINE i32x16_two i32x16_outside(int code) {
    const i32x16 v = i32x16_set1(code * 65536 + (code & 0xffff));
    return (i32x16_two){v, v};
}

/* The codes of a block, of so many channels. */
static inline LCC_INLINE void i32x16_end_two(int8_t *y, i32x16_two v, i32x16_by by_a, i32x16_by by_b,
                                            const int8_t *scales, int channels, const i32x16_ending *end) {
    i32x16_end2(y, NULL, v.a, v.b, by_a, by_b, scales, channels, end);
}


/* ---- i32 ---- */

/* x, but at least `least` and at most `most`. */
static inline int32_t i32_clamp(int32_t x, int32_t least, int32_t most) {
    return x < least ? least : x > most ? most : x;
}

/* x / 2^shift, rounded down. */
static inline int64_t i32_floor(int64_t x, int shift) { return x >= 0 ? x >> shift : ~(~x >> shift); }

/* The same of 32 bits. */
static inline int32_t i32_halve(int32_t x, int shift) { return x >= 0 ? x >> shift : ~(~x >> shift); }

/* The same where the shift is -31 to -2: the high half of the product is enough. */
static inline int32_t i32_once_short(int32_t x, int32_t multiplier, int shift) {
    const int32_t high = (int32_t)i32_floor((int64_t)x * multiplier, 32);
    return i32_halve(high + ((int32_t)1 << (-shift - 2)), -shift - 1);
}

/* Where the caller keeps the weights: set by bind. */
static const int32_t *weights;

#define WEIGHTS(i) (weights + (i))

#define CODES(i) ((const int8_t *)(const void *)WEIGHTS(0) + (i))

/* What an activation makes of the codes -128, -127, .. 127. */
static const int8_t codes_1[256] = {
    -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116,
    -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116,
    -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116, -116,
    -116, -116, -116, -116, -116, -116, -116, -116, -116, -117, -118, -118, -119, -120, -120, -121, -122, -122, -123, -123,
    -124, -124, -125, -125, -126, -126, -127, -127, -127, -127, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128,
    -128, -128, -128, -128, -128, -128, -128, -127, -127, -127, -127, -126, -126, -125, -125, -124, -124, -123, -123, -122,
    -122, -121, -121, -120, -119, -118, -118, -117, -116, -115, -114, -113, -112, -111, -110, -109, -108, -107, -106, -105,
    -104, -103, -102, -100, -99, -98, -96, -95, -94, -92, -91, -89, -88, -86, -85, -83, -82, -80, -78, -77,
    -75, -73, -72, -70, -68, -66, -64, -62, -60, -58, -56, -54, -52, -50, -48, -46, -44, -42, -40, -37,
    -35, -33, -30, -28, -26, -23, -21, -18, -16, -14, -13, -11, -9, -8, -6, -4, -3, -1, 1, 2,
    4, 6, 7, 9, 11, 12, 14, 16, 17, 19, 21, 22, 24, 26, 27, 29, 31, 32, 34, 36,
    37, 39, 41, 42, 44, 46, 47, 49, 51, 52, 54, 56, 57, 59, 61, 62, 64, 66, 67, 69,
    71, 72, 74, 76, 77, 79, 81, 82, 84, 86, 87, 89, 91, 92, 94, 96};

static const int8_t codes_2[256] = {
    -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128,
    -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128,
    -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128,
    -128, -128, -128, -128, -128, -128, -128, -128, -128, -126, -124, -122, -119, -117, -115, -113, -111, -109, -107, -105,
    -102, -100, -98, -96, -94, -92, -90, -87, -85, -83, -81, -79, -77, -75, -73, -70, -68, -66, -64, -62,
    -60, -58, -55, -53, -51, -49, -47, -45, -43, -41, -38, -36, -34, -32, -30, -28, -26, -23, -21, -19,
    -17, -15, -13, -11, -9, -6, -4, -2, 0, 2, 4, 6, 9, 11, 13, 15, 17, 19, 21, 23,
    26, 28, 30, 32, 34, 36, 38, 41, 43, 45, 47, 49, 51, 53, 55, 58, 60, 62, 64, 66,
    68, 70, 73, 75, 77, 79, 81, 83, 85, 87, 90, 92, 94, 96, 98, 100, 102, 105, 107, 109,
    111, 113, 115, 117, 119, 122, 124, 126, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127,
    127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127,
    127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127,
    127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127};

/* The first of `units` in a part; its end is where part + 1 begins. */
#define PART(units, part) ((int)((int64_t)(units) * (part) / parts))

/* What the threads of a run share. */
typedef struct team {
    int threads;   /* and parts of a step */
    int taken[64]; /* of each part: the last step in which a thread took it */
    int apart[16]; /* puts what follows into another line of the cache */
    int done;      /* parts that are done, of all steps together */
    int asleep;    /* threads that sleep until `done` or `left` changes */
    int left;      /* threads that have left the run */
    int late;      /* whether somebody was waited for that did not run */
    int alone;     /* whether the caller's thread makes the run alone */
} team;

/* What one of these threads knows. */
typedef struct worker {
    team *all;
    int thread;
    int step;  /* the number of the step at work; the first one is 1 */
    int parts; /* of that step */
    int tried; /* how many of them it has found taken, or has done */
    int due;   /* what `done` is when that step is done */
} worker;

/* Tells the processor that this thread waits. */
static inline void wait_a_moment(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb");
#endif
}

/* A clock that costs nothing to read, and how far it goes in a millisecond: on x86, at 2.5 GHz. Where there is
 * none, it stands still. */
static inline uint64_t read_ticks(void) {
#if defined(__x86_64__) || defined(__i386__)
    return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
    uint64_t ticks;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
#else
    return 0;
#endif
}

static inline uint64_t ticks_of_millisecond(void) {
#if defined(__aarch64__)
    uint64_t hertz;
    __asm__("mrs %0, cntfrq_el0" : "=r"(hertz));
    return hertz / 1000;
#else
    return 2500000;
#endif
}

#if defined(__linux__) && defined(__x86_64__) && !defined(__ILP32__)
static void call_futex(int *word, long operation, long value) {
    long result = 202;
    __asm__ volatile("xorl %%r10d, %%r10d\n\tsyscall"
                     : "+a"(result)
                     : "D"(word), "S"(operation), "d"(value)
                     : "rcx", "r10", "r11", "cc", "memory");
}
#define HAS_FUTEX 1
#elif defined(__linux__) && defined(__aarch64__) && !defined(__ILP32__)
static void call_futex(int *word, long operation, long value) {
    __asm__ volatile("mov x0, %0\n\tmov x1, %1\n\tmov x2, %2\n\tmov x3, xzr\n\tmov x8, #98\n\tsvc #0"
                     :
                     : "r"(word), "r"(operation), "r"(value)
                     : "x0", "x1", "x2", "x3", "x8", "cc", "memory");
}
#define HAS_FUTEX 1
#elif defined(__unix__) || defined(__APPLE__)
#include <sched.h>
#endif

/* Sleeps while the word has the value, unless woken; or lets other threads run. May return early. */
static void sleep_while(int *word, int value) {
#ifdef HAS_FUTEX
    call_futex(word, 128, value); /* FUTEX_WAIT_PRIVATE */
#elif defined(__unix__) || defined(__APPLE__)
    (void)word, (void)value;
    sched_yield();
#else
    (void)word, (void)value;
    wait_a_moment();
#endif
}

/* Adds 1 to the word; where it has become `due`, wakes those who sleep for that. Returns what it has become. */
static int count_up(team *all, int *word, int due) {
    const int now = __atomic_add_fetch(word, 1, __ATOMIC_SEQ_CST);
#ifdef HAS_FUTEX
    if (now == due && __atomic_load_n(&all->asleep, __ATOMIC_SEQ_CST))
        call_futex(word, 129, 0x7fffffff); /* FUTEX_WAKE_PRIVATE */
#else
    (void)all, (void)due;
#endif
    return now;
}

/* Waits until the word is `due` or more. */
static void wait_until(team *all, int *word, int due) {
    for (int turns = 0; turns < 2000; turns++) {
        if (__atomic_load_n(word, __ATOMIC_ACQUIRE) >= due) return;
        wait_a_moment();
    }
    const uint64_t began = read_ticks();
    __atomic_add_fetch(&all->asleep, 1, __ATOMIC_SEQ_CST);
    for (int now; (now = __atomic_load_n(word, __ATOMIC_SEQ_CST)) < due;) sleep_while(word, now);
    __atomic_sub_fetch(&all->asleep, 1, __ATOMIC_RELAXED);
    if (read_ticks() - began > ticks_of_millisecond() / 2) __atomic_store_n(&all->late, 1, __ATOMIC_RELAXED);
}

/* Takes a part of the step and returns its number. Where none is left it waits until all are done, and returns
 * -1. */
static int take_part(worker *me) {
    team *const all = me->all;
    for (; me->tried < me->parts; me->tried++) {
        const int part = (me->thread + me->tried) % me->parts;
        int last = __atomic_load_n(&all->taken[part], __ATOMIC_RELAXED);
        if (last < me->step && __atomic_compare_exchange_n(&all->taken[part], &last, me->step, 0,
                                                           __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            return part;
    }
    wait_until(all, &all->done, me->due);
    return -1;
}

/* The thread's first part of the next step, which has so many; -1 where there is none for it. */
static inline int first_part(worker *me, int parts) {
    me->step++;
    me->parts = parts;
    me->tried = 0;
    me->due += parts;
    return take_part(me);
}

/* The thread has done its part. Its next one of the same step; -1 when all parts are done. */
static inline int next_part(worker *me) {
    if (count_up(me->all, &me->all->done, me->due) >= me->due) return -1;
    me->tried++;
    return take_part(me);
}

#ifdef _OPENMP
/* Leaves the run when all its threads do. OpenMP would let those wait who are first, with a processor each. */
static void leave(team *all, int threads) {
    if (count_up(all, &all->left, threads) < threads) wait_until(all, &all->left, threads);
}
#endif

/* What was learned of the runs so far, in ticks. All runs of the process share it: what makes threads slow is
 * the machine. Two runs at a time may lose what one of them learns, which does no harm. */
static struct {
    uint64_t alone; /* what a run takes by one thread, the average of the last ones; 0: that is not known */
    uint64_t lead;  /* how much time several threads have saved, less an eighth of `alone` for each run */
    uint64_t until; /* when several threads are tried again */
    uint64_t pause; /* how long before that they were not */
    uint64_t tried; /* how long all the runs took that several threads have made since then */
    uint64_t woken; /* when a run by several threads began that was the first one for 0.1 seconds */
    uint64_t ended; /* when a run by several threads ended last */
} learned;

static inline uint64_t recall(const uint64_t *value) { return __atomic_load_n(value, __ATOMIC_RELAXED); }
static inline void keep(uint64_t *to, uint64_t value) { __atomic_store_n(to, value, __ATOMIC_RELAXED); }

/* Whether the run that begins now is made by one thread. */
static int goes_alone(uint64_t now) { return now < recall(&learned.until); }

/* Learns from a run that is done. Several threads are left alone when they have lost what they had saved. Of
 * that, no more counts than 3 milliseconds and a quarter of the time that they have run since the last pause,
 * 40 milliseconds at most: where they have run well for long, a program that takes a processor now and then
 * does not end that; where they have just been tried, it is known soon that they are slow. After a pause of 0.1
 * seconds they may lose 40 within 60 milliseconds: threads that have slept for long need some time to wake, and
 * so do the processors of a virtual machine. They are also left alone when one was waited for that did not run,
 * and it is not known what a run takes without it. That lasts for 0.1 seconds. Where several threads did not
 * then run for four times as long, it lasts for eight times as long, but not longer than 6.4 seconds or 256
 * runs: next to no runs are slow because several threads are tried. */
static void learn_from(const team *all, uint64_t began) {
    const uint64_t now = read_ticks(), took = now - began, millisecond = ticks_of_millisecond();
    uint64_t alone = recall(&learned.alone);
    if (all->alone) {
        keep(&learned.alone, alone ? alone - alone / 8 + took / 8 : took);
        return;
    }
    const uint64_t until = recall(&learned.until), pause = recall(&learned.pause);
    if (began - recall(&learned.ended) > 100 * millisecond) {
        keep(&learned.woken, began);
        keep(&learned.lead, 40 * millisecond);
    }
    keep(&learned.ended, now);
    if (now < until || (!alone && !all->late)) return;
    if (alone) {
        if (all->late) keep(&learned.alone, alone -= alone / 32); /* it may have been longer than it is now */
        const uint64_t earned = 3 * millisecond + recall(&learned.tried) / 4, woke = recall(&learned.woken),
                       most = now - woke < 60 * millisecond || earned > 40 * millisecond ? 40 * millisecond
                                                                                         : earned;
        const int64_t lead = (int64_t)(recall(&learned.lead) + alone - alone / 8 - took);
        keep(&learned.lead, lead < (int64_t)most ? (uint64_t)lead : most);
        if (lead >= 0) {
            keep(&learned.tried, recall(&learned.tried) + took);
            return;
        }
    }
    const uint64_t least = 100 * millisecond, longest = alone * 256 > 64 * least ? alone * 256 : 64 * least;
    const uint64_t next = recall(&learned.tried) >= 4 * pause ? least : 8 * pause;
    keep(&learned.pause, next < longest ? next : longest);
    keep(&learned.tried, 0);
    keep(&learned.until, now + recall(&learned.pause));
}

/* One padded row of the input. */
static void stage_row_17x3(const uint8_t *x, uint8_t *row, int iy) {
    if (iy < 0 || iy >= 17) {
        for (int i = 0; i < 57; i++) {
            row[i] = 128;
        }
        return;
    }
    for (int i = 0; i < 3; i++) {
        row[i] = 128;
    }
    for (int i = 0; i < 3; i++) {
        row[i + 54] = 128;
    }
    row += 3;
    x += iy * 51;
    memcpy(row, x, 51);
}

/* The inputs of a tile's pixels, side by side. */
static void gather_9x27(const uint8_t *const *rows, int at, int8_t *tile) {
    for (int m = 0; m < 9; m++) {
        int8_t *to = tile + m * 56;
        for (int ky = 0; ky < 3; ky++) {
            i32x16_widen_u8(to, rows[ky] + at + m * 6, 9);
            to += 2 * 9;
        }
    }
}

/* 9 pixels x 8 channels, over 27 inputs. */
static void tile_9x1_of_27(const int8_t *tile, const int8_t *w, int8_t *y) {
    i32x16 acc0_0 = i32x16_load_i32(w);
    i32x16 acc1_0 = acc0_0;
    i32x16 acc2_0 = acc0_0;
    i32x16 acc3_0 = acc0_0;
    i32x16 acc4_0 = acc0_0;
    i32x16 acc5_0 = acc0_0;
    i32x16 acc6_0 = acc0_0;
    i32x16 acc7_0 = acc0_0;
    i32x16 acc8_0 = acc0_0;
    const int8_t *const scales = w + 64;
    w += 208;
    for (int k = 0; k < 56; k += 4) {
        const i32x16 w0 = i32x16_load_dots(w);
        const i32x16 v0 = i32x16_spread_i16(tile + k);
        acc0_0 = i32x16_dot(v0, w0, acc0_0);
        const i32x16 v1 = i32x16_spread_i16(tile + k + 56);
        acc1_0 = i32x16_dot(v1, w0, acc1_0);
        const i32x16 v2 = i32x16_spread_i16(tile + k + 112);
        acc2_0 = i32x16_dot(v2, w0, acc2_0);
        const i32x16 v3 = i32x16_spread_i16(tile + k + 168);
        acc3_0 = i32x16_dot(v3, w0, acc3_0);
        const i32x16 v4 = i32x16_spread_i16(tile + k + 224);
        acc4_0 = i32x16_dot(v4, w0, acc4_0);
        const i32x16 v5 = i32x16_spread_i16(tile + k + 280);
        acc5_0 = i32x16_dot(v5, w0, acc5_0);
        const i32x16 v6 = i32x16_spread_i16(tile + k + 336);
        acc6_0 = i32x16_dot(v6, w0, acc6_0);
        const i32x16 v7 = i32x16_spread_i16(tile + k + 392);
        acc7_0 = i32x16_dot(v7, w0, acc7_0);
        const i32x16 v8 = i32x16_spread_i16(tile + k + 448);
        acc8_0 = i32x16_dot(v8, w0, acc8_0);
        w += 32;
    }
    static const i32x16_ending end = {i32x16_MOVED, -128, -128, 127, 0, 0.0f, 1, NULL, NULL};
    const i32x16_by by0 = i32x16_load_by(scales, 16, 0);
    i32x16_end1(y, NULL, acc0_0, by0, scales, 8, &end);
    i32x16_end1(y + 8, NULL, acc1_0, by0, scales, 8, &end);
    i32x16_end1(y + 16, NULL, acc2_0, by0, scales, 8, &end);
    i32x16_end1(y + 24, NULL, acc3_0, by0, scales, 8, &end);
    i32x16_end1(y + 32, NULL, acc4_0, by0, scales, 8, &end);
    i32x16_end1(y + 40, NULL, acc5_0, by0, scales, 8, &end);
    i32x16_end1(y + 48, NULL, acc6_0, by0, scales, 8, &end);
    i32x16_end1(y + 56, NULL, acc7_0, by0, scales, 8, &end);
    i32x16_end1(y + 64, NULL, acc8_0, by0, scales, 8, &end);
}

static void conv3x3_3_to_8_at_9x9(const uint8_t *x, const int8_t *w, int8_t *y, uint8_t *ring, int8_t *tile, int part, int parts) {
    const uint8_t *rows[3];
    int next = PART(9, part) * 2 - 1; /* the input row that is copied next */
    for (int oy = PART(9, part); oy < PART(9, part + 1); oy++) {
        for (; next < oy * 2 + 2; next++) {
            stage_row_17x3(x, ring + (next + 1) % 3 * 57, next);
        }
        for (int ky = 0; ky < 3; ky++) {
            rows[ky] = ring + (oy * 2 + ky) % 3 * 57;
        }
        gather_9x27(rows, 0, tile);
        tile_9x1_of_27(tile, w, y + oy * 72);
    }
    (void)parts;
}

/* The inputs of a tile's pixels, side by side. */
static void gather_14x8(const int8_t *x, int8_t *tile) {
    for (int m = 0; m < 14; m++) {
        int8_t *to = tile + m * 16;
        i32x16_widen_i8(to, x + m * 8, 8);
        to += 2 * 8;
    }
}

/* 14 pixels x 24 channels, over 8 inputs. */
static void tile_14x2_of_8(const int8_t *tile, const int8_t *w, int8_t *y) {
    i32x16 acc0_0 = i32x16_load_i32(w);
    i32x16 acc0_1 = i32x16_load_i32(w + 64);
    i32x16 acc1_0 = acc0_0; i32x16 acc1_1 = acc0_1;
    i32x16 acc2_0 = acc0_0; i32x16 acc2_1 = acc0_1;
    i32x16 acc3_0 = acc0_0; i32x16 acc3_1 = acc0_1;
    i32x16 acc4_0 = acc0_0; i32x16 acc4_1 = acc0_1;
    i32x16 acc5_0 = acc0_0; i32x16 acc5_1 = acc0_1;
    i32x16 acc6_0 = acc0_0; i32x16 acc6_1 = acc0_1;
    i32x16 acc7_0 = acc0_0; i32x16 acc7_1 = acc0_1;
    i32x16 acc8_0 = acc0_0; i32x16 acc8_1 = acc0_1;
    i32x16 acc9_0 = acc0_0; i32x16 acc9_1 = acc0_1;
    i32x16 acc10_0 = acc0_0; i32x16 acc10_1 = acc0_1;
    i32x16 acc11_0 = acc0_0; i32x16 acc11_1 = acc0_1;
    i32x16 acc12_0 = acc0_0; i32x16 acc12_1 = acc0_1;
    i32x16 acc13_0 = acc0_0; i32x16 acc13_1 = acc0_1;
    const int8_t *const scales = w + 128;
    w += 416;
    for (int k = 0; k < 16; k += 4) {
        const i32x16 w0 = i32x16_load_dots(w);
        const i32x16 w1 = i32x16_load_dots(w + 32);
        const i32x16 v0 = i32x16_spread_i16(tile + k);
        acc0_0 = i32x16_dot(v0, w0, acc0_0);
        acc0_1 = i32x16_dot(v0, w1, acc0_1);
        const i32x16 v1 = i32x16_spread_i16(tile + k + 16);
        acc1_0 = i32x16_dot(v1, w0, acc1_0);
        acc1_1 = i32x16_dot(v1, w1, acc1_1);
        const i32x16 v2 = i32x16_spread_i16(tile + k + 32);
        acc2_0 = i32x16_dot(v2, w0, acc2_0);
        acc2_1 = i32x16_dot(v2, w1, acc2_1);
        const i32x16 v3 = i32x16_spread_i16(tile + k + 48);
        acc3_0 = i32x16_dot(v3, w0, acc3_0);
        acc3_1 = i32x16_dot(v3, w1, acc3_1);
        const i32x16 v4 = i32x16_spread_i16(tile + k + 64);
        acc4_0 = i32x16_dot(v4, w0, acc4_0);
        acc4_1 = i32x16_dot(v4, w1, acc4_1);
        const i32x16 v5 = i32x16_spread_i16(tile + k + 80);
        acc5_0 = i32x16_dot(v5, w0, acc5_0);
        acc5_1 = i32x16_dot(v5, w1, acc5_1);
        const i32x16 v6 = i32x16_spread_i16(tile + k + 96);
        acc6_0 = i32x16_dot(v6, w0, acc6_0);
        acc6_1 = i32x16_dot(v6, w1, acc6_1);
        const i32x16 v7 = i32x16_spread_i16(tile + k + 112);
        acc7_0 = i32x16_dot(v7, w0, acc7_0);
        acc7_1 = i32x16_dot(v7, w1, acc7_1);
        const i32x16 v8 = i32x16_spread_i16(tile + k + 128);
        acc8_0 = i32x16_dot(v8, w0, acc8_0);
        acc8_1 = i32x16_dot(v8, w1, acc8_1);
        const i32x16 v9 = i32x16_spread_i16(tile + k + 144);
        acc9_0 = i32x16_dot(v9, w0, acc9_0);
        acc9_1 = i32x16_dot(v9, w1, acc9_1);
        const i32x16 v10 = i32x16_spread_i16(tile + k + 160);
        acc10_0 = i32x16_dot(v10, w0, acc10_0);
        acc10_1 = i32x16_dot(v10, w1, acc10_1);
        const i32x16 v11 = i32x16_spread_i16(tile + k + 176);
        acc11_0 = i32x16_dot(v11, w0, acc11_0);
        acc11_1 = i32x16_dot(v11, w1, acc11_1);
        const i32x16 v12 = i32x16_spread_i16(tile + k + 192);
        acc12_0 = i32x16_dot(v12, w0, acc12_0);
        acc12_1 = i32x16_dot(v12, w1, acc12_1);
        const i32x16 v13 = i32x16_spread_i16(tile + k + 208);
        acc13_0 = i32x16_dot(v13, w0, acc13_0);
        acc13_1 = i32x16_dot(v13, w1, acc13_1);
        w += 64;
    }
    static const i32x16_ending end = {i32x16_MOVED, -128, -128, 127, 0, 0.0f, 1, NULL, NULL};
    const i32x16_by by0 = i32x16_load_by(scales, 32, 0);
    const i32x16_by by1 = i32x16_load_by(scales, 32, 16);
    i32x16_end2(y, NULL, acc0_0, acc0_1, by0, by1, scales, 24, &end);
    i32x16_end2(y + 24, NULL, acc1_0, acc1_1, by0, by1, scales, 24, &end);
    i32x16_end2(y + 48, NULL, acc2_0, acc2_1, by0, by1, scales, 24, &end);
    i32x16_end2(y + 72, NULL, acc3_0, acc3_1, by0, by1, scales, 24, &end);
    i32x16_end2(y + 96, NULL, acc4_0, acc4_1, by0, by1, scales, 24, &end);
    i32x16_end2(y + 120, NULL, acc5_0, acc5_1, by0, by1, scales, 24, &end);
    i32x16_end2(y + 144, NULL, acc6_0, acc6_1, by0, by1, scales, 24, &end);
    i32x16_end2(y + 168, NULL, acc7_0, acc7_1, by0, by1, scales, 24, &end);
    i32x16_end2(y + 192, NULL, acc8_0, acc8_1, by0, by1, scales, 24, &end);
    i32x16_end2(y + 216, NULL, acc9_0, acc9_1, by0, by1, scales, 24, &end);
    i32x16_end2(y + 240, NULL, acc10_0, acc10_1, by0, by1, scales, 24, &end);
    i32x16_end2(y + 264, NULL, acc11_0, acc11_1, by0, by1, scales, 24, &end);
    i32x16_end2(y + 288, NULL, acc12_0, acc12_1, by0, by1, scales, 24, &end);
    i32x16_end2(y + 312, NULL, acc13_0, acc13_1, by0, by1, scales, 24, &end);
}

/* The inputs of a tile's pixels, side by side. */
static void gather_11x8(const int8_t *x, int8_t *tile) {
    for (int m = 0; m < 11; m++) {
        int8_t *to = tile + m * 16;
        i32x16_widen_i8(to, x + m * 8, 8);
        to += 2 * 8;
    }
}

/* 11 pixels x 24 channels, over 8 inputs. */
static void tile_11x2_of_8(const int8_t *tile, const int8_t *w, int8_t *y) {
    i32x16 acc0_0 = i32x16_load_i32(w);
    i32x16 acc0_1 = i32x16_load_i32(w + 64);
    i32x16 acc1_0 = acc0_0; i32x16 acc1_1 = acc0_1;
    i32x16 acc2_0 = acc0_0; i32x16 acc2_1 = acc0_1;
    i32x16 acc3_0 = acc0_0; i32x16 acc3_1 = acc0_1;
    i32x16 acc4_0 = acc0_0; i32x16 acc4_1 = acc0_1;
    i32x16 acc5_0 = acc0_0; i32x16 acc5_1 = acc0_1;
    i32x16 acc6_0 = acc0_0; i32x16 acc6_1 = acc0_1;
    i32x16 acc7_0 = acc0_0; i32x16 acc7_1 = acc0_1;
    i32x16 acc8_0 = acc0_0; i32x16 acc8_1 = acc0_1;
    i32x16 acc9_0 = acc0_0; i32x16 acc9_1 = acc0_1;
    i32x16 acc10_0 = acc0_0; i32x16 acc10_1 = acc0_1;
    const int8_t *const scales = w + 128;
    w += 416;
    for (int k = 0; k < 16; k += 4) {
        const i32x16 w0 = i32x16_load_dots(w);
        const i32x16 w1 = i32x16_load_dots(w + 32);
        const i32x16 v0 = i32x16_spread_i16(tile + k);
        acc0_0 = i32x16_dot(v0, w0, acc0_0);
        acc0_1 = i32x16_dot(v0, w1, acc0_1);
        const i32x16 v1 = i32x16_spread_i16(tile + k + 16);
        acc1_0 = i32x16_dot(v1, w0, acc1_0);
        acc1_1 = i32x16_dot(v1, w1, acc1_1);
        const i32x16 v2 = i32x16_spread_i16(tile + k + 32);
        acc2_0 = i32x16_dot(v2, w0, acc2_0);
        acc2_1 = i32x16_dot(v2, w1, acc2_1);
        const i32x16 v3 = i32x16_spread_i16(tile + k + 48);
        acc3_0 = i32x16_dot(v3, w0, acc3_0);
        acc3_1 = i32x16_dot(v3, w1, acc3_1);
        const i32x16 v4 = i32x16_spread_i16(tile + k + 64);
        acc4_0 = i32x16_dot(v4, w0, acc4_0);
        acc4_1 = i32x16_dot(v4, w1, acc4_1);
        const i32x16 v5 = i32x16_spread_i16(tile + k + 80);
        acc5_0 = i32x16_dot(v5, w0, acc5_0);
        acc5_1 = i32x16_dot(v5, w1, acc5_1);
        const i32x16 v6 = i32x16_spread_i16(tile + k + 96);
        acc6_0 = i32x16_dot(v6, w0, acc6_0);
        acc6_1 = i32x16_dot(v6, w1, acc6_1);
        const i32x16 v7 = i32x16_spread_i16(tile + k + 112);
        acc7_0 = i32x16_dot(v7, w0, acc7_0);
        acc7_1 = i32x16_dot(v7, w1, acc7_1);
        const i32x16 v8 = i32x16_spread_i16(tile + k + 128);
        acc8_0 = i32x16_dot(v8, w0, acc8_0);
        acc8_1 = i32x16_dot(v8, w1, acc8_1);
        const i32x16 v9 = i32x16_spread_i16(tile + k + 144);
        acc9_0 = i32x16_dot(v9, w0, acc9_0);
        acc9_1 = i32x16_dot(v9, w1, acc9_1);
        const i32x16 v10 = i32x16_spread_i16(tile + k + 160);
        acc10_0 = i32x16_dot(v10, w0, acc10_0);
        acc10_1 = i32x16_dot(v10, w1, acc10_1);
        w += 64;
    }
    static const i32x16_ending end = {i32x16_MOVED, -128, -128, 127, 0, 0.0f, 1, NULL, NULL};
    const i32x16_by by0 = i32x16_load_by(scales, 32, 0);
    const i32x16_by by1 = i32x16_load_by(scales, 32, 16);
    i32x16_end2(y, NULL, acc0_0, acc0_1, by0, by1, scales, 24, &end);
    i32x16_end2(y + 24, NULL, acc1_0, acc1_1, by0, by1, scales, 24, &end);
    i32x16_end2(y + 48, NULL, acc2_0, acc2_1, by0, by1, scales, 24, &end);
    i32x16_end2(y + 72, NULL, acc3_0, acc3_1, by0, by1, scales, 24, &end);
    i32x16_end2(y + 96, NULL, acc4_0, acc4_1, by0, by1, scales, 24, &end);
    i32x16_end2(y + 120, NULL, acc5_0, acc5_1, by0, by1, scales, 24, &end);
    i32x16_end2(y + 144, NULL, acc6_0, acc6_1, by0, by1, scales, 24, &end);
    i32x16_end2(y + 168, NULL, acc7_0, acc7_1, by0, by1, scales, 24, &end);
    i32x16_end2(y + 192, NULL, acc8_0, acc8_1, by0, by1, scales, 24, &end);
    i32x16_end2(y + 216, NULL, acc9_0, acc9_1, by0, by1, scales, 24, &end);
    i32x16_end2(y + 240, NULL, acc10_0, acc10_1, by0, by1, scales, 24, &end);
}

static void conv1x1_8_to_24_at_9x9(const int8_t *x, const int8_t *w, int8_t *y, int8_t *tile, int part, int parts) {
    for (int b = parts <= 6 ? 0 : PART(1, part); b < (parts <= 6 ? 1 : PART(1, part + 1)); b++) {
        for (int u = parts <= 6 ? PART(6, part) : 0; u < (parts <= 6 ? PART(6, part + 1) : 6); u++) {
            const int p = u * 14;
            if (p < 70) {
                gather_14x8(x + p * 8, tile);
                tile_14x2_of_8(tile, w, y + p * 24);
            } else {
                gather_11x8(x + p * 8, tile);
                tile_11x2_of_8(tile, w, y + p * 24);
            }
        }
    }
}

static void depthwise3x3_row_of_9(const int8_t *x, const int8_t *w, int8_t *y, int top, int ky0, int ky1) {
    static const i32x16_ending end = {i32x16_MOVED, -128, -128, 127, 0, 0.0f, 1, NULL, NULL};
    int8_t outside[32];
    memset(outside, -128, sizeof outside);
    const int8_t *rows[3];
    int steps[3];
    for (int ky = 0; ky < 3; ky++) {
        const int inside = ky >= ky0 && ky < ky1;
        rows[ky] = inside ? x + (top + ky) * 216 : outside;
        steps[ky] = inside ? 24 : 0;
    }
    const int8_t *const scales = w + 128;
    const i32x16_by by0 = i32x16_load_by(scales, 32, 0);
    const i32x16_by by1 = i32x16_load_by(scales, 32, 16);
    {
        i32x16_two acc0 = i32x16_begin_two(w);
        const i32x16_two v0 =
            i32x16_outside(-128);
        acc0 = i32x16_dots(v0, w + 416, acc0);
        i32x16_two acc1 = i32x16_begin_two(w);
        const i32x16_taps x1_0 = i32x16_load_taps(rows[0], 24);
        const i32x16_taps x1_1 = i32x16_load_taps(rows[1], 24);
        const i32x16_two v1 =
            i32x16_pair(x1_0, x1_1);
        acc1 = i32x16_dots(v1, w + 416, acc1);
        acc0 = i32x16_dots(v1, w + 544, acc0);
        i32x16_two acc2 = i32x16_begin_two(w);
        const i32x16_taps x2_0 = i32x16_load_taps(rows[0] + steps[0], 24);
        const i32x16_taps x2_1 = i32x16_load_taps(rows[1] + steps[1], 24);
        const i32x16_two v2 =
            i32x16_pair(x2_0, x2_1);
        acc2 = i32x16_dots(v2, w + 416, acc2);
        acc1 = i32x16_dots(v2, w + 544, acc1);
        acc0 = i32x16_dots(v2, w + 672, acc0);
        const i32x16_taps x0_2 = i32x16_load_taps(outside, 24);
        const i32x16_taps x1_2 = i32x16_load_taps(rows[2], 24);
        const i32x16_two t0_3 =
            i32x16_pair(x0_2, x1_2);
        acc0 = i32x16_dots(t0_3, w + 800, acc0);
        const i32x16_taps x2_2 = i32x16_load_taps(rows[2] + steps[2], 24);
        const i32x16_two t0_4 =
            i32x16_pair(x2_2, x2_2);
        acc0 = i32x16_dots(t0_4, w + 928, acc0);
        i32x16_end_two(y, acc0, by0, by1, scales, 24, &end);
        i32x16_two acc3 = i32x16_begin_two(w);
        const i32x16_taps x3_0 = i32x16_load_taps(rows[0] + 2 * steps[0], 24);
        const i32x16_taps x3_1 = i32x16_load_taps(rows[1] + 2 * steps[1], 24);
        const i32x16_two v3 =
            i32x16_pair(x3_0, x3_1);
        acc3 = i32x16_dots(v3, w + 416, acc3);
        acc2 = i32x16_dots(v3, w + 544, acc2);
        acc1 = i32x16_dots(v3, w + 672, acc1);
        const i32x16_two t1_3 =
            i32x16_pair(x1_2, x2_2);
        acc1 = i32x16_dots(t1_3, w + 800, acc1);
        const i32x16_taps x3_2 = i32x16_load_taps(rows[2] + 2 * steps[2], 24);
        const i32x16_two t1_4 =
            i32x16_pair(x3_2, x3_2);
        acc1 = i32x16_dots(t1_4, w + 928, acc1);
        i32x16_end_two(y + 24, acc1, by0, by1, scales, 24, &end);
        const i32x16_taps x4_0 = i32x16_load_taps(rows[0] + 3 * steps[0], 24);
        const i32x16_taps x4_1 = i32x16_load_taps(rows[1] + 3 * steps[1], 24);
        const i32x16_two v4 =
            i32x16_pair(x4_0, x4_1);
        acc3 = i32x16_dots(v4, w + 544, acc3);
        acc2 = i32x16_dots(v4, w + 672, acc2);
        const i32x16_two t2_3 =
            i32x16_pair(x2_2, x3_2);
        acc2 = i32x16_dots(t2_3, w + 800, acc2);
        const i32x16_taps x4_2 = i32x16_load_taps(rows[2] + 3 * steps[2], 24);
        const i32x16_two t2_4 =
            i32x16_pair(x4_2, x4_2);
        acc2 = i32x16_dots(t2_4, w + 928, acc2);
        i32x16_end_two(y + 48, acc2, by0, by1, scales, 24, &end);
        const i32x16_taps x5_0 = i32x16_load_taps(rows[0] + 4 * steps[0], 24);
        const i32x16_taps x5_1 = i32x16_load_taps(rows[1] + 4 * steps[1], 24);
        const i32x16_two v5 =
            i32x16_pair(x5_0, x5_1);
        acc3 = i32x16_dots(v5, w + 672, acc3);
        const i32x16_two t3_3 =
            i32x16_pair(x3_2, x4_2);
        acc3 = i32x16_dots(t3_3, w + 800, acc3);
        const i32x16_taps x5_2 = i32x16_load_taps(rows[2] + 4 * steps[2], 24);
        const i32x16_two t3_4 =
            i32x16_pair(x5_2, x5_2);
        acc3 = i32x16_dots(t3_4, w + 928, acc3);
        i32x16_end_two(y + 72, acc3, by0, by1, scales, 24, &end);
    }
    {
        i32x16_two acc0 = i32x16_begin_two(w);
        const i32x16_taps x0_0 = i32x16_load_taps(rows[0] + 3 * steps[0], 24);
        const i32x16_taps x0_1 = i32x16_load_taps(rows[1] + 3 * steps[1], 24);
        const i32x16_two v0 =
            i32x16_pair(x0_0, x0_1);
        acc0 = i32x16_dots(v0, w + 416, acc0);
        i32x16_two acc1 = i32x16_begin_two(w);
        const i32x16_taps x1_0 = i32x16_load_taps(rows[0] + 4 * steps[0], 24);
        const i32x16_taps x1_1 = i32x16_load_taps(rows[1] + 4 * steps[1], 24);
        const i32x16_two v1 =
            i32x16_pair(x1_0, x1_1);
        acc1 = i32x16_dots(v1, w + 416, acc1);
        acc0 = i32x16_dots(v1, w + 544, acc0);
        i32x16_two acc2 = i32x16_begin_two(w);
        const i32x16_taps x2_0 = i32x16_load_taps(rows[0] + 5 * steps[0], 24);
        const i32x16_taps x2_1 = i32x16_load_taps(rows[1] + 5 * steps[1], 24);
        const i32x16_two v2 =
            i32x16_pair(x2_0, x2_1);
        acc2 = i32x16_dots(v2, w + 416, acc2);
        acc1 = i32x16_dots(v2, w + 544, acc1);
        acc0 = i32x16_dots(v2, w + 672, acc0);
        const i32x16_taps x0_2 = i32x16_load_taps(rows[2] + 3 * steps[2], 24);
        const i32x16_taps x1_2 = i32x16_load_taps(rows[2] + 4 * steps[2], 24);
        const i32x16_two t0_3 =
            i32x16_pair(x0_2, x1_2);
        acc0 = i32x16_dots(t0_3, w + 800, acc0);
        const i32x16_taps x2_2 = i32x16_load_taps(rows[2] + 5 * steps[2], 24);
        const i32x16_two t0_4 =
            i32x16_pair(x2_2, x2_2);
        acc0 = i32x16_dots(t0_4, w + 928, acc0);
        i32x16_end_two(y + 96, acc0, by0, by1, scales, 24, &end);
        i32x16_two acc3 = i32x16_begin_two(w);
        const i32x16_taps x3_0 = i32x16_load_taps(rows[0] + 6 * steps[0], 24);
        const i32x16_taps x3_1 = i32x16_load_taps(rows[1] + 6 * steps[1], 24);
        const i32x16_two v3 =
            i32x16_pair(x3_0, x3_1);
        acc3 = i32x16_dots(v3, w + 416, acc3);
        acc2 = i32x16_dots(v3, w + 544, acc2);
        acc1 = i32x16_dots(v3, w + 672, acc1);
        const i32x16_two t1_3 =
            i32x16_pair(x1_2, x2_2);
        acc1 = i32x16_dots(t1_3, w + 800, acc1);
        const i32x16_taps x3_2 = i32x16_load_taps(rows[2] + 6 * steps[2], 24);
        const i32x16_two t1_4 =
            i32x16_pair(x3_2, x3_2);
        acc1 = i32x16_dots(t1_4, w + 928, acc1);
        i32x16_end_two(y + 120, acc1, by0, by1, scales, 24, &end);
        i32x16_two acc4 = i32x16_begin_two(w);
        const i32x16_taps x4_0 = i32x16_load_taps(rows[0] + 7 * steps[0], 24);
        const i32x16_taps x4_1 = i32x16_load_taps(rows[1] + 7 * steps[1], 24);
        const i32x16_two v4 =
            i32x16_pair(x4_0, x4_1);
        acc4 = i32x16_dots(v4, w + 416, acc4);
        acc3 = i32x16_dots(v4, w + 544, acc3);
        acc2 = i32x16_dots(v4, w + 672, acc2);
        const i32x16_two t2_3 =
            i32x16_pair(x2_2, x3_2);
        acc2 = i32x16_dots(t2_3, w + 800, acc2);
        const i32x16_taps x4_2 = i32x16_load_taps(rows[2] + 7 * steps[2], 24);
        const i32x16_two t2_4 =
            i32x16_pair(x4_2, x4_2);
        acc2 = i32x16_dots(t2_4, w + 928, acc2);
        i32x16_end_two(y + 144, acc2, by0, by1, scales, 24, &end);
        const i32x16_taps x5_0 = i32x16_load_taps(rows[0] + 8 * steps[0], 24);
        const i32x16_taps x5_1 = i32x16_load_taps(rows[1] + 8 * steps[1], 24);
        const i32x16_two v5 =
            i32x16_pair(x5_0, x5_1);
        acc4 = i32x16_dots(v5, w + 544, acc4);
        acc3 = i32x16_dots(v5, w + 672, acc3);
        const i32x16_two t3_3 =
            i32x16_pair(x3_2, x4_2);
        acc3 = i32x16_dots(t3_3, w + 800, acc3);
        const i32x16_taps x5_2 = i32x16_load_taps(rows[2] + 8 * steps[2], 24);
        const i32x16_two t3_4 =
            i32x16_pair(x5_2, x5_2);
        acc3 = i32x16_dots(t3_4, w + 928, acc3);
        i32x16_end_two(y + 168, acc3, by0, by1, scales, 24, &end);
        const i32x16_two v6 =
            i32x16_outside(-128);
        acc4 = i32x16_dots(v6, w + 672, acc4);
        const i32x16_two t4_3 =
            i32x16_pair(x4_2, x5_2);
        acc4 = i32x16_dots(t4_3, w + 800, acc4);
        const i32x16_two t4_4 =
            i32x16_outside(-128);
        acc4 = i32x16_dots(t4_4, w + 928, acc4);
        i32x16_end_two(y + 192, acc4, by0, by1, scales, 24, &end);
    }
}

/* The inputs of a tile's pixels, side by side. */
static void gather_9x24(const int8_t *x, int8_t *tile) {
    for (int m = 0; m < 9; m++) {
        int8_t *to = tile + m * 48;
        i32x16_widen_i8(to, x + m * 24, 24);
        to += 2 * 24;
    }
}

/* 9 pixels x 8 channels, over 24 inputs. */
static void tile_9x1_of_24(const int8_t *tile, const int8_t *w, int8_t *y, const int8_t *r) {
    i32x16 acc0_0 = i32x16_load_i32(w);
    i32x16 acc1_0 = acc0_0;
    i32x16 acc2_0 = acc0_0;
    i32x16 acc3_0 = acc0_0;
    i32x16 acc4_0 = acc0_0;
    i32x16 acc5_0 = acc0_0;
    i32x16 acc6_0 = acc0_0;
    i32x16 acc7_0 = acc0_0;
    i32x16 acc8_0 = acc0_0;
    const int8_t *const scales = w + 64;
    w += 208;
    for (int k = 0; k < 48; k += 4) {
        const i32x16 w0 = i32x16_load_dots(w);
        const i32x16 v0 = i32x16_spread_i16(tile + k);
        acc0_0 = i32x16_dot(v0, w0, acc0_0);
        const i32x16 v1 = i32x16_spread_i16(tile + k + 48);
        acc1_0 = i32x16_dot(v1, w0, acc1_0);
        const i32x16 v2 = i32x16_spread_i16(tile + k + 96);
        acc2_0 = i32x16_dot(v2, w0, acc2_0);
        const i32x16 v3 = i32x16_spread_i16(tile + k + 144);
        acc3_0 = i32x16_dot(v3, w0, acc3_0);
        const i32x16 v4 = i32x16_spread_i16(tile + k + 192);
        acc4_0 = i32x16_dot(v4, w0, acc4_0);
        const i32x16 v5 = i32x16_spread_i16(tile + k + 240);
        acc5_0 = i32x16_dot(v5, w0, acc5_0);
        const i32x16 v6 = i32x16_spread_i16(tile + k + 288);
        acc6_0 = i32x16_dot(v6, w0, acc6_0);
        const i32x16 v7 = i32x16_spread_i16(tile + k + 336);
        acc7_0 = i32x16_dot(v7, w0, acc7_0);
        const i32x16 v8 = i32x16_spread_i16(tile + k + 384);
        acc8_0 = i32x16_dot(v8, w0, acc8_0);
        w += 32;
    }
    static const i32x16_sum sum = {0.8333334f, 0.39166665f, 0.0f, 0.49992076f,
        1073741824, 0, 2018634530, -2, 1789569773, -19, 20, 3, -128, -4, -128, 127};
    static const i32x16_ending end = {i32x16_TESTED, 3, -128, 127, 0, 0.49996948f, 1, NULL, &sum};
    const i32x16_by by0 = i32x16_load_by(scales, 16, 0);
    i32x16_end1(y, r, acc0_0, by0, scales, 8, &end);
    i32x16_end1(y + 8, r + 8, acc1_0, by0, scales, 8, &end);
    i32x16_end1(y + 16, r + 16, acc2_0, by0, scales, 8, &end);
    i32x16_end1(y + 24, r + 24, acc3_0, by0, scales, 8, &end);
    i32x16_end1(y + 32, r + 32, acc4_0, by0, scales, 8, &end);
    i32x16_end1(y + 40, r + 40, acc5_0, by0, scales, 8, &end);
    i32x16_end1(y + 48, r + 48, acc6_0, by0, scales, 8, &end);
    i32x16_end1(y + 56, r + 56, acc7_0, by0, scales, 8, &end);
    i32x16_end1(y + 64, r + 64, acc8_0, by0, scales, 8, &end);
}

static void conv1x1_24_to_8_row_of_9(const int8_t *x, const int8_t *w, int8_t *y, const int8_t *r, int8_t *tile) {
    gather_9x24(x, tile);
    tile_9x1_of_24(tile, w, y, r);
}

static void chain_9x9x24_to_9x9x8(const int8_t *x, const int8_t *w, int8_t *y, const int8_t *r, int8_t *tile, int8_t *t0, int part, int parts) {
    for (int oy = PART(9, part); oy < PART(9, part + 1); oy++) {
        const int top_0 = oy * 1 - 1;
        const int ky0_0 = top_0 < 0 ? -top_0 : 0;
        const int ky1_0 = 9 - top_0 < 3 ? 9 - top_0 : 3;
        depthwise3x3_row_of_9(x, w, t0, top_0, ky0_0, ky1_0);
        conv1x1_24_to_8_row_of_9(t0, w + 1088, y + oy * 72, r + oy * 72, tile);
    }
    (void)parts;
}

/* One padded row of the input. */
static void stage_row_9x8(const int8_t *x, int8_t *row, int iy) {
    if (iy < 0 || iy >= 9) {
        for (int i = 0; i < 88; i++) {
            row[i] = -4;
        }
        return;
    }
    for (int i = 0; i < 8; i++) {
        row[i] = -4;
    }
    for (int i = 0; i < 8; i++) {
        row[i + 80] = -4;
    }
    row += 8;
    x += iy * 72;
    memcpy(row, x, 72);
}

/* The inputs of a tile's pixels, side by side. */
static void gather_5x72(const int8_t *const *rows, int at, int8_t *tile) {
    for (int m = 0; m < 5; m++) {
        int8_t *to = tile + m * 144;
        for (int ky = 0; ky < 3; ky++) {
            i32x16_widen_i8(to, rows[ky] + at + m * 16, 24);
            to += 2 * 24;
        }
    }
}

/* 5 pixels x 16 channels, over 72 inputs. */
static void tile_5x1_of_72(const int8_t *tile, const int8_t *w, int8_t *y) {
    i32x16 acc0_0 = i32x16_load_i32(w);
    i32x16 acc1_0 = acc0_0;
    i32x16 acc2_0 = acc0_0;
    i32x16 acc3_0 = acc0_0;
    i32x16 acc4_0 = acc0_0;
    const int8_t *const scales = w + 64;
    w += 208;
    for (int k = 0; k < 144; k += 4) {
        const i32x16 w0 = i32x16_load_dots(w);
        const i32x16 v0 = i32x16_spread_i16(tile + k);
        acc0_0 = i32x16_dot(v0, w0, acc0_0);
        const i32x16 v1 = i32x16_spread_i16(tile + k + 144);
        acc1_0 = i32x16_dot(v1, w0, acc1_0);
        const i32x16 v2 = i32x16_spread_i16(tile + k + 288);
        acc2_0 = i32x16_dot(v2, w0, acc2_0);
        const i32x16 v3 = i32x16_spread_i16(tile + k + 432);
        acc3_0 = i32x16_dot(v3, w0, acc3_0);
        const i32x16 v4 = i32x16_spread_i16(tile + k + 576);
        acc4_0 = i32x16_dot(v4, w0, acc4_0);
        w += 32;
    }
    static const i32x16_ending end = {i32x16_MOVED, 0, -128, 127, 0, 0.0f, 1, codes_1, NULL};
    const i32x16_by by0 = i32x16_load_by(scales, 16, 0);
    i32x16_end1(y, NULL, acc0_0, by0, scales, 16, &end);
    i32x16_end1(y + 16, NULL, acc1_0, by0, scales, 16, &end);
    i32x16_end1(y + 32, NULL, acc2_0, by0, scales, 16, &end);
    i32x16_end1(y + 48, NULL, acc3_0, by0, scales, 16, &end);
    i32x16_end1(y + 64, NULL, acc4_0, by0, scales, 16, &end);
}

static void conv3x3_8_to_16_at_5x5(const int8_t *x, const int8_t *w, int8_t *y, int8_t *ring, int8_t *tile, int part, int parts) {
    const int8_t *rows[3];
    int next = PART(5, part) * 2 - 1; /* the input row that is copied next */
    for (int oy = PART(5, part); oy < PART(5, part + 1); oy++) {
        for (; next < oy * 2 + 2; next++) {
            stage_row_9x8(x, ring + (next + 1) % 3 * 88, next);
        }
        for (int ky = 0; ky < 3; ky++) {
            rows[ky] = ring + (oy * 2 + ky) % 3 * 88;
        }
        gather_5x72(rows, 0, tile);
        tile_5x1_of_72(tile, w, y + oy * 80);
    }
    (void)parts;
}

static void mean_of_codes_5x5x16(const int8_t *x0, int8_t *y) {
    for (int begin = 0; begin < 16; begin += 16) {
        const int left = 16 - begin, count = left < 16 ? left : 16;
        int32_t sum[16] = {0};
        i32x16_add_rows(sum, x0 + begin, count, 25, 16);
        for (int c = 0; c < count; c++) {
            y[begin + c] = (int8_t)i32_clamp(i32_once_short(sum[c] + 2900, 1374389535, -4) - 116, -128, 127);
        }
    }
}

/* The inputs of a tile's pixels, side by side. */
static void gather_1x16(const int8_t *x, int8_t *tile) {
    for (int m = 0; m < 1; m++) {
        int8_t *to = tile + m * 32;
        i32x16_widen_i8(to, x + m * 16, 16);
        to += 2 * 16;
    }
}

/* 1 pixel x 4 channels, over 16 inputs. */
static void tile_1x1_of_16(const int8_t *tile, const int8_t *w, int8_t *y) {
    i32x16 acc0_0 = i32x16_load_i32(w);
    const int8_t *const scales = w + 64;
    w += 208;
    for (int k = 0; k < 32; k += 4) {
        const i32x16 w0 = i32x16_load_dots(w);
        const i32x16 v0 = i32x16_spread_i16(tile + k);
        acc0_0 = i32x16_dot(v0, w0, acc0_0);
        w += 32;
    }
    static const i32x16_ending end = {i32x16_MOVED, -128, -128, 127, 0, 0.0f, 1, NULL, NULL};
    const i32x16_by by0 = i32x16_load_by(scales, 16, 0);
    i32x16_end1(y, NULL, acc0_0, by0, scales, 4, &end);
}

static void conv1x1_16_to_4_at_1x1(const int8_t *x, const int8_t *w, int8_t *y, int8_t *tile) {
    gather_1x16(x, tile);
    tile_1x1_of_16(tile, w, y);
}

/* The inputs of a tile's pixels, side by side. */
static void gather_1x4(const int8_t *x, int8_t *tile) {
    for (int m = 0; m < 1; m++) {
        int8_t *to = tile + m * 8;
        i32x16_widen_i8(to, x + m * 4, 4);
        to += 2 * 4;
    }
}

/* 1 pixel x 16 channels, over 4 inputs. */
static void tile_1x1_of_4(const int8_t *tile, const int8_t *w, int8_t *y) {
    i32x16 acc0_0 = i32x16_load_i32(w);
    const int8_t *const scales = w + 64;
    w += 208;
    for (int k = 0; k < 8; k += 4) {
        const i32x16 w0 = i32x16_load_dots(w);
        const i32x16 v0 = i32x16_spread_i16(tile + k);
        acc0_0 = i32x16_dot(v0, w0, acc0_0);
        w += 32;
    }
    static const i32x16_ending end = {i32x16_MOVED, 0, -128, 127, 0, 0.0f, 1, codes_2, NULL};
    const i32x16_by by0 = i32x16_load_by(scales, 16, 0);
    i32x16_end1(y, NULL, acc0_0, by0, scales, 16, &end);
}

static void conv1x1_4_to_16_at_1x1(const int8_t *x, const int8_t *w, int8_t *y, int8_t *tile) {
    gather_1x4(x, tile);
    tile_1x1_of_4(tile, w, y);
}

static void mul_5x5x16(const int8_t *x0, const int8_t *z0, int8_t *y) {
    const int8_t *x = x0;
    const int8_t *z = z0;
    static const float factors[] = {0.00390625f};
    static const float seconds[] = {-115.99999f};
    static const i32x16_ending ending = {i32x16_MOVED, -116, -128, 127, 0, 0.0f, 1, NULL, NULL};
    static const i32x16_scaling scaling = {NULL, NULL, factors, seconds, 0, 16, 16, 16, -116, -128, &ending};
    i32x16_scale_map(y, x, z, 0, 25, &scaling);
}

static void mean_of_codes_5x5x16_v2(const int8_t *x0, int8_t *y) {
    for (int begin = 0; begin < 16; begin += 16) {
        const int left = 16 - begin, count = left < 16 ? left : 16;
        int32_t sum[16] = {0};
        i32x16_add_rows(sum, x0 + begin, count, 25, 16);
        for (int c = 0; c < count; c++) {
            y[begin + c] = (int8_t)i32_clamp(i32_once_short(sum[c] + 2900, 2061584302, -4) - 100, -128, 127);
        }
    }
}

/* The inputs of a tile's pixels, side by side. */
static void gather_1x16_v2(const int8_t *x, int8_t *tile) {
    for (int m = 0; m < 1; m++) {
        int8_t *to = tile + m * 32;
        i32x16_widen_i8(to, x, 16);
        to += 2 * 16;
    }
}

/* 1 pixel x 10 channels, over 16 inputs. */
static void tile_1x1_of_16_v2(const int8_t *tile, const int8_t *w, int8_t *y) {
    i32x16 acc0_0 = i32x16_load_i32(w);
    const int8_t *const scales = w + 64;
    w += 208;
    for (int k = 0; k < 32; k += 4) {
        const i32x16 w0 = i32x16_load_dots(w);
        const i32x16 v0 = i32x16_spread_i16(tile + k);
        acc0_0 = i32x16_dot(v0, w0, acc0_0);
        w += 32;
    }
    static const i32x16_ending end = {i32x16_MOVED, 10, -128, 127, 0, 0.0f, 1, NULL, NULL};
    const i32x16_by by0 = i32x16_load_by(scales, 16, 0);
    i32x16_end1(y, NULL, acc0_0, by0, scales, 10, &end);
}

static void dense_16_to_10(const int8_t *x, const int8_t *w, int8_t *y, int8_t *tile) {
    gather_1x16_v2(x, tile);
    tile_1x1_of_16_v2(tile, w, y);
}

#define AT(offset) ((int8_t *)(void *)((unsigned char *)arena + (offset)))

/* What each thread, or part, has for itself: the first one in the arena, the others behind it. */
#define OWN(who, offset, own) \
    ((who) == 0 ? AT(offset) : AT(INTEGERS_ARENA_BYTES + (size_t)((who) - 1) * INTEGERS_THREAD_BYTES + (own)))

#ifdef INTEGERS_PROFILE
#define STEP_HOOK(step, name, begin) integers_profile_hook(step, name, begin)
#else
#define STEP_HOOK(step, name, begin) ((void)0)
#endif

static void run_steps(void *arena, const uint8_t *image, int8_t *scores) {
    const int thread = 0, threads = 1, part = 0, parts = 1;
    (void)thread, (void)threads, (void)part, (void)parts;
    /* 1. conv_1: conv 3x3 stride 2 (integers.net:7)
     * [17, 17, 3] -> [9, 9, 8], 0.02 M MACs, 656 bytes of weights
     * direct 9 x 1 of i32x16 */
    STEP_HOOK(1, "conv_1", 1);
    conv3x3_3_to_8_at_9x9(image, CODES(0), AT(1984), ((uint8_t *)(void *)OWN(thread, 512, 0)), OWN(thread, 0, 192), part, parts);
    STEP_HOOK(1, "conv_1", 0);
    /* 2. conv_2: conv 1x1 (integers.net:9)
     * [9, 9, 8] -> [9, 9, 24], 0.02 M MACs, 720 bytes of weights
     * pointwise 14 x 2 of i32x16 */
    STEP_HOOK(2, "conv_2", 1);
    conv1x1_8_to_24_at_9x9(AT(1984), CODES(704), AT(0), OWN(thread, 2688, 0), part, parts);
    STEP_HOOK(2, "conv_2", 0);
    /* 3. depthwise_1: depthwise 3x3 (integers.net:10)
     * conv_3: conv 1x1, + residual (integers.net:11)
     * [9, 9, 24] -> [9, 9, 8], 0.03 M MACs, 1712 bytes of weights
     * by rows: depthwise, 8 columns of i32x16, pointwise 9 x 1 of i32x16 */
    STEP_HOOK(3, "conv_3", 1);
    chain_9x9x24_to_9x9x8(AT(0), CODES(1408), AT(2688), AT(1984), OWN(thread, 3392, 0), OWN(thread, 3840, 448), part, parts);
    STEP_HOOK(3, "conv_3", 0);
    /* 4. conv_4: conv 3x3 stride 2, hswish (integers.net:13)
     * [9, 9, 8] -> [5, 5, 16], 0.03 M MACs, 1408 bytes of weights
     * direct 5 x 1 of i32x16 */
    STEP_HOOK(4, "conv_4", 1);
    conv3x3_8_to_16_at_5x5(AT(2688), CODES(3136), AT(768), OWN(thread, 1216, 0), OWN(thread, 0, 320), part, parts);
    STEP_HOOK(4, "conv_4", 0);
    /* 5. global_avg_pool_1: global_avg_pool (integers.net:15)
     * [5, 5, 16] -> [1, 1, 16]
     * mean */
    STEP_HOOK(5, "global_avg_pool_1", 1);
    mean_of_codes_5x5x16(AT(768), AT(0));
    STEP_HOOK(5, "global_avg_pool_1", 0);
    /* 6. conv_5: conv 1x1 (integers.net:15)
     * [1, 1, 16] -> [1, 1, 4], 0.00 M MACs, 512 bytes of weights
     * pointwise 1 x 1 of i32x16 */
    STEP_HOOK(6, "conv_5", 1);
    conv1x1_16_to_4_at_1x1(AT(0), CODES(4544), AT(64), AT(128));
    STEP_HOOK(6, "conv_5", 0);
    /* 7. conv_6: conv 1x1, hsigmoid (integers.net:16)
     * [1, 1, 4] -> [1, 1, 16], 0.00 M MACs, 320 bytes of weights
     * pointwise 1 x 1 of i32x16 */
    STEP_HOOK(7, "conv_6", 1);
    conv1x1_4_to_16_at_1x1(AT(64), CODES(5056), AT(0), AT(128));
    STEP_HOOK(7, "conv_6", 0);
    /* 8. mul_1: mul (integers.net:14)
     * [5, 5, 16] -> [5, 5, 16]
     * elementwise, in place */
    STEP_HOOK(8, "mul_1", 1);
    mul_5x5x16(AT(768), AT(0), AT(768));
    STEP_HOOK(8, "mul_1", 0);
    /* 9. global_avg_pool_2: global_avg_pool (integers.net:18)
     * [5, 5, 16] -> [1, 1, 16]
     * mean */
    STEP_HOOK(9, "global_avg_pool_2", 1);
    mean_of_codes_5x5x16_v2(AT(768), AT(0));
    STEP_HOOK(9, "global_avg_pool_2", 0);
    /* 10. dense_1: dense (integers.net:18)
     * [1, 1, 16] -> [1, 1, 10], 0.00 M MACs, 512 bytes of weights
     * dense 1 x 1 of i32x16 */
    STEP_HOOK(10, "dense_1", 1);
    dense_16_to_10(AT(0), CODES(5376), scores, AT(64));
    STEP_HOOK(10, "dense_1", 0);
}

/* The same by several threads, each of which runs this. */
static void share_steps(void *arena, const uint8_t *image, int8_t *scores, team *all, int thread) {
    const int threads = all->threads, parts = all->alone ? 1 : threads;
    worker me = {all, thread, 0, 0, 0, 0};
    (void)parts;
    if (thread == 0) STEP_HOOK(1, "conv_1", 1);
    for (int part = first_part(&me, parts); part >= 0; part = next_part(&me)) {
        conv3x3_3_to_8_at_9x9(image, CODES(0), AT(1984), ((uint8_t *)(void *)OWN(thread, 512, 0)), OWN(thread, 0, 192), part, parts); /* 1 */
    }
    if (thread == 0) STEP_HOOK(1, "conv_1", 0);
    if (thread == 0) STEP_HOOK(2, "conv_2", 1);
    for (int part = first_part(&me, parts); part >= 0; part = next_part(&me)) {
        conv1x1_8_to_24_at_9x9(AT(1984), CODES(704), AT(0), OWN(thread, 2688, 0), part, parts); /* 2 */
    }
    if (thread == 0) STEP_HOOK(2, "conv_2", 0);
    if (thread == 0) STEP_HOOK(3, "conv_3", 1);
    for (int part = first_part(&me, parts); part >= 0; part = next_part(&me)) {
        chain_9x9x24_to_9x9x8(AT(0), CODES(1408), AT(2688), AT(1984), OWN(thread, 3392, 0), OWN(thread, 3840, 448), part, parts); /* 3 */
    }
    if (thread == 0) STEP_HOOK(3, "conv_3", 0);
    if (thread == 0) STEP_HOOK(4, "conv_4", 1);
    for (int part = first_part(&me, parts); part >= 0; part = next_part(&me)) {
        conv3x3_8_to_16_at_5x5(AT(2688), CODES(3136), AT(768), OWN(thread, 1216, 0), OWN(thread, 0, 320), part, parts); /* 4 */
    }
    if (thread == 0) STEP_HOOK(4, "conv_4", 0);
    if (thread == 0) STEP_HOOK(5, "global_avg_pool_1", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        mean_of_codes_5x5x16(AT(768), AT(0)); /* 5 */
    }
    if (thread == 0) STEP_HOOK(5, "global_avg_pool_1", 0);
    if (thread == 0) STEP_HOOK(6, "conv_5", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        conv1x1_16_to_4_at_1x1(AT(0), CODES(4544), AT(64), AT(128)); /* 6 */
    }
    if (thread == 0) STEP_HOOK(6, "conv_5", 0);
    if (thread == 0) STEP_HOOK(7, "conv_6", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        conv1x1_4_to_16_at_1x1(AT(64), CODES(5056), AT(0), AT(128)); /* 7 */
    }
    if (thread == 0) STEP_HOOK(7, "conv_6", 0);
    if (thread == 0) STEP_HOOK(8, "mul_1", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        mul_5x5x16(AT(768), AT(0), AT(768)); /* 8 */
    }
    if (thread == 0) STEP_HOOK(8, "mul_1", 0);
    if (thread == 0) STEP_HOOK(9, "global_avg_pool_2", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        mean_of_codes_5x5x16_v2(AT(768), AT(0)); /* 9 */
    }
    if (thread == 0) STEP_HOOK(9, "global_avg_pool_2", 0);
    if (thread == 0) STEP_HOOK(10, "dense_1", 1);
    for (int part = first_part(&me, 1); part >= 0; part = next_part(&me)) {
        dense_16_to_10(AT(0), CODES(5376), scores, AT(64)); /* 10 */
    }
    if (thread == 0) STEP_HOOK(10, "dense_1", 0);
}

void integers_run_in(void *arena, const uint8_t *image, int8_t *scores) {
    run_steps(arena, image, scores);
}

/* What the threads of a run have in common. */
typedef struct run_call {
    team all;
    void *arena;
    const uint8_t *image;
    int8_t *scores;
} run_call;

/* What one thread does for a run. */
static void run_job(void *job_context, int thread) {
    run_call *const call = (run_call *)job_context;
    share_steps(call->arena, call->image, call->scores, &call->all, thread);
}

#ifdef _OPENMP
/* Runs a job on threads of OpenMP. */
static void on_openmp(void *context, integers_job job, void *job_context, int threads) {
    (void)context;
#pragma omp parallel num_threads(threads)
    {
        job(job_context, omp_get_thread_num());
        leave(&((run_call *)job_context)->all, omp_get_num_threads());
    }
}
#endif

void integers_run_on(void *arena, int threads, integers_parallel parallel, void *context, const uint8_t *image, int8_t *scores) {
    if (threads < 2) {
        run_steps(arena, image, scores);
        return;
    }
    const uint64_t began = read_ticks();
    run_call call;
    memset(&call.all, 0, sizeof call.all);
    call.all.threads = threads < 64 ? threads : 64;
    call.all.alone = goes_alone(began);
    call.arena = arena;
    call.image = image;
    call.scores = scores;
    if (call.all.alone)
        run_job(&call, 0);
    else
        parallel(context, run_job, &call, call.all.threads);
    learn_from(&call.all, began);
}

void integers_run_threads_in(void *arena, int threads, const uint8_t *image, int8_t *scores) {
#ifdef _OPENMP
    integers_run_on(arena, threads, on_openmp, NULL, image, scores);
#else
    (void)threads;
    run_steps(arena, image, scores);
#endif
}

/* The most threads that run() takes. */
#ifndef MAX_THREADS
#ifdef _OPENMP
#define MAX_THREADS 16
#else
#define MAX_THREADS 1
#endif
#endif

static struct {
    unsigned char bytes[INTEGERS_ARENA_BYTES + 3740 /* for the self-test */ + (MAX_THREADS - 1) * INTEGERS_THREAD_BYTES];
} static_arena __attribute__((aligned(64)));

void integers_run(const uint8_t *image, int8_t *scores) {
#ifdef _OPENMP
    const int most = omp_get_max_threads(), threads = most < MAX_THREADS ? most : MAX_THREADS;
#else
    const int threads = 1;
#endif
    integers_run_threads_in(static_arena.bytes, threads, image, scores);
}

const char *integers_version(void) {
    return "lcc 0.1.0, x86-64-v4, weights e8ea2ba2ecb25ffa";
}

int integers_bind(const void *file, size_t bytes) {
    static const char magic[15] = "lcc weights 1\n";
    const unsigned char *p = (const unsigned char *)file;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    if (!p || bytes != INTEGERS_WEIGHTS_BYTES || ((uintptr_t)file & 3) != 0) return -1;
    for (size_t i = 0; i < sizeof magic; i++) {
        if (p[i] != (unsigned char)magic[i]) return -1;
    }
    for (size_t i = 64; i + 4 <= bytes; i += 4) {
        const uint32_t word = (uint32_t)p[i] | (uint32_t)p[i + 1] << 8 | (uint32_t)p[i + 2] << 16 |
                              (uint32_t)p[i + 3] << 24;
        hash = (hash ^ word) * UINT64_C(0x100000001b3);
    }
    if (hash != UINT64_C(0xd7914513607c2510)) return -1;
    weights = (const int32_t *)(const void *)(p + 64);
    return 0;
}


/* What the self-test's inputs hold, from 0 to 255. */
static int input_byte(uint32_t i) { return (int)((i * UINT32_C(2654435761) >> 13 ^ i * 7u) & 255u); }

/* Whether a tensor of codes is not the reference's, of which `wanted` is a hash. */
static int selftest_codes_differ(const void *codes, int pixels, int pixel, int channels, uint32_t wanted) {
    const unsigned char *const y = (const unsigned char *)codes;
    uint32_t hash = UINT32_C(0x811c9dc5);
    for (int p = 0; p < pixels; p++) {
        for (int c = 0; c < channels; c++) hash = (hash ^ y[p * pixel + c]) * UINT32_C(0x01000193);
    }
    return hash != wanted;
}

/* What is not live holds: as floats, in either byte order, 3e38 in the first run and -8e37 in the second; as
 * bytes 127, and -128 or -2. */
static unsigned char selftest_poison(int64_t at, int again) {
    return (unsigned char)(!again ? 127 : (at & 3) % 3 == 0 ? 254 : 128);
}

/* Poisons what is not live in the arena, or says whether the poison is still there. `live`: begin and end of
 * each stretch that is, then the arena's end, twice. */
static int selftest_guard(unsigned char *arena, const int64_t *live, int again, int fill) {
    for (int64_t at = 0;; at = live[1], live += 2) {
        for (; at < live[0]; at++) {
            if (fill) arena[at] = selftest_poison(at, again);
            if (arena[at] != selftest_poison(at, again)) return 0;
        }
        if (live[0] == live[1]) return 1;
    }
}

/* The hash of the weights, as they lie in memory now. */
static uint64_t selftest_weights(void) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    if (!weights) return 0;
    const volatile unsigned char *p = (const volatile unsigned char *)(const volatile void *)WEIGHTS(0);
    for (size_t i = 0; i < 5840; i += 4, p += 4) {
        uint32_t word = p[0];
        word |= (uint32_t)p[1] << 8;
        word |= (uint32_t)p[2] << 16;
        word |= (uint32_t)p[3] << 24;
        hash = (hash ^ word) * UINT64_C(0x100000001b3);
    }
    return hash;
}

/* Runs all steps; the number of the first one that differs, or 0. `again`: the second run. */
static int selftest_run(int again) {
    void *const arena = static_arena.bytes;
    const int thread = 0, threads = 1, part = 0, parts = 1;
    (void)thread, (void)threads, (void)part, (void)parts;
    uint8_t *const image = (uint8_t *)(void *)(static_arena.bytes + 4096);
    for (int i = 0; i < 867; i++) image[i] = (uint8_t)input_byte((uint32_t)i);
    int8_t *const scores = (int8_t *)(void *)(static_arena.bytes + 4992);
    for (int i = 0; i < 10; i++) static_arena.bytes[4992 + i] = selftest_poison(i, again);
    uint32_t *const bits = (uint32_t *)(void *)(static_arena.bytes + 5056);
    (void)bits;
    static const int64_t before_1[] = {4096, 4096};
    static const int64_t in_1[] = {0, 504, 512, 684, 1984, 2632, 4096, 4096};
    selftest_guard(static_arena.bytes, before_1, again, 1);
    /* 1. conv_1: conv 3x3 stride 2 (integers.net:7)
     * [17, 17, 3] -> [9, 9, 8], 0.02 M MACs, 656 bytes of weights
     * direct 9 x 1 of i32x16 */
    STEP_HOOK(1, "conv_1", 1);
    conv3x3_3_to_8_at_9x9(image, CODES(0), AT(1984), ((uint8_t *)(void *)OWN(thread, 512, 0)), OWN(thread, 0, 192), part, parts);
    STEP_HOOK(1, "conv_1", 0);
    if (!selftest_guard(static_arena.bytes, in_1, again, 0)) return 1;
    if (selftest_codes_differ(AT(1984), 81, 8, 8, UINT32_C(0xff1aea0d))) return 1;
    static const int64_t before_2[] = {1984, 2632, 4096, 4096};
    static const int64_t in_2[] = {0, 1944, 1984, 2632, 2688, 2912, 4096, 4096};
    selftest_guard(static_arena.bytes, before_2, again, 1);
    /* 2. conv_2: conv 1x1 (integers.net:9)
     * [9, 9, 8] -> [9, 9, 24], 0.02 M MACs, 720 bytes of weights
     * pointwise 14 x 2 of i32x16 */
    STEP_HOOK(2, "conv_2", 1);
    conv1x1_8_to_24_at_9x9(AT(1984), CODES(704), AT(0), OWN(thread, 2688, 0), part, parts);
    STEP_HOOK(2, "conv_2", 0);
    if (!selftest_guard(static_arena.bytes, in_2, again, 0)) return 2;
    if (selftest_codes_differ(AT(0), 81, 24, 24, UINT32_C(0xa68ecdcd))) return 2;
    static const int64_t before_3[] = {0, 1944, 1984, 2632, 4096, 4096};
    static const int64_t in_3[] = {0, 1944, 1984, 2632, 2688, 3336, 3392, 3824, 3840, 4056, 4096, 4096};
    selftest_guard(static_arena.bytes, before_3, again, 1);
    /* 3. depthwise_1: depthwise 3x3 (integers.net:10)
     * conv_3: conv 1x1, + residual (integers.net:11)
     * [9, 9, 24] -> [9, 9, 8], 0.03 M MACs, 1712 bytes of weights
     * by rows: depthwise, 8 columns of i32x16, pointwise 9 x 1 of i32x16 */
    STEP_HOOK(3, "conv_3", 1);
    chain_9x9x24_to_9x9x8(AT(0), CODES(1408), AT(2688), AT(1984), OWN(thread, 3392, 0), OWN(thread, 3840, 448), part, parts);
    STEP_HOOK(3, "conv_3", 0);
    if (!selftest_guard(static_arena.bytes, in_3, again, 0)) return 3;
    if (selftest_codes_differ(AT(2688), 81, 8, 8, UINT32_C(0xa6a0846c))) return 3;
    static const int64_t before_4[] = {2688, 3336, 4096, 4096};
    static const int64_t in_4[] = {0, 720, 768, 1168, 1216, 1481, 2688, 3336, 4096, 4096};
    selftest_guard(static_arena.bytes, before_4, again, 1);
    /* 4. conv_4: conv 3x3 stride 2, hswish (integers.net:13)
     * [9, 9, 8] -> [5, 5, 16], 0.03 M MACs, 1408 bytes of weights
     * direct 5 x 1 of i32x16 */
    STEP_HOOK(4, "conv_4", 1);
    conv3x3_8_to_16_at_5x5(AT(2688), CODES(3136), AT(768), OWN(thread, 1216, 0), OWN(thread, 0, 320), part, parts);
    STEP_HOOK(4, "conv_4", 0);
    if (!selftest_guard(static_arena.bytes, in_4, again, 0)) return 4;
    if (selftest_codes_differ(AT(768), 25, 16, 16, UINT32_C(0xdafe6972))) return 4;
    static const int64_t before_5[] = {768, 1168, 4096, 4096};
    static const int64_t in_5[] = {0, 16, 768, 1168, 4096, 4096};
    selftest_guard(static_arena.bytes, before_5, again, 1);
    /* 5. global_avg_pool_1: global_avg_pool (integers.net:15)
     * [5, 5, 16] -> [1, 1, 16]
     * mean */
    STEP_HOOK(5, "global_avg_pool_1", 1);
    mean_of_codes_5x5x16(AT(768), AT(0));
    STEP_HOOK(5, "global_avg_pool_1", 0);
    if (!selftest_guard(static_arena.bytes, in_5, again, 0)) return 5;
    if (selftest_codes_differ(AT(0), 1, 16, 16, UINT32_C(0xaebef337))) return 5;
    static const int64_t before_6[] = {0, 16, 768, 1168, 4096, 4096};
    static const int64_t in_6[] = {0, 16, 64, 68, 128, 160, 768, 1168, 4096, 4096};
    selftest_guard(static_arena.bytes, before_6, again, 1);
    /* 6. conv_5: conv 1x1 (integers.net:15)
     * [1, 1, 16] -> [1, 1, 4], 0.00 M MACs, 512 bytes of weights
     * pointwise 1 x 1 of i32x16 */
    STEP_HOOK(6, "conv_5", 1);
    conv1x1_16_to_4_at_1x1(AT(0), CODES(4544), AT(64), AT(128));
    STEP_HOOK(6, "conv_5", 0);
    if (!selftest_guard(static_arena.bytes, in_6, again, 0)) return 6;
    if (selftest_codes_differ(AT(64), 1, 4, 4, UINT32_C(0x3ee058ef))) return 6;
    static const int64_t before_7[] = {64, 68, 768, 1168, 4096, 4096};
    static const int64_t in_7[] = {0, 16, 64, 68, 128, 136, 768, 1168, 4096, 4096};
    selftest_guard(static_arena.bytes, before_7, again, 1);
    /* 7. conv_6: conv 1x1, hsigmoid (integers.net:16)
     * [1, 1, 4] -> [1, 1, 16], 0.00 M MACs, 320 bytes of weights
     * pointwise 1 x 1 of i32x16 */
    STEP_HOOK(7, "conv_6", 1);
    conv1x1_4_to_16_at_1x1(AT(64), CODES(5056), AT(0), AT(128));
    STEP_HOOK(7, "conv_6", 0);
    if (!selftest_guard(static_arena.bytes, in_7, again, 0)) return 7;
    if (selftest_codes_differ(AT(0), 1, 16, 16, UINT32_C(0xb4eae74c))) return 7;
    static const int64_t before_8[] = {0, 16, 768, 1168, 4096, 4096};
    static const int64_t in_8[] = {0, 16, 768, 1168, 4096, 4096};
    selftest_guard(static_arena.bytes, before_8, again, 1);
    /* 8. mul_1: mul (integers.net:14)
     * [5, 5, 16] -> [5, 5, 16]
     * elementwise, in place */
    STEP_HOOK(8, "mul_1", 1);
    mul_5x5x16(AT(768), AT(0), AT(768));
    STEP_HOOK(8, "mul_1", 0);
    if (!selftest_guard(static_arena.bytes, in_8, again, 0)) return 8;
    if (selftest_codes_differ(AT(768), 25, 16, 16, UINT32_C(0x75cd533e))) return 8;
    static const int64_t before_9[] = {768, 1168, 4096, 4096};
    static const int64_t in_9[] = {0, 16, 768, 1168, 4096, 4096};
    selftest_guard(static_arena.bytes, before_9, again, 1);
    /* 9. global_avg_pool_2: global_avg_pool (integers.net:18)
     * [5, 5, 16] -> [1, 1, 16]
     * mean */
    STEP_HOOK(9, "global_avg_pool_2", 1);
    mean_of_codes_5x5x16_v2(AT(768), AT(0));
    STEP_HOOK(9, "global_avg_pool_2", 0);
    if (!selftest_guard(static_arena.bytes, in_9, again, 0)) return 9;
    if (selftest_codes_differ(AT(0), 1, 16, 16, UINT32_C(0xefd18311))) return 9;
    static const int64_t before_10[] = {0, 16, 4096, 4096};
    static const int64_t in_10[] = {0, 16, 64, 96, 4096, 4096};
    selftest_guard(static_arena.bytes, before_10, again, 1);
    /* 10. dense_1: dense (integers.net:18)
     * [1, 1, 16] -> [1, 1, 10], 0.00 M MACs, 512 bytes of weights
     * dense 1 x 1 of i32x16 */
    STEP_HOOK(10, "dense_1", 1);
    dense_16_to_10(AT(0), CODES(5376), scores, AT(64));
    STEP_HOOK(10, "dense_1", 0);
    if (!selftest_guard(static_arena.bytes, in_10, again, 0)) return 10;
    if (selftest_codes_differ(scores, 1, 10, 10, UINT32_C(0x65ab65b7))) return 10;
    return 0;
}

int integers_selftest(void) {
    if (selftest_weights() != UINT64_C(0xd7914513607c2510)) return INTEGERS_SELFTEST_WEIGHTS;
    const int step = selftest_run(0);
    return step ? step : selftest_run(1);
}

#if defined(__clang__)
#pragma clang attribute pop
#elif defined(__GNUC__)
#pragma GCC pop_options
#endif
