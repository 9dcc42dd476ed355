/* internal.h: what the files with shape rules share (shapes.c, shapes_*.c). */
#ifndef LCC_GRAPH_INTERNAL_H
#define LCC_GRAPH_INTERNAL_H

#include "graph/shapes.h"

shape input_shape(const graph *g, const node *n, int i);

/* A tensor of weights without values, in the graph's arena. Dimensions from `rank` on are not counted. */
tensor *new_tensor(const graph *g, int rank, int d0, int d1, int d2, int d3);

/* False after an error at n->at where `value`, which is called `what` there, is not from `least` to `most`. */
bool check_range(diag *d, const node *n, const char *what, int64_t value, int64_t least, int64_t most);

/* Whether kernel, stride and dilation along height (0) or width (1) are within their limits. */
bool check_window(diag *d, const node *n, int axis);

/* Whether symmetric padding has the same whole number on both sides: `reach` is dilation*(kernel-1)+1. */
bool check_symmetric(diag *d, const node *n, int64_t reach);

/* Checks the output channels and groups of a conv or conv_transpose, sets the output's channels, and makes the
 * shapes of the weights. */
bool add_filters(const graph *g, diag *d, node *n);

/* The output has the shape of input 0. Returns true. */
bool keep_shape(const graph *g, node *n);

/* False after an error where the node has a residual of another shape than its output's. */
bool check_residual(const graph *g, diag *d, const node *n);

#endif
