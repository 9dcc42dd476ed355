/* code_ranges.c: bounds on codes, which are whole numbers. Each function of codes here is one that the network
 * computes, from the same constants, at both ends of an interval: what is rescaled only rises, and a table is
 * looked at between the ends. So the bounds are exact but for what joins channels, and a constant code is known
 * exactly.
 *
 * A sum that may leave 32 bits, before or behind the shift to the left, may become anything. */
#include "graph/integers.h"
#include "graph/tables.h"
#include "passes/channel_walk.h"
#include "passes/rewrite.h"

static range all_codes(code_range r) { return (range){r.least, r.most}; }

static code_range own_range(const channel_walk *k) {
    return codes_within(own_quant(k->n), k->n->type, k->n->a.act, k->n->a.act_args);
}

static int clamp_code(code_range r, int64_t code) {
    return code < r.least ? r.least : code > r.most ? r.most : (int)code;
}

static bool fits_sum(range x, rescale by) {
    double times = by.shift > 0 ? (double)(INT64_C(1) << by.shift) : 1;
    return x.low * times >= INT32_MIN && x.high * times <= INT32_MAX;
}

/* clamp(zero + rescale(x, by)). */
static range rescale_range(const channel_walk *k, range x, rescale by, int zero, code_range r) {
    if (!fits_sum(x, by)) return all_codes(r);
    rescale_rounding how = k->g->rounding;
    return (range){clamp_code(r, (int64_t)zero + rescale_apply(how, (int32_t)x.low, by)),
                   clamp_code(r, (int64_t)zero + rescale_apply(how, (int32_t)x.high, by))};
}

static range less(range x, int zero) { return (range){x.low - zero, x.high - zero}; }

/* The result only rises with each input, if none of its shifts to the left is large. */
static range add_range(const channel_walk *k, const add_integers *c, range x, range z, bool subtract) {
    enum { MOST_SHIFT = 2 }; /* the sum has up to 29 bits and a sign */
    if (c->y_by.shift > MOST_SHIFT) return all_codes(c->range);
    if (subtract) z = (range){z.high, z.low};
    return (range){add_codes(k->g->rounding, c, (int)x.low, (int)z.low, subtract),
                   add_codes(k->g->rounding, c, (int)x.high, (int)z.high, subtract)};
}

/* The interval that meets channel c of the result. An input of one channel meets all. */
static range met_by(const channel_walk *k, int input, int c) {
    return input_of(k, input)[c % input_channels(k, input)];
}

static void range_sums(const channel_walk *k) {
    const add_integers c = integers_of_add(k->g, k->n);
    for (int i = 0; i < k->n->shape.c; i++)
        k->out[i] = add_range(k, &c, met_by(k, 0, i), met_by(k, 1, i), k->n->op == OP_SUB);
}

static void range_products(const channel_walk *k) {
    const mul_integers c = integers_of_mul(k->g, k->n, k->memory);
    for (int i = 0; i < k->n->shape.c; i++) {
        range x = multiply_intervals(less(met_by(k, 0, i), c.x_zero), less(met_by(k, 1, i), c.z_zero));
        k->out[i] = rescale_range(k, x, c.by[i], c.y_zero, c.range);
    }
}

static void range_requantize(const channel_walk *k) {
    const requantize_integers c = integers_of_requantize(k->g, k->n, k->memory);
    for (int i = 0; i < k->n->shape.c; i++)
        k->out[i] = rescale_range(k, less(input_of(k, 0)[i], c.x_zero), c.by[i], c.y_zero, c.range);
}

/* A real number is divided in single precision, so its code may be the next one. 0 is the zero point. */
static double bound_code(code_range r, double x, double scale, int zero, int slack) {
    double code = x == 0 ? zero : (slack < 0 ? floor(x / scale) : ceil(x / scale)) + slack + zero;
    return fmin(fmax(code, r.least), r.most);
}

static void range_quantize(const channel_walk *k) {
    const code_range r = own_range(k);
    for (int c = 0; c < k->n->shape.c; c++) {
        range x = input_of(k, 0)[c];
        double scale = (double)quant_scale(&k->n->q, c);
        k->out[c] = is_unknown(x) ? all_codes(r)
                                  : (range){bound_code(r, x.low, scale, k->n->q.zero, -1),
                                            bound_code(r, x.high, scale, k->n->q.zero, 1)};
    }
}

static void range_dequantize(const channel_walk *k) {
    const quant *q = &k->g->nodes[k->n->in[0]].q;
    for (int c = 0; c < k->n->shape.c; c++) {
        double scale = (double)quant_scale(q, c);
        range x = less(input_of(k, 0)[c], q->zero);
        k->out[c] = (range){scale * x.low, scale * x.high};
    }
}

static range look_up(const int8_t *table, range x) {
    range y = {INT8_MAX, INT8_MIN};
    for (int code = (int)x.low; code <= (int)x.high; code++) {
        y.low = fmin(y.low, table[code + 128]);
        y.high = fmax(y.high, table[code + 128]);
    }
    return y;
}

