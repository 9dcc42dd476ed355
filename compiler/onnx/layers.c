/* layers.c: what multiplies by weights: convolutions, dense layers and norms, with their weights put in the
 * graph's order. */
#include "onnx/import.h"
#include "graph/shapes.h"

#include <math.h>
#include <string.h>

static float *new_data(importer *im, tensor *t) {
    t->data = ARENA_ARRAY(im->mem, float, t->count);
    return t->data;
}

/* --- windows */

/* Which of the words of a .net file gives these sides; PAD_EXPLICIT: none. */
static pad_kind name_padding(const attrs *a, shape in) {
    const int sizes[2] = {in.h, in.w};
    bool none = true, half = true, same = true;
    for (int i = 0; i < 2; i++) {
        int before = a->pad[i == 0 ? TOP : LEFT], behind = a->pad[i == 0 ? BOTTOM : RIGHT], first, last;
        int64_t reach = (int64_t)a->dilation[i] * (a->kernel[i] - 1);
        if (a->kernel[i] < 1 || a->kernel[i] > MAX_KERNEL || a->stride[i] < 1 || a->stride[i] > MAX_KERNEL ||
            a->dilation[i] < 1 || a->dilation[i] > MAX_KERNEL) {
            return PAD_EXPLICIT;
        }
        same_padding(sizes[i], a->kernel[i], a->stride[i], a->dilation[i], &first, &last);
        none = none && before == 0 && behind == 0;
        half = half && 2 * (int64_t)before == reach && before == behind;
        same = same && before == first && behind == last;
    }
    /* Of a 1x1 window all are true: the word that the other layers have, mostly. */
    return half ? PAD_SYMMETRIC : none ? PAD_VALID : same ? PAD_SAME : PAD_EXPLICIT;
}

/* SAME_LOWER has the odd pixel at the top and left. */
static bool pad_automatically(importer *im, attrs *a, shape in, const char *how) {
    a->padding = strcmp(how, "VALID") == 0 ? PAD_VALID : PAD_SAME;
    if (strcmp(how, "VALID") == 0 || strcmp(how, "SAME_UPPER") == 0) return true;
    if (strcmp(how, "SAME_LOWER") != 0) return node_error(im, "there is no auto_pad of that kind");
    a->padding = PAD_EXPLICIT;
    if (name_padding(a, in) == PAD_EXPLICIT) return true; /* sizes out of range: the shape rule says so */
    same_padding(in.h, a->kernel[0], a->stride[0], a->dilation[0], &a->pad[BOTTOM], &a->pad[TOP]);
    same_padding(in.w, a->kernel[1], a->stride[1], a->dilation[1], &a->pad[RIGHT], &a->pad[LEFT]);
    a->padding = name_padding(a, in);
    return true;
}

bool read_window(importer *im, attrs *a, shape in) {
    int pads[4];
    if (!attribute_ints(im, "strides", 2, 1, a->stride) || !attribute_ints(im, "dilations", 2, 1, a->dilation))
        return false;
    const char *how = attribute_string(im, "auto_pad", "NOTSET");
    if (strcmp(how, "NOTSET") != 0) return pad_automatically(im, a, in, how);
    if (!attribute_ints(im, "pads", 4, 0, pads)) return false;
    a->pad[TOP] = pads[0];
    a->pad[LEFT] = pads[1];
    a->pad[BOTTOM] = pads[2];
    a->pad[RIGHT] = pads[3];
    a->padding = name_padding(a, in);
    return true;
}

/* --- Conv */

/* [out, in/groups, kh, kw] -> [out, kh, kw, in/groups], or depthwise [kh, kw, out]. */
static bool fill_filters(importer *im, const node *n, const constant *w) {
    bool good = true, depthwise = n->op == OP_DEPTHWISE;
    float *to = new_data(im, n->weights[ROLE_WEIGHT]);
    int64_t out = w->dims[0], in = w->dims[1], taps = w->dims[2] * w->dims[3];
    for (int64_t o = 0; o < out; o++) {
        for (int64_t i = 0; i < in; i++) {
            for (int64_t k = 0; k < taps; k++) {
                double number = constant_number(w, (o * in + i) * taps + k);
                to[depthwise ? k * out + o : (o * taps + k) * in + i] = to_weight(im, number, &good);
            }
        }
    }
    return good;
}

