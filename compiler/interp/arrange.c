/* arrange.c: the ops that rename, move or join elements: the views, pad, upsample and concat. */
#include "interp/internal.h"

#include <string.h>

static void copy(double *to, const double *from, int64_t count) {
    memcpy(to, from, (size_t)count * sizeof(double));
}

/* In NHWC order a flatten changes nothing but the shape. */
void interp_flatten(const work *k) { copy(k->out, k->in[0], shape_elements(k->n->shape)); }
void interp_reshape(const work *k) { copy(k->out, k->in[0], shape_elements(k->n->shape)); }
void interp_identity(const work *k) { copy(k->out, k->in[0], shape_elements(k->n->shape)); }
void interp_dropout(const work *k) { copy(k->out, k->in[0], shape_elements(k->n->shape)); }

/* Channel (g, i) of groups x members becomes (i, g): Zhang et al. 2017, "ShuffleNet", section 3.1. */
void interp_shuffle(const work *k) {
    int c = k->n->shape.c, groups = k->n->a.groups, members = c / groups;
    int64_t pixels = shape_pixels(k->n->shape);
    for (int64_t p = 0; p < pixels; p++) {
        for (int g = 0; g < groups; g++) {
            for (int i = 0; i < members; i++)
                k->out[p * c + i * groups + g] = k->in[0][p * c + g * members + i];
        }
    }
}

/* A place of the enlarged axis lies between two places of the input: these, and the weight of the second one.
 * With half-pixel centres, place p of the output lies at (p + 1/2) / factor - 1/2 of the input. Beyond the
 * first and the last centre, the value at the edge holds. */
typedef struct between {
    int low, high;
    double weight;
} between;

static between neighbours(int place, int factor, int size) {
    double at = (place + 0.5) / factor - 0.5;
    if (at < 0) at = 0;
    between b = {.low = (int)at};
    b.high = b.low + 1 < size ? b.low + 1 : size - 1;
    b.weight = at - b.low;
    return b;
}

static void bilinear_pixel(const work *k, between y, between x, double *out) {
    shape in = k->in_shape[0];
    const double *nw = pixel(k->in[0], in, y.low, x.low), *ne = pixel(k->in[0], in, y.low, x.high);
    const double *sw = pixel(k->in[0], in, y.high, x.low), *se = pixel(k->in[0], in, y.high, x.high);
    for (int i = 0; i < in.c; i++) {
        double north = nw[i] + (ne[i] - nw[i]) * x.weight, south = sw[i] + (se[i] - sw[i]) * x.weight;
        out[i] = north + (south - north) * y.weight;
    }
}

void interp_upsample(const work *k) {
    shape in = k->in_shape[0], s = k->n->shape;
    int factor = k->n->a.factor;
    for (int y = 0; y < s.h; y++) {
        for (int x = 0; x < s.w; x++) {
            double *out = k->out + ((int64_t)y * s.w + x) * s.c;
            if (k->n->a.mode == UPSAMPLE_NEAREST) {
                copy(out, pixel(k->in[0], in, y / factor, x / factor), s.c);
            } else {
                bilinear_pixel(k, neighbours(y, factor, in.h), neighbours(x, factor, in.w), out);
            }
        }
    }
}

/* The elements behind each place of the axes before the one along which the tensors are joined. */
static int64_t elements_from(shape s, int axis) {
    return axis == AXIS_H ? shape_elements(s) : axis == AXIS_W ? (int64_t)s.w * s.c : s.c;
}

void interp_concat(const work *k) {
    int axis = k->n->a.axis;
    int64_t row = elements_from(k->n->shape, axis), rows = shape_elements(k->n->shape) / row, begin = 0;
    for (int j = 0; j < node_own_inputs(k->n); j++) {
        int64_t part = elements_from(k->in_shape[j], axis);
        for (int64_t r = 0; r < rows; r++) copy(k->out + r * row + begin, k->in[j] + r * part, part);
        begin += part;
    }
}
