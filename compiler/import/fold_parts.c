/* fold_parts.c: constants taken apart, put together and counted anew. */
#include "import/fold.h"

#include <string.h>

/* --- the same numbers in the same order */

bool fold_reshape(importer *im, const int64_t *sizes, int rank) {
    const constant *c = constant_input(im, 0, "first");
    if (!c) return false;
    constant out = *c;
    out.rank = rank;
    memcpy(out.dims, sizes, (size_t)rank * sizeof *sizes);
    set_constant(im, 0, &out);
    return true;
}

/* --- some of the numbers, or all in another order: a walk over the input with a step for each axis */

/* Sets the output of these sizes whose element [i, j, ..] is the input's at first + i * steps[0] + j * steps[1]
 * + .. */
static bool fold_walk(importer *im, const constant *c, const int64_t *dims, int64_t first, const int64_t *steps,
                      int output) {
    constant out;
    double *to = new_constant(im, &out, dims, c->rank, c->type);
    if (!to) return false;
    for (int64_t i = 0; i < out.count; i++) {
        int64_t at = first, rest = i;
        for (int k = c->rank - 1; k >= 0; k--) {
            at += rest % dims[k] * steps[k];
            rest /= dims[k];
        }
        to[i] = constant_number(c, at);
    }
    set_constant(im, output, &out);
    return true;
}

/* How far apart neighbours along each axis lie. */
static void find_strides(const constant *c, int64_t *strides) {
    int64_t stride = 1;
    for (int k = c->rank - 1; k >= 0; k--) {
        strides[k] = stride;
        stride *= c->dims[k];
    }
}

bool fold_transpose(importer *im, const int *order) {
    const constant *c = constant_input(im, 0, "first");
    int64_t strides[CONSTANT_RANK], dims[CONSTANT_RANK], steps[CONSTANT_RANK];
    if (!c) return false;
    find_strides(c, strides);
    for (int i = 0; i < c->rank; i++) {
        dims[i] = c->dims[order[i]];
        steps[i] = strides[order[i]];
    }
    return fold_walk(im, c, dims, 0, steps, 0);
}

bool fold_slice(importer *im, const axis_cut *cuts) {
    const constant *c = constant_input(im, 0, "first");
    int64_t strides[CONSTANT_RANK], dims[CONSTANT_RANK], steps[CONSTANT_RANK], first = 0;
    if (!c) return false;
    find_strides(c, strides);
    for (int i = 0; i < c->rank; i++) {
        dims[i] = cuts[i].count;
        steps[i] = cuts[i].count > 1 ? strides[i] * cuts[i].step : 0;
        if (cuts[i].count > 0) first += cuts[i].begin * strides[i];
    }
    return fold_walk(im, c, dims, first, steps, 0);
}

bool fold_split(importer *im, int axis, const int64_t *parts) {
    const constant *c = constant_input(im, 0, "first");
    int64_t strides[CONSTANT_RANK], dims[CONSTANT_RANK], first = 0;
    if (!c) return false;
    find_strides(c, strides);
    memcpy(dims, c->dims, sizeof dims);
    for (int i = 0; i < im->node->n_out; i++) {
        dims[axis] = parts[i];
        if (!fold_walk(im, c, dims, first, strides, i)) return false;
        first += parts[i] * strides[axis];
    }
    return true;
}

/* --- gather, concat, product */

bool fold_gather(importer *im, int axis) {
    const constant *c = constant_input(im, 0, "first"), *indices = constant_input(im, 1, "indices");
    if (!c || !indices) return false;
    int rank = c->rank + indices->rank - 1;
    int64_t dims[2 * CONSTANT_RANK], strides[CONSTANT_RANK];
    if (rank > CONSTANT_RANK) return node_error(im, "its output would have too many axes");
    find_strides(c, strides);
    int64_t inner = strides[axis], size = c->dims[axis];
    memcpy(dims, c->dims, (size_t)axis * sizeof *dims);
    memcpy(dims + axis, indices->dims, (size_t)indices->rank * sizeof *dims);
    memcpy(dims + axis + indices->rank, c->dims + axis + 1, (size_t)(c->rank - axis - 1) * sizeof *dims);
    constant out;
    double *to = new_constant(im, &out, dims, rank, c->type);
    if (!to) return false;
    for (int64_t i = 0; i < out.count; i++) {
        double at = constant_number(indices, i / inner % indices->count);
        if (at < 0) at += (double)size;
        if (!(at >= 0 && at < (double)size)) return node_error(im, "an index is out of range");
        int64_t outer = i / (inner * indices->count);
        to[i] = constant_number(c, (outer * size + (int64_t)at) * inner + i % inner);
    }
    set_constant(im, 0, &out);
    return true;
}

