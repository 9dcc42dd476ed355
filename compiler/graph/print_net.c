/* print_net.c: prints the network as a flat .net file that parses back to the same graph.
 *
 * A layer of such a file takes the tensor that the line above left. Only where its first input is another
 * tensor does a `from` come before it. A tensor has a name, t and the number of its node, only if a `from` or a
 * join refers to it. Labels are printed whole. A layer whose label is the one that the language would make up
 * (op_k) is printed without it, and gets it back when it is parsed. */
#include "graph/activations.h"
#include "graph/print.h"
#include "graph/quant.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INDENT = 4, LABEL_COLUMN = 44, COMMENT_COLUMN = 80, NO_TENSOR = -1 };

typedef struct printer {
    const graph *g;
    text *out;
    arena *scratch;
    const char *prefix; /* of the names made up for tensors; no input or output has it with digits behind */
    bool *named;        /* [n_nodes] whether the tensor needs a name */
    int current;        /* the tensor that the next line takes, or NO_TENSOR */
    int op_count[OP_COUNT];
    pad_kind padding; /* what `default` says */
    double eps;
    bool bias;
    const char *separator; /* before the next argument of a call */
} printer;

static bool has_window(op_kind op) {
    return op == OP_CONV || op == OP_CONV_TRANSPOSE || op == OP_DEPTHWISE || op == OP_MAX_POOL ||
           op == OP_AVG_POOL;
}

/* The fewest digits that read back as the same number. */
static const char *show_number(double x, char room[MAX_NUMBER]) {
    if (x == 0) return signbit(x) ? "-0.0" : "0";
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(room, MAX_NUMBER, "%.*g", digits, x);
        if (strtod(room, NULL) == x) break;
    }
    return room;
}

const char *show_scale(float x, char room[MAX_NUMBER]) {
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(room, MAX_NUMBER, "%.*g", digits, (double)x);
        if ((float)strtod(room, NULL) == x) break;
    }
    return room;
}

const char *show_codes(arena *a, const quant *q) {
    char room[MAX_NUMBER];
    if (!q->on) return "";
    return arena_printf(a, "[%s, %d]", q->scales ? "channels" : show_scale(q->scale, room), q->zero);
}

/* --- arguments of a call. Each helper prints one, and what separates it from the one before. */

static void open_argument(printer *p, const char *name) {
    text_string(p->out, p->separator);
    if (name) text_printf(p->out, "%s = ", name);
    p->separator = ", ";
}

static void print_whole(printer *p, const char *name, int value) {
    open_argument(p, name);
    text_printf(p->out, "%d", value);
}

static void print_word(printer *p, const char *name, const char *word) {
    open_argument(p, name);
    text_string(p->out, word);
}

/* Prints one number if it is the same for both axes. */
static void print_pair(printer *p, const char *name, const int pair[2]) {
    open_argument(p, name);
    if (pair[0] == pair[1]) {
        text_printf(p->out, "%d", pair[0]);
    } else {
        text_printf(p->out, "[%d, %d]", pair[0], pair[1]);
    }
}

static void print_pair_unless_one(printer *p, const char *name, const int pair[2]) {
    if (pair[0] != 1 || pair[1] != 1) print_pair(p, name, pair);
}

static void print_numbers(printer *p, const char *name, const double *values, int count) {
    char room[MAX_NUMBER];
    open_argument(p, name);
    if (count != 1) text_char(p->out, '[');
    for (int i = 0; i < count; i++) text_printf(p->out, "%s%s", i ? ", " : "", show_number(values[i], room));
    if (count != 1) text_char(p->out, ']');
}

/* q = [scale, zero], or [channels, zero]. */
static void print_codes(printer *p, const quant *q) {
    open_argument(p, "q");
    text_string(p->out, show_codes(p->scratch, q));
}

static void print_sides(printer *p, const char *name, const int pad[4]) {
    open_argument(p, name);
    text_printf(p->out, "[%d, %d, %d, %d]", pad[TOP], pad[BOTTOM], pad[LEFT], pad[RIGHT]);
}

static void print_list(printer *p, const char *name, const int *values, int count) {
    open_argument(p, name);
    for (int i = 0; i < count; i++) text_printf(p->out, "%s%d", i ? ", " : "[", values[i]);
    text_char(p->out, ']');
}

