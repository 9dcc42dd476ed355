/* evolve.c: a search of a large space by evolution: NSGA-II (Deb, Pratap, Agarwal and Meyarivan, "A fast and
 * elitist multiobjective genetic algorithm", IEEE Transactions on Evolutionary Computation 6, 2002), with its
 * constrained domination.
 *
 * A generation is a set of candidates. Two parents, each the better of two at random, make a child: each choice
 * is that of one of them, and some change. Of parents and children together the best are the next generation:
 * those that keep the limits before those that do not, of these the ones that are the least over; of those that
 * keep them by ranks, where those that none dominates have rank 0, those that only these dominate rank 1, and
 * so on; and of a rank those that stand apart from others. Everything is whole numbers and sums and products of
 * doubles, so that a seed gives the same search on every machine. */
#include "base/random.h"
#include "search/search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GENERATIONS = 20, MOST_TRIES = 50 };

typedef struct member {
    candidate *c;
    int rank;      /* of those that keep the limits and have a score; else after all of these */
    double excess; /* over the limits */
    double apart;  /* from its neighbours of the same rank: the crowding distance */
} member;

typedef struct evolution {
    search *s;
    random_source random;
    figure_set set;
    member all[2 * POPULATION]; /* the parents, then the children */
    int parents, n;
    int *picks; /* of the next child */
} evolution;

static bool is_good(const member *m) {
    return m->c->outcome == CANDIDATE_FITS && m->c->score.state == SCORE_MADE;
}

/* The order in which members are kept. */
static int compare_members(const void *p, const void *q) {
    const member *x = p, *y = q;
    if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
    if (x->excess != y->excess) return x->excess < y->excess ? -1 : 1;
    if (x->apart != y->apart) return x->apart > y->apart ? -1 : 1;
    return x->c->number < y->c->number ? -1 : x->c->number > y->c->number;
}

static void find_ranks(evolution *e) {
    const int none = 2 * POPULATION;
    for (int i = 0; i < e->n; i++) {
        e->all[i].rank = none;
        e->all[i].apart = 0;
        e->all[i].excess = excess_of(e->all[i].c, &e->s->l);
    }
    bool more = true;
    for (int rank = 0; more; rank++) {
        bool chosen[2 * POPULATION] = {false};
        more = false;
        for (int i = 0; i < e->n; i++) {
            if (e->all[i].rank < rank || !is_good(&e->all[i])) continue;
            chosen[i] = true;
            for (int k = 0; k < e->n && chosen[i]; k++) {
                bool rival = is_good(&e->all[k]) && e->all[k].rank >= rank;
                if (rival && dominates(e->all[k].c, e->all[i].c, e->set)) chosen[i] = false;
            }
        }
        for (int i = 0; i < e->n; i++) {
            if (chosen[i]) e->all[i].rank = rank, more = true;
        }
    }
}

/* What is compared: figure f, or the score, which is FIGURE_COUNT. */
static double value_of(const member *m, int f) {
    return f == FIGURE_COUNT ? m->c->score.value : (double)m->c->figures[f];
}

/* Adds to each member of a rank how far its neighbours lie apart by one figure. The outermost are infinitely
 * apart. */
static void add_distances(member **of, int n, int f) {
    for (int i = 1; i < n; i++) { /* sorts them, and keeps the order of those that are alike */
        member *m = of[i];
        int k = i;
        for (; k > 0 && value_of(of[k - 1], f) > value_of(m, f); k--) of[k] = of[k - 1];
        of[k] = m;
    }
    double span = value_of(of[n - 1], f) - value_of(of[0], f);
    of[0]->apart = of[n - 1]->apart = INFINITY;
    for (int i = 1; i + 1 < n && span > 0; i++)
        of[i]->apart += (value_of(of[i + 1], f) - value_of(of[i - 1], f)) / span;
}

