/* import.c: the walk over an ONNX file: its tensors, its inputs, its nodes in order, and its outputs. */
#include "onnx/file.h"

#include "import/absorb.h"
#include "import/codes.h"
#include "import/match.h"
#include "import/ports.h"
#include "import/walk.h"
#include "onnx/rules.h"
#include "onnx/tensor.h"

#include <string.h>

enum { MOST_DEPTH = 8 }; /* of branches in branches */

/* --- tensors of the file, and how often each value is used */

/* A tensor that cannot be read is an error only where a node uses it. Files keep tensors of other element types
 * for nodes that are not supported, and some that no node uses. Of two tensors of one name the last one counts.
 */
static void read_initializers(onnx_file *f, const Onnx__GraphProto *p) {
    for (size_t i = 0; i < p->n_initializer; i++) {
        const Onnx__TensorProto *t = p->initializer[i];
        file_value *v = t->name ? name_value(f, t->name) : NULL;
        if (v) v->kind = read_tensor(f->im.scratch, t, &f->m, &v->c, &v->fault) ? FILE_CONSTANT : FILE_UNKNOWN;
    }
    for (size_t i = 0; i < p->n_sparse_initializer; i++) {
        const Onnx__TensorProto *t = p->sparse_initializer[i]->values;
        file_value *v = t && t->name ? name_value(f, t->name) : NULL;
        if (v && v->kind == FILE_UNKNOWN) v->fault = "it is sparse, which is not supported";
    }
}

/* Whether inputs from 1 on are weights. */
static bool is_weighted(const Onnx__NodeProto *n) {
    static const char *const types[] = {"Conv", "Gemm", "BatchNormalization"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (n->op_type && strcmp(n->op_type, types[i]) == 0) return true;
    }
    return false;
}

/* Also in the branches of If nodes, of which one becomes part of the network. */
static void count_readers(onnx_file *f, const Onnx__GraphProto *p, int depth) {
    for (size_t i = 0; i < p->n_node; i++) {
        const Onnx__NodeProto *n = p->node[i];
        bool weighted = is_weighted(n);
        for (size_t k = 0; k < n->n_attribute && depth < MOST_DEPTH; k++) {
            if (n->attribute[k]->g) count_readers(f, n->attribute[k]->g, depth + 1);
        }
        for (size_t k = 0; k < n->n_input; k++) {
            file_value *v = name_value(f, n->input[k]);
            if (!v) continue;
            v->uses++;
            v->weighs += weighted && k > 0;
        }
    }
    for (size_t i = 0; i < p->n_output; i++) {
        file_value *v = p->output[i]->name ? name_value(f, p->output[i]->name) : NULL;
        if (v) v->uses++;
    }
}

/* --- nodes */

/* "/features/features.0/features.0.0/Conv" -> features.0.0: PyTorch's exporter names the modules on the way to
 * a node. Any other name is as it is; NULL where there is none. */
static const char *label_from_node(arena *a, const Onnx__NodeProto *n) {
    if (!n->name || !*n->name) return NULL;
    const char *last = strrchr(n->name, '/');
    if (*n->name != '/' || last == n->name) return n->name;
    const char *start = last;
    while (start[-1] != '/') start--;
    return arena_strndup(a, start, (size_t)(last - start));
}

static file_value **name_values(onnx_file *f, char **names, size_t count) {
    file_value **values = ARENA_ARRAY(f->im.scratch, file_value *, count + 1);
    for (size_t i = 0; i < count; i++) values[i] = name_value(f, names[i]);
    return values;
}

static file_node describe_node(onnx_file *f, const Onnx__NodeProto *n) {
    return (file_node){.type = n->op_type ? n->op_type : "",
                       .name = n->name ? n->name : "",
                       .label = label_from_node(f->im.scratch, n),
                       .in = name_values(f, n->input, n->n_input),
                       .n_in = clamp_int((int64_t)n->n_input),
                       .out = name_values(f, n->output, n->n_output),
                       .n_out = clamp_int((int64_t)n->n_output)};
}

