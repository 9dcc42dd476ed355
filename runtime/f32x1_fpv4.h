/* f32x1_fpv4.h: what the Armv7E-M and Armv8-M floating-point unit has beside the functions of f32x1_c99.h: a
 * fused multiply-add, and loads of several registers. FPv4-SP is the unit of the Cortex-M4F; the
 * M7 and the M33 have all of it.
 *
 * lcc takes these functions in place of those of the same names, and the rest from f32x1_c99.h. A processor
 * without the unit runs the same code, in C and slower.
 *
 * f32x1_take_N and f32x1_add_UxN are the inner loop of a convolution: for U inputs of a pixel, N output
 * channels. VLDR can neither count its address up nor take an index from a register, so that a loop in C spends
 * an instruction on each load and more on addresses. VLDM loads consecutive registers and counts up. C cannot
 * ask for consecutive registers, so they have fixed names here: the weights lie from s31 downward, the inputs
 * below them, and the compiler has the others for the sums. README.md beside this file says what the form of a
 * header is. */
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

/* a * b + c, rounded once by the unit. */
#if LCC_FPU
static inline LCC_INLINE f32x1 f32x1_fma(f32x1 a, f32x1 b, f32x1 c) { return __builtin_fmaf(a, b, c); }
#else
static inline f32x1 f32x1_fma(f32x1 a, f32x1 b, f32x1 c) { return a * b + c; }
#endif

/* |v|. */
static inline LCC_INLINE f32x1 f32x1_abs(f32x1 v) { return __builtin_fabsf(v); }

/* Loads 1 float from p to w. Returns the address behind. */
#if LCC_FPU
static inline LCC_INLINE const float *f32x1_take_1(const float *p, f32x1 *w) {
    register float w0 __asm__("s31");
    __asm__("vldmia %0!, {s31}" : "+r"(p), "=t"(w0) : "m"(*(const float(*)[1])p));
    w[0] = w0;
    return p;
}
#else
static inline const float *f32x1_take_1(const float *p, f32x1 *w) {
    for (int i = 0; i < 1; i++) w[i] = p[i];
    return p + 1;
}
#endif

/* Loads 2 floats from p to w. Returns the address behind. */
#if LCC_FPU
static inline LCC_INLINE const float *f32x1_take_2(const float *p, f32x1 *w) {
    register float w0 __asm__("s30");
    register float w1 __asm__("s31");
    __asm__("vldmia %0!, {s30-s31}" : "+r"(p), "=t"(w0), "=t"(w1) : "m"(*(const float(*)[2])p));
    w[0] = w0;
    w[1] = w1;
    return p;
}
#else
static inline const float *f32x1_take_2(const float *p, f32x1 *w) {
    for (int i = 0; i < 2; i++) w[i] = p[i];
    return p + 2;
}
#endif

/* Loads 3 floats from p to w. Returns the address behind. */
#if LCC_FPU
static inline LCC_INLINE const float *f32x1_take_3(const float *p, f32x1 *w) {
    register float w0 __asm__("s29");
    register float w1 __asm__("s30");
    register float w2 __asm__("s31");
    __asm__("vldmia %0!, {s29-s31}" : "+r"(p), "=t"(w0), "=t"(w1), "=t"(w2) : "m"(*(const float(*)[3])p));
    w[0] = w0;
    w[1] = w1;
    w[2] = w2;
    return p;
}
#else
static inline const float *f32x1_take_3(const float *p, f32x1 *w) {
    for (int i = 0; i < 3; i++) w[i] = p[i];
    return p + 3;
}
#endif

/* Loads 4 floats from p to w. Returns the address behind. */
#if LCC_FPU
static inline LCC_INLINE const float *f32x1_take_4(const float *p, f32x1 *w) {
    register float w0 __asm__("s28");
    register float w1 __asm__("s29");
    register float w2 __asm__("s30");
    register float w3 __asm__("s31");
    __asm__("vldmia %0!, {s28-s31}"
            : "+r"(p), "=t"(w0), "=t"(w1), "=t"(w2), "=t"(w3)
            : "m"(*(const float(*)[4])p));
    w[0] = w0;
    w[1] = w1;
    w[2] = w2;
    w[3] = w3;
    return p;
}
#else
static inline const float *f32x1_take_4(const float *p, f32x1 *w) {
    for (int i = 0; i < 4; i++) w[i] = p[i];
    return p + 4;
}
#endif

