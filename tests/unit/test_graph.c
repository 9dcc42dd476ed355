/* test_graph.c: shape rules, limits, the verifier, and printing: a .net that is printed parses back to the same
 * graph. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "graph/compare.h"
#include "graph/print.h"
#include "graph/verify.h"
#include "lang/lang.h"

#include <math.h>
#include <string.h>

static const loc nowhere = {0};

typedef struct net {
    arena *a;
    diag *d;
    graph *g;
} net;

static net begin(int h, int w, int c) {
    net t = {.a = arena_new()};
    t.d = diag_new(t.a);
    t.g = graph_new(t.a, "test");
    assert_int_equal(graph_add_input(t.g, t.d, "x", TYPE_F32, (shape){h, w, c}, nowhere), 0);
    return t;
}

static int add(net *t, op_kind op, const attrs *a, int in) {
    return graph_add(t->g, t->d, op, &in, 1, a, NULL, nowhere);
}

static int add_two(net *t, op_kind op, int x, int y) {
    attrs a = graph_attrs_init();
    return graph_add(t->g, t->d, op, (int[]){x, y}, 2, &a, NULL, nowhere);
}

static void end(net *t) { arena_free(t->a); }

static attrs window(int kernel, int stride, int dilation, pad_kind padding) {
    attrs a = graph_attrs_init();
    a.kernel[0] = a.kernel[1] = kernel, a.stride[0] = a.stride[1] = stride,
    a.dilation[0] = a.dilation[1] = dilation;
    a.padding = padding;
    return a;
}

/* A depthwise convolution over `size` pixels: the output's size and the padding on both sides. */
static void expect_window(attrs a, int size, int out, int before, int behind) {
    net t = begin(size, size, 1);
    int i = add(&t, OP_DEPTHWISE, &a, 0);
    assert_true(i > 0);
    const node *n = &t.g->nodes[i];
    assert_int_equal(n->shape.h, out);
    assert_int_equal(n->shape.w, out);
    assert_int_equal(n->a.pad[TOP], before);
    assert_int_equal(n->a.pad[BOTTOM], behind);
    assert_int_equal(n->a.pad[LEFT], before);
    assert_int_equal(n->a.pad[RIGHT], behind);
    end(&t);
}

static void paddings_resolve_as_their_frameworks_do(void **state) {
    (void)state;
    /* TensorFlow: 224 / 2 with kernel 3 pads one pixel, at the end; 225 pads both; a stride beyond the kernel
     * none. */
    expect_window(window(3, 2, 1, PAD_SAME), 224, 112, 0, 1);
    expect_window(window(3, 2, 1, PAD_SAME), 225, 113, 1, 1);
    expect_window(window(5, 2, 1, PAD_SAME), 15, 8, 2, 2);
    expect_window(window(5, 2, 1, PAD_SAME), 14, 7, 1, 2);
    expect_window(window(2, 1, 1, PAD_SAME), 7, 7, 0, 1);
    expect_window(window(3, 1, 2, PAD_SAME), 7, 7, 2, 2);
    expect_window(window(1, 3, 1, PAD_SAME), 7, 3, 0, 0);
    expect_window(window(1, 2, 1, PAD_SAME), 4, 2, 0, 0);
    expect_window(window(3, 2, 1, PAD_SYMMETRIC), 224, 112, 1, 1);
    expect_window(window(3, 2, 1, PAD_SYMMETRIC), 225, 113, 1, 1);
    expect_window(window(5, 3, 2, PAD_SYMMETRIC), 11, 4, 4, 4);
    expect_window(window(3, 2, 1, PAD_VALID), 9, 4, 0, 0);
    expect_window(window(3, 2, 1, PAD_VALID), 10, 4, 0, 0);
    expect_window(window(9, 1, 1, PAD_VALID), 9, 1, 0, 0);
}

