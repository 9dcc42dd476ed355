/* interval.c: each result is the tightest interval up to rounding. An interval of one value gives exactly one
 * value, so that constants stay constants. */
#include "passes/interval.h"
#include "graph/activations.h"
#include "passes/rewrite.h"

range unknown_interval(void) { return (range){NAN, NAN}; }

range any_value(void) { return (range){-INFINITY, INFINITY}; }

/* Makes both bounds NaN where one is. */
static range settle_bounds(range x) { return is_unknown(x) ? unknown_interval() : x; }

range type_interval(elem_type type) { return (range){type_table[type].least, type_table[type].most}; }

range add_intervals(range x, range y) { return settle_bounds((range){x.low + y.low, x.high + y.high}); }

/* The product of two bounds. The values are finite even where a bound is infinite, so 0 times a bound is 0. */
static double multiply_bounds(double x, double y) { return x == 0 || y == 0 ? 0 : x * y; }

range multiply_intervals(range x, range y) {
    if (is_unknown(x) || is_unknown(y)) return unknown_interval();
    double ll = multiply_bounds(x.low, y.low), lh = multiply_bounds(x.low, y.high);
    double hl = multiply_bounds(x.high, y.low), hh = multiply_bounds(x.high, y.high);
    return (range){fmin(fmin(ll, lh), fmin(hl, hh)), fmax(fmax(ll, lh), fmax(hl, hh))};
}

/* The interval of min(x, y) or max(x, y). */
static range choose_intervals(range x, range y, double (*choose)(double, double)) {
    if (is_unknown(x) || is_unknown(y)) return unknown_interval();
    return (range){choose(x.low, y.low), choose(x.high, y.high)};
}

range join_intervals(range x, range y) {
    if (is_unknown(x) || is_unknown(y)) return unknown_interval();
    return (range){fmin(x.low, y.low), fmax(x.high, y.high)};
}

/* An activation's value at a bound. */
static double activate_bound(op_kind act, act_args args, double x) {
    return isinf(x) ? activation_limit(act, args, x > 0) : activation_table[act].value(x, args);
}

/* The values of f at both ends of x, in order; unknown where one is not finite although x is. It holds all
 * values in between of a function that only rises or only falls there. */
static range between_ends(op_kind act, act_args args, range x) {
    double at_low = activation_table[act].value(x.low, args),
           at_high = activation_table[act].value(x.high, args);
    if ((isfinite(x.low) && !isfinite(at_low)) || (isfinite(x.high) && !isfinite(at_high)))
        return unknown_interval();
    return settle_bounds((range){fmin(at_low, at_high), fmax(at_low, at_high)});
}

/* It falls on each side of 0, where it has no value. */
static range reciprocal_interval(op_kind act, act_args args, range x) {
    return x.low > 0 || x.high < 0 ? between_ends(act, args, x) : unknown_interval();
}

/* Of numbers that are not negative it only rises or only falls. Others have powers if the exponent is whole; of
 * an even one the sign does not count. */
static range power_interval(op_kind act, act_args args, range x) {
    double exponent = args.first;
    bool whole = exponent == floor(exponent), even = floor(exponent / 2) * 2 == exponent;
    if (x.low < 0 && !whole) return unknown_interval();
    if (x.low <= 0 && x.high >= 0 && exponent < 0) return unknown_interval();
    range y = between_ends(act, args, x);
    if (even && x.low < 0 && x.high > 0) y.low = 0;
    return exponent == 0 ? (range){1, 1} : y;
}

/* 0 up to alpha, and x from there. */
static range threshold_interval(op_kind act, act_args args, range x) {
    (void)act;
    if (x.high <= args.first) return (range){0, 0};
    if (x.low > args.first) return x;
    return (range){fmin(0, fmax(x.low, args.first)), fmax(0, x.high)};
}

/* The rules for activations that neither fall nor rise throughout. */
static range (*const own_rules[OP_COUNT])(op_kind act, act_args args, range x) = {
    [OP_RECIPROCAL] = reciprocal_interval,
    [OP_POWER] = power_interval,
    [OP_THRESHOLDED_RELU] = threshold_interval,
};

