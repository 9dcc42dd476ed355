/* import.c: the walk over a TensorFlow Lite file: its constants, its inputs, its operators in order, and its
 * outputs. */
#include "tflite/file.h"

#include "base/file.h"
#include "import/match.h"
#include "import/ports.h"
#include "import/walk.h"
#include "tflite/codes.h"

#include <string.h>

/* --- tensors of the file, and how often each value is used */

/* A constant that cannot be read is an error only where an operator uses it. */
static void read_constants(tflite_file *f) {
    for (int i = 0; i < f->m.n_tensors; i++) {
        const tflite_tensor *t = &f->m.tensors[i];
        file_value *v = &f->values[i];
        v->name = t->name;
        bool odd = t->is_sparse || t->is_variable;
        if (!t->data && !odd) continue;
        v->kind = read_constant(f->im.scratch, t, &v->c, &v->fault) ? FILE_CONSTANT : FILE_UNKNOWN;
    }
}

/* An empty list has no bytes, so that it looks like a tensor which an operator makes. It is a constant where no
 * operator makes it. */
static void read_empty_lists(tflite_file *f) {
    bool *made = ARENA_ARRAY(f->im.scratch, bool, f->m.n_tensors + 1);
    for (int i = 0; i < f->m.n_operators; i++) {
        flat_vector out = f->m.operators[i].outputs;
        for (size_t k = 0; k < out.count && k < MAX_LIST; k++) {
            int32_t at = flat_i32_at(out, k);
            if (at >= 0 && at < f->m.n_tensors) made[at] = true;
        }
    }
    for (int i = 0; i < f->m.n_tensors; i++) {
        const tflite_tensor *t = &f->m.tensors[i];
        bool empty = t->dims.count == 1 && flat_i32_at(t->dims, 0) == 0;
        if (!empty || made[i] || f->values[i].kind != FILE_UNKNOWN || f->values[i].fault) continue;
        bool good = read_constant(f->im.scratch, t, &f->values[i].c, &f->values[i].fault);
        f->values[i].kind = good ? FILE_CONSTANT : FILE_UNKNOWN;
    }
}

static void count_uses(tflite_file *f, flat_vector list) {
    for (size_t i = 0; i < list.count && i < MAX_LIST; i++) {
        int32_t at = flat_i32_at(list, i);
        if (at >= 0 && at < f->m.n_tensors) f->values[at].uses++;
    }
}

/* --- types of codes that are not supported */

/* Whether the operators make codes of int8, and of uint8 only by QUANTIZE. Else that is one error. */
static bool check_types(tflite_file *f) {
    importer *im = &f->im;
    const tflite_tensor *first = NULL;
    int count = 0;
    for (int i = 0; i < f->m.n_operators; i++) {
        flat_vector out = f->m.operators[i].outputs;
        for (size_t k = 0; k < out.count && k < MAX_LIST; k++) {
            int32_t at = flat_i32_at(out, k);
            if (at < 0 || at >= f->m.n_tensors) continue;
            const tflite_tensor *t = &f->m.tensors[at];
            bool bytes = t->type == NUMBER_U8 && !tfl_makes_uint8(f->m.operators[i].code);
            if (!is_quantised(t) || (t->type != NUMBER_I16 && !bytes)) continue;
            if (!first) first = t;
            count += t->type == first->type;
        }
    }
    if (!first) return true;
    const char *type = name_tensor_type(im->scratch, first->type_code);
    diag_error(im->d, im->at,
               "its operators compute with %s, which is not supported; INT8 is: they make %d such tensor%s, "
               "first \"%s\"",
               type, count, count == 1 ? "" : "s", show_name(im->scratch, first->name));
    diag_note(
        im->d, im->at,
        first->type == NUMBER_U8
            ? "TensorFlow 1 quantised so; convert the float network again, by TensorFlow 2, or quantise it "
              "by lcc, with --dtype int8"
            : "convert the network again with activations of INT8");
    return false;
}

/* --- operators */

/* The values behind a list of indices of tensors. NULL after an error. */
static file_value **find_values(tflite_file *f, flat_vector list, bool optional) {
    importer *im = &f->im;
    enum { COST = 32 };
    if (list.count > MAX_LIST) return node_error(im, "it has too many inputs or outputs"), NULL;
    if (!spend(im, COST * (int64_t)(list.count + 1))) return NULL;
    file_value **values = ARENA_ARRAY(im->scratch, file_value *, list.count + 1);
    for (size_t i = 0; i < list.count; i++) {
        int32_t at = flat_i32_at(list, i);
        bool left_out = at == -1 && optional;
        if (!left_out && (at < 0 || at >= f->m.n_tensors))
            return node_error(im, "it reads or makes a tensor that does not exist"), NULL;
        values[i] = left_out ? NULL : &f->values[at];
    }
    return values;
}

