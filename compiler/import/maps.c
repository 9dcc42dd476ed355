/* maps.c: constants that are broadcast over a map. */
#include "import/build.h"

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
