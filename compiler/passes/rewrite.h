/* rewrite.h: how a pass makes a new graph from an old one.
 *
 * The pass walks the old nodes in order and says for each what becomes of it: kept, replaced by a node that it
 * appends, or represented by a tensor that stands already. Since users come after what they use, every input
 * has its new number by the time it is needed. Tensors of weights are shared with the old graph, never changed.
 */
#ifndef LCC_PASSES_REWRITE_H
#define LCC_PASSES_REWRITE_H

#include "graph/activations.h"

enum { NO_NODE = -1 };

typedef struct rewrite {
    const graph *old;
    graph *g; /* the new one */
    arena *a;
    int *map;              /* [old nodes] the new node that makes this tensor; NO_NODE: none so far */
    const int *output_map; /* the same for what outputs name: `map`, unless a pass gives its own */
    int *uses;             /* [old nodes] how often it is read, by nodes and as an output */
    int *sole_user; /* [old nodes] the one node that reads it, once; NO_NODE: none, several, or an output */
} rewrite;

rewrite *begin_rewrite(const graph *old, arena *a);

/* A copy of old node `index` that reads the new tensors; not appended yet. All its inputs must be mapped. */
node copy_node(const rewrite *r, int index);

/* Appends a node whose inputs have new numbers; its own new number. */
int append_node(rewrite *r, const node *n);

/* Makes input `which` of a node that is not appended yet the new node `with`; its list of inputs is copied for
 * that. */
void set_input(const rewrite *r, node *n, int which, int with);

/* Appends the copy of an old node and maps it. */
int keep_node(rewrite *r, int index);

/* Carries over the ports and drops what no output needs; the network's inputs stay, needed or not. */
graph *finish_rewrite(rewrite *r);

static inline const node *old_node(const rewrite *r, int index) { return &r->old->nodes[index]; }
static inline const node *old_input(const rewrite *r, const node *n, int i) { return old_node(r, n->in[i]); }

static inline bool same_shape(shape x, shape y) { return x.h == y.h && x.w == y.w && x.c == y.c; }

/* conv, depthwise, dense: the ops that have weights to fold into, and that may take a residual. */
static inline bool has_kernel(const node *n) { return op_table[n->op].class == CLASS_CONV; }

static inline bool has_padding(const attrs *a) {
    return a->pad[TOP] || a->pad[BOTTOM] || a->pad[LEFT] || a->pad[RIGHT];
}

/* Nothing rides on the node yet: its tensor is what its op computes. */
static inline bool is_bare(const node *n) {
    return n->a.act == OP_IDENTITY && n->a.act2 == OP_IDENTITY && !n->a.has_residual;
}

#endif