static const char *const padding_words[] = {
    [PAD_SAME] = "same", [PAD_SYMMETRIC] = "symmetric", [PAD_VALID] = "valid"};

static void print_padding(printer *p, const attrs *a) {
    const int *pad = a->pad;
    if (a->padding != PAD_EXPLICIT) {
        if (a->padding != p->padding) print_word(p, "padding", padding_words[a->padding]);
    } else if (pad[TOP] == pad[BOTTOM] && pad[LEFT] == pad[RIGHT] && pad[TOP] == pad[LEFT]) {
        print_whole(p, "padding", pad[TOP]);
    } else {
        print_sides(p, "padding", pad);
    }
}

static void print_bias(printer *p, bool has, bool unsaid) {
    if (has != unsaid) print_word(p, "bias", has ? "true" : "false");
}

static const char *tensor_name(printer *p, int index) {
    if (p->g->nodes[index].op == OP_INPUT) return p->g->nodes[index].label;
    return arena_printf(p->scratch, "%s%d", p->prefix, index);
}

/* One number if it is the same for all channels. */
static void print_pad_value(printer *p, const double *values, int channels) {
    bool alike = true;
    for (int i = 1; i < channels; i++) alike = alike && values[i] == values[0];
    print_numbers(p, "pad_value", values, alike ? 1 : channels);
}

static void print_window_arguments(printer *p, const node *n) {
    const attrs *a = &n->a;
    bool has_groups = n->op == OP_CONV || n->op == OP_CONV_TRANSPOSE;
    if (has_groups) print_whole(p, NULL, a->out);
    print_pair(p, NULL, a->kernel);
    print_pair_unless_one(p, "stride", a->stride);
    if (has_groups && a->groups != 1) print_whole(p, "groups", a->groups);
    if (n->op == OP_DEPTHWISE && a->multiplier != 1) print_whole(p, "multiplier", a->multiplier);
    print_pair_unless_one(p, "dilation", a->dilation);
    print_padding(p, a);
    if (a->output_pad[0] || a->output_pad[1]) print_pair(p, "output_padding", a->output_pad);
    if (n->op == OP_AVG_POOL && a->count_pad) print_word(p, "count_pad", "true");
    if (has_groups || n->op == OP_DEPTHWISE) print_bias(p, a->has_bias, p->bias);
    if (a->pad_value) print_pad_value(p, a->pad_value, p->g->nodes[n->in[0]].shape.c);
}

static void print_activation_numbers(printer *p, op_kind act, act_args args) {
    int count = activation_numbers(act);
    if (count > 0) print_numbers(p, NULL, &args.first, 1);
    if (count > 1) print_numbers(p, NULL, &args.second, 1);
}

/* Leaves out what the shape rule sets if it is not given. */
static void print_transpose_arguments(printer *p, const node *n) {
    const axis_list *dims = &n->a.dims, *order = &n->a.order;
    shape in = p->g->nodes[n->in[0]].shape, s = n->a.size;
    const int sides[] = {in.h, in.w, in.c}, result[] = {s.h, s.w, s.c};
    bool usual = dims->n == AXES && memcmp(dims->at, sides, sizeof sides) == 0, follows = order->n == AXES;
    for (int i = 0; i < AXES && follows; i++) follows = dims->at[order->at[i]] == result[i];
    print_list(p, NULL, order->at, order->n);
    if (!usual) print_list(p, "dims", dims->at, dims->n);
    if (!follows) print_list(p, "shape", result, AXES);
}

static void print_pad_arguments(printer *p, const attrs *a) {
    print_sides(p, NULL, a->pad);
    if (a->around != PADS_CONSTANT) print_word(p, "mode", pad_mode_names[a->around]);
    if (a->fill != 0) print_numbers(p, "value", &a->fill, 1);
    if (a->pad_channels[0] || a->pad_channels[1]) print_pair(p, "channels", a->pad_channels);
}

static void print_resize_arguments(printer *p, const resizing *r) {
    print_pair(p, NULL, r->size);
    print_word(p, NULL, resize_mode_names[r->mode]);
    if (r->places != PLACES_HALF_PIXEL) print_word(p, "coordinates", resize_places_names[r->places]);
    if (r->rounding != ROUND_PREFER_FLOOR) print_word(p, "rounding", resize_rounding_names[r->rounding]);
    if (r->coefficient != graph_attrs_init().resize.coefficient)
        print_numbers(p, "coefficient", &r->coefficient, 1);
    if (r->exclude_outside) print_word(p, "exclude_outside", "true");
    if (r->scale[0] != 0 || r->scale[1] != 0) print_numbers(p, "scale", r->scale, 2);
}

