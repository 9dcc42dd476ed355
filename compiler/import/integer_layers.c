/* integer_layers.c: one layer that computes with integers, out of one that computes with real numbers. */
#include "import/absorb.h"

#include "graph/activations.h"
#include "graph/integers.h"
#include "graph/quant.h"

#include <math.h>

/* --- which layers */

static const integer_way ways[OP_COUNT] = {
    [OP_CONV] = WAY_KERNEL,
    [OP_DEPTHWISE] = WAY_KERNEL,
    [OP_CONV_TRANSPOSE] = WAY_KERNEL,
    [OP_DENSE] = WAY_KERNEL,
    [OP_BN] = WAY_AFFINE,
    [OP_NORMALIZE] = WAY_AFFINE,
    [OP_AVG_POOL] = WAY_MEAN,
    [OP_GLOBAL_AVG_POOL] = WAY_MEAN,
    [OP_MAX_POOL] = WAY_MOVE,
    [OP_FLATTEN] = WAY_MOVE,
    [OP_IDENTITY] = WAY_MOVE,
    [OP_DROPOUT] = WAY_MOVE,
    [OP_SHUFFLE] = WAY_MOVE,
    [OP_SLICE] = WAY_MOVE,
    [OP_RESHAPE] = WAY_MOVE,
    [OP_TRANSPOSE] = WAY_MOVE,
    [OP_DEPTH_TO_SPACE] = WAY_MOVE,
    [OP_SPACE_TO_DEPTH] = WAY_MOVE,
    [OP_PAD] = WAY_MOVE,
    [OP_SOFTMAX] = WAY_MAP,
    [OP_ADD] = WAY_JOIN,
    [OP_SUB] = WAY_JOIN,
    [OP_MUL] = WAY_JOIN,
    [OP_MIN] = WAY_ALIKE,
    [OP_MAX] = WAY_ALIKE,
    [OP_CONCAT] = WAY_ALIKE,
};

integer_way way_of(const node *n) {
    double low, high;
    if (n->op == OP_RESIZE && n->a.resize.mode == RESIZE_CUBIC) return WAY_NONE;
    if (n->op == OP_RESIZE) return n->a.resize.mode == RESIZE_NEAREST ? WAY_MOVE : WAY_MEAN;
    if (n->op == OP_UPSAMPLE) return n->a.mode == UPSAMPLE_NEAREST ? WAY_MOVE : WAY_MEAN;
    if (n->op == OP_REDUCE) return n->a.reduce == REDUCE_MEAN ? WAY_MEAN : WAY_NONE;
    if (is_activation(n->op)) return act_bounds(n->op, n->a.args, &low, &high) ? WAY_BOUND : WAY_MAP;
    return ways[n->op];
}

bool moves_exactly(const node *n, const quant *q) {
    if (n->op == OP_RELU) return true;
    integer_way way = way_of(n);
    if (way == WAY_ALIKE) return true;
    if (way != WAY_MOVE) return false;
    if (n->op != OP_PAD || n->a.around != PADS_CONSTANT) return true;
    double code = n->a.fill / (double)q->scale + q->zero;
    return code == nearbyint(code) && code >= INT8_MIN && code <= INT8_MAX;
}

/* --- scales */

static bool is_factor(double x) { return x >= 0 && x < 0x1p29; }

bool can_rescale(const quant *x, const quant *y) { return is_factor((double)x->scale / (double)y->scale); }

/* The weights of each output channel as integers: weight i of channel o is codes[i]. Fills `codes` and the
 * scales where they are not NULL. False where a weight is not a multiple of its scale, or needs more than 8
 * bits. */
static bool read_weights(const node *n, const quantisation *s, float *codes) {
    const tensor *w = n->weights[ROLE_WEIGHT];
    int64_t outputs = n->shape.c, each = w->count / outputs;
    if (!s || outputs % s->count != 0) return false;
    for (int64_t i = 0; i < w->count; i++) {
        int64_t o = n->op == OP_DEPTHWISE ? i % outputs : i / each;
        double code = (double)w->data[i] / (double)s->scale[o % s->count], whole = nearbyint(code);
        if (!(fabs(code - whole) < 1e-3) || whole < INT8_MIN || whole > INT8_MAX) return false;
        if (codes) codes[i] = (float)whole;
    }
    return true;
}

bool has_codes_of_8_bits(const node *n, const quantisation *scales) { return read_weights(n, scales, NULL); }

/* The bias of channel o in units of the sum; false where it does not fit 32 bits. */
static bool read_bias(double bias, double unit, int32_t *code) {
    double whole = round(bias / unit);
    bool fits = fabs(whole) < 0x1p31;
    *code = fits ? (int32_t)whole : 0;
    return fits;
}

