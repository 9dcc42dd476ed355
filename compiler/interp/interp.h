/* interp.h: the reference interpreter: double precision, plain loops; the truth that emitted code is held to.
 *
 * It reads graphs only, before any pass or after, and is written to be believed, not to be fast. */
#ifndef LCC_INTERP_H
#define LCC_INTERP_H

#include "graph/graph.h"

/* Evaluates the graph. inputs[i]: h*w*c values of input i, in HWC order (uint8 values as 0..255). The result is the
 * value of every node, [n_nodes][h*w*c], in the arena. All weights must be bound. */
double **interp_run(const graph *g, arena *a, const double *const *inputs);

#endif
