/* maps.c: brings the file's tensors into the order that the graph's layers want. */
#include "import/build.h"

/* The shuffle of node `x` in so many groups. One that exists is used again, because all parts of a split read
 * the same one. -1 after an error. */
static int share_shuffle(importer *im, int x, int groups) {
    if (!spend(im, im->g->n_nodes - x)) return -1;
    for (int i = x + 1; i < im->g->n_nodes; i++) {
        const node *n = &im->g->nodes[i];
        if (n->op == OP_SHUFFLE && n->in[0] == x && n->a.groups == groups) return i;
    }
    attrs a = graph_attrs_init();
    a.groups = groups;
    return add_op(im, OP_SHUFFLE, &x, 1, &a);
}

/* A file writes a shuffle as Reshape, Transpose, Reshape: channels counted as (g, n) are then counted as (n,
 * g), by two factors of which the inner one comes first. */
bool order_channels(importer *im, file_value *x) {
    if (view_in_order(&x->v, MAP_C)) return true;
    factor list[VIEW_FACTORS];
    int count = view_factors_of(&x->v, MAP_C, list);
    if (count != 2 || list[0].stride != 1 || list[1].stride != list[0].size) {
        return node_error(im,
                          "the channels of its input were rearranged in a way that is not a shuffle of groups");
    }
    int made = share_shuffle(im, x->node, list[1].size);
    if (made < 0) return false;
    x->node = made;
    view_order_channels(&x->v);
    return true;
}

bool as_map(importer *im, file_value *x) {
    if (!order_channels(im, x)) return false;
    im->row = x->v.rank == 3;
    file_view map = map_or_row_view(im, im->g->nodes[x->node].shape);
    if (view_equal(&x->v, &map)) return true;
    return node_error(im, "its input is not a feature map %s, or was rearranged in a way that is not supported",
                      im->layout == LAYOUT_PLANES ? "[1, c, h, w]" : "[1, h, w, c]");
}

bool map_input(importer *im, file_value *x) {
    const file_value *given = tensor_input(im, 0);
    if (!given) return false;
    *x = *given;
    return as_map(im, x);
}

/* The element of the constant that stands over channel `channel`; -1 where that depends on the pixel, too. */
static int64_t find_element(const constant *c, const file_view *v, int channel) {
    int64_t index = 0;
    for (int d = 0; d < c->rank; d++) {
        if (c->dims[d] == 1) continue;
        int axis = v->rank - c->rank + d;
        int64_t place = 0;
        for (int k = v->begin[axis]; k < v->begin[axis + 1]; k++) {
            factor f = v->factors[k];
            if (f.axis != MAP_C) return -1;
            place = place * f.size + channel / f.stride % f.size;
        }
        index = index * c->dims[d] + place;
    }
    return index;
}

static bool fits_over(const constant *c, const file_view *v) {
    for (int d = 0; d < c->rank; d++) {
        if (c->dims[d] != 1 && c->dims[d] != view_size(v, v->rank - c->rank + d)) return false;
    }
    return c->count > 0;
}

bool channel_values(importer *im, const constant *c, const file_value *x, double **values, int *count) {
    if (c->rank > x->v.rank || !fits_over(c, &x->v)) {
        return node_error(im, "its constant does not fit the shape of its other input, or has more axes");
    }
    if (!spend(im, c->count)) return false;
    double first = constant_number(c, 0);
    bool uniform = true;
    for (int64_t i = 1; i < c->count && uniform; i++) uniform = constant_number(c, i) == first;
    int channels = im->g->nodes[x->node].shape.c;
    *count = uniform ? 1 : channels;
    *values = ARENA_ARRAY(im->scratch, double, *count);
    (*values)[0] = first;
    for (int i = 0; i < channels && !uniform; i++) {
        int64_t at = find_element(c, &x->v, i);
        if (at < 0) return node_error(im, "a constant that differs from pixel to pixel is not supported");
        (*values)[i] = constant_number(c, at);
    }
    return true;
}
