/* codes.c: nodes that take or make codes, in exact integers. The constants are those of graph/integers.h, which
 * has the formulas.
 *
 * Codes and sums below 2^53 are exact in doubles, so the loops over weights are those for real numbers: they
 * get the codes less their zero point, and weights that are codes. Ops that only move elements are those for
 * real numbers, too. */
#include "graph/activations.h"
#include "graph/binary.h"
#include "graph/integers.h"
#include "graph/quant.h"
#include "graph/tables.h"
#include "interp/codes.h"

#include <math.h>

static const quant *input_quant(const work *k, int i) { return &k->g->nodes[k->n->in[i]].q; }

/* ---- ops that multiply by weights ---- */

static void multiply_codes(const work *k) {
    arena *a = arena_new();
    const kernel_integers c = integers_of_kernel(k->g, k->n, a);
    int64_t in = shape_elements(k->in_shape[0]), count = shape_elements(k->n->shape);
    int channels = k->in_shape[0].c, outputs = k->n->shape.c;
    double *x = ARENA_ARRAY(a, double, in), *pad = ARENA_ARRAY(a, double, channels);
    for (int64_t i = 0; i < in; i++) x[i] = k->in[0][i] - c.x_zero;
    for (int i = 0; i < channels && c.pad_codes; i++) pad[i] = c.pad_codes[i] - c.x_zero;
    node n = *k->n;
    n.weights[ROLE_BIAS] = NULL;
    n.a.pad_value = c.pad_codes ? pad : NULL;
    const double *const inputs[] = {x};
    k->real(
        &(work){.g = k->g, .n = &n, .in_shape = k->in_shape, .in = inputs, .out = k->out, .packed = k->packed});
    for (int64_t i = 0; i < count; i++) {
        int o = (int)(i % outputs);
        int32_t acc = (int32_t)((int64_t)k->out[i] + c.bias[o]);
        k->out[i] = code_within(c.range, (int64_t)c.y_zero + rescale_apply(k->g->rounding, acc, c.by[o]));
    }
    arena_free(a);
}

/* ---- changes of type and scale ---- */

/* x / scale is rounded in single precision, as the emitted code does it: halves to even for `once`, as ONNX
 * says; halves away from zero for `tflite`. NaN gives the least code. */
static void quantize(const work *k) {
    const node *n = k->n;
    code_range r = codes_within(&n->q, n->type, n->a.act, n->a.act_args);
    for (int64_t i = 0; i < shape_elements(n->shape); i++) {
        float real = (float)k->in[0][i] / quant_scale(&n->q, (int)(i % n->shape.c));
        double code = k->g->rounding == RESCALE_TFLITE ? round((double)real) : nearbyint((double)real);
        code += n->q.zero;
        k->out[i] = !(code > r.least) ? r.least : code > r.most ? r.most : code;
    }
}

static void dequantize(const work *k) {
    const quant *q = input_quant(k, 0);
    for (int64_t i = 0; i < shape_elements(k->n->shape); i++)
        k->out[i] = (double)quant_scale(q, (int)(i % k->n->shape.c)) * (k->in[0][i] - q->zero);
}

static void requantize(const work *k) {
    arena *a = arena_new();
    const requantize_integers c = integers_of_requantize(k->g, k->n, a);
    for (int64_t i = 0; i < shape_elements(k->n->shape); i++) {
        const rescale by = c.by[i % k->n->shape.c];
        int64_t code = rescale_apply(k->g->rounding, (int32_t)k->in[0][i] - c.x_zero, by);
        k->out[i] = code_within(c.range, c.y_zero + code);
    }
    arena_free(a);
}

/* ---- two tensors, element by element ---- */

/* The elements that meet in element i of the result. */
static void meet(const work *k, int64_t i, int *x, int *z) {
    const shape s = k->n->shape;
    int64_t at[AXES] = {i / s.c / s.w, i / s.c % s.w, i % s.c};
    int64_t from[2] = {0, 0}, strides[AXES];
    for (int j = 0; j < 2; j++) {
        broadcast_strides(k->in_shape[j], strides);
        for (int axis = 0; axis < AXES; axis++) from[j] += at[axis] * strides[axis];
    }
    *x = (int)k->in[0][from[0]];
    *z = (int)k->in[1][from[1]];
}

