/* f32x1_fpv4.h: what the floating-point unit of the Cortex-M4F, M7 and M33 has beside the functions of
 * f32x1_c99.h: a fused multiply-add, and tiles of convolutions in assembly.
 *
 * lcc takes these functions in place of those of the same names, and the rest from f32x1_c99.h. A processor
 * without the unit runs the same code, in C and slower.
 *
 * A tile adds up 4 channels of up to 4 pixels: f32x1_tile_Mx4. VLDR can neither count its address up nor take
 * an index from a register, so that a loop in C spends an instruction on each load and more on addresses. VLDM
 * loads consecutive registers and counts up: with the weights of three inputs in s20 to s31, and three inputs
 * of a pixel in s17 to s19, four pixels take 55 instructions for 48 multiply-adds. C cannot ask for consecutive
 * registers, and compilers lose some where 31 of 32 are taken. All layers share these functions. README.md
 * beside this file says what the form of a header is. */
#include <stdint.h>

#ifndef LCC_INLINE
#define LCC_INLINE __attribute__((always_inline))
#endif

#ifndef LCC_FPU
#if defined(__ARM_FP) && (__ARM_FP & 4) && defined(__ARM_FEATURE_FMA)
#define LCC_FPU 1
#else
#define LCC_FPU 0
#endif
#endif

typedef float f32x1;

/* a * b + c, rounded once by the unit. clang would call fmaf(), which may set errno. */
#if LCC_FPU
static inline LCC_INLINE f32x1 f32x1_fma(f32x1 a, f32x1 b, f32x1 c) {
    __asm__("vfma.f32 %0, %1, %2" : "+t"(c) : "t"(a), "t"(b));
    return c;
}
#else
static inline f32x1 f32x1_fma(f32x1 a, f32x1 b, f32x1 c) { return a * b + c; }
#endif

/* |v|. */
static inline LCC_INLINE f32x1 f32x1_abs(f32x1 v) { return __builtin_fabsf(v); }

/* Sets the sums of up to 4 pixels, sums[4 * m + j], to the bias of 4 channels at w. Returns the address behind.
 */
static inline const float *f32x1_begin_x4(int pixels, const float *w, f32x1 *sums) {
    const f32x1 bias0 = w[0], bias1 = w[1], bias2 = w[2], bias3 = w[3];
    for (int m = 0; m < pixels; m++, sums += 4) {
        sums[0] = bias0;
        sums[1] = bias1;
        sums[2] = bias2;
        sums[3] = bias3;
    }
    return w + 4;
}

/* Adds `count` inputs of 1 pixel, which begins at x, to sums[4 * m + j]; w[4 * k + j] is the weight of input k
 * for channel j. Returns the address behind the weights. */
#if LCC_FPU
__attribute__((noinline)) static const float *f32x1_tile_1x4(const float *x, int32_t step, int32_t count,
                                                             const float *w, f32x1 *sums) {
    (void)step;
    __asm__ volatile(
        "vldmia %[sums], {s0-s3}\n\t"
        "subs %[count], #3\n\t"
        "blt 2f\n\t"
        "1:\n\t"
        "subs %[count], #3\n\t"
        "vldmia %[w]!, {s20-s31}\n\t"
        "vldmia %[x0]!, {s17-s19}\n\t"
        "vfma.f32 s0, s17, s20; vfma.f32 s1, s17, s21; vfma.f32 s2, s17, s22; vfma.f32 s3, s17, s23\n\t"
        "vfma.f32 s0, s18, s24; vfma.f32 s1, s18, s25; vfma.f32 s2, s18, s26; vfma.f32 s3, s18, s27\n\t"
        "vfma.f32 s0, s19, s28; vfma.f32 s1, s19, s29; vfma.f32 s2, s19, s30; vfma.f32 s3, s19, s31\n\t"
        "bge 1b\n\t"
        "2:\n\t"
        "adds %[count], #3\n\t"
        "beq 4f\n\t"
        "3:\n\t"
        "subs %[count], #1\n\t"
        "vldmia %[w]!, {s20-s23}\n\t"
        "vldmia %[x0]!, {s17}\n\t"
        "vfma.f32 s0, s17, s20; vfma.f32 s1, s17, s21; vfma.f32 s2, s17, s22; vfma.f32 s3, s17, s23\n\t"
        "bne 3b\n\t"
        "4:\n\t"
        "vstmia %[sums], {s0-s3}"
        : [x0] "+r"(x), [w] "+r"(w), [count] "+r"(count)
        : [sums] "r"(sums)
        : "cc", "memory", "s0", "s1", "s2", "s3", "s17", "s18", "s19", "s20", "s21", "s22", "s23", "s24", "s25",
          "s26", "s27", "s28", "s29", "s30", "s31");
    return w;
}
#else
__attribute__((noinline)) static const float *f32x1_tile_1x4(const float *x, int32_t step, int32_t count,
                                                             const float *w, f32x1 *sums) {
    (void)step;
    for (int32_t k = 0; k < count; k++, w += 4) {
        for (int j = 0; j < 4; j++) sums[j] = sums[j] + x[k] * w[j];
    }
    return w;
}
#endif

