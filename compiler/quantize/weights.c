/* weights.c: rounds the weights of a layer to codes, with a scale for each output channel, and its bias to 32
 * bits. */
#include "quantize/build.h"

#include "graph/quant.h"

#include <math.h>

/* A layer's weights, output by output. An affine is a depthwise of one tap. */
typedef struct filters {
    const node *n;
    const quant *x; /* of the input's codes */
    int outputs, in_c;
    int64_t row; /* weights of an output */
    bool depthwise;
    int multiplier; /* depthwise */
    bool small_pairs;
} filters;

/* Whether weights that are neighbours are to come to little. Layers of one pixel take as long either way. Those
 * of few channels, as a network's first, would lose much and gain little: colours that are neighbours are
 * alike. */
static bool wants_small_pairs(const node *made, int channels, const quantize_options *o) {
    enum { FEW_CHANNELS = 8 };
    return o->small_pairs && made->op != OP_DEPTHWISE && shape_pixels(made->shape) > 1 &&
           channels / made->a.groups >= FEW_CHANNELS;
}

static filters filters_of(const graph *g, const node *made, const node *n, const quantize_options *o) {
    const node *from = &g->nodes[made->in[0]];
    filters f = {.n = n, .x = &from->q, .outputs = made->shape.c, .in_c = from->shape.c};
    f.row = made->weights[ROLE_WEIGHT]->count / f.outputs;
    f.depthwise = made->op == OP_DEPTHWISE;
    f.multiplier = made->a.multiplier;
    f.small_pairs = wants_small_pairs(made, f.in_c, o);
    return f;
}

static int64_t place_of(const filters *f, int o, int64_t i) {
    return f->depthwise ? i * f->outputs + o : o * f->row + i;
}

/* The channel of the input that the i-th weight of an output multiplies. */
static int channel_of(const filters *f, int o, int64_t i) {
    if (f->depthwise) return o / f->multiplier;
    if (f->n->op == OP_DENSE) return (int)(i % f->in_c);
    int groups = f->n->a.groups, depth = f->in_c / groups;
    return o / (f->outputs / groups) * depth + (int)(i % depth);
}

/* What a weight is multiplied by to become one for codes of scale 1: the scale of its channel, where each
 * channel has one. The multiplier of a depthwise has it instead. */
static double input_scale(const filters *f, int channel) {
    return f->x->scales && !f->depthwise ? (double)f->x->scales->data[channel] : 1;
}

/* The scale of the products' codes of an output besides that of its weights. */
static double product_scale(const filters *f, int o) {
    if (!f->x->scales) return (double)f->x->scale;
    return f->depthwise ? (double)f->x->scales->data[o / f->multiplier] : 1;
}

static double weight_of(const filters *f, int o, int64_t i) {
    return (double)f->n->weights[ROLE_WEIGHT]->data[place_of(f, o, i)] * input_scale(f, channel_of(f, o, i));
}

static double bias_of(const filters *f, int o) {
    return f->n->weights[ROLE_BIAS] ? (double)f->n->weights[ROLE_BIAS]->data[o] : 0;
}

/* The most that neighbours of an output's weights come to, in the order in which kernels take them. */
static double most_of_pairs(const filters *f, int o) {
    double most = 0;
    for (int64_t i = 0; i + 1 < f->row; i += 2) {
        const double first = weight_of(f, o, i), second = weight_of(f, o, i + 1);
        if ((first < 0) == (second < 0)) most = fmax(most, fabs(first + second));
    }
    return most;
}

/* The scale of an output's weights: the largest one has the code 127, unless two neighbours would come to too
 * much, or the bias would not fit 30 bits. Rounding can add a half to each of the two. */
static float choose_weight_scale(const filters *f, int o, double bias) {
    static const double most_bias = 1 << 30, most_of_pair = MOST_OF_PAIR - 1;
    double most = 0;
    for (int64_t i = 0; i < f->row; i++) most = fmax(most, fabs(weight_of(f, o, i)));
    double scale = fmax(most / INT8_MAX, fabs(bias) / product_scale(f, o) / most_bias);
    if (f->small_pairs) scale = fmax(scale, most_of_pairs(f, o) / most_of_pair);
    return scale > 0 && isfinite(scale) ? (float)scale : 1.0f;
}

static double clamp_code(double code) {
    return code < -INT8_MAX ? -INT8_MAX : code > INT8_MAX ? INT8_MAX : code;
}

/* The scales of weights that have no values: as if they were normal, with the variance of He et al. 2015. */
static void assume_scales(const filters *f, tensor *scale, arena *a) {
    const double deviations = 4; /* of the largest weight */
    double most = deviations * sqrt(2 / (double)f->row) * input_scale(f, 0);
    scale->data = ARENA_ARRAY(a, float, scale->count);
    for (int64_t o = 0; o < scale->count; o++) scale->data[o] = (float)(most / INT8_MAX);
}

void quantise_weights_of(const graph *g, node *made, const node *n, const channel_facts *x,
                         const quantize_options *options) {
    const filters f = filters_of(g, made, n, options);
    tensor *weight = made->weights[ROLE_WEIGHT], *bias = made->weights[ROLE_BIAS],
           *scale = made->weights[ROLE_WEIGHT_SCALE];
    if (!n->weights[ROLE_WEIGHT]->data) {
        assume_scales(&f, scale, g->mem);
        return;
    }
    weight->data = ARENA_ARRAY(g->mem, float, weight->count);
    scale->data = ARENA_ARRAY(g->mem, float, scale->count);
    bias->ints = ARENA_ARRAY(g->mem, int32_t, bias->count);
    for (int o = 0; o < f.outputs; o++) {
        float unit = choose_weight_scale(&f, o, bias_of(&f, o));
        double off = 0; /* by which the rounded weights change the mean */
        for (int64_t i = 0; i < f.row; i++) {
            int channel = channel_of(&f, o, i);
            double w = weight_of(&f, o, i), code = clamp_code(round(w / (double)unit));
            weight->data[place_of(&f, o, i)] = (float)code + 0.0f; /* -0 has another hash than 0 */
            double mean = x[channel].count > 0 ? x[channel].sum / x[channel].count : 0;
            off += (code * (double)unit - w) / input_scale(&f, channel) * mean;
        }
        double corrected = bias_of(&f, o) - (!options->no_correction && isfinite(off) ? off : 0);
        double code = round(corrected / (product_scale(&f, o) * (double)unit));
        bias->ints[o] = (int32_t)fmax(fmin(code, INT32_MAX), INT32_MIN);
        scale->data[o] = unit;
    }
}
