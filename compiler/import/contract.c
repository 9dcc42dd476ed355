/* contract.c: products of two tensors.
 *
 * The axes of the factors are of four kinds: those that both have and the result, too (a batch), those that
 * both have and the sum is over, and those that only one of the factors has. So each product is one of
 * matrices, [batch, rows, sum] times [batch, sum, columns], after its axes are arranged so. */
#include "import/contract.h"

#include "import/build.h"

#include <string.h>

/* The places of some axes in a view. */
typedef struct axis_set {
    int count, at[VIEW_RANK];
} axis_set;

typedef struct factor_axes {
    axis_set unit, batch, own, sum;
} factor_axes;

static void put(axis_set *s, int axis) { s->at[s->count++] = axis; }

static int find_label(const int *labels, int rank, int label) {
    for (int i = 0; i < rank; i++) {
        if (label && labels[i] == label) return i;
    }
    return -1;
}

/* Sorts the axes of a factor by their kinds. The batch and its own axes come in the order of the result, the
 * sum in the order of `first`, which are the labels of the factor that decides it. */
static factor_axes sort_axes(const contraction *c, const int *mine, int rank, const int *other, int other_rank,
                             const int *first, int first_rank) {
    factor_axes f = {0};
    for (int i = 0; i < rank; i++) {
        if (!mine[i]) put(&f.unit, i);
    }
    for (int i = 0; i < c->rank; i++) {
        int at = find_label(mine, rank, c->out[i]);
        if (at >= 0) put(find_label(other, other_rank, c->out[i]) >= 0 ? &f.batch : &f.own, at);
    }
    for (int i = 0; i < first_rank; i++) {
        int at = find_label(mine, rank, first[i]);
        if (at >= 0 && find_label(c->out, c->rank, first[i]) < 0) put(&f.sum, at);
    }
    return f;
}

static void append_axes(arrangement *a, const axis_set *s) {
    for (int i = 0; i < s->count; i++) a->order[a->count++] = s->at[i];
}

static arrangement arrange_kinds(const factor_axes *f, const axis_set *columns, const axis_set *channels) {
    arrangement a = {.rows = f->unit.count + f->batch.count, .columns = columns->count};
    append_axes(&a, &f->unit);
    append_axes(&a, &f->batch);
    append_axes(&a, columns);
    append_axes(&a, channels);
    return a;
}

/* --- the view of the result */

/* Puts the axes of a view into the order of the result; labels[i] is that of axis i. */
static bool order_result(importer *im, const contraction *c, const int *labels, file_view *v) {
    int order[VIEW_RANK];
    if (c->rank != v->rank) return node_error(im, "its result would have axes that neither input has");
    for (int i = 0; i < c->rank; i++) {
        order[i] = find_label(labels, v->rank, c->out[i]);
        if (order[i] < 0) return node_error(im, "its result would have an axis that neither input has");
    }
    view_transpose(v, order);
    return true;
}

/* Appends axes of `from` to `v` as parts of one axis of a map, of which they are all. */
static void append_result(file_view *v, int *labels, const file_view *from, const int *from_labels,
                          const axis_set *s, map_axis axis) {
    int64_t stride = axes_product(from, s->at, s->count);
    for (int i = 0; i < s->count; i++) {
        int64_t size = view_size(from, s->at[i]);
        stride /= size;
        labels[v->rank] = from_labels[s->at[i]];
        view_append_axis(v, from, s->at[i]);
        view_set_axis(v, v->rank - 1, (factor){axis, (int)size, (int)stride});
    }
}

/* --- two tensors */

