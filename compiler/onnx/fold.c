/* fold.c: arithmetic on constants, element by element. In double precision: whole numbers up to 2^53 are exact,
 * and floats are rounded once, when they become weights. */
#include "onnx/import.h"

#include <math.h>
#include <string.h>

/* The place in `c` of the element over which element `index` of [dims] stands, as broadcasting has it. */
static int64_t broadcast_index(const constant *c, const int64_t *dims, int rank, int64_t index) {
    int64_t at = 0, stride = 1;
    for (int i = rank - 1, k = c->rank - 1; k >= 0; i--, k--) {
        if (c->dims[k] != 1) at += index % dims[i] * stride;
        stride *= c->dims[k];
        index /= dims[i];
    }
    return at;
}

/* The shape to which all `count` inputs stretch; false after an error. */
static bool broadcast_shape(importer *im, const constant *const *c, int count, int64_t *dims, int *rank) {
    *rank = 0;
    for (int n = 0; n < count; n++) *rank = c[n]->rank > *rank ? c[n]->rank : *rank;
    for (int i = 0; i < *rank; i++) {
        dims[i] = 1;
        for (int n = 0; n < count; n++) {
            int k = i - (*rank - c[n]->rank);
            if (k < 0 || c[n]->dims[k] == 1) continue;
            if (dims[i] != 1 && dims[i] != c[n]->dims[k])
                return node_error(im, "the shapes of its inputs do not fit");
            dims[i] = c[n]->dims[k];
        }
    }
    return true;
}

typedef double (*binary)(double x, double y, bool whole);

static bool fold_binary(importer *im, binary f) {
    const constant *c[2] = {constant_input(im, 0, "first"), constant_input(im, 1, "second")};
    int64_t dims[CONSTANT_RANK];
    int rank;
    constant out;
    if (!c[0] || !c[1]) return false;
    if (im->node->n_input > 2) return node_error(im, "it is covered for two inputs");
    if (!broadcast_shape(im, c, 2, dims, &rank)) return false;
    bool whole = c[0]->whole && c[1]->whole;
    double *to = new_constant(im, &out, dims, rank, whole);
    if (!to) return false;
    for (int64_t i = 0; i < out.count; i++) {
        double x = constant_number(c[0], broadcast_index(c[0], dims, rank, i));
        double y = constant_number(c[1], broadcast_index(c[1], dims, rank, i));
        to[i] = f(x, y, whole);
    }
    set_constant(im, 0, &out);
    return true;
}

static double add(double x, double y, bool whole) { return (void)whole, x + y; }
static double subtract(double x, double y, bool whole) { return (void)whole, x - y; }
static double multiply(double x, double y, bool whole) { return (void)whole, x * y; }
static double divide(double x, double y, bool whole) { return whole ? (y != 0 ? trunc(x / y) : 0) : x / y; }
static double power(double x, double y, bool whole) { return (void)whole, pow(x, y); }
static double least(double x, double y, bool whole) { return (void)whole, fmin(x, y); }
static double most(double x, double y, bool whole) { return (void)whole, fmax(x, y); }
static double equal(double x, double y, bool whole) { return (void)whole, x == y; }

bool fold_add(importer *im) { return fold_binary(im, add); }
bool fold_sub(importer *im) { return fold_binary(im, subtract); }
bool fold_mul(importer *im) { return fold_binary(im, multiply); }
bool fold_div(importer *im) { return fold_binary(im, divide); }
bool fold_pow(importer *im) { return fold_binary(im, power); }
bool fold_min(importer *im) { return fold_binary(im, least); }
bool fold_max(importer *im) { return fold_binary(im, most); }
bool fold_equal(importer *im) { return fold_binary(im, equal); }

typedef double (*unary)(double x);

