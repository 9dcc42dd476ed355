/* memory_table.c: --emit memory-table: the arena over the steps, as text.
 *
 * First come the steps, each with its live bytes and a bar of that length, which shows the peak. Then come the
 * buffers, from the bottom of the arena up. */
#include "driver/driver.h"

#include <stdlib.h>
#include <string.h>

/* Like show_count, but 0 is shown. */
static const char *show_exact(arena *a, int64_t bytes) { return bytes ? show_count(a, bytes) : "0"; }

static const char *name_of(const plan_buffer *b) { return b->what ? b->what : ""; }

/* The width of the column of labels. */
static int label_width(const plan *p) {
    size_t width = strlen("layer");
    for (int i = 0; i < p->n_steps; i++) {
        size_t length = strlen(step_label(p, i));
        if (length > width) width = length;
    }
    return (int)width;
}

static void print_steps(text *out, const job *j) {
    enum { BAR = 50 };
    const plan *p = j->plan;
    int width = label_width(p);
    text_printf(out, "step  %-*s  %13s\n", width, "layer", "live bytes");
    int64_t most = p->n_steps ? plan_live_bytes(p, p->peak_step, p->peak_step + 1) : 0;
    for (int i = 0; i < p->n_steps; i++) {
        int64_t live = plan_live_bytes(p, i, i + 1);
        text_printf(out, "%4d  %-*s  %13s  ", i + 1, width, step_label(p, i), show_exact(j->mem, live));
        for (int64_t k = 0; most && k < (live * BAR + most - 1) / most; k++) text_char(out, '#');
        text_string(out, i == p->peak_step && live ? "  the fullest\n" : "\n");
    }
}

static int by_place(const void *x, const void *y) {
    const plan_buffer *const *one = x, *const *other = y;
    const plan_buffer *a = *one, *b = *other;
    if (a->offset != b->offset) return a->offset < b->offset ? -1 : 1;
    return a->first != b->first ? a->first - b->first : (a > b) - (a < b);
}

static void print_buffers(text *out, const job *j) {
    const plan *p = j->plan;
    const plan_buffer **in_arena = ARENA_ARRAY(j->mem, const plan_buffer *, p->n_buffers + 1);
    int n = 0;
    for (int i = 0; i < p->n_buffers; i++) {
        if (lives_in_arena(&p->buffers[i])) in_arena[n++] = &p->buffers[i];
    }
    qsort(in_arena, (size_t)n, sizeof *in_arena, by_place);
    text_printf(out, "%13s  %13s  %-11s  buffer\n", "offset", "bytes", "steps");
    for (int i = 0; i < n; i++) {
        const plan_buffer *b = in_arena[i];
        const char *steps = arena_printf(j->mem, "%d to %d", b->first + 1, b->last + 1);
        text_printf(out, "%13s  %13s  %-11s  %s %dx%dx%d%s\n", show_exact(j->mem, b->offset),
                    show_exact(j->mem, b->bytes), steps, name_of(b), b->shape.h, b->shape.w, b->shape.c,
                    b->own ? ", one for each thread" : "");
    }
}

void memory_table_print(text *out, const job *j) {
    const plan *p = j->plan;
    text_printf(out, "%s for %s: an arena of %s bytes%s, %d steps\n\n", j->described->name, p->t->name,
                show_exact(j->mem, p->arena_bytes), j->o.reuse_input ? " with the input" : "", p->n_steps);
    print_steps(out, j);
    text_char(out, '\n');
    print_buffers(out, j);
}
