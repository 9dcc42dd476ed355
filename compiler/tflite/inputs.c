/* inputs.c: the inputs of the network: their sizes, element types and names. */
#include "tflite/codes.h"

#include "import/input_sizes.h"
#include "import/match.h"
#include "import/ports.h"

enum { MOST_INPUTS = 64 };

const char *port_name(const tflite_tensor *t, int64_t index, const signature_port *names, int count) {
    for (int i = 0; i < count; i++) {
        if (names[i].tensor == index && names[i].name) return names[i].name;
    }
    return t->name;
}

/* "[?, 96, 96, 3]" */
static const char *show_sizes(arena *a, const int64_t *sizes, int rank) {
    const char *all = "";
    for (int i = 0; i < rank; i++) {
        const char *one = sizes[i] ? arena_printf(a, "%lld", (long long)sizes[i]) : "?";
        all = arena_printf(a, "%s%s%s", all, i ? ", " : "", one);
    }
    return arena_printf(a, "[%s]", all);
}

/* The signature has -1 where a size is open. The shape then has 1, or the size that was meant. */
static bool read_sizes(importer *im, const tflite_tensor *t, const char *name, const given_shape *given,
                       input_sizes *s) {
    bool has_signature = t->signature.count == t->dims.count;
    *s = (input_sizes){.name = name, .rank = clamp_int((int64_t)t->dims.count), .channels = 3};
    if (s->rank < 1 || s->rank > 4) {
        diag_error(im->d, im->at, "input \"%s\" has %d axes; from 1 to 4 are supported",
                   show_name(im->scratch, name), s->rank);
        return false;
    }
    for (int i = 0; i < s->rank; i++) {
        int32_t size = flat_i32_at(t->dims, (size_t)i);
        bool open = has_signature && flat_i32_at(t->signature, (size_t)i) < 0;
        s->sizes[i] = size <= 0 || (open && (given || size == 1)) ? 0 : size;
    }
    s->sizes_as_shown = show_sizes(im->scratch, s->sizes, s->rank);
    return choose_sizes(im, s, given);
}

/* [1, h, w, c] as a map. Fewer axes are its last ones, where a first size of 1 is the batch. */
static void see_as_map(const input_sizes *s, shape *map, file_view *v) {
    int n[4] = {1, 1, 1, 1};
    for (int i = 0; i < s->rank; i++) n[4 - s->rank + i] = clamp_int(s->sizes[i]);
    *map = (shape){n[1], n[2], n[3]};
    *v = view_pixels(*map);
    int64_t sizes[4];
    for (int i = 0; i < s->rank; i++) sizes[i] = s->sizes[i];
    if (s->rank < 4) view_reshape(v, sizes, s->rank);
}

/* Whether the operators that read the input only turn its bytes into floats. Such bytes are numbers. */
static bool is_widened(const tflite_file *f, int64_t index) {
    bool read = false;
    for (int i = 0; i < f->m.n_operators; i++) {
        const tflite_operator *o = &f->m.operators[i];
        for (size_t k = 0; k < o->inputs.count; k++) {
            if (flat_i32_at(o->inputs, k) != index) continue;
            if (o->code != BUILTIN_DEQUANTIZE && o->code != BUILTIN_CAST) return false;
            read = true;
        }
    }
    return read;
}

/* How the input holds codes; *q is off where it holds none. False after an error. */
static bool read_input_codes(tflite_file *f, int64_t index, const char *name, quant *q) {
    importer *im = &f->im;
    const tflite_tensor *t = &f->m.tensors[index];
    elem_type type;
    *q = (quant){0};
    if (!is_quantised(t) || is_widened(f, index)) return true;
    const char *fault = find_codes(im->scratch, t, q, &type);
    if (!fault) {
        im->g->rounding = RESCALE_TFLITE;
        return true;
    }
    diag_error(im->d, im->at, "input \"%s\": %s", show_name(im->scratch, name), fault);
    return false;
}

static bool import_one_input(tflite_file *f, int64_t index, const char *name, const given_shape *given,
                             const char *wanted) {
    importer *im = &f->im;
    const tflite_tensor *t = &f->m.tensors[index];
    input_sizes sizes;
    if (!read_sizes(im, t, name, given, &sizes)) return false;
    const number_info *info = &number_table[t->type];
    if (!info->is_port) {
        diag_error(im->d, im->at, "input \"%s\" has elements of type %s; only floats and bytes are supported",
                   show_name(im->scratch, name), name_tensor_type(im->scratch, t->type_code));
        return false;
    }
    shape s;
    file_view v;
    quant q;
    if (!read_input_codes(f, index, name, &q)) return false;
    see_as_map(&sizes, &s, &v);
    file_value *value = &f->values[index];
    const char *own = value->name;
    value->name = name;
    bool good = import_input(im, value, wanted, info->port, s, &v, &q);
    value->name = own;
    return good;
}

bool tfl_import_inputs(tflite_file *f) {
    importer *im = &f->im;
    int64_t tensors[MOST_INPUTS];
    const char *names[MOST_INPUTS], *wanted[MOST_INPUTS];
    const given_shape *shapes[MOST_INPUTS];
    int count = 0;
    for (size_t i = 0; i < f->m.inputs.count && count < MOST_INPUTS; i++) {
        int64_t at = flat_i32_at(f->m.inputs, i);
        bool listed = at < 0 || at >= f->m.n_tensors || f->values[at].kind != FILE_UNKNOWN;
        for (int k = 0; k < count; k++) listed = listed || tensors[k] == at;
        if (!listed) tensors[count++] = at;
    }
    if (count == 0) {
        diag_error(im->d, im->at, "the network has no input");
        return false;
    }
    for (int i = 0; i < count; i++) {
        const tflite_tensor *t = &f->m.tensors[tensors[i]];
        names[i] = port_name(t, tensors[i], f->m.input_names, f->m.n_input_names);
    }
    const port_list ports = {"input", names, count};
    bool good = match_shapes(im, f->given->shapes, f->given->n_shapes, &ports, shapes);
    if (!match_names(im, f->given->inputs, f->given->n_inputs, &ports, wanted) || !good) return false;
    for (int i = 0; i < count; i++)
        good = import_one_input(f, tensors[i], names[i], shapes[i], wanted[i]) && good;
    return good;
}
