/* rearrange.c: what moves no number, or takes some channels. Reshape, Flatten, Squeeze, Unsqueeze and Transpose
 * change how a tensor is counted and add nothing to the graph; Split, Slice and Gather take ranges of channels;
 * Concat joins them.
 *
 * What the output's sizes are is the same question for constants, so that fold_shape.c asks here. */
#include "onnx/import.h"

#include <string.h>

/* --- sizes */

static int64_t product(const int64_t *sizes, int from, int to) {
    int64_t p = 1;
    for (int i = from; i < to; i++) {
        if (sizes[i] && p > INT64_MAX / 4 / sizes[i]) return -1;
        p *= sizes[i];
    }
    return p;
}

/* 0 copies the size in that place, and one -1 takes what is left. */
bool reshaped_sizes(importer *im, const int64_t *sizes, int rank, int64_t *out, int *out_rank) {
    int count, unknown = -1;
    int64_t *asked = whole_numbers(im, NULL, 1, &count);
    if (!asked) return false;
    if (count > VIEW_RANK) return node_error(im, "its output would have more than %d axes", VIEW_RANK);
    bool zeros = attribute_int(im, "allowzero", 0) != 0;
    for (int i = 0; i < count; i++) {
        out[i] = asked[i];
        if (asked[i] == 0 && !zeros) {
            if (i >= rank) return node_error(im, "its shape copies a size that its input does not have");
            out[i] = sizes[i];
        } else if (asked[i] == -1 && unknown < 0) {
            unknown = i;
            out[i] = 1;
        } else if (asked[i] < 0) {
            return node_error(im, "its shape has a negative size");
        }
    }
    *out_rank = count;
    int64_t known = product(out, 0, count), all = product(sizes, 0, rank);
    if (unknown >= 0 && known > 0 && all % known == 0) out[unknown] = all / known;
    if (product(out, 0, count) == all) return true;
    return node_error(im, "the shape that it gives does not hold as many numbers as its input has");
}

bool flattened_sizes(importer *im, const int64_t *sizes, int rank, int64_t *out, int *out_rank) {
    int64_t at = attribute_int(im, "axis", 1);
    int axis = at == rank ? rank : check_axis(im, at, rank);
    if (axis < 0) return false;
    out[0] = product(sizes, 0, axis);
    out[1] = product(sizes, axis, rank);
    *out_rank = 2;
    return true;
}

/* The axes named by the attribute or input "axes", as a set; false after an error. */
static bool named_axes(importer *im, int rank, bool *named, int *count) {
    int64_t *axes = whole_numbers(im, "axes", 1, count);
    if (!axes) return false;
    memset(named, 0, VIEW_RANK * sizeof *named);
    for (int i = 0; i < *count; i++) {
        int axis = check_axis(im, axes[i], rank);
        if (axis < 0) return false;
        if (named[axis]) return node_error(im, "it names an axis twice");
        named[axis] = true;
    }
    return true;
}

bool squeezed_sizes(importer *im, const int64_t *sizes, int rank, int64_t *out, int *out_rank) {
    bool named[VIEW_RANK];
    int count, n = 0;
    if (!named_axes(im, rank, named, &count)) return false;
    for (int i = 0; i < rank; i++) {
        bool goes = count ? named[i] : sizes[i] == 1;
        if (goes && sizes[i] != 1) return node_error(im, "axis %d is not of length 1", i);
        if (!goes) out[n++] = sizes[i];
    }
    *out_rank = n;
    return true;
}

bool unsqueezed_sizes(importer *im, const int64_t *sizes, int rank, int64_t *out, int *out_rank) {
    bool named[VIEW_RANK];
    int count, next = 0;
    if (!whole_numbers(im, "axes", 1, &count)) return false;
    if (rank + count > VIEW_RANK) return node_error(im, "its output would have more than %d axes", VIEW_RANK);
    *out_rank = rank + count;
    if (!named_axes(im, *out_rank, named, &count)) return false;
    for (int i = 0; i < *out_rank; i++) out[i] = named[i] ? 1 : sizes[next++];
    return true;
}

