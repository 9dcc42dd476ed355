/* squeeze.c: squeeze-and-excite without its two walks over the map.
 *
 * The first walk is a global average pool behind a window, such as a depthwise convolution. The window adds up
 * each channel while it writes it, so the pool only divides the sums. Each thread has sums of its own. They lie
 * among what a thread keeps for one step, and the next shared step may overwrite them; so the pool has to be
 * the very next step.
 *
 * The second walk multiplies each channel of the map by a factor, before a 1x1 convolution. Instead each row of
 * the convolution's weights is multiplied by the factor of its input channel. The product is a copy of the
 * weights that is made anew in each run, which pays if the weights are smaller than the map. A convolution in
 * bfloat16 multiplies its inputs as it rounds them, which always pays. */
#include "plan/internal.h"
#include "plan/pack.h"

#include <string.h>

void keep_sums(plan *p) {
    for (int i = 0; i + 1 < p->n_steps; i++) {
        plan_step *window = &p->steps[i], *pool = &p->steps[i + 1];
        if (window->kind != STEP_WINDOW || pool->kind != STEP_GLOBAL_POOL || p->g->nodes[window->node].q.on ||
            !takes_whole_output(p, &pool->operands[0], window))
            continue;
        shape sums = {1, 1, p->g->nodes[window->node].shape.c};
        window->sums = pool->sums =
            add_buffer(p, BUFFER_ARENA, -1, TYPE_F32, sums, p->g->nodes[pool->node].label);
    }
}

/* Scaling the weights is less work than multiplying the map where the map has more pixels. Inputs that are
 * rounded are read anyway. */
static bool saves_work(const plan *p, const plan_step *conv) {
    shape s = p->g->nodes[conv->node].shape;
    if (takes_bf16(p, conv)) return true;
    return shape_pixels(s) >= 2 * (int64_t)s.c;
}

int64_t scaled_bytes(const plan *p, const plan_step *s) {
    if (!scales_weights(p, s)) return 0;
    pack_layout l = pack_layout_of_scaled(p, s);
    return pack_bytes(&l);
}

void scale_projections(plan *p) {
    int kept = 0;
    for (int i = 0; i < p->n_steps; i++) {
        plan_step *factor = &p->steps[i], *s = factor + 1;
        if (!can_take_factor(p, i) || !saves_work(p, s)) {
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
