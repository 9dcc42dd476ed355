/* channel_ranges.c: interval arithmetic over the graph, once, in order, with one interval for each channel.
 *
 * All pixels of a channel share an interval, so the time is that of one look at each weight. In a window with
 * padding each tap may see either the channel or the value of the padding, so its interval holds both. */
#include "passes/channel_walk.h"
#include "passes/rewrite.h"

channel_ranges number_channels(const graph *g, arena *a, int most) {
    channel_ranges c = {.first = ARENA_ARRAY(a, int, g->n_nodes + 1)};
    for (int i = 0; i < g->n_nodes; i++) {
        c.first[i] = c.count;
        c.count += g->nodes[i].shape.c; /* at most MAX_CHANNELS */
        if (c.count > most) return (channel_ranges){.count = -1};
    }
    c.first[g->n_nodes] = c.count;
    return c;
}

/* The bounds of the input as a window sees them, less the zero point where they are codes. Low and high ones
 * lie apart, so that sums over them are quick. */
typedef struct bounds {
    double *low, *high; /* [channels] */
    bool finite;
} bounds;

static bounds window_bounds(const channel_walk *k) {
    int channels = input_channels(k, 0);
    const range *in = input_of(k, 0);
    bounds b = {ARENA_ARRAY(k->memory, double, channels), ARENA_ARRAY(k->memory, double, channels), true};
    bool pads = k->n->op != OP_DENSE && has_padding(&k->n->a);
    double zero = k->n->q.on ? k->g->nodes[k->n->in[0]].q.zero : 0;
    for (int c = 0; c < channels; c++) {
        double padding = padding_value(k->g, k->n, c);
        range x = pads ? join_intervals(in[c], (range){padding, padding}) : in[c];
        b.low[c] = x.low - zero, b.high[c] = x.high - zero;
        b.finite = b.finite && isfinite(x.low) && isfinite(x.high);
    }
    return b;
}

/* The sum of w[i] * x[i], where all bounds are finite. Unknown where a weight or the sum is not finite. Four
 * sums run side by side, because a single one would wait for its last addition at every step. */
static range sum_finite(const float *w, const double *low, const double *high, int count) {
    double least[4] = {0}, most[4] = {0};
    int i = 0;
    for (; i + 4 <= count; i += 4) {
        for (int k = 0; k < 4; k++) {
            double weight = (double)w[i + k], up = weight > 0 ? weight : 0, down = weight - up;
            least[k] += up * low[i + k] + down * high[i + k];
            most[k] += up * high[i + k] + down * low[i + k];
        }
    }
    for (; i < count; i++) {
        double weight = (double)w[i], up = weight > 0 ? weight : 0, down = weight - up;
        least[0] += up * low[i] + down * high[i];
        most[0] += up * high[i] + down * low[i];
    }
    range sum = {(least[0] + least[1]) + (least[2] + least[3]), (most[0] + most[1]) + (most[2] + most[3])};
    return isfinite(sum.low) && isfinite(sum.high) ? sum : unknown_interval();
}

static range weigh(float w, range x) {
    if (!isfinite(w)) return unknown_interval();
    return multiply_intervals((range){(double)w, (double)w}, x);
}

static range sum_any(const float *w, const double *low, const double *high, int count) {
    range sum = {0, 0};
    for (int i = 0; i < count; i++) sum = add_intervals(sum, weigh(w[i], (range){low[i], high[i]}));
    return sum;
}

static range bias_interval(const node *n, int channel) {
    if (!n->weights[ROLE_BIAS]) return (range){0, 0};
    if (n->q.on) return (range){n->weights[ROLE_BIAS]->ints[channel], n->weights[ROLE_BIAS]->ints[channel]};
    return weigh(n->weights[ROLE_BIAS]->data[channel], (range){1, 1});
}

/* conv and dense. The weights of an output channel are a row. It goes through the channels of its group once
 * for each tap. */
static void range_rows(const channel_walk *k) {
    const node *n = k->n;
    const tensor *weight = n->weights[ROLE_WEIGHT];
    int groups = n->op == OP_CONV ? n->a.groups : 1;
    int group_in = input_channels(k, 0) / groups, group_out = n->shape.c / groups;
    int64_t row = weight->count / n->shape.c;
    bounds b = window_bounds(k);
    for (int o = 0; o < n->shape.c; o++) {
        int from = o / group_out * group_in;
        range sum = bias_interval(n, o);
        for (int64_t i = 0; i < row; i += group_in) {
            const float *w = weight->data + o * row + i;
            range part = b.finite ? sum_finite(w, b.low + from, b.high + from, group_in)
                                  : sum_any(w, b.low + from, b.high + from, group_in);
            sum = add_intervals(sum, part);
        }
        k->out[o] = sum;
    }
}

static void range_depthwise(const channel_walk *k) {
    const node *n = k->n;
    bounds b = window_bounds(k);
    for (int o = 0; o < n->shape.c; o++) {
        range sum = bias_interval(n, o), x = {b.low[o / n->a.multiplier], b.high[o / n->a.multiplier]};
        for (int tap = 0; tap < n->a.kernel[0] * n->a.kernel[1]; tap++) {
            sum = add_intervals(sum, weigh(n->weights[ROLE_WEIGHT]->data[(int64_t)tap * n->shape.c + o], x));
        }
        k->out[o] = sum;
    }
}

