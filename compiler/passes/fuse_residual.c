/* fuse_residual.c: an add of two tensors of one shape becomes part of the conv, depthwise or dense that makes
 * one of them for it alone, as that layer's residual: act2(act(v) + residual).
 *
 * The layer moves to the place of the add, where the other operand exists. If both operands come from such
 * layers, the later one takes the add in, because the other's tensor exists by then and need not live longer.
 * In x + x the layer has two readers and is left alone.
 *
 * Of codes, the layer makes them as it did (attrs.own, or attrs.acted behind a table), and the sum has the
 * add's scale. */
#include "passes/internal.h"
#include "passes/rewrite.h"

static bool takes_residual(const rewrite *r, int index, int add) {
    const node *n = old_node(r, index);
    /* A depthwise with a multiplier makes its channels in another order than the residual's. */
    if (n->op == OP_DEPTHWISE && n->a.multiplier > 1) return false;
    return has_kernel(n) && !n->a.has_residual && n->a.act2 == OP_IDENTITY && r->sole_user[index] == add;
}

/* Which operand (0 or 1) of old node `add` is the layer that takes it in, or -1. */
static int find_taker(const rewrite *r, int add) {
    const node *n = old_node(r, add);
    if (n->op != OP_ADD || n->a.has_residual || n->a.act2 != OP_IDENTITY) return -1;
    if (!same_shape(old_input(r, n, 0)->shape, old_input(r, n, 1)->shape)) return -1;
    int later = n->in[1] > n->in[0];
    if (takes_residual(r, n->in[later], add)) return later;
    if (takes_residual(r, n->in[!later], add)) return !later;
    return -1;
}

/* The add's scale becomes the layer's, and the layer's that of what is added. */
static void take_quant(node *layer, const node *sum) {
    if (!sum->q.on) return;
    *(layer->a.own.on ? &layer->a.acted : &layer->a.own) = layer->q;
    layer->q = layer->a.q = sum->q;
}

static int append_with_residual(rewrite *r, int add, int taker) {
    const node *sum = old_node(r, add);
    node n = copy_node(r, sum->in[taker]);
    int *inputs = ARENA_ARRAY(r->a, int, n.n_in + 1);
    for (int i = 0; i < n.n_in; i++) inputs[i] = n.in[i];
    inputs[n.n_in++] = r->map[sum->in[!taker]];
    n.in = inputs;
    n.a.has_residual = true;
    n.a.act2 = sum->a.act;
    n.a.act2_args = sum->a.act_args;
    take_quant(&n, sum);
    return append_node(r, &n);
}

graph *fuse_residual(const graph *in, arena *a, diag *d) {
    (void)d;
    rewrite *r = begin_rewrite(in, a);
    for (int i = 0; i < in->n_nodes; i++) {
        int taker = find_taker(r, i);
        if (taker >= 0) {
            r->map[i] = append_with_residual(r, i, taker);
            continue;
        }
        int user = r->sole_user[i];
        taker = user == NO_NODE ? -1 : find_taker(r, user);
        if (taker >= 0 && in->nodes[user].in[taker] == i) continue; /* it is made at the add's place */
        keep_node(r, i);
    }
    return finish_rewrite(r);
}
