/* quant.c: the rule of each op for codes.
 *
 * An op that computes something new of its inputs needs a scale of its own. One that only moves elements keeps
 * its input's. A few may do either. All others do not take codes: a dequantize must stand before them. */
#include "graph/quant.h"
#include "graph/activations.h"
#include "graph/along.h"
#include "graph/integers.h"
#include "graph/internal.h"
#include "graph/softmax_codes.h"

#include <math.h>
#include <stdlib.h>

typedef enum quant_rule {
    RULE_REFUSES, /* does not take codes */
    RULE_NEEDS,   /* makes codes as the layer says, which must say it */
    RULE_KEEPS,   /* makes codes like those of its inputs, which must be alike */
    RULE_MAY,     /* as the layer says, or else like its input */
    RULE_ENDS     /* makes no codes */
} quant_rule;

static const quant_rule quant_rules[OP_COUNT] = {
    [OP_CONSTANT] = RULE_MAY,
    [OP_CONV] = RULE_NEEDS,
    [OP_DEPTHWISE] = RULE_NEEDS,
    [OP_CONV_TRANSPOSE] = RULE_NEEDS,
    [OP_DENSE] = RULE_NEEDS,
    [OP_MAX_POOL] = RULE_KEEPS,
    [OP_AVG_POOL] = RULE_MAY,
    [OP_GLOBAL_AVG_POOL] = RULE_MAY,
    [OP_FLATTEN] = RULE_KEEPS,
    [OP_IDENTITY] = RULE_KEEPS,
    [OP_DROPOUT] = RULE_KEEPS,
    [OP_SOFTMAX] = RULE_NEEDS,
    [OP_REDUCE] = RULE_MAY,
    [OP_ARGMAX] = RULE_ENDS,
    [OP_ARGMIN] = RULE_ENDS,
#define ACTIVATION(id, name, ...) [OP_##id] = RULE_NEEDS,
#include "graph/activations.def"
#undef ACTIVATION
    [OP_SHUFFLE] = RULE_KEEPS,
    [OP_QUANTIZE] = RULE_NEEDS,
    [OP_DEQUANTIZE] = RULE_ENDS,
    [OP_REQUANTIZE] = RULE_NEEDS,
    [OP_PAD] = RULE_KEEPS,
    [OP_UPSAMPLE] = RULE_MAY,
    [OP_RESIZE] = RULE_MAY,
    [OP_SLICE] = RULE_KEEPS,
    [OP_DEPTH_TO_SPACE] = RULE_KEEPS,
    [OP_SPACE_TO_DEPTH] = RULE_KEEPS,
    [OP_RESHAPE] = RULE_KEEPS,
    [OP_TRANSPOSE] = RULE_KEEPS,
    [OP_ADD] = RULE_NEEDS,
    [OP_SUB] = RULE_NEEDS,
    [OP_MUL] = RULE_NEEDS,
    [OP_MIN] = RULE_KEEPS,
    [OP_MAX] = RULE_KEEPS,
    [OP_CONCAT] = RULE_KEEPS,
};

bool keeps_codes(op_kind op) { return quant_rules[op] == RULE_KEEPS; }

bool act_bounds(op_kind act, act_args args, double *low, double *high) {
    *low = act == OP_RELU || act == OP_RELU6 ? 0 : act == OP_CLIP ? args.first : -INFINITY;
    *high = act == OP_RELU6 ? 6 : act == OP_CLIP ? args.second : INFINITY;
    return act == OP_IDENTITY || act == OP_RELU || act == OP_RELU6 || act == OP_CLIP;
}

/* A sum of codes needs a scale, a maximum is one of its codes, and a mean may have the scale of either. */
static quant_rule rule_of_reduction(reduction r) {
    if (r == REDUCE_MEAN) return RULE_MAY;
    if (r == REDUCE_SUM) return RULE_NEEDS;
    return r == REDUCE_MAX || r == REDUCE_MIN ? RULE_KEEPS : RULE_REFUSES;
}

/* An activation that only bounds may keep its input's scale. */
static quant_rule rule_of(const node *n) {
    double low, high;
    if (n->op == OP_REDUCE) return rule_of_reduction(n->a.reduce);
    if (is_activation(n->op) && act_bounds(n->op, n->a.args, &low, &high)) return RULE_MAY;
    return quant_rules[n->op];
}

bool may_have_scale(op_kind op) {
    return is_activation(op) || quant_rules[op] == RULE_NEEDS || quant_rules[op] == RULE_MAY;
}

bool same_quant(const quant *x, const quant *y) {
    if (!x->on || !y->on) return x->on == y->on;
    return x->zero == y->zero && x->scales == y->scales && (x->scales || x->scale == y->scale);
}

static bool quant_error(diag *d, const node *n, const char *why) {
    diag_error(d, n->at, "%s: %s", op_table[n->op].name, why);
    return false;
}

