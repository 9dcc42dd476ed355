/* remove_dead.c: drops what no output needs. It comes first, so that for all other passes a use is a use; they
 * leave nothing dead behind either, since finish_rewrite sweeps after each. */
#include "passes/internal.h"
#include "passes/rewrite.h"

graph *remove_dead(const graph *in, arena *a, diag *d) {
    (void)d;
    rewrite *r = begin_rewrite(in, a);
    for (int i = 0; i < in->n_nodes; i++) keep_node(r, i);
    return finish_rewrite(r);
}
