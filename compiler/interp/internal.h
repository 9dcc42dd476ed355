/* internal.h: what the files of interp/ share: one function per op. */
#ifndef LCC_INTERP_INTERNAL_H
#define LCC_INTERP_INTERNAL_H

#include "interp/interp.h"

/* What the function of an op gets: the node, its inputs' shapes and values, and room for its own value, which
 * holds zeros. interp.c adds the residual and the fused activations. */
typedef struct work {
    const node *n;
    const shape *in_shape;   /* [node_own_inputs] */
    const double *const *in; /* [node_own_inputs][h*w*c] */
    double *out;             /* [h*w*c] of n->shape */
} work;

#define OP(id, name, least, most, class, weights) void interp_##name(const work *k);
#include "graph/ops.def"
#undef OP

/* The value of an activation at x. OP_IDENTITY leaves x as it is. `args`: the numbers that the activation
 * takes, if it takes any. */
double activate(op_kind act, act_args args, double x);

/* The pixel (y, x) of a tensor: its c channels. */
static inline const double *pixel(const double *value, shape s, int y, int x) {
    return value + ((int64_t)y * s.w + x) * s.c;
}

#endif