bool transposed_order(importer *im, int rank, int *order) {
    const Onnx__AttributeProto *a = find_attribute(im, "perm");
    bool seen[VIEW_RANK] = {0};
    if (a && a->n_ints != (size_t)rank) return node_error(im, "its perm is not for %d axes", rank);
    for (int i = 0; i < rank; i++) {
        int64_t from = a ? a->ints[i] : rank - 1 - i;
        if (from < 0 || from >= rank || seen[from])
            return node_error(im, "its perm is no order of %d axes", rank);
        seen[from] = true;
        order[i] = (int)from;
    }
    return true;
}

static int64_t clamp(int64_t x, int64_t low, int64_t high) { return x < low ? low : x > high ? high : x; }

/* starts, ends, axes, steps: attributes before opset 10, then inputs. */
bool slice_cuts(importer *im, const int64_t *sizes, int rank, cut *cuts) {
    bool old = im->m->opset < 10;
    int n_starts, n_ends, n_axes, n_steps;
    int64_t *starts = whole_numbers(im, old ? "starts" : NULL, old ? -1 : 1, &n_starts);
    int64_t *ends = starts ? whole_numbers(im, old ? "ends" : NULL, old ? -1 : 2, &n_ends) : NULL;
    int64_t *axes = ends ? whole_numbers(im, old ? "axes" : NULL, old ? -1 : 3, &n_axes) : NULL;
    int64_t *steps = axes ? whole_numbers(im, NULL, old ? -1 : 4, &n_steps) : NULL;
    if (!steps) return false;
    if (n_ends != n_starts || (n_axes && n_axes != n_starts) || (n_steps && n_steps != n_starts) ||
        n_starts > rank) {
        return node_error(im, "its starts, ends, axes and steps are not equally many");
    }
    for (int i = 0; i < rank; i++) cuts[i] = (cut){0, 1, sizes[i]};
    for (int i = 0; i < n_starts; i++) {
        int axis = check_axis(im, n_axes ? axes[i] : i, rank);
        if (axis < 0) return false;
        int64_t size = sizes[axis], step = n_steps ? steps[i] : 1, begin = starts[i], end = ends[i];
        if (step == 0 || step > INT32_MAX || step < -INT32_MAX)
            return node_error(im, "its step is 0 or too far");
        if (begin < 0) begin += size;
        if (end < 0) end += size;
        begin = step > 0 ? clamp(begin, 0, size) : clamp(begin, 0, size - 1);
        end = step > 0 ? clamp(end, 0, size) : clamp(end, -1, size - 1);
        int64_t count = step > 0 ? (end - begin + step - 1) / step : (begin - end - step - 1) / -step;
        cuts[axis] = (cut){begin, step, size == 0 || count < 0 ? 0 : count};
    }
    return true;
}

/* `split` is an attribute before opset 13, then an input; without it the parts are equal. */
bool split_sizes(importer *im, const int64_t *sizes, int rank, int *axis, int64_t *parts, int most) {
    int count, outputs = output_count(im);
    *axis = check_axis(im, attribute_int(im, "axis", 0), rank);
    int64_t *given = *axis >= 0 ? whole_numbers(im, "split", 1, &count) : NULL;
    if (!given) return false;
    if (outputs > most || (count && count != outputs))
        return node_error(im, "its parts are not as many as its outputs");
    int64_t size = sizes[*axis], sum = 0;
    if (!count && (outputs == 0 || size % outputs))
        return node_error(im, "%lld does not divide into its %d outputs", (long long)size, outputs);
    for (int i = 0; i < outputs; i++) {
        parts[i] = count ? given[i] : size / outputs;
        if (parts[i] < 0 || parts[i] > size - sum) return node_error(im, "its parts are more than there is");
        sum += parts[i];
    }
    return sum == size || node_error(im, "its parts are less than there is");
}

/* --- views */

