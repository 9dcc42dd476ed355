/* passes_check.h: building networks of a few layers, and running the passes over them. */
#ifndef LCC_TEST_PASSES_CHECK_H
#define LCC_TEST_PASSES_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "answers.h"
#include "weights/weights.h"

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

static inline void expect_same_answer(void *data, const pass *p, const graph *g) {
    const answers *before = data;
    const char *why = answer_difference(before, g);
    if (why) fail_msg("after %s: %s: %s", p->name, why, describe(g, before->a));
    for (int i = 0; i < g->n_outputs; i++) assert_string_equal(g->outputs[i].name, before->g->outputs[i].name);
}

/* Runs all passes over the net with seeded weights; every one must keep the answer, and the last graph be
 * `wanted`, also when all run once more. */
static inline const graph *expect_passes(net *t, const char *wanted) {
    weights_report report;
    weights_seed(t->a, t->g, 1, &report);
    answers before = find_answers(t->a, t->g);
    const graph *after = run_passes(t->g, t->a, t->d, expect_same_answer, &before);
    assert_non_null(after);
    assert_string_equal(describe(after, t->a), wanted);
    const graph *again = run_passes(after, t->a, t->d, expect_same_answer, &before); /* what is done stays */
    assert_string_equal(describe(again, t->a), wanted);
    return after;
}

#endif
