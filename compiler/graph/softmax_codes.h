/* softmax_codes.h: softmax of int8 codes in int8 codes, in integers alone.
 *
 * With `most` the largest code of a place, and d = most - x, from 0 to 255:
 *     e = exps[d]                              a table, made when lcc compiles
 *     sum += softmax_term(how, e)              over the place's codes
 *     by = softmax_divisor(how, k, sum)        once for each place: a multiplier and a right shift
 *     y = softmax_code(how, k, e, by)
 * The code that lcc writes does the same in a loop of its own: all products are of two 32-bit integers, and
 * nothing is divided.
 *
 * RESCALE_TFLITE is TensorFlow Lite's reference: the exponentials are in Q0.31, the sum in Q12.19, so that at
 * most SOFTMAX_MOST_TERMS codes may meet; the result has the scale 1/256 and the zero point -128:
 *     term = rescale_down(e, 12)                       (e + 2^11) >> 12
 *     n = leading zeros of the sum as 32 bits
 *     by = {fixed_reciprocal((sum << n) - 2^31), 35 - n}
 *     y = min(127, -128 + rescale_down(rescale_high(e, by.multiplier), by.shift))
 * RESCALE_ONCE: the exponentials are exp(-scale * d) * 2^30, correctly rounded, and the sum has 64 bits, so
 * that it is exact. The result has any scale and zero point, and is rounded once, halves up: b = the place of
 * the sum's highest bit, from 30 f = the sum's 31 bits below its highest one      (sum << (63 - b)) >> 32, less
 * 2^31 by = {rescale_high(fixed_reciprocal(f), y_by.multiplier), min(62, 31 + b - y_by.shift)} y = clamp(y_zero
 * + ((e * by.multiplier + 2^(by.shift - 1)) >> by.shift))       in 64 bits where y_by is 1 / y_scale. */
#ifndef LCC_SOFTMAX_CODES_H
#define LCC_SOFTMAX_CODES_H

#include "graph/integers.h"

enum {
    SOFTMAX_EXPS = 256,
    SOFTMAX_MOST_TERMS = 4095 /* for RESCALE_TFLITE: each term is at most 2^19, the sum below 2^31 */
};

typedef struct softmax_integers {
    int32_t exps[SOFTMAX_EXPS]; /* by most - x; they fall, and may be 0 from some place on */
    int y_zero;
    rescale y_by; /* RESCALE_ONCE: 1 / y_scale */
    code_range range;
} softmax_integers;

typedef struct softmax_scale {
    int32_t multiplier;
    int shift; /* to the right */
} softmax_scale;

softmax_integers integers_of_softmax(const graph *g, const node *n);
int64_t softmax_term(rescale_rounding how, int32_t e);
softmax_scale softmax_divisor(rescale_rounding how, const softmax_integers *k, int64_t sum);
int softmax_code(rescale_rounding how, const softmax_integers *k, int32_t e, softmax_scale by);

#endif
