/* channel_order.h: what passes share that give the channels between layers another order. */
#ifndef LCC_PASSES_CHANNEL_ORDER_H
#define LCC_PASSES_CHANNEL_ORDER_H

#include "graph/graph.h"

/* The tensors of a graph by whose channels have one order. A space is known by one of the nodes that make its
 * tensors. */
typedef struct channel_spaces channel_spaces;

bool in_space(const channel_spaces *s, int index, int space);

/* Whether each channel of a conv or dense layer's output depends on all channels of its input. */
bool mixes_all_channels(const node *n);

/* [c] the old channel that comes to each new place of a space, in `scratch`; NULL: it stays as it is. */
typedef int *(*order_maker)(const graph *g, const channel_spaces *s, int space, arena *scratch);

/* The graph with the spaces that are free in the orders that `make` says. */
graph *reorder_channels(const graph *in, arena *a, order_maker make);

#endif
