/* resize.c: Resize and Upsample by an integer factor. */
#include "onnx/rules.h"

#include <math.h>
#include <string.h>

/* Reads the numbers of the input `scales` or `sizes`, which *by_size tells apart. Upsample has its scales in an
 * attribute before opset 9. NULL after an error. */
static const constant *read_scales(importer *im, const onnx_op *op, bool *by_size) {
    bool upsample = strcmp(im->node->type, "Upsample") == 0;
    int at = upsample || op->m->opset < 11 ? 1 : 2;
    const Onnx__AttributeProto *a = upsample && op->m->opset < 9 ? find_attribute(op, "scales") : NULL;
    *by_size = false;
    if (a) {
        constant *c = ARENA_NEW(im->scratch, constant);
        const int64_t dims[1] = {(int64_t)a->n_floats};
        double *numbers = new_constant(im, c, dims, 1, NUMBER_F32);
        for (int64_t i = 0; numbers && i < c->count; i++) numbers[i] = (double)a->floats[i];
        return numbers ? c : NULL;
    }
    file_value *scales = node_input(im, at), *sizes = node_input(im, 3);
    *by_size = !upsample && sizes && (!scales || (scales->kind == FILE_CONSTANT && scales->c.count == 0));
    return constant_input(im, *by_size ? 3 : at, *by_size ? "sizes" : "scales");
}

/* By keep_aspect_ratio_policy (opset 18), all the axes grow by the smallest or the largest of their factors. */
static bool keep_aspect_ratio(importer *im, const onnx_op *op, double *f, const bool *named) {
    const char *policy = attribute_string(im, op, "keep_aspect_ratio_policy", "stretch");
    bool smallest = strcmp(policy, "not_larger") == 0;
    if (strcmp(policy, "stretch") == 0) return true;
    if (!smallest && strcmp(policy, "not_smaller") != 0)
        return node_error(im, "there is no keep_aspect_ratio_policy of that kind");
    double chosen = NAN;
    for (int i = 0; i < 4; i++) {
        if (named[i]) chosen = smallest ? fmin(chosen, f[i]) : fmax(chosen, f[i]);
    }
    for (int i = 0; i < 4; i++) f[i] = named[i] ? chosen : f[i];
    return true;
}

/* The factor by which height and width grow, from scales or sizes. From opset 18 on, these may be for the
 * listed axes alone. 0 after an error. */
static int find_factor(importer *im, const onnx_op *op, const file_value *x) {
    bool by_size, named[4] = {0};
    int n_axes;
    const constant *c = read_scales(im, op, &by_size);
    int64_t *axes = c ? read_list(im, op, "axes", -1, &n_axes) : NULL;
    if (!axes) return 0;
    int n = n_axes ? n_axes : 4;
    if (c->count != n || n > 4) {
        node_error(im, "it must have one scale or one size for each of its axes");
        return 0;
    }
    double f[4] = {1, 1, 1, 1};
    for (int i = 0; i < n; i++) {
        int axis = n_axes ? check_axis(im, axes[i], 4) : i;
        if (axis < 0) return 0;
        named[axis] = true;
        f[axis] = constant_number(c, i) / (by_size ? (double)view_size(&x->v, axis) : 1);
    }
    if (by_size && !keep_aspect_ratio(im, op, f, named)) return 0;
    bool good =
        f[0] == 1 && f[1] == 1 && f[2] == f[3] && f[2] >= 1 && f[2] <= MAX_KERNEL && f[2] == floor(f[2]);
    if (!good) node_error(im, "only an integer factor that is the same for height and width is supported");
    return good ? (int)f[2] : 0;
}

/* Whether the pixels' centres lie at halves. Where the factor is whole, the three rules agree. */
static bool has_half_pixels(const char *transform) {
    return strcmp(transform, "half_pixel") == 0 || strcmp(transform, "pytorch_half_pixel") == 0 ||
           strcmp(transform, "half_pixel_symmetric") == 0;
}

/* Whether output pixel i is input pixel i / times, rounded down, under these rules for coordinates and
 * rounding. */
static bool takes_floor(const char *transform, const char *nearest, int times) {
    bool half = has_half_pixels(transform);
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

/* `antialias` (opset 18) says what to do where a map shrinks, which these never do. */
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
    bool half = has_half_pixels(transform);
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
