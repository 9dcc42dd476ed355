/* tables.h: maps of one int8 tensor to int8 as tables of 256 codes. */
#ifndef LCC_GRAPH_TABLES_H
#define LCC_GRAPH_TABLES_H

#include "graph/graph.h"

enum { TABLE_CODES = 256 };

/* Fills table[q + 128] with the code for code q: act of codes scaled as `x` says, in codes scaled as `y` says,
 * each with one scale. For RESCALE_ONCE it is correctly rounded from double precision, halves away from zero;
 * for RESCALE_TFLITE it is what the reference kernel of TensorFlow Lite Micro gives, where there is one:
 * sigmoid (in 1/256 from -128), tanh (in 1/128 about 0), hswish, leaky_relu, elu with alpha 1, abs; relu,
 * relu6, clip and the identity, which change scales. */
void act_table(rescale_rounding how, op_kind act, act_args args, const quant *x, const quant *y,
               int8_t table[TABLE_CODES]);

/* The tables of a node: one, or where the scales differ from channel to channel, one for each pair of scales
 * that occurs. */
typedef struct act_tables {
    int count; /* 0: the node needs none: it has no activation, or one that only bounds and keeps its scale */
    int8_t (*at)[TABLE_CODES];
    const int *of_channel; /* [c] which table a channel looks up */
} act_tables;

/* Those of a node of CLASS_ACT that takes and makes int8 codes, and of what is fused into a node as attrs.act:
 * from own_quant to acted_quant. In `a`. */
act_tables tables_of_node(const graph *g, const node *n, arena *a);

/* Whether each channel has a table of its own, as far as that can be told without the values of the scales. */
bool has_channel_tables(const graph *g, const node *n);

/* More tables than this are refused: see passes/check_sums.c. */
enum { MOST_TABLES = 128 };

#endif
