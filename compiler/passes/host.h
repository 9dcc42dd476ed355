/* host.h: which nodes an activation can be fused into. */
#ifndef LCC_PASSES_HOST_H
#define LCC_PASSES_HOST_H

#include "graph/graph.h"

/* The kernel that makes this node's tensor can apply an activation to it on the way out. */
bool can_host_activation(const node *n);

#endif
