/* quantised.c: QuantizeLinear and DequantizeLinear; operators on quantised numbers, which ONNX Runtime's tools
 * write; and operators that only move numbers, quantised or not.
 *
 * An operator on quantised numbers is imported as the operator on real numbers that it stands for, between a
 * dequantize and a quantize: import/codes.h says what becomes of these. */
#include "onnx/rules.h"

#include "import/codes.h"
#include "onnx/tensor.h"

#include <string.h>

/* --- QuantizeLinear and DequantizeLinear */

static bool check_blocks(importer *im, const onnx_op *op) {
    return attribute_int(im, op, "block_size", 0) == 0 ||
           node_error(im, "scales for blocks of an axis are not supported");
}

/* The element type of the codes where there is no zero point. */
static number_type code_type(importer *im, const onnx_op *op) {
    int64_t type = attribute_int(im, op, "output_dtype", 0);
    return type ? find_number_type(clamp_int(type)) : NUMBER_U8;
}

bool make_quantize(importer *im, const onnx_op *op) {
    code_kind kind;
    const file_value *x = tensor_input(im, 0);
    if (!x || !check_blocks(im, op) || !read_code_kind(im, 1, 2, code_type(im, op), &kind)) return false;
    return set_result(im, add_quantize(im, x->node, &kind), &x->v);
}

bool make_dequantize(importer *im, const onnx_op *op) {
    code_kind kind;
    const file_value *x = tensor_input(im, 0);
    if (!x || !check_blocks(im, op)) return false;
    number_type type = im->g->nodes[x->node].type == TYPE_I8 ? NUMBER_I8 : NUMBER_U8;
    if (!read_code_kind(im, 1, 2, type, &kind)) return false;
    return set_result(im, add_dequantize(im, x->node, &kind), &x->v);
}

bool fold_dequantize(importer *im, const onnx_op *op) {
    const constant *c = constant_input(im, 0, "first");
    constant out;
    if (!c || !check_blocks(im, op)) return false;
    if (!dequantise_constant(im, c, 1, 2, attribute_int(im, op, "axis", 1), &out)) return false;
    set_constant(im, 0, &out);
    return true;
}

bool fold_quantize(importer *im, const onnx_op *op) {
    const constant *c = constant_input(im, 0, "first");
    constant out;
    if (!c || !check_blocks(im, op)) return false;
    if (!quantise_constant(im, c, 1, 2, attribute_int(im, op, "axis", 1), code_type(im, op), &out))
        return false;
    set_constant(im, 0, &out);
    return true;
}

/* --- operators on quantised numbers */

/* Where such an operator has its inputs. A number that is quantised has its scale and its zero point behind it.
 */
typedef struct linear_form {
    const char *type;
    onnx_rule real;
    int first;        /* the first of the numbers that it computes with; the next follow */
    int count;        /* so many; 0: all that there are */
    int result;       /* the scale of the result */
    int bias;         /* an int32 whose scale is the product of those of the first two; 0: none */
    bool may_be_real; /* a result without a scale is real */
} linear_form;

static const linear_form linear_forms[] = {
    {"QGemm", make_gemm, 0, 2, 7, 6, true},
    {"QLinearAdd", make_add, 0, 2, 6, 0, false},
    {"QLinearAveragePool", make_average_pool, 0, 1, 3, 0, false},
    {"QLinearConcat", make_concat, 2, 0, 0, 0, false},
    {"QLinearConv", make_conv, 0, 2, 6, 8, false},
    {"QLinearGlobalAveragePool", make_global_average_pool, 0, 1, 3, 0, false},
    {"QLinearLeakyRelu", make_leaky_relu, 0, 1, 3, 0, false},
    {"QLinearMatMul", make_matmul, 0, 2, 6, 0, false},
    {"QLinearMul", make_mul, 0, 2, 6, 0, false},
    {"QLinearReduceMean", make_reduce_mean, 0, 1, 3, 0, false},
    {"QLinearSigmoid", make_sigmoid, 0, 1, 3, 0, false},
    {"QLinearSoftmax", make_softmax, 0, 1, 3, 0, false},
};

static const linear_form *find_form(const char *type) {
    for (size_t i = 0; i < sizeof linear_forms / sizeof *linear_forms; i++) {
        if (strcmp(linear_forms[i].type, type) == 0) return &linear_forms[i];
    }
    return NULL;
}

