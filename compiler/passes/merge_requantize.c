/* merge_requantize.c: a requantize that only turns uint8 codes into int8 ones of the same numbers, or int8 ones
 * into uint8 ones, goes. It adds 128 to each code, or takes 128 off, and to the zero point as well. So
 *   - who reads codes less their zero point reads those before it: conv, depthwise, dense, dequantize,
 * requantize;
 *   - a quantize or requantize before it makes its codes itself.
 * A requantize that is left with the codes that it reads vanishes.
 *
 * All others stay. Two changes of scale in a row round twice, which one would not do. */
#include "passes/internal.h"
#include "passes/rewrite.h"

static bool changes_type_only(const rewrite *r, const node *n) {
    if (n->op != OP_REQUANTIZE || !is_bare(n)) return false;
    const node *from = old_input(r, n, 0);
    if (from->q.scales || n->q.scales || from->q.scale != n->q.scale || from->type == n->type) return false;
    return n->q.zero - from->q.zero == (n->type == TYPE_U8 ? 128 : -128);
}

static bool reads_any_codes(op_kind op) {
    return op == OP_CONV || op == OP_DEPTHWISE || op == OP_DENSE || op == OP_DEQUANTIZE || op == OP_REQUANTIZE;
}

/* For each old node: whether only ops that read codes less their zero point read it. */
static bool *find_readers(const rewrite *r) {
    const graph *g = r->old;
    bool *any = ARENA_ARRAY(r->a, bool, g->n_nodes);
    for (int i = 0; i < g->n_nodes; i++) any[i] = true;
    for (int i = 0; i < g->n_outputs; i++) any[g->outputs[i].node] = false;
    for (int i = 0; i < g->n_nodes; i++) {
        const node *n = &g->nodes[i];
        for (int j = 0; j < n->n_in; j++) {
            if (!reads_any_codes(n->op) || n->a.has_residual) any[n->in[j]] = false;
        }
    }
    return any;
}

/* Whether the readers of old node `index` read what it reads. */
static bool is_skipped(const rewrite *r, int index, const bool *any) {
    return changes_type_only(r, old_node(r, index)) && any[index];
}

/* The requantize that goes into old node `index`, or NO_NODE. */
static int find_taken(const rewrite *r, int index, const bool *any) {
    const node *n = old_node(r, index);
    int user = r->sole_user[index];
    if ((n->op != OP_QUANTIZE && n->op != OP_REQUANTIZE) || !is_bare(n) || user == NO_NODE) return NO_NODE;
    if (is_skipped(r, index, any)) return NO_NODE;
    return changes_type_only(r, old_node(r, user)) && !any[user] ? user : NO_NODE;
}

graph *merge_requantize(const graph *in, arena *a, diag *d) {
    (void)d;
    rewrite *r = begin_rewrite(in, a);
    const bool *any = find_readers(r);
    for (int i = 0; i < in->n_nodes; i++) {
        const node *n = &in->nodes[i];
        if (is_skipped(r, i, any) || (n->n_in && find_taken(r, n->in[0], any) == i)) {
            r->map[i] = r->map[n->in[0]];
            continue;
        }
        node copy = copy_node(r, i);
        int taken = find_taken(r, i, any);
        if (taken != NO_NODE) {
            const node *with = old_node(r, taken);
            copy.type = with->type;
            copy.q = copy.a.q = with->q;
            copy.a.code_type = with->a.code_type;
        }
        bool idle = copy.op == OP_REQUANTIZE && is_bare(&copy) && keeps_quant(r->g, &copy);
        r->map[i] = idle ? copy.in[0] : append_node(r, &copy);
    }
    return finish_rewrite(r);
}
