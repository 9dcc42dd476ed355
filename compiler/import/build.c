/* build.c: adds single nodes to the graph.
 *
 * Files often write an activation as arithmetic. Some of it is recognised here: relu6(x + 3) / 6 is hsigmoid,
 * and x times that is hswish. */
#include "import/build.h"

#include "graph/quant.h"
#include "graph/shapes.h"
#include "import/spelled_out.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* The attributes with the scale that the node at work has, where the op takes codes and has one of its own. */
static attrs with_scales(const importer *im, op_kind op, const int *in, int n_in, attrs a) {
    if (!im->codes || n_in == 0 || !im->g->nodes[in[0]].q.on || !may_have_scale(op)) return a;
    a.q = im->codes->q;
    a.one_weight_scale = im->codes->one_weight_scale && op_table[op].class == CLASS_CONV;
    return a;
}

int add_op(importer *im, op_kind op, const int *in, int n_in, const attrs *a) {
    const attrs scaled = with_scales(im, op, in, n_in, *a);
    int made = graph_add(im->g, im->d, op, in, n_in, &scaled, NULL, im->at);
    if (made < 0) node_error(im, "it cannot be added, for the reason above");
    return made;
}

int add_unary(importer *im, op_kind op, int x) {
    if (x < 0) return -1;
    attrs a = graph_attrs_init();
    return add_op(im, op, &x, 1, &a);
}

int add_constant(importer *im, shape s, const double *numbers, const quant *q) {
    attrs a = graph_attrs_init();
    a.size = s;
    a.q = *q;
    int made = add_op(im, OP_CONSTANT, NULL, 0, &a);
    if (made < 0) return -1;
    tensor *t = im->g->nodes[made].weights[ROLE_WEIGHT];
    bool good = true;
    float *to = new_weights(im, t);
    for (int64_t i = 0; i < t->count; i++) to[i] = to_weight(im, numbers[i], &good);
    label_node(im, made, NULL);
    return good ? made : -1;
}

/* --- scale and shift */

/* Adds a batch norm with these as gamma and beta. It serves where `normalize` cannot: a factor of 0, or more
 * channels than a list in a .net file should have. */
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

/* y where node `index` is relu6(y + 3), else -1. */
static int relu6_of_plus_3(const graph *g, int index) {
    const node *n = &g->nodes[index];
    if (n->op != OP_RELU6) return -1;
    const node *shift = &g->nodes[n->in[0]];
    bool plus_3 = shift->op == OP_NORMALIZE && shift->a.n_mean == 1 && shift->a.n_std == 1 &&
                  shift->a.divide == 1 && shift->a.std[0] == 1 && shift->a.mean[0] == -3;
    return plus_3 ? shift->in[0] : -1;
}

/* Adds hsigmoid where `x` is relu6(y + 3), and hswish where it is y * relu6(y + 3): the caller asked for a
 * sixth of it. -1 where it is neither. */
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
            node_error(im, "one of its constants is not finite");
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
    if (count == 1 && shift[0] == 0 && im->g->nodes[x].op == OP_MUL) {
        const int *pair = im->g->nodes[x].in;
        int of;
        op_kind meant = product_means(im->g, pair[0], pair[1], scale[0], &of);
        if (meant != OP_IDENTITY) return add_unary(im, meant, of);
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
        node_error(im, "its bounds %g and %g are not in order", low, high);
        return -1;
    }
    if (low == 0 && high == INFINITY) return add_unary(im, OP_RELU, x);
    if (low == 0 && high == 6) return add_unary(im, OP_RELU6, x);
    attrs a = graph_attrs_init();
    a.args = (act_args){fmax(low, (double)-FLT_MAX), fmin(high, (double)FLT_MAX)};
    return add_op(im, OP_CLIP, &x, 1, &a);
}

/* --- windows */

pad_kind name_padding(const attrs *a, shape in) {
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
    /* All three hold for a 1x1 window. It gets the word that most other layers have. */
    return half ? PAD_SYMMETRIC : none ? PAD_VALID : same ? PAD_SAME : PAD_EXPLICIT;
}

int add_whole_pool(importer *im, op_kind op, int x, bool over_h, bool over_w) {
    if (x < 0) return -1;
    shape s = im->g->nodes[x].shape;
    attrs a = graph_attrs_init();
    a.padding = PAD_VALID;
    a.kernel[0] = over_h ? s.h : 1;
    a.kernel[1] = over_w ? s.w : 1;
    return add_op(im, op, &x, 1, &a);
}

/* --- labels */

/* The size of the name without the ending that a weight's name has; 0 where it has none of them. */
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

/* The size of the name of a weight without what the tools that quantise append to it. */
static size_t cut_quantised(const char *name, size_t size) {
    static const char *const endings[] = {"_Output", "_DequantizeLinear", "_dequantized", "_quantized"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t n = strlen(endings[i]);
        if (size > n && memcmp(name + size - n, endings[i], n) == 0) size -= n;
    }
    return size;
}

/* "features.0.0.weight" -> features.0.0; NULL where the name does not tell. */
static const char *label_from_weight(arena *a, const char *name) {
    size_t size = cut_quantised(name, strlen(name));
    if (size > 2 && strcmp(name + size - 2, ":0") == 0) size -= 2;
    size = cut_ending(name, size);
    return size ? arena_strndup(a, name, size) : NULL;
}

void label_node(importer *im, int made, const file_value *weight) {
    enum { LONGEST = 200 };
    if (made < 0) return;
    const char *found = weight && !weight->made_up ? label_from_weight(im->scratch, weight->name) : NULL;
    if (!found) found = im->node->label;
    if (!found) return;
    char *label = arena_strndup(im->mem, found, strnlen(found, LONGEST));
    for (char *c = label; *c; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
                     strchr("_./-", *c);
        if (!plain) *c = '_';
    }
    im->g->nodes[made].label = label;
    im->g->nodes[made].labelled = true;
}
