/* resize.c: Resize and Upsample. */
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

/* What becomes of the axes of the input. */
typedef struct axis_sizes {
    int64_t size[VIEW_RANK]; /* of the output */
    double scale[VIEW_RANK]; /* by which the places grow */
} axis_sizes;

/* By keep_aspect_ratio_policy (opset 18), the axes that have a size grow by the smallest or the largest of
 * their factors. */
static bool keep_aspect_ratio(importer *im, const onnx_op *op, axis_sizes *f, const int64_t *in,
                              const bool *named) {
    const char *policy = attribute_string(im, op, "keep_aspect_ratio_policy", "stretch");
    bool smallest = strcmp(policy, "not_larger") == 0;
    if (strcmp(policy, "stretch") == 0) return true;
    if (!smallest && strcmp(policy, "not_smaller") != 0)
        return node_error(im, "there is no keep_aspect_ratio_policy of that kind");
    double chosen = NAN;
    for (int i = 0; i < VIEW_RANK; i++) {
        if (named[i]) chosen = smallest ? fmin(chosen, f->scale[i]) : fmax(chosen, f->scale[i]);
    }
    for (int i = 0; i < VIEW_RANK; i++) {
        if (!named[i]) continue;
        f->scale[i] = chosen;
        f->size[i] = (int64_t)floor(chosen * (double)in[i] + 0.5);
    }
    return true;
}

/* Reads the sizes of the output and the factors, from scales or sizes. From opset 18 on, these may be for the
 * listed axes alone. Products of floats are rounded to floats before they are cut to whole numbers, so that a
 * scale of 0.7 makes 7 out of 10. False after an error. */
static bool read_sizes(importer *im, const onnx_op *op, const file_value *x, axis_sizes *f) {
    bool by_size, named[VIEW_RANK] = {0};
    int n_axes;
    int64_t in[VIEW_RANK];
    const constant *c = read_scales(im, op, &by_size);
    int64_t *axes = c ? read_list(im, op, "axes", -1, &n_axes) : NULL;
    if (!axes) return false;
    int n = n_axes ? n_axes : x->v.rank;
    if (c->count != n || n > x->v.rank)
        return node_error(im, "it must have one scale or one size for each of its axes");
    view_sizes(&x->v, in);
    for (int i = 0; i < x->v.rank; i++) f->size[i] = in[i], f->scale[i] = 1;
    for (int i = 0; i < n; i++) {
        int axis = n_axes ? check_axis(im, axes[i], x->v.rank) : i;
        if (axis < 0) return false;
        double number = constant_number(c, i), size = (double)in[axis];
        if (!(number > 0 && number <= MAX_SIDE)) return node_error(im, "a scale or size is out of range");
        named[axis] = true;
        f->scale[axis] = by_size ? number / size : number;
        f->size[axis] = (int64_t)(by_size ? number : floor((double)(float)(number * size)));
        if (f->size[axis] < 1 || f->size[axis] > MAX_SIDE)
            return node_error(im, "a scale or size is out of range");
    }
    return !by_size || keep_aspect_ratio(im, op, f, in, named);
}

static int find_word(const char *word, const char *const *words, int count) {
    for (int i = 0; i < count; i++) {
        if (strcmp(word, words[i]) == 0) return i;
    }
    return -1;
}

/* Reads the rules: mode, places and rounding have the names that they have in the language. Before opset 11
 * there are no rules to choose: ONNX Runtime rounds up then where a map shrinks. */
static bool read_rules(importer *im, const onnx_op *op, resizing *r, bool shrinks, bool grows) {
    bool old = op->m->opset < 11;
    const char *mode = attribute_string(im, op, "mode", "nearest");
    const char *places =
        old ? "asymmetric" : attribute_string(im, op, "coordinate_transformation_mode", "half_pixel");
    const char *rounding =
        old ? shrinks ? "ceil" : "floor" : attribute_string(im, op, "nearest_mode", "round_prefer_floor");
    int m = find_word(mode, resize_mode_names, RESIZE_MODE_COUNT);
    int p = find_word(places, resize_places_names, RESIZE_PLACES_COUNT);
    int k = find_word(rounding, resize_rounding_names, RESIZE_ROUNDING_COUNT);
    if (m < 0 || p < 0 || k < 0)
        return node_error(im, "its %s \"%.30s\" is not supported",
                          m < 0   ? "mode"
                          : p < 0 ? "coordinate_transformation_mode"
                                  : "nearest_mode",
                          m < 0   ? mode
                          : p < 0 ? places
                                  : rounding);
    r->mode = (resize_mode)m;
    r->places = (resize_places)p;
    r->rounding = (resize_rounding)k;
    r->coefficient = attribute_float(im, op, "cubic_coeff_a", r->coefficient);
    r->exclude_outside = attribute_int(im, op, "exclude_outside", 0) != 0 && m == RESIZE_CUBIC;
    if (old && m == RESIZE_NEAREST && shrinks && grows)
        return node_error(im, "before opset 11, height and width must both grow or both shrink");
    if (attribute_int(im, op, "antialias", 0) != 0 && shrinks && m != RESIZE_NEAREST)
        return node_error(im, "antialias is not supported");
    return true;
}

