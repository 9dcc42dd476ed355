/* axes.h: the axes of a transpose, as few as say the same. */
#ifndef LCC_GRAPH_AXES_H
#define LCC_GRAPH_AXES_H

#include "graph/graph.h"

/* The result's axes from the outermost to the innermost, where its elements lie dense: each with its number of
 * places and the distance in the input, in elements, from one place to the next. */
typedef struct axis_walk {
    int n;
    int count[MAX_RANK];
    int64_t stride[MAX_RANK];
} axis_walk;

/* The walk of a transpose whose dims are set. Axes of one place are left out, and neighbours that are
 * neighbours in the input too are joined. A transpose that changes nothing but the shape has at most one axis,
 * of stride 1. */
axis_walk walk_of_transpose(const attrs *a);

/* Whether the elements keep their order, so that only the shape changes. */
static inline bool keeps_order(const attrs *a) { return walk_of_transpose(a).n <= 1; }

#endif
