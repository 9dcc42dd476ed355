/* import.c: the walk over an ONNX file's nodes, and its values. */
#include "onnx/import.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A name out of the file, as a message may show it. */
static const char *show_name(arena *a, const char *name) {
    char *shown = arena_strndup(a, name, strnlen(name, 100));
    for (char *c = shown; *c; c++) {
        if ((unsigned char)*c < ' ' || *c == 127) *c = '?';
    }
    return shown;
}

/* `node "Conv_3" (Conv)`; by its first output where it has no name. */
static const char *show_node(arena *a, const Onnx__NodeProto *n) {
    const char *type = show_name(a, n->op_type ? n->op_type : "");
    if (n->name && *n->name) return arena_printf(a, "node \"%s\" (%s)", show_name(a, n->name), type);
    return arena_printf(a, "the %s that makes \"%s\"", type, n->n_output ? show_name(a, n->output[0]) : "");
}

bool node_error(importer *im, const char *format, ...) {
    va_list args;
    va_start(args, format);
    const char *what = arena_vprintf(im->scratch, format, args);
    va_end(args);
    const char *where =
        im->node ? show_node(im->scratch, im->node) : arena_printf(im->scratch, "output \"%s\"", im->output);
    diag_error(im->d, im->at, "%s: %s", where, what);
    return false;
}

bool spend(importer *im, int64_t count) {
    im->work += count;
    return im->work <= MAX_WORK ||
           node_error(im, "the network takes too long to read: too many numbers by here");
}

/* A folded number takes 8 bytes: it costs more than one that is looked at. */
double *new_constant(importer *im, constant *c, const int64_t *dims, int rank, bool whole) {
    enum { COST = 32 };
    double *numbers = constant_new(im->scratch, c, dims, rank, whole);
    if (!numbers) node_error(im, "its output is too large to be folded");
    return numbers && spend(im, COST * c->count) ? numbers : NULL;
}

/* --- values */

static value *find_value(importer *im, const char *name) { return map_find(&im->values, name); }

/* The value of that name, made where there is none. */
static value *name_value(importer *im, const char *name) {
    value *v = find_value(im, name);
    if (v) return v;
    v = ARENA_NEW(im->scratch, value);
    v->name = name;
    map_add(im->scratch, &im->values, name, v);
    return v;
}

value *input(importer *im, int i) {
    if (i < 0 || (size_t)i >= im->node->n_input || !*im->node->input[i]) return NULL;
    return find_value(im, im->node->input[i]);
}

value *tensor_input(importer *im, int i) {
    value *v = input(im, i);
    if (v && v->kind == VALUE_TENSOR) return v;
    node_error(im, v ? "its input %d is a constant; that is not covered" : "its input %d is missing", i);
    return NULL;
}

const constant *constant_input(importer *im, int i, const char *what) {
    value *v = input(im, i);
    if (v && v->kind == VALUE_CONSTANT) return &v->c;
    if (v) {
        node_error(im, "its input %d (%s) must be a constant, but depends on the network's input", i, what);
    } else {
        node_error(im, "its input %d (%s) is missing", i, what);
    }
    return NULL;
}

int output_count(const importer *im) { return clamp_int((int64_t)im->node->n_output); }

static value *output_value(importer *im, int i) {
    bool there = (size_t)i < im->node->n_output && *im->node->output[i];
    return there ? name_value(im, im->node->output[i]) : NULL;
}

void set_tensor(importer *im, int i, int made, const view *v, bool fresh) {
    value *out = output_value(im, i);
    if (!out) return;
    out->kind = VALUE_TENSOR;
    out->node = made;
    out->v = *v;
    out->fresh = fresh;
}

void set_constant(importer *im, int i, const constant *c) {
    value *out = output_value(im, i);
    if (!out) return;
    out->kind = VALUE_CONSTANT;
    out->c = *c;
}

bool set_result(importer *im, int made, const view *v) {
    if (made < 0) return false;
    set_tensor(im, 0, made, v, true);
    return true;
}