static int add_product_of_tensors(importer *im, file_value x, file_value y, const contraction *c,
                                  file_view *v) {
    factor_axes f = sort_axes(c, c->x, x.v.rank, c->y, y.v.rank, c->x, x.v.rank);
    factor_axes g = sort_axes(c, c->y, y.v.rank, c->x, x.v.rank, c->x, x.v.rank);
    arrangement left = arrange_kinds(&f, &f.own, &f.sum), right = arrange_kinds(&g, &g.sum, &g.own);
    int labels[2 * VIEW_RANK];
    if (f.batch.count + f.own.count + g.own.count > VIEW_RANK) {
        node_error(im, "its output would have more than %d axes", VIEW_RANK);
        return -1;
    }
    file_view made = {0};
    append_result(&made, labels, &x.v, c->x, &f.batch, MAP_H);
    append_result(&made, labels, &x.v, c->x, &f.own, MAP_W);
    append_result(&made, labels, &y.v, c->y, &g.own, MAP_C);
    if (!arrange(im, &x, &left) || !arrange(im, &y, &right)) return -1;
    attrs a = graph_attrs_init();
    const int pair[2] = {x.node, y.node};
    *v = made;
    return order_result(im, c, labels, v) ? add_op(im, OP_MATMUL, pair, 2, &a) : -1;
}

/* How many transposes the product needs. */
static int count_transposes(const file_value *x, const file_value *y, const contraction *c) {
    factor_axes f = sort_axes(c, c->x, x->v.rank, c->y, y->v.rank, c->x, x->v.rank);
    factor_axes g = sort_axes(c, c->y, y->v.rank, c->x, x->v.rank, c->x, x->v.rank);
    arrangement left = arrange_kinds(&f, &f.own, &f.sum), right = arrange_kinds(&g, &g.sum, &g.own);
    return !is_free(&x->v, &left) + !is_free(&y->v, &right);
}

/* --- a tensor and a constant */

/* The axes of `x` that the sum is over, last and as one axis. */
static void gather_sum(file_value *x, const factor_axes *f, int *labels, const int *from_labels) {
    arrangement a = arrange_kinds(f, &f->own, &f->sum);
    int64_t sizes[VIEW_RANK + 1];
    int kept = a.count - f->sum.count;
    for (int i = 0; i < kept; i++) {
        sizes[i] = view_size(&x->v, a.order[i]);
        labels[i] = from_labels[a.order[i]];
    }
    sizes[kept] = axes_product(&x->v, a.order + kept, f->sum.count);
    view_transpose(&x->v, a.order);
    view_reshape(&x->v, sizes, kept + 1);
}

/* The axes that the result does not have go; they are of length 1. The last one becomes those of the constant,
 * of which the labels are set. */
static bool spread_result(importer *im, file_view *v, int *labels, const file_value *k, const int *k_labels,
                          const axis_set *own) {
    int64_t sizes[2 * VIEW_RANK];
    int n = 0, kept = v->rank - 1;
    for (int i = 0; i < kept; i++) {
        if (!labels[i]) continue;
        labels[n] = labels[i];
        sizes[n++] = view_size(v, i);
    }
    for (int i = 0; i < own->count; i++) {
        labels[n] = k_labels[own->at[i]];
        sizes[n++] = view_size(&k->v, own->at[i]);
    }
    return view_reshape(v, sizes, n) || node_error(im, "its output would have more than %d axes", VIEW_RANK);
}

/* `c` names the tensor's axes `x`, and the constant's `y`. */
static int add_product_with_constant(importer *im, file_value x, const file_value *k, const contraction *c,
                                     const double *bias, file_view *v) {
    factor_axes f = sort_axes(c, c->x, x.v.rank, c->y, k->v.rank, c->x, x.v.rank);
    factor_axes g = sort_axes(c, c->y, k->v.rank, c->x, x.v.rank, c->x, x.v.rank);
    arrangement matrix_order = arrange_kinds(&g, &g.sum, &g.own);
    int labels[2 * VIEW_RANK];
    constant numbers = {.rank = 2, .count = k->c.count, .type = k->c.type};
    numbers.dims[0] = axes_product(&k->v, g.sum.at, g.sum.count);
    numbers.dims[1] = axes_product(&k->v, g.own.at, g.own.count);
    double *room = ARENA_ARRAY(im->scratch, double, k->c.count + 1);
    if (f.unit.count + f.own.count + g.own.count >= VIEW_RANK) {
        node_error(im, "its output would have too many axes");
        return -1;
    }
    if (!read_arranged(im, k, matrix_order.order, room)) return -1;
    numbers.data = room;
    matrix w = {.c = &numbers, .scale = 1};
    gather_sum(&x, &f, labels, c->x);
    if (!read_matrix(im, &w)) return -1;
    int made = add_product(im, x, &w, bias, v);
    if (made < 0 || !spread_result(im, v, labels, k, c->y, &g.own) || !order_result(im, c, labels, v))
        return -1;
    return made;
}

