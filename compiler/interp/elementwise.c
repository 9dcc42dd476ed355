/* elementwise.c: the ops that map each element, and the activations: bn, affine, normalize, convert, relu, ..
 */
#include "graph/activations.h"
#include "interp/internal.h"

#include <math.h>
#include <string.h>

double activate(op_kind act, act_args args, double x) { return activation_table[act].value(x, args); }

static void activate_all(const work *k) {
    int64_t count = shape_elements(k->n->shape);
    for (int64_t i = 0; i < count; i++) k->out[i] = activate(k->n->op, k->n->a.args, k->in[0][i]);
}

#define ACTIVATION(id, name, ...)                                                                              \
    void interp_##name(const work *k) { activate_all(k); }
#include "graph/activations.def"
#undef ACTIVATION

/* y = gamma (x - mean) / sqrt(var + eps) + beta: Ioffe and Szegedy 2015, with the statistics of training. */
void interp_bn(const work *k) {
    const node *n = k->n;
    int c = n->shape.c;
    int64_t pixels = shape_pixels(n->shape);
    for (int i = 0; i < c; i++) {
        double gamma = (double)n->weights[ROLE_GAMMA]->data[i], beta = (double)n->weights[ROLE_BETA]->data[i];
        double mean = (double)n->weights[ROLE_MEAN]->data[i], var = (double)n->weights[ROLE_VAR]->data[i];
        double deviation = sqrt(var + n->a.eps);
        for (int64_t p = 0; p < pixels; p++)
            k->out[p * c + i] = gamma * (k->in[0][p * c + i] - mean) / deviation + beta;
    }
}

void interp_affine(const work *k) {
    const node *n = k->n;
    int c = n->shape.c;
    int64_t pixels = shape_pixels(n->shape);
    for (int i = 0; i < c; i++) {
        double scale = (double)n->weights[ROLE_WEIGHT]->data[i], shift = (double)n->weights[ROLE_BIAS]->data[i];
        for (int64_t p = 0; p < pixels; p++) k->out[p * c + i] = k->in[0][p * c + i] * scale + shift;
    }
}

/* (x / divide - mean) / std, where mean and std are one number or one for each channel. */
void interp_normalize(const work *k) {
    const attrs *a = &k->n->a;
    int c = k->n->shape.c;
    int64_t pixels = shape_pixels(k->n->shape);
    for (int i = 0; i < c; i++) {
        double mean = a->mean[a->n_mean == 1 ? 0 : i], std = a->std[a->n_std == 1 ? 0 : i];
        for (int64_t p = 0; p < pixels; p++) k->out[p * c + i] = (k->in[0][p * c + i] / a->divide - mean) / std;
    }
}

/* The values are weights. */
void interp_constant(const work *k) {
    const tensor *t = k->n->weights[ROLE_WEIGHT];
    for (int64_t i = 0; i < t->count; i++) k->out[i] = (double)t->data[i];
}

/* Only the type changes. The value is the same. */
void interp_convert(const work *k) {
    memcpy(k->out, k->in[0], (size_t)shape_elements(k->n->shape) * sizeof(double));
}