static void explicit_padding_is_taken_side_by_side(void **state) {
    (void)state;
    attrs a = window(3, 2, 1, PAD_EXPLICIT);
    a.kernel[1] = 2, a.out = 4, a.groups = 2, a.has_bias = true;
    a.pad[TOP] = 0, a.pad[BOTTOM] = 1, a.pad[LEFT] = 2, a.pad[RIGHT] = 3;
    net t = begin(6, 5, 6);
    const node *n = &t.g->nodes[add(&t, OP_CONV, &a, 0)];
    assert_int_equal(n->shape.h, 3); /* (6 + 1 - 3) / 2 + 1 */
    assert_int_equal(n->shape.w, 5); /* (5 + 5 - 2) / 2 + 1 */
    assert_int_equal(n->shape.c, 4);
    const tensor *w = n->weights[ROLE_WEIGHT];
    assert_int_equal(w->rank, 4);
    assert_memory_equal(w->dims, ((int[]){4, 3, 2, 3}), sizeof w->dims);
    assert_int_equal(node_params(n), 4 * 3 * 2 * 3 + 4);
    assert_int_equal(node_macs(t.g, n), 3 * 5 * 4 * 3 * 2 * 3);
    end(&t);
}

static void expect_shape(const net *t, int index, int h, int w, int c) {
    assert_true(index > 0);
    shape s = t->g->nodes[index].shape;
    assert_int_equal(s.h, h);
    assert_int_equal(s.w, w);
    assert_int_equal(s.c, c);
}

static void other_ops_shape_what_they_get(void **state) {
    (void)state;
    net t = begin(3, 5, 6);
    attrs a = graph_attrs_init();
    a.factor = 2, a.begin = 2, a.count = 3, a.out = 7, a.groups = 3, a.multiplier = 2;
    a.pad[TOP] = 1, a.pad[BOTTOM] = 2, a.pad[RIGHT] = 4;
    a.resize.size[0] = 2, a.resize.size[1] = 9;
    expect_shape(&t, add(&t, OP_RESIZE, &a, 0), 2, 9, 6);
    expect_shape(&t, add(&t, OP_UPSAMPLE, &a, 0), 6, 10, 6);
    expect_shape(&t, add(&t, OP_PAD, &a, 0), 6, 9, 6);
    expect_shape(&t, add(&t, OP_FLATTEN, &a, 0), 1, 1, 90);
    expect_shape(&t, add(&t, OP_DENSE, &a, 0), 1, 1, 7);
    expect_shape(&t, add(&t, OP_SHUFFLE, &a, 0), 3, 5, 6);
    int slice = add(&t, OP_SLICE, &a, 0), mean = add(&t, OP_GLOBAL_AVG_POOL, &a, 0);
    expect_shape(&t, slice, 3, 5, 3);
    expect_shape(&t, mean, 1, 1, 6);
    expect_shape(&t, add_two(&t, OP_MUL, mean, 0), 3, 5, 6);
    expect_shape(&t, add_two(&t, OP_ADD, 0, mean), 3, 5, 6);
    expect_shape(&t, add_two(&t, OP_CONCAT, slice, 0), 3, 5, 9);
    assert_int_equal(diag_error_count(t.d), 0);
    end(&t);
}

/* The layer is refused, with a message that holds `why`. */
static void expect_refusal(net *t, int index, const char *why) {
    assert_int_equal(index, -1);
    assert_int_equal(diag_error_count(t->d), 1);
    text said = {0};
    diag_print(t->d, &said);
    if (!strstr(said.data, why)) fail_msg("\"%s\" is not in: %s", why, said.data);
    text_free(&said);
    end(t);
}

static void expect_layer_refused(op_kind op, attrs a, const char *why) {
    net t = begin(7, 7, 6);
    expect_refusal(&t, add(&t, op, &a, 0), why);
}

