/* byte_ends.h: how the sums of integer layers whose tiles take several inputs at once become codes. */
#ifndef LCC_PLAN_BYTE_ENDS_H
#define LCC_PLAN_BYTE_ENDS_H

#include "base/float_rescale.h"
#include "base/float_sum.h"
#include "plan/plan.h"

/* FLOAT_NOT: not each channel has floats that are proved, or the residual has none. */
typedef struct byte_ends {
    float_way way;
    const float_rescale *of_channel; /* [out] */
    bool adds;                       /* floats are proved for the sums of a residual */
    float_sum sum;                   /* .. which are these */
} byte_ends;

/* Those of a node's layer. They are looked for when they are first asked for. */
const byte_ends *ends_of_bytes(const plan *p, int node_index);

/* Looks for one way that makes all of `n` rows of steps by the target's floats; found[n]. */
float_way find_way(const target *t, const code_steps *steps, int n, float_rescale *found);

#endif