/* Scale and shift of channel c of a batch norm or a normalize. */
static void affine_of(const node *n, int c, double *scale, double *shift) {
    if (n->op == OP_NORMALIZE) {
        double mean = n->a.mean[n->a.n_mean == 1 ? 0 : c], std = n->a.std[n->a.n_std == 1 ? 0 : c];
        *scale = 1 / (n->a.divide * std);
        *shift = -mean / std;
        return;
    }
    double var = (double)n->weights[ROLE_VAR]->data[c];
    *scale = (double)n->weights[ROLE_GAMMA]->data[c] / sqrt(var + n->a.eps);
    *shift = (double)n->weights[ROLE_BETA]->data[c] - *scale * (double)n->weights[ROLE_MEAN]->data[c];
}

enum { AFFINE_CODE = 127 };

/* The scale of the one weight of a channel, whose code is AFFINE_CODE, -AFFINE_CODE or 0. */
static double affine_weight_scale(double scale, double shift, const quant *x) {
    if (scale != 0) return fabs(scale) / AFFINE_CODE;
    return shift != 0 ? fabs(shift) / (double)x->scale * 0x1p-20 : 1;
}

static bool can_multiply(const node *n, const quant *x, const quant *y, const quantisation *s) {
    if (!read_weights(n, s, NULL)) return false;
    for (int o = 0; o < n->shape.c; o++) {
        double unit = (double)x->scale * (double)s->scale[o % s->count];
        int32_t code;
        if (!is_factor(unit / (double)y->scale)) return false;
        if (n->a.has_bias && !read_bias((double)n->weights[ROLE_BIAS]->data[o], unit, &code)) return false;
    }
    return true;
}

static bool can_scale_and_shift(const node *n, const quant *x, const quant *y) {
    for (int c = 0; c < n->shape.c; c++) {
        double scale, shift;
        int32_t code;
        affine_of(n, c, &scale, &shift);
        float weight = (float)affine_weight_scale(scale, shift, x);
        double unit = (double)x->scale * (double)weight;
        if (!(weight > 0) || !isfinite(weight) || !is_factor(unit / (double)y->scale) ||
            !read_bias(shift, unit, &code))
            return false;
    }
    return true;
}

bool can_compute(const node *n, const quant *in, const quant *y, const quantisation *scales) {
    switch (way_of(n)) {
    case WAY_KERNEL: return can_multiply(n, &in[0], y, scales);
    case WAY_AFFINE: return can_scale_and_shift(n, &in[0], y);
    case WAY_JOIN:
        if (n->op == OP_MUL) return is_factor((double)in[0].scale * (double)in[1].scale / (double)y->scale);
        return can_rescale(&in[0], y) && can_rescale(&in[1], y);
    case WAY_ALIKE:
        for (int i = 0; i < n->n_in; i++) {
            if (!can_rescale(&in[i], y)) return false;
        }
        return true;
    case WAY_MEAN: return can_rescale(&in[0], y);
    case WAY_BOUND:
    case WAY_MAP: return true;
    case WAY_MOVE:
    case WAY_NONE: break;
    }
    return false;
}

bool codes_of_constant(const node *n, const quantisation *s, quant *q) {
    const tensor *w = n->weights[ROLE_WEIGHT];
    if (!s || s->count != 1) return false;
    double least = 0, most = 0;
    for (int64_t i = 0; i < w->count; i++) {
        double code = (double)w->data[i] / (double)s->scale[0], whole = nearbyint(code);
        if (!(fabs(code - whole) < 1e-3)) return false;
        least = fmin(least, whole);
        most = fmax(most, whole);
    }
    /* Codes of uint8 are moved down by 128, like all others. */
    int zero = s->zero[0];
    if (least + zero < INT8_MIN || most + zero > INT8_MAX) zero -= 128;
    if (zero < INT8_MIN || least + zero < INT8_MIN || most + zero > INT8_MAX) return false;
    *q = (quant){.on = true, .scale = s->scale[0], .zero = zero};
    return true;
}

/* --- making them */

static int add_node(importer *im, graph *to, op_kind op, const int *in, int n_in, const attrs *a,
                    const node *of) {
    int made = graph_add(to, im->d, op, in, n_in, a, of->label, of->at);
    if (made >= 0) to->nodes[made].labelled = of->labelled;
    return made;
}

static int add_kernel(importer *im, graph *to, const node *n, const int *in, const quant *y,
                      const quantisation *s) {
    attrs a = n->a;
    a.q = *y;
    a.one_weight_scale = s->count == 1;
    int made = add_node(im, to, n->op, in, 1, &a, n);
    if (made < 0) return -1;
    const node *layer = &to->nodes[made];
    tensor *w = layer->weights[ROLE_WEIGHT], *scale = layer->weights[ROLE_WEIGHT_SCALE],
           *bias = layer->weights[ROLE_BIAS];
    w->data = ARENA_ARRAY(im->mem, float, w->count);
    read_weights(n, s, w->data);
    scale->data = ARENA_ARRAY(im->mem, float, scale->count);
    for (int64_t o = 0; o < scale->count; o++) scale->data[o] = s->scale[o % s->count];
    if (!bias) return made;
    bias->ints = ARENA_ARRAY(im->mem, int32_t, bias->count);
    for (int64_t o = 0; o < bias->count; o++) {
        double unit = (double)to->nodes[in[0]].q.scale * (double)s->scale[o % s->count];
        read_bias((double)n->weights[ROLE_BIAS]->data[o], unit, &bias->ints[o]);
    }
    return made;
}

