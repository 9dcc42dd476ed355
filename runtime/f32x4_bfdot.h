/* f32x4_bfdot.h: products of bfloat16 for f32x4, for Advanced SIMD with BF16 (Armv8.6). A pair of bfloat16 lies
 * in the room of a float. */
#include <arm_neon.h>
#include <stdint.h>

/* sum + the products of a pair of inputs and a pair of weights, in each lane. */
static inline LCC_INLINE f32x4 f32x4_dot_bf16(f32x4 inputs, f32x4 weights, f32x4 sum) {
    return vbfdotq_f32(sum, vreinterpretq_bf16_f32(inputs), vreinterpretq_bf16_f32(weights));
}

/* Puts a number to an even address as bfloat16. */
static inline LCC_INLINE void f32x4_put_one_bf16(int8_t *to, float x) {
    const uint16x4_t bits = vreinterpret_u16_bf16(vcvt_bf16_f32(vdupq_n_f32(x)));
    const uint16_t one = vget_lane_u16(bits, 0);
    memcpy(to, &one, 2);
}

/* Puts n numbers to an even address as bfloat16. */
static inline LCC_INLINE void f32x4_put_bf16(int8_t *to, const float *x, int n) {
    int i = 0;
    for (; i + 8 <= n; i += 8) {
        const bfloat16x8_t low = vcvtq_low_bf16_f32(vld1q_f32(x + i));
        vst1q_u8((uint8_t *)(to + 2 * i),
                 vreinterpretq_u8_bf16(vcvtq_high_bf16_f32(low, vld1q_f32(x + i + 4))));
    }
    if (i + 4 <= n) {
        vst1_u8((uint8_t *)(to + 2 * i), vreinterpret_u8_bf16(vcvt_bf16_f32(vld1q_f32(x + i))));
        i += 4;
    }
    for (; i < n; i++) f32x4_put_one_bf16(to + 2 * i, x[i]);
}

/* The same of n numbers, each times its factor in `scale`. */
static inline LCC_INLINE void f32x4_put_scaled_bf16(int8_t *to, const float *x, const float *scale, int n) {
    int i = 0;
    for (; i + 4 <= n; i += 4) {
        const float32x4_t product = vmulq_f32(vld1q_f32(x + i), vld1q_f32(scale + i));
        vst1_u8((uint8_t *)(to + 2 * i), vreinterpret_u8_bf16(vcvt_bf16_f32(product)));
    }
    for (; i < n; i++) f32x4_put_one_bf16(to + 2 * i, x[i] * scale[i]);
}