static bool fold_unary(importer *im, unary f, bool whole) {
    const constant *c = constant_input(im, 0, "first");
    constant out;
    double *to = c ? new_constant(im, &out, c->dims, c->rank, whole) : NULL;
    if (!to) return false;
    for (int64_t i = 0; i < out.count; i++) to[i] = f(constant_number(c, i));
    set_constant(im, 0, &out);
    return true;
}

static double negate(double x) { return -x; }
static double truth(double x) { return x != 0; }

bool fold_neg(importer *im) { return fold_unary(im, negate, input(im, 0) && input(im, 0)->c.whole); }
bool fold_sqrt(importer *im) { return fold_unary(im, sqrt, false); }
bool fold_floor(importer *im) { return fold_unary(im, floor, false); }
bool fold_ceil(importer *im) { return fold_unary(im, ceil, false); }

bool fold_identity(importer *im) {
    const constant *c = constant_input(im, 0, "first");
    if (c) set_constant(im, 0, c);
    return c != NULL;
}

/* To bool: 0 or 1. To a type of whole numbers: rounded towards 0. To floats nothing is lost by keeping them. */
bool fold_cast(importer *im) {
    const constant *c = constant_input(im, 0, "first");
    if (!c) return false;
    int to = clamp_int(attribute_int(im, "to", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT));
    if (to == ONNX__TENSOR_PROTO__DATA_TYPE__BOOL) return fold_unary(im, truth, true);
    if (is_whole_type(to) && !c->whole) return fold_unary(im, trunc, true);
    constant out = *c;
    out.whole = is_whole_type(to);
    set_constant(im, 0, &out);
    return true;
}

bool fold_where(importer *im) {
    const constant *c[3];
    int64_t dims[CONSTANT_RANK];
    int rank;
    constant out;
    for (int i = 0; i < 3; i++) {
        c[i] = constant_input(im, i, "first");
        if (!c[i]) return false;
    }
    if (!broadcast_shape(im, c, 3, dims, &rank)) return false;
    double *to = new_constant(im, &out, dims, rank, c[1]->whole && c[2]->whole);
    if (!to) return false;
    for (int64_t i = 0; i < out.count; i++) {
        bool first = constant_number(c[0], broadcast_index(c[0], dims, rank, i)) != 0;
        const constant *from = first ? c[1] : c[2];
        to[i] = constant_number(from, broadcast_index(from, dims, rank, i));
    }
    set_constant(im, 0, &out);
    return true;
}

bool fold_expand(importer *im) {
    const constant *c = constant_input(im, 0, "first");
    int count;
    int64_t *asked = c ? whole_numbers(im, NULL, 1, &count) : NULL, dims[CONSTANT_RANK];
    if (!asked) return false;
    if (count > CONSTANT_RANK) return node_error(im, "its output would have too many axes");
    int rank;
    constant wanted = {.rank = count}, out;
    for (int i = 0; i < count; i++) wanted.dims[i] = asked[i];
    const constant *const both[2] = {c, &wanted};
    if (!broadcast_shape(im, both, 2, dims, &rank)) return false;
    double *to = new_constant(im, &out, dims, rank, c->whole);
    if (!to) return false;
    for (int64_t i = 0; i < out.count; i++) to[i] = constant_number(c, broadcast_index(c, dims, rank, i));
    set_constant(im, 0, &out);
    return true;
}

bool fold_range(importer *im) {
    double start, limit, delta;
    if (!number_from(im, NULL, 0, &start) || !number_from(im, NULL, 1, &limit) ||
        !number_from(im, NULL, 2, &delta)) {
        return false;
    }
    double steps = ceil((limit - start) / delta);
    constant out;
    if (!(steps < 1e6)) return node_error(im, "its range has no end, or is too long");
    const int64_t dims[1] = {steps > 0 ? (int64_t)steps : 0};
    double *to = new_constant(im, &out, dims, 1, input(im, 0) && input(im, 0)->c.whole);
    if (!to) return false;
    for (int64_t i = 0; i < out.count; i++) to[i] = start + (double)i * delta;
    set_constant(im, 0, &out);
    return true;
}
