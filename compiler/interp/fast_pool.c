/* fast_pool.c: the ops that look at a window, or at all of a map. See pool.c for what padding does. */
#include "interp/fast_internal.h"

#include <math.h>

/* The taps of the window of output pixel (y, x) that lie in the input. Their number. */
static int taps_inside(const fast_work *k, int y, int x, const float **seen) {
    const attrs *a = &k->n->a;
    int count = 0;
    for (int ky = 0; ky < a->kernel[0]; ky++) {
        for (int kx = 0; kx < a->kernel[1]; kx++) {
            const float *tap = fast_tap(k, y, x, ky, kx, NULL);
            if (tap) seen[count++] = tap;
        }
    }
    return count;
}

static void max_pixel(const fast_work *k, const float *const *seen, int count, float *out) {
    int c = k->n->shape.c;
    for (int i = 0; i < c; i++) out[i] = -INFINITY;
    for (int t = 0; t < count; t++) {
        for (int i = 0; i < c; i++) out[i] = seen[t][i] > out[i] ? seen[t][i] : out[i];
    }
}

static void mean_pixel(const fast_work *k, const float *const *seen, int count, float *out) {
    const attrs *a = &k->n->a;
    int c = k->n->shape.c;
    float divisor = (float)(a->count_pad ? a->kernel[0] * a->kernel[1] : count);
    for (int t = 0; t < count; t++) {
        for (int i = 0; i < c; i++) out[i] += seen[t][i];
    }
    for (int i = 0; i < c; i++) out[i] /= divisor;
}

typedef void (*pool_pixel)(const fast_work *k, const float *const *seen, int count, float *out);

static void pool(const fast_work *k, pool_pixel one) {
    shape s = k->n->shape;
    const float **seen = ARENA_ARRAY(k->scratch, const float *, k->n->a.kernel[0] * k->n->a.kernel[1]);
    for (int y = 0; y < s.h; y++) {
        for (int x = 0; x < s.w; x++) {
            int count = taps_inside(k, y, x, seen);
            one(k, seen, count, k->out + ((int64_t)y * s.w + x) * s.c);
        }
    }
}

void fast_max_pool(const fast_work *k) { pool(k, max_pixel); }
void fast_avg_pool(const fast_work *k) { pool(k, mean_pixel); }

/* Sums in doubles: there may be many pixels, and they are read once in any case. */
void fast_global_avg_pool(const fast_work *k) {
    int64_t pixels = shape_pixels(k->in_shape[0]);
    int c = k->n->shape.c;
    double *sums = ARENA_ARRAY(k->scratch, double, c);
    for (int64_t p = 0; p < pixels; p++) {
        for (int i = 0; i < c; i++) sums[i] += (double)k->in[0][p * c + i];
    }
    for (int i = 0; i < c; i++) k->out[i] = (float)(sums[i] / (double)pixels);
}
