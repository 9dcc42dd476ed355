/* dots_map.c: layers of codes without weights, by functions of runtime/ that all layers share: a map times a
 * code of each channel, as behind a squeeze-excite block, and the global mean. See dots.c for those with
 * weights. */
#include "emit/dots.h"

#include "emit/codes.h"
#include "graph/quant.h"

/* Whether the functions rescale by these factors: see I8_SHORT in i8.h. */
static bool are_short(const emitter *e, const rescale *by, int count) {
    const int most_right = 20, least_right = rescale_least_right(e->p->g->rounding);
    for (int i = 0; i < count; i++) {
        if (-by[i].shift < least_right || -by[i].shift > most_right) return false;
    }
    return true;
}

static bool are_int8(const graph *g, const node *n) {
    for (int i = 0; i < n->n_in; i++) {
        if (g->nodes[n->in[i]].type != TYPE_I8) return false;
    }
    return n->type == TYPE_I8;
}

bool scales_by_dots(const emitter *e, const plan_step *s) {
    const node *n = &e->p->g->nodes[s->node];
    if (!e->p->t->dots || n->op != OP_MUL || s->n_operands != 2 || !are_int8(e->p->g, n)) return false;
    if (shape_pixels(s->operands[1].shape) != 1 || shape_pixels(n->shape) == 1) return false;
    return are_short(e, integers_of_mul(e->p->g, n, e->a).by, n->shape.c);
}

bool means_by_dots(const emitter *e, const plan_step *s) {
    const node *n = &e->p->g->nodes[s->node];
    const int64_t pixels = shape_pixels(s->operands[0].shape);
    if (!e->p->t->dots || n->a.act != OP_IDENTITY || !are_int8(e->p->g, n) || pixels > FEW_SUMMED) return false;
    for (int i = 0; i < s->operands[0].n_runs; i++) {
        if (s->operands[0].runs[i].step != 1 && s->operands[0].runs[i].count > 1) return false;
    }
    return are_short(e, integers_of_mean(e->p->g, n, (int)pixels, e->a).by, n->shape.c);
}

/* Declares the factors of the channels, in their order in the result, and the constant `map` of the layer. */
static void declare_map(emitter *e, writer *w, const rescale *by, const int *order, const dots_map *m) {
    const code_factors f = declare_factors(e, w, by, order, m->channels);
    if (f.same) {
        const int multiplier = (int)f.by.multiplier;
        declare_list(w, "int32_t", "multipliers", &multiplier, 1);
        declare_list(w, "int8_t", "shifts", &f.by.shift, 1);
    }
    line(w,
         "static const i8_map map = {multipliers, shifts, %lld, %lld, %lld, %d, %d, %d, %d, %d, %d, %d, %s};",
         (long long)m->pixels, (long long)m->x_pixel, (long long)m->y_pixel, m->channels, !f.same, m->x_zero,
         m->z_zero, m->zero, m->range.least, m->range.most,
         e->p->g->rounding == RESCALE_TFLITE ? "I8_TFLITE" : "I8_ONCE");
}

void emit_dots_scaling(emitter *e, const plan_step *s, writer *w, dots_map m) {
    const node *n = &e->p->g->nodes[s->node];
    const mul_integers c = integers_of_mul(e->p->g, n, e->a);
    const bool map_first = shape_pixels(e->p->g->nodes[n->in[0]].shape) > 1;
    m.x_zero = map_first ? c.x_zero : c.z_zero;
    m.z_zero = map_first ? c.z_zero : c.x_zero;
    m.zero = c.y_zero;
    m.range = c.range;
    declare_map(e, w, c.by, s->out_order + m.begin, &m);
    line(w, "i8_scale_map(%s, %s, %s, &map);", m.x, m.z, m.y);
}

void emit_dots_mean(emitter *e, const plan_step *s, writer *w, dots_map m) {
    const mean_integers k = integers_of_mean(e->p->g, &e->p->g->nodes[s->node], (int)m.pixels, e->a);
    m.x_zero = k.x_zero;
    m.zero = k.y_zero;
    m.range = k.range;
    declare_map(e, w, k.by, s->out_order + m.begin, &m);
    line(w, "i8_mean_map(%s, %s, &map);", m.x, m.y);
}
