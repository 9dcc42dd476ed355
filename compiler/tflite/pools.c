/* pools.c: pools, means and padding. */
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

bool tfl_make_mean(importer *im, const tflite_op *op) {
    int count;
    int64_t *axes = list_input(im, 1, "axes", &count);
    return axes && build_mean(im, axes, count, option_bool(op, REDUCER_KEEP_DIMS));
}

/* Input 1 is [rank, 2]: the padding before and behind each axis. */
bool tfl_make_pad(importer *im, const tflite_op *op) {
    file_value x;
    int64_t before[4], behind[4];
    int count;
    double fill = 0;
    (void)op;
    int64_t *pads = list_input(im, 1, "paddings", &count);
    if (!pads || !map_input(im, &x)) return false;
    if (count != 8) return node_error(im, "it must have two pads for each of its axes");
    if (node_input(im, 2) && !number_input(im, 2, "value", &fill)) return false;
    if (fill < 0 || fill > 0) return node_error(im, "only padding with zeros is supported");
    for (int i = 0; i < 4; i++) {
        before[i] = pads[2 * i];
        behind[i] = pads[2 * i + 1];
    }
    return build_pad(im, &x, before, behind);
}
