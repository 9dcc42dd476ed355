/* interval.h: arithmetic on intervals, in double precision: what an op can make of all values between two
 * bounds.
 *
 * Bounds may be infinite: the values themselves are finite then, and nothing is known of their size. Where a
 * value may not even be a number (the weights are not finite), both bounds are NaN, and so are those of all
 * that is computed from it. */
#ifndef LCC_PASSES_INTERVAL_H
#define LCC_PASSES_INTERVAL_H

#include "passes/range.h"

#include <math.h>

static inline bool is_unknown(range x) { return isnan(x.low) || isnan(x.high); }

/* One finite value, whatever the network's input is. */
static inline bool is_constant(range x) { return x.low == x.high && isfinite(x.low); }

range unknown_interval(void);

/* Both bounds NaN where one is. */
range settle_interval(range x);

range add_intervals(range x, range y);
range multiply_intervals(range x, range y);

/* The smallest interval that holds both. */
range join_intervals(range x, range y);

/* All values that an activation takes on x; OP_IDENTITY takes x's own. `slope` is leaky_relu's below zero. */
range activate_interval(op_kind act, double slope, range x);

#endif
