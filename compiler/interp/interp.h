/* interp.h: the reference interpreter: double precision, plain loops; the truth that emitted code is held to.
 *
 * It reads graphs only, before any pass or after, and is written to be believed, not to be fast. */
#ifndef LCC_INTERP_H
#define LCC_INTERP_H

#include "graph/graph.h"

/* Sees the value of each node, h*w*c doubles in HWC order, right after it was computed and in the order of the
 * nodes. The value is gone after the call, once nothing reads it any more. */
typedef void (*interp_watch)(void *data, int node, const double *value);

/* Evaluates the graph. inputs[i]: h*w*c values of input i, in HWC order (uint8 values as 0..255). The result is
 * the value of every output, [n_outputs][h*w*c], in the arena. `watch` may be NULL. All weights must be bound.
 * Values live no longer than something reads them: EfficientNet B4 takes about 0.2 GB. */
double **interp_run(const graph *g, arena *a, const double *const *inputs, interp_watch watch, void *data);

/* NULL, or why interp_run should not be called: it would take more memory or time than a user means to spend.
 */
const char *interp_refusal(const graph *g, arena *a);

#endif
