/* f32x16_bf16.h: products of bfloat16 for f32x16, for AVX-512 BF16 (Sapphire Rapids, Zen 4 and later). A pair
 * of bfloat16 lies in the room of a float. */
#include <immintrin.h>
#include <stdint.h>

/* sum + the products of a pair of inputs and a pair of weights, in each lane. */
static inline LCC_INLINE f32x16 f32x16_dot_bf16(f32x16 inputs, f32x16 weights, f32x16 sum) {
    return _mm512_dpbf16_ps(sum, (__m512bh)inputs, (__m512bh)weights);
}

/* Puts a number to an even address as bfloat16. */
static inline LCC_INLINE void f32x16_put_one_bf16(int8_t *to, float x) {
    const int bits = _mm_cvtsi128_si32((__m128i)_mm_cvtneps_pbh(_mm_set_ss(x)));
    memcpy(to, &bits, 2);
}

/* Puts n numbers to an even address as bfloat16. The rest behind whole vectors goes by a half, and a part. */
static inline LCC_INLINE void f32x16_put_bf16(int8_t *to, const float *x, int n) {
    int i = 0;
    for (; i + 32 <= n; i += 32)
        _mm512_storeu_si512(to + 2 * i,
                            (__m512i)_mm512_cvtne2ps_pbh(_mm512_loadu_ps(x + i + 16), _mm512_loadu_ps(x + i)));
    if (i + 16 <= n) {
        _mm256_storeu_si256((__m256i_u *)(void *)(to + 2 * i),
                            (__m256i)_mm512_cvtneps_pbh(_mm512_loadu_ps(x + i)));
        i += 16;
    }
    if (i + 8 <= n) {
        _mm_storeu_si128((__m128i_u *)(void *)(to + 2 * i),
                         (__m128i)_mm256_cvtneps_pbh(_mm256_loadu_ps(x + i)));
        i += 8;
    }
    if (i < n) {
        const __mmask8 rest = (__mmask8)((1u << (n - i)) - 1u);
        _mm_mask_storeu_epi16(to + 2 * i, rest,
                              (__m128i)_mm256_cvtneps_pbh(_mm256_maskz_loadu_ps(rest, x + i)));
    }
}

/* The same of n numbers, each times its factor in `scale`. */
static inline LCC_INLINE void f32x16_put_scaled_bf16(int8_t *to, const float *x, const float *scale, int n) {
    int i = 0;
    for (; i + 16 <= n; i += 16)
        _mm256_storeu_si256(
            (__m256i_u *)(void *)(to + 2 * i),
            (__m256i)_mm512_cvtneps_pbh(_mm512_mul_ps(_mm512_loadu_ps(x + i), _mm512_loadu_ps(scale + i))));
    if (i + 8 <= n) {
        _mm_storeu_si128(
            (__m128i_u *)(void *)(to + 2 * i),
            (__m128i)_mm256_cvtneps_pbh(_mm256_mul_ps(_mm256_loadu_ps(x + i), _mm256_loadu_ps(scale + i))));
        i += 8;
    }
    if (i < n) {
        const __mmask8 rest = (__mmask8)((1u << (n - i)) - 1u);
        const __m256 product =
            _mm256_mul_ps(_mm256_maskz_loadu_ps(rest, x + i), _mm256_maskz_loadu_ps(rest, scale + i));
        _mm_mask_storeu_epi16(to + 2 * i, rest, (__m128i)_mm256_cvtneps_pbh(product));
    }
}
