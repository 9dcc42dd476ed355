/* binary.h: ops of two tensors that meet element by element: add, sub, mul, div, min, max, pow.
 *
 * Each of height, width and channels is equal in both, or 1 in one of them, which then holds for all of the
 * other. */
#ifndef LCC_BINARY_H
#define LCC_BINARY_H

#include "graph/graph.h"

/* The value of the op where x and y meet; NULL for other ops. min and max give NaN where one of them is. */
typedef double (*binary_function)(double x, double y);
extern const binary_function binary_table[OP_COUNT];

static inline bool is_binary(op_kind op) { return binary_table[op] != NULL; }

/* The shape of the result. False where the two do not fit. */
bool broadcast_shapes(shape x, shape y, shape *result);

/* The number of elements from an element of `s` to the one that meets the next element of the result, along h,
 * w and c; 0 along an axis that is broadcast, or that is 1 in the result. */
void broadcast_strides(shape s, int64_t strides[3]);

/* Whether both tensors are of the result's shape, or one is and the other [1, 1, c]. A kernel then takes the
 * channels in whatever order they lie. Where the order of the two counts, the small one must be the second. */
bool meets_by_channel(const graph *g, const node *n);

#endif
