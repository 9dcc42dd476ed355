/* verify.c: the plan, run symbolically.
 *
 * What the emitted code would do is done here with names instead of numbers: a row of a buffer holds "row 3 of
 * the tensor of layer a, its channels in this order". Steps run one after the other, chains row by row, each
 * part by a thread, with that thread's copies of what threads keep for themselves. Which thread takes a part is
 * open, so the plan is run with several threads for a part. Every reading is held to
 * the graph: the right tensor, row and channel must lie where the kernel looks. The places of buffers are the
 * bytes that they have in the arena, so a wrong offset and a lifetime that ends too early are found as well.
 *
 * Threads that do not meet may be ahead of each other by any distance. So between two meetings no thread may
 * write what another one reads or writes.
 *
 * The rules here are those of the code that emit/ writes, and none of those by which plan/ decides: a mistake
 * there must not be made here again.
 *
 *   verify_memory.c   what rows hold, and who used them since the threads met
 *   verify_operand.c  what a step should read, where it looks, and whether it is there
 *   verify_view.c     tensors whose bytes are other tensors'
 *   verify_stage.c    scratch, and sums
 *   verify_chain.c    chains
 *   verify_step.c     all other steps, and how threads share them */
#include "plan/verify.h"

#include "plan/verify_state.h"

/* A buffer inside of another one lies there, for no longer than that one. */
static bool check_inside(verifier *v, int index) {
    const plan_buffer *b = &v->p->buffers[index], *around = &v->p->buffers[b->inside];
    bool good = b->inside_at >= 0 && b->inside_at % type_table[b->type].bytes == 0 &&
                b->inside_at + b->bytes <= around->bytes && b->kind == around->kind &&
                b->port == around->port && b->type == around->type && around->inside < 0 && !b->own &&
                !around->own && around->first <= b->first && b->last <= around->last;
    if (b->kind == BUFFER_ARENA) good = good && b->offset == around->offset + b->inside_at;
    return good || fault(v, "buffer %d ('%s') does not lie inside of buffer %d", index, b->what ? b->what : "",
                         b->inside);
}

/* Buffers lie inside of the arena, aligned, and are as large as their shape says. */
static bool check_buffers(verifier *v) {
    const plan *p = v->p;
    for (int i = 0; i < p->n_buffers; i++) {
        const plan_buffer *b = &p->buffers[i];
        if (b->first < 0) continue;
        const char *what = b->what ? b->what : "";
        if (b->first > b->last || b->last >= p->n_steps)
            return fault(v, "buffer %d ('%s') lives in steps %d to %d", i, what, b->first + 1, b->last + 1);
        if (b->bytes < shape_elements(b->shape) * type_table[b->type].bytes)
            return fault(v, "buffer %d ('%s') has %lld bytes, fewer than its shape", i, what,
                         (long long)b->bytes);
        if (b->inside >= 0 && !check_inside(v, i)) return false;
        if (b->kind != BUFFER_ARENA || b->inside >= 0) continue;
        if (b->offset < 0 || b->offset % p->t->align || b->offset + b->bytes > p->arena_bytes)
            return fault(v, "buffer %d ('%s') lies at %lld, not in the arena or not aligned", i, what,
                         (long long)b->offset);
        if (b->own &&
            (b->own_offset < 0 || b->own_offset % p->t->align || b->own_offset + b->bytes > p->thread_bytes))
            return fault(v, "buffer %d ('%s') lies at %lld, not in a thread's block or not aligned", i, what,
                         (long long)b->own_offset);
    }
    return p->thread_bytes % p->t->align == 0 || fault(v, "threads' blocks are not aligned");
}

/* Inputs in the arena lie where all plans of one file have them. */
static bool check_input_place(verifier *v, const plan_buffer *b) {
    const plan *p = v->p;
    int64_t wanted = 0;
    for (int i = 0; i < b->port; i++) {
        const node *n = &p->g->nodes[p->g->inputs[i].node];
        if (p->g->inputs[i].reused)
            wanted += plan_aligned(p, shape_elements(n->shape) * type_table[n->type].bytes);
    }
    return !p->t->machine || b->offset == wanted ||
           fault(v, "input %s lies at %lld, and the caller writes it at %lld", v->p->g->inputs[b->port].name,
                 (long long)b->offset, (long long)wanted);
}

