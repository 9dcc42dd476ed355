/* remove_no_ops.c: nodes that give back the tensor that they read vanish. Identity and dropout always do,
 * others depending on their attributes, their shapes or the range of the values. A flatten in front of a dense
 * layer vanishes, too, because dense reads a feature map in the order (h, w, c) itself. */
#include "graph/resample.h"
#include "passes/internal.h"
#include "passes/range.h"
#include "passes/rewrite.h"

/* Whether each pixel of a resize is the input's own one. */
static bool resizes_nothing(const node *n, shape from) {
    arena *scratch = arena_new();
    resampling rows = find_resampling(scratch, &n->a.resize, 0, from.h);
    resampling columns = find_resampling(scratch, &n->a.resize, 1, from.w);
    bool same = keeps_places(&rows, from.h) && keeps_places(&columns, from.w);
    arena_free(scratch);
    return same;
}

/* Whether a reduction of one number is that number. */
static bool gives_back_one_number(reduction r) {
    return r != REDUCE_L1 && r != REDUCE_L2 && r != REDUCE_SUM_SQUARE;
}

static bool is_no_op(const rewrite *r, const node *n, const range *ranges) {
    if (n->op == OP_INPUT || node_own_inputs(n) != 1 || !is_bare(n)) return false;
    shape from = old_input(r, n, 0)->shape;
    if (!same_shape(from, n->shape)) return false;
    if (old_input(r, n, 0)->type == TYPE_I32 && n->type != TYPE_I32) return false; /* it makes floats */
    if (!keeps_quant(r->old, n)) return false;
    switch (n->op) {
    case OP_IDENTITY:
    case OP_DROPOUT:
    case OP_CONCAT:
    case OP_FLATTEN:
    case OP_RESHAPE:
    case OP_GLOBAL_AVG_POOL: return true; /* concat of one tensor, pool of one pixel */
    case OP_DEPTH_TO_SPACE:
    case OP_SPACE_TO_DEPTH: return true; /* blocks of one pixel */
    case OP_REQUANTIZE: return true;     /* to the same codes */
    case OP_SLICE: return n->a.step == 1 || n->a.count == 1;
    case OP_RESIZE: return resizes_nothing(n, from);
    case OP_SHUFFLE: return n->a.groups == 1 || n->a.groups == n->shape.c;
    case OP_MAX_POOL:
    case OP_AVG_POOL: return n->a.kernel[0] == 1 && n->a.kernel[1] == 1 && !has_padding(&n->a);
    case OP_PAD: return !has_padding(&n->a); /* the shape is the same, so that it adds no channels */
    case OP_UPSAMPLE: return n->a.factor == 1;
    case OP_REDUCE: return gives_back_one_number(n->a.reduce);
    default:
        if (!is_activation(n->op)) return false;
        return n->q.on ? is_idle_bound(r->old, n, ranges[n->in[0]])
                       : is_idle_activation(n->op, ranges[n->in[0]]);
    }
}

/* The old node that a dense layer may read in place of old node `index`: the feature map before a flatten or
 * reshape, which keep the order of the elements. */
static int skip_flatten(const rewrite *r, int index, const range *ranges) {
    const node *n = old_node(r, index);
    while (n->op != OP_INPUT && (n->op == OP_FLATTEN || n->op == OP_RESHAPE || is_no_op(r, n, ranges))) {
        index = n->in[0];
        n = old_node(r, index);
    }
    return index;
}

graph *remove_no_ops(const graph *in, arena *a, diag *d) {
    (void)d;
    rewrite *r = begin_rewrite(in, a);
    const range *ranges = find_ranges(in, a);
    for (int i = 0; i < in->n_nodes; i++) {
        const node *n = &in->nodes[i];
        if (is_no_op(r, n, ranges)) {
            r->map[i] = r->map[n->in[0]];
        } else if (n->op == OP_DENSE) {
            node dense = copy_node(r, i);
            set_input(r, &dense, 0, r->map[skip_flatten(r, n->in[0], ranges)]);
            r->map[i] = append_node(r, &dense);
        } else {
            keep_node(r, i);
        }
    }
    return finish_rewrite(r);
}
