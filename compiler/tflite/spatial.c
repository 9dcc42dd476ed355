/* spatial.c: padding, and maps that change their size. */
#include "tflite/rules.h"

/* --- padding */

/* Reads input 1, [rank, 2]: the padding before and behind each axis of input 0. *most becomes the largest.
 * False after an error. */
static bool read_pads(importer *im, int64_t *before, int64_t *behind, int64_t *most) {
    int count;
    const file_value *x = tensor_input(im, 0);
    const int64_t *pads = x ? list_input(im, 1, "paddings", &count) : NULL;
    if (!pads) return false;
    if (count != 2 * x->v.rank)
        return node_error(im, "it must have two pads for each of its %d axes", x->v.rank);
    *most = 0;
    for (int i = 0; i < x->v.rank; i++) {
        before[i] = pads[2 * i];
        behind[i] = pads[2 * i + 1];
        if (before[i] < 0 || behind[i] < 0) return node_error(im, "one of its pads is negative");
        if (before[i] > *most) *most = before[i];
        if (behind[i] > *most) *most = behind[i];
    }
    return true;
}

bool tfl_pad_with(importer *im, double fill) {
    int64_t before[VIEW_RANK], behind[VIEW_RANK], most;
    return read_pads(im, before, behind, &most) && build_pad(im, before, behind, PADS_CONSTANT, fill);
}

/* PADV2 has the number as input 2; PAD has zeros. */
bool tfl_make_pad(importer *im, const tflite_op *op) {
    double fill = 0;
    (void)op;
    if (node_input(im, 2) && !number_input(im, 2, "value", &fill)) return false;
    return tfl_pad_with(im, fill);
}

/* SYMMETRIC repeats the edge itself first, so that a padding of 1 is that of the edge. */
bool tfl_make_mirror_pad(importer *im, const tflite_op *op) {
    int64_t before[VIEW_RANK], behind[VIEW_RANK], most;
    int mode = option_byte(op, MIRROR_PAD_MODE);
    if (!read_pads(im, before, behind, &most)) return false;
    if (mode != MIRROR_REFLECT && (mode != MIRROR_SYMMETRIC || most > 1))
        return node_error(im, "the mode SYMMETRIC is supported only where it pads by 1");
    return build_pad(im, before, behind, mode == MIRROR_REFLECT ? PADS_REFLECT : PADS_EDGE, 0);
}

/* --- blocks of pixels */

/* The channels of a block are counted by row, column and channel. */
static bool build_blocks(importer *im, const tflite_op *op, op_kind kind) {
    file_value x;
    attrs a = graph_attrs_init();
    if (!map_input(im, &x)) return false;
    a.factor = clamp_int(option_int(op, BLOCK_SIZE, 0));
    a.blocks = BLOCKS_DCR;
    return set_map(im, add_op(im, kind, &x.node, 1, &a));
}

bool tfl_make_depth_to_space(importer *im, const tflite_op *op) {
    return build_blocks(im, op, OP_DEPTH_TO_SPACE);
}
bool tfl_make_space_to_depth(importer *im, const tflite_op *op) {
    return build_blocks(im, op, OP_SPACE_TO_DEPTH);
}

/* --- resizes */

/* Reads input 1, the height and width of the output, and input 0 as a map. False after an error. */
static bool read_size(importer *im, file_value *x, attrs *a) {
    int count;
    const int64_t *size = list_input(im, 1, "size", &count);
    if (!size || !map_input(im, x)) return false;
    if (count != 2) return node_error(im, "its size is not a height and a width");
    for (int i = 0; i < 2; i++) a->resize.size[i] = clamp_int(size[i]);
    return true;
}

/* The whole factor by which the map grows both ways; 0 where there is none. */
static int whole_factor(shape in, const int *size) {
    int times = size[0] / in.h;
    return times >= 1 && times <= MAX_KERNEL && size[0] == times * in.h && size[1] == times * in.w ? times : 0;
}

/* Resizes by a whole factor have an op of their own, which is faster. `plain`: the places are those of that op.
 */
static bool add_resize(importer *im, const file_value *x, attrs *a, bool plain) {
    int times = whole_factor(im->g->nodes[x->node].shape, a->resize.size);
    bool linear = a->resize.mode == RESIZE_LINEAR;
    if (times == 1) return set_map(im, x->node);
    if (times == 0 || !plain) return set_map(im, add_op(im, OP_RESIZE, &x->node, 1, a));
    attrs up = graph_attrs_init();
    up.factor = times;
    up.mode = linear ? UPSAMPLE_BILINEAR : UPSAMPLE_NEAREST;
    return set_map(im, add_op(im, OP_UPSAMPLE, &x->node, 1, &up));
}

static bool check_places(importer *im, bool corners, bool half) {
    return !corners || !half || node_error(im, "align_corners and half_pixel_centers exclude each other");
}

bool tfl_make_resize_bilinear(importer *im, const tflite_op *op) {
    file_value x;
    attrs a = graph_attrs_init();
    bool corners = option_bool(op, BILINEAR_ALIGN_CORNERS), half = option_bool(op, BILINEAR_HALF_PIXELS);
    if (!check_places(im, corners, half) || !read_size(im, &x, &a)) return false;
    a.resize.mode = RESIZE_LINEAR;
    a.resize.places = corners ? PLACES_ALIGN_CORNERS : half ? PLACES_HALF_PIXEL : PLACES_ASYMMETRIC;
    return add_resize(im, &x, &a, half);
}

/* The pixel at the place, rounded down; with align_corners the nearest one, of two equally near the later. */
bool tfl_make_resize_nearest(importer *im, const tflite_op *op) {
    file_value x;
    attrs a = graph_attrs_init();
    bool corners = option_bool(op, NEAREST_ALIGN_CORNERS), half = option_bool(op, NEAREST_HALF_PIXELS);
    if (!check_places(im, corners, half) || !read_size(im, &x, &a)) return false;
    a.resize.mode = RESIZE_NEAREST;
    a.resize.places = corners ? PLACES_ALIGN_CORNERS : half ? PLACES_TF_NEAREST : PLACES_ASYMMETRIC;
    a.resize.rounding = corners ? ROUND_PREFER_CEIL : ROUND_FLOOR;
    return add_resize(im, &x, &a, !corners);
}