/* Loads 6 floats from p to w. Returns the address behind. */
#if LCC_FPU
static inline LCC_INLINE const float *f32x1_take_6(const float *p, f32x1 *w) {
    register float w0 __asm__("s26");
    register float w1 __asm__("s27");
    register float w2 __asm__("s28");
    register float w3 __asm__("s29");
    register float w4 __asm__("s30");
    register float w5 __asm__("s31");
    __asm__("vldmia %0!, {s26-s31}"
            : "+r"(p), "=t"(w0), "=t"(w1), "=t"(w2), "=t"(w3), "=t"(w4), "=t"(w5)
            : "m"(*(const float(*)[6])p));
    w[0] = w0;
    w[1] = w1;
    w[2] = w2;
    w[3] = w3;
    w[4] = w4;
    w[5] = w5;
    return p;
}
#else
static inline const float *f32x1_take_6(const float *p, f32x1 *w) {
    for (int i = 0; i < 6; i++) w[i] = p[i];
    return p + 6;
}
#endif

/* Loads 8 floats from p to w. Returns the address behind. */
#if LCC_FPU
static inline LCC_INLINE const float *f32x1_take_8(const float *p, f32x1 *w) {
    register float w0 __asm__("s24");
    register float w1 __asm__("s25");
    register float w2 __asm__("s26");
    register float w3 __asm__("s27");
    register float w4 __asm__("s28");
    register float w5 __asm__("s29");
    register float w6 __asm__("s30");
    register float w7 __asm__("s31");
    __asm__("vldmia %0!, {s24-s31}"
            : "+r"(p), "=t"(w0), "=t"(w1), "=t"(w2), "=t"(w3), "=t"(w4), "=t"(w5), "=t"(w6), "=t"(w7)
            : "m"(*(const float(*)[8])p));
    w[0] = w0;
    w[1] = w1;
    w[2] = w2;
    w[3] = w3;
    w[4] = w4;
    w[5] = w5;
    w[6] = w6;
    w[7] = w7;
    return p;
}
#else
static inline const float *f32x1_take_8(const float *p, f32x1 *w) {
    for (int i = 0; i < 8; i++) w[i] = p[i];
    return p + 8;
}
#endif

/* Loads 9 floats from p to w. Returns the address behind. */
#if LCC_FPU
static inline LCC_INLINE const float *f32x1_take_9(const float *p, f32x1 *w) {
    register float w0 __asm__("s23");
    register float w1 __asm__("s24");
    register float w2 __asm__("s25");
    register float w3 __asm__("s26");
    register float w4 __asm__("s27");
    register float w5 __asm__("s28");
    register float w6 __asm__("s29");
    register float w7 __asm__("s30");
    register float w8 __asm__("s31");
    __asm__("vldmia %0!, {s23-s31}"
            : "+r"(p), "=t"(w0), "=t"(w1), "=t"(w2), "=t"(w3), "=t"(w4), "=t"(w5), "=t"(w6), "=t"(w7), "=t"(w8)
            : "m"(*(const float(*)[9])p));
    w[0] = w0;
    w[1] = w1;
    w[2] = w2;
    w[3] = w3;
    w[4] = w4;
    w[5] = w5;
    w[6] = w6;
    w[7] = w7;
    w[8] = w8;
    return p;
}
#else
static inline const float *f32x1_take_9(const float *p, f32x1 *w) {
    for (int i = 0; i < 9; i++) w[i] = p[i];
    return p + 9;
}
#endif

