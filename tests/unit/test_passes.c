/* test_passes.c: what each pass makes of networks of a few layers, what it refuses, and that the answer stays.
 */
#include "passes_check.h"

static void dead_layers_go_and_inputs_stay(void **state) {
    (void)state;
    net t = begin();
    int unused = input(&t, TYPE_U8, 2, 2, 1);
    int x = input(&t, TYPE_F32, 4, 4, 3);
    conv(&t, unused, 2, 1, 0);
    int y = conv(&t, x, 2, 1, 0);
    plain(&t, OP_BN, y); /* a dead reader, which must not keep the relu off */
    output(&t, plain(&t, OP_RELU, y));
    const graph *g = expect_passes(&t, "input:uint8 input conv+relu");
    assert_string_equal(g->inputs[0].name, "in0");
    assert_string_equal(g->inputs[1].name, "in1");
    end(&t);
}

static void no_ops_go(void **state) {
    (void)state;
    net t = begin();
    attrs twice = graph_attrs_init();
    int x = conv(&t, input(&t, TYPE_F32, 4, 4, 6), 6, 1, 0);
    x = plain(&t, OP_IDENTITY, plain(&t, OP_DROPOUT, x));
    x = slice(&t, shuffle(&t, shuffle(&t, x, 1), 6), 0, 6);
    x = pad(&t, x, 0, 0, 0, 0);
    x = plain(&t, OP_UPSAMPLE, x); /* by 1 */
    x = on(&t, OP_CONCAT, twice, x);
    x = on(&t, OP_MAX_POOL, window(0, 1, 0), on(&t, OP_AVG_POOL, window(0, 1, 0), x));
    x = plain(&t, OP_RELU, plain(&t, OP_RELU, plain(&t, OP_RELU6, x)));
    x = plain(&t, OP_GLOBAL_AVG_POOL, plain(&t, OP_GLOBAL_AVG_POOL, x));
    x = plain(&t, OP_FLATTEN, x);
    output(&t, x);
    expect_passes(&t, "input conv+relu6 global_avg_pool");
    end(&t);
}

static void slices_and_resizes_that_change_nothing_go(void **state) {
    (void)state;
    net t = begin();
    attrs a = graph_attrs_init();
    int x = input(&t, TYPE_F32, 4, 6, 3);
    a.axis = AXIS_W, a.count = 6;
    int all = on(&t, OP_SLICE, a, x);
    a.begin = 5, a.step = -1;
    output(&t, on(&t, OP_SLICE, a, all)); /* the same shape, but reversed */
    a.resize.size[0] = 4, a.resize.size[1] = 6;
    int same = on(&t, OP_RESIZE, a, x);
    a.resize.places = PLACES_TF_NEAREST, a.resize.mode = RESIZE_LINEAR;
    output(&t, on(&t, OP_RESIZE, a, same)); /* moves by half a pixel */
    expect_passes(&t, "input slice resize");
    end(&t);
}

static void what_does_something_stays(void **state) {
    (void)state;
    net t = begin();
    int x = input(&t, TYPE_F32, 4, 4, 6);
    int y = shuffle(&t, x, 2);
    y = slice(&t, y, 1, 4);
    y = pad(&t, y, 0, 1, 0, 0);
    y = plain(&t, OP_SOFTMAX, y);
    output(&t, plain(&t, OP_RELU6, plain(&t, OP_TANH, y)));
    output(&t, plain(&t, OP_RELU6, plain(&t, OP_RELU, x)));
    output(&t, plain(&t, OP_RELU, plain(&t, OP_TANH, x)));
    expect_passes(&t, "input shuffle slice pad softmax tanh relu relu6 tanh relu");
    end(&t);
}

/* A conv or depthwise on 4x5 pixels whose kernel, dilation and pads along the height are these, and along the
 * width 3, 1, and 1 on each side; what is left of the kernel along the height, and of the pads. */
