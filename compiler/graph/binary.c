/* binary.c: ops of two tensors that meet element by element: their values, and how shapes are broadcast. */
#include "graph/binary.h"
#include "graph/internal.h"

#include <math.h>

static double value_add(double x, double y) { return x + y; }
static double value_sub(double x, double y) { return x - y; }
static double value_mul(double x, double y) { return x * y; }
static double value_div(double x, double y) { return x / y; }
static double value_min(double x, double y) { return isnan(x) ? x : x < y ? x : y; }
static double value_max(double x, double y) { return isnan(x) ? x : x > y ? x : y; }
static double value_pow(double x, double y) { return pow(x, y); }

const binary_function binary_table[OP_COUNT] = {
    [OP_ADD] = value_add, [OP_SUB] = value_sub, [OP_MUL] = value_mul, [OP_DIV] = value_div,
    [OP_MIN] = value_min, [OP_MAX] = value_max, [OP_POW] = value_pow,
};

static bool broadcast_axis(int x, int y, int *result) {
    *result = x == 1 ? y : x;
    return x == y || x == 1 || y == 1;
}

bool broadcast_shapes(shape x, shape y, shape *result) {
    bool h = broadcast_axis(x.h, y.h, &result->h), w = broadcast_axis(x.w, y.w, &result->w);
    return broadcast_axis(x.c, y.c, &result->c) && h && w;
}

void broadcast_strides(shape s, int64_t strides[3]) {
    strides[0] = s.h == 1 ? 0 : (int64_t)s.w * s.c;
    strides[1] = s.w == 1 ? 0 : s.c;
    strides[2] = s.c == 1 ? 0 : 1;
}

bool meets_by_channel(const graph *g, const node *n) {
    shape x = input_shape(g, n, 0), y = input_shape(g, n, 1);
    bool equal = x.h == y.h && x.w == y.w, either_way = n->op != OP_SUB && n->op != OP_DIV && n->op != OP_POW;
    bool x_small = shape_pixels(x) == 1, y_small = shape_pixels(y) == 1;
    return x.c == y.c && (equal || y_small || (x_small && either_way));
}

/* Each axis equal, or 1 in one of the two. */
static bool shape_binary(const graph *g, diag *d, node *n) {
    shape x = input_shape(g, n, 0), y = input_shape(g, n, 1);
    if (broadcast_shapes(x, y, &n->shape)) return true;
    diag_error(d, n->at,
               "%s: the shapes [%d, %d, %d] and [%d, %d, %d] do not fit; each size must be equal in both, or 1 "
               "in one of them",
               op_table[n->op].name, x.h, x.w, x.c, y.h, y.w, y.c);
    return false;
}

bool shape_add(const graph *g, diag *d, node *n) { return shape_binary(g, d, n); }
bool shape_sub(const graph *g, diag *d, node *n) { return shape_binary(g, d, n); }
bool shape_mul(const graph *g, diag *d, node *n) { return shape_binary(g, d, n); }
bool shape_div(const graph *g, diag *d, node *n) { return shape_binary(g, d, n); }
bool shape_min(const graph *g, diag *d, node *n) { return shape_binary(g, d, n); }
bool shape_max(const graph *g, diag *d, node *n) { return shape_binary(g, d, n); }
bool shape_pow(const graph *g, diag *d, node *n) { return shape_binary(g, d, n); }
