/* conv.c: the ops that multiply by weights: conv, conv_transpose, depthwise, dense.
 *
 * They are cross-correlations, as in all frameworks, with the weights in the graph's own layouts (graph.h). The
 * inner loops run over neighbouring channels, so that a whole EfficientNet takes seconds. Where `pad_value` is
 * given, the padding holds that value in each channel instead of zero. */
#include "interp/internal.h"

/* The sum of x[i] * w[i]. Four partial sums run side by side, because a single one would wait at every step. */
static double dot(const double *x, const float *w, int64_t count) {
    double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    int64_t i = 0;
    for (; i + 4 <= count; i += 4) {
        s0 += x[i] * (double)w[i];
        s1 += x[i + 1] * (double)w[i + 1];
        s2 += x[i + 2] * (double)w[i + 2];
        s3 += x[i + 3] * (double)w[i + 3];
    }
    for (; i < count; i++) s0 += x[i] * (double)w[i];
    return (s0 + s1) + (s2 + s3);
}

/* The channels that tap (ky, kx) of the window sees for output pixel (y, x): a pixel of the input, or the
 * values of the padding. NULL: zeros. */
static const double *tap(const work *k, int y, int x, int ky, int kx) {
    const attrs *a = &k->n->a;
    shape in = k->in_shape[0];
    int iy = y * a->stride[0] - a->pad[TOP] + ky * a->dilation[0];
    int ix = x * a->stride[1] - a->pad[LEFT] + kx * a->dilation[1];
    if (iy >= 0 && iy < in.h && ix >= 0 && ix < in.w) return pixel(k->in[0], in, iy, ix);
    return a->pad_value;
}

static double bias_at(const node *n, int channel) {
    return n->weights[ROLE_BIAS] ? (double)n->weights[ROLE_BIAS]->data[channel] : 0;
}

/* out[o] = bias[o] + sum over ky, kx, i of x[.., i of o's group] * w[o][ky][kx][i] */
static void conv_pixel(const work *k, int y, int x, double *out) {
    const node *n = k->n;
    const attrs *a = &n->a;
    int c = n->shape.c, kh = a->kernel[0], kw = a->kernel[1];
    int group_in = k->in_shape[0].c / a->groups, group_out = c / a->groups;
    const float *w = n->weights[ROLE_WEIGHT]->data;
    for (int o = 0; o < c; o++) out[o] = bias_at(n, o);
    for (int ky = 0; ky < kh; ky++) {
        for (int kx = 0; kx < kw; kx++) {
            const double *seen = tap(k, y, x, ky, kx);
            if (!seen) continue;
            for (int o = 0; o < c; o++) {
                int64_t row = ((int64_t)o * kh + ky) * kw + kx;
                out[o] += dot(seen + (int64_t)(o / group_out) * group_in, w + row * group_in, group_in);
            }
        }
    }
}

void interp_conv(const work *k) {
    shape s = k->n->shape;
    for (int y = 0; y < s.h; y++) {
        for (int x = 0; x < s.w; x++) conv_pixel(k, y, x, k->out + ((int64_t)y * s.w + x) * s.c);
    }
}

/* Adds input pixel (y, x), times the weights, to the output pixels that it reaches:
 * out[y*stride - TOP + ky*dilation, .., o] += sum over i of x[.., i of o's group] * w[o][ky][kx][i] */
static void spread_pixel(const work *k, int y, int x) {
    const node *n = k->n;
    const attrs *a = &n->a;
    int c = n->shape.c, kh = a->kernel[0], kw = a->kernel[1];
    int group_in = k->in_shape[0].c / a->groups, group_out = c / a->groups;
    const double *in = pixel(k->in[0], k->in_shape[0], y, x);
    for (int tap = 0; tap < kh * kw; tap++) {
        int64_t oy = (int64_t)y * a->stride[0] - a->pad[TOP] + (int64_t)(tap / kw) * a->dilation[0];
        int64_t ox = (int64_t)x * a->stride[1] - a->pad[LEFT] + (int64_t)(tap % kw) * a->dilation[1];
        if (oy < 0 || oy >= n->shape.h || ox < 0 || ox >= n->shape.w) continue;
        double *out = k->out + (oy * n->shape.w + ox) * c;
        for (int o = 0; o < c; o++) {
            const float *w = n->weights[ROLE_WEIGHT]->data + ((int64_t)o * kh * kw + tap) * group_in;
            out[o] += dot(in + (int64_t)(o / group_out) * group_in, w, group_in);
        }
    }
}

void interp_conv_transpose(const work *k) {
    shape s = k->n->shape, in = k->in_shape[0];
    for (int64_t i = 0; i < shape_elements(s); i++) k->out[i] = bias_at(k->n, (int)(i % s.c));
    for (int y = 0; y < in.h; y++) {
        for (int x = 0; x < in.w; x++) spread_pixel(k, y, x);
    }
}

/* out[c*multiplier + m] = bias + sum over ky, kx of x[.., c] * w[ky][kx][c*multiplier + m] */
static void depthwise_pixel(const work *k, int y, int x, double *out) {
    const node *n = k->n;
    const attrs *a = &n->a;
    int c = n->shape.c;
    for (int o = 0; o < c; o++) out[o] = bias_at(n, o);
    for (int ky = 0; ky < a->kernel[0]; ky++) {
        for (int kx = 0; kx < a->kernel[1]; kx++) {
            const double *seen = tap(k, y, x, ky, kx);
            if (!seen) continue;
            const float *w = n->weights[ROLE_WEIGHT]->data + ((int64_t)ky * a->kernel[1] + kx) * c;
            for (int i = 0, o = 0; i < k->in_shape[0].c; i++) {
                for (int m = 0; m < a->multiplier; m++, o++) out[o] += seen[i] * (double)w[o];
            }
        }
    }
}

void interp_depthwise(const work *k) {
    shape s = k->n->shape;
    for (int y = 0; y < s.h; y++) {
        for (int x = 0; x < s.w; x++) depthwise_pixel(k, y, x, k->out + ((int64_t)y * s.w + x) * s.c);
    }
}

void interp_dense(const work *k) {
    int64_t in = shape_elements(k->in_shape[0]);
    const float *w = k->n->weights[ROLE_WEIGHT]->data;
    for (int o = 0; o < k->n->shape.c; o++) k->out[o] = bias_at(k->n, o) + dot(k->in[0], w + o * in, in);
}
