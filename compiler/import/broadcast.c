/* broadcast.c: two tensors brought to one order, so that they can be added, multiplied and so on element by
 * element. */
#include "import/broadcast.h"

#include "import/build.h"

#include <string.h>

/* --- sizes */

/* Puts axes of length 1 before those of the view, up to `rank` axes. */
static void widen(file_view *v, int rank) {
    int64_t sizes[VIEW_RANK] = {0};
    int more = rank - v->rank;
    for (int i = 0; i < rank; i++) sizes[i] = i < more ? 1 : view_size(v, i - more);
    view_reshape(v, sizes, rank);
}

static bool check_sizes(importer *im, const file_value *x, const file_value *y) {
    for (int i = 0; i < x->v.rank; i++) {
        int64_t n = view_size(&x->v, i), m = view_size(&y->v, i);
        if (n != m && n != 1 && m != 1)
            return node_error(
                im, "its inputs do not fit each other: they have %lld and %lld entries along one axis",
                (long long)n, (long long)m);
    }
    return true;
}

/* The view of the result: each axis is that of the input which is not of length 1 along it. */
static file_view joined_view(const file_view *x, const file_view *y) {
    file_view v = {0};
    for (int i = 0; i < x->rank; i++) view_append_axis(&v, view_count(x, i) ? x : y, i);
    return v;
}

/* --- as they are */

/* Whether both maps fit each other as they lie: each of h, w and c has the same length, or the length 1 in one
 * of them, and the axes of the file are the same parts of it. */
static bool lie_alike(const importer *im, const file_value *x, const file_value *y) {
    shape s = im->g->nodes[x->node].shape, t = im->g->nodes[y->node].shape;
    const bool both[3] = {s.h > 1 && t.h > 1, s.w > 1 && t.w > 1, s.c > 1 && t.c > 1};
    for (int i = 0; i < x->v.rank; i++) {
        if (view_same_axis(&x->v, i, &y->v, i)) continue;
        if (view_count(&x->v, i) && view_count(&y->v, i)) return false;
        const file_view *longer = view_count(&x->v, i) ? &x->v : &y->v;
        for (int k = longer->begin[i]; k < longer->begin[i + 1]; k++) {
            if (both[longer->factors[k].axis]) return false;
        }
    }
    return true;
}

/* --- one as the other lies */

/* Splits the axes so that each is one factor of `x`. False where that would cut `y` unevenly, or make too many
 * axes. */
static bool split_factors(file_view *x, file_view *y) {
    int64_t x_sizes[VIEW_FACTORS + VIEW_RANK], y_sizes[VIEW_FACTORS + VIEW_RANK];
    int rank = 0;
    for (int i = 0; i < x->rank; i++) {
        if (view_count(x, i) < 2) {
            x_sizes[rank] = view_size(x, i);
            y_sizes[rank++] = view_size(y, i);
            continue;
        }
        for (int k = x->begin[i]; k < x->begin[i + 1]; k++) {
            x_sizes[rank] = x->factors[k].size;
            y_sizes[rank++] = view_count(y, i) ? x->factors[k].size : 1;
        }
    }
    if (rank > VIEW_RANK) return false;
    file_view from = *y;
    if (!view_reshape(&from, y_sizes, rank)) return false;
    *y = from;
    return view_reshape(x, x_sizes, rank);
}

/* The place in [h, w, c] of an axis that is one factor; -1 for one of length 1. */
static int axis_of(const file_view *v, int i) {
    return view_count(v, i) ? (int)v->factors[v->begin[i]].axis : -1;
}
static int stride_of(const file_view *v, int i) {
    return view_count(v, i) ? v->factors[v->begin[i]].stride : 0;
}

/* Chooses for each axis of `x` and `y`, which are split, the one of h, w and c where it lies in `x`. An axis
 * that only `y` has goes where `x` has none. False where `y` cannot lie so. */
static bool choose_places(const file_view *x, const file_view *y, int *places) {
    bool full[3] = {0}, part[3] = {0};
    int room = -1;
    for (int i = 0; i < x->rank; i++) {
        int k = places[i] = axis_of(x, i);
        if (k >= 0) (view_count(y, i) ? full : part)[k] = true;
    }
    for (int k = 0; k < 3; k++) {
        if (full[k] && part[k]) return false;
        if (!full[k] && !part[k]) room = k;
    }
    for (int i = 0; i < x->rank; i++) {
        if (places[i] >= 0) continue;
        if (view_count(y, i) && room < 0) return false;
        places[i] = room >= 0 ? room : MAP_H;
    }
    return true;
}

/* Whether axis i stands before axis k, which is in the same place. */
static bool comes_before(const file_view *x, const int *places, int i, int k) {
    if (places[i] != places[k]) return places[i] < places[k];
    return stride_of(x, i) != stride_of(x, k) ? stride_of(x, i) > stride_of(x, k) : i < k;
}

