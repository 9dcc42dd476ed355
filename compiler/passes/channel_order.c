/* channel_order.c: gives the channels between layers another order. See channel_order.h.
 *
 * The order of the channels between two layers is free: the rows of the weights that make them and the columns
 * of those that read them are put in the same order. No number changes, since sums of integers are exact in
 * every order.
 *
 * An op that works channel by channel (depthwise, pool, add, mul, activation) ties the order of its output to
 * that of its inputs. Tensors that are tied to each other form a space, which has one order. A space is left as
 * it is where anything else reads or makes one of its tensors, as an output of the network, a concat, a shuffle
 * or groups do. */
#include "passes/channel_order.h"

#include "passes/internal.h"
#include "passes/rewrite.h"

#include <string.h>

struct channel_spaces {
    rewrite *r;
    const graph *g; /* the old one */
    int *parent;    /* [nodes] union-find, over the tensors that the nodes make */
    bool *fixed;    /* [nodes] of the root of a space: it stays as it is */
    int **order;    /* [nodes] of the root: [c] the old channel at each new place; NULL: the old order */
};

static int find_space(const channel_spaces *s, int index) {
    while (s->parent[index] != index) index = s->parent[index];
    return index;
}

static void tie(channel_spaces *s, int x, int y) {
    x = find_space(s, x), y = find_space(s, y);
    if (x == y) return;
    s->parent[y] = x;
    s->fixed[x] = s->fixed[x] || s->fixed[y];
}

static void fix(channel_spaces *s, int index) { s->fixed[find_space(s, index)] = true; }

/* Whether channel c of the node depends on channel c of its inputs alone. */
static bool works_by_channel(const node *n) {
    switch (n->op) {
    case OP_DEPTHWISE: return n->a.multiplier == 1;
    case OP_MAX_POOL:
    case OP_AVG_POOL:
    case OP_GLOBAL_AVG_POOL:
    case OP_REQUANTIZE:
    case OP_ADD:
    case OP_MUL: return true;
    default: return is_activation(n->op);
    }
}

bool mixes_all_channels(const node *n) { return n->op == OP_DENSE || (n->op == OP_CONV && n->a.groups == 1); }

static void tie_node(channel_spaces *s, int index) {
    const node *n = &s->g->nodes[index];
    const int own = node_own_inputs(n);
    for (int i = 0; i < n->n_in; i++) {
        const bool same = s->g->nodes[n->in[i]].shape.c == n->shape.c;
        if (i < own && mixes_all_channels(n)) continue;
        if (same && (i >= own || works_by_channel(n))) {
            tie(s, index, n->in[i]);
        } else {
            fix(s, index);
            fix(s, n->in[i]);
        }
    }
    if (n->n_in == 0) fix(s, index);
}

/* --- the new tensors */

/* [c] the old channel at each new place of what the node makes; NULL: the old order. */
static const int *order_of(const channel_spaces *s, int index) { return s->order[find_space(s, index)]; }

static int old_place(const int *order, int channel) { return order ? order[channel] : channel; }

static tensor *like(const channel_spaces *s, const tensor *t) {
    tensor *fresh = ARENA_NEW(s->r->a, tensor);
    *fresh = *t;
    if (t->data) fresh->data = ARENA_ARRAY(s->r->a, float, t->count);
    if (t->ints) fresh->ints = ARENA_ARRAY(s->r->a, int32_t, t->count);
    return fresh;
}

/* t [rows, .., columns], its rows and its columns in new orders. */
static tensor *sort_tensor(const channel_spaces *s, const tensor *t, int rows, const int *row_order,
                           int columns, const int *column_order) {
    if (!t || !(row_order || column_order)) return (tensor *)t;
    tensor *fresh = like(s, t);
    const int64_t row = t->count / rows;
    for (int64_t i = 0; i < t->count; i++) {
        const int64_t in_row = i % row, column = in_row % columns;
        const int64_t from =
            old_place(row_order, (int)(i / row)) * row + in_row - column + old_place(column_order, (int)column);
        if (t->data) fresh->data[i] = t->data[from];
        if (t->ints) fresh->ints[i] = t->ints[from];
    }
    return fresh;
}

/* The scales t of old node `old`, which becomes n. Those that are a tensor of the node's stay the same one,
 * since that is how codes that are scaled alike are known. */
static const tensor *sort_scales(const channel_spaces *s, const node *old, const node *n, const tensor *t,
                                 const int *order) {
    for (int k = 0; k < ROLE_COUNT; k++) {
        if (t && old->weights[k] == t) return n->weights[k];
    }
    return sort_tensor(s, t, 1, NULL, n->shape.c, order);
}

static void sort_pad_value(const channel_spaces *s, const int *order, int channels, node *n) {
    if (!n->a.pad_value || !order) return;
    double *value = ARENA_ARRAY(s->r->a, double, channels);
    for (int c = 0; c < channels; c++) value[c] = n->a.pad_value[order[c]];
    n->a.pad_value = value;
}

static node sort_node(const channel_spaces *s, int index) {
    const node *old = old_node(s->r, index);
    node n = copy_node(s->r, index);
    const int *order = order_of(s, index), out = n.shape.c;
    if (!old->n_in) return n;
    const int *in_order = order_of(s, old->in[0]), in = old_input(s->r, old, 0)->shape.c;
    for (int k = 0; k < ROLE_COUNT; k++) {
        const tensor *t = old->weights[k];
        const bool by_row = k == ROLE_WEIGHT && mixes_all_channels(old);
        /* A weight's scale may be one for all channels. */
        if (!t || (k == ROLE_WEIGHT_SCALE && t->count != out)) continue;
        n.weights[k] =
            by_row ? sort_tensor(s, t, out, order, in, in_order) : sort_tensor(s, t, 1, NULL, out, order);
    }
    n.a.own.scales = sort_scales(s, old, &n, old->a.own.scales, order);
    n.a.acted.scales = old->a.acted.scales == old->a.own.scales
                           ? n.a.own.scales
                           : sort_scales(s, old, &n, old->a.acted.scales, order);
    sort_pad_value(s, in_order, in, &n);
    return n;
}

bool in_space(const channel_spaces *s, int index, int space) { return find_space(s, index) == space; }

graph *reorder_channels(const graph *in, arena *a, order_maker make) {
    arena *scratch = arena_new();
    const int count = in->n_nodes;
    channel_spaces s = {.r = begin_rewrite(in, a),
                        .g = in,
                        .parent = ARENA_ARRAY(scratch, int, count),
                        .fixed = ARENA_ARRAY(scratch, bool, count),
                        .order = ARENA_ARRAY(scratch, int *, count)};
    for (int i = 0; i < count; i++) s.parent[i] = i;
    for (int i = 0; i < count; i++) tie_node(&s, i);
    for (int i = 0; i < in->n_outputs; i++) fix(&s, in->outputs[i].node);
    for (int i = 0; i < count && graph_values_known(in); i++) {
        if (find_space(&s, i) == i && !s.fixed[i]) s.order[i] = make(in, &s, i, scratch);
    }
    for (int i = 0; i < count; i++) {
        const node n = sort_node(&s, i);
        s.r->map[i] = append_node(s.r, &n);
    }
    arena_free(scratch);
    return finish_rewrite(s.r);
}
