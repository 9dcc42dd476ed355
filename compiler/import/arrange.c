/* arrange.c: puts the axes of a view into another order, by a reshape or a transpose of the map. */
#include "import/arrange.h"

#include "import/build.h"

#include <string.h>

/* --- how the numbers lie in memory */

/* The axes of `v` in another order, as blocks of numbers: neighbours of that order which are neighbours in
 * memory, too, are one block. */
typedef struct blocks {
    int count;
    int64_t sizes[VIEW_FACTORS]; /* of the blocks, as they lie in memory, outermost first */
    int order[VIEW_FACTORS];     /* which of them comes first, second .. in the wanted order */
} blocks;

/* How many of the view's factors lie outside of factor `i` in memory. */
static int memory_place(const file_view *v, int i) {
    const factor *f = v->factors;
    int place = 0;
    for (int k = 0; k < v->begin[v->rank]; k++)
        place += f[k].axis < f[i].axis || (f[k].axis == f[i].axis && f[k].stride > f[i].stride);
    return place;
}

static blocks find_blocks(const file_view *from, const int *order) {
    file_view v = *from;
    blocks b = {0};
    int places[VIEW_FACTORS], firsts[VIEW_FACTORS];
    int64_t sizes[VIEW_FACTORS];
    view_transpose(&v, order);
    for (int i = 0; i < v.begin[v.rank]; i++) {
        places[i] = memory_place(&v, i);
        if (i > 0 && places[i] == places[i - 1] + 1) {
            sizes[b.count - 1] *= v.factors[i].size;
        } else {
            firsts[b.count] = places[i];
            sizes[b.count++] = v.factors[i].size;
        }
    }
    for (int i = 0; i < b.count; i++) {
        for (int k = 0; k < b.count; k++) b.order[i] += firsts[k] < firsts[i];
        b.sizes[b.order[i]] = sizes[i];
    }
    return b;
}

/* --- the graph's nodes */

int64_t axes_product(const file_view *v, const int *axes, int count) {
    int64_t product = 1;
    for (int i = 0; i < count; i++) product *= view_size(v, axes[i]);
    return product;
}

static shape arranged_shape(const file_view *v, const arrangement *a) {
    int both = a->rows + a->columns;
    return (shape){clamp_int(axes_product(v, a->order, a->rows)),
                   clamp_int(axes_product(v, a->order + a->rows, a->columns)),
                   clamp_int(axes_product(v, a->order + both, a->count - both))};
}

/* The view of the map that `arrange` makes: each axis is one factor. */
static file_view arranged_view(const file_view *v, const arrangement *a) {
    file_view made = *v;
    int64_t stride = 1;
    for (int i = a->count - 1; i >= 0; i--) {
        map_axis axis = i < a->rows ? MAP_H : i < a->rows + a->columns ? MAP_W : MAP_C;
        if (i == a->rows - 1 || i == a->rows + a->columns - 1) stride = 1;
        int64_t size = view_size(v, a->order[i]);
        view_set_axis(&made, a->order[i], (factor){axis, (int)size, (int)stride});
        stride *= size;
    }
    return made;
}

static bool same_list(const axis_list *x, const axis_list *y) {
    return x->n == y->n && memcmp(x->at, y->at, (size_t)x->n * sizeof *x->at) == 0;
}

/* The node that counts `x` as `to`, with its blocks in that order. One that exists is used again: the parts of
 * a split, for example, all read the same one. -1 after an error. */
static int share_arranged(importer *im, int x, const blocks *b, shape to) {
    attrs a = graph_attrs_init();
    op_kind op = b->count > 1 ? OP_TRANSPOSE : OP_RESHAPE;
    a.size = to;
    if (op == OP_TRANSPOSE) a.dims.n = a.order.n = b->count;
    for (int i = 0; i < a.dims.n; i++) {
        a.dims.at[i] = (int)b->sizes[i];
        a.order.at[i] = b->order[i];
    }
    if (!spend(im, im->g->n_nodes - x)) return -1;
    for (int i = x + 1; i < im->g->n_nodes; i++) {
        const node *n = &im->g->nodes[i];
        bool same = n->op == op && n->in[0] == x && memcmp(&n->a.size, &to, sizeof to) == 0 &&
                    same_list(&n->a.dims, &a.dims) && same_list(&n->a.order, &a.order);
        if (same) return i;
    }
    return add_op(im, op, &x, 1, &a);
}

static bool is_ordered(const blocks *b) {
    for (int i = 0; i < b->count; i++) {
        if (b->order[i] != i) return false;
    }
    return true;
}

bool is_free(const file_view *v, const arrangement *a) {
    blocks b = find_blocks(v, a->order);
    return is_ordered(&b);
}

bool lies_so(const importer *im, const file_value *x, const arrangement *a) {
    shape now = im->g->nodes[x->node].shape, s = arranged_shape(&x->v, a);
    return is_free(&x->v, a) && now.h == s.h && now.w == s.w && now.c == s.c;
}

/* Puts the axes of `x` into that order, as a map of that shape. Leaves x->v as it was. */
static bool move_blocks(importer *im, file_value *x, const int *order, shape to) {
    shape now = im->g->nodes[x->node].shape;
    blocks b = find_blocks(&x->v, order);
    if (is_ordered(&b)) b.count = 0;
    if (b.count > MAX_RANK)
        return node_error(im, "its input was rearranged so often that its numbers lie in more than %d pieces",
                          MAX_RANK);
    bool same = b.count == 0 && now.h == to.h && now.w == to.w && now.c == to.c;
    if (!same) x->node = share_arranged(im, x->node, &b, to);
    return x->node >= 0;
}

