/* range.h: bounds on the values of every tensor, for what is exact only where values cannot be negative, or
 * large. */
#ifndef LCC_PASSES_RANGE_H
#define LCC_PASSES_RANGE_H

#include "graph/graph.h"

typedef struct range {
    double low, high; /* infinite where nothing is known */
} range;

/* [n_nodes], in the arena. */
range *find_ranges(const graph *g, arena *a);

/* The activation leaves every value of the range as it is. */
bool is_idle_activation(op_kind act, range r);

#endif
