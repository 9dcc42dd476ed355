/* build.c: adding to the graph, so that what an ONNX file spells out becomes what it means.
 *
 * Activations are put together here: x * sigmoid(x) is swish, relu6(x + 3) / 6 is hsigmoid, x * hsigmoid(x) is
 * hswish, and a clip to any bounds is a relu or relu6 between shifts. */
#include "onnx/import.h"

#include <float.h>
#include <math.h>
#include <string.h>

int add_op(importer *im, op_kind op, const int *in, int n_in, const attrs *a) {
    int made = graph_add(im->g, im->d, op, in, n_in, a, NULL, im->at);
    if (made < 0) node_error(im, "it does not fit, as said before");
    return made;
}

int add_unary(importer *im, op_kind op, int x) {
    if (x < 0) return -1;
    attrs a = graph_attrs_init();
    return add_op(im, op, &x, 1, &a);
}

/* --- scale and shift */

/* A norm with these as gamma and beta: for a factor of 0 or more channels than a list in a .net file should
 * have. */
static int add_norm(importer *im, int x, const double *scale, const double *shift, int count) {
    attrs a = graph_attrs_init();
    a.eps = 0;
    int made = add_op(im, OP_BN, &x, 1, &a);
    if (made < 0) return -1;
    const node *n = &im->g->nodes[made];
    bool good = true;
    for (int r = ROLE_GAMMA; r <= ROLE_VAR; r++) {
        tensor *t = n->weights[r];
        t->data = ARENA_ARRAY(im->mem, float, t->count);
        for (int64_t c = 0; c < t->count; c++) {
            int64_t k = count == 1 ? 0 : c;
            double number = r == ROLE_GAMMA ? scale[k] : r == ROLE_BETA ? shift[k] : r == ROLE_VAR ? 1 : 0;
            t->data[c] = to_weight(im, number, &good);
        }
    }
    return good ? made : -1;
}

static bool nearly(double x, double y) { return fabs(x - y) <= 1e-6 * fabs(y); }

/* Whether node `index` is relu6(y + 3): then y, else -1. */
static int relu6_of_plus_3(const graph *g, int index) {
    const node *n = &g->nodes[index];
    if (n->op != OP_RELU6) return -1;
    const node *shift = &g->nodes[n->in[0]];
    bool plus_3 = shift->op == OP_NORMALIZE && shift->a.n_mean == 1 && shift->a.n_std == 1 &&
                  shift->a.divide == 1 && shift->a.std[0] == 1 && shift->a.mean[0] == -3;
    return plus_3 ? shift->in[0] : -1;
}

/* A sixth of relu6(y + 3), and of y relu6(y + 3). */
static int add_sixth(importer *im, int x) {
    const graph *g = im->g;
    int y = relu6_of_plus_3(g, x);
    if (y >= 0) return add_unary(im, OP_HSIGMOID, y);
    const node *n = &g->nodes[x];
    for (int i = 0; i < 2 && n->op == OP_MUL; i++) {
        if (relu6_of_plus_3(g, n->in[i]) == n->in[!i]) return add_unary(im, OP_HSWISH, n->in[!i]);
    }
    return -1;
}

int add_scale_shift(importer *im, int x, const double *scale, const double *shift, int count) {
    enum { LIST = 4 };
    if (x < 0) return -1;
    bool idle = true, invertible = true;
    for (int i = 0; i < count; i++) {
        if (!isfinite(scale[i]) || !isfinite(shift[i])) {
            node_error(im, "a constant of it is not finite");
            return -1;
        }
        idle = idle && scale[i] == 1 && shift[i] == 0;
        invertible =
            invertible && fabs(scale[i]) > DBL_MIN && isfinite(shift[i] / scale[i]) && isfinite(1 / scale[i]);
    }
    if (idle) return x;
    if (count == 1 && shift[0] == 0 && nearly(scale[0], 1.0 / 6)) {
        int meant = add_sixth(im, x);
        if (meant >= 0) return meant;
    }
    if (count > LIST || !invertible) return add_norm(im, x, scale, shift, count);
    double *mean = ARENA_ARRAY(im->mem, double, count), *std = ARENA_ARRAY(im->mem, double, count);
    for (int i = 0; i < count; i++) {
        mean[i] = shift[i] == 0 ? 0 : -shift[i] / scale[i];
        std[i] = 1 / scale[i];
    }
    attrs a = graph_attrs_init();
    a.mean = mean;
    a.std = std;
    a.n_mean = a.n_std = count;
    return add_op(im, OP_NORMALIZE, &x, 1, &a);
}

int add_shift(importer *im, int x, double shift) {
    const double one = 1;
    return add_scale_shift(im, x, &one, &shift, 1);
}

int add_scale(importer *im, int x, double scale) {
    const double none = 0;
    return add_scale_shift(im, x, &scale, &none, 1);
}

