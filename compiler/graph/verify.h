/* verify.h: the invariants of a graph, checked between passes. */
#ifndef LCC_VERIFY_H
#define LCC_VERIFY_H

#include "graph/graph.h"

/* NULL where all invariants hold, else the one that does not, in the arena: inputs come before the nodes that
 * read them, shapes and the shapes of weights are what the shape rules say, fused ops are activations, and
 * outputs exist. */
const char *graph_verify(const graph *g, arena *a);

#endif