/* --- all of it */

static contraction swap_factors(const contraction *c) {
    contraction swapped = *c;
    memcpy(swapped.x, c->y, sizeof c->y);
    memcpy(swapped.y, c->x, sizeof c->x);
    return swapped;
}

/* Whether each axis of `x` that the other factor has is as long there, and every other one is in the result. */
static bool check_axes(importer *im, const file_value *x, const file_value *y, const contraction *c) {
    for (int i = 0; i < x->v.rank; i++) {
        int at = find_label(c->y, y->v.rank, c->x[i]);
        if (at >= 0 && view_size(&x->v, i) != view_size(&y->v, at))
            return node_error(
                im, "its inputs do not fit each other: they have %lld and %lld entries along one axis",
                (long long)view_size(&x->v, i), (long long)view_size(&y->v, at));
        if (c->x[i] && at < 0 && find_label(c->out, c->rank, c->x[i]) < 0)
            return node_error(im, "it sums over an axis of one input alone, which is not supported");
    }
    return true;
}

static bool has_batch(const file_value *x, const file_value *y, const contraction *c) {
    return sort_axes(c, c->x, x->v.rank, c->y, y->v.rank, c->x, x->v.rank).batch.count > 0;
}

int add_contraction(importer *im, const file_value *x, const file_value *y, const contraction *c,
                    const double *bias, file_view *v) {
    contraction swapped = swap_factors(c);
    if (!check_axes(im, x, y, c) || !check_axes(im, y, x, &swapped)) return -1;
    bool batch = has_batch(x, y, c);
    if (y->kind == FILE_CONSTANT && !batch) return add_product_with_constant(im, *x, y, c, bias, v);
    if (x->kind == FILE_CONSTANT && !batch) return add_product_with_constant(im, *y, x, &swapped, bias, v);
    bool swap = count_transposes(y, x, &swapped) < count_transposes(x, y, c);
    return swap ? add_product_of_tensors(im, *y, *x, &swapped, v) : add_product_of_tensors(im, *x, *y, c, v);
}

int add_matmul(importer *im, const file_value *x, const file_value *y, file_view *v) {
    enum { SUM = 1, ROW, COLUMN, BATCH };
    int n = x->v.rank, m = y->v.rank, ahead = (n > m ? n : m) - 2;
    contraction c = {0};
    if (n < 1 || m < 1) {
        node_error(im, "it multiplies a tensor without axes");
        return -1;
    }
    for (int i = 0; i < ahead; i++) { /* axes i of the result, which are broadcast */
        int at = i - (ahead + 2 - n), to = i - (ahead + 2 - m);
        bool in_x = at >= 0 && view_count(&x->v, at), in_y = to >= 0 && view_count(&y->v, to);
        if (at >= 0 && (in_x || !in_y)) c.x[at] = BATCH + i;
        if (to >= 0 && (in_y || (!in_x && at < 0))) c.y[to] = BATCH + i;
        c.out[c.rank++] = BATCH + i;
    }
    c.x[n - 1] = c.y[m == 1 ? 0 : m - 2] = SUM;
    if (n > 1) c.x[n - 2] = c.out[c.rank++] = ROW;
    if (m > 1) c.y[m - 1] = c.out[c.rank++] = COLUMN;
    return add_contraction(im, x, y, &c, NULL, v);
}
