/* affine.c: composes scales and shifts of each channel, and folds them into weights. */
#include "passes/affine.h"

#include <math.h>

bool is_affine_like(const node *n) {
    return (n->op == OP_BN || n->op == OP_NORMALIZE || n->op == OP_AFFINE) && is_bare(n);
}

static bool has_values(const node *n) {
    for (int i = 0; i < ROLE_COUNT; i++) {
        if (n->weights[i] && !n->weights[i]->data) return false;
    }
    return true;
}

/* Ioffe and Szegedy 2015, with the statistics of training: gamma (x - mean) / sqrt(var + eps) + beta. */
static void bn_channel(const node *n, int c, double *scale, double *shift) {
    double gamma = (double)n->weights[ROLE_GAMMA]->data[c], beta = (double)n->weights[ROLE_BETA]->data[c];
    double mean = (double)n->weights[ROLE_MEAN]->data[c], var = (double)n->weights[ROLE_VAR]->data[c];
    *scale = gamma / sqrt(var + n->a.eps);
    *shift = beta - mean * *scale;
}

static void channel_of(const node *n, int c, double *scale, double *shift) {
    const attrs *a = &n->a;
    double std;
    switch (n->op) {
    case OP_BN: bn_channel(n, c, scale, shift); break;
    case OP_NORMALIZE: /* (x / divide - mean) / std */
        std = a->std[a->n_std == 1 ? 0 : c];
        *scale = 1 / (a->divide * std);
        *shift = -a->mean[a->n_mean == 1 ? 0 : c] / std;
        break;
    default: *scale = (double)n->weights[ROLE_WEIGHT]->data[c]; *shift = (double)n->weights[ROLE_BIAS]->data[c];
    }
}

affine gather_affine(const rewrite *r, int end, arena *scratch) {
    int channels = old_node(r, end)->shape.c;
    affine f = {.source = end, .channels = channels, .known = true};
    f.scale = ARENA_ARRAY(scratch, double, channels);
    f.shift = ARENA_ARRAY(scratch, double, channels);
    for (int c = 0; c < channels; c++) f.scale[c] = 1;
    do { /* from the end back: f(x) becomes f(x * scale + shift) */
        const node *n = old_node(r, f.source);
        f.known = f.known && has_values(n);
        for (int c = 0; f.known && c < channels; c++) {
            double scale, shift;
            channel_of(n, c, &scale, &shift);
            f.shift[c] += f.scale[c] * shift;
            f.scale[c] *= scale;
        }
        f.source = n->in[0];
    } while (is_affine_like(old_node(r, f.source)) && r->sole_user[f.source] != NO_NODE);
    return f;
}

static tensor *new_tensor_like(const rewrite *r, const tensor *t, bool known) {
    tensor *fresh = ARENA_NEW(r->a, tensor);
    *fresh = *t;
    fresh->data = known ? ARENA_ARRAY(r->a, float, t->count) : NULL;
    return fresh;
}

static tensor *new_vector(const rewrite *r, int count, bool known) {
    return new_tensor_like(r, &(tensor){.rank = 1, .dims = {count}, .count = count}, known);
}

static double bias_value(const tensor *bias, int channel) { return bias ? (double)bias->data[channel] : 0; }

/* Replaces weight and bias by new tensors, which the caller fills. False where there are no values to fill them
 * with. The new weight lies in the memory of the old one where the old graph's values may go. */
static bool replace_weights(const rewrite *r, node *n, const affine *f) {
    bool known = f->known && has_values(n);
    tensor *old = n->weights[ROLE_WEIGHT];
    bool in_place = known && graph_weight_may_go(r->old, old);
    n->weights[ROLE_WEIGHT] = new_tensor_like(r, old, known && !in_place);
    if (in_place) n->weights[ROLE_WEIGHT]->data = old->data;
    n->weights[ROLE_BIAS] = new_vector(r, n->shape.c, known);
    n->a.has_bias = true;
    return known;
}

void scale_outputs(const rewrite *r, node *n, const affine *f) {
    tensor *weight = n->weights[ROLE_WEIGHT];
    const tensor *bias = n->weights[ROLE_BIAS];
    if (!replace_weights(r, n, f)) return;
    float *w = n->weights[ROLE_WEIGHT]->data, *b = n->weights[ROLE_BIAS]->data;
    int out = n->shape.c;
    /* The output channel is the last axis of a depthwise weight, and the first one of conv and dense. */
    bool last = n->op == OP_DEPTHWISE;
    int64_t inner = last ? 1 : weight->count / out;
    for (int64_t i = 0; i < weight->count; i++) {
        w[i] = (float)((double)weight->data[i] * f->scale[last ? i % out : i / inner]);
    }
    for (int o = 0; o < out; o++) b[o] = (float)(bias_value(bias, o) * f->scale[o] + f->shift[o]);
    if (w == weight->data) weight->data = NULL;
}

void scale_inputs(const rewrite *r, node *n, const affine *f) {
    tensor *weight = n->weights[ROLE_WEIGHT];
    const tensor *bias = n->weights[ROLE_BIAS];
    if (!replace_weights(r, n, f)) return;
    int out = n->shape.c, groups = n->op == OP_CONV ? n->a.groups : 1;
    /* A row of weights, one for each output channel, goes pixel by pixel through the channels of its group. */
    int group_in = f->channels / groups, group_out = out / groups;
    int64_t row = weight->count / out;
    for (int o = 0; o < out; o++) {
        const double *scale = f->scale + (int64_t)(o / group_out) * group_in;
        const double *shift = f->shift + (int64_t)(o / group_out) * group_in;
        const float *from = weight->data + o * row;
        float *to = n->weights[ROLE_WEIGHT]->data + o * row;
        double sum = bias_value(bias, o);
        for (int64_t i = 0; i < row; i++) {
            double v = (double)from[i];
            to[i] = (float)(v * scale[i % group_in]);
            sum += v * shift[i % group_in];
        }
        n->weights[ROLE_BIAS]->data[o] = (float)sum;
    }
    if (n->weights[ROLE_WEIGHT]->data == weight->data) weight->data = NULL;
}

void set_affine_weights(const rewrite *r, node *n, const affine *f) {
    n->weights[ROLE_WEIGHT] = new_vector(r, f->channels, f->known);
    n->weights[ROLE_BIAS] = new_vector(r, f->channels, f->known);
    for (int c = 0; f->known && c < f->channels; c++) {
        n->weights[ROLE_WEIGHT]->data[c] = (float)f->scale[c];
        n->weights[ROLE_BIAS]->data[c] = (float)f->shift[c];
    }
}