/* Whether output pixel i is input pixel i / times, rounded down. */
static bool takes_floor(const resizing *r, int times) {
    bool half = r->places == PLACES_HALF_PIXEL || r->places == PLACES_PYTORCH || r->places == PLACES_SYMMETRIC;
    if (!half && r->places != PLACES_ASYMMETRIC) return false;
    for (int i = 0; i < times; i++) {
        double x = half ? (i + 0.5) / times - 0.5 : (double)i / times;
        double place = r->rounding == ROUND_FLOOR         ? floor(x)
                       : r->rounding == ROUND_CEIL        ? ceil(x)
                       : r->rounding == ROUND_PREFER_CEIL ? floor(x + 0.5)
                                                          : ceil(x - 0.5);
        if (place != 0) return false;
    }
    return true;
}

/* Where the factor is whole and the rules are the usual ones, `upsample` does the same. The factor, or 0. */
static int whole_factor(const resizing *r, shape in) {
    int times = r->size[0] / in.h;
    bool half = r->places == PLACES_HALF_PIXEL ||
                (r->places == PLACES_PYTORCH && r->size[0] > 1 && r->size[1] > 1) ||
                r->places == PLACES_SYMMETRIC;
    bool whole = times >= 1 && times <= MAX_KERNEL && times * in.h == r->size[0] && times * in.w == r->size[1];
    if (!whole || r->scale[0] != 0 || r->scale[1] != 0) return 0;
    if (r->mode == RESIZE_LINEAR) return half ? times : 0;
    return r->mode == RESIZE_NEAREST && takes_floor(r, times) ? times : 0;
}

/* An axis of the map: its new length, and the factor, unless it is that of the lengths but for the rounding of
 * a float. */
static void set_axis(resizing *r, int axis, int in, int64_t size, double scale) {
    double exact = (double)size / in;
    r->size[axis] = (int)size;
    r->scale[axis] = fabs(scale - exact) <= 1e-6 * exact ? 0 : scale;
}

bool make_resize(importer *im, const onnx_op *op) {
    file_value x;
    axis_sizes f = {{0}, {0}};
    if (!map_input(im, &x) || !read_sizes(im, op, &x, &f)) return false;
    shape in = im->g->nodes[x.node].shape;
    int width = x.v.rank - 1, height = im->row ? -1 : width - 1;
    for (int i = 0; i < width; i++) {
        if (i != height && f.size[i] != view_size(&x.v, i))
            return node_error(im, "it resizes an axis other than height and width, which is not supported");
    }
    attrs a = graph_attrs_init();
    set_axis(&a.resize, 0, in.h, height < 0 ? 1 : f.size[height], height < 0 ? 1 : f.scale[height]);
    set_axis(&a.resize, 1, in.w, f.size[width], f.scale[width]);
    bool shrinks = a.resize.size[0] < in.h || a.resize.size[1] < in.w;
    bool grows = a.resize.size[0] > in.h || a.resize.size[1] > in.w;
    if (!read_rules(im, op, &a.resize, shrinks, grows)) return false;
    int times = whole_factor(&a.resize, in);
    if (times == 0) return set_map(im, add_op(im, OP_RESIZE, &x.node, 1, &a));
    attrs up = graph_attrs_init();
    up.factor = times;
    up.mode = a.resize.mode == RESIZE_LINEAR ? UPSAMPLE_BILINEAR : UPSAMPLE_NEAREST;
    return set_map(im, times == 1 ? x.node : add_op(im, OP_UPSAMPLE, &x.node, 1, &up));
}
