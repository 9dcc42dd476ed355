/* layout.h: the layout of a node's tensor in a checkpoint, and where each of its elements is in the graph's
 * tensor.
 */
#ifndef LCC_LAYOUT_H
#define LCC_LAYOUT_H

#include "graph/graph.h"

/* Axes of a tensor; and of the walk over it, in which an axis of groups counts twice. */
enum { LAYOUT_RANK = 4, WALK_RANK = 5 };

typedef struct layout {
    int rank; /* the shape of the tensor in a checkpoint of this naming */
    int dims[LAYOUT_RANK];
    shape map; /* dense on a feature map: its [h, w, c]; else h is 0 */
    naming naming;

    /* The same axes without those of length 1, and with neighbours joined where that is possible. A step along
     * axis i moves by strides[i] elements in the graph's tensor. */
    int walk_rank;
    int64_t walk_dims[WALK_RANK], strides[WALK_RANK];
    const int *order; /* the offset of entry i of the last axis; NULL: i times its stride */
} layout;

/* The layout of tensor `r` of a node. Its `order` comes from `a`, and has an int for each entry of the last
 * axis.
 */
layout layout_of(arena *a, const graph *g, const node *n, role r);

/* A scratch arena for the next layout or name: the given one or, if that has grown large, a new one in its
 * place.
 */
arena *renew_scratch(arena *scratch);

/* Stores `count` values, which are the elements first, first + 1, .. of the checkpoint's tensor in C order, in
 * the graph's tensor `to`. */
void layout_scatter(const layout *l, int64_t first, const float *values, int64_t count, float *to);

/* Reads the elements first, first + 1, .. of the checkpoint's tensor in C order from the graph's tensor `from`.
 */
void layout_gather(const layout *l, int64_t first, const float *from, int64_t count, float *values);

/* Whether a file's tensor of that shape has the elements in the layout's order. Axes of length 1 do not count,
 * so that [out, in, 1, 1] fits a dense layer and [out, in] a 1x1 convolution. A dense layer on a feature map
 * may also have its inputs as [c, h, w] (torch) or [h, w, c] (keras). */
bool layout_fits(const layout *l, const int64_t *dims, int rank);

/* A shape as text: "[32, 3, 3, 3]". */
const char *layout_show(arena *a, const layout *l);
const char *shape_show(arena *a, const int64_t *dims, int rank);

#endif
