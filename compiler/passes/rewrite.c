/* rewrite.c: copying nodes from an old graph to a new one. */
#include "passes/rewrite.h"

#include <math.h>
#include <string.h>

static int *find_sole_users(const graph *g, const int *uses, arena *a) {
    int *user = ARENA_ARRAY(a, int, g->n_nodes);
    for (int i = 0; i < g->n_nodes; i++) user[i] = NO_NODE;
    for (int i = 0; i < g->n_nodes; i++) {
        for (int j = 0; j < g->nodes[i].n_in; j++) {
            int from = g->nodes[i].in[j];
            if (uses[from] == 1) user[from] = i;
        }
    }
    return user;
}

rewrite *begin_rewrite(const graph *old, arena *a) {
    rewrite *r = ARENA_NEW(a, rewrite);
    r->old = old;
    r->a = a;
    r->g = graph_new(a, old->name);
    r->g->variant = old->variant;
    r->g->at = old->at;
    r->g->constant_channels = old->constant_channels;
    r->g->unread_channels = old->unread_channels;
    r->g->weights_may_go = old->weights_may_go;
    r->g->rounding = old->rounding;
    r->g->room = old->n_nodes;
    r->g->nodes = ARENA_ARRAY(a, node, old->n_nodes);
    r->map = ARENA_ARRAY(a, int, old->n_nodes);
    for (int i = 0; i < old->n_nodes; i++) r->map[i] = NO_NODE;
    r->output_map = r->map;
    r->uses = graph_use_counts(old, a);
    r->sole_user = find_sole_users(old, r->uses, a);
    return r;
}

node copy_node(const rewrite *r, int index) {
    node n = r->old->nodes[index];
    int *in = ARENA_ARRAY(r->a, int, n.n_in);
    for (int i = 0; i < n.n_in; i++) in[i] = r->map[n.in[i]];
    n.in = in;
    return n;
}

void set_input(const rewrite *r, node *n, int which, int with) {
    int *in = ARENA_ARRAY(r->a, int, n->n_in);
    for (int i = 0; i < n->n_in; i++) in[i] = i == which ? with : n->in[i];
    n->in = in;
}

/* A scale for each channel is a tensor of the node that made it, and of all that keep it. A pass that makes a
 * new tensor of it gives it to the first of these only. */
static void share_scales(const rewrite *r, node *n) {
    if (n->weights[ROLE_OUTPUT_SCALE]) {
        n->q.scales = n->weights[ROLE_OUTPUT_SCALE];
    } else if (n->q.on && n->q.scales) {
        n->q.scales = r->g->nodes[n->in[0]].q.scales;
    }
}

int append_node(rewrite *r, const node *n) {
    graph *g = r->g;
    if (g->n_nodes == g->room) {
        int room = g->room * 2 + 8;
        g->nodes = arena_grow(r->a, g->nodes, (size_t)g->n_nodes, (size_t)room, sizeof(node));
        g->room = room;
    }
    g->nodes[g->n_nodes] = *n;
    share_scales(r, &g->nodes[g->n_nodes]);
    return g->n_nodes++;
}

int64_t round_tensor(node *n, elem_type type, float (*rounded)(float), arena *a) {
    const tensor *from = n->weights[ROLE_WEIGHT];
    tensor *to = ARENA_NEW(a, tensor);
    *to = *from;
    to->type = type;
    n->weights[ROLE_WEIGHT] = to;
    if (!from->data) return -1;
    to->data = ARENA_ARRAY(a, float, from->count);
    for (int64_t i = 0; i < from->count; i++) {
        to->data[i] = rounded(from->data[i]);
        if (!isfinite(to->data[i])) return i;
    }
    return -1;
}

int keep_node(rewrite *r, int index) {
    node n = copy_node(r, index);
    return r->map[index] = append_node(r, &n);
}

static port *map_ports(const rewrite *r, const int *map, const port *ports, int count) {
    port *mapped = ARENA_ARRAY(r->a, port, count);
    for (int i = 0; i < count; i++) {
        mapped[i] = ports[i];
        mapped[i].node = map[ports[i].node];
    }
    return mapped;
}

/* Marks the nodes that the outputs need. It goes from the end, since a node comes after all that it reads. */
static bool *find_needed(const graph *g, arena *a) {
    bool *needed = ARENA_ARRAY(a, bool, g->n_nodes);
    for (int i = 0; i < g->n_outputs; i++) needed[g->outputs[i].node] = true;
    for (int i = g->n_nodes - 1; i >= 0; i--) {
        if (g->nodes[i].op == OP_INPUT) needed[i] = true;
        for (int j = 0; needed[i] && j < g->nodes[i].n_in; j++) needed[g->nodes[i].in[j]] = true;
    }
    return needed;
}

static void drop_unneeded(graph *g, arena *a) {
    const bool *needed = find_needed(g, a);
    int *moved = ARENA_ARRAY(a, int, g->n_nodes);
    int kept = 0;
    for (int i = 0; i < g->n_nodes; i++) kept += needed[i];
    if (kept == g->n_nodes) return;
    kept = 0;
    for (int i = 0; i < g->n_nodes; i++) {
        if (!needed[i]) continue;
        node n = g->nodes[i];
        int *in = ARENA_ARRAY(a, int, n.n_in);
        for (int j = 0; j < n.n_in; j++) in[j] = moved[n.in[j]];
        n.in = in;
        moved[i] = kept;
        g->nodes[kept++] = n;
    }
    g->n_nodes = kept;
    for (int i = 0; i < g->n_inputs; i++) g->inputs[i].node = moved[g->inputs[i].node];
    for (int i = 0; i < g->n_outputs; i++) g->outputs[i].node = moved[g->outputs[i].node];
}

graph *finish_rewrite(rewrite *r) {
    graph *g = r->g;
    g->inputs = map_ports(r, r->map, r->old->inputs, g->n_inputs = r->old->n_inputs);
    g->outputs = map_ports(r, r->output_map, r->old->outputs, g->n_outputs = r->old->n_outputs);
    drop_unneeded(g, r->a);
    for (int i = 0; i < g->n_nodes; i++) {
        for (int k = 0; k < ROLE_COUNT; k++) {
            if (g->nodes[i].weights[k]) g->weight_elements += g->nodes[i].weights[k]->count;
        }
    }
    return g;
}