/* Loads 12 floats from p to w. Returns the address behind. */
#if LCC_FPU
static inline LCC_INLINE const float *f32x1_take_12(const float *p, f32x1 *w) {
    register float w0 __asm__("s20");
    register float w1 __asm__("s21");
    register float w2 __asm__("s22");
    register float w3 __asm__("s23");
    register float w4 __asm__("s24");
    register float w5 __asm__("s25");
    register float w6 __asm__("s26");
    register float w7 __asm__("s27");
    register float w8 __asm__("s28");
    register float w9 __asm__("s29");
    register float w10 __asm__("s30");
    register float w11 __asm__("s31");
    __asm__("vldmia %0!, {s20-s31}"
            : "+r"(p), "=t"(w0), "=t"(w1), "=t"(w2), "=t"(w3), "=t"(w4), "=t"(w5), "=t"(w6), "=t"(w7), "=t"(w8),
              "=t"(w9), "=t"(w10), "=t"(w11)
            : "m"(*(const float(*)[12])p));
    w[0] = w0;
    w[1] = w1;
    w[2] = w2;
    w[3] = w3;
    w[4] = w4;
    w[5] = w5;
    w[6] = w6;
    w[7] = w7;
    w[8] = w8;
    w[9] = w9;
    w[10] = w10;
    w[11] = w11;
    return p;
}
#else
static inline const float *f32x1_take_12(const float *p, f32x1 *w) {
    for (int i = 0; i < 12; i++) w[i] = p[i];
    return p + 12;
}
#endif

/* Adds 1 input from x to 1 sum; w[1 * k + j] is the weight of input k for sum j. Returns the address behind. */
#if LCC_FPU
static inline LCC_INLINE const float *f32x1_add_1x1(const float *x, const f32x1 *w, f32x1 *sum0) {
    __asm__("vldmia %0!, {s30}\n\t"
            "vfma.f32 %1, s30, %2"
            : "+r"(x), "+&t"(*sum0)
            : "t"(w[0]), "m"(*(const float(*)[1])x)
            : "s30");
    return x;
}
#else
static inline const float *f32x1_add_1x1(const float *x, const f32x1 *w, f32x1 *sum0) {
    *sum0 = *sum0 + x[0] * w[0];
    return x + 1;
}
#endif

/* Adds 1 input from x to 2 sums; w[2 * k + j] is the weight of input k for sum j. Returns the address behind.
 */
#if LCC_FPU
static inline LCC_INLINE const float *f32x1_add_1x2(const float *x, const f32x1 *w, f32x1 *sum0, f32x1 *sum1) {
    __asm__("vldmia %0!, {s29}\n\t"
            "vfma.f32 %1, s29, %3\n\t"
            "vfma.f32 %2, s29, %4"
            : "+r"(x), "+&t"(*sum0), "+&t"(*sum1)
            : "t"(w[0]), "t"(w[1]), "m"(*(const float(*)[1])x)
            : "s29");
    return x;
}
#else
static inline const float *f32x1_add_1x2(const float *x, const f32x1 *w, f32x1 *sum0, f32x1 *sum1) {
    *sum0 = *sum0 + x[0] * w[0];
    *sum1 = *sum1 + x[0] * w[1];
    return x + 1;
}
#endif

/* Adds 1 input from x to 3 sums; w[3 * k + j] is the weight of input k for sum j. Returns the address behind.
 */
#if LCC_FPU
static inline LCC_INLINE const float *f32x1_add_1x3(const float *x, const f32x1 *w, f32x1 *sum0, f32x1 *sum1,
                                                    f32x1 *sum2) {
    __asm__("vldmia %0!, {s28}\n\t"
            "vfma.f32 %1, s28, %4\n\t"
            "vfma.f32 %2, s28, %5\n\t"
            "vfma.f32 %3, s28, %6"
            : "+r"(x), "+&t"(*sum0), "+&t"(*sum1), "+&t"(*sum2)
            : "t"(w[0]), "t"(w[1]), "t"(w[2]), "m"(*(const float(*)[1])x)
            : "s28");
    return x;
}
#else
static inline const float *f32x1_add_1x3(const float *x, const f32x1 *w, f32x1 *sum0, f32x1 *sum1,
                                         f32x1 *sum2) {
    *sum0 = *sum0 + x[0] * w[0];
    *sum1 = *sum1 + x[0] * w[1];
    *sum2 = *sum2 + x[0] * w[2];
    return x + 1;
}
#endif

/* Adds 1 input from x to 4 sums; w[4 * k + j] is the weight of input k for sum j. Returns the address behind.
 */
