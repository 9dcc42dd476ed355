/* fast_codes.h: layers of codes in the fast evaluator. */
#ifndef LCC_FAST_CODES_H
#define LCC_FAST_CODES_H

#include "interp/fast_internal.h"

typedef struct fast_codes fast_codes;

/* What the node needs to be computed with codes by the loops for floats; NULL: it is computed by the plain
 * function. In `a`. */
fast_codes *fast_codes_of(const graph *g, const node *n, arena *a);

/* Computes the node. `sums`: the function for floats of its op, where it multiplies by weights. k->n is the
 * node. */
void fast_run_codes(const fast_codes *f, const graph *g, void (*sums)(const fast_work *k), const fast_work *k);

#endif
