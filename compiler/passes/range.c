/* range.c: interval arithmetic over the graph, once, in order.
 *
 * Only what is free to know: the bounds of activations and of integer inputs, carried through the ops that make
 * no new values or mean ones. Weights are not looked at. */
#include "passes/range.h"
#include "passes/rewrite.h"

#include <math.h>

static const range anything = {-INFINITY, INFINITY};

bool is_idle_activation(op_kind act, range r) {
    switch (act) {
    case OP_IDENTITY: return true;
    case OP_RELU:
    case OP_LEAKY_RELU: return r.low >= 0;
    case OP_RELU6: return r.low >= 0 && r.high <= 6;
    default: return false;
    }
}

static range hull(range x, range y) { return (range){fmin(x.low, y.low), fmax(x.high, y.high)}; }

/* x hsigmoid(x) and x sigmoid(x) lie below x where x is positive; their least values are -0.375 and -0.2785. */
static range gate_itself(range x, double least) { return (range){x.low >= 0 ? 0 : least, fmax(x.high, 0)}; }

static range activate_range(op_kind act, double slope, range x) {
    switch (act) {
    case OP_RELU: return (range){fmax(x.low, 0), fmax(x.high, 0)};
    case OP_RELU6: return (range){fmin(fmax(x.low, 0), 6), fmin(fmax(x.high, 0), 6)};
    case OP_HSWISH: return gate_itself(x, -0.375);
    case OP_SWISH: return gate_itself(x, -0.279);
    case OP_SIGMOID:
    case OP_HSIGMOID: return (range){0, 1};
    case OP_TANH: return (range){x.low >= 0 ? 0 : -1, x.high <= 0 ? 0 : 1};
    case OP_LEAKY_RELU:
        return x.low >= 0 ? x : slope >= 0 ? (range){slope == 0 ? 0 : -INFINITY, fmax(x.high, 0)} : anything;
    default: return x;
    }
}

static range add_ranges(range x, range y) { return (range){x.low + y.low, x.high + y.high}; }

/* Known only where both are at least 0. */
static range multiply_ranges(range x, range y) {
    if (!(x.low >= 0 && y.low >= 0)) return anything;
    return (range){x.low * y.low, x.high == 0 || y.high == 0 ? 0 : x.high * y.high};
}

static range input_range(elem_type type) {
    switch (type) {
    case TYPE_U8: return (range){0, 255};
    case TYPE_I8: return (range){-128, 127};
    default: return anything;
    }
}

static range own_range(const node *n, const range *all) {
    range x = n->op == OP_INPUT ? anything : all[n->in[0]];
    const range zero = {0, 0};
    switch (n->op) {
    case OP_INPUT: return input_range(n->type);
    case OP_SOFTMAX: return (range){0, 1};
    case OP_AVG_POOL: return n->a.count_pad && has_padding(&n->a) ? hull(x, zero) : x;
    case OP_PAD: return hull(x, zero);
    case OP_ADD: return add_ranges(x, all[n->in[1]]);
    case OP_MUL: return multiply_ranges(x, all[n->in[1]]);
    case OP_CONCAT:
        for (int i = 1; i < node_own_inputs(n); i++) x = hull(x, all[n->in[i]]);
        return x;
    case OP_MAX_POOL:
    case OP_GLOBAL_AVG_POOL:
    case OP_FLATTEN:
    case OP_IDENTITY:
    case OP_DROPOUT:
    case OP_SHUFFLE:
    case OP_CONVERT:
    case OP_UPSAMPLE: /* bilinear weights are at least 0 and sum to 1 */
    case OP_SLICE: return x;
    default: return op_table[n->op].class == CLASS_ACT ? activate_range(n->op, n->a.slope, x) : anything;
    }
}

range *find_ranges(const graph *g, arena *a) {
    range *all = ARENA_ARRAY(a, range, g->n_nodes);
    for (int i = 0; i < g->n_nodes; i++) {
        const node *n = &g->nodes[i];
        range v = activate_range(n->a.act, n->a.act_slope, own_range(n, all));
        if (n->a.has_residual) v = add_ranges(v, all[n->in[n->n_in - 1]]);
        all[i] = activate_range(n->a.act2, n->a.act2_slope, v);
    }
    return all;
}
