/* activations.c: operators that map each number by itself. */
#include "onnx/rules.h"

#include "onnx/tensor.h"

#include <math.h>
#include <string.h>

bool make_relu(importer *im, const onnx_op *op) { return (void)op, build_unary(im, OP_RELU); }
bool make_sigmoid(importer *im, const onnx_op *op) { return (void)op, build_unary(im, OP_SIGMOID); }
bool make_tanh(importer *im, const onnx_op *op) { return (void)op, build_unary(im, OP_TANH); }
bool make_hard_swish(importer *im, const onnx_op *op) { return (void)op, build_unary(im, OP_HSWISH); }
bool make_abs(importer *im, const onnx_op *op) { return (void)op, build_unary(im, OP_ABS); }
bool make_ceil(importer *im, const onnx_op *op) { return (void)op, build_unary(im, OP_CEIL); }
bool make_erf(importer *im, const onnx_op *op) { return (void)op, build_unary(im, OP_ERF); }
bool make_exp(importer *im, const onnx_op *op) { return (void)op, build_unary(im, OP_EXP); }
bool make_floor(importer *im, const onnx_op *op) { return (void)op, build_unary(im, OP_FLOOR); }
bool make_log(importer *im, const onnx_op *op) { return (void)op, build_unary(im, OP_LOG); }
bool make_mish(importer *im, const onnx_op *op) { return (void)op, build_unary(im, OP_MISH); }
bool make_reciprocal(importer *im, const onnx_op *op) { return (void)op, build_unary(im, OP_RECIPROCAL); }
bool make_round(importer *im, const onnx_op *op) { return (void)op, build_unary(im, OP_ROUND); }
bool make_sign(importer *im, const onnx_op *op) { return (void)op, build_unary(im, OP_SIGN); }
bool make_softplus(importer *im, const onnx_op *op) { return (void)op, build_unary(im, OP_SOFTPLUS); }
bool make_softsign(importer *im, const onnx_op *op) { return (void)op, build_unary(im, OP_SOFTSIGN); }
bool make_sqrt(importer *im, const onnx_op *op) { return (void)op, build_unary(im, OP_SQRT); }
bool make_prelu(importer *im, const onnx_op *op) { return (void)op, build_prelu(im); }

bool make_identity(importer *im, const onnx_op *op) {
    (void)op;
    const file_value *x = tensor_input(im, 0);
    if (x) set_tensor(im, 0, x->node, &x->v, x->fresh && x->uses == 1);
    return x != NULL;
}

/* Between types of floats a cast does nothing. It would round to smaller ones, which lcc leaves out. */
bool make_cast(importer *im, const onnx_op *op) {
    int64_t to = attribute_int(im, op, "to", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT);
    number_type type = find_number_type(clamp_int(to));
    const file_value *x = tensor_input(im, 0);
    if (!x) return false;
    bool positions = holds_positions(im, x->node);
    if (number_table[type].whole && positions) return make_identity(im, op);
    if (number_table[type].whole) return node_error(im, "a cast to integers is not supported");
    if (type == NUMBER_NONE) return node_error(im, "a cast to that element type is not supported");
    /* Positions are never negative, so that relu changes none of them, but it makes floats. */
    return positions ? build_unary(im, OP_RELU) : make_identity(im, op);
}

/* A cast to the element type of input 1. A tensor of floats may be of any float type in the file. */
bool make_cast_like(importer *im, const onnx_op *op) {
    const file_value *x = node_input(im, 0), *like = node_input(im, 1);
    if (!x || !like) return node_error(im, "one of its inputs is missing");
    bool is_constant = like->kind == FILE_CONSTANT;
    bool bytes = !is_constant && im->g->nodes[like->node].type != TYPE_F32;
    if (x->kind == FILE_CONSTANT && !bytes) return fold_cast(im, is_constant ? like->c.type : NUMBER_F32);
    if (bytes || (is_constant && number_table[like->c.type].whole))
        return node_error(im, "a cast to integers is not supported");
    return make_identity(im, op);
}

