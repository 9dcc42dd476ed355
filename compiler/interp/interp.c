/* interp.c: walks the graph once, in order, and hands every node to the function of its op.
 *
 * Each value has an arena of its own, which is freed after its last reader. All values of an EfficientNet
 * together would take gigabytes in double precision. */
#include "interp/internal.h"

#include <string.h>

typedef void (*op_function)(const work *k);

static const op_function op_functions[OP_COUNT] = {
#define OP(id, name, least, most, class, weights) [OP_##id] = interp_##name,
#include "graph/ops.def"
#undef OP
};

typedef struct live_tensor {
    arena *mem; /* NULL: not computed yet, or gone */
    double *data;
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

static void evaluate_node(const graph *g, const node *n, const live_tensor *values, double *out) {
    arena *scratch = arena_new();
    int own = node_own_inputs(n);
    shape *shapes = ARENA_ARRAY(scratch, shape, own);
    const double **in = ARENA_ARRAY(scratch, const double *, own);
    for (int i = 0; i < own; i++) {
        shapes[i] = g->nodes[n->in[i]].shape;
        in[i] = values[n->in[i]].data;
    }
    op_functions[n->op](&(work){.n = n, .in_shape = shapes, .in = in, .out = out});
    if (n->a.has_residual || n->a.act != OP_IDENTITY || n->a.act2 != OP_IDENTITY) {
        finish(n, n->a.has_residual ? values[n->in[own]].data : NULL, out);
    }
    arena_free(scratch);
}

static void drop_reader(live_tensor *v) {
    if (--v->readers > 0) return;
    arena_free(v->mem);
    *v = (live_tensor){0};
}

static const double *given_input(const graph *g, const double *const *inputs, int index) {
    for (int i = 0; i < g->n_inputs; i++) {
        if (g->inputs[i].node == index) return inputs[i];
    }
    return NULL;
}

double **interp_run(const graph *g, arena *a, const double *const *inputs, interp_watch watch, void *data) {
    arena *own = arena_new();
    live_tensor *values = ARENA_ARRAY(own, live_tensor, g->n_nodes);
    const int *uses = graph_use_counts(g, own);
    double **outputs = ARENA_ARRAY(a, double *, g->n_outputs);
    for (int i = 0; i < g->n_nodes; i++) {
        const node *n = &g->nodes[i];
        live_tensor *v = &values[i];
        v->mem = arena_new();
        v->data = ARENA_ARRAY(v->mem, double, shape_elements(n->shape));
        v->readers = uses[i] + 1; /* and this loop */
        if (n->op == OP_INPUT) {
            memcpy(v->data, given_input(g, inputs, i), (size_t)shape_elements(n->shape) * sizeof(double));
        } else {
            evaluate_node(g, n, values, v->data);
        }
        if (watch) watch(data, i, v->data);
        for (int o = 0; o < g->n_outputs; o++) {
            if (g->outputs[o].node != i) continue;
            outputs[o] = ARENA_ARRAY(a, double, shape_elements(n->shape));
            memcpy(outputs[o], v->data, (size_t)shape_elements(n->shape) * sizeof(double));
            drop_reader(v);
        }
        for (int j = 0; j < n->n_in; j++) drop_reader(&values[n->in[j]]);
        drop_reader(v);
    }
    arena_free(own);
    return outputs;
}

/* interp_run has put the input's value in place. */
void interp_input(const work *k) { (void)k; }
