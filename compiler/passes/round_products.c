/* round_products.c: conv and dense layers multiply in bfloat16, for --dtype bf16.
 *
 * The weights of such a layer become the nearest bfloat16, and so do its inputs as they are multiplied: the
 * type of the weights says so to all that reads the graph. Products are exact, and are summed up in f32. What
 * lies between layers stays f32. So do biases, depthwise layers and everything else.
 *
 * Inputs are rounded before they are multiplied. That takes as long as some multiply-adds for each input. So
 * layers whose inputs are multiplied only a few times, and windows that see a few channels alone, stay f32. */
#include "passes/internal.h"
#include "passes/rewrite.h"

#include "base/bfloat.h"

enum { LEAST_OUTPUTS = 8, LEAST_INPUTS = 8 };

/* Whether the layer has outputs enough for each of its inputs, and inputs that lie side by side. */
static bool pays(const graph *g, const node *n) {
    const shape in = g->nodes[n->in[0]].shape;
    const int groups = n->op == OP_CONV ? n->a.groups : 1;
    const int64_t inputs = n->op == OP_CONV ? in.c / groups : shape_elements(in);
    return n->shape.c / groups >= LEAST_OUTPUTS && inputs >= LEAST_INPUTS;
}

static float rounded(float value) { return bfloat_value(bfloat_bits(value)); }

/* The values of the padding, which are inputs, too. */
static const double *rounded_padding(const double *from, int count, arena *a) {
    double *to = ARENA_ARRAY(a, double, count);
    for (int i = 0; i < count; i++) to[i] = (double)rounded((float)from[i]);
    return to;
}

/* Rounds the weights of a node; false after an error. */
static bool round_node(node *n, arena *a, diag *d) {
    const tensor *from = n->weights[ROLE_WEIGHT];
    const int64_t bad = round_tensor(n, TYPE_BF16, rounded, a);
    if (bad < 0) return true;
    diag_error(d, n->at,
               "--dtype bf16: weight %lld of '%s', with the norms folded in, is %g, which no bfloat16 holds",
               (long long)bad, n->label ? n->label : op_table[n->op].name, (double)from->data[bad]);
    return false;
}

graph *round_products(const graph *in, arena *a, diag *d) {
    rewrite *r = begin_rewrite(in, a);
    bool good = true;
    for (int i = 0; i < in->n_nodes; i++) {
        node copy = copy_node(r, i);
        const tensor *w = copy.weights[ROLE_WEIGHT];
        if ((copy.op == OP_CONV || copy.op == OP_DENSE) && w && w->type == TYPE_F32 &&
            pays(in, &in->nodes[i])) {
            good = round_node(&copy, a, d) && good;
            if (copy.a.pad_value)
                copy.a.pad_value = rounded_padding(copy.a.pad_value, in->nodes[in->nodes[i].in[0]].shape.c, a);
        }
        r->map[i] = append_node(r, &copy);
    }
    return good ? finish_rewrite(r) : NULL;
}
