/* internal.h: what the files of interp/ share: one function per op. */
#ifndef LCC_INTERP_INTERNAL_H
#define LCC_INTERP_INTERNAL_H

#include "interp/interp.h"

/* What the function of an op gets: the node, its inputs' shapes and values, and room for its own value, which
 * holds zeros. interp.c adds the residual and the fused activations. */
typedef struct work work;
typedef void (*op_function)(const work *k);

struct work {
    const graph *g;
    op_function real; /* the op's function for real numbers */
    const node *n;
    const shape *in_shape;   /* [node_own_inputs] */
    const double *const *in; /* [node_own_inputs][h*w*c] */
    double *out;             /* [h*w*c] of n->shape */
    const float *packed;     /* the fast evaluator's weights, for a `real` of its own */
};

#define OP(id, name, least, most, class, weights) void interp_##name(const work *k);
#include "graph/ops.def"
#undef OP

/* Computes the value of a node other than an input, with what is fused into it. in[n_in] are the values of its
 * inputs, a residual last; `out` holds zeros. `real`: a function to call instead of the op's own one for real
 * numbers, with `packed`; NULL: that one. */
void evaluate_node(const graph *g, const node *n, const double *const *in, op_function real,
                   const float *packed, double *out);

/* Called for each node in order: puts its value into `out`, which has room for h*w*c elements, all zeros.
 * in[n_in] are the values of its inputs; they and `out` are gone when nothing reads them any more. */
typedef void (*node_evaluator)(void *data, int index, const void *const *in, void *out);

/* The walk that all interpreters share. `element`: the bytes of one element of a value. */
void walk_graph(const graph *g, size_t element, node_evaluator evaluate, void *data);

/* Which of the graph's inputs this node is. */
int input_of_node(const graph *g, int index);

/* Computes a node that takes or makes codes (codes.c). Its values, and those of inputs that are quantised, are
 * codes: whole numbers, which doubles hold exactly. `residual`: codes, or NULL. */
void interp_codes(const work *k, const double *residual);

/* The value of an activation at x. OP_IDENTITY leaves x as it is. `args`: the numbers that the activation
 * takes, if it takes any. */
double activate(op_kind act, act_args args, double x);

/* What lies along the axes of a set: `count` elements for each of `places` places. */
typedef struct span {
    shape s;
    int axes;
    int64_t count, places;
} span;

span span_of(shape s, int axes);

/* The position in the tensor of element i at a place. Both are counted in the order h, w, c. */
int64_t span_position(const span *k, int64_t place, int64_t i);

/* Adds up, in each channel, the taps of the window of output pixel (y, x) that lie inside the input. How many
 * these are. */
int sum_window(const work *k, int y, int x, double *sums);

/* The pixel (y, x) of a tensor: its c channels. */
static inline const double *pixel(const double *value, shape s, int y, int x) {
    return value + ((int64_t)y * s.w + x) * s.c;
}

#endif