static range clamp_range(code_range r, range x) {
    return (range){clamp_code(r, (int64_t)x.low), clamp_code(r, (int64_t)x.high)};
}

static void range_activation(const channel_walk *k) {
    const act_tables t = tables_of_node(k->g, k->n, k->memory);
    code_range r = codes_within(&k->n->q, k->n->type, k->n->op, k->n->a.args);
    for (int c = 0; c < k->n->shape.c; c++) {
        range x = input_of(k, 0)[c];
        k->out[c] = t.count ? look_up(t.at[t.of_channel[c]], x) : clamp_range(r, x);
    }
}

/* A mean that keeps its scale lies between the codes that it is of. So do linear resizes. */
static void range_between(const channel_walk *k, bool between) {
    code_range r = own_range(k);
    for (int c = 0; c < k->n->shape.c; c++) k->out[c] = between ? input_of(k, 0)[c] : all_codes(r);
}

/* The mean of the whole map. */
static void range_global_pool(const channel_walk *k) {
    const node *n = k->n, *x = &k->g->nodes[n->in[0]];
    int64_t count = shape_pixels(x->shape);
    code_range r = own_range(k);
    for (int c = 0; c < n->shape.c; c++) {
        double x_scale = (double)quant_scale(&x->q, c), y_scale = (double)quant_scale(own_quant(n), c);
        rescale by = rescale_of_mean(k->g->rounding, x_scale, y_scale, count);
        range sum = less(input_of(k, 0)[c], x->q.zero);
        sum = (range){sum.low * (double)count, sum.high * (double)count};
        k->out[c] = rescale_range(k, sum, by, own_quant(n)->zero, r);
    }
}

/* Where it adds channels, each may hold what any of them held. */
static void range_pad(const channel_walk *k) {
    const node *n = k->n;
    bool widens = n->shape.c != input_channels(k, 0);
    range all = input_of(k, 0)[0];
    for (int c = 1; c < input_channels(k, 0); c++) all = join_intervals(all, input_of(k, 0)[c]);
    double pad = code_of(&n->q, n->type, 0, n->a.fill);
    for (int c = 0; c < n->shape.c; c++) {
        range x = widens ? all : input_of(k, 0)[c];
        k->out[c] = n->a.around == PADS_CONSTANT ? join_intervals(x, (range){pad, pad}) : x;
    }
}

bool range_codes(const channel_walk *k) {
    const node *n = k->n;
    if (is_activation(n->op)) {
        range_activation(k);
        return true;
    }
    switch (n->op) {
    case OP_ADD:
    case OP_SUB: range_sums(k); break;
    case OP_MUL: range_products(k); break;
    case OP_QUANTIZE: range_quantize(k); break;
    case OP_DEQUANTIZE: range_dequantize(k); break;
    case OP_REQUANTIZE: range_requantize(k); break;
    case OP_GLOBAL_AVG_POOL: range_global_pool(k); break;
    case OP_AVG_POOL: range_between(k, keeps_quant(k->g, n) && !n->a.count_pad); break;
    case OP_UPSAMPLE: range_between(k, keeps_quant(k->g, n)); break;
    case OP_RESIZE: range_between(k, keeps_quant(k->g, n) && n->a.resize.mode != RESIZE_CUBIC); break;
    case OP_PAD: range_pad(k); break;
    case OP_CONSTANT:
    case OP_SOFTMAX:
    case OP_REDUCE: range_between(k, false); break;
    default: return false;
    }
    return true;
}

/* Turns the sums of a kernel into codes, and says which sum gives the code where it is constant. */
static void finish_sums(const channel_walk *k, double *fixed) {
    const kernel_integers c = integers_of_kernel(k->g, k->n, k->memory);
    for (int o = 0; o < k->n->shape.c; o++) {
        range sum = k->out[o];
        fixed[o] = fits_sum(sum, c.by[o]) ? sum.high : 0;
        k->out[o] = rescale_range(k, sum, c.by[o], c.y_zero, c.range);
    }
}

void finish_code_ranges(const channel_walk *k, double *fixed) {
    const node *n = k->n;
    bool kernel = has_kernel(n);
    const act_tables t = is_activation(n->op) ? (act_tables){0} : tables_of_node(k->g, n, k->memory);
    const range *residual = n->a.has_residual ? input_of(k, n->n_in - 1) : NULL;
    add_integers sum = {0};
    if (residual) sum = integers_of_residual(k->g, n);
    if (kernel) finish_sums(k, fixed);
    for (int c = 0; c < n->shape.c; c++) {
        range x = is_unknown(k->out[c]) ? type_interval(n->type) : k->out[c];
        if (t.count) x = look_up(t.at[t.of_channel[c]], x);
        if (!kernel || !is_constant(x)) fixed[c] = NAN;
        k->out[c] = residual ? add_range(k, &sum, x, residual[c], false) : x;
    }
}
