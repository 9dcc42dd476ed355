/* print.h: a graph as text that people and programs read: .net, Graphviz, JSON. */
#ifndef LCC_PRINT_H
#define LCC_PRINT_H

#include "base/text.h"
#include "graph/graph.h"

#include <jansson.h>

/* The flat network as a .net file, one layer a line. Before any pass it parses back to the same graph
 * (graph_difference, compare.h); after passes, what they fused appears as layers of its own with a comment, and
 * it is for reading only. */
void print_net(const graph *g, text *out);

/* A digraph for Graphviz's dot: a node for each layer with its op, label and shape, inputs and outputs in
 * boxes. */
void print_dot(const graph *g, text *out);

/* The object that `--emit json` starts from: name, variant, params, macs, inputs and outputs (name, type,
 * shape), layers (name, op, shape, params, macs, inputs, line), where a layer's inputs are indices into layers.
 * The caller owns it. */
json_t *graph_json(const graph *g);

#endif