static void expect_trim(op_kind op, int kernel, int dilation, int stride, int top, int bottom,
                        const int wanted[3]) {
    net t = begin();
    attrs a = window(op == OP_CONV ? 3 : 0, 3, 1);
    a.kernel[0] = kernel, a.dilation[0] = dilation, a.stride[0] = stride;
    a.pad[TOP] = top, a.pad[BOTTOM] = bottom, a.padding = PAD_EXPLICIT;
    output(&t, on(&t, op, a, input(&t, TYPE_F32, 4, 5, 2)));
    const graph *g = expect_passes(&t, op == OP_CONV ? "input conv" : "input depthwise");
    const attrs *b = &g->nodes[1].a;
    const int found[3] = {b->kernel[0], b->pad[TOP], b->pad[BOTTOM]};
    assert_memory_equal(found, wanted, sizeof found);
    assert_int_equal(b->kernel[1], 3);
    end(&t);
}

static void rows_of_kernels_that_meet_only_padding_go(void **state) {
    (void)state;
    expect_trim(OP_CONV, 3, 36, 1, 36, 36, (const int[3]){1, 0, 0});
    expect_trim(OP_DEPTHWISE, 3, 4, 1, 4, 4, (const int[3]){1, 0, 0});
    expect_trim(OP_CONV, 3, 3, 1, 3, 3, (const int[3]){3, 3, 3}); /* each tap meets a pixel */
    expect_trim(OP_CONV, 7, 1, 1, 6, 6, (const int[3]){7, 6, 6});
    expect_trim(OP_CONV, 9, 1, 1, 8, 1, (const int[3]){5, 4, 1});
    expect_trim(OP_CONV, 9, 1, 1, 1, 8, (const int[3]){5, 1, 4});
    expect_trim(OP_DEPTHWISE, 5, 3, 2, 6, 6, (const int[3]){2, 0, 3});
    expect_trim(OP_CONV, 4, 5, 1, 6, 12, (const int[3]){2, 6, 2});
    expect_trim(OP_CONV, 2, 5, 1, 4, 1, (const int[3]){2, 4, 1}); /* a pad would become negative */
}

/* expand and depthwise with a pool of the same tensor between them; and with more between them, where that
 * tensor would live longer. */
static void nodes_wait_for_their_readers(void **state) {
    (void)state;
    for (int more = 0; more < 2; more++) {
        net t = begin();
        int x = conv(&t, input(&t, TYPE_F32, 4, 4, 3), 6, 1, 0);
        int wide = conv(&t, x, 8, 1, 0);
        int pooled = on(&t, OP_MAX_POOL, window(0, 3, 1), x);
        output(&t, more ? plain(&t, OP_SOFTMAX, pooled) : pooled);
        output(&t, depthwise(&t, wide, 3, 1));
        expect_passes(&t, more ? "input conv conv max_pool softmax depthwise"
                               : "input conv max_pool conv depthwise");
        end(&t);
    }
}

static void flatten_before_dense_goes(void **state) {
    (void)state;
    net t = begin();
    int x = input(&t, TYPE_F32, 3, 2, 5);
    int flat = plain(&t, OP_DROPOUT, plain(&t, OP_FLATTEN, x));
    output(&t, dense(&t, flat, 4));
    output(&t, plain(&t, OP_SOFTMAX, dense(&t, flat, 4)));
    expect_passes(&t, "input dense dense softmax");
    end(&t);

    t = begin(); /* another reader keeps it */
    x = input(&t, TYPE_F32, 3, 2, 5);
    flat = plain(&t, OP_FLATTEN, x);
    output(&t, dense(&t, flat, 4));
    output(&t, plain(&t, OP_SOFTMAX, flat));
    expect_passes(&t, "input flatten dense softmax");
    end(&t);
}

