/* resample_codes.c: the places and weights of resize and upsample on codes. See resample_codes.h. */
#include "graph/resample_codes.h"
#include "graph/quant.h"
#include "graph/resample.h"

#include <math.h>

enum { TFLITE_BITS = 10, ONCE_BITS = 11, MOST_BITS = 11 };

static int smaller(int x, int y) { return x < y ? x : y; }

/* An upsample is a resize by its factor. Its places are those of TensorFlow Lite with half_pixel_centers, which
 * for `nearest` are those of y / factor, too. */
static resizing resizing_of_node(const node *n, shape in) {
    if (n->op == OP_RESIZE) return n->a.resize;
    bool linear = n->a.mode == UPSAMPLE_BILINEAR;
    return (resizing){
        .size = {in.h * n->a.factor, in.w * n->a.factor},
        .mode = linear ? RESIZE_LINEAR : RESIZE_NEAREST,
        .places = linear ? PLACES_HALF_PIXEL : PLACES_ASYMMETRIC,
        .rounding = ROUND_FLOOR,
    };
}

/* TensorFlow Lite computes places from sizes alone, of three kinds. */
static bool is_tflite(const resizing *r) {
    if (r->scale[0] > 0 || r->scale[1] > 0 || r->mode == RESIZE_CUBIC) return false;
    if (r->places == PLACES_ALIGN_CORNERS) return r->mode == RESIZE_LINEAR || r->rounding == ROUND_PREFER_CEIL;
    if (r->places == PLACES_ASYMMETRIC) return r->mode == RESIZE_LINEAR || r->rounding == ROUND_FLOOR;
    if (r->places == PLACES_HALF_PIXEL) return r->mode == RESIZE_LINEAR;
    return r->places == PLACES_TF_NEAREST && r->mode == RESIZE_NEAREST && r->rounding == ROUND_FLOOR;
}

static code_resampling new_resampling(arena *a, int count, int taps, int bits) {
    code_resampling s = {.count = count, .taps = taps, .bits = bits};
    s.at = ARENA_ARRAY(a, int, count *taps);
    s.weight = ARENA_ARRAY(a, int, count *taps);
    return s;
}

/* GetNearestNeighbor */
static code_resampling tflite_nearest(arena *a, const resizing *r, int axis, int size) {
    int count = r->size[axis];
    code_resampling s = new_resampling(a, count, 1, 0);
    bool corners = r->places == PLACES_ALIGN_CORNERS;
    float scale = corners && count > 1 ? (float)(size - 1) / (float)(count - 1) : (float)size / (float)count;
    float offset = r->places == PLACES_TF_NEAREST ? 0.5f : 0.0f;
    for (int i = 0; i < count; i++) {
        float place = ((float)i + offset) * scale;
        s.at[i] = smaller((int)(corners ? roundf(place) : floorf(place)), size - 1);
        s.weight[i] = 1;
    }
    return s;
}

/* ResizeBilinearInteger. Where the lower place is the last one, both are. */
static code_resampling tflite_linear(arena *a, const resizing *r, int axis, int size) {
    enum { ONE = 1 << TFLITE_BITS };
    int count = r->size[axis];
    code_resampling s = new_resampling(a, count, 2, TFLITE_BITS);
    bool corners = r->places == PLACES_ALIGN_CORNERS && count > 1;
    int64_t in = corners ? size - 1 : size, out = corners ? count - 1 : count;
    int64_t scale = (ONE * in + out / 2) / out;
    for (int i = 0; i < count; i++) {
        int64_t place = i * scale + (r->places == PLACES_HALF_PIXEL ? scale / 2 - ONE / 2 : 0);
        int64_t low = place < 0 ? 0 : place / ONE, rest = place - low * ONE;
        if (place < 0 || low >= size - 1) rest = 0;
        s.at[2 * i] = smaller((int)low, size - 1);
        s.at[2 * i + 1] = smaller((int)low + (rest > 0), size - 1);
        s.weight[2 * i] = (int)(ONE - rest);
        s.weight[2 * i + 1] = (int)rest;
    }
    return s;
}

/* Rounds the weights of one output place; the largest takes what is left of the sum. */
static void round_weights_of_place(const double *real, int taps, int *weight) {
    int sum = 0, largest = 0;
    for (int t = 0; t < taps; t++) {
        weight[t] = (int)lround(real[t] * (1 << ONCE_BITS));
        sum += weight[t];
        if (weight[t] > weight[largest]) largest = t;
    }
    weight[largest] += (1 << ONCE_BITS) - sum;
}

static code_resampling rounded_resampling(arena *a, const resizing *r, int axis, int size) {
    resampling real = find_resampling(a, r, axis, size);
    code_resampling s = new_resampling(a, real.count, real.taps, real.taps == 1 ? 0 : ONCE_BITS);
    for (int i = 0; i < real.count; i++) {
        for (int t = 0; t < real.taps; t++) s.at[i * real.taps + t] = real.at[i * real.taps + t];
        if (real.taps == 1)
            s.weight[i] = 1;
        else
            round_weights_of_place(real.weight + i * real.taps, real.taps, s.weight + i * real.taps);
    }
    return s;
}

static code_resampling find_code_resampling(arena *a, const resizing *r, bool tflite, int axis, int size) {
    if (!tflite || !is_tflite(r)) return rounded_resampling(a, r, axis, size);
    return r->mode == RESIZE_NEAREST ? tflite_nearest(a, r, axis, size) : tflite_linear(a, r, axis, size);
}

resample_integers integers_of_resample(const graph *g, const node *n, arena *a) {
    const node *from = &g->nodes[n->in[0]];
    const quant *x = &from->q, *y = own_quant(n);
    const resizing r = resizing_of_node(n, from->shape);
    resample_integers k = {.keeps = same_quant(x, y), .x_zero = x->zero, .y_zero = y->zero};
    bool tflite = g->rounding == RESCALE_TFLITE && k.keeps;
    k.rows = find_code_resampling(a, &r, tflite, 0, from->shape.h);
    k.columns = find_code_resampling(a, &r, tflite, 1, from->shape.w);
    k.bits = k.rows.bits + k.columns.bits;
    k.range = codes_within(y, n->type, n->a.act, n->a.act_args);
    if (k.keeps) return k;
    rescale *by = ARENA_ARRAY(a, rescale, n->shape.c);
    for (int c = 0; c < n->shape.c; c++)
        by[c] = rescale_by(ldexp((double)quant_scale(x, c) / (double)quant_scale(y, c), -k.bits));
    k.by = by;
    return k;
}

int resample_code(rescale_rounding how, const resample_integers *k, int channel, int32_t acc) {
    if (!k->keeps) {
        int32_t moved = acc - k->x_zero * (1 << k->bits);
        return code_within(k->range, (int64_t)k->y_zero + rescale_apply(how, moved, k->by[channel]));
    }
    if (how == RESCALE_TFLITE) return code_within(k->range, rescale_down(acc, k->bits));
    return code_within(k->range, (int64_t)floor(ldexp(acc, -k->bits) + 0.5));
}
