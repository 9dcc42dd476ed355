/* softmax_codes.c: the table of exponentials and the two functions of softmax on codes. See softmax_codes.h for
 * the formulas. */
#include "graph/softmax_codes.h"
#include "base/fixed_point.h"
#include "graph/quant.h"

#include <math.h>

enum {
    EXP_INTEGER_BITS = 5,  /* of what TensorFlow Lite takes the exponential of */
    SUM_INTEGER_BITS = 12, /* of its sum */
    ONCE_BITS = 30         /* of a fraction, in the exponentials of RESCALE_ONCE */
};

/* TensorFlow Lite's table (PreprocessSoftmaxScaling, CalculateInputRadius): the difference times scale in
 * Q5.26. One that does not fit there counts for nothing. */
static void tflite_exps(double scale, int32_t *exps) {
    double factor = fmin(scale * (1 << (31 - EXP_INTEGER_BITS)), (double)INT32_MAX);
    rescale by = rescale_by(factor);
    double radius = floor(ldexp((1 << EXP_INTEGER_BITS) - 1, 31 - EXP_INTEGER_BITS - by.shift));
    for (int d = 0; d < SOFTMAX_EXPS && d <= radius; d++)
        exps[d] = fixed_exp(rescale_apply(RESCALE_TFLITE, -d, by), EXP_INTEGER_BITS);
}

softmax_integers integers_of_softmax(const graph *g, const node *n) {
    const quant *x = &g->nodes[n->in[0]].q, *y = own_quant(n);
    softmax_integers k = {.y_zero = y->zero, .y_by = rescale_by(1 / (double)y->scale)};
    k.range = codes_within(y, n->type, n->a.act, n->a.act_args);
    if (g->rounding == RESCALE_TFLITE) {
        tflite_exps((double)x->scale, k.exps);
        return k;
    }
    for (int d = 0; d < SOFTMAX_EXPS; d++)
        k.exps[d] = (int32_t)round(ldexp(exp(-(double)x->scale * d), ONCE_BITS));
    return k;
}

int64_t softmax_term(rescale_rounding how, int32_t e) {
    return how == RESCALE_TFLITE ? rescale_down(e, SUM_INTEGER_BITS) : e;
}

static int highest_bit(int64_t x) {
    int bit = 0;
    while (x >> (bit + 1)) bit++;
    return bit;
}

softmax_scale softmax_divisor(rescale_rounding how, const softmax_integers *k, int64_t sum) {
    enum { MOST_SHIFT = 62 };
    int bit = highest_bit(sum);
    int32_t fraction = (int32_t)(((uint64_t)sum << (63 - bit) >> 32) - (UINT64_C(1) << 31));
    int32_t reciprocal = fixed_reciprocal(fraction);
    if (how == RESCALE_TFLITE) return (softmax_scale){reciprocal, 4 + bit};
    int shift = 31 + bit - k->y_by.shift;
    return (softmax_scale){rescale_high(reciprocal, k->y_by.multiplier),
                           shift > MOST_SHIFT ? MOST_SHIFT : shift};
}

int softmax_code(rescale_rounding how, const softmax_integers *k, int32_t e, softmax_scale by) {
    int64_t code = how == RESCALE_TFLITE
                       ? rescale_down(rescale_high(e, by.multiplier), by.shift)
                       : ((int64_t)e * by.multiplier + (INT64_C(1) << (by.shift - 1))) >> by.shift;
    code += k->y_zero;
    return code < k->range.least ? k->range.least : code > k->range.most ? k->range.most : (int)code;
}
