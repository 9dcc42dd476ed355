/* print.h: a graph as text that people and programs read: .net, Graphviz, JSON. */
#ifndef LCC_PRINT_H
#define LCC_PRINT_H

#include "base/text.h"
#include "graph/graph.h"

#include <jansson.h>

enum { MAX_NUMBER = 40 };

/* The fewest digits that read back as the same float, as the language reads them. */
const char *show_scale(float x, char room[MAX_NUMBER]);

/* "[0.0235, -128]", as a .net file has it behind `q = `; "" where the tensor does not hold codes. */
const char *show_codes(arena *a, const quant *q);

/* The network as a flat .net file, one layer a line. Before any pass it parses back to the same graph
 * (graph_difference, compare.h). After passes it is for reading only: what they have fused appears as layers
 * with a comment. */
void print_net(const graph *g, text *out);

/* A digraph for Graphviz's dot. Each layer is a node with its op, label and shape; inputs and outputs are
 * boxes. */
void print_dot(const graph *g, text *out);

/* The object that `--emit json` starts from: name, variant, params, macs, inputs and outputs (name, type,
 * shape) and layers (name, op, type, shape, params, macs, inputs, line). A layer's inputs are indices into
 * layers. What holds quantised integers has "scale" (a number, or a list with one for each channel; null where
 * these are not known) and "zero", and the network then has "integer_rounding": once or tflite.
 * The caller owns the object. */
json_t *graph_json(const graph *g);

#endif
