/* simplify_pools.c: an average pool becomes a global one if it has one window that sees the whole input,
 * because there is a better kernel for that. If the window reaches into padding, the padding must not count in
 * the divisor. A mean over height and width is such a pool, too.
 *
 * An average pool of codes stays what it is. It rounds the mean in another way than a global one. */
#include "passes/internal.h"
#include "passes/rewrite.h"

static bool sees_everything(const node *n, shape from) {
    const attrs *a = &n->a;
    if (n->op == OP_REDUCE) return a->reduce == REDUCE_MEAN && a->axes == (OVER_H | OVER_W);
    if (n->shape.h != 1 || n->shape.w != 1) return false;
    if (has_padding(a) && a->count_pad) return false;
    /* Taps lie side by side, from the beginning of the padding at least to the end of the input. */
    return (a->dilation[0] == 1 || a->kernel[0] == 1) && (a->dilation[1] == 1 || a->kernel[1] == 1) &&
           a->kernel[0] >= from.h + a->pad[TOP] && a->kernel[1] >= from.w + a->pad[LEFT];
}

graph *simplify_pools(const graph *in, arena *a, diag *d) {
    (void)d;
    rewrite *r = begin_rewrite(in, a);
    for (int i = 0; i < in->n_nodes; i++) {
        const node *n = &in->nodes[i];
        bool pools = (n->op == OP_AVG_POOL && !n->q.on) || n->op == OP_REDUCE;
        if (!pools || !sees_everything(n, old_input(r, n, 0)->shape)) {
            keep_node(r, i);
            continue;
        }
        node pool = copy_node(r, i);
        pool.op = OP_GLOBAL_AVG_POOL;
        pool.a = graph_attrs_init();
        pool.a.naming = n->a.naming;
        pool.a.q = n->a.q;
        pool.a.channel_scales = n->a.channel_scales;
        r->map[i] = append_node(r, &pool);
    }
    return finish_rewrite(r);
}
