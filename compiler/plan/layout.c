/* layout.c: lifetimes of buffers, and their offsets in the arena by best fit.
 *
 * Two buffers may share memory if no step needs both. Buffers are placed one after the other. Each goes into
 * the smallest gap that holds it between the buffers that are placed already and live at the same time. The
 * result depends on the order, so several orders are tried. Then a random search changes the best one: it moves
 * a buffer at the arena's end forward, and at times a second one. The smallest arena wins. The search stops
 * early if the arena is as small as the lower bound, which is the most bytes that live in any one step. */
#include "plan/internal.h"

#include <stdlib.h>
#include <string.h>

static void touch(plan_buffer *b, int step_index) {
    if (b->first < 0) b->first = step_index;
    b->last = step_index;
}

static void touch_step(plan *p, const plan_step *s, int step_index) {
    touch(&p->buffers[s->out_buffer], step_index);
    if (s->scratch >= 0) touch(&p->buffers[s->scratch], step_index);
    if (s->tile >= 0) touch(&p->buffers[s->tile], step_index);
    if (s->sums >= 0) touch(&p->buffers[s->sums], step_index);
    for (int j = 0; j < s->n_operands; j++) {
        for (int k = 0; k < s->operands[j].n_runs; k++)
            touch(&p->buffers[s->operands[j].runs[k].buffer], step_index);
    }
    for (int j = 0; j < s->n_parts; j++) touch_step(p, &s->parts[j], step_index);
}

/* A buffer lives as long as any that lies inside of it. One inside that no step uses lives as long as that one:
 * its tensor is a part of what steps use. */
static void spread_lifetimes(plan *p) {
    for (int i = 0; i < p->n_buffers; i++) {
        const plan_buffer *b = &p->buffers[i];
        if (b->inside < 0 || b->first < 0) continue;
        plan_buffer *around = &p->buffers[b->inside];
        if (around->first < 0 || b->first < around->first) around->first = b->first;
        if (b->last > around->last) around->last = b->last;
    }
    for (int i = 0; i < p->n_buffers; i++) {
        plan_buffer *b = &p->buffers[i];
        if (b->inside < 0 || b->first >= 0) continue;
        b->first = p->buffers[b->inside].first;
        b->last = p->buffers[b->inside].last;
    }
}

void find_lifetimes(plan *p) {
    for (int i = 0; i < p->n_buffers; i++) {
        if (holds_input(&p->buffers[i])) touch(&p->buffers[i], 0);
    }
    for (int i = 0; i < p->n_steps; i++) touch_step(p, &p->steps[i], i);
    spread_lifetimes(p);
}

int64_t plan_live_bytes(const plan *p, int first, int end) {
    int64_t live = 0;
    for (int i = 0; i < p->n_buffers; i++) {
        const plan_buffer *b = &p->buffers[i];
        if (lives_in_arena(b) && b->first < end && b->last >= first) live += plan_aligned(p, b->bytes);
    }
    return live - overlaid_bytes(p, first, end);
}

live_sums sum_lifetimes(const plan *p) {
    live_sums s = {ARENA_ARRAY(p->mem, int64_t, p->n_steps + 1), ARENA_ARRAY(p->mem, int64_t, p->n_steps + 1)};
    for (int i = 0; i < p->n_buffers; i++) {
        const plan_buffer *b = &p->buffers[i];
        if (!lives_in_arena(b)) continue;
        if (b->first < p->n_steps) s.begun[b->first + 1] += plan_aligned(p, b->bytes);
        if (b->last < p->n_steps) s.ended[b->last + 1] += plan_aligned(p, b->bytes);
    }
    for (int i = 0; i < p->n_steps; i++) {
        s.begun[i + 1] += s.begun[i];
        s.ended[i + 1] += s.ended[i];
    }
    return s;
}

