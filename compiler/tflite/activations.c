/* activations.c: operators that map each number by itself, and changes of the element type. */
#include "tflite/rules.h"

#include <math.h>

static bool build_clip(importer *im, double low, double high) {
    const file_value *x = tensor_input(im, 0);
    return x && set_result(im, add_clip(im, x->node, low, high), &x->v);
}

bool tfl_make_relu(importer *im, const tflite_op *op) { return (void)op, build_unary(im, OP_RELU); }
bool tfl_make_relu6(importer *im, const tflite_op *op) { return (void)op, build_unary(im, OP_RELU6); }
bool tfl_make_relu_n1_to_1(importer *im, const tflite_op *op) { return (void)op, build_clip(im, -1, 1); }
bool tfl_make_relu_0_to_1(importer *im, const tflite_op *op) { return (void)op, build_clip(im, 0, 1); }
bool tfl_make_logistic(importer *im, const tflite_op *op) { return (void)op, build_unary(im, OP_SIGMOID); }
bool tfl_make_tanh(importer *im, const tflite_op *op) { return (void)op, build_unary(im, OP_TANH); }
bool tfl_make_hard_swish(importer *im, const tflite_op *op) { return (void)op, build_unary(im, OP_HSWISH); }
bool tfl_make_prelu(importer *im, const tflite_op *op) { return (void)op, build_prelu(im); }

bool tfl_make_leaky_relu(importer *im, const tflite_op *op) {
    return tensor_input(im, 0) && build_leaky_relu(im, option_float(op, LEAKY_RELU_ALPHA));
}

bool tfl_make_neg(importer *im, const tflite_op *op) {
    (void)op;
    const file_value *x = tensor_input(im, 0);
    return x && set_result(im, add_scale(im, x->node, -1), &x->v);
}

/* --- functions of one number that the graph has by themselves */

bool tfl_make_abs(importer *im, const tflite_op *op) { return (void)op, build_unary(im, OP_ABS); }
bool tfl_make_exp(importer *im, const tflite_op *op) { return (void)op, build_unary(im, OP_EXP); }
bool tfl_make_log(importer *im, const tflite_op *op) { return (void)op, build_unary(im, OP_LOG); }
bool tfl_make_sqrt(importer *im, const tflite_op *op) { return (void)op, build_unary(im, OP_SQRT); }
bool tfl_make_floor(importer *im, const tflite_op *op) { return (void)op, build_unary(im, OP_FLOOR); }
bool tfl_make_ceil(importer *im, const tflite_op *op) { return (void)op, build_unary(im, OP_CEIL); }
bool tfl_make_round(importer *im, const tflite_op *op) { return (void)op, build_unary(im, OP_ROUND); }
bool tfl_make_sign(importer *im, const tflite_op *op) { return (void)op, build_unary(im, OP_SIGN); }

bool tfl_make_gelu(importer *im, const tflite_op *op) {
    return build_unary(im, option_bool(op, GELU_APPROXIMATE) ? OP_GELU_TANH : OP_GELU);
}

bool tfl_make_rsqrt(importer *im, const tflite_op *op) {
    (void)op;
    const file_value *x = tensor_input(im, 0);
    return x && set_result(im, add_unary(im, OP_RECIPROCAL, add_unary(im, OP_SQRT, x->node)), &x->v);
}

/* Input 0 through a function that takes a number besides. */
static bool build_with(importer *im, op_kind kind, double number) {
    const file_value *x = tensor_input(im, 0);
    attrs a = graph_attrs_init();
    a.args.first = number;
    return x && set_result(im, add_op(im, kind, &x->node, 1, &a), &x->v);
}

bool tfl_make_elu(importer *im, const tflite_op *op) { return (void)op, build_with(im, OP_ELU, 1); }

/* --- functions that are fused into other operators */

/* A tanh and a sign bit are in the schema, but TensorFlow Lite's own kernels do not compute them. */
bool fuse_activation(importer *im, int function) {
    file_value *out = im->node->n_out ? im->node->out[0] : NULL;
    if (function == FUSED_NONE || !out) return true;
    if (function != FUSED_RELU && function != FUSED_RELU_N1_TO_1 && function != FUSED_RELU6)
        return node_error(im, "the function that is fused into it, number %d, is not supported", function);
    if (out->kind != FILE_TENSOR)
        return node_error(im, "a function is fused into it, but its inputs are constants");
    int made = function == FUSED_RELU_N1_TO_1
                   ? add_clip(im, out->node, -1, 1)
                   : add_unary(im, function == FUSED_RELU ? OP_RELU : OP_RELU6, out->node);
    const file_view v = out->v;
    return set_result(im, made, &v);
}

/* --- element types */

static bool pass_tensor(importer *im) {
    const file_value *x = tensor_input(im, 0);
    if (x) set_tensor(im, 0, x->node, &x->v, x->fresh && x->uses == 1);
    return x != NULL;
}

/* An input of the network that holds bytes becomes scale * (x - zero). Floats stay as they are. */
bool tfl_make_dequantize(importer *im, const tflite_op *op) {
    const file_value *x = tensor_input(im, 0);
    if (!x) return false;
    const quantization *q = &input_tensor(op, 0)->q;
    if (im->g->nodes[x->node].type == TYPE_F32) return pass_tensor(im);
    if (q->scales.count != 1 || q->zero_points.count > 1)
        return node_error(im, "its input does not have one scale and one zero point");
    double scale = flat_f32_at(q->scales, 0);
    double shift = q->zero_points.count ? -scale * (double)flat_i64_at(q->zero_points, 0) : 0;
    return set_result(im, add_scale_shift(im, x->node, &scale, &shift, 1), &x->v);
}

/* The constant was widened before. */
bool tfl_fold_dequantize(importer *im, const tflite_op *op) { return (void)op, fold_identity(im); }

/* The type that the output has in the file. */
static number_type output_type(const tflite_op *op) {
    return op->f->m.tensors[flat_i32_at(op->o->outputs, 0)].type;
}

/* Between types of floats a cast does nothing, and bytes become the floats of their values. */
bool tfl_make_cast(importer *im, const tflite_op *op) {
    number_type type = output_type(op);
    if (type == NUMBER_NONE || number_table[type].whole)
        return node_error(im, "a cast to integers is not supported");
    return pass_tensor(im);
}

bool tfl_fold_cast_op(importer *im, const tflite_op *op) {
    number_type type = output_type(op);
    if (type == NUMBER_NONE) return node_error(im, "a cast to that element type is not supported");
    return fold_cast(im, type);
}
