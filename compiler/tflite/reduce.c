/* reduce.c: what is computed over whole axes: sums, means, positions, and norms. */
#include "tflite/rules.h"

/* --- any of the axes */

/* Brings `x` into a form in which the set of axes is one of h, w and c, which *axes becomes. False after an
 * error. */
static bool find_axes(importer *im, file_value *x, const bool *set, int *axes) {
    bool over[3];
    if (!as_axes(im, x, set, over)) return false;
    *axes = (over[MAP_H] ? OVER_H : 0) | (over[MAP_W] ? OVER_W : 0) | (over[MAP_C] ? OVER_C : 0);
    return true;
}

/* Reads input 0, a tensor, and the axes that input 1 lists. False after an error. */
static bool read_axes(importer *im, file_value *x, bool *set) {
    int count;
    const file_value *given = tensor_input(im, 0);
    const int64_t *axes = given ? list_input(im, 1, "axes", &count) : NULL;
    if (!axes) return false;
    *x = *given;
    for (int i = 0; i < count; i++) {
        int axis = check_axis(im, axes[i], x->v.rank);
        if (axis < 0) return false;
        set[axis] = true;
    }
    return count > 0 || node_error(im, "it names no axis");
}

/* Sets output 0 to the node, whose axes of the set have length 1, and stay (`keep`) or go. */
static bool set_reduced(importer *im, int made, file_view v, const bool *set, bool keep) {
    int rank = v.rank;
    for (int axis = rank - 1; axis >= 0; axis--) {
        if (!set[axis]) continue;
        view_clear_axis(&v, axis);
        if (!keep) view_drop_axis(&v, axis);
    }
    return set_result(im, made, &v);
}

static bool build_reduce(importer *im, const tflite_op *op, reduction kind) {
    file_value x;
    bool set[VIEW_RANK] = {0};
    attrs a = graph_attrs_init();
    a.reduce = kind;
    if (!read_axes(im, &x, set) || !find_axes(im, &x, set, &a.axes)) return false;
    return set_reduced(im, add_op(im, OP_REDUCE, &x.node, 1, &a), x.v, set, option_bool(op, REDUCER_KEEP_DIMS));
}

bool tfl_make_sum(importer *im, const tflite_op *op) { return build_reduce(im, op, REDUCE_SUM); }
bool tfl_make_reduce_max(importer *im, const tflite_op *op) { return build_reduce(im, op, REDUCE_MAX); }
bool tfl_make_reduce_min(importer *im, const tflite_op *op) { return build_reduce(im, op, REDUCE_MIN); }
bool tfl_make_reduce_prod(importer *im, const tflite_op *op) { return build_reduce(im, op, REDUCE_PROD); }

/* Over all of the height, the width or both of a map it is a pool, which can run beside its neighbours. */
bool tfl_make_mean(importer *im, const tflite_op *op) {
    int count;
    file_value x;
    bool set[VIEW_RANK] = {0}, pools = true;
    if (!read_axes(im, &x, set)) return false;
    file_view map = map_view(im, im->g->nodes[x.node].shape);
    for (int i = 0; i < x.v.rank; i++) pools = pools && (!set[i] || i == 1 || i == 2);
    if (!pools || !view_equal(&x.v, &map)) return build_reduce(im, op, REDUCE_MEAN);
    const int64_t *axes = list_input(im, 1, "axes", &count);
    return build_mean(im, axes, count, option_bool(op, REDUCER_KEEP_DIMS));
}

bool tfl_mean_of_codes(importer *im, const tflite_op *op) {
    file_value x;
    bool set[VIEW_RANK] = {0};
    attrs a = graph_attrs_init(), plain = a;
    a.reduce = REDUCE_MEAN;
    if (!read_axes(im, &x, set) || !find_axes(im, &x, set, &a.axes)) return false;
    bool pools = a.axes == (OVER_H | OVER_W);
    int made = add_op(im, pools ? OP_GLOBAL_AVG_POOL : OP_REDUCE, &x.node, 1, pools ? &plain : &a);
    return set_reduced(im, made, x.v, set, option_bool(op, REDUCER_KEEP_DIMS));
}

/* --- one axis, which goes */

static bool build_position(importer *im, op_kind kind) {
    double axis;
    bool set[VIEW_RANK] = {0};
    attrs a = graph_attrs_init();
    const file_value *given = tensor_input(im, 0);
    if (!given || !number_input(im, 1, "axis", &axis)) return false;
    file_value x = *given;
    int at = check_axis(im, clamp_int((int64_t)axis), x.v.rank);
    if (at < 0) return false;
    set[at] = true;
    if (!find_axes(im, &x, set, &a.axes)) return false;
    return set_reduced(im, add_op(im, kind, &x.node, 1, &a), x.v, set, false);
}

bool tfl_make_arg_max(importer *im, const tflite_op *op) { return (void)op, build_position(im, OP_ARGMAX); }
bool tfl_make_arg_min(importer *im, const tflite_op *op) { return (void)op, build_position(im, OP_ARGMIN); }

/* --- the last axis, which stays as it is */

static bool build_along_last(importer *im, op_kind kind, attrs a, double scale) {
    bool set[VIEW_RANK] = {0};
    const file_value *given = tensor_input(im, 0);
    if (!given) return false;
    if (given->v.rank == 0) return node_error(im, "its input has no axes");
    file_value x = *given;
    set[x.v.rank - 1] = true;
    x.node = add_scale(im, x.node, scale);
    if (x.node < 0 || !find_axes(im, &x, set, &a.axes)) return false;
    return set_result(im, add_op(im, kind, &x.node, 1, &a), &x.v);
}

/* Of beta times the input. */
bool tfl_make_softmax(importer *im, const tflite_op *op) {
    return build_along_last(im, OP_SOFTMAX, graph_attrs_init(), option_float(op, SOFTMAX_BETA));
}

bool tfl_make_log_softmax(importer *im, const tflite_op *op) {
    (void)op;
    return build_along_last(im, OP_LOG_SOFTMAX, graph_attrs_init(), 1);
}

/* TensorFlow Lite's kernels divide by at least 1e-6. */
bool tfl_make_l2_normalization(importer *im, const tflite_op *op) {
    (void)op;
    attrs a = graph_attrs_init();
    a.eps = 1e-6;
    return build_along_last(im, OP_L2_NORM, a, 1);
}

/* x / (bias + alpha * the sum of the squares in the window)^beta; the graph's alpha is for their mean. */
bool tfl_make_lrn(importer *im, const tflite_op *op) {
    file_value x;
    attrs a = graph_attrs_init();
    int64_t radius = option_int(op, LRN_RADIUS, 0);
    if (!map_input(im, &x)) return false;
    if (radius < 0 || radius > MAX_CHANNELS) return node_error(im, "its radius is out of range");
    a.window = 2 * (int)radius + 1;
    a.k = option_float(op, LRN_BIAS);
    a.alpha = option_float(op, LRN_ALPHA) * a.window;
    a.beta = option_float(op, LRN_BETA);
    return set_map(im, add_op(im, OP_LRN, &x.node, 1, &a));
}