static void pools_of_everything_become_global(void **state) {
    (void)state;
    net t = begin();
    int x = input(&t, TYPE_F32, 3, 3, 2);
    attrs partly = window(0, 2, 0), padded = window(0, 4, 1), counted = window(0, 4, 1), gaps = window(0, 3, 2);
    padded.pad[BOTTOM] = padded.pad[RIGHT] = counted.pad[BOTTOM] = counted.pad[RIGHT] = 0;
    counted.count_pad = true;
    gaps.dilation[0] = gaps.dilation[1] = 3; /* taps at -2, 1 and 4: the middle pixel alone */
    attrs short_one = window(0, 3, 0);       /* one window, which misses the last row */
    short_one.kernel[0] = short_one.stride[0] = 2;
    output(&t, on(&t, OP_AVG_POOL, window(0, 3, 0), x));
    output(&t, on(&t, OP_AVG_POOL, partly, x));
    output(&t, on(&t, OP_AVG_POOL, padded, x));
    output(&t, on(&t, OP_AVG_POOL, counted, x));
    output(&t, on(&t, OP_AVG_POOL, gaps, x));
    output(&t, on(&t, OP_AVG_POOL, short_one, x));
    expect_passes(&t, "input global_avg_pool avg_pool global_avg_pool avg_pool avg_pool avg_pool");
    end(&t);
}

static attrs with_bias(attrs a) {
    a.has_bias = true;
    return a;
}

static void norms_fold_into_every_kind_of_layer(void **state) {
    (void)state;
    net t = begin();
    int x = input(&t, TYPE_F32, 5, 5, 6);
    attrs grouped = window(4, 3, 1), multiplied = with_bias(window(0, 3, 1));
    grouped.groups = 2;
    multiplied.multiplier = 3;
    x = plain(&t, OP_BN, conv(&t, x, 6, 3, 1));
    x = plain(&t, OP_BN, on(&t, OP_CONV, with_bias(window(6, 1, 0)), x)); /* as Keras has it */
    x = plain(&t, OP_BN, on(&t, OP_CONV, grouped, x));
    x = plain(&t, OP_BN, depthwise(&t, x, 3, 1));
    x = plain(&t, OP_BN, on(&t, OP_DEPTHWISE, multiplied, x));
    x = plain(&t, OP_BN, normalize(&t, plain(&t, OP_BN, dense(&t, x, 7)), 0.5, 2, 3)); /* three at once */
    output(&t, x);
    const graph *g = expect_passes(&t, "input conv conv conv depthwise depthwise dense");
    for (int i = 1; i < g->n_nodes; i++) assert_non_null(g->nodes[i].weights[ROLE_BIAS]);
    assert_string_equal(g->nodes[1].label, "conv_1");
    end(&t);
}

static void norms_stay_where_the_layer_is_read_elsewhere(void **state) {
    (void)state;
    net t = begin();
    int x = conv(&t, input(&t, TYPE_F32, 5, 5, 3), 4, 1, 0);
    output(&t, plain(&t, OP_RELU, plain(&t, OP_BN, x)));
    output(&t, x);
    expect_passes(&t, "input conv affine+relu");
    end(&t);

    t = begin(); /* an activation between them */
    x = plain(&t, OP_RELU, conv(&t, input(&t, TYPE_F32, 5, 5, 3), 4, 1, 0));
    output(&t, plain(&t, OP_BN, plain(&t, OP_BN, x)));
    expect_passes(&t, "input conv+relu affine");
    end(&t);
}

static void normalisation_folds_into_the_stem(void **state) {
    (void)state;
    net t = begin();
    int x = normalize(&t, input(&t, TYPE_U8, 6, 6, 3), 0.4, 0.25, 255);
    output(&t, plain(&t, OP_RELU6, plain(&t, OP_BN, conv(&t, x, 4, 3, 1))));
    const graph *g = expect_passes(&t, "input:uint8 conv[pad]+relu6");
    for (int c = 0; c < 3; c++) assert_true(fabs(g->nodes[1].a.pad_value[c] - 0.4 * 255) < 1e-9);
    end(&t);

    t = begin(); /* into all of its readers; without padding there is no value for it */
    x = normalize(&t, input(&t, TYPE_I8, 6, 6, 4), -3, 30, 1);
    attrs grouped = window(6, 3, 1);
    grouped.groups = 2;
    output(&t, conv(&t, x, 4, 3, 0));
    output(&t, on(&t, OP_CONV, grouped, x));
    output(&t, dense(&t, x, 5));
    expect_passes(&t, "input:int8 conv conv[pad] convert dense");
    end(&t);

    t = begin(); /* a chain, behind another layer */
    x = plain(&t, OP_BN, plain(&t, OP_BN, plain(&t, OP_RELU, conv(&t, input(&t, TYPE_F32, 6, 6, 3), 4, 1, 0))));
    output(&t, conv(&t, x, 4, 3, 1));
    output(&t, on(&t, OP_CONV, grouped, x)); /* each channel of a group has its own scale and shift */
    expect_passes(&t, "input conv+relu conv[pad] conv[pad]");
    end(&t);
}

