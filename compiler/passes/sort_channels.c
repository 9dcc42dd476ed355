/* sort_channels.c: channels whose codes look up the same table come next to each other.
 *
 * Where codes have a scale for each channel, an activation has a table for each pair of scales that occurs, and
 * the channels of a layer look up a few tables in no order. A vector of codes that all look up one table takes
 * a fraction of the time that it takes where each has its own. */
#include "graph/tables.h"
#include "passes/channel_order.h"
#include "passes/internal.h"

#include <stdlib.h>

enum { MOST_KEYS = 2 /* layers of a space by whose tables its channels are sorted: expand and depthwise */ };

typedef struct sorted_channel {
    int keys[MOST_KEYS], channel;
} sorted_channel;

static int compare_channels(const void *a, const void *b) {
    const sorted_channel *x = a, *y = b;
    for (int i = 0; i < MOST_KEYS; i++) {
        if (x->keys[i] != y->keys[i]) return x->keys[i] < y->keys[i] ? -1 : 1;
    }
    return x->channel < y->channel ? -1 : 1;
}

/* Sorts the channels of a space by the tables of its first nodes that have several. The tables of the second
 * one go up and down in turns, so that the last of one run is the first of the next. */
static int *sort_space(const graph *g, const channel_spaces *s, int space, arena *scratch) {
    const int channels = g->nodes[space].shape.c;
    sorted_channel *at = ARENA_ARRAY(scratch, sorted_channel, channels);
    int n_keys = 0;
    for (int c = 0; c < channels; c++) at[c].channel = c;
    for (int i = 0; i < g->n_nodes && n_keys < MOST_KEYS; i++) {
        const node *n = &g->nodes[i];
        if (!in_space(s, i, space) || n->type != TYPE_I8 || !has_channel_tables(g, n)) continue;
        const act_tables t = tables_of_node(g, n, scratch);
        if (t.count < 2) continue;
        for (int c = 0; c < channels; c++)
            at[c].keys[n_keys] = n_keys && at[c].keys[0] % 2 ? -t.of_channel[c] : t.of_channel[c];
        n_keys++;
    }
    if (!n_keys) return NULL;
    qsort(at, (size_t)channels, sizeof *at, compare_channels);
    int *order = ARENA_ARRAY(scratch, int, channels);
    for (int c = 0; c < channels; c++) order[c] = at[c].channel;
    return order;
}

graph *sort_channels(const graph *in, arena *a, diag *d) {
    (void)d;
    return reorder_channels(in, a, sort_space);
}
