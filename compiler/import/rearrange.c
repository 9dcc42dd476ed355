/* rearrange.c: what moves no number, or takes some of the channels. Reshaping and transposing only change the
 * view of a tensor, and add nothing to the graph. Splits, slices and gathers take ranges of channels; a concat
 * joins them. */
#include "import/build.h"

/* --- other axes over the same numbers */

bool build_reshape(importer *im, const int64_t *sizes, int rank) {
    const file_value *x = tensor_input(im, 0);
    if (!x) return false;
    file_view v = x->v;
    if (!view_reshape(&v, sizes, rank)) {
        return node_error(im, "it reshapes a feature map in a way that is not supported");
    }
    set_tensor(im, 0, x->node, &v, x->fresh && x->uses == 1);
    return true;
}

bool build_transpose(importer *im, const int *order) {
    const file_value *x = tensor_input(im, 0);
    if (!x) return false;
    file_view v = x->v;
    view_transpose(&v, order);
    set_tensor(im, 0, x->node, &v, x->fresh && x->uses == 1);
    return true;
}

/* --- parts of the channels */

/* How many channels lie within one step along the axis, where its outermost and only factor is of channels. 0
 * where it is not. */
static int step_of_axis(const importer *im, const file_value *x, int axis) {
    int channels = im->g->nodes[x->node].shape.c, size = (int)view_size(&x->v, axis);
    if (view_count(&x->v, axis) == 0) return channels;
    factor f = x->v.factors[x->v.begin[axis]];
    bool outermost = view_count(&x->v, axis) == 1 && f.axis == MAP_C && f.stride * size == channels;
    return outermost ? f.stride : 0;
}

/* Output `out` becomes [begin, begin + count) along the axis of x, whose channels are in order. With `drop`,
 * the axis goes. */
static bool take_range(importer *im, const file_value *x, int axis, int64_t begin, int64_t count, int out,
                       bool drop) {
    file_view v = x->v;
    int made = x->node, step = step_of_axis(im, x, axis);
    if (count < 1) return node_error(im, "an empty part is not supported");
    if (count < view_size(&v, axis)) {
        if (step == 0)
            return node_error(im, "it takes a part of an axis other than the channels, which is not supported");
        attrs a = graph_attrs_init();
        a.begin = (int)begin * step;
        a.count = (int)count * step;
        made = add_op(im, OP_SLICE, &x->node, 1, &a);
        if (made < 0) return false;
        view_set_axis(&v, axis, (factor){MAP_C, (int)count, step});
    }
    if (drop) view_drop_axis(&v, axis);
    set_tensor(im, out, made, &v, false);
    return true;
}

bool build_split(importer *im, int axis, const int64_t *parts) {
    const file_value *given = tensor_input(im, 0);
    if (!given) return false;
    file_value x = *given;
    int64_t begin = 0;
    if (!order_channels(im, &x)) return false;
    for (int i = 0; i < im->node->n_out; i++) {
        if (!take_range(im, &x, axis, begin, parts[i], i, false)) return false;
        begin += parts[i];
    }
    return true;
}

/* Takes every so many rows and columns of a map, from the first on: a pool whose window is one pixel, with a
 * stride. The node, or -1 where the cuts are not that, or after an error. */
static int add_strided(importer *im, const file_value *x, const axis_cut *cuts) {
    shape s = im->g->nodes[x->node].shape;
    file_view map = map_view(im, s);
    bool planes = im->layout == LAYOUT_PLANES;
    const axis_cut *channels = &cuts[planes ? 1 : 3], *pixels = &cuts[planes ? 2 : 1];
    if (!view_equal(&x->v, &map) || cuts[0].count != 1 || channels->count != s.c || channels->step != 1)
        return -1;
    attrs a = graph_attrs_init();
    a.padding = PAD_VALID;
    for (int i = 0; i < 2; i++) {
        const axis_cut *c = &pixels[i];
        int64_t size = i == 0 ? s.h : s.w;
        if (c->begin != 0 || c->step < 1 || c->step > MAX_KERNEL || c->count != (size + c->step - 1) / c->step)
            return -1;
        a.stride[i] = (int)c->step;
    }
    return add_op(im, OP_MAX_POOL, &x->node, 1, &a);
}

