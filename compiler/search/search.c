/* search.c: keeps what was tried, so that no candidate is measured twice, and counts it. */
#include "search/search.h"

#include "weights/fnv.h"

#include <math.h>
#include <string.h>

static uint64_t hash_picks(const search *s, const int *picks) {
    const uint64_t hash = fnv_ints(FNV_START, picks, s->space->count);
    return hash ^ hash >> 32;
}

static size_t bytes_of_picks(const search *s) { return (size_t)s->space->count * sizeof(int); }

/* The slot of the picks: that with their candidate, or the empty one where it belongs. */
static int find_slot(const search *s, const int *picks) {
    int at = (int)(hash_picks(s, picks) & (uint64_t)(s->slots - 1));
    while (s->table[at] && memcmp(s->all[s->table[at] - 1]->picks, picks, bytes_of_picks(s)) != 0)
        at = (at + 1) & (s->slots - 1);
    return at;
}

/* At most half of the slots are in use. */
static void make_room(search *s) {
    if (s->n == s->room) {
        s->room = s->room ? 2 * s->room : 64;
        s->all = arena_grow(s->mem, s->all, (size_t)s->n, (size_t)s->room, sizeof *s->all);
    }
    if (2 * (s->n + 1) <= s->slots) return;
    s->slots = s->slots ? 2 * s->slots : 256;
    s->table = ARENA_ARRAY(s->mem, int, s->slots);
    for (int i = 0; i < s->n; i++) s->table[find_slot(s, s->all[i]->picks)] = i + 1;
}

bool was_tried(const search *s, const int *picks) { return s->slots && s->table[find_slot(s, picks)] != 0; }

candidate *try_picks(search *s, const int *picks, bool *fresh) {
    bool tried = was_tried(s, picks);
    if (fresh) *fresh = !tried;
    if (tried) return s->all[s->table[find_slot(s, picks)] - 1];
    make_room(s);
    int *copy = ARENA_ARRAY(s->mem, int, s->space->count);
    memcpy(copy, picks, bytes_of_picks(s));
    candidate *c = ARENA_NEW(s->mem, candidate);
    *c = (candidate){.number = s->n, .picks = copy, .text = space_candidate(s->space, copy, s->mem)};
    measure_candidate(s->m, &s->l, false, s->mem, c);
    s->skipped += c->outcome == CANDIDATE_SKIPPED;
    if (c->outcome == CANDIDATE_OVER) s->over[c->over]++;
    s->table[find_slot(s, picks)] = s->n + 1;
    s->all[s->n++] = c;
    return c;
}

void check_cycles(search *s, candidate *c) {
    int64_t most = s->l.most[FIGURE_CYCLES];
    if (c->outcome != CANDIDATE_FITS || !most || c->figures[FIGURE_CYCLES] <= most) return;
    c->outcome = CANDIDATE_OVER;
    c->over = FIGURE_CYCLES;
    s->over[FIGURE_CYCLES]++;
    s->rated -= c->score.state == SCORE_MADE;
}

int count_within(const search *s) {
    int within = s->n - s->skipped;
    for (int i = 0; i < FIGURE_COUNT; i++) within -= s->over[i];
    return within;
}

bool rate_candidates(search *s, candidate *const *all, int n) {
    candidate **good = ARENA_ARRAY(s->mem, candidate *, n + 1);
    int count = 0;
    for (int i = 0; i < n; i++) {
        if (all[i]->outcome == CANDIDATE_FITS && all[i]->score.state == SCORE_NONE) good[count++] = all[i];
    }
    if (count && !s->by.rate(s->by.data, good, count)) return false;
    for (int i = 0; i < count; i++) s->rated += good[i]->score.state == SCORE_MADE;
    return true;
}

figure binding_limit(const candidate *c, const limits *l) {
    figure worst = FIGURE_RAM;
    double most = 0;
    for (int i = 0; i < FIGURE_COUNT; i++) {
        if (!l->most[i] || !c->known[i]) continue;
        double factor = (double)c->figures[i] / (double)l->most[i];
        if (factor > most) most = factor, worst = (figure)i;
    }
    return worst;
}

/* What was found out of a candidate bounds from below by how much it is over the limits. So it is looked at as
 * a whole only while that bound is below what the best one has. */
const candidate *find_nearest(search *s) {
    enum { MOST_LOOKS = 200 };
    candidate *best = NULL;
    double least = INFINITY;
    bool *seen = ARENA_ARRAY(s->mem, bool, s->n + 1);
    for (int look = 0; look < MOST_LOOKS; look++) {
        int next = -1;
        for (int i = 0; i < s->n; i++) {
            if (seen[i] || s->all[i]->outcome == CANDIDATE_SKIPPED) continue;
            if (next < 0 || excess_of(s->all[i], &s->l) < excess_of(s->all[next], &s->l)) next = i;
        }
        if (next < 0 || excess_of(s->all[next], &s->l) >= least) break;
        seen[next] = true;
        candidate *c = ARENA_NEW(s->mem, candidate);
        const candidate *from = s->all[next];
        *c = (candidate){
            .number = from->number, .picks = from->picks, .text = from->text, .seconds = from->seconds};
        measure_candidate(s->m, &s->l, true, s->mem, c);
        double excess = excess_of(c, &s->l);
        if (excess < least) least = excess, best = c;
    }
    return best;
}
