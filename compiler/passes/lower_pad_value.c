/* lower_pad_value.c: a depthwise whose padding is another number than 0 becomes a convolution of as many groups
 * as there are channels: the kernels of depthwise layers leave taps in the padding out. Few networks have one.
 *
 * Where the layer has no padding, or all of it is 0, the number goes. */
#include "graph/integers.h"
#include "passes/internal.h"
#include "passes/rewrite.h"

static bool pads_zeros_alone(const graph *g, const node *n) {
    if (!has_padding(&n->a)) return true;
    for (int c = 0; c < g->nodes[n->in[0]].shape.c; c++) {
        if (n->q.on ? padding_code(g, n, c) != g->nodes[n->in[0]].q.zero : n->a.pad_value[c] != 0) return false;
    }
    return true;
}

/* The weights [kh, kw, out] as [out, kh, kw, 1]. */
static tensor *conv_weights(arena *a, const tensor *from) {
    tensor *to = ARENA_NEW(a, tensor);
    *to = *from;
    int taps = from->dims[0] * from->dims[1], out = from->dims[2];
    const int dims[4] = {out, from->dims[0], from->dims[1], 1};
    to->rank = 4;
    for (int i = 0; i < 4; i++) to->dims[i] = dims[i];
    if (!from->data) return to;
    to->data = ARENA_ARRAY(a, float, from->count);
    for (int64_t i = 0; i < from->count; i++) to->data[i % out * taps + i / out] = from->data[i];
    return to;
}

static void make_conv(arena *a, node *n, int channels) {
    n->op = OP_CONV;
    n->a.groups = channels;
    n->a.out = n->shape.c;
    n->a.multiplier = 1;
    n->weights[ROLE_WEIGHT] = conv_weights(a, n->weights[ROLE_WEIGHT]);
}

graph *lower_pad_value(const graph *in, arena *a, diag *d) {
    (void)d;
    rewrite *r = begin_rewrite(in, a);
    for (int i = 0; i < in->n_nodes; i++) {
        node n = copy_node(r, i);
        if (n.a.pad_value && pads_zeros_alone(in, old_node(r, i))) {
            n.a.pad_value = NULL;
        } else if (n.a.pad_value && n.op == OP_DEPTHWISE) {
            make_conv(a, &n, old_input(r, old_node(r, i), 0)->shape.c);
        }
        r->map[i] = append_node(r, &n);
    }
    return finish_rewrite(r);
}