/* Whether the weights of the node are codes where its input is. */
static bool has_filters(const node *n) {
    return n->op == OP_CONV || n->op == OP_CONV_TRANSPOSE || n->op == OP_DEPTHWISE || n->op == OP_DENSE;
}

/* Ops that take codes of uint8: those that load each code alone, and those that move codes. */
static bool takes_uint8(const node *n) {
    return has_filters(n) || n->op == OP_REQUANTIZE || n->op == OP_DEQUANTIZE || keeps_codes(n->op);
}

/* Ops for which the scale may differ from channel to channel of their input: each channel is by itself, or the
 * weights contain the scales. Of the others that keep scales, those that leave channels where they are. */
static bool takes_channel_scales(const node *n) {
    switch (n->op) {
    case OP_CONV:
    case OP_DENSE:
    case OP_DEPTHWISE:
    case OP_MAX_POOL:
    case OP_AVG_POOL:
    case OP_GLOBAL_AVG_POOL:
    case OP_MUL:
    case OP_DEQUANTIZE:
    case OP_REQUANTIZE:
    case OP_IDENTITY:
    case OP_DROPOUT:
    case OP_UPSAMPLE:
    case OP_RESIZE: return true;
    case OP_PAD: return n->a.pad_channels[0] == 0 && n->a.pad_channels[1] == 0;
    case OP_SLICE: return n->a.axis != AXIS_C;
    default: return is_activation(n->op); /* by a table for each pair of scales */
    }
}

/* A bound other than 0 that keeps its input's scale. */
static bool bounds_unevenly(const node *n) {
    double low, high;
    if (!is_activation(n->op) || n->a.q.on || !act_bounds(n->op, n->a.args, &low, &high)) return false;
    return isfinite(high) || (isfinite(low) && low != 0);
}

/* Ops that may make codes with a scale for each channel. */
static bool makes_channel_scales(op_kind op) {
    return op == OP_CONV || op == OP_DENSE || op == OP_DEPTHWISE || op == OP_MUL || op == OP_QUANTIZE ||
           op == OP_REQUANTIZE || is_activation(op);
}

/* Whether the node's inputs are codes: all of them. *mixed: only some are. */
static bool reads_codes(const graph *g, const node *n, bool *mixed) {
    int codes = 0;
    for (int i = 0; i < n->n_in; i++) codes += g->nodes[n->in[i]].q.on;
    *mixed = codes > 0 && codes < n->n_in;
    return codes > 0;
}

static bool check_inputs(const graph *g, diag *d, const node *n, quant_rule rule) {
    const node *first = &g->nodes[n->in[0]];
    for (int i = 0; i < n->n_in; i++) {
        const node *from = &g->nodes[n->in[i]];
        if (from->type == TYPE_U8 && !takes_uint8(n))
            return quant_error(d, n, "its input is uint8; it takes int8, which a requantize makes of it");
        if (from->q.scales && !takes_channel_scales(n))
            return quant_error(d, n, "its input has a scale for each channel, and it needs one scale for all");
        if (from->q.scales && bounds_unevenly(n))
            return quant_error(d, n,
                               "its input has a scale for each channel, so its bound is another code in each; "
                               "it needs a scale and a zero point, q = [scale, zero] or q = [channels, zero]");
        if (from->q.scales && n->op == OP_DEPTHWISE && n->a.pad_value)
            return quant_error(d, n, "its input has a scale for each channel, so its padding must be 0");
        bool alike = rule == RULE_KEEPS && !n->a.has_residual;
        if (alike && (!same_quant(&from->q, &first->q) || from->type != first->type))
            return quant_error(d, n, "its inputs must have the same scale, zero point and type");
    }
    return true;
}

/* How many codes are added up for an element of the result; 0: none are. */
static int64_t codes_summed(const graph *g, const node *n) {
    shape in = g->nodes[n->in[0]].shape;
    if (n->op == OP_AVG_POOL) return (int64_t)n->a.kernel[0] * n->a.kernel[1];
    if (n->op == OP_GLOBAL_AVG_POOL) return shape_pixels(in);
    bool sums = n->op == OP_REDUCE && (n->a.reduce == REDUCE_MEAN || n->a.reduce == REDUCE_SUM);
    return sums ? shape_elements(in) / shape_elements(n->shape) : 0;
}

/* What the integers of graph/integers.h and its kin do not hold. */
static bool check_sums(const graph *g, diag *d, const node *n) {
    if (codes_summed(g, n) > MOST_SUMMED)
        return quant_error(
            d, n, "the sum of so many codes may not fit in 32 bits; a dequantize must stand before it");
    if (n->op == OP_RESIZE && n->a.resize.mode == RESIZE_CUBIC)
        return quant_error(d, n,
                           "cubic resizes do not take quantised tensors; a dequantize must stand before it");
    if (n->op != OP_SOFTMAX || g->rounding != RESCALE_TFLITE) return true;
    along k = walk_along(n->shape, n->a.axes);
    if (along_count(&k) > SOFTMAX_MOST_TERMS)
        return quant_error(d, n, "with rounding = tflite it takes at most 4095 codes at a place");
    if (n->a.q.on && !n->a.own.on && (n->a.q.scale != 1.0f / 256 || n->a.q.zero != INT8_MIN))
        return quant_error(d, n,
                           "with rounding = tflite it makes codes of q = [0.00390625, -128], and no others");
    return true;
}

