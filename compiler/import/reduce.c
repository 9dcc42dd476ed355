/* reduce.c: means over height and width. */
#include "import/build.h"

/* Leaves the axis with length 1 in `v`, and multiplies what it held of each axis of the map into `reduced`.
 * False where it held channels. */
static bool reduce_axis(file_view *v, int axis, int64_t reduced[3]) {
    for (int k = v->begin[axis]; k < v->begin[axis + 1]; k++) {
        if (v->factors[k].axis == MAP_C) return false;
        reduced[v->factors[k].axis] *= v->factors[k].size;
    }
    view_clear_axis(v, axis);
    return true;
}

bool build_mean(importer *im, const int64_t *axes, int count, bool keep) {
    const file_value *x = tensor_input(im, 0);
    if (!x) return false;
    file_view v = x->v;
    shape s = im->g->nodes[x->node].shape;
    int64_t reduced[3] = {1, 1, 1};
    bool gone[VIEW_RANK] = {0}, supported = count > 0;
    for (int i = 0; i < count; i++) {
        int axis = check_axis(im, axes[i], v.rank);
        if (axis < 0) return false;
        gone[axis] = true;
        supported = supported && reduce_axis(&v, axis, reduced);
    }
    bool over_h = reduced[MAP_H] == s.h, over_w = reduced[MAP_W] == s.w;
    supported = supported && (over_h || reduced[MAP_H] == 1) && (over_w || reduced[MAP_W] == 1);
    if (!supported) return node_error(im, "only the mean over height, width or both is supported");
    int made = x->node;
    if (!over_h || !over_w) {
        made = add_whole_pool(im, OP_AVG_POOL, made, over_h, over_w);
    } else if (s.h != 1 || s.w != 1) {
        made = add_unary(im, OP_GLOBAL_AVG_POOL, made);
    }
    for (int axis = v.rank - 1; axis >= 0 && !keep; axis--) {
        if (gone[axis]) view_drop_axis(&v, axis);
    }
    return set_result(im, made, &v);
}
