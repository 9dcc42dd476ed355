/* activations.h: what each activation is: its value in double precision, and the properties that passes, the
 * interpreter, the emitter and the tests of the runtime need to know. The rows stand in activations.def. */
#ifndef LCC_ACTIVATIONS_H
#define LCC_ACTIVATIONS_H

#include "graph/graph.h"

typedef struct activation {
    const char *name; /* of the op, and of the runtime's function behind its family: "relu6" for f32x8_relu6 */
    /* The reference. `slope` counts only where takes_slope. NaN gives NaN. At an infinite x it is what the
     * formula gives, which may be NaN where there is a limit: hswish is -infinity * 0 at -infinity. */
    double (*value)(double x, double slope);
    bool takes_slope;
    double limit_below, limit_above; /* for x to -infinity and +infinity; see activation_limit */
    /* f falls up to x = bottom, where it is `least`, and rises from there; NaN: it never falls. One that takes
     * a slope falls only where that is negative. */
    double bottom, least;
    double unchanged_from, unchanged_to; /* f(x) == x exactly for all x between; NaN: for none */
    /* What the runtime's functions promise: an error of at most so many units in the last place for x >=
     * ulps_from, and an absolute error of at most error_below for smaller x. */
    double ulps, ulps_from, error_below;
} activation;

/* By op: the ops of CLASS_ACT, and OP_IDENTITY, which leaves x as it is. Of other ops `value` is NULL. */
extern const activation activation_table[OP_COUNT];

static inline bool is_activation(op_kind op) { return op_table[op].class == CLASS_ACT; }

/* What f(x) tends to for x to +infinity (`above`) or to -infinity. */
double activation_limit(op_kind act, double slope, bool above);

#endif
