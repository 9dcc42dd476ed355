/* fast_sums.c: the sums of quantised conv, dense and depthwise for those that fast_codes.c leaves to codes.c:
 * their sums may be larger than a float holds, or something else rides on them. The loops for floats make them,
 * exactly, and codes.c makes codes of them as it does for the plain interpreter. */
#include "interp/fast_internal.h"

/* What a fast function gets in place of a plain one. */
static fast_work narrowed(const work *k, arena *a) {
    int64_t count = shape_elements(k->in_shape[0]);
    float *x = ARENA_ARRAY(a, float, count);
    for (int64_t i = 0; i < count; i++) x[i] = (float)k->in[0][i];
    const float **in = ARENA_ARRAY(a, const float *, 1);
    in[0] = x;
    return (fast_work){.n = k->n, .in_shape = k->in_shape, .in = in, .packed = k->packed, .scratch = a};
}

static void sum_products(const work *k) {
    arena *a = arena_new();
    fast_work with = narrowed(k, a);
    with.exact = k->out;
    (k->n->op == OP_CONV ? fast_conv : fast_dense)(&with);
    arena_free(a);
}

static void sum_taps(const work *k) {
    arena *a = arena_new();
    int64_t count = shape_elements(k->n->shape);
    fast_work with = narrowed(k, a);
    with.out = ARENA_ARRAY(a, float, count);
    fast_depthwise(&with);
    for (int64_t i = 0; i < count; i++) k->out[i] = (double)with.out[i];
    arena_free(a);
}

op_function fast_sums_of(const node *n) {
    const attrs *a = &n->a;
    if (!n->q.on) return NULL;
    if (n->op == OP_CONV || n->op == OP_DENSE) return sum_products;
    bool few = a->kernel[0] * a->kernel[1] <= EXACT_TERMS;
    return n->op == OP_DEPTHWISE && a->multiplier == 1 && few ? sum_taps : NULL;
}
