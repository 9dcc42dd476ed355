/* product.c: MatMul, Gemm and Einsum. */
#include "onnx/rules.h"

#include "import/broadcast.h"
#include "import/contract.h"

#include <string.h>

/* The label of the layer, where a constant is its matrix. */
static void label_product(importer *im, int made) {
    const file_value *y = node_input(im, 1);
    label_node(im, made, y->kind == FILE_CONSTANT ? y : node_input(im, 0));
}

/* Inputs 0 and 1, of which at least one is a tensor. */
static bool read_factors(importer *im, file_value *x, file_value *y) {
    if (!as_value(im, 0, x) || !as_value(im, 1, y)) return false;
    return x->kind == FILE_TENSOR || y->kind == FILE_TENSOR || tensor_input(im, 0);
}

bool make_matmul(importer *im, const onnx_op *op) {
    (void)op;
    file_value x, y;
    file_view v;
    if (!read_factors(im, &x, &y)) return false;
    int made = add_matmul(im, &x, &y, &v);
    if (x.kind != y.kind) label_product(im, made);
    return set_result(im, made, &v);
}

/* --- alpha * A * B + beta * C */

static file_value scale_constant(importer *im, const file_value *x, double times) {
    file_value scaled = *x;
    if (x->kind != FILE_CONSTANT || times == 1) return scaled;
    double *numbers = ARENA_ARRAY(im->scratch, double, x->c.count + 1);
    for (int64_t i = 0; i < x->c.count; i++) numbers[i] = times * constant_number(&x->c, i);
    scaled.c.stored = NUMBER_NONE;
    scaled.c.data = numbers;
    return scaled;
}

static void transpose_matrix(file_value *x) {
    static const int order[2] = {1, 0};
    view_transpose(&x->v, order);
}

/* What C adds to each column of the result (`columns`), or to each row, if it is a constant that does nothing
 * else; else NULL. */
static double *read_bias(importer *im, const file_value *c, bool columns, int64_t count) {
    file_view v = c->v;
    if (c->kind != FILE_CONSTANT || count > MAX_CHANNELS) return NULL;
    int along = columns ? v.rank - 1 : v.rank - 2;
    int64_t size = along >= 0 ? view_size(&v, along) : 1;
    if (c->c.count != size || (size != 1 && size != count)) return NULL;
    double *bias = ARENA_ARRAY(im->scratch, double, count);
    for (int64_t i = 0; i < count; i++) bias[i] = constant_number(&c->c, size == 1 ? 0 : i);
    return bias;
}

/* Adds `beta` * C, where the bias of the layer did not do it, to the product `made`. */
static int add_rest(importer *im, int made, file_value c, double beta, file_view *v) {
    file_value product = {.kind = FILE_TENSOR, .node = made, .v = *v};
    if (made < 0) return -1;
    if (c.kind == FILE_TENSOR) c.node = add_scale(im, c.node, beta);
    return c.kind == FILE_TENSOR && c.node < 0 ? -1 : add_together(im, OP_ADD, product, c, v);
}

bool make_gemm(importer *im, const onnx_op *op) {
    enum { ROW = 1, COLUMN, SUM };
    static const contraction axes = {.x = {ROW, SUM}, .y = {SUM, COLUMN}, .out = {ROW, COLUMN}, .rank = 2};
    file_value x, y, c = {0};
    file_view v;
    bool adds = node_input(im, 2) != NULL;
    double alpha = attribute_float(im, op, "alpha", 1), beta = attribute_float(im, op, "beta", 1);
    if (!read_factors(im, &x, &y) || (adds && !as_value(im, 2, &c))) return false;
    if (x.v.rank != 2 || y.v.rank != 2 || c.v.rank > 2)
        return node_error(im, "its first two inputs must have two axes, and its third one at most two");
    if (attribute_int(im, op, "transA", 0)) transpose_matrix(&x);
    if (attribute_int(im, op, "transB", 0)) transpose_matrix(&y);
    bool layer = x.kind == FILE_CONSTANT || y.kind == FILE_CONSTANT;
    int64_t out = y.kind == FILE_CONSTANT ? view_size(&y.v, 1) : view_size(&x.v, 0);
    x = scale_constant(im, &x, alpha);
    y = scale_constant(im, &y, alpha);
    c = scale_constant(im, &c, beta);
    const double *bias = adds && layer ? read_bias(im, &c, y.kind == FILE_CONSTANT, out) : NULL;
    int made = add_contraction(im, &x, &y, &axes, bias, &v);
    if (layer) label_product(im, made);
    if (!layer) made = add_scale(im, made, alpha);
    if (adds && !bias) made = add_rest(im, made, c, beta, &v);
    return set_result(im, made, &v);
}

/* --- Einsum */

/* Reads the labels of one term, "bhij" up to `ends`, which are letters. Returns how many; -1 after an error. */
static int read_term(importer *im, const char **at, const char *ends, int *labels) {
    int count = 0;
    for (; !strchr(ends, **at); ++*at) {
        char c = **at;
        if (c == ' ') continue;
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter || count == VIEW_RANK) {
            node_error(im, "its equation is not supported: only letters are, and at most %d in each term",
                       VIEW_RANK);
            return -1;
        }
        for (int i = 0; i < count; i++) {
            if (labels[i] != c) continue;
            node_error(im, "its equation names the axis %c of one input twice, which is not supported", c);
            return -1;
        }
        labels[count++] = (unsigned char)c;
    }
    return count;
}

/* Without "->", the result has the labels that occur once, in the order of the alphabet. */
static void default_result(contraction *c, int n, int m) {
    c->rank = 0;
    for (int letter = 'A'; letter <= 'z'; letter++) {
        int times = 0;
        for (int i = 0; i < n; i++) times += c->x[i] == letter;
        for (int i = 0; i < m; i++) times += c->y[i] == letter;
        if (times == 1 && c->rank < VIEW_RANK) c->out[c->rank++] = letter;
    }
}

/* One input, of which the equation changes the order of the axes. */
static bool permute_input(importer *im, const contraction *c, int n) {
    const file_value *x = tensor_input(im, 0);
    int order[VIEW_RANK];
    bool good = x && c->rank == n && n == x->v.rank;
    for (int i = 0; i < c->rank && good; i++) {
        order[i] = 0;
        while (order[i] < c->rank && c->x[order[i]] != c->out[i]) order[i]++;
        good = order[i] < c->rank;
    }
    if (!good)
        return x && node_error(im, "its equation sums over an axis of one input, which is not supported");
    return build_transpose(im, order);
}

bool make_einsum(importer *im, const onnx_op *op) {
    const char *at = attribute_string(im, op, "equation", "");
    contraction c = {0};
    int n = read_term(im, &at, ",-", c.x), m = 0;
    if (n < 0) return false;
    bool two = *at == ',';
    if (two) {
        at++;
        m = read_term(im, &at, ",-", c.y);
    }
    if (m < 0) return false;
    if (im->node->n_in != 1 + two || *at == ',')
        return node_error(im, "it is supported with one or two inputs");
    if (at[0] == '-' && at[1] == '>') {
        at += 2;
        c.rank = read_term(im, &at, "", c.out);
    } else {
        default_result(&c, n, m);
    }
    if (c.rank < 0) return false;
    if (!two) return permute_input(im, &c, n);
    file_value x, y;
    file_view v;
    if (!read_factors(im, &x, &y)) return false;
    if (x.v.rank != n || y.v.rank != m)
        return node_error(im, "its equation does not fit the axes of its inputs");
    return set_result(im, add_contraction(im, &x, &y, &c, NULL, &v), &v);
}
