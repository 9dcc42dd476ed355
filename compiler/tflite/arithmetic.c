/* arithmetic.c: sums, products and their like, of tensors and of constants. */
#include "tflite/rules.h"

#include "import/broadcast.h"
#include "import/contract.h"

#include <math.h>

bool tfl_make_add(importer *im, const tflite_op *op) { return (void)op, build_add(im); }
bool tfl_make_sub(importer *im, const tflite_op *op) { return (void)op, build_sub(im); }
bool tfl_make_mul(importer *im, const tflite_op *op) { return (void)op, build_mul(im); }
bool tfl_make_add_n(importer *im, const tflite_op *op) { return (void)op, build_joins(im, OP_ADD, false); }

/* --- pairs for which import/ has no form of its own */

/* Inputs 0 and 1, which fit each other by broadcasting, through an op that works element by element. */
static bool build_pair(importer *im, op_kind kind) {
    file_value x, y;
    file_view v;
    if (!as_value(im, 0, &x) || !as_value(im, 1, &y)) return false;
    return set_result(im, add_together(im, kind, x, y, &v), &v);
}

/* The place of the input that is a constant of one number, which *number becomes; -1 where there is none. */
static int find_number(const importer *im, double *number) {
    for (int i = 0; i < 2; i++) {
        const file_value *v = node_input(im, i);
        if (!v || v->kind != FILE_CONSTANT || v->c.count != 1) continue;
        *number = constant_number(&v->c, 0);
        return i;
    }
    return -1;
}

static bool build_bound(importer *im, op_kind kind, double low, double high, int at) {
    if (at < 0) return build_pair(im, kind);
    const file_value *x = tensor_input(im, 1 - at);
    return x && set_result(im, add_clip(im, x->node, low, high), &x->v);
}

bool tfl_make_maximum(importer *im, const tflite_op *op) {
    double number = 0;
    (void)op;
    int at = find_number(im, &number);
    return build_bound(im, OP_MAX, number, INFINITY, at);
}

bool tfl_make_minimum(importer *im, const tflite_op *op) {
    double number = 0;
    (void)op;
    int at = find_number(im, &number);
    return build_bound(im, OP_MIN, -INFINITY, number, at);
}

/* A number by a tensor is the number times its reciprocal. */
bool tfl_make_div(importer *im, const tflite_op *op) {
    double number = 0;
    (void)op;
    if (find_number(im, &number) != 0) return build_div(im);
    const file_value *y = tensor_input(im, 1);
    return y && set_result(im, add_scale(im, add_unary(im, OP_RECIPROCAL, y->node), number), &y->v);
}

/* An exponent that is one number has an op of its own. */
bool tfl_make_pow(importer *im, const tflite_op *op) {
    attrs a = graph_attrs_init();
    (void)op;
    const file_value *x = node_input(im, 0);
    if (find_number(im, &a.args.first) != 1) return build_pair(im, OP_POW);
    return set_result(im, add_op(im, OP_POWER, &x->node, 1, &a), &x->v);
}

/* x * x */
bool tfl_make_square(importer *im, const tflite_op *op) {
    (void)op;
    const file_value *x = tensor_input(im, 0);
    if (!x) return false;
    const int pair[2] = {x->node, x->node};
    attrs a = graph_attrs_init();
    return set_result(im, add_op(im, OP_MUL, pair, 2, &a), &x->v);
}

/* (x - y)^2 */
bool tfl_make_squared_difference(importer *im, const tflite_op *op) {
    file_value *difference = between_parts(im);
    return run_part(im, op, tfl_make_sub, im->node->in, im->node->n_in, &difference, 1) &&
           run_part(im, op, tfl_make_square, &difference, 1, im->node->out, im->node->n_out);
}

/* Input 0, a constant, says where input 1 is taken, and where input 2. */
bool tfl_make_select(importer *im, const tflite_op *op) { return (void)op, build_where(im); }
bool tfl_fold_select(importer *im, const tflite_op *op) { return (void)op, fold_where(im); }

/* --- products of matrices */

/* Swaps the last two axes. */
static bool transpose_matrix(importer *im, file_value *x) {
    int order[VIEW_RANK], rank = x->v.rank;
    if (rank < 2) return node_error(im, "one of its inputs is no matrix");
    for (int i = 0; i < rank; i++) order[i] = i;
    order[rank - 2] = rank - 1;
    order[rank - 1] = rank - 2;
    view_transpose(&x->v, order);
    return true;
}

bool tfl_make_batch_matmul(importer *im, const tflite_op *op) {
    file_value x, y;
    file_view v;
    if (!as_value(im, 0, &x) || !as_value(im, 1, &y)) return false;
    if (option_bool(op, MATMUL_ADJOINT_X) && !transpose_matrix(im, &x)) return false;
    if (option_bool(op, MATMUL_ADJOINT_Y) && !transpose_matrix(im, &y)) return false;
    int made = add_matmul(im, &x, &y, &v);
    if (x.kind != y.kind) label_node(im, made, NULL);
    return set_result(im, made, &v);
}

/* --- constants */

static double add(double x, double y, bool whole) { return (void)whole, x + y; }
static double subtract(double x, double y, bool whole) { return (void)whole, x - y; }
static double multiply(double x, double y, bool whole) { return (void)whole, x * y; }
static double divide(double x, double y, bool whole) { return whole ? (y != 0 ? trunc(x / y) : 0) : x / y; }
static double divide_down(double x, double y, bool whole) { return whole && y == 0 ? 0 : floor(x / y); }
static double least(double x, double y, bool whole) { return (void)whole, fmin(x, y); }
static double most(double x, double y, bool whole) { return (void)whole, fmax(x, y); }

bool tfl_fold_add(importer *im, const tflite_op *op) { return (void)op, fold_binary(im, add, NUMBER_NONE); }
bool tfl_fold_sub(importer *im, const tflite_op *op) {
    return (void)op, fold_binary(im, subtract, NUMBER_NONE);
}
bool tfl_fold_mul(importer *im, const tflite_op *op) {
    return (void)op, fold_binary(im, multiply, NUMBER_NONE);
}
bool tfl_fold_div(importer *im, const tflite_op *op) { return (void)op, fold_binary(im, divide, NUMBER_NONE); }
bool tfl_fold_floor_div(importer *im, const tflite_op *op) {
    return (void)op, fold_binary(im, divide_down, NUMBER_NONE);
}
bool tfl_fold_max(importer *im, const tflite_op *op) { return (void)op, fold_binary(im, most, NUMBER_NONE); }
bool tfl_fold_min(importer *im, const tflite_op *op) { return (void)op, fold_binary(im, least, NUMBER_NONE); }

static double negate(double x) { return -x; }

bool tfl_fold_neg(importer *im, const tflite_op *op) {
    (void)op;
    const constant *c = constant_input(im, 0, "first");
    return c && fold_unary(im, negate, c->type);
}

/* The product of a list. The axes that it names can only be its one axis. */
bool tfl_fold_prod(importer *im, const tflite_op *op) {
    return fold_product(im, option_bool(op, REDUCER_KEEP_DIMS));
}
bool tfl_fold_range_op(importer *im, const tflite_op *op) { return (void)op, fold_range(im); }
