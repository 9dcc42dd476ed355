/* arithmetic.c: sums and products of two tensors, and of a tensor and a constant, which is a scale and shift.
 */
#include "onnx/import.h"

#include <string.h>

/* --- two tensors */

/* The view with axes of length 1 before it, so that it has `rank`. */
static view with_rank(const view *v, int rank) {
    int64_t sizes[VIEW_RANK];
    int more = rank - v->rank;
    for (int i = 0; i < rank; i++) sizes[i] = i < more ? 1 : view_size(v, i - more);
    view wide = *v;
    view_reshape(&wide, sizes, rank);
    return wide;
}

static bool is_vector(shape s) { return s.h == 1 && s.w == 1; }
static bool same_shape(shape x, shape y) { return x.h == y.h && x.w == y.w && x.c == y.c; }

/* Whether every axis of `small` is that of `x`, or of length 1. */
static bool lies_within(const view *small, const view *x) {
    for (int i = 0; i < x->rank; i++) {
        if (view_count(small, i) && !view_same_axis(small, i, x, i)) return false;
    }
    return true;
}

/* x sigmoid(x) and x hsigmoid(x); -1 where it is neither. */
static int add_gated(importer *im, int x, int gate) {
    const node *n = &im->g->nodes[gate];
    if (n->n_in == 0 || n->in[0] != x) return -1;
    if (n->op == OP_SIGMOID) return add_unary(im, OP_SWISH, x);
    return n->op == OP_HSIGMOID ? add_unary(im, OP_HSWISH, x) : -1;
}

static bool join_tensors(importer *im, op_kind op, value x, value y) {
    if (!view_equal(&x.v, &y.v) && (!order_channels(im, &x) || !order_channels(im, &y))) return false;
    int rank = x.v.rank > y.v.rank ? x.v.rank : y.v.rank;
    x.v = with_rank(&x.v, rank);
    y.v = with_rank(&y.v, rank);
    shape s = im->g->nodes[x.node].shape, t = im->g->nodes[y.node].shape;
    bool equal = same_shape(s, t) && view_equal(&x.v, &y.v);
    bool y_small = s.c == t.c && is_vector(t) && lies_within(&y.v, &x.v);
    bool x_small = s.c == t.c && is_vector(s) && lies_within(&x.v, &y.v);
    if (!equal && !x_small && !y_small) {
        return node_error(
            im,
            "the tensors that it joins do not fit: of equal shapes, or one of them [1, c, 1, 1], is covered");
    }
    const view *v = equal || y_small ? &x.v : &y.v;
    if (equal && op == OP_MUL) {
        int gated = add_gated(im, x.node, y.node);
        if (gated < 0) gated = add_gated(im, y.node, x.node);
        if (gated >= 0) return set_result(im, gated, v);
    }
    attrs a = graph_attrs_init();
    const int pair[2] = {x.node, y.node};
    return set_result(im, add_op(im, op, pair, 2, &a), v);
}

/* --- a tensor and a constant */

/* A layer without a bias that alone is read by this node takes the constant as one. */
static bool becomes_bias(importer *im, const value *x, const double *shift, int count) {
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
    tensor *bias = layer->weights[ROLE_BIAS];
    bias->data = ARENA_ARRAY(im->mem, float, bias->count);
    bool good = true;
    for (int64_t c = 0; c < bias->count; c++) bias->data[c] = to_weight(im, shift[count == 1 ? 0 : c], &good);
    return good && set_result(im, made, &x->v);
}

/* x * scale + shift, where one of the two comes from the constant and the other is the same for all channels.
 */
static bool make_affine(importer *im, value *x, const constant *c, bool inverse, const double *constant_scale,
                        double sign) {
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

/* Input 0 or 1 that is a tensor, the other one a constant; false where both are tensors. */
static bool find_constant(importer *im, value **x, const constant **c, bool *first) {
    value *one = input(im, 0), *other = input(im, 1);
    if (!one || !other || (one->kind == VALUE_TENSOR && other->kind == VALUE_TENSOR)) return false;
    *first = one->kind == VALUE_CONSTANT;
    *x = *first ? other : one;
    *c = *first ? &one->c : &other->c;
    return true;
}

/* Both are there, and not both constants: Sum, which is not folded, comes here with such. */
static bool check_pair(importer *im) {
    const value *x = input(im, 0), *y = input(im, 1);
    if (!x || !y) return node_error(im, "one of its two inputs is missing");
    return y->kind == VALUE_TENSOR || tensor_input(im, 0);
}

bool make_add(importer *im) {
    value *x;
    const constant *c;
    bool first;
    double one = 1;
    if (!check_pair(im)) return false;
    if (find_constant(im, &x, &c, &first)) return make_affine(im, x, c, false, &one, 1);
    return join_tensors(im, OP_ADD, *input(im, 0), *input(im, 1));
}

bool make_mul(importer *im) {
    value *x;
    const constant *c;
    bool first;
    if (!check_pair(im)) return false;
    if (find_constant(im, &x, &c, &first)) return make_affine(im, x, c, false, NULL, 1);
    return join_tensors(im, OP_MUL, *input(im, 0), *input(im, 1));
}

/* x - y is x + -y. */
bool make_sub(importer *im) {
    value *x;
    const constant *c;
    bool first;
    double one = 1, minus = -1;
    if (!check_pair(im)) return false;
    if (find_constant(im, &x, &c, &first))
        return make_affine(im, x, c, false, first ? &minus : &one, first ? 1 : -1);
    value y = *input(im, 1);
    y.node = add_scale(im, y.node, -1);
    return y.node >= 0 && join_tensors(im, OP_ADD, *input(im, 0), y);
}

bool make_div(importer *im) {
    value *x;
    const constant *c;
    bool first;
    if (!check_pair(im)) return false;
    if (find_constant(im, &x, &c, &first) && !first) return make_affine(im, x, c, true, NULL, 1);
    return node_error(im, "dividing by what depends on the network's input is not covered");
}

bool make_sum(importer *im) {
    if (im->node->n_input == 2) return make_add(im);
    value sum = {0};
    for (size_t i = 0; i < im->node->n_input; i++) {
        const value *x = tensor_input(im, (int)i);
        if (!x) return false;
        if (i == 0) {
            sum = *x;
            set_tensor(im, 0, x->node, &x->v, false);
            continue;
        }
        if (!join_tensors(im, OP_ADD, sum, *x)) return false;
        sum = *(value *)map_find(&im->values, im->node->output[0]);
    }
    return im->node->n_input > 0 || node_error(im, "it has no input");
}
