/* codes.c: the operators that take codes, and how the codes are scaled that each of them makes. What an
 * operator adds to the graph is mostly what it adds for floats; the graph's ops compute with codes where their
 * inputs hold codes. TensorFlow Lite for Microcontrollers says which operators keep the scale of their input.
 */
#include "tflite/codes.h"

#include "graph/quant.h"
#include "import/broadcast.h"
#include "import/walk.h"

typedef enum code_scaling {
    CODES_REFUSED,
    CODES_KEPT,    /* as its inputs, which must all be scaled alike, and so must its outputs */
    CODES_SCALED,  /* as the file says */
    CODES_EITHER,  /* as the file says; the op of the graph has a scale only where that is another one */
    CODES_OF_UNIT, /* with the scale 1/256 and the zero point -128, as the file must say */
    CODES_OF_SIGN, /* with 1/128 and 0 */
    CODES_ENDED    /* it makes none */
} code_scaling;

typedef struct code_rule {
    code_scaling scaling;
    tflite_rule make; /* NULL: that for floats */
} code_rule;

/* --- rules of their own */

/* Inputs 0 and 1, which may be constants, element by element. */
static bool build_pair(importer *im, op_kind kind) {
    file_value x, y;
    file_view v;
    if (!as_value(im, 0, &x) || !as_value(im, 1, &y)) return false;
    return set_result(im, add_together(im, kind, x, y, &v), &v);
}

static bool make_add(importer *im, const tflite_op *op) { return (void)op, build_pair(im, OP_ADD); }
static bool make_sub(importer *im, const tflite_op *op) { return (void)op, build_pair(im, OP_SUB); }
static bool make_mul(importer *im, const tflite_op *op) { return (void)op, build_pair(im, OP_MUL); }
static bool make_maximum(importer *im, const tflite_op *op) { return (void)op, build_pair(im, OP_MAX); }
static bool make_minimum(importer *im, const tflite_op *op) { return (void)op, build_pair(im, OP_MIN); }

/* The number of PADV2 is a code, and the graph's pad takes a real number. */
static bool make_pad(importer *im, const tflite_op *op) {
    const file_value *fill = node_input(im, 2);
    double code;
    if (!fill) return tfl_make_pad(im, op);
    if (!number_input(im, 2, "value", &code)) return false;
    double real = fill->q.on ? (double)fill->q.scale * (code - fill->q.zero) : code;
    return tfl_pad_with(im, real);
}

static bool make_softmax(importer *im, const tflite_op *op) {
    if (option_float(op, SOFTMAX_BETA) != 1)
        return node_error(im, "a beta other than 1 is not supported on INT8");
    return tfl_make_softmax(im, op);
}

static bool make_dequantize(importer *im, const tflite_op *op) {
    (void)op;
    return build_unary(im, OP_DEQUANTIZE);
}

/* --- the table */

/* clang-format off */
#define CODES(number, name, scaling, make) [number] = {scaling, make}

