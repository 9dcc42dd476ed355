/* range.h: cheap bounds for each tensor, without looking at weights. Passes ask them for what is exact only
 * where values cannot be negative, or cannot be large. */
#ifndef LCC_PASSES_RANGE_H
#define LCC_PASSES_RANGE_H

#include "passes/interval.h"

/* The interval of all values of each node's tensor; [n_nodes], in the arena. */
range *find_ranges(const graph *g, arena *a);

/* Whether the activation leaves every value of the range as it is. */
bool is_idle_activation(op_kind act, range r);

/* Whether the activation n, which reads codes of this range, leaves them as they are. */
bool is_idle_bound(const graph *g, const node *n, range codes);

#endif
