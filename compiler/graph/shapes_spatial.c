/* shapes_spatial.c: the shape rules of ops that cut, surround, resize and enlarge maps. */
#include "graph/internal.h"

#include <math.h>

bool shape_pad(const graph *g, diag *d, node *n) {
    const attrs *a = &n->a;
    shape in = input_shape(g, n, 0);
    const int sizes[AXES] = {in.h, in.w, in.c};
    const int pads[AXES][2] = {
        {a->pad[TOP], a->pad[BOTTOM]}, {a->pad[LEFT], a->pad[RIGHT]}, {a->pad_channels[0], a->pad_channels[1]}};
    for (int i = 0; i < AXES; i++) {
        for (int k = 0; k < 2; k++) {
            if (!check_range(d, n, "padding", pads[i][k], 0, MAX_SIDE)) return false;
            if (a->around != PADS_REFLECT || pads[i][k] < sizes[i]) continue;
            diag_error(d, n->at, "pad: reflect of %d along %s, which has %d: at most %d", pads[i][k],
                       axis_names[i], sizes[i], sizes[i] - 1);
            return false;
        }
    }
    if (!isfinite(a->fill) || fabs(a->fill) > 1e30) {
        diag_error(d, n->at, "pad: the value must be a number that a float can hold");
        return false;
    }
    n->shape = (shape){in.h + pads[AXIS_H][0] + pads[AXIS_H][1], in.w + pads[AXIS_W][0] + pads[AXIS_W][1],
                       in.c + pads[AXIS_C][0] + pads[AXIS_C][1]};
    return true;
}

bool shape_slice(const graph *g, diag *d, node *n) {
    const attrs *a = &n->a;
    keep_shape(g, n);
    int *side = a->axis == AXIS_H ? &n->shape.h : a->axis == AXIS_W ? &n->shape.w : &n->shape.c;
    if (!check_range(d, n, "begin", a->begin, 0, *side - 1)) return false;
    if (a->step == 0) {
        diag_error(d, n->at, "slice: step is 0");
        return false;
    }
    int64_t step = a->step;
    /* How many there are from `begin` on, in the direction of the step. */
    int most = step > 0 ? (int)((*side - 1 - a->begin) / step) + 1 : (int)(a->begin / -step) + 1;
    if (!check_range(d, n, "count", a->count, 1, most)) return false;
    *side = a->count;
    return true;
}

bool shape_resize(const graph *g, diag *d, node *n) {
    const resizing *r = &n->a.resize;
    n->shape = (shape){r->size[0], r->size[1], input_shape(g, n, 0).c};
    if (!check_range(d, n, "the output's height", r->size[0], 1, MAX_SIDE) ||
        !check_range(d, n, "the output's width", r->size[1], 1, MAX_SIDE)) {
        return false;
    }
    bool good = fabs(r->coefficient) < 1e6;
    for (int i = 0; i < 2; i++) good = good && r->scale[i] >= 0 && r->scale[i] < 1e6;
    good = good && (r->scale[0] == 0 || r->scale[0] > 1e-6) && (r->scale[1] == 0 || r->scale[1] > 1e-6);
    if (!good) diag_error(d, n->at, "resize: the coefficient or a scale is out of range");
    return good;
}

/* Resolves the padding along an axis of `size` pixels. `reach`: dilation*(kernel-1)+1. The length of the
 * output, or 0 after an error. */
static int64_t transposed_size(diag *d, node *n, int axis, int size) {
    attrs *a = &n->a;
    if (!check_window(d, n, axis) || !check_range(d, n, "output_padding", a->output_pad[axis], 0, MAX_KERNEL)) {
        return 0;
    }
    int *before = &a->pad[axis == 0 ? TOP : LEFT], *behind = &a->pad[axis == 0 ? BOTTOM : RIGHT];
    int64_t stride = a->stride[axis], reach = (int64_t)a->dilation[axis] * (a->kernel[axis] - 1) + 1;
    switch (a->padding) {
    case PAD_SAME:
        if (a->output_pad[axis]) {
            diag_error(d, n->at,
                       "conv_transpose: with same padding the output is stride times the input, so there is no "
                       "output_padding");
            return 0;
        }
        *before = reach > stride ? (int)((reach - stride) / 2) : 0;
        *behind = reach > stride ? (int)(reach - stride) - *before : 0;
        return size * stride;
    case PAD_SYMMETRIC:
        if (!check_symmetric(d, n, reach)) return 0;
        *before = *behind = (int)((reach - 1) / 2);
        break;
    case PAD_VALID: *before = *behind = 0; break;
    case PAD_EXPLICIT: break;
    }
    if (!check_range(d, n, "padding", *before, 0, MAX_KERNEL * MAX_KERNEL) ||
        !check_range(d, n, "padding", *behind, 0, MAX_KERNEL * MAX_KERNEL)) {
        return 0;
    }
    int64_t out = (size - 1) * stride + reach - *before - *behind + a->output_pad[axis];
    if (out < 1) diag_error(d, n->at, "conv_transpose: its padding leaves nothing of the output");
    return out < 1 ? 0 : out;
}

bool shape_conv_transpose(const graph *g, diag *d, node *n) {
    shape in = input_shape(g, n, 0);
    int64_t h = transposed_size(d, n, 0, in.h), w = h ? transposed_size(d, n, 1, in.w) : 0;
    if (!w || !add_filters(g, d, n) || !check_range(d, n, "the output's height", h, 1, MAX_SIDE) ||
        !check_range(d, n, "the output's width", w, 1, MAX_SIDE)) {
        return false;
    }
    n->shape.h = (int)h, n->shape.w = (int)w;
    /* passes/lower_conv_transpose.c makes one tensor of so many channels, and at least a weight for each of
     * them and each input channel of their group. */
    int64_t phases = (int64_t)n->a.stride[0] * n->a.stride[1],
            weights = n->weights[ROLE_WEIGHT]->dims[3] * phases * n->a.out;
    if (!check_range(d, n, "the number of weights", weights, 1, MAX_WEIGHTS)) return false;
    return check_range(d, n, "output channels times the strides",
                       (int64_t)n->a.out * n->a.stride[0] * n->a.stride[1], 1, MAX_CHANNELS);
}

bool shape_depth_to_space(const graph *g, diag *d, node *n) {
    shape in = input_shape(g, n, 0);
    int b = n->a.factor;
    if (!check_range(d, n, "block", b, 1, MAX_KERNEL)) return false;
    if (in.c % (b * b)) {
        diag_error(d, n->at, "depth_to_space: %d channels do not divide evenly into blocks of %d x %d", in.c, b,
                   b);
        return false;
    }
    n->shape = (shape){in.h * b, in.w * b, in.c / (b * b)};
    return check_range(d, n, "the output's height", (int64_t)in.h * b, 1, MAX_SIDE) &&
           check_range(d, n, "the output's width", (int64_t)in.w * b, 1, MAX_SIDE);
}

bool shape_space_to_depth(const graph *g, diag *d, node *n) {
    shape in = input_shape(g, n, 0);
    int b = n->a.factor;
    if (!check_range(d, n, "block", b, 1, MAX_KERNEL)) return false;
    if (in.h % b || in.w % b) {
        diag_error(d, n->at, "space_to_depth: %d x %d pixels do not divide evenly into blocks of %d x %d", in.h,
                   in.w, b, b);
        return false;
    }
    n->shape = (shape){in.h / b, in.w / b, 0};
    if (!check_range(d, n, "the number of channels", (int64_t)in.c * b * b, 1, MAX_CHANNELS)) return false;
    n->shape.c = in.c * b * b;
    return true;
}