static void what_does_not_fit_is_refused(void **state) {
    (void)state;
    attrs a = window(9, 1, 1, PAD_VALID);
    a.out = 4;
    expect_layer_refused(OP_CONV, a, "a window of 9 does not fit");
    a = window(4, 1, 1, PAD_SYMMETRIC);
    expect_layer_refused(OP_DEPTHWISE, a, "symmetric padding needs an odd");
    a = window(3, 0, 1, PAD_SAME);
    expect_layer_refused(OP_MAX_POOL, a, "stride is 0");
    a = window(3, 1, 1, PAD_EXPLICIT);
    a.pad[LEFT] = 3;
    expect_layer_refused(OP_AVG_POOL, a, "smaller than the window");
    a = graph_attrs_init();
    a.out = 4, a.groups = 4;
    expect_layer_refused(OP_CONV, a, "do not divide evenly into 4 groups");
    expect_layer_refused(OP_SHUFFLE, a, "do not divide evenly into 4 groups");
    a.out = 0;
    expect_layer_refused(OP_DENSE, a, "output channels is 0");
    a.begin = 5, a.count = 2;
    expect_layer_refused(OP_SLICE, a, "count is 2");
    a.axis = AXIS_H, a.begin = 7;
    expect_layer_refused(OP_SLICE, a, "begin is 7");
    a.axis = AXIS_W, a.begin = 6, a.count = 5, a.step = -2;
    expect_layer_refused(OP_SLICE, a, "count is 5, must be from 1 to 4");
    a.step = 0;
    expect_layer_refused(OP_SLICE, a, "step is 0");
    a.eps = -1;
    expect_layer_refused(OP_BN, a, "eps is -1");
    a.n_mean = 2, a.n_std = 1, a.mean = a.std = (const double[]){1, 1};
    expect_layer_refused(OP_NORMALIZE, a, "2 means and 1 stds for 6 channels");
    a.n_mean = 1, a.divide = 0;
    expect_layer_refused(OP_NORMALIZE, a, "not zero");
}

static void maps_that_cannot_be_padded_or_resized_are_refused(void **state) {
    (void)state;
    attrs a = graph_attrs_init();
    a.around = PADS_REFLECT, a.pad[LEFT] = 7;
    expect_layer_refused(OP_PAD, a, "reflect of 7 along w, which has 7: at most 6");
    a.pad[LEFT] = 0, a.pad_channels[1] = 6;
    expect_layer_refused(OP_PAD, a, "along c");
    a.around = PADS_CONSTANT, a.fill = INFINITY;
    expect_layer_refused(OP_PAD, a, "a number that a float can hold");
    a.resize.size[0] = 4;
    expect_layer_refused(OP_RESIZE, a, "the output's width is 0");
    a.resize.size[1] = 4, a.resize.scale[1] = -1;
    expect_layer_refused(OP_RESIZE, a, "out of range");
    a.resize.scale[1] = 0, a.resize.coefficient = NAN;
    expect_layer_refused(OP_RESIZE, a, "out of range");
}

static void transposed_convolutions_and_blocks_that_do_not_fit_are_refused(void **state) {
    (void)state;
    attrs a = graph_attrs_init();
    a.out = 4, a.kernel[0] = a.kernel[1] = 4;
    a.padding = PAD_SYMMETRIC;
    expect_layer_refused(OP_CONV_TRANSPOSE, a, "symmetric padding needs an odd");
    a.padding = PAD_SAME, a.output_pad[1] = 1;
    expect_layer_refused(OP_CONV_TRANSPOSE, a, "there is no output_padding");
    a.output_pad[1] = -1;
    expect_layer_refused(OP_CONV_TRANSPOSE, a, "output_padding is -1");
    a.output_pad[1] = 0, a.padding = PAD_EXPLICIT, a.pad[TOP] = a.pad[BOTTOM] = 5;
    expect_layer_refused(OP_CONV_TRANSPOSE, a, "leaves nothing of the output");
    a.pad[TOP] = a.pad[BOTTOM] = 0, a.groups = 4;
    expect_layer_refused(OP_CONV_TRANSPOSE, a, "conv_transpose: 6 input and 4 output channels do not divide");
    a.groups = 1, a.out = 2000, a.stride[0] = 8, a.stride[1] = 5;
    expect_layer_refused(OP_CONV_TRANSPOSE, a, "output channels times the strides is 80000");
    net t = begin(1, 1, 5000);
    a.out = 16, a.stride[0] = a.stride[1] = 32, a.padding = PAD_VALID;
    expect_refusal(&t, add(&t, OP_CONV_TRANSPOSE, &a, 0), "the number of weights is 81920000");
    a.factor = 2;
    expect_layer_refused(OP_DEPTH_TO_SPACE, a, "6 channels do not divide evenly into blocks of 2 x 2");
    expect_layer_refused(OP_SPACE_TO_DEPTH, a, "7 x 7 pixels do not divide evenly");
}

