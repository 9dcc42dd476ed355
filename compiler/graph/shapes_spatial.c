/* shapes_spatial.c: the shape rules of ops that cut, surround and resize maps. */
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
