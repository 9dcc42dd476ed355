/* threads.c: how a plan is prepared for several threads.
 *
 * The threads share a step: each computes a part of its rows, pixels or channels, and all meet behind it. The
 * first thread does a small step alone, since it would be done before a second thread had begun. It also does a
 * chain alone that ends in place over what its earlier parts read: may_end_in_place in legal.c says why.
 * Between two steps that the first thread does alone, nobody waits.
 *
 * Each thread needs its own copy of what a shared step keeps for itself: rings of rows, staged input, sums. The
 * first thread's copy is in the arena, where the plan has placed it. Each further thread has a block behind the
 * arena for its copies. */
#include "plan/internal.h"

static bool is_shared(const plan *p, const plan_step *s) {
    enum { LEAST_CYCLES = 600 }; /* a few times as long as a meeting */
    bool of_sums = s->kind == STEP_GLOBAL_POOL && s->sums >= 0;
    if (!p->t->threads || of_sums || s->kind == STEP_SOFTMAX || s->kind == STEP_COPY) return false;
    if (s->kind == STEP_WHOLE && s->units < 2) return false;
    bool in_place = s->kind == STEP_CHAIN && ends_in_place(p, s->parts, s->n_parts);
    return s->cycles >= LEAST_CYCLES && !in_place;
}

static void keep_own(plan *p, int buffer_index, int64_t *used) {
    plan_buffer *b = &p->buffers[buffer_index];
    b->own = true;
    b->own_offset = *used;
    *used += plan_aligned(p, b->bytes);
}

/* Places the copies of a step's own buffers one behind the other in a thread's block; their bytes. */
static int64_t place_own(plan *p, const plan_step *s) {
    int64_t used = 0;
    if (s->sums >= 0) {
        keep_own(p, s->sums, &used);
        p->buffers[s->sums].of_part = true;
    }
    if (s->scratch >= 0) keep_own(p, s->scratch, &used);
    if (s->tile >= 0) keep_own(p, s->tile, &used);
    for (int i = 0; i < s->n_parts; i++) {
        if (s->parts[i].scratch >= 0) keep_own(p, s->parts[i].scratch, &used);
        if (i + 1 < s->n_parts || s->sums_only) keep_own(p, s->parts[i].out_buffer, &used);
    }
    return used;
}

void plan_threads(plan *p) {
    for (int i = 0; i < p->n_steps; i++) {
        plan_step *s = &p->steps[i];
        s->shared = is_shared(p, s);
        if (!s->shared) continue;
        int64_t used = place_own(p, s);
        if (used > p->thread_bytes) p->thread_bytes = used;
    }
}

bool meets_behind(const plan *p, int i) {
    if (!p->t->threads || i + 1 == p->n_steps) return false;
    return p->steps[i].shared || p->steps[i + 1].shared;
}
