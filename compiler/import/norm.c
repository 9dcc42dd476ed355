/* norm.c: norms whose statistics come from the tensor itself. */
#include "import/build.h"
#include "import/materialise.h"

/* Fills gamma or beta, of which there is one for each of `group` neighbouring channels, or one for all. */
static bool fill_scale(importer *im, tensor *t, const constant *c, int64_t group, const char *what) {
    if (c->count != 1 && c->count * group != t->count) {
        return node_error(im, "its %s has %lld numbers, not %lld", what, (long long)c->count,
                          (long long)(t->count / group));
    }
    bool good = true;
    float *to = new_weights(im, t);
    for (int64_t i = 0; i < t->count; i++)
        to[i] = to_weight(im, constant_number(c, c->count == 1 ? 0 : i / group), &good);
    return good;
}

int add_norm_layer(importer *im, op_kind op, int x, int groups, double eps, int64_t group) {
    const constant *scale = node_input(im, 1) ? constant_input(im, 1, "scale") : NULL;
    const constant *bias = node_input(im, 2) ? constant_input(im, 2, "bias") : NULL;
    if ((node_input(im, 1) && !scale) || (node_input(im, 2) && !bias)) return -1;
    attrs a = graph_attrs_init();
    a.eps = eps;
    a.groups = groups;
    a.has_scale = scale != NULL;
    a.has_bias = bias != NULL;
    int made = add_op(im, op, &x, 1, &a);
    if (made < 0) return -1;
    const node *n = &im->g->nodes[made];
    if (scale && !fill_scale(im, n->weights[ROLE_GAMMA], scale, group, "scale")) return -1;
    if (bias && !fill_scale(im, n->weights[ROLE_BETA], bias, group, "bias")) return -1;
    label_node(im, made, node_input(im, 1));
    return made;
}

bool build_norm_behind(importer *im, op_kind op, int64_t from, double eps) {
    const file_value *given = tensor_input(im, 0);
    if (!given) return false;
    bool set[VIEW_RANK] = {0};
    int axis = check_axis(im, from, given->v.rank);
    if (axis < 0) return false;
    for (int i = axis; i < given->v.rank; i++) set[i] = true;
    file_value x = *given;
    return as_channels(im, &x, set) && set_result(im, add_norm_layer(im, op, x.node, 1, eps, 1), &x.v);
}

bool build_group_norm(importer *im, int64_t groups, double eps, bool by_group) {
    file_value x;
    if (!map_input(im, &x)) return false;
    int channels = im->g->nodes[x.node].shape.c;
    if (groups == 0) groups = channels;
    if (groups < 1 || channels % groups) {
        return node_error(im, "its %d channels do not divide evenly into %lld groups", channels,
                          (long long)groups);
    }
    int64_t group = by_group ? channels / groups : 1;
    return set_map(im, add_norm_layer(im, OP_GROUP_NORM, x.node, (int)groups, eps, group));
}
