/* along.h: how a set of axes of a dense tensor [h, w, c] lies in memory. */
#ifndef LCC_GRAPH_ALONG_H
#define LCC_GRAPH_ALONG_H

#include "graph/graph.h"

/* The elements that belong together: those along the axes, for each place of the other axes. All distances are
 * in elements.
 *
 * across: the innermost axis is one of the set. For each place p there are `steps` runs of `length` neighbours,
 *     which begin at p * place_step + i * step.
 * Else the innermost axis is not one of the set, and the `channels` neighbours at a place stand for as many
 *     places. Of channel c, the elements lie at p * place_step + i * step + c for i < steps. */
typedef struct along {
    bool across;
    int64_t places, place_step;
    int64_t steps, step;
    int64_t length;   /* where across; else 1 */
    int64_t channels; /* where not across; else 1 */
} along;

along walk_along(shape s, int axes);

/* How many elements belong together. */
static inline int64_t along_count(const along *k) { return k->steps * k->length; }

#endif
