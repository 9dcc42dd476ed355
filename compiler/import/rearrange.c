/* rearrange.c: what moves no number, or takes a part of a tensor.
 *
 * Reshaping and transposing only change the view of a tensor, and add nothing to the graph, unless a size would
 * cut a factor of the view unevenly. A part is a slice along h, w or c. */
#include "import/build.h"

/* --- other axes over the same numbers */

bool build_reshape(importer *im, const int64_t *sizes, int rank) {
    const file_value *given = tensor_input(im, 0);
    if (!given) return false;
    file_value x = *given;
    if (view_reshape(&x.v, sizes, rank)) {
        set_tensor(im, 0, x.node, &x.v, x.fresh && x.uses == 1);
        return true;
    }
    if (size_product(sizes, 0, rank) < 1) return node_error(im, "a tensor without elements is not supported");
    if (!recount(im, &x, sizes, rank)) return false;
    set_tensor(im, 0, x.node, &x.v, false);
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

/* --- parts of an axis */

/* Where the axis is the outermost factor of h, w or c, and nothing else, that is its map_axis; -1 where it is
 * not. A range of such an axis is a range of h, w or c. */
static int outer_axis(const importer *im, const file_value *x, int axis) {
    if (view_count(&x->v, axis) != 1) return -1;
    shape s = im->g->nodes[x->node].shape;
    const int sizes[3] = {[MAP_H] = s.h, [MAP_W] = s.w, [MAP_C] = s.c};
    factor f = x->v.factors[x->v.begin[axis]];
    return f.stride * f.size == sizes[f.axis] ? (int)f.axis : -1;
}

bool take_cut(importer *im, file_value *x, int axis, axis_cut cut) {
    int64_t size = view_size(&x->v, axis);
    if (cut.count < 1) return node_error(im, "a part without elements is not supported");
    if (cut.count == size && cut.step == 1) return true;
    int of = outer_axis(im, x, axis), stride = 1;
    if (of >= 0) stride = x->v.factors[x->v.begin[axis]].stride;
    if (of < 0 || (stride > 1 && cut.step != 1)) {
        map_axis which;
        stride = 1;
        if (!as_axis(im, x, axis, &which)) return false;
        of = (int)which;
    }
    attrs a = graph_attrs_init();
    a.axis = of;
    a.begin = clamp_int(cut.begin * stride);
    a.count = clamp_int(cut.count * stride);
    a.step = cut.count == 1 ? 1 : clamp_int(cut.step);
    int made = add_op(im, OP_SLICE, &x->node, 1, &a);
    if (made < 0) return false;
    x->node = made;
    view_set_axis(&x->v, axis, (factor){(map_axis)of, (int)cut.count, stride});
    return true;
}

bool build_split(importer *im, int axis, const int64_t *parts) {
    const file_value *given = tensor_input(im, 0);
    if (!given) return false;
    file_value x = *given;
    int64_t begin = 0;
    if (!undo_shuffle(im, &x)) return false;
    for (int i = 0; i < im->node->n_out; i++) {
        file_value part = x;
        if (!take_cut(im, &part, axis, (axis_cut){begin, 1, parts[i]})) return false;
        set_tensor(im, i, part.node, &part.v, false);
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
    if (!undo_shuffle(im, &x)) return false;
    bool strided = false;
    for (int i = 0; i < x.v.rank; i++) strided = strided || cuts[i].step != 1;
    int errors = diag_error_count(im->d), made = strided ? add_strided(im, &x, cuts) : -1;
    if (made >= 0 || diag_error_count(im->d) > errors) return set_map(im, made);
    for (int i = 0; i < x.v.rank; i++) {
        if (!take_cut(im, &x, i, cuts[i])) return false;
    }
    set_tensor(im, 0, x.node, &x.v, false);
    return true;
}

/* --- gather */

/* The longest run of indices at a regular step from index `from` on. */
static axis_cut find_run(const int64_t *indices, int64_t from, int64_t count) {
    axis_cut run = {indices[from], 1, 1};
    if (from + 1 < count && indices[from + 1] != indices[from]) run.step = indices[from + 1] - indices[from];
    while (from + run.count < count && indices[from + run.count] == run.begin + run.count * run.step)
        run.count++;
    return run;
}

/* Takes these entries of the axis: each run of them is a slice, and these are joined. */
static bool take_entries(importer *im, file_value *x, int axis, const int64_t *indices, int64_t count) {
    enum { MOST_RUNS = 1024 };
    int parts[MOST_RUNS], n = 0;
    axis_cut run = find_run(indices, 0, count);
    if (run.count == count) return take_cut(im, x, axis, run);
    map_axis which;
    if (!as_axis(im, x, axis, &which)) return false;
    for (int64_t at = 0; at < count; at += run.count) {
        file_value part = *x;
        run = find_run(indices, at, count);
        if (n == MOST_RUNS) return node_error(im, "it takes more than %d pieces of an axis", MOST_RUNS);
        if (!take_cut(im, &part, axis, run)) return false;
        parts[n++] = part.node;
    }
    x->node = add_join(im, parts, n, which);
    view_set_axis(&x->v, axis, (factor){which, (int)count, 1});
    return x->node >= 0;
}

/* Replaces the axis by those of the indices. */
static bool split_axis(importer *im, file_value *x, int axis, const constant *indices) {
    int64_t sizes[2 * VIEW_RANK];
    int rank = 0;
    if (x->v.rank - 1 + indices->rank > VIEW_RANK)
        return node_error(im, "its output would have more than %d axes", VIEW_RANK);
    for (int i = 0; i < x->v.rank; i++) {
        if (i != axis) {
            sizes[rank++] = view_size(&x->v, i);
            continue;
        }
        for (int k = 0; k < indices->rank; k++) sizes[rank++] = indices->dims[k];
    }
    return view_reshape(&x->v, sizes, rank) || recount(im, x, sizes, rank);
}

bool build_gather(importer *im, int axis) {
    const file_value *given = tensor_input(im, 0);
    const constant *c = given ? constant_input(im, 1, "indices") : NULL;
    if (!c) return false;
    file_value x = *given;
    if (!undo_shuffle(im, &x)) return false;
    int64_t size = view_size(&x.v, axis);
    if (c->count < 1 || c->count > MAX_TENSOR) return node_error(im, "it has no indices, or too many");
    if (!spend(im, c->count)) return false;
    int64_t *indices = ARENA_ARRAY(im->scratch, int64_t, c->count);
    for (int64_t i = 0; i < c->count; i++) {
        double at = constant_number(c, i);
        if (at < 0) at += (double)size;
        if (!(at >= 0 && at < (double)size)) return node_error(im, "an index is out of range");
        indices[i] = (int64_t)at;
    }
    if (!take_entries(im, &x, axis, indices, c->count) || !split_axis(im, &x, axis, c)) return false;
    set_tensor(im, 0, x.node, &x.v, false);
    return true;
}