static void find_distances(evolution *e) {
    for (int rank = 0; rank < 2 * POPULATION; rank++) {
        member *of[2 * POPULATION];
        int n = 0;
        for (int i = 0; i < e->n; i++) {
            if (e->all[i].rank == rank) of[n++] = &e->all[i];
        }
        if (n == 0) return;
        for (int f = 0; f <= FIGURE_COUNT; f++) {
            if (f == FIGURE_COUNT || (e->set >> f & 1)) add_distances(of, n, f);
        }
    }
}

static void select_parents(evolution *e) {
    find_ranks(e);
    find_distances(e);
    qsort(e->all, (size_t)e->n, sizeof *e->all, compare_members);
    e->n = e->parents = e->n < POPULATION ? e->n : POPULATION;
}

static const member *choose_parent(evolution *e) {
    int x = random_below(&e->random, e->parents), y = random_below(&e->random, e->parents);
    return &e->all[x < y ? x : y]; /* they are sorted */
}

/* Changes one choice: half of the time to a neighbour of what it is, else to any alternative. */
static void mutate(evolution *e, int choice) {
    int count = e->s->space->choices[choice].count, *pick = &e->picks[choice];
    bool near = random_below(&e->random, 2) == 0;
    int step = random_below(&e->random, 2) ? 1 : -1;
    if (near && *pick + step >= 0 && *pick + step < count)
        *pick += step;
    else
        *pick = random_below(&e->random, count);
}

static void make_child(evolution *e) {
    const int *one = choose_parent(e)->c->picks, *other = choose_parent(e)->c->picks;
    int count = e->s->space->count;
    for (int i = 0; i < count; i++) e->picks[i] = random_below(&e->random, 2) ? one[i] : other[i];
    for (int i = 0; i < count; i++) {
        if (random_below(&e->random, count) == 0) mutate(e, i);
    }
}

static void make_any(evolution *e) {
    for (int i = 0; i < e->s->space->count; i++)
        e->picks[i] = random_below(&e->random, e->s->space->choices[i].count);
}

/* Adds new candidates until there are `most` members, or none is found that is new. Returns how many. */
static int grow(evolution *e, int most, candidate **fresh) {
    int count = 0;
    for (int tries = 0; e->n < most && tries < MOST_TRIES;) {
        if (e->parents && tries < MOST_TRIES / 2)
            make_child(e);
        else
            make_any(e);
        if (was_tried(e->s, e->picks)) {
            tries++;
            continue;
        }
        tries = 0;
        fresh[count++] = e->all[e->n++].c = try_picks(e->s, e->picks, NULL);
        if (e->s->progress) e->s->progress(e->s->progress_data, e->s, POPULATION * (GENERATIONS + 1));
    }
    return count;
}

/* The usual network, the seeds, and any others. All of them are rated at once. False after an error. */
static bool make_first_generation(evolution *e) {
    search *s = e->s;
    candidate *fresh[2 * POPULATION];
    space_usual(s->space, e->picks);
    e->all[e->n++].c = try_picks(s, e->picks, NULL);
    for (int i = 0; i < s->n_seeds && e->n < POPULATION; i++) {
        if (!was_tried(s, s->seeds[i])) e->all[e->n++].c = try_picks(s, s->seeds[i], NULL);
    }
    grow(e, POPULATION, fresh);
    return rate_candidates(s, s->all, s->n);
}

bool search_by_evolution(search *s) {
    evolution *e = ARENA_NEW(s->mem, evolution);
    *e = (evolution){.s = s, .random = {s->seed}, .set = figures_of_front(&s->l)};
    e->picks = ARENA_ARRAY(s->mem, int, s->space->count);
    if (!make_first_generation(e)) return false;
    select_parents(e);
    for (int i = 0; i < (s->generations ? s->generations : GENERATIONS); i++) {
        candidate *fresh[2 * POPULATION];
        if (s->by.is_over && s->by.is_over(s->by.data)) break;
        const int count = grow(e, 2 * POPULATION, fresh);
        if (!rate_candidates(s, fresh, count)) return false;
        select_parents(e);
        if (count == 0) break;
    }
    return true;
}
