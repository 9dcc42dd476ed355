/* sink_activations.c: an activation behind a concat, shuffle or flatten moves to the tensors that are
 * rearranged there, since act(concat(x, y)) = concat(act(x), act(y)). So it reaches the kernels that make them,
 * and can go into those.
 *
 * It moves only if every part can take it. A part can if a kernel makes it and nothing else reads it, or if it
 * is such a rearrangement itself, or if the activation does not change it. An example of the last is the relu
 * of a pool of values that are not negative: it vanishes there. */
#include "passes/host.h"
#include "passes/internal.h"
#include "passes/range.h"
#include "passes/rewrite.h"

/* One bit per op that is an activation. */
typedef uint64_t act_set;
_Static_assert(OP_COUNT <= 64, "a set of ops is one word");

static bool rearranges(op_kind op) { return op == OP_CONCAT || op == OP_SHUFFLE || op == OP_FLATTEN; }

static act_set idle_activations(range values) {
    act_set set = 0;
    for (int op = 0; op < OP_COUNT; op++) {
        if (is_activation((op_kind)op) && is_idle_activation((op_kind)op, values)) set |= (act_set)1 << op;
    }
    return set;
}

/* Which activations each old node's tensor could take on if its reader gave them away. Parts come before what
 * they are parts of. */
static act_set *find_takers(const rewrite *r, const range *ranges) {
    const graph *g = r->old;
    act_set *takes = ARENA_ARRAY(r->a, act_set, g->n_nodes);
    for (int i = 0; i < g->n_nodes; i++) {
        const node *n = &g->nodes[i];
        act_set all = ~(act_set)0, own = can_host_activation(n) ? all : 0;
        if (rearranges(n->op) && is_bare(n)) {
            own = all;
            for (int j = 0; j < n->n_in; j++) own &= takes[n->in[j]];
        }
        if (r->sole_user[i] == NO_NODE) own = 0;
        takes[i] = own | idle_activations(ranges[i]);
    }
    return takes;
}

/* wanted[i]: the old activation that old node i's tensor takes on, or NO_NODE. The walk goes from the end, so
 * that an activation passes through any number of rearrangements. */
static int *move_activations(const rewrite *r, const act_set *takes, const range *ranges) {
    const graph *g = r->old;
    int *wanted = ARENA_ARRAY(r->a, int, g->n_nodes);
    for (int i = 0; i < g->n_nodes; i++) wanted[i] = NO_NODE;
    for (int i = g->n_nodes - 1; i >= 0; i--) {
        const node *n = &g->nodes[i];
        if (is_activation(n->op) && is_bare(n) && rearranges(old_input(r, n, 0)->op) &&
            r->sole_user[n->in[0]] == i && takes[n->in[0]] >> n->op & 1) {
            wanted[n->in[0]] = i;
        }
        if (wanted[i] == NO_NODE || !rearranges(n->op)) continue;
        for (int j = 0; j < n->n_in; j++) {
            if (!is_idle_activation(old_node(r, wanted[i])->op, ranges[n->in[j]])) wanted[n->in[j]] = wanted[i];
        }
    }
    return wanted;
}

static int append_activation(rewrite *r, int act, int on) {
    node n = r->old->nodes[act];
    set_input(r, &n, 0, on);
    n.shape = r->g->nodes[on].shape;
    return append_node(r, &n);
}

graph *sink_activations(const graph *in, arena *a, diag *d) {
    (void)d;
    rewrite *r = begin_rewrite(in, a);
    const range *ranges = find_ranges(in, a);
    const int *wanted = move_activations(r, find_takers(r, ranges), ranges);
    for (int i = 0; i < in->n_nodes; i++) {
        const node *n = &in->nodes[i];
        if (is_activation(n->op) && wanted[n->in[0]] == i && rearranges(old_input(r, n, 0)->op)) {
            r->map[i] = r->map[n->in[0]]; /* its parts have taken it on */
            continue;
        }
        keep_node(r, i);
        if (wanted[i] != NO_NODE && !rearranges(n->op)) r->map[i] = append_activation(r, wanted[i], r->map[i]);
    }
    return finish_rewrite(r);
}
