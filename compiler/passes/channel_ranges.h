/* channel_ranges.h: bounds on the values of every channel of every tensor, or on its codes. They come from the
 * weights, and hold for every input that the network may be given. */
#ifndef LCC_PASSES_CHANNEL_RANGES_H
#define LCC_PASSES_CHANNEL_RANGES_H

#include "graph/integers.h"
#include "passes/interval.h"

/* Every channel of every node has a number: first[node] + channel. */
typedef struct channel_ranges {
    int *first;    /* [n_nodes + 1] */
    int count;     /* of all channels */
    range *values; /* [count] the interval of the channel's values */
    /* [count] Of a conv, depthwise or dense. Where act(v) is constant: one v that gives it, else NaN. A
     * residual is not included. Of codes, v is the sum in 32 bits. */
    double *fixed;
} channel_ranges;

/* The value of the padding of a conv or depthwise in one input channel, or its code. */
static inline double padding_value(const graph *g, const node *n, int channel) {
    if (n->q.on) return padding_code(g, n, channel);
    return n->a.pad_value ? n->a.pad_value[channel] : 0;
}

/* Numbers the channels, and nothing more. `count` is -1 where there are more than `most`. */
channel_ranges number_channels(const graph *g, arena *a, int most);

/* Fills in `values` and `fixed`. All weights must have values. */
void find_channel_ranges(const graph *g, arena *a, channel_ranges *c);

#endif
