/* pools.c: windows without weights, means over whole maps, padding and resizing. */
#include "onnx/import.h"

#include <math.h>
#include <string.h>

/* --- windows */

/* With ceil_mode a last window that lies partly behind the end counts, if it begins before: more padding there.
 */
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

static bool make_pool(importer *im, op_kind op) {
    value x;
    attrs a = graph_attrs_init();
    if (!map_input(im, &x)) return false;
    shape in = im->g->nodes[x.node].shape;
    if (!find_attribute(im, "kernel_shape")) return node_error(im, "it has no kernel_shape");
    if (!attribute_ints(im, "kernel_shape", 2, 1, a.kernel) || !read_window(im, &a, in)) return false;
    if (a.dilation[0] != 1 || a.dilation[1] != 1) return node_error(im, "its dilation is not covered");
    for (int i = 0; i < 2; i++) {
        bool good =
            a.kernel[i] >= 1 && a.kernel[i] <= MAX_KERNEL && a.stride[i] >= 1 && a.stride[i] <= MAX_KERNEL;
        if (!good) return node_error(im, "its kernel or stride is out of range");
    }
    if (output_count(im) > 1)
        return node_error(im, "the places of the maxima, its second output, are not covered");
    a.count_pad = attribute_int(im, "count_include_pad", 0) != 0;
    if (attribute_int(im, "ceil_mode", 0)) {
        attrs before = a;
        pad_to_last_window(&a, in);
        if (a.count_pad && memcmp(before.pad, a.pad, sizeof a.pad) != 0) {
            return node_error(im, "ceil_mode together with count_include_pad is not covered");
        }
    }
    a.count_pad = a.count_pad && a.padding != PAD_VALID;
    return set_map(im, add_op(im, op, &x.node, 1, &a));
}

bool make_max_pool(importer *im) { return make_pool(im, OP_MAX_POOL); }
bool make_average_pool(importer *im) { return make_pool(im, OP_AVG_POOL); }

/* --- whole maps */

bool make_global_average_pool(importer *im) {
    value x;
    if (!map_input(im, &x)) return false;
    return set_map(im, add_unary(im, OP_GLOBAL_AVG_POOL, x.node));
}

static int add_whole_pool(importer *im, op_kind op, int x, bool over_h, bool over_w) {
    shape s = im->g->nodes[x].shape;
    attrs a = graph_attrs_init();
    a.padding = PAD_VALID;
    a.kernel[0] = over_h ? s.h : 1;
    a.kernel[1] = over_w ? s.w : 1;
    return add_op(im, op, &x, 1, &a);
}

bool make_global_max_pool(importer *im) {
    value x;
    if (!map_input(im, &x)) return false;
    return set_map(im, add_whole_pool(im, OP_MAX_POOL, x.node, true, true));
}

/* Clears the axis in `v`, and notes what part of the map it held; false where that is more than height or
 * width. */
static bool reduce_axis(view *v, int axis, int64_t reduced[3]) {
    for (int k = v->begin[axis]; k < v->begin[axis + 1]; k++) {
        if (v->factors[k].axis == MAP_C) return false;
        reduced[v->factors[k].axis] *= v->factors[k].size;
    }
    view_clear_axis(v, axis);
    return true;
}

/* The mean over height, width or both, whichever axes hold them. */
bool make_reduce_mean(importer *im) {
    value *x = tensor_input(im, 0);
    int count;
    int64_t *axes = x ? whole_numbers(im, "axes", 1, &count) : NULL;
    if (!axes) return false;
    view v = x->v;
    shape s = im->g->nodes[x->node].shape;
    int64_t reduced[3] = {1, 1, 1};
    bool gone[VIEW_RANK] = {0}, covered = count > 0;
    for (int i = 0; i < count; i++) {
        int axis = check_axis(im, axes[i], v.rank);
        if (axis < 0) return false;
        gone[axis] = true;
        covered = covered && reduce_axis(&v, axis, reduced);
    }
    bool over_h = reduced[MAP_H] == s.h, over_w = reduced[MAP_W] == s.w;
    covered = covered && (over_h || reduced[MAP_H] == 1) && (over_w || reduced[MAP_W] == 1);
    if (!covered) return node_error(im, "only the mean over height, width or both is covered");
    int made;
    if (over_h && over_w) {
        made = s.h == 1 && s.w == 1 ? x->node : add_unary(im, OP_GLOBAL_AVG_POOL, x->node);
    } else {
        made = add_whole_pool(im, OP_AVG_POOL, x->node, over_h, over_w);
    }
    if (made < 0) return false;
    bool keep = attribute_int(im, "keepdims", 1) != 0;
    for (int axis = v.rank - 1; axis >= 0 && !keep; axis--) {
        if (gone[axis]) view_drop_axis(&v, axis);
    }
    set_tensor(im, 0, made, &v, true);
    return true;
}

