/* axes.c: a transpose's axes are joined where the input has them beside each other in the same order. */
#include "graph/axes.h"

axis_walk walk_of_transpose(const attrs *a) {
    int64_t stride[MAX_RANK], inner = 1;
    for (int i = a->dims.n - 1; i >= 0; inner *= a->dims.at[i--]) stride[i] = inner;
    axis_walk w = {0};
    for (int i = 0; i < a->order.n; i++) {
        int axis = a->order.at[i], count = a->dims.at[axis];
        if (count == 1) continue;
        if (w.n && w.stride[w.n - 1] == stride[axis] * count) {
            w.count[w.n - 1] *= count;
            w.stride[w.n - 1] = stride[axis];
        } else {
            w.count[w.n] = count;
            w.stride[w.n++] = stride[axis];
        }
    }
    return w;
}
