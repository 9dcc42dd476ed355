/* codes_maps.c: means, sums, softmax and resizes of codes, in exact integers. See graph/integers.h,
 * graph/softmax_codes.h and graph/resample_codes.h for the formulas. */
#include "graph/integers.h"
#include "graph/resample_codes.h"
#include "graph/softmax_codes.h"
#include "interp/codes.h"

/* ---- means and sums ---- */

void average_windows(const work *k) {
    shape s = k->n->shape;
    const attrs *a = &k->n->a;
    int window = a->kernel[0] * a->kernel[1];
    arena *scratch = arena_new();
    mean_integers c = {0};
    for (int y = 0; y < s.h; y++) {
        for (int x = 0; x < s.w; x++) {
            double *out = k->out + ((int64_t)y * s.w + x) * s.c;
            int inside = sum_window(k, y, x, out), count = a->count_pad ? window : inside;
            if (count != c.count) c = integers_of_mean(k->g, k->n, count, scratch);
            for (int i = 0; i < s.c; i++) {
                int32_t sum = (int32_t)out[i] + (c.count - inside) * c.x_zero;
                out[i] = mean_code(k->g->rounding, &c, i, sum);
            }
        }
    }
    arena_free(scratch);
}

static void average_along(const work *k, int axes) {
    arena *scratch = arena_new();
    span all = span_of(k->in_shape[0], axes);
    const mean_integers c = integers_of_mean(k->g, k->n, (int)all.count, scratch);
    for (int64_t place = 0; place < all.places; place++) {
        int32_t sum = 0;
        for (int64_t i = 0; i < all.count; i++) sum += (int32_t)k->in[0][span_position(&all, place, i)];
        k->out[place] = mean_code(k->g->rounding, &c, (int)(place % k->n->shape.c), sum);
    }
    arena_free(scratch);
}

void average_maps(const work *k) { average_along(k, OVER_H | OVER_W); }

/* The largest and the smallest of codes are those of the numbers that they stand for. */
void reduce_codes(const work *k) {
    reduction r = k->n->a.reduce;
    if (r == REDUCE_MAX || r == REDUCE_MIN)
        k->real(k);
    else
        average_along(k, k->n->a.axes);
}

/* ---- softmax ---- */

static void softmax_place(const work *k, const softmax_integers *c, const span *all, int64_t place) {
    rescale_rounding how = k->g->rounding;
    int most = INT8_MIN;
    int64_t sum = 0;
    for (int64_t i = 0; i < all->count; i++) {
        int x = (int)k->in[0][span_position(all, place, i)];
        if (x > most) most = x;
    }
    for (int64_t i = 0; i < all->count; i++)
        sum += softmax_term(how, c->exps[most - (int)k->in[0][span_position(all, place, i)]]);
    const softmax_scale by = softmax_divisor(how, c, sum);
    for (int64_t i = 0; i < all->count; i++) {
        int64_t at = span_position(all, place, i);
        k->out[at] = softmax_code(how, c, c->exps[most - (int)k->in[0][at]], by);
    }
}

void softmax_codes(const work *k) {
    span all = span_of(k->n->shape, k->n->a.axes);
    const softmax_integers c = integers_of_softmax(k->g, k->n);
    for (int64_t place = 0; place < all.places; place++) softmax_place(k, &c, &all, place);
}

/* ---- resize and upsample ---- */

static int32_t interpolate(const work *k, const resample_integers *c, int y, int x, int channel) {
    int32_t acc = 0;
    for (int t = 0; t < c->rows.taps; t++) {
        for (int u = 0; u < c->columns.taps; u++) {
            int row = y * c->rows.taps + t, column = x * c->columns.taps + u;
            const double *from = pixel(k->in[0], k->in_shape[0], c->rows.at[row], c->columns.at[column]);
            acc += c->rows.weight[row] * c->columns.weight[column] * (int32_t)from[channel];
        }
    }
    return acc;
}

void resample_codes(const work *k) {
    shape s = k->n->shape;
    arena *scratch = arena_new();
    const resample_integers c = integers_of_resample(k->g, k->n, scratch);
    for (int64_t i = 0; i < shape_elements(s); i++) {
        int y = (int)(i / s.c / s.w), x = (int)(i / s.c % s.w), channel = (int)(i % s.c);
        int32_t acc = interpolate(k, &c, y, x, channel);
        k->out[i] = resample_code(k->g->rounding, &c, channel, acc);
    }
    arena_free(scratch);
}