static void joins_of_shapes_that_differ_are_refused(void **state) {
    (void)state;
    attrs a = window(3, 2, 1, PAD_SAME);
    net t = begin(7, 7, 6);
    expect_refusal(&t, add_two(&t, OP_ADD, 0, add(&t, OP_MAX_POOL, &a, 0)),
                   "[7, 7, 6] and [4, 4, 6] do not fit");
    t = begin(7, 7, 6);
    expect_refusal(&t, add_two(&t, OP_CONCAT, 0, add(&t, OP_MAX_POOL, &a, 0)), "differ in height or width");
    t = begin(7, 7, 6);
    a = graph_attrs_init();
    expect_refusal(&t, graph_add(t.g, t.d, OP_ADD, (int[]){0}, 1, &a, NULL, nowhere),
                   "takes 2 tensors, 1 given");
}

static void sizes_beyond_the_limits_are_refused(void **state) {
    (void)state;
    attrs a = graph_attrs_init();
    a.out = MAX_CHANNELS + 1;
    expect_layer_refused(OP_CONV, a, "output channels is 65537");
    a.out = MAX_CHANNELS;
    net t = begin(1, 1, 4000);
    expect_refusal(&t, add(&t, OP_CONV, &a, 0), "the number of weights is 262144000");
    t = begin(MAX_SIDE, 2, 4);
    a.factor = 2;
    expect_refusal(&t, add(&t, OP_UPSAMPLE, &a, 0), "the output's height is 2097152");
    t = begin(16384, 4096, 4);
    a.out = 5;
    expect_refusal(&t, add(&t, OP_CONV, &a, 0), "is too large");
    t = begin(1, 1, 6);
    expect_refusal(&t, graph_add_input(t.g, t.d, "y", TYPE_F32, (shape){1, 0, 1}, nowhere),
                   "the shape would be [1, 0, 1]");
    t = begin(1, 1, 6);
    expect_refusal(&t, graph_add_input(t.g, t.d, "x", TYPE_F32, (shape){1, 1, 1}, nowhere),
                   "already named \"x\"");
    t = begin(1, 1, 6);
    assert_true(graph_add_output(t.g, t.d, "y", 0, nowhere));
    expect_refusal(&t, graph_add_output(t.g, t.d, "y", 0, nowhere) ? 0 : -1, "already named \"y\"");
}

/* A good graph for the verifier: conv 3 x 3, relu, output. */
static net good_graph(void) {
    net t = begin(7, 7, 3);
    attrs a = window(3, 2, 1, PAD_SAME);
    a.out = 4, a.has_bias = true;
    int conv = add(&t, OP_CONV, &a, 0);
    a = graph_attrs_init();
    assert_true(graph_add_output(t.g, t.d, "y", add(&t, OP_RELU, &a, conv), nowhere));
    assert_null(graph_verify(t.g, t.a));
    return t;
}

