/* front.h: the candidates that no other one beats: the Pareto front. */
#ifndef LCC_FRONT_H
#define LCC_FRONT_H

#include "search/candidate.h"

/* Which figures the front weighs against the score: a bit 1 << figure for each. */
typedef unsigned figure_set;

/* The figures of `l` among ram, flash and cycles that have a limit; all three where none has. */
figure_set figures_of_front(const limits *l);

/* Whether x is at least as good as y in the score and in all figures of the set, and better in one of them. A
 * larger score is better, and a smaller figure. Both have all of these figures. */
bool dominates(const candidate *x, const candidate *y, figure_set set);

/* The candidates among all[n] that keep the limits, have a score, and are dominated by none; of several that
 * are alike in everything, the first. The best score comes first; then the least ram, flash, cycles, and the
 * order of `all`. Returns an array in the arena; *count: its size. */
const candidate **find_front(arena *a, const candidate *const *all, int n, figure_set set, int *count);

#endif