static const code_rule rules[] = {
    CODES(0, ADD, CODES_SCALED, make_add),
    CODES(1, AVERAGE_POOL_2D, CODES_KEPT, NULL),
    CODES(2, CONCATENATION, CODES_KEPT, NULL),
    CODES(3, CONV_2D, CODES_SCALED, NULL),
    CODES(4, DEPTHWISE_CONV_2D, CODES_SCALED, NULL),
    CODES(5, DEPTH_TO_SPACE, CODES_KEPT, NULL),
    CODES(6, DEQUANTIZE, CODES_ENDED, make_dequantize),
    CODES(9, FULLY_CONNECTED, CODES_SCALED, NULL),
    CODES(14, LOGISTIC, CODES_OF_UNIT, NULL),
    CODES(17, MAX_POOL_2D, CODES_KEPT, NULL),
    CODES(18, MUL, CODES_SCALED, make_mul),
    CODES(19, RELU, CODES_EITHER, NULL),
    CODES(20, RELU_N1_TO_1, CODES_EITHER, NULL),
    CODES(21, RELU6, CODES_EITHER, NULL),
    CODES(22, RESHAPE, CODES_KEPT, NULL),
    CODES(23, RESIZE_BILINEAR, CODES_KEPT, NULL),
    CODES(25, SOFTMAX, CODES_OF_UNIT, make_softmax),
    CODES(26, SPACE_TO_DEPTH, CODES_KEPT, NULL),
    CODES(28, TANH, CODES_OF_SIGN, NULL),
    CODES(34, PAD, CODES_KEPT, make_pad),
    CODES(36, GATHER, CODES_KEPT, NULL),
    CODES(39, TRANSPOSE, CODES_KEPT, NULL),
    CODES(40, MEAN, CODES_SCALED, tfl_mean_of_codes),
    CODES(41, SUB, CODES_SCALED, make_sub),
    CODES(43, SQUEEZE, CODES_KEPT, NULL),
    CODES(45, STRIDED_SLICE, CODES_KEPT, NULL),
    CODES(49, SPLIT, CODES_KEPT, NULL),
    CODES(55, MAXIMUM, CODES_KEPT, make_maximum),
    CODES(56, ARG_MAX, CODES_ENDED, NULL),
    CODES(57, MINIMUM, CODES_KEPT, make_minimum),
    CODES(60, PADV2, CODES_KEPT, make_pad),
    CODES(65, SLICE, CODES_KEPT, NULL),
    CODES(67, TRANSPOSE_CONV, CODES_SCALED, NULL),
    CODES(69, TILE, CODES_KEPT, NULL),
    CODES(70, EXPAND_DIMS, CODES_KEPT, NULL),
    CODES(74, SUM, CODES_SCALED, NULL),
    CODES(77, SHAPE, CODES_ENDED, NULL),
    CODES(79, ARG_MIN, CODES_ENDED, NULL),
    CODES(82, REDUCE_MAX, CODES_KEPT, NULL),
    CODES(83, PACK, CODES_KEPT, NULL),
    CODES(88, UNPACK, CODES_KEPT, NULL),
    CODES(89, REDUCE_MIN, CODES_KEPT, NULL),
    CODES(97, RESIZE_NEAREST_NEIGHBOR, CODES_KEPT, NULL),
    CODES(98, LEAKY_RELU, CODES_SCALED, NULL),
    CODES(100, MIRROR_PAD, CODES_KEPT, NULL),
    CODES(102, SPLIT_V, CODES_KEPT, NULL),
    CODES(105, REVERSE_V2, CODES_KEPT, NULL),
    CODES(111, ELU, CODES_SCALED, NULL),
    CODES(114, QUANTIZE, CODES_ENDED, NULL),
    CODES(117, HARD_SWISH, CODES_SCALED, NULL),
    CODES(130, BROADCAST_TO, CODES_KEPT, NULL),
};
/* clang-format on */

static code_rule rule_of(int code) {
    const int count = sizeof rules / sizeof *rules;
    return code >= 0 && code < count ? rules[code] : (code_rule){CODES_REFUSED, NULL};
}

bool tfl_takes_codes(int operator_code) { return rule_of(operator_code).scaling != CODES_REFUSED; }

bool tfl_makes_uint8(int operator_code) {
    return operator_code == BUILTIN_QUANTIZE || rule_of(operator_code).scaling == CODES_KEPT;
}

/* The inputs of layers with weights. NULL for other operators. */
static const layer_inputs *find_layer(int code) {
    static const layer_inputs conv = {0, 1, 2, 0}, depthwise = {0, 1, 2, 3}, transposed = {2, 1, 3, 0};
    switch (code) {
    case BUILTIN_CONV_2D:
    case BUILTIN_FULLY_CONNECTED: return &conv;
    case BUILTIN_DEPTHWISE_CONV_2D: return &depthwise;
    case BUILTIN_TRANSPOSE_CONV: return &transposed;
    default: return NULL;
    }
}

/* --- inputs */

/* The codes of input `i`; NULL where it holds none. *type becomes their type. */
static const quant *codes_of_input(const importer *im, int i, elem_type *type) {
    const file_value *v = node_input(im, i);
    if (!v || v->kind == FILE_UNKNOWN) return NULL;
    if (v->kind == FILE_CONSTANT) return *type = number_table[v->c.type].port, v->q.on ? &v->q : NULL;
    const node *n = &im->g->nodes[v->node];
    return *type = n->type, n->q.on ? &n->q : NULL;
}

bool reads_codes(const importer *im) {
    elem_type type;
    for (int i = 0; i < im->node->n_in; i++) {
        const file_value *v = node_input(im, i);
        if (v && v->kind == FILE_TENSOR && codes_of_input(im, i, &type)) return true;
    }
    return false;
}

bool take_constants_as_codes(tflite_file *f, file_node *n) {
    importer *im = &f->im;
    for (int i = 0; i < n->n_in; i++) {
        const file_value *v = n->in[i];
        if (!v || v->kind != FILE_CONSTANT) continue;
        const tflite_tensor *t = &f->m.tensors[v - f->values];
        elem_type type;
        if (!is_quantised(t)) continue;
        if (!t->data) {
            return node_error(im, "its input \"%s\" holds codes that are computed of constants",
                              show_name(im->scratch, v->name));
        }
        file_value *codes = ARENA_NEW(im->scratch, file_value);
        *codes = *v;
        if (!read_constant(im->scratch, t, &codes->c, &codes->fault)) return node_error(im, "%s", codes->fault);
        if (t->q.scales.count == 1 && !read_codes(im, t, &codes->q, &type)) return false;
        n->in[i] = codes;
    }
    return true;
}

