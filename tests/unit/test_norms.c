/* test_norms.c: what works along axes, and the norms: the interpreter's answers against values worked out by
 * hand, element types, and how a set of axes lies in memory. diff/interp_norms_vs_torch.py compares larger
 * ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "graph/along.h"
#include "graph/verify.h"
#include "interp/interp.h"
#include "passes/passes.h"
#include "weights/layout.h"
#include "weights/weights.h"

#include <math.h>

static const loc nowhere = {0};

typedef struct net {
    arena *a;
    diag *d;
    graph *g;
    int last;
} net;

static net begin(int h, int w, int c) {
    net t = {.a = arena_new()};
    t.d = diag_new(t.a);
    t.g = graph_new(t.a, "test");
    t.last = graph_add_input(t.g, t.d, "x", TYPE_F32, (shape){h, w, c}, nowhere);
    return t;
}

static node *then(net *t, op_kind op, attrs a) {
    t->last = graph_add(t->g, t->d, op, &t->last, 1, &a, NULL, nowhere);
    assert_true(t->last >= 0);
    return &t->g->nodes[t->last];
}

static void give(net *t, node *n, role r, const float *values) {
    n->weights[r]->data = ARENA_ARRAY(t->a, float, n->weights[r]->count);
    for (int i = 0; i < n->weights[r]->count; i++) n->weights[r]->data[i] = values[i];
}

/* Runs the net on `x` and ends it. */
static void expect(net *t, const double *x, const double *wanted, int count) {
    assert_true(graph_add_output(t->g, t->d, "y", t->last, nowhere));
    assert_null(graph_verify(t->g, t->a));
    assert_int_equal(shape_elements(t->g->nodes[t->last].shape), count);
    const double *got = interp_run(t->g, t->a, &x, NULL, NULL)[0];
    for (int i = 0; i < count; i++) {
        if (fabs(got[i] - wanted[i]) > 1e-12 * fmax(1, fabs(wanted[i])))
            fail_msg("element %d is %.17g, not %.17g", i, got[i], wanted[i]);
    }
    arena_free(t->a);
}

#define EXPECT(t, x, ...)                                                                                      \
    expect(t, x, (double[]){__VA_ARGS__}, (int)(sizeof(double[]){__VA_ARGS__} / sizeof(double)))

static attrs along_axes(int axes) {
    attrs a = graph_attrs_init();
    a.axes = axes;
    return a;
}

static const double twelve[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, -12}; /* [2, 3, 2] */

static void expect_reduced(reduction r, int axes, const double *wanted, int count) {
    attrs a = along_axes(axes);
    a.reduce = r;
    net t = begin(2, 3, 2);
    then(&t, OP_REDUCE, a);
    expect(&t, twelve, wanted, count);
}

static void reductions_of_every_kind(void **state) {
    (void)state;
    expect_reduced(REDUCE_SUM, OVER_H, (double[]){8, 10, 12, 14, 16, -6}, 6);
    expect_reduced(REDUCE_SUM, OVER_W, (double[]){9, 12, 27, 6}, 4);
    expect_reduced(REDUCE_MEAN, OVER_H | OVER_W, (double[]){6, 3}, 2);
    expect_reduced(REDUCE_MAX, OVER_C, (double[]){2, 4, 6, 8, 10, 11}, 6);
    expect_reduced(REDUCE_MIN, OVER_H | OVER_C, (double[]){1, 3, -12}, 3);
    expect_reduced(REDUCE_L1, OVER_ALL, (double[]){78}, 1);
    expect_reduced(REDUCE_SUM_SQUARE, OVER_ALL, (double[]){650}, 1);
    expect_reduced(REDUCE_L2, OVER_W | OVER_C, (double[]){sqrt(91), sqrt(49 + 64 + 81 + 100 + 121 + 144)}, 2);
    expect_reduced(REDUCE_PROD, OVER_C, (double[]){2, 12, 30, 56, 90, -132}, 6);
    expect_reduced(REDUCE_LOG_SUM_EXP, OVER_H,
                   (double[]){7 + log1p(exp(-6)), 8 + log1p(exp(-6)), 9 + log1p(exp(-6)), 10 + log1p(exp(-6)),
                              11 + log1p(exp(-6)), 6 + log1p(exp(-18))},
                   6);
}