#if LCC_FPU
static inline LCC_INLINE const float *f32x1_add_1x4(const float *x, const f32x1 *w, f32x1 *sum0, f32x1 *sum1,
                                                    f32x1 *sum2, f32x1 *sum3) {
    __asm__("vldmia %0!, {s27}\n\t"
            "vfma.f32 %1, s27, %5\n\t"
            "vfma.f32 %2, s27, %6\n\t"
            "vfma.f32 %3, s27, %7\n\t"
            "vfma.f32 %4, s27, %8"
            : "+r"(x), "+&t"(*sum0), "+&t"(*sum1), "+&t"(*sum2), "+&t"(*sum3)
            : "t"(w[0]), "t"(w[1]), "t"(w[2]), "t"(w[3]), "m"(*(const float(*)[1])x)
            : "s27");
    return x;
}
#else
static inline const float *f32x1_add_1x4(const float *x, const f32x1 *w, f32x1 *sum0, f32x1 *sum1, f32x1 *sum2,
                                         f32x1 *sum3) {
    *sum0 = *sum0 + x[0] * w[0];
    *sum1 = *sum1 + x[0] * w[1];
    *sum2 = *sum2 + x[0] * w[2];
    *sum3 = *sum3 + x[0] * w[3];
    return x + 1;
}
#endif

/* Adds 2 inputs from x to 1 sum; w[1 * k + j] is the weight of input k for sum j. Returns the address behind.
 */
#if LCC_FPU
static inline LCC_INLINE const float *f32x1_add_2x1(const float *x, const f32x1 *w, f32x1 *sum0) {
    __asm__("vldmia %0!, {s28, s29}\n\t"
            "vfma.f32 %1, s28, %2\n\t"
            "vfma.f32 %1, s29, %3"
            : "+r"(x), "+&t"(*sum0)
            : "t"(w[0]), "t"(w[1]), "m"(*(const float(*)[2])x)
            : "s28", "s29");
    return x;
}
#else
static inline const float *f32x1_add_2x1(const float *x, const f32x1 *w, f32x1 *sum0) {
    for (int k = 0; k < 2; k++) {
        *sum0 = *sum0 + x[k] * w[k];
    }
    return x + 2;
}
#endif

/* Adds 2 inputs from x to 2 sums; w[2 * k + j] is the weight of input k for sum j. Returns the address behind.
 */
#if LCC_FPU
static inline LCC_INLINE const float *f32x1_add_2x2(const float *x, const f32x1 *w, f32x1 *sum0, f32x1 *sum1) {
    __asm__("vldmia %0!, {s26, s27}\n\t"
            "vfma.f32 %1, s26, %3\n\t"
            "vfma.f32 %2, s26, %4\n\t"
            "vfma.f32 %1, s27, %5\n\t"
            "vfma.f32 %2, s27, %6"
            : "+r"(x), "+&t"(*sum0), "+&t"(*sum1)
            : "t"(w[0]), "t"(w[1]), "t"(w[2]), "t"(w[3]), "m"(*(const float(*)[2])x)
            : "s26", "s27");
    return x;
}
#else
static inline const float *f32x1_add_2x2(const float *x, const f32x1 *w, f32x1 *sum0, f32x1 *sum1) {
    for (int k = 0; k < 2; k++) {
        *sum0 = *sum0 + x[k] * w[2 * k];
        *sum1 = *sum1 + x[k] * w[2 * k + 1];
    }
    return x + 2;
}
#endif

/* Adds 2 inputs from x to 3 sums; w[3 * k + j] is the weight of input k for sum j. Returns the address behind.
 */
#if LCC_FPU
static inline LCC_INLINE const float *f32x1_add_2x3(const float *x, const f32x1 *w, f32x1 *sum0, f32x1 *sum1,
                                                    f32x1 *sum2) {
    __asm__("vldmia %0!, {s24, s25}\n\t"
            "vfma.f32 %1, s24, %4\n\t"
            "vfma.f32 %2, s24, %5\n\t"
            "vfma.f32 %3, s24, %6\n\t"
            "vfma.f32 %1, s25, %7\n\t"
            "vfma.f32 %2, s25, %8\n\t"
            "vfma.f32 %3, s25, %9"
            : "+r"(x), "+&t"(*sum0), "+&t"(*sum1), "+&t"(*sum2)
            : "t"(w[0]), "t"(w[1]), "t"(w[2]), "t"(w[3]), "t"(w[4]), "t"(w[5]), "m"(*(const float(*)[2])x)
            : "s24", "s25");
    return x;
}
#else
static inline const float *f32x1_add_2x3(const float *x, const f32x1 *w, f32x1 *sum0, f32x1 *sum1,
                                         f32x1 *sum2) {
    for (int k = 0; k < 2; k++) {
        *sum0 = *sum0 + x[k] * w[3 * k];
        *sum1 = *sum1 + x[k] * w[3 * k + 1];
        *sum2 = *sum2 + x[k] * w[3 * k + 2];
    }
    return x + 2;
}
#endif

