/* i32x1_c99.h: one int32 in strict C99: the integers beside f32x1_c99.h.
 *
 * The functions are those of i32xN.h, for one lane. Sums and products wrap in 32 bits. No negative number is
 * shifted to the right, which C leaves to the compiler. */
#include <stdint.h>
#include <string.h>

typedef int32_t i32x1;

/* A code of int8. */
static inline i32x1 i32x1_load_i8(const int8_t *p) { return *p; }

/* A code of uint8. */
static inline i32x1 i32x1_load_u8(const uint8_t *p) { return *p; }

/* An int32 that stands among bytes, at any address. */
static inline i32x1 i32x1_load_i32(const int8_t *p) {
    int32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* An int32. */
static inline i32x1 i32x1_load(const int32_t *p) { return *p; }

/* An int32. */
static inline void i32x1_store(int32_t *p, i32x1 v) { *p = v; }

/* v, which is a code of int8. */
static inline void i32x1_store_i8(int8_t *p, i32x1 v) { *p = (int8_t)v; }

/* v, which is a code of uint8. */
static inline void i32x1_store_u8(uint8_t *p, i32x1 v) { *p = (uint8_t)v; }

/* x. */
static inline i32x1 i32x1_set1(int32_t x) { return x; }

/* a + b; it wraps. */
static inline i32x1 i32x1_add(i32x1 a, i32x1 b) { return (int32_t)((uint32_t)a + (uint32_t)b); }

/* a * b + c; it wraps. */
static inline i32x1 i32x1_multiply_add(i32x1 a, i32x1 b, i32x1 c) {
    return (int32_t)((uint32_t)a * (uint32_t)b + (uint32_t)c);
}

/* The larger one. */
static inline i32x1 i32x1_max(i32x1 a, i32x1 b) { return a > b ? a : b; }

/* The smaller one. */
static inline i32x1 i32x1_min(i32x1 a, i32x1 b) { return a < b ? a : b; }

/* v, or the bound beyond which it lies. */
static inline i32x1 i32x1_bound(i32x1 v, int32_t least, int32_t most) {
    return v < least ? least : v > most ? most : v;
}

/* zero + v, or the bound beyond which that lies. The sum does not overflow, whatever v is. */
static inline i32x1 i32x1_place(i32x1 v, int32_t zero, int32_t least, int32_t most) {
    return i32x1_bound(v, least - zero, most - zero) + zero;
}

/* The codes of a table at the code v. */
static inline i32x1 i32x1_look_up(const int8_t *table, i32x1 v) { return table[v + 128]; }

/* The code of one of several tables, which lie one behind the other. */
static inline i32x1 i32x1_look_up_each(const int8_t *tables, i32x1 number, i32x1 v) {
    return tables[number * 256 + v + 128];
}

/* x / 2^shift, rounded down. */
static inline int64_t i32x1_shift_down(int64_t x, int shift) { return x >= 0 ? x >> shift : ~(~x >> shift); }

/* v * multiplier * 2^(shift - 31): the exact product, rounded once, halves up. The multiplier is not below 0,
 * the shift is -31 to 30. */
static inline i32x1 i32x1_rescale_once(i32x1 v, i32x1 multiplier, i32x1 shift) {
    const int right = (int)(31 - shift);
    return (int32_t)i32x1_shift_down((int64_t)v * multiplier + ((int64_t)1 << (right - 1)), right);
}

/* The same, rounded twice: the high half of the doubled product, halves up; then the shift to the right, halves
 * away from zero. A shift to the left comes first. */
static inline i32x1 i32x1_rescale_tflite(i32x1 v, i32x1 multiplier, i32x1 shift) {
    const int left = shift > 0 ? (int)shift : 0, right = shift > 0 ? 0 : -(int)shift;
    const int64_t wide = (int32_t)((uint32_t)v << left);
    const int64_t high = i32x1_shift_down(wide * multiplier + ((int64_t)1 << 30), 31);
    const int64_t half = right > 0 ? (int64_t)1 << (right - 1) : 0;
    return (int32_t)(high >= 0 ? (high + half) >> right : -((-high + half) >> right));
}