/* "Erf", "com.microsoft.FusedConv". */
static const char *name_operator(arena *a, const Onnx__NodeProto *n) {
    const char *type = show_name(a, n->op_type ? n->op_type : "");
    return n->domain && *n->domain ? arena_printf(a, "%s.%s", show_name(a, n->domain), type) : type;
}

/* Positions are integers in the file, and in the graph floats to all that computes with them: a quotient would
 * not be cut to an integer. So only what moves them, or casts them, may read them. */
static bool may_read_positions(const importer *im, const char *type) {
    static const char *const movers[] = {"Cast",      "Concat",    "Expand",  "Flatten", "Gather", "Identity",
                                         "Reshape",   "Shape",     "Size",    "Slice",   "Split",  "Squeeze",
                                         "Transpose", "Unsqueeze", "Dropout", "Tile"};
    bool moves = false, positions = false;
    for (size_t i = 0; i < sizeof movers / sizeof *movers; i++) moves = moves || strcmp(movers[i], type) == 0;
    for (int i = 0; i < im->node->n_in && !moves; i++) {
        const file_value *x = im->node->in[i];
        positions = positions || (x && x->kind == FILE_TENSOR && holds_positions(im, x->node));
    }
    return !positions;
}

static bool import_node(onnx_file *f, const Onnx__NodeProto *n) {
    importer *im = &f->im;
    const onnx_op op = {.proto = n, .m = &f->m};
    bool standard = !n->domain || !*n->domain || strcmp(n->domain, "ai.onnx") == 0;
    const op_rule *r = n->op_type ? find_rule(standard ? n->op_type : name_operator(im->scratch, n)) : NULL;
    if (!r)
        return refuse_operator(im, name_operator(im->scratch, n), why_refused(n->op_type ? n->op_type : ""));
    bool all_constant;
    if (!check_node(im, &all_constant)) return false;
    int errors = diag_error_count(im->d), first = im->g->n_nodes;
    bool good;
    if (all_constant && r->fold) {
        good = r->fold(im, &op);
        keep_scales(im);
    } else if (r->make && !may_read_positions(im, n->op_type)) {
        good = node_error(
            im, "it computes with integers, the positions of an ArgMax or ArgMin; cast them to float");
    } else if (r->make && r->make != make_dequantize && r->make != make_linear && reads_quantised(im)) {
        good = make_on_codes(im, &op, r->make);
    } else if (r->make) {
        good = r->make(im, &op);
    } else {
        good = refuse_operator(im, name_operator(im->scratch, n),
                               "is supported only where its inputs are constants");
    }
    if (good) note_weights(im, first);
    return good && diag_error_count(im->d) == errors;
}

static int import_list(onnx_file *f, const Onnx__GraphProto *p, int depth);

/* The node's branch of that name; NULL: it has none. */
static const Onnx__GraphProto *find_branch(const Onnx__NodeProto *n, const char *name) {
    for (size_t i = 0; i < n->n_attribute; i++) {
        const Onnx__AttributeProto *a = n->attribute[i];
        if (a->name && strcmp(a->name, name) == 0) return a->g;
    }
    return NULL;
}

static bool is_branching(const Onnx__NodeProto *n) {
    return n->op_type && strcmp(n->op_type, "If") == 0 && (!n->domain || !*n->domain);
}

/* An If whose condition is a constant: the nodes of one branch become part of the network. PyTorch writes such
 * where a squeeze depends on a size that the file leaves open, and the user has given. */
static bool import_branch(onnx_file *f, const Onnx__NodeProto *n, int depth) {
    importer *im = &f->im;
    bool known;
    if (!check_node(im, &known)) return false;
    const file_value *condition = node_input(im, 0);
    if (!condition || condition->kind != FILE_CONSTANT || condition->c.count != 1)
        return refuse_operator(im, "If", "is supported only where its condition is a constant");
    const Onnx__GraphProto *p =
        find_branch(n, constant_number(&condition->c, 0) != 0 ? "then_branch" : "else_branch");
    if (!p || depth >= MOST_DEPTH || p->n_output < n->n_output)
        return node_error(im, "it lacks a branch, or results of it");
    const file_node *at = im->node;
    read_initializers(f, p);
    int failed = import_list(f, p, depth + 1);
    begin_node(im, at);
    for (size_t i = 0; i < n->n_output && !failed; i++) {
        const char *name = p->output[i]->name;
        const file_value *from = name ? find_value(f, name) : NULL;
        if (!from || from->kind == FILE_UNKNOWN)
            return node_error(im, "a result of its branch is made by no node");
        if (from->kind == FILE_CONSTANT) set_constant(im, (int)i, &from->c);
        if (from->kind == FILE_TENSOR) set_tensor(im, (int)i, from->node, &from->v, false);
    }
    return !failed;
}