/* Adds `count` inputs of 2 pixels, which begin at x and lie `step` apart, to sums[4 * m + j]; w[4 * k + j] is
 * the weight of input k for channel j. Returns the address behind the weights. */
#if LCC_FPU
__attribute__((noinline)) static const float *f32x1_tile_2x4(const float *x, int32_t step, int32_t count,
                                                             const float *w, f32x1 *sums) {
    const float *x1 = x + step;
    __asm__ volatile(
        "vldmia %[sums], {s0-s7}\n\t"
        "subs %[count], #3\n\t"
        "blt 2f\n\t"
        "1:\n\t"
        "subs %[count], #3\n\t"
        "vldmia %[w]!, {s20-s31}\n\t"
        "vldmia %[x0]!, {s17-s19}\n\t"
        "vfma.f32 s0, s17, s20; vfma.f32 s1, s17, s21; vfma.f32 s2, s17, s22; vfma.f32 s3, s17, s23\n\t"
        "vfma.f32 s0, s18, s24; vfma.f32 s1, s18, s25; vfma.f32 s2, s18, s26; vfma.f32 s3, s18, s27\n\t"
        "vfma.f32 s0, s19, s28; vfma.f32 s1, s19, s29; vfma.f32 s2, s19, s30; vfma.f32 s3, s19, s31\n\t"
        "vldmia %[x1]!, {s17-s19}\n\t"
        "vfma.f32 s4, s17, s20; vfma.f32 s5, s17, s21; vfma.f32 s6, s17, s22; vfma.f32 s7, s17, s23\n\t"
        "vfma.f32 s4, s18, s24; vfma.f32 s5, s18, s25; vfma.f32 s6, s18, s26; vfma.f32 s7, s18, s27\n\t"
        "vfma.f32 s4, s19, s28; vfma.f32 s5, s19, s29; vfma.f32 s6, s19, s30; vfma.f32 s7, s19, s31\n\t"
        "bge 1b\n\t"
        "2:\n\t"
        "adds %[count], #3\n\t"
        "beq 4f\n\t"
        "3:\n\t"
        "subs %[count], #1\n\t"
        "vldmia %[w]!, {s20-s23}\n\t"
        "vldmia %[x0]!, {s17}\n\t"
        "vfma.f32 s0, s17, s20; vfma.f32 s1, s17, s21; vfma.f32 s2, s17, s22; vfma.f32 s3, s17, s23\n\t"
        "vldmia %[x1]!, {s17}\n\t"
        "vfma.f32 s4, s17, s20; vfma.f32 s5, s17, s21; vfma.f32 s6, s17, s22; vfma.f32 s7, s17, s23\n\t"
        "bne 3b\n\t"
        "4:\n\t"
        "vstmia %[sums], {s0-s7}"
        : [x0] "+r"(x), [x1] "+r"(x1), [w] "+r"(w), [count] "+r"(count)
        : [sums] "r"(sums)
        : "cc", "memory", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s17", "s18", "s19", "s20", "s21",
          "s22", "s23", "s24", "s25", "s26", "s27", "s28", "s29", "s30", "s31");
    return w;
}
#else
__attribute__((noinline)) static const float *f32x1_tile_2x4(const float *x, int32_t step, int32_t count,
                                                             const float *w, f32x1 *sums) {
    for (int32_t k = 0; k < count; k++, w += 4) {
        for (int i = 0; i < 8; i++) sums[i] = sums[i] + x[i / 4 * step + k] * w[i % 4];
    }
    return w;
}
#endif

/* Adds `count` inputs of 3 pixels, which begin at x and lie `step` apart, to sums[4 * m + j]; w[4 * k + j] is
 * the weight of input k for channel j. Returns the address behind the weights. */
