/* ahead.c: which weights are prefetched while earlier steps still compute.
 *
 * A dense layer reads each weight once, for one pixel. A core waits for memory there: it gets some 40 GB/s, and
 * could multiply five times as many. A convolution over a small map reads as many weights in a much longer
 * time. So its tiles prefetch the weights of the dense layers behind it as well, line by line as they walk over
 * their own. What leaves the second cache before it is needed goes to the third one, which is twice as fast as
 * memory.
 *
 * Networks with few weights find them in the third cache from one run to the next, and there is nothing to
 * gain.
 *
 * Prefetching a line again costs time. So only the last tile of the map does it, which computes each block once
 * and finds its own weights in the second cache. */
#include "plan/internal.h"

/* Weights that are read once, and not prefetched yet: bytes of the file's. */
typedef struct stretch {
    int64_t begin, end;
} stretch;

/* Whether the step takes longer to read its weights than to compute. Smaller ones are left out. */
static bool waits_for_weights(const plan *p, const plan_step *s) {
    const int64_t least = 64 << 10;
    if (s->kind != STEP_GEMM || !s->gemm.prefetch || s->gemm.scaled) return false;
    if (node_weight_type(&p->g->nodes[s->node]) == TYPE_I8) return false;
    return shape_pixels(p->g->nodes[s->node].shape) == 1 && s->weight_bytes >= least;
}

/* Whether the step computes longer than it reads weights, block by block for all pixels. */
static bool has_time(const plan *p, const plan_step *s) {
    const gemm_plan *gemm = &s->gemm;
    const node *n = &p->g->nodes[s->node];
    if (s->kind != STEP_GEMM || !gemm->prefetch || gemm->scaled || gemm->staged) return false;
    if (node_weight_type(n) == TYPE_I8) return false;
    return gemm->blocks_outside && n->a.stride[0] == 1 && n->a.stride[1] == 1 && n->a.groups <= 1;
}

void read_ahead(plan *p) {
    const int64_t kept = 12 << 20; /* of a cache of 32 MB that others use as well */
    /* Targets without threads have no such cache, or hide it. */
    if (plan_weight_bytes(p) < kept || !p->t->threads) return;
    stretch *waiting = ARENA_ARRAY(p->mem, stretch, p->n_steps + 1);
    int n = 0;
    for (int i = p->n_steps - 1; i >= 0; i--) {
        plan_step *s = &p->steps[i];
        int64_t own = s->weight_bytes / p->t->align * p->t->align;
        if (waits_for_weights(p, s))
            waiting[n++] = (stretch){s->weight_begin, s->weight_begin + s->weight_bytes};
        if (!has_time(p, s)) continue;
        while (n && s->gemm.n_ahead < MOST_AHEAD) {
            stretch *next = &waiting[n - 1];
            s->gemm.ahead[s->gemm.n_ahead++] = next->begin - s->weight_begin;
            next->begin += own;
            if (next->begin >= next->end) n--;
        }
    }
}