/* A set of axes: c, or [h, w]. */
static void print_axes(printer *p, int axes) {
    bool several = (axes & (axes - 1)) != 0;
    const char *separator = several ? "[" : "";
    open_argument(p, "axis");
    for (int i = 0; i < 3; i++) {
        if (!(axes >> i & 1)) continue;
        text_printf(p->out, "%s%s", separator, axis_names[i]);
        separator = ", ";
    }
    if (several) text_char(p->out, ']');
}

static void print_number_unless(printer *p, const char *name, double value, double unsaid) {
    if (value != unsaid) print_numbers(p, name, &value, 1);
}

/* Whether it works along axes, or is a norm whose statistics come from the tensor. */
static bool works_along(op_kind op) {
    return op_table[op].weights == WEIGHTS_SCALE || op == OP_SOFTMAX || op == OP_LOG_SOFTMAX ||
           op == OP_L2_NORM || op == OP_REDUCE || op == OP_LRN || makes_positions(op);
}

static void print_norm_arguments(printer *p, const node *n) {
    const attrs *a = &n->a;
    if (n->op == OP_REDUCE) print_word(p, NULL, reduction_names[a->reduce]);
    if (n->op == OP_REDUCE || a->axes != OVER_C) print_axes(p, a->axes);
    if (a->last) print_word(p, "last", "true");
    if (n->op == OP_GROUP_NORM) print_whole(p, NULL, a->groups);
    if (n->op == OP_L2_NORM) print_number_unless(p, "eps", a->eps, L2_NORM_EPS);
    if (op_table[n->op].weights == WEIGHTS_SCALE) {
        print_number_unless(p, "eps", a->eps, p->eps);
        if (!a->has_scale) print_word(p, "scale", "false");
        if (n->op != OP_RMS_NORM) print_bias(p, a->has_bias, true);
    }
    if (n->op == OP_LRN) {
        const attrs unsaid = graph_attrs_init();
        print_whole(p, NULL, a->window);
        print_number_unless(p, "alpha", a->alpha, unsaid.alpha);
        print_number_unless(p, "beta", a->beta, unsaid.beta);
        print_number_unless(p, "k", a->k, unsaid.k);
    }
}

/* Of a layer that moves elements, takes some of them, or makes a map of another size. */
static void print_layout_arguments(printer *p, const node *n) {
    const attrs *a = &n->a;
    switch (n->op) {
    case OP_TRANSPOSE: print_transpose_arguments(p, n); break;
    case OP_DEPTH_TO_SPACE:
    case OP_SPACE_TO_DEPTH:
        print_whole(p, NULL, a->factor);
        if (a->blocks != BLOCKS_DCR) print_word(p, "order", block_order_names[a->blocks]);
        break;
    case OP_RESIZE: print_resize_arguments(p, &a->resize); break;
    case OP_SLICE:
        print_whole(p, NULL, a->begin);
        print_whole(p, NULL, a->count);
        if (a->axis != AXIS_C) print_word(p, "axis", axis_names[a->axis]);
        if (a->step != 1) print_whole(p, "step", a->step);
        break;
    default: /* constant, reshape */
        print_whole(p, NULL, a->size.h);
        print_whole(p, NULL, a->size.w);
        print_whole(p, NULL, a->size.c);
    }
}

