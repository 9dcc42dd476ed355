/* i32xN_mve.h: int32 in four lanes by Helium, the vectors of Armv8.1-M (Cortex-M55, M85): what one instruction
 * does there, and GCC 12 makes many of.
 *
 * lcc takes these functions in place of those of the same names, and the rest from i32xN.h. Loads and stores of
 * codes are assembly, since GCC 12 has wrong notions of what the intrinsics read and write (f32x4_mve.h). */
#include <arm_mve.h>
#include <stdint.h>

#ifndef LCC_INLINE
#define LCC_INLINE __attribute__((always_inline))
#endif

typedef int32_t i32xN __attribute__((vector_size(LANES * 4)));

/* 4 codes of int8 from any address. */
static inline LCC_INLINE i32xN i32xN_load_i8(const int8_t *p) {
    int32x4_t v;
    __asm__("vldrb.s32 %q0, [%1]" : "=w"(v) : "l"(p), "m"(*(const int8_t(*)[4])p));
    return (i32xN)v;
}

/* 4 codes of uint8 from any address. */
static inline LCC_INLINE i32xN i32xN_load_u8(const uint8_t *p) {
    int32x4_t v;
    __asm__("vldrb.u32 %q0, [%1]" : "=w"(v) : "l"(p), "m"(*(const uint8_t(*)[4])p));
    return (i32xN)v;
}

/* Stores 4 codes of int8 to any address. */
static inline LCC_INLINE void i32xN_store_i8(int8_t *p, i32xN v) {
    __asm__("vstrb.32 %q1, [%2]" : "=m"(*(int8_t(*)[4])p) : "w"((int32x4_t)v), "l"(p));
}

/* Stores 4 codes of uint8 to any address. */
static inline LCC_INLINE void i32xN_store_u8(uint8_t *p, i32xN v) {
    __asm__("vstrb.32 %q1, [%2]" : "=m"(*(uint8_t(*)[4])p) : "w"((int32x4_t)v), "l"(p));
}

/* The larger ones. */
static inline LCC_INLINE i32xN i32xN_max(i32xN a, i32xN b) {
    return (i32xN)vmaxq_s32((int32x4_t)a, (int32x4_t)b);
}

/* The smaller ones. */
static inline LCC_INLINE i32xN i32xN_min(i32xN a, i32xN b) {
    return (i32xN)vminq_s32((int32x4_t)a, (int32x4_t)b);
}
