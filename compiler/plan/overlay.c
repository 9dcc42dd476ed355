/* overlay.c: a tensor that is written over the network's input while the input is still read.
 *
 * With --reuse-input the input lies in the arena, and often it is there that the arena is fullest: the input is
 * large, and so is the first map behind it. If a chain reads the input, it reads its rows from top to bottom
 * and makes the rows of its output from top to bottom. So output rows may take the place of input rows that
 * were read for the last time. How far the output must keep behind depends on where the two buffers begin: the
 * output begins at most `slack` bytes behind the input's first byte. That number may be negative, where the
 * output's rows are the longer ones: then the end of the output lies on the input.
 *
 * Threads would read rows in another order, so targets that have them do without this. */
#include "plan/internal.h"

/* The last row of its input that a part of a chain needs for a row of its output. */
static int last_row_read(const plan *p, const plan_step *s, int row) {
    const attrs *a = &p->g->nodes[s->node].a;
    int last = row * a->stride[0] - a->pad[TOP] + (a->kernel[0] - 1) * a->dilation[0];
    int height = s->operands[0].shape.h;
    return last < height ? last : height - 1;
}

/* How many bytes of the input nobody reads any more when row `row` of the chain's output is written: of whole
 * rows; -1: all of them. */
static int64_t bytes_done(const plan *p, const plan_step *parts, int n, int row) {
    for (int i = n - 1; i > 0 && row >= 0; i--) row = last_row_read(p, &parts[i], row);
    const attrs *a = &p->g->nodes[parts[0].node].a;
    if (row + 1 >= p->g->nodes[parts[0].node].shape.h) return -1;
    const plan_buffer *in = &p->buffers[parts[0].operands[0].runs[0].buffer];
    int next = (row + 1) * a->stride[0] - a->pad[TOP];
    if (next >= in->shape.h) return -1;
    return next <= 0 ? 0 : in->bytes / in->shape.h * next;
}

/* The input that the first part of a chain reads, and that nobody reads later; -1: it reads something else. */
static int input_of_chain(const plan *p, const plan_step *parts) {
    const operand *x = &parts[0].operands[0];
    const int buffer_index = x->n_runs ? x->runs[0].buffer : -1;
    if (buffer_index < 0 || parts[0].n_operands != 1) return -1;
    for (int i = 1; i < x->n_runs; i++) {
        if (x->runs[i].buffer != buffer_index) return -1;
    }
    const plan_buffer *b = &p->buffers[buffer_index];
    return holds_input(b) && stands_alone(b) && b->until <= parts[0].node ? buffer_index : -1;
}

overlay find_overlay(const plan *p, const plan_step *parts, int n, int last_step) {
    const overlay none = {-1, 0, 0};
    const plan_step *last = &parts[n - 1];
    const plan_buffer *out = &p->buffers[last->out_buffer];
    const int in_index = n < 2 || p->t->threads ? -1 : input_of_chain(p, parts);
    if (in_index < 0 || out->kind != BUFFER_ARENA || holds_input(out) || !stands_alone(out)) return none;
    if (out->first != last_step) return none; /* another step writes some of its channels, or it is in place */
    const plan_buffer *in = &p->buffers[in_index];
    int64_t slack = in->bytes, row_bytes = out->bytes / out->shape.h;
    for (int row = 0; row < out->shape.h; row++) {
        int64_t done = bytes_done(p, parts, n, row), room = done - (row + 1) * row_bytes;
        if (done >= 0 && room < slack) slack = room;
    }
    const int64_t align = p->t->align;
    slack = slack >= 0 ? slack / align * align : -((-slack + align - 1) / align * align);
    int64_t shared = slack < 0 ? out->bytes + slack : out->bytes; /* the output's end lies on the input */
    if (shared > in->bytes) shared = in->bytes;
    return shared < align ? none : (overlay){in_index, slack, shared / align * align};
}

void find_overlays(plan *p) {
    for (int i = 0; i < p->n_steps; i++) {
        const plan_step *s = &p->steps[i];
        if (s->kind != STEP_CHAIN || s->sums_only) continue;
        overlay over = find_overlay(p, s->parts, s->n_parts, i);
        if (over.input >= 0) p->buffers[s->out_buffer].over = over; /* a later chain may end in place there */
    }
}

int64_t overlaid_bytes(const plan *p, int first, int end) {
    int64_t bytes = 0;
    for (int i = 0; i < p->n_buffers; i++) {
        const plan_buffer *b = &p->buffers[i];
        if (lives_in_arena(b) && b->over.input >= 0 && b->first >= first && b->first < end)
            bytes += b->over.shared;
    }
    return bytes;
}
