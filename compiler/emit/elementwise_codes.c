/* elementwise_codes.c: layers that work on each pixel alone, where they take or make codes: activations, add,
 * sub, mul, min, max, requantize, quantize and dequantize. The loops are those of elementwise.c. */
#include "emit/elementwise.h"
#include "graph/activations.h"
#include "graph/quant.h"

const char *address_at(arena *a, const char *base, int64_t pixel, const char *at, bool flat, int64_t begin) {
    const char *names[] = {"p", at};
    int64_t factors[] = {flat ? 0 : pixel, 1};
    return expression(a, base, names, factors, 2, begin);
}

const char *element_operand(arena *a, const elementwise *k, int i, const char *at) {
    return address_at(a, i == 0 ? "x" : "z", k->pixel[i], at, k->flat, k->runs[i]->begin);
}

const char *element_result(arena *a, const elementwise *k, const char *at) {
    return address_at(a, "y", k->y_pixel, at, k->flat, k->begin);
}

bool computes_codes(const node *n) { return is_integer(n) || n->op == OP_QUANTIZE; }

bool has_channel_constants(const emitter *e, const node *n) {
    bool has = n->q.scales != NULL;
    for (int i = 0; i < n->n_in; i++) has = has || e->p->g->nodes[n->in[i]].q.scales;
    return has;
}

/* ---- constants of the channels ---- */

/* The scales of quantize and dequantize, in the order in which the step takes the channels. */
static void declare_scales(emitter *e, writer *w, const elementwise *k, const quant *q) {
    enum { NUMBERS_IN_A_LINE = 8 };
    int count = k->n->shape.c;
    if (!q->scales) return;
    line(w, "static const float scales[%d] = {", count);
    for (int i = 0; i < count; i += NUMBERS_IN_A_LINE) {
        text row = {0};
        for (int j = i; j < count && j < i + NUMBERS_IN_A_LINE; j++) {
            double scale = (double)quant_scale(q, k->s->out_order[j]);
            text_printf(&row, "%s%s,", j > i ? " " : "", float_text(e->a, scale));
        }
        line(w, "%s", row.data);
        text_free(&row);
    }
    line(w, "};");
}

void declare_channel_constants(emitter *e, writer *w, elementwise *k) {
    const graph *g = e->p->g;
    const node *n = k->n;
    const int *order = k->s->out_order;
    if (is_activation(n->op) && is_integer(n)) {
        const act_tables t = tables_of_node(g, n, e->a);
        declare_table_numbers(e, w, &t, n->shape.c, order);
        return;
    }
    switch (n->op) {
    case OP_MUL: k->by = declare_product(e, w, n, order); break;
    case OP_REQUANTIZE:
        k->by = declare_factors(e, w, integers_of_requantize(g, n, e->a).by, order, n->shape.c);
        break;
    case OP_QUANTIZE: declare_scales(e, w, k, &n->q); break;
    case OP_DEQUANTIZE: declare_scales(e, w, k, &g->nodes[n->in[0]].q); break;
    default: break;
    }
}

/* The place of a channel in the tables. */
static const char *table_index(const emitter *e, const elementwise *k, const char *at) {
    return expression(e->a, "", &at, (int64_t[]){1}, 1, k->begin);
}

/* ---- the code of an element, from the codes a and b ---- */

/* The plan puts the larger operand first: whether that is the node's second input. */
static bool is_swapped(const emitter *e, const node *n) {
    const node *nodes = e->p->g->nodes;
    return node_own_inputs(n) == 2 && shape_pixels(nodes[n->in[0]].shape) < shape_pixels(nodes[n->in[1]].shape);
}

static const char *requantized_text(emitter *e, const elementwise *k, const char *at) {
    const requantize_integers c = integers_of_requantize(e->p->g, k->n, e->a);
    const char *v = less_zero(e, "a", c.x_zero);
    return rescaled_code(e, v, &k->by, table_index(e, k, at), c.y_zero, c.range);
}

