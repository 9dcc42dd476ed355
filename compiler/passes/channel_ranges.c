/* channel_ranges.c: interval arithmetic over the graph, once, in order, channel by channel.
 *
 * All pixels of a channel share an interval; so the time is that of one look at each weight. A window with
 * padding sees, at every tap, either the channel or what the padding holds: its interval is widened by that. */
#include "passes/channel_ranges.h"
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

/* What is at hand for one node. */
typedef struct view {
    const graph *g;
    const node *n;
    const channel_ranges *all;
    range *out;    /* [n->shape.c] */
    arena *memory; /* for this node alone */
} view;

static const range *input_of(const view *v, int i) { return v->all->values + v->all->first[v->n->in[i]]; }

static int input_channels(const view *v, int i) { return v->g->nodes[v->n->in[i]].shape.c; }

/* The bounds of the input as a window sees them, apart, so that sums over them are quick. */
typedef struct bounds {
    double *low, *high; /* [channels] */
    bool finite;
} bounds;

static bounds window_bounds(const view *v) {
    int channels = input_channels(v, 0);
    const range *in = input_of(v, 0);
    bounds b = {ARENA_ARRAY(v->memory, double, channels), ARENA_ARRAY(v->memory, double, channels), true};
    bool pads = v->n->op != OP_DENSE && has_padding(&v->n->a);
    for (int c = 0; c < channels; c++) {
        double padding = padding_value(v->n, c);
        range x = pads ? join_intervals(in[c], (range){padding, padding}) : in[c];
        b.low[c] = x.low, b.high[c] = x.high;
        b.finite = b.finite && isfinite(x.low) && isfinite(x.high);
    }
    return b;
}

/* The sum of w[i] * x[i], all bounds finite. A weight that is not finite makes it so too. Four sums side by
 * side, since one would wait for itself at every step. */
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
    return weigh(n->weights[ROLE_BIAS]->data[channel], (range){1, 1});
}

/* conv and dense: a row of weights for each output channel, over the channels of its group, again and again. */
static void range_rows(const view *v) {
    const node *n = v->n;
    const tensor *weight = n->weights[ROLE_WEIGHT];
    int groups = n->op == OP_CONV ? n->a.groups : 1;
    int group_in = input_channels(v, 0) / groups, group_out = n->shape.c / groups;
    int64_t row = weight->count / n->shape.c;
    bounds b = window_bounds(v);
    for (int o = 0; o < n->shape.c; o++) {
        int from = o / group_out * group_in;
        range sum = bias_interval(n, o);
        for (int64_t i = 0; i < row; i += group_in) {
            const float *w = weight->data + o * row + i;
            range part = b.finite ? sum_finite(w, b.low + from, b.high + from, group_in)
                                  : sum_any(w, b.low + from, b.high + from, group_in);
            sum = add_intervals(sum, part);
        }
        v->out[o] = sum;
    }
}

static void range_depthwise(const view *v) {
    const node *n = v->n;
    bounds b = window_bounds(v);
    for (int o = 0; o < n->shape.c; o++) {
        range sum = bias_interval(n, o), x = {b.low[o / n->a.multiplier], b.high[o / n->a.multiplier]};
        for (int tap = 0; tap < n->a.kernel[0] * n->a.kernel[1]; tap++) {
            sum = add_intervals(sum, weigh(n->weights[ROLE_WEIGHT]->data[(int64_t)tap * n->shape.c + o], x));
        }
        v->out[o] = sum;
    }
}

static void range_affine(const view *v) {
    for (int c = 0; c < v->n->shape.c; c++) {
        range x = weigh(v->n->weights[ROLE_WEIGHT]->data[c], input_of(v, 0)[c]);
        v->out[c] = add_intervals(x, bias_interval(v->n, c));
    }
}

/* With gaps between its taps a window may lie beside the input altogether; its mean or maximum is nothing then.
 */
static bool may_see_nothing(const node *n) {
    return has_padding(&n->a) && (n->a.dilation[0] > 1 || n->a.dilation[1] > 1);
}

static void range_pool(const view *v) {
    const node *n = v->n;
    bool counts = n->op == OP_AVG_POOL && n->a.count_pad && has_padding(&n->a);
    for (int c = 0; c < n->shape.c; c++) {
        range x = input_of(v, 0)[c];
        v->out[c] = may_see_nothing(n) ? unknown_interval() : counts ? join_intervals(x, (range){0, 0}) : x;
    }
}

