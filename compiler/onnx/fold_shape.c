/* fold_shape.c: constants taken apart, put together and counted anew: the arithmetic of shapes that exporters
 * write out, and weights that are transposed or reshaped before they are used. */
#include "onnx/import.h"

#include <string.h>

bool fold_constant(importer *im) {
    const Onnx__AttributeProto *a = find_attribute(im, "value");
    constant c;
    const char *why;
    if (a && a->t) {
        if (!constant_read(im->scratch, a->t, model_find_external, im->m, &c, &why))
            return node_error(im, "%s", why);
        set_constant(im, 0, &c);
        return true;
    }
    const int64_t none[1] = {0};
    const Onnx__AttributeProto *i = find_attribute(im, "value_int"), *f = find_attribute(im, "value_float");
    if ((i && i->has_i) || (f && f->has_f)) {
        double *number = new_constant(im, &c, none, 0, i != NULL);
        if (!number) return false;
        *number = i ? (double)i->i : (double)f->f;
        set_constant(im, 0, &c);
        return true;
    }
    const Onnx__AttributeProto *is = find_attribute(im, "value_ints"), *fs = find_attribute(im, "value_floats");
    if (!is && !fs) return node_error(im, "its value is of a kind that is not covered");
    const int64_t count[1] = {(int64_t)(is ? is->n_ints : fs->n_floats)};
    double *to = new_constant(im, &c, count, 1, is != NULL);
    if (!to) return false;
    for (int64_t k = 0; k < c.count; k++) to[k] = is ? (double)is->ints[k] : (double)fs->floats[k];
    set_constant(im, 0, &c);
    return true;
}

bool fold_constant_of_shape(importer *im) {
    int rank;
    int64_t *dims = whole_numbers(im, NULL, 0, &rank);
    const Onnx__AttributeProto *a = find_attribute(im, "value");
    constant filler, out;
    const char *why;
    double fill = 0;
    if (!dims) return false;
    bool filled = a && a->t, whole = false;
    if (filled && !constant_read(im->scratch, a->t, model_find_external, im->m, &filler, &why))
        return node_error(im, "%s", why);
    if (filled && filler.count > 0) {
        fill = constant_number(&filler, 0);
        whole = filler.whole;
    }
    double *to = rank <= CONSTANT_RANK ? new_constant(im, &out, dims, rank, whole) : NULL;
    if (!to) return rank <= CONSTANT_RANK ? false : node_error(im, "its output would have too many axes");
    for (int64_t i = 0; i < out.count; i++) to[i] = fill;
    set_constant(im, 0, &out);
    return true;
}

/* Of constants and of tensors, whose shapes are known as well. From opset 15 on, a range of the axes. */
bool fold_shape(importer *im) {
    const value *x = input(im, 0);
    int64_t sizes[VIEW_RANK];
    if (!x) return node_error(im, "its input is missing");
    int rank = x->kind == VALUE_CONSTANT ? x->c.rank : x->v.rank;
    if (x->kind == VALUE_CONSTANT) {
        memcpy(sizes, x->c.dims, sizeof sizes);
    } else {
        view_sizes(&x->v, sizes);
    }
    int64_t start = attribute_int(im, "start", 0), end = attribute_int(im, "end", rank);
    if (start < 0) start += rank;
    if (end < 0) end += rank;
    if (start < 0) start = 0;
    if (end > rank) end = rank;
    if (end < start) start = end = 0;
    constant c = constant_whole(im->scratch, sizes + start, (int)(end - start));
    set_constant(im, 0, &c);
    return true;
}

/* --- the same numbers in the same order */

static bool fold_counted(importer *im, sizes_rule rule_of_sizes) {
    const constant *c = constant_input(im, 0, "first");
    if (!c) return false;
    constant out = *c;
    if (!rule_of_sizes(im, c->dims, c->rank, out.dims, &out.rank)) return false;
    set_constant(im, 0, &out);
    return true;
}

bool fold_reshape(importer *im) { return fold_counted(im, reshaped_sizes); }
bool fold_flatten(importer *im) { return fold_counted(im, flattened_sizes); }
bool fold_squeeze(importer *im) { return fold_counted(im, squeezed_sizes); }
bool fold_unsqueeze(importer *im) { return fold_counted(im, unsqueezed_sizes); }

/* --- some of the numbers, or in another order: an affine walk over the input */

/* The output `dims` whose element at [i, j, ..] is the input's at first + i * steps[0] + j * steps[1] + .. */
static bool fold_walk(importer *im, const constant *c, const int64_t *dims, int rank, int64_t first,
                      const int64_t *steps, int output) {
    constant out;
    double *to = new_constant(im, &out, dims, rank, c->whole);
    if (!to) return false;
    for (int64_t i = 0; i < out.count; i++) {
        int64_t at = first, rest = i;
        for (int k = rank - 1; k >= 0; k--) {
            at += rest % dims[k] * steps[k];
            rest /= dims[k];
        }
        to[i] = constant_number(c, at);
    }
    set_constant(im, output, &out);
    return true;
}

/* How far apart neighbours along each axis are. */
static void find_strides(const constant *c, int64_t *strides) {
    int64_t stride = 1;
    for (int k = c->rank - 1; k >= 0; k--) {
        strides[k] = stride;
        stride *= c->dims[k];
    }
}

