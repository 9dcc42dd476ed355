/* fold_batch_norm.c: a bn (or normalize) that alone reads a conv, depthwise or dense goes into its weights and
 * bias:
 *
 *     gamma (w x + b - mean) / sqrt(var + eps) + beta = (w s) x + (b s + beta - mean s),  s = gamma / sqrt(var
 * + eps)
 *
 * Several in a row are composed first, so that each weight is rounded once. The layer keeps its label and its
 * place. */
#include "passes/affine.h"
#include "passes/internal.h"

#include <math.h>

static bool is_read_by_affine_alone(const rewrite *r, int index) {
    int user = r->sole_user[index];
    return user != NO_NODE && is_affine_like(old_node(r, user));
}

static bool takes_affine(const rewrite *r, int index) {
    const node *n = old_node(r, index);
    return has_kernel(n) && is_bare(n) && is_read_by_affine_alone(r, index);
}

/* A negative variance makes a scale that is no number; the answer stays what it was, but somebody should know.
 */
static void warn_if_not_finite(const affine *f, const node *n, diag *d) {
    for (int c = 0; f->known && c < f->channels; c++) {
        if (isfinite(f->scale[c]) && isfinite(f->shift[c])) continue;
        diag_warning(d, n->at, "%s %s: its weights make channel %d infinite or no number", op_table[n->op].name,
                     n->label, c);
        return;
    }
}

/* The chain of affine-like nodes that ends in old node `end` reads a layer that takes it in: the new layer. */
static int fold_chain(rewrite *r, const affine *f, int end, diag *d) {
    node layer = copy_node(r, f->source);
    warn_if_not_finite(f, old_node(r, end), d);
    scale_outputs(r, &layer, f);
    return append_node(r, &layer);
}

graph *fold_batch_norm(const graph *in, arena *a, diag *d) {
    rewrite *r = begin_rewrite(in, a);
    bool *absorbed =
        ARENA_ARRAY(a, bool, in->n_nodes); /* a layer that waits for its chain's end, or part of the chain */
    for (int i = 0; i < in->n_nodes; i++) {
        const node *n = &in->nodes[i];
        bool in_chain = is_affine_like(n) && absorbed[n->in[0]];
        if (takes_affine(r, i) || (in_chain && is_read_by_affine_alone(r, i))) {
            absorbed[i] = true;
        } else if (in_chain) {
            arena *scratch = arena_new();
            affine f = gather_affine(r, i, scratch);
            r->map[i] = fold_chain(r, &f, i, d);
            arena_free(scratch);
        } else {
            keep_node(r, i);
        }
    }
    return finish_rewrite(r);
}