/* The axis of a matrix or a filter that may have a scale for each entry. */
static int64_t weight_axis(importer *im, const onnx_op *op, const linear_form *form) {
    if (form->real == make_conv) return 0;
    return form->real == make_gemm && attribute_int(im, op, "transB", 0) ? 0 : -1;
}

/* Input `i` as real numbers. NULL after an error. */
static file_value *real_input(importer *im, int i, int64_t axis) {
    const file_value *x = node_input(im, i);
    if (!x) {
        node_error(im, "its input %d is missing", i);
        return NULL;
    }
    file_value *real = ARENA_NEW(im->scratch, file_value);
    *real = *x;
    real->fresh = false;
    if (x->kind == FILE_CONSTANT)
        return dequantise_constant(im, &x->c, i + 1, i + 2, axis, &real->c) ? real : NULL;
    code_kind kind;
    number_type type = im->g->nodes[x->node].type == TYPE_I8 ? NUMBER_I8 : NUMBER_U8;
    if (!read_code_kind(im, i + 1, i + 2, type, &kind)) return NULL;
    real->node = add_dequantize(im, x->node, &kind);
    return real->node < 0 ? NULL : real;
}

/* Input `i`, integers at the scale of the input at `of` times that of the weights behind it. NULL after an
 * error. */
static file_value *real_bias(importer *im, int i, int of, const file_value *weights) {
    const constant *c = constant_input(im, i, "bias");
    double scale;
    if (!c || !number_input(im, of + 1, "scale", &scale)) return NULL;
    const quantisation *w = weights->kind == FILE_CONSTANT ? weights->c.codes : NULL;
    if (!w || c->type != NUMBER_I32 || c->codes || (w->count != 1 && w->count != c->count)) {
        node_error(im, "its bias must be int32, one for each channel, and its weights constants");
        return NULL;
    }
    file_value *real = ARENA_NEW(im->scratch, file_value);
    *real = *node_input(im, i);
    double *to = new_constant(im, &real->c, c->dims, c->rank, NUMBER_F32);
    for (int64_t k = 0; to && k < c->count; k++)
        to[k] = scale * (double)w->scale[w->count == 1 ? 0 : k] * constant_number(c, k);
    return to ? real : NULL;
}

/* Imports the node as `rule` does for the inputs `in`, and quantises the results as `kind` says; NULL: they
 * stay real. */
static bool import_real(importer *im, const onnx_op *op, onnx_rule rule, file_value **in, int n_in,
                        const code_kind *kind) {
    const file_node *whole = im->node;
    file_node real = *whole;
    real.in = in;
    real.n_in = n_in;
    real.out = ARENA_ARRAY(im->scratch, file_value *, whole->n_out + 1);
    for (int i = 0; i < whole->n_out; i++) {
        if (!whole->out[i]) continue;
        real.out[i] = ARENA_NEW(im->scratch, file_value);
        *real.out[i] = *whole->out[i];
    }
    int first = im->g->n_nodes;
    im->node = &real;
    bool good = rule(im, op);
    note_weights(im, first);
    im->node = whole;
    for (int i = 0; i < whole->n_out && good; i++) {
        const file_value *made = real.out[i];
        if (!made || made->kind == FILE_UNKNOWN) continue;
        if (made->kind == FILE_CONSTANT) {
            set_constant(im, i, &made->c);
            continue;
        }
        bool stays = !kind || im->g->nodes[made->node].type == TYPE_I32;
        int result = stays ? made->node : add_quantize(im, made->node, kind);
        good = result >= 0;
        if (good) set_tensor(im, i, result, &made->v, true);
    }
    return good;
}

/* QLinearSoftmax says by which opset it counts its axis. */
static bool set_opset(importer *im, const onnx_op *op, const linear_form *form, model *m) {
    if (form->real == make_softmax) m->opset = clamp_int(attribute_int(im, op, "opset", m->opset));
    return attribute_int(im, op, "channels_last", 0) == 0 ||
           node_error(im, "maps with their channels last are not supported");
}