#if LCC_FPU
__attribute__((noinline)) static const float *f32x1_tile_3x4(const float *x, int32_t step, int32_t count,
                                                             const float *w, f32x1 *sums) {
    const float *x1 = x + step, *x2 = x1 + step;
    __asm__ volatile(
        "vldmia %[sums], {s0-s11}\n\t"
        "subs %[count], #3\n\t"
        "blt 2f\n\t"
        "1:\n\t"
        "subs %[count], #3\n\t"
        "vldmia %[w]!, {s20-s31}\n\t"
        "vldmia %[x0]!, {s17-s19}\n\t"
        "vfma.f32 s0, s17, s20; vfma.f32 s1, s17, s21; vfma.f32 s2, s17, s22; vfma.f32 s3, s17, s23\n\t"
        "vfma.f32 s0, s18, s24; vfma.f32 s1, s18, s25; vfma.f32 s2, s18, s26; vfma.f32 s3, s18, s27\n\t"
        "vfma.f32 s0, s19, s28; vfma.f32 s1, s19, s29; vfma.f32 s2, s19, s30; vfma.f32 s3, s19, s31\n\t"
        "vldmia %[x1]!, {s17-s19}\n\t"
        "vfma.f32 s4, s17, s20; vfma.f32 s5, s17, s21; vfma.f32 s6, s17, s22; vfma.f32 s7, s17, s23\n\t"
        "vfma.f32 s4, s18, s24; vfma.f32 s5, s18, s25; vfma.f32 s6, s18, s26; vfma.f32 s7, s18, s27\n\t"
        "vfma.f32 s4, s19, s28; vfma.f32 s5, s19, s29; vfma.f32 s6, s19, s30; vfma.f32 s7, s19, s31\n\t"
        "vldmia %[x2]!, {s17-s19}\n\t"
        "vfma.f32 s8, s17, s20; vfma.f32 s9, s17, s21; vfma.f32 s10, s17, s22; vfma.f32 s11, s17, s23\n\t"
        "vfma.f32 s8, s18, s24; vfma.f32 s9, s18, s25; vfma.f32 s10, s18, s26; vfma.f32 s11, s18, s27\n\t"
        "vfma.f32 s8, s19, s28; vfma.f32 s9, s19, s29; vfma.f32 s10, s19, s30; vfma.f32 s11, s19, s31\n\t"
        "bge 1b\n\t"
        "2:\n\t"
        "adds %[count], #3\n\t"
        "beq 4f\n\t"
        "3:\n\t"
        "subs %[count], #1\n\t"
        "vldmia %[w]!, {s20-s23}\n\t"
        "vldmia %[x0]!, {s17}\n\t"
        "vfma.f32 s0, s17, s20; vfma.f32 s1, s17, s21; vfma.f32 s2, s17, s22; vfma.f32 s3, s17, s23\n\t"
        "vldmia %[x1]!, {s17}\n\t"
        "vfma.f32 s4, s17, s20; vfma.f32 s5, s17, s21; vfma.f32 s6, s17, s22; vfma.f32 s7, s17, s23\n\t"
        "vldmia %[x2]!, {s17}\n\t"
        "vfma.f32 s8, s17, s20; vfma.f32 s9, s17, s21; vfma.f32 s10, s17, s22; vfma.f32 s11, s17, s23\n\t"
        "bne 3b\n\t"
        "4:\n\t"
        "vstmia %[sums], {s0-s11}"
        : [x0] "+r"(x), [x1] "+r"(x1), [x2] "+r"(x2), [w] "+r"(w), [count] "+r"(count)
        : [sums] "r"(sums)
        : "cc", "memory", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "s17",
          "s18", "s19", "s20", "s21", "s22", "s23", "s24", "s25", "s26", "s27", "s28", "s29", "s30", "s31");
    return w;
}
#else
__attribute__((noinline)) static const float *f32x1_tile_3x4(const float *x, int32_t step, int32_t count,
                                                             const float *w, f32x1 *sums) {
    for (int32_t k = 0; k < count; k++, w += 4) {
        for (int i = 0; i < 12; i++) sums[i] = sums[i] + x[i / 4 * step + k] * w[i % 4];
    }
    return w;
}
#endif

/* Adds `count` inputs of 4 pixels, which begin at x and lie `step` apart, to sums[4 * m + j]; w[4 * k + j] is
 * the weight of input k for channel j. Returns the address behind the weights. */
