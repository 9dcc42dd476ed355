/* layout.c: lifetimes of buffers, and their offsets in the arena by best fit.
 *
 * Two buffers may share memory when no step needs both. Buffers are placed one after the other, each in the
 * smallest gap that holds it among those placed before that live at the same time. The order matters: several
 * are tried, and the smallest arena wins; the search ends early where it meets the lower bound, the most bytes
 * live in any one step. */
#include "plan/internal.h"

#include <stdlib.h>

static void touch(plan_buffer *b, int step_index) {
    if (b->first < 0) b->first = step_index;
    b->last = step_index;
}

static void touch_step(plan *p, const plan_step *s, int step_index) {
    touch(&p->buffers[s->out_buffer], step_index);
    if (s->scratch >= 0) touch(&p->buffers[s->scratch], step_index);
    if (s->sums >= 0) touch(&p->buffers[s->sums], step_index);
    for (int j = 0; j < s->n_operands; j++) {
        for (int k = 0; k < s->operands[j].n_runs; k++)
            touch(&p->buffers[s->operands[j].runs[k].buffer], step_index);
    }
    for (int j = 0; j < s->n_parts; j++) touch_step(p, &s->parts[j], step_index);
}

void find_lifetimes(plan *p) {
    for (int i = 0; i < p->n_steps; i++) touch_step(p, &p->steps[i], i);
}

int64_t plan_live_bytes(const plan *p, int step) {
    int64_t live = 0;
    for (int i = 0; i < p->n_buffers; i++) {
        const plan_buffer *b = &p->buffers[i];
        if (lives_in_arena(b) && b->first <= step && step <= b->last) live += arena_aligned(b->bytes);
    }
    return live;
}

static int64_t most_live(plan *p) {
    int64_t most = 0;
    for (int i = 0; i < p->n_steps; i++) {
        int64_t live = plan_live_bytes(p, i);
        if (live > most) {
            most = live;
            p->peak_step = i;
        }
    }
    return most;
}

/* A buffer to place, with the keys by which the orders sort. */
typedef struct item {
    int index;
    int64_t bytes;
    int first, last;
} item;

static int by_index(const item *x, const item *y) { return (x->index > y->index) - (x->index < y->index); }

static int by_size(const void *x, const void *y) {
    const item *a = x, *b = y;
    if (a->bytes != b->bytes) return a->bytes > b->bytes ? -1 : 1;
    return by_index(a, b);
}

static int by_area(const void *x, const void *y) {
    const item *a = x, *b = y;
    int64_t p = a->bytes * (a->last - a->first + 1), q = b->bytes * (b->last - b->first + 1);
    if (p != q) return p > q ? -1 : 1;
    return by_index(a, b);
}

static int by_length(const void *x, const void *y) {
    const item *a = x, *b = y;
    int p = a->last - a->first, q = b->last - b->first;
    if (p != q) return p > q ? -1 : 1;
    return by_size(x, y);
}

static int by_start(const void *x, const void *y) {
    const item *a = x, *b = y;
    if (a->first != b->first) return a->first < b->first ? -1 : 1;
    return by_size(x, y);
}

typedef struct interval {
    int64_t begin, end;
} interval;

static int by_begin(const void *x, const void *y) {
    const interval *a = x, *b = y;
    return (a->begin > b->begin) - (a->begin < b->begin);
}

/* The smallest gap between the taken intervals (sorted) that holds `bytes`; behind them all where none does. */
static int64_t best_gap(const interval *taken, int n, int64_t bytes) {
    int64_t best = -1, best_size = 0, at = 0;
    for (int i = 0; i < n; i++) {
        int64_t gap = taken[i].begin - at;
        if (gap >= bytes && (best < 0 || gap < best_size)) {
            best = at;
            best_size = gap;
        }
        if (taken[i].end > at) at = taken[i].end;
    }
    return best >= 0 ? best : at;
}

/* Places the items in their order; offsets[] by position in `items`. The arena's size. */
static int64_t place_in_order(const item *items, int n, int64_t *offsets, interval *taken) {
    int64_t total = 0;
    for (int i = 0; i < n; i++) {
        int n_taken = 0;
        for (int j = 0; j < i; j++) {
            if (items[j].first <= items[i].last && items[i].first <= items[j].last) {
                taken[n_taken++] = (interval){offsets[j], offsets[j] + items[j].bytes};
            }
        }
        qsort(taken, (size_t)n_taken, sizeof *taken, by_begin);
        offsets[i] = best_gap(taken, n_taken, items[i].bytes);
        if (offsets[i] + items[i].bytes > total) total = offsets[i] + items[i].bytes;
    }
    return total;
}

void place_buffers(plan *p) {
    static int (*const orders[])(const void *, const void *) = {by_size, by_area, by_length, by_start};
    item *items = ARENA_ARRAY(p->mem, item, p->n_buffers);
    interval *taken = ARENA_ARRAY(p->mem, interval, p->n_buffers);
    int64_t *offsets = ARENA_ARRAY(p->mem, int64_t, p->n_buffers);
    int n = 0;
    for (int i = 0; i < p->n_buffers; i++) {
        const plan_buffer *b = &p->buffers[i];
        if (lives_in_arena(b)) items[n++] = (item){i, arena_aligned(b->bytes), b->first, b->last};
    }
    int64_t bound = most_live(p);
    p->arena_bytes = -1;
    for (size_t o = 0; o < sizeof orders / sizeof *orders; o++) {
        qsort(items, (size_t)n, sizeof *items, orders[o]);
        int64_t total = place_in_order(items, n, offsets, taken);
        if (p->arena_bytes >= 0 && total >= p->arena_bytes) continue;
        p->arena_bytes = total;
        for (int i = 0; i < n; i++) p->buffers[items[i].index].offset = offsets[i];
        if (total == bound) break;
    }
}