static void expect_broken(net *t, const char *why) {
    const char *said = graph_verify(t->g, t->a);
    if (!said || !strstr(said, why)) fail_msg("\"%s\" is not in: %s", why, said ? said : "(nothing)");
    end(t);
}

static void verifier_finds_what_is_broken(void **state) {
    (void)state;
    net t = good_graph();
    t.g->nodes[2].in = (const int[]){2};
    expect_broken(&t, "node 2 (relu) reads node 2, which is not before it");
    t = good_graph();
    t.g->nodes[1].n_in = 0;
    expect_broken(&t, "node 1 (conv) has 0 inputs");
    t = good_graph();
    t.g->nodes[1].shape.w = 5;
    expect_broken(&t, "node 1 (conv) has a shape or padding");
    t = good_graph();
    t.g->nodes[1].a.pad[TOP] = 3;
    t.g->nodes[1].a.padding = PAD_EXPLICIT;
    expect_broken(&t, "node 1 (conv) has a shape or padding");
    t = good_graph();
    t.g->nodes[1].weights[ROLE_WEIGHT]->dims[3] = 2;
    expect_broken(&t, "wrong shape (role 0)");
    t = good_graph();
    t.g->nodes[1].weights[ROLE_BIAS] = NULL;
    expect_broken(&t, "wrong shape (role 1)");
    t = good_graph();
    t.g->nodes[1].a.act = OP_CONV;
    expect_broken(&t, "fused something that is no activation");
    t = good_graph();
    t.g->nodes[2].type = TYPE_U8;
    expect_broken(&t, "node 2 (relu) is not f32");
    t = good_graph();
    t.g->outputs[0].node = 3;
    expect_broken(&t, "an output's node does not exist");
    t = good_graph();
    t.g->inputs[0].node = 1;
    expect_broken(&t, "an input's node is no input");
    t = good_graph();
    t.g->nodes[2].in = (const int[]){1, 0};
    t.g->nodes[2].n_in = 2;
    t.g->nodes[2].a.has_residual = true;
    t.g->nodes[2].op = OP_AFFINE;
    expect_broken(&t, "residual has another shape");
}

static void use_counts_count_nodes_and_outputs(void **state) {
    (void)state;
    net t = good_graph();
    assert_true(graph_add_output(t.g, t.d, "z", 1, nowhere));
    add_two(&t, OP_ADD, 1, 1);
    assert_memory_equal(graph_use_counts(t.g, t.a), ((int[]){1, 4, 1, 0}), 4 * sizeof(int));
    end(&t);
}

static void differences_are_told(void **state) {
    (void)state;
    net x = good_graph(), y = good_graph();
    assert_null(graph_difference(x.g, y.g, x.a));
    y.g->nodes[1].a.groups = 2;
    assert_string_equal(graph_difference(x.g, y.g, x.a), "node 1 (conv): groups");
    y.g->nodes[1].a.groups = 1;
    y.g->nodes[2].label = "act";
    assert_string_equal(graph_difference(x.g, y.g, x.a), "node 2 (relu): label");
    y.g->nodes[2].label = NULL;
    y.g->outputs[0].node = 1;
    assert_string_equal(graph_difference(x.g, y.g, x.a), "the outputs");
    end(&x);
    end(&y);
}

/* --- printing --- */

static graph *parse(arena *a, const char *net_text) {
    diag *d = diag_new(a);
    lang_options o = {0};
    graph *g = lang_compile_text(a, d, "test.net", net_text, strlen(net_text), &o);
    text said = {0};
    diag_print(d, &said);
    if (!g) fail_msg("%s\n%s", said.data, net_text);
    text_free(&said);
    return g;
}

static void expect_round_trip(const graph *g, arena *a) {
    text printed = {0};
    print_net(g, &printed);
    const char *different = graph_difference(g, parse(a, printed.data), a);
    if (different) fail_msg("%s differs after printing:\n%s", different, printed.data);
    text_free(&printed);
}

