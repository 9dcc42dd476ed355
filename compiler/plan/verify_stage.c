/* verify_stage.c: what a kernel keeps in scratch (staged rows, scaled weights), and the sums that a window adds
 * up. */
#include "plan/verify_state.h"

/* ---- the ring of staged rows: emit/stage.c ---- */

bool begin_staging(verifier *v, const plan_step *s, int thread, int first_row, staging *g) {
    const attrs *a = &v->p->g->nodes[s->node].a;
    shape in = s->operands[0].shape;
    *g = (staging){.s = s, .reach = a->dilation[0] * (a->kernel[0] - 1) + 1};
    g->next = first_row * a->stride[0] - a->pad[TOP];
    g->ring = use_place(v, s->scratch, thread);
    if (!g->ring) return false;
    int64_t row = (int64_t)(in.w + a->pad[LEFT] + a->pad[RIGHT]) * in.c * g->ring->element_bytes;
    if (!cut_place(v, g->ring, g->reach, row)) return false;
    g->held = owned_track(v, g->ring, s);
    return true;
}

static int ring_slot(const staging *g, int padded_row) { return padded_row % g->reach; }

int begin_row_of_stage(const verifier *v, staging *g, int oy) {
    const attrs *a = &v->p->g->nodes[g->s->node].a;
    int top = oy * a->stride[0] - a->pad[TOP];
    if (a->stride[0] > g->reach) g->next = top;
    return top + g->reach;
}

bool stage_row(verifier *v, staging *g, reading *x, int slot_row) {
    const attrs *a = &v->p->g->nodes[g->s->node].a;
    int to = ring_slot(g, g->next + a->pad[TOP]);
    bool inside = g->next >= 0 && g->next < x->shape.h;
    if (inside && !read_row(v, x, g->next, slot_row)) return false;
    if (!write_rows(v, g->ring, g->held, to, g->next, 1)) return false;
    record_pixels(v, x->thread, true, g->ring, to, to + 1, 0, g->held->count);
    return true;
}

bool check_staged(verifier *v, const staging *g, int oy) {
    const attrs *a = &v->p->g->nodes[g->s->node].a;
    for (int ky = 0; ky < a->kernel[0]; ky++) {
        int row = oy * a->stride[0] - a->pad[TOP] + ky * a->dilation[0];
        if (g->held->rows[ring_slot(g, row + a->pad[TOP])] != row)
            return fault(v, "row %d of the staged input is not in its ring", row);
    }
    return true;
}

bool stage_rows(verifier *v, staging *g, reading *x, int oy) {
    for (int end = begin_row_of_stage(v, g, oy); g->next < end; g->next++) {
        if (!stage_row(v, g, x, g->next)) return false;
    }
    return check_staged(v, g, oy);
}

/* ---- scaled weights ---- */

static int64_t scaled_elements(const plan_step *s) {
    int64_t total = 0;
    for (int i = 0; i < s->gemm.n_blocks; i++) {
        const channel_block *b = &s->gemm.blocks[i];
        total += (int64_t)b->repeat * b->lanes * (1 + s->operands[0].shape.c);
    }
    return total;
}

bool scale_weights(verifier *v, const plan_step *s, int thread) {
    reading factors;
    if (!read_factors(v, s, thread, &factors) || !read_row(v, &factors, 0, 0)) return false;
    if (!scales_weights(v->p, s)) return true;
    place *to = use_place(v, s->scratch, thread);
    if (!to || !cut_place(v, to, 1, scaled_elements(s) * to->element_bytes)) return false;
    track *k = owned_track(v, to, s);
    record_pixels(v, thread, true, to, 0, 1, 0, k->count);
    return write_rows(v, to, k, 0, 0, 1);
}

bool fill_scratch(verifier *v, const plan_step *s, int thread) {
    place *to = use_place(v, s->scratch, thread);
    if (!to || !cut_place(v, to, 1, s->scratch_bytes)) return false;
    track *k = owned_track(v, to, s);
    record_pixels(v, thread, true, to, 0, 1, 0, k->count);
    return write_rows(v, to, k, 0, 0, 1);
}

bool has_scaled_weights(verifier *v, const plan_step *s, int thread) {
    if (!scales_weights(v->p, s)) return true;
    place *at = use_place(v, s->scratch, thread);
    if (!at) return false;
    return owned_track(v, at, s)->rows[0] == 0 || fault(v, "its scaled weights have been overwritten");
}

/* ---- sums ---- */

static track *sums_track(verifier *v, const plan_step *s, place *at) {
    int c = v->p->g->nodes[s->node].shape.c;
    symbolic_value *values = ARENA_ARRAY(v->a, symbolic_value, c);
    for (int i = 0; i < c; i++) values[i] = (symbolic_value){s->node, s->out_order[i], SUM_OF_PIXELS};
    return output_track(v, at, 0, c, values);
}

static const track *find_sums(const plan_step *s, const place *at) {
    for (int i = 0; i < at->n_tracks; i++) {
        const track *k = at->tracks[i];
        if (!k->owner && k->values[0].node == s->node && k->values[0].pixel == SUM_OF_PIXELS) return k;
    }
    return NULL;
}

static int sums_index(const verifier *v, const plan_step *s, int thread, int part) {
    return v->p->buffers[s->sums].of_part ? part : thread;
}

bool begin_sums(verifier *v, const plan_step *s, int thread, int part) {
    if (s->sums < 0) return true;
    place *at = use_place(v, s->sums, sums_index(v, s, thread, part));
    track *k = at ? sums_track(v, s, at) : NULL;
    if (!k) return false;
    if (part == 0) v->summed[s->sums] = ARENA_ARRAY(v->a, int, v->p->g->nodes[s->node].shape.h);
    record_pixels(v, thread, true, at, 0, 1, 0, k->count);
    return write_rows(v, at, k, 0, 0, 1);
}

bool add_to_sums(verifier *v, const plan_step *s, int thread, int part, int row) {
    if (s->sums < 0) return true;
    const place *at = use_place(v, s->sums, sums_index(v, s, thread, part));
    if (!at) return false;
    const track *k = find_sums(s, at);
    if (!k || k->rows[0] != 0) return fault(v, "its sums have been overwritten");
    v->summed[s->sums][row]++;
    return true;
}
