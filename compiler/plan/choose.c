/* choose.c: chooses which steps become chains: the fastest way through the network within a limit of memory.
 *
 * A candidate is a stretch of steps that run as one. It has a gain in cycles and a number of live bytes. Its
 * live bytes do not depend on its neighbours: a tensor inside of another chain does not live while this
 * candidate runs. So dynamic programming is exact: the best choice under a limit is the best path over the
 * steps by the candidates that keep within the limit. */
#include "plan/internal.h"

#include <math.h>

typedef struct candidate {
    int length;   /* steps */
    int window;   /* if parts are made twice: how many steps there are up to the window; else 0 */
    double gain;  /* cycles, against the steps one by one */
    int64_t live; /* bytes */
} candidate;

struct choices {
    int n_steps;
    double cycles; /* of the steps one by one */
    candidate *all;
    int n, room;
    int *begin; /* [n_steps + 1]: where the candidates of each first step begin */
};

static void add_candidate(arena *a, choices *c, candidate x) {
    if (c->n == c->room) {
        int room = c->room ? c->room * 2 : 256;
        c->all = arena_grow(a, c->all, (size_t)c->n, (size_t)room, sizeof *c->all);
        c->room = room;
    }
    c->all[c->n++] = x;
}

/* By how many bytes the tensors between the parts of a chain of `n` shrink. */
static int64_t saved_between(const plan *p, const plan_step *parts, int n) {
    int64_t saved = 0;
    for (int i = 0; i + 1 < n; i++) {
        const plan_buffer *b = &p->buffers[parts[i].out_buffer];
        saved += plan_aligned(p, b->bytes) - plan_aligned(p, b->bytes / b->shape.h * rows_kept(p, parts, n, i));
    }
    return saved;
}

static int64_t scratch_of(const plan *p, const plan_step *parts, int n) {
    int64_t bytes = 0;
    for (int i = 0; i < n; i++) bytes += plan_aligned(p, parts[i].scratch_bytes);
    return bytes + plan_aligned(p, largest_tile(parts, n));
}

/* Cycles lost at the seam between two threads that share a chain. Where one thread's rows end and the other's
 * begin, both make the rows that a window needs above its own, and the rows that earlier parts need for those.
 * That happens only if the program runs on several threads, and then they save a meeting behind each part; so
 * a quarter is counted. */
static double seam_cycles(const plan *p, const plan_step *parts, int n) {
    const double share = 0.25;
    double cycles = 0;
    if (!p->t->threads || p->lean) return 0;
    int rows = 0; /* of a part's output, that both threads make */
    for (int i = n - 1; i > 0; i--) {
        const attrs *a = &p->g->nodes[parts[i].node].a;
        int overlap = (a->kernel[0] - 1) * a->dilation[0] + 1 - a->stride[0];
        rows = rows * a->stride[0] + (overlap > 0 ? overlap : 0);
        int height = p->g->nodes[parts[i - 1].node].shape.h;
        if (rows > height) rows = height;
        cycles += predict_cycles(p, &parts[i - 1]) * rows / height;
    }
    return share * cycles;
}

/* Adds all chains that begin with step `first`, and the step by itself. `losses`: the cycles that each step
 * loses if it runs row by row. */
static void find_chains(const plan *p, const usage *use, const live_sums *sums, const double *losses, int first,
                        choices *c) {
    const plan_step *s = &p->steps[first];
    add_candidate(p->mem, c, (candidate){1, 0, 0, live_bytes(sums, first, first + 1) + scratch_of(p, s, 1)});
    double gain = -losses[first];
    for (int n = 2; n <= MOST_CHAIN_PARTS && first + n <= p->n_steps; n++) {
        if (p->buffers[s[n - 2].out_buffer].kind != BUFFER_ARENA) break;
        gain += link_traffic(p, s[n - 2].out_buffer) - losses[first + n - 1];
        if (!can_chain(p, use, s, n)) continue;
        int64_t live = live_bytes(sums, first, first + n) - saved_between(p, s, n) + scratch_of(p, s, n);
        live -= find_overlay(p, s, n, first + n - 1).shared;
        add_candidate(p->mem, c, (candidate){n, 0, gain - seam_cycles(p, s, n), live});
    }
}

