/* absorb.h: integer layers out of layers of real numbers between a dequantize and a quantize. */
#ifndef LCC_IMPORT_ABSORB_H
#define LCC_IMPORT_ABSORB_H

#include "import/importer.h"

/* --- absorb.c */

/* Makes im->g a graph in which layers compute with integers wherever they can. A graph without codes stays as
 * it is. False after an error. */
bool absorb_quantisation(importer *im);

/* --- integer_layers.c: single layers */

/* How a layer can compute with codes. */
typedef enum integer_way {
    WAY_NONE,   /* only with real numbers */
    WAY_MOVE,   /* it moves numbers, or takes some of them, so that its codes are those of its input */
    WAY_BOUND,  /* it bounds numbers: the codes of its result are the bounded codes of its argument */
    WAY_KERNEL, /* it multiplies by weights */
    WAY_AFFINE, /* a scale and a shift for each channel: it becomes a depthwise convolution */
    WAY_JOIN,   /* add, sub, mul: the inputs may have any scales */
    WAY_ALIKE,  /* concat, min, max: the inputs are brought to the scale of the result */
    WAY_MEAN,   /* a mean of numbers: with its input's scale, or another one */
    WAY_MAP     /* a function of one number, or softmax */
} integer_way;

integer_way way_of(const node *n);

/* Whether the numbers of a node that moves those of the codes `q` are such codes, too. */
bool moves_exactly(const node *n, const quant *q);
/* Whether codes `x` can be brought to the scale of `y`. */
bool can_rescale(const quant *x, const quant *y);
/* Whether node n, whose inputs are codes in[0], in[1] .., can make codes `y`. `scales`: of its weights, or
 * NULL.
 */
bool can_compute(const node *n, const quant *in, const quant *y, const quantisation *scales);
/* Whether the weights of a layer are multiples of their scales by integers of 8 bits. */
bool has_codes_of_8_bits(const node *n, const quantisation *scales);
/* The codes of a constant whose numbers were made of integers: their scale and zero point. False where it has
 * none. */
bool codes_of_constant(const node *n, const quantisation *scales, quant *q);

/* Adds the integer layer of node n to `to`. It reads the nodes `in`, which hold codes, and makes codes `y`.
 * Returns it, or -1 after an error. can_compute has said that this is possible. */
int add_integer_layer(importer *im, graph *to, const node *n, const int *in, const quant *y,
                      const quantisation *scales);
/* The codes of node x of `to` brought to the scale of `y`: x itself where they have it. */
int add_codes_of_scale(importer *im, graph *to, int x, const quant *y, loc at);
/* The layer n, which bounds numbers (WAY_BOUND), on the codes of node x of `to`: x itself where their range is
 * within the bounds. */
int add_bounds(importer *im, graph *to, const node *n, int x);
/* A constant that holds codes. */
int add_constant_codes(importer *im, graph *to, const node *n, const quant *q);

#endif
