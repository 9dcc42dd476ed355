/* spatial.c: the ops that cut, surround and resize maps. */
#include "interp/internal.h"
#include "graph/resample.h"

#include <string.h>

void interp_slice(const work *k) {
    shape s = k->n->shape;
    const attrs *a = &k->n->a;
    double *out = k->out;
    for (int y = 0; y < s.h; y++) {
        for (int x = 0; x < s.w; x++) {
            int iy = a->axis == AXIS_H ? a->begin + y * a->step : y;
            int ix = a->axis == AXIS_W ? a->begin + x * a->step : x;
            const double *in = pixel(k->in[0], k->in_shape[0], iy, ix);
            for (int c = 0; c < s.c; c++) *out++ = in[a->axis == AXIS_C ? a->begin + c * a->step : c];
        }
    }
}

/* The place of the input that a pad has at place `i`, counted from the input's first one; -1: none of them. */
static int padded_place(pad_mode around, int i, int size) {
    if (i >= 0 && i < size) return i;
    switch (around) {
    case PADS_REFLECT: return i < 0 ? -i : 2 * (size - 1) - i;
    case PADS_EDGE: return i < 0 ? 0 : size - 1;
    default: return -1;
    }
}

void interp_pad(const work *k) {
    shape in = k->in_shape[0], s = k->n->shape;
    const attrs *a = &k->n->a;
    double *out = k->out;
    for (int y = 0; y < s.h; y++) {
        for (int x = 0; x < s.w; x++) {
            int iy = padded_place(a->around, y - a->pad[TOP], in.h);
            int ix = padded_place(a->around, x - a->pad[LEFT], in.w);
            const double *from = iy < 0 || ix < 0 ? NULL : pixel(k->in[0], in, iy, ix);
            for (int c = 0; c < s.c; c++) {
                int ic = padded_place(a->around, c - a->pad_channels[0], in.c);
                *out++ = from && ic >= 0 ? from[ic] : a->fill;
            }
        }
    }
}

/* The channel that has pixel (y, x) of each block of b x b pixels, in its channel c of `count`. */
static int block_channel(const attrs *a, int y, int x, int c, int count) {
    int b = a->factor;
    return a->blocks == BLOCKS_DCR ? (y * b + x) * count + c : (c * b + y) * b + x;
}

void interp_depth_to_space(const work *k) {
    shape s = k->n->shape;
    int b = k->n->a.factor;
    double *out = k->out;
    for (int y = 0; y < s.h; y++) {
        for (int x = 0; x < s.w; x++) {
            const double *in = pixel(k->in[0], k->in_shape[0], y / b, x / b);
            for (int c = 0; c < s.c; c++) *out++ = in[block_channel(&k->n->a, y % b, x % b, c, s.c)];
        }
    }
}

void interp_space_to_depth(const work *k) {
    shape in = k->in_shape[0], s = k->n->shape;
    int b = k->n->a.factor;
    for (int y = 0; y < in.h; y++) {
        for (int x = 0; x < in.w; x++) {
            const double *from = pixel(k->in[0], in, y, x);
            double *out = k->out + ((int64_t)(y / b) * s.w + x / b) * s.c;
            for (int c = 0; c < in.c; c++) out[block_channel(&k->n->a, y % b, x % b, c, in.c)] = from[c];
        }
    }
}

void interp_resize(const work *k) {
    shape in = k->in_shape[0], s = k->n->shape;
    arena *scratch = arena_new();
    resampling rows = find_resampling(scratch, &k->n->a.resize, 0, in.h);
    resampling columns = find_resampling(scratch, &k->n->a.resize, 1, in.w);
    for (int y = 0; y < s.h; y++) {
        for (int x = 0; x < s.w; x++) {
            double *out = k->out + ((int64_t)y * s.w + x) * s.c;
            for (int i = 0; i < rows.taps * columns.taps; i++) {
                int row = y * rows.taps + i / columns.taps, column = x * columns.taps + i % columns.taps;
                double weight = rows.weight[row] * columns.weight[column];
                const double *from = pixel(k->in[0], in, rows.at[row], columns.at[column]);
                for (int c = 0; c < s.c; c++) out[c] += weight * from[c];
            }
        }
    }
    arena_free(scratch);
}
