/* interp.c: walks the graph once, in order, and hands every node to the function of its op.
 *
 * Each value has an arena of its own, which is freed after its last reader. All values of an EfficientNet
 * together would take gigabytes in double precision. */
#include "base/bfloat.h"
#include "graph/quant.h"
#include "interp/internal.h"

#include <string.h>

static const op_function op_functions[OP_COUNT] = {
#define OP(id, name, least, most, class, weights) [OP_##id] = interp_##name,
#include "graph/ops.def"
#undef OP
};

typedef struct live_tensor {
    arena *mem; /* NULL: not computed yet, or gone */
    void *data;
    int readers; /* nodes and outputs that have not read it yet */
} live_tensor;

/* Applies what passes have fused into the node: a value v becomes act2(act(v) + residual). */
static void finish(const node *n, const double *residual, double *out) {
    int64_t count = shape_elements(n->shape);
    for (int64_t i = 0; i < count; i++) {
        double v = activate(n->a.act, n->a.act_args, out[i]);
        if (residual) v += residual[i];
        out[i] = activate(n->a.act2, n->a.act2_args, v);
    }
}

/* The first input of a layer that multiplies in bfloat16, as it is multiplied. */
static const double *rounded_input(const double *x, shape s, arena *a) {
    double *to = ARENA_ARRAY(a, double, shape_elements(s));
    for (int64_t i = 0; i < shape_elements(s); i++) to[i] = (double)bfloat_value(bfloat_bits((float)x[i]));
    return to;
}

void evaluate_node(const graph *g, const node *n, const double *const *in, op_function real,
                   const float *packed, double *out) {
    arena *scratch = arena_new();
    int own = node_own_inputs(n);
    shape *shapes = ARENA_ARRAY(scratch, shape, own);
    for (int i = 0; i < own; i++) shapes[i] = g->nodes[n->in[i]].shape;
    const double **read = ARENA_ARRAY(scratch, const double *, n->n_in);
    for (int i = 0; i < n->n_in; i++) read[i] = in[i];
    if (node_weight_type(n) == TYPE_BF16) read[0] = rounded_input(in[0], shapes[0], scratch);
    const work k = {.g = g,
                    .real = real ? real : op_functions[n->op],
                    .n = n,
                    .in_shape = shapes,
                    .in = read,
                    .out = out,
                    .packed = packed};
    const double *residual = n->a.has_residual ? in[own] : NULL;
    if (is_integer(n) || n->op == OP_QUANTIZE || n->op == OP_DEQUANTIZE) {
        interp_codes(&k, residual);
        arena_free(scratch);
        return;
    }
    k.real(&k);
    if (n->a.has_residual || n->a.act != OP_IDENTITY || n->a.act2 != OP_IDENTITY) {
        finish(n, residual, out);
    }
    arena_free(scratch);
}

static void drop_reader(live_tensor *v) {
    if (--v->readers > 0) return;
    arena_free(v->mem);
    *v = (live_tensor){0};
}

int input_of_node(const graph *g, int index) {
    int i = 0;
    while (g->inputs[i].node != index) i++;
    return i;
}

void walk_graph(const graph *g, size_t element, node_evaluator evaluate, void *data) {
    arena *own = arena_new();
    live_tensor *values = ARENA_ARRAY(own, live_tensor, g->n_nodes);
    const int *uses = graph_use_counts(g, own);
    int most = 0;
    for (int i = 0; i < g->n_nodes; i++) most = g->nodes[i].n_in > most ? g->nodes[i].n_in : most;
    const void **in = ARENA_ARRAY(own, const void *, most);
    for (int i = 0; i < g->n_nodes; i++) {
        const node *n = &g->nodes[i];
        live_tensor *v = &values[i];
        v->mem = arena_new();
        v->data = arena_array(v->mem, (size_t)shape_elements(n->shape), element);
        v->readers = uses[i] + 1; /* and this loop */
        for (int j = 0; j < n->n_in; j++) in[j] = values[n->in[j]].data;
        evaluate(data, i, in, v->data);
        for (int o = 0; o < g->n_outputs; o++) {
            if (g->outputs[o].node == i) drop_reader(v);
        }
        for (int j = 0; j < n->n_in; j++) drop_reader(&values[n->in[j]]);
        drop_reader(v);
    }
    arena_free(own);
}

typedef struct plain_run {
    const graph *g;
    arena *a;
    const double *const *inputs;
    double **outputs;
    interp_watch watch;
    void *data;
} plain_run;

static void evaluate_plainly(void *data, int index, const void *const *in, void *out) {
    plain_run *r = data;
    const node *n = &r->g->nodes[index];
    size_t bytes = (size_t)shape_elements(n->shape) * sizeof(double);
    if (n->op == OP_INPUT) {
        memcpy(out, r->inputs[input_of_node(r->g, index)], bytes);
    } else {
        arena *scratch = arena_new();
        const double **values = ARENA_ARRAY(scratch, const double *, n->n_in);
        for (int j = 0; j < n->n_in; j++) values[j] = in[j];
        evaluate_node(r->g, n, values, NULL, NULL, out);
        arena_free(scratch);
    }
    if (r->watch) r->watch(r->data, index, out);
    for (int o = 0; o < r->g->n_outputs; o++) {
        if (r->g->outputs[o].node != index) continue;
        r->outputs[o] = ARENA_ARRAY(r->a, double, shape_elements(n->shape));
        memcpy(r->outputs[o], out, bytes);
    }
}

double **interp_run(const graph *g, arena *a, const double *const *inputs, interp_watch watch, void *data) {
    plain_run r = {g, a, inputs, ARENA_ARRAY(a, double *, g->n_outputs), watch, data};
    walk_graph(g, sizeof(double), evaluate_plainly, &r);
    return r.outputs;
}

/* The walk puts the input's value in place. */
void interp_input(const work *k) { (void)k; }
