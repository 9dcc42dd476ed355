/* answers.h: for tests: what a graph is, in a line, and whether it still gives the answer that it gave before a
 * pass.
 *
 * A graph is written as its nodes in order, with what rides on them:
 *
 *     input:uint8 conv[pad]+relu6 depthwise+relu6 conv+residual+relu dense softmax
 *
 * Answers come from the interpreter, in double precision. Weights are rounded to float when they are folded, so
 * a value may move by some 1e-7 of the largest. Codes may not move at all. */
#ifndef LCC_TEST_ANSWERS_H
#define LCC_TEST_ANSWERS_H

#include "graph/verify.h"
#include "interp/interp.h"
#include "passes/passes.h"

#include <math.h>
#include <string.h>

/* The graph as a line. */
static inline const char *describe(const graph *g, arena *a) {
    text line = {0};
    for (int i = 0; i < g->n_nodes; i++) {
        const node *n = &g->nodes[i];
        text_printf(&line, "%s%s", i ? " " : "", op_table[n->op].name);
        if (n->type != TYPE_F32) text_printf(&line, ":%s", type_table[n->type].name);
        if (n->a.pad_value) text_string(&line, "[pad]");
        if (n->a.act != OP_IDENTITY) text_printf(&line, "+%s", op_table[n->a.act].name);
        if (n->a.has_residual) text_string(&line, "+residual");
        if (n->a.act2 != OP_IDENTITY) text_printf(&line, "+%s", op_table[n->a.act2].name);
    }
    const char *said = arena_strdup(a, line.data);
    text_free(&line);
    return said;
}

/* Values for an input of any type, the same in every run: whole numbers for integers, else from -1 to 1. */
static inline double *make_values(arena *a, const node *n, uint64_t seed) {
    int64_t count = shape_elements(n->shape);
    double *x = ARENA_ARRAY(a, double, count);
    uint64_t state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    for (int64_t i = 0; i < count; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        int byte = (int)(state >> 56);
        x[i] = n->type == TYPE_U8 ? byte : n->type == TYPE_I8 ? byte - 128 : (double)(int64_t)state / 0x1p63;
    }
    return x;
}

typedef struct answers {
    arena *a;
    const graph *g;
    const double **in;
    double **out;
} answers;

static inline answers find_answers(arena *a, const graph *g) {
    answers k = {.a = a, .g = g, .in = ARENA_ARRAY(a, const double *, g->n_inputs)};
    for (int i = 0; i < g->n_inputs; i++)
        k.in[i] = make_values(a, &g->nodes[g->inputs[i].node], (uint64_t)i + 1);
    k.out = interp_run(g, a, k.in, NULL, NULL);
    return k;
}

/* NULL where `after` is a sound graph with the same inputs and outputs and the same answers, else what is
 * wrong. */
static inline const char *answer_difference(const answers *k, const graph *after) {
    const graph *g = k->g;
    arena *scratch = arena_new();
    const char *why = graph_verify(after, k->a);
    if (!why && (after->n_inputs != g->n_inputs || after->n_outputs != g->n_outputs)) why = "a port is gone";
    double **now = why ? NULL : interp_run(after, scratch, k->in, NULL, NULL);
    for (int o = 0; !why && o < g->n_outputs; o++) {
        shape s = g->nodes[g->outputs[o].node].shape, s_now = after->nodes[after->outputs[o].node].shape;
        if (memcmp(&s, &s_now, sizeof s) != 0) why = "an output has another shape";
        double largest = 1e-30, error = 0;
        for (int64_t i = 0; !why && i < shape_elements(s); i++) {
            if (!isfinite(k->out[o][i])) why = "an output is not finite, before any pass";
            if (!isfinite(now[o][i])) why = "an output is not finite";
            largest = fmax(largest, fabs(k->out[o][i]));
            error = fmax(error, fabs(now[o][i] - k->out[o][i]));
        }
        if (!why && error > (g->nodes[g->outputs[o].node].q.on ? 0 : 1e-5 * largest)) {
            why = arena_printf(k->a, "output %s is off by %g of %g", g->outputs[o].name, error, largest);
        }
    }
    arena_free(scratch);
    return why;
}

#endif
