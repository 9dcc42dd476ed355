/* rearrange.c: operators that move no number, or join tensors. Each rule serves tensors and constants alike. */
#include "tflite/rules.h"

#include <string.h>

/* The shape is input 1, or in old files an option. One size may be -1, which stands for what is left. */
bool tfl_rule_reshape(importer *im, const tflite_op *op) {
    int64_t sizes[VIEW_RANK], out[VIEW_RANK];
    int rank, count, unknown = -1;
    if (!sized_input(im, 0, sizes, &rank)) return false;
    int64_t *asked =
        node_input(im, 1) ? list_input(im, 1, "shape", &count) : option_list(im, op, RESHAPE_NEW_SHAPE, &count);
    if (!asked) return false;
    if (count > VIEW_RANK) return node_error(im, "its output would have more than %d axes", VIEW_RANK);
    for (int i = 0; i < count; i++) {
        out[i] = asked[i];
        if (asked[i] < -1 || (asked[i] == -1 && unknown >= 0))
            return node_error(im, "its shape has a negative size");
        if (asked[i] != -1) continue;
        unknown = i;
        out[i] = 1;
    }
    int64_t known = size_product(out, 0, count), all = size_product(sizes, 0, rank);
    if (unknown >= 0 && known > 0 && all % known == 0) out[unknown] = all / known;
    if (size_product(out, 0, count) != all)
        return node_error(im, "its shape has another number of elements than its input");
    return reshape_value(im, out, count);
}

/* Without a list of axes, all of length 1 go. */
bool tfl_rule_squeeze(importer *im, const tflite_op *op) {
    int64_t sizes[VIEW_RANK], out[VIEW_RANK];
    int rank, count, n = 0;
    bool named[VIEW_RANK] = {0};
    int64_t *axes = sized_input(im, 0, sizes, &rank) ? option_list(im, op, SQUEEZE_DIMS, &count) : NULL;
    if (!axes) return false;
    for (int i = 0; i < count; i++) {
        int axis = check_axis(im, axes[i], rank);
        if (axis < 0) return false;
        named[axis] = true;
    }
    for (int i = 0; i < rank; i++) {
        bool goes = count ? named[i] : sizes[i] == 1;
        if (goes && sizes[i] != 1) return node_error(im, "axis %d is not of length 1", i);
        if (!goes) out[n++] = sizes[i];
    }
    return reshape_value(im, out, n);
}

/* Input 0 with a further axis of length 1. */
static bool add_axis(importer *im, int64_t at) {
    int64_t sizes[VIEW_RANK + 1], out[VIEW_RANK + 1];
    int rank;
    if (!sized_input(im, 0, sizes, &rank)) return false;
    if (rank == VIEW_RANK) return node_error(im, "its output would have more than %d axes", VIEW_RANK);
    int axis = check_axis(im, at, rank + 1);
    if (axis < 0) return false;
    for (int i = 0; i <= rank; i++) out[i] = i < axis ? sizes[i] : i == axis ? 1 : sizes[i - 1];
    return reshape_value(im, out, rank + 1);
}

bool tfl_rule_expand_dims(importer *im, const tflite_op *op) {
    double axis;
    (void)op;
    return number_input(im, 1, "axis", &axis) && add_axis(im, clamp_int((int64_t)axis));
}

bool tfl_rule_transpose(importer *im, const tflite_op *op) {
    int64_t sizes[VIEW_RANK];
    int rank, count, order[VIEW_RANK];
    bool seen[VIEW_RANK] = {0};
    (void)op;
    const file_value *x = sized_input(im, 0, sizes, &rank);
    int64_t *from = x ? list_input(im, 1, "perm", &count) : NULL;
    if (!from) return false;
    if (count != rank) return node_error(im, "its perm does not list %d axes", rank);
    for (int i = 0; i < rank; i++) {
        order[i] = check_axis(im, from[i], rank);
        if (order[i] < 0) return false;
        if (seen[order[i]]) return node_error(im, "its perm is not an order of %d axes", rank);
        seen[order[i]] = true;
    }
    return x->kind == FILE_CONSTANT ? fold_transpose(im, order) : build_transpose(im, order);
}

/* Serves tensors, too, because their sizes are known. */
bool tfl_rule_shape(importer *im, const tflite_op *op) {
    int64_t sizes[VIEW_RANK];
    int rank;
    (void)op;
    if (!sized_input(im, 0, sizes, &rank)) return false;
    constant c = constant_list(im->scratch, sizes, rank);
    set_constant(im, 0, &c);
    return true;
}

/* --- joins */

static bool join_inputs(importer *im, int64_t axis) {
    bool all_constant = im->node->n_in > 0;
    for (int i = 0; i < im->node->n_in; i++) {
        const file_value *x = node_input(im, i);
        all_constant = all_constant && x && x->kind == FILE_CONSTANT;
    }
    return all_constant ? fold_concat(im, axis) : build_concat(im, axis);
}

bool tfl_rule_concat(importer *im, const tflite_op *op) {
    return join_inputs(im, option_int(op, CONCATENATION_AXIS, 0));
}

static bool add_packed_axis(importer *im, const tflite_op *op) {
    return add_axis(im, option_int(op, PACK_AXIS, 0));
}

static bool join_packed(importer *im, const tflite_op *op) {
    return join_inputs(im, option_int(op, PACK_AXIS, 0));
}

/* Each input with a further axis, along which they are joined. */
bool tfl_rule_pack(importer *im, const tflite_op *op) {
    int count = im->node->n_in;
    file_value **parts = ARENA_ARRAY(im->scratch, file_value *, count + 1);
    for (int i = 0; i < count; i++) {
        parts[i] = between_parts(im);
        if (!run_part(im, op, add_packed_axis, &im->node->in[i], 1, &parts[i], 1)) return false;
    }
    return run_part(im, op, join_packed, parts, count, im->node->out, im->node->n_out);
}

/* --- repeats */

/* Input 1 says how many times along each axis. */
bool tfl_make_tile(importer *im, const tflite_op *op) {
    int count;
    (void)op;
    const file_value *x = tensor_input(im, 0);
    int64_t *times = x ? list_input(im, 1, "multiples", &count) : NULL;
    if (!times) return false;
    if (count != x->v.rank) return node_error(im, "its multiples do not list %d axes", x->v.rank);
    return build_tile(im, times);
}

bool tfl_make_broadcast_to(importer *im, const tflite_op *op) {
    int count;
    (void)op;
    int64_t *sizes = tensor_input(im, 0) ? list_input(im, 1, "shape", &count) : NULL;
    return sizes && build_expand(im, sizes, count);
}

bool tfl_fold_broadcast_to(importer *im, const tflite_op *op) {
    int count;
    (void)op;
    int64_t *sizes = constant_input(im, 0, "first") ? list_input(im, 1, "shape", &count) : NULL;
    return sizes && fold_expand(im, sizes, count);
}

/* Input 0 lists the sizes, input 1 is the number. */
bool tfl_fold_fill(importer *im, const tflite_op *op) {
    file_value *in[2] = {node_input(im, 1), node_input(im, 0)};
    return run_part(im, op, tfl_fold_broadcast_to, in, 2, im->node->out, im->node->n_out);
}