static void print_arguments(printer *p, const node *n) {
    const attrs *a = &n->a;
    if (works_along(n->op)) {
        print_norm_arguments(p, n);
        return;
    }
    switch (n->op) {
    case OP_CONV:
    case OP_CONV_TRANSPOSE:
    case OP_DEPTHWISE:
    case OP_MAX_POOL:
    case OP_AVG_POOL: print_window_arguments(p, n); break;
    case OP_DENSE:
        print_whole(p, NULL, a->out);
        print_bias(p, a->has_bias, true);
        break;
    case OP_BN:
        if (a->eps != p->eps) print_numbers(p, "eps", &a->eps, 1);
        break;
    case OP_SHUFFLE: print_whole(p, NULL, a->groups); break;
    case OP_NORMALIZE:
        print_numbers(p, "mean", a->mean, a->n_mean);
        print_numbers(p, "std", a->std, a->n_std);
        if (a->divide != 1) print_numbers(p, "divide", &a->divide, 1);
        break;
    case OP_PAD: print_pad_arguments(p, a); break;
    case OP_UPSAMPLE:
        print_whole(p, NULL, a->factor);
        print_word(p, "mode", a->mode == UPSAMPLE_NEAREST ? "nearest" : "bilinear");
        break;
    case OP_CONSTANT:
    case OP_RESHAPE:
    case OP_TRANSPOSE:
    case OP_DEPTH_TO_SPACE:
    case OP_SPACE_TO_DEPTH:
    case OP_RESIZE:
    case OP_SLICE: print_layout_arguments(p, n); break;
    case OP_ADD:
    case OP_SUB:
    case OP_MUL:
    case OP_DIV:
    case OP_MIN:
    case OP_MAX:
    case OP_POW:
    case OP_MATMUL:
    case OP_CONCAT:
        for (int i = 1; i < node_own_inputs(n); i++) print_word(p, NULL, tensor_name(p, n->in[i]));
        if (a->axis != AXIS_C) print_word(p, "axis", axis_names[a->axis]);
        break;
    default: print_activation_numbers(p, n->op, a->args);
    }
}

/* --- lines */

static size_t line_width(const printer *p, size_t start) { return p->out->size - start; }

static void indent_to(printer *p, size_t start, size_t column) {
    do {
        text_char(p->out, ' ');
    } while (line_width(p, start) < column);
}

static void print_comment(printer *p, size_t start, const char *comment) {
    indent_to(p, start, COMMENT_COLUMN);
    text_printf(p->out, "# %s", comment);
}

/* A concat of one tensor is written as concat { branch { } }. If it has no label of its own (concat_k), its
 * label comes from around it. */
static bool is_lone_concat(const node *n) { return n->op == OP_CONCAT && node_own_inputs(n) == 1; }

static void print_call(printer *p, const node *n) {
    text_printf(p->out, "%*s%s", INDENT, "", op_table[n->op].name);
    p->separator = "(";
    print_arguments(p, n);
    if (n->a.one_weight_scale) print_word(p, "one_weight_scale", "true");
    bool chooses = n->op == OP_QUANTIZE || n->op == OP_REQUANTIZE;
    if (chooses && n->type == TYPE_U8) print_word(p, "dtype", type_table[TYPE_U8].name);
    if (n->a.q.on) print_codes(p, own_quant(n));
    if (strcmp(p->separator, "(") != 0) text_char(p->out, ')');
}

/* The label that the language makes up for the next layer of that op. */
static const char *unwritten_label(printer *p, op_kind op) {
    return arena_printf(p->scratch, "%s_%d", op_table[op].name, ++p->op_count[op]);
}

static void print_label(printer *p, size_t start, const node *n) {
    const char *unwritten = unwritten_label(p, n->op);
    if (!n->label || (!n->labelled && strcmp(n->label, unwritten) == 0)) return;
    size_t size = strlen(n->label), tail = strlen(unwritten);
    if (is_lone_concat(n) && size >= tail && strcmp(n->label + size - tail, unwritten) == 0) size -= tail;
    indent_to(p, start, LABEL_COLUMN);
    text_printf(p->out, "@\"%.*s\"", (int)size, n->label);
}

static void print_from(printer *p, int index) {
    if (p->current != index) text_printf(p->out, "\n%*sfrom %s\n", INDENT, "", tensor_name(p, index));
    p->current = index;
}

/* `q`: how it scales its codes, if it does not only bound them; else NULL. */
static void print_fused_call(printer *p, op_kind act, act_args args, const quant *q) {
    if (act == OP_IDENTITY) return;
    size_t start = p->out->size;
    text_printf(p->out, "%*s%s", INDENT, "", op_table[act].name);
    p->separator = "(";
    print_activation_numbers(p, act, args);
    if (q) print_codes(p, q);
    if (strcmp(p->separator, "(") != 0) text_char(p->out, ')');
    print_comment(p, start, "fused");
    text_char(p->out, '\n');
}

