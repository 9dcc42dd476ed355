/* pad.c: padding as a layer of its own. */
#include "import/materialise.h"

#include "import/build.h"

/* Sets the pads of an axis of the map. */
static void set_pads(attrs *a, map_axis of, int64_t before, int64_t behind) {
    int *sides[2] = {&a->pad_channels[0], &a->pad_channels[1]};
    if (of == MAP_H) sides[0] = &a->pad[TOP], sides[1] = &a->pad[BOTTOM];
    if (of == MAP_W) sides[0] = &a->pad[LEFT], sides[1] = &a->pad[RIGHT];
    *sides[0] = clamp_int(before);
    *sides[1] = clamp_int(behind);
}

/* Which of h, w and c the axis is all of; -1: none of them. An axis of length 1 is one of them in a map. */
static int whole_axis(const importer *im, const file_value *x, int axis) {
    static const int planes[] = {-1, MAP_C, MAP_H, MAP_W}, pixels[] = {-1, MAP_H, MAP_W, MAP_C};
    shape s = im->g->nodes[x->node].shape;
    file_view map = map_view(im, s);
    if (view_equal(&x->v, &map)) return im->layout == LAYOUT_PLANES ? planes[axis] : pixels[axis];
    const int sizes[3] = {[MAP_H] = s.h, [MAP_W] = s.w, [MAP_C] = s.c};
    if (view_count(&x->v, axis) != 1) return -1;
    map_axis of = x->v.factors[x->v.begin[axis]].axis;
    return view_is_whole(&x->v, axis, of, sizes[of]) ? (int)of : -1;
}

/* Pads the axes first .. end - 1, as one layer, of which each is one of h, w and c. */
static bool pad_axes(importer *im, file_value *x, attrs a, const int *of, const int64_t *before,
                     const int64_t *behind, int first, int end) {
    for (int i = first; i < end; i++) {
        if (before[i] || behind[i]) set_pads(&a, (map_axis)of[i], before[i], behind[i]);
    }
    int made = add_op(im, OP_PAD, &x->node, 1, &a);
    if (made < 0) return false;
    x->node = made;
    for (int i = first; i < end; i++) {
        int64_t size = view_size(&x->v, i) + before[i] + behind[i];
        if (before[i] || behind[i]) view_set_axis(&x->v, i, (factor){(map_axis)of[i], (int)size, 1});
    }
    return true;
}

/* A negative pad cuts off, before the others are added. What is left to pad is not negative. */
static bool cut_negative(importer *im, file_value *x, int64_t *before, int64_t *behind) {
    for (int i = 0; i < x->v.rank; i++) {
        axis_cut cut = {before[i] < 0 ? -before[i] : 0, 1, view_size(&x->v, i)};
        if (before[i] < 0) cut.count += before[i], before[i] = 0;
        if (behind[i] < 0) cut.count += behind[i], behind[i] = 0;
        if (!take_cut(im, x, i, cut)) return false;
    }
    return true;
}

bool build_pad(importer *im, int64_t *before, int64_t *behind, pad_mode around, double fill) {
    const file_value *given = tensor_input(im, 0);
    if (!given) return false;
    file_value x = *given;
    attrs a = graph_attrs_init();
    a.around = around;
    a.fill = fill;
    int of[VIEW_RANK], padded = 0;
    bool whole = true;
    if (!undo_shuffle(im, &x)) return false;
    for (int i = 0; i < x.v.rank; i++) {
        if (clamp_int(before[i]) != before[i] || clamp_int(behind[i]) != behind[i])
            return node_error(im, "its pads are too large");
    }
    if (!cut_negative(im, &x, before, behind)) return false;
    for (int i = 0; i < x.v.rank; i++) {
        if (before[i] == 0 && behind[i] == 0) continue;
        of[i] = whole_axis(im, &x, i);
        whole = whole && of[i] >= 0;
        padded++;
    }
    if (padded && whole && !pad_axes(im, &x, a, of, before, behind, 0, x.v.rank)) return false;
    for (int i = 0; i < x.v.rank && !whole; i++) {
        map_axis which;
        if (before[i] == 0 && behind[i] == 0) continue;
        if (!as_axis(im, &x, i, &which)) return false;
        of[i] = (int)which;
        if (!pad_axes(im, &x, a, of, before, behind, i, i + 1)) return false;
    }
    set_tensor(im, 0, x.node, &x.v, padded > 0);
    return true;
}
