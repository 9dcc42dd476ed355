/* arithmetic.c: sums, products and their like, of tensors and of constants. */
#include "tflite/rules.h"

#include "import/contract.h"

#include <math.h>

bool tfl_make_add(importer *im, const tflite_op *op) { return (void)op, build_add(im); }
bool tfl_make_sub(importer *im, const tflite_op *op) { return (void)op, build_sub(im); }
bool tfl_make_mul(importer *im, const tflite_op *op) { return (void)op, build_mul(im); }
bool tfl_make_div(importer *im, const tflite_op *op) { return (void)op, build_div(im); }
bool tfl_make_add_n(importer *im, const tflite_op *op) { return (void)op, build_sum(im); }

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

/* One of the two may be a constant. */
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