/* Adds 2 inputs from x to 4 sums; w[4 * k + j] is the weight of input k for sum j. Returns the address behind.
 */
#if LCC_FPU
static inline LCC_INLINE const float *f32x1_add_2x4(const float *x, const f32x1 *w, f32x1 *sum0, f32x1 *sum1,
                                                    f32x1 *sum2, f32x1 *sum3) {
    __asm__("vldmia %0!, {s22, s23}\n\t"
            "vfma.f32 %1, s22, %5\n\t"
            "vfma.f32 %2, s22, %6\n\t"
            "vfma.f32 %3, s22, %7\n\t"
            "vfma.f32 %4, s22, %8\n\t"
            "vfma.f32 %1, s23, %9\n\t"
            "vfma.f32 %2, s23, %10\n\t"
            "vfma.f32 %3, s23, %11\n\t"
            "vfma.f32 %4, s23, %12"
            : "+r"(x), "+&t"(*sum0), "+&t"(*sum1), "+&t"(*sum2), "+&t"(*sum3)
            : "t"(w[0]), "t"(w[1]), "t"(w[2]), "t"(w[3]), "t"(w[4]), "t"(w[5]), "t"(w[6]), "t"(w[7]),
              "m"(*(const float(*)[2])x)
            : "s22", "s23");
    return x;
}
#else
static inline const float *f32x1_add_2x4(const float *x, const f32x1 *w, f32x1 *sum0, f32x1 *sum1, f32x1 *sum2,
                                         f32x1 *sum3) {
    for (int k = 0; k < 2; k++) {
        *sum0 = *sum0 + x[k] * w[4 * k];
        *sum1 = *sum1 + x[k] * w[4 * k + 1];
        *sum2 = *sum2 + x[k] * w[4 * k + 2];
        *sum3 = *sum3 + x[k] * w[4 * k + 3];
    }
    return x + 2;
}
#endif

/* Adds 3 inputs from x to 1 sum; w[1 * k + j] is the weight of input k for sum j. Returns the address behind.
 */
#if LCC_FPU
static inline LCC_INLINE const float *f32x1_add_3x1(const float *x, const f32x1 *w, f32x1 *sum0) {
    __asm__("vldmia %0!, {s26, s27, s28}\n\t"
            "vfma.f32 %1, s26, %2\n\t"
            "vfma.f32 %1, s27, %3\n\t"
            "vfma.f32 %1, s28, %4"
            : "+r"(x), "+&t"(*sum0)
            : "t"(w[0]), "t"(w[1]), "t"(w[2]), "m"(*(const float(*)[3])x)
            : "s26", "s27", "s28");
    return x;
}
#else
static inline const float *f32x1_add_3x1(const float *x, const f32x1 *w, f32x1 *sum0) {
    for (int k = 0; k < 3; k++) {
        *sum0 = *sum0 + x[k] * w[k];
    }
    return x + 3;
}
#endif

/* Adds 3 inputs from x to 2 sums; w[2 * k + j] is the weight of input k for sum j. Returns the address behind.
 */
#if LCC_FPU
static inline LCC_INLINE const float *f32x1_add_3x2(const float *x, const f32x1 *w, f32x1 *sum0, f32x1 *sum1) {
    __asm__("vldmia %0!, {s23, s24, s25}\n\t"
            "vfma.f32 %1, s23, %3\n\t"
            "vfma.f32 %2, s23, %4\n\t"
            "vfma.f32 %1, s24, %5\n\t"
            "vfma.f32 %2, s24, %6\n\t"
            "vfma.f32 %1, s25, %7\n\t"
            "vfma.f32 %2, s25, %8"
            : "+r"(x), "+&t"(*sum0), "+&t"(*sum1)
            : "t"(w[0]), "t"(w[1]), "t"(w[2]), "t"(w[3]), "t"(w[4]), "t"(w[5]), "m"(*(const float(*)[3])x)
            : "s23", "s24", "s25");
    return x;
}
#else
static inline const float *f32x1_add_3x2(const float *x, const f32x1 *w, f32x1 *sum0, f32x1 *sum1) {
    for (int k = 0; k < 3; k++) {
        *sum0 = *sum0 + x[k] * w[2 * k];
        *sum1 = *sum1 + x[k] * w[2 * k + 1];
    }
    return x + 3;
}
#endif

