/* layers.c: the layers of the language: one table with the arguments of each layer and their places in the
 * attributes of a node. This file checks only the kind of each argument and its limits; the graph checks sizes
 * and shapes. */
#include "lang/eval.h"

#include <float.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>

typedef enum argument_kind {
    ARGUMENT_WHOLE, /* int */
    ARGUMENT_PAIR,  /* k or [kh, kw] */
    ARGUMENT_BOOL,
    ARGUMENT_REAL,
    ARGUMENT_MEANS, /* a number or a list of them */
    ARGUMENT_STDS,
    ARGUMENT_SIDES,   /* [top, bottom, left, right], or one number for all */
    ARGUMENT_PADDING, /* same, symmetric, valid, or sides */
    ARGUMENT_MODE,    /* nearest, bilinear */
    ARGUMENT_AXES,    /* a list of up to MAX_RANK sizes or axes */
    ARGUMENT_SHAPE,   /* [h, w, c] */
    ARGUMENT_CHOICE,  /* one of the formal's words, of which the field gets the index */
    ARGUMENT_SCALES,  /* [height, width], or one number for both */
    ARGUMENT_SET,     /* h, w or c, or a list of them */
    ARGUMENT_RATE,    /* of dropout; it is checked, but has no effect */
    ARGUMENT_CODES,   /* of codes: uint8 or int8 */
    ARGUMENT_PADDED   /* what the padding holds: a number, or one for each channel of the input */
} argument_kind;

typedef struct layer_formal {
    const char *name;
    argument_kind kind;
    bool optional;
    size_t field; /* offset in attrs */
    int least, most;
    const char *const *words; /* [most] of an ARGUMENT_CHOICE */
} layer_formal;

enum { MOST_FORMALS = 9 };

typedef struct layer {
    const char *name;
    op_kind op;
    layer_formal formals[MOST_FORMALS];
} layer;

