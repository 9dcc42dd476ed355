/* fold_batch_norm.c: a bn (or normalize) goes into the weights and bias of the conv, depthwise or dense before
 * it, if nothing else reads that layer:
 *
 *     gamma (w x + b - mean) / sqrt(var + eps) + beta = (w s) x + (b s + beta - mean s)
 *
 * where s = gamma / sqrt(var + eps). Several norms in a row are composed first, so that each weight is rounded
 * once. The layer keeps its label and its place in the source. */
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

/* A negative variance gives a scale that is not a number. The answer is the same as without the pass, but the
 * user should know. */
static void warn_if_not_finite(const affine *f, const node *n, diag *d) {
    for (int c = 0; f->known && c < f->channels; c++) {
        if (isfinite(f->scale[c]) && isfinite(f->shift[c])) continue;
        diag_warning(d, n->at, "%s %s: its weights make channel %d infinite or no number", op_table[n->op].name,
                     n->label, c);
        return;
    }
}

/* Makes the layer that takes in the chain of affine-like nodes from behind it up to old node `end`. Its new
 * number. */
static int fold_chain(rewrite *r, const affine *f, int end, diag *d) {
    node layer = copy_node(r, f->source);
    warn_if_not_finite(f, old_node(r, end), d);
    scale_outputs(r, &layer, f);
    return append_node(r, &layer);
}

graph *fold_batch_norm(const graph *in, arena *a, diag *d) {
    rewrite *r = begin_rewrite(in, a);
    /* Layers that wait for the end of their chain, and the parts of a chain. */
    bool *absorbed = ARENA_ARRAY(a, bool, in->n_nodes);
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
