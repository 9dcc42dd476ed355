/* channel_ranges.h: bounds on the values of every channel of every tensor, for all inputs that the network may
 * be given, found from its weights. */
#ifndef LCC_PASSES_CHANNEL_RANGES_H
#define LCC_PASSES_CHANNEL_RANGES_H

#include "passes/interval.h"

/* Every channel of every node has a number: first[node] + channel. */
typedef struct channel_ranges {
    int *first;    /* [n_nodes + 1] */
    int count;     /* of all channels */
    range *values; /* [count] */
    /* [count] where act(v) of a conv, depthwise or dense is constant: a finite v for which it is what it always
     * is; else NaN. A residual comes after that and may vary. */
    double *fixed;
} channel_ranges;

/* What a conv or depthwise finds where its padding is, of one input channel. */
static inline double padding_value(const node *n, int channel) {
    return n->a.pad_value ? n->a.pad_value[channel] : 0;
}

/* Numbers the channels alone; `count` is -1 where they are more than `most`. */
channel_ranges number_channels(const graph *g, arena *a, int most);

/* Fills in `values` and `fixed`. All weights must have values. */
void find_channel_ranges(const graph *g, arena *a, channel_ranges *c);

#endif
