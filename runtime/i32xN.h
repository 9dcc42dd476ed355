/* i32xN.h: int32 in LANES lanes, by the vector extensions of GCC and clang, for any machine.
 *
 * One text serves for 4, 8 and 16 lanes: lcc puts the number for the word LANES, and the family's name, such as
 * i32x8, for i32xN. A program that includes the header as it is defines LANES before. The lanes are as many as
 * those of the floats of the same target.
 *
 * Codes are widened when they are loaded, and narrowed when they are stored. Sums and products wrap in 32 bits.
 * The two rescales give the same bits as compiler/base/rescale.c. */
#include <stdint.h>

#ifndef LCC_INLINE
#define LCC_INLINE __attribute__((always_inline))
#endif

typedef int32_t i32xN __attribute__((vector_size(LANES * 4)));
typedef uint32_t i32xN_unsigned __attribute__((vector_size(LANES * 4)));
typedef int64_t i32xN_wide __attribute__((vector_size(LANES * 8)));
typedef uint64_t i32xN_wide_unsigned __attribute__((vector_size(LANES * 8)));
typedef int8_t i32xN_i8 __attribute__((vector_size(LANES)));
typedef uint8_t i32xN_u8 __attribute__((vector_size(LANES)));

/* LANES codes of int8 from any address. */
static inline LCC_INLINE i32xN i32xN_load_i8(const int8_t *p) {
    i32xN_i8 v;
    __builtin_memcpy(&v, p, sizeof v);
    return __builtin_convertvector(v, i32xN);
}

/* LANES codes of uint8 from any address. */
static inline LCC_INLINE i32xN i32xN_load_u8(const uint8_t *p) {
    i32xN_u8 v;
    __builtin_memcpy(&v, p, sizeof v);
    return __builtin_convertvector(v, i32xN);
}

/* The first n codes of int8, 0 < n < LANES, zeros behind them. Memory behind them is not touched. */
static inline LCC_INLINE i32xN i32xN_load_i8_part(const int8_t *p, int n) {
    int8_t part[LANES];
    for (int i = 0; i < LANES; i++) part[i] = 0;
    for (int i = 0; i < LANES; i++) {
        if (i < n) part[i] = p[i];
    }
    return i32xN_load_i8(part);
}

/* The first n codes of uint8, 0 < n < LANES, zeros behind them. Memory behind them is not touched. */
static inline LCC_INLINE i32xN i32xN_load_u8_part(const uint8_t *p, int n) {
    uint8_t part[LANES];
    for (int i = 0; i < LANES; i++) part[i] = 0;
    for (int i = 0; i < LANES; i++) {
        if (i < n) part[i] = p[i];
    }
    return i32xN_load_u8(part);
}

/* LANES int32 that stand among bytes, from any address. */
static inline LCC_INLINE i32xN i32xN_load_i32(const int8_t *p) {
    i32xN v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}

/* LANES int32 from any address. */
static inline LCC_INLINE i32xN i32xN_load(const int32_t *p) {
    i32xN v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}

/* LANES int32 to any address. */
static inline LCC_INLINE void i32xN_store(int32_t *p, i32xN v) { __builtin_memcpy(p, &v, sizeof v); }

/* The first n int32, 0 < n < LANES, zeros behind them. Memory behind them is not touched. */
static inline LCC_INLINE i32xN i32xN_load_part(const int32_t *p, int n) {
    int32_t part[LANES];
    for (int i = 0; i < LANES; i++) part[i] = 0;
    for (int i = 0; i < LANES; i++) {
        if (i < n) part[i] = p[i];
    }
    return i32xN_load(part);
}

/* Stores the first n lanes, 0 < n < LANES, and no other byte. */
static inline LCC_INLINE void i32xN_store_part(int32_t *p, i32xN v, int n) {
    for (int i = 0; i < LANES; i++) {
        if (i < n) p[i] = v[i];
    }
}

/* Stores LANES codes of int8 to any address. */
static inline LCC_INLINE void i32xN_store_i8(int8_t *p, i32xN v) {
    const i32xN_i8 codes = __builtin_convertvector(v, i32xN_i8);
    __builtin_memcpy(p, &codes, sizeof codes);
}

/* Stores LANES codes of uint8 to any address. */
static inline LCC_INLINE void i32xN_store_u8(uint8_t *p, i32xN v) {
    const i32xN_u8 codes = __builtin_convertvector(v, i32xN_u8);
    __builtin_memcpy(p, &codes, sizeof codes);
}

/* Stores the first n codes, 0 < n < LANES, and no other byte. */
static inline LCC_INLINE void i32xN_store_i8_part(int8_t *p, i32xN v, int n) {
    int8_t part[LANES];
    i32xN_store_i8(part, v);
    for (int i = 0; i < LANES; i++) {
        if (i < n) p[i] = part[i];
    }
}

