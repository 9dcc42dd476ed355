/* rearrange.c: operators that move no number, or take or join parts. Each rule serves tensors and constants
 * alike. */
#include "onnx/rules.h"

/* Input 0, which must be there, and the sizes and number of its axes. NULL after an error. */
static const file_value *sized_input(importer *im, int64_t *sizes, int *rank) {
    const file_value *x = node_input(im, 0);
    if (!x) {
        tensor_input(im, 0);
    } else if (x->kind == FILE_CONSTANT) {
        *rank = x->c.rank;
        for (int i = 0; i < *rank; i++) sizes[i] = x->c.dims[i];
    } else {
        *rank = x->v.rank;
        view_sizes(&x->v, sizes);
    }
    return x;
}

static bool reshape(importer *im, const onnx_op *op, sizes_rule rule_of_sizes) {
    int64_t sizes[VIEW_RANK], out[VIEW_RANK];
    int rank;
    const file_value *x = sized_input(im, sizes, &rank);
    if (!x || !rule_of_sizes(im, op, sizes, rank, out, &rank)) return false;
    return x->kind == FILE_CONSTANT ? fold_reshape(im, out, rank) : build_reshape(im, out, rank);
}

bool rule_reshape(importer *im, const onnx_op *op) { return reshape(im, op, reshaped_sizes); }
bool rule_flatten(importer *im, const onnx_op *op) { return reshape(im, op, flattened_sizes); }
bool rule_squeeze(importer *im, const onnx_op *op) { return reshape(im, op, squeezed_sizes); }
bool rule_unsqueeze(importer *im, const onnx_op *op) { return reshape(im, op, unsqueezed_sizes); }

bool rule_transpose(importer *im, const onnx_op *op) {
    int64_t sizes[VIEW_RANK];
    int rank, order[VIEW_RANK];
    const file_value *x = sized_input(im, sizes, &rank);
    if (!x || !transposed_order(im, op, rank, order)) return false;
    return x->kind == FILE_CONSTANT ? fold_transpose(im, order) : build_transpose(im, order);
}

bool rule_split(importer *im, const onnx_op *op) {
    int64_t sizes[VIEW_RANK], *parts = ARENA_ARRAY(im->scratch, int64_t, MAX_LIST);
    int rank, axis;
    const file_value *x = sized_input(im, sizes, &rank);
    if (!x || !split_sizes(im, op, sizes, rank, &axis, parts, MAX_LIST)) return false;
    return x->kind == FILE_CONSTANT ? fold_split(im, axis, parts) : build_split(im, axis, parts);
}

bool rule_slice(importer *im, const onnx_op *op) {
    int64_t sizes[VIEW_RANK];
    axis_cut cuts[VIEW_RANK];
    int rank;
    const file_value *x = sized_input(im, sizes, &rank);
    if (!x || !slice_cuts(im, op, sizes, rank, cuts)) return false;
    return x->kind == FILE_CONSTANT ? fold_slice(im, cuts) : build_slice(im, cuts);
}

/* The indices must be constants, even where input 0 is one and they are not. */
bool rule_gather(importer *im, const onnx_op *op) {
    int64_t sizes[VIEW_RANK];
    int rank;
    const file_value *x = sized_input(im, sizes, &rank);
    if (!x || !constant_input(im, 1, "indices")) return false;
    int axis = check_axis(im, attribute_int(im, op, "axis", 0), rank);
    if (axis < 0) return false;
    return x->kind == FILE_CONSTANT ? fold_gather(im, axis) : build_gather(im, axis);
}

bool make_concat(importer *im, const onnx_op *op) { return build_concat(im, attribute_int(im, op, "axis", 1)); }
bool fold_concat_op(importer *im, const onnx_op *op) {
    return fold_concat(im, attribute_int(im, op, "axis", 0));
}

bool rule_expand(importer *im, const onnx_op *op) {
    int count;
    const file_value *x = node_input(im, 0);
    if (!x) return tensor_input(im, 0) != NULL;
    int64_t *sizes = read_list(im, op, NULL, 1, &count);
    if (!sizes) return false;
    return x->kind == FILE_CONSTANT ? fold_expand(im, sizes, count) : build_expand(im, sizes, count);
}

bool rule_tile(importer *im, const onnx_op *op) {
    int64_t sizes[VIEW_RANK];
    int rank, count;
    const file_value *x = sized_input(im, sizes, &rank);
    int64_t *times = x ? read_list(im, op, NULL, 1, &count) : NULL;
    if (!times) return false;
    if (count != rank) return node_error(im, "it must have one number of copies for each axis");
    return x->kind == FILE_CONSTANT ? fold_tile(im, times) : build_tile(im, times);
}
