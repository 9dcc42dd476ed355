/* pools.c: pools, and means over whole maps. */
#include "onnx/rules.h"

#include <string.h>

/* --- windows */

/* ceil_mode adds a last window that lies partly behind the end, if it begins before the end. More padding there
 * does the same. */
static void pad_to_last_window(attrs *a, shape in) {
    const int sizes[2] = {in.h, in.w};
    for (int i = 0; i < 2; i++) {
        int before = a->pad[i == 0 ? TOP : LEFT], *behind = &a->pad[i == 0 ? BOTTOM : RIGHT];
        int64_t rest = (int64_t)sizes[i] + before + *behind - a->kernel[i], stride = a->stride[i];
        if (rest < 0 || rest % stride == 0) continue;
        int64_t windows = rest / stride + 2;
        if ((windows - 1) * stride >= (int64_t)sizes[i] + before) continue;
        *behind += (int)(stride - rest % stride);
        a->padding = PAD_EXPLICIT;
    }
}

static bool make_pool(importer *im, const onnx_op *op, op_kind kind) {
    file_value x;
    attrs a = graph_attrs_init();
    if (!map_input(im, &x)) return false;
    shape in = im->g->nodes[x.node].shape;
    if (!find_attribute(op, "kernel_shape")) return node_error(im, "it has no kernel_shape");
    if (!attribute_ints(im, op, "kernel_shape", 2, 1, a.kernel) || !read_window(im, op, &a, in)) return false;
    if (a.dilation[0] != 1 || a.dilation[1] != 1)
        return node_error(im, "a pool with dilation is not supported");
    for (int i = 0; i < 2; i++) {
        bool good =
            a.kernel[i] >= 1 && a.kernel[i] <= MAX_KERNEL && a.stride[i] >= 1 && a.stride[i] <= MAX_KERNEL;
        if (!good) return node_error(im, "its kernel or stride is out of range");
    }
    if (im->node->n_out > 1)
        return node_error(im, "its second output, the positions of the maxima, is not supported");
    a.count_pad = attribute_int(im, op, "count_include_pad", 0) != 0;
    if (attribute_int(im, op, "ceil_mode", 0)) {
        attrs before = a;
        pad_to_last_window(&a, in);
        if (a.count_pad && memcmp(before.pad, a.pad, sizeof a.pad) != 0) {
            return node_error(im, "ceil_mode together with count_include_pad is not supported");
        }
    }
    a.count_pad = a.count_pad && a.padding != PAD_VALID;
    return set_map(im, add_op(im, kind, &x.node, 1, &a));
}

bool make_max_pool(importer *im, const onnx_op *op) { return make_pool(im, op, OP_MAX_POOL); }
bool make_average_pool(importer *im, const onnx_op *op) { return make_pool(im, op, OP_AVG_POOL); }

/* --- whole maps */

bool make_global_average_pool(importer *im, const onnx_op *op) {
    (void)op;
    file_value x;
    if (!map_input(im, &x)) return false;
    return set_map(im, add_unary(im, OP_GLOBAL_AVG_POOL, x.node));
}

bool make_global_max_pool(importer *im, const onnx_op *op) {
    (void)op;
    file_value x;
    if (!map_input(im, &x)) return false;
    return set_map(im, add_whole_pool(im, OP_MAX_POOL, x.node, true, true));
}
