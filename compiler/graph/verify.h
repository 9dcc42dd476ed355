/* verify.h: the invariants of a graph, checked between passes. */
#ifndef LCC_VERIFY_H
#define LCC_VERIFY_H

#include "graph/graph.h"

/* NULL where all hold, else what does not (in the arena): inputs come before their users, shapes are what the
 * shape rules say, weights have the shapes they should, fused parts are activations, outputs exist. */
const char *graph_verify(const graph *g, arena *a);

#endif