/* --- outputs */

static const tflite_tensor *output_tensor(const tflite_op *op, int i) {
    return &op->f->m.tensors[flat_i32_at(op->o->outputs, (size_t)i)];
}

bool check_outputs_are_no_codes(importer *im, const tflite_op *op) {
    for (int i = 0; i < im->node->n_out; i++) {
        const tflite_tensor *t = output_tensor(op, i);
        if (is_quantised(t)) {
            return node_error(im, "its output \"%s\" is %s with a scale, but none of its inputs is",
                              show_name(im->scratch, t->name), name_tensor_type(im->scratch, t->type_code));
        }
    }
    return true;
}

/* Whether all inputs and outputs are scaled alike. */
static bool check_kept(importer *im, const tflite_op *op) {
    const quant *first = NULL;
    elem_type first_type = TYPE_I8, type;
    for (int i = 0; i < im->node->n_in; i++) {
        const quant *q = codes_of_input(im, i, &type);
        if (q && first && (!same_quant(q, first) || type != first_type)) {
            return node_error(im, "its inputs have different scales or zero points, which TensorFlow Lite's "
                                  "kernel for INT8 does not take");
        }
        if (q && !first) first = q, first_type = type;
    }
    for (int i = 0; i < im->node->n_out; i++) {
        quant q;
        if (!read_codes(im, output_tensor(op, i), &q, &type)) return false;
        if (!same_quant(&q, first) || type != first_type) {
            return node_error(im, "its output has another scale or zero point than its input, which "
                                  "TensorFlow Lite's kernel for INT8 does not make");
        }
    }
    return true;
}

/* Reads how output 0 is scaled, which must be int8. */
static bool read_scales(importer *im, const tflite_op *op, code_scaling scaling, quant *q) {
    elem_type type;
    if (!read_codes(im, output_tensor(op, 0), q, &type)) return false;
    if (type != TYPE_I8) return node_error(im, "it makes UINT8; only QUANTIZE may");
    bool unit = q->scale == 1.0f / 256 && q->zero == -128, sign = q->scale == 1.0f / 128 && q->zero == 0;
    if (scaling == CODES_OF_UNIT && !unit)
        return node_error(im, "its output must have the scale 1/256 and the zero point -128");
    if (scaling == CODES_OF_SIGN && !sign)
        return node_error(im, "its output must have the scale 1/128 and the zero point 0");
    return true;
}

static bool make_scaled(importer *im, const tflite_op *op, code_scaling scaling, tflite_rule make) {
    const layer_inputs *l = find_layer(op->o->code);
    code_scales scales = {0};
    elem_type type;
    if (!read_scales(im, op, scaling, &scales.q)) return false;
    if (l && !check_layer_codes(im, op, l, &scales.q)) return false;
    /* A FULLY_CONNECTED with one scale multiplies it by the input's in single precision. */
    scales.one_weight_scale =
        op->o->code == BUILTIN_FULLY_CONNECTED && input_tensor(op, l->weights)->q.scales.count == 1;
    const quant *x = codes_of_input(im, 0, &type);
    bool stays = scaling == CODES_EITHER && x && same_quant(x, &scales.q);
    if (!stays) im->codes = &scales;
    bool good = make(im, op) && (!l || fill_weight_scales(im, op, l));
    im->codes = NULL;
    return good;
}

bool tfl_make_of_codes(importer *im, const tflite_op *op, const op_rule *r) {
    code_rule rule = rule_of(op->o->code);
    tflite_rule make = rule.make ? rule.make : r->make;
    switch (rule.scaling) {
    case CODES_REFUSED: break;
    case CODES_KEPT: return check_kept(im, op) && make(im, op);
    case CODES_ENDED: return make(im, op);
    default: return make_scaled(im, op, rule.scaling, make);
    }
    return refuse_operator(im, r->name, "is not supported on INT8 with scales");
}

/* --- changes of type and scale */

bool tfl_make_quantize(importer *im, const tflite_op *op) {
    attrs a = graph_attrs_init();
    const file_value *x = tensor_input(im, 0);
    if (!x || !read_codes(im, output_tensor(op, 0), &a.q, &a.code_type)) return false;
    const node *n = &im->g->nodes[x->node];
    if (n->q.on && n->type == a.code_type && same_quant(&n->q, &a.q))
        return set_tensor(im, 0, x->node, &x->v, false), true;
    im->g->rounding = RESCALE_TFLITE;
    return set_result(im, add_op(im, n->q.on ? OP_REQUANTIZE : OP_QUANTIZE, &x->node, 1, &a), &x->v);
}