/* Adds the squeeze-excite block that begins with step `first`, its depthwise output made twice. */
static void find_twice(const plan *p, const usage *use, const live_sums *sums, const double *losses, int first,
                       choices *c) {
    const plan_step *s = &p->steps[first];
    int window, n = twice_length(p, use, s, p->n_steps - first, &window);
    if (n == 0) return;
    plan_step parts[MOST_CHAIN_PARTS];
    for (int i = 0; i < window; i++) parts[i] = s[i];
    parts[window] = s[n - 1];
    double gain = -losses[first + n - 1];
    for (int i = 0; i < window; i++) {
        gain += link_traffic(p, s[i].out_buffer) - losses[first + i];
        gain -= predict_cycles(p, &s[i]) + losses[first + i];
    }
    int64_t live = live_bytes(sums, first, first + n) - saved_between(p, parts, window + 1);
    add_candidate(p->mem, c, (candidate){n, window, gain, live + scratch_of(p, parts, window + 1)});
}

choices *find_choices(const plan *p) {
    choices *c = ARENA_NEW(p->mem, choices);
    *c = (choices){.n_steps = p->n_steps, .begin = ARENA_ARRAY(p->mem, int, p->n_steps + 1)};
    const usage *use = count_uses(p);
    const live_sums sums = sum_lifetimes(p);
    double *losses = ARENA_ARRAY(p->mem, double, p->n_steps);
    for (int i = 0; i < p->n_steps; i++) {
        plan_step by_row = p->steps[i];
        losses[i] = cut_by_row(p, &by_row);
        c->cycles += predict_cycles(p, &p->steps[i]);
    }
    for (int i = 0; i < p->n_steps; i++) {
        c->begin[i] = c->n;
        find_chains(p, use, &sums, losses, i, c);
        find_twice(p, use, &sums, losses, i, c);
    }
    c->begin[p->n_steps] = c->n;
    return c;
}

int64_t least_live(arena *a, const choices *c) {
    int64_t *least = ARENA_ARRAY(a, int64_t, c->n_steps + 1); /* from each step to the end */
    for (int i = c->n_steps - 1; i >= 0; i--) {
        least[i] = INT64_MAX;
        for (int k = c->begin[i]; k < c->begin[i + 1]; k++) {
            int64_t behind = least[i + c->all[k].length], here = c->all[k].live;
            int64_t most = here > behind ? here : behind;
            if (most < least[i]) least[i] = most;
        }
    }
    return least[0];
}

/* Finds the best way by candidates with at most `most` bytes live: in way[] the candidate for each step with
 * which one may begin. Returns what the way gains, or -INFINITY if there is none. */
static double find_way(arena *a, const choices *c, int64_t most, const candidate **way) {
    double *gain = ARENA_ARRAY(a, double, c->n_steps + 1); /* from each step to the end */
    for (int i = c->n_steps - 1; i >= 0; i--) {
        gain[i] = -INFINITY;
        for (int k = c->begin[i]; k < c->begin[i + 1]; k++) {
            const candidate *x = &c->all[k];
            double all = x->gain + gain[i + x->length];
            if (x->live > most || all < gain[i] || isinf(all)) continue;
            gain[i] = all;
            way[i] = x;
        }
    }
    return gain[0];
}

static int64_t live_along(const choices *c, const candidate *const *way) {
    int64_t live = 0;
    for (int i = 0; i < c->n_steps; i += way[i]->length) {
        if (way[i]->live > live) live = way[i]->live;
    }
    return live;
}

int64_t frugal_live(arena *a, const choices *c) {
    const double next_to_nothing = 0.005;
    const candidate **way = ARENA_ARRAY(a, const candidate *, c->n_steps + 1);
    double best = find_way(a, c, INT64_MAX, way), least = best - next_to_nothing * c->cycles;
    int64_t live = live_along(c, way);
    while (live > 0 && find_way(a, c, live - 1, way) >= least) live = live_along(c, way);
    return live;
}

int64_t fuse_steps(plan *p, const choices *c, int64_t most) {
    const candidate **way = ARENA_ARRAY(p->mem, const candidate *, c->n_steps + 1);
    if (isinf(find_way(p->mem, c, most, way))) return -1;
    const plan_step *steps = p->steps;
    p->steps = ARENA_ARRAY(p->mem, plan_step, p->n_steps + 1);
    p->n_steps = 0;
    for (int i = 0; i < c->n_steps; i += way[i]->length) {
        const candidate *x = way[i];
        if (x->window)
            p->n_steps += make_twice(p, &steps[i], x->window, x->length, &p->steps[p->n_steps]);
        else
            p->steps[p->n_steps++] = x->length > 1 ? make_chain(p, &steps[i], x->length) : steps[i];
    }
    return live_along(c, way);
}
