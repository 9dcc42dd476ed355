/* integers.c: the constants of quantised kernels, sums, products and means. See integers.h for the formulas. */
#include "graph/integers.h"
#include "graph/quant.h"

#include <math.h>

static int clamp_code(double code, int least, int most) {
    return code < least ? least : code > most ? most : (int)code;
}

/* TensorFlow Lite divides in single precision (CalculateActivationRangeQuantized). */
int code_of(const quant *q, elem_type type, int channel, double x) {
    int least = (int)type_table[type].least, most = (int)type_table[type].most;
    if (isinf(x)) return x < 0 ? least : most;
    return clamp_code((double)q->zero + round((double)((float)x / quant_scale(q, channel))), least, most);
}

code_range codes_within(const quant *q, elem_type type, op_kind act, act_args args) {
    double low, high;
    code_range r = {(int)type_table[type].least, (int)type_table[type].most};
    if (!act_bounds(act, args, &low, &high)) return r;
    /* Of codes with a scale for each channel only the bound 0 is the same code in all: quantise_node refuses
     * others. */
    if (!isinf(low)) r.least = low == 0 ? q->zero : code_of(q, type, 0, low);
    if (!isinf(high)) r.most = code_of(q, type, 0, high);
    return r;
}

/* ---- kernels that multiply by weights ---- */

static const node *input_node(const graph *g, const node *n) { return &g->nodes[n->in[0]]; }

static rescale scale_of_output(const graph *g, const node *n, int o) {
    const quant *x = &input_node(g, n)->q, *y = own_quant(n);
    const tensor *w = n->weights[ROLE_WEIGHT_SCALE];
    float w_scale = w->data[w->count == 1 ? 0 : o], y_scale = quant_scale(y, o), x_scale = x->scale;
    if (x->scales) x_scale = n->op == OP_DEPTHWISE ? x->scales->data[o / n->a.multiplier] : 1.0f;
    /* With one scale for all weights the scales are multiplied in single precision first, as those of a
     * FULLY_CONNECTED are (GetQuantizedConvolutionMultipler). */
    double product = n->a.one_weight_scale ? (double)(x_scale * w_scale) : (double)x_scale * (double)w_scale;
    return rescale_by(product / (double)y_scale);
}

int padding_code(const graph *g, const node *n, int channel) {
    const node *x = input_node(g, n);
    return n->a.pad_value ? code_of(&x->q, x->type, channel, n->a.pad_value[channel]) : x->q.zero;
}

kernel_integers integers_of_kernel(const graph *g, const node *n, arena *a) {
    const node *x = input_node(g, n);
    int c = n->shape.c;
    rescale *by = ARENA_ARRAY(a, rescale, c);
    int32_t *bias = ARENA_ARRAY(a, int32_t, c);
    for (int o = 0; o < c; o++) {
        by[o] = scale_of_output(g, n, o);
        if (n->weights[ROLE_BIAS]) bias[o] = n->weights[ROLE_BIAS]->ints[o];
    }
    kernel_integers k = {.x_zero = x->q.zero, .y_zero = own_quant(n)->zero, .bias = bias, .by = by};
    k.range = codes_within(own_quant(n), n->type, n->a.act, n->a.act_args);
    if (!n->a.pad_value) return k;
    int *pad = ARENA_ARRAY(a, int, x->shape.c);
    for (int i = 0; i < x->shape.c; i++) pad[i] = padding_code(g, n, i);
    k.pad_codes = pad;
    return k;
}

/* How many weights belong to an output channel, and the i-th of them. */
static int64_t weights_of_output(const node *n) { return n->weights[ROLE_WEIGHT]->count / n->shape.c; }

static int64_t weight_of_output(const node *n, int o, int64_t i) {
    int64_t at = n->op == OP_DEPTHWISE ? i * n->shape.c + o : o * weights_of_output(n) + i;
    return (int64_t)n->weights[ROLE_WEIGHT]->data[at];
}

const int32_t *bias_over_codes(const graph *g, const node *n, const kernel_integers *k, arena *a) {
    (void)g;
    int32_t *bias = ARENA_ARRAY(a, int32_t, n->shape.c);
    for (int o = 0; o < n->shape.c; o++) {
        int64_t sum = 0;
        for (int64_t i = 0; i < weights_of_output(n); i++) sum += weight_of_output(n, o, i);
        bias[o] = (int32_t)(uint32_t)((int64_t)k->bias[o] - k->x_zero * sum);
    }
    return bias;
}

void sums_of_output(const graph *g, const node *n, int o, int64_t *least, int64_t *most) {
    const node *x = input_node(g, n);
    int64_t below = x->q.zero - (int64_t)type_table[x->type].least,
            above = (int64_t)type_table[x->type].most - x->q.zero;
    const bool depthwise = n->op == OP_DEPTHWISE;
    const int64_t count = weights_of_output(n), stride = depthwise ? n->shape.c : 1;
    const float *w = n->weights[ROLE_WEIGHT]->data + (depthwise ? o : o * count);
    int64_t sum = 0, sizes = 0; /* of the weights, and of their absolute values */
    for (int64_t i = 0; i < count; i++) {
        const int v = (int)w[i * stride];
        sum += v;
        sizes += v < 0 ? -v : v;
    }
    const int64_t positive = (sizes + sum) / 2, negative = (sizes - sum) / 2;
    *least = *most = n->weights[ROLE_BIAS] ? n->weights[ROLE_BIAS]->ints[o] : 0;
    *most += positive * above + negative * below;
    *least -= positive * below + negative * above;
}

