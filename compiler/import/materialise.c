/* materialise.c: the forms that operators want, by a transpose where no view of the map has it. */
#include "import/materialise.h"

#include "import/build.h"

#include <string.h>

/* --- one axis */

/* Whether the axis is all of h, w or c, which *which becomes. An axis of length 1 is any of them that has that
 * size. */
static bool is_whole_axis(const importer *im, const file_value *x, int axis, map_axis *which) {
    shape s = im->g->nodes[x->node].shape;
    const int sizes[3] = {[MAP_H] = s.h, [MAP_W] = s.w, [MAP_C] = s.c};
    for (int k = 0; k < 3; k++) {
        *which = (map_axis)k;
        if (view_is_whole(&x->v, axis, *which, sizes[k])) return true;
    }
    return false;
}

arrangement around_axis(const file_view *v, int axis, int64_t length, map_axis *which) {
    arrangement a = easy_order(v);
    int at = position_of(&a, axis);
    int64_t before = axes_product(v, a.order, at);
    int64_t behind = axes_product(v, a.order + at + 1, a.count - at - 1);
    if (behind == 1 && length <= MAX_CHANNELS && before <= MAX_SIDE) {
        *which = MAP_C;
        a.columns = at;
    } else if (behind <= MAX_CHANNELS && before <= MAX_SIDE) {
        *which = MAP_W;
        a.rows = at;
        a.columns = 1;
    } else {
        *which = MAP_H;
        move_forward(&a, at, 0);
        cut_behind(v, &a, 1);
    }
    return a;
}

bool as_axis(importer *im, file_value *x, int axis, map_axis *which) {
    if (is_whole_axis(im, x, axis, which)) return true;
    arrangement a = around_axis(&x->v, axis, view_size(&x->v, axis), which);
    return arrange(im, x, &a);
}

/* --- sets of axes */

/* Whether each of h, w and c is in the set, or outside of it. */
static bool is_whole_set(const importer *im, const file_value *x, const bool *set, bool *over) {
    bool in[3] = {0}, out[3] = {0};
    for (int i = 0; i < x->v.rank; i++) {
        for (int k = x->v.begin[i]; k < x->v.begin[i + 1]; k++)
            (set[i] ? in : out)[x->v.factors[k].axis] = true;
    }
    shape s = im->g->nodes[x->node].shape;
    const int sizes[3] = {[MAP_H] = s.h, [MAP_W] = s.w, [MAP_C] = s.c};
    bool some = in[MAP_H] || in[MAP_W] || in[MAP_C];
    for (int k = 0; k < 3; k++) {
        if (in[k] && out[k]) return false;
        over[k] = in[k] || (!some && sizes[k] == 1); /* a set of axes of length 1 */
    }
    return over[MAP_H] || over[MAP_W] || over[MAP_C];
}

/* Moves the axes of the set to where the first of them stands. Returns how many there are. */
static int gather_set(arrangement *a, const bool *set, int *first) {
    int count = 0;
    *first = a->count;
    for (int i = 0; i < a->count; i++) {
        if (!set[a->order[i]]) continue;
        if (count == 0) *first = i;
        move_forward(a, i, *first + count);
        count++;
    }
    return count;
}

bool as_axes(importer *im, file_value *x, const bool *set, bool *over) {
    if (is_whole_set(im, x, set, over)) return true;
    arrangement a = easy_order(&x->v);
    int first, count = gather_set(&a, set, &first), last = first + count;
    if (!is_free(&x->v, &a)) {
        a = in_order(&x->v);
        gather_set(&a, set, &first);
    }
    int64_t before = axes_product(&x->v, a.order, first),
            behind = axes_product(&x->v, a.order + last, a.count - last);
    bool innermost = behind == 1 && axes_product(&x->v, a.order + first, count) <= MAX_CHANNELS;
    over[MAP_H] = over[MAP_W] = over[MAP_C] = false;
    if (innermost && before <= MAX_SIDE) {
        a.rows = 0;
        a.columns = first;
        over[MAP_C] = true;
    } else if (behind <= MAX_CHANNELS && before <= MAX_SIDE) {
        a.rows = first;
        a.columns = count;
        over[MAP_W] = true;
    } else {
        for (int i = 0; i < count; i++) move_forward(&a, first + i, i);
        cut_behind(&x->v, &a, count);
        over[MAP_H] = true;
    }
    return arrange(im, x, &a);
}

