/* transposed.c: ConvTranspose, DepthToSpace and SpaceToDepth. */
#include "onnx/rules.h"

#include <string.h>

/* Shares `total` rows or columns to cut off between both sides, the odd one at the end for SAME_UPPER and at
 * the beginning otherwise. If it is negative, the output has more at the end. */
static void share_cut(attrs *a, int axis, int64_t total, bool upper) {
    int *before = &a->pad[axis == 0 ? TOP : LEFT], *behind = &a->pad[axis == 0 ? BOTTOM : RIGHT];
    if (total < 0) {
        a->output_pad[axis] = clamp_int(a->output_pad[axis] - total);
        total = 0;
    }
    int64_t less = total / 2, more = total - less;
    *before = clamp_int(upper ? less : more);
    *behind = clamp_int(upper ? more : less);
}

/* Reads what is cut off the output: `pads`, or what output_shape or auto_pad leave. `in`: of the input. */
static bool read_cuts(importer *im, const onnx_op *op, attrs *a, shape in) {
    const int sizes[2] = {in.h, in.w};
    int pads[4], wanted[2];
    const char *how = attribute_string(im, op, "auto_pad", "NOTSET");
    bool upper = strcmp(how, "SAME_UPPER") == 0, same = upper || strcmp(how, "SAME_LOWER") == 0;
    if (!same && strcmp(how, "NOTSET") != 0 && strcmp(how, "VALID") != 0)
        return node_error(im, "there is no auto_pad of that kind");
    if (!attribute_ints(im, op, "strides", 2, 1, a->stride) ||
        !attribute_ints(im, op, "dilations", 2, 1, a->dilation) ||
        !attribute_ints(im, op, "output_padding", 2, 0, a->output_pad) ||
        !attribute_ints(im, op, "pads", 4, 0, pads) || !attribute_ints(im, op, "output_shape", 2, 0, wanted)) {
        return false;
    }
    bool sized = find_attribute(op, "output_shape") != NULL;
    for (int i = 0; i < 2; i++) {
        int64_t stride = a->stride[i], reach = (int64_t)a->dilation[i] * (a->kernel[i] - 1) + 1;
        int64_t all = stride * (sizes[i] - 1) + reach + a->output_pad[i];
        if (im->row && i == 0) continue; /* the file has no height */
        if (sized) {
            if (wanted[i] < 1) return node_error(im, "its output_shape is not positive");
            share_cut(a, i, all - wanted[i], upper);
        } else if (same) {
            /* A kernel smaller than the stride makes less. ONNX Runtime leaves it so. */
            int64_t more = all - stride * sizes[i];
            share_cut(a, i, more < 0 ? 0 : more, upper);
        } else if (strcmp(how, "NOTSET") == 0) {
            a->pad[i == 0 ? TOP : LEFT] = pads[i];
            a->pad[i == 0 ? BOTTOM : RIGHT] = pads[2 + i];
        }
    }
    return true;
}

/* The weights are [in, out/groups, kh, kw], or without kh where the input has no height. */
bool make_conv_transpose(importer *im, const onnx_op *op) {
    file_value *given = tensor_input(im, 0);
    const constant *w = given ? constant_input(im, 1, "weights") : NULL;
    const constant *b = w && node_input(im, 2) ? constant_input(im, 2, "bias") : NULL;
    if (!w || (node_input(im, 2) && !b)) return false;
    file_value x = *given;
    if (!as_map(im, &x)) return false;
    shape in = im->g->nodes[x.node].shape;
    attrs a = graph_attrs_init();
    int64_t groups = attribute_int(im, op, "group", 1);
    if (w->rank != x.v.rank)
        return node_error(im, "its weights have %d axes, but its input has %d", w->rank, x.v.rank);
    if (groups < 1 || groups > in.c || w->count == 0 || w->dims[0] != in.c)
        return node_error(im, "its weights are for %lld channels in %lld groups, but its input has %d channels",
                          (long long)w->dims[0], (long long)groups, in.c);
    const int64_t rows = im->row ? 1 : w->dims[2], columns = w->dims[w->rank - 1], taps = rows * columns;
    a.out = clamp_int(clamp_int(w->dims[1]) * groups);
    a.groups = (int)groups;
    a.kernel[0] = clamp_int(rows);
    a.kernel[1] = clamp_int(columns);
    a.has_bias = b != NULL;
    if (!read_cuts(im, op, &a, in)) return false;
    int made = add_op(im, OP_CONV_TRANSPOSE, &x.node, 1, &a);
    if (made < 0) return false;
    const node *n = &im->g->nodes[made];
    const filters f = {.c = w,
                       .out = w->dims[1],
                       .in = in.c / groups,
                       .kernel = {rows, columns},
                       .out_step = taps,
                       .in_step = w->dims[1] * taps,
                       .kernel_step = {columns, 1}};
    if (!fill_transposed(im, n, &f) || (b && !fill_vector(im, n->weights[ROLE_BIAS], b, "bias"))) return false;
    label_node(im, made, node_input(im, 1));
    return set_map(im, made);
}

static bool make_blocks(importer *im, const onnx_op *op, op_kind kind, const char *order) {
    file_value x;
    attrs a = graph_attrs_init();
    if (!map_input(im, &x)) return false;
    a.factor = clamp_int(attribute_int(im, op, "blocksize", 0));
    a.blocks = strcmp(order, "CRD") == 0 ? BLOCKS_CRD : BLOCKS_DCR;
    if (a.blocks == BLOCKS_DCR && strcmp(order, "DCR") != 0)
        return node_error(im, "there is no mode of that kind");
    if (im->row) return node_error(im, "its input must have four axes");
    return set_map(im, add_op(im, kind, &x.node, 1, &a));
}

bool make_depth_to_space(importer *im, const onnx_op *op) {
    return make_blocks(im, op, OP_DEPTH_TO_SPACE, attribute_string(im, op, "mode", "DCR"));
}

bool make_space_to_depth(importer *im, const onnx_op *op) {
    return make_blocks(im, op, OP_SPACE_TO_DEPTH, "DCR");
}