bool fold_transpose(importer *im) {
    const constant *c = constant_input(im, 0, "first");
    int order[VIEW_RANK];
    int64_t strides[CONSTANT_RANK], dims[CONSTANT_RANK], steps[CONSTANT_RANK];
    if (!c || !transposed_order(im, c->rank, order)) return false;
    find_strides(c, strides);
    for (int i = 0; i < c->rank; i++) {
        dims[i] = c->dims[order[i]];
        steps[i] = strides[order[i]];
    }
    return fold_walk(im, c, dims, c->rank, 0, steps, 0);
}

bool fold_slice(importer *im) {
    const constant *c = constant_input(im, 0, "first");
    cut cuts[VIEW_RANK];
    int64_t strides[CONSTANT_RANK], dims[CONSTANT_RANK], steps[CONSTANT_RANK], first = 0;
    if (!c || !slice_cuts(im, c->dims, c->rank, cuts)) return false;
    find_strides(c, strides);
    for (int i = 0; i < c->rank; i++) {
        dims[i] = cuts[i].count;
        steps[i] = cuts[i].count > 1 ? strides[i] * cuts[i].step : 0;
        if (cuts[i].count > 0) first += cuts[i].begin * strides[i];
    }
    return fold_walk(im, c, dims, c->rank, first, steps, 0);
}

bool fold_split(importer *im) {
    enum { MOST_PARTS = 4096 };
    const constant *c = constant_input(im, 0, "first");
    int axis;
    int64_t strides[CONSTANT_RANK], dims[CONSTANT_RANK], first = 0;
    int64_t *parts = ARENA_ARRAY(im->scratch, int64_t, MOST_PARTS);
    if (!c || !split_sizes(im, c->dims, c->rank, &axis, parts, MOST_PARTS)) return false;
    find_strides(c, strides);
    memcpy(dims, c->dims, sizeof dims);
    for (int i = 0; i < output_count(im); i++) {
        dims[axis] = parts[i];
        if (!fold_walk(im, c, dims, c->rank, first, strides, i)) return false;
        first += parts[i] * strides[axis];
    }
    return true;
}

/* Output [before the axis, the indices' shape, behind the axis]. */
bool fold_gather(importer *im) {
    const constant *c = constant_input(im, 0, "first"), *indices = constant_input(im, 1, "indices");
    if (!c || !indices) return false;
    int axis = check_axis(im, attribute_int(im, "axis", 0), c->rank), rank = c->rank + indices->rank - 1;
    int64_t dims[2 * CONSTANT_RANK], strides[CONSTANT_RANK];
    if (axis < 0) return false;
    if (rank > CONSTANT_RANK) return node_error(im, "its output would have too many axes");
    find_strides(c, strides);
    int64_t inner = strides[axis], size = c->dims[axis];
    memcpy(dims, c->dims, (size_t)axis * sizeof *dims);
    memcpy(dims + axis, indices->dims, (size_t)indices->rank * sizeof *dims);
    memcpy(dims + axis + indices->rank, c->dims + axis + 1, (size_t)(c->rank - axis - 1) * sizeof *dims);
    constant out;
    double *to = new_constant(im, &out, dims, rank, c->whole);
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

bool fold_concat(importer *im) {
    const constant *first = constant_input(im, 0, "first");
    int64_t dims[CONSTANT_RANK], inner = 1, done = 0;
    int axis = first ? check_axis(im, attribute_int(im, "axis", 0), first->rank) : -1;
    if (axis < 0) return false;
    memcpy(dims, first->dims, sizeof dims);
    dims[axis] = 0;
    bool whole = true;
    for (size_t i = 0; i < im->node->n_input; i++) {
        const constant *c = constant_input(im, clamp_int((int64_t)i), "part");
        if (!c) return false;
        bool fits = c->rank == first->rank && c->dims[axis] <= INT32_MAX && dims[axis] <= INT32_MAX;
        for (int k = 0; k < c->rank && fits; k++) fits = k == axis || c->dims[k] == dims[k];
        if (!fits) return node_error(im, "the shapes of its inputs do not fit");
        dims[axis] += c->dims[axis];
        whole = whole && c->whole;
    }
    constant out;
    double *to = new_constant(im, &out, dims, first->rank, whole);
    if (!to) return false;
    for (int k = axis + 1; k < first->rank; k++) inner *= dims[k];
    for (size_t i = 0; i < im->node->n_input; i++) {
        const constant *c = &input(im, clamp_int((int64_t)i))->c;
        int64_t run = c->dims[axis] * inner;
        for (int64_t k = 0; k < c->count; k++)
            to[k / run * dims[axis] * inner + done + k % run] = constant_number(c, k);
        done += run;
    }
    set_constant(im, 0, &out);
    return true;
}

/* The product of all, or along the axes that are named, which must be the only one. */
bool fold_reduce_prod(importer *im) {
    const constant *c = constant_input(im, 0, "first");
    int count;
    int64_t *axes = c ? whole_numbers(im, "axes", 1, &count) : NULL;
    if (!axes) return false;
    if (c->rank > 1) return node_error(im, "it is covered for lists only");
    const int64_t dims[1] = {1};
    constant out;
    double *to = new_constant(im, &out, dims, attribute_int(im, "keepdims", 1) ? c->rank : 0, c->whole);
    if (!to || !spend(im, c->count)) return false;
    *to = 1;
    for (int64_t i = 0; i < c->count; i++) *to *= constant_number(c, i);
    set_constant(im, 0, &out);
    return true;
}
