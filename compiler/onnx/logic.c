/* logic.c: comparisons, masks and other operators by which files compute sizes and masks. They are supported
 * for constants. */
#include "onnx/rules.h"

#include <math.h>

static double is_less(double x, double y, bool whole) { return (void)whole, x < y; }
static double is_at_most(double x, double y, bool whole) { return (void)whole, x <= y; }
static double is_greater(double x, double y, bool whole) { return (void)whole, x > y; }
static double is_at_least(double x, double y, bool whole) { return (void)whole, x >= y; }
static double both(double x, double y, bool whole) { return (void)whole, x != 0 && y != 0; }
static double either(double x, double y, bool whole) { return (void)whole, x != 0 || y != 0; }
static double differ(double x, double y, bool whole) { return (void)whole, (x != 0) != (y != 0); }
static double is_zero(double x) { return x == 0; }

bool fold_less(importer *im, const onnx_op *op) { return (void)op, fold_binary(im, is_less, NUMBER_BOOL); }
bool fold_at_most(importer *im, const onnx_op *op) {
    return (void)op, fold_binary(im, is_at_most, NUMBER_BOOL);
}
bool fold_greater(importer *im, const onnx_op *op) {
    return (void)op, fold_binary(im, is_greater, NUMBER_BOOL);
}
bool fold_at_least(importer *im, const onnx_op *op) {
    return (void)op, fold_binary(im, is_at_least, NUMBER_BOOL);
}
bool fold_and(importer *im, const onnx_op *op) { return (void)op, fold_binary(im, both, NUMBER_BOOL); }
bool fold_or(importer *im, const onnx_op *op) { return (void)op, fold_binary(im, either, NUMBER_BOOL); }
bool fold_xor(importer *im, const onnx_op *op) { return (void)op, fold_binary(im, differ, NUMBER_BOOL); }
bool fold_not(importer *im, const onnx_op *op) { return (void)op, fold_unary(im, is_zero, NUMBER_BOOL); }

/* The rest has the sign of the divisor; with fmod = 1, that of the dividend. */
static double rest(double x, double y, bool whole) {
    double r = fmod(x, y);
    if (whole && y == 0) return 0;
    return r != 0 && (r < 0) != (y < 0) ? r + y : r;
}

static double c_rest(double x, double y, bool whole) { return whole && y == 0 ? 0 : fmod(x, y); }

bool fold_mod(importer *im, const onnx_op *op) {
    return fold_binary(im, attribute_int(im, op, "fmod", 0) ? c_rest : rest, NUMBER_NONE);
}

bool fold_trilu(importer *im, const onnx_op *op) {
    int count;
    int64_t *k = read_list(im, op, NULL, 1, &count);
    if (!k) return false;
    if (count > 1) return node_error(im, "its diagonal must be one number");
    return fold_triangle(im, attribute_int(im, op, "upper", 1) != 0, count ? k[0] : 0);
}

bool fold_nonzero_op(importer *im, const onnx_op *op) { return (void)op, fold_nonzero(im); }

/* The number of elements, of tensors, too. */
bool fold_size(importer *im, const onnx_op *op) {
    (void)op;
    const file_value *x = node_input(im, 0);
    constant c;
    if (!x) return node_error(im, "its input is missing");
    double *number = new_constant(im, &c, NULL, 0, NUMBER_I64);
    if (!number) return false;
    *number = (double)(x->kind == FILE_CONSTANT ? x->c.count : shape_elements(im->g->nodes[x->node].shape));
    set_constant(im, 0, &c);
    return true;
}