/* The caller's inputs are there from the start. */
static bool write_inputs(verifier *v) {
    const plan *p = v->p;
    for (int i = 0; i < v->n_places; i++) {
        place *x = &v->places[i];
        const plan_buffer *b = &p->buffers[x->buffer];
        if ((b->kind != BUFFER_INPUT && !holds_input(b)) || b->inside >= 0) continue;
        if (holds_input(b) && !check_input_place(v, b)) return false;
        int node_index = p->g->inputs[b->port].node;
        shape s = p->g->nodes[node_index].shape;
        symbolic_value *values = ARENA_ARRAY(v->a, symbolic_value, s.c);
        for (int c = 0; c < s.c; c++) values[c] = (symbolic_value){node_index, c, EVERY_PIXEL};
        if (x->width != s.w || x->height != s.h || b->shape.c != s.c)
            return fault(v, "input %s is not of its tensor's shape", p->g->inputs[b->port].name);
        if (!write_rows(v, x, output_track(v, x, 0, s.c, values), 0, 0, s.h)) return false;
    }
    return true;
}

/* At the end the caller's outputs hold their tensors, dense and in order. */
static bool read_output(verifier *v, int port_index) {
    const plan *p = v->p;
    int node_index = p->g->outputs[port_index].node;
    shape s = p->g->nodes[node_index].shape;
    for (int i = v->n_places - 1; i >= 0; i--) {
        const place *x = &v->places[i];
        const plan_buffer *b = &p->buffers[x->buffer];
        int filled = x->filled_rows;
        for (int k = 0; k < x->n_neighbours; k++) filled += x->neighbours[k]->filled_rows;
        if (b->kind != BUFFER_OUTPUT || b->port != port_index || b->inside >= 0 || filled == 0) continue;
        if (shape_pixels(s) > 1 && b->shape.c != s.c)
            return fault(v, "output %s: its pixels are %d channels apart", p->g->outputs[port_index].name,
                         b->shape.c);
        slot *slots = ARENA_ARRAY(v->a, slot, s.c);
        for (int c = 0; c < s.c; c++) slots[c] = (slot){x->buffer, c};
        reading r = {.shape = s, .n = s.c, .slots = slots};
        r.expected = expect_tensor(v, node_index, s, NULL, s.c);
        v->step = b->last;
        return read_all_rows(v, &r);
    }
    return fault(v, "output %s is never written", p->g->outputs[port_index].name);
}

static bool run_steps(verifier *v) {
    const plan *p = v->p;
    for (int i = 0; i < p->n_steps; i++) {
        const plan_step *s = &p->steps[i];
        v->step = i;
        v->part = v->thread = -1;
        v->n_touched = 0;
        v->step_accesses = v->n_accesses;
        if (s->shared && !p->t->threads) return fault(v, "it is shared, and the target has no threads");
        if (!(s->kind == STEP_CHAIN ? verify_chain(v, s) : verify_single(v, s))) return false;
        if (meets_behind(p, i) && !meet_threads(v)) return false;
    }
    return meet_threads(v);
}

const char *plan_verify(const plan *p, arena *a) {
    static const struct { int threads, turn; } runs[] = {{1, 0}, {2, 0}, {2, EVERY_PART}, {3, 1}, {5, 0}};
    int ways = p->t->threads ? (int)(sizeof runs / sizeof *runs) : 1;
    for (int i = 0; i < ways; i++) {
        verifier *v = new_verifier(p, runs[i].threads, runs[i].turn, a);
        bool good = check_buffers(v) && write_inputs(v) && run_steps(v);
        v->part = v->thread = -1;
        v->n_touched = 0;
        for (int k = 0; k < p->g->n_outputs && good; k++) good = read_output(v, k);
        if (!good) return v->wrong;
    }
    return NULL;
}