static void expect_text_round_trip(const char *net_text) {
    arena *a = arena_new();
    expect_round_trip(parse(a, net_text), a);
    arena_free(a);
}

static void every_layer_survives_printing(void **state) {
    (void)state;
    expect_text_round_trip(
        "default padding = same, eps = 1e-3, bias = true, naming = keras\n"
        "net all_layers {\n"
        "    input image: uint8[17, 19, 3] -> normalize(mean = [0.1, 0.2, 0.3], std = 0.7, divide = 255)\n"
        "    conv(8, [3, 5], stride = [2, 1], dilation = [1, 2], padding = symmetric) @\"stem\"\n"
        "    bn(eps = 0.1) @\"stem_bn\" -> relu\n"
        "    depthwise(3, multiplier = 2, bias = false) -> bn -> relu6 as a\n"
        "    conv(16, 1, groups = 4, padding = valid) -> hswish -> add(a) @\"sum\"\n"
        "    max_pool(2, padding = [1, 0, 0, 1]) -> avg_pool(3, stride = 2, count_pad = true)\n"
        "    avg_pool([2, 1], padding = 0) -> leaky_relu(0.1) -> leaky_relu(-0.25) -> tanh\n"
        "    shuffle(4) -> slice(1, 7) -> pad([0, 1, 2, 0]) -> upsample(2, bilinear)\n"
        "    slice(1, 2, axis = h) -> slice(3, 2, w, step = -2) -> slice(6, 7, step = -1)\n"
        "    conv(6, 1) -> conv_transpose(6, [2, 4], stride = 2, groups = 3, dilation = [1, 2], padding = 1, "
        "output_padding "
        "= [0, 1])\n"
        "    conv_transpose(4, 3, stride = 2, padding = same, bias = false) @\"up\" -> bn -> depth_to_space(2, "
        "crd)\n"
        "    conv_transpose(7, 3, padding = symmetric) -> space_to_depth(2) -> depth_to_space(2)\n"
        "    pad(1, reflect, channels = 2) -> pad([0, 0, 1, 0], mode = edge) -> pad(0, value = 0.5, channels = "
        "[1, 0])\n"
        "    resize([9, 7], nearest, asymmetric, floor) -> resize(8, linear, coordinates = "
        "pytorch_half_pixel)\n"
        "    resize([5, 6], cubic, align_corners, coefficient = -0.5, exclude_outside = true, scale = [0.625, "
        "0])\n"
        "    upsample(2, nearest) -> swish -> sigmoid -> hsigmoid -> identity -> dropout\n"
        "    global_avg_pool -> flatten -> dense(5) -> dense(3, bias = false) @\"fc\" -> softmax\n"
        "    output probs\n"
        "}\n");
}

/* Broadcasts with the small tensor on either side, branches, one branch alone, names that the printer would
 * make up itself, outputs out of order, of an input, of one tensor twice, and read on. */
static void every_form_survives_printing(void **state) {
    (void)state;
    expect_text_round_trip("block unit(out) {\n"
                           "    residual { conv(out, 3) @\"a\" -> bn @\"a_bn\" }\n"
                           "    relu\n"
                           "}\n"
                           "net forms {\n"
                           "    input t3: f32[8, 8, 6]\n"
                           "    output raw\n"
                           "    stage unit @\"s{n}\" {\n"
                           "        repeat | out\n"
                           "          2    |  6\n"
                           "    }\n"
                           "    scale { global_avg_pool -> conv(6, 1) -> sigmoid }\n"
                           "    split @\"halves\" {\n"
                           "        branch { identity }\n"
                           "        branch { relu }\n"
                           "    }\n"
                           "    concat @\"lone.\" { branch { max_pool(3) } }\n"
                           "    concat { branch { relu6 } }\n"
                           "    split { branch { tanh } }\n"
                           "    identity as wide\n"
                           "    global_avg_pool -> mul(wide) as first\n"
                           "    from t3 -> concat(first, wide, first) @\"joined\"\n"
                           "    input vector: int8[1, 1, 24] -> add(vector)\n"
                           "    output small\n"
                           "    output again\n"
                           "    relu\n"
                           "    output read_on\n"
                           "    from first\n"
                           "    output back\n"
                           "    from t3\n"
                           "    output end\n"
                           "}\n");
}