static void positions_are_the_first_or_last_and_int32(void **state) {
    (void)state;
    const double x[6] = {3, 1, 3, 1, 2, 3};
    for (int last = 0; last < 2; last++) {
        attrs a = along_axes(OVER_W);
        a.last = last;
        net t = begin(1, 6, 1);
        assert_int_equal(then(&t, OP_ARGMAX, a)->type, TYPE_I32);
        EXPECT(&t, x, last ? 5 : 0);
        t = begin(1, 6, 1);
        then(&t, OP_ARGMIN, a);
        assert_int_equal(then(&t, OP_FLATTEN, a)->type, TYPE_I32); /* a view of positions has positions */
        assert_int_equal(then(&t, OP_RELU, a)->type, TYPE_F32);
        EXPECT(&t, x, last ? 3 : 1);
    }
    net t = begin(2, 3, 2); /* over several axes they are counted in the order h, w, c */
    then(&t, OP_ARGMAX, along_axes(OVER_H | OVER_W));
    EXPECT(&t, twelve, 5, 4);
    t = begin(2, 3, 2);
    then(&t, OP_ARGMIN, along_axes(OVER_H | OVER_C));
    EXPECT(&t, twelve, 0, 0, 3);
}

/* Behind the passes, an output of positions is int32, and a layer that reads them gets floats. */
static void passes_keep_positions_apart_from_floats(void **state) {
    (void)state;
    attrs a = along_axes(OVER_C);
    net t = begin(2, 3, 4);
    int positions = (then(&t, OP_ARGMAX, a), t.last), view = (then(&t, OP_IDENTITY, a), t.last);
    int floats = (then(&t, OP_RELU, a), t.last); /* changes no position, but makes floats */
    assert_true(graph_add_output(t.g, t.d, "p", positions, nowhere));
    assert_true(graph_add_output(t.g, t.d, "v", view, nowhere));
    assert_true(graph_add_output(t.g, t.d, "f", floats, nowhere));
    const graph *done = run_passes(t.g, t.a, t.d, NULL, NULL);
    assert_non_null(done);
    assert_null(graph_verify(done, t.a));
    assert_int_equal(done->nodes[done->outputs[0].node].type, TYPE_I32);
    assert_int_equal(done->nodes[done->outputs[1].node].type, TYPE_I32);
    const node *relu = &done->nodes[done->outputs[2].node];
    assert_int_equal(relu->op, OP_RELU);
    assert_int_equal(relu->type, TYPE_F32);
    assert_int_equal(done->nodes[relu->in[0]].op, OP_ARGMAX);
    assert_int_equal(done->nodes[relu->in[0]].type, TYPE_F32);
    arena_free(t.a);
}

static void softmaxes_and_sizes(void **state) {
    (void)state;
    const double x[4] = {1000, 1000 + log(3), 0, 0}; /* [2, 2, 1] */
    net t = begin(2, 2, 1);
    then(&t, OP_SOFTMAX, along_axes(OVER_W));
    EXPECT(&t, x, 0.25, 0.75, 0.5, 0.5);
    t = begin(2, 2, 1);
    then(&t, OP_LOG_SOFTMAX, along_axes(OVER_W));
    EXPECT(&t, x, log(0.25), log(0.75), log(0.5), log(0.5));
    const double y[4] = {3, 0, 4, 0};
    t = begin(2, 1, 2);
    then(&t, OP_L2_NORM, along_axes(OVER_H));
    EXPECT(&t, y, 0.6, 0, 0.8, 0); /* zeros stay zeros, eps or not */
    attrs a = along_axes(OVER_H);
    a.eps = 0;
    t = begin(2, 1, 2);
    then(&t, OP_L2_NORM, a);
    EXPECT(&t, y, 0.6, 0, 0.8, 0);
}

static void norms_take_what_they_are_named_for(void **state) {
    (void)state;
    const double x[8] = {1, 3, 5, 7, 2, 2, 2, 6}; /* [1, 2, 4] */
    attrs a = graph_attrs_init();
    a.eps = 0, a.has_scale = a.has_bias = true;
    net t = begin(1, 2, 4);
    node *n = then(&t, OP_LAYER_NORM, a);
    give(&t, n, ROLE_GAMMA, (float[]){1, 2, 1, 1});
    give(&t, n, ROLE_BETA, (float[]){0, 0, 10, 0});
    double s = 1 / sqrt(5), r = 1 / sqrt(3);
    EXPECT(&t, x, -3 * s, -2 * s, s + 10, 3 * s, -r, -2 * r, -r + 10, 3 * r);

    a.has_scale = a.has_bias = false;
    a.groups = 2; /* channels 0 and 1: 1, 3, 2, 2; channels 2 and 3: 5, 7, 2, 6 */
    t = begin(1, 2, 4);
    then(&t, OP_GROUP_NORM, a);
    double u = 1 / sqrt(0.5), v = 1 / sqrt(3.5);
    EXPECT(&t, x, -u, u, 0, 2 * v, 0, 0, -3 * v, v);

    t = begin(1, 2, 4);
    then(&t, OP_RMS_NORM, a);
    double p = 1 / sqrt(21), q = 1 / sqrt(12);
    EXPECT(&t, x, p, 3 * p, 5 * p, 7 * p, 2 * q, 2 * q, 2 * q, 6 * q);

    a.window = 2, a.alpha = 4, a.beta = 0.5, a.k = 1; /* an even window reaches one channel further behind */
    t = begin(1, 1, 3);
    then(&t, OP_LRN, a);
    const double y[3] = {1, 2, 3};
    EXPECT(&t, y, 1 / sqrt(1 + 2 * 5), 2 / sqrt(1 + 2 * 13), 3 / sqrt(1 + 2 * 9));
}

