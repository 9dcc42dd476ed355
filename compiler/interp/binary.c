/* binary.c: the ops of two tensors that meet element by element. */
#include "graph/binary.h"
#include "interp/internal.h"

static void meet(const work *k) {
    binary_function value = binary_table[k->n->op];
    shape s = k->n->shape;
    int64_t x[3], y[3], at = 0;
    broadcast_strides(k->in_shape[0], x);
    broadcast_strides(k->in_shape[1], y);
    for (int64_t h = 0; h < s.h; h++) {
        for (int64_t w = 0; w < s.w; w++) {
            for (int64_t c = 0; c < s.c; c++) {
                k->out[at++] =
                    value(k->in[0][h * x[0] + w * x[1] + c * x[2]], k->in[1][h * y[0] + w * y[1] + c * y[2]]);
            }
        }
    }
}

void interp_add(const work *k) { meet(k); }
void interp_sub(const work *k) { meet(k); }
void interp_mul(const work *k) { meet(k); }
void interp_div(const work *k) { meet(k); }
void interp_min(const work *k) { meet(k); }
void interp_max(const work *k) { meet(k); }
void interp_pow(const work *k) { meet(k); }
