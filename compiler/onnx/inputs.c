/* inputs.c: the inputs of the network: their sizes, element types and order of axes. */
#include "onnx/file.h"

#include "import/ports.h"
#include "onnx/tensor.h"

#include <string.h>

static bool is_operator(const Onnx__NodeProto *n, const char *type) {
    return n->op_type && strcmp(n->op_type, type) == 0;
}

/* Whether the input of that name is transposed from [1, h, w, c] to [1, c, h, w], at once or after arithmetic
 * with constants. Looks at each node once, in order, and follows the one value. */
static bool is_transposed_first(const onnx_file *f, const char *name) {
    static const char *const passed[] = {"Cast", "Identity", "Sub", "Add", "Mul", "Div"};
    const Onnx__GraphProto *p = f->m.proto->graph;
    for (size_t i = 0; i < p->n_node; i++) {
        const Onnx__NodeProto *n = p->node[i];
        bool reads = false, passes = false;
        for (size_t k = 0; k < n->n_input; k++) reads = reads || strcmp(n->input[k], name) == 0;
        if (!reads) continue;
        if (is_operator(n, "Transpose")) {
            for (size_t k = 0; k < n->n_attribute; k++) {
                const Onnx__AttributeProto *a = n->attribute[k];
                if (a->n_ints == 4)
                    return a->ints[0] == 0 && a->ints[1] == 3 && a->ints[2] == 1 && a->ints[3] == 2;
            }
        }
        for (size_t k = 0; k < sizeof passed / sizeof *passed; k++)
            passes = passes || is_operator(n, passed[k]);
        if (!passes || n->n_output != 1) return false;
        name = n->output[0];
    }
    return false;
}

/* Reads the sizes and the element type of an input. A first size that is open is the batch, which is 1. False
 * after an error. */
static bool read_sizes(importer *im, const Onnx__ValueInfoProto *p, const char *shown, int64_t *sizes,
                       int *rank, int *type) {
    const Onnx__TypeProto *t = p->type;
    if (!t || t->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE || !t->tensor_type->shape) {
        diag_error(im->d, im->at, "input \"%s\" is not a tensor of known shape", shown);
        return false;
    }
    *type = t->tensor_type->elem_type;
    const Onnx__TensorShapeProto *s = t->tensor_type->shape;
    *rank = clamp_int((int64_t)s->n_dim);
    if (*rank != 2 && *rank != 4) {
        diag_error(im->d, im->at,
                   "input \"%s\" has %d axes; only [1, c, h, w], [1, h, w, c] and [1, c] are supported", shown,
                   *rank);
        return false;
    }
    for (int i = 0; i < *rank; i++) {
        const Onnx__TensorShapeProto__Dimension *d = s->dim[i];
        bool known = d->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
        sizes[i] = known ? d->dim_value : i == 0 ? 1 : 0;
        if (i == 0 && sizes[i] <= 0) sizes[i] = 1;
        if (sizes[i] > 0 && sizes[i] <= MAX_SIDE) continue;
        diag_error(im->d, im->at, "input \"%s\": its size along axis %d is not fixed, or out of range", shown,
                   i);
        diag_note(im->d, im->at, "export with fixed sizes: without dynamic axes, but for the first");
        return false;
    }
    if (sizes[0] == 1) return true;
    diag_error(im->d, im->at, "input \"%s\" holds %lld samples; networks take one at a time", shown,
               (long long)sizes[0]);
    return false;
}

static bool find_element_type(importer *im, int type, const char *shown, elem_type *out) {
    const number_info *info = &number_table[find_number_type(type)];
    *out = info->port;
    if (info->is_port) return true;
    diag_error(im->d, im->at, "input \"%s\" has elements that are neither floats nor bytes", shown);
    return false;
}

static bool import_one_input(onnx_file *f, const Onnx__ValueInfoProto *p, file_value *value) {
    importer *im = &f->im;
    const char *shown = show_name(im->scratch, p->name);
    int64_t sizes[4];
    int rank, type;
    elem_type element;
    if (!read_sizes(im, p, shown, sizes, &rank, &type)) return false;
    if (!find_element_type(im, type, shown, &element)) return false;
    int n[4] = {0};
    for (int i = 0; i < rank; i++) n[i] = clamp_int(sizes[i]);
    shape s = {1, 1, n[1]};
    file_view v = view_vector(n[1]);
    if (rank == 4 && is_transposed_first(f, p->name)) {
        s = (shape){n[1], n[2], n[3]};
        v = view_pixels(s);
    } else if (rank == 4) {
        s = (shape){n[2], n[3], n[1]};
        v = map_view(im, s);
    }
    return import_input(im, value, element, s, &v);
}

bool import_inputs(onnx_file *f) {
    enum { MOST_INPUTS = 64 }; /* more are left unknown, and what reads them fails */
    const Onnx__GraphProto *p = f->m.proto->graph;
    const char *weight = NULL;
    bool good = true;
    for (size_t i = 0; i < p->n_input && f->im.g->n_inputs < MOST_INPUTS; i++) {
        const char *name = p->input[i]->name;
        if (!name || !*name) continue;
        file_value *v = find_value(f, name);
        if (v && (v->kind != FILE_UNKNOWN || v->fault))
            continue; /* old files list their initializers as inputs, too */
        if (v && v->weighs && v->weighs == v->uses) {
            if (!weight) weight = name;
        } else {
            good = import_one_input(f, p->input[i], name_value(f, name)) && good;
        }
    }
    if (!weight) return good;
    diag_error(f->im.d, f->im.at, "the weights are not in the file: \"%s\" is an input, and others may be",
               show_name(f->im.scratch, weight));
    diag_note(f->im.d, f->im.at, "export the weights, too: export_params = True");
    return false;
}