/* Imports the nodes of a graph in order. Returns how many failed. */
static int import_list(onnx_file *f, const Onnx__GraphProto *p, int depth) {
    importer *im = &f->im;
    int failed = 0;
    bool more = true;
    for (size_t i = 0; i < p->n_node && more; i++) {
        file_node *n = ARENA_NEW(im->scratch, file_node);
        *n = describe_node(f, p->node[i]);
        begin_node(im, n);
        bool good = is_branching(p->node[i]) ? import_branch(f, p->node[i], depth) : import_node(f, p->node[i]);
        failed += !good;
        more = end_node(im, good, name_operator(im->scratch, p->node[i]));
    }
    return failed;
}

static bool import_nodes(onnx_file *f) {
    enum { MOST_NODES = 5 * MAX_NODES };
    const Onnx__GraphProto *p = f->m.proto->graph;
    importer *im = &f->im;
    if (p->n_node > MOST_NODES) {
        diag_error(im->d, im->at, "it has %zu nodes; at most %d are read", p->n_node, MOST_NODES);
        return false;
    }
    import_list(f, p, 0);
    return end_nodes(im);
}

/* --- the whole file */

static bool add_outputs(onnx_file *f) {
    enum { MOST_OUTPUTS = 64 };
    const Onnx__GraphProto *p = f->m.proto->graph;
    bool good = p->n_output > 0 && p->n_output <= MOST_OUTPUTS;
    if (!good) {
        diag_error(f->im.d, f->im.at, "the network has %zu outputs; from 1 to %d are supported", p->n_output,
                   MOST_OUTPUTS);
        return false;
    }
    const char *names[MOST_OUTPUTS], *wanted[MOST_OUTPUTS];
    for (size_t i = 0; i < p->n_output; i++) names[i] = p->output[i]->name ? p->output[i]->name : "";
    const port_list ports = {"output", names, (int)p->n_output};
    if (!match_names(&f->im, f->given->outputs, f->given->n_outputs, &ports, wanted)) return false;
    for (size_t i = 0; i < p->n_output; i++) {
        const char *name = names[i];
        file_value *v = find_value(f, name);
        if (v && v->kind == FILE_UNKNOWN && v->fault) {
            good = report_fault(&f->im, v);
        } else {
            good = import_output(&f->im, v, name, wanted[i]) && good;
        }
    }
    return good;
}

static graph *import_file(onnx_file *f) {
    if (!inline_functions(f)) return NULL;
    read_initializers(f, f->m.proto->graph);
    count_readers(f, f->m.proto->graph, 0);
    if (!import_inputs(f) || !import_nodes(f) || !add_outputs(f)) return NULL;
    return absorb_quantisation(&f->im) ? finish_graph(&f->im) : NULL;
}

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
    source *src = ARENA_NEW(a, source);
    src->path = arena_strdup(a, path);
    arena *scratch = arena_new();
    static const given_ports nothing = {0};
    onnx_file f = {.given = o->given ? o->given : &nothing,
                   .m = {.mem = scratch, .src = src, .path = path},
                   .im = {.mem = a,
                          .scratch = scratch,
                          .d = d,
                          .at = {.src = src},
                          .layout = LAYOUT_PLANES,
                          .planes = o->planes}};
    graph *g = NULL;
    if (model_parse(&f.m, d, bytes, size)) {
        f.im.g = graph_new(a, name_network(a, path));
        f.im.g->at = f.im.at;
        g = import_file(&f);
        append_files(a, &f.m, files, n_files);
    }
    model_close(&f.m);
    arena_free(scratch);
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
