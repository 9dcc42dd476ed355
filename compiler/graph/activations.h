/* activations.h: what each activation is: its value in double precision, and the properties that passes, the
 * interpreter, the emitter and the tests of the runtime need to know. The rows stand in activations.def. */
#ifndef LCC_ACTIVATIONS_H
#define LCC_ACTIVATIONS_H

#include "graph/graph.h"

/* The numbers that an activation takes: see activations.def. */
typedef enum act_arguments {
    ARGUMENTS_PLAIN,
    ARGUMENTS_SLOPE,
    ARGUMENTS_ALPHA,
    ARGUMENTS_EXPONENT,
    ARGUMENTS_BOUNDS
} act_arguments;

typedef struct activation {
    const char *name; /* of the op, and of the runtime's function behind its family: "relu6" for f32x8_relu6 */
    /* The reference. `args` counts as far as `arguments` says. NaN gives NaN. At an infinite x it is what the
     * formula gives, which may be NaN where there is a limit: hswish is -infinity * 0 at -infinity. */
    double (*value)(double x, act_args args);
    act_arguments arguments;
    double limit_below, limit_above; /* for x to -infinity and +infinity; see activation_limit */
    /* f falls up to x = bottom, where it is `least`, and rises from there; NaN: it never falls. See
     * activation_falls. */
    double bottom, least;
    double unchanged_from, unchanged_to; /* f(x) == x exactly for all x between; NaN: for none */
    /* What the runtime's functions promise: an error of at most so many units in the last place for x >=
     * ulps_from, and an absolute error of at most error_below for smaller x. */
    double ulps, ulps_from, error_below;
} activation;

/* By op: the ops of CLASS_ACT, and OP_IDENTITY, which leaves x as it is. Of other ops `value` is NULL. */
extern const activation activation_table[OP_COUNT];

static inline bool is_activation(op_kind op) { return op_table[op].class == CLASS_ACT; }

/* How many numbers it takes: 0, 1 (args.first) or 2. */
int activation_numbers(op_kind act);

/* What f(x) tends to for x to +infinity (`above`) or to -infinity. */
double activation_limit(op_kind act, act_args args, bool above);

/* Whether f falls anywhere. */
bool activation_falls(op_kind act, act_args args);

#endif
