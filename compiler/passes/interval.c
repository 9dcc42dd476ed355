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

range join_intervals(range x, range y) {
    if (is_unknown(x) || is_unknown(y)) return unknown_interval();
    return (range){fmin(x.low, y.low), fmax(x.high, y.high)};
}

/* An activation's value at a bound. */
static double activate_bound(op_kind act, act_args args, double x) {
    return isinf(x) ? activation_limit(act, args, x > 0) : activation_table[act].value(x, args);
}

range activate_interval(op_kind act, act_args args, range x) {
    if (is_unknown(x) || act == OP_IDENTITY) return x;
    const activation *f = &activation_table[act];
    range y = {activate_bound(act, args, x.low), activate_bound(act, args, x.high)};
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

range op_interval(const node *n, range x, range y) {
    const range zero = {0, 0};
    switch (n->op) {
    case OP_INPUT: return type_interval(n->type);
    case OP_SOFTMAX: return is_unknown(x) ? x : (range){0, 1};
    case OP_MAX_POOL: return may_see_nothing(n) ? unknown_interval() : x;
    case OP_AVG_POOL:
        if (may_see_nothing(n)) return unknown_interval();
        return n->a.count_pad && has_padding(&n->a) ? join_intervals(x, zero) : x;
    case OP_PAD: return n->a.around == PADS_CONSTANT ? join_intervals(x, (range){n->a.fill, n->a.fill}) : x;
    case OP_RESIZE: /* linear weights are at least 0 and sum to 1; cubic ones may be negative */
        return n->a.resize.mode == RESIZE_CUBIC && !is_unknown(x) ? any_value() : x;
    case OP_ADD: return add_intervals(x, y);
    case OP_MUL: return multiply_intervals(x, y);
    case OP_GLOBAL_AVG_POOL:
    case OP_FLATTEN:
    case OP_IDENTITY:
    case OP_DROPOUT:
    case OP_SHUFFLE:
    case OP_CONVERT:
    case OP_UPSAMPLE: /* bilinear weights are at least 0 and sum to 1 */
    case OP_CONCAT:
    case OP_TRANSPOSE:
    case OP_SLICE: return x;
    default: return is_activation(n->op) ? activate_interval(n->op, n->a.args, x) : unknown_interval();
    }
}