/* "CONV_2D"; "custom operator TFLite_Detection_PostProcess". */
static const char *name_operator(arena *a, const tflite_operator *o) {
    const op_rule *r = tfl_find_rule(o);
    if (r) return r->name;
    if (o->code == BUILTIN_CUSTOM) return show_name(a, o->custom ? o->custom : "");
    return arena_printf(a, "number %d", o->code);
}

/* Sets the node up but for its inputs and outputs, so that errors can name it. */
static file_node *describe_node(tflite_file *f, const tflite_operator *o) {
    arena *a = f->im.scratch;
    file_node *n = ARENA_NEW(a, file_node);
    int32_t out = o->outputs.count ? flat_i32_at(o->outputs, 0) : -1;
    int32_t weights = o->inputs.count > 1 ? flat_i32_at(o->inputs, 1) : -1;
    bool has_weights = weights >= 0 && weights < f->m.n_tensors;
    n->type = name_operator(a, o);
    n->name = out >= 0 && out < f->m.n_tensors ? f->m.tensors[out].name : "";
    n->label = has_weights ? label_from_weights(a, o->code, f->m.tensors[weights].name) : NULL;
    return n;
}

static bool widen_inputs(tflite_file *f) {
    for (int i = 0; i < f->im.node->n_in; i++) {
        file_value *v = f->im.node->in[i];
        bool own = v && v->kind == FILE_CONSTANT && v->c.data == f->m.tensors[v - f->values].data;
        if (own && !widen_constant(f, &f->m.tensors[v - f->values], v)) return false;
    }
    return true;
}

static bool import_node(tflite_file *f, const tflite_operator *o, file_node *n) {
    importer *im = &f->im;
    const op_rule *r = tfl_find_rule(o);
    bool all_constant;
    n->in = find_values(f, o->inputs, true);
    n->n_in = n->in ? (int)o->inputs.count : 0;
    n->out = n->in ? find_values(f, o->outputs, false) : NULL;
    n->n_out = n->out ? (int)o->outputs.count : 0;
    if (!n->out) return false;
    if (!r || (!r->make && !r->fold)) {
        const char *why = o->code == BUILTIN_CUSTOM ? "is a custom operator, which is not supported"
                          : r && r->why             ? r->why
                                                    : "is not supported";
        return refuse_operator(im, name_operator(im->scratch, o), why);
    }
    if (!check_node(im, &all_constant)) return false;
    bool codes = reads_codes(im);
    if (!(codes ? take_constants_as_codes(f, n) : widen_inputs(f))) return false;
    if (n->n_out == 0) return node_error(im, "it has no output");
    if (r->options != OPTIONS_NONE && o->options_type != OPTIONS_NONE && o->options_type != r->options)
        return node_error(im, "its options are those of another operator");
    const tflite_op op = {.f = f, .o = o};
    int errors = diag_error_count(im->d);
    tflite_rule rule = all_constant && n->n_in > 0 ? r->fold : r->make;
    if (!rule) {
        return refuse_operator(im, r->name,
                               r->make ? "is supported only where an input is not a constant"
                                       : "is supported only where its inputs are constants");
    }
    bool floats = !codes && !all_constant && o->code != BUILTIN_QUANTIZE;
    if (floats && !check_outputs_are_no_codes(im, &op)) return false;
    bool good = codes ? tfl_make_of_codes(im, &op, r) : rule(im, &op);
    good = good && (!r->activation || fuse_activation(im, option_byte(&op, r->activation - 1)));
    if (f->m.file.fault && good) return node_error(im, "its options are damaged: %s", f->m.file.fault);
    return good && diag_error_count(im->d) == errors;
}

static bool import_nodes(tflite_file *f) {
    importer *im = &f->im;
    for (int i = 0; i < f->m.n_operators && !f->m.file.fault; i++) {
        const tflite_operator *o = &f->m.operators[i];
        file_node *n = describe_node(f, o);
        begin_node(im, n);
        if (!end_node(im, import_node(f, o, n), name_operator(im->scratch, o))) break;
    }
    return end_nodes(im);
}

/* --- the whole file */