int add_clip(importer *im, int x, double low, double high) {
    if (x < 0 || (low == -INFINITY && high == INFINITY)) return x;
    if (!(low <= high)) {
        node_error(im, "its bounds %g and %g are none", low, high);
        return -1;
    }
    if (high == INFINITY) return add_shift(im, add_unary(im, OP_RELU, add_shift(im, x, -low)), low);
    if (low == -INFINITY) { /* high - relu(high - x) */
        const double minus = -1;
        int below = add_unary(im, OP_RELU, add_scale_shift(im, x, &minus, &high, 1));
        return add_scale_shift(im, below, &minus, &high, 1);
    }
    if (low == 0 && high == 6) return add_unary(im, OP_RELU6, x);
    double unit = (high - low) / 6, scale = 6 / (high - low), shift = -low * scale;
    if (unit == 0) {
        const double zero = 0;
        return add_scale_shift(im, x, &zero, &low, 1);
    }
    return add_scale_shift(im, add_unary(im, OP_RELU6, add_scale_shift(im, x, &scale, &shift, 1)), &unit, &low,
                           1);
}

/* --- weights and their names */

float to_weight(importer *im, double number, bool *good) {
    float single = (float)number;
    if (single - single == 0) return single;
    if (*good)
        node_error(im, "a weight of it is %s", number != number ? "NaN" : "infinite, or too large for a float");
    *good = false;
    return 0;
}

/* Cuts an ending off the first `size` bytes of a name; the size left. */
static size_t cut_ending(const char *name, size_t size) {
    static const char *const endings[] = {"weights", "weight", "depthwise_kernel", "kernel", "gamma", "scale",
                                          "w",       "W"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t n = strlen(endings[i]);
        if (size > n + 1 && memcmp(name + size - n, endings[i], n) == 0 && strchr("._/", name[size - n - 1])) {
            return size - n - 1;
        }
    }
    return 0;
}

static bool is_made_up(const char *name) {
    return strncmp(name, "onnx::", 6) == 0 || name[strspn(name, "0123456789")] == 0;
}

/* "features.0.0.weight" -> features.0.0; NULL where the name does not tell. */
static const char *label_from_weight(arena *a, const char *name) {
    size_t size = strlen(name);
    if (is_made_up(name)) return NULL;
    if (size > 2 && strcmp(name + size - 2, ":0") == 0) size -= 2;
    size = cut_ending(name, size);
    return size ? arena_strndup(a, name, size) : NULL;
}

/* "/features/features.0/features.0.0/Conv" -> features.0.0, and any other name as it is. */
static const char *label_from_node(arena *a, const Onnx__NodeProto *n) {
    if (!n->name || !*n->name) return NULL;
    const char *last = strrchr(n->name, '/');
    if (*n->name != '/' || last == n->name) return n->name;
    const char *start = last;
    while (start[-1] != '/') start--;
    return arena_strndup(a, start, (size_t)(last - start));
}

void label_node(importer *im, int index, const value *weight) {
    enum { LONGEST = 200 };
    if (index < 0) return;
    const char *found = weight ? label_from_weight(im->scratch, weight->name) : NULL;
    if (!found) found = label_from_node(im->scratch, im->node);
    if (!found) return;
    char *label = arena_strndup(im->mem, found, strnlen(found, LONGEST));
    for (char *c = label; *c; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
                     strchr("_./-", *c);
        if (!plain) *c = '_';
    }
    im->g->nodes[index].label = label;
    im->g->nodes[index].labelled = true;
}

/* --- views */

/* The shuffle of node `x` in so many groups, made where there is none: the parts of a split read one. -1 after
 * an error. */
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

/* (g, n) -> (n, g) is what Reshape, Transpose, Reshape make of channels counted by two factors, the inner one
 * first. */
bool order_channels(importer *im, value *x) {
    if (view_in_order(&x->v, MAP_C)) return true;
    factor list[VIEW_FACTORS];
    int count = view_factors_of(&x->v, MAP_C, list);
    if (count != 2 || list[0].stride != 1 || list[1].stride != list[0].size) {
        return node_error(
            im, "the channels that it reads have been rearranged in a way that is no shuffle of groups");
    }
    int made = share_shuffle(im, x->node, list[1].size);
    if (made < 0) return false;
    x->node = made;
    view_order_channels(&x->v);
    return true;
}

bool as_planes(importer *im, value *x) {
    if (!order_channels(im, x)) return false;
    view planes = view_planes(im->g->nodes[x->node].shape);
    if (view_equal(&x->v, &planes)) return true;
    return node_error(
        im,
        "its input is no feature map [1, c, h, w], or one that was rearranged in a way that is not covered");
}

bool map_input(importer *im, value *x) {
    const value *given = tensor_input(im, 0);
    if (!given) return false;
    *x = *given;
    return as_planes(im, x);
}

/* The element of the constant that stands over channel `channel`; -1 where it depends on more than the channel.
 */
static int64_t find_element(const constant *c, const view *v, int channel) {
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

static bool fits_over(const constant *c, const view *v) {
    for (int d = 0; d < c->rank; d++) {
        if (c->dims[d] != 1 && c->dims[d] != view_size(v, v->rank - c->rank + d)) return false;
    }
    return c->count > 0;
}

bool channel_values(importer *im, const constant *c, const value *x, double **values, int *count) {
    if (c->rank > x->v.rank || !fits_over(c, &x->v)) {
        return node_error(
            im, "the shapes of a constant and a tensor do not fit, or the constant has the more axes");
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
        if (at < 0) return node_error(im, "a constant that differs from pixel to pixel is not covered");
        (*values)[i] = constant_number(c, at);
    }
    return true;
}
