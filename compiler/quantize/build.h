/* build.h: the quantised graph. */
#ifndef LCC_QUANTIZE_BUILD_H
#define LCC_QUANTIZE_BUILD_H

#include "quantize/ranges.h"

/* A quantised graph and where its nodes come from. */
typedef struct built {
    graph *g;
    int *
        origin; /* [n_nodes of g] the node of the float network of which it has the tensor in codes; -1: none */
} built;

/* g is NULL after an error. `facts`: of the float network's channels, by which biases are corrected. */
built build_quantised(const decisions *d, const scaling *scales, channel_facts *const *facts,
                      const quantize_options *o, arena *a, diag *said);

/* Fills in the weights of node `made` of `g`, which has codes for its inputs: from node `n` of the float
 * network, whose input has the facts `x`, by which the bias makes up for the mean error of the rounded
 * weights. Weights without values give codes without values, with scales that are assumed. */
void quantise_weights_of(const graph *g, node *made, const node *n, const channel_facts *x,
                         const quantize_options *options);

#endif
