/* rewrite.h: how a pass makes a new graph from an old one.
 *
 * The pass walks the old nodes in order. It keeps each node, replaces it by one that it appends, or maps its
 * tensor to one that exists already. Nodes come after the nodes that they read, so every input has its new
 * number by the time it is needed. The new graph shares the tensors of weights with the old one; nobody changes
 * them. */
#ifndef LCC_PASSES_REWRITE_H
#define LCC_PASSES_REWRITE_H

#include "graph/activations.h"
#include "graph/quant.h"

enum { NO_NODE = -1 };

typedef struct rewrite {
    const graph *old;
    graph *g; /* the new one */
    arena *a;
    int *map;              /* [old nodes] the new node that makes this tensor, or NO_NODE so far */
    const int *output_map; /* the same for the outputs of the network: `map`, unless a pass sets its own */
    int *uses;             /* [old nodes] how many nodes and outputs read it */
    int *sole_user; /* [old nodes] the only reader; NO_NODE where there is none, or several, or an output */
} rewrite;

rewrite *begin_rewrite(const graph *old, arena *a);

/* A copy of old node `index` that reads the new tensors. It is not appended yet. All its inputs must be mapped.
 */
node copy_node(const rewrite *r, int index);

/* Appends a node whose inputs have new numbers. If its codes have a scale for each channel, it shares them with
 * its first input, unless they are its own. Returns its own new number. */
int append_node(rewrite *r, const node *n);

/* Sets input `which` of a node that is not appended yet to the new node `with`. Its list of inputs is copied
 * first. */
void set_input(const rewrite *r, node *n, int which, int with);

/* Gives the weights of a node that is not appended yet another type, which holds what `rounded` makes of each.
 * A tensor without values gets the type alone. Returns the number of the first weight that is not finite then,
 * or -1. */
int64_t round_tensor(node *n, elem_type type, float (*rounded)(float), arena *a);

/* Appends the copy of an old node and maps it. */
int keep_node(rewrite *r, int index);

/* Carries over the ports, and drops nodes that no output needs. The network's inputs stay, needed or not. */
graph *finish_rewrite(rewrite *r);

static inline const node *old_node(const rewrite *r, int index) { return &r->old->nodes[index]; }
static inline const node *old_input(const rewrite *r, const node *n, int i) { return old_node(r, n->in[i]); }

static inline bool same_shape(shape x, shape y) { return x.h == y.h && x.w == y.w && x.c == y.c; }

/* Whether the node's codes are scaled as those of its first input, and of the same type; true for two tensors
 * of real numbers. */
static inline bool keeps_quant(const graph *g, const node *n) {
    const node *from = &g->nodes[n->in[0]];
    return same_quant(&from->q, &n->q) && (!n->q.on || from->type == n->type);
}

/* Whether an op on codes makes no others than those that it reads, save in a pad. */
static inline bool moves_codes(const graph *g, const node *n) {
    switch (n->op) {
    case OP_IDENTITY:
    case OP_DROPOUT:
    case OP_FLATTEN:
    case OP_SHUFFLE:
    case OP_CONCAT:
    case OP_SLICE:
    case OP_PAD:
    case OP_RESHAPE:
    case OP_TRANSPOSE:
    case OP_DEPTH_TO_SPACE:
    case OP_SPACE_TO_DEPTH:
    case OP_MIN:
    case OP_MAX:
    case OP_MAX_POOL: return keeps_quant(g, n);
    default: return false;
    }
}

/* conv, depthwise and dense: the ops whose weights others can be folded into, and that may take a residual. */
static inline bool has_kernel(const node *n) { return op_table[n->op].class == CLASS_CONV; }

/* Whether a transpose leaves the channels where they are, and moves pixels only. */
static inline bool moves_pixels(const graph *g, const node *n) {
    int last = n->a.dims.n - 1, c = n->shape.c;
    return n->op == OP_TRANSPOSE && n->a.dims.at[last] == c && n->a.order.at[last] == last &&
           g->nodes[n->in[0]].shape.c == c;
}

/* Whether a channel of the node's tensor may depend on other channels of its inputs, without weights. */
static inline bool mixes_channels(const graph *g, const node *n) {
    bool by_pixels = n->op == OP_RESHAPE && g->nodes[n->in[0]].shape.c == n->shape.c;
    return op_table[n->op].class == CLASS_WHOLE && !by_pixels && !moves_pixels(g, n);
}

static inline bool has_padding(const attrs *a) {
    return a->pad[TOP] || a->pad[BOTTOM] || a->pad[LEFT] || a->pad[RIGHT];
}

/* Whether nothing is fused into the node, so that its tensor is what its op computes. */
static inline bool is_bare(const node *n) {
    return n->a.act == OP_IDENTITY && n->a.act2 == OP_IDENTITY && !n->a.has_residual;
}

#endif
