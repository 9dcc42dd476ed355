/* activations.c: the reference functions of the activations, and the table of their properties. */
#include "graph/activations.h"

#include <math.h>

/* NaN stays. */
static double clamp(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

static double value_identity(double x, double slope) {
    (void)slope;
    return x;
}

static double value_relu(double x, double slope) {
    (void)slope;
    return x <= 0 ? 0 : x;
}

static double value_relu6(double x, double slope) {
    (void)slope;
    return clamp(x, 0, 6);
}

static double value_sigmoid(double x, double slope) {
    (void)slope;
    return 1 / (1 + exp(-x));
}

/* Ramachandran, Zoph and Le 2017, "Searching for Activation Functions"; also called SiLU. */
static double value_swish(double x, double slope) { return x * value_sigmoid(x, slope); }

/* relu6(x + 3) / 6: Howard et al. 2019, "Searching for MobileNetV3", section 5.2. */
static double value_hsigmoid(double x, double slope) {
    (void)slope;
    return clamp(x + 3, 0, 6) / 6;
}

/* The same section. */
static double value_hswish(double x, double slope) { return x * value_hsigmoid(x, slope); }

static double value_tanh(double x, double slope) {
    (void)slope;
    return tanh(x);
}

static double value_leaky_relu(double x, double slope) { return x > 0 ? x : slope * x; }

enum { ARGUMENTS_PLAIN, ARGUMENTS_SLOPED };

const activation activation_table[OP_COUNT] = {
    [OP_IDENTITY] = {"identity", value_identity, false, -INFINITY, INFINITY, NAN, NAN, -INFINITY, INFINITY, 0,
                     -INFINITY, 0},
#define ACTIVATION(id, name, arguments, below, above, bottom, least, from, to, ulps, ulps_from, error_below)   \
    [OP_##id] = {#name, value_##name, ARGUMENTS_##arguments == ARGUMENTS_SLOPED,                               \
                 below, above,        bottom,                                                                  \
                 least, from,         to,                                                                      \
                 ulps,  ulps_from,    error_below},
#include "graph/activations.def"
#undef ACTIVATION
};

double activation_limit(op_kind act, double slope, bool above) {
    const activation *f = &activation_table[act];
    if (above) return f->limit_above;
    if (!f->takes_slope) return f->limit_below;
    return slope == 0 ? 0 : slope * f->limit_below;
}
