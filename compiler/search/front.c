/* front.c: the candidates that no other one beats.
 *
 * They are sorted first, so that whatever dominates a candidate stands before it. Then each is compared to
 * those that are on the front already. */
#include "search/front.h"

#include <stdlib.h>

figure_set figures_of_front(const limits *l) {
    figure_set set = 0;
    for (int i = 0; i <= FIGURE_CYCLES; i++) {
        if (l->most[i]) set |= 1u << i;
    }
    return set ? set : 1u << FIGURE_RAM | 1u << FIGURE_FLASH | 1u << FIGURE_CYCLES;
}

bool dominates(const candidate *x, const candidate *y, figure_set set) {
    int by_score = score_compare(&x->score, &y->score);
    bool better = by_score < 0;
    if (by_score > 0) return false;
    for (int i = 0; i < FIGURE_COUNT; i++) {
        if (!(set >> i & 1)) continue;
        if (x->figures[i] > y->figures[i]) return false;
        better = better || x->figures[i] < y->figures[i];
    }
    return better;
}

/* The order of the front, and of candidates that are alike, that in which they were first tried. */
static int compare_candidates(const void *p, const void *q) {
    const candidate *x = *(const candidate *const *)p, *y = *(const candidate *const *)q;
    int by_score = score_compare(&x->score, &y->score);
    if (by_score) return by_score;
    for (int i = 0; i < FIGURE_COUNT; i++) {
        if (x->figures[i] != y->figures[i]) return x->figures[i] < y->figures[i] ? -1 : 1;
    }
    return x->number < y->number ? -1 : x->number > y->number;
}

static bool is_alike(const candidate *x, const candidate *y, figure_set set) {
    for (int i = 0; i < FIGURE_COUNT; i++) {
        if ((set >> i & 1) && x->figures[i] != y->figures[i]) return false;
    }
    return score_compare(&x->score, &y->score) == 0;
}

const candidate **find_front(arena *a, const candidate *const *all, int n, figure_set set, int *count) {
    const candidate **good = ARENA_ARRAY(a, const candidate *, n + 1);
    int n_good = 0, kept = 0;
    for (int i = 0; i < n; i++) {
        if (all[i]->outcome == CANDIDATE_FITS && all[i]->score.state == SCORE_MADE) good[n_good++] = all[i];
    }
    qsort(good, (size_t)n_good, sizeof *good, compare_candidates);
    for (int i = 0; i < n_good; i++) {
        bool beaten = false;
        for (int k = 0; k < kept && !beaten; k++)
            beaten = dominates(good[k], good[i], set) || is_alike(good[k], good[i], set);
        if (!beaten) good[kept++] = good[i];
    }
    *count = kept;
    return good;
}
