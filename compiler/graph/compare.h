/* compare.h: whether two graphs describe the same network. */
#ifndef LCC_COMPARE_H
#define LCC_COMPARE_H

#include "graph/graph.h"

/* NULL where the two agree: inputs and outputs (names, order), and every node's op, inputs, shape, type,
 * attributes, label and weights' shapes. Else what differs first, in the arena. Places in the source, the
 * variant's name and the values of weights are not looked at. */
const char *graph_difference(const graph *x, const graph *y, arena *a);

#endif
