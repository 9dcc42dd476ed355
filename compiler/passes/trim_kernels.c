/* trim_kernels.c: the rows and columns of a kernel that meet nothing but padding go. DeepLab's dilated kernels
 * on a small map are such: of a 3x3 kernel with a dilation of 36 on 14x14 pixels only the middle one ever meets
 * a pixel. What is left is a smaller kernel with less padding, so neither time nor memory goes into zeros.
 *
 * It runs while padding is zeros (attrs.pad_value comes later). Rows within the kernel that meet no pixel stay,
 * because the others have to keep their distance. */
#include "passes/internal.h"
#include "passes/rewrite.h"

#include <string.h>

/* How many rows of the kernel go at its front and at its back; or columns. */
typedef struct trim {
    int front, back;
} trim;

/* `size` pixels are read at `places` places, along axis `axis`. */
static trim find_trim(const attrs *a, int axis, int size, int places) {
    int kernel = a->kernel[axis], dilation = a->dilation[axis];
    int before = a->pad[axis == 0 ? TOP : LEFT], behind = a->pad[axis == 0 ? BOTTOM : RIGHT];
    int last = (places - 1) * a->stride[axis] - before; /* the pixel at the first tap, at the last place */
    trim t = {0, 0};
    while (t.front < kernel - 1 && last + t.front * dilation < 0 && before - (t.front + 1) * dilation >= 0)
        t.front++;
    while (t.back < kernel - 1 - t.front && (kernel - 1 - t.back) * dilation - before >= size &&
           behind - (t.back + 1) * dilation >= 0)
        t.back++;
    return t;
}

/* Takes the taps out of the weights [outer, rows, columns, inner]. */
static tensor *trim_weights(arena *a, const node *n, const trim *t) {
    const tensor *from = n->weights[ROLE_WEIGHT];
    int rows = n->a.kernel[0], columns = n->a.kernel[1], first = n->op == OP_CONV ? 1 : 0;
    int new_rows = rows - t[0].front - t[0].back, new_columns = columns - t[1].front - t[1].back;
    int outer = n->op == OP_CONV ? from->dims[0] : 1, inner = from->dims[first + 2];
    tensor *to = ARENA_NEW(a, tensor);
    *to = *from;
    to->dims[first] = new_rows;
    to->dims[first + 1] = new_columns;
    to->count = (int64_t)outer * new_rows * new_columns * inner;
    if (!from->data) return to;
    to->data = ARENA_ARRAY(a, float, to->count);
    for (int64_t i = 0; i < (int64_t)outer * new_rows; i++) {
        int64_t o = i / new_rows, y = i % new_rows + t[0].front;
        memcpy(to->data + i * new_columns * inner, from->data + ((o * rows + y) * columns + t[1].front) * inner,
               (size_t)new_columns * (size_t)inner * sizeof *to->data);
    }
    return to;
}

static void trim_window(attrs *a, const trim *t) {
    for (int axis = 0; axis < 2; axis++) {
        a->kernel[axis] -= t[axis].front + t[axis].back;
        a->pad[axis == 0 ? TOP : LEFT] -= t[axis].front * a->dilation[axis];
        a->pad[axis == 0 ? BOTTOM : RIGHT] -= t[axis].back * a->dilation[axis];
        if (a->kernel[axis] == 1) a->dilation[axis] = 1;
    }
    a->padding = has_padding(a) ? PAD_EXPLICIT : PAD_VALID;
}

graph *trim_kernels(const graph *in, arena *a, diag *d) {
    (void)d;
    rewrite *r = begin_rewrite(in, a);
    for (int i = 0; i < in->n_nodes; i++) {
        const node *n = &in->nodes[i];
        bool may = (n->op == OP_CONV || n->op == OP_DEPTHWISE) && !n->a.pad_value && has_padding(&n->a);
        trim t[2] = {{0, 0}, {0, 0}};
        if (may) {
            shape from = old_input(r, n, 0)->shape;
            t[0] = find_trim(&n->a, 0, from.h, n->shape.h);
            t[1] = find_trim(&n->a, 1, from.w, n->shape.w);
        }
        if (!t[0].front && !t[0].back && !t[1].front && !t[1].back) {
            keep_node(r, i);
            continue;
        }
        node copy = copy_node(r, i);
        copy.weights[ROLE_WEIGHT] = trim_weights(a, n, t);
        trim_window(&copy.a, t);
        r->map[i] = append_node(r, &copy);
    }
    return finish_rewrite(r);
}
