/* i32x4_dotprod.h: how tiles of four sums take four inputs at once, for an aarch64 with dot products. uint8 are
 * lowered by 128 when they are read; the biases contain what that takes away. */
#include <arm_neon.h>
#include <stdint.h>

/* The weights of four inputs for each lane. */
static inline LCC_INLINE i32xN i32xN_load_dots(const int8_t *p) { return (i32xN)vld1q_s8(p); }

/* Four int8 in all lanes. */
static inline LCC_INLINE i32xN i32xN_spread_i8(const void *p) {
    int32_t four;
    memcpy(&four, p, sizeof four);
    return i32xN_set1(four);
}

/* Four uint8 in all lanes, lowered by 128. */
static inline LCC_INLINE i32xN i32xN_spread_u8(const void *p) {
    return i32xN_spread_i8(p) ^ (int32_t)0x80808080u;
}

/* The same of 0 < n < 4 bytes, which have weights of 0 behind them. */
static inline LCC_INLINE i32xN i32xN_spread_i8_part(const void *p, int n) {
    int32_t four = 0;
    memcpy(&four, p, (size_t)n);
    return i32xN_set1(four);
}

static inline LCC_INLINE i32xN i32xN_spread_u8_part(const void *p, int n) {
    return i32xN_spread_i8_part(p, n) ^ (int32_t)0x80808080u;
}

/* sum + the products of four inputs and their weights, in each lane. */
static inline LCC_INLINE i32xN i32xN_dot(i32xN x, i32xN w, i32xN sum) {
    return (i32xN)vdotq_s32((int32x4_t)sum, (int8x16_t)x, (int8x16_t)w);
}

/* sum + the products of the first to the fourth group of four inputs and its weights, in each lane. */
static inline LCC_INLINE i32xN i32xN_dot_0(i32xN x, i32xN w, i32xN sum) {
    return (i32xN)vdotq_laneq_s32((int32x4_t)sum, (int8x16_t)w, (int8x16_t)x, 0);
}

static inline LCC_INLINE i32xN i32xN_dot_1(i32xN x, i32xN w, i32xN sum) {
    return (i32xN)vdotq_laneq_s32((int32x4_t)sum, (int8x16_t)w, (int8x16_t)x, 1);
}

static inline LCC_INLINE i32xN i32xN_dot_2(i32xN x, i32xN w, i32xN sum) {
    return (i32xN)vdotq_laneq_s32((int32x4_t)sum, (int8x16_t)w, (int8x16_t)x, 2);
}

static inline LCC_INLINE i32xN i32xN_dot_3(i32xN x, i32xN w, i32xN sum) {
    return (i32xN)vdotq_laneq_s32((int32x4_t)sum, (int8x16_t)w, (int8x16_t)x, 3);
}

/* The codes p to s of each of sixteen channels, side by side. */
static inline LCC_INLINE i32xN_four i32xN_interleave(int8x16_t p, int8x16_t q, int8x16_t r, int8x16_t s) {
    const int16x8_t low = (int16x8_t)vzip1q_s8(p, q), high = (int16x8_t)vzip2q_s8(p, q);
    const int16x8_t next_low = (int16x8_t)vzip1q_s8(r, s), next_high = (int16x8_t)vzip2q_s8(r, s);
    return (i32xN_four){(i32xN)vzip1q_s16(low, next_low), (i32xN)vzip2q_s16(low, next_low),
                        (i32xN)vzip1q_s16(high, next_high), (i32xN)vzip2q_s16(high, next_high)};
}
