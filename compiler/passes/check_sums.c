/* check_sums.c: says where the sum of a quantised layer may leave 32 bits, and where an activation on codes
 * would need more tables than the code numbers. It changes nothing.
 *
 * The bounds are those of all codes that the input's type has. If they are those of the network's own input,
 * some input does it, and that is an error. Else it is a warning, because the input of the layer may never be
 * as large.
 *
 * It runs last: a channel whose weights or bias are that large is often dead. */
#include "graph/integers.h"
#include "graph/quant.h"
#include "graph/tables.h"
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

static bool has_values(const quant *q) { return !q->scales || q->scales->data; }

/* False after an error. */
static bool check_tables(const graph *g, const node *n, diag *d) {
    bool codes = is_integer(n) && has_values(&n->q) && has_values(&n->a.own) && has_values(&n->a.acted);
    for (int i = 0; i < n->n_in; i++) codes = codes && has_values(&g->nodes[n->in[i]].q);
    if (!codes) return true;
    arena *scratch = arena_new();
    int count = tables_of_node(g, n, scratch).count;
    arena_free(scratch);
    if (count <= MOST_TABLES) return true;
    diag_error(d, n->at,
               "%s %s: the scales of its channels need %d tables for the activation, at most %d are supported",
               op_table[n->op].name, n->label, count, MOST_TABLES);
    return false;
}

graph *check_sums(const graph *in, arena *a, diag *d) {
    rewrite *r = begin_rewrite(in, a);
    bool good = true;
    for (int i = 0; i < in->n_nodes; i++) {
        good = check_node(in, &in->nodes[i], d) && check_tables(in, &in->nodes[i], d) && good;
        keep_node(r, i);
    }
    return good ? finish_rewrite(r) : NULL;
}
