/* product.c: products with a matrix, which are dense layers or 1x1 convolutions. */
#include "import/build.h"

bool read_matrix(importer *im, matrix *w) {
    const constant *c = w->c;
    int rank = c->rank;
    if (rank < 2 || c->count == 0 || c->count != c->dims[rank - 1] * c->dims[rank - 2]) {
        return node_error(im, "its second input must be one matrix");
    }
    w->in = c->dims[rank - (w->transposed ? 1 : 2)];
    w->out = c->dims[rank - (w->transposed ? 2 : 1)];
    return true;
}

/* For each place along the last axis of the view, the element of the map that stands there. */
static int *find_places(importer *im, const file_view *v, shape s, int count) {
    int *places = ARENA_ARRAY(im->scratch, int, count);
    const int step[3] = {[MAP_H] = s.w * s.c, [MAP_W] = s.c, [MAP_C] = 1};
    int last = v->rank - 1;
    for (int i = 0; i < count; i++) {
        int rest = i;
        for (int k = v->begin[last + 1] - 1; k >= v->begin[last]; k--) {
            factor f = v->factors[k];
            places[i] += rest % f.size * f.stride * step[f.axis];
            rest /= f.size;
        }
    }
    return places;
}

/* Fills [out, in], with input i of the matrix at places[i], or at i where `places` is NULL. */
static bool fill_matrix(importer *im, tensor *t, const matrix *w, const int *places) {
    bool good = true;
    float *to = new_weights(im, t);
    for (int64_t o = 0; o < w->out; o++) {
        for (int64_t i = 0; i < w->in; i++) {
            double number = constant_number(w->c, w->transposed ? o * w->in + i : i * w->out + o) * w->scale;
            to[o * w->in + (places ? places[i] : i)] = to_weight(im, number, &good);
        }
    }
    return good;
}

int add_product(importer *im, file_value x, const matrix *w, const double *bias, file_view *v) {
    shape s = im->g->nodes[x.node].shape;
    int last = x.v.rank - 1;
    if (last < 0 || view_size(&x.v, last) != w->in) {
        node_error(im, "its matrix takes %lld numbers, but its input has another number of them",
                   (long long)w->in);
        return -1;
    }
    attrs a = graph_attrs_init();
    a.out = clamp_int(w->out);
    a.has_bias = bias != NULL;
    bool dense = shape_elements(s) == w->in;
    a.padding = dense ? PAD_EXPLICIT : PAD_SYMMETRIC;
    bool set[VIEW_RANK] = {0};
    set[last] = true;
    if (!dense && !as_channels(im, &x, set)) return -1;
    int made = add_op(im, dense ? OP_DENSE : OP_CONV, &x.node, 1, &a);
    if (made < 0) return -1;
    const node *n = &im->g->nodes[made];
    const int *places = dense ? find_places(im, &x.v, s, (int)w->in) : NULL;
    if (!fill_matrix(im, n->weights[ROLE_WEIGHT], w, places)) return -1;
    bool good = !bias || fill_numbers(im, n->weights[ROLE_BIAS], bias, "bias");
    *v = x.v;
    view_set_axis(v, last, (factor){MAP_C, a.out, 1});
    return good ? made : -1;
}