static void add_all(const work *k) {
    const add_integers c = integers_of_add(k->g, k->n);
    for (int64_t i = 0; i < shape_elements(k->n->shape); i++) {
        int x, z;
        meet(k, i, &x, &z);
        k->out[i] = add_codes(k->g->rounding, &c, x, z, k->n->op == OP_SUB);
    }
}

static void multiply_all(const work *k) {
    arena *a = arena_new();
    const mul_integers c = integers_of_mul(k->g, k->n, a);
    for (int64_t i = 0; i < shape_elements(k->n->shape); i++) {
        int x, z;
        meet(k, i, &x, &z);
        int32_t product = (x - c.x_zero) * (z - c.z_zero);
        int64_t code = rescale_apply(k->g->rounding, product, c.by[i % k->n->shape.c]);
        k->out[i] = code_within(c.range, c.y_zero + code);
    }
    arena_free(a);
}

/* ---- tables, and ops that move codes ---- */

static void look_up(const act_tables *t, const node *n, double *codes) {
    for (int64_t i = 0; i < shape_elements(n->shape); i++)
        codes[i] = t->at[t->of_channel[i % n->shape.c]][(int)codes[i] + 128];
}

static void bound(code_range r, double *codes, int64_t count) {
    for (int64_t i = 0; i < count; i++) codes[i] = code_within(r, (int64_t)codes[i]);
}

static void activate_codes(const work *k) {
    arena *a = arena_new();
    const act_tables t = tables_of_node(k->g, k->n, a);
    int64_t count = shape_elements(k->n->shape);
    for (int64_t i = 0; i < count; i++) k->out[i] = k->in[0][i];
    if (t.count)
        look_up(&t, k->n, k->out);
    else
        bound(codes_within(&k->n->q, k->n->type, k->n->op, k->n->a.args), k->out, count);
    arena_free(a);
}

/* What passes have fused into the node: see attrs.own. Bounds change nothing where the op has them already. */
static void finish_codes(const work *k, const double *residual) {
    const node *n = k->n;
    int64_t count = shape_elements(n->shape);
    if (is_activation(n->op) || !n->q.on) return;
    arena *a = arena_new();
    const act_tables t = tables_of_node(k->g, n, a);
    if (t.count)
        look_up(&t, n, k->out);
    else
        bound(codes_within(own_quant(n), n->type, n->a.act, n->a.act_args), k->out, count);
    arena_free(a);
    if (residual) {
        const add_integers c = integers_of_residual(k->g, n);
        for (int64_t i = 0; i < count; i++)
            k->out[i] = add_codes(k->g->rounding, &c, (int)k->out[i], (int)residual[i], false);
    }
    bound(codes_within(&n->q, n->type, n->a.act2, n->a.act2_args), k->out, count);
}

/* A constant pad puts the code of its number around the map. */
static void pad_codes(const work *k) {
    node n = *k->n;
    n.a.fill = code_of(&n.q, n.type, 0, n.a.fill);
    work with = *k;
    with.n = &n;
    interp_pad(&with);
}

static const op_function code_functions[OP_COUNT] = {
    [OP_CONV] = multiply_codes,   [OP_CONV_TRANSPOSE] = multiply_codes,
    [OP_DENSE] = multiply_codes,  [OP_DEPTHWISE] = multiply_codes,
    [OP_QUANTIZE] = quantize,     [OP_DEQUANTIZE] = dequantize,
    [OP_REQUANTIZE] = requantize, [OP_ADD] = add_all,
    [OP_SUB] = add_all,           [OP_MUL] = multiply_all,
    [OP_PAD] = pad_codes,         [OP_AVG_POOL] = average_windows,
    [OP_REDUCE] = reduce_codes,   [OP_GLOBAL_AVG_POOL] = average_maps,
    [OP_RESIZE] = resample_codes, [OP_UPSAMPLE] = resample_codes,
    [OP_SOFTMAX] = softmax_codes,
#define ACTIVATION(id, name, ...) [OP_##id] = activate_codes,
#include "graph/activations.def"
#undef ACTIVATION
};

void interp_codes(const work *k, const double *residual) {
    op_function f = code_functions[k->n->op];
    if (!f) f = k->real;
    f(k);
    finish_codes(k, residual);
}

/* They have no values in real numbers: interp_codes computes them. */
void interp_quantize(const work *k) { interp_codes(k, NULL); }
void interp_dequantize(const work *k) { interp_codes(k, NULL); }
void interp_requantize(const work *k) { interp_codes(k, NULL); }
