/* pad.c: Pad. */
#include "onnx/rules.h"

#include <string.h>

/* Reads the pads before and behind each of the `rank` axes. They are an attribute before opset 11, and an input
 * from then on. From opset 18 on, a further input may list the axes that they are for. False after an error. */
static bool read_pads(importer *im, const onnx_op *op, int rank, int64_t *before, int64_t *behind) {
    bool old = op->m->opset < 11;
    int count, n_axes;
    int64_t *given = read_list(im, op, old ? "pads" : NULL, old ? -1 : 1, &count);
    int64_t *axes = given ? read_list(im, op, NULL, old ? -1 : 3, &n_axes) : NULL;
    if (!axes) return false;
    bool listed = !old && node_input(im, 3);
    int n = listed ? n_axes : rank;
    if (count != 2 * n || n > rank) return node_error(im, "it must have two pads for each of its axes");
    for (int i = 0; i < rank; i++) before[i] = behind[i] = 0;
    for (int i = 0; i < n; i++) {
        int axis = listed ? check_axis(im, axes[i], rank) : i;
        if (axis < 0) return false;
        before[axis] = given[i];
        behind[axis] = given[n + i];
    }
    return true;
}

bool make_pad(importer *im, const onnx_op *op) {
    static const char *const modes[] = {
        [PADS_CONSTANT] = "constant", [PADS_REFLECT] = "reflect", [PADS_EDGE] = "edge"};
    const file_value *x = tensor_input(im, 0);
    int64_t before[VIEW_RANK], behind[VIEW_RANK];
    double fill;
    bool old = op->m->opset < 11;
    if (!x || !read_pads(im, op, x->v.rank, before, behind)) return false;
    if (!read_number(im, op, old ? "value" : NULL, old ? -1 : 2, &fill)) return false;
    const char *mode = attribute_string(im, op, "mode", "constant");
    for (int i = 0; i < PAD_MODE_COUNT; i++) {
        if (strcmp(mode, modes[i]) == 0)
            return build_pad(im, before, behind, (pad_mode)i, fill == fill ? fill : 0);
    }
    return node_error(im, "its mode \"%.20s\" is not supported; constant, reflect and edge are", mode);
}