static void normalisation_is_a_step_where_it_cannot_fold(void **state) {
    (void)state;
    net t = begin(); /* another reader needs it */
    int x = normalize(&t, input(&t, TYPE_U8, 6, 6, 3), 0.4, 0.25, 255);
    output(&t, conv(&t, x, 4, 3, 1));
    output(&t, plain(&t, OP_SOFTMAX, x));
    expect_passes(&t, "input:uint8 affine conv softmax");
    end(&t);

    t = begin(); /* it is an output */
    x = normalize(&t, input(&t, TYPE_U8, 6, 6, 3), 0.4, 0.25, 255);
    output(&t, conv(&t, x, 4, 3, 1));
    output(&t, x);
    expect_passes(&t, "input:uint8 affine conv");
    end(&t);

    t = begin(); /* a channel that is scaled by 0 can hold nothing that becomes 0 */
    x = plain(&t, OP_RELU, input(&t, TYPE_F32, 6, 6, 3));
    int bn = plain(&t, OP_BN, x);
    output(&t, conv(&t, bn, 4, 3, 1));
    weights_report report;
    weights_seed(t.a, t.g, 1, &report);
    t.g->nodes[bn].weights[ROLE_GAMMA]->data[1] = 0;
    assert_string_equal(describe(run_passes(t.g, t.a, t.d, NULL, NULL), t.a), "input relu affine conv");
    t.g->nodes[bn].weights[ROLE_GAMMA]->data[1] = 1e-9f; /* nor one that is scaled by next to nothing */
    assert_string_equal(describe(run_passes(t.g, t.a, t.d, NULL, NULL), t.a), "input relu affine conv");
    end(&t);

    t = begin(); /* almost everything would cancel */
    x = normalize(&t, input(&t, TYPE_F32, 6, 6, 3), 1e4, 1, 1);
    output(&t, conv(&t, x, 4, 1, 0));
    expect_passes(&t, "input affine conv");
    end(&t);

    t = begin(); /* a depthwise reads floats anyway */
    x = normalize(&t, input(&t, TYPE_U8, 6, 6, 3), 127.5, 127.5, 1);
    output(&t, depthwise(&t, x, 3, 1));
    expect_passes(&t, "input:uint8 affine depthwise");
    end(&t);
}

static void what_changes_nothing_is_no_affine(void **state) {
    (void)state;
    net t = begin();
    int x = normalize(&t, input(&t, TYPE_U8, 2, 2, 3), 0, 2, 0.5);
    output(&t, plain(&t, OP_SOFTMAX, x));
    expect_passes(&t, "input:uint8 convert softmax");
    end(&t);
}

static void pads_fuse_into_windows(void **state) {
    (void)state;
    net t = begin();
    int x = plain(&t, OP_SIGMOID, input(&t, TYPE_F32, 6, 6, 3));
    attrs counted = window(0, 3, 1);
    counted.count_pad = true;
    int padded = pad(&t, pad(&t, x, 0, 1, 0, 1), 1, 0, 0, 0);
    output(&t, conv(&t, padded, 4, 3, 1));
    output(&t, depthwise(&t, padded, 3, 0));
    output(&t, on(&t, OP_AVG_POOL, counted, padded));
    output(&t, on(&t, OP_AVG_POOL, window(0, 3, 0), padded)); /* its zeros count from now on */
    output(&t, on(&t, OP_MAX_POOL, window(0, 3, 0), padded)); /* no value is negative */
    const graph *g = expect_passes(&t, "input sigmoid conv depthwise avg_pool avg_pool max_pool");
    const int pads[] = {2, 2, 1, 2};
    assert_memory_equal(g->nodes[2].a.pad, pads, sizeof pads);
    end(&t);
}