/* Whether the axes of the set, one behind the other, are the map's channels. */
static bool are_channels(const importer *im, const file_value *x, const bool *set) {
    file_view v = x->v;
    for (int i = v.rank - 1; i >= 0; i--) {
        if (!set[i]) view_drop_axis(&v, i);
    }
    factor list[VIEW_FACTORS];
    int channels = im->g->nodes[x->node].shape.c, count = view_factors_of(&v, MAP_C, list);
    bool others = false;
    for (int i = 0; i < v.begin[v.rank]; i++) others = others || v.factors[i].axis != MAP_C;
    if (others || count > 1) return false;
    return count == 0 ? channels == 1 : list[0].size == channels && list[0].stride == 1;
}

bool as_channels(importer *im, file_value *x, const bool *set) {
    if (are_channels(im, x, set)) return true;
    arrangement a = easy_order(&x->v), all = in_order(&x->v);
    int n = 0;
    for (int i = 0; i < a.count; i++) {
        if (!set[a.order[i]]) a.order[n++] = a.order[i];
    }
    int others = n;
    for (int i = 0; i < all.count; i++) {
        if (set[all.order[i]]) a.order[n++] = all.order[i];
    }
    a.rows = 0;
    while (a.rows < others && axes_product(&x->v, a.order + a.rows, others - a.rows) > MAX_SIDE) a.rows++;
    a.columns = others - a.rows;
    return arrange(im, x, &a);
}

/* --- maps */

/* In how many groups the channels must be shuffled, so that the view counts them in order; 0 where it does, or
 * where that is no shuffle. A file writes a shuffle as Reshape, Transpose, Reshape: channels counted as (g, n)
 * are then counted as (n, g), by two factors of which the inner one comes first. */
static int shuffle_groups(const file_view *v) {
    factor list[VIEW_FACTORS];
    int count = view_factors_of(v, MAP_C, list);
    return count == 2 && list[0].stride == 1 && list[1].stride == list[0].size ? list[1].size : 0;
}

/* The shuffle of node `x`. One that exists is used again, because all parts of a split read the same one. */
static bool shuffle_channels(importer *im, file_value *x, int groups) {
    int made = -1;
    if (!spend(im, im->g->n_nodes - x->node)) return false;
    for (int i = x->node + 1; i < im->g->n_nodes && made < 0; i++) {
        const node *n = &im->g->nodes[i];
        if (n->op == OP_SHUFFLE && n->in[0] == x->node && n->a.groups == groups) made = i;
    }
    attrs a = graph_attrs_init();
    a.groups = groups;
    if (made < 0) made = add_op(im, OP_SHUFFLE, &x->node, 1, &a);
    if (made < 0) return false;
    x->node = made;
    view_order_channels(&x->v);
    return true;
}

bool undo_shuffle(importer *im, file_value *x) {
    int groups = shuffle_groups(&x->v);
    return groups == 0 || shuffle_channels(im, x, groups);
}

bool order_channels(importer *im, file_value *x) {
    if (!undo_shuffle(im, x)) return false;
    if (view_in_order(&x->v, MAP_C)) return true;
    arrangement a = in_order(&x->v);
    return arrange(im, x, &a);
}

bool as_map(importer *im, file_value *x) {
    bool planes = im->layout == LAYOUT_PLANES;
    if (x->v.rank != 3 && x->v.rank != 4)
        return node_error(im, "its input has %d axes, but must be a feature map %s", x->v.rank,
                          planes ? "[1, c, h, w]" : "[1, h, w, c]");
    if (view_count(&x->v, 0))
        return node_error(im, "its input has %lld samples along its first axis; networks take one at a time",
                          (long long)view_size(&x->v, 0));
    im->row = x->v.rank == 3;
    int channels = planes ? 1 : x->v.rank - 1, n = 0;
    arrangement a = {.count = x->v.rank, .rows = x->v.rank - 2, .columns = 1};
    for (int i = 0; i < x->v.rank; i++) {
        if (i != channels) a.order[n++] = i;
    }
    a.order[n] = channels;
    file_value ordered = *x;
    int groups = shuffle_groups(&x->v);
    view_order_channels(&ordered.v);
    if (groups && lies_so(im, &ordered, &a)) return shuffle_channels(im, x, groups);
    return arrange(im, x, &a);
}

bool map_input(importer *im, file_value *x) {
    const file_value *given = tensor_input(im, 0);
    if (!given) return false;
    *x = *given;
    return as_map(im, x);
}