static void a_product_for_each_h(void **state) {
    (void)state;
    const double x[] = {1, 2, 3, 4, 5, 6}; /* [3, 1, 2] */
    net t = begin(3, 1, 2);
    attrs a = along_axes(OVER_H);
    a.reduce = REDUCE_SUM;
    then(&t, OP_REDUCE, a); /* [1, 1, 2]: 9, 12 */
    int row = t.last;
    a.out = 1;
    then(&t, OP_CONV, a); /* [1, 1, 1] */
    give(&t, &t.g->nodes[t.last], ROLE_WEIGHT, (float[]){1, 2});
    int pair[2] = {t.last, row};
    t.last = graph_add(t.g, t.d, OP_MATMUL, pair, 2, &a, NULL, nowhere);
    assert_int_equal(node_macs(t.g, &t.g->nodes[t.last]), 2);
    EXPECT(&t, x, 33 * 9, 33 * 12);
}

/* The names that checkpoints have for gamma and beta. */
static void weights_have_the_names_of_torch_and_keras(void **state) {
    (void)state;
    static const op_kind ops[] = {OP_LAYER_NORM, OP_GROUP_NORM, OP_RMS_NORM};
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        attrs a = graph_attrs_init();
        a.has_scale = true;
        net t = begin(1, 2, 4);
        node n = *then(&t, ops[i], a);
        n.label = "head.norm";
        assert_string_equal(weights_name(t.a, &n, ROLE_GAMMA), "head.norm.weight");
        assert_string_equal(weights_name(t.a, &n, ROLE_BETA), "head.norm.bias");
        n.a.naming = NAMING_KERAS;
        n.label = "head/norm";
        assert_string_equal(weights_name(t.a, &n, ROLE_GAMMA),
                            ops[i] == OP_RMS_NORM ? "head/norm/scale" : "head/norm/gamma");
        assert_string_equal(weights_name(t.a, &n, ROLE_BETA), "head/norm/beta");
        arena_free(t.a);
    }
}

/* The elements that belong together lie where the walk says. */
static void walks_reach_every_element_once(void **state) {
    (void)state;
    const shape shapes[] = {{2, 3, 4}, {1, 3, 4}, {2, 1, 4}, {2, 3, 1},
                            {1, 1, 4}, {2, 1, 1}, {1, 1, 1}, {5, 1, 1}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        for (int axes = 1; axes <= OVER_ALL; axes++) {
            shape s = shapes[i];
            along k = walk_along(s, axes);
            int64_t seen[24] = {0}, gone = 1;
            if (axes & OVER_H) gone *= s.h;
            if (axes & OVER_W) gone *= s.w;
            if (axes & OVER_C) gone *= s.c;
            assert_int_equal(along_count(&k), gone);
            assert_int_equal(k.places * k.channels * gone, shape_elements(s));
            for (int64_t p = 0; p < k.places; p++) {
                for (int64_t n = 0; n < k.steps; n++) {
                    for (int64_t e = 0; e < k.length * k.channels; e++)
                        seen[p * k.place_step + n * k.step + e]++;
                }
            }
            for (int64_t e = 0; e < shape_elements(s); e++) assert_int_equal(seen[e], 1);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reductions_of_every_kind),
        cmocka_unit_test(positions_are_the_first_or_last_and_int32),
        cmocka_unit_test(passes_keep_positions_apart_from_floats),
        cmocka_unit_test(softmaxes_and_sizes),
        cmocka_unit_test(norms_take_what_they_are_named_for),
        cmocka_unit_test(a_product_for_each_h),
        cmocka_unit_test(weights_have_the_names_of_torch_and_keras),
        cmocka_unit_test(walks_reach_every_element_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
