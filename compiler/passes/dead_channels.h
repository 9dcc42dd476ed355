/* dead_channels.h: which channels of which tensors the network can do without. */
#ifndef LCC_PASSES_DEAD_CHANNELS_H
#define LCC_PASSES_DEAD_CHANNELS_H

#include "passes/channel_ranges.h"

typedef struct dead_channels {
    channel_ranges ranges;
    /* [ranges.count] Some output depends on the channel. Where not, whoever reads it either sees a constant
     * that can go into a bias, or multiplies by nothing but zeros. */
    bool *live;
    /* [ranges.count] The channel stays: it is live, or a tensor needs it to have a shape (a channel at all, as
     * many in each group of a grouped convolution). What it holds in that case is for nobody. */
    bool *kept;
    int n_dead; /* channels that do not stay */
} dead_channels;

/* In the arena. Nothing is dead where weights have no values, or where the network is too large to look at. */
dead_channels find_dead_channels(const graph *g, arena *a);

/* A row of a conv or dense that gives the same for all inputs: it need not multiply anything. */
static inline bool is_fixed_row(const dead_channels *d, int channel) {
    return !isnan(d->ranges.fixed[channel]);
}

#endif
