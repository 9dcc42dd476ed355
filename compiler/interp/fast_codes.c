/* fast_codes.c: layers of codes, in the loops for floats where these are exact.
 *
 * A float holds every whole number up to 2^24. If no sum of a layer's products can leave that range, whatever
 * the input, then the loops for floats give the exact sums, in any order. The sums are rescaled as codes.c does
 * it. */
#include "interp/fast_codes.h"

#include "graph/activations.h"
#include "graph/integers.h"
#include "graph/quant.h"
#include "graph/tables.h"

#include <math.h>

/* ---- conv, dense, depthwise ---- */

struct fast_codes {
    kernel_integers k;
    node n; /* the layer without its bias; padding holds codes less the zero point, in pad_value */
    bool is_map;
    float of_code[TABLE_CODES]; /* of an activation: the result for code -128, -127, .. */
};

/* Whether sums of products of codes stay within what a float holds exactly. */
static bool sums_are_exact(const graph *g, const node *n) {
    static const double most_exact = 1 << 24;
    const node *x = &g->nodes[n->in[0]];
    double least = type_table[x->type].least - x->q.zero, most = type_table[x->type].most - x->q.zero;
    double reach = fmax(fabs(least), fabs(most));
    const tensor *w = n->weights[ROLE_WEIGHT];
    int64_t row = w->count / n->shape.c;
    for (int o = 0; o < n->shape.c; o++) {
        double sum = 0;
        for (int64_t i = 0; i < row; i++)
            sum += fabs((double)w->data[n->op == OP_DEPTHWISE ? i * n->shape.c + o : o * row + i]);
        if (sum * reach >= most_exact) return false;
    }
    return true;
}

static fast_codes *prepare_kernel(const graph *g, const node *n, arena *a) {
    fast_codes *f = ARENA_NEW(a, fast_codes);
    int channels = g->nodes[n->in[0]].shape.c;
    f->k = integers_of_kernel(g, n, a);
    f->n = *n;
    f->n.weights[ROLE_BIAS] = NULL;
    f->n.a.pad_value = NULL;
    if (!f->k.pad_codes) return f;
    double *pad = ARENA_ARRAY(a, double, channels);
    for (int i = 0; i < channels; i++) pad[i] = f->k.pad_codes[i] - f->k.x_zero;
    f->n.a.pad_value = pad;
    return f;
}

static fast_codes *prepare_map(const graph *g, const node *n, arena *a) {
    fast_codes *f = ARENA_NEW(a, fast_codes);
    int8_t table[TABLE_CODES];
    bool changes = table_of_node(g, n, table);
    const code_range r = codes_within(&n->q, n->type, n->op, n->a.args);
    f->n = *n;
    f->is_map = true;
    for (int i = 0; i < TABLE_CODES; i++) {
        int code = i - 128;
        f->of_code[i] = (float)(changes ? table[i] : code < r.least ? r.least : code > r.most ? r.most : code);
    }
    return f;
}

fast_codes *fast_codes_of(const graph *g, const node *n, arena *a) {
    double low, high;
    bool bare = !n->a.has_residual && act_bounds(n->a.act, n->a.act_args, &low, &high);
    if (!is_integer(n) || !bare) return NULL;
    if (is_activation(n->op) && n->a.act == OP_IDENTITY && g->nodes[n->in[0]].type == TYPE_I8)
        return prepare_map(g, n, a);
    bool kernel = n->op == OP_CONV || n->op == OP_DENSE || (n->op == OP_DEPTHWISE && n->a.multiplier == 1);
    return kernel && sums_are_exact(g, n) ? prepare_kernel(g, n, a) : NULL;
}

/* Makes codes of the sums in k->out. */
static void rescale_sums(const fast_codes *f, rescale_rounding how, int64_t pixels, int c, float *out) {
    const kernel_integers *k = &f->k;
    for (int64_t p = 0; p < pixels; p++, out += c) {
        for (int o = 0; o < c; o++) {
            int64_t code = (int64_t)k->y_zero + rescale_apply(how, (int32_t)out[o] + k->bias[o], k->by[o]);
            out[o] = (float)(code < k->range.least  ? k->range.least
                             : code > k->range.most ? k->range.most
                                                    : code);
        }
    }
}

void fast_run_codes(const fast_codes *f, const graph *g, void (*sums)(const fast_work *k), const fast_work *k) {
    int64_t count = shape_elements(k->in_shape[0]);
    if (f->is_map) {
        for (int64_t i = 0; i < count; i++) k->out[i] = f->of_code[(int)k->in[0][i] + 128];
        return;
    }
    float *x = ARENA_ARRAY(k->scratch, float, count), zero = (float)f->k.x_zero;
    for (int64_t i = 0; i < count; i++) x[i] = k->in[0][i] - zero;
    const float *const in[] = {x};
    fast_work with = *k;
    with.n = &f->n;
    with.in = in;
    sums(&with);
    rescale_sums(f, g->rounding, shape_pixels(f->n.shape), f->n.shape.c, k->out);
}