static void pads_stay_where_zeros_would_not_be_the_same(void **state) {
    (void)state;
    net t = begin();
    int x = input(&t, TYPE_F32, 6, 6, 3);
    int padded = pad(&t, x, 1, 1, 1, 1);
    output(&t, on(&t, OP_MAX_POOL, window(0, 3, 0), padded)); /* x may be negative everywhere */
    output(&t, on(&t, OP_AVG_POOL, window(0, 3, 1), padded)); /* its own padding does not count */
    output(&t, on(&t, OP_MAX_POOL, window(0, 2, 0), pad(&t, plain(&t, OP_RELU, x), 2, 2, 2, 2))); /* too wide */
    int above = pad(&t, plain(&t, OP_HSWISH, x), 1, 1, 1, 1); /* no less than -0.375, but less than 0 */
    output(&t, on(&t, OP_MAX_POOL, window(0, 3, 0), above));
    expect_passes(&t, "input pad max_pool avg_pool relu pad max_pool hswish pad max_pool");
    end(&t);

    t = begin(); /* what is around is no zero, or there are more channels */
    x = input(&t, TYPE_F32, 6, 6, 3);
    attrs around = graph_attrs_init();
    around.pad[TOP] = 1, around.around = PADS_EDGE;
    output(&t, conv(&t, on(&t, OP_PAD, around, x), 4, 3, 1));
    around.around = PADS_CONSTANT, around.fill = 1;
    output(&t, conv(&t, on(&t, OP_PAD, around, x), 4, 3, 1));
    around.fill = 0, around.pad_channels[0] = 1;
    output(&t, conv(&t, on(&t, OP_PAD, around, x), 4, 3, 1));
    expect_passes(&t, "input pad conv pad conv pad conv");
    end(&t);

    t = begin(); /* Keras: the picture is normalised, then padded; its zeros are corrected like the layer's own
                  */
    x = pad(&t, normalize(&t, input(&t, TYPE_U8, 6, 6, 3), 127.5, 127.5, 1), 0, 1, 0, 1);
    output(&t, conv(&t, x, 4, 3, 0));
    expect_passes(&t, "input:uint8 conv[pad]");
    end(&t);
}

/* Windows of one size for all phases are one convolution, others one for each; what the grid has more is cut
 * off.
 */
static void transposed_convolutions_become_convolutions(void **state) {
    (void)state;
    net t = begin();
    int x = input(&t, TYPE_F32, 4, 5, 16);
    attrs a = graph_attrs_init();
    a.out = 8, a.kernel[0] = a.kernel[1] = a.stride[0] = a.stride[1] = 2;
    int up = plain(&t, OP_RELU, plain(&t, OP_BN, on(&t, OP_CONV_TRANSPOSE, a, x)));
    a.kernel[0] = a.kernel[1] = 4;
    for (int side = 0; side < 4; side++) a.pad[side] = 1;
    output(&t, on(&t, OP_CONV_TRANSPOSE, a, up));
    const graph *g = expect_passes(&t, "input conv+relu transpose conv conv conv conv concat transpose");
    assert_int_equal(g->nodes[1].shape.c, 32);
    assert_int_equal(g->nodes[3].a.kernel[0], 2);
    end(&t);

    t = begin(); /* of stride 1; each channel alone; kernels smaller than the stride, and a crop */
    x = input(&t, TYPE_F32, 4, 5, 6);
    a = graph_attrs_init();
    a.out = 6, a.kernel[0] = a.kernel[1] = 3;
    x = on(&t, OP_CONV_TRANSPOSE, a, x);
    a.groups = 6, a.stride[0] = 2, a.kernel[0] = 2;
    x = on(&t, OP_CONV_TRANSPOSE, a, x);
    a.groups = 1, a.kernel[0] = 1, a.kernel[1] = 1, a.stride[1] = 2, a.out = 16;
    output(&t, on(&t, OP_CONV_TRANSPOSE, a, x));
    expect_passes(&t, "input conv depthwise depthwise concat transpose conv conv conv conv concat "
                      "transpose slice slice");
    end(&t);

    t = begin();
    a = graph_attrs_init();
    a.factor = 2;
    x = on(&t, OP_DEPTH_TO_SPACE, a, input(&t, TYPE_F32, 4, 6, 8));
    a.blocks = BLOCKS_CRD;
    output(&t, on(&t, OP_SPACE_TO_DEPTH, a, x));
    expect_passes(&t, "input transpose"); /* of both */
    end(&t);
}