bool read_arranged(importer *im, const file_value *x, const int *order, double *numbers) {
    file_view v = x->v;
    if (!spend(im, x->c.count)) return false;
    view_transpose(&v, order);
    for (int64_t k = 0; k < x->c.count; k++) {
        int64_t at = 0, rest = k;
        for (int i = v.begin[v.rank] - 1; i >= 0; i--) {
            at += rest % v.factors[i].size * v.factors[i].stride;
            rest /= v.factors[i].size;
        }
        numbers[k] = constant_number(&x->c, at);
    }
    return true;
}

/* The constant becomes a node whose numbers lie in that order. */
static bool arrange_constant(importer *im, file_value *x, const arrangement *a) {
    double *numbers = ARENA_ARRAY(im->scratch, double, x->c.count);
    if (!read_arranged(im, x, a->order, numbers)) return false;
    x->node = add_constant(im, arranged_shape(&x->v, a), numbers, &x->q);
    x->kind = FILE_TENSOR;
    x->fresh = false;
    return x->node >= 0;
}

bool arrange(importer *im, file_value *x, const arrangement *a) {
    shape to = arranged_shape(&x->v, a);
    bool good = x->kind == FILE_CONSTANT ? arrange_constant(im, x, a) : move_blocks(im, x, a->order, to);
    if (!good) return false;
    x->v = arranged_view(&x->v, a);
    return true;
}

/* --- orders */

/* Where the last of order[from] .. order[to - 1] that is longer than 1 stands; `from` where there is none. */
static int last_long(const file_view *v, const arrangement *a, int from, int to) {
    for (int i = to - 1; i > from; i--) {
        if (view_size(v, a->order[i]) > 1) return i;
    }
    return from;
}

/* Cuts the axes from position `from` on: c is the last one of them that is longer than 1, unless it is too long
 * for c, and w is the others. */
void cut_behind(const file_view *v, arrangement *a, int from) {
    int last = last_long(v, a, from, a->count);
    bool fits = last < a->count && view_size(v, a->order[last]) <= MAX_CHANNELS;
    a->rows = from;
    a->columns = (fits ? last : a->count) - from;
}

arrangement in_order(const file_view *v) {
    arrangement a = {.count = v->rank};
    for (int i = 0; i < v->rank; i++) a.order[i] = i;
    int last = last_long(v, &a, 0, v->rank);
    bool fits = last < v->rank && view_size(v, last) <= MAX_CHANNELS;
    cut_behind(v, &a, last_long(v, &a, 0, fits ? last : v->rank));
    return a;
}

arrangement easy_order(const file_view *v) {
    arrangement a = {.count = v->rank}, file = in_order(v);
    for (int i = 0; i < a.count; i++) {
        int at = i, place = view_count(v, i) ? memory_place(v, v->begin[i]) : -1;
        for (; at > 0; at--) {
            int before = a.order[at - 1];
            if (view_count(v, before) == 0 || memory_place(v, v->begin[before]) <= place) break;
            a.order[at] = before;
        }
        a.order[at] = i;
    }
    if (!is_free(v, &a)) a = file;
    a.rows = a.columns = 0;
    return a;
}

int position_of(const arrangement *a, int axis) {
    int at = 0;
    while (a->order[at] != axis) at++;
    return at;
}

/* Moves the axis at position `from` to position `to`, which is not behind it. */
void move_forward(arrangement *a, int from, int to) {
    int axis = a->order[from];
    memmove(a->order + to + 1, a->order + to, (size_t)(from - to) * sizeof *a->order);
    a->order[to] = axis;
}

/* --- the order of the file */

file_view ordered_view(const int64_t *sizes, int rank, shape *s) {
    file_view v = {.rank = rank};
    for (int i = 0; i < rank; i++) view_set_axis(&v, i, (factor){MAP_C, clamp_int(sizes[i]), 1});
    arrangement a = in_order(&v);
    *s = arranged_shape(&v, &a);
    return arranged_view(&v, &a);
}

bool recount(importer *im, file_value *x, const int64_t *sizes, int rank) {
    shape to;
    file_view v = ordered_view(sizes, rank, &to);
    arrangement now = in_order(&x->v);
    if (!move_blocks(im, x, now.order, to)) return false;
    x->v = v;
    return true;
}

bool constant_value(importer *im, const constant *c, file_value *x) {
    if (c->count < 1 || c->count > MAX_TENSOR)
        return node_error(im, "one of its inputs is a constant without numbers, or with too many");
    /* The view says how the numbers lie, as if they were w of a map. */
    *x = (file_value){.name = "", .kind = FILE_CONSTANT, .c = *c, .v = {.rank = 1}};
    view_set_axis(&x->v, 0, (factor){MAP_W, clamp_int(c->count), 1});
    return view_reshape(&x->v, c->dims, c->rank);
}

bool as_value(importer *im, int i, file_value *x) {
    const file_value *given = node_input(im, i);
    if (!given) return node_error(im, "its input %d is missing", i);
    *x = *given;
    if (x->kind != FILE_CONSTANT) return true;
    bool good = constant_value(im, &given->c, x);
    x->q = given->q;
    return good;
}
