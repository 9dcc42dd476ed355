/* bf16_tile.c: the inputs of layers that multiply in bfloat16. See bf16_tile.h.
 *
 * The tiles themselves are those of floats: see tile.c. A pair of inputs has the room of a float. If the number
 * of inputs is odd, the last pair is filled up with 0, as the weights are. */
#include "emit/bf16_tile.h"

#include "plan/pack.h"

/* Inputs of a pixel: `count` of them, `step` apart, from an address on. */
typedef struct stretch {
    const char *from;
    int step;
    const char *count; /* a number or an expression */
    int scale;         /* the factor of the first one, where the step scales them */
} stretch;

static void emit_rounding(emitter *e, writer *w, const plan_step *s, const stretch *x) {
    const char *v = e->p->t->vectors[0].name;
    const char *scale = expression(e->a, "scale", NULL, NULL, 0, x->scale);
    if (x->step != 1) {
        line(w, "for (int k = 0; k < %s; k++) {", x->count);
        line(w, "%s_put_one_bf16(to + 2 * k, (%s)[k * %d]%s);", v, x->from, x->step,
             s->gemm.scaled ? arena_printf(e->a, " * (%s)[k]", scale) : "");
        line(w, "}");
    } else if (s->gemm.scaled) {
        line(w, "%s_put_scaled_bf16(to, %s, %s, %s);", v, x->from, scale, x->count);
    } else {
        line(w, "%s_put_bf16(to, %s, %s);", v, x->from, x->count);
    }
    line(w, "to += 2 * %s;", x->count);
}

/* Writes the same for the windows of a pixel, in rows of the ring. */
static void emit_window_rounding(emitter *e, writer *w, const gathering *k) {
    const node *n = &e->p->g->nodes[k->s->node];
    const bool whole = reads_whole_rows(n);
    const char *const names[] = {"m", "kx"};
    const int64_t factors[] = {k->x_step[0], whole ? 0 : (int64_t)n->a.dilation[1] * k->s->operands[0].shape.c};
    const int count = whole ? n->a.kernel[1] * k->depth : k->depth;
    line(w, "for (int ky = 0; ky < %d; ky++) {", n->a.kernel[0]);
    if (!whole) line(w, "for (int kx = 0; kx < %d; kx++) {", n->a.kernel[1]);
    const char *from = expression(e->a, "rows[ky] + at", names, factors, 2, 0);
    emit_rounding(e, w, k->s, &(stretch){from, 1, arena_printf(e->a, "%d", count), 0});
    if (!whole) line(w, "}");
    line(w, "}");
}

void emit_bf16_gathering(emitter *e, writer *w, const gathering *k) {
    arena *a = e->a;
    const gemm_plan *gemm = &k->s->gemm;
    const pack_layout packed = pack_layout_of_gemm(e->p, k->s);
    const int64_t pairs = pack_inputs(&packed) / packed.depth;
    const char *const m = "m";
    line(w, "for (int m = 0; m < %d; m++) {", k->m_count);
    line(w, "int8_t *to = (int8_t *)(tile + m * %lld);", (long long)pairs);
    const operand *o = &k->s->operands[0];
    if (gemm->staged) {
        emit_window_rounding(e, w, k);
    } else if (gemm->run_table) {
        line(w, "for (int i = 0; i < %d; i++) {", gemm->table_runs);
        const char *from = expression(a, "x + runs[2 * i]", &m, &k->x_step[0], 1, 0);
        emit_rounding(e, w, k->s, &(stretch){from, 1, "runs[2 * i + 1]", 0});
        line(w, "}");
    }
    for (int i = 0, at = 0; i < o->n_runs && !gemm->staged && !gemm->run_table; at += o->runs[i++].count) {
        const run *r = &o->runs[i];
        const int x = k->x->of_run[i];
        const char *from = expression(a, k->x->names[x], &m, &k->x_step[x], 1, r->begin);
        emit_rounding(e, w, k->s,
                      &(stretch){from, r->count > 1 ? r->step : 1, arena_printf(a, "%d", r->count), at});
    }
    if (packed.inputs % packed.depth) line(w, "memset(to, 0, 2);");
    line(w, "}");
}
