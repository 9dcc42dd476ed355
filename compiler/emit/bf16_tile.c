/* bf16_tile.c: the inputs of layers that multiply in bfloat16. See bf16_tile.h.
 *
 * The tiles themselves are those of floats: see tile.c. A pair of inputs has the room of a float. If the number
 * of inputs is odd, the last pair is filled up with 0, as the weights are. */
#include "emit/bf16_tile.h"

#include "plan/pack.h"

static void emit_rounding(emitter *e, writer *w, const plan_step *s, const stretch *x) {
    const char *v = e->p->t->vectors[0].name;
    const char *scale = expression(e->a, "scale", NULL, NULL, 0, x->first);
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

void emit_bf16_gathering(emitter *e, writer *w, const gathering *k) {
    const pack_layout packed = pack_layout_of_gemm(e->p, k->s);
    const int64_t pairs = gathered_step(e->p, k->s) / type_table[TYPE_F32].bytes;
    line(w, "for (int m = 0; m < %d; m++) {", k->m_count);
    line(w, "int8_t *to = (int8_t *)(tile + m * %lld);", (long long)pairs);
    emit_stretches(e, w, k, emit_rounding);
    if (packed.inputs % packed.depth) line(w, "memset(to, 0, 2);");
    line(w, "}");
}