static bool make_counted(importer *im, sizes_rule rule_of_sizes) {
    const value *x = tensor_input(im, 0);
    int64_t sizes[VIEW_RANK], out[VIEW_RANK];
    int rank;
    if (!x) return false;
    view v = x->v;
    view_sizes(&v, sizes);
    if (!rule_of_sizes(im, sizes, v.rank, out, &rank)) return false;
    if (!view_reshape(&v, out, rank)) {
        return node_error(im, "it cuts the axes of a feature map in a way that is not covered");
    }
    set_tensor(im, 0, x->node, &v, x->fresh && x->uses == 1);
    return true;
}

bool make_reshape(importer *im) { return make_counted(im, reshaped_sizes); }
bool make_flatten(importer *im) { return make_counted(im, flattened_sizes); }
bool make_squeeze(importer *im) { return make_counted(im, squeezed_sizes); }
bool make_unsqueeze(importer *im) { return make_counted(im, unsqueezed_sizes); }

bool make_transpose(importer *im) {
    const value *x = tensor_input(im, 0);
    int order[VIEW_RANK];
    if (!x || !transposed_order(im, x->v.rank, order)) return false;
    view v = x->v;
    view_transpose(&v, order);
    set_tensor(im, 0, x->node, &v, x->fresh && x->uses == 1);
    return true;
}

bool make_shape(importer *im) { return fold_shape(im); }

/* --- parts of the channels */

/* Where the axis stands over channels: how many of them lie within one step of it. 0 where it is no outermost
 * factor. */
static int step_of_axis(const importer *im, const value *x, int axis) {
    int channels = im->g->nodes[x->node].shape.c, size = (int)view_size(&x->v, axis);
    if (view_count(&x->v, axis) == 0) return channels;
    factor f = x->v.factors[x->v.begin[axis]];
    bool outermost = view_count(&x->v, axis) == 1 && f.axis == MAP_C && f.stride * size == channels;
    return outermost ? f.stride : 0;
}