#if LCC_FPU
__attribute__((noinline)) static const float *f32x1_tile_4x4(const float *x, int32_t step, int32_t count,
                                                             const float *w, f32x1 *sums) {
    const float *x1 = x + step, *x2 = x1 + step, *x3 = x2 + step;
    __asm__ volatile(
        "vldmia %[sums], {s0-s15}\n\t"
        "subs %[count], #3\n\t"
        "blt 2f\n\t"
        "1:\n\t"
        "subs %[count], #3\n\t"
        "vldmia %[w]!, {s20-s31}\n\t"
        "vldmia %[x0]!, {s17-s19}\n\t"
        "vfma.f32 s0, s17, s20; vfma.f32 s1, s17, s21; vfma.f32 s2, s17, s22; vfma.f32 s3, s17, s23\n\t"
        "vfma.f32 s0, s18, s24; vfma.f32 s1, s18, s25; vfma.f32 s2, s18, s26; vfma.f32 s3, s18, s27\n\t"
        "vfma.f32 s0, s19, s28; vfma.f32 s1, s19, s29; vfma.f32 s2, s19, s30; vfma.f32 s3, s19, s31\n\t"
        "vldmia %[x1]!, {s17-s19}\n\t"
        "vfma.f32 s4, s17, s20; vfma.f32 s5, s17, s21; vfma.f32 s6, s17, s22; vfma.f32 s7, s17, s23\n\t"
        "vfma.f32 s4, s18, s24; vfma.f32 s5, s18, s25; vfma.f32 s6, s18, s26; vfma.f32 s7, s18, s27\n\t"
        "vfma.f32 s4, s19, s28; vfma.f32 s5, s19, s29; vfma.f32 s6, s19, s30; vfma.f32 s7, s19, s31\n\t"
        "vldmia %[x2]!, {s17-s19}\n\t"
        "vfma.f32 s8, s17, s20; vfma.f32 s9, s17, s21; vfma.f32 s10, s17, s22; vfma.f32 s11, s17, s23\n\t"
        "vfma.f32 s8, s18, s24; vfma.f32 s9, s18, s25; vfma.f32 s10, s18, s26; vfma.f32 s11, s18, s27\n\t"
        "vfma.f32 s8, s19, s28; vfma.f32 s9, s19, s29; vfma.f32 s10, s19, s30; vfma.f32 s11, s19, s31\n\t"
        "vldmia %[x3]!, {s17-s19}\n\t"
        "vfma.f32 s12, s17, s20; vfma.f32 s13, s17, s21; vfma.f32 s14, s17, s22; vfma.f32 s15, s17, s23\n\t"
        "vfma.f32 s12, s18, s24; vfma.f32 s13, s18, s25; vfma.f32 s14, s18, s26; vfma.f32 s15, s18, s27\n\t"
        "vfma.f32 s12, s19, s28; vfma.f32 s13, s19, s29; vfma.f32 s14, s19, s30; vfma.f32 s15, s19, s31\n\t"
        "bge 1b\n\t"
        "2:\n\t"
        "adds %[count], #3\n\t"
        "beq 4f\n\t"
        "3:\n\t"
        "subs %[count], #1\n\t"
        "vldmia %[w]!, {s20-s23}\n\t"
        "vldmia %[x0]!, {s17}\n\t"
        "vfma.f32 s0, s17, s20; vfma.f32 s1, s17, s21; vfma.f32 s2, s17, s22; vfma.f32 s3, s17, s23\n\t"
        "vldmia %[x1]!, {s17}\n\t"
        "vfma.f32 s4, s17, s20; vfma.f32 s5, s17, s21; vfma.f32 s6, s17, s22; vfma.f32 s7, s17, s23\n\t"
        "vldmia %[x2]!, {s17}\n\t"
        "vfma.f32 s8, s17, s20; vfma.f32 s9, s17, s21; vfma.f32 s10, s17, s22; vfma.f32 s11, s17, s23\n\t"
        "vldmia %[x3]!, {s17}\n\t"
        "vfma.f32 s12, s17, s20; vfma.f32 s13, s17, s21; vfma.f32 s14, s17, s22; vfma.f32 s15, s17, s23\n\t"
        "bne 3b\n\t"
        "4:\n\t"
        "vstmia %[sums], {s0-s15}"
        : [x0] "+r"(x), [x1] "+r"(x1), [x2] "+r"(x2), [x3] "+r"(x3), [w] "+r"(w), [count] "+r"(count)
        : [sums] "r"(sums)
        : "cc", "memory", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "s12",
          "s13", "s14", "s15", "s17", "s18", "s19", "s20", "s21", "s22", "s23", "s24", "s25", "s26", "s27",
          "s28", "s29", "s30", "s31");
    return w;
}
#else
__attribute__((noinline)) static const float *f32x1_tile_4x4(const float *x, int32_t step, int32_t count,
                                                             const float *w, f32x1 *sums) {
    for (int32_t k = 0; k < count; k++, w += 4) {
        for (int i = 0; i < 16; i++) sums[i] = sums[i] + x[i / 4 * step + k] * w[i % 4];
    }
    return w;
}
#endif