/* Dropout does nothing at inference. From opset 12 on, its input 2 says whether it is at training. */
bool make_dropout(importer *im, const onnx_op *op) {
    double training = 0;
    if (node_input(im, 2) && !number_input(im, 2, "training_mode", &training)) return false;
    if (training != 0)
        return node_error(im, "it was exported for training: call model.eval() before the export");
    const file_value *mask = im->node->n_out > 1 ? im->node->out[1] : NULL;
    if (mask && mask->uses) return node_error(im, "its second output, the mask, is not supported");
    const file_value *x = node_input(im, 0);
    return x && x->kind == FILE_CONSTANT ? fold_identity(im) : make_identity(im, op);
}

/* x * sigmoid(alpha x) */
bool make_swish(importer *im, const onnx_op *op) {
    const file_value *x = tensor_input(im, 0);
    if (!x) return false;
    double alpha = attribute_float(im, op, "alpha", 1);
    if (alpha == 1) return build_unary(im, OP_SWISH);
    int factors[2] = {x->node, add_unary(im, OP_SIGMOID, add_scale(im, x->node, alpha))};
    attrs a = graph_attrs_init();
    return factors[1] >= 0 && set_result(im, add_op(im, OP_MUL, factors, 2, &a), &x->v);
}

bool make_neg(importer *im, const onnx_op *op) {
    (void)op;
    const file_value *x = tensor_input(im, 0);
    return x && set_result(im, add_scale(im, x->node, -1), &x->v);
}

/* The bounds are attributes before opset 11, and inputs from then on. */
bool make_clip(importer *im, const onnx_op *op) {
    const file_value *x = tensor_input(im, 0);
    double low, high;
    if (!x || !read_number(im, op, "min", 1, &low) || !read_number(im, op, "max", 2, &high)) return false;
    const double unbounded = 3.4e38; /* the ends of a float's range stand for no bound */
    if (isnan(low) || low < -unbounded) low = -INFINITY;
    if (isnan(high) || high > unbounded) high = INFINITY;
    return set_result(im, add_clip(im, x->node, low, high), &x->v);
}

bool make_elu(importer *im, const onnx_op *op) {
    return build_activation(im, OP_ELU, attribute_float(im, op, "alpha", 1), 0);
}

bool make_celu(importer *im, const onnx_op *op) {
    return build_activation(im, OP_CELU, attribute_float(im, op, "alpha", 1), 0);
}

bool make_thresholded_relu(importer *im, const onnx_op *op) {
    return build_activation(im, OP_THRESHOLDED_RELU, attribute_float(im, op, "alpha", 1), 0);
}

/* gamma elu(alpha): selu where both are its own numbers. */
bool make_selu(importer *im, const onnx_op *op) {
    const file_value *x = tensor_input(im, 0);
    if (!x) return false;
    double alpha = attribute_float(im, op, "alpha", 1.67326319217681884765625);
    double gamma = attribute_float(im, op, "gamma", 1.05070102214813232421875);
    if (fabs(alpha - 1.6732632) < 1e-5 && fabs(gamma - 1.050701) < 1e-5) return build_unary(im, OP_SELU);
    attrs a = graph_attrs_init();
    a.args.first = alpha;
    int made = add_op(im, OP_ELU, &x->node, 1, &a);
    return made >= 0 && set_result(im, add_scale(im, made, gamma), &x->v);
}

bool make_gelu(importer *im, const onnx_op *op) {
    const char *approximate = attribute_string(im, op, "approximate", "none");
    return build_unary(im, strcmp(approximate, "tanh") == 0 ? OP_GELU_TANH : OP_GELU);
}

bool make_leaky_relu(importer *im, const onnx_op *op) {
    return tensor_input(im, 0) && build_leaky_relu(im, attribute_float(im, op, "alpha", 0.01));
}

/* max(0, min(1, alpha x + beta)); hsigmoid has alpha = 1/6 and beta = 1/2. */
bool make_hard_sigmoid(importer *im, const onnx_op *op) {
    const file_value *x = tensor_input(im, 0);
    if (!x) return false;
    double alpha = attribute_float(im, op, "alpha", 0.2), beta = attribute_float(im, op, "beta", 0.5);
    int y = x->node;
    if (fabs(alpha - 1.0 / 6) < 1e-6 && beta == 0.5)
        return set_result(im, add_unary(im, OP_HSIGMOID, y), &x->v);
    double scale = 6 * alpha, shift = 6 * beta - 3;
    return set_result(im, add_unary(im, OP_HSIGMOID, add_scale_shift(im, y, &scale, &shift, 1)), &x->v);
}
