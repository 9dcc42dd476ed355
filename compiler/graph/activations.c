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

static double value_exp(double x, act_args args) {
    (void)args;
    return exp(x);
}

/* -infinity at 0, NaN below. */
static double value_log(double x, act_args args) {
    (void)args;
    return log(x);
}

/* NaN below 0. */
static double value_sqrt(double x, act_args args) {
    (void)args;
    return sqrt(x);
}

static double value_reciprocal(double x, act_args args) {
    (void)args;
    return 1 / x;
}

static double value_abs(double x, act_args args) {
    (void)args;
    return fabs(x);
}

static double value_neg(double x, act_args args) {
    (void)args;
    return -x;
}

static double value_erf(double x, act_args args) {
    (void)args;
    return erf(x);
}

/* x times the normal distribution up to x: Hendrycks and Gimpel 2016, "Gaussian Error Linear Units". */
static double value_gelu(double x, act_args args) {
    (void)args;
    return x * (erfc(-x / sqrt(2)) / 2);
}

/* The same source's approximation, 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))), by the sigmoid of twice
 * the argument, in which nothing cancels. */
static double value_gelu_tanh(double x, act_args args) {
    double sqrt_2_by_pi = 0.79788456080286535588;
    return x * value_sigmoid(2 * sqrt_2_by_pi * (x + 0.044715 * x * x * x), args);
}

/* Clevert, Unterthiner and Hochreiter 2015, "Fast and Accurate Deep Network Learning by ELUs". */
static double value_elu(double x, act_args args) { return x < 0 ? args.first * expm1(x) : x; }

/* Klambauer et al. 2017, "Self-Normalizing Neural Networks". */
static double value_selu(double x, act_args args) {
    (void)args;
    double scale = 1.0507009873554804934, alpha = 1.6732632423543772848;
    return scale * (x < 0 ? alpha * expm1(x) : x);
}

/* Barron 2017, "Continuously Differentiable Exponential Linear Units". */
static double value_celu(double x, act_args args) { return x < 0 ? args.first * expm1(x / args.first) : x; }

/* log(1 + exp(x)) */
static double value_softplus(double x, act_args args) {
    (void)args;
    return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

static double value_softsign(double x, act_args args) {
    (void)args;
    return x / (1 + fabs(x));
}

/* Misra 2019, "Mish: A Self Regularized Non-Monotonic Activation Function". */
static double value_mish(double x, act_args args) { return x * tanh(value_softplus(x, args)); }

static double value_power(double x, act_args args) { return pow(x, args.first); }

static double value_clip(double x, act_args args) { return clamp(x, args.first, args.second); }

static double value_thresholded_relu(double x, act_args args) { return x <= args.first ? 0 : x; }

static double value_floor(double x, act_args args) {
    (void)args;
    return floor(x);
}

static double value_ceil(double x, act_args args) {
    (void)args;
    return ceil(x);
}

/* Of two numbers that are equally near the even one. */
static double value_round(double x, act_args args) {
    (void)args;
    return nearbyint(x);
}

static double value_sign(double x, act_args args) {
    (void)args;
    return x > 0 ? 1 : x < 0 ? -1 : x;
}

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
