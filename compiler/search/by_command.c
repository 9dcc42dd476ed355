/* by_command.c: gives a search the scores of score.c. */
#include "search/search.h"

#include <stdlib.h>

typedef struct ranked {
    candidate *c;
    double guess; /* by the stand-in */
} ranked;

static int compare_ranked(const void *p, const void *q) {
    const ranked *x = p, *y = q;
    if (x->guess != y->guess) return x->guess > y->guess ? -1 : 1;
    return x->c->number < y->c->number ? -1 : x->c->number > y->c->number;
}

static bool rate(void *data, candidate *const *all, int n) {
    command_scores *by = data;
    ranked *order = ARENA_ARRAY(by->mem, ranked, n);
    const char **texts = ARENA_ARRAY(by->mem, const char *, n);
    score *scores = ARENA_ARRAY(by->mem, score, n);
    for (int i = 0; i < n; i++) order[i] = (ranked){all[i], stand_in_score(&by->usual, all[i])};
    qsort(order, (size_t)n, sizeof *order, compare_ranked);
    for (int i = 0; i < n; i++) texts[i] = space_candidate_elsewhere(by->space, order[i].c->picks, by->mem);
    if (!scorer_halve(by->s, texts, n, scores)) return false;
    for (int i = 0; i < n; i++) order[i].c->score = scores[i];
    return true;
}

static bool is_over(void *data) { return scorer_is_over(((command_scores *)data)->s); }

rater rate_by_command(command_scores *by) { return (rater){.rate = rate, .is_over = is_over, .data = by}; }