/* Stores the sums of up to 4 pixels by 4 channels; the pixels lie `step` apart. */
#if LCC_FPU
__attribute__((noinline)) static void f32x1_end_x4(int pixels, const f32x1 *sums, float *y, int32_t step) {
    for (int m = 0; m < pixels; m++, y += step) {
        float *to = y;
        __asm__ volatile("vldmia %0!, {s0-s3}\n\t"
                         "vstmia %1!, {s0-s3}"
                         : "+r"(sums), "+r"(to)
                         :
                         : "cc", "s0", "s1", "s2", "s3", "memory");
    }
}
#else
__attribute__((noinline)) static void f32x1_end_x4(int pixels, const f32x1 *sums, float *y, int32_t step) {
    for (int i = 0; i < 4 * pixels; i++) y[i / 4 * step + i % 4] = sums[i];
}
#endif

/* The same of max(sum, 0); NaN stays. */
#if LCC_FPU
__attribute__((noinline)) static void f32x1_end_relu_x4(int pixels, const f32x1 *sums, float *y, int32_t step) {
    const float zero = 0.0f;
    for (int m = 0; m < pixels; m++, y += step) {
        float *to = y;
        __asm__ volatile("vldmia %0!, {s0-s3}\n\t"
                         "vcmp.f32 s0, #0; vmrs APSR_nzcv, fpscr; it mi; vmovmi.f32 s0, %2\n\t"
                         "vcmp.f32 s1, #0; vmrs APSR_nzcv, fpscr; it mi; vmovmi.f32 s1, %2\n\t"
                         "vcmp.f32 s2, #0; vmrs APSR_nzcv, fpscr; it mi; vmovmi.f32 s2, %2\n\t"
                         "vcmp.f32 s3, #0; vmrs APSR_nzcv, fpscr; it mi; vmovmi.f32 s3, %2\n\t"
                         "vstmia %1!, {s0-s3}"
                         : "+r"(sums), "+r"(to)
                         : "t"(zero)
                         : "cc", "s0", "s1", "s2", "s3", "memory");
    }
}
#else
__attribute__((noinline)) static void f32x1_end_relu_x4(int pixels, const f32x1 *sums, float *y, int32_t step) {
    for (int i = 0; i < 4 * pixels; i++) y[i / 4 * step + i % 4] = sums[i] < 0.0f ? 0.0f : sums[i];
}
#endif

/* The same of min(max(sum, 0), 6); NaN stays. */
#if LCC_FPU
__attribute__((noinline)) static void f32x1_end_relu6_x4(int pixels, const f32x1 *sums, float *y,
                                                         int32_t step) {
    const float zero = 0.0f, six = 6.0f;
    for (int m = 0; m < pixels; m++, y += step) {
        float *to = y;
        __asm__ volatile("vldmia %0!, {s0-s3}\n\t"
                         "vcmp.f32 s0, #0; vmrs APSR_nzcv, fpscr; it mi; vmovmi.f32 s0, %2\n\t"
                         "vcmp.f32 s0, %3; vmrs APSR_nzcv, fpscr; it gt; vmovgt.f32 s0, %3\n\t"
                         "vcmp.f32 s1, #0; vmrs APSR_nzcv, fpscr; it mi; vmovmi.f32 s1, %2\n\t"
                         "vcmp.f32 s1, %3; vmrs APSR_nzcv, fpscr; it gt; vmovgt.f32 s1, %3\n\t"
                         "vcmp.f32 s2, #0; vmrs APSR_nzcv, fpscr; it mi; vmovmi.f32 s2, %2\n\t"
                         "vcmp.f32 s2, %3; vmrs APSR_nzcv, fpscr; it gt; vmovgt.f32 s2, %3\n\t"
                         "vcmp.f32 s3, #0; vmrs APSR_nzcv, fpscr; it mi; vmovmi.f32 s3, %2\n\t"
                         "vcmp.f32 s3, %3; vmrs APSR_nzcv, fpscr; it gt; vmovgt.f32 s3, %3\n\t"
                         "vstmia %1!, {s0-s3}"
                         : "+r"(sums), "+r"(to)
                         : "t"(zero), "t"(six)
                         : "cc", "s0", "s1", "s2", "s3", "memory");
    }
}
#else
__attribute__((noinline)) static void f32x1_end_relu6_x4(int pixels, const f32x1 *sums, float *y,
                                                         int32_t step) {
    for (int i = 0; i < 4 * pixels; i++) {
        const float v = sums[i] < 0.0f ? 0.0f : sums[i];
        y[i / 4 * step + i % 4] = v > 6.0f ? 6.0f : v;
    }
}
#endif
