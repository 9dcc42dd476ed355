/* affine.h: y = x * scale + shift, channel by channel. bn, normalize and affine are all of this form. The
 * functions compute it in double precision, and move it into the weights of the layer before it or behind it.
 */
#ifndef LCC_PASSES_AFFINE_H
#define LCC_PASSES_AFFINE_H

#include "passes/rewrite.h"

typedef struct affine {
    int source; /* old node that the chain of affine-like nodes reads */
    int channels;
    double *scale, *shift; /* [channels] */
    bool known;            /* false: the weights have no values yet, and neither have scale and shift */
} affine;

/* bn, normalize or affine, with nothing fused into it. */
bool is_affine_like(const node *n);

/* Composes old node `end` with the affine-like nodes before it, as long as nothing else reads those. In
 * `scratch`. */
affine gather_affine(const rewrite *r, int end, arena *scratch);

/* Gives a conv, depthwise or dense new weights (in the rewrite's arena), so that it computes y * scale + shift
 * where it computed y. It has a bias afterwards. The weights are computed in double and rounded to float once.
 */
void scale_outputs(const rewrite *r, node *n, const affine *f);

/* Gives a conv or dense new weights, so that it computes the same from x as it did from x * scale + shift. The
 * caller has to see to the padding. */
void scale_inputs(const rewrite *r, node *n, const affine *f);

/* Gives an affine node the scales and shifts of the chain, rounded to float. */
void set_affine_weights(const rewrite *r, node *n, const affine *f);

#endif
