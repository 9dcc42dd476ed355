/* runtime_reference.h: what the tests of the runtime share that needs no vector: references in double
 * precision, the distance in units of the last place, and memory that ends at a page that must not be touched.
 *
 * A test of a family is: this file; the family's prologue (see runtime/README.md); the family's header;
 * runtime_check.h; the epilogue; RUNTIME_MAIN. Only what stands between prologue and epilogue may use the
 * family's instructions, so that the test can ask first whether the machine has them. */
#ifndef RUNTIME_REFERENCE_H
#define RUNTIME_REFERENCE_H

#include "base/half.h"
#include "graph/activations.h"
#include "../runtime/tried_numbers.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* On emulated microcontrollers one number of so many is tried, and no page faults. */
#ifndef SPARSE
#define SPARSE 1
#include <sys/mman.h>
#include <unistd.h>
#endif

/* The numbers with which activations are tried, by what they take. */
static const act_args tried_args[] = {
    [ARGUMENTS_PLAIN] = {0, 0},
    [ARGUMENTS_SLOPE] = {(double)TRIED_SLOPE, 0},
    [ARGUMENTS_ALPHA] = {(double)TRIED_ALPHA, 0},
    [ARGUMENTS_EXPONENT] = {(double)TRIED_EXPONENT, 0},
    [ARGUMENTS_BOUNDS] = {(double)TRIED_LOW, (double)TRIED_HIGH},
};
static const act_args other_args[] = {
    [ARGUMENTS_PLAIN] = {0, 0},
    [ARGUMENTS_SLOPE] = {(double)OTHER_SLOPE, 0},
    [ARGUMENTS_ALPHA] = {(double)OTHER_ALPHA, 0},
    [ARGUMENTS_EXPONENT] = {(double)OTHER_EXPONENT, 0},
    [ARGUMENTS_BOUNDS] = {(double)OTHER_LOW, (double)OTHER_HIGH},
};

/* The references of functions that are no activations. Those of the activations stand in
 * graph/activations.c. */
static inline double reference_square(double x, act_args args) {
    (void)args;
    return x * x;
}

static inline double reference_cube(double x, act_args args) {
    (void)args;
    return x * x * x;
}

/* The largest error that a function may have: in units in the last place for x >= from, absolute below. */
typedef struct promise {
    op_kind op; /* OP_INPUT: no activation */
    double max_ulps, from, max_below;
} promise;

static inline float float_of_bits(uint32_t bits) {
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

/* |got - truth| in units of the last place of a float at `truth`; infinite where one is NaN or infinite and the
 * other not. */
static inline double ulps(float got, double truth) {
    if (isnan(truth)) return isnan(got) ? 0 : INFINITY;
    if (isnan(got)) return INFINITY;
    if (fabs(truth) > 0x1.fffffefp127) return isinf(got) && (got > 0) == (truth > 0) ? 0 : INFINITY;
    if (isinf(got)) return INFINITY;
    int exponent;
    frexp(truth, &exponent);
    double unit = ldexp(1, (exponent < -125 ? -125 : exponent) - 24);
    return fabs((double)got - truth) / unit;
}

/* An address with `bytes` readable and writable bytes behind it and then a page that faults. */
#if SPARSE > 1
static inline unsigned char *bytes_before_guard(size_t bytes) {
    static _Alignas(8) unsigned char all[256];
    return all + sizeof all - bytes;
}
#else
static inline unsigned char *bytes_before_guard(size_t bytes) {
    static unsigned char *pages;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (!pages) {
        void *got = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        assert_true(got != MAP_FAILED);
        assert_int_equal(mprotect((unsigned char *)got + page, page, PROT_NONE), 0);
        pages = got;
    }
    return pages + page - bytes;
}
#endif

/* The whole test where the compiler is for another kind of machine. */
#define RUNTIME_SKIPPED                                                                                        \
    int main(void) {                                                                                           \
        printf("skipped: for another kind of machine\n");                                                      \
        return 0;                                                                                              \
    }

/* Runs the tests of runtime_check.h where the machine has what they need. */
#define RUNTIME_MAIN(machine_has_it)                                                                           \
    int main(void) {                                                                                           \
        if (!(machine_has_it)) {                                                                               \
            printf("skipped: this machine does not have the instructions\n");                                  \
            return 0;                                                                                          \
        }                                                                                                      \
        return cmocka_run_group_tests(runtime_tests, NULL, NULL);                                              \
    }

#endif
