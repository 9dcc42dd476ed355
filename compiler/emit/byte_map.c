/* byte_map.c: layers of codes without weights, by functions of the target's widest vectors: a map times a code
 * of each channel, as behind a squeeze-excite block. A product is made of floats, and exactly where these may
 * round it to another code: see runtime/i32xN_end.h. */
#include "emit/byte_map.h"

#include "emit/byte_tile.h"
#include "emit/codes.h"
#include "graph/quant.h"

bool scales_by_bytes(const emitter *e, const plan_step *s) {
    const graph *g = e->p->g;
    const node *n = &g->nodes[s->node];
    if (!e->p->t->bytes || n->op != OP_MUL || s->n_operands != 2) return false;
    if (n->type != TYPE_I8 || g->nodes[n->in[0]].type != TYPE_I8 || g->nodes[n->in[1]].type != TYPE_I8)
        return false;
    return shape_pixels(s->operands[1].shape) == 1 && shape_pixels(n->shape) > 1;
}

/* See float_closeness. Three roundings: of a factor, of it times a code, and of the product. */
static double closeness(const emitter *e, const mul_integers *c, int channels) {
    const double most_codes = 255 * 255;
    double most = 0;
    for (int i = 0; i < channels; i++) {
        const double product = most_codes * rescale_value(c->by[i]);
        most = product > most ? product : most;
    }
    return float_closeness(e, most, 3);
}

void emit_byte_scaling(emitter *e, const plan_step *s, writer *w, dots_map m) {
    const node *n = &e->p->g->nodes[s->node];
    const mul_integers c = integers_of_mul(e->p->g, n, e->a);
    const bool map_first = shape_pixels(e->p->g->nodes[n->in[0]].shape) > 1;
    const char *v = e->p->t->vectors[0].ints;
    const code_factors f = declare_factors(e, w, c.by, s->out_order + m.begin, m.channels);
    if (f.same) {
        const int multiplier = (int)f.by.multiplier;
        declare_list(w, "int32_t", "multipliers", &multiplier, 1);
        declare_list(w, "int8_t", "shifts", &f.by.shift, 1);
    }
    line(w, "static const %s_ending ending = {%d, %d, %d, %d, %s, 1, NULL, NULL};", v, c.y_zero, c.range.least,
         c.range.most, e->p->g->rounding == RESCALE_TFLITE, float_text(e->a, closeness(e, &c, n->shape.c)));
    line(w, "static const %s_scaling scaling = {multipliers, shifts, %d, %d, %lld, %lld, %d, %d, &ending};", v,
         !f.same, m.channels, (long long)m.x_pixel, (long long)m.y_pixel, map_first ? c.x_zero : c.z_zero,
         map_first ? c.z_zero : c.x_zero);
    line(w, "%s_scale_map(%s, %s, %s, %s, %s, &scaling);", v, m.y, m.x, m.z, share_begin(e, s, m.pixels),
         share_end(e, s, m.pixels));
}
