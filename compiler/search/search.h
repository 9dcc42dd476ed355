/* search.h: a search among the candidates of a space: which were tried, and what came of them. */
#ifndef LCC_SEARCH_H
#define LCC_SEARCH_H

#include "search/front.h"
#include "search/space.h"

/* Gives scores. */
typedef struct rater {
    /* Sets the score of each of the candidates, all of which keep the limits. False after an error. */
    bool (*rate)(void *data, candidate *const *all, int n);
    /* Whether no more scores are to be had, since a budget is used up. NULL: never. */
    bool (*is_over)(void *data);
    void *data;
} rater;

typedef struct search {
    arena *mem;
    const search_space *space;
    const machine *m;
    limits l;
    rater by;
    /* Of evolve.c. `seeds` are picks of candidates that its first generation has; NULL: none. */
    uint64_t seed;
    int generations; /* behind the first one; 0: as many as are usual */
    const int *const *seeds;
    int n_seeds;
    /* Says how far the search is; NULL: to nobody. `of`: how many candidates there will be at most. */
    void (*progress)(void *data, const struct search *s, int of);
    void *progress_data;

    /* What the search makes. It begins zeroed. */
    candidate **all; /* in the order in which they were tried */
    int n, room;
    int *table, slots; /* numbers + 1 of candidates by the hash of their picks; 0: an empty slot */
    int skipped, over[FIGURE_COUNT];
    int rated; /* of those that keep the limits: with a score */
} search;

/* The candidate with these picks. It is measured if it was not tried before, which *fresh (may be NULL) says.
 */
candidate *try_picks(search *s, const int *picks, bool *fresh);

/* Whether the candidate with these picks was tried. */
bool was_tried(const search *s, const int *picks);

/* Notes it if a candidate that kept the limits is over that of cycles, after its cycles or the limit have
 * changed.
 */
void check_cycles(search *s, candidate *c);

/* How many of the candidates keep the limits. */
int count_within(const search *s);

/* Gives scores to those candidates that keep the limits. False after an error. */
bool rate_candidates(search *s, candidate *const *all, int n);

/* The candidate that is the least over the limits; NULL if none could be built. All its figures are known. For
 * a search in which none keeps the limits. */
const candidate *find_nearest(search *s);

/* The limit that a candidate exceeds by the largest factor. */
figure binding_limit(const candidate *c, const limits *l);

/* exhaustive.c: tries all candidates of a space of at most MOST_EXHAUSTIVE. False after an error. */
enum { MOST_EXHAUSTIVE = 1000 };
bool search_all(search *s);

/* evolve.c: tries the usual network, and then those that evolution leads to. False after an error. */
enum { POPULATION = 48 }; /* of a generation */
bool search_by_evolution(search *s);

/* stand_in.c: scores without a command. `data` of its rater is a stand_in, which describes the network that
 * others are compared to. */
typedef struct stand_in {
    int64_t macs, pixels;
    int layers;
} stand_in;
rater rate_by_stand_in(stand_in *of);
/* Sets `of` to the usual network of the space; to zeros where that cannot be built. */
void measure_usual(const search_space *space, const machine *m, stand_in *of);
double stand_in_score(const stand_in *of, const candidate *c);

/* by_command.c: scores by a command. `data` of its rater is a command_scores. Those that the stand-in holds for
 * the best get theirs first, since a budget may end before all have one. */
typedef struct command_scores {
    scorer *s;
    const search_space *space;
    stand_in usual;
    arena *mem;
} command_scores;
rater rate_by_command(command_scores *by);

/* seeds.c: sets the seeds of a search whose scores are dear: the best by the stand-in, unlike each other. */
void find_seeds(search *s, const stand_in *usual);

#endif