static void numbers_survive_printing(void **state) {
    (void)state;
    expect_text_round_trip(
        "default eps = 0.1 + 0.2\n"
        "net numbers {\n"
        "    input x: f32[2, 2, 3]\n"
        "    normalize(mean = [1 / 3, -2 ** 0.5, 1e20], std = [1e-300, -1e300, 0.1], divide = 1 / 255)\n"
        "    bn -> bn(eps = 0) -> leaky_relu(-1 / 7) -> leaky_relu(-0.0) -> leaky_relu(2 ** 53 + 1)\n"
        "    output y\n"
        "}\n");
}

static void a_flat_net_reads_well(void **state) {
    (void)state;
    arena *a = arena_new();
    graph *g = parse(
        a, "default padding = symmetric\n"
           "net small {\n"
           "    input image: uint8[32, 32, 3] -> normalize(mean = [0.5, 0.25, 0.1], std = 0.2, divide = 255)\n"
           "    residual { conv(3, 3, padding = same) @\"block.conv\" -> bn @\"block.bn\" }\n"
           "    output y\n"
           "}\n");
    text printed = {0};
    print_net(g, &printed);
    assert_string_equal(printed.data, "# small: one layer a line\n"
                                      "default padding = same, eps = 1e-05, bias = false, naming = torch\n"
                                      "\n"
                                      "net small {\n"
                                      "    input image: uint8[32, 32, 3]\n"
                                      "    normalize(mean = [0.5, 0.25, 0.1], std = 0.2, divide = 255) as t1\n"
                                      "    conv(3, 3)                              @\"block.conv\"\n"
                                      "    bn                                      @\"block.bn\" as t3\n"
                                      "\n"
                                      "    from t1\n"
                                      "    add(t3)\n"
                                      "    output y\n"
                                      "}\n");
    text_free(&printed);
    arena_free(a);
}

/* The shipped networks, as the language reads them: those that need it with a variant. */
static void the_zoo_survives_printing(void **state) {
    (void)state;
    static const char *const nets[][2] = {
        {"mobilenet_v1.net", NULL},       {"mobilenet_v2.net", NULL},      {"mobilenet_v3_large.net", NULL},
        {"mobilenet_v3_small.net", NULL}, {"shufflenet_v1.net", "g8"},     {"shufflenet_v2.net", "x0_5"},
        {"efficientnet.net", "b1"},       {"efficientnet_lite.net", NULL}, {"mnasnet_a1.net", NULL},
    };
    for (size_t i = 0; i < sizeof nets / sizeof *nets; i++) {
        arena *a = arena_new();
        diag *d = diag_new(a);
        lang_options o = {.variant = nets[i][1]};
        const char *path = arena_printf(a, "%s/../../dsl/%s", TEST_FOLDER, nets[i][0]);
        graph *g = lang_compile(a, d, path, &o, NULL, NULL);
        if (!g) fail_msg("%s does not compile", path);
        expect_round_trip(g, a);
        arena_free(a);
    }
}

