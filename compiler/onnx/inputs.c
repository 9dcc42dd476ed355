/* inputs.c: the inputs of the network: their sizes, element types and order of axes. */
#include "onnx/file.h"

#include "import/input_sizes.h"
#include "import/match.h"
#include "import/ports.h"
#include "onnx/tensor.h"

#include <string.h>

static bool is_operator(const Onnx__NodeProto *n, const char *type) {
    return n->op_type && strcmp(n->op_type, type) == 0;
}

static bool is_any_of(const Onnx__NodeProto *n, const char *const *types, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (is_operator(n, types[i])) return true;
    }
    return false;
}

/* The node that reads the input of that name, at once or after arithmetic with constants. NULL: there is none.
 * Looks at each node once, in order, and follows the one value. */
static const Onnx__NodeProto *first_reader(const onnx_file *f, const char *name) {
    static const char *const passed[] = {"Cast",           "Identity",        "Sub", "Add", "Mul", "Div", "Pad",
                                         "QuantizeLinear", "DequantizeLinear"};
    const Onnx__GraphProto *p = f->m.proto->graph;
    for (size_t i = 0; i < p->n_node; i++) {
        const Onnx__NodeProto *n = p->node[i];
        bool reads = false;
        for (size_t k = 0; k < n->n_input; k++) reads = reads || strcmp(n->input[k], name) == 0;
        if (!reads) continue;
        if (!is_any_of(n, passed, sizeof passed / sizeof *passed) || n->n_output != 1) return n;
        name = n->output[0];
    }
    return NULL;
}

/* Whether the input of that name, which has four axes, is transposed from [1, h, w, c] to [1, c, h, w] first.
 */
static bool is_transposed_first(const onnx_file *f, const char *name) {
    const Onnx__NodeProto *n = first_reader(f, name);
    for (size_t k = 0; n && is_operator(n, "Transpose") && k < n->n_attribute; k++) {
        const Onnx__AttributeProto *a = n->attribute[k];
        if (a->n_ints == 4) return a->ints[0] == 0 && a->ints[1] == 3 && a->ints[2] == 1 && a->ints[3] == 2;
    }
    return false;
}

/* Whether the input of that name, [1, h, w, 1], is one of pixels: its only channel is moved by a Reshape. */
static bool is_one_channel(const onnx_file *f, const input_sizes *s) {
    const Onnx__NodeProto *n = s->rank == 4 && s->sizes[3] == 1 ? first_reader(f, s->name) : NULL;
    return n && is_operator(n, "Reshape");
}

/* Whether the input of that name, which has three axes, is [1, c, n]: what reads it first is a layer that wants
 * the channels there. */
static bool has_channels_first(const onnx_file *f, const char *name) {
    static const char *const layers[] = {
        "Conv",  "ConvTranspose", "BatchNormalization", "InstanceNormalization", "GroupNormalization",
        "PRelu", "MaxPool",       "AveragePool",        "GlobalAveragePool",     "GlobalMaxPool"};
    const Onnx__NodeProto *n = first_reader(f, name);
    return n && is_any_of(n, layers, sizeof layers / sizeof *layers);
}

/* --- sizes */

/* "[batch, 3, height, ?]": the sizes as the file has them. */
static const char *show_sizes(arena *a, const Onnx__TensorShapeProto *s) {
    const char *all = "";
    for (size_t i = 0; i < s->n_dim; i++) {
        const Onnx__TensorShapeProto__Dimension *d = s->dim[i];
        bool fixed = d->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
        bool named = d->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM && d->dim_param;
        const char *one = fixed && d->dim_value > 0 ? arena_printf(a, "%lld", (long long)d->dim_value)
                          : named && *d->dim_param  ? show_name(a, d->dim_param)
                                                    : "?";
        all = arena_printf(a, "%s%s%s", all, i ? ", " : "", one);
    }
    return arena_printf(a, "[%s]", all);
}

/* Reads the sizes and the element type of an input. False after an error. */
static bool read_sizes(onnx_file *f, const Onnx__ValueInfoProto *p, const given_shape *given, input_sizes *s,
                       int *type) {
    importer *im = &f->im;
    const char *shown = show_name(im->scratch, p->name);
    const Onnx__TypeProto *t = p->type;
    bool is_tensor = t && t->value_case == ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
    const Onnx__TensorShapeProto *given_by_file = is_tensor ? t->tensor_type->shape : NULL;
    *s = (input_sizes){.name = p->name, .rank = 4, .channels = is_transposed_first(f, p->name) ? 3 : 1};
    if (!is_tensor || (!given_by_file && !given)) {
        diag_error(im->d, im->at, "input \"%s\" is not a tensor of known shape", shown);
        if (is_tensor) suggest_sizes(im, s);
        return false;
    }
    *type = t->tensor_type->elem_type;
    s->rank = given_by_file ? clamp_int((int64_t)given_by_file->n_dim) : given->rank;
    if ((s->rank < 1 || s->rank > GIVEN_RANK) && (!given || given->rank == s->rank)) {
        diag_error(im->d, im->at, "input \"%s\" has %d axes; from 1 to %d are supported", shown, s->rank,
                   GIVEN_RANK);
        return false;
    }
    for (int i = 0; given_by_file && i < s->rank && i < GIVEN_RANK; i++) {
        const Onnx__TensorShapeProto__Dimension *d = given_by_file->dim[i];
        bool known = d->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
        s->sizes[i] = known && d->dim_value > 0 ? d->dim_value : 0;
    }
    if (is_one_channel(f, s)) s->channels = 3;
    s->sizes_as_shown = given_by_file ? show_sizes(im->scratch, given_by_file) : NULL;
    return choose_sizes(im, s, given);
}

