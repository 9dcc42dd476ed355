/* operator.c: the options and inputs of the operator at work, and operators that are made of several parts. */
#include "tflite/rules.h"

int64_t option_int(const tflite_op *op, int field, int otherwise) {
    return flat_i32(&op->f->m.file, op->o->options, field, otherwise);
}

int option_byte(const tflite_op *op, int field) { return flat_i8(&op->f->m.file, op->o->options, field, 0); }

bool option_bool(const tflite_op *op, int field) { return flat_bool(&op->f->m.file, op->o->options, field); }

double option_float(const tflite_op *op, int field) { return flat_f32(&op->f->m.file, op->o->options, field); }

int64_t *option_list(importer *im, const tflite_op *op, int field, int *count) {
    flat_vector v = flat_subvector(&op->f->m.file, op->o->options, field, 4);
    if (v.count > MAX_LIST) {
        node_error(im, "its options have a list of too many numbers");
        return NULL;
    }
    int64_t *list = ARENA_ARRAY(im->scratch, int64_t, v.count + 1);
    for (size_t i = 0; i < v.count; i++) list[i] = flat_i32_at(v, i);
    *count = (int)v.count;
    return list;
}

const tflite_tensor *input_tensor(const tflite_op *op, int i) {
    return &op->f->m.tensors[flat_i32_at(op->o->inputs, (size_t)i)];
}

bool run_part(importer *im, const tflite_op *op, tflite_rule rule, file_value **in, int n_in, file_value **out,
              int n_out) {
    const file_node *whole = im->node;
    file_node *part = ARENA_NEW(im->scratch, file_node);
    *part = *whole;
    part->in = in;
    part->n_in = n_in;
    part->out = out;
    part->n_out = n_out;
    im->node = part;
    bool good = rule(im, op);
    im->node = whole;
    return good;
}

file_value *between_parts(importer *im) {
    file_value *v = ARENA_NEW(im->scratch, file_value);
    v->name = "";
    v->uses = 1;
    return v;
}

const file_value *sized_input(importer *im, int i, int64_t *sizes, int *rank) {
    const file_value *x = node_input(im, i);
    if (!x) {
        tensor_input(im, i);
    } else if (x->kind == FILE_CONSTANT) {
        *rank = x->c.rank;
        for (int k = 0; k < *rank; k++) sizes[k] = x->c.dims[k];
    } else {
        *rank = x->v.rank;
        view_sizes(&x->v, sizes);
    }
    return x;
}

bool reshape_value(importer *im, const int64_t *sizes, int rank) {
    const file_value *x = node_input(im, 0);
    if (x && x->kind == FILE_CONSTANT) return fold_reshape(im, sizes, rank);
    return build_reshape(im, sizes, rank);
}