/* What passes have set is shown, where the language has no word for it. */
static void fused_parts_are_shown(void **state) {
    (void)state;
    net t = begin(4, 4, 3);
    attrs a = graph_attrs_init();
    a.act = OP_LEAKY_RELU, a.act_args.first = 0.25, a.act2 = OP_RELU6, a.has_residual = true;
    graph_add(t.g, t.d, OP_AFFINE, (int[]){0, 0}, 2, &a, "scale", nowhere);
    text printed = {0};
    print_net(t.g, &printed);
    const char *const lines[] = {"    affine ", "# made by a pass: x * weight + bias\n",
                                 "\n    leaky_relu(0.25) ", "\n    add(x) ", "\n    relu6 "};
    for (size_t i = 0, from = 0; i < sizeof lines / sizeof *lines; i++) {
        const char *found = strstr(printed.data + from, lines[i]);
        if (!found) fail_msg("\"%s\" is not, or not in its place, in:\n%s", lines[i], printed.data);
        from = (size_t)(found - printed.data);
    }
    text_free(&printed);
    end(&t);
}

static void json_tells_what_the_network_is(void **state) {
    (void)state;
    net t = good_graph();
    json_t *all = graph_json(t.g);
    assert_non_null(all);
    assert_string_equal(json_string_value(json_object_get(all, "name")), "test");
    assert_true(json_is_null(json_object_get(all, "variant")));
    assert_int_equal(json_integer_value(json_object_get(all, "params")), 4 * 3 * 3 * 3 + 4);
    assert_int_equal(json_integer_value(json_object_get(all, "macs")), 4 * 4 * 4 * 27);
    json_t *output = json_array_get(json_object_get(all, "outputs"), 0);
    assert_string_equal(json_string_value(json_object_get(output, "name")), "y");
    assert_string_equal(json_string_value(json_object_get(output, "type")), "f32");
    assert_int_equal(json_integer_value(json_array_get(json_object_get(output, "shape"), 2)), 4);
    json_t *layers = json_object_get(all, "layers");
    assert_int_equal(json_array_size(layers), 3);
    json_t *conv = json_array_get(layers, 1);
    assert_string_equal(json_string_value(json_object_get(conv, "op")), "conv");
    assert_int_equal(json_integer_value(json_array_get(json_object_get(conv, "inputs"), 0)), 0);
    json_decref(all);
    end(&t);
}

/* Whatever a label holds stays inside its quotes. */
static void dot_quotes_labels(void **state) {
    (void)state;
    net t = begin(1, 1, 1);
    attrs a = graph_attrs_init();
    int x = 0;
    assert_int_equal(graph_add(t.g, t.d, OP_RELU, &x, 1, &a, "a\\\"];b", nowhere), 1);
    assert_true(graph_add_output(t.g, t.d, "y", 1, nowhere));
    text printed = {0};
    print_dot(t.g, &printed);
    assert_non_null(strstr(printed.data, "n1 [label=\"relu\\na\\\\\\\"];b\\n1 x 1 x 1\""));
    assert_non_null(strstr(printed.data, "n0 -> n1;"));
    assert_non_null(strstr(printed.data, "n1 -> out0;"));
    text_free(&printed);
    end(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paddings_resolve_as_their_frameworks_do),
        cmocka_unit_test(explicit_padding_is_taken_side_by_side),
        cmocka_unit_test(other_ops_shape_what_they_get),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(maps_that_cannot_be_padded_or_resized_are_refused),
        cmocka_unit_test(transposed_convolutions_and_blocks_that_do_not_fit_are_refused),
        cmocka_unit_test(joins_of_shapes_that_differ_are_refused),
        cmocka_unit_test(sizes_beyond_the_limits_are_refused),
        cmocka_unit_test(verifier_finds_what_is_broken),
        cmocka_unit_test(use_counts_count_nodes_and_outputs),
        cmocka_unit_test(differences_are_told),
        cmocka_unit_test(every_layer_survives_printing),
        cmocka_unit_test(every_form_survives_printing),
        cmocka_unit_test(numbers_survive_printing),
        cmocka_unit_test(a_flat_net_reads_well),
        cmocka_unit_test(the_zoo_survives_printing),
        cmocka_unit_test(fused_parts_are_shown),
        cmocka_unit_test(json_tells_what_the_network_is),
        cmocka_unit_test(dot_quotes_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
