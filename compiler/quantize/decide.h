/* decide.h: which layers of a float network become layers of codes, and which tensors have the same codes. */
#ifndef LCC_QUANTIZE_DECIDE_H
#define LCC_QUANTIZE_DECIDE_H

#include "quantize/quantize.h"

/* All arrays are [n_nodes] of the float network. */
typedef struct decisions {
    const graph *g;
    bool *integer;       /* the node takes and makes codes */
    bool *read_as_codes; /* some integer node reads the tensor, so it needs a scale */
    int *group;          /* the node that stands for all whose tensors have the same scale and zero point */
    bool *counts; /* the values of the tensor count for the range of its group. Those before a relu do not */
    /* The tensor may have a scale for each channel at no cost: whatever reads it takes the scales into weights
     * or multipliers that it has anyway. Or an activation reads it, and makes such a tensor of it by tables. */
    bool *by_channel;
    bool *raw;        /* an input of bytes that layers with weights read as they are */
    int *only_reader; /* the node that alone reads the tensor, or -1 */
} decisions;

decisions decide(const graph *g, const quantize_options *o, arena *a);

/* Whether the node is quantised with weights: conv, conv_transpose, depthwise, dense, and affine, which becomes
 * a depthwise. */
bool multiplies_by_weights(const node *n);

/* The activation that alone reads the tensor of node `of` and makes its codes by tables; -1: there is none. */
int reader_by_tables(const decisions *d, int of);

/* An activation that only bounds from below by 0, and perhaps from above. */
bool is_plain_bound(const node *n);

#endif
