/* resize.c: Resize and Upsample by an integer factor. */
#include "onnx/rules.h"

#include <math.h>
#include <string.h>

/* The factor by which height and width grow, from the input `scales` or `sizes`. 0 after an error. */
static int find_factor(importer *im, const onnx_op *op, const file_value *x) {
    bool upsample = strcmp(im->node->type, "Upsample") == 0;
    int at = upsample || op->m->opset < 11 ? 1 : 2;
    file_value *scales = node_input(im, at), *sizes = node_input(im, 3);
    bool by_size = !upsample && sizes && (!scales || (scales->kind == FILE_CONSTANT && scales->c.count == 0));
    const constant *c =
        by_size || scales ? constant_input(im, by_size ? 3 : at, by_size ? "sizes" : "scales") : NULL;
    if (!c || c->count != 4) {
        if (!c && (by_size || scales)) return 0;
        node_error(im, "it must have one scale or one size for each of 4 axes");
        return 0;
    }
    double f[4];
    for (int i = 0; i < 4; i++) {
        f[i] = constant_number(c, i) / (by_size ? (double)view_size(&x->v, i) : 1);
    }
    bool good =
        f[0] == 1 && f[1] == 1 && f[2] == f[3] && f[2] >= 1 && f[2] <= MAX_KERNEL && f[2] == floor(f[2]);
    if (!good) node_error(im, "only an integer factor that is the same for height and width is supported");
    return good ? (int)f[2] : 0;
}

/* Whether output pixel i is input pixel i / times, rounded down, under these rules for coordinates and
 * rounding. */
static bool takes_floor(const char *transform, const char *nearest, int times) {
    bool half = strcmp(transform, "half_pixel") == 0 || strcmp(transform, "pytorch_half_pixel") == 0;
    if (!half && strcmp(transform, "asymmetric") != 0) return false;
    for (int i = 0; i < times; i++) {
        double x = half ? (i + 0.5) / times - 0.5 : (double)i / times;
        double place = strcmp(nearest, "floor") == 0                ? floor(x)
                       : strcmp(nearest, "ceil") == 0               ? ceil(x)
                       : strcmp(nearest, "round_prefer_ceil") == 0  ? floor(x + 0.5)
                       : strcmp(nearest, "round_prefer_floor") == 0 ? ceil(x - 0.5)
                                                                    : 1;
        if (place != 0) return false;
    }
    return true;
}

bool make_resize(importer *im, const onnx_op *op) {
    file_value x;
    if (!map_input(im, &x)) return false;
    bool old = op->m->opset < 11;
    const char *mode = attribute_string(im, op, "mode", "nearest");
    const char *transform =
        attribute_string(im, op, "coordinate_transformation_mode", old ? "asymmetric" : "half_pixel");
    const char *nearest = attribute_string(im, op, "nearest_mode", old ? "floor" : "round_prefer_floor");
    attrs a = graph_attrs_init();
    a.factor = find_factor(im, op, &x);
    if (a.factor == 0) return false;
    bool half = strcmp(transform, "half_pixel") == 0 || strcmp(transform, "pytorch_half_pixel") == 0;
    bool linear = strcmp(mode, "linear") == 0;
    a.mode = linear ? UPSAMPLE_BILINEAR : UPSAMPLE_NEAREST;
    bool supported = linear ? half : strcmp(mode, "nearest") == 0 && takes_floor(transform, nearest, a.factor);
    if (a.factor > 1 && !supported) {
        return node_error(im,
                          "its mode (%.20s, %.30s) is not supported; nearest, and linear with half pixels, are",
                          mode, transform);
    }
    int made = a.factor == 1 ? x.node : add_op(im, OP_UPSAMPLE, &x.node, 1, &a);
    return set_map(im, made);
}
