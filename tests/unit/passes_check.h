/* passes_check.h: building small networks, running the passes over them, and saying what came out.
 *
 * What a graph became is asserted as one line of text, its nodes in order with what rides on them:
 *
 *     input:uint8 conv+relu6 depthwise[pad]+relu6 conv+residual+relu dense softmax
 *
 * and that it still computes the same, by the interpreter after every pass. Weights are rounded to float when
 * they are folded, so a value may move by some 1e-7 of the largest. */
#ifndef LCC_TEST_PASSES_CHECK_H
#define LCC_TEST_PASSES_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "graph/verify.h"
#include "interp/interp.h"
#include "passes/passes.h"
#include "weights/weights.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct net {
    arena *a;
    diag *d;
    graph *g;
} net;

static const loc nowhere = {0};

static inline net begin(void) {
    net t = {.a = arena_new()};
    t.d = diag_new(t.a);
    t.g = graph_new(t.a, "test");
    return t;
}

static inline void end(net *t) { arena_free(t->a); }

static inline int input(net *t, elem_type type, int h, int w, int c) {
    const char *name = arena_printf(t->a, "in%d", t->g->n_inputs);
    int index = graph_add_input(t->g, t->d, name, type, (shape){h, w, c}, nowhere);
    assert_true(index >= 0);
    return index;
}

static inline int add_node(net *t, op_kind op, attrs a, const int *in, int n_in) {
    const char *label = arena_printf(t->a, "%s_%d", op_table[op].name, t->g->n_nodes);
    int index = graph_add(t->g, t->d, op, in, n_in, &a, label, nowhere);
    assert_true(index >= 0);
    return index;
}

static inline int on(net *t, op_kind op, attrs a, int x) { return add_node(t, op, a, &x, 1); }

static inline int plain(net *t, op_kind op, int x) { return on(t, op, graph_attrs_init(), x); }

static inline int join(net *t, op_kind op, int x, int y) {
    return add_node(t, op, graph_attrs_init(), (int[]){x, y}, 2);
}

/* Square kernel, stride 1, the same padding on each side; no bias. */
static inline attrs window(int out, int kernel, int pad) {
    attrs a = graph_attrs_init();
    a.out = out;
    a.kernel[0] = a.kernel[1] = kernel;
    for (int side = 0; side < 4; side++) a.pad[side] = pad;
    return a;
}

static inline int conv(net *t, int x, int out, int kernel, int pad) {
    return on(t, OP_CONV, window(out, kernel, pad), x);
}

static inline int depthwise(net *t, int x, int kernel, int pad) {
    return on(t, OP_DEPTHWISE, window(0, kernel, pad), x);
}

static inline int dense(net *t, int x, int out) {
    attrs a = window(out, 1, 0);
    a.has_bias = true;
    return on(t, OP_DENSE, a, x);
}

static inline int normalize(net *t, int x, double mean, double std, double divide) {
    attrs a = graph_attrs_init();
    double *values = ARENA_ARRAY(t->a, double, 2);
    values[0] = mean, values[1] = std;
    a.n_mean = a.n_std = 1;
    a.mean = &values[0], a.std = &values[1];
    a.divide = divide;
    return on(t, OP_NORMALIZE, a, x);
}

static inline int pad(net *t, int x, int top, int bottom, int left, int right) {
    attrs a = graph_attrs_init();
    a.pad[TOP] = top, a.pad[BOTTOM] = bottom, a.pad[LEFT] = left, a.pad[RIGHT] = right;
    return on(t, OP_PAD, a, x);
}

static inline int slice(net *t, int x, int first, int count) {
    attrs a = graph_attrs_init();
    a.begin = first, a.count = count;
    return on(t, OP_SLICE, a, x);
}

static inline int shuffle(net *t, int x, int groups) {
    attrs a = graph_attrs_init();
    a.groups = groups;
    return on(t, OP_SHUFFLE, a, x);
}

static inline void output(net *t, int x) {
    assert_true(graph_add_output(t->g, t->d, arena_printf(t->a, "out%d", t->g->n_outputs), x, nowhere));
}

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

typedef struct comparison {
    arena *a;
    const double *const *in;
    double **before;
    const graph *original;
} comparison;

static inline void expect_same_answer(void *data, const pass *p, const graph *g) {
    const comparison *k = data;
    const char *why = graph_verify(g, k->a);
    if (why) fail_msg("after %s: %s", p->name, why);
    assert_int_equal(g->n_inputs, k->original->n_inputs);
    assert_int_equal(g->n_outputs, k->original->n_outputs);
    double **now = interp_run(g, k->a, k->in, NULL, NULL);
    for (int o = 0; o < g->n_outputs; o++) {
        assert_string_equal(g->outputs[o].name, k->original->outputs[o].name);
        int64_t count = shape_elements(g->nodes[g->outputs[o].node].shape);
        assert_true(count == shape_elements(k->original->nodes[k->original->outputs[o].node].shape));
        double largest = 1e-30, error = 0;
        for (int64_t i = 0; i < count; i++) {
            largest = fmax(largest, fabs(k->before[o][i]));
            error = fmax(error, fabs(now[o][i] - k->before[o][i]));
            if (isnan(now[o][i]) != isnan(k->before[o][i])) fail_msg("after %s: not a number", p->name);
        }
        if (error > 1e-5 * largest) {
            fail_msg("after %s: output %s is off by %g of %g: %s", p->name, g->outputs[o].name, error, largest,
                     describe(g, k->a));
        }
    }
}

/* Runs all passes over the net with seeded weights; every one must keep the answer, and the last graph be
 * `wanted`. */
static inline const graph *expect_passes(net *t, const char *wanted) {
    weights_report report;
    weights_seed(t->a, t->g, 1, &report);
    const double **in = ARENA_ARRAY(t->a, const double *, t->g->n_inputs);
    for (int i = 0; i < t->g->n_inputs; i++) {
        in[i] = make_values(t->a, &t->g->nodes[t->g->inputs[i].node], (uint64_t)i + 1);
    }
    comparison k = {t->a, in, interp_run(t->g, t->a, in, NULL, NULL), t->g};
    const graph *after = run_passes(t->g, t->a, t->d, expect_same_answer, &k);
    assert_non_null(after);
    if (wanted) assert_string_equal(describe(after, t->a), wanted);
    return after;
}

#endif
