/* along_codes.c: softmax and reduce of codes, along any axes, and the global average pool: see
 * graph/softmax_codes.h and graph/integers.h for the formulas.
 *
 * Sums of neighbouring channels are made a few channels at a time, so that compilers make vectors of them;
 * those of int8 by a function, where the target has one. */
#include "emit/dots.h"
#include "emit/codes.h"
#include "graph/along.h"
#include "graph/quant.h"
#include "graph/softmax_codes.h"

#include <string.h>

enum { SUMS_AT_ONCE = 16 };

/* ---- sums ---- */

/* How the sums become codes. */
typedef struct mean_step {
    mean_integers k;
    code_factors by;
    const char *index; /* of a channel's factor in the tables */
} mean_step;

/* What is stored of a sum, an expression. */
static const char *mean_text(emitter *e, const mean_step *m, const char *sum) {
    int64_t zeros = (int64_t)m->k.count * m->k.x_zero;
    const char *v = zeros ? arena_printf(e->a, "%s %c %lld", sum, zeros < 0 ? '+' : '-',
                                         (long long)(zeros < 0 ? -zeros : zeros))
                          : sum;
    if (m->k.count <= FEW_SUMMED) return rescaled_code(e, v, &m->by, m->index, m->k.y_zero, m->k.range);
    return as_code(e, rescaled_by_text(e, v, &m->by, m->index), m->k.y_zero, m->k.range);
}

/* Opens the loop over `begin`, blocks of the channels own.first .. own.end - 1, and declares their sums. */
static void begin_sums(writer *w, element_share own) {
    line(w, "for (int begin = %s; begin < %s; begin += %d) {", own.first, own.end, SUMS_AT_ONCE);
    line(w, "const int left = %s - begin, count = left < %d ? left : %d;", own.end, SUMS_AT_ONCE, SUMS_AT_ONCE);
    line(w, "int32_t sum[%d] = {0};", SUMS_AT_ONCE);
}

/* Adds up the channels of the block, `steps` times, from the expression `base` and `step` elements apart. */
static void emit_sums(emitter *e, writer *w, const char *type, const char *base, int64_t steps, int64_t step) {
    const char *i = "i";
    if (e->p->t->bytes && strcmp(type, type_table[TYPE_I8].c_name) == 0) {
        line(w, "%s_add_rows(sum, %s, count, %lld, %lld);", e->p->t->vectors[0].ints, base, (long long)steps,
             (long long)step);
        return;
    }
    line(w, "for (int i = 0; i < %lld; i++) {", (long long)steps);
    line(w, "const %s *from = %s;", type, expression(e->a, base, &i, &step, 1, 0));
    line(w, "for (int c = 0; c < count; c++) {");
    line(w, "sum[c] += from[c];");
    line(w, "}");
    line(w, "}");
}

kernel_call emit_global_pool_of_codes(emitter *e, const plan_step *s) {
    arena *a = e->a;
    const node *n = &e->p->g->nodes[s->node];
    const operand *o = &s->operands[0];
    sources from = find_sources(a, o, "x", true);
    int64_t pixels = shape_pixels(o->shape);
    mean_step m = {.k = integers_of_mean(e->p->g, n, (int)pixels, a)};
    signature f = {0};
    add_sources(e, &f, &from);
    add_result(e, &f, s);
    add_threads(e, &f, s);
    writer w = {0};
    const bool dots = means_by_dots(e, s);
    if (!dots) m.by = declare_factors(e, &w, m.k.by, s->out_order, n->shape.c);
    for (int i = 0, c = 0; i < o->n_runs; c += o->runs[i++].count) {
        const run *r = &o->runs[i];
        const char *x = from.names[from.of_run[i]], *names[] = {"begin", "c"};
        if (dots) {
            if (o->n_runs > 1) line(&w, "{");
            const dots_map run_of = {.x = expression(a, x, NULL, NULL, 0, r->begin),
                                     .y = expression(a, "y", NULL, NULL, 0, c),
                                     .begin = c,
                                     .channels = r->count,
                                     .pixels = pixels,
                                     .x_pixel = pixel_stride(e->p, r->buffer)};
            emit_dots_mean(e, s, &w, run_of);
            if (o->n_runs > 1) line(&w, "}");
            continue;
        }
        const int64_t ones[] = {1, 1};
        m.index = expression(a, "", names, ones, 2, c);
        begin_sums(&w, share_of_elements(e, s, r->count));
        emit_sums(e, &w, buffer_type(e, r->buffer), expression(a, x, names, ones, 1, r->begin), pixels,
                  pixel_stride(e->p, r->buffer));
        line(&w, "for (int c = 0; c < count; c++) {");
        line(&w, "y[%s] = %s;", m.index, stored_code(e, s, mean_text(e, &m, "sum[c]")));
        line(&w, "}");
        line(&w, "}");
    }
    const char *hint = arena_printf(a, "mean_of_codes_%dx%dx%d", o->shape.h, o->shape.w, o->shape.c);
    return define_call(e, hint, NULL, &f, &w);
}

