/* quant.h: which ops work on codes (quantised tensors), and how the codes that they make are scaled. */
#ifndef LCC_GRAPH_QUANT_H
#define LCC_GRAPH_QUANT_H

#include "graph/graph.h"

/* Sets node.q and node.type from the node's inputs and attributes, the element types of its weights, and
 * ROLE_WEIGHT_SCALE and ROLE_OUTPUT_SCALE where it has them. It is called behind the shape rule. False after
 * an error at n->at: an op that does not take codes, inputs of which only some are codes or whose scales must
 * agree and do not, a scale that is missing or must not be given. */
bool quantise_node(const graph *g, diag *d, node *n);

/* Whether the op may have a scale of its own, where it takes codes. */
bool may_have_scale(op_kind op);

/* The scale of a channel. A tensor of scales must have values. */
static inline float quant_scale(const quant *q, int channel) {
    return q->scales ? q->scales->data[channel] : q->scale;
}

/* Whether equal codes stand for equal numbers. */
bool same_quant(const quant *x, const quant *y);

/* Whether the node computes with integers: it takes codes and makes them. */
static inline bool is_integer(const node *n) { return n->q.on && n->op != OP_INPUT && n->op != OP_QUANTIZE; }

/* How the result of the kernel is scaled, what act makes of it, and the residual: the three of attrs.own and
 * attrs.acted, node.q where they are off. */
static inline const quant *own_quant(const node *n) { return n->a.own.on ? &n->a.own : &n->q; }
static inline const quant *acted_quant(const node *n) { return n->a.acted.on ? &n->a.acted : &n->q; }

/* Whether an activation only bounds its argument: to *low and *high, either of which may be infinite. The
 * identity does not bound it at all, and gives true. */
bool act_bounds(op_kind act, act_args args, double *low, double *high);

static inline bool only_bounds(op_kind act, act_args args) {
    double low, high;
    return act_bounds(act, args, &low, &high);
}

/* Whether the op makes codes like those that it gets, whatever these are: it moves or chooses some of them. */
bool keeps_codes(op_kind op);

/* Whether the products of two inputs and their weights have room in 16 bits: where no weight is -128. */
bool fits_pairs(const node *n);

/* Products of two uint8 and their weights have room in 16 bits where weights of one sign come to this at most.
 */
enum { MOST_OF_PAIR = 128 };

/* What must be taken off the first of two weights for that: a number of the sign of both, or 0. */
int too_much_of_pair(int first, int second);

#endif
