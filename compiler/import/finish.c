/* finish.c: copies the graph that goes on to the passes: without what no output needs, and with labels that are
 * unique. */
#include "import/ports.h"

#include "base/map.h"

#include <string.h>

/* Which nodes an output needs, and the inputs. */
static bool *mark_needed(const graph *g, arena *a) {
    bool *needed = ARENA_ARRAY(a, bool, g->n_nodes);
    for (int i = 0; i < g->n_outputs; i++) needed[g->outputs[i].node] = true;
    for (int i = 0; i < g->n_inputs; i++) needed[g->inputs[i].node] = true;
    for (int i = g->n_nodes - 1; i >= 0; i--) {
        for (int k = 0; k < g->nodes[i].n_in && needed[i]; k++) needed[g->nodes[i].in[k]] = true;
    }
    return needed;
}

/* Two layers of one label would take the same tensors from a file of weights, so a number is appended to
 * further ones. */
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

/* A layer without weights needs no label of the file, and gets the one that the language makes up. */
static void choose_label(importer *im, map *taken, node *n, int *op_count) {
    const char *unwritten = arena_printf(im->mem, "%s_%d", op_table[n->op].name, ++op_count[n->op]);
    bool weighs = op_table[n->op].weights != WEIGHTS_NONE, written = n->labelled && weighs;
    const char *label = written ? n->label : unwritten;
    n->label = weighs ? make_unique(im, taken, label) : label;
    n->labelled = written || strcmp(n->label, unwritten) != 0;
}

static int copy_input(importer *im, graph *to, const node *n) {
    int index = graph_add_input(to, im->d, n->label, n->type, n->shape, n->at);
    if (index >= 0) to->nodes[index].q = n->q;
    return index;
}

/* Adds a copy of `n` to `to`. Returns its index, or -1 after an error. */
static int copy_needed(importer *im, graph *to, const node *n, const int *places) {
    if (n->op == OP_INPUT) return copy_input(im, to, n);
    int *in = ARENA_ARRAY(im->scratch, int, n->n_in);
    for (int k = 0; k < n->n_in; k++) in[k] = places[n->in[k]];
    int index = graph_add(to, im->d, n->op, in, n->n_in, &n->a, n->label, n->at);
    if (index < 0) return -1;
    to->nodes[index].labelled = n->labelled;
    for (int r = 0; r < ROLE_COUNT; r++) {
        tensor *t = to->nodes[index].weights[r];
        if (!t) continue;
        t->data = n->weights[r]->data;
        t->ints = n->weights[r]->ints;
    }
    return index;
}

graph *finish_graph(importer *im) {
    graph *from = im->g, *to = graph_new(im->mem, from->name);
    to->at = from->at;
    to->rounding = from->rounding;
    bool *needed = mark_needed(from, im->scratch);
    int *places = ARENA_ARRAY(im->scratch, int, from->n_nodes), op_count[OP_COUNT] = {0};
    map taken = {0};
    for (int i = 0; i < from->n_nodes; i++) {
        if (!needed[i]) continue;
        if (from->nodes[i].op != OP_INPUT) choose_label(im, &taken, &from->nodes[i], op_count);
        places[i] = copy_needed(im, to, &from->nodes[i], places);
        if (places[i] < 0) return NULL;
    }
    for (int i = 0; i < from->n_inputs; i++) to->inputs[i].sizes = from->inputs[i].sizes;
    for (int i = 0; i < from->n_outputs; i++) {
        const port *p = &from->outputs[i];
        if (!graph_add_output(to, im->d, p->name, places[p->node], p->at)) return NULL;
        to->outputs[i].sizes = p->sizes;
    }
    return to;
}