bool make_linear(importer *im, const onnx_op *op) {
    const linear_form *form = find_form(op->proto->op_type);
    model m = *op->m;
    onnx_op real = {.proto = op->proto, .m = &m};
    if (!form || !set_opset(im, op, form, &m)) return false;
    int count = form->count ? form->count : (im->node->n_in - form->first) / 3;
    file_value **in = ARENA_ARRAY(im->scratch, file_value *, count + 2);
    for (int i = 0; i < count; i++) {
        in[i] = real_input(im, form->first + 3 * i, weight_axis(im, op, form));
        if (!in[i]) return false;
    }
    if (form->bias && node_input(im, form->bias)) {
        in[count] = real_bias(im, form->bias, form->first, in[1]);
        if (!in[count++]) return false;
    }
    code_kind kind;
    bool quantised = !form->may_be_real || node_input(im, form->result);
    const number_type otherwise = NUMBER_U8;
    if (quantised && !read_code_kind(im, form->result, form->result + 1, otherwise, &kind)) return false;
    return import_real(im, &real, form->real, in, count, quantised ? &kind : NULL);
}

/* --- operators that move numbers */

/* The operators that files apply to quantised numbers as they are: ORT's tools leave no dequantize before them.
 */
static bool moves_codes(const char *type) {
    static const char *const movers[] = {
        "ArgMax", "ArgMin",    "Concat",    "DepthToSpace", "Dropout",       "Expand",    "Flatten",
        "Gather", "Identity",  "Max",       "MaxPool",      "Min",           "Pad",       "Reshape",
        "Resize", "Shape",     "Size",      "Slice",        "SpaceToDepth",  "Split",     "Squeeze",
        "Tile",   "Transpose", "Unsqueeze", "Upsample",     "GlobalMaxPool", "ReduceMax", "ReduceMin"};
    for (size_t i = 0; i < sizeof movers / sizeof *movers; i++) {
        if (strcmp(movers[i], type) == 0) return true;
    }
    return false;
}

bool reads_quantised(const importer *im) {
    for (int i = 0; i < im->node->n_in; i++) {
        const file_value *x = im->node->in[i];
        if (x && x->kind == FILE_TENSOR && holds_codes(im, x->node)) return true;
    }
    return false;
}

/* What a Pad puts around codes is a code, 0 where it does not say. */
static bool real_fill(importer *im, const code_kind *kind, file_value **in, int *n_in) {
    enum { FILL = 2 };
    double code = 0;
    if (node_input(im, FILL) && !number_input(im, FILL, "value", &code)) return false;
    file_value *fill = ARENA_NEW(im->scratch, file_value);
    fill->kind = FILE_CONSTANT;
    double *number = new_constant(im, &fill->c, NULL, 0, NUMBER_F32);
    if (!number) return false;
    *number = (double)kind->q.scale * (code - kind->q.zero);
    in[FILL] = fill;
    if (*n_in <= FILL) *n_in = FILL + 1;
    return true;
}

bool make_on_codes(importer *im, const onnx_op *op, onnx_rule rule) {
    const file_node *n = im->node;
    const file_value *first = NULL;
    file_value **in = ARENA_ARRAY(im->scratch, file_value *, n->n_in + 3);
    int n_in = n->n_in;
    code_kind kind = {0};
    if (!moves_codes(n->type))
        return node_error(im, "it computes with quantised numbers; a DequantizeLinear must stand before it");
    for (int i = 0; i < n->n_in; i++) {
        in[i] = n->in[i];
        if (!in[i] || in[i]->kind != FILE_TENSOR) continue;
        if (!holds_codes(im, in[i]->node))
            return node_error(im, "some of its inputs are quantised, and some are not");
        const node *x = &im->g->nodes[in[i]->node];
        if (!first) kind = (code_kind){x->q, x->type};
        first = in[i];
        file_value *real = ARENA_NEW(im->scratch, file_value);
        *real = *in[i];
        real->node = add_dequantize(im, in[i]->node, &kind);
        real->fresh = false;
        if (real->node < 0) return false;
        in[i] = real;
    }
    if (strcmp(n->type, "Pad") == 0 && !real_fill(im, &kind, in, &n_in)) return false;
    return import_real(im, op, rule, in, n_in, &kind);
}

/* --- what is refused */

const char *why_refused(const char *type) {
    static const char *const dynamic[] = {"ConvInteger",           "MatMulInteger",
                                          "DynamicQuantizeLinear", "DynamicQuantizeMatMul",
                                          "MatMulIntegerToFloat",  "DynamicQuantizeLSTM"};
    for (size_t i = 0; i < sizeof dynamic / sizeof *dynamic; i++) {
        if (strcmp(dynamic[i], type) == 0)
            return "is not supported: it is of a network that is quantised while it runs; quantise it before "
                   "(quantize_static)";
    }
    return "is not supported";
}
