/* arithmetic.c: sums, differences, products and quotients of two tensors, and of a tensor and a constant, which
 * is a scale and shift where it differs by channels alone. */
#include "import/broadcast.h"
#include "import/build.h"

/* --- two tensors */

static bool is_equal_shape(shape x, shape y) { return x.h == y.h && x.w == y.w && x.c == y.c; }

/* Adds x * sigmoid(x) as swish and x * hsigmoid(x) as hswish. -1 where `gate` is neither. */
static int add_gated(importer *im, int x, int gate) {
    const node *n = &im->g->nodes[gate];
    if (n->n_in == 0 || n->in[0] != x) return -1;
    if (n->op == OP_SIGMOID) return add_unary(im, OP_SWISH, x);
    return n->op == OP_HSIGMOID ? add_unary(im, OP_HSWISH, x) : -1;
}

/* Adds the sum, the difference, the product or the quotient of both. Returns the node, or -1 after an error,
 * and sets *v to the view of the result. */
static int join_tensors(importer *im, op_kind op, file_value x, file_value y, file_view *v) {
    if (!same_order(im, &x, &y, v)) return -1;
    bool equal = is_equal_shape(im->g->nodes[x.node].shape, im->g->nodes[y.node].shape);
    if (equal && op == OP_MUL) {
        int gated = add_gated(im, x.node, y.node);
        if (gated < 0) gated = add_gated(im, y.node, x.node);
        if (gated >= 0) return gated;
    }
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
    tensor *bias = layer->weights[ROLE_BIAS];
    bias->data = ARENA_ARRAY(im->mem, float, bias->count);
    bool good = true;
    for (int64_t c = 0; c < bias->count; c++) bias->data[c] = to_weight(im, shift[count == 1 ? 0 : c], &good);
    return good && set_result(im, made, &x->v);
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

/* Whether the constant is broadcast over the tensor, and differs by channels alone. */
static bool differs_by_channels(const constant *c, const file_value *x) {
    if (c->rank > x->v.rank) return false;
    for (int d = 0; d < c->rank; d++) {
        int axis = x->v.rank - c->rank + d;
        if (c->dims[d] == 1) continue;
        if (c->dims[d] != view_size(&x->v, axis)) return false;
        for (int k = x->v.begin[axis]; k < x->v.begin[axis + 1]; k++) {
            if (x->v.factors[k].axis != MAP_C) return false;
        }
    }
    return true;
}

/* Tells which of the inputs 0 and 1 is a tensor, and which a constant that is a number for each of its
 * channels. False where they are not that. */
static bool split_pair(importer *im, file_value **x, const constant **c, bool *first) {
    file_value *one = node_input(im, 0), *other = node_input(im, 1);
    if (!one || !other || one->kind == other->kind) return false;
    *first = one->kind == FILE_CONSTANT;
    *x = *first ? other : one;
    *c = *first ? &one->c : &other->c;
    return differs_by_channels(*c, *x);
}

/* The op on inputs 0 and 1, of which one may be any constant. */
static bool build_op(importer *im, op_kind op) {
    file_value x, y;
    return as_value(im, 0, &x) && as_value(im, 1, &y) && build_joined(im, op, x, y);
}

/* Both inputs must be there, and one of them a tensor: an operator that is not folded may have two constants.
 */
static bool check_pair(importer *im) {
    const file_value *x = node_input(im, 0), *y = node_input(im, 1);
    if (!x || !y) return node_error(im, "one of its two inputs is missing");
    return y->kind == FILE_TENSOR || tensor_input(im, 0);
}

bool build_add(importer *im) {
    file_value *x;
    const constant *c;
    bool first;
    double one = 1;
    if (!check_pair(im)) return false;
    if (split_pair(im, &x, &c, &first)) return build_affine(im, x, c, false, &one, 1);
    return build_op(im, OP_ADD);
}

bool build_mul(importer *im) {
    file_value *x;
    const constant *c;
    bool first;
    if (!check_pair(im)) return false;
    if (split_pair(im, &x, &c, &first)) return build_affine(im, x, c, false, NULL, 1);
    return build_op(im, OP_MUL);
}

bool build_sub(importer *im) {
    file_value *x;
    const constant *c;
    bool first;
    double one = 1, minus = -1;
    if (!check_pair(im)) return false;
    if (split_pair(im, &x, &c, &first))
        return build_affine(im, x, c, false, first ? &minus : &one, first ? 1 : -1);
    return build_op(im, OP_SUB);
}

bool build_div(importer *im) {
    file_value *x;
    const constant *c;
    bool first;
    if (!check_pair(im)) return false;
    if (split_pair(im, &x, &c, &first) && !first) return build_affine(im, x, c, true, NULL, 1);
    return build_op(im, OP_DIV);
}

/* Adds those of the inputs that are tensors, or those that are constants, to the sum. */
static bool add_inputs(importer *im, file_value_kind kind, file_value *sum) {
    for (int i = 0; i < im->node->n_in; i++) {
        file_value x;
        if (!as_value(im, i, &x)) return false;
        if (x.kind != kind) continue;
        if (sum->kind == FILE_UNKNOWN) {
            *sum = x;
        } else {
            sum->node = join_tensors(im, OP_ADD, *sum, x, &sum->v);
        }
        if (sum->node < 0) return false;
    }
    return true;
}

bool build_sum(importer *im) {
    if (im->node->n_in == 2) return build_add(im);
    if (im->node->n_in == 0) return node_error(im, "it has no input");
    file_value sum = {.kind = FILE_UNKNOWN};
    if (!add_inputs(im, FILE_TENSOR, &sum)) return false;
    if (sum.kind == FILE_UNKNOWN) return tensor_input(im, 0) != NULL;
    if (!add_inputs(im, FILE_CONSTANT, &sum)) return false;
    set_tensor(im, 0, sum.node, &sum.v, im->node->n_in > 1);
    return true;
}