/* Adds 3 inputs from x to 3 sums; w[3 * k + j] is the weight of input k for sum j. Returns the address behind.
 */
#if LCC_FPU
static inline LCC_INLINE const float *f32x1_add_3x3(const float *x, const f32x1 *w, f32x1 *sum0, f32x1 *sum1,
                                                    f32x1 *sum2) {
    __asm__("vldmia %0!, {s20, s21, s22}\n\t"
            "vfma.f32 %1, s20, %4\n\t"
            "vfma.f32 %2, s20, %5\n\t"
            "vfma.f32 %3, s20, %6\n\t"
            "vfma.f32 %1, s21, %7\n\t"
            "vfma.f32 %2, s21, %8\n\t"
            "vfma.f32 %3, s21, %9\n\t"
            "vfma.f32 %1, s22, %10\n\t"
            "vfma.f32 %2, s22, %11\n\t"
            "vfma.f32 %3, s22, %12"
            : "+r"(x), "+&t"(*sum0), "+&t"(*sum1), "+&t"(*sum2)
            : "t"(w[0]), "t"(w[1]), "t"(w[2]), "t"(w[3]), "t"(w[4]), "t"(w[5]), "t"(w[6]), "t"(w[7]), "t"(w[8]),
              "m"(*(const float(*)[3])x)
            : "s20", "s21", "s22");
    return x;
}
#else
static inline const float *f32x1_add_3x3(const float *x, const f32x1 *w, f32x1 *sum0, f32x1 *sum1,
                                         f32x1 *sum2) {
    for (int k = 0; k < 3; k++) {
        *sum0 = *sum0 + x[k] * w[3 * k];
        *sum1 = *sum1 + x[k] * w[3 * k + 1];
        *sum2 = *sum2 + x[k] * w[3 * k + 2];
    }
    return x + 3;
}
#endif

/* Adds 3 inputs from x to 4 sums; w[4 * k + j] is the weight of input k for sum j. Returns the address behind.
 */
#if LCC_FPU
static inline LCC_INLINE const float *f32x1_add_3x4(const float *x, const f32x1 *w, f32x1 *sum0, f32x1 *sum1,
                                                    f32x1 *sum2, f32x1 *sum3) {
    __asm__("vldmia %0!, {s17, s18, s19}\n\t"
            "vfma.f32 %1, s17, %5\n\t"
            "vfma.f32 %2, s17, %6\n\t"
            "vfma.f32 %3, s17, %7\n\t"
            "vfma.f32 %4, s17, %8\n\t"
            "vfma.f32 %1, s18, %9\n\t"
            "vfma.f32 %2, s18, %10\n\t"
            "vfma.f32 %3, s18, %11\n\t"
            "vfma.f32 %4, s18, %12\n\t"
            "vfma.f32 %1, s19, %13\n\t"
            "vfma.f32 %2, s19, %14\n\t"
            "vfma.f32 %3, s19, %15\n\t"
            "vfma.f32 %4, s19, %16"
            : "+r"(x), "+&t"(*sum0), "+&t"(*sum1), "+&t"(*sum2), "+&t"(*sum3)
            : "t"(w[0]), "t"(w[1]), "t"(w[2]), "t"(w[3]), "t"(w[4]), "t"(w[5]), "t"(w[6]), "t"(w[7]), "t"(w[8]),
              "t"(w[9]), "t"(w[10]), "t"(w[11]), "m"(*(const float(*)[3])x)
            : "s17", "s18", "s19");
    return x;
}
#else
static inline const float *f32x1_add_3x4(const float *x, const f32x1 *w, f32x1 *sum0, f32x1 *sum1, f32x1 *sum2,
                                         f32x1 *sum3) {
    for (int k = 0; k < 3; k++) {
        *sum0 = *sum0 + x[k] * w[4 * k];
        *sum1 = *sum1 + x[k] * w[4 * k + 1];
        *sum2 = *sum2 + x[k] * w[4 * k + 2];
        *sum3 = *sum3 + x[k] * w[4 * k + 3];
    }
    return x + 3;
}
#endif
