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

/* Whether the functions in assembly of a target take the layer: see i8_dsp_map.h. */
static bool is_usual(const emitter *e, const dots_map *m) {
    return e->p->t->dots->by_pixels && e->p->g->rounding == RESCALE_ONCE && m->range.least == -128 &&
           m->range.most == 127;
}

static bool scales_usually(const emitter *e, const dots_map *m, const rescale *by, int count) {
    const int least_right = 3, most_right = 17;
    for (int c = 0; c < count; c++) {
        if (-by[c].shift < least_right || -by[c].shift > most_right) return false;
    }
    return is_usual(e, m) && m->x_pixel == m->y_pixel;
}

static bool means_usually(const emitter *e, const dots_map *m, bool same) {
    const int most_pixels = 128, together = 4;
    return is_usual(e, m) && same && m->pixels <= most_pixels && m->channels % together == 0;
}

/* Declares the factors of the channels, in their order in the result, and the constant `map` of the layer.
 * Returns whether they are all the same. */
static bool declare_map(emitter *e, writer *w, const rescale *by, const int *order, const dots_map *m) {
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
    return f.same;
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
    const char *call =
        scales_usually(e, &m, c.by, n->shape.c) ? "i8_scale_by(i8_scale_usual, " : "i8_scale_map(";
    line(w, "%s%s, %s, %s, &map);", call, m.x, m.z, m.y);
}

void emit_dots_mean(emitter *e, const plan_step *s, writer *w, dots_map m) {
    const mean_integers k = integers_of_mean(e->p->g, &e->p->g->nodes[s->node], (int)m.pixels, e->a);
    m.x_zero = k.x_zero;
    m.zero = k.y_zero;
    m.range = k.range;
    const bool same = declare_map(e, w, k.by, s->out_order + m.begin, &m);
    const char *call = means_usually(e, &m, same) ? "i8_mean_by(i8_mean_usual, " : "i8_mean_map(";
    line(w, "%s%s, %s, &map);", call, m.x, m.y);
}