/* Output `out` becomes [begin, begin + count) along the axis of x, whose channels are in order. */
static bool take_range(importer *im, const value *x, int axis, int64_t begin, int64_t count, int out,
                       bool drop) {
    view v = x->v;
    int made = x->node, step = step_of_axis(im, x, axis);
    if (count < 1) return node_error(im, "an empty part is not covered");
    if (count < view_size(&v, axis)) {
        if (step == 0)
            return node_error(im, "it takes parts of an axis that is not the channels': that is not covered");
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

bool make_split(importer *im) {
    enum { MOST_PARTS = 4096 };
    value *given = tensor_input(im, 0);
    int axis;
    int64_t sizes[VIEW_RANK], *parts = ARENA_ARRAY(im->scratch, int64_t, MOST_PARTS), begin = 0;
    if (!given) return false;
    value x = *given;
    view_sizes(&x.v, sizes);
    if (!split_sizes(im, sizes, x.v.rank, &axis, parts, MOST_PARTS) || !order_channels(im, &x)) return false;
    for (int i = 0; i < output_count(im); i++) {
        if (!take_range(im, &x, axis, begin, parts[i], i, false)) return false;
        begin += parts[i];
    }
    return true;
}

/* Every so many rows and columns of a map, from the first: a window of one pixel with a stride. */
static bool take_strided(importer *im, const value *x, const cut *cuts) {
    shape s = im->g->nodes[x->node].shape;
    view planes = view_planes(s);
    if (!view_equal(&x->v, &planes) || cuts[0].count != 1 || cuts[1].count != s.c || cuts[1].step != 1)
        return false;
    attrs a = graph_attrs_init();
    a.padding = PAD_VALID;
    for (int i = 0; i < 2; i++) {
        const cut *c = &cuts[2 + i];
        int64_t size = i == 0 ? s.h : s.w;
        if (c->begin != 0 || c->step < 1 || c->step > MAX_KERNEL || c->count != (size + c->step - 1) / c->step)
            return false;
        a.stride[i] = (int)c->step;
    }
    int made = add_op(im, OP_MAX_POOL, &x->node, 1, &a);
    return set_map(im, made);
}

bool make_slice(importer *im) {
    value *given = tensor_input(im, 0);
    int64_t sizes[VIEW_RANK];
    cut cuts[VIEW_RANK];
    if (!given) return false;
    value x = *given;
    view_sizes(&x.v, sizes);
    if (!slice_cuts(im, sizes, x.v.rank, cuts) || !order_channels(im, &x)) return false;
    int axis = -1;
    bool one = true, strided = false;
    for (int i = 0; i < x.v.rank; i++) {
        bool whole = cuts[i].begin == 0 && cuts[i].step == 1 && cuts[i].count == sizes[i];
        strided = strided || cuts[i].step != 1;
        if (!whole && axis >= 0) one = false;
        if (!whole) axis = i;
    }
    if (axis < 0) {
        set_tensor(im, 0, x.node, &x.v, false);
        return true;
    }
    if (one && !strided) return take_range(im, &x, axis, cuts[axis].begin, cuts[axis].count, 0, false);
    int errors = diag_error_count(im->d);
    if (take_strided(im, &x, cuts)) return true;
    return diag_error_count(im->d) > errors
               ? false
               : node_error(im, "only a range of channels, or every so many rows and columns, is covered");
}

/* One entry of an axis, which goes, or a range of them in order. */
bool make_gather(importer *im) {
    value *given = tensor_input(im, 0);
    const constant *c = given ? constant_input(im, 1, "indices") : NULL;
    if (!c) return false;
    value x = *given;
    int axis = check_axis(im, attribute_int(im, "axis", 0), x.v.rank);
    if (axis < 0 || !order_channels(im, &x)) return false;
    int64_t size = view_size(&x.v, axis);
    if (c->rank > 1 || c->count < 1 || c->count > size)
        return node_error(im, "only a range of an axis is covered");
    double first = constant_number(c, 0);
    if (first < 0) first += (double)size;
    for (int64_t i = 0; i < c->count; i++) {
        double at = constant_number(c, i);
        if (at < 0) at += (double)size;
        if (!(at >= 0 && at < (double)size)) return node_error(im, "an index is out of range");
        if (at != first + (double)i) return node_error(im, "only a range of an axis, in order, is covered");
    }
    return take_range(im, &x, axis, (int64_t)first, c->count, 0, c->rank == 0);
}

/* --- Concat */

/* Whether the tensor fits behind `first` along the axis: all other axes equal, and as many channels to a step.
 */
static bool fits_behind(const value *x, const value *first, int axis) {
    if (x->v.rank != first->v.rank) return false;
    for (int i = 0; i < x->v.rank; i++) {
        if (i != axis && !view_same_axis(&x->v, i, &first->v, i)) return false;
    }
    return true;
}

bool make_concat(importer *im) {
    enum { MOST_JOINED = 4096 };
    int count = clamp_int((int64_t)im->node->n_input), step = 0, axis = -1;
    int64_t size = 0;
    if (count < 1 || count > MOST_JOINED) return node_error(im, "it joins none or too many");
    int *nodes = ARENA_ARRAY(im->scratch, int, count);
    value first = {0};
    for (int i = 0; i < count; i++) {
        value *given = tensor_input(im, i);
        if (!given) return false;
        value x = *given;
        if (!order_channels(im, &x)) return false;
        if (i == 0) {
            first = x;
            axis = check_axis(im, attribute_int(im, "axis", 1), x.v.rank);
            if (axis < 0) return false;
        }
        int own = x.v.rank > axis ? step_of_axis(im, &x, axis) : 0;
        if (own == 0 || (i > 0 && own != step))
            return node_error(im, "it joins along an axis that is not the channels'");
        if (!fits_behind(&x, &first, axis)) return node_error(im, "the tensors that it joins do not fit");
        step = own;
        size += view_size(&x.v, axis);
        nodes[i] = x.node;
    }
    view v = first.v;
    attrs a = graph_attrs_init();
    int made = count == 1 ? nodes[0] : add_op(im, OP_CONCAT, nodes, count, &a);
    if (made < 0) return false;
    view_set_axis(&v, axis, (factor){MAP_C, clamp_int(size), step});
    set_tensor(im, 0, made, &v, count > 1);
    return true;
}