static bool fill_vector(importer *im, tensor *t, const constant *c, const char *what) {
    bool good = true;
    if (c->count != t->count) {
        return node_error(im, "its %s has %lld numbers, not %lld", what, (long long)c->count,
                          (long long)t->count);
    }
    float *to = new_data(im, t);
    for (int64_t i = 0; i < t->count; i++) to[i] = to_weight(im, constant_number(c, i), &good);
    return good;
}

bool make_conv(importer *im) {
    value *given = tensor_input(im, 0);
    const constant *w = given ? constant_input(im, 1, "weights") : NULL;
    const constant *b = w && input(im, 2) ? constant_input(im, 2, "bias") : NULL;
    if (!w || (input(im, 2) && !b)) return false;
    value x = *given;
    if (!as_planes(im, &x)) return false;
    shape in = im->g->nodes[x.node].shape;
    attrs a = graph_attrs_init();
    int64_t groups = attribute_int(im, "group", 1);
    if (w->rank != 4) return node_error(im, "only two-dimensional windows are covered, with weights of 4 axes");
    if (groups < 1 || groups > MAX_CHANNELS || w->count == 0 || w->dims[1] * groups != in.c) {
        return node_error(im, "its weights are for %lld channels in %lld groups, but its input has %d channels",
                          (long long)w->dims[1], (long long)groups, in.c);
    }
    bool depthwise = groups == in.c && in.c > 1 && w->dims[0] % in.c == 0;
    a.out = depthwise ? 0 : clamp_int(w->dims[0]);
    a.groups = depthwise ? 1 : clamp_int(groups);
    a.multiplier = depthwise ? clamp_int(w->dims[0] / in.c) : 1;
    a.kernel[0] = clamp_int(w->dims[2]);
    a.kernel[1] = clamp_int(w->dims[3]);
    a.has_bias = b != NULL;
    if (!read_window(im, &a, in)) return false;
    int made = add_op(im, depthwise ? OP_DEPTHWISE : OP_CONV, &x.node, 1, &a);
    if (made < 0) return false;
    const node *n = &im->g->nodes[made];
    if (!fill_filters(im, n, w) || (b && !fill_vector(im, n->weights[ROLE_BIAS], b, "bias"))) return false;
    label_node(im, made, input(im, 1));
    return set_map(im, made);
}

/* --- dense layers */

