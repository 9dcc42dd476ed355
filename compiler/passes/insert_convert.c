/* insert_convert.c: an input that is not f32 gets one convert node for all readers that need floats. conv and
 * affine read it as it is, and widen what they load. All others need floats, and so does an output.
 *
 * argmax and argmin make int32, and an output has them as they are. If another node reads one of them, a second
 * one makes floats for it; and so with a view of them.
 *
 * Codes are never converted: who reads them takes them as they are. */
#include "passes/internal.h"
#include "passes/rewrite.h"

#include <string.h>

/* Whether node `n` reads the tensor of `from` in the type that it has. */
static bool reads_type(const node *n, int operand, const node *from) {
    if (from->type == TYPE_F32 || from->q.on) return true;
    if (from->type == TYPE_I32) return n->type == TYPE_I32;
    return operand == 0 && (n->op == OP_CONV || n->op == OP_AFFINE || n->op == OP_CONVERT);
}

/* The new node that holds old input `index` as f32. It is made when it is first asked for. */
static int convert_input(rewrite *r, int index, int *converted) {
    if (converted[index] != NO_NODE) return converted[index];
    node n = *old_node(r, index);
    if (makes_positions(n.op)) {
        n.in = r->g->nodes[r->map[index]].in;
    } else if (n.type == TYPE_I32) {
        set_input(r, &n, 0, convert_input(r, n.in[0], converted));
    } else {
        n.op = OP_CONVERT;
        n.n_in = 1;
        set_input(r, &n, 0, r->map[index]);
    }
    n.type = TYPE_F32;
    return converted[index] = append_node(r, &n);
}

static node copy_with_conversions(rewrite *r, int index, int *converted) {
    const node *n = old_node(r, index);
    node copy = copy_node(r, index);
    int *inputs = ARENA_ARRAY(r->a, int, n->n_in);
    for (int i = 0; i < n->n_in; i++) {
        const node *from = old_input(r, n, i);
        bool as_it_is = reads_type(n, i, from);
        inputs[i] = as_it_is ? copy.in[i] : convert_input(r, n->in[i], converted);
    }
    copy.in = inputs;
    return copy;
}

graph *insert_convert(const graph *in, arena *a, diag *d) {
    (void)d;
    rewrite *r = begin_rewrite(in, a);
    int *converted = ARENA_ARRAY(a, int, in->n_nodes);
    for (int i = 0; i < in->n_nodes; i++) converted[i] = NO_NODE;
    for (int i = 0; i < in->n_nodes; i++) {
        node copy = copy_with_conversions(r, i, converted);
        r->map[i] = append_node(r, &copy);
    }
    int *outputs = ARENA_ARRAY(a, int, in->n_nodes);
    memcpy(outputs, r->map, (size_t)in->n_nodes * sizeof(int));
    for (int i = 0; i < in->n_outputs; i++) {
        int from = in->outputs[i].node;
        elem_type type = in->nodes[from].type;
        bool as_it_is = type == TYPE_F32 || type == TYPE_I32 || in->nodes[from].q.on;
        if (!as_it_is) outputs[from] = convert_input(r, from, converted);
    }
    r->output_map = outputs;
    return finish_rewrite(r);
}
