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

/* Makes one transpose of two that follow each other: `first`, then `second`, whose dims are set. What is
 * between them may have been reshaped. False if that takes more than MAX_RANK axes, or if their axes are cut at
 * places that do not fit: 6 as 2 x 3 and as 3 x 2. */
bool compose_transposes(const attrs *first, const attrs *second, attrs *both);

/* Whether the elements keep their order, so that only the shape changes. */
static inline bool keeps_order(const attrs *a) { return walk_of_transpose(a).n <= 1; }

#endif