bool sums_within(const graph *g, const node *n, int64_t lowest, int64_t highest, int *channel) {
    for (int o = 0; o < n->shape.c; o++) {
        int64_t least, most;
        sums_of_output(g, n, o, &least, &most);
        if (least >= lowest && most <= highest) continue;
        *channel = o;
        return false;
    }
    return true;
}

bool may_overflow(const graph *g, const node *n, int *channel) {
    return !sums_within(g, n, INT32_MIN, INT32_MAX, channel);
}

/* ---- sums ---- */

/* TensorFlow Lite's add (CalculateOpDataAdd): both inputs are brought to twice the larger scale, with 20 bits
 * more than they have. `once` takes the same constants and rounds by its own rule. */
static add_integers integers_of_sum(const quant *x, const quant *z, const quant *y) {
    enum { EXTRA_BITS = 20 };
    double twice = 2 * (double)fmaxf(x->scale, z->scale);
    return (add_integers){
        .x_zero = x->zero,
        .z_zero = z->zero,
        .y_zero = y->zero,
        .left = EXTRA_BITS,
        .x_by = rescale_by((double)x->scale / twice),
        .z_by = rescale_by((double)z->scale / twice),
        .y_by = rescale_by(twice / ((double)(1 << EXTRA_BITS) * (double)y->scale)),
    };
}

add_integers integers_of_add(const graph *g, const node *n) {
    add_integers k = integers_of_sum(&g->nodes[n->in[0]].q, &g->nodes[n->in[1]].q, own_quant(n));
    k.range = codes_within(own_quant(n), n->type, n->a.act, n->a.act_args);
    return k;
}

add_integers integers_of_residual(const graph *g, const node *n) {
    const quant *made = n->a.acted.on ? &n->a.acted : own_quant(n);
    add_integers k = integers_of_sum(made, &g->nodes[n->in[n->n_in - 1]].q, &n->q);
    k.range = codes_within(&n->q, n->type, n->a.act2, n->a.act2_args);
    return k;
}

int add_codes(rescale_rounding how, const add_integers *k, int x, int z, bool subtract) {
    int32_t wide_x = rescale_apply(how, (x - k->x_zero) * (1 << k->left), k->x_by);
    int32_t wide_z = rescale_apply(how, (z - k->z_zero) * (1 << k->left), k->z_by);
    int32_t sum = subtract ? wide_x - wide_z : wide_x + wide_z;
    return code_within(k->range, (int64_t)k->y_zero + rescale_apply(how, sum, k->y_by));
}

/* ---- products and changes of scale ---- */

mul_integers integers_of_mul(const graph *g, const node *n, arena *a) {
    const quant *x = &g->nodes[n->in[0]].q, *z = &g->nodes[n->in[1]].q, *y = own_quant(n);
    rescale *by = ARENA_ARRAY(a, rescale, n->shape.c);
    for (int c = 0; c < n->shape.c; c++) {
        double product = (double)quant_scale(x, c) * (double)quant_scale(z, c);
        by[c] = rescale_by(product / (double)quant_scale(y, c));
    }
    code_range r = codes_within(y, n->type, n->a.act, n->a.act_args);
    return (mul_integers){.x_zero = x->zero, .z_zero = z->zero, .y_zero = y->zero, .by = by, .range = r};
}

requantize_integers integers_of_requantize(const graph *g, const node *n, arena *a) {
    const quant *x = &input_node(g, n)->q, *y = own_quant(n);
    rescale *by = ARENA_ARRAY(a, rescale, n->shape.c);
    for (int c = 0; c < n->shape.c; c++)
        by[c] = rescale_by((double)quant_scale(x, c) / (double)quant_scale(y, c));
    code_range r = codes_within(y, n->type, n->a.act, n->a.act_args);
    return (requantize_integers){.x_zero = x->zero, .y_zero = y->zero, .by = by, .range = r};
}

/* ---- means and sums ---- */

int average_codes(int32_t sum, int count) {
    return sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
}

/* TensorFlow Lite's mean (QuantizedMeanOrSum): the multiplier is divided by the count, with as many bits more
 * as the count has, as far as the shift allows. */
rescale rescale_of_mean(rescale_rounding how, double x_scale, double y_scale, int64_t count) {
    if (how == RESCALE_ONCE) return rescale_by(x_scale / (y_scale * (double)count));
    rescale by = rescale_by(x_scale / y_scale);
    int bits = 0;
    while (count >> (bits + 1)) bits++;
    if (bits > 32) bits = 32;
    if (bits > 31 + by.shift) bits = 31 + by.shift;
    return (rescale){(int32_t)(((int64_t)by.multiplier << bits) / count), by.shift - bits};
}

mean_integers integers_of_mean(const graph *g, const node *n, int count, arena *a) {
    const quant *x = &input_node(g, n)->q, *y = own_quant(n);
    rescale *by = ARENA_ARRAY(a, rescale, n->shape.c);
    int64_t divisor = n->op == OP_REDUCE && n->a.reduce == REDUCE_SUM ? 1 : count;
    for (int c = 0; c < n->shape.c; c++)
        by[c] = rescale_of_mean(g->rounding, (double)quant_scale(x, c), (double)quant_scale(y, c), divisor);
    mean_integers k = {.count = count, .x_zero = x->zero, .y_zero = y->zero, .by = by};
    k.averages = n->op == OP_AVG_POOL && same_quant(x, y);
    k.range = codes_within(y, n->type, n->a.act, n->a.act_args);
    return k;
}

int mean_code(rescale_rounding how, const mean_integers *k, int channel, int32_t sum) {
    if (k->averages) return code_within(k->range, average_codes(sum, k->count));
    int32_t moved = sum - k->count * k->x_zero;
    return code_within(k->range, (int64_t)k->y_zero + rescale_apply(how, moved, k->by[channel]));
}
