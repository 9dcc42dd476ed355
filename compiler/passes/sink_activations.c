/* sink_activations.c: an activation behind a concat, shuffle, reshape or the like moves to the tensors that are
 * rearranged there, since act(concat(x, y)) = concat(act(x), act(y)). So it reaches the kernels that make them,
 * and can go into those.
 *
 * It moves only if every part can take it. A part can if a kernel makes it and nothing else reads it, or if it
 * is such a rearrangement itself, or if the activation does not change it. An example of the last is the relu
 * of a pool of values that are not negative: it vanishes there.
 *
 * Activations of codes stay where they are, because a rearrangement has the scale of its parts. */
#include "passes/host.h"
#include "passes/internal.h"
#include "passes/range.h"
#include "passes/rewrite.h"

/* A set of activations: one bit for each op. */
enum { SET_WORDS = (OP_COUNT + 63) / 64 };
typedef struct act_set {
    uint64_t words[SET_WORDS];
} act_set;

static bool has_act(const act_set *set, op_kind act) { return set->words[act / 64] >> act % 64 & 1; }

static act_set set_all(bool present) {
    act_set set;
    for (int i = 0; i < SET_WORDS; i++) set.words[i] = present ? ~(uint64_t)0 : 0;
    return set;
}

static bool rearranges(op_kind op) {
    return op == OP_CONCAT || op == OP_SHUFFLE || op == OP_FLATTEN || op == OP_RESHAPE || op == OP_TRANSPOSE;
}

static void add_idle_activations(act_set *set, range values) {
    for (int op = 0; op < OP_COUNT; op++) {
        bool idle = is_activation((op_kind)op) && is_idle_activation((op_kind)op, values);
        if (idle) set->words[op / 64] |= (uint64_t)1 << op % 64;
    }
}

static void keep_common(act_set *set, const act_set *other) {
    for (int i = 0; i < SET_WORDS; i++) set->words[i] &= other->words[i];
}

/* Which activations each old node's tensor could take on if its reader gave them away. Parts come before what
 * they are parts of. */
static act_set *find_takers(const rewrite *r, const range *ranges) {
    const graph *g = r->old;
    act_set *takes = ARENA_ARRAY(r->a, act_set, g->n_nodes);
    for (int i = 0; i < g->n_nodes; i++) {
        const node *n = &g->nodes[i];
        bool moves_on = rearranges(n->op) && is_bare(n), has_user = r->sole_user[i] != NO_NODE;
        takes[i] = set_all(has_user && (moves_on || can_host_activation(n)));
        for (int j = 0; j < n->n_in && moves_on; j++) keep_common(&takes[i], &takes[n->in[j]]);
        add_idle_activations(&takes[i], ranges[i]);
        if (n->type == TYPE_I32 || n->q.on) takes[i] = set_all(false); /* an activation would make floats */
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
            r->sole_user[n->in[0]] == i && has_act(&takes[n->in[0]], n->op)) {
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
