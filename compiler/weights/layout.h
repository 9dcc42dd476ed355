/* layout.h: how a checkpoint calls and lays out the tensors of a node, and where each of its elements goes. */
#ifndef LCC_LAYOUT_H
#define LCC_LAYOUT_H

#include "graph/graph.h"

enum { LAYOUT_RANK = 4 };

typedef struct layout {
    int rank; /* the tensor's shape in the checkpoint, as `naming` has it */
    int dims[LAYOUT_RANK];
    shape map; /* dense on a feature map: its [h, w, c]; else h is 0 */
    naming naming;

    /* The same tensor with its axes of length 1 left out and neighbours joined where they can be: a step along
     * axis i of these moves by strides[i] in the graph's tensor. */
    int walk_rank;
    int64_t walk_dims[LAYOUT_RANK], strides[LAYOUT_RANK];
    const int *order; /* where entry i of the last axis goes; NULL: i times its stride */
} layout;

/* Arrays of the layout come from `a`; an order has as many ints as the last axis entries. */
layout layout_of(arena *a, const graph *g, const node *n, role r);

/* A scratch arena for layouts and names, one after the other: the given one, or a new one in its place once
 * that has grown. */
arena *renew_scratch(arena *scratch);

/* Puts `count` values, the elements first, first + 1, .. of the checkpoint's tensor in C order, where they
 * belong. */
void layout_scatter(const layout *l, int64_t first, const float *values, int64_t count, float *to);

/* The other way: the elements first, first + 1, .. of the checkpoint's tensor, from the graph's. */
void layout_gather(const layout *l, int64_t first, const float *from, int64_t count, float *values);

/* Whether a tensor of that shape in a file has the elements in the layout's order: equal but for axes of length
 * 1, so that [out, in, 1, 1] fits a dense layer and [out, in] a 1x1 convolution; a dense layer on a feature map
 * may also have its inputs as [c, h, w] (torch) or [h, w, c] (keras). */
bool layout_fits(const layout *l, const int64_t *dims, int rank);

/* "[32, 3, 3, 3]". */
const char *layout_show(arena *a, const layout *l);
const char *shape_show(arena *a, const int64_t *dims, int rank);

#endif
