/* shapes_layout.c: the shape rules of ops that put elements into another order, or tensors together. */
#include "graph/internal.h"

/* Whether `order` has each of the axes 0 .. n - 1 once. */
static bool is_order(const axis_list *order, int n) {
    int seen = 0;
    for (int i = 0; i < order->n; i++) {
        if (order->at[i] < 0 || order->at[i] >= n || seen >> order->at[i] & 1) return false;
        seen |= 1 << order->at[i];
    }
    return order->n == n;
}

/* Sets what was not given: the dims of a tensor counted as [h, w, c], and the result's shape if it has three
 * axes. */
static void complete_transpose(attrs *a, shape in) {
    if (a->dims.n == 0) a->dims = (axis_list){AXES, {in.h, in.w, in.c}};
    if (a->size.h || a->order.n != AXES || !is_order(&a->order, a->dims.n)) return;
    const int *d = a->dims.at, *o = a->order.at;
    a->size = (shape){d[o[0]], d[o[1]], d[o[2]]};
}

bool shape_reshape(const graph *g, diag *d, node *n) {
    shape in = input_shape(g, n, 0), s = n->a.size;
    if (s.h < 1 || s.w < 1 || s.c < 1 || s.h > MAX_TENSOR || s.w > MAX_TENSOR / s.h ||
        s.c > MAX_TENSOR / s.h / s.w || shape_elements(s) != shape_elements(in)) {
        diag_error(d, n->at, "reshape: [%d, %d, %d] has another number of elements than [%d, %d, %d]", s.h, s.w,
                   s.c, in.h, in.w, in.c);
        return false;
    }
    n->shape = s;
    return true;
}

/* A source whose values are weights. */
bool shape_constant(const graph *g, diag *d, node *n) {
    shape s = n->a.size;
    if (!check_range(d, n, "the height", s.h, 1, MAX_SIDE) ||
        !check_range(d, n, "the width", s.w, 1, MAX_SIDE) ||
        !check_range(d, n, "the number of channels", s.c, 1, MAX_CHANNELS) ||
        !check_range(d, n, "the number of weights", shape_elements(s), 1, MAX_WEIGHTS)) {
        return false;
    }
    n->shape = s;
    n->weights[ROLE_WEIGHT] = new_tensor(g, 3, s.h, s.w, s.c, 0);
    return true;
}

bool shape_transpose(const graph *g, diag *d, node *n) {
    attrs *a = &n->a;
    shape in = input_shape(g, n, 0);
    complete_transpose(a, in);
    int64_t elements = 1;
    for (int i = 0; i < a->dims.n; i++) {
        if (!check_range(d, n, "a dimension", a->dims.at[i], 1, MAX_TENSOR)) return false;
        elements *= a->dims.at[i];
        if (elements > MAX_TENSOR) break;
    }
    if (elements != shape_elements(in)) {
        diag_error(d, n->at,
                   "transpose: the dims are those of another number of elements than [%d, %d, %d] has", in.h,
                   in.w, in.c);
        return false;
    }
    if (!is_order(&a->order, a->dims.n)) {
        diag_error(d, n->at, "transpose: the order must have each of the axes 0 to %d once", a->dims.n - 1);
        return false;
    }
    shape s = a->size;
    if (s.h < 1 || s.w < 1 || s.c < 1 || shape_elements(s) != elements) {
        diag_error(d, n->at,
                   s.h ? "transpose: the shape [%d, %d, %d] has another number of elements"
                       : "transpose: of %d axes the result needs shape = [h, w, c]",
                   s.h ? s.h : a->dims.n, s.w, s.c);
        return false;
    }
    n->shape = s;
    return true;
}

/* The axes other than the one along which the inputs are joined must be equal. */
bool shape_concat(const graph *g, diag *d, node *n) {
    static const char *const others[AXES] = {"width or channels", "height or channels", "height or width"};
    static const char *const what[AXES] = {"the height", "the width", "the number of channels"};
    int axis = n->a.axis;
    shape first = input_shape(g, n, 0);
    int64_t sum = 0;
    if (!check_range(d, n, "axis", axis, 0, AXES - 1)) return false;
    for (int i = 0; i < n->n_in; i++) {
        shape s = input_shape(g, n, i), like = first;
        *side_of(&like, axis) = *side_of(&s, axis);
        if (s.h != like.h || s.w != like.w || s.c != like.c) {
            diag_error(d, n->at, "concat: the shapes [%d, %d, %d] and [%d, %d, %d] differ in %s", first.h,
                       first.w, first.c, s.h, s.w, s.c, others[axis]);
            return false;
        }
        sum += *side_of(&s, axis);
    }
    if (!check_range(d, n, what[axis], sum, 1, axis == AXIS_C ? MAX_CHANNELS : MAX_SIDE)) return false;
    n->shape = first;
    *side_of(&n->shape, axis) = (int)sum;
    return true;
}