static void activations_sink_through_rearrangements(void **state) {
    (void)state;
    net t = begin();
    int x = input(&t, TYPE_F32, 4, 4, 4);
    int y = conv(&t, x, 4, 3, 1);
    y = join(&t, OP_CONCAT, y, shuffle(&t, depthwise(&t, x, 3, 1), 2));
    output(&t, plain(&t, OP_HSWISH, shuffle(&t, y, 2)));
    expect_passes(&t, "input conv+hswish depthwise+hswish shuffle concat shuffle");
    end(&t);

    t = begin(); /* ShuffleNetV1: the pool of relu'd values needs no relu */
    x = plain(&t, OP_RELU, conv(&t, input(&t, TYPE_F32, 4, 4, 4), 4, 1, 0));
    y = on(&t, OP_AVG_POOL, window(0, 3, 1), x);
    y = join(&t, OP_CONCAT, y, plain(&t, OP_BN, conv(&t, x, 4, 3, 1)));
    output(&t, plain(&t, OP_RELU, y));
    expect_passes(&t, "input conv+relu avg_pool conv+relu concat");
    end(&t);

    t = begin();
    x = conv(&t, input(&t, TYPE_F32, 4, 4, 4), 4, 1, 0);
    output(&t, plain(&t, OP_TANH, plain(&t, OP_FLATTEN, x)));
    expect_passes(&t, "input conv+tanh flatten");
    end(&t);
}

static void activations_stay_where_a_part_is_read_elsewhere(void **state) {
    (void)state;
    net t = begin();
    int x = input(&t, TYPE_F32, 4, 4, 4);
    int shared = conv(&t, x, 4, 1, 0);
    output(&t, plain(&t, OP_RELU, join(&t, OP_CONCAT, shared, conv(&t, x, 4, 1, 0))));
    output(&t, shared);
    output(&t, plain(&t, OP_RELU, join(&t, OP_CONCAT, x, conv(&t, x, 4, 1, 0)))); /* nothing makes x */
    int same = conv(&t, x, 4, 1, 0);
    output(&t, plain(&t, OP_RELU, join(&t, OP_CONCAT, same, same)));
    expect_passes(&t, "input conv conv concat relu conv concat relu conv concat relu");
    end(&t);
}

