/* test_interp.c: every op of the reference interpreter against values worked out by hand.
 *
 * The interpreter is the truth that emitted code is held to, so what it says is checked here without any other
 * code of the project that computes; diff/interp_vs_torch.py does the same for larger sizes against PyTorch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "graph/graph.h"
#include "graph/verify.h"
#include "interp/interp.h"

#include <math.h>
#include <string.h>

#define COUNT(array) (int)(sizeof(array) / sizeof *(array))
#define LIST(...)    ((double[]){__VA_ARGS__}), COUNT(((double[]){__VA_ARGS__}))

/* A graph under construction, and the tensor that flows through it. */
typedef struct net {
    arena *a;
    diag *d;
    graph *g;
    int last;
} net;

static const loc nowhere = {0};

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

static node *join(net *t, op_kind op, attrs a, const int *in, int n_in) {
    t->last = graph_add(t->g, t->d, op, in, n_in, &a, NULL, nowhere);
    assert_true(t->last >= 0);
    return &t->g->nodes[t->last];
}

static void give(net *t, node *n, role r, const double *values, int count) {
    assert_non_null(n->weights[r]);
    assert_int_equal(n->weights[r]->count, count);
    n->weights[r]->data = ARENA_ARRAY(t->a, float, count);
    for (int i = 0; i < count; i++) n->weights[r]->data[i] = (float)values[i];
}

static void expect_near(const double *got, const double *wanted, int count) {
    for (int i = 0; i < count; i++) {
        if (fabs(got[i] - wanted[i]) > 1e-12 * fmax(1, fabs(wanted[i]))) {
            fail_msg("element %d is %.17g, not %.17g", i, got[i], wanted[i]);
        }
    }
}

/* Runs the net on `x` and ends it. */
static void expect(net *t, const double *x, int n_x, const double *wanted, int n_wanted) {
    assert_true(graph_add_output(t->g, t->d, "y", t->last, nowhere));
    assert_null(graph_verify(t->g, t->a));
    assert_int_equal(shape_elements(t->g->nodes[0].shape), n_x);
    assert_int_equal(shape_elements(t->g->nodes[t->last].shape), n_wanted);
    expect_near(interp_run(t->g, t->a, &x, NULL, NULL)[0], wanted, n_wanted);
    arena_free(t->a);
}

static void count_up(double *x, int count) {
    for (int i = 0; i < count; i++) x[i] = i + 1;
}

