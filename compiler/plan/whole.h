/* whole.h: ops whose steps take their operands as wholes, dense and in order, and make a dense tensor.
 *
 * whole.c has a table of them, with what a plan has to know of each. emit/whole.c has the table of the
 * functions that write their bodies. */
#ifndef LCC_PLAN_WHOLE_H
#define LCC_PLAN_WHOLE_H

#include "graph/graph.h"

typedef struct whole_op {
    /* Whether a node of the op is planned so; NULL: every one is. */
    bool (*applies)(const graph *g, const node *n);
    /* Cycles for each unit of work, as plain scalar code or, if `by_vectors`, for a vector of them. 0: the op
     * is not planned so. */
    double cycles;
    bool by_vectors;
    /* Units of work; NULL: the elements of the output. */
    int64_t (*work)(const graph *g, const node *n);
    /* Into how many equal parts the output can be cut for threads. Part i is the i-th stretch of neighbouring
     * elements. NULL: the first thread does the step alone. */
    int64_t (*units)(const graph *g, const node *n);
    /* Bytes that the step needs for itself while it runs, for floats; NULL: none. Each thread has its own. */
    int64_t (*scratch)(const graph *g, const node *n);
} whole_op;

extern const whole_op whole_table[OP_COUNT];

/* Whether the node's step takes its operands as wholes. */
bool takes_wholes(const graph *g, const node *n);

/* For whole_op.units: the rows of the output; its pixels. */
int64_t rows_of_output(const graph *g, const node *n);
int64_t pixels_of_output(const graph *g, const node *n);

/* Whether a group_norm adds up each channel before it adds up the groups: where the groups are too small for
 * vectors. */
bool sums_by_channels(const node *n);

/* How many channels before and behind each one an lrn looks at, but for those that the tensor never has. */
void lrn_margins(const node *n, int margins[2]);

/* The cycles of such a step on one core, with vectors of `lanes` floats. */
double whole_cycles(const graph *g, const node *n, double lanes);

#endif
