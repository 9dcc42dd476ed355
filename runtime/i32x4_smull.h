/* i32x4_smull.h: how tiles of four sums take four inputs at once, for any aarch64. Two products of int8 have
 * room in 16 bits, since no weight is -128. So the products of the first and of the third input are added
 * there, and those of the second and the fourth; then these pairs are added to each lane. uint8 are lowered by
 * 128 when they are read; the biases contain what that takes away. */
#include <arm_neon.h>
#include <stdint.h>

/* The weights of four inputs for each lane: two of all lanes, then the other two. */
static inline LCC_INLINE i32xN i32xN_load_dots(const int8_t *p) { return (i32xN)vld1q_s8(p); }

/* Four int8: the first two in the low half, four times, the other two in the high half. */
static inline LCC_INLINE i32xN i32xN_spread_i8(const void *p) {
    const uint8x16_t by_pairs = {0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3};
    int32_t four;
    memcpy(&four, p, sizeof four);
    return (i32xN)vqtbl1q_u8((uint8x16_t)vdupq_n_s32(four), by_pairs);
}

/* The same of uint8, lowered by 128. */
static inline LCC_INLINE i32xN i32xN_spread_u8(const void *p) {
    return i32xN_spread_i8(p) ^ (int32_t)0x80808080u;
}

/* The same of 0 < n < 4 bytes, which have weights of 0 behind them. */
static inline LCC_INLINE i32xN i32xN_spread_i8_part(const void *p, int n) {
    int8_t four[4] = {0, 0, 0, 0};
    memcpy(four, p, (size_t)n);
    if (n > 2) return i32xN_spread_i8(four);
    return (i32xN)vdupq_n_s16((int16_t)(uint16_t)(((unsigned)(uint8_t)four[1] << 8) | (uint8_t)four[0]));
}

static inline LCC_INLINE i32xN i32xN_spread_u8_part(const void *p, int n) {
    return i32xN_spread_i8_part(p, n) ^ (int32_t)0x80808080u;
}

/* sum + the products of four inputs and their weights, in each lane. The two multiplications are assembly,
 * since GCC copies what the first one makes. */
static inline LCC_INLINE i32xN i32xN_dot(i32xN x, i32xN w, i32xN sum) {
    int16x8_t pairs;
    __asm__("smull %0.8h, %1.8b, %2.8b\n\tsmlal2 %0.8h, %1.16b, %2.16b" : "=&w"(pairs) : "w"(x), "w"(w));
    return (i32xN)vpadalq_s16((int32x4_t)sum, pairs);
}

/* The same of two inputs, the others of which are not there. */
static inline LCC_INLINE i32xN i32xN_dot_pair(i32xN x, i32xN w, i32xN sum) {
    const int16x8_t pairs = vmull_s8(vget_low_s8((int8x16_t)x), vget_low_s8((int8x16_t)w));
    return (i32xN)vpadalq_s16((int32x4_t)sum, pairs);
}

/* sum + the products of the first to the fourth group of four inputs and its weights, in each lane. */
static inline LCC_INLINE i32xN i32xN_dot_0(i32xN x, i32xN w, i32xN sum) {
    const uint8x16_t by_pairs = {0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3};
    return i32xN_dot((i32xN)vqtbl1q_u8((uint8x16_t)x, by_pairs), w, sum);
}

static inline LCC_INLINE i32xN i32xN_dot_1(i32xN x, i32xN w, i32xN sum) {
    const uint8x16_t by_pairs = {4, 5, 4, 5, 4, 5, 4, 5, 6, 7, 6, 7, 6, 7, 6, 7};
    return i32xN_dot((i32xN)vqtbl1q_u8((uint8x16_t)x, by_pairs), w, sum);
}

static inline LCC_INLINE i32xN i32xN_dot_2(i32xN x, i32xN w, i32xN sum) {
    const uint8x16_t by_pairs = {8, 9, 8, 9, 8, 9, 8, 9, 10, 11, 10, 11, 10, 11, 10, 11};
    return i32xN_dot((i32xN)vqtbl1q_u8((uint8x16_t)x, by_pairs), w, sum);
}

static inline LCC_INLINE i32xN i32xN_dot_3(i32xN x, i32xN w, i32xN sum) {
    const uint8x16_t by_pairs = {12, 13, 12, 13, 12, 13, 12, 13, 14, 15, 14, 15, 14, 15, 14, 15};
    return i32xN_dot((i32xN)vqtbl1q_u8((uint8x16_t)x, by_pairs), w, sum);
}

/* The codes p and q of each of sixteen channels side by side, and r and s, of four channels in each vector. */
static inline LCC_INLINE i32xN_four i32xN_interleave(int8x16_t p, int8x16_t q, int8x16_t r, int8x16_t s) {
    const int64x2_t low = (int64x2_t)vzip1q_s8(p, q), high = (int64x2_t)vzip2q_s8(p, q);
    const int64x2_t next_low = (int64x2_t)vzip1q_s8(r, s), next_high = (int64x2_t)vzip2q_s8(r, s);
    return (i32xN_four){(i32xN)vzip1q_s64(low, next_low), (i32xN)vzip2q_s64(low, next_low),
                        (i32xN)vzip1q_s64(high, next_high), (i32xN)vzip2q_s64(high, next_high)};
}