/* ---- places ---- */

/* Opens the loop over the places, and points `a` to the first element of each, and `b`, unless y_step is 0, to
 * that of the result. Threads share it where the plan says so. */
static void begin_places(emitter *e, writer *w, const plan_step *s, int64_t places, int64_t x_step,
                         int64_t y_step) {
    const char *p = "p";
    if (s->kind == STEP_WHOLE && s->units > 1)
        begin_shared_loop(e, s, w, "p", places);
    else
        line(w, "for (int p = 0; p < %lld; p++) {", (long long)places);
    line(w, "const %s *const a = %s;", buffer_type(e, s->operands[0].runs[0].buffer),
         expression(e->a, "x", &p, &x_step, 1, 0));
    if (y_step)
        line(w, "%s *const b = %s;", buffer_type(e, s->out_buffer), expression(e->a, "y", &p, &y_step, 1, 0));
}

/* Opens the loops over the elements of a place, across the innermost axis or of channel c. */
static void begin_elements(writer *w, const along *k) {
    if (k->steps > 1) line(w, "for (int i = 0; i < %lld; i++) {", (long long)k->steps);
    if (k->across) line(w, "for (int j = 0; j < %lld; j++) {", (long long)k->length);
}

static void end_elements(writer *w, const along *k) {
    if (k->across) line(w, "}");
    if (k->steps > 1) line(w, "}");
}

/* The place of the element at work behind `a` and `b`. */
static const char *element_index(emitter *e, const along *k) {
    const char *names[] = {"i", "j", "c"};
    const int64_t factors[] = {k->steps > 1 ? k->step : 0, k->across, !k->across};
    return expression(e->a, "", names, factors, 3, 0);
}

/* ---- reduce ---- */

static void emit_summed_place(emitter *e, writer *w, const plan_step *s, const along *k) {
    const node *n = &e->p->g->nodes[s->node];
    mean_step m = {.k = integers_of_mean(e->p->g, n, (int)along_count(k), e->a)};
    int *order = ARENA_ARRAY(e->a, int, n->shape.c);
    for (int i = 0; i < n->shape.c; i++) order[i] = i;
    m.by = declare_factors(e, w, m.k.by, order, n->shape.c);
    m.index = arena_printf(e->a, "(begin + c) %% %d", n->shape.c);
    if (k->across) {
        line(w, "int32_t sum = 0;");
        begin_elements(w, k);
        line(w, "sum += a[%s];", element_index(e, k));
        end_elements(w, k);
        m.index = "0";
        line(w, "y[p] = %s;", stored_code(e, s, mean_text(e, &m, "sum")));
        return;
    }
    begin_sums(w, (element_share){"0", arena_printf(e->a, "%lld", (long long)k->channels)});
    emit_sums(e, w, buffer_type(e, s->operands[0].runs[0].buffer), "a + begin", k->steps, k->step);
    line(w, "for (int c = 0; c < count; c++) {");
    line(w, "y[p * %lld + begin + c] = %s;", (long long)k->channels,
         stored_code(e, s, mean_text(e, &m, "sum[c]")));
    line(w, "}");
    line(w, "}");
}

/* The largest or smallest code of a place. */
static void emit_chosen_place(emitter *e, writer *w, const plan_step *s, const along *k) {
    const node *n = &e->p->g->nodes[s->node];
    const char *type = buffer_type(e, s->out_buffer), *at = element_index(e, k);
    if (!k->across) line(w, "for (int c = 0; c < %lld; c++) {", (long long)k->channels);
    line(w, "%s most = a[%s];", type, k->across ? "0" : "c");
    begin_elements(w, k);
    line(w, "if (a[%s] %s most) most = a[%s];", at, n->a.reduce == REDUCE_MAX ? ">" : "<", at);
    end_elements(w, k);
    if (k->across) {
        line(w, "y[p] = most;");
    } else {
        line(w, "y[p * %lld + c] = most;", (long long)k->channels);
        line(w, "}");
    }
}

void emit_reduce_codes_body(emitter *e, const plan_step *s, writer *w) {
    const node *n = &e->p->g->nodes[s->node];
    const along k = walk_along(s->operands[0].shape, n->a.axes);
    begin_places(e, w, s, k.places, k.place_step, 0);
    if (n->a.reduce == REDUCE_MAX || n->a.reduce == REDUCE_MIN)
        emit_chosen_place(e, w, s, &k);
    else
        emit_summed_place(e, w, s, &k);
    line(w, "}");
}

