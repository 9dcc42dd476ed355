/* lower_blocks.c: depth_to_space and space_to_depth become transposes, which they are: both count the elements
 * as [rows, block rows, columns, block columns, channels] on the one side, and as [rows, columns] with the
 * three others behind them, in the order that attrs.blocks says, on the other side. */
#include "passes/internal.h"
#include "passes/rewrite.h"

/* A transpose of the same tensor into shape `size`: `dims` and `order` have five axes. */
static node transpose_of(const node *n, shape size, const int *dims, const int *order) {
    node t = *n;
    t.op = OP_TRANSPOSE;
    t.a = graph_attrs_init();
    t.a.naming = n->a.naming;
    t.a.dims.n = t.a.order.n = 5;
    for (int i = 0; i < 5; i++) {
        t.a.dims.at[i] = dims[i];
        t.a.order.at[i] = order[i];
    }
    t.a.size = size;
    return t;
}

static node lower_blocks_of(const node *n, shape in) {
    int b = n->a.factor;
    shape s = n->shape;
    bool crd = n->a.blocks == BLOCKS_CRD;
    if (n->op == OP_SPACE_TO_DEPTH) {
        const int dims[] = {s.h, b, s.w, b, in.c};
        return transpose_of(n, s, dims, crd ? (const int[]){0, 2, 4, 1, 3} : (const int[]){0, 2, 1, 3, 4});
    }
    if (crd) return transpose_of(n, s, (const int[]){in.h, in.w, s.c, b, b}, (const int[]){0, 3, 1, 4, 2});
    return transpose_of(n, s, (const int[]){in.h, in.w, b, b, s.c}, (const int[]){0, 2, 1, 3, 4});
}

graph *lower_blocks(const graph *in, arena *a, diag *d) {
    (void)d;
    rewrite *r = begin_rewrite(in, a);
    for (int i = 0; i < in->n_nodes; i++) {
        node n = copy_node(r, i);
        if (n.op == OP_DEPTH_TO_SPACE || n.op == OP_SPACE_TO_DEPTH) {
            n = lower_blocks_of(&n, old_input(r, old_node(r, i), 0)->shape);
        }
        r->map[i] = append_node(r, &n);
    }
    return finish_rewrite(r);
}