/* Prints what passes have fused into the node as lines of their own: act, the residual's add, act2. */
static void print_fused(printer *p, const node *n) {
    double low, high;
    bool makes_codes = n->q.on && !act_bounds(n->a.act, n->a.act_args, &low, &high);
    print_fused_call(p, n->a.act, n->a.act_args, makes_codes ? acted_quant(n) : NULL);
    if (n->a.has_residual) {
        size_t start = p->out->size;
        text_printf(p->out, "%*sadd(%s", INDENT, "", tensor_name(p, n->in[n->n_in - 1]));
        p->separator = ", ";
        if (n->q.on) print_codes(p, &n->q);
        text_char(p->out, ')');
        print_comment(p, start, "fused");
        text_char(p->out, '\n');
    }
    print_fused_call(p, n->a.act2, n->a.act2_args, NULL);
}

static const char *comment_of(printer *p, const node *n, const shape *before) {
    shape s = n->shape;
    bool changed = !before || memcmp(before, &s, sizeof s) != 0;
    const char *made = n->op == OP_AFFINE    ? "made by a pass: x * weight + bias"
                       : n->op == OP_CONVERT ? "made by a pass: to f32"
                                             : NULL;
    if (!changed) return made;
    return arena_printf(p->scratch, "[%d, %d, %d]%s%s", s.h, s.w, s.c, made ? "; " : "", made ? made : "");
}

static void print_input(printer *p, const node *n) {
    text_printf(p->out, "%*sinput %s: %s[%d, %d, %d]", INDENT, "", n->label, type_table[n->type].name,
                n->shape.h, n->shape.w, n->shape.c);
    if (n->q.on) {
        p->separator = " (";
        print_codes(p, &n->q);
        text_char(p->out, ')');
    }
    text_char(p->out, '\n');
}

static void print_layer(printer *p, int index) {
    const node *n = &p->g->nodes[index];
    if (n->op == OP_INPUT) {
        print_input(p, n);
        p->current = index;
        return;
    }
    if (n->n_in) print_from(p, n->in[0]);
    size_t start = p->out->size;
    print_call(p, n);
    print_label(p, start, n);
    if (is_lone_concat(n)) text_string(p->out, " { branch { } }");
    bool fused = n->a.act != OP_IDENTITY || n->a.act2 != OP_IDENTITY || n->a.has_residual;
    if (p->named[index] && !fused) text_printf(p->out, " as %s", tensor_name(p, index));
    const char *comment = comment_of(p, n, n->n_in ? &p->g->nodes[n->in[0]].shape : &n->shape);
    if (comment) print_comment(p, start, comment);
    text_char(p->out, '\n');
    print_fused(p, n);
    if (p->named[index] && fused) text_printf(p->out, "%*sidentity as %s\n", INDENT, "", tensor_name(p, index));
    p->current = index;
}

/* Prints outputs right behind their tensor, as long as that keeps their order. The others follow at the end. */
static int print_outputs_here(printer *p, int index, int next) {
    const graph *g = p->g;
    for (; next < g->n_outputs && g->outputs[next].node == index; next++) {
        text_printf(p->out, "%*soutput %s\n", INDENT, "", g->outputs[next].name);
    }
    return next;
}

/* --- what has to be known before the first line is printed */

/* Finds the tensors that a `from` or an argument of a join refers to. Inputs have a name of their own. */
static void find_named(printer *p) {
    const graph *g = p->g;
    p->named = ARENA_ARRAY(p->scratch, bool, g->n_nodes);
    int current = NO_TENSOR, next = 0;
    for (int i = 0; i < g->n_nodes; i++) {
        const node *n = &g->nodes[i];
        for (int j = 0; j < n->n_in; j++) {
            if (j > 0 || n->in[j] != current) p->named[n->in[j]] = true;
        }
        while (next < g->n_outputs && g->outputs[next].node == i) next++;
        current = i;
    }
    for (; next < g->n_outputs; next++) {
        if (g->outputs[next].node != current) p->named[g->outputs[next].node] = true;
        current = g->outputs[next].node;
    }
}

static bool looks_made_up(const char *name, const char *prefix) {
    size_t size = strlen(prefix);
    return strncmp(name, prefix, size) == 0 && isdigit((unsigned char)name[size]);
}

