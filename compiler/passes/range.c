/* range.c: interval arithmetic over the graph, once, in order, with one interval for each tensor. Those of
 * tensors that hold codes are intervals of codes.
 *
 * Bounds come from activations and from integer inputs. They pass through ops that make no new values, or means
 * of them. Nothing is known of what layers with weights make. channel_ranges.c looks at the weights, too. */
#include "passes/range.h"
#include "graph/activations.h"
#include "graph/integers.h"
#include "passes/rewrite.h"

bool is_idle_activation(op_kind act, range r) {
    const activation *f = &activation_table[act];
    return f->unchanged_from <= r.low && r.high <= f->unchanged_to;
}

/* The interval of what the op itself makes. `all` are the intervals of the nodes before it. */
static range own_range(const node *n, const range *all) {
    range x = n->n_in ? all[n->in[0]] : any_value(), y = x;
    for (int i = 1; i < node_own_inputs(n); i++) {
        y = all[n->in[i]];
        if (n->op == OP_CONCAT) x = join_intervals(x, y);
    }
    switch (n->op) {
    case OP_CONV:
    case OP_CONV_TRANSPOSE:
    case OP_DEPTHWISE:
    case OP_DENSE:
    case OP_BN:
    case OP_NORMALIZE:
    case OP_AFFINE: return any_value();
    default: return op_interval(n, x, y);
    }
}

bool is_idle_bound(const graph *g, const node *n, range codes) {
    double low, high;
    if (!act_bounds(n->op, n->a.args, &low, &high) || !keeps_quant(g, n)) return false;
    code_range r = codes_within(&n->q, n->type, n->op, n->a.args);
    return r.least <= codes.low && codes.high <= r.most;
}

/* The interval of codes that a node makes. Bounds come from activations, and pass through ops that only move
 * codes. */
static range range_of_codes(const graph *g, const node *n, const range *all) {
    bool fused = n->a.own.on || n->a.acted.on || n->a.act2 != OP_IDENTITY;
    op_kind act = is_activation(n->op) ? n->op : n->a.act;
    act_args args = is_activation(n->op) ? n->a.args : n->a.act_args;
    code_range r = codes_within(&n->q, n->type, fused ? OP_IDENTITY : act, args);
    range x = {r.least, r.most};
    if (n->op == OP_INPUT || !is_integer(n) || !is_bare(n) || !moves_codes(g, n)) return x;
    for (int i = 0; i < n->n_in; i++) {
        x = i ? join_intervals(x, all[n->in[i]]) : all[n->in[0]];
    }
    double pad =
        n->op == OP_PAD && n->a.around == PADS_CONSTANT ? code_of(&n->q, n->type, 0, n->a.fill) : x.low;
    return join_intervals(x, (range){pad, pad});
}

range *find_ranges(const graph *g, arena *a) {
    range *all = ARENA_ARRAY(a, range, g->n_nodes);
    for (int i = 0; i < g->n_nodes; i++) {
        const node *n = &g->nodes[i];
        if (n->q.on) {
            all[i] = range_of_codes(g, n, all);
            continue;
        }
        range v = activate_interval(n->a.act, n->a.act_args, own_range(n, all));
        if (n->a.has_residual) v = add_intervals(v, all[n->in[n->n_in - 1]]);
        all[i] = activate_interval(n->a.act2, n->a.act2_args, v);
    }
    return all;
}
