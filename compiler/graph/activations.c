/* activations.c: the reference functions of the activations, and the table of their properties. */
#include "graph/activations.h"

#include <math.h>

/* NaN stays. */
static double clamp(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

static double value_identity(double x, act_args args) {
    (void)args;
    return x;
}

static double value_relu(double x, act_args args) {
    (void)args;
    return x <= 0 ? 0 : x;
}

static double value_relu6(double x, act_args args) {
    (void)args;
    return clamp(x, 0, 6);
}

static double value_sigmoid(double x, act_args args) {
    (void)args;
    return 1 / (1 + exp(-x));
}

/* Ramachandran, Zoph and Le 2017, "Searching for Activation Functions"; also called SiLU. */
static double value_swish(double x, act_args args) { return x * value_sigmoid(x, args); }

/* relu6(x + 3) / 6: Howard et al. 2019, "Searching for MobileNetV3", section 5.2. */
static double value_hsigmoid(double x, act_args args) {
    (void)args;
    return clamp(x + 3, 0, 6) / 6;
}

/* The same section. */
static double value_hswish(double x, act_args args) { return x * value_hsigmoid(x, args); }

static double value_tanh(double x, act_args args) {
    (void)args;
    return tanh(x);
}

static double value_leaky_relu(double x, act_args args) { return x > 0 ? x : args.first * x; }

const activation activation_table[OP_COUNT] = {
    [OP_IDENTITY] = {"identity", value_identity, ARGUMENTS_PLAIN, -INFINITY, INFINITY, NAN, NAN, -INFINITY,
                     INFINITY, 0, -INFINITY, 0},
#define ACTIVATION(id, name, arguments, below, above, bottom, least, from, to, ulps, ulps_from, error_below)   \
    [OP_##id] = {#name,     value_##name, ARGUMENTS_##arguments, below, above, bottom, least, from, to, ulps,  \
                 ulps_from, error_below},
#include "graph/activations.def"
#undef ACTIVATION
};

int activation_numbers(op_kind act) {
    static const int numbers[] = {[ARGUMENTS_PLAIN] = 0,
                                  [ARGUMENTS_SLOPE] = 1,
                                  [ARGUMENTS_ALPHA] = 1,
                                  [ARGUMENTS_EXPONENT] = 1,
                                  [ARGUMENTS_BOUNDS] = 2};
    return numbers[activation_table[act].arguments];
}

double activation_limit(op_kind act, act_args args, bool above) {
    const activation *f = &activation_table[act];
    if (f->arguments == ARGUMENTS_BOUNDS) return above ? args.second : args.first;
    if (above) return f->limit_above;
    if (f->arguments == ARGUMENTS_PLAIN) return f->limit_below;
    return args.first == 0 ? 0 : args.first * f->limit_below;
}

bool activation_falls(op_kind act, act_args args) {
    const activation *f = &activation_table[act];
    bool always = f->arguments == ARGUMENTS_PLAIN;
    return !isnan(f->bottom) && (always || args.first < 0);
}
