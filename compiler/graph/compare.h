/* compare.h: whether two graphs describe the same network. */
#ifndef LCC_COMPARE_H
#define LCC_COMPARE_H

#include "graph/graph.h"

/* NULL where the two agree, else the first difference, in the arena. Compared are inputs and outputs (names,
 * order), and of every node its op, inputs, shape, type, attributes, label and the shapes of its weights.
 * Places in the source, the name of the variant and the values of weights are not. */
const char *graph_difference(const graph *x, const graph *y, arena *a);

#endif
