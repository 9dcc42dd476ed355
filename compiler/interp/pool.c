/* pool.c: the ops that look at a window: max_pool, avg_pool, global_avg_pool.
 *
 * Padding never wins a maximum. It counts in the divisor of a mean only where count_pad says so (PyTorch's
 * count_include_pad). The divisor is the whole window then, because the window never reaches beyond the padded
 * input. */
#include "interp/internal.h"

#include <math.h>

typedef struct pool_window {
    int top, left;                        /* where tap (0, 0) lies in the input; may be negative */
    int first_y, last_y, first_x, last_x; /* taps that lie inside the input */
} pool_window;

/* The first tap that lies in the input. Tap 0 lies at `start`, which may be negative. */
static int first_tap_inside(int start, int dilation) {
    return start >= 0 ? 0 : (-start + dilation - 1) / dilation;
}

/* The last tap that lies in an input of `size`, or -1 where the whole window lies behind it. */
static int last_tap_inside(int start, int dilation, int kernel, int size) {
    int last = start >= size ? -1 : (size - 1 - start) / dilation;
    return last < kernel - 1 ? last : kernel - 1;
}

static pool_window window_at(const work *k, int y, int x) {
    const attrs *a = &k->n->a;
    pool_window v = {.top = y * a->stride[0] - a->pad[TOP], .left = x * a->stride[1] - a->pad[LEFT]};
    v.first_y = first_tap_inside(v.top, a->dilation[0]);
    v.last_y = last_tap_inside(v.top, a->dilation[0], a->kernel[0], k->in_shape[0].h);
    v.first_x = first_tap_inside(v.left, a->dilation[1]);
    v.last_x = last_tap_inside(v.left, a->dilation[1], a->kernel[1], k->in_shape[0].w);
    return v;
}

static const double *window_tap(const work *k, const pool_window *v, int ky, int kx) {
    const attrs *a = &k->n->a;
    return pixel(k->in[0], k->in_shape[0], v->top + ky * a->dilation[0], v->left + kx * a->dilation[1]);
}

static void max_pixel(const work *k, const pool_window *v, double *out) {
    int c = k->n->shape.c;
    for (int i = 0; i < c; i++) out[i] = -INFINITY;
    for (int ky = v->first_y; ky <= v->last_y; ky++) {
        for (int kx = v->first_x; kx <= v->last_x; kx++) {
            const double *seen = window_tap(k, v, ky, kx);
            for (int i = 0; i < c; i++) out[i] = seen[i] > out[i] ? seen[i] : out[i];
        }
    }
}

int sum_window(const work *k, int y, int x, double *sums) {
    const pool_window v = window_at(k, y, x);
    int c = k->n->shape.c;
    for (int ky = v.first_y; ky <= v.last_y; ky++) {
        for (int kx = v.first_x; kx <= v.last_x; kx++) {
            const double *seen = window_tap(k, &v, ky, kx);
            for (int i = 0; i < c; i++) sums[i] += seen[i];
        }
    }
    return (v.last_y - v.first_y + 1) * (v.last_x - v.first_x + 1);
}

void interp_max_pool(const work *k) {
    shape s = k->n->shape;
    for (int y = 0; y < s.h; y++) {
        for (int x = 0; x < s.w; x++) {
            pool_window v = window_at(k, y, x);
            max_pixel(k, &v, k->out + ((int64_t)y * s.w + x) * s.c);
        }
    }
}

void interp_avg_pool(const work *k) {
    shape s = k->n->shape;
    const attrs *a = &k->n->a;
    for (int y = 0; y < s.h; y++) {
        for (int x = 0; x < s.w; x++) {
            double *out = k->out + ((int64_t)y * s.w + x) * s.c;
            int inside = sum_window(k, y, x, out);
            int divisor = a->count_pad ? a->kernel[0] * a->kernel[1] : inside;
            for (int i = 0; i < s.c; i++) out[i] /= divisor;
        }
    }
}

void interp_global_avg_pool(const work *k) {
    int64_t pixels = shape_pixels(k->in_shape[0]);
    int c = k->n->shape.c;
    for (int64_t p = 0; p < pixels; p++) {
        for (int i = 0; i < c; i++) k->out[i] += k->in[0][p * c + i];
    }
    for (int i = 0; i < c; i++) k->out[i] /= (double)pixels;
}
