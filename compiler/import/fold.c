/* fold.c: arithmetic on constants, element by element. */
#include "import/fold.h"

#include <math.h>

/* A folded number takes 8 bytes, so it costs more than one that is looked at. */
double *new_constant(importer *im, constant *c, const int64_t *dims, int rank, number_type type) {
    enum { COST = 32 };
    double *numbers = constant_new(im->scratch, c, dims, rank, type);
    if (!numbers) node_error(im, "its output is too large to be folded");
    return numbers && spend(im, COST * c->count) ? numbers : NULL;
}

/* The place in `c` of the element that broadcasting puts at element `index` of [dims]. */
static int64_t broadcast_index(const constant *c, const int64_t *dims, int rank, int64_t index) {
    int64_t at = 0, stride = 1;
    for (int i = rank - 1, k = c->rank - 1; k >= 0; i--, k--) {
        if (c->dims[k] != 1) at += index % dims[i] * stride;
        stride *= c->dims[k];
        index /= dims[i];
    }
    return at;
}

/* The shape to which all `count` constants are broadcast. False after an error. */
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

bool fold_binary(importer *im, fold_function f, number_type type) {
    const constant *c[2] = {constant_input(im, 0, "first"), constant_input(im, 1, "second")};
    int64_t dims[CONSTANT_RANK];
    int rank;
    constant out;
    if (!c[0] || !c[1]) return false;
    if (im->node->n_in > 2) return node_error(im, "it is supported only with two inputs");
    if (!broadcast_shape(im, c, 2, dims, &rank)) return false;
    number_type joined = joined_type(c[0]->type, c[1]->type);
    double *to = new_constant(im, &out, dims, rank, type == NUMBER_NONE ? joined : type);
    if (!to) return false;
    for (int64_t i = 0; i < out.count; i++) {
        double x = constant_number(c[0], broadcast_index(c[0], dims, rank, i));
        double y = constant_number(c[1], broadcast_index(c[1], dims, rank, i));
        to[i] = f(x, y, number_table[joined].whole);
    }
    set_constant(im, 0, &out);
    return true;
}

bool fold_unary(importer *im, double (*f)(double x), number_type type) {
    const constant *c = constant_input(im, 0, "first");
    constant out;
    double *to = c ? new_constant(im, &out, c->dims, c->rank, type) : NULL;
    if (!to) return false;
    for (int64_t i = 0; i < out.count; i++) to[i] = f(constant_number(c, i));
    set_constant(im, 0, &out);
    return true;
}

bool fold_identity(importer *im) {
    const constant *c = constant_input(im, 0, "first");
    if (c) set_constant(im, 0, c);
    return c != NULL;
}

static double truth(double x) { return x != 0; }

/* Integers that another integer type could not hold keep their value: files cast sizes, which are small. Floats
 * lose nothing by being kept as they are. */
bool fold_cast(importer *im, number_type type) {
    const constant *c = constant_input(im, 0, "first");
    if (!c) return false;
    if (type == NUMBER_BOOL) return fold_unary(im, truth, type);
    if (number_table[type].whole && !constant_is_whole(c)) return fold_unary(im, trunc, type);
    constant out = *c;
    out.type = type;
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
    double *to = new_constant(im, &out, dims, rank, joined_type(c[1]->type, c[2]->type));
    if (!to) return false;
    for (int64_t i = 0; i < out.count; i++) {
        bool first = constant_number(c[0], broadcast_index(c[0], dims, rank, i)) != 0;
        const constant *from = first ? c[1] : c[2];
        to[i] = constant_number(from, broadcast_index(from, dims, rank, i));
    }
    set_constant(im, 0, &out);
    return true;
}

bool fold_select(importer *im, const constant *condition, const constant *c, bool where, constant *out) {
    static const constant one = {.count = 1, .type = NUMBER_F32};
    const constant *const inputs[2] = {condition, c ? c : &one};
    int64_t dims[CONSTANT_RANK];
    int rank;
    if (!broadcast_shape(im, inputs, 2, dims, &rank)) return false;
    double *to = new_constant(im, out, dims, rank, NUMBER_F32);
    if (!to) return false;
    for (int64_t i = 0; i < out->count; i++) {
        bool chosen = constant_number(condition, broadcast_index(condition, dims, rank, i)) != 0;
        if (chosen == where) to[i] = c ? constant_number(c, broadcast_index(c, dims, rank, i)) : 1;
    }
    return true;
}

bool fold_expand(importer *im, const int64_t *sizes, int rank) {
    const constant *c = constant_input(im, 0, "first");
    int64_t dims[CONSTANT_RANK];
    if (!c) return false;
    if (rank > CONSTANT_RANK) return node_error(im, "its output would have too many axes");
    constant wanted = {.rank = rank}, out;
    for (int i = 0; i < rank; i++) wanted.dims[i] = sizes[i];
    const constant *const both[2] = {c, &wanted};
    if (!broadcast_shape(im, both, 2, dims, &rank)) return false;
    double *to = new_constant(im, &out, dims, rank, c->type);
    if (!to) return false;
    for (int64_t i = 0; i < out.count; i++) to[i] = constant_number(c, broadcast_index(c, dims, rank, i));
    set_constant(im, 0, &out);
    return true;
}

bool fold_tile(importer *im, const int64_t *times) {
    const constant *c = constant_input(im, 0, "first");
    int64_t dims[CONSTANT_RANK];
    constant out;
    if (!c) return false;
    for (int i = 0; i < c->rank; i++) {
        if (times[i] < 0 || times[i] > INT32_MAX || c->dims[i] > INT32_MAX)
            return node_error(im, "it repeats an axis a number of times that is not supported");
        dims[i] = c->dims[i] * times[i];
    }
    double *to = new_constant(im, &out, dims, c->rank, c->type);
    if (!to) return false;
    for (int64_t i = 0; i < out.count; i++) {
        int64_t at = 0, stride = 1, rest = i;
        for (int k = c->rank - 1; k >= 0; k--) {
            at += rest % dims[k] % c->dims[k] * stride;
            stride *= c->dims[k];
            rest /= dims[k];
        }
        to[i] = constant_number(c, at);
    }
    set_constant(im, 0, &out);
    return true;
}

bool fold_range(importer *im) {
    double numbers[3]; /* start, limit, step */
    for (int i = 0; i < 3; i++) {
        if (!number_input(im, i, "number", &numbers[i])) return false;
    }
    double steps = ceil((numbers[1] - numbers[0]) / numbers[2]);
    constant out;
    if (!(steps < 1e6)) return node_error(im, "its range has no end, or is too long");
    const int64_t dims[1] = {steps > 0 ? (int64_t)steps : 0};
    double *to = new_constant(im, &out, dims, 1, node_input(im, 0)->c.type);
    if (!to) return false;
    for (int64_t i = 0; i < out.count; i++) to[i] = numbers[0] + (double)i * numbers[2];
    set_constant(im, 0, &out);
    return true;
}
