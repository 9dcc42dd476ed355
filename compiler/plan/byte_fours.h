/* byte_fours.h: integer layers whose tiles take four bytes of a pixel at once, and what of their weights is too
 * much for that: see byte_fours.c. */
#ifndef LCC_PLAN_BYTE_FOURS_H
#define LCC_PLAN_BYTE_FOURS_H

#include "plan/plan.h"

/* Whether the target has such tiles, and the step's layer may go by them. */
bool takes_fours(const plan *p, const plan_step *s);

/* For each output channel and each of its `fours` of inputs, as the kernel takes them, whether something is too
 * much. */
typedef struct four_rests {
    int fours, groups; /* .. and groups of the convolution */
    const bool *some;  /* [outputs][fours] */
} four_rests;

four_rests find_rests(const plan *p, const plan_step *s);

/* The fours of a block for which something is too much for one of its channels: the most that a block has, and
 * the mean of all blocks. */
typedef struct rest_count {
    int most;
    double mean;
} rest_count;

rest_count count_rests(const four_rests *r, const channel_block *blocks, int n_blocks);

#endif