/* --- element types */

static bool find_element_type(importer *im, int type, const char *shown, elem_type *out) {
    const number_info *info = &number_table[find_number_type(type)];
    *out = info->port;
    if (info->is_port) return true;
    diag_error(im->d, im->at, "input \"%s\" has elements that are neither floats nor bytes", shown);
    return false;
}

/* --- inputs */

/* How the file counts an input, which becomes a tensor of shape *m of the graph. Four axes are a feature map.
 * Three are one row of pixels: [1, n, c], or [1, c, n] where a layer reads it so. */
static file_view view_input(const onnx_file *f, const char *name, const input_sizes *sizes, shape *m) {
    int n[4] = {0};
    for (int i = 0; i < sizes->rank; i++) n[i] = clamp_int(sizes->sizes[i]);
    if (sizes->rank == 2) {
        *m = (shape){1, 1, n[1]};
        return view_vector(n[1]);
    }
    if (sizes->rank == 4 && sizes->channels == 3) {
        *m = (shape){n[1], n[2], n[3]};
        return view_pixels(*m);
    }
    if (sizes->rank == 4) {
        *m = (shape){n[2], n[3], n[1]};
        return map_view(&f->im, *m);
    }
    bool planes = has_channels_first(f, name);
    *m = planes ? (shape){1, n[2], n[1]} : (shape){1, n[1], n[2]};
    file_view v = planes ? view_planes(*m) : view_pixels(*m);
    view_drop_axis(&v, planes ? 2 : 1);
    return v;
}

static bool import_one_input(onnx_file *f, const Onnx__ValueInfoProto *p, const given_shape *given,
                             const char *wanted) {
    importer *im = &f->im;
    input_sizes sizes;
    int type;
    elem_type element;
    if (!read_sizes(f, p, given, &sizes, &type)) return false;
    if (!find_element_type(im, type, show_name(im->scratch, p->name), &element)) return false;
    file_value *value = name_value(f, p->name);
    if (sizes.rank < 2 || sizes.rank > 4)
        return import_tensor_input(im, value, wanted, element, sizes.sizes, sizes.rank);
    shape m;
    file_view v = view_input(f, p->name, &sizes, &m);
    return import_input(im, value, wanted, element, m, &v, &(quant){0});
}

static bool is_listed(const Onnx__ValueInfoProto *const *inputs, int count, const char *name) {
    for (int i = 0; i < count; i++) {
        if (strcmp(inputs[i]->name, name) == 0) return true;
    }
    return false;
}

enum { MOST_INPUTS = 64 }; /* more are left unknown, and what reads them fails */

/* Lists the inputs of the file that are inputs of the network. Where one is a weight instead, the file was
 * exported without its weights, and many others are weights that cannot be told from inputs. That is one error,
 * and the function returns -1. Else it returns how many there are. */
static int list_inputs(onnx_file *f, const Onnx__ValueInfoProto **inputs) {
    const Onnx__GraphProto *p = f->m.proto->graph;
    const char *weight = NULL;
    int count = 0;
    for (size_t i = 0; i < p->n_input && !weight; i++) {
        const char *name = p->input[i]->name;
        if (!name || !*name) continue;
        file_value *v = find_value(f, name);
        if (v && (v->kind != FILE_UNKNOWN || v->fault))
            continue; /* old files list their initializers as inputs, too */
        if (v && v->weighs && v->weighs == v->uses) {
            weight = name;
        } else if (count < MOST_INPUTS && !is_listed(inputs, count, name)) {
            inputs[count++] = p->input[i];
        }
    }
    if (!weight) return count;
    diag_error(f->im.d, f->im.at, "the weights are not in the file: \"%s\" is an input, and others may be",
               show_name(f->im.scratch, weight));
    diag_note(f->im.d, f->im.at, "export the weights, too: export_params = True");
    return -1;
}

bool import_inputs(onnx_file *f) {
    importer *im = &f->im;
    const Onnx__ValueInfoProto *inputs[MOST_INPUTS];
    const char *names[MOST_INPUTS], *wanted[MOST_INPUTS];
    const given_shape *shapes[MOST_INPUTS];
    int count = list_inputs(f, inputs);
    if (count < 0) return false;
    if (count == 0) {
        diag_error(im->d, im->at, "the network has no input");
        return false;
    }
    for (int i = 0; i < count; i++) names[i] = inputs[i]->name;
    const port_list ports = {"input", names, count};
    bool good = match_shapes(im, f->given->shapes, f->given->n_shapes, &ports, shapes);
    if (!match_names(im, f->given->inputs, f->given->n_inputs, &ports, wanted) || !good) return false;
    for (int i = 0; i < count; i++) good = import_one_input(f, inputs[i], shapes[i], wanted[i]) && good;
    return good;
}
