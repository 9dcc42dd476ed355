/* shapes.h: the shape rules, one for each op. */
#ifndef LCC_SHAPES_H
#define LCC_SHAPES_H

#include "graph/graph.h"

/* Sets n->shape, n->a.pad and the shapes of n->weights from n's inputs and attributes. False after an error at
 * n->at. */
typedef bool (*shape_rule)(const graph *g, diag *d, node *n);

#define OP(id, name, least, most, class, weights) bool shape_##name(const graph *g, diag *d, node *n);
#include "graph/ops.def"
#undef OP

extern const shape_rule shape_rules[OP_COUNT];

/* Padding of one axis by TensorFlow's rule (tf.nn.convolution, "SAME"). The total is what ceil(size / stride)
 * windows need. It is halved, and where it is odd `behind` has one more. */
void same_padding(int size, int kernel, int stride, int dilation, int *before, int *behind);

#endif
