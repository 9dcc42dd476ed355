/* fast_internal.h: what the fast evaluator's files share. */
#ifndef LCC_FAST_INTERNAL_H
#define LCC_FAST_INTERNAL_H

#include "interp/fast.h"
#include "interp/internal.h"

/* What a fast function gets. fast.c applies the fused activations and the residual. */
typedef struct fast_work {
    const node *n;
    const shape *in_shape;  /* [node_own_inputs] */
    const float *const *in; /* [node_own_inputs][h*w*c] */
    const float *packed;    /* conv, dense: the weights in panels; see fast_conv.c */
    arena *scratch;
    float *out;    /* [h*w*c] of n->shape, zeros */
    double *exact; /* conv, dense: where it is given, sums of codes go there, exactly, and `out` is not used */
} fast_work;

/* Sums of so many products of a code less its zero point and a weight's code are exact in floats:
 * 512 * 255 * 128 < 2^24. */
enum { EXACT_TERMS = 512 };

/* What nodes of codes take instead of the op's own function for real numbers (work.real), or NULL. The same
 * sums: they are exact in both. */
op_function fast_sums_of(const node *n);

const graph *fast_graph_of(const fast_graph *f);

/* Weights of conv and dense in the order in which fast_conv reads them. */
float *fast_pack(const graph *g, const node *n, arena *a);

void fast_conv(const fast_work *k);
void fast_dense(const fast_work *k);
void fast_depthwise(const fast_work *k); /* of multiplier 1 */
void fast_max_pool(const fast_work *k);
void fast_avg_pool(const fast_work *k);
void fast_global_avg_pool(const fast_work *k);
void fast_bn(const fast_work *k);
void fast_affine(const fast_work *k);
void fast_add(const fast_work *k); /* add and mul: both of the result's shape, or the second [1, 1, c] */
void fast_mul(const fast_work *k);
void fast_activation(const fast_work *k);

/* x[i] = act(x[i]) */
void fast_activate(op_kind act, act_args args, float *x, int64_t count);

/* The pixel that tap (ky, kx) of the window of output pixel (y, x) sees, c channels; `outside` where it lies in
 * the padding. */
static inline const float *fast_tap(const fast_work *k, int y, int x, int ky, int kx, const float *outside) {
    const attrs *a = &k->n->a;
    shape in = k->in_shape[0];
    int iy = y * a->stride[0] - a->pad[TOP] + ky * a->dilation[0];
    int ix = x * a->stride[1] - a->pad[LEFT] + kx * a->dilation[1];
    if (iy < 0 || iy >= in.h || ix < 0 || ix >= in.w) return outside;
    return k->in[0] + ((int64_t)iy * in.w + ix) * in.c;
}

#endif
