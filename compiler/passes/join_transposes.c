/* join_transposes.c: of reshapes and transposes in a row as few are left as can be.
 *
 * A transpose that keeps the order of the elements, as one that only moves axes of length 1, becomes a reshape.
 * A reshape of a reshape reads what that one reads, and a transpose of a transpose, with or without a reshape
 * between them, becomes one. A reshape to the shape that the tensor has vanishes. */
#include "graph/axes.h"
#include "passes/internal.h"
#include "passes/rewrite.h"

/* The new node that has the elements of new node `index` in the same order, before any reshape. */
static int before_reshapes(const rewrite *r, int index) {
    while (r->g->nodes[index].op == OP_RESHAPE && is_bare(&r->g->nodes[index]))
        index = r->g->nodes[index].in[0];
    return index;
}

/* Appends a reshape of new node `from` to the shape of `like`, or returns `from` if it has that shape. */
static int reshape_to(rewrite *r, const node *like, int from) {
    from = before_reshapes(r, from);
    if (same_shape(r->g->nodes[from].shape, like->shape)) return from;
    node n = *like;
    n.op = OP_RESHAPE;
    n.a.size = like->shape;
    n.a.dims = n.a.order = (axis_list){0};
    set_input(r, &n, 0, from);
    return append_node(r, &n);
}

static int keep_transpose(rewrite *r, int index) {
    node n = copy_node(r, index);
    int from = before_reshapes(r, n.in[0]);
    const node *before = &r->g->nodes[from];
    attrs both;
    if (keeps_order(&n.a)) return reshape_to(r, &n, from);
    if (before->op == OP_TRANSPOSE && is_bare(before) && compose_transposes(&before->a, &n.a, &both)) {
        from = before->in[0];
        n.a = both;
        if (keeps_order(&n.a)) return reshape_to(r, &n, from);
    }
    set_input(r, &n, 0, from);
    return append_node(r, &n);
}

graph *join_transposes(const graph *in, arena *a, diag *d) {
    (void)d;
    rewrite *r = begin_rewrite(in, a);
    for (int i = 0; i < in->n_nodes; i++) {
        const node *n = old_node(r, i);
        if (n->op == OP_TRANSPOSE && is_bare(n)) {
            r->map[i] = keep_transpose(r, i);
        } else if (n->op == OP_RESHAPE && is_bare(n)) {
            r->map[i] = reshape_to(r, n, r->map[n->in[0]]);
        } else {
            keep_node(r, i);
        }
    }
    return finish_rewrite(r);
}
