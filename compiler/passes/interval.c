/* interval.c: each result is the tightest interval up to rounding; an interval of one value gives exactly one
 * value, so that constants stay constants. */
#include "passes/interval.h"

range unknown_interval(void) { return (range){NAN, NAN}; }

range settle_interval(range x) { return is_unknown(x) ? unknown_interval() : x; }

range add_intervals(range x, range y) { return settle_interval((range){x.low + y.low, x.high + y.high}); }

/* Of finite values, of which a bound may be infinite: nothing times anything is nothing. */
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

static double clamp(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

static double activate_bound(op_kind act, double slope, double x) {
    switch (act) {
    case OP_RELU: return x > 0 ? x : 0;
    case OP_RELU6: return clamp(x, 0, 6);
    case OP_HSIGMOID: return clamp(x + 3, 0, 6) / 6;
    case OP_HSWISH: return x <= -3 ? 0 : x * (clamp(x + 3, 0, 6) / 6);
    case OP_SIGMOID: return sigmoid(x);
    case OP_SWISH: return isinf(x) && x < 0 ? 0 : x * sigmoid(x);
    case OP_TANH: return tanh(x);
    case OP_LEAKY_RELU: return x > 0 ? x : multiply_bounds(slope, x);
    default: return x;
    }
}

/* A function that falls to its least value at `bottom` and rises from there; hswish, zero below -3, is one too.
 */
typedef struct valley {
    double bottom, least;
} valley;

/* False: the activation never falls. */
static bool find_valley(op_kind act, double slope, valley *v) {
    switch (act) {
    case OP_HSWISH: *v = (valley){-1.5, -0.375}; return true;
    case OP_SWISH: *v = (valley){-1.2784645427610738, -0.2784645427610739}; return true;
    case OP_LEAKY_RELU: *v = (valley){0, 0}; return slope < 0;
    default: return false;
    }
}

range activate_interval(op_kind act, double slope, range x) {
    if (is_unknown(x) || act == OP_IDENTITY) return x;
    range y = {activate_bound(act, slope, x.low), activate_bound(act, slope, x.high)};
    valley v;
    if (x.low == x.high || !find_valley(act, slope, &v)) return settle_interval(y);
    double high = fmax(y.low, y.high), low = fmin(y.low, y.high);
    return settle_interval((range){x.low <= v.bottom && v.bottom <= x.high ? v.least : low, high});
}