static void choose_name_prefix(printer *p) {
    const graph *g = p->g;
    p->prefix = "t";
    for (bool taken = true; taken;) {
        taken = false;
        for (int i = 0; i < g->n_inputs; i++) taken = taken || looks_made_up(g->inputs[i].name, p->prefix);
        for (int i = 0; i < g->n_outputs; i++) taken = taken || looks_made_up(g->outputs[i].name, p->prefix);
        if (taken) p->prefix = arena_printf(p->scratch, "%s_", p->prefix);
    }
}

static double most_frequent_eps(const graph *g, arena *a, double where_none) {
    double *values = ARENA_ARRAY(a, double, g->n_nodes), best = where_none;
    int *counts = ARENA_ARRAY(a, int, g->n_nodes), n_values = 0, most = 0;
    for (int i = 0; i < g->n_nodes; i++) {
        if (g->nodes[i].op != OP_BN) continue;
        int k = 0;
        while (k < n_values && values[k] != g->nodes[i].a.eps) k++;
        if (k == n_values) values[n_values++] = g->nodes[i].a.eps;
        counts[k]++;
    }
    for (int k = 0; k < n_values; k++) {
        if (counts[k] > most) {
            most = counts[k];
            best = values[k];
        }
    }
    return best;
}

/* Puts what most layers say into a `default` line, so that they need not say it. */
static void choose_defaults(printer *p) {
    int paddings[3] = {0}, biases = 0, convs = 0;
    for (int i = 0; i < p->g->n_nodes; i++) {
        const node *n = &p->g->nodes[i];
        if (has_window(n->op) && n->a.padding != PAD_EXPLICIT) paddings[n->a.padding]++;
        if (n->op != OP_CONV && n->op != OP_CONV_TRANSPOSE && n->op != OP_DEPTHWISE) continue;
        convs++;
        biases += n->a.has_bias;
    }
    p->padding = PAD_SAME;
    for (int k = PAD_SYMMETRIC; k <= PAD_VALID; k++) {
        if (paddings[k] > paddings[p->padding]) p->padding = (pad_kind)k;
    }
    p->bias = biases * 2 > convs;
    p->eps = most_frequent_eps(p->g, p->scratch, graph_attrs_init().eps);
}

static bool names_as_keras(const graph *g) {
    for (int i = 0; i < g->n_nodes; i++) {
        if (op_table[g->nodes[i].op].weights != WEIGHTS_NONE) return g->nodes[i].a.naming == NAMING_KERAS;
    }
    return g->n_nodes > 0 && g->nodes[g->n_nodes - 1].a.naming == NAMING_KERAS;
}

static bool has_codes(const graph *g) {
    for (int i = 0; i < g->n_nodes; i++) {
        if (g->nodes[i].q.on) return true;
    }
    return false;
}

static void print_defaults(printer *p) {
    char room[MAX_NUMBER];
    text_printf(p->out, "default padding = %s, eps = %s, bias = %s, naming = %s", padding_words[p->padding],
                show_number(p->eps, room), p->bias ? "true" : "false",
                names_as_keras(p->g) ? "keras" : "torch");
    if (has_codes(p->g) || p->g->rounding != RESCALE_ONCE)
        text_printf(p->out, ", rounding = %s", rescale_rounding_names[p->g->rounding]);
    text_string(p->out, "\n\n");
}

void print_net(const graph *g, text *out) {
    printer p = {.g = g, .out = out, .scratch = arena_new(), .current = NO_TENSOR};
    find_named(&p);
    choose_name_prefix(&p);
    choose_defaults(&p);
    if (g->variant) {
        text_printf(out, "# %s, variant %s: one layer a line\n", g->name, g->variant);
    } else {
        text_printf(out, "# %s: one layer a line\n", g->name);
    }
    print_defaults(&p);
    text_printf(out, "net %s {\n", g->name);
    int next = 0;
    for (int i = 0; i < g->n_nodes; i++) {
        print_layer(&p, i);
        next = print_outputs_here(&p, i, next);
    }
    for (; next < g->n_outputs; next++) {
        print_from(&p, g->outputs[next].node);
        text_printf(out, "%*soutput %s\n", INDENT, "", g->outputs[next].name);
    }
    text_string(out, "}\n");
    arena_free(p.scratch);
}
