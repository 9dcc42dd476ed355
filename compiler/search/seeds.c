/* seeds.c: where a search with scores of a command begins.
 *
 * Each score takes a training, and a budget often ends after the first generation. At random most of its
 * networks would be far smaller than the limits allow. So half of it are those that the stand-in holds for the
 * best, of a search by the stand-in alone, which takes some seconds. They are taken in the order of its scores,
 * each only if it differs from those before it in a quarter of the choices: else they would be one network with
 * small changes. The other half stays random, for what the stand-in does not know. */
#include "search/search.h"

#include <stdlib.h>

enum { SEEDS = POPULATION / 2, GENERATIONS_OF_STAND_IN = 8 };

static int compare_scores(const void *p, const void *q) {
    const candidate *x = *(candidate *const *)p, *y = *(candidate *const *)q;
    if (x->score.value != y->score.value) return x->score.value > y->score.value ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static bool is_unlike(const int *one, const int *const *others, int n, int choices) {
    for (int i = 0; i < n; i++) {
        int different = 0;
        for (int k = 0; k < choices; k++) different += one[k] != others[i][k];
        if (4 * different < choices) return false;
    }
    return true;
}

void find_seeds(search *s, const stand_in *usual) {
    stand_in of = *usual;
    search quick = {.mem = s->mem,
                    .space = s->space,
                    .m = s->m,
                    .l = s->l,
                    .by = rate_by_stand_in(&of),
                    .seed = s->seed,
                    .generations = GENERATIONS_OF_STAND_IN};
    if (!search_by_evolution(&quick)) return;
    candidate **rated = ARENA_ARRAY(s->mem, candidate *, quick.n + 1);
    int n = 0;
    for (int i = 0; i < quick.n; i++) {
        if (quick.all[i]->score.state == SCORE_MADE) rated[n++] = quick.all[i];
    }
    qsort(rated, (size_t)n, sizeof *rated, compare_scores);
    const int **seeds = ARENA_ARRAY(s->mem, const int *, SEEDS);
    for (int i = 0; i < n && s->n_seeds < SEEDS; i++) {
        if (is_unlike(rated[i]->picks, seeds, s->n_seeds, s->space->count))
            seeds[s->n_seeds++] = rated[i]->picks;
    }
    s->seeds = seeds;
}
