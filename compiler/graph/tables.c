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

static bool only_bounds(op_kind act, act_args args) {
    double low, high;
    return act_bounds(act, args, &low, &high);
}

bool table_of_node(const graph *g, const node *n, int8_t table[TABLE_CODES]) {
    if (is_activation(n->op)) {
        const quant *x = &g->nodes[n->in[0]].q;
        if (only_bounds(n->op, n->a.args) && same_quant(x, &n->q)) return false;
        act_table(g->rounding, n->op, n->a.args, x, &n->q, table);
        return true;
    }
    if (only_bounds(n->a.act, n->a.act_args)) return false;
    act_table(g->rounding, n->a.act, n->a.act_args, own_quant(n), acted_quant(n), table);
    return true;
}