bool build_slice(importer *im, const axis_cut *cuts) {
    const file_value *given = tensor_input(im, 0);
    if (!given) return false;
    file_value x = *given;
    if (!order_channels(im, &x)) return false;
    int axis = -1, cut = 0;
    bool strided = false;
    for (int i = 0; i < x.v.rank; i++) {
        bool whole = cuts[i].begin == 0 && cuts[i].step == 1 && cuts[i].count == view_size(&x.v, i);
        strided = strided || cuts[i].step != 1;
        if (whole) continue;
        axis = i;
        cut++;
    }
    if (cut == 0) {
        set_tensor(im, 0, x.node, &x.v, false);
        return true;
    }
    if (cut == 1 && !strided) return take_range(im, &x, axis, cuts[axis].begin, cuts[axis].count, 0, false);
    int errors = diag_error_count(im->d), made = add_strided(im, &x, cuts);
    if (made >= 0 || diag_error_count(im->d) > errors) return set_map(im, made);
    return node_error(im, "only a range of channels, or rows and columns at a regular step, are supported");
}

bool build_gather(importer *im, int axis) {
    const file_value *given = tensor_input(im, 0);
    const constant *c = given ? constant_input(im, 1, "indices") : NULL;
    if (!c) return false;
    file_value x = *given;
    if (!order_channels(im, &x)) return false;
    int64_t size = view_size(&x.v, axis);
    if (c->rank > 1 || c->count < 1 || c->count > size)
        return node_error(im, "only a range of an axis is supported");
    double first = constant_number(c, 0);
    if (first < 0) first += (double)size;
    for (int64_t i = 0; i < c->count; i++) {
        double at = constant_number(c, i);
        if (at < 0) at += (double)size;
        if (!(at >= 0 && at < (double)size)) return node_error(im, "an index is out of range");
        if (at != first + (double)i) return node_error(im, "only a range of an axis, in order, is supported");
    }
    return take_range(im, &x, axis, (int64_t)first, c->count, 0, c->rank == 0);
}

/* --- concat */

/* Whether the tensor can stand behind `first` along the axis: all other axes are equal. */
static bool fits_behind(const file_value *x, const file_value *first, int axis) {
    if (x->v.rank != first->v.rank) return false;
    for (int i = 0; i < x->v.rank; i++) {
        if (i != axis && !view_same_axis(&x->v, i, &first->v, i)) return false;
    }
    return true;
}

bool build_concat(importer *im, int64_t along) {
    int count = im->node->n_in, step = 0, axis = -1;
    int64_t size = 0;
    if (count < 1 || count > MAX_LIST) return node_error(im, "it joins no tensors, or too many");
    int *nodes = ARENA_ARRAY(im->scratch, int, count);
    file_value first = {0};
    for (int i = 0; i < count; i++) {
        const file_value *given = tensor_input(im, i);
        if (!given) return false;
        file_value x = *given;
        if (!order_channels(im, &x)) return false;
        if (i == 0) {
            first = x;
            axis = check_axis(im, along, x.v.rank);
            if (axis < 0) return false;
        }
        int own = x.v.rank > axis ? step_of_axis(im, &x, axis) : 0;
        if (own == 0 || (i > 0 && own != step))
            return node_error(im, "it joins along an axis other than the channels, which is not supported");
        if (!fits_behind(&x, &first, axis))
            return node_error(im, "the shapes of the tensors that it joins do not fit");
        step = own;
        size += view_size(&x.v, axis);
        nodes[i] = x.node;
    }
    file_view v = first.v;
    attrs a = graph_attrs_init();
    int made = count == 1 ? nodes[0] : add_op(im, OP_CONCAT, nodes, count, &a);
    if (made < 0) return false;
    view_set_axis(&v, axis, (factor){MAP_C, clamp_int(size), step});
    set_tensor(im, 0, made, &v, count > 1);
    return true;
}
