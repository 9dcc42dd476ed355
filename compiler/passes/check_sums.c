/* check_sums.c: says where the sum of a quantised layer may leave 32 bits. It changes nothing.
 *
 * The bounds are those of all codes that the input's type has. If they are those of the network's own input,
 * some input does it, and that is an error. Else it is a warning, because the input of the layer may never be
 * as large.
 *
 * It runs last: a channel whose weights or bias are that large is often dead. */
#include "graph/integers.h"
#include "passes/internal.h"
#include "passes/rewrite.h"

static bool has_sums(const node *n) {
    const tensor *bias = n->weights[ROLE_BIAS];
    return has_kernel(n) && n->q.on && n->weights[ROLE_WEIGHT]->data && (!bias || bias->ints);
}

/* False after an error. */
static bool check_node(const graph *g, const node *n, diag *d) {
    int channel;
    if (!has_sums(n) || !may_overflow(g, n, &channel)) return true;
    bool surely = g->nodes[n->in[0]].op == OP_INPUT && (n->op == OP_DENSE || !has_padding(&n->a));
    if (surely) {
        diag_error(d, n->at,
                   "%s %s: the sum of channel %d leaves 32 bits for some inputs: its weights or its "
                   "bias are too large",
                   op_table[n->op].name, n->label, channel);
    } else {
        diag_warning(d, n->at, "%s %s: the sum of channel %d may leave 32 bits", op_table[n->op].name, n->label,
                     channel);
    }
    return !surely;
}

graph *check_sums(const graph *in, arena *a, diag *d) {
    rewrite *r = begin_rewrite(in, a);
    bool good = true;
    for (int i = 0; i < in->n_nodes; i++) {
        good = check_node(in, &in->nodes[i], d) && good;
        keep_node(r, i);
    }
    return good ? finish_rewrite(r) : NULL;
}
