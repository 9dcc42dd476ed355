/* fast_conv.c: conv and dense as products of matrices, and depthwise.
 *
 * A conv is computed for a group of channels and a chunk of output pixels at a time. What the window of each
 * pixel sees is copied to a row of a small matrix, [pixels][kh * kw * channels], which stays in the cache; a
 * window of one pixel is read in place. The weights lie in panels of PANEL output channels, [kh * kw *
 * channels][PANEL], so that the inner loop reads both from front to back. It computes PIXELS by PANEL sums at a
 * time, in vectors along the output channels: each sum is made in the order of its window, whatever the width
 * of the machine's vectors. */
#include "interp/fast_internal.h"

#include <string.h>

enum { PIXELS = 4, PANEL = 8, LANES = 4, CHUNK_FLOATS = 32 * 1024 };

typedef float vector __attribute__((vector_size(LANES * sizeof(float))));

static inline vector load(const float *p) {
    vector v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline void store(float *p, vector v) { memcpy(p, &v, sizeof v); }

/* The sizes of a conv's product, for one group. */
typedef struct product {
    int groups, outs; /* output channels of a group */
    int ins;          /* input channels of a group */
    int taps;
    int64_t depth; /* taps * ins: what is summed up */
    int panels;
} product;

static product product_of(const node *n, shape in) {
    product p = {.groups = 1, .outs = n->shape.c, .ins = (int)shape_elements(in), .taps = 1};
    if (n->op == OP_CONV) {
        p.groups = n->a.groups;
        p.outs = n->shape.c / p.groups;
        p.ins = in.c / p.groups;
        p.taps = n->a.kernel[0] * n->a.kernel[1];
    }
    p.depth = (int64_t)p.taps * p.ins;
    p.panels = (p.outs + PANEL - 1) / PANEL;
    return p;
}

/* [group][panel][depth][PANEL], with zeros behind the last output channel of a group. */
float *fast_pack(const graph *g, const node *n, arena *a) {
    product p = product_of(n, g->nodes[n->in[0]].shape);
    const float *w = n->weights[ROLE_WEIGHT]->data;
    float *packed = ARENA_ARRAY(a, float, p.groups *p.panels *p.depth *PANEL);
    for (int group = 0; group < p.groups; group++) {
        for (int o = 0; o < p.outs; o++) {
            float *to = packed + (group * p.panels + o / PANEL) * p.depth * PANEL + o % PANEL;
            for (int64_t i = 0; i < p.depth; i++) to[i * PANEL] = *w++;
        }
    }
    return packed;
}

/* sums[pixel] = start + the sum over i of x[pixel][i] * w[i], each a vector of PANEL output channels. */
static void multiply(const float *const x[PIXELS], const float *w, int64_t depth, const float *start,
                     float sums[PIXELS][PANEL]) {
    vector low = load(start), high = load(start + LANES);
    vector a0 = low, a1 = low, a2 = low, a3 = low, b0 = high, b1 = high, b2 = high, b3 = high;
    const float *x0 = x[0], *x1 = x[1], *x2 = x[2], *x3 = x[3];
    for (int64_t i = 0; i < depth; i++, w += PANEL) {
        low = load(w), high = load(w + LANES);
        a0 += x0[i] * low, b0 += x0[i] * high;
        a1 += x1[i] * low, b1 += x1[i] * high;
        a2 += x2[i] * low, b2 += x2[i] * high;
        a3 += x3[i] * low, b3 += x3[i] * high;
    }
    store(sums[0], a0), store(sums[0] + LANES, b0);
    store(sums[1], a1), store(sums[1] + LANES, b1);
    store(sums[2], a2), store(sums[2] + LANES, b2);
    store(sums[3], a3), store(sums[3] + LANES, b3);
}

/* The same for whole numbers, exactly: floats hold the sums of EXACT_TERMS products, doubles those of all. */
static void multiply_exactly(const float *const x[PIXELS], const float *w, int64_t depth,
                             double totals[PIXELS][PANEL]) {
    static const float zeros[PANEL] = {0};
    float sums[PIXELS][PANEL];
    memset(totals, 0, PIXELS * PANEL * sizeof(double));
    for (int64_t from = 0; from < depth; from += EXACT_TERMS) {
        const float *rest[PIXELS];
        for (int j = 0; j < PIXELS; j++) rest[j] = x[j] + from;
        multiply(rest, w + from * PANEL, depth - from < EXACT_TERMS ? depth - from : EXACT_TERMS, zeros, sums);
        for (int j = 0; j < PIXELS; j++) {
            for (int o = 0; o < PANEL; o++) totals[j][o] += (double)sums[j][o];
        }
    }
}

/* Output pixels whose rows are ready: rows[i] is the row of pixel `first` + i. */
typedef struct chunk {
    int64_t first;
    int count;
    const float *const *rows;
} chunk;

/* PIXELS output pixels from `at` on, or fewer, and the `outs` channels from `from` on. */
static void multiply_block(const fast_work *k, const product *p, const float *const x[PIXELS], const float *w,
                           const float *start, int pixels, int64_t at, int outs) {
    float sums[PIXELS][PANEL];
    double totals[PIXELS][PANEL];
    int c = k->n->shape.c;
    if (k->exact) {
        multiply_exactly(x, w, p->depth, totals);
    } else {
        multiply(x, w, p->depth, start, sums);
    }
    for (int j = 0; j < pixels; j++, at += c) {
        for (int o = 0; o < outs && k->exact; o++) k->exact[at + o] = totals[j][o];
        for (int o = 0; o < outs && !k->exact; o++) k->out[at + o] = sums[j][o];
    }
}

/* All output channels of a group, for a chunk. */
static void multiply_chunk(const fast_work *k, const product *p, int group, const chunk *c) {
    const tensor *bias = k->n->weights[ROLE_BIAS];
    for (int panel = 0; panel < p->panels; panel++) {
        int from = group * p->outs + panel * PANEL;
        int left = p->outs - panel * PANEL, outs = left < PANEL ? left : PANEL;
        float start[PANEL] = {0};
        for (int o = 0; bias && o < outs; o++) start[o] = bias->data[from + o];
        const float *w = k->packed + ((int64_t)group * p->panels + panel) * p->depth * PANEL;
        for (int i = 0; i < c->count; i += PIXELS) {
            int pixels = c->count - i < PIXELS ? c->count - i : PIXELS;
            const float *x[PIXELS];
            for (int j = 0; j < PIXELS; j++) x[j] = c->rows[j < pixels ? i + j : i];
            multiply_block(k, p, x, w, start, pixels, (c->first + i) * k->n->shape.c + from, outs);
        }
    }
}

/* Copies what the window of output pixel (y, x) sees of a group's channels to `row`. */
static void copy_window(const fast_work *k, const product *p, int group, int y, int x, const float *outside,
                        float *row) {
    const attrs *a = &k->n->a;
    for (int ky = 0; ky < a->kernel[0]; ky++) {
        for (int kx = 0; kx < a->kernel[1]; kx++, row += p->ins) {
            const float *seen = fast_tap(k, y, x, ky, kx, outside) + (int64_t)group * p->ins;
            for (int i = 0; i < p->ins; i++) row[i] = seen[i];
        }
    }
}

/* What taps in the padding see: pad_value as floats, or zeros. */
static float *outside_of(const fast_work *k) {
    int c = k->in_shape[0].c;
    float *outside = ARENA_ARRAY(k->scratch, float, c);
    for (int i = 0; k->n->a.pad_value && i < c; i++) outside[i] = (float)k->n->a.pad_value[i];
    return outside;
}

void fast_conv(const fast_work *k) {
    const product p = product_of(k->n, k->in_shape[0]);
    const float *outside = outside_of(k);
    int64_t pixels = shape_pixels(k->n->shape);
    int64_t most = p.depth < CHUNK_FLOATS / PIXELS ? CHUNK_FLOATS / p.depth : PIXELS;
    if (most > pixels) most = pixels;
    const float **rows = ARENA_ARRAY(k->scratch, const float *, most);
    float *matrix = p.taps == 1 ? NULL : ARENA_ARRAY(k->scratch, float, most *p.depth);
    for (int64_t first = 0; first < pixels; first += most) {
        chunk c = {.first = first, .count = (int)(pixels - first < most ? pixels - first : most), .rows = rows};
        for (int group = 0; group < p.groups; group++) {
            for (int i = 0; i < c.count; i++) {
                int y = (int)((first + i) / k->n->shape.w), x = (int)((first + i) % k->n->shape.w);
                if (matrix) {
                    copy_window(k, &p, group, y, x, outside, matrix + i * p.depth);
                    rows[i] = matrix + i * p.depth;
                } else {
                    rows[i] = fast_tap(k, y, x, 0, 0, outside) + (int64_t)group * p.ins;
                }
            }
            multiply_chunk(k, &p, group, &c);
        }
    }
}

void fast_dense(const fast_work *k) {
    const product p = product_of(k->n, k->in_shape[0]);
    multiply_chunk(k, &p, 0, &(chunk){.first = 0, .count = 1, .rows = k->in});
}

/* out[i] = bias[i] + the sum over taps of seen[tap][i] * w[tap][i] */
static void depthwise_pixel(const float *const *seen, const float *w, int taps, const float *bias, int c,
                            float *out) {
    int i = 0;
    for (; i + 4 * LANES <= c; i += 4 * LANES) {
        vector s[4];
        for (int v = 0; v < 4; v++) s[v] = load(bias + i + v * LANES);
        for (int t = 0; t < taps; t++) {
            const float *x = seen[t] + i, *by = w + (int64_t)t * c + i;
            for (int v = 0; v < 4; v++) s[v] += load(x + v * LANES) * load(by + v * LANES);
        }
        for (int v = 0; v < 4; v++) store(out + i + v * LANES, s[v]);
    }
    for (; i < c; i++) {
        float s = bias[i];
        for (int t = 0; t < taps; t++) s += seen[t][i] * w[(int64_t)t * c + i];
        out[i] = s;
    }
}

void fast_depthwise(const fast_work *k) {
    shape s = k->n->shape;
    const attrs *a = &k->n->a;
    int taps = a->kernel[0] * a->kernel[1];
    const float *outside = outside_of(k), *bias = ARENA_ARRAY(k->scratch, float, s.c);
    const float **seen = ARENA_ARRAY(k->scratch, const float *, taps);
    if (k->n->weights[ROLE_BIAS]) bias = k->n->weights[ROLE_BIAS]->data;
    for (int y = 0; y < s.h; y++) {
        for (int x = 0; x < s.w; x++) {
            for (int t = 0; t < taps; t++)
                seen[t] = fast_tap(k, y, x, t / a->kernel[1], t % a->kernel[1], outside);
            float *out = k->out + ((int64_t)y * s.w + x) * s.c;
            depthwise_pixel(seen, k->n->weights[ROLE_WEIGHT]->data, taps, bias, s.c, out);
        }
    }
}