/* A depthwise convolution of 1x1. */
static int add_affine(importer *im, graph *to, const node *n, const int *in, const quant *y) {
    const quant *x = &to->nodes[in[0]].q;
    attrs a = graph_attrs_init();
    a.q = *y;
    a.has_bias = true;
    a.padding = PAD_SYMMETRIC;
    int made = add_node(im, to, OP_DEPTHWISE, in, 1, &a, n);
    if (made < 0) return -1;
    const node *layer = &to->nodes[made];
    int c = n->shape.c;
    float *weights = ARENA_ARRAY(im->mem, float, c), *scales = ARENA_ARRAY(im->mem, float, c);
    int32_t *bias = ARENA_ARRAY(im->mem, int32_t, c);
    for (int i = 0; i < c; i++) {
        double scale, shift;
        affine_of(n, i, &scale, &shift);
        scales[i] = (float)affine_weight_scale(scale, shift, x);
        weights[i] = scale > 0 ? AFFINE_CODE : scale < 0 ? -AFFINE_CODE : 0;
        read_bias(shift, (double)x->scale * (double)scales[i], &bias[i]);
    }
    layer->weights[ROLE_WEIGHT]->data = weights;
    layer->weights[ROLE_WEIGHT_SCALE]->data = scales;
    layer->weights[ROLE_BIAS]->ints = bias;
    return made;
}

int add_codes_of_scale(importer *im, graph *to, int x, const quant *y, loc at) {
    if (same_quant(&to->nodes[x].q, y)) return x;
    attrs a = graph_attrs_init();
    a.q = *y;
    a.code_type = TYPE_I8;
    return graph_add(to, im->d, OP_REQUANTIZE, &x, 1, &a, NULL, at);
}

/* Inputs of any scales, all brought to that of the result. */
static int add_alike(importer *im, graph *to, const node *n, const int *in, const quant *y) {
    int *alike = ARENA_ARRAY(im->scratch, int, n->n_in);
    for (int i = 0; i < n->n_in; i++) {
        alike[i] = add_codes_of_scale(im, to, in[i], y, n->at);
        if (alike[i] < 0) return -1;
    }
    return add_node(im, to, n->op, alike, n->n_in, &n->a, n);
}

int add_bounds(importer *im, graph *to, const node *n, int x) {
    const node *from = &to->nodes[x];
    const code_range all = {INT8_MIN, INT8_MAX}, r = codes_within(&from->q, TYPE_I8, n->op, n->a.args);
    bool idle = r.least <= all.least && r.most >= all.most;
    return idle ? x : add_node(im, to, n->op, &x, 1, &n->a, n);
}

int add_integer_layer(importer *im, graph *to, const node *n, const int *in, const quant *y,
                      const quantisation *scales) {
    attrs a = n->a;
    bool keeps = same_quant(&to->nodes[in[0]].q, y);
    switch (way_of(n)) {
    case WAY_KERNEL: return add_kernel(im, to, n, in, y, scales);
    case WAY_AFFINE: return add_affine(im, to, n, in, y);
    case WAY_ALIKE: return add_alike(im, to, n, in, y);
    case WAY_BOUND:
        if (keeps) return add_bounds(im, to, n, in[0]);
        break;
    case WAY_MEAN:
        if (keeps) return add_node(im, to, n->op, in, n->n_in, &a, n);
        break;
    case WAY_MOVE: return add_node(im, to, n->op, in, n->n_in, &a, n);
    case WAY_JOIN:
    case WAY_MAP:
    case WAY_NONE: break;
    }
    a.q = *y;
    return add_node(im, to, n->op, in, n->n_in, &a, n);
}

int add_constant_codes(importer *im, graph *to, const node *n, const quant *q) {
    attrs a = n->a;
    a.q = *q;
    int made = add_node(im, to, OP_CONSTANT, NULL, 0, &a, n);
    if (made < 0) return -1;
    const tensor *from = n->weights[ROLE_WEIGHT];
    tensor *t = to->nodes[made].weights[ROLE_WEIGHT];
    t->data = ARENA_ARRAY(im->mem, float, t->count);
    for (int64_t i = 0; i < t->count; i++)
        t->data[i] = (float)(nearbyint((double)from->data[i] / (double)q->scale) + q->zero);
    return made;
}