static void activations_ride_on_kernels(void **state) {
    (void)state;
    net t = begin();
    int x = input(&t, TYPE_F32, 4, 4, 4);
    attrs leaky = graph_attrs_init(), doubled = graph_attrs_init();
    leaky.args.first = 0.3;
    doubled.factor = 2;
    x = on(&t, OP_LEAKY_RELU, leaky, conv(&t, x, 4, 3, 1));
    x = plain(&t, OP_SWISH, depthwise(&t, x, 3, 1));
    x = plain(&t, OP_TANH, on(&t, OP_MAX_POOL, window(0, 3, 1), x));
    x = plain(&t, OP_RELU, on(&t, OP_AVG_POOL, window(0, 3, 1), x));
    x = plain(&t, OP_SIGMOID, on(&t, OP_UPSAMPLE, doubled, x));
    int gate = plain(&t, OP_HSIGMOID, plain(&t, OP_GLOBAL_AVG_POOL, x));
    x = plain(&t, OP_RELU6, join(&t, OP_MUL, x, gate));
    x = plain(&t, OP_HSWISH, join(&t, OP_ADD, x, gate)); /* broadcast: no residual */
    output(&t, plain(&t, OP_HSWISH, dense(&t, x, 3)));
    const graph *g = expect_passes(&t, "input conv+leaky_relu depthwise+swish max_pool+tanh avg_pool+relu "
                                       "upsample+sigmoid global_avg_pool+hsigmoid mul add+hswish dense+hswish");
    assert_true(g->nodes[1].a.act_args.first == 0.3);
    end(&t);

    t = begin(); /* what others read must stay as it is; two do not ride at once */
    x = conv(&t, input(&t, TYPE_F32, 4, 4, 4), 4, 3, 1);
    output(&t, x);
    output(&t, plain(&t, OP_TANH, plain(&t, OP_RELU, x)));
    output(&t, plain(&t, OP_SWISH, plain(&t, OP_TANH, conv(&t, x, 2, 1, 0))));
    expect_passes(&t, "input conv relu tanh conv+tanh swish");
    end(&t);
}

static void residuals_ride_on_the_later_layer(void **state) {
    (void)state;
    net t = begin();
    int x = input(&t, TYPE_F32, 4, 4, 4);
    int shortcut = conv(&t, x, 4, 1, 0), y = plain(&t, OP_RELU, conv(&t, x, 4, 3, 1));
    x = plain(&t, OP_RELU6, join(&t, OP_ADD, y, shortcut));
    x = join(&t, OP_ADD, x, plain(&t, OP_BN, depthwise(&t, x, 3, 1)));
    int a = dense(&t, x, 3), b = dense(&t, x, 3);
    output(&t, join(&t, OP_ADD, a, b));
    const graph *g =
        expect_passes(&t, "input conv conv+relu+residual+relu6 depthwise+residual dense dense+residual");
    assert_int_equal(g->nodes[2].in[0], 0);
    assert_int_equal(g->nodes[2].in[1], 1);
    end(&t);

    t = begin(); /* the earlier one moves behind what it adds */
    x = input(&t, TYPE_F32, 4, 4, 4);
    y = conv(&t, x, 4, 1, 0);
    output(&t, join(&t, OP_ADD, y, plain(&t, OP_SOFTMAX, x)));
    expect_passes(&t, "input softmax conv+residual");
    end(&t);
}

static void adds_stay_where_no_layer_takes_them(void **state) {
    (void)state;
    net t = begin();
    int x = input(&t, TYPE_F32, 4, 4, 4), y = conv(&t, x, 4, 1, 0), z = conv(&t, x, 4, 1, 0);
    output(&t, join(&t, OP_ADD, y, y));
    output(&t, join(&t, OP_ADD, z, x));
    output(&t, z);
    output(&t, join(&t, OP_ADD, plain(&t, OP_SOFTMAX, x), x));
    output(&t, join(&t, OP_ADD, conv(&t, plain(&t, OP_GLOBAL_AVG_POOL, x), 4, 1, 0), x)); /* broadcast */
    expect_passes(&t, "input conv conv add add softmax add global_avg_pool conv add");
    end(&t);
}

static void integer_inputs_are_converted_once_where_needed(void **state) {
    (void)state;
    net t = begin();
    int x = input(&t, TYPE_U8, 4, 4, 4);
    output(&t, x);
    output(&t, plain(&t, OP_RELU6, x));
    output(&t, conv(&t, x, 2, 3, 1));
    output(&t, join(&t, OP_ADD, conv(&t, x, 4, 1, 0), x));
    output(&t, join(&t, OP_CONCAT, x, plain(&t, OP_IDENTITY, x)));
    const graph *g = expect_passes(&t, "input:uint8 convert relu6 conv conv+residual concat");
    assert_int_equal(g->outputs[0].node, 1);
    assert_int_equal(g->inputs[0].node, 0);
    assert_int_equal(g->nodes[4].in[0], 0);
    assert_int_equal(g->nodes[4].in[1], 1);
    end(&t);

    t = begin();
    output(&t, input(&t, TYPE_I8, 4, 4, 4));
    expect_passes(&t, "input:int8 convert");
    end(&t);
}

