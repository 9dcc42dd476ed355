/* constants.c: operators that give constants: Constant and its like, and Shape. */
#include "onnx/rules.h"

#include "onnx/tensor.h"

#include <string.h>

/* A constant that cannot be read is an error only where a node uses it. */
bool fold_constant(importer *im, const onnx_op *op) {
    const Onnx__AttributeProto *a = find_attribute(op, "value");
    constant c;
    const char *why;
    if (a && a->t) {
        if (!read_tensor(im->scratch, a->t, op->m, &c, &why)) {
            set_fault(im, 0, why);
        } else {
            set_constant(im, 0, &c);
        }
        return true;
    }
    const int64_t none[1] = {0};
    const Onnx__AttributeProto *i = find_attribute(op, "value_int"), *f = find_attribute(op, "value_float");
    if ((i && i->has_i) || (f && f->has_f)) {
        double *number = new_constant(im, &c, none, 0, i ? NUMBER_I64 : NUMBER_F32);
        if (!number) return false;
        *number = i ? (double)i->i : (double)f->f;
        set_constant(im, 0, &c);
        return true;
    }
    const Onnx__AttributeProto *is = find_attribute(op, "value_ints"), *fs = find_attribute(op, "value_floats");
    if (!is && !fs) {
        set_fault(im, 0, "its value has a kind that is not supported");
        return true;
    }
    const int64_t count[1] = {(int64_t)(is ? is->n_ints : fs->n_floats)};
    double *to = new_constant(im, &c, count, 1, is ? NUMBER_I64 : NUMBER_F32);
    if (!to) return false;
    for (int64_t k = 0; k < c.count; k++) to[k] = is ? (double)is->ints[k] : (double)fs->floats[k];
    set_constant(im, 0, &c);
    return true;
}

bool fold_constant_of_shape(importer *im, const onnx_op *op) {
    int rank;
    int64_t *dims = read_list(im, op, NULL, 0, &rank);
    const Onnx__AttributeProto *a = find_attribute(op, "value");
    constant filler, out;
    const char *why;
    double fill = 0;
    if (!dims) return false;
    bool filled = a && a->t;
    number_type type = NUMBER_F32;
    if (filled && !read_tensor(im->scratch, a->t, op->m, &filler, &why)) return node_error(im, "%s", why);
    if (filled && filler.count > 0) {
        fill = constant_number(&filler, 0);
        type = filler.type;
    }
    double *to = rank <= CONSTANT_RANK ? new_constant(im, &out, dims, rank, type) : NULL;
    if (!to) return rank <= CONSTANT_RANK ? false : node_error(im, "its output would have too many axes");
    for (int64_t i = 0; i < out.count; i++) to[i] = fill;
    set_constant(im, 0, &out);
    return true;
}

/* From opset 15 on, a range of the axes can be asked for. */
bool fold_shape(importer *im, const onnx_op *op) {
    const file_value *x = node_input(im, 0);
    int64_t sizes[VIEW_RANK];
    if (!x) return node_error(im, "its input is missing");
    int rank = x->kind == FILE_CONSTANT ? x->c.rank : x->v.rank;
    if (x->kind == FILE_CONSTANT) {
        memcpy(sizes, x->c.dims, sizeof sizes);
    } else {
        view_sizes(&x->v, sizes);
    }
    int64_t start = attribute_int(im, op, "start", 0), end = attribute_int(im, op, "end", rank);
    if (start < 0) start += rank;
    if (end < 0) end += rank;
    if (start < 0) start = 0;
    if (end > rank) end = rank;
    if (end < start) start = end = 0;
    constant c = constant_list(im->scratch, sizes + start, (int)(end - start));
    set_constant(im, 0, &c);
    return true;
}

bool fold_cast_op(importer *im, const onnx_op *op) {
    if (!constant_input(im, 0, "first")) return false;
    int64_t to = attribute_int(im, op, "to", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT);
    number_type type = find_number_type(clamp_int(to));
    if (type == NUMBER_NONE) return node_error(im, "a cast to that element type is not supported");
    return fold_cast(im, type);
}

bool fold_identity_op(importer *im, const onnx_op *op) { return (void)op, fold_identity(im); }