/* Sets the length of the joined axis in `dims`, which holds the first input's sizes, and the type of all. False
 * after an error. */
static bool join_shapes(importer *im, int axis, int64_t *dims, number_type *type) {
    const constant *first = constant_input(im, 0, "first");
    *type = first->type;
    dims[axis] = 0;
    for (int i = 0; i < im->node->n_in; i++) {
        const constant *c = constant_input(im, i, "part");
        if (!c) return false;
        bool fits = c->rank == first->rank && c->dims[axis] <= INT32_MAX && dims[axis] <= INT32_MAX;
        for (int k = 0; k < c->rank && fits; k++) fits = k == axis || c->dims[k] == dims[k];
        if (!fits) return node_error(im, "the shapes of its inputs do not fit");
        dims[axis] += c->dims[axis];
        *type = joined_type(*type, c->type);
    }
    return true;
}

bool fold_concat(importer *im, int64_t along) {
    const constant *first = constant_input(im, 0, "first");
    int64_t dims[CONSTANT_RANK], inner = 1, done = 0;
    number_type type;
    int axis = first ? check_axis(im, along, first->rank) : -1;
    if (axis < 0) return false;
    memcpy(dims, first->dims, sizeof dims);
    if (!join_shapes(im, axis, dims, &type)) return false;
    constant out;
    double *to = new_constant(im, &out, dims, first->rank, type);
    if (!to) return false;
    for (int k = axis + 1; k < first->rank; k++) inner *= dims[k];
    for (int i = 0; i < im->node->n_in; i++) {
        const constant *c = &node_input(im, i)->c;
        int64_t run = c->dims[axis] * inner;
        for (int64_t k = 0; k < c->count; k++)
            to[k / run * dims[axis] * inner + done + k % run] = constant_number(c, k);
        done += run;
    }
    set_constant(im, 0, &out);
    return true;
}

/* --- masks */

bool fold_triangle(importer *im, bool upper, int64_t k) {
    const constant *c = constant_input(im, 0, "first");
    constant out;
    if (!c) return false;
    if (c->rank < 2) return node_error(im, "its input must have two axes or more");
    double *to = new_constant(im, &out, c->dims, c->rank, c->type);
    if (!to) return false;
    int64_t rows = c->dims[c->rank - 2], columns = c->dims[c->rank - 1];
    for (int64_t i = 0; i < c->count; i++) {
        double from_diagonal = (double)(i % columns - i / columns % rows) - (double)k;
        to[i] = upper ? from_diagonal >= 0 : from_diagonal <= 0;
        if (to[i] != 0) to[i] = constant_number(c, i);
    }
    set_constant(im, 0, &out);
    return true;
}

bool fold_nonzero(importer *im) {
    const constant *c = constant_input(im, 0, "first");
    constant out;
    if (!c) return false;
    int64_t found = 0, dims[2] = {c->rank, 0};
    if (!spend(im, c->count)) return false;
    for (int64_t i = 0; i < c->count; i++) dims[1] += constant_number(c, i) != 0;
    double *to = new_constant(im, &out, dims, 2, NUMBER_I64);
    if (!to) return false;
    for (int64_t i = 0; i < c->count; i++) {
        if (constant_number(c, i) == 0) continue;
        int64_t rest = i;
        for (int k = c->rank - 1; k >= 0; k--) {
            to[k * dims[1] + found] = (double)(rest % c->dims[k]);
            rest /= c->dims[k];
        }
        found++;
    }
    set_constant(im, 0, &out);
    return true;
}

bool fold_product(importer *im, bool keep) {
    const constant *c = constant_input(im, 0, "first");
    if (!c) return false;
    if (c->rank > 1) return node_error(im, "it is supported only for lists");
    const int64_t dims[1] = {1};
    constant out;
    double *to = new_constant(im, &out, dims, keep ? c->rank : 0, c->type);
    if (!to || !spend(im, c->count)) return false;
    *to = 1;
    for (int64_t i = 0; i < c->count; i++) *to *= constant_number(c, i);
    set_constant(im, 0, &out);
    return true;
}
