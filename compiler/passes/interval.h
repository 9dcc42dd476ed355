/* interval.h: interval arithmetic in double precision: which values an op can make from all values between two
 * bounds.
 *
 * A bound may be infinite. The values themselves are finite then, and nothing is known of their size. Where a
 * value may not even be a number (for instance because a weight is not finite), both bounds are NaN, and so are
 * the bounds of everything that is computed from it. Such an interval is called unknown. */
#ifndef LCC_PASSES_INTERVAL_H
#define LCC_PASSES_INTERVAL_H

#include "graph/graph.h"

#include <math.h>

typedef struct range {
    double low, high;
} range;

static inline bool is_unknown(range x) { return isnan(x.low) || isnan(x.high); }

/* One finite value, whatever the network's input is. */
static inline bool is_constant(range x) { return x.low == x.high && isfinite(x.low); }

/* Both bounds NaN. */
range unknown_interval(void);

/* All finite values. */
range any_value(void);

/* The values that an element of this type can have: 0 to 255 for u8, all for a float. */
range type_interval(elem_type type);

range add_intervals(range x, range y);
range multiply_intervals(range x, range y);

/* The smallest interval that holds both. */
range join_intervals(range x, range y);

/* All values that an activation takes on x. OP_IDENTITY takes x's own. `args`: the numbers that it takes, if
 * any. */
range activate_interval(op_kind act, act_args args, range x);

/* All values that the op of node n makes in one channel, without what passes have fused into the node. x and y
 * are the intervals of the channels that it reads there from its first and its second input; y counts only for
 * ops of two inputs. Unknown for ops that multiply by weights, and for those that mix channels in other ways.
 */
range op_interval(const node *n, range x, range y);

#endif
