/* fold_affine_into_consumer.c: a normalize (or bn, or affine) goes into the weights and biases of the layers
 * behind it, if only convs and dense layers read it. So the first layer of a network reads the bytes of the
 * picture:
 *
 *     W (s x + t) + b = (W s) x + (b + W t)
 *
 * The zero padding was added behind the normalisation. So the padding of the new layer must hold the value that
 * the normalisation takes to zero, which is -t/s in each channel: attrs.pad_value.
 *
 * The pass leaves the node alone, and it is lowered to an affine step of its own, where
 *   - a layer pads and some -t/s is beyond 1e6, because the value at the border would come from cancellation
 *     alone;
 *   - t is more than a hundred times the largest value that s x + t takes (or 1, where the range of x is not
 *     known), because the sum of W s x and W t would cancel and lose more than seven of a float's 24 bits;
 *   - some s or t is not finite;
 *   - a layer has a pad_value already.
 *
 * Either all readers take the node in or none does: if one cannot, the step is needed anyway. */
#include "passes/affine.h"
#include "passes/internal.h"
#include "passes/range.h"

#include <math.h>

static const double most_cancellation = 100, most_pad_value = 1e6;

/* The readers of each old node, as linked lists through (reader, next). A node that reads it through two inputs
 * is listed twice. */
typedef struct readers {
    int *first; /* [old nodes] into reader and next, or NO_NODE */
    int *reader, *next;
} readers;

static readers list_readers(const graph *g, arena *a) {
    int edges = 0, used = 0;
    for (int i = 0; i < g->n_nodes; i++) edges += g->nodes[i].n_in;
    readers l = {ARENA_ARRAY(a, int, g->n_nodes), ARENA_ARRAY(a, int, edges), ARENA_ARRAY(a, int, edges)};
    for (int i = 0; i < g->n_nodes; i++) l.first[i] = NO_NODE;
    for (int i = 0; i < g->n_nodes; i++) {
        for (int j = 0; j < g->nodes[i].n_in; j++, used++) {
            int from = g->nodes[i].in[j];
            l.reader[used] = i;
            l.next[used] = l.first[from];
            l.first[from] = used;
        }
    }
    return l;
}

static bool may_read_folded(const node *n) {
    return (n->op == OP_CONV || n->op == OP_DENSE) && !n->a.has_residual && !n->a.pad_value;
}

static bool cancels_little(const affine *f, range x) {
    for (int c = 0; c < f->channels; c++) {
        if (!isfinite(f->scale[c]) || !isfinite(f->shift[c])) return false;
        double at_low = fabs(x.low * f->scale[c] + f->shift[c]),
               at_high = fabs(x.high * f->scale[c] + f->shift[c]);
        double largest = fmax(at_low, at_high);
        if (!isfinite(largest)) largest = 1;
        if (fabs(f->shift[c]) > most_cancellation * largest) return false;
    }
    return true;
}

static bool can_pad(const affine *f) {
    for (int c = 0; c < f->channels; c++) {
        if (!(fabs(f->shift[c]) <= most_pad_value * fabs(f->scale[c]))) return false;
    }
    return f->known; /* without values, the value of the padding is unknown */
}

static bool all_may_read_folded(const rewrite *r, const readers *l, int end) {
    int count = 0;
    for (int e = l->first[end]; e != NO_NODE; e = l->next[e], count++) {
        if (!may_read_folded(old_node(r, l->reader[e]))) return false;
    }
    return count > 0 && count == r->uses[end]; /* if it is read more often than that, it is an output */
}

static bool reads_with_padding(const node *n) { return n->op == OP_CONV && has_padding(&n->a); }

static bool some_reader_pads(const rewrite *r, const readers *l, int end) {
    for (int e = l->first[end]; e != NO_NODE; e = l->next[e]) {
        if (reads_with_padding(old_node(r, l->reader[e]))) return true;
    }
    return false;
}

static const double *make_pad_value(const affine *f, arena *a) {
    double *value = ARENA_ARRAY(a, double, f->channels);
    for (int c = 0; c < f->channels; c++) value[c] = f->shift[c] == 0 ? 0 : -f->shift[c] / f->scale[c];
    return value;
}

/* Folds old affine-like node `end` into its readers, which `folded` keeps until their turn comes. False where
 * it may not be folded. */
static bool fold_into_readers(rewrite *r, const readers *l, int end, const range *ranges, node **folded) {
    if (!all_may_read_folded(r, l, end)) return false;
    arena *scratch = arena_new();
    affine f = gather_affine(r, end, scratch);
    bool pads = some_reader_pads(r, l, end);
    bool fold = (!f.known || cancels_little(&f, ranges[f.source])) && (!pads || can_pad(&f));
    const double *pad_value = fold && pads ? make_pad_value(&f, r->a) : NULL;
    for (int e = l->first[end]; fold && e != NO_NODE; e = l->next[e]) {
        int reader = l->reader[e];
        node *n = folded[reader] = ARENA_NEW(r->a, node);
        *n = *old_node(r, reader);
        scale_inputs(r, n, &f);
        if (reads_with_padding(n)) n->a.pad_value = pad_value;
        set_input(r, n, 0, r->map[f.source]);
    }
    arena_free(scratch);
    return fold;
}

graph *fold_affine_into_consumer(const graph *in, arena *a, diag *d) {
    (void)d;
    rewrite *r = begin_rewrite(in, a);
    readers l = list_readers(in, a);
    const range *ranges = find_ranges(in, a);
    node **folded = ARENA_ARRAY(a, node *, in->n_nodes);
    for (int i = 0; i < in->n_nodes; i++) {
        const node *n = &in->nodes[i];
        int user = r->sole_user[i];
        bool chain_goes_on = user != NO_NODE && is_affine_like(old_node(r, user));
        if (folded[i]) {
            r->map[i] = append_node(r, folded[i]);
        } else if (!is_affine_like(n) || chain_goes_on || !fold_into_readers(r, &l, i, ranges, folded)) {
            keep_node(r, i);
        }
    }
    return finish_rewrite(r);
}
