/* float_rescale.h: floats that make the same codes of integers as the exact rescaling, and the proof of it.
 *
 * A code is clamp(zero + rescale_apply(how, s, by), least, most) of a sum s. It never falls where s grows, so
 * it is a row of at most 255 steps. Floats make it in one of the ways below. There x is s as a float.
 * Operations round to the nearest float, or integer, to the even one of two that are equally near, unless a way
 * says otherwise. No such operation falls where s grows. So the two are equal for all sums of a range if they
 * are equal at both sides of each step, and at both ends. This is what is proved here, by evaluating what the
 * machine evaluates. */
#ifndef LCC_FLOAT_RESCALE_H
#define LCC_FLOAT_RESCALE_H

#include "base/rescale.h"

#include <stdbool.h>

/* FLOAT_NOT: floats do not do.
 * FLOAT_MOVED: the integer next to x * factor + second, which contains the zero point.
 * FLOAT_DOWN: zero + the largest integer up to x * factor + (x * second + a half). Both sums are fused with
 *     their products, and the outer one is rounded down, which takes it below no integer. The second factor,
 *     which is not below 0, is what the first one lacks. Where RESCALE_TFLITE rounds, the half is 1/2 and half
 *     of the power of two up to the factor, with the sign of x: that far before the middle of two codes it goes
 *     away from zero.
 * BY_DOUBLING: no floats, but an instruction for the upper half of a doubled product: it makes
 *     x * multiplier * 2^shift with DOUBLED_POINT bits behind the point, rounded down, of a sum that is shifted
 *     to the left before; these bits are rounded once, halves up. What has no room lies beyond all codes. */
typedef enum float_way { FLOAT_NOT, FLOAT_MOVED, FLOAT_DOWN, BY_DOUBLING } float_way;

enum {
    DOUBLED_POINT = 22 /* with eight bits before it, and the sign; so no shift is less than -22 */
};

typedef struct float_rescale {
    float factor, second;
} float_rescale;

/* What is made of sums. */
typedef struct code_steps {
    rescale_rounding how;
    rescale by;
    int zero, least, most; /* of the codes, which are -128 to 127 */
    int64_t from, to;      /* the sums */
} code_steps;

/* Whether `floats` make the code of each sum; BY_DOUBLING takes none. `fused`: FLOAT_MOVED rounds the product
 * and the sum once, else each of them. False also where a product is so large that a machine may not convert it
 * to an integer. */
bool floats_are_exact(const code_steps *steps, float_way way, bool fused, float_rescale floats);

/* Looks for such floats next to the exact factor. False: it has found none. */
bool find_floats(const code_steps *steps, float_way way, bool fused, float_rescale *found);

#endif
