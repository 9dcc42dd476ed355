/* verify.c: checks a graph by building every node again with its own shape rule and comparing. */
#include "graph/verify.h"
#include "graph/activations.h"
#include "graph/quant.h"
#include "graph/shapes.h"

#include <string.h>

static bool same_tensor_shape(const tensor *x, const tensor *y) {
    return (!x && !y) || (x && y && x->rank == y->rank && memcmp(x->dims, y->dims, sizeof x->dims) == 0);
}

static const char *verify_node(const graph *g, arena *a, int index) {
    const node *n = &g->nodes[index];
    const char *name = op_table[n->op].name;
    int own = node_own_inputs(n);
    if (own < op_table[n->op].least_inputs || own > op_table[n->op].most_inputs) {
        return arena_printf(a, "node %d (%s) has %d inputs", index, name, own);
    }
    for (int i = 0; i < n->n_in; i++) {
        if (n->in[i] < 0 || n->in[i] >= index) {
            return arena_printf(a, "node %d (%s) reads node %d, which is not before it", index, name, n->in[i]);
        }
    }
    if (!activation_table[n->a.act].value || !activation_table[n->a.act2].value) {
        return arena_printf(a, "node %d (%s) has fused something that is no activation", index, name);
    }
    if (n->op == OP_INPUT) return NULL;
    /* A pass may let argmax make floats for other layers. */
    if (!n->q.on && n->type != TYPE_F32 && n->type != type_made(g, n->op, n->in))
        return arena_printf(a, "node %d (%s) is not f32", index, name);
    diag *quiet = diag_new(a);
    node again = *n;
    graph scratch = *g;
    scratch.mem = a;
    for (int r = 0; r < ROLE_COUNT; r++) again.weights[r] = NULL;
    again.type = type_made(g, n->op, n->in);
    again.q = (quant){0};
    if (!shape_rules[n->op](&scratch, quiet, &again) || !quantise_node(&scratch, quiet, &again)) {
        text said = {0};
        diag_print(quiet, &said);
        const char *why = arena_printf(a, "node %d (%s): %s", index, name, said.data);
        text_free(&said);
        return why;
    }
    if (memcmp(&again.shape, &n->shape, sizeof(shape)) != 0 ||
        memcmp(again.a.pad, n->a.pad, sizeof n->a.pad) != 0) {
        return arena_printf(a, "node %d (%s) has a shape or padding that its rule does not give", index, name);
    }
    if (again.q.on != n->q.on || (n->q.on && again.type != n->type))
        return arena_printf(a, "node %d (%s) has codes of a wrong type", index, name);
    for (int r = 0; r < ROLE_COUNT; r++) {
        if (!same_tensor_shape(again.weights[r], n->weights[r])) {
            return arena_printf(a, "node %d (%s) has weights of a wrong shape (role %d)", index, name, r);
        }
    }
    return NULL;
}

const char *graph_verify(const graph *g, arena *a) {
    for (int i = 0; i < g->n_nodes; i++) {
        const char *why = verify_node(g, a, i);
        if (why) return why;
    }
    for (int i = 0; i < g->n_inputs; i++) {
        int n = g->inputs[i].node;
        if (n < 0 || n >= g->n_nodes || g->nodes[n].op != OP_INPUT) return "an input's node is no input";
    }
    for (int i = 0; i < g->n_outputs; i++) {
        int n = g->outputs[i].node;
        if (n < 0 || n >= g->n_nodes) return "an output's node does not exist";
    }
    return NULL;
}
