/* arithmetic.c: sums, products and their like, of tensors and of constants. */
#include "onnx/rules.h"

#include <math.h>

bool make_add(importer *im, const onnx_op *op) { return (void)op, build_add(im); }
bool make_sub(importer *im, const onnx_op *op) { return (void)op, build_sub(im); }
bool make_mul(importer *im, const onnx_op *op) { return (void)op, build_mul(im); }
bool make_div(importer *im, const onnx_op *op) { return (void)op, build_div(im); }
bool make_pow(importer *im, const onnx_op *op) { return (void)op, build_pow(im); }
bool make_sum(importer *im, const onnx_op *op) { return (void)op, build_joins(im, OP_ADD, false); }
bool make_mean(importer *im, const onnx_op *op) { return (void)op, build_joins(im, OP_ADD, true); }
bool make_min(importer *im, const onnx_op *op) { return (void)op, build_joins(im, OP_MIN, false); }
bool make_max(importer *im, const onnx_op *op) { return (void)op, build_joins(im, OP_MAX, false); }

/* --- constants */

static double add(double x, double y, bool whole) { return (void)whole, x + y; }
static double subtract(double x, double y, bool whole) { return (void)whole, x - y; }
static double multiply(double x, double y, bool whole) { return (void)whole, x * y; }
static double divide(double x, double y, bool whole) { return whole ? (y != 0 ? trunc(x / y) : 0) : x / y; }
static double power(double x, double y, bool whole) { return (void)whole, pow(x, y); }
static double least(double x, double y, bool whole) { return (void)whole, fmin(x, y); }
static double most(double x, double y, bool whole) { return (void)whole, fmax(x, y); }
static double equal(double x, double y, bool whole) { return (void)whole, x == y; }

bool fold_add(importer *im, const onnx_op *op) { return (void)op, fold_binary(im, add, NUMBER_NONE); }
bool fold_sub(importer *im, const onnx_op *op) { return (void)op, fold_binary(im, subtract, NUMBER_NONE); }
bool fold_mul(importer *im, const onnx_op *op) { return (void)op, fold_binary(im, multiply, NUMBER_NONE); }
bool fold_div(importer *im, const onnx_op *op) { return (void)op, fold_binary(im, divide, NUMBER_NONE); }
bool fold_pow(importer *im, const onnx_op *op) { return (void)op, fold_binary(im, power, NUMBER_NONE); }
bool fold_min(importer *im, const onnx_op *op) { return (void)op, fold_binary(im, least, NUMBER_NONE); }
bool fold_max(importer *im, const onnx_op *op) { return (void)op, fold_binary(im, most, NUMBER_NONE); }
bool fold_equal(importer *im, const onnx_op *op) { return (void)op, fold_binary(im, equal, NUMBER_BOOL); }

static double negate(double x) { return -x; }

bool fold_neg(importer *im, const onnx_op *op) {
    (void)op;
    const constant *c = constant_input(im, 0, "first");
    return c && fold_unary(im, negate, c->type);
}

static double invert(double x) { return 1 / x; }

bool fold_abs(importer *im, const onnx_op *op) {
    (void)op;
    const constant *c = constant_input(im, 0, "first");
    return c && fold_unary(im, fabs, c->type);
}

bool fold_exp(importer *im, const onnx_op *op) { return (void)op, fold_unary(im, exp, NUMBER_F32); }
bool fold_log(importer *im, const onnx_op *op) { return (void)op, fold_unary(im, log, NUMBER_F32); }
bool fold_erf(importer *im, const onnx_op *op) { return (void)op, fold_unary(im, erf, NUMBER_F32); }
bool fold_sin(importer *im, const onnx_op *op) { return (void)op, fold_unary(im, sin, NUMBER_F32); }
bool fold_cos(importer *im, const onnx_op *op) { return (void)op, fold_unary(im, cos, NUMBER_F32); }
bool fold_round(importer *im, const onnx_op *op) { return (void)op, fold_unary(im, nearbyint, NUMBER_F32); }
bool fold_reciprocal(importer *im, const onnx_op *op) { return (void)op, fold_unary(im, invert, NUMBER_F32); }
bool fold_sqrt(importer *im, const onnx_op *op) { return (void)op, fold_unary(im, sqrt, NUMBER_F32); }
bool fold_floor(importer *im, const onnx_op *op) { return (void)op, fold_unary(im, floor, NUMBER_F32); }
bool fold_ceil(importer *im, const onnx_op *op) { return (void)op, fold_unary(im, ceil, NUMBER_F32); }
bool make_where(importer *im, const onnx_op *op) { return (void)op, build_where(im); }
bool fold_where_op(importer *im, const onnx_op *op) { return (void)op, fold_where(im); }
bool fold_range_op(importer *im, const onnx_op *op) { return (void)op, fold_range(im); }

/* The product of a list. The axes that it names can only be its one axis. */
bool fold_reduce_prod(importer *im, const onnx_op *op) {
    int count;
    if (!constant_input(im, 0, "first") || !read_list(im, op, "axes", 1, &count)) return false;
    return fold_product(im, attribute_int(im, op, "keepdims", 1) != 0);
}
