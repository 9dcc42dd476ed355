/* stage.c: copies the rows of the input to a ring in scratch, with their padding and as floats; rows of codes
 * stay codes. The rows are those of a map in memory, or in a chain those that the part before has just made.
 *
 * The ring holds as many rows as the window covers with its dilation. Row iy of the padded input is copied to
 * row iy mod that number of the ring. Each row is copied once. */
#include "emit/stage.h"

#include "graph/integers.h"
#include "graph/quant.h"
#include "plan/pack.h"

typedef struct staging {
    const node *n;
    const operand *x;
    int reach;   /* rows of the ring: dilation * (kh - 1) + 1 */
    int64_t row; /* elements of one row */
    int in_h, in_w, in_c;
    int ring;              /* its buffer */
    const char *suffix;    /* of names */
    const row_maker *from; /* or NULL */
    bool codes;            /* the rows are of codes: these numbers are the padding's */
    bool turned;           /* codes of uint8 become int8, less 128 */
    int x_zero;
    const int *pad_codes; /* or NULL: x_zero */
} staging;

static staging describe_staging(const emitter *e, const plan_step *s, const char *suffix) {
    const node *n = &e->p->g->nodes[s->node];
    const operand *x = &s->operands[0];
    staging g = {.n = n,
                 .x = x,
                 .in_h = x->shape.h,
                 .in_w = x->shape.w,
                 .in_c = x->shape.c,
                 .ring = s->scratch,
                 .suffix = suffix};
    g.reach = n->a.dilation[0] * (n->a.kernel[0] - 1) + 1;
    g.row = (int64_t)(g.in_w + n->a.pad[LEFT] + n->a.pad[RIGHT]) * g.in_c;
    g.codes = is_integer(n);
    if (g.codes) {
        const kernel_integers k = integers_of_kernel(e->p->g, n, e->a);
        g.x_zero = k.x_zero;
        g.pad_codes = k.pad_codes;
        g.turned = turns_rows(e->p, s);
    }
    return g;
}

/* What is subtracted from codes. */
static int lowered(const staging *g) { return g->turned ? 128 : 0; }

/* Whether the map lies in one buffer, element beside element, in the order of its channels. */
static bool is_dense_map(const emitter *e, const staging *g) {
    const run *r = &g->x->runs[0];
    return g->x->n_runs == 1 && r->begin == 0 && (r->step == 1 || r->count == 1) &&
           pixel_stride(e->p, r->buffer) == g->in_c;
}

static void emit_copy_vector(emitter *e, writer *w, piece x, const char *at, void *data) {
    const elem_type *type = data;
    arena *a = e->a;
    const char *from = expression(a, "x", &at, (int64_t[]){1}, 1, 0),
               *to = expression(a, "row", &at, (int64_t[]){1}, 1, 0);
    line(w, "%s", store_text(a, e->p->t, x, to, load_text(a, e->p->t, x, *type, from)));
}

/* Writes the loop that puts `pixels` pixels of padding at `row + at`. */
static void emit_padding(emitter *e, writer *w, const staging *g, int64_t at, int64_t pixels) {
    if (pixels == 0) return;
    const char *to = expression(e->a, "", (const char *[]){"i"}, (int64_t[]){1}, 1, at);
    if (!g->n->a.pad_value) {
        line(w, "for (int i = 0; i < %lld; i++) {", (long long)(pixels * g->in_c));
        line(w, "row[%s] = %s;", to, g->codes ? arena_printf(e->a, "%d", g->x_zero - lowered(g)) : "0.0f");
    } else {
        line(w, "for (int i = 0; i < %lld; i++) {", (long long)(pixels * g->in_c));
        line(w, "row[%s] = padding[i %% %d];", to, g->in_c);
    }
    line(w, "}");
}

/* Declares the value of the padding of each channel, where that is not 0. */
static void emit_padding_values(emitter *e, writer *w, const staging *g) {
    const int *pad = g->n->a.pad;
    if (!g->n->a.pad_value || pad[TOP] + pad[BOTTOM] + pad[LEFT] + pad[RIGHT] == 0) return;
    text values = {0};
    for (int i = 0; i < g->in_c; i++) {
        int c = g->x->order[i];
        text_printf(&values, "%s%s", i ? ", " : "",
                    g->codes ? arena_printf(e->a, "%d", g->pad_codes[c] - lowered(g))
                             : float_text(e->a, g->n->a.pad_value[c]));
    }
    line(w, "static const %s padding[%d] = {%s};", buffer_type(e, g->ring), g->in_c, values.data);
    text_free(&values);
}

/* Writes the loops that copy the row iy of the map pixel by pixel, from wherever its channels lie. */
static void emit_scattered_row(emitter *e, writer *w, const staging *g, const sources *from) {
    arena *a = e->a;
    int64_t one_row = !g->from; /* where x is a map, and not the row itself */
    const char *cast = g->turned ? "(int8_t)(" : g->codes ? "" : "(float)";
    line(w, "for (int ix = 0; ix < %d; ix++) {", g->in_w);
    for (int i = 0, c = 0; i < g->x->n_runs; i++) {
        const run *r = &g->x->runs[i];
        int64_t pixel = pixel_stride(e->p, r->buffer);
        int64_t factors[] = {one_row * pixel * g->in_w, pixel, r->step};
        line(w, "for (int c = 0; c < %d; c++) {", r->count);
        line(w, "row[%s] = %s%s[%s]%s;",
             expression(a, "", (const char *[]){"ix", "c"}, (int64_t[]){g->in_c, 1}, 2, c), cast,
             from->names[from->of_run[i]],
             expression(a, "", (const char *[]){"iy", "ix", "c"}, factors, 3, r->begin),
             g->turned ? " - 128)" : "");
        line(w, "}");
        c += r->count;
    }
    line(w, "}");
}

