/* norms.c: operators that work along axes, and norms. */
#include "onnx/rules.h"

#include <string.h>

/* --- reductions */

/* The axes are an attribute before opset 18 (before 13, for ReduceSum), and an input from then on. Without any,
 * all axes are meant, or, by noop_with_empty_axes, none. */
static int64_t *read_axes(importer *im, const onnx_op *op, int *count, bool *none) {
    int64_t *axes = read_list(im, op, "axes", 1, count);
    *none = axes && *count == 0 && attribute_int(im, op, "noop_with_empty_axes", 0) != 0;
    return axes;
}

static bool make_reduction(importer *im, const onnx_op *op, reduction r) {
    int count;
    bool none, sums = r == REDUCE_L1 || r == REDUCE_L2 || r == REDUCE_SUM_SQUARE;
    int64_t *axes = tensor_input(im, 0) ? read_axes(im, op, &count, &none) : NULL;
    if (!axes) return false;
    if (none && sums) return node_error(im, "noop_with_empty_axes without axes is not supported");
    if (none) return make_identity(im, op);
    return build_reduction(im, r, axes, count, attribute_int(im, op, "keepdims", 1) != 0);
}

bool make_reduce_mean(importer *im, const onnx_op *op) { return make_reduction(im, op, REDUCE_MEAN); }
bool make_reduce_sum(importer *im, const onnx_op *op) { return make_reduction(im, op, REDUCE_SUM); }
bool make_reduce_max(importer *im, const onnx_op *op) { return make_reduction(im, op, REDUCE_MAX); }
bool make_reduce_min(importer *im, const onnx_op *op) { return make_reduction(im, op, REDUCE_MIN); }
bool make_reduce_l1(importer *im, const onnx_op *op) { return make_reduction(im, op, REDUCE_L1); }
bool make_reduce_l2(importer *im, const onnx_op *op) { return make_reduction(im, op, REDUCE_L2); }
bool make_reduce_prod(importer *im, const onnx_op *op) { return make_reduction(im, op, REDUCE_PROD); }

bool make_reduce_sum_square(importer *im, const onnx_op *op) {
    return make_reduction(im, op, REDUCE_SUM_SQUARE);
}

bool make_reduce_log_sum_exp(importer *im, const onnx_op *op) {
    return make_reduction(im, op, REDUCE_LOG_SUM_EXP);
}

/* The logarithm of the sum. */
bool make_reduce_log_sum(importer *im, const onnx_op *op) {
    int count;
    bool none;
    file_view v;
    int64_t *axes = tensor_input(im, 0) ? read_axes(im, op, &count, &none) : NULL;
    if (!axes) return false;
    if (none) return node_error(im, "noop_with_empty_axes without axes is not supported");
    int sum = add_reduced(im, REDUCE_SUM, axes, count, attribute_int(im, op, "keepdims", 1) != 0, &v);
    return set_result(im, add_unary(im, OP_LOG, sum), &v);
}

static bool make_positions(importer *im, const onnx_op *op, op_kind kind) {
    return build_positions(im, kind, attribute_int(im, op, "axis", 0),
                           attribute_int(im, op, "keepdims", 1) != 0,
                           attribute_int(im, op, "select_last_index", 0) != 0);
}

bool make_argmax(importer *im, const onnx_op *op) { return make_positions(im, op, OP_ARGMAX); }
bool make_argmin(importer *im, const onnx_op *op) { return make_positions(im, op, OP_ARGMIN); }

/* --- softmax and the like */

/* Along one axis. Before opset 13, over all axes from `axis` on, which is 1 if nothing else is said. */
static bool make_softmax_of(importer *im, const onnx_op *op, op_kind kind) {
    const file_value *x = tensor_input(im, 0);
    if (!x) return false;
    bool old = op->m->opset < 13, set[VIEW_RANK] = {0};
    int axis = check_axis(im, attribute_int(im, op, "axis", old ? 1 : -1), x->v.rank);
    if (axis < 0) return false;
    for (int i = axis; i < x->v.rank && (old || i == axis); i++) set[i] = true;
    return build_along(im, kind, x, set, 0);
}