range activate_interval(op_kind act, act_args args, range x) {
    if (is_unknown(x) || act == OP_IDENTITY) return x;
    if (own_rules[act]) return own_rules[act](act, args, x);
    const activation *f = &activation_table[act];
    range y = {activate_bound(act, args, x.low), activate_bound(act, args, x.high)};
    if ((isfinite(x.low) && isinf(y.low)) || (isfinite(x.high) && isinf(y.high))) return unknown_interval();
    bool falls = activation_falls(act, args);
    if (x.low == x.high || !falls) return settle_bounds(y);
    double high = fmax(y.low, y.high), low = fmin(y.low, y.high);
    return settle_bounds((range){x.low <= f->bottom && f->bottom <= x.high ? f->least : low, high});
}

/* A window with gaps between its taps may lie beside the input altogether. Then it has no mean and no maximum.
 */
static bool may_see_nothing(const node *n) {
    return has_padding(&n->a) && (n->a.dilation[0] > 1 || n->a.dilation[1] > 1);
}

/* What a reduction makes of at least one number of the interval. */
static range reduce_interval(reduction r, range x) {
    if (is_unknown(x)) return x;
    if (r == REDUCE_MEAN || r == REDUCE_MAX || r == REDUCE_MIN) return x;
    bool sizes = r == REDUCE_L1 || r == REDUCE_L2 || r == REDUCE_SUM_SQUARE;
    return (range){sizes || (r == REDUCE_SUM && x.low >= 0) ? 0 : -INFINITY, INFINITY};
}

range op_interval(const node *n, range x, range y) {
    const range zero = {0, 0};
    switch (n->op) {
    case OP_INPUT: return type_interval(n->type);
    case OP_SOFTMAX: return is_unknown(x) ? x : (range){0, 1};
    case OP_LOG_SOFTMAX: return is_unknown(x) ? x : (range){-INFINITY, 0};
    case OP_L2_NORM: return is_unknown(x) ? x : (range){-1, 1};
    case OP_ARGMAX:
    case OP_ARGMIN: return is_unknown(x) ? x : (range){0, MAX_TENSOR};
    case OP_REDUCE: return reduce_interval(n->a.reduce, x);
    case OP_MAX_POOL: return may_see_nothing(n) ? unknown_interval() : x;
    case OP_AVG_POOL:
        if (may_see_nothing(n)) return unknown_interval();
        return n->a.count_pad && has_padding(&n->a) ? join_intervals(x, zero) : x;
    case OP_PAD: return n->a.around == PADS_CONSTANT ? join_intervals(x, (range){n->a.fill, n->a.fill}) : x;
    case OP_RESIZE: /* linear weights are at least 0 and sum to 1; cubic ones may be negative */
        return n->a.resize.mode == RESIZE_CUBIC && !is_unknown(x) ? any_value() : x;
    case OP_ADD: return add_intervals(x, y);
    case OP_SUB: return add_intervals(x, (range){-y.high, -y.low});
    case OP_MUL: return multiply_intervals(x, y);
    case OP_DIV: return multiply_intervals(x, reciprocal_interval(OP_RECIPROCAL, (act_args){0, 0}, y));
    case OP_MIN: return choose_intervals(x, y, fmin);
    case OP_MAX: return choose_intervals(x, y, fmax);
    case OP_GLOBAL_AVG_POOL:
    case OP_FLATTEN:
    case OP_IDENTITY:
    case OP_DROPOUT:
    case OP_SHUFFLE:
    case OP_CONVERT:
    case OP_UPSAMPLE: /* bilinear weights are at least 0 and sum to 1 */
    case OP_CONCAT:
    case OP_RESHAPE:
    case OP_TRANSPOSE:
    case OP_SLICE: return x;
    default: return is_activation(n->op) ? activate_interval(n->op, n->a.args, x) : unknown_interval();
    }
}
