/* finish.c: the graph that goes on: without what no output needs, with labels that are unique, and with names
 * that a .net file and C can have. */
#include "onnx/import.h"

#include <string.h>

static bool *find_live(const graph *g, arena *a) {
    bool *live = ARENA_ARRAY(a, bool, g->n_nodes);
    for (int i = 0; i < g->n_outputs; i++) live[g->outputs[i].node] = true;
    for (int i = 0; i < g->n_inputs; i++) live[g->inputs[i].node] = true;
    for (int i = g->n_nodes - 1; i >= 0; i--) {
        for (int k = 0; k < g->nodes[i].n_in && live[i]; k++) live[g->nodes[i].in[k]] = true;
    }
    return live;
}

/* Two layers of one label would take the same tensors from a file: further ones get a number behind. */
static const char *make_unique(importer *im, map *taken, const char *label) {
    int *next = map_find(taken, label);
    while (next) {
        const char *further = arena_printf(im->mem, "%s_%d", label, (*next)++);
        if (!map_find(taken, further)) {
            label = further;
            break;
        }
    }
    int *count = ARENA_NEW(im->scratch, int);
    *count = 2;
    map_add(im->scratch, taken, label, count);
    return label;
}

/* Layers without weights need no label, and get the one that the language makes up. */
static void choose_label(importer *im, map *taken, node *n, int *op_count) {
    const char *unwritten = arena_printf(im->mem, "%s_%d", op_table[n->op].name, ++op_count[n->op]);
    bool weighs = op_table[n->op].weights != WEIGHTS_NONE, written = n->labelled && weighs;
    const char *label = written ? n->label : unwritten;
    n->label = weighs ? make_unique(im, taken, label) : label;
    n->labelled = written || strcmp(n->label, unwritten) != 0;
}

/* Adds a copy of `n` to `to`; its index, or -1 after an error. */
static int copy_node(importer *im, graph *to, const node *n, const int *places) {
    if (n->op == OP_INPUT) return graph_add_input(to, im->d, n->label, n->type, n->shape, n->at);
    int *in = ARENA_ARRAY(im->scratch, int, n->n_in);
    for (int k = 0; k < n->n_in; k++) in[k] = places[n->in[k]];
    int index = graph_add(to, im->d, n->op, in, n->n_in, &n->a, n->label, n->at);
    if (index < 0) return -1;
    to->nodes[index].labelled = n->labelled;
    for (int r = 0; r < ROLE_COUNT; r++) {
        if (n->weights[r]) to->nodes[index].weights[r]->data = n->weights[r]->data;
    }
    return index;
}

graph *finish_graph(importer *im) {
    graph *from = im->g, *to = graph_new(im->mem, from->name);
    to->at = from->at;
    bool *live = find_live(from, im->scratch);
    int *places = ARENA_ARRAY(im->scratch, int, from->n_nodes), op_count[OP_COUNT] = {0};
    map taken = {0};
    for (int i = 0; i < from->n_nodes; i++) {
        if (!live[i]) continue;
        if (from->nodes[i].op != OP_INPUT) choose_label(im, &taken, &from->nodes[i], op_count);
        places[i] = copy_node(im, to, &from->nodes[i], places);
        if (places[i] < 0) return NULL;
    }
    for (int i = 0; i < from->n_outputs; i++) {
        const port *p = &from->outputs[i];
        if (!graph_add_output(to, im->d, p->name, places[p->node], p->at)) return NULL;
    }
    return to;
}

static bool is_reserved(const char *name) {
    static const char *const words[] = {"import",  "param", "in",    "compound", "variants", "variant",
                                        "default", "fn",    "block", "net",      "let",      "require",
                                        "if",      "else",  "input", "from",     "stage",    "as",
                                        "output",  "true",  "false", "or",       "and",      "not"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i], name) == 0) return true;
    }
    return false;
}

/* "input.1" -> input_1; what begins with a digit or is a word of the language gets `kind` before or a _ behind.
 */
const char *make_identifier(arena *a, const char *name, const char *kind) {
    enum { LONGEST = 80 };
    char *s = arena_strndup(a, name, strnlen(name, LONGEST));
    for (char *c = s; *c; c++) {
        bool plain =
            (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || *c == '_';
        if (!plain) *c = '_';
    }
    if (!*s || (*s >= '0' && *s <= '9')) return arena_printf(a, "%s_%s", kind, *s ? s : "0");
    return is_reserved(s) ? arena_printf(a, "%s_0", s) : s;
}
