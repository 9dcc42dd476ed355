/* arithmetic.c: sums and products of two tensors, and of a tensor and a constant, which is a scale and shift.
 */
#include "import/broadcast.h"
#include "import/build.h"
#include "import/codes.h"
#include "import/spelled_out.h"

#include <math.h>

/* --- two tensors */

/* Adds the op of both. Returns the node, or -1 after an error, and sets *v to the view of the result. */
static int join_tensors(importer *im, op_kind op, file_value x, file_value y, file_view *v) {
    int of;
    if (!same_order(im, &x, &y, v)) return -1;
    op_kind meant = op == OP_MUL ? product_means(im->g, x.node, y.node, 1, &of) : OP_IDENTITY;
    if (meant != OP_IDENTITY) return add_unary(im, meant, of);
    attrs a = graph_attrs_init();
    const int pair[2] = {x.node, y.node};
    return add_op(im, op, pair, 2, &a);
}

static bool build_joined(importer *im, op_kind op, file_value x, file_value y) {
    file_view v;
    return set_result(im, join_tensors(im, op, x, y, &v), &v);
}

/* --- a tensor and a constant */

/* Gives the constant to the layer that makes `x` as its bias, where that layer has none and nothing else reads
 * it. False where it does not fit, and after an error. */
static bool becomes_bias(importer *im, const file_value *x, const double *shift, int count) {
    const node n = im->g->nodes[x->node];
    if (op_table[n.op].class != CLASS_CONV || n.a.has_bias || !x->fresh || x->uses != 1) return false;
    attrs a = n.a;
    a.has_bias = true;
    int made = add_op(im, n.op, n.in, n.n_in, &a);
    if (made < 0) return false;
    node *layer = &im->g->nodes[made];
    layer->label = n.label;
    layer->labelled = n.labelled;
    layer->weights[ROLE_WEIGHT]->data = n.weights[ROLE_WEIGHT]->data;
    note_scales(im, made, weight_scales(im, x->node));
    tensor *bias = layer->weights[ROLE_BIAS];
    bias->data = ARENA_ARRAY(im->mem, float, bias->count);
    bool good = true;
    for (int64_t c = 0; c < bias->count; c++) bias->data[c] = to_weight(im, shift[count == 1 ? 0 : c], &good);
    return good && set_result(im, made, &x->v);
}

/* Whether all elements are equal. */
static bool is_uniform(const constant *c) {
    double first = c->count ? constant_number(c, 0) : NAN;
    bool uniform = true;
    for (int64_t i = 1; i < c->count && uniform; i++) uniform = constant_number(c, i) == first;
    return uniform;
}

/* The length of the constant over axis `axis` of a view of `rank` axes. */
static int64_t length_over(const constant *c, int rank, int axis) {
    int d = axis - (rank - c->rank);
    return d < 0 ? 1 : c->dims[d];
}

/* Whether the constant holds one number for each channel of x, or one for all. */
static bool is_by_channel(const constant *c, const file_value *x) {
    if (c->rank > x->v.rank) return false;
    for (int i = 0; i < x->v.rank; i++) {
        int64_t n = length_over(c, x->v.rank, i);
        if (n != 1 && n != view_size(&x->v, i)) return false;
        for (int k = x->v.begin[i]; k < x->v.begin[i + 1] && n != 1; k++) {
            if (x->v.factors[k].axis != MAP_C && !is_uniform(c)) return false;
        }
    }
    return true;
}

/* x * scale + shift, where one of the two comes from the constant. With `constant_scale`, that is the scale and
 * the constant times `sign` the shift; else the constant, or its `inverse`, is the scale and there is no shift.
 */
static bool build_affine(importer *im, file_value *x, const constant *c, bool inverse,
                         const double *constant_scale, double sign) {
    double *values;
    int count;
    if (!channel_values(im, c, x, &values, &count)) return false;
    double *scale = ARENA_ARRAY(im->scratch, double, count), *shift = ARENA_ARRAY(im->scratch, double, count);
    for (int i = 0; i < count; i++) {
        scale[i] = constant_scale ? *constant_scale : inverse ? 1 / values[i] : values[i];
        shift[i] = constant_scale ? sign * values[i] : 0;
    }
    if (constant_scale && *constant_scale == 1) {
        int errors = diag_error_count(im->d);
        if (becomes_bias(im, x, shift, count)) return true;
        if (diag_error_count(im->d) > errors) return false;
    }
    int made = add_scale_shift(im, x->node, scale, shift, count);
    if (made >= 0 && im->g->nodes[made].op == OP_BN && !im->g->nodes[made].label) label_node(im, made, NULL);
    return set_result(im, made, &x->v);
}

