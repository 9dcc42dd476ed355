/* fuse_activations.c: an activation goes into the kernel that makes its input, as attrs.act, if nothing else
 * reads that input. */
#include "graph/binary.h"
#include "passes/host.h"
#include "passes/internal.h"
#include "passes/rewrite.h"

bool can_host_activation(const node *n) {
    if (!is_bare(n)) return false;
    switch (n->op) {
    case OP_CONV:
    case OP_CONV_TRANSPOSE:
    case OP_DEPTHWISE:
    case OP_DENSE:
    case OP_AFFINE:
    case OP_MAX_POOL:
    case OP_AVG_POOL:
    case OP_GLOBAL_AVG_POOL:
    case OP_UPSAMPLE:
    case OP_RESIZE: return true;
    default: return is_binary(n->op);
    }
}

static bool rides_on_its_input(const rewrite *r, int index) {
    const node *n = old_node(r, index);
    return is_activation(n->op) && is_bare(n) && r->sole_user[n->in[0]] == index &&
           can_host_activation(old_input(r, n, 0));
}

graph *fuse_activations(const graph *in, arena *a, diag *d) {
    (void)d;
    rewrite *r = begin_rewrite(in, a);
    for (int i = 0; i < in->n_nodes; i++) {
        const node *n = &in->nodes[i];
        if (rides_on_its_input(r, i)) {
            r->map[i] = r->map[n->in[0]];
            continue;
        }
        node copy = copy_node(r, i);
        int user = r->sole_user[i];
        if (user != NO_NODE && rides_on_its_input(r, user)) {
            copy.a.act = old_node(r, user)->op;
            copy.a.act_args = old_node(r, user)->a.args;
        }
        r->map[i] = append_node(r, &copy);
    }
    return finish_rewrite(r);
}
