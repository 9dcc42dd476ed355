/* fast.c: the walk of the fast evaluator: which nodes have a fast function, and what is done for the others. */
#include "interp/fast_internal.h"

#include "graph/activations.h"
#include "graph/quant.h"

#include <string.h>

typedef void (*fast_function)(const fast_work *k);

struct fast_graph {
    const graph *g;
    const float **packed; /* [n_nodes]: weights in panels, or NULL */
};

static const fast_function fast_functions[OP_COUNT] = {
    [OP_CONV] = fast_conv,
    [OP_DENSE] = fast_dense,
    [OP_DEPTHWISE] = fast_depthwise,
    [OP_MAX_POOL] = fast_max_pool,
    [OP_AVG_POOL] = fast_avg_pool,
    [OP_GLOBAL_AVG_POOL] = fast_global_avg_pool,
    [OP_BN] = fast_bn,
    [OP_AFFINE] = fast_affine,
    [OP_ADD] = fast_add,
    [OP_MUL] = fast_mul,
#define ACTIVATION(id, name, ...) [OP_##id] = fast_activation,
#include "graph/activations.def"
#undef ACTIVATION
};

static bool same_shape(shape x, shape y) { return x.h == y.h && x.w == y.w && x.c == y.c; }

/* Both inputs are of the result's shape, or the second one is [1, 1, c]. */
static bool meets_simply(const graph *g, const node *n) {
    shape x = g->nodes[n->in[0]].shape, y = g->nodes[n->in[1]].shape;
    return same_shape(x, n->shape) && (same_shape(y, n->shape) || same_shape(y, (shape){1, 1, n->shape.c}));
}

/* The node's fast function, or NULL. */
static fast_function fast_function_of(const graph *g, const node *n) {
    if (n->q.on || n->type != TYPE_F32 || node_weight_type(n) == TYPE_BF16) return NULL;
    if (n->op == OP_DEPTHWISE && n->a.multiplier != 1) return NULL;
    if ((n->op == OP_ADD || n->op == OP_MUL) && !meets_simply(g, n)) return NULL;
    return fast_functions[n->op];
}

fast_graph *fast_prepare(const graph *g, arena *a) {
    fast_graph *f = ARENA_NEW(a, fast_graph);
    f->g = g;
    f->packed = ARENA_ARRAY(a, const float *, g->n_nodes);
    for (int i = 0; i < g->n_nodes; i++) {
        const node *n = &g->nodes[i];
        bool multiplies = n->op == OP_CONV || n->op == OP_DENSE;
        if (multiplies && (fast_function_of(g, n) || is_integer(n))) f->packed[i] = fast_pack(g, n, a);
    }
    return f;
}

const graph *fast_graph_of(const fast_graph *f) { return f->g; }

typedef struct fast_walk {
    const fast_graph *f;
    arena *a;
    const float *const *inputs;
    float **outputs;
    fast_watch watch;
    void *data;
} fast_walk;

/* What passes have fused into the node: a value v becomes act2(act(v) + residual). */
static void finish(const node *n, const float *residual, float *out) {
    int64_t count = shape_elements(n->shape);
    fast_activate(n->a.act, n->a.act_args, out, count);
    if (residual) {
        for (int64_t i = 0; i < count; i++) out[i] += residual[i];
    }
    fast_activate(n->a.act2, n->a.act2_args, out, count);
}

static void evaluate_fast(const fast_walk *w, int index, fast_function by, const float *const *in,
                          arena *scratch, float *out) {
    const graph *g = w->f->g;
    const node *n = &g->nodes[index];
    int own = node_own_inputs(n);
    shape *shapes = ARENA_ARRAY(scratch, shape, own);
    for (int j = 0; j < own; j++) shapes[j] = g->nodes[n->in[j]].shape;
    const fast_work k = {
        .n = n, .in_shape = shapes, .in = in, .packed = w->f->packed[index], .scratch = scratch, .out = out};
    by(&k);
    finish(n, n->a.has_residual ? in[own] : NULL, out);
}

static void evaluate_widened(const fast_walk *w, int index, const float *const *in, arena *scratch,
                             float *out) {
    const graph *g = w->f->g;
    const node *n = &g->nodes[index];
    const double **wide = ARENA_ARRAY(scratch, const double *, n->n_in);
    for (int j = 0; j < n->n_in; j++) {
        int64_t count = shape_elements(g->nodes[n->in[j]].shape);
        double *values = ARENA_ARRAY(scratch, double, count);
        for (int64_t i = 0; i < count; i++) values[i] = (double)in[j][i];
        wide[j] = values;
    }
    int64_t count = shape_elements(n->shape);
    double *result = ARENA_ARRAY(scratch, double, count);
    evaluate_node(g, n, wide, fast_sums_of(n), w->f->packed[index], result);
    for (int64_t i = 0; i < count; i++) out[i] = (float)result[i];
}

static void evaluate(void *data, int index, const void *const *in, void *out) {
    const fast_walk *w = data;
    const graph *g = w->f->g;
    const node *n = &g->nodes[index];
    size_t bytes = (size_t)shape_elements(n->shape) * sizeof(float);
    if (n->op == OP_INPUT) {
        memcpy(out, w->inputs[input_of_node(g, index)], bytes);
    } else {
        arena *scratch = arena_new();
        const float **values = ARENA_ARRAY(scratch, const float *, n->n_in);
        for (int j = 0; j < n->n_in; j++) values[j] = in[j];
        fast_function by = fast_function_of(g, n);
        if (by) {
            evaluate_fast(w, index, by, values, scratch, out);
        } else {
            evaluate_widened(w, index, values, scratch, out);
        }
        arena_free(scratch);
    }
    if (w->watch) w->watch(w->data, index, out);
    for (int o = 0; o < g->n_outputs; o++) {
        if (g->outputs[o].node != index) continue;
        w->outputs[o] = ARENA_ARRAY(w->a, float, shape_elements(n->shape));
        memcpy(w->outputs[o], out, bytes);
    }
}

float **fast_run(const fast_graph *f, arena *a, const float *const *inputs, fast_watch watch, void *data) {
    fast_walk w = {f, a, inputs, ARENA_ARRAY(a, float *, f->g->n_outputs), watch, data};
    walk_graph(f->g, sizeof(float), evaluate, &w);
    return w.outputs;
}
