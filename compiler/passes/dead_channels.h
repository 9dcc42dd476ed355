/* dead_channels.h: which channels of which tensors the network can do without. */
#ifndef LCC_PASSES_DEAD_CHANNELS_H
#define LCC_PASSES_DEAD_CHANNELS_H

#include "passes/channel_ranges.h"

typedef struct dead_channels {
    channel_ranges ranges;
    /* [ranges.count] Some output depends on the channel. Where none does, each reader either sees a constant,
     * which can go into a bias, or multiplies the channel by zeros only. */
    bool *live;
    /* [ranges.count] The channel stays. Either it is live, or the shape of a tensor needs it: a tensor has at
     * least one channel, the groups of a grouped convolution have equally many, and full vectors are kept where
     * only few channels are missing. Nothing reads the values of a dead channel that stays. */
    bool *kept;
    int n_dead; /* channels that go */
} dead_channels;

/* In the arena. Nothing is dead where weights have no values, or where the network is too large to analyse. */
dead_channels find_dead_channels(const graph *g, arena *a);

/* Whether a row of a conv or dense gives the same value for all inputs. Then it need not multiply anything. */
static inline bool is_fixed_row(const dead_channels *d, int channel) {
    return !isnan(d->ranges.fixed[channel]);
}

#endif
