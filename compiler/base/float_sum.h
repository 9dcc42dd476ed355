/* float_sum.h: floats that make the same sums of two codes as the exact rescaling: proved by all pairs of
 * codes.
 *
 * A code is made of x and z, which are codes less their zero points, as the integer next to
 *
 *     x * x_by + (z * z_by + offset)
 *
 * within a range. The offset contains the zero point of the sum. */
#ifndef LCC_FLOAT_SUM_H
#define LCC_FLOAT_SUM_H

#include <stdbool.h>
#include <stdint.h>

enum { ALL_CODES = 256 };

typedef struct float_sum {
    float x_by, z_by, offset;
} float_sum;

/* What is made of two codes: code[x + 128][z + 128]. The real factors and the zero point are where the search
 * begins. */
typedef struct code_sums {
    const int8_t (*code)[ALL_CODES];
    int x_zero, z_zero, y_zero, least, most;
    double x_by, z_by;
} code_sums;

/* Looks for floats that make all of these sums. `fused`: a product and the sum behind it are rounded once, else
 * each of them. False: it has found none. */
bool find_float_sum(const code_sums *k, bool fused, float_sum *found);

#endif
