/* squeeze.c: squeeze-and-excite without its two walks over the map.
 *
 * A global average pool behind a window (a depthwise convolution): the window adds up each channel as it writes
 * it, and the pool's step is left with the sums. Each thread has sums of its own. They must outlive the
 * window's step, which is why the pool has to be the very next one.
 *
 * A channel-wise factor before a 1x1 convolution: each row of weights takes the factor of its input channel, in
 * a copy that is made anew each time, where that is less than the map. */
#include "plan/internal.h"
#include "plan/pack.h"

#include <string.h>

void keep_sums(plan *p) {
    for (int i = 0; i + 1 < p->n_steps; i++) {
        plan_step *window = &p->steps[i], *pool = &p->steps[i + 1];
        if (window->kind != STEP_WINDOW || pool->kind != STEP_GLOBAL_POOL ||
            !takes_whole_output(p, &pool->operands[0], window))
            continue;
        shape sums = {1, 1, p->g->nodes[window->node].shape.c};
        window->sums = pool->sums =
            add_buffer(p, BUFFER_ARENA, -1, TYPE_F32, sums, p->g->nodes[pool->node].label);
    }
}

static bool is_whole_run(const operand *o) {
    const run *r = &o->runs[0];
    return o->n_runs == 1 && (r->step == 1 || r->count == 1) && is_identity(o->order, o->shape.c);
}

/* Whether the step multiplies each channel of a map by a factor of its own. */
static bool is_channel_factor(const plan *p, const plan_step *s) {
    return s->kind == STEP_ELEMENTWISE && p->g->nodes[s->node].op == OP_MUL && s->n_operands == 2 &&
           p->g->nodes[s->node].a.act == OP_IDENTITY && shape_pixels(s->operands[0].shape) > 1 &&
           shape_pixels(s->operands[1].shape) == 1 && is_whole_run(&s->operands[0]) &&
           is_whole_run(&s->operands[1]);
}

static bool touches_buffer(const plan_step *s, int buffer_index) {
    bool touches = s->out_buffer == buffer_index;
    for (int i = 0; i < s->n_operands; i++) touches = touches || reads_buffer(&s->operands[i], buffer_index);
    return touches;
}

/* Whether a convolution can take the factors of the step before it into its weights, and that is less work. */
static bool can_take_factor(const plan *p, const plan_step *factor, const plan_step *s) {
    const node *n = &p->g->nodes[s->node];
    if (s->kind != STEP_GEMM || n->op != OP_CONV || s->gemm.staged || n->a.groups > 1) return false;
    /* Written over the map that it would then read: the residual of a block that begins with the factor. */
    if (reads_buffer(&factor->operands[0], s->out_buffer)) return false;
    /* Somebody else reads the scaled map, which then is not made: the caller, or the convolution's residual. */
    int map = factor->out_buffer;
    if (p->buffers[map].kind != BUFFER_ARENA || s->out_buffer == map) return false;
    if (n->a.has_residual && reads_buffer(&s->operands[1], map)) return false;
    const operand *x = &s->operands[0];
    return takes_whole_output(p, x, factor) && is_identity(x->order, x->shape.c) &&
           shape_pixels(n->shape) >= 2 * (int64_t)n->shape.c;
}

int64_t scaled_bytes(const plan *p, const plan_step *s) {
    pack_layout l = pack_layout_of_scaled(p, s);
    return pack_bytes(&l);
}

void scale_projections(plan *p) {
    int kept = 0;
    for (int i = 0; i < p->n_steps; i++) {
        plan_step *factor = &p->steps[i], *s = factor + 1;
        bool take = i + 1 < p->n_steps && is_channel_factor(p, factor) && can_take_factor(p, factor, s);
        for (int j = i + 2; take && j < p->n_steps; j++)
            take = !touches_buffer(&p->steps[j], factor->out_buffer);
        if (!take) {
            p->steps[kept++] = *factor;
            continue;
        }
        operand *operands = ARENA_ARRAY(p->mem, operand, s->n_operands + 1);
        memcpy(operands, s->operands, (size_t)s->n_operands * sizeof *operands);
        operands[0] = factor->operands[0];
        operands[s->n_operands++] = factor->operands[1];
        s->operands = operands;
        s->gemm.scaled = true;
        s->scratch_bytes = scaled_bytes(p, s);
    }
    p->n_steps = kept;
}