static int64_t most_live(plan *p) {
    int64_t most = 0;
    const live_sums sums = sum_lifetimes(p);
    for (int i = 0; i < p->n_steps; i++) {
        int64_t live = live_bytes(&sums, i, i + 1) - overlaid_bytes(p, i, i + 1);
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
    overlay over;
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

int compare_intervals(const void *x, const void *y) {
    const interval *a = x, *b = y;
    return (a->begin > b->begin) - (a->begin < b->begin);
}

/* The offset of the smallest gap between the taken intervals (sorted) that holds `bytes`; the end of the last
 * interval if no gap does. */
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

/* The bytes that an item in its place keeps from another one, which would live at the same time. An input and
 * the output that may lie on it keep less of each other, and `align` bytes at least. */
static interval taken_from(const item *fresh, const item *placed, int64_t offset, int64_t align) {
    interval x = {offset, offset + placed->bytes};
    if (fresh->over.input == placed->index) {
        int64_t begin = offset + fresh->over.slack + fresh->bytes;
        if (begin > x.begin) x.begin = begin;
        if (x.end < x.begin + align) x.end = x.begin + align;
    } else if (placed->over.input == fresh->index) {
        int64_t end = placed->over.slack < 0 ? offset - placed->over.slack : offset + align;
        if (end < x.end) x.end = end;
    }
    return x;
}

/* Room to place items in. */
typedef struct workspace {
    overlaps *placed;
    int *found;      /* items that live at the same time */
    interval *taken; /* where they are */
    int64_t align;
} workspace;

/* Places the items in their order: offsets[i] is that of items[i]. The arena's size. */
static int64_t place_in_order(const item *items, int n, int64_t *offsets, const workspace *w) {
    int64_t total = 0;
    clear_overlaps(w->placed);
    for (int i = 0; i < n; i++) {
        int n_taken = find_overlaps(w->placed, items[i].first, items[i].last, w->found);
        for (int k = 0; k < n_taken; k++) {
            int j = w->found[k];
            w->taken[k] = taken_from(&items[i], &items[j], offsets[j], w->align);
        }
        qsort(w->taken, (size_t)n_taken, sizeof *w->taken, compare_intervals);
        offsets[i] = best_gap(w->taken, n_taken, items[i].bytes);
        if (offsets[i] + items[i].bytes > total) total = offsets[i] + items[i].bytes;
        add_lifetime(w->placed, i, items[i].first, items[i].last);
    }
    return total;
}

/* An order of the buffers, and the offsets that it leads to. */
typedef struct placing {
    item *items;
    int64_t *offsets; /* by position in `items` */
    int64_t total;
} placing;

static placing new_placing(const plan *p, int n) {
    return (placing){ARENA_ARRAY(p->mem, item, n + 1), ARENA_ARRAY(p->mem, int64_t, n + 1), 0};
}

int64_t plan_input_offset(const plan *p, int input_index) {
    for (int i = 0; i < p->n_buffers; i++) {
        const plan_buffer *b = &p->buffers[i];
        if (holds_input(b) && b->port == input_index) return b->offset;
    }
    return -1;
}

/* Moves the item at `from` forward to `to`. */
static void move_forward(item *items, int from, int to) {
    item moved = items[from];
    memmove(&items[to + 1], &items[to], (size_t)(from - to) * sizeof *items);
    items[to] = moved;
}

static int random_below(uint32_t *state, int n) {
    *state = *state * UINT32_C(1664525) + UINT32_C(1013904223);
    return (int)((*state >> 8) % (uint32_t)n);
}

/* Searches for an order near that of *best that makes a smaller arena. The first `fixed` items stay where they
 * are. */
static void search_orders(const plan *p, placing *best, int n, int fixed, int64_t bound, const workspace *w) {
    const int64_t work = 8000000; /* pairs of buffers to compare: about a tenth of a second */
    enum { MOST_TRIES = 2000 };
    int64_t tries = work / ((int64_t)n * n + 1);
    placing now = new_placing(p, n);
    uint32_t state = 1;
    for (int64_t try = 0; try < tries && try < MOST_TRIES && best->total > bound; try++) {
        memcpy(now.items, best->items, (size_t)n * sizeof *now.items);
        int top = fixed;
        while (best->offsets[top] + best->items[top].bytes != best->total) top++;
        move_forward(now.items, top, fixed + random_below(&state, top + 1 - fixed));
        int other = fixed + random_below(&state, n - fixed);
        if (try % 2) move_forward(now.items, other, fixed + random_below(&state, other + 1 - fixed));
        now.total = place_in_order(now.items, n, now.offsets, w);
        if (now.total > best->total) continue;
        placing was = *best;
        *best = now;
        now = was;
    }
}

/* Takes the arena's buffers behind the `n` items that there are: those of inputs, or all others; how many there
 * are then. */
static int take_items(const plan *p, bool inputs, item *items, int n) {
    for (int i = 0; i < p->n_buffers; i++) {
        const plan_buffer *b = &p->buffers[i];
        if (!lives_in_arena(b) || holds_input(b) != inputs) continue;
        items[n++] = (item){i, plan_aligned(p, b->bytes), b->first, b->last, b->over};
    }
    return n;
}

void place_buffers(plan *p) {
    static int (*const orders[])(const void *, const void *) = {by_size, by_area, by_length, by_start};
    workspace w = {new_overlaps(p, p->n_buffers), ARENA_ARRAY(p->mem, int, p->n_buffers),
                   ARENA_ARRAY(p->mem, interval, p->n_buffers), p->t->align};
    placing best = new_placing(p, p->n_buffers), now = new_placing(p, p->n_buffers);
    /* Inputs that are first stay first. All live in the first step, so they come one behind the other. */
    int inputs = take_items(p, true, now.items, 0), n = take_items(p, false, now.items, inputs);
    int fixed = p->t->threads ? inputs : 0;
    int64_t bound = most_live(p);
    best.total = INT64_MAX;
    for (size_t o = 0; o < sizeof orders / sizeof *orders && best.total > bound; o++) {
        qsort(now.items + fixed, (size_t)(n - fixed), sizeof *now.items, orders[o]);
        now.total = place_in_order(now.items, n, now.offsets, &w);
        if (now.total >= best.total) continue;
        best.total = now.total;
        memcpy(best.items, now.items, (size_t)n * sizeof *best.items);
        memcpy(best.offsets, now.offsets, (size_t)n * sizeof *best.offsets);
    }
    search_orders(p, &best, n, fixed, bound, &w);
    p->arena_bytes = best.total;
    for (int i = 0; i < n; i++) p->buffers[best.items[i].index].offset = best.offsets[i];
    for (int i = 0; i < p->n_buffers; i++) {
        plan_buffer *b = &p->buffers[i];
        if (b->inside >= 0) b->offset = p->buffers[b->inside].offset + b->inside_at;
    }
}
