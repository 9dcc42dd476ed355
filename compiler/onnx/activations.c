/* activations.c: ops that map each number by itself, whatever the view; and softmax. */
#include "onnx/import.h"

#include <math.h>

static bool make_unary(importer *im, op_kind op) {
    const value *x = tensor_input(im, 0);
    return x && set_result(im, add_unary(im, op, x->node), &x->v);
}

bool make_relu(importer *im) { return make_unary(im, OP_RELU); }
bool make_sigmoid(importer *im) { return make_unary(im, OP_SIGMOID); }
bool make_tanh(importer *im) { return make_unary(im, OP_TANH); }
bool make_hard_swish(importer *im) { return make_unary(im, OP_HSWISH); }

/* Cast among types of floats, Identity, and Dropout, which at inference does nothing. */
bool make_identity(importer *im) {
    const value *x = tensor_input(im, 0);
    if (!x) return false;
    int64_t to = attribute_int(im, "to", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT);
    if (is_whole_type(clamp_int(to))) return node_error(im, "rounding to whole numbers is not covered");
    set_tensor(im, 0, x->node, &x->v, x->fresh && x->uses == 1);
    return true;
}

bool make_neg(importer *im) {
    const value *x = tensor_input(im, 0);
    return x && set_result(im, add_scale(im, x->node, -1), &x->v);
}

/* Bounds are attributes before opset 11, then inputs. */
bool make_clip(importer *im) {
    const value *x = tensor_input(im, 0);
    double low, high;
    if (!x || !number_from(im, "min", 1, &low) || !number_from(im, "max", 2, &high)) return false;
    const double unbounded = 3.4e38; /* float's ends stand for none */
    if (isnan(low) || low < -unbounded) low = -INFINITY;
    if (isnan(high) || high > unbounded) high = INFINITY;
    return set_result(im, add_clip(im, x->node, low, high), &x->v);
}

static int add_leaky_relu(importer *im, int x, double slope) {
    attrs a = graph_attrs_init();
    a.slope = slope;
    return add_op(im, OP_LEAKY_RELU, &x, 1, &a);
}

bool make_leaky_relu(importer *im) {
    const value *x = tensor_input(im, 0);
    return x && set_result(im, add_leaky_relu(im, x->node, attribute_float(im, "alpha", 0.01)), &x->v);
}

/* With a slope of its own for each channel: relu(x) - slope * relu(-x). */
bool make_prelu(importer *im) {
    value *x = tensor_input(im, 0);
    const constant *c = constant_input(im, 1, "slope");
    double *slopes;
    int count;
    if (!x || !c || !channel_values(im, c, x, &slopes, &count)) return false;
    if (count == 1) return set_result(im, add_leaky_relu(im, x->node, slopes[0]), &x->v);
    double *shifts = ARENA_ARRAY(im->scratch, double, count);
    for (int i = 0; i < count; i++) slopes[i] = -slopes[i];
    int below = add_unary(im, OP_RELU, add_scale(im, x->node, -1));
    int pair[2] = {add_unary(im, OP_RELU, x->node), add_scale_shift(im, below, slopes, shifts, count)};
    if (pair[0] < 0 || pair[1] < 0) return false;
    if (im->g->nodes[pair[1]].op == OP_BN) label_node(im, pair[1], input(im, 1));
    attrs a = graph_attrs_init();
    return set_result(im, add_op(im, OP_ADD, pair, 2, &a), &x->v);
}

/* max(0, min(1, alpha x + beta)); hsigmoid has alpha = 1/6 and beta = 1/2. */
bool make_hard_sigmoid(importer *im) {
    const value *x = tensor_input(im, 0);
    if (!x) return false;
    double alpha = attribute_float(im, "alpha", 0.2), beta = attribute_float(im, "beta", 0.5);
    int y = x->node;
    if (fabs(alpha - 1.0 / 6) < 1e-6 && beta == 0.5)
        return set_result(im, add_unary(im, OP_HSIGMOID, y), &x->v);
    double scale = 6 * alpha, shift = 6 * beta - 3;
    return set_result(im, add_unary(im, OP_HSIGMOID, add_scale_shift(im, y, &scale, &shift, 1)), &x->v);
}

/* Over the channels. Before opset 13 over all axes from `axis` on, counted as one. */
bool make_softmax(importer *im) {
    value *x = tensor_input(im, 0);
    if (!x) return false;
    value y = *x;
    bool old = im->m->opset < 13;
    int axis = check_axis(im, attribute_int(im, "axis", old ? 1 : -1), y.v.rank);
    if (axis < 0 || !order_channels(im, &y)) return false;
    shape s = im->g->nodes[y.node].shape;
    int channels = 0;
    bool others = false;
    for (int i = axis; i < y.v.rank && (old || i == axis); i++) {
        if (view_is_whole(&y.v, i, MAP_C, s.c) && view_count(&y.v, i)) {
            channels++;
        } else {
            others = others || view_count(&y.v, i);
        }
    }
    if (others || (channels != 1 && s.c != 1)) return node_error(im, "only over the channels is it covered");
    return set_result(im, add_unary(im, OP_SOFTMAX, y.node), &y.v);
}