static void range_shuffle(const view *v) {
    int groups = v->n->a.groups, each = v->n->shape.c / groups;
    for (int c = 0; c < v->n->shape.c; c++) v->out[c % each * groups + c / each] = input_of(v, 0)[c];
}

static void range_join(const view *v) {
    const range *x = input_of(v, 0), *y = input_of(v, 1);
    for (int c = 0; c < v->n->shape.c; c++) {
        v->out[c] = v->n->op == OP_ADD ? add_intervals(x[c], y[c]) : multiply_intervals(x[c], y[c]);
    }
}

static void range_concat(const view *v) {
    int at = 0;
    for (int i = 0; i < node_own_inputs(v->n); i++) {
        for (int c = 0; c < input_channels(v, i); c++) v->out[at++] = input_of(v, i)[c];
    }
}

static void range_softmax(const view *v) {
    range all = {0, 1};
    for (int c = 0; c < v->n->shape.c; c++) {
        if (is_unknown(input_of(v, 0)[c])) all = unknown_interval();
    }
    for (int c = 0; c < v->n->shape.c; c++) v->out[c] = all;
}

static void range_input(const view *v) {
    static const range of_type[TYPE_COUNT] = {{-INFINITY, INFINITY}, {0, 255}, {-128, 127}};
    for (int c = 0; c < v->n->shape.c; c++) v->out[c] = of_type[v->n->type];
}

/* Everything else that keeps a channel to itself. */
static void range_unary(const view *v) {
    const node *n = v->n;
    int channels = input_channels(v, 0), begin = n->op == OP_SLICE ? n->a.begin : 0;
    for (int c = 0; c < n->shape.c; c++) {
        range x =
            input_of(v, 0)[(begin + c) % channels]; /* a flatten counts through the channels at each pixel */
        switch (n->op) {
        case OP_PAD: v->out[c] = join_intervals(x, (range){0, 0}); break;
        case OP_GLOBAL_AVG_POOL:
        case OP_FLATTEN:
        case OP_IDENTITY:
        case OP_DROPOUT:
        case OP_CONVERT:
        case OP_SLICE:
        case OP_UPSAMPLE: v->out[c] = x; break; /* bilinear weights are at least 0 and sum to 1 */
        default:
            v->out[c] = is_activation(n->op) ? activate_interval(n->op, n->a.slope, x) : unknown_interval();
        }
    }
}

static void range_node(const view *v) {
    switch (v->n->op) {
    case OP_INPUT: range_input(v); break;
    case OP_CONV:
    case OP_DENSE: range_rows(v); break;
    case OP_DEPTHWISE: range_depthwise(v); break;
    case OP_AFFINE: range_affine(v); break;
    case OP_MAX_POOL:
    case OP_AVG_POOL: range_pool(v); break;
    case OP_SHUFFLE: range_shuffle(v); break;
    case OP_SOFTMAX: range_softmax(v); break;
    case OP_ADD:
    case OP_MUL: range_join(v); break;
    case OP_CONCAT: range_concat(v); break;
    default: range_unary(v);
    }
}

/* Which v of an interval to take where act(v) is the same for all: its larger bound, unless that is infinite.
 */
static double pick_value(range v) { return isfinite(v.high) ? v.high : isfinite(v.low) ? v.low : NAN; }

/* What passes have fused into the node: act2(act(v) + residual). */
static void finish_node(const view *v, double *fixed) {
    const attrs *a = &v->n->a;
    const range *residual = a->has_residual ? input_of(v, v->n->n_in - 1) : NULL;
    for (int c = 0; c < v->n->shape.c; c++) {
        range x = activate_interval(a->act, a->act_slope, v->out[c]);
        fixed[c] = has_kernel(v->n) && is_constant(x) ? pick_value(v->out[c]) : NAN;
        if (residual) x = add_intervals(x, residual[c]);
        v->out[c] = activate_interval(a->act2, a->act2_slope, x);
    }
}

void find_channel_ranges(const graph *g, arena *a, channel_ranges *c) {
    c->values = ARENA_ARRAY(a, range, c->count);
    c->fixed = ARENA_ARRAY(a, double, c->count);
    for (int i = 0; i < g->n_nodes; i++) {
        arena *memory = arena_new();
        view v = {g, &g->nodes[i], c, c->values + c->first[i], memory};
        range_node(&v);
        finish_node(&v, c->fixed + c->first[i]);
        arena_free(memory);
    }
}
