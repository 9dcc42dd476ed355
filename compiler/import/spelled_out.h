/* spelled_out.h: functions that files write as arithmetic on several nodes. What is found here is looked up in
 * the graph, and nothing is added to it. */
#ifndef LCC_IMPORT_SPELLED_OUT_H
#define LCC_IMPORT_SPELLED_OUT_H

#include "graph/graph.h"

/* Whether two numbers are equal up to what a file's floats lose. */
bool nearly(double x, double y);

/* The activation f for which f(x) is the product of nodes p and q times `scale`: gelu in both its forms, and
 * with a scale of 1 swish, hswish and mish. Sets *x; OP_IDENTITY where there is none. */
op_kind product_means(const graph *g, int p, int q, double scale, int *x);

#endif