/* Arranges `y` as `x` lies. *good is false where that cannot be; the function returns false after an error. */
static bool follow(importer *im, file_value *x, file_value *y, bool *good) {
    file_view v = x->v, w = y->v;
    int places[VIEW_RANK];
    *good = split_factors(&v, &w) && choose_places(&v, &w, places);
    if (!*good) return true;
    arrangement a = {.count = v.rank};
    for (int i = 0; i < a.count; i++) {
        int at = i;
        for (; at > 0 && comes_before(&v, places, i, a.order[at - 1]); at--) a.order[at] = a.order[at - 1];
        a.order[at] = i;
        a.rows += places[i] == MAP_H;
        a.columns += places[i] == MAP_W;
    }
    x->v = v;
    y->v = w;
    return arrange(im, y, &a);
}

/* --- both anew */

typedef enum joint { JOINT_NONE, JOINT_X, JOINT_Y, JOINT_BOTH } joint;

static joint joint_of(const file_value *x, const file_value *y, int i) {
    return (joint)((view_count(&x->v, i) ? JOINT_X : 0) | (view_count(&y->v, i) ? JOINT_Y : 0));
}

/* The axes in groups: all of a group are there in one input alone, or in both. Those of the file's order come
 * first; where they would make more than three groups, the axes of a kind are gathered. Returns the number of
 * groups; ends[g] is where group g ends. */
static int group_axes(const file_value *x, const file_value *y, bool gather, arrangement *a, int *ends) {
    int groups = 0, done = 0;
    bool taken[VIEW_RANK] = {0};
    joint now = JOINT_NONE;
    for (int i = 0; i < x->v.rank; i++) {
        joint kind = joint_of(x, y, i);
        if (taken[i] || kind == JOINT_NONE) continue;
        if (groups == 0 || kind != now) groups++;
        now = kind;
        for (int k = i; k < (gather ? x->v.rank : i + 1); k++) {
            if (taken[k] || joint_of(x, y, k) != kind) continue;
            taken[k] = true;
            a->order[done++] = k;
        }
        if (groups <= VIEW_RANK) ends[groups - 1] = done;
    }
    a->count = x->v.rank;
    int units = a->count - done; /* the axes of length 1 come first */
    memmove(a->order + units, a->order, (size_t)done * sizeof *a->order);
    for (int i = 0, n = 0; i < a->count; i++) {
        if (!taken[i]) a->order[n++] = i;
    }
    for (int g = 0; g < groups; g++) ends[g] += units;
    return groups;
}

static bool arrange_both(importer *im, file_value *x, file_value *y) {
    arrangement a;
    int ends[VIEW_RANK + 1];
    int groups = group_axes(x, y, false, &a, ends);
    if (groups > 3) groups = group_axes(x, y, true, &a, ends);
    if (groups < 2) { /* the same sizes, or one of them is one number */
        a = in_order(joint_of(x, y, a.order[a.count - 1]) == JOINT_Y ? &y->v : &x->v);
    } else {
        a.rows = groups == 3 ? ends[0] : 0;
        a.columns = ends[groups - 2] - a.rows;
    }
    return arrange(im, x, &a) && arrange(im, y, &a);
}

/* --- all of it */

/* The elements of a tensor that lies as `v` says; of a constant, too. */
static int64_t count_elements(const file_view *v) {
    int64_t count = 1;
    for (int i = 0; i < v->rank; i++) count *= view_size(v, i);
    return count;
}

static bool bring_together(importer *im, file_value *x, file_value *y) {
    if (x->kind == FILE_TENSOR && y->kind == FILE_TENSOR && lie_alike(im, x, y)) return true;
    /* The smaller one is moved, and a constant always, because that costs nothing when the network runs. */
    bool y_moves =
        y->kind == FILE_CONSTANT || (x->kind == FILE_TENSOR && count_elements(&y->v) <= count_elements(&x->v));
    file_value *still = y_moves ? x : y, *moved = y_moves ? y : x;
    bool good;
    if (!follow(im, still, moved, &good)) return false;
    if (good) return true;
    if (moved->kind == FILE_TENSOR) {
        if (!follow(im, moved, still, &good)) return false;
        if (good) return true;
    }
    return arrange_both(im, x, y);
}

bool same_order(importer *im, file_value *x, file_value *y, file_view *v) {
    int64_t sizes[VIEW_RANK];
    int rank = x->v.rank > y->v.rank ? x->v.rank : y->v.rank;
    widen(&x->v, rank);
    widen(&y->v, rank);
    if (!check_sizes(im, x, y)) return false;
    for (int i = 0; i < rank; i++) {
        int64_t n = view_size(&x->v, i);
        sizes[i] = n > 1 ? n : view_size(&y->v, i);
    }
    if (!bring_together(im, x, y)) return false;
    *v = joined_view(&x->v, &y->v);
    return view_reshape(v, sizes, rank) || node_error(im, "its inputs were rearranged too often");
}

int add_together(importer *im, op_kind op, file_value x, file_value y, file_view *v) {
    attrs a = graph_attrs_init();
    if (!same_order(im, &x, &y, v)) return -1;
    const int pair[2] = {x.node, y.node};
    return add_op(im, op, pair, 2, &a);
}