/* ---- softmax ---- */

/* What is stored of the exponential `power` by `scale` and `shift`. */
static const char *softmax_text(emitter *e, const softmax_integers *k) {
    const char *v = "(int32_t)(((int64_t)power * scale + ((int64_t)1 << (shift - 1))) >> shift)";
    if (e->p->g->rounding == RESCALE_TFLITE) {
        const char *high = i32_call(e, "high", "power, scale");
        v = arena_printf(e->a, "shift > 31 ? 0 : %s",
                         i32_call(e, "down", arena_printf(e->a, "%s, shift", high)));
        v = arena_printf(e->a, "(%s)", v);
    }
    return as_code(e, v, k->y_zero, k->range);
}

static void declare_softmax(emitter *e, writer *w, const softmax_integers *k) {
    int *exps = ARENA_ARRAY(e->a, int, SOFTMAX_EXPS);
    for (int i = 0; i < SOFTMAX_EXPS; i++) exps[i] = (int)k->exps[i];
    declare_list(w, "int32_t", "exps", exps, SOFTMAX_EXPS);
}

/* Declares scale and shift, by which the powers of a place are multiplied. */
static void emit_divisor(emitter *e, writer *w, const softmax_integers *k) {
    enum { MOST_SHIFT = 62 };
    line(w, "const int bit = %s;", i32_call(e, "highest_bit", "sum"));
    const char *reciprocal = i32_call(e, "reciprocal", "sum, bit");
    if (e->p->g->rounding == RESCALE_TFLITE) {
        line(w, "const int32_t scale = %s;", reciprocal);
        line(w, "const int shift = 4 + bit;");
        return;
    }
    const char *product = arena_printf(e->a, "%s, %d", reciprocal, (int)k->y_by.multiplier);
    line(w, "const int32_t scale = %s;", i32_call(e, "high", product));
    line(w, "const int wanted = bit %c %d, shift = wanted < %d ? wanted : %d;", k->y_by.shift > 31 ? '-' : '+',
         k->y_by.shift > 31 ? k->y_by.shift - 31 : 31 - k->y_by.shift, MOST_SHIFT, MOST_SHIFT);
}

static void emit_softmax_place(emitter *e, const plan_step *s, writer *w, const along *k,
                               const softmax_integers *c) {
    bool tflite = e->p->g->rounding == RESCALE_TFLITE;
    const char *at = element_index(e, k);
    if (!k->across) line(w, "for (int c = 0; c < %lld; c++) {", (long long)k->channels);
    line(w, "int32_t most = a[%s];", k->across ? "0" : "c");
    line(w, "uint64_t sum = 0;");
    begin_elements(w, k);
    line(w, "if (a[%s] > most) most = a[%s];", at, at);
    end_elements(w, k);
    begin_elements(w, k);
    line(w,
         tflite ? "sum += ((uint32_t)exps[most - a[%s]] + 2048) >> 12;"
                : "sum += (uint32_t)exps[most - a[%s]];",
         at);
    end_elements(w, k);
    emit_divisor(e, w, c);
    begin_elements(w, k);
    line(w, "const int32_t power = exps[most - a[%s]];", at);
    line(w, "b[%s] = %s;", at, stored_code(e, s, softmax_text(e, c)));
    end_elements(w, k);
    if (!k->across) line(w, "}");
}

void emit_softmax_codes_body(emitter *e, const plan_step *s, writer *w) {
    const node *n = &e->p->g->nodes[s->node];
    const along k = walk_along(s->operands[0].shape, n->a.axes);
    const softmax_integers c = integers_of_softmax(e->p->g, n);
    declare_softmax(e, w, &c);
    begin_places(e, w, s, k.places, k.place_step, k.place_step);
    emit_softmax_place(e, s, w, &k, &c);
    line(w, "}");
}

/* Over the channels of each pixel, which need not lie dense. */
kernel_call emit_softmax_of_codes(emitter *e, const plan_step *s) {
    const node *n = &e->p->g->nodes[s->node];
    const along k = {.across = true, .steps = 1, .length = n->shape.c};
    const softmax_integers c = integers_of_softmax(e->p->g, n);
    writer w = {0};
    declare_softmax(e, &w, &c);
    begin_places(e, &w, s, shape_pixels(n->shape), pixel_stride(e->p, s->operands[0].runs[0].buffer),
                 pixel_stride(e->p, s->out_buffer));
    emit_softmax_place(e, s, &w, &k, &c);
    line(&w, "}");
    signature f = {0};
    add_run(e, &f, "x", &s->operands[0]);
    add_result(e, &f, s);
    return define_call(e, arena_printf(e->a, "softmax_of_%d_codes", n->shape.c), NULL, &f, &w);
}
