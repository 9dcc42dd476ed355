/* join.c: tensors joined along an axis, and a tensor repeated along one. */
#include "import/build.h"

int add_join(importer *im, const int *nodes, int count, map_axis axis) {
    attrs a = graph_attrs_init();
    a.axis = (int)axis;
    return count == 1 ? nodes[0] : add_op(im, OP_CONCAT, nodes, count, &a);
}

/* --- concat */

/* The tensors lie so that the concat is one of h, w or c, without a reshape of any of them: each has `step`
 * places of `along` for one place of the file's axis. */
typedef struct seam {
    map_axis along;
    int step;
} seam;

static int size_along(const importer *im, const file_value *x, map_axis axis) {
    shape s = im->g->nodes[x->node].shape;
    return axis == MAP_H ? s.h : axis == MAP_W ? s.w : s.c;
}

/* The step of the tensor along such an axis of its map; 0 where the file's axis is not the outermost part of
 * it. An axis of length 1 can be the outermost part of any. */
static int step_along(const importer *im, const file_value *x, int axis, map_axis along) {
    int size = size_along(im, x, along);
    if (view_count(&x->v, axis) == 0) return size;
    factor f = x->v.factors[x->v.begin[axis]];
    return view_count(&x->v, axis) == 1 && f.axis == along && f.stride * f.size == size ? f.stride : 0;
}

/* Whether the axes of both, but for the joined one, are the same factors. */
static bool lie_alike(const file_view *x, const file_view *y, int axis) {
    for (int i = 0; i < x->rank; i++) {
        if (i != axis && !view_same_axis(x, i, y, i)) return false;
    }
    return true;
}

static bool find_seam(const importer *im, const file_value *x, int count, int axis, int64_t size, seam *s) {
    static const map_axis all[3] = {MAP_C, MAP_H, MAP_W};
    for (int i = 0; i < count; i++) {
        if (x[i].kind != FILE_TENSOR) return false;
    }
    for (int k = 0; k < 3; k++) {
        *s = (seam){all[k], step_along(im, &x[0], axis, all[k])};
        bool good = s->step > 0 && size * s->step <= (s->along == MAP_C ? MAX_CHANNELS : MAX_SIDE);
        for (int i = 1; i < count && good; i++)
            good = step_along(im, &x[i], axis, s->along) == s->step && lie_alike(&x[i].v, &x[0].v, axis);
        if (good) return true;
    }
    return false;
}

/* Sets *size to the length of the joined axis. False after an error. */
static bool check_sizes(importer *im, const file_value *x, int count, int axis, int64_t *size) {
    *size = 0;
    for (int i = 0; i < count; i++) {
        bool fits = x[i].v.rank == x[0].v.rank;
        for (int k = 0; k < x[0].v.rank && fits; k++)
            fits = k == axis || view_size(&x[i].v, k) == view_size(&x[0].v, k);
        if (!fits) return node_error(im, "the shapes of the tensors that it joins do not fit");
        *size += view_size(&x[i].v, axis);
    }
    return true;
}

static bool join_values(importer *im, file_value *x, int count, int axis) {
    int64_t size;
    seam s;
    int *nodes = ARENA_ARRAY(im->scratch, int, count);
    if (!check_sizes(im, x, count, axis, &size)) return false;
    if (!find_seam(im, x, count, axis, size, &s)) {
        int first = 0; /* the tensor that the others follow */
        while (x[first].kind != FILE_TENSOR) first++;
        arrangement a = around_axis(&x[first].v, axis, size, &s.along);
        for (int i = 0; i < count; i++) {
            if (!arrange(im, &x[i], &a)) return false;
        }
        s.step = 1;
    }
    for (int i = 0; i < count; i++) nodes[i] = x[i].node;
    int made = add_join(im, nodes, count, s.along);
    file_view v = x[0].v;
    view_set_axis(&v, axis, (factor){s.along, clamp_int(size), s.step});
    if (made >= 0) set_tensor(im, 0, made, &v, count > 1);
    return made >= 0;
}

bool build_concat(importer *im, int64_t along) {
    int count = im->node->n_in;
    if (count < 1 || count > MAX_LIST) return node_error(im, "it joins no tensors, or too many");
    file_value *x = ARENA_ARRAY(im->scratch, file_value, count);
    bool tensors = false;
    for (int i = 0; i < count; i++) {
        if (!as_value(im, i, &x[i])) return false;
        tensors = tensors || x[i].kind == FILE_TENSOR;
        if (x[i].kind == FILE_TENSOR && !undo_shuffle(im, &x[i])) return false;
    }
    if (!tensors) return node_error(im, "it joins constants alone");
    int axis = check_axis(im, along, x[0].v.rank);
    return axis >= 0 && join_values(im, x, count, axis);
}

/* --- a tensor joined to itself */

/* The copies are joined in pairs, the pairs in fours, and so on. */
static bool repeat_axis(importer *im, file_value *x, int axis, int64_t times) {
    map_axis along;
    int64_t size = view_size(&x->v, axis);
    if (times == 1) return true;
    if (times < 1 || times > MAX_SIDE || size * times > MAX_SIDE)
        return node_error(im, "it repeats an axis %lld times, which is not supported", (long long)times);
    if (!as_axis(im, x, axis, &along)) return false;
    int made = -1, power = x->node;
    for (int64_t left = times; left; left >>= 1) {
        const int with_power[2] = {made, power}, twice[2] = {power, power};
        if (left & 1) made = made < 0 ? power : add_join(im, with_power, 2, along);
        if (left > 1) power = add_join(im, twice, 2, along);
        if ((left & 1 && made < 0) || power < 0) return false;
    }
    x->node = made;
    view_set_axis(&x->v, axis, (factor){along, (int)(size * times), 1});
    return true;
}

bool build_tile(importer *im, const int64_t *times) {
    const file_value *given = tensor_input(im, 0);
    if (!given) return false;
    file_value x = *given;
    for (int i = 0; i < x.v.rank; i++) {
        if (!repeat_axis(im, &x, i, times[i])) return false;
    }
    set_tensor(im, 0, x.node, &x.v, false);
    return true;
}

bool expand_value(importer *im, file_value *x, const int64_t *sizes, int rank) {
    int64_t times[VIEW_RANK] = {0}, own[VIEW_RANK] = {0};
    if (rank > VIEW_RANK) return node_error(im, "its output would have more than %d axes", VIEW_RANK);
    int all = rank > x->v.rank ? rank : x->v.rank, more = all - x->v.rank;
    for (int i = 0; i < all; i++) {
        int64_t wanted = i < all - rank ? 1 : sizes[i - (all - rank)];
        own[i] = i < more ? 1 : view_size(&x->v, i - more);
        times[i] = own[i] == 1 ? wanted : 1;
        if (own[i] != wanted && own[i] != 1 && wanted != 1)
            return node_error(im, "it cannot be expanded to that shape: axis %d has the size %lld", i,
                              (long long)own[i]);
    }
    view_reshape(&x->v, own, all);
    for (int i = 0; i < all; i++) {
        if (!repeat_axis(im, x, i, times[i])) return false;
    }
    return true;
}

bool build_expand(importer *im, const int64_t *sizes, int rank) {
    const file_value *given = tensor_input(im, 0);
    if (!given) return false;
    file_value x = *given;
    if (!expand_value(im, &x, sizes, rank)) return false;
    set_tensor(im, 0, x.node, &x.v, false);
    return true;
}
