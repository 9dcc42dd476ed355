/* view.c: splits, joins and moves the factors of a view's axes. */
#include "import/view.h"

#include <string.h>

static void append_factor(file_view *v, factor f) {
    int at = v->begin[v->rank + 1];
    if (f.size > 1 && at < VIEW_FACTORS) {
        v->factors[at] = f;
        v->begin[v->rank + 1] = at + 1;
    }
}

/* Makes an axis of the factors appended since the last call. */
static void close_axis(file_view *v) {
    v->rank++;
    v->begin[v->rank + 1] = v->begin[v->rank];
}

static file_view view_of(const factor *axes, int rank) {
    file_view v = {0};
    for (int i = 0; i < rank; i++) {
        append_factor(&v, axes[i]);
        close_axis(&v);
    }
    return v;
}

file_view view_planes(shape s) {
    return view_of((factor[]){{MAP_C, 1, 1}, {MAP_C, s.c, 1}, {MAP_H, s.h, 1}, {MAP_W, s.w, 1}}, 4);
}

file_view view_pixels(shape s) {
    return view_of((factor[]){{MAP_C, 1, 1}, {MAP_H, s.h, 1}, {MAP_W, s.w, 1}, {MAP_C, s.c, 1}}, 4);
}

file_view view_vector(int c) { return view_of((factor[]){{MAP_C, 1, 1}, {MAP_C, c, 1}}, 2); }

int view_count(const file_view *v, int axis) { return v->begin[axis + 1] - v->begin[axis]; }

int64_t view_size(const file_view *v, int axis) {
    int64_t size = 1;
    for (int i = v->begin[axis]; i < v->begin[axis + 1]; i++) size *= v->factors[i].size;
    return size;
}

void view_sizes(const file_view *v, int64_t *sizes) {
    for (int i = 0; i < v->rank; i++) sizes[i] = view_size(v, i);
}

/* Joins neighbours that one stride walks. Returns the new count. */
static int join_factors(factor *list, int count) {
    int n = 0;
    for (int i = 0; i < count; i++) {
        factor *last = &list[n - 1];
        if (n && last->axis == list[i].axis && last->stride == list[i].stride * list[i].size) {
            last->size *= list[i].size;
            last->stride = list[i].stride;
        } else {
            list[n++] = list[i];
        }
    }
    return n;
}

static void join_neighbours(file_view *v) {
    file_view joined = {0};
    for (int i = 0; i < v->rank; i++) {
        factor list[VIEW_FACTORS];
        int count = view_count(v, i);
        memcpy(list, v->factors + v->begin[i], (size_t)count * sizeof *list);
        count = join_factors(list, count);
        for (int k = 0; k < count; k++) append_factor(&joined, list[k]);
        close_axis(&joined);
    }
    *v = joined;
}

/* Moves factors whose product is `size` from the front of the list to the view. False where the list does not
 * divide so. */
static bool take_size(file_view *v, factor *list, int count, int *next, int64_t size) {
    while (size > 1) {
        if (*next == count || v->begin[v->rank + 1] >= VIEW_FACTORS - VIEW_RANK)
            return false; /* keeps room for one more factor on each axis */
        factor *f = &list[*next];
        if (size % f->size == 0) {
            append_factor(v, *f);
            size /= f->size;
            ++*next;
        } else if (f->size % size == 0) {
            int inner = f->size / (int)size;
            append_factor(v, (factor){f->axis, (int)size, f->stride * inner});
            f->size = inner;
            size = 1;
        } else {
            return false;
        }
    }
    return true;
}

bool view_reshape(file_view *v, const int64_t *sizes, int rank) {
    factor list[VIEW_FACTORS];
    int count = v->begin[v->rank], next = 0;
    if (rank < 0 || rank > VIEW_RANK) return false;
    memcpy(list, v->factors, sizeof list);
    count = join_factors(list, count);
    file_view made = {0};
    for (int i = 0; i < rank; i++) {
        if (!take_size(&made, list, count, &next, sizes[i])) return false;
        close_axis(&made);
    }
    if (next != count) return false;
    *v = made;
    return true;
}

void view_transpose(file_view *v, const int *order) {
    file_view moved = {0};
    for (int i = 0; i < v->rank; i++) {
        for (int k = v->begin[order[i]]; k < v->begin[order[i] + 1]; k++) append_factor(&moved, v->factors[k]);
        close_axis(&moved);
    }
    *v = moved;
}

void view_append_axis(file_view *v, const file_view *from, int axis) {
    for (int k = from->begin[axis]; k < from->begin[axis + 1]; k++) append_factor(v, from->factors[k]);
    close_axis(v);
}

/* Replaces an axis by a factor, or removes it (`drop`). */
static void replace_axis(file_view *v, int axis, factor f, bool drop) {
    file_view made = {0};
    for (int i = 0; i < v->rank; i++) {
        if (i == axis) {
            append_factor(&made, f);
        } else {
            for (int k = v->begin[i]; k < v->begin[i + 1]; k++) append_factor(&made, v->factors[k]);
        }
        if (i != axis || !drop) close_axis(&made);
    }
    *v = made;
}

static const factor nothing = {MAP_C, 1, 1};

void view_set_axis(file_view *v, int axis, factor f) { replace_axis(v, axis, f, false); }
void view_clear_axis(file_view *v, int axis) { replace_axis(v, axis, nothing, false); }
void view_drop_axis(file_view *v, int axis) { replace_axis(v, axis, nothing, true); }

static bool same_factor(factor x, factor y) {
    return x.axis == y.axis && x.size == y.size && x.stride == y.stride;
}

bool view_same_axis(const file_view *x, int x_axis, const file_view *y, int y_axis) {
    int n = x_axis < 0 ? 0 : view_count(x, x_axis), m = y_axis < 0 ? 0 : view_count(y, y_axis);
    if (n != m) return false;
    for (int i = 0; i < n; i++) {
        if (!same_factor(x->factors[x->begin[x_axis] + i], y->factors[y->begin[y_axis] + i])) return false;
    }
    return true;
}

bool view_equal(const file_view *x, const file_view *y) {
    if (x->rank != y->rank) return false;
    for (int i = 0; i < x->rank; i++) {
        if (!view_same_axis(x, i, y, i)) return false;
    }
    return true;
}

int view_factors_of(const file_view *v, map_axis axis, factor *list) {
    int count = 0;
    for (int i = 0; i < v->begin[v->rank]; i++) {
        if (v->factors[i].axis == axis) list[count++] = v->factors[i];
    }
    return join_factors(list, count);
}

bool view_in_order(const file_view *v, map_axis axis) {
    factor list[VIEW_FACTORS];
    int count = view_factors_of(v, axis, list);
    return count == 0 || (count == 1 && list[0].stride == 1);
}

void view_order_channels(file_view *v) {
    int stride = 1;
    for (int i = v->begin[v->rank] - 1; i >= 0; i--) {
        if (v->factors[i].axis != MAP_C) continue;
        v->factors[i].stride = stride;
        stride *= v->factors[i].size;
    }
    join_neighbours(v);
}

bool view_is_whole(const file_view *v, int axis, map_axis of, int size) {
    if (size == 1) return view_count(v, axis) == 0;
    if (view_count(v, axis) != 1) return false;
    factor f = v->factors[v->begin[axis]];
    return f.axis == of && f.size == size && f.stride == 1;
}
