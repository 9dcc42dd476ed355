/* f32x8_bf16.h: products of bfloat16 for f32x8, for AVX-512 BF16 and VL: see f32x16_bf16.h. */
#include <immintrin.h>

/* sum + the products of a pair of inputs and a pair of weights, in each lane. */
static inline LCC_INLINE f32x8 f32x8_dot_bf16(f32x8 inputs, f32x8 weights, f32x8 sum) {
    return _mm256_dpbf16_ps(sum, (__m256bh)inputs, (__m256bh)weights);
}
