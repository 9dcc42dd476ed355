/* pad.c: padding as a layer of its own. */
#include "import/build.h"

bool build_pad(importer *im, const file_value *x, const int64_t *before, const int64_t *behind) {
    int channels = im->layout == LAYOUT_PLANES ? 1 : 3, height = im->layout == LAYOUT_PLANES ? 2 : 1;
    bool none = true;
    for (int i = 0; i < 4; i++) none = none && before[i] == 0 && behind[i] == 0;
    if (none) {
        set_tensor(im, 0, x->node, &x->v, false);
        return true;
    }
    if (before[0] || behind[0] || before[channels] || behind[channels])
        return node_error(im, "only padding of height and width is supported");
    attrs a = graph_attrs_init();
    a.pad[TOP] = clamp_int(before[height]);
    a.pad[BOTTOM] = clamp_int(behind[height]);
    a.pad[LEFT] = clamp_int(before[height + 1]);
    a.pad[RIGHT] = clamp_int(behind[height + 1]);
    return set_map(im, add_op(im, OP_PAD, &x->node, 1, &a));
}
