/* interp.h: the reference interpreter, with which the emitted code is compared. It computes in double
 * precision, with plain loops. It reads graphs only, before any pass or after it, and is written to be correct,
 * not to be fast. */
#ifndef LCC_INTERP_H
#define LCC_INTERP_H

#include "graph/graph.h"

/* Called with the value of each node, h*w*c doubles in HWC order, right after it was computed, in the order of
 * the nodes. It may change the value for the nodes that read it later. The value is freed after the call if
 * nothing reads it any more. */
typedef void (*interp_watch)(void *data, int node, double *value);

/* Evaluates the graph. inputs[i] holds the h*w*c values of input i, in HWC order (uint8 values as 0..255). The
 * result holds the values of every output, [n_outputs][h*w*c], in the arena. `watch` may be NULL. All weights
 * must have values. A value is freed when nothing reads it any more, so EfficientNet B4 takes about 0.2 GB. */
double **interp_run(const graph *g, arena *a, const double *const *inputs, interp_watch watch, void *data);

/* NULL, or why interp_run should not be called: it would need too much memory or time. */
const char *interp_refusal(const graph *g, arena *a);

#endif