static void range_affine(const channel_walk *k) {
    for (int c = 0; c < k->n->shape.c; c++) {
        range x = weigh(k->n->weights[ROLE_WEIGHT]->data[c], input_of(k, 0)[c]);
        k->out[c] = add_intervals(x, bias_interval(k->n, c));
    }
}

static void range_shuffle(const channel_walk *k) {
    int groups = k->n->a.groups, each = k->n->shape.c / groups;
    for (int c = 0; c < k->n->shape.c; c++) k->out[c % each * groups + c / each] = input_of(k, 0)[c];
}

static void range_concat(const channel_walk *k) {
    int at = 0;
    for (int c = 0; k->n->a.axis != AXIS_C && c < k->n->shape.c; c++) {
        k->out[c] = input_of(k, 0)[c];
        for (int i = 1; i < node_own_inputs(k->n); i++)
            k->out[c] = join_intervals(k->out[c], input_of(k, i)[c]);
    }
    if (k->n->a.axis != AXIS_C) return;
    for (int i = 0; i < node_own_inputs(k->n); i++) {
        for (int c = 0; c < input_channels(k, i); c++) k->out[at++] = input_of(k, i)[c];
    }
}

/* A pad whose channels are more than its input's: each one holds what any channel may hold, and the number. */
static void range_padded_channels(const channel_walk *k) {
    range all = input_of(k, 0)[0];
    for (int c = 1; c < input_channels(k, 0); c++) all = join_intervals(all, input_of(k, 0)[c]);
    for (int c = 0; c < k->n->shape.c; c++) k->out[c] = op_interval(k->n, all, all);
}

/* Every other op. It keeps a channel to itself, or its interval is unknown. */
static void range_unmixed(const channel_walk *k) {
    const node *n = k->n;
    int channels = n->n_in ? input_channels(k, 0) : 1;
    for (int c = 0; c < n->shape.c; c++) {
        /* A flatten counts through the channels at each pixel. */
        int from = n->op == OP_SLICE && n->a.axis == AXIS_C ? n->a.begin + c * n->a.step : c % channels;
        range x = n->n_in ? input_of(k, 0)[from] : any_value();
        k->out[c] = op_interval(n, x, node_own_inputs(n) > 1 ? input_of(k, 1)[c % input_channels(k, 1)] : x);
    }
}

/* Of an op that takes wholes, each channel may hold what any channel of its operands held. */
static void range_whole(const channel_walk *k) {
    range joined = k->n->n_in ? input_of(k, 0)[0] : unknown_interval();
    for (int i = 0; i < k->n->n_in; i++) {
        for (int c = 0; c < input_channels(k, i); c++) joined = join_intervals(joined, input_of(k, i)[c]);
    }
    range x = op_interval(k->n, joined, joined);
    for (int c = 0; c < k->n->shape.c; c++) k->out[c] = x;
}

static void range_node(const channel_walk *k) {
    if ((k->n->q.on || k->n->op == OP_DEQUANTIZE) && range_codes(k)) return;
    if (mixes_channels(k->g, k->n)) {
        range_whole(k);
        return;
    }
    switch (k->n->op) {
    case OP_CONV:
    case OP_DENSE: range_rows(k); break;
    case OP_DEPTHWISE: range_depthwise(k); break;
    case OP_AFFINE: range_affine(k); break;
    case OP_SHUFFLE: range_shuffle(k); break;
    case OP_SOFTMAX: range_whole(k); break; /* it mixes channels, too */
    case OP_CONCAT: range_concat(k); break;
    default:
        if (k->n->op == OP_PAD && k->n->shape.c != input_channels(k, 0)) {
            range_padded_channels(k);
        } else {
            range_unmixed(k);
        }
    }
}

/* A value of the interval: its larger bound, or the smaller one where the larger is infinite. */
static double pick_value(range v) { return isfinite(v.high) ? v.high : isfinite(v.low) ? v.low : NAN; }

/* Adds what passes have fused into the node: act2(act(v) + residual). */
static void finish_node(const channel_walk *k, double *fixed) {
    const attrs *a = &k->n->a;
    const range *residual = a->has_residual ? input_of(k, k->n->n_in - 1) : NULL;
    for (int c = 0; c < k->n->shape.c; c++) {
        range x = activate_interval(a->act, a->act_args, k->out[c]);
        fixed[c] = has_kernel(k->n) && is_constant(x) ? pick_value(k->out[c]) : NAN;
        if (residual) x = add_intervals(x, residual[c]);
        k->out[c] = activate_interval(a->act2, a->act2_args, x);
    }
}

void find_channel_ranges(const graph *g, arena *a, channel_ranges *c) {
    c->values = ARENA_ARRAY(a, range, c->count);
    c->fixed = ARENA_ARRAY(a, double, c->count);
    for (int i = 0; i < g->n_nodes; i++) {
        arena *memory = arena_new();
        channel_walk k = {g, &g->nodes[i], c, c->values + c->first[i], memory};
        range_node(&k);
        if (g->nodes[i].q.on) {
            finish_code_ranges(&k, c->fixed + c->first[i]);
        } else {
            finish_node(&k, c->fixed + c->first[i]);
        }
        arena_free(memory);
    }
}