/* A 3 x 3 picture of 1..9, a 3 x 3 kernel of ones, stride 2, padded: the sums of the four corners' 2 x 2. */
static void conv_sums_what_it_sees(void **state) {
    (void)state;
    double x[9], ones[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    count_up(x, 9);
    attrs a = graph_attrs_init();
    a.out = 1, a.kernel[0] = a.kernel[1] = 3, a.stride[0] = a.stride[1] = 2, a.padding = PAD_SYMMETRIC,
    a.has_bias = true;
    net t = begin(3, 3, 1);
    node *n = then(&t, OP_CONV, a);
    give(&t, n, ROLE_WEIGHT, ones, 9);
    give(&t, n, ROLE_BIAS, LIST(0.5));
    expect(&t, x, 9, LIST(12.5, 16.5, 24.5, 28.5));
}

/* Cross-correlation, not convolution: the kernel is not turned. Valid, 2 x 1 over 3 x 2. */
static void conv_does_not_turn_its_kernel(void **state) {
    (void)state;
    attrs a = graph_attrs_init();
    a.out = 1, a.kernel[0] = 2, a.padding = PAD_VALID;
    net t = begin(3, 2, 1);
    give(&t, then(&t, OP_CONV, a), ROLE_WEIGHT, LIST(10, 1));
    expect(&t, LIST(1, 2, 3, 4, 5, 6), LIST(13, 24, 35, 46));
}

/* TensorFlow pads an even size at the end: 4 pixels, kernel 3, stride 2, "same" sees 1 2 3 and 3 4 0. */
static void same_and_symmetric_padding_differ(void **state) {
    (void)state;
    attrs a = graph_attrs_init();
    a.out = 1, a.kernel[1] = 3, a.stride[1] = 2, a.padding = PAD_SAME;
    net t = begin(1, 4, 1);
    give(&t, then(&t, OP_CONV, a), ROLE_WEIGHT, LIST(100, 10, 1));
    expect(&t, LIST(1, 2, 3, 4), LIST(123, 340));

    a.padding = PAD_SYMMETRIC;
    t = begin(1, 4, 1);
    give(&t, then(&t, OP_CONV, a), ROLE_WEIGHT, LIST(100, 10, 1));
    expect(&t, LIST(1, 2, 3, 4), LIST(12, 234));
}

/* Two groups of 2 -> 1 and a dilation of 2 along the width: weights [2, 1, 2, 2]. */
static void conv_keeps_groups_apart_and_dilates(void **state) {
    (void)state;
    attrs a = graph_attrs_init();
    a.out = 2, a.kernel[1] = 2, a.dilation[1] = 2, a.groups = 2, a.padding = PAD_VALID;
    net t = begin(1, 3, 4);
    give(&t, then(&t, OP_CONV, a), ROLE_WEIGHT, LIST(1, 2, 3, 4, 5, 6, 7, 8));
    /* 1*1 + 2*2 + 3*9 + 4*10 and 5*3 + 6*4 + 7*11 + 8*12 */
    expect(&t, LIST(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), LIST(72, 212));
}

/* Pixels 1 and 2 (stride 2) spread over three each, by 1 10 100; the first one of the output is cut off. Then
 * two groups of two channels each, at one pixel. */
static void conv_transpose_spreads_what_it_sees(void **state) {
    (void)state;
    attrs a = graph_attrs_init();
    a.out = 1, a.kernel[1] = 3, a.stride[1] = 2, a.pad[LEFT] = 1, a.output_pad[1] = 1, a.has_bias = true;
    net t = begin(1, 2, 1);
    node *n = then(&t, OP_CONV_TRANSPOSE, a);
    give(&t, n, ROLE_WEIGHT, LIST(1, 10, 100));
    give(&t, n, ROLE_BIAS, LIST(0.5));
    expect(&t, LIST(1, 2), LIST(10.5, 102.5, 20.5, 200.5, 0.5));

    a = graph_attrs_init();
    a.out = 2, a.groups = 2;
    t = begin(1, 1, 4);
    give(&t, then(&t, OP_CONV_TRANSPOSE, a), ROLE_WEIGHT, LIST(1, 2, 3, 4));
    expect(&t, LIST(1, 2, 3, 4), LIST(5, 25));
}

static void blocks_of_pixels_become_channels_and_back(void **state) {
    (void)state;
    attrs a = graph_attrs_init();
    a.factor = 2;
    net t = begin(2, 2, 2);
    then(&t, OP_SPACE_TO_DEPTH, a);
    expect(&t, LIST(1, 2, 3, 4, 5, 6, 7, 8), LIST(1, 2, 3, 4, 5, 6, 7, 8));

    a.blocks = BLOCKS_CRD;
    t = begin(2, 2, 2);
    then(&t, OP_SPACE_TO_DEPTH, a);
    expect(&t, LIST(1, 2, 3, 4, 5, 6, 7, 8), LIST(1, 3, 5, 7, 2, 4, 6, 8));

    t = begin(1, 1, 8);
    then(&t, OP_DEPTH_TO_SPACE, a);
    expect(&t, LIST(1, 2, 3, 4, 5, 6, 7, 8), LIST(1, 5, 2, 6, 3, 7, 4, 8));
}

static void padding_can_hold_a_value_for_each_channel(void **state) {
    (void)state;
    attrs a = graph_attrs_init();
    a.out = 1, a.kernel[1] = 3, a.padding = PAD_SAME, a.pad_value = (const double[]){0.5, -1};
    net t = begin(1, 1, 2);
    give(&t, then(&t, OP_CONV, a), ROLE_WEIGHT, LIST(1, 10, 100, 1000, 2, 3));
    /* 0.5*1 - 1*10 + 7*100 + 9*1000 + 0.5*2 - 1*3 */
    expect(&t, LIST(7, 9), LIST(9688.5));

    a.pad_value = (const double[]){4};
    t = begin(1, 1, 1);
    give(&t, then(&t, OP_DEPTHWISE, a), ROLE_WEIGHT, LIST(1, 10, 100));
    expect(&t, LIST(7), LIST(474));
}

/* Weights [1, 2, 4]: channel c of the input feeds channels 2c and 2c + 1. */
static void depthwise_multiplies_channels(void **state) {
    (void)state;
    attrs a = graph_attrs_init();
    a.kernel[1] = 2, a.multiplier = 2, a.padding = PAD_VALID, a.has_bias = true;
    net t = begin(1, 2, 2);
    node *n = then(&t, OP_DEPTHWISE, a);
    give(&t, n, ROLE_WEIGHT, LIST(1, 2, 3, 4, 5, 6, 7, 8));
    give(&t, n, ROLE_BIAS, LIST(0, 100, 0, 100));
    /* 1*1 + 3*5, 1*2 + 3*6, 2*3 + 4*7, 2*4 + 4*8 */
    expect(&t, LIST(1, 2, 3, 4), LIST(16, 120, 34, 140));
}

static void dense_takes_a_map_in_hwc_order(void **state) {
    (void)state;
    attrs a = graph_attrs_init();
    a.out = 2, a.has_bias = true;
    net t = begin(1, 2, 2);
    node *n = then(&t, OP_DENSE, a);
    give(&t, n, ROLE_WEIGHT, LIST(1, 10, 100, 1000, 0, 0, 0, 1));
    give(&t, n, ROLE_BIAS, LIST(0.5, -4));
    expect(&t, LIST(1, 2, 3, 4), LIST(4321.5, 0));
}

static void bn_and_affine_scale_and_shift(void **state) {
    (void)state;
    attrs a = graph_attrs_init();
    a.eps = 0.25;
    net t = begin(1, 2, 2);
    node *n = then(&t, OP_BN, a);
    give(&t, n, ROLE_GAMMA, LIST(2, -1));
    give(&t, n, ROLE_BETA, LIST(10, 0));
    give(&t, n, ROLE_MEAN, LIST(1, 2));
    give(&t, n, ROLE_VAR, LIST(3.75, 0.75));
    expect(&t, LIST(1, 2, 5, 6), LIST(10, 0, 14, -4));

    t = begin(1, 2, 2);
    n = then(&t, OP_AFFINE, graph_attrs_init());
    give(&t, n, ROLE_WEIGHT, LIST(2, -1));
    give(&t, n, ROLE_BIAS, LIST(10, 0.25));
    expect(&t, LIST(1, 2, 5, 6), LIST(12, -1.75, 20, -5.75));
}

/* All negative, so that a zero of the padding would win if it were let in. */
static void padding_never_wins_a_maximum(void **state) {
    (void)state;
    attrs a = graph_attrs_init();
    a.kernel[0] = a.kernel[1] = 3, a.stride[0] = a.stride[1] = 2, a.padding = PAD_SYMMETRIC;
    net t = begin(2, 2, 2);
    then(&t, OP_MAX_POOL, a);
    expect(&t, LIST(-1, -8, -2, -7, -3, -6, -4, -5), LIST(-1, -5));
}

static void mean_divides_by_real_pixels_or_by_all(void **state) {
    (void)state;
    attrs a = graph_attrs_init();
    a.kernel[0] = a.kernel[1] = 3, a.stride[0] = a.stride[1] = 2, a.padding = PAD_SYMMETRIC;
    double x[9];
    count_up(x, 9);
    net t = begin(3, 3, 1);
    then(&t, OP_AVG_POOL, a);
    expect(&t, x, 9, LIST(3, 4, 6, 7));

    a.count_pad = true;
    t = begin(3, 3, 1);
    then(&t, OP_AVG_POOL, a);
    expect(&t, x, 9, LIST(12 / 9., 16 / 9., 24 / 9., 28 / 9.));

    t = begin(2, 2, 2);
    then(&t, OP_GLOBAL_AVG_POOL, graph_attrs_init());
    expect(&t, LIST(1, 10, 2, 20, 3, 30, 6, 40), LIST(3, 25));
}

static void expect_map(op_kind op, double slope, double x, double y) {
    attrs a = graph_attrs_init();
    a.args.first = slope;
    net t = begin(1, 1, 1);
    then(&t, op, a);
    expect(&t, &x, 1, &y, 1);
}

static void activations_are_what_they_are_called(void **state) {
    (void)state;
    expect_map(OP_RELU, 0, -2, 0);
    expect_map(OP_RELU, 0, 9, 9);
    expect_map(OP_RELU6, 0, -2, 0);
    expect_map(OP_RELU6, 0, 5, 5);
    expect_map(OP_RELU6, 0, 9, 6);
    expect_map(OP_HSIGMOID, 0, -3.5, 0);
    expect_map(OP_HSIGMOID, 0, 0, 0.5);
    expect_map(OP_HSIGMOID, 0, 1.5, 0.75);
    expect_map(OP_HSIGMOID, 0, 4, 1);
    expect_map(OP_HSWISH, 0, -1.5, -0.375);
    expect_map(OP_HSWISH, 0, -4, 0);
    expect_map(OP_HSWISH, 0, 4, 4);
    expect_map(OP_SIGMOID, 0, 0, 0.5);
    expect_map(OP_SIGMOID, 0, log(3), 0.75);
    expect_map(OP_SIGMOID, 0, -1000, 0);
    expect_map(OP_SIGMOID, 0, 1000, 1);
    expect_map(OP_SWISH, 0, log(3), 0.75 * log(3));
    expect_map(OP_SWISH, 0, -1000, 0);
    expect_map(OP_TANH, 0, log(2), 0.6);
    expect_map(OP_LEAKY_RELU, 0.25, -8, -2);
    expect_map(OP_LEAKY_RELU, 0.25, 8, 8);
    expect_map(OP_IDENTITY, 0, -8, -8);
    expect_map(OP_DROPOUT, 0, -8, -8);
    expect_map(OP_CONVERT, 0, -8, -8);
}

/* At every pixel, and without overflow. */
static void softmax_is_over_the_channels_of_a_pixel(void **state) {
    (void)state;
    net t = begin(1, 2, 3);
    then(&t, OP_SOFTMAX, graph_attrs_init());
    expect(&t, LIST(0, log(2), log(5), 5000, 5000, -5000), LIST(0.125, 0.25, 0.625, 0.5, 0.5, 0));
}

static void normalize_divides_then_shifts_then_scales(void **state) {
    (void)state;
    attrs a = graph_attrs_init();
    a.n_mean = 2, a.mean = (const double[]){1, 2}, a.n_std = 1, a.std = (const double[]){0.5}, a.divide = 10;
    net t = begin(1, 2, 2);
    then(&t, OP_NORMALIZE, a);
    expect(&t, LIST(10, 20, 20, 50), LIST(0, 0, 2, 6));
}

static void views_move_elements_and_change_none(void **state) {
    (void)state;
    attrs a = graph_attrs_init();
    a.groups = 2;
    net t = begin(1, 2, 6);
    then(&t, OP_SHUFFLE, a);
    expect(&t, LIST(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), LIST(1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12));

    a.begin = 1, a.count = 2;
    t = begin(2, 1, 4);
    then(&t, OP_SLICE, a);
    expect(&t, LIST(1, 2, 3, 4, 5, 6, 7, 8), LIST(2, 3, 6, 7));

    t = begin(2, 1, 2);
    then(&t, OP_FLATTEN, a);
    expect(&t, LIST(1, 2, 3, 4), LIST(1, 2, 3, 4));

    a.pad[TOP] = 1, a.pad[LEFT] = 2, a.pad[RIGHT] = 1;
    t = begin(1, 1, 2);
    then(&t, OP_PAD, a);
    expect(&t, LIST(1, 2), LIST(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0));
}

/* The places of 1 2 3 with two of them around: before and behind, along the height and along the channels. */
static void pads_repeat_or_reflect_what_is_there(void **state) {
    (void)state;
    attrs a = graph_attrs_init();
    a.around = PADS_REFLECT, a.pad[TOP] = 2, a.pad[BOTTOM] = 1;
    net t = begin(3, 1, 1);
    then(&t, OP_PAD, a);
    expect(&t, LIST(1, 2, 3), LIST(3, 2, 1, 2, 3, 2));

    a.around = PADS_EDGE;
    t = begin(3, 1, 1);
    then(&t, OP_PAD, a);
    expect(&t, LIST(1, 2, 3), LIST(1, 1, 1, 2, 3, 3));

    a = graph_attrs_init();
    a.fill = 7, a.pad_channels[0] = 1, a.pad[RIGHT] = 1;
    t = begin(1, 1, 2);
    then(&t, OP_PAD, a);
    expect(&t, LIST(1, 2), LIST(7, 1, 2, 7, 7, 7));
}

static void slices_go_along_any_axis_and_back(void **state) {
    (void)state;
    attrs a = graph_attrs_init();
    a.begin = 2, a.count = 2, a.step = -2;
    net t = begin(1, 2, 3);
    then(&t, OP_SLICE, a);
    expect(&t, LIST(1, 2, 3, 4, 5, 6), LIST(3, 1, 6, 4));

    a.axis = AXIS_W, a.begin = 1, a.count = 2, a.step = 1;
    t = begin(1, 3, 2);
    then(&t, OP_SLICE, a);
    expect(&t, LIST(1, 2, 3, 4, 5, 6), LIST(3, 4, 5, 6));

    a.axis = AXIS_H, a.begin = 0, a.step = 2;
    t = begin(3, 1, 2);
    then(&t, OP_SLICE, a);
    expect(&t, LIST(1, 2, 3, 4, 5, 6), LIST(1, 2, 5, 6));
}

/* Places -1/4, 1/4, 3/4, 5/4 of 0 and 8; then 0, 1/3, 2/3, 1. Keys's cubic with a = -1/2 takes, halfway
 * between two places, 9/16 of each and -1/16 of their outer neighbours. */
static void resize_takes_what_its_places_say(void **state) {
    (void)state;
    attrs a = graph_attrs_init();
    a.resize = (resizing){.size = {1, 4}, .mode = RESIZE_LINEAR};
    net t = begin(1, 2, 1);
    then(&t, OP_RESIZE, a);
    expect(&t, LIST(0, 8), LIST(0, 2, 6, 8));

    a.resize.places = PLACES_ALIGN_CORNERS;
    t = begin(1, 2, 1);
    then(&t, OP_RESIZE, a);
    expect(&t, LIST(0, 9), LIST(0, 3, 6, 9));

    a.resize = (resizing){.size = {1, 2}, .mode = RESIZE_CUBIC, .coefficient = -0.5};
    t = begin(1, 4, 1);
    then(&t, OP_RESIZE, a);
    expect(&t, LIST(0, 16, 16, 32), LIST(8, 24));

    a.resize = (resizing){.size = {1, 2}, .mode = RESIZE_NEAREST, .rounding = ROUND_CEIL};
    t = begin(1, 4, 1);
    then(&t, OP_RESIZE, a);
    expect(&t, LIST(1, 2, 3, 4), LIST(2, 4));
}

/* Half-pixel centres, factor 2: the places -1/4, 1/4, 3/4, 5/4 of 0 and 8, the outer ones held at the edge. */
static void upsample_repeats_or_goes_between(void **state) {
    (void)state;
    attrs a = graph_attrs_init();
    a.factor = 2, a.mode = UPSAMPLE_BILINEAR;
    net t = begin(1, 2, 1);
    then(&t, OP_UPSAMPLE, a);
    expect(&t, LIST(0, 8), LIST(0, 2, 6, 8, 0, 2, 6, 8));

    t = begin(2, 1, 1);
    then(&t, OP_UPSAMPLE, a);
    expect(&t, LIST(0, 8), LIST(0, 0, 2, 2, 6, 6, 8, 8));

    a.mode = UPSAMPLE_NEAREST;
    t = begin(1, 2, 2);
    then(&t, OP_UPSAMPLE, a);
    expect(&t, LIST(1, 2, 3, 4), LIST(1, 2, 1, 2, 3, 4, 3, 4, 1, 2, 1, 2, 3, 4, 3, 4));
}

/* The small tensor may stand on either side. */
static void joins_broadcast_a_pixel(void **state) {
    (void)state;
    net t = begin(1, 2, 2);
    int mean = (then(&t, OP_GLOBAL_AVG_POOL, graph_attrs_init()), t.last);
    join(&t, OP_MUL, graph_attrs_init(), (int[]){mean, 0}, 2);
    join(&t, OP_ADD, graph_attrs_init(), (int[]){t.last, mean}, 2);
    expect(&t, LIST(1, 10, 3, 20), LIST(4, 165, 8, 315));
}

static void concat_keeps_the_order_of_its_inputs(void **state) {
    (void)state;
    attrs a = graph_attrs_init();
    a.begin = 1, a.count = 1;
    net t = begin(1, 2, 2);
    int second = (then(&t, OP_SLICE, a), t.last);
    join(&t, OP_CONCAT, a, (int[]){second, 0, second}, 3);
    expect(&t, LIST(1, 2, 3, 4), LIST(2, 1, 2, 2, 4, 3, 4, 4));
}

/* act2(act(v) + residual), whatever the node: relu6(leaky(x * 2) + x). */
static void fused_parts_come_in_order(void **state) {
    (void)state;
    attrs a = graph_attrs_init();
    a.act = OP_LEAKY_RELU, a.act_args.first = 0.5, a.act2 = OP_RELU6, a.has_residual = true;
    net t = begin(1, 3, 1);
    node *n = join(&t, OP_AFFINE, a, (int[]){0, 0}, 2);
    give(&t, n, ROLE_WEIGHT, LIST(-2));
    give(&t, n, ROLE_BIAS, LIST(1));
    /* 1: leaky(-1) + 1 = 0.5; -1: 3 - 1 = 2; -9: 19 - 9 = 10 */
    expect(&t, LIST(1, -1, -9), LIST(0.5, 2, 6));

    a = graph_attrs_init();
    a.out = 1, a.act = OP_RELU;
    t = begin(1, 2, 1);
    give(&t, then(&t, OP_CONV, a), ROLE_WEIGHT, LIST(3));
    expect(&t, LIST(1, -1), LIST(3, 0));
}

typedef struct seen {
    int count;
    double first[4];
} seen;

static void note_first(void *data, int index, double *value) {
    seen *s = data;
    assert_int_equal(index, s->count);
    s->first[s->count++] = value[0];
}

/* Two inputs; outputs straight from an input, from a tensor that is read on, and one tensor under two names.
 * The watch sees every node in order, a node that nothing reads too. */
static void outputs_and_watch_see_what_they_should(void **state) {
    (void)state;
    net t = begin(1, 1, 2);
    int y = graph_add_input(t.g, t.d, "y", TYPE_U8, (shape){1, 1, 2}, nowhere);
    int sum = (join(&t, OP_ADD, graph_attrs_init(), (int[]){0, y}, 2), t.last);
    then(&t, OP_RELU, graph_attrs_init());
    assert_true(graph_add_output(t.g, t.d, "sum", sum, nowhere));
    assert_true(graph_add_output(t.g, t.d, "given", y, nowhere));
    assert_true(graph_add_output(t.g, t.d, "again", sum, nowhere));
    seen s = {0};
    const double *inputs[] = {(const double[]){-5, 1}, (const double[]){2, 255}};
    double **out = interp_run(t.g, t.a, inputs, note_first, &s);
    expect_near(out[0], (const double[]){-3, 256}, 2);
    expect_near(out[1], inputs[1], 2);
    expect_near(out[2], out[0], 2);
    assert_int_equal(s.count, 4);
    expect_near(s.first, (const double[]){-5, 2, -3, 0}, 4);
    arena_free(t.a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conv_sums_what_it_sees),
        cmocka_unit_test(conv_does_not_turn_its_kernel),
        cmocka_unit_test(same_and_symmetric_padding_differ),
        cmocka_unit_test(conv_keeps_groups_apart_and_dilates),
        cmocka_unit_test(conv_transpose_spreads_what_it_sees),
        cmocka_unit_test(blocks_of_pixels_become_channels_and_back),
        cmocka_unit_test(padding_can_hold_a_value_for_each_channel),
        cmocka_unit_test(depthwise_multiplies_channels),
        cmocka_unit_test(dense_takes_a_map_in_hwc_order),
        cmocka_unit_test(bn_and_affine_scale_and_shift),
        cmocka_unit_test(padding_never_wins_a_maximum),
        cmocka_unit_test(mean_divides_by_real_pixels_or_by_all),
        cmocka_unit_test(activations_are_what_they_are_called),
        cmocka_unit_test(softmax_is_over_the_channels_of_a_pixel),
        cmocka_unit_test(normalize_divides_then_shifts_then_scales),
        cmocka_unit_test(views_move_elements_and_change_none),
        cmocka_unit_test(pads_repeat_or_reflect_what_is_there),
        cmocka_unit_test(slices_go_along_any_axis_and_back),
        cmocka_unit_test(resize_takes_what_its_places_say),
        cmocka_unit_test(upsample_repeats_or_goes_between),
        cmocka_unit_test(joins_broadcast_a_pixel),
        cmocka_unit_test(concat_keeps_the_order_of_its_inputs),
        cmocka_unit_test(fused_parts_come_in_order),
        cmocka_unit_test(outputs_and_watch_see_what_they_should),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
