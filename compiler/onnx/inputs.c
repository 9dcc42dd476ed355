/* inputs.c: the inputs of the network: their sizes, element types and order of axes. */
#include "onnx/file.h"

#include "import/match.h"
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

/* The name as a shell takes it. */
static const char *quote_name(arena *a, const char *name) {
    bool plain =
        strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:") == strlen(name);
    return plain ? name : arena_printf(a, "'%s'", name);
}

/* Shows the option that gives the sizes of the input. Those that are open, 0, are shown as usual ones. */
static void suggest_shape(onnx_file *f, const char *name, const int64_t *sizes, int rank) {
    enum { CHANNELS = 3, SIDE = 224, NUMBERS = 128 };
    importer *im = &f->im;
    int channels = rank == 4 && is_transposed_first(f, name) ? 3 : 1;
    int64_t side = rank == 4 ? sizes[2] : 0;
    if (rank == 4 && side == 0) side = sizes[channels == 1 ? 3 : 1];
    const char *all = "";
    for (int i = 0; i < rank; i++) {
        int64_t usual = i == 0 ? 1 : rank == 2 ? NUMBERS : i == channels ? CHANNELS : side ? side : SIDE;
        all =
            arena_printf(im->scratch, "%s%s%lld", all, i ? "," : "", (long long)(sizes[i] ? sizes[i] : usual));
    }
    diag_note(im->d, im->at, "give them, for example: --input-shape %s=%s",
              quote_name(im->scratch, show_name(im->scratch, name)), all);
}

/* Reports the sizes that are 0, which are open. Returns false. */
static bool refuse_open_sizes(onnx_file *f, const Onnx__ValueInfoProto *p, const int64_t *sizes, int rank) {
    importer *im = &f->im;
    const char *open = "";
    int count = 0, left = 0;
    for (int i = 0; i < rank; i++) left += sizes[i] == 0;
    for (int i = 0; i < rank; i++) {
        if (sizes[i]) continue;
        const char *between = count == 0 ? "" : count == left - 1 ? " and " : ", ";
        open = arena_printf(im->scratch, "%s%s%d", open, between, i);
        count++;
    }
    diag_error(im->d, im->at, "input \"%s\" is %s: its size%s along ax%s %s %s open",
               show_name(im->scratch, p->name), show_sizes(im->scratch, p->type->tensor_type->shape),
               count == 1 ? "" : "s", count == 1 ? "is" : "es", open, count == 1 ? "is" : "are");
    suggest_shape(f, p->name, sizes, rank);
    return false;
}

/* Sets sizes[axis] to what the file and the user say: 0 where it is open. A first size that is open is the
 * batch, which is 1. False after an error. */
static bool choose_size(importer *im, const char *shown, const Onnx__TensorShapeProto__Dimension *d,
                        const given_shape *given, int axis, int64_t *size) {
    bool known = d && d->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
    *size = known && d->dim_value > 0 ? d->dim_value : given ? given->sizes[axis] : axis == 0 ? 1 : 0;
    if (given && given->sizes[axis] != *size) {
        diag_error(im->d, im->at,
                   "--input-shape %s: the file fixes the size of input \"%s\" along axis %d, which is %lld",
                   given->text, shown, axis, (long long)*size);
        return false;
    }
    if (axis == 0 && *size != 1) {
        diag_error(im->d, im->at, "input \"%s\" holds %lld samples; networks take one at a time", shown,
                   (long long)*size);
        diag_note(im->d, im->at, "%s",
                  given ? "give 1 as the first size, and run the network once for each sample"
                        : "export with a batch of 1, or leave the first size open");
        return false;
    }
    if (*size <= MAX_SIDE) return true;
    diag_error(im->d, im->at, "input \"%s\": its size along axis %d, %lld, is more than %d", shown, axis,
               (long long)*size, MAX_SIDE);
    return false;
}

/* Reads the sizes and the element type of an input. False after an error. */
static bool read_sizes(onnx_file *f, const Onnx__ValueInfoProto *p, const given_shape *given, int64_t *sizes,
                       int *rank, int *type) {
    importer *im = &f->im;
    const char *shown = show_name(im->scratch, p->name);
    const Onnx__TypeProto *t = p->type;
    bool is_tensor = t && t->value_case == ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
    const Onnx__TensorShapeProto *s = is_tensor ? t->tensor_type->shape : NULL;
    if (!is_tensor || (!s && !given)) {
        static const int64_t open[4] = {0};
        diag_error(im->d, im->at, "input \"%s\" is not a tensor of known shape", shown);
        if (is_tensor) suggest_shape(f, p->name, open, 4);
        return false;
    }
    *type = t->tensor_type->elem_type;
    *rank = s ? clamp_int((int64_t)s->n_dim) : given->rank;
    if (given && given->rank != *rank) {
        diag_error(im->d, im->at, "--input-shape %s: input \"%s\" has %d axes", given->text, shown, *rank);
        return false;
    }
    if (*rank != 2 && *rank != 4) {
        diag_error(im->d, im->at,
                   "input \"%s\" has %d axes; only [1, c, h, w], [1, h, w, c] and [1, c] are supported", shown,
                   *rank);
        return false;
    }
    bool complete = true;
    for (int i = 0; i < *rank; i++) {
        if (!choose_size(im, shown, s ? s->dim[i] : NULL, given, i, &sizes[i])) return false;
        complete = complete && sizes[i];
    }
    return complete || refuse_open_sizes(f, p, sizes, *rank);
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

static bool import_one_input(onnx_file *f, const Onnx__ValueInfoProto *p, const given_shape *given,
                             const char *wanted) {
    importer *im = &f->im;
    int64_t sizes[4];
    int rank, type;
    elem_type element;
    if (!read_sizes(f, p, given, sizes, &rank, &type)) return false;
    if (!find_element_type(im, type, show_name(im->scratch, p->name), &element)) return false;
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
    return import_input(im, name_value(f, p->name), wanted, element, s, &v);
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