static bool add_outputs(tflite_file *f) {
    enum { MOST_OUTPUTS = 64 };
    importer *im = &f->im;
    flat_vector list = f->m.outputs;
    if (list.count == 0 || list.count > MOST_OUTPUTS) {
        diag_error(im->d, im->at, "the network has %zu outputs; from 1 to %d are supported", list.count,
                   MOST_OUTPUTS);
        return false;
    }
    const char *names[MOST_OUTPUTS], *wanted[MOST_OUTPUTS];
    for (size_t i = 0; i < list.count; i++) {
        int32_t at = flat_i32_at(list, i);
        if (at < 0 || at >= f->m.n_tensors) {
            diag_error(im->d, im->at, "one of its outputs is a tensor that does not exist");
            return false;
        }
        names[i] = port_name(&f->m.tensors[at], at, f->m.output_names, f->m.n_output_names);
    }
    const port_list ports = {"output", names, (int)list.count};
    if (!match_names(im, f->given->outputs, f->given->n_outputs, &ports, wanted)) return false;
    bool good = true;
    for (size_t i = 0; i < list.count; i++) {
        file_value *v = &f->values[flat_i32_at(list, i)];
        if (v->kind == FILE_UNKNOWN && v->fault) {
            good = report_fault(im, v);
        } else {
            good = import_output(im, v, names[i], wanted[i]) && good;
        }
    }
    return good;
}

/* Says that so many tensors of weights, which are `what`, become floats. */
static void note_widened(importer *im, int count, const char *what) {
    if (count)
        diag_note(im->d, im->at, "weights of %s become f32: %d tensor%s", what, count, count == 1 ? "" : "s");
}

/* Says what was widened, and that graphs were left out. */
static void add_notes(tflite_file *f) {
    importer *im = &f->im;
    note_widened(im, f->halves, "float16");
    note_widened(im, f->integers, "integers with scales");
    if (f->m.n_subgraphs > 1)
        diag_note(im->d, im->at, "it has %d graphs, of which the first is compiled", f->m.n_subgraphs);
}

static graph *import_file(tflite_file *f) {
    f->values = ARENA_ARRAY(f->im.scratch, file_value, f->m.n_tensors + 1);
    read_constants(f);
    read_empty_lists(f);
    for (int i = 0; i < f->m.n_operators; i++) count_uses(f, f->m.operators[i].inputs);
    count_uses(f, f->m.outputs);
    if (!check_types(f) || !tfl_import_inputs(f) || !import_nodes(f) || !add_outputs(f)) return NULL;
    graph *g = finish_graph(&f->im);
    if (g) add_notes(f);
    return g;
}

/* "dir/mobilenet_v2.tflite" -> mobilenet_v2. */
static const char *name_network(arena *a, const char *path) {
    static const char ending[] = ".tflite";
    const char *name = path_name(path);
    size_t size = strlen(name), cut = sizeof ending - 1;
    if (size > cut && strcmp(name + size - cut, ending) == 0) size -= cut;
    return make_identifier(a, arena_strndup(a, name, size), "net");
}

static void append_file(arena *a, const char *path, const char *const **files, int *n_files) {
    if (!files) return;
    const char **all = ARENA_ARRAY(a, const char *, *n_files + 1);
    for (int i = 0; i < *n_files; i++) all[i] = (*files)[i];
    all[(*n_files)++] = path;
    *files = all;
}

graph *tflite_compile_bytes(arena *a, diag *d, const char *path, const unsigned char *bytes, size_t size,
                            const tflite_options *o, const char *const **files, int *n_files) {
    static const given_ports nothing = {0};
    source *src = ARENA_NEW(a, source);
    src->path = arena_strdup(a, path);
    arena *scratch = arena_new();
    tflite_file f = {.given = o->given ? o->given : &nothing,
                     .im = {.mem = a,
                            .scratch = scratch,
                            .d = d,
                            .at = {.src = src},
                            .layout = LAYOUT_PIXELS,
                            .planes = o->planes}};
    graph *g = NULL;
    if (tfl_parse_model(&f.m, scratch, d, f.im.at, bytes, size)) {
        f.im.g = graph_new(a, name_network(a, path));
        f.im.g->at = f.im.at;
        g = import_file(&f);
        append_file(a, src->path, files, n_files);
    }
    arena_free(scratch);
    return g;
}

graph *tflite_compile(arena *a, diag *d, const char *path, const tflite_options *o, const char *const **files,
                      int *n_files) {
    mapping file;
    const char *why;
    if (!map_file(a, path, &file, &why)) {
        source *src = ARENA_NEW(a, source);
        src->path = path;
        diag_error(d, (loc){.src = src}, "%s", why);
        return NULL;
    }
    graph *g = tflite_compile_bytes(a, d, path, file.data, file.size, o, files, n_files);
    unmap_file(&file);
    return g;
}
