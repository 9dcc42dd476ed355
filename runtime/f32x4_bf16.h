/* f32x4_bf16.h: products of bfloat16 for f32x4, for AVX-512 BF16 and VL: see f32x16_bf16.h. */
#include <immintrin.h>

/* sum + the products of a pair of inputs and a pair of weights, in each lane. */
static inline LCC_INLINE f32x4 f32x4_dot_bf16(f32x4 inputs, f32x4 weights, f32x4 sum) {
    return _mm_dpbf16_ps(sum, (__m128bh)inputs, (__m128bh)weights);
}
