/* exhaustive.c: tries all candidates of a small space. All are measured first, so that those that get scores
 * are known, which may take far longer. */
#include "search/search.h"

bool search_all(search *s) {
    const int size = (int)space_size(s->space);
    int *picks = ARENA_ARRAY(s->mem, int, s->space->count);
    for (int i = 0; i < size; i++) {
        space_picks(s->space, i, picks);
        try_picks(s, picks, NULL);
        if (s->progress) s->progress(s->progress_data, s, size);
    }
    return rate_candidates(s, s->all, s->n);
}