/* Stores the first n codes, 0 < n < LANES, and no other byte. */
static inline LCC_INLINE void i32xN_store_u8_part(uint8_t *p, i32xN v, int n) {
    uint8_t part[LANES];
    i32xN_store_u8(part, v);
    for (int i = 0; i < LANES; i++) {
        if (i < n) p[i] = part[i];
    }
}

/* x in every lane. */
static inline LCC_INLINE i32xN i32xN_set1(int32_t x) { return (i32xN){0} + x; }

/* a + b; it wraps. */
static inline LCC_INLINE i32xN i32xN_add(i32xN a, i32xN b) {
    return (i32xN)((i32xN_unsigned)a + (i32xN_unsigned)b);
}

/* a * b + c; it wraps. */
static inline LCC_INLINE i32xN i32xN_multiply_add(i32xN a, i32xN b, i32xN c) {
    return (i32xN)((i32xN_unsigned)a * (i32xN_unsigned)b + (i32xN_unsigned)c);
}

/* The larger ones. */
static inline LCC_INLINE i32xN i32xN_max(i32xN a, i32xN b) {
    const i32xN first = a > b;
    return (a & first) | (b & ~first);
}

/* The smaller ones. */
static inline LCC_INLINE i32xN i32xN_min(i32xN a, i32xN b) {
    const i32xN first = a < b;
    return (a & first) | (b & ~first);
}

/* v, or the bound beyond which it lies. */
static inline LCC_INLINE i32xN i32xN_bound(i32xN v, int32_t least, int32_t most) {
    return i32xN_min(i32xN_max(v, i32xN_set1(least)), i32xN_set1(most));
}

/* zero + v, or the bound beyond which that lies. The sum does not overflow, whatever v is. */
static inline LCC_INLINE i32xN i32xN_place(i32xN v, int32_t zero, int32_t least, int32_t most) {
    return i32xN_bound(v, least - zero, most - zero) + zero;
}

/* The codes of a table at the codes v. */
static inline LCC_INLINE i32xN i32xN_look_up(const int8_t *table, i32xN v) {
    i32xN codes = v;
    for (int i = 0; i < LANES; i++) codes[i] = table[v[i] + 128];
    return codes;
}

/* The same where each lane has a table of its own, number 0, 1, .. of several that lie one behind the other. */
static inline LCC_INLINE i32xN i32xN_look_up_each(const int8_t *tables, i32xN number, i32xN v) {
    i32xN codes = v;
    for (int i = 0; i < LANES; i++) codes[i] = tables[number[i] * 256 + v[i] + 128];
    return codes;
}

/* v * multiplier, exactly, plus 2^63: so it is not negative, and a shift to the right rounds it down. */
static inline LCC_INLINE void i32xN_multiply(i32xN v, i32xN multiplier, i32xN_wide_unsigned *product) {
    const i32xN_wide x = __builtin_convertvector(v, i32xN_wide);
    const i32xN_wide y = __builtin_convertvector(multiplier, i32xN_wide);
    *product = (i32xN_wide_unsigned)x * (i32xN_wide_unsigned)y + (UINT64_C(1) << 63);
}

/* v * multiplier * 2^(shift - 31): the exact product, rounded once, halves up. No multiplier is below 0, each
 * shift is -31 to 30. */
static inline LCC_INLINE i32xN i32xN_rescale_once(i32xN v, i32xN multiplier, i32xN shift) {
    const i32xN_wide_unsigned right =
        __builtin_convertvector((i32xN_unsigned)(31 - shift), i32xN_wide_unsigned);
    const i32xN_wide_unsigned one = (i32xN_wide_unsigned){0} + 1;
    i32xN_wide_unsigned product;
    i32xN_multiply(v, multiplier, &product);
    product = ((product + (one << (right - 1))) >> right) - ((one << 63) >> right);
    return __builtin_convertvector((i32xN_wide)product, i32xN);
}

/* The same, rounded twice: the high half of the doubled product, halves up; then the shift to the right, halves
 * away from zero. A shift to the left comes first. */
static inline LCC_INLINE i32xN i32xN_rescale_tflite(i32xN v, i32xN multiplier, i32xN shift) {
    const i32xN left = i32xN_max(shift, i32xN_set1(0)), right = left - shift;
    i32xN_wide_unsigned product;
    i32xN_multiply((i32xN)((i32xN_unsigned)v << (i32xN_unsigned)left), multiplier, &product);
    product = ((product + (UINT64_C(1) << 30)) >> 31) - (UINT64_C(1) << 32);
    const i32xN high = __builtin_convertvector((i32xN_wide)product, i32xN);
    const i32xN_unsigned mask = (((i32xN_unsigned){0} + 1) << (i32xN_unsigned)right) - 1;
    const i32xN rest = high & (i32xN)mask, half = (i32xN)(mask >> 1) - (high < 0);
    return (high >> right) - (rest > half);
}
