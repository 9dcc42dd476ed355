/* byte_map.c: layers of codes without weights, by functions of the target's widest vectors: a map times a code
 * of each channel, as behind a squeeze-excite block. A product is made of floats, and exactly where these may
 * round it to another code: see runtime/i32xN_end.h. */
#include "emit/byte_map.h"

#include "emit/byte_tile.h"
#include "emit/codes.h"
#include "graph/quant.h"
#include "plan/byte_ends.h"

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
    return float_closeness(e, c->by, channels, most, 3);
}

/* Looks for floats that make the codes of all products of a channel's codes: [channels]. */
static float_way find_floats_of(const emitter *e, const mul_integers *c, int channels, float_rescale *found) {
    const int64_t from[] = {-128 - c->x_zero, 127 - c->x_zero}, to[] = {-128 - c->z_zero, 127 - c->z_zero};
    code_steps *steps = ARENA_ARRAY(e->a, code_steps, channels);
    code_steps all = {
        .how = e->p->g->rounding, .zero = c->y_zero, .least = c->range.least, .most = c->range.most};
    for (int i = 0; i < 4; i++) {
        const int64_t product = from[i / 2] * to[i % 2];
        all.from = product < all.from ? product : all.from;
        all.to = product > all.to ? product : all.to;
    }
    for (int i = 0; i < channels; i++) {
        steps[i] = all;
        steps[i].by = c->by[i];
    }
    return find_way(e->p->t, steps, channels, found);
}

/* Declares the floats of so many channels in the order of the output, or of one for all. */
static void declare_floats(emitter *e, writer *w, const float_rescale *floats, const int *order, int n) {
    text factors = {0}, seconds = {0};
    for (int i = 0; i < n; i++) {
        text_printf(&factors, "%s%s", i ? ", " : "", float_text(e->a, (double)floats[order[i]].factor));
        text_printf(&seconds, "%s%s", i ? ", " : "", float_text(e->a, (double)floats[order[i]].second));
    }
    line(w, "static const float factors[] = {%s};", factors.data);
    line(w, "static const float seconds[] = {%s};", seconds.data);
    text_free(&factors);
    text_free(&seconds);
}

/* Declares what a map's products are multiplied by; whether each channel has its own. */
static bool declare_tested_factors(emitter *e, writer *w, const rescale *by, const int *order, int n) {
    const code_factors f = declare_factors(e, w, by, order, n);
    if (f.same) {
        const int multiplier = (int)f.by.multiplier;
        declare_list(w, "int32_t", "multipliers", &multiplier, 1);
        declare_list(w, "int8_t", "shifts", &f.by.shift, 1);
    }
    return !f.same;
}

static bool are_same(const rescale *by, int n) {
    for (int i = 1; i < n; i++) {
        if (by[i].multiplier != by[0].multiplier || by[i].shift != by[0].shift) return false;
    }
    return true;
}

void emit_byte_scaling(emitter *e, const plan_step *s, writer *w, dots_map m) {
    const node *n = &e->p->g->nodes[s->node];
    const mul_integers c = integers_of_mul(e->p->g, n, e->a);
    const bool map_first = shape_pixels(e->p->g->nodes[n->in[0]].shape) > 1, same = are_same(c.by, n->shape.c);
    const char *v = e->p->t->vectors[0].ints;
    const int *order = s->out_order + m.begin;
    float_rescale *floats = ARENA_ARRAY(e->a, float_rescale, n->shape.c);
    const float_way way = find_floats_of(e, &c, same ? 1 : n->shape.c, floats);
    const bool by_floats = way == FLOAT_MOVED || way == FLOAT_DOWN;
    bool each = !same;
    if (by_floats)
        declare_floats(e, w, floats, same ? &(int){0} : order, same ? 1 : m.channels);
    else
        each = declare_tested_factors(e, w, c.by, order, m.channels);
    line(w, "static const %s_ending ending = {%s_%s, %d, %d, %d, %d, %s, 1, NULL, NULL};", v, v, way_name(way),
         c.y_zero, c.range.least, c.range.most, e->p->g->rounding == RESCALE_TFLITE,
         float_text(e->a, way ? 0 : closeness(e, &c, n->shape.c)));
    line(w, "static const %s_scaling scaling = {%s, %d, %d, %lld, %lld, %d, %d, &ending};", v,
         by_floats ? "NULL, NULL, factors, seconds" : "multipliers, shifts, NULL, NULL", each, m.channels,
         (long long)m.x_pixel, (long long)m.y_pixel, map_first ? c.x_zero : c.z_zero,
         map_first ? c.z_zero : c.x_zero);
    line(w, "%s_scale_map(%s, %s, %s, %s, %s, &scaling);", v, m.y, m.x, m.z, share_begin(e, s, m.pixels),
         share_end(e, s, m.pixels));
}
