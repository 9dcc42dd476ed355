/* fuse_activations.c: an activation goes into the kernel that makes its input, as attrs.act, if nothing else
 * reads that input.
 *
 * Of codes, one that only bounds them and keeps their scale becomes bounds of the result. Others become a
 * table, which goes into conv, depthwise and dense. */
#include "graph/binary.h"
#include "graph/quant.h"
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

/* Whether `host`, which makes codes, can apply old activation `act` to them. */
static bool can_host_codes(const rewrite *r, const node *host, const node *act) {
    bool kernel = has_kernel(host);
    if (only_bounds(act->op, act->a.args)) {
        bool bounds = kernel || host->op == OP_ADD || host->op == OP_SUB || host->op == OP_MUL;
        return bounds && keeps_quant(r->old, act);
    }
    return kernel && host->op != OP_CONV_TRANSPOSE && host->type == TYPE_I8;
}

static bool rides_on_its_input(const rewrite *r, int index) {
    const node *n = old_node(r, index);
    if (!is_activation(n->op) || !is_bare(n) || r->sole_user[n->in[0]] != index) return false;
    const node *host = old_input(r, n, 0);
    return can_host_activation(host) && (!host->q.on || can_host_codes(r, host, n));
}

/* Gives the copy of a host the activation that reads it. */
static void take_activation(node *host, const node *act) {
    host->a.act = act->op;
    host->a.act_args = act->a.args;
    if (!host->q.on || only_bounds(act->op, act->a.args)) return;
    host->a.own = host->q;
    host->q = act->q;
    host->a.q = act->a.q;
    host->a.channel_scales = act->a.channel_scales;
    host->weights[ROLE_OUTPUT_SCALE] = act->weights[ROLE_OUTPUT_SCALE];
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
            take_activation(&copy, old_node(r, user));
        }
        r->map[i] = append_node(r, &copy);
    }
    return finish_rewrite(r);
}
