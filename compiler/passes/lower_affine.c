/* lower_affine.c: every bn and normalize that is left becomes an affine, y = x * weight + bias. A chain of them
 * becomes one. It may read an integer input as it is. An affine that changes nothing vanishes. */
#include "passes/affine.h"
#include "passes/internal.h"

static bool changes_nothing(const affine *f) {
    for (int c = 0; c < f->channels; c++) {
        if (f->scale[c] != 1 || f->shift[c] != 0) return false;
    }
    return f->known;
}

static int lower_chain(rewrite *r, const affine *f, int end) {
    if (changes_nothing(f)) return r->map[f->source];
    node n = copy_node(r, end);
    set_input(r, &n, 0, r->map[f->source]);
    n.op = OP_AFFINE;
    n.a = graph_attrs_init();
    n.a.naming = old_node(r, end)->a.naming;
    n.a.has_bias = true;
    for (int i = 0; i < ROLE_COUNT; i++) n.weights[i] = NULL;
    set_affine_weights(r, &n, f);
    return append_node(r, &n);
}

/* Whether the chain of affine-like nodes ends here. The whole chain is lowered at its end. */
static bool ends_chain(const rewrite *r, int index) {
    int user = r->sole_user[index];
    return is_affine_like(old_node(r, index)) && (user == NO_NODE || !is_affine_like(old_node(r, user)));
}

/* Whether the new weights keep within the limit. A normalize had none, and there may be thousands of them. */
static bool check_weight_count(const rewrite *r, diag *d) {
    int64_t total = r->old->weight_elements;
    for (int i = 0; i < r->old->n_nodes; i++) {
        const node *n = old_node(r, i);
        if (!ends_chain(r, i)) continue;
        total += 2 * (int64_t)n->shape.c;
        if (total <= MAX_WEIGHTS) continue;
        diag_error(d, n->at, "the network has more than %d million weights", MAX_WEIGHTS >> 20);
        return false;
    }
    return true;
}

graph *lower_affine(const graph *in, arena *a, diag *d) {
    rewrite *r = begin_rewrite(in, a);
    if (!check_weight_count(r, d)) return NULL;
    for (int i = 0; i < in->n_nodes; i++) {
        if (ends_chain(r, i)) {
            arena *scratch = arena_new();
            affine f = gather_affine(r, i, scratch);
            r->map[i] = lower_chain(r, &f, i);
            arena_free(scratch);
        } else if (!is_affine_like(&in->nodes[i])) {
            keep_node(r, i);
        }
    }
    return finish_rewrite(r);
}
