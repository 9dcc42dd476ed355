/* shapes.h: one shape rule per op. */
#ifndef LCC_SHAPES_H
#define LCC_SHAPES_H

#include "graph/graph.h"

/* Sets n->shape, resolves n->a.pad and gives n->weights their shapes, from n's inputs and attributes.
 * false after an error at n->at. */
typedef bool (*shape_rule)(const graph *g, diag *d, node *n);

#define OP(id, name, least, most, class, weights) bool shape_##name(const graph *g, diag *d, node *n);
#include "graph/ops.def"
#undef OP

extern const shape_rule shape_rules[OP_COUNT];

/* Padding of one axis by TensorFlow's rule (tf.nn.convolution, "SAME"): the total that makes ceil(size/stride)
 * windows fit, the odd one behind. */
void same_padding(int size, int kernel, int stride, int dilation, int *before, int *behind);

#endif