static bool check_given(diag *d, const node *n) {
    const quant *q = &n->a.q;
    int least = (int)type_table[n->type].least, most = (int)type_table[n->type].most;
    if (!n->a.channel_scales && !(q->scale > 0 && isfinite(q->scale)))
        return quant_error(d, n, "the scale must be a number above 0");
    if (q->zero >= least && q->zero <= most) return true;
    diag_error(d, n->at, "%s: the zero point is %d, must be from %d to %d", op_table[n->op].name, q->zero,
               least, most);
    return false;
}

/* The layer says how its codes are scaled. */
static bool take_given(const graph *g, diag *d, node *n) {
    bool chooses = n->op == OP_QUANTIZE || n->op == OP_REQUANTIZE;
    n->type = chooses && n->a.code_type == TYPE_U8 ? TYPE_U8 : TYPE_I8;
    if (!check_given(d, n)) return false;
    if (n->a.channel_scales && !makes_channel_scales(n->op))
        return quant_error(d, n, "it needs one scale for all channels");
    n->q = n->a.q;
    n->q.scales = NULL;
    if (n->a.channel_scales)
        n->q.scales = n->weights[ROLE_OUTPUT_SCALE] = new_tensor(g, 1, n->shape.c, 0, 0, 0);
    return true;
}

static bool quantise_weights(const graph *g, node *n) {
    if (n->op == OP_CONSTANT) n->weights[ROLE_WEIGHT]->type = TYPE_I8;
    if (!has_filters(n)) return true;
    n->weights[ROLE_WEIGHT]->type = TYPE_I8;
    if (n->weights[ROLE_BIAS]) n->weights[ROLE_BIAS]->type = TYPE_I32;
    n->weights[ROLE_WEIGHT_SCALE] = new_tensor(g, 1, n->a.one_weight_scale ? 1 : n->shape.c, 0, 0, 0);
    return true;
}

bool quantise_node(const graph *g, diag *d, node *n) {
    bool mixed, given = n->a.q.on;
    bool codes = n->op == OP_QUANTIZE || (n->op == OP_CONSTANT && given) || reads_codes(g, n, &mixed);
    if (!codes && given) return quant_error(d, n, "it has a q, but its input is not quantised");
    if (!codes && (n->op == OP_DEQUANTIZE || n->op == OP_REQUANTIZE))
        return quant_error(d, n, "its input is not quantised");
    if (!codes) return true;
    if (n->op == OP_QUANTIZE || n->op == OP_CONSTANT) {
        bool reads = n->op == OP_QUANTIZE && g->nodes[n->in[0]].q.on;
        if (reads)
            return quant_error(d, n, "its input is quantised already; requantize gives it another scale");
        if (!given) return quant_error(d, n, "it needs a scale and a zero point, q = [scale, zero]");
        return take_given(g, d, n) && quantise_weights(g, n);
    }
    quant_rule rule = rule_of(n);
    if (rule == RULE_REFUSES)
        return quant_error(d, n, "it does not take quantised tensors; a dequantize must stand before it");
    if (mixed) return quant_error(d, n, "some of its inputs are quantised, and some are not");
    if (!check_inputs(g, d, n, rule) || !check_sums(g, d, n)) return false;
    if (rule == RULE_ENDS || rule == RULE_KEEPS) {
        if (given)
            return quant_error(d, n,
                               rule == RULE_KEEPS ? "it keeps its input's scale, and takes no q"
                                                  : "it makes no quantised tensor, and takes no q");
        if (rule == RULE_ENDS) return true;
    }
    if (rule == RULE_NEEDS && !given)
        return quant_error(d, n,
                           "its input is quantised, so it needs a scale and a zero point, q = [scale, zero]");
    if (given) return take_given(g, d, n) && quantise_weights(g, n);
    n->q = g->nodes[n->in[0]].q;
    n->type = g->nodes[n->in[0]].type;
    return true;
}

bool fits_pairs(const node *n) {
    const tensor *w = n->weights[ROLE_WEIGHT];
    for (int64_t i = 0; w->data && i < w->count; i++) {
        if (w->data[i] < -127) return false;
    }
    return true;
}

int too_much_of_pair(int first, int second) {
    const int both = abs(first) + abs(second) - MOST_OF_PAIR;
    if ((first < 0) != (second < 0) || both <= 0) return 0;
    return first < 0 ? -both : both;
}
