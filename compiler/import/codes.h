/* codes.h: quantised values of a file: integers, called codes, that stand for real numbers.
 *
 * The import makes a graph of real numbers of every file. Where the file has codes, there is a `quantize` in
 * this graph, or an input that holds codes, and a `dequantize` behind it for what computes with them. An
 * operator on codes is imported as the same operator on real numbers between the two. When all nodes are
 * imported, absorb.c makes integer layers of what stands between a dequantize and a quantize. */
#ifndef LCC_IMPORT_CODES_H
#define LCC_IMPORT_CODES_H

#include "import/importer.h"

/* The scale and the zero point of a tensor, as two inputs of the node at work give them. `zero` may be left out
 * in the file; then it is 0, of type `otherwise`. The type must be int8 or uint8. False after an error. */
typedef struct code_kind {
    quant q;
    elem_type type; /* TYPE_I8 or TYPE_U8 */
} code_kind;

bool read_code_kind(importer *im, int scale_input, int zero_input, number_type otherwise, code_kind *kind);

/* Whether the node of the graph holds codes. */
bool holds_codes(const importer *im, int index);

/* A node of real numbers that the codes of node `x` stand for. An input of bytes takes the scale and the zero
 * point; any other node must have the same. -1 after an error. */
int add_dequantize(importer *im, int x, const code_kind *kind);
/* A node of the codes nearest to the real numbers of node `x`. -1 after an error, and for -1. */
int add_quantize(importer *im, int x, const code_kind *kind);

/* The constant `c` of integers as real numbers, with the scales and zero points of two inputs of the node at
 * work, either one for all or one for each entry of the axis. No zero point stands for 0. False after an error.
 */
bool dequantise_constant(importer *im, const constant *c, int scale_input, int zero_input, int64_t axis,
                         constant *out);
/* The other way: *out has the codes nearest to the numbers of `c`. */
bool quantise_constant(importer *im, const constant *c, int scale_input, int zero_input, int64_t axis,
                       number_type otherwise, constant *out);

/* Notes it for the nodes of the graph from `first` on, which were made of the inputs of the node at work: if
 * one of these was made of integers. Whoever uses this checks that the weights are multiples of the scales. */
void note_weights(importer *im, int first);
/* The same for constants that were folded from such a one. */
void keep_scales(importer *im);
/* Notes that the weights of a node of the graph were made of integers; NULL: they were not. */
void note_scales(importer *im, int index, const quantisation *scales);
/* What was noted. */
const quantisation *weight_scales(const importer *im, int index);

#endif
