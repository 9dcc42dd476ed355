/* fixed_point.h: functions of numbers in fixed point, in 32-bit integers. They give the same bits as those of
 * gemmlowp (fixedpoint/fixedpoint.h), by which TensorFlow Lite computes softmax, logistic and tanh on int8.
 *
 * A number of m integer bits is the integer x * 2^(31 - m): Qm.(31-m), from -2^m to 2^m. */
#ifndef LCC_FIXED_POINT_H
#define LCC_FIXED_POINT_H

#include <stdint.h>

/* exp(x) in Q0.31 for x <= 0, which has 4 or 5 integer bits; INT32_MAX for x = 0. */
int32_t fixed_exp(int32_t x, int integer_bits);

/* 1 / (1 + x) in Q0.31 for x in Q0.31, from 0 to just below 1; INT32_MAX for x = 0. Three steps of Newton. */
int32_t fixed_reciprocal(int32_t x);

/* 1 / (1 + exp(-x)) and tanh(x) in Q0.31, for x in Q4.27. */
int32_t fixed_logistic(int32_t x);
int32_t fixed_tanh(int32_t x);

#endif
