/* transpose.c: steps that move elements: the axes of a tensor in another order, and tensors joined along their
 * width.
 *
 * Axes of a transpose that stay neighbours are one axis. If the input's elements along the result's last axis
 * are neighbours too, they are copied by vectors. Else the loop over the input's neighbours, BLOCK of them at a
 * time, is the innermost: it reads one cache line and writes into as many, which stay in the nearest cache
 * until they are full. */
#include "emit/internal.h"
#include "graph/axes.h"

enum { BLOCK = 16 };

static const char *const index_names[MAX_RANK] = {"i", "j", "k", "l", "m", "n", "o", "q"};

typedef struct row_copy {
    const char *x, *y; /* where the row begins */
} row_copy;

static void emit_row_piece(emitter *e, writer *w, piece x, const char *at, void *data) {
    const row_copy *k = data;
    const target *t = e->p->t;
    const int64_t one = 1;
    const char *from = expression(e->a, k->x, &at, &one, 1, 0), *to = expression(e->a, k->y, &at, &one, 1, 0);
    line(w, "%s", store_text(e->a, t, x, to, load_text(e->a, t, x, TYPE_F32, from)));
}

/* Opens the loop over axis `i`; threads share the outermost one. */
static void begin_axis(emitter *e, const plan_step *s, writer *w, const axis_walk *walk, int i) {
    if (i == 0)
        begin_shared_loop(e, s, w, index_names[i], walk->count[i]);
    else
        line(w, "for (int %s = 0; %s < %d; %s++) {", index_names[i], index_names[i], walk->count[i],
             index_names[i]);
}

/* Opens the loop over blocks of axis `i`, from `begin` to `end`. */
static void begin_blocks(emitter *e, const plan_step *s, writer *w, const axis_walk *walk, int i) {
    const char *name = index_names[i];
    const char *first = i == 0 ? share_begin(e, s, walk->count[i]) : "0";
    const char *last = i == 0 ? share_end(e, s, walk->count[i]) : arena_printf(e->a, "%d", walk->count[i]);
    line(w, "for (int begin = %s; begin < %s; begin += %d) {", first, last, BLOCK);
    line(w, "const int end = begin + %d < %s ? begin + %d : %s; /* of %s */", BLOCK, last, BLOCK, last, name);
}

void emit_transpose_body(emitter *e, const plan_step *s, writer *w) {
    const axis_walk walk = walk_of_transpose(&e->p->g->nodes[s->node].a);
    const elem_type type = e->p->buffers[s->out_buffer].type;
    arena *a = e->a;
    int n = walk.n, near = 0, open = 0; /* near: the axis of the input's neighbours */
    if (n == 0) {
        line(w, "y[0] = x[0];");
        return;
    }
    while (walk.stride[near] != 1) near++;
    int64_t y_stride[MAX_RANK], inner = 1;
    for (int i = n - 1; i >= 0; inner *= walk.count[i--]) y_stride[i] = inner;
    if (near == n - 1) {
        for (int i = 0; i < n - 1; i++, open++) begin_axis(e, s, w, &walk, i);
        row_copy k = {expression(a, "x", index_names, walk.stride, n - 1, 0),
                      expression(a, "y", index_names, y_stride, n - 1, 0)};
        for_each_moved(e, w, type, walk.count[near], "c", emit_row_piece, &k);
    } else {
        for (int i = 0; i < n; i++, open++) {
            if (i == near)
                begin_blocks(e, s, w, &walk, i);
            else
                begin_axis(e, s, w, &walk, i);
        }
        const char *name = index_names[near];
        line(w, "for (int %s = begin; %s < end; %s++) {", name, name, name);
        line(w, "y[%s] = x[%s];", expression(a, "", index_names, y_stride, n, 0),
             expression(a, "", index_names, walk.stride, n, 0));
        line(w, "}");
    }
    while (open-- > 0) line(w, "}");
}

void emit_concat_body(emitter *e, const plan_step *s, writer *w) {
    static const char *const names[] = {"x", "z"};
    arena *a = e->a;
    const shape out = e->p->g->nodes[s->node].shape;
    const elem_type type = e->p->buffers[s->out_buffer].type;
    int64_t begin = 0;
    begin_shared_loop(e, s, w, "i", out.h);
    for (int j = 0; j < s->n_operands; j++) {
        const char *row = "i", *x = s->n_operands <= 2 ? names[j] : arena_printf(a, "x%d", j);
        int64_t part = (int64_t)s->operands[j].shape.w * out.c, whole = (int64_t)out.w * out.c;
        row_copy k = {expression(a, x, &row, &part, 1, 0), expression(a, "y", &row, &whole, 1, begin)};
        for_each_moved(e, w, type, (int)part, "c", emit_row_piece, &k);
        begin += part;
    }
    line(w, "}");
}
