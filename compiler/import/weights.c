/* weights.c: puts the weights of a file's layers into the graph's order. */
#include "import/build.h"

#include <math.h>

float to_weight(importer *im, double number, bool *good) {
    float single = (float)number;
    if (single - single == 0) return single;
    if (*good)
        node_error(im, "one of its weights is %s",
                   number != number ? "NaN" : "infinite, or too large for a float");
    *good = false;
    return 0;
}

float *new_weights(importer *im, tensor *t) {
    t->data = ARENA_ARRAY(im->mem, float, t->count);
    return t->data;
}

bool fill_numbers(importer *im, tensor *t, const double *numbers, const char *what) {
    bool good = true;
    if (t->type != TYPE_I32) {
        float *to = new_weights(im, t);
        for (int64_t i = 0; i < t->count; i++) to[i] = to_weight(im, numbers[i], &good);
        return good;
    }
    t->ints = ARENA_ARRAY(im->mem, int32_t, t->count);
    for (int64_t i = 0; i < t->count; i++) {
        double x = numbers[i];
        if (!(x >= INT32_MIN && x <= INT32_MAX && x == floor(x)))
            return node_error(im, "its %s must be integers of 32 bits", what);
        t->ints[i] = (int32_t)x;
    }
    return true;
}

bool fill_vector(importer *im, tensor *t, const constant *c, const char *what) {
    if (c->count != t->count) {
        return node_error(im, "its %s has %lld numbers, not %lld", what, (long long)c->count,
                          (long long)t->count);
    }
    double *numbers = ARENA_ARRAY(im->scratch, double, t->count);
    for (int64_t i = 0; i < t->count; i++) numbers[i] = constant_number(c, i);
    return fill_numbers(im, t, numbers, what);
}

bool fill_filters(importer *im, const node *n, const filters *w) {
    bool good = true, depthwise = n->op == OP_DEPTHWISE;
    float *to = new_weights(im, n->weights[ROLE_WEIGHT]);
    int64_t taps = w->kernel[0] * w->kernel[1];
    for (int64_t o = 0; o < w->out; o++) {
        for (int64_t i = 0; i < w->in; i++) {
            for (int64_t k = 0; k < taps; k++) {
                int64_t row = k / w->kernel[1], column = k % w->kernel[1];
                int64_t at =
                    o * w->out_step + i * w->in_step + row * w->kernel_step[0] + column * w->kernel_step[1];
                float weight = to_weight(im, constant_number(w->c, at), &good);
                to[depthwise ? k * w->out + o : (o * taps + k) * w->in + i] = weight;
            }
        }
    }
    return good;
}

bool fill_transposed(importer *im, const node *n, const filters *w) {
    bool good = true;
    float *to = new_weights(im, n->weights[ROLE_WEIGHT]);
    int64_t taps = w->kernel[0] * w->kernel[1];
    for (int64_t o = 0; o < n->a.out; o++) {
        int64_t first = o / w->out * w->in, from = o % w->out * w->out_step;
        for (int64_t k = 0; k < taps; k++) {
            int64_t tap = k / w->kernel[1] * w->kernel_step[0] + k % w->kernel[1] * w->kernel_step[1];
            for (int64_t i = 0; i < w->in; i++) {
                *to++ = to_weight(im, constant_number(w->c, from + tap + (first + i) * w->in_step), &good);
            }
        }
    }
    return good;
}