/* The code of the real number a. */
static const char *quantized_text(emitter *e, const elementwise *k, const char *at) {
    const quant *q = &k->n->q;
    const code_range r = codes_within(q, k->n->type, k->n->a.act, k->n->a.act_args);
    const char *scale = q->scales ? arena_printf(e->a, "scales[%s]", table_index(e, k, at))
                                  : float_text(e->a, (double)q->scale);
    const char *function = e->p->g->rounding == RESCALE_TFLITE ? "nearest_away" : "nearest_even";
    const char *passed = arena_printf(e->a, "a / %s, %d, %d", scale, r.least - q->zero, r.most - q->zero);
    return plus_zero(e, i32_call(e, function, passed), q->zero);
}

static const char *activated_text(emitter *e, const elementwise *k, const char *at) {
    const node *n = k->n;
    const act_tables t = tables_of_node(e->p->g, n, e->a);
    if (t.count) return looked_up_text(e, &t, "a", table_index(e, k, at));
    return clamped_text(e, "a", codes_within(&n->q, n->type, n->op, n->a.args));
}

static const char *result_text(emitter *e, const elementwise *k, const char *at) {
    const node *n = k->n;
    bool swapped = is_swapped(e, n);
    const char *x = swapped ? "b" : "a", *z = swapped ? "a" : "b";
    if (k->runs[1]) return joined_codes(e, n, &k->by, table_index(e, k, at), x, z);
    switch (n->op) {
    case OP_REQUANTIZE: return requantized_text(e, k, at);
    case OP_QUANTIZE: return quantized_text(e, k, at);
    default: return activated_text(e, k, at);
    }
}

/* Declares a and b, the elements of the operands. */
static void declare_operand(emitter *e, writer *w, const elementwise *k, int i, const char *at) {
    if (!k->runs[i]) return;
    line(w, "const %s %c = *(%s);", k->n->op == OP_QUANTIZE ? "float" : "int32_t", "ab"[i],
         element_operand(e->a, k, i, at));
}

static void store_element(emitter *e, writer *w, const elementwise *k, const char *at) {
    line(w, "*(%s) = %s;", element_result(e->a, k, at), stored_code(e, k->s, result_text(e, k, at)));
}

void emit_code_element(emitter *e, writer *w, piece x, const char *at, void *data) {
    (void)x;
    const elementwise *k = data;
    declare_operand(e, w, k, 0, at);
    declare_operand(e, w, k, 1, at);
    store_element(e, w, k, at);
}

void emit_code_channels(emitter *e, writer *w, const elementwise *k, int64_t pixels) {
    bool one = k->pixel[1] == 0; /* of the second operand, for all pixels of a channel */
    line(w, "for (int c = 0; c < %d; c++) {", k->runs[0]->count);
    if (one) declare_operand(e, w, k, 1, "c");
    line(w, "for (int p = 0; p < %lld; p++) {", (long long)pixels);
    declare_operand(e, w, k, 0, "c");
    if (!one) declare_operand(e, w, k, 1, "c");
    store_element(e, w, k, "c");
    line(w, "}");
    line(w, "}");
}

const char *dequantized_text(const emitter *e, const elementwise *k, piece x, const char *v, const char *at) {
    const quant *q = &e->p->g->nodes[k->n->in[0]].q;
    const target *t = e->p->t;
    const char *vector = t->vectors[x.kind].name;
    const char *scale = arena_printf(e->a, "%s_set1(%s)", vector, float_text(e->a, (double)q->scale));
    if (q->scales)
        scale = load_text(e->a, t, x, TYPE_F32, arena_printf(e->a, "scales + %s", table_index(e, k, at)));
    if (q->zero) v = arena_printf(e->a, "(%s - %s_set1(%d.0f))", v, vector, q->zero);
    return arena_printf(e->a, "%s * %s", v, scale);
}
