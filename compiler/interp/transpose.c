/* transpose.c: the axes of a tensor in another order. */
#include "interp/internal.h"

/* Element by element of the result. `index` counts along the result's axes, and `from` is the element of the
 * input that belongs there. */
void interp_transpose(const work *k) {
    const attrs *a = &k->n->a;
    int rank = a->dims.n, index[MAX_RANK] = {0};
    int64_t stride[MAX_RANK], steps[MAX_RANK], from = 0;
    for (int i = rank - 1, inner = 1; i >= 0; inner *= a->dims.at[i--]) stride[i] = inner;
    for (int i = 0; i < rank; i++) steps[i] = stride[a->order.at[i]];
    int64_t count = shape_elements(k->n->shape);
    for (int64_t to = 0; to < count; to++) {
        k->out[to] = k->in[0][from];
        for (int i = rank - 1; i >= 0; i--) {
            from += steps[i];
            if (++index[i] < a->dims.at[a->order.at[i]]) break;
            from -= index[i] * steps[i];
            index[i] = 0;
        }
    }
}
