/* codes_check.h: building quantised networks of a few layers, with weights that use the range of their codes,
 * and running the passes over them. */
#ifndef LCC_TEST_CODES_CHECK_H
#define LCC_TEST_CODES_CHECK_H

#include "passes_check.h"

static inline attrs scaled(attrs a, float scale, int zero) {
    a.q = (quant){.on = true, .scale = scale, .zero = zero};
    return a;
}

/* Codes of numbers from -1 to 1. */
static inline int codes_input(net *t, elem_type type, int h, int w, int c) {
    int x = input(t, type, h, w, c);
    t->g->nodes[x].q = t->g->nodes[x].a.q =
        (quant){.on = true, .scale = 1.0F / 128, .zero = type == TYPE_U8 ? 128 : 0};
    return x;
}

static inline int codes_conv(net *t, int x, int out, int kernel, int pad) {
    attrs a = scaled(window(out, kernel, pad), 0.1F, 3);
    a.has_bias = true;
    return on(t, OP_CONV, a, x);
}

static inline int codes_join(net *t, op_kind op, int x, int y) {
    return add_node(t, op, scaled(graph_attrs_init(), 0.15F, -12), (int[]){x, y}, 2);
}

static inline int requantized(net *t, int x, elem_type type, float scale, int zero) {
    attrs a = scaled(graph_attrs_init(), scale, zero);
    a.code_type = type;
    return on(t, OP_REQUANTIZE, a, x);
}

/* The next of a stream of numbers from `least` to `most`. */
static inline int next_number(uint64_t *state, int least, int most) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return least + (int)((*state >> 33) % (uint64_t)(most - least + 1));
}

/* Weights and biases of all sizes, and scales of which none fills the codes fully. */
static inline void fill_codes(net *t) {
    uint64_t state = 12;
    for (int i = 0; i < t->g->n_nodes; i++) {
        for (int r = 0; r < ROLE_COUNT; r++) {
            tensor *w = t->g->nodes[i].weights[r];
            if (!w) continue;
            if (w->type == TYPE_I32) w->ints = ARENA_ARRAY(t->a, int32_t, w->count);
            if (w->type != TYPE_I32) w->data = ARENA_ARRAY(t->a, float, w->count);
            for (int64_t k = 0; k < w->count; k++) {
                if (w->ints) w->ints[k] = next_number(&state, -9000, 9000);
                if (w->type == TYPE_F32) w->data[k] = (float)next_number(&state, -99, 99) / 100;
                if (w->type == TYPE_I8) w->data[k] = (float)next_number(&state, -127, 127);
                if (r == ROLE_WEIGHT_SCALE) w->data[k] = (float)next_number(&state, 40, 200) / 10000;
                if (r == ROLE_OUTPUT_SCALE) w->data[k] = (float)next_number(&state, 20, 90) / 1000;
            }
        }
    }
}

/* Runs all passes over the net: each must keep the codes. `wanted`: what is left, NULL: anything. */
static inline const graph *expect_codes(net *t, const char *wanted) {
    fill_codes(t);
    answers before = find_answers(t->a, t->g);
    const graph *after = run_passes(t->g, t->a, t->d, expect_same_answer, &before);
    assert_non_null(after);
    if (wanted) assert_string_equal(describe(after, t->a), wanted);
    const graph *again = run_passes(after, t->a, t->d, expect_same_answer, &before);
    if (wanted) assert_string_equal(describe(again, t->a), wanted);
    return after;
}

#endif