/* Writes the call that copies the input row `iy` to `row`, as floats and with its padding. */
static void emit_stage_call(emitter *e, writer *out, const staging *g, const char *row, const char *iy) {
    arena *a = e->a;
    const attrs *at = &g->n->a;
    sources from = find_sources(a, g->x, "x", false);
    writer w = {0};
    emit_padding_values(e, &w, g);
    if (at->pad[TOP] || at->pad[BOTTOM]) {
        line(&w, "if (iy < 0 || iy >= %d) {", g->in_h);
        emit_padding(e, &w, g, 0, g->row / g->in_c);
        line(&w, "return;");
        line(&w, "}");
    }
    emit_padding(e, &w, g, 0, at->pad[LEFT]);
    emit_padding(e, &w, g, (int64_t)(at->pad[LEFT] + g->in_w) * g->in_c, at->pad[RIGHT]);
    if (at->pad[LEFT]) line(&w, "row += %d;", at->pad[LEFT] * g->in_c);
    if (is_dense_map(e, g)) {
        elem_type type = e->p->buffers[g->x->runs[0].buffer].type;
        if (!g->from) line(&w, "x += iy * %d;", g->in_w * g->in_c);
        if (g->turned)
            line(&w, "i8_copy_u8(row, x, %lld);", (long long)g->in_w * g->in_c);
        else if (g->codes)
            line(&w, "memcpy(row, x, %lld);", (long long)g->in_w * g->in_c);
        else
            for_each_vector(e, &w, g->in_w * g->in_c, "i", emit_copy_vector, &type);
    } else {
        emit_scattered_row(e, &w, g, &from);
    }
    signature f = {0};
    for (int i = 0; i < from.n; i++)
        add_pointer_at(e, &f, READS, from.names[i], from.buffers[i],
                       g->from ? g->from->place(g->from->data, iy) : from.names[i]);
    add_pointer_at(e, &f, WRITES, "row", g->ring, row);
    add_value(a, &f, "int", "iy", iy);
    mark_idle(&f);
    kernel_call stage = define_call(
        e, arena_printf(a, "stage_row_%dx%d", g->in_w, g->in_c),
        g->codes ? "One padded row of the input." : "One padded row of the input, as floats.", &f, &w);
    line(out, "%s;", call_text(a, &stage));
}

void emit_stage_begin(emitter *e, const plan_step *s, writer *w, const char *first_row, const char *suffix) {
    staging g = describe_staging(e, s, suffix);
    line(w, "const %s *rows%s[%d];", buffer_type(e, g.ring), suffix, g.n->a.kernel[0]);
    int64_t stride = g.n->a.stride[0];
    line(w, "int next%s = %s; /* the input row that is copied next */", suffix,
         expression(e->a, "", &first_row, &stride, 1, -g.n->a.pad[TOP]));
}

/* Writes the loop that copies the rows up to, and without, row `end`. Where the chain makes them, it makes
 * those that lie inside of the map. */
static void emit_stage_loop(emitter *e, const staging *g, writer *w, const char *end) {
    arena *a = e->a;
    const attrs *at = &g->n->a;
    const char *next = arena_printf(a, "next%s", g->suffix), *ring = arena_printf(a, "ring%s", g->suffix);
    line(w, "for (; %s < %s; %s++) {", next, end, next);
    if (g->from) {
        bool above = at->pad[TOP] > 0, below = at->pad[BOTTOM] > 0;
        if (above || below) line(w, "if (%s >= 0 && %s < %d) {", next, next, g->in_h);
        g->from->make(g->from->data, w, next);
        if (above || below) line(w, "}");
    }
    const char *place = g->reach == 1 ? ring
                                      : arena_printf(a, "%s + (%s + %d) %% %d * %lld", ring, next, at->pad[TOP],
                                                     g->reach, (long long)g->row);
    emit_stage_call(e, w, g, place, next);
    line(w, "}");
}

void emit_stage_rows(emitter *e, const plan_step *s, writer *w, const char *oy, const char *suffix,
                     const row_maker *from) {
    staging g = describe_staging(e, s, suffix);
    g.from = from;
    const attrs *at = &g.n->a;
    arena *a = e->a;
    int64_t stride = at->stride[0];
    const char *top = expression(a, "", &oy, &stride, 1, -at->pad[TOP]);
    const char *end = expression(a, "", &oy, &stride, 1, g.reach - at->pad[TOP]);
    if (at->stride[0] > g.reach) line(w, "next%s = %s;", suffix, top);
    emit_stage_loop(e, &g, w, end);
    line(w, "for (int ky = 0; ky < %d; ky++) {", at->kernel[0]);
    if (g.reach == 1) {
        line(w, "rows%s[ky] = ring%s;", suffix, suffix);
    } else {
        int64_t factors[] = {stride, at->dilation[0]};
        line(w, "rows%s[ky] = ring%s + (%s) %% %d * %lld;", suffix, suffix,
             expression(a, "", (const char *[]){oy, "ky"}, factors, 2, 0), g.reach, (long long)g.row);
    }
    line(w, "}");
}
