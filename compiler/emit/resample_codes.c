/* resample_codes.c: upsample and resize of codes: see graph/resample_codes.h for the formulas. The places and
 * weights of rows and columns are tables. */
#include "emit/codes.h"
#include "graph/quant.h"
#include "graph/resample_codes.h"

/* One axis: its names in the emitted code. */
typedef struct code_axis {
    const code_resampling *r;
    const char *at, *by, *place; /* "rows", "row_weights", "oy" */
} code_axis;

/* Its tables. */
static void declare_axis(writer *w, const code_axis *x) {
    int count = x->r->count * x->r->taps;
    declare_list(w, "int", x->at, x->r->at, count);
    if (x->r->taps > 1) declare_list(w, "int32_t", x->by, x->r->weight, count);
}

/* "rows[oy * 2 + 1]" */
static const char *entry_of(emitter *e, const code_axis *x, const char *table, int tap) {
    const int64_t taps = x->r->taps;
    return arena_printf(e->a, "%s[%s]", table, expression(e->a, "", &x->place, &taps, 1, tap));
}

/* Declares, for each tap, where its pixel begins, from0 and so on, and by which weight it is multiplied. */
static void emit_taps(emitter *e, const plan_step *s, writer *w, const code_axis *rows,
                      const code_axis *columns) {
    int buffer = s->operands[0].runs[0].buffer, wide = columns->r->taps;
    for (int i = 0; i < rows->r->taps * wide; i++) {
        line(w, "const %s *from%d = x + (%s * %d + %s) * %d;", buffer_type(e, buffer), i,
             entry_of(e, rows, rows->at, i / wide), s->operands[0].shape.w,
             entry_of(e, columns, columns->at, i % wide), pixel_stride(e->p, buffer));
        const char *row = rows->r->taps > 1 ? entry_of(e, rows, rows->by, i / wide) : NULL;
        const char *column = wide > 1 ? entry_of(e, columns, columns->by, i % wide) : NULL;
        if (row && column)
            line(w, "const int32_t by%d = %s * %s;", i, row, column);
        else if (row || column)
            line(w, "const int32_t by%d = %s;", i, row ? row : column);
    }
}

/* "from0[c] * by0 + from1[c] * by1" */
static const char *weighed_text(emitter *e, int taps) {
    if (taps == 1) return "from0[c]";
    const char *sum = "from0[c] * by0";
    for (int i = 1; i < taps; i++) sum = arena_printf(e->a, "%s + from%d[c] * by%d", sum, i, i);
    return sum;
}

/* What is stored of the sum `acc`. */
static const char *resampled_text(emitter *e, const resample_integers *k, const code_factors *by) {
    arena *a = e->a;
    if (!k->keeps) {
        long zeros = (long)k->x_zero * (1L << k->bits);
        const char *moved = zeros == 0  ? "acc"
                            : zeros > 0 ? arena_printf(a, "acc - %ld", zeros)
                                        : arena_printf(a, "acc + %ld", -zeros);
        return as_code(e, rescaled_by_text(e, moved, by, "c"), k->y_zero, k->range);
    }
    if (k->bits == 0) return clamped_text(e, "acc", k->range);
    if (e->p->g->rounding == RESCALE_TFLITE)
        return clamped_text(e, i32_call(e, "down", arena_printf(a, "acc, %d", k->bits)), k->range);
    const char *sum = arena_printf(a, "acc + %ld, %d", 1L << (k->bits - 1), k->bits);
    return clamped_text(e, arena_printf(a, "(int32_t)%s", i32_call(e, "floor", sum)), k->range);
}

kernel_call emit_resample_of_codes(emitter *e, const plan_step *s) {
    const node *n = &e->p->g->nodes[s->node];
    const resample_integers k = integers_of_resample(e->p->g, n, e->a);
    const code_axis rows = {&k.rows, "rows", "row_weights", "oy"},
                    columns = {&k.columns, "columns", "column_weights", "ox"};
    writer w = {0};
    code_factors by = {.same = true};
    if (!k.keeps) by = declare_factors(e, &w, k.by, s->out_order, n->shape.c);
    declare_axis(&w, &rows);
    declare_axis(&w, &columns);
    begin_shared_loop(e, s, &w, "oy", n->shape.h);
    line(&w, "for (int ox = 0; ox < %d; ox++) {", n->shape.w);
    emit_taps(e, s, &w, &rows, &columns);
    line(&w, "%s *const to = y + (oy * %d + ox) * %d;", buffer_type(e, s->out_buffer), n->shape.w,
         pixel_stride(e->p, s->out_buffer));
    line(&w, "for (int c = 0; c < %d; c++) {", n->shape.c);
    line(&w, "const int32_t acc = %s;", weighed_text(e, rows.r->taps * columns.r->taps));
    line(&w, "to[c] = %s;", stored_code(e, s, resampled_text(e, &k, &by)));
    line(&w, "}");
    line(&w, "}");
    line(&w, "}");
    signature f = {0};
    add_run(e, &f, "x", &s->operands[0]);
    add_result(e, &f, s);
    add_threads(e, &f, s);
    const char *hint =
        arena_printf(e->a, "%s_codes_to_%dx%dx%d", op_table[n->op].name, n->shape.h, n->shape.w, n->shape.c);
    return define_call(e, hint, NULL, &f, &w);
}