bool make_softmax(importer *im, const onnx_op *op) { return make_softmax_of(im, op, OP_SOFTMAX); }
bool make_log_softmax(importer *im, const onnx_op *op) { return make_softmax_of(im, op, OP_LOG_SOFTMAX); }

/* x / the root of the sum of its squares along the axis (p = 2), or the sum of its sizes. All zeros stay zeros.
 */
bool make_lp_norm(importer *im, const onnx_op *op) {
    const file_value *x = tensor_input(im, 0);
    if (!x) return false;
    bool set[VIEW_RANK] = {0};
    int axis = check_axis(im, attribute_int(im, op, "axis", -1), x->v.rank);
    if (axis < 0) return false;
    set[axis] = true;
    int64_t p = attribute_int(im, op, "p", 2);
    if (p == 1) return build_l1_norm(im, x, set);
    if (p != 2) return node_error(im, "its p must be 1 or 2");
    return build_along(im, OP_L2_NORM, x, set, 0);
}

/* --- norms */

static bool has_no_more_outputs(importer *im) {
    for (int i = 1; i < im->node->n_out; i++) {
        const file_value *more = im->node->out[i];
        if (more && more->uses) return node_error(im, "its further outputs, the statistics, are not supported");
    }
    return true;
}

bool make_layer_norm(importer *im, const onnx_op *op) {
    return has_no_more_outputs(im) && build_norm_behind(im, OP_LAYER_NORM, attribute_int(im, op, "axis", -1),
                                                        attribute_float(im, op, "epsilon", 1e-5));
}

bool make_rms_norm(importer *im, const onnx_op *op) {
    return build_norm_behind(im, OP_RMS_NORM, attribute_int(im, op, "axis", -1),
                             attribute_float(im, op, "epsilon", 1e-5));
}

bool make_instance_norm(importer *im, const onnx_op *op) {
    return build_group_norm(im, 0, attribute_float(im, op, "epsilon", 1e-5), false);
}

/* Before opset 21, the scale and bias have a number for each group, from then on for each channel. */
bool make_group_norm(importer *im, const onnx_op *op) {
    int64_t groups = attribute_int(im, op, "num_groups", -1);
    if (groups < 1) return node_error(im, "its num_groups is not positive");
    return build_group_norm(im, groups, attribute_float(im, op, "epsilon", 1e-5), op->m->opset < 21);
}

/* (x - mean) / deviation over these axes; ONNX adds 1e-9 to the deviation, which only keeps zeros zero. */
bool make_mean_variance_norm(importer *im, const onnx_op *op) {
    const file_value *x = tensor_input(im, 0);
    int count;
    int64_t *axes = x ? read_list(im, op, "axes", -1, &count) : NULL;
    if (!axes) return false;
    bool set[VIEW_RANK] = {true, false, true, true}; /* unless it says otherwise; axis 0 has length 1 */
    for (int i = 0; count > 0 && i < VIEW_RANK; i++) set[i] = i == 0;
    for (int i = 0; i < count; i++) {
        int axis = check_axis(im, axes[i], x->v.rank);
        if (axis < 0) return false;
        set[axis] = true;
    }
    bool pixels = set[2] && (x->v.rank < 4 || set[3]);
    if (pixels) return build_group_norm(im, set[1], 0, false);
    return node_error(im, "only the statistics of height and width, or of all axes, are supported");
}

bool make_lrn(importer *im, const onnx_op *op) {
    file_value x;
    attrs a = graph_attrs_init();
    if (!map_input(im, &x)) return false;
    a.window = clamp_int(attribute_int(im, op, "size", 0));
    a.alpha = attribute_float(im, op, "alpha", 1e-4);
    a.beta = attribute_float(im, op, "beta", 0.75);
    a.k = attribute_float(im, op, "bias", 1);
    return set_map(im, add_op(im, OP_LRN, &x.node, 1, &a));
}
