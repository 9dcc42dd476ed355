/* delay_nodes.c: moves a layer to just before its only reader, where a step between them reads the same input
 * last.
 *
 * Files order their nodes as they like: MediaPipe's blocks have expand, the shortcut's pool, depthwise. The
 * pool then keeps expand and depthwise apart, which could run as one step by rows, and the expanded map has to
 * exist. With the pool first nothing lives longer than before: what expand reads, the pool reads as well.
 *
 * It runs when all is fused that can be, so that the readers are those of the plan. */
#include "passes/internal.h"
#include "passes/rewrite.h"

/* Whether one of the nodes from `from` up to `to` - 1 reads the tensor of `x`. */
static bool is_read_between(const graph *g, int x, int from, int to) {
    for (int i = from; i < to; i++) {
        for (int k = 0; k < g->nodes[i].n_in; k++) {
            if (g->nodes[i].in[k] == x) return true;
        }
    }
    return false;
}

/* Whether old node `index` and its only reader are layers that could run as one step, and it can wait until the
 * reader comes: the last node before the reader reads all that it reads. */
static bool can_wait(const rewrite *r, int index) {
    const node *n = old_node(r, index);
    int reader = r->sole_user[index];
    if (reader == NO_NODE || reader <= index + 1) return false;
    if (!has_kernel(n) || !has_kernel(old_node(r, reader))) return false;
    for (int k = 0; k < n->n_in; k++) {
        if (!is_read_between(r->old, n->in[k], reader - 1, reader)) return false;
    }
    return true;
}

graph *delay_nodes(const graph *in, arena *a, diag *d) {
    (void)d;
    rewrite *r = begin_rewrite(in, a);
    for (int i = 0; i < in->n_nodes; i++) {
        const node *n = &in->nodes[i];
        for (int k = 0; k < n->n_in; k++) {
            if (r->map[n->in[k]] == NO_NODE) keep_node(r, n->in[k]);
        }
        if (!can_wait(r, i)) keep_node(r, i);
    }
    return finish_rewrite(r);
}
