/* channel_walk.h: what the two files share that find bounds for the channels of a node: channel_ranges.c for
 * real numbers, code_ranges.c for codes. */
#ifndef LCC_PASSES_CHANNEL_WALK_H
#define LCC_PASSES_CHANNEL_WALK_H

#include "passes/channel_ranges.h"

/* The node whose channels are looked at, and room for them. */
typedef struct channel_walk {
    const graph *g;
    const node *n;
    const channel_ranges *all;
    range *out;    /* [n->shape.c] */
    arena *memory; /* for this node alone */
} channel_walk;

static inline const range *input_of(const channel_walk *k, int i) {
    return k->all->values + k->all->first[k->n->in[i]];
}

static inline int input_channels(const channel_walk *k, int i) { return k->g->nodes[k->n->in[i]].shape.c; }

/* Fills in k->out for the ops on codes that compute codes by a rule of their own, and for dequantize. False for
 * others: those that multiply by weights, and those that only move codes. */
bool range_codes(const channel_walk *k);

/* Of a node that makes codes: turns the bounds of the sums of a kernel, in k->out, into those of its codes, and
 * adds what passes have fused into the node. `fixed` as in channel_ranges. */
void finish_code_ranges(const channel_walk *k, double *fixed);

#endif
