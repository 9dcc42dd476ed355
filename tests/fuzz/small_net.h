/* small_net.h: a network of every kind of tensor, in both namings, that the weight fuzzers bind their input to.
 */
#ifndef LCC_SMALL_NET_H
#define LCC_SMALL_NET_H

#include "weights/bind.h"

#include <stdlib.h>

static inline int small_layer(graph *g, diag *d, op_kind op, int in, naming whose, const char *label) {
    attrs a = graph_attrs_init();
    a.naming = whose;
    a.out = 2;
    a.kernel[0] = a.kernel[1] = op == OP_DENSE || op == OP_BN ? 1 : 2;
    a.multiplier = 2;
    a.has_bias = op == OP_DENSE;
    if (g->nodes[in].q.on) a.q = (quant){.on = true, .scale = 1};
    a.channel_scales = g->nodes[in].q.on;
    return graph_add(g, d, op, &in, 1, &a, label, (loc){0});
}

static inline graph *small_net(arena *a, diag *d) {
    graph *g = graph_new(a, "small");
    int in = graph_add_input(g, d, "image", TYPE_F32, (shape){5, 5, 2}, (loc){0});
    in = small_layer(g, d, OP_CONV, in, NAMING_TORCH, "c");
    in = small_layer(g, d, OP_BN, in, NAMING_TORCH, "b");
    in = small_layer(g, d, OP_DEPTHWISE, in, NAMING_KERAS, "d");
    in = small_layer(g, d, OP_CONV, in, NAMING_KERAS, "k");
    in = small_layer(g, d, OP_DENSE, in, NAMING_TORCH, "f");
    small_layer(g, d, OP_DENSE, in, NAMING_KERAS, "g");
    in = graph_add_input(g, d, "codes", TYPE_I8, (shape){2, 2, 2}, (loc){0});
    if (!graph_quantise_input(g, d, in, 1, 0)) abort();
    in = small_layer(g, d, OP_CONV, in, NAMING_KERAS, "r");
    small_layer(g, d, OP_DENSE, in, NAMING_TORCH, "q");
    return g;
}

/* Whether the bytes hold all that the network wants; aborts where that and what was said do not agree. */
static inline bool bind_small_net(const unsigned char *bytes, size_t size) {
    arena *a = arena_new();
    diag *d = diag_new(a);
    graph *g = small_net(a, d);
    weights_report report;
    checkpoint *c = checkpoint_parse(a, d, "fuzz", bytes, size);
    bool good = c && bind_checkpoints(a, d, g, &c, 1, NULL, &report);
    text said = {0};
    diag_print(d, &said);
    if (good != (diag_error_count(d) == 0) || good != (said.size == 0)) abort();
    if (c) checkpoint_close(c);
    text_free(&said);
    arena_free(a);
    return good;
}

#endif
