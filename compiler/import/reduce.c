/* reduce.c: what works along axes: reductions, positions, softmax, l2_norm. The graph's ops know the axes h, w
 * and c; as_axes brings the file's axes there. */
#include "import/build.h"
#include "import/materialise.h"

#include <math.h>

/* Marks the axes, or all of them where there are none. False after an error. */
static bool mark_axes(importer *im, int rank, const int64_t *axes, int count, bool *set) {
    for (int i = 0; i < rank; i++) set[i] = count == 0;
    for (int i = 0; i < count; i++) {
        int axis = check_axis(im, axes[i], rank);
        if (axis < 0) return false;
        set[axis] = true;
    }
    return true;
}

/* The axes of the graph's op, as attrs.axes has them. Those of length 1 are left out, unless there are no
 * others. */
static int axes_of(const importer *im, const file_value *x, const bool *over) {
    shape s = im->g->nodes[x->node].shape;
    const int sizes[AXES] = {s.h, s.w, s.c};
    const bool in[AXES] = {over[MAP_H], over[MAP_W], over[MAP_C]};
    int axes = 0, last = AXIS_H;
    for (int axis = 0; axis < AXES; axis++) {
        if (in[axis]) last = axis;
        if (in[axis] && sizes[axis] > 1) axes |= 1 << axis;
    }
    return axes ? axes : 1 << last;
}

/* Leaves the axes of the set with length 1 (`keep`), or takes them out. */
static void reduce_view(file_view *v, const bool *set, bool keep) {
    for (int axis = v->rank - 1; axis >= 0; axis--) {
        if (!set[axis]) continue;
        view_clear_axis(v, axis);
        if (!keep) view_drop_axis(v, axis);
    }
}

/* A mean over height, width or both is a pool, for which there are better kernels. */
static int add_reduction(importer *im, int x, reduction r, int axes) {
    shape s = im->g->nodes[x].shape;
    attrs a = graph_attrs_init();
    a.reduce = r;
    a.axes = axes;
    bool pools = r == REDUCE_MEAN && !(axes & OVER_C) && s.h <= MAX_KERNEL && s.w <= MAX_KERNEL;
    if (r == REDUCE_MEAN && shape_elements(s) == 1) return x;
    if (!pools) return add_op(im, OP_REDUCE, &x, 1, &a);
    bool over_h = (axes & OVER_H) || s.h == 1, over_w = (axes & OVER_W) || s.w == 1;
    if (over_h && over_w) return add_unary(im, OP_GLOBAL_AVG_POOL, x);
    return add_whole_pool(im, OP_AVG_POOL, x, axes & OVER_H, axes & OVER_W);
}

int add_reduced(importer *im, reduction r, const int64_t *axes, int count, bool keep, file_view *v) {
    const file_value *given = tensor_input(im, 0);
    bool set[VIEW_RANK], over[3];
    if (!given || !mark_axes(im, given->v.rank, axes, count, set)) return -1;
    file_value x = *given;
    if (!as_axes(im, &x, set, over)) return -1;
    *v = x.v;
    reduce_view(v, set, keep);
    return add_reduction(im, x.node, r, axes_of(im, &x, over));
}

bool build_reduction(importer *im, reduction r, const int64_t *axes, int count, bool keep) {
    file_view v;
    return set_result(im, add_reduced(im, r, axes, count, keep, &v), &v);
}

bool build_mean(importer *im, const int64_t *axes, int count, bool keep) {
    if (count == 0) return node_error(im, "it has no axes");
    return build_reduction(im, REDUCE_MEAN, axes, count, keep);
}

bool build_positions(importer *im, op_kind op, int64_t axis, bool keep, bool last) {
    const file_value *given = tensor_input(im, 0);
    bool set[VIEW_RANK];
    map_axis which;
    if (!given || !mark_axes(im, given->v.rank, &axis, 1, set)) return false;
    file_value x = *given;
    if (!as_axis(im, &x, check_axis(im, axis, x.v.rank), &which)) return false;
    attrs a = graph_attrs_init();
    a.axes = 1 << (which == MAP_H ? AXIS_H : which == MAP_W ? AXIS_W : AXIS_C);
    a.last = last;
    reduce_view(&x.v, set, keep);
    return set_result(im, add_op(im, op, &x.node, 1, &a), &x.v);
}

bool holds_positions(const importer *im, int index) {
    const node *n = &im->g->nodes[index];
    while (n->n_in && (op_table[n->op].class == CLASS_VIEW || n->op == OP_RESHAPE || n->op == OP_TRANSPOSE ||
                       n->op == OP_CONCAT)) {
        n = &im->g->nodes[n->in[0]];
    }
    return makes_positions(n->op);
}

bool build_along(importer *im, op_kind op, const file_value *x, const bool *set, double eps) {
    file_value y = *x;
    bool over[3];
    if (!as_axes(im, &y, set, over)) return false;
    attrs a = graph_attrs_init();
    a.axes = axes_of(im, &y, over);
    a.eps = eps;
    return set_result(im, add_op(im, op, &y.node, 1, &a), &y.v);
}

bool build_l1_norm(importer *im, const file_value *x, const bool *set) {
    const double least = 1.2e-38; /* all zeros stay zeros */
    file_value y = *x;
    bool over[3];
    if (!as_axes(im, &y, set, over)) return false;
    attrs a = graph_attrs_init();
    a.axes = axes_of(im, &y, over);
    a.reduce = REDUCE_L1;
    int sum = add_op(im, OP_REDUCE, &y.node, 1, &a);
    const int pair[2] = {y.node, add_clip(im, sum, least, INFINITY)};
    a = graph_attrs_init();
    return pair[1] >= 0 && set_result(im, add_op(im, OP_DIV, pair, 2, &a), &y.v);
}

bool build_softmax(importer *im, const file_value *x, const bool *set) {
    return build_along(im, OP_SOFTMAX, x, set, graph_attrs_init().eps);
}