/* clang-format off */
#define FORMAL(name, kind, optional, field, least, most) \
    {name, ARGUMENT_##kind, optional, offsetof(attrs, field), least, most, NULL}
#define NEEDS(name, kind, field, least, most)    FORMAL(name, kind, false, field, least, most)
#define MAY_HAVE(name, kind, field, least, most) FORMAL(name, kind, true, field, least, most)
#define CHOICE(name, optional, field, words, count) \
    {name, ARGUMENT_CHOICE, optional, offsetof(attrs, field), 0, count, words}
#define OUT      NEEDS("out", WHOLE, out, 1, MAX_CHANNELS)
#define KERNEL   NEEDS("kernel", PAIR, kernel, 1, MAX_KERNEL)
#define STRIDE   MAY_HAVE("stride", PAIR, stride, 1, MAX_KERNEL)
#define DILATION MAY_HAVE("dilation", PAIR, dilation, 1, MAX_KERNEL)
#define PADDING  MAY_HAVE("padding", PADDING, padding, 0, MAX_KERNEL)
#define BLOCK    NEEDS("block", WHOLE, factor, 1, MAX_KERNEL)
#define BLOCK_ORDER CHOICE("order", true, blocks, block_order_names, BLOCK_ORDER_COUNT)
#define DIMS     MAY_HAVE("dims", AXES, dims, 1, MAX_TENSOR)
#define BIAS     MAY_HAVE("bias", BOOL, has_bias, 0, 0)
#define PADDED   MAY_HAVE("pad_value", PADDED, pad_value, 0, 0)
#define ONE_SCALE MAY_HAVE("one_weight_scale", BOOL, one_weight_scale, 0, 0)
#define SCALE    MAY_HAVE("scale", BOOL, has_scale, 0, 0)
#define EPS      MAY_HAVE("eps", REAL, eps, 0, 0)
#define ALONG    MAY_HAVE("axis", SET, axes, 0, 0)

static const layer table_of_layers[] = {
    {"conv", OP_CONV,
     {OUT, KERNEL, STRIDE, MAY_HAVE("groups", WHOLE, groups, 1, MAX_CHANNELS), DILATION, PADDING, BIAS, PADDED, ONE_SCALE}},
    {"depthwise", OP_DEPTHWISE,
     {KERNEL, STRIDE, MAY_HAVE("multiplier", WHOLE, multiplier, 1, MAX_CHANNELS), DILATION, PADDING, BIAS, PADDED, ONE_SCALE}},
    {"conv_transpose", OP_CONV_TRANSPOSE,
     {OUT, KERNEL, STRIDE, MAY_HAVE("groups", WHOLE, groups, 1, MAX_CHANNELS), DILATION, PADDING,
      MAY_HAVE("output_padding", PAIR, output_pad, 0, MAX_KERNEL), BIAS, ONE_SCALE}},
    {"dense", OP_DENSE, {OUT, BIAS, ONE_SCALE}},
    {"bn", OP_BN, {EPS}},
    {"max_pool", OP_MAX_POOL, {KERNEL, STRIDE, PADDING}},
    {"avg_pool", OP_AVG_POOL, {KERNEL, STRIDE, PADDING, MAY_HAVE("count_pad", BOOL, count_pad, 0, 0)}},
    {.name = "global_avg_pool", .op = OP_GLOBAL_AVG_POOL},
    {.name = "flatten", .op = OP_FLATTEN},
    {.name = "identity", .op = OP_IDENTITY},
    {"softmax", OP_SOFTMAX, {ALONG}},
    {"log_softmax", OP_LOG_SOFTMAX, {ALONG}},
    {"l2_norm", OP_L2_NORM, {ALONG, EPS}},
    {"reduce", OP_REDUCE, {CHOICE("kind", false, reduce, reduction_names, REDUCTION_COUNT), NEEDS("axis", SET, axes, 0, 0)}},
    {"argmax", OP_ARGMAX, {ALONG, MAY_HAVE("last", BOOL, last, 0, 0)}},
    {"argmin", OP_ARGMIN, {ALONG, MAY_HAVE("last", BOOL, last, 0, 0)}},
    {"layer_norm", OP_LAYER_NORM, {EPS, SCALE, BIAS}},
    {"group_norm", OP_GROUP_NORM, {NEEDS("groups", WHOLE, groups, 1, MAX_CHANNELS), EPS, SCALE, BIAS}},
    {"instance_norm", OP_GROUP_NORM, {EPS, SCALE, BIAS}}, /* each channel is a group */
    {"rms_norm", OP_RMS_NORM, {EPS, SCALE}},
    {"lrn", OP_LRN,
     {NEEDS("size", WHOLE, window, 1, MAX_CHANNELS), MAY_HAVE("alpha", REAL, alpha, 0, 0),
      MAY_HAVE("beta", REAL, beta, 0, 0), MAY_HAVE("k", REAL, k, 0, 0)}},
    {"quantize", OP_QUANTIZE, {MAY_HAVE("dtype", CODES, code_type, 0, 0)}},
    {.name = "dequantize", .op = OP_DEQUANTIZE},
    {"requantize", OP_REQUANTIZE, {MAY_HAVE("dtype", CODES, code_type, 0, 0)}},
    {"dropout", OP_DROPOUT, {MAY_HAVE("rate", RATE, out, 0, 0)}},
#define LAYER_PLAIN(id, word)  {.name = #word, .op = OP_##id},
#define LAYER_SLOPE(id, word)  {#word, OP_##id, {NEEDS("slope", REAL, args.first, 0, 0)}},
#define LAYER_ALPHA(id, word)  {#word, OP_##id, {NEEDS("alpha", REAL, args.first, 0, 0)}},
#define LAYER_EXPONENT(id, word) {#word, OP_##id, {NEEDS("exponent", REAL, args.first, 0, 0)}},
#define LAYER_BOUNDS(id, word) \
    {#word, OP_##id, {NEEDS("low", REAL, args.first, 0, 0), NEEDS("high", REAL, args.second, 0, 0)}},
#define ACTIVATION(id, word, arguments, ...) LAYER_##arguments(id, word)
#include "graph/activations.def"
#undef ACTIVATION
    {.name = "silu", .op = OP_SWISH},
    {"shuffle", OP_SHUFFLE, {NEEDS("groups", WHOLE, groups, 1, MAX_CHANNELS)}},
    {"normalize", OP_NORMALIZE,
     {NEEDS("mean", MEANS, mean, 0, 0), NEEDS("std", STDS, std, 0, 0), MAY_HAVE("divide", REAL, divide, 0, 0)}},
    {"pad", OP_PAD,
     {NEEDS("sides", SIDES, pad, 0, MAX_SIDE), CHOICE("mode", true, around, pad_mode_names, PAD_MODE_COUNT),
      MAY_HAVE("value", REAL, fill, 0, 0), MAY_HAVE("channels", PAIR, pad_channels, 0, MAX_CHANNELS)}},
    {"upsample", OP_UPSAMPLE, {NEEDS("factor", WHOLE, factor, 1, MAX_KERNEL), NEEDS("mode", MODE, mode, 0, 0)}},
    {"constant", OP_CONSTANT,
     {NEEDS("h", WHOLE, size.h, 1, MAX_SIDE), NEEDS("w", WHOLE, size.w, 1, MAX_SIDE),
      NEEDS("c", WHOLE, size.c, 1, MAX_CHANNELS)}},
    {"reshape", OP_RESHAPE,
     {NEEDS("h", WHOLE, size.h, 1, MAX_SIDE), NEEDS("w", WHOLE, size.w, 1, MAX_SIDE),
      NEEDS("c", WHOLE, size.c, 1, MAX_CHANNELS)}},
    {"transpose", OP_TRANSPOSE,
     {NEEDS("order", AXES, order, 0, MAX_RANK - 1), DIMS, MAY_HAVE("shape", SHAPE, size, 1, MAX_TENSOR)}},
    {"depth_to_space", OP_DEPTH_TO_SPACE, {BLOCK, BLOCK_ORDER}},
    {"space_to_depth", OP_SPACE_TO_DEPTH, {BLOCK, BLOCK_ORDER}},
    {"resize", OP_RESIZE,
     {NEEDS("size", PAIR, resize.size, 1, MAX_SIDE),
      CHOICE("mode", false, resize.mode, resize_mode_names, RESIZE_MODE_COUNT),
      CHOICE("coordinates", true, resize.places, resize_places_names, RESIZE_PLACES_COUNT),
      CHOICE("rounding", true, resize.rounding, resize_rounding_names, RESIZE_ROUNDING_COUNT),
      MAY_HAVE("coefficient", REAL, resize.coefficient, 0, 0),
      MAY_HAVE("exclude_outside", BOOL, resize.exclude_outside, 0, 0),
      MAY_HAVE("scale", SCALES, resize.scale, 0, 0)}},
    {"slice", OP_SLICE,
     {NEEDS("begin", WHOLE, begin, 0, MAX_SIDE), NEEDS("count", WHOLE, count, 1, MAX_SIDE),
      CHOICE("axis", true, axis, axis_names, AXES), MAY_HAVE("step", WHOLE, step, -MAX_SIDE, MAX_SIDE)}},
};
/* clang-format on */
enum { LAYERS = sizeof table_of_layers / sizeof *table_of_layers };

const layer *find_layer(const char *name) {
    for (int i = 0; i < LAYERS; i++) {
        if (strcmp(table_of_layers[i].name, name) == 0) return &table_of_layers[i];
    }
    return NULL;
}

void add_layer_words(word_list *l) {
    for (int i = 0; i < LAYERS; i++) add_word(l, table_of_layers[i].name);
}

static bool to_int(evaluator *ev, loc at, const char *what, value v, int least, int most, int *n) {
    int64_t whole;
    if (!to_whole(ev, at, what, v, least, most, &whole)) return false;
    *n = (int)whole;
    return true;
}

/* Takes one number for all `count` ints, or a list of `count` numbers. */
static bool to_ints(evaluator *ev, loc at, const char *what, value v, int least, int most, int count, int *n) {
    if (v.kind == VALUE_LIST && v.count != count) {
        eval_error(ev, at, "%s must be one number or a list of %d, not of %d", what, count, v.count);
        return false;
    }
    for (int i = 0; i < count; i++) {
        if (!to_int(ev, at, what, v.kind == VALUE_LIST ? v.items[i] : v, least, most, &n[i])) return false;
    }
    return true;
}

/* Takes a list of one to MAX_RANK numbers. */
static bool to_axes(evaluator *ev, loc at, const char *what, value v, int least, int most, axis_list *list) {
    if (v.kind != VALUE_LIST || v.count < 1 || v.count > MAX_RANK) {
        eval_error(ev, at, "%s must be a list of 1 to %d numbers, not %s", what, MAX_RANK,
                   quote_value(ev->mem, v));
        return false;
    }
    list->n = v.count;
    return to_ints(ev, at, what, v, least, most, v.count, list->at);
}

static bool to_shape(evaluator *ev, loc at, const char *what, value v, int most, shape *s) {
    int sides[AXES];
    if (v.kind != VALUE_LIST || v.count != AXES) {
        eval_error(ev, at, "%s must be [h, w, c], not %s", what, quote_value(ev->mem, v));
        return false;
    }
    if (!to_ints(ev, at, what, v, 1, most, AXES, sides)) return false;
    *s = (shape){sides[AXIS_H], sides[AXIS_W], sides[AXIS_C]};
    return true;
}

static bool to_reals(evaluator *ev, loc at, const char *what, value v, const double **reals, int *count) {
    *count = v.kind == VALUE_LIST ? v.count : 1;
    double *x = ARENA_ARRAY(ev->mem, double, *count);
    for (int i = 0; i < *count; i++) {
        value element = v.kind == VALUE_LIST ? v.items[i] : v;
        if (!is_number(element)) {
            eval_error(ev, at, "%s must be a number or a list of numbers, not %s", what,
                       quote_value(ev->mem, v));
            return false;
        }
        x[i] = as_real(element);
    }
    *reals = x;
    return true;
}

bool to_padding(evaluator *ev, loc at, const char *what, value v, attrs *a) {
    static const char *const kinds[] = {
        [PAD_SAME] = "same", [PAD_SYMMETRIC] = "symmetric", [PAD_VALID] = "valid"};
    if (is_poison(v)) return false;
    if (is_number(v) || v.kind == VALUE_LIST) {
        a->padding = PAD_EXPLICIT;
        return to_ints(ev, at, what, v, 0, MAX_KERNEL, 4, a->pad);
    }
    for (int kind = PAD_SAME; kind <= PAD_VALID && v.kind == VALUE_WORD; kind++) {
        if (strcmp(v.text, kinds[kind]) == 0) {
            a->padding = (pad_kind)kind;
            return true;
        }
    }
    eval_error(ev, at, "%s must be same, symmetric, valid, a number or [top, bottom, left, right], not %s",
               what, quote_value(ev->mem, v));
    return false;
}

static bool to_mode(evaluator *ev, loc at, const char *what, value v, attrs *a) {
    bool nearest = v.kind == VALUE_WORD && strcmp(v.text, "nearest") == 0;
    a->mode = nearest ? UPSAMPLE_NEAREST : UPSAMPLE_BILINEAR;
    if (nearest || (v.kind == VALUE_WORD && strcmp(v.text, "bilinear") == 0)) return true;
    eval_error(ev, at, "%s must be nearest or bilinear, not %s", what, quote_value(ev->mem, v));
    return false;
}

/* Takes one of the formal's words. Some of them also name a layer or a function, which is no word then. */
static bool to_choice(evaluator *ev, loc at, const char *what, value v, const layer_formal *f, int *chosen) {
    const char *name = v.kind == VALUE_WORD ? v.text : v.kind == VALUE_LAYER ? v.layer->name : "";
    const char *list = "";
    for (int i = 0; i < f->most; i++) {
        *chosen = i;
        if (strcmp(f->words[i], name) == 0) return true;
        list = arena_printf(ev->mem, "%s%s%s", list,
                            i == 0            ? ""
                            : i + 1 < f->most ? ", "
                                              : " or ",
                            f->words[i]);
    }
    eval_error(ev, at, "%s must be %s, not %s", what, list, quote_value(ev->mem, v));
    return false;
}

bool to_axis(evaluator *ev, loc at, const char *what, value v, int *axis) {
    static const layer_formal formal = CHOICE("axis", true, axis, axis_names, AXES);
    return !is_poison(v) && to_choice(ev, at, what, v, &formal, axis);
}

/* The axis that a value names, as a set; 0 where it names none. */
static int axis_bit(value v) {
    const char *name = v.kind == VALUE_WORD || v.kind == VALUE_STRING ? v.text : "";
    for (int axis = 0; axis < AXES; axis++) {
        if (strcmp(name, axis_names[axis]) == 0) return 1 << axis;
    }
    return 0;
}

static bool to_set(evaluator *ev, loc at, const char *what, value v, int *axes) {
    int count = v.kind == VALUE_LIST ? v.count : 1, set = 0;
    bool good = count > 0;
    for (int i = 0; i < count && good; i++) {
        int axis = axis_bit(v.kind == VALUE_LIST ? v.items[i] : v);
        good = axis && !(set & axis);
        set |= axis;
    }
    *axes = set;
    if (good) return true;
    eval_error(ev, at, "%s must be h, w or c, or a list of different ones, such as [h, w], not %s", what,
               quote_value(ev->mem, v));
    return false;
}

static bool to_real(evaluator *ev, loc at, const char *what, value v, double *x) {
    if (is_number(v)) {
        *x = as_real(v);
        return true;
    }
    eval_error(ev, at, "%s must be a number, not %s", what, quote_value(ev->mem, v));
    return false;
}

static bool to_bool(evaluator *ev, loc at, const char *what, value v, bool *truth) {
    *truth = v.kind == VALUE_BOOL && v.truth;
    if (v.kind == VALUE_BOOL) return true;
    eval_error(ev, at, "%s must be true or false, not %s", what, quote_value(ev->mem, v));
    return false;
}

static bool to_rate(evaluator *ev, loc at, const char *what, value v) {
    if (is_number(v) && as_real(v) >= 0 && as_real(v) <= 1) return true;
    eval_error(ev, at, "%s must be a number from 0 to 1, not %s", what, quote_value(ev->mem, v));
    return false;
}

/* One number for both axes, or a list of two. */
static bool to_scales(evaluator *ev, loc at, const char *what, value v, double *scale) {
    if (v.kind == VALUE_LIST && v.count != 2) {
        eval_error(ev, at, "%s must be one number or a list of 2, not of %d", what, v.count);
        return false;
    }
    for (int i = 0; i < 2; i++) {
        if (!to_real(ev, at, what, v.kind == VALUE_LIST ? v.items[i] : v, &scale[i])) return false;
    }
    return true;
}

static bool to_code_type(evaluator *ev, loc at, const char *what, value v, elem_type *type) {
    const char *name = v.kind == VALUE_WORD ? v.text : "";
    *type = strcmp(name, type_table[TYPE_U8].name) == 0 ? TYPE_U8 : TYPE_I8;
    if (strcmp(name, type_table[*type].name) == 0) return true;
    eval_error(ev, at, "%s must be int8 or uint8, not %s", what, quote_value(ev->mem, v));
    return false;
}

/* One number for all channels of the input x, or a number for each. */
static bool to_padded(evaluator *ev, loc at, const char *what, value v, int x, attrs *a) {
    const double *given_values;
    int count, channels = ev->g->nodes[x].shape.c;
    if (!to_reals(ev, at, what, v, &given_values, &count)) return false;
    if (v.kind == VALUE_LIST && count != channels) {
        eval_error(ev, at, "%s must be one number or a list of %d, one for each channel, not of %d", what,
                   channels, count);
        return false;
    }
    double *values = ARENA_ARRAY(ev->mem, double, channels);
    for (int i = 0; i < channels; i++) {
        values[i] = given_values[v.kind == VALUE_LIST ? i : 0];
        if (values[i] > -FLT_MAX && values[i] < FLT_MAX) continue;
        eval_error(ev, at, "%s is beyond the range of float", what);
        return false;
    }
    a->pad_value = values;
    return true;
}

static bool set_argument(evaluator *ev, const layer *its, int x, const layer_formal *f, const given *g,
                         attrs *a) {
    if (is_poison(g->v)) return false;
    const char *what = arena_printf(ev->mem, "%s: %s", its->name, f->name);
    void *field = (char *)a + f->field;
    switch (f->kind) {
    case ARGUMENT_WHOLE: return to_int(ev, g->at, what, g->v, f->least, f->most, field);
    case ARGUMENT_PAIR: return to_ints(ev, g->at, what, g->v, f->least, f->most, 2, field);
    case ARGUMENT_SIDES: return to_ints(ev, g->at, what, g->v, f->least, f->most, 4, field);
    case ARGUMENT_BOOL: return to_bool(ev, g->at, what, g->v, field);
    case ARGUMENT_REAL: return to_real(ev, g->at, what, g->v, field);
    case ARGUMENT_MEANS: return to_reals(ev, g->at, what, g->v, &a->mean, &a->n_mean);
    case ARGUMENT_STDS: return to_reals(ev, g->at, what, g->v, &a->std, &a->n_std);
    case ARGUMENT_PADDING: return to_padding(ev, g->at, what, g->v, a);
    case ARGUMENT_MODE: return to_mode(ev, g->at, what, g->v, a);
    case ARGUMENT_AXES: return to_axes(ev, g->at, what, g->v, f->least, f->most, field);
    case ARGUMENT_SHAPE: return to_shape(ev, g->at, what, g->v, f->most, field);
    case ARGUMENT_CHOICE: return to_choice(ev, g->at, what, g->v, f, field);
    case ARGUMENT_SCALES: return to_scales(ev, g->at, what, g->v, field);
    case ARGUMENT_SET: return to_set(ev, g->at, what, g->v, field);
    case ARGUMENT_RATE: return to_rate(ev, g->at, what, g->v);
    case ARGUMENT_CODES: return to_code_type(ev, g->at, what, g->v, field);
    case ARGUMENT_PADDED: return x < 0 || to_padded(ev, g->at, what, g->v, x, a);
    }
    return false;
}

static bool has_gamma(op_kind op) { return op_table[op].weights == WEIGHTS_SCALE; }

/* The attributes of a layer before its arguments are set. Dense layers have a bias even if `default bias` is
 * false, because the classifiers of all families have one. So have norms, but for rms_norm. */
static attrs default_attrs(evaluator *ev, const layer *its, loc at) {
    attrs a = new_attrs(ev);
    for (const layer_formal *f = its->formals; f < its->formals + MOST_FORMALS && f->name; f++) {
        if (f->kind == ARGUMENT_PADDING) to_padding(ev, at, "padding", ev->defaults.padding, &a);
    }
    a.has_scale = has_gamma(its->op);
    a.has_bias = its->op == OP_DENSE || (has_gamma(its->op) && its->op != OP_RMS_NORM) ||
                 ((its->op == OP_CONV || its->op == OP_CONV_TRANSPOSE || its->op == OP_DEPTHWISE) &&
                  ev->defaults.bias.truth);
    if (its->op == OP_BN || has_gamma(its->op)) a.eps = as_real(ev->defaults.eps);
    if (its->op == OP_L2_NORM) a.eps = L2_NORM_EPS;
    return a;
}

int make_layer(evaluator *ev, const place *p, const callable *what, const given *list, int n, const char *own,
               loc at, int x) {
    const layer *its = what->layer;
    const char *names[MOST_FORMALS] = {0};
    bool required[MOST_FORMALS] = {0};
    const given *bound[MOST_FORMALS];
    formals takes = {its->name, names, required, 0};
    for (; takes.count < MOST_FORMALS && its->formals[takes.count].name; takes.count++) {
        names[takes.count] = its->formals[takes.count].name;
        required[takes.count] = !its->formals[takes.count].optional;
    }
    given *rest;
    int n_rest = without_codes(ev, list, n, &rest);
    bool good = bind_arguments(ev, at, &takes, rest, n_rest, bound);
    attrs a = default_attrs(ev, its, at);
    for (int i = 0; i < takes.count && good; i++) {
        if (bound[i] && !set_argument(ev, its, x, &its->formals[i], bound[i], &a)) good = false;
    }
    good = good && take_codes(ev, its->name, list, n, &a);
    bool is_source = op_table[its->op].most_inputs == 0; /* the tensor that flows ends in front of it */
    if (is_source && !good) return POISONED_TENSOR;
    int in = good ? x : POISONED_TENSOR;
    if (in >= 0 && strcmp(its->name, "instance_norm") == 0) a.groups = ev->g->nodes[in].shape.c;
    return add_node(ev, its->op, &in, is_source ? 0 : 1, &a, p->prefix, own, at);
}