/* Tells which of the inputs 0 and 1 is the tensor and which the constant. False where both are tensors. */
static bool split_pair(importer *im, file_value **x, const constant **c, bool *first) {
    file_value *one = node_input(im, 0), *other = node_input(im, 1);
    if (!one || !other || (one->kind == FILE_TENSOR && other->kind == FILE_TENSOR)) return false;
    *first = one->kind == FILE_CONSTANT;
    *x = *first ? other : one;
    *c = *first ? &one->c : &other->c;
    return true;
}

/* Both inputs must be there, and one of them a tensor: an operator that is not folded may have two constants.
 */
static bool check_pair(importer *im) {
    const file_value *x = node_input(im, 0), *y = node_input(im, 1);
    if (!x || !y) return node_error(im, "one of its two inputs is missing");
    return y->kind == FILE_TENSOR || tensor_input(im, 0);
}

/* Adds the op of inputs 0 and 1 as two tensors, of which one may be a constant. */
static bool build_pair(importer *im, op_kind op) {
    file_value x, y;
    return as_value(im, 0, &x) && as_value(im, 1, &y) && build_joined(im, op, x, y);
}

/* Whether one of the two is a constant that holds a number for each channel; the two are set then. */
static bool is_affine(importer *im, file_value **x, const constant **c, bool *first) {
    return split_pair(im, x, c, first) && is_by_channel(*c, *x);
}

bool build_add(importer *im) {
    file_value *x;
    const constant *c;
    bool first;
    double one = 1;
    if (!check_pair(im)) return false;
    if (is_affine(im, &x, &c, &first)) return build_affine(im, x, c, false, &one, 1);
    return build_pair(im, OP_ADD);
}

bool build_mul(importer *im) {
    file_value *x;
    const constant *c;
    bool first;
    if (!check_pair(im)) return false;
    if (is_affine(im, &x, &c, &first)) return build_affine(im, x, c, false, NULL, 1);
    return build_pair(im, OP_MUL);
}

bool build_sub(importer *im) {
    file_value *x;
    const constant *c;
    bool first;
    double one = 1, minus = -1;
    if (!check_pair(im)) return false;
    if (is_affine(im, &x, &c, &first))
        return build_affine(im, x, c, false, first ? &minus : &one, first ? 1 : -1);
    return build_pair(im, OP_SUB);
}

/* c / x is c times the reciprocal. */
bool build_div(importer *im) {
    file_value *x;
    const constant *c;
    bool first;
    if (!check_pair(im)) return false;
    if (!is_affine(im, &x, &c, &first)) return build_pair(im, OP_DIV);
    if (!first) return build_affine(im, x, c, true, NULL, 1);
    file_value inverse = *x;
    inverse.node = add_unary(im, OP_RECIPROCAL, x->node);
    return inverse.node >= 0 && build_affine(im, &inverse, c, false, NULL, 1);
}

bool build_pow(importer *im) {
    file_value *x;
    const constant *c;
    bool first;
    if (!check_pair(im)) return false;
    if (!split_pair(im, &x, &c, &first) || first || c->count < 1 || !is_uniform(c) || !is_by_channel(c, x))
        return build_pair(im, OP_POW);
    attrs a = graph_attrs_init();
    a.args.first = constant_number(c, 0);
    if (a.args.first == 1) return set_result(im, x->node, &x->v);
    if (a.args.first == 0.5) return set_result(im, add_unary(im, OP_SQRT, x->node), &x->v);
    return set_result(im, add_op(im, OP_POWER, &x->node, 1, &a), &x->v);
}

/* Joins input `i` to *sum. */
static bool join_input(importer *im, op_kind op, int i, file_value *sum) {
    file_value x;
    if (!as_value(im, i, &x)) return false;
    const constant *c = &node_input(im, i)->c;
    bool bound = x.kind == FILE_CONSTANT && c->count > 0 && (op == OP_MIN || op == OP_MAX) && is_uniform(c) &&
                 is_by_channel(c, sum);
    if (bound) {
        double limit = constant_number(c, 0);
        sum->node = add_clip(im, sum->node, op == OP_MAX ? limit : -INFINITY, op == OP_MIN ? limit : INFINITY);
        return sum->node >= 0;
    }
    sum->node = join_tensors(im, op, *sum, x, &sum->v);
    return sum->node >= 0;
}

bool build_joins(importer *im, op_kind op, bool mean) {
    int first = 0, count = im->node->n_in;
    if (op == OP_ADD && !mean && count == 2) return build_add(im);
    if (count == 0) return node_error(im, "it has no input");
    while (first < count - 1 && node_input(im, first) && node_input(im, first)->kind == FILE_CONSTANT) first++;
    const file_value *x = tensor_input(im, first);
    if (!x) return false;
    file_value sum = *x;
    for (int i = 0; i < count; i++) {
        if (i != first && !join_input(im, op, i, &sum)) return false;
    }
    int made = mean ? add_scale(im, sum.node, 1.0 / count) : sum.node;
    if (made < 0) return false;
    set_tensor(im, 0, made, &sum.v, made != x->node);
    return true;
}