/* Without weights the passes decide on shapes alone, and what they make has no values either. */
static void passes_work_without_weights(void **state) {
    (void)state;
    net t = begin();
    int x = normalize(&t, input(&t, TYPE_U8, 6, 6, 3), 0.4, 0.25, 255);
    x = plain(&t, OP_RELU6, plain(&t, OP_BN, conv(&t, x, 4, 3, 1)));
    x = plain(&t, OP_BN, plain(&t, OP_TANH, join(&t, OP_ADD, x, plain(&t, OP_BN, depthwise(&t, x, 3, 1)))));
    output(&t, conv(&t, plain(&t, OP_BN, x), 2, 3, 1));
    const graph *g = run_passes(t.g, t.a, t.d, NULL, NULL);
    assert_string_equal(describe(g, t.a), "input:uint8 conv[pad]+relu6 depthwise+residual+tanh affine conv");
    for (int i = 0; i < g->n_nodes; i++) {
        for (int r = 0; r < ROLE_COUNT; r++) {
            if (g->nodes[i].weights[r]) assert_null(g->nodes[i].weights[r]->data);
        }
    }
    end(&t);
}

static void a_negative_variance_is_told(void **state) {
    (void)state;
    net t = begin();
    int bn = plain(&t, OP_BN, conv(&t, input(&t, TYPE_F32, 2, 2, 3), 4, 1, 0));
    output(&t, bn);
    weights_report report;
    weights_seed(t.a, t.g, 1, &report);
    t.g->nodes[bn].weights[ROLE_VAR]->data[2] = -1;
    assert_non_null(run_passes(t.g, t.a, t.d, NULL, NULL));
    assert_int_equal(diag_error_count(t.d), 0);
    text said = {0};
    diag_print(t.d, &said);
    assert_non_null(strstr(said.data, "warning: bn bn_2: its weights make channel 2 infinite or no number"));
    text_free(&said);
    end(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dead_layers_go_and_inputs_stay),
        cmocka_unit_test(no_ops_go),
        cmocka_unit_test(slices_and_resizes_that_change_nothing_go),
        cmocka_unit_test(what_does_something_stays),
        cmocka_unit_test(nodes_wait_for_their_readers),
        cmocka_unit_test(rows_of_kernels_that_meet_only_padding_go),
        cmocka_unit_test(flatten_before_dense_goes),
        cmocka_unit_test(pools_of_everything_become_global),
        cmocka_unit_test(norms_fold_into_every_kind_of_layer),
        cmocka_unit_test(norms_stay_where_the_layer_is_read_elsewhere),
        cmocka_unit_test(normalisation_folds_into_the_stem),
        cmocka_unit_test(normalisation_is_a_step_where_it_cannot_fold),
        cmocka_unit_test(what_changes_nothing_is_no_affine),
        cmocka_unit_test(pads_fuse_into_windows),
        cmocka_unit_test(pads_stay_where_zeros_would_not_be_the_same),
        cmocka_unit_test(transposed_convolutions_become_convolutions),
        cmocka_unit_test(activations_sink_through_rearrangements),
        cmocka_unit_test(activations_stay_where_a_part_is_read_elsewhere),
        cmocka_unit_test(activations_ride_on_kernels),
        cmocka_unit_test(residuals_ride_on_the_later_layer),
        cmocka_unit_test(adds_stay_where_no_layer_takes_them),
        cmocka_unit_test(integer_inputs_are_converted_once_where_needed),
        cmocka_unit_test(passes_work_without_weights),
        cmocka_unit_test(a_negative_variance_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
