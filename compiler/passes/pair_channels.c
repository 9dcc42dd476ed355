/* pair_channels.c: channels come next to each other whose weights may be small enough for products in 16 bits.
 *
 * Targets with an instruction that multiplies bytes and adds the products of two neighbours in 16 bits need the
 * weights of both, where they have one sign, to come to 128 at most: see plan/byte_fours.c. What is more than
 * that costs time. Where channels may have any order (see channel_order.h), each is put next to one with which
 * few outputs of the convolutions behind them have too much. That is quick, and not the best of all ways.
 * Channels that look up the same tables stay together, as sort_channels has put them. */
#include "graph/quant.h"
#include "graph/tables.h"
#include "passes/channel_order.h"
#include "passes/internal.h"

#include <stdlib.h>

enum {
    LARGE = MOST_OF_PAIR / 2, /* one of two weights that come to more is larger */
    MOST_CHANNELS = 4096
};

/* Whether the order of the space matters to the node's time: it is a convolution of each pixel that reads it.
 */
static bool reads_space(const graph *g, const channel_spaces *s, int space, const node *n) {
    return n->op == OP_CONV && mixes_all_channels(n) && n->a.kernel[0] * n->a.kernel[1] == 1 &&
           n->type == TYPE_I8 && g->nodes[n->in[0]].type == TYPE_I8 && shape_pixels(n->shape) > 1 &&
           n->weights[ROLE_WEIGHT]->data && in_space(s, n->in[0], space);
}

/* Adds the costs of one output's weights: 2 where one of a pair is large, 1 in both places where both are. */
static void add_costs(const float *weights, int count, int16_t *signed_by, uint16_t *cost) {
    for (int a = 0; a < count; a++) {
        const int size = abs((int)weights[a]), sign = weights[a] < 0 ? -1 : 1, limit = MOST_OF_PAIR - size;
        if (size <= LARGE) continue;
        uint16_t *const row = cost + (int64_t)a * count;
        for (int b = 0; b < count; b++) signed_by[b] = (int16_t)(sign * (int)weights[b]);
        for (int b = 0; b < count; b++)
            row[b] =
                (uint16_t)(row[b] + (signed_by[b] > limit) + (signed_by[b] > limit && signed_by[b] <= LARGE));
    }
}

/* [channels] numbers of classes, which lie together. */
static int *find_classes(const graph *g, const channel_spaces *s, int space, arena *scratch) {
    const int channels = g->nodes[space].shape.c;
    int *class = ARENA_ARRAY(scratch, int, channels);
    bool *begins = ARENA_ARRAY(scratch, bool, channels);
    for (int i = 0; i < g->n_nodes; i++) {
        const node *n = &g->nodes[i];
        if (!in_space(s, i, space) || n->type != TYPE_I8 || !has_channel_tables(g, n)) continue;
        const act_tables t = tables_of_node(g, n, scratch);
        for (int c = 1; c < channels && t.count > 1; c++)
            begins[c] = begins[c] || t.of_channel[c] != t.of_channel[c - 1];
    }
    for (int c = 1; c < channels; c++) class[c] = class[c - 1] + begins[c];
    return class;
}

/* Twice what the pair costs. */
static int cost_of_pair(const uint16_t *cost, int channels, int a, int b) {
    return cost[(int64_t)a * channels + b] + cost[(int64_t)b * channels + a];
}

/* [count] the channels from `begin` on, those that cost most with all others first. */
static int *hardest_first(const uint16_t *cost, int channels, int begin, int count, arena *scratch) {
    int *sorted = ARENA_ARRAY(scratch, int, count);
    int64_t *all = ARENA_ARRAY(scratch, int64_t, count);
    for (int i = 0; i < count; i++) {
        for (int j = 0; j < count; j++)
            all[i] += i == j ? 0 : cost_of_pair(cost, channels, begin + i, begin + j);
        int at = i;
        for (; at > 0 && all[sorted[at - 1] - begin] < all[i]; at--) sorted[at] = sorted[at - 1];
        sorted[at] = begin + i;
    }
    return sorted;
}

/* Fills other[c] of the channels of a class, except `alone`: the one with which it is a pair, or -1. The
 * hardest one chooses first, and of those that cost least the hardest. */
static void pair_class(const uint16_t *cost, int channels, int begin, int end, int alone, int *other,
                       arena *scratch) {
    const int count = end - begin, *hard = hardest_first(cost, channels, begin, count, scratch);
    for (int c = begin; c < end; c++) other[c] = -1;
    for (int i = 0; i < count; i++) {
        int best = -1, least = 0;
        if (other[hard[i]] >= 0 || hard[i] == alone) continue;
        for (int j = i + 1; j < count; j++) {
            if (other[hard[j]] >= 0 || hard[j] == alone) continue;
            const int price = cost_of_pair(cost, channels, hard[i], hard[j]);
            if (best < 0 || price < least) best = hard[j], least = price;
        }
        if (best < 0) continue;
        other[hard[i]] = best;
        other[best] = hard[i];
    }
}

/* Fills order[begin .. end), the places of a class: its pairs, in the order of their first channels. Pairs
 * begin at even places, so that a class that begins at an odd one begins with a channel alone. */
static void order_class(const uint16_t *cost, int channels, int begin, int end, int *order, arena *scratch) {
    int *other = ARENA_ARRAY(scratch, int, channels), at = begin;
    const int alone = begin % 2 ? begin : -1;
    pair_class(cost, channels, begin, end, alone, other, scratch);
    if (alone >= 0) order[at++] = alone;
    for (int c = begin; c < end; c++) {
        if (other[c] < c) continue;
        order[at++] = c;
        order[at++] = other[c];
    }
    for (int c = begin; c < end; c++) {
        if (other[c] < 0 && c != alone) order[at++] = c;
    }
}

/* Whether all pairs are good as they lie. */
static bool is_paired(const uint16_t *cost, int channels) {
    for (int c = 0; c + 1 < channels; c += 2) {
        if (cost_of_pair(cost, channels, c, c + 1)) return false;
    }
    return true;
}

static int *pair_space(const graph *g, const channel_spaces *s, int space, arena *scratch) {
    const int channels = g->nodes[space].shape.c;
    if (channels > MOST_CHANNELS) return NULL;
    uint16_t *cost = NULL;
    int16_t *signed_by = ARENA_ARRAY(scratch, int16_t, channels);
    for (int i = 0; i < g->n_nodes; i++) {
        const node *n = &g->nodes[i];
        if (!reads_space(g, s, space, n)) continue;
        if (!cost) cost = ARENA_ARRAY(scratch, uint16_t, (int64_t)channels * channels);
        for (int o = 0; o < n->shape.c; o++)
            add_costs(n->weights[ROLE_WEIGHT]->data + (int64_t)o * channels, channels, signed_by, cost);
    }
    if (!cost || is_paired(cost, channels)) return NULL;
    const int *class = find_classes(g, s, space, scratch);
    int *order = ARENA_ARRAY(scratch, int, channels);
    for (int begin = 0, end; begin < channels; begin = end) {
        for (end = begin + 1; end < channels && class[end] == class[begin];) end++;
        order_class(cost, channels, begin, end, order, scratch);
    }
    return order;
}

graph *pair_channels(const graph *in, arena *a, diag *d) {
    (void)d;
    return reorder_channels(in, a, pair_space);
}
