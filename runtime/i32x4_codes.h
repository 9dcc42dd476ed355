/* i32x4_codes.h: codes and rescales of four int32 for aarch64: what few instructions do there, and compilers
 * make many of. lcc takes these functions in place of those of the same names in i32xN.h. */
#include <arm_neon.h>
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

/* 4 codes of int8 from any address. */
static inline LCC_INLINE i32xN i32xN_load_i8(const int8_t *p) {
    int32_t four;
    __builtin_memcpy(&four, p, sizeof four);
    return (i32xN)vmovl_s16(vget_low_s16(vmovl_s8(vreinterpret_s8_s32(vdup_n_s32(four)))));
}

/* 4 codes of uint8 from any address. */
static inline LCC_INLINE i32xN i32xN_load_u8(const uint8_t *p) {
    uint32_t four;
    __builtin_memcpy(&four, p, sizeof four);
    return (i32xN)vmovl_u16(vget_low_u16(vmovl_u8(vreinterpret_u8_u32(vdup_n_u32(four)))));
}

/* Stores 4 codes of int8 to any address. */
static inline LCC_INLINE void i32xN_store_i8(int8_t *p, i32xN v) {
    const int16x4_t half = vmovn_s32((int32x4_t)v);
    const int32_t four = vget_lane_s32(vreinterpret_s32_s8(vmovn_s16(vcombine_s16(half, half))), 0);
    __builtin_memcpy(p, &four, sizeof four);
}

/* Stores 4 codes of uint8 to any address. */
static inline LCC_INLINE void i32xN_store_u8(uint8_t *p, i32xN v) { i32xN_store_i8((int8_t *)p, v); }

/* The larger ones. */
static inline LCC_INLINE i32xN i32xN_max(i32xN a, i32xN b) {
    return (i32xN)vmaxq_s32((int32x4_t)a, (int32x4_t)b);
}

/* The smaller ones. */
static inline LCC_INLINE i32xN i32xN_min(i32xN a, i32xN b) {
    return (i32xN)vminq_s32((int32x4_t)a, (int32x4_t)b);
}

/* v * multiplier * 2^(shift - 31): the exact product, rounded once, halves up. No multiplier is below 0, each
 * shift is -31 to 30. What has more than 32 bits is cut. */
static inline LCC_INLINE i32xN i32xN_rescale_once(i32xN v, i32xN multiplier, i32xN shift) {
    const int32x4_t x = (int32x4_t)v, by = (int32x4_t)multiplier;
    const int32x4_t right = vsubq_s32((int32x4_t)shift, vdupq_n_s32(31));
    const int64x2_t low = vmull_s32(vget_low_s32(x), vget_low_s32(by)), high = vmull_high_s32(x, by);
    const int64x2_t low_codes = vrshlq_s64(low, vmovl_s32(vget_low_s32(right)));
    return (i32xN)vmovn_high_s64(vmovn_s64(low_codes), vrshlq_s64(high, vmovl_high_s32(right)));
}

/* The same, rounded twice: the high half of the doubled product, halves up; then the shift to the right, halves
 * away from zero. A shift to the left comes first. */
static inline LCC_INLINE i32xN i32xN_rescale_tflite(i32xN v, i32xN multiplier, i32xN shift) {
    const int32x4_t zero = vdupq_n_s32(0), by = (int32x4_t)shift, right = vminq_s32(by, zero);
    const int32x4_t high = vqrdmulhq_s32(vshlq_s32((int32x4_t)v, vmaxq_s32(by, zero)), (int32x4_t)multiplier);
    const int32x4_t below = vshrq_n_s32(vandq_s32(high, right), 31); /* -1: below 0, and shifted */
    return (i32xN)vrshlq_s32(vqaddq_s32(high, below), right);
}