/* --- padding */

/* Pads of zeros on height and width: attributes before opset 11, then inputs. */
bool make_pad(importer *im) {
    value *given = tensor_input(im, 0);
    if (!given) return false;
    value x = *given;
    int count;
    double fill;
    int64_t *pads = whole_numbers(im, im->m->opset < 11 ? "pads" : NULL, im->m->opset < 11 ? -1 : 1, &count);
    if (!pads || !as_planes(im, &x)) return false;
    if (!number_from(im, im->m->opset < 11 ? "value" : NULL, im->m->opset < 11 ? -1 : 2, &fill)) return false;
    bool none = true;
    for (int i = 0; i < count; i++) none = none && pads[i] == 0;
    if (count != 8) return node_error(im, "its pads are not two for each of 4 axes");
    if (none) {
        set_tensor(im, 0, x.node, &x.v, false);
        return true;
    }
    if (strcmp(attribute_string(im, "mode", "constant"), "constant") != 0 || (fill == fill && fill != 0)) {
        return node_error(im, "only padding with zeros is covered");
    }
    if (pads[0] || pads[1] || pads[4] || pads[5])
        return node_error(im, "only padding of height and width is covered");
    attrs a = graph_attrs_init();
    a.pad[TOP] = clamp_int(pads[2]);
    a.pad[LEFT] = clamp_int(pads[3]);
    a.pad[BOTTOM] = clamp_int(pads[6]);
    a.pad[RIGHT] = clamp_int(pads[7]);
    return set_map(im, add_op(im, OP_PAD, &x.node, 1, &a));
}

/* --- resizing */

/* The factor by which height and width grow, from `scales` or `sizes`; 0 after an error. */
static int find_factor(importer *im, const value *x) {
    bool upsample = strcmp(im->node->op_type, "Upsample") == 0;
    int at = upsample || im->m->opset < 11 ? 1 : 2;
    value *scales = input(im, at), *sizes = input(im, 3);
    bool by_size = !upsample && sizes && (!scales || (scales->kind == VALUE_CONSTANT && scales->c.count == 0));
    const constant *c =
        by_size || scales ? constant_input(im, by_size ? 3 : at, by_size ? "sizes" : "scales") : NULL;
    if (!c || c->count != 4) {
        if (!c && (by_size || scales)) return 0;
        node_error(im, "its scales or sizes are not one for each of 4 axes");
        return 0;
    }
    double f[4];
    for (int i = 0; i < 4; i++) {
        f[i] = constant_number(c, i) / (by_size ? (double)view_size(&x->v, i) : 1);
    }
    bool good =
        f[0] == 1 && f[1] == 1 && f[2] == f[3] && f[2] >= 1 && f[2] <= MAX_KERNEL && f[2] == floor(f[2]);
    if (!good) node_error(im, "only a whole factor, the same for height and width, is covered");
    return good ? (int)f[2] : 0;
}

/* Whether nearest takes pixel i / times for every pixel i. */
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

bool make_resize(importer *im) {
    value x;
    if (!map_input(im, &x)) return false;
    bool old = im->m->opset < 11;
    const char *mode = attribute_string(im, "mode", "nearest");
    const char *transform =
        attribute_string(im, "coordinate_transformation_mode", old ? "asymmetric" : "half_pixel");
    const char *nearest = attribute_string(im, "nearest_mode", old ? "floor" : "round_prefer_floor");
    attrs a = graph_attrs_init();
    a.factor = find_factor(im, &x);
    if (a.factor == 0) return false;
    bool half = strcmp(transform, "half_pixel") == 0 || strcmp(transform, "pytorch_half_pixel") == 0;
    bool linear = strcmp(mode, "linear") == 0;
    a.mode = linear ? UPSAMPLE_BILINEAR : UPSAMPLE_NEAREST;
    bool covered = linear ? half : strcmp(mode, "nearest") == 0 && takes_floor(transform, nearest, a.factor);
    if (a.factor > 1 && !covered) {
        return node_error(
            im, "its mode (%.20s, %.30s) is not covered: nearest, and linear between half pixels, are", mode,
            transform);
    }
    int made = a.factor == 1 ? x.node : add_op(im, OP_UPSAMPLE, &x.node, 1, &a);
    return set_map(im, made);
}
