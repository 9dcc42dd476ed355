/* pools.c: pools. */
#include "tflite/rules.h"

/* An average does not count padding. */
static bool make_pool(importer *im, const tflite_op *op, op_kind kind) {
    file_value x;
    attrs a = graph_attrs_init();
    int padding = option_byte(op, POOL_PADDING);
    if (!map_input(im, &x)) return false;
    if (padding != PADDING_SAME && padding != PADDING_VALID)
        return node_error(im, "its padding is neither SAME nor VALID");
    a.padding = padding == PADDING_SAME ? PAD_SAME : PAD_VALID;
    a.kernel[0] = clamp_int(option_int(op, POOL_HEIGHT, 0));
    a.kernel[1] = clamp_int(option_int(op, POOL_WIDTH, 0));
    a.stride[0] = clamp_int(option_int(op, POOL_STRIDE_H, 0));
    a.stride[1] = clamp_int(option_int(op, POOL_STRIDE_W, 0));
    return set_map(im, add_op(im, kind, &x.node, 1, &a));
}

bool tfl_make_max_pool(importer *im, const tflite_op *op) { return make_pool(im, op, OP_MAX_POOL); }
bool tfl_make_average_pool(importer *im, const tflite_op *op) { return make_pool(im, op, OP_AVG_POOL); }