bool set_map(importer *im, int made) {
    if (made < 0) return false;
    view v = view_planes(im->g->nodes[made].shape);
    return set_result(im, made, &v);
}

/* --- what the file begins with */

static bool read_initializers(importer *im) {
    const Onnx__GraphProto *p = im->m->proto->graph;
    bool good = true;
    for (size_t i = 0; i < p->n_initializer; i++) {
        const Onnx__TensorProto *t = p->initializer[i];
        const char *why = "it has no name";
        value *v = t->name && *t->name ? name_value(im, t->name) : NULL;
        if (v && constant_read(im->scratch, t, model_find_external, im->m, &v->c, &why)) {
            v->kind = VALUE_CONSTANT;
        } else {
            diag_error(im->d, im->at, "tensor \"%s\": %s", show_name(im->scratch, v ? v->name : ""), why);
            good = false;
        }
    }
    if (p->n_sparse_initializer) {
        diag_error(im->d, im->at, "it has sparse tensors, which are not read");
        good = false;
    }
    return good;
}

/* How many nodes read each value, and what reads it first. */
static bool is_type(const Onnx__NodeProto *n, const char *type) {
    return n->op_type && strcmp(n->op_type, type) == 0;
}

static void count_uses(importer *im) {
    const Onnx__GraphProto *p = im->m->proto->graph;
    for (size_t i = 0; i < p->n_node; i++) {
        const Onnx__NodeProto *n = p->node[i];
        bool weighed = is_type(n, "Conv") || is_type(n, "Gemm") || is_type(n, "BatchNormalization");
        for (size_t k = 0; k < n->n_input; k++) {
            if (!*n->input[k]) continue;
            value *v = name_value(im, n->input[k]);
            v->uses++;
            v->weighs += weighed && k > 0;
        }
    }
    for (size_t i = 0; i < p->n_output; i++) {
        if (p->output[i]->name) name_value(im, p->output[i]->name)->uses++;
    }
}

/* Whether the input of that name, as it is or after arithmetic with constants, is transposed from [1, h, w, c]
 * to [1, c, h, w]. Looks at the nodes once, in order, following the one value. */
static bool is_transposed_first(const importer *im, const char *name) {
    static const char *const passed[] = {"Cast", "Identity", "Sub", "Add", "Mul", "Div"};
    const Onnx__GraphProto *p = im->m->proto->graph;
    for (size_t i = 0; i < p->n_node; i++) {
        const Onnx__NodeProto *n = p->node[i];
        bool reads = false, passes = false;
        for (size_t k = 0; k < n->n_input; k++) reads = reads || strcmp(n->input[k], name) == 0;
        if (!reads) continue;
        if (is_type(n, "Transpose")) {
            for (size_t k = 0; k < n->n_attribute; k++) {
                const Onnx__AttributeProto *a = n->attribute[k];
                if (a->n_ints == 4)
                    return a->ints[0] == 0 && a->ints[1] == 3 && a->ints[2] == 1 && a->ints[3] == 2;
            }
        }
        for (size_t k = 0; k < sizeof passed / sizeof *passed; k++) passes = passes || is_type(n, passed[k]);
        if (!passes || n->n_output != 1) return false;
        name = n->output[0];
    }
    return false;
}

