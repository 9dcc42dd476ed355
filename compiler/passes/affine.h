/* affine.h: y = x * scale + shift, channel by channel: what bn, normalize and affine all are, in double
 * precision, and how it moves into the weights of the layer before or behind it. */
#ifndef LCC_PASSES_AFFINE_H
#define LCC_PASSES_AFFINE_H

#include "passes/rewrite.h"

typedef struct affine {
    int source; /* old node that the chain reads */
    int channels;
    double *scale, *shift; /* [channels] */
    bool known;            /* false: the weights have no values yet, and neither have scale and shift */
} affine;

/* bn, normalize, or affine, with nothing riding on it. */
bool is_affine_like(const node *n);

/* `end` and the affine-like nodes before it that nothing else reads, as one. In `scratch`. */
affine gather_affine(const rewrite *r, int end, arena *scratch);

/* Makes new weights (in the rewrite's arena) for a conv, depthwise or dense such that it computes y = f * scale
 * + shift of what it computed; it has a bias afterwards. Computed in double, rounded to float once. */
void scale_outputs(const rewrite *r, node *n, const affine *f);

/* The same for a conv or dense that is to read x in place of x * scale + shift. Padding is the caller's affair.
 */
void scale_inputs(const rewrite *r, node *n, const affine *f);

/* Gives an affine node the chain's values, rounded to float. */
void set_affine_weights(const rewrite *r, node *n, const affine *f);

#endif
