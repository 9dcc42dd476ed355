/* remove_dead.c: drops the nodes that no output needs. It runs first, so that later passes see real readers
 * only. They leave nothing dead behind either, because finish_rewrite drops it after each of them. */
#include "passes/internal.h"
#include "passes/rewrite.h"

graph *remove_dead(const graph *in, arena *a, diag *d) {
    (void)d;
    rewrite *r = begin_rewrite(in, a);
    for (int i = 0; i < in->n_nodes; i++) keep_node(r, i);
    return finish_rewrite(r);
}