/* The sizes of an input; false after an error. Unnamed first dimensions are the batch: 1. */
static bool read_sizes(importer *im, const Onnx__ValueInfoProto *p, const char *shown, int64_t *sizes,
                       int *rank, int *type) {
    const Onnx__TypeProto *t = p->type;
    if (!t || t->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE || !t->tensor_type->shape) {
        diag_error(im->d, im->at, "input \"%s\" is no tensor of a known shape", shown);
        return false;
    }
    *type = t->tensor_type->elem_type;
    const Onnx__TensorShapeProto *s = t->tensor_type->shape;
    *rank = clamp_int((int64_t)s->n_dim);
    if (*rank != 2 && *rank != 4) {
        diag_error(im->d, im->at,
                   "input \"%s\" has %d axes; those of [1, c, h, w], [1, h, w, c] and [1, c] are covered",
                   shown, *rank);
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
    switch (type) {
    case ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT:
    case ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16:
    case ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE: *out = TYPE_F32; return true;
    case ONNX__TENSOR_PROTO__DATA_TYPE__UINT8: *out = TYPE_U8; return true;
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT8: *out = TYPE_I8; return true;
    default: diag_error(im->d, im->at, "input \"%s\" is neither of floats nor of bytes", shown); return false;
    }
}

/* Each channel an input of its own, joined: whoever has planes gives each as it is. */
static int add_planes(importer *im, const char *name, elem_type type, shape s) {
    enum { MOST_PLANES = 64 };
    int planes[MOST_PLANES];
    if (s.c > MOST_PLANES) {
        diag_error(im->d, im->at, "input \"%s\" has %d channels; at most %d can be given as planes", name, s.c,
                   MOST_PLANES);
        return -1;
    }
    for (int c = 0; c < s.c; c++) {
        const char *plane = s.c == 1 ? name : arena_printf(im->mem, "%s_%d", name, c);
        planes[c] = graph_add_input(im->g, im->d, plane, type, (shape){s.h, s.w, 1}, im->at);
        if (planes[c] < 0) return -1;
    }
    if (s.c == 1) return planes[0];
    attrs a = graph_attrs_init();
    return graph_add(im->g, im->d, OP_CONCAT, planes, s.c, &a, NULL, im->at);
}

static bool is_taken(const graph *g, const char *name) {
    for (int i = 0; i < g->n_inputs; i++) {
        if (strcmp(g->inputs[i].name, name) == 0) return true;
    }
    for (int i = 0; i < g->n_outputs; i++) {
        if (strcmp(g->outputs[i].name, name) == 0) return true;
    }
    return false;
}

/* Names that differ in characters that C does not have may be the same here: they get a number behind. */
static const char *name_port(importer *im, const char *name, const char *kind) {
    const char *plain = make_identifier(im->mem, name, kind), *unique = plain;
    for (int i = 2; is_taken(im->g, unique); i++) unique = arena_printf(im->mem, "%s_%d", plain, i);
    return unique;
}

static bool read_input(importer *im, const Onnx__ValueInfoProto *p) {
    const char *shown = show_name(im->scratch, p->name);
    int64_t sizes[4];
    int rank, type;
    elem_type element;
    if (!read_sizes(im, p, shown, sizes, &rank, &type)) return false;
    if (!find_element_type(im, type, shown, &element)) return false;
    bool pixels = rank == 4 && is_transposed_first(im, p->name);
    shape s = {1, 1, clamp_int(sizes[1])};
    if (rank == 4) s = (shape){clamp_int(sizes[2]), clamp_int(sizes[3]), clamp_int(sizes[1])};
    if (pixels) s = (shape){clamp_int(sizes[1]), clamp_int(sizes[2]), clamp_int(sizes[3])};
    const char *name = name_port(im, p->name, "input");
    bool planes = im->o->planes && rank == 4;
    int made =
        planes ? add_planes(im, name, element, s) : graph_add_input(im->g, im->d, name, element, s, im->at);
    if (made < 0) return false;
    value *v = name_value(im, p->name);
    v->kind = VALUE_TENSOR;
    v->node = made;
    v->v = rank == 2 ? view_vector(s.c) : pixels ? view_pixels(s) : view_planes(s);
    return true;
}

static bool read_inputs(importer *im) {
    enum { MOST_INPUTS = 64 }; /* any further one is made by no node */
    const Onnx__GraphProto *p = im->m->proto->graph;
    const char *weight = NULL;
    bool good = true;
    for (size_t i = 0; i < p->n_input && im->g->n_inputs < MOST_INPUTS; i++) {
        const char *name = p->input[i]->name;
        if (!name || !*name) continue;
        value *v = find_value(im, name);
        if (v && v->kind != VALUE_UNKNOWN) continue; /* an initializer with a default, as old files list them */
        if (v && v->weighs && v->weighs == v->uses) {
            if (!weight) weight = name;
        } else {
            good = read_input(im, p->input[i]) && good;
        }
    }
    if (!weight) return good;
    diag_error(im->d, im->at, "the weights are not in the file: \"%s\" is an input, and others may be",
               show_name(im->scratch, weight));
    diag_note(im->d, im->at, "export with them: export_params = True");
    return false;
}

/* --- the nodes */

/* All inputs known: true. One that nothing before makes is an error; one that failed is passed over. */
static bool check_inputs(importer *im, bool *all_constant) {
    *all_constant = true;
    for (size_t i = 0; i < im->node->n_input; i++) {
        const char *name = im->node->input[i];
        if (!*name) continue;
        value *v = find_value(im, name);
        if (!v || v->kind == VALUE_UNKNOWN) {
            if (v && v->node == -1) return false;
            if (v) v->node = -1;
            return node_error(im, "its input \"%s\" is made by no node before it",
                              show_name(im->scratch, name));
        }
        *all_constant = *all_constant && v->kind == VALUE_CONSTANT;
    }
    return true;
}

static bool import_node(importer *im) {
    const Onnx__NodeProto *n = im->node;
    bool standard = !n->domain || !*n->domain || strcmp(n->domain, "ai.onnx") == 0;
    const op_rule *r = standard && n->op_type ? find_rule(n->op_type) : NULL;
    if (!r) return node_error(im, "this operator is not covered");
    for (size_t i = 0; i < n->n_output; i++) {
        value *out = *n->output[i] ? find_value(im, n->output[i]) : NULL;
        if (out && out->kind != VALUE_UNKNOWN) {
            return node_error(im, "its output \"%s\" exists already", show_name(im->scratch, n->output[i]));
        }
    }
    bool all_constant;
    if (!check_inputs(im, &all_constant)) return false;
    int errors = diag_error_count(im->d);
    bool good;
    if (all_constant && r->fold) {
        good = r->fold(im);
    } else if (r->make) {
        good = r->make(im);
    } else {
        good = node_error(im, "this operator is covered only where its inputs are constants");
    }
    return good && diag_error_count(im->d) == errors;
}

/* Outputs of a node that failed: known to be unknown, so that nothing more is said of them. */
static void mark_failed(importer *im) {
    for (size_t i = 0; i < im->node->n_output; i++) {
        value *out = output_value(im, (int)i);
        if (out && out->kind == VALUE_UNKNOWN) out->node = -1;
    }
}

static bool import_nodes(importer *im) {
    enum { MOST_NODES = 5 * MAX_NODES, MOST_FAILED = 1000 };
    const Onnx__GraphProto *p = im->m->proto->graph;
    int failed = 0;
    if (p->n_node > MOST_NODES) {
        diag_error(im->d, im->at, "it has %zu nodes; at most %d are read", p->n_node, MOST_NODES);
        return false;
    }
    for (size_t i = 0; i < p->n_node && im->work <= MAX_WORK && failed < MOST_FAILED; i++) {
        im->node = p->node[i];
        if (import_node(im)) continue;
        mark_failed(im);
        failed++;
    }
    return failed == 0 && im->work <= MAX_WORK;
}

/* Whether the map's elements lie in the order that is promised: [h, w, c] for separate axes, and for joined
 * ones as counted. */
static bool is_in_output_order(const view *v) {
    bool columns = false;
    for (int i = 0; i < v->rank; i++) {
        bool channels = false;
        for (int k = v->begin[i]; k < v->begin[i + 1]; k++) {
            map_axis axis = v->factors[k].axis;
            if (axis == MAP_H && columns) return false;
            if (axis != MAP_C && channels) return false; /* (.., c, h) in one axis */
            columns = columns || axis == MAP_W;
            channels = channels || axis == MAP_C;
        }
    }
    return view_in_order(v, MAP_H) && view_in_order(v, MAP_W) && view_in_order(v, MAP_C);
}

static bool add_output(importer *im, const Onnx__ValueInfoProto *p) {
    const char *shown = show_name(im->scratch, p->name ? p->name : "");
    value *v = p->name ? find_value(im, p->name) : NULL;
    if (!v || v->kind != VALUE_TENSOR) {
        if (!v || v->node != -1) {
            diag_error(im->d, im->at, "output \"%s\" is %s", shown,
                       v && v->kind == VALUE_CONSTANT ? "the same for every input" : "made by no node");
        }
        return false;
    }
    im->node = NULL;
    im->output = shown;
    if (!order_channels(im, v)) return false;
    if (!is_in_output_order(&v->v)) {
        diag_error(im->d, im->at, "output \"%s\" counts a feature map in another order than (h, w, c)", shown);
        return false;
    }
    return graph_add_output(im->g, im->d, name_port(im, p->name, "output"), v->node, im->at);
}

static bool add_outputs(importer *im) {
    enum { MOST_OUTPUTS = 64 };
    const Onnx__GraphProto *p = im->m->proto->graph;
    bool good = p->n_output > 0 && p->n_output <= MOST_OUTPUTS;
    if (!good) {
        diag_error(im->d, im->at, "the network has %zu outputs; from 1 to %d are covered", p->n_output,
                   MOST_OUTPUTS);
        return false;
    }
    for (size_t i = 0; i < p->n_output; i++) good = add_output(im, p->output[i]) && good;
    return good;
}

static graph *import_model(importer *im) {
    if (!read_initializers(im)) return NULL;
    count_uses(im);
    bool good = read_inputs(im);
    if (good && im->g->n_inputs == 0) {
        diag_error(im->d, im->at, "the network has no input");
        good = false;
    }
    if (!good || !import_nodes(im) || !add_outputs(im)) return NULL;
    return finish_graph(im);
}

/* --- the entry points */

/* "dir/mobilenet_v2.onnx" -> mobilenet_v2. */
static const char *name_network(arena *a, const char *path) {
    const char *name = path_name(path);
    size_t size = strlen(name);
    if (size > 5 && strcmp(name + size - 5, ".onnx") == 0) size -= 5;
    return make_identifier(a, arena_strndup(a, name, size), "net");
}

static void append_files(arena *a, const model *m, const char *const **files, int *n_files) {
    if (!files) return;
    const char **all = ARENA_ARRAY(a, const char *, *n_files + 1 + m->n_files);
    for (int i = 0; i < *n_files; i++) all[i] = (*files)[i];
    all[(*n_files)++] = m->path;
    for (int i = 0; i < m->n_files; i++) all[(*n_files)++] = arena_strdup(a, m->files[i]);
    *files = all;
}

graph *onnx_compile_bytes(arena *a, diag *d, const char *path, const unsigned char *bytes, size_t size,
                          const onnx_options *o, const char *const **files, int *n_files) {
    model m = {.mem = arena_new(), .src = ARENA_NEW(a, source), .path = path};
    m.src->path = arena_strdup(a, path);
    importer im = {.mem = a, .scratch = m.mem, .d = d, .at = {.src = m.src}, .m = &m, .o = o};
    graph *g = NULL;
    if (model_parse(&m, d, bytes, size)) {
        im.g = graph_new(a, name_network(a, path));
        im.g->at = im.at;
        g = import_model(&im);
        append_files(a, &m, files, n_files);
    }
    model_close(&m);
    arena_free(m.mem);
    return g;
}

graph *onnx_compile(arena *a, diag *d, const char *path, const onnx_options *o, const char *const **files,
                    int *n_files) {
    mapping file;
    const char *why;
    if (!map_file(a, path, &file, &why)) {
        source *src = ARENA_NEW(a, source);
        src->path = path;
        diag_error(d, (loc){.src = src}, "%s", why);
        return NULL;
    }
    graph *g = onnx_compile_bytes(a, d, path, file.data, file.size, o, files, n_files);
    unmap_file(&file);
    return g;
}
