/* plan.h: from a graph to steps, buffers and arena offsets. */
#ifndef LCC_PLAN_H
#define LCC_PLAN_H

#include "graph/graph.h"
#include "targets/target.h"

typedef struct plan plan;

/* `max_ram` 0: no limit. NULL after errors (the limit cannot be met). */
plan *plan_make(const graph *g, const target *t, int64_t max_ram, arena *a, diag *d);

#endif
