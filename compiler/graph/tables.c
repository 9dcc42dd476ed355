/* tables.c: the tables of activations on codes. */
#include "graph/tables.h"
#include "graph/activations.h"
#include "graph/integers.h"
#include "graph/quant.h"
#include "graph/tables_tflite.h"

#include <math.h>

/* Where the activation has no value, it is the zero point. */
static int exact_code(op_kind act, act_args args, const quant *x, const quant *y, int code) {
    double value = activation_table[act].value((double)x->scale * (code - x->zero), args);
    if (isnan(value)) return y->zero;
    double result = round(value / (double)y->scale) + y->zero;
    return result < INT8_MIN ? INT8_MIN : result > INT8_MAX ? INT8_MAX : (int)result;
}

void act_table(rescale_rounding how, op_kind act, act_args args, const quant *x, const quant *y,
               int8_t table[TABLE_CODES]) {
    if (how == RESCALE_TFLITE && tflite_table(act, args, x, y, table)) return;
    for (int i = 0; i < TABLE_CODES; i++) table[i] = (int8_t)exact_code(act, args, x, y, i - 128);
}

/* What a node looks up, and how the codes before and behind that are scaled. */
typedef struct looked_up {
    op_kind act; /* OP_IDENTITY: nothing */
    act_args args;
    const quant *x, *y;
} looked_up;

static looked_up find_looked_up(const graph *g, const node *n) {
    if (is_activation(n->op)) {
        const quant *x = &g->nodes[n->in[0]].q;
        bool keeps = only_bounds(n->op, n->a.args) && same_quant(x, &n->q);
        return (looked_up){keeps ? OP_IDENTITY : n->op, n->a.args, x, &n->q};
    }
    bool bounds = only_bounds(n->a.act, n->a.act_args);
    return (looked_up){bounds ? OP_IDENTITY : n->a.act, n->a.act_args, own_quant(n), acted_quant(n)};
}

bool has_channel_tables(const graph *g, const node *n) {
    const looked_up l = find_looked_up(g, n);
    return l.act != OP_IDENTITY && (l.x->scales || l.y->scales);
}

static quant quant_of_channel(const quant *q, int channel) {
    return (quant){.on = true, .scale = quant_scale(q, channel), .zero = q->zero};
}

act_tables tables_of_node(const graph *g, const node *n, arena *a) {
    const looked_up l = find_looked_up(g, n);
    if (l.act == OP_IDENTITY) return (act_tables){0};
    int channels = l.x->scales || l.y->scales ? n->shape.c : 1;
    int *of_channel = ARENA_ARRAY(a, int, n->shape.c), *first = ARENA_ARRAY(a, int, channels);
    act_tables t = {.at = arena_array(a, (size_t)channels, TABLE_CODES), .of_channel = of_channel};
    for (int c = 0; c < channels; c++) {
        const quant x = quant_of_channel(l.x, c), y = quant_of_channel(l.y, c);
        int same = 0;
        while (same < t.count &&
               (quant_scale(l.x, first[same]) != x.scale || quant_scale(l.y, first[same]) != y.scale))
            same++;
        of_channel[c] = same;
        if (same < t.count) continue;
        first[t.count] = c;
        act_table(g->rounding, l.act, l.args, &x, &y, t.at[t.count++]);
    }
    return t;
}