/* For each place along the last axis, the element of the map that stands there. */
static int *find_places(importer *im, const view *v, shape s, int count) {
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

typedef struct matrix {
    const constant *c; /* rank 2 or more, all but the last two axes 1 */
    bool transposed;   /* [out, in] */
    int64_t in, out;
    double scale;
} matrix;

static bool read_matrix(importer *im, matrix *w) {
    const constant *c = w->c;
    int rank = c->rank;
    if (rank < 2 || c->count == 0 || c->count != c->dims[rank - 1] * c->dims[rank - 2]) {
        return node_error(im, "its second input must be one matrix");
    }
    w->in = c->dims[rank - (w->transposed ? 1 : 2)];
    w->out = c->dims[rank - (w->transposed ? 2 : 1)];
    return true;
}

/* Fills [out, in] with the inputs where the map has them. */
static bool fill_matrix(importer *im, tensor *t, const matrix *w, const int *places) {
    bool good = true;
    float *to = new_data(im, t);
    for (int64_t o = 0; o < w->out; o++) {
        for (int64_t i = 0; i < w->in; i++) {
            double number = constant_number(w->c, w->transposed ? o * w->in + i : i * w->out + o) * w->scale;
            to[o * w->in + (places ? places[i] : i)] = to_weight(im, number, &good);
        }
    }
    return good;
}

/* A product over the last axis: a dense layer where that holds the whole tensor, however it is counted, else a
 * 1x1 convolution where it holds the channels. `bias` may be NULL. Sets output 0. */
static bool add_product(importer *im, value x, const matrix *w, const double *bias) {
    shape s = im->g->nodes[x.node].shape;
    int last = x.v.rank - 1;
    if (last < 0 || view_size(&x.v, last) != w->in) {
        return node_error(im, "its matrix takes %lld numbers, its input has others", (long long)w->in);
    }
    attrs a = graph_attrs_init();
    a.out = clamp_int(w->out);
    a.has_bias = bias != NULL;
    a.padding = PAD_SYMMETRIC;
    bool dense = shape_elements(s) == w->in;
    if (!dense && (!order_channels(im, &x) || !view_is_whole(&x.v, last, MAP_C, s.c))) {
        return node_error(im, "the axis that its matrix multiplies does not hold the channels");
    }
    if (dense) a.padding = PAD_EXPLICIT;
    int made = add_op(im, dense ? OP_DENSE : OP_CONV, &x.node, 1, &a);
    if (made < 0) return false;
    const node *n = &im->g->nodes[made];
    const int *places = dense ? find_places(im, &x.v, s, (int)w->in) : NULL;
    if (!fill_matrix(im, n->weights[ROLE_WEIGHT], w, places)) return false;
    bool good = true;
    for (int64_t i = 0; bias && i < w->out; i++) {
        if (i == 0) new_data(im, n->weights[ROLE_BIAS]);
        n->weights[ROLE_BIAS]->data[i] = to_weight(im, bias[i], &good);
    }
    label_node(im, made, input(im, 1));
    view v = x.v;
    view_set_axis(&v, last, (factor){MAP_C, a.out, 1});
    set_tensor(im, 0, made, &v, true);
    return good;
}

bool make_matmul(importer *im) {
    value *x = tensor_input(im, 0);
    matrix w = {.c = x ? constant_input(im, 1, "matrix") : NULL, .scale = 1};
    return w.c && read_matrix(im, &w) && add_product(im, *x, &w, NULL);
}

/* alpha A B + beta C */
bool make_gemm(importer *im) {
    value *x = tensor_input(im, 0);
    matrix w = {.c = x ? constant_input(im, 1, "matrix") : NULL};
    if (!w.c) return false;
    w.scale = attribute_float(im, "alpha", 1);
    w.transposed = attribute_int(im, "transB", 0) != 0;
    if (attribute_int(im, "transA", 0)) return node_error(im, "transA is not covered");
    if (x->v.rank != 2 || view_count(&x->v, 0)) return node_error(im, "its first input must be [1, n]");
    if (!read_matrix(im, &w)) return false;
    double *bias = NULL;
    if (input(im, 2)) {
        const constant *c = constant_input(im, 2, "bias");
        if (!c) return false;
        if (w.out > MAX_CHANNELS || (c->count != 1 && c->count != w.out)) {
            return node_error(im, "its bias has %lld numbers, its matrix %lld columns", (long long)c->count,
                              (long long)w.out);
        }
        double beta = attribute_float(im, "beta", 1);
        bias = ARENA_ARRAY(im->scratch, double, w.out);
        for (int64_t i = 0; i < w.out; i++) bias[i] = beta * constant_number(c, c->count == 1 ? 0 : i);
    }
    return add_product(im, *x, &w, bias);
}

/* --- norms */

bool make_batch_norm(importer *im) {
    static const role roles[] = {ROLE_GAMMA, ROLE_BETA, ROLE_MEAN, ROLE_VAR};
    static const char *const names[] = {"scale", "bias", "mean", "variance"};
    value *given = tensor_input(im, 0);
    if (!given) return false;
    value x = *given;
    view vector = view_vector(im->g->nodes[x.node].shape.c);
    if (!order_channels(im, &x) || (!view_equal(&x.v, &vector) && !as_planes(im, &x))) return false;
    /* Before opset 14 a norm at training is known by the statistics that it gives back. */
    bool training = attribute_int(im, "training_mode", 0) != 0;
    for (size_t i = 1; i < im->node->n_output; i++) training = training || *im->node->output[i];
    if (training) return node_error(im, "it was exported for training: say model.eval() before");
    attrs a = graph_attrs_init();
    a.eps = attribute_float(im, "epsilon", 1e-5);
    int made = add_op(im, OP_BN, &x.node, 1, &a);
    if (made < 0) return false;
    for (int i = 0; i < 4; i++) {
        const constant *c = constant_input(im, i + 1, names[i]);
        if (!c || !fill_vector(im, im->g->nodes[made].weights[roles[i]], c, names[i])) return false;
    }
    const tensor *var = im->g->nodes[made].weights[ROLE_VAR];
    for (int64_t c = 0; c < var->count; c++) {
        if (var->data[c] < 0 || (var->data[c] == 0 && a.eps <= 0))
            return node_error(im, "its variance is not positive");
    }
    label_node(im, made, input(im, 1));
    set_tensor(im, 0, made, &x.v, true);
    return true;
}
