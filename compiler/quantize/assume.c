/* assume.c: quantises a network without running it, for those who ask what it would take, such as a search.
 *
 * Which layers work on codes does not depend on values. The ranges of tensors are assumed instead of observed:
 * from -4 to 4, within the bounds of the activation that makes them. The weights need no values either. So the
 * quantised graph has the layers, the types and the sizes of the one that samples would lead to, and answers
 * that mean nothing. */
#include "quantize/build.h"

#include "graph/activations.h"
#include "graph/quant.h"

#include <math.h>

#define ASSUMED_LIMIT 4.0

/* The scales of a tensor's channels, where each has its own: 1, 1/2, 1/4 .. of the largest. Activations that
 * are tables have a table for each, so their number counts: networks of noise and trained ones have 3 to 6. */
enum { CLASSES = 4 };

static scaling assume_scale(const decisions *d, int of, arena *a) {
    enum { CODES = 255, LEAST = -128 };
    const node *n = &d->g->nodes[of];
    double low = -ASSUMED_LIMIT, high = ASSUMED_LIMIT, least, most;
    if (n->op == OP_SOFTMAX) return (scaling){.scale = 1.0f / 256, .zero = LEAST};
    if (is_activation(n->op) && act_bounds(n->op, n->a.args, &least, &most)) {
        low = fmax(low, fmin(least, 0));
        high = fmin(high, fmax(most, 0));
    }
    if (!(high > low)) high = low + 1;
    /* No two tensors have the same scale, or else layers would share tables that they cannot share. */
    double scale = (high - low) / CODES * (1 + of / 4096.0);
    scaling s = {.scale = (float)scale, .zero = LEAST - (int)round(low / (high - low) * CODES)};
    int channels = n->shape.c;
    if (!d->by_channel[of]) return s;
    s.scales = ARENA_ARRAY(a, float, channels);
    for (int c = 0; c < channels; c++) s.scales[c] = s.scale / (float)(1 << c % CLASSES);
    return s;
}

graph *quantize_assumed(const graph *g, bool integer_outputs, arena *a, diag *d) {
    const quantize_options o = {.integer_outputs = integer_outputs, .no_correction = true};
    const decisions decided = decide(g, &o, a);
    scaling *scales = ARENA_ARRAY(a, scaling, g->n_nodes);
    bool *done = ARENA_ARRAY(a, bool, g->n_nodes);
    for (int i = 0; i < g->n_nodes; i++) {
        int group = decided.group[i];
        if (!decided.counts[i] || done[group]) continue;
        done[group] = true;
        scales[group] = assume_scale(&decided, i, a);
    }
    channel_facts **facts = ARENA_ARRAY(a, channel_facts *, g->n_nodes);
    for (int i = 0; i < g->n_nodes; i++) facts[i] = ARENA_ARRAY(a, channel_facts, g->nodes[i].shape.c);
    return build_quantised(&decided, scales, facts, &o, a, d).g;
}
