/* test_passes_codes.c: what each pass makes of quantised networks of a few layers. The codes that come out must
 * be the same after each pass. */
#include "codes_check.h"

#include "graph/tables.h"
#include "messages.h"

static void bounds_ride_on_kernels_and_sums(void **state) {
    (void)state;
    net t = begin();
    int x = codes_input(&t, TYPE_I8, 5, 5, 3);
    int y = plain(&t, OP_RELU6, codes_conv(&t, x, 8, 3, 1));
    int z = plain(&t, OP_RELU, codes_conv(&t, x, 8, 1, 0));
    output(&t, plain(&t, OP_RELU, codes_join(&t, OP_MUL, y, z)));
    expect_codes(&t, "input:int8 conv:int8+relu6 conv:int8+relu mul:int8+relu");
    end(&t);
}

static void tables_ride_on_kernels(void **state) {
    (void)state;
    net t = begin();
    int x = codes_input(&t, TYPE_U8, 5, 5, 3);
    int y = on(&t, OP_HSWISH, scaled(graph_attrs_init(), 0.02F, -100), codes_conv(&t, x, 8, 3, 1));
    int z = on(&t, OP_SIGMOID, scaled(graph_attrs_init(), 1.0F / 256, -128), codes_join(&t, OP_ADD, y, y));
    output(&t, on(&t, OP_RELU, scaled(graph_attrs_init(), 0.02F, 0), z)); /* bounds, but another scale */
    const graph *g = expect_codes(&t, "input:uint8 conv:int8+hswish add:int8 sigmoid:int8 relu:int8");
    assert_true(g->nodes[1].a.own.on);
    assert_int_equal(g->nodes[1].q.zero, -100);
    end(&t);
}

static void sums_ride_on_kernels(void **state) {
    (void)state;
    net t = begin();
    int x = codes_input(&t, TYPE_I8, 5, 5, 8);
    int y = codes_join(&t, OP_ADD, codes_conv(&t, x, 8, 3, 1), x);
    int swish = on(&t, OP_SWISH, scaled(graph_attrs_init(), 0.03F, -90), codes_conv(&t, y, 8, 1, 0));
    output(&t, plain(&t, OP_RELU, codes_join(&t, OP_ADD, y, swish)));
    const graph *g = expect_codes(&t, "input:int8 conv:int8+residual conv:int8+swish+residual+relu");
    assert_true(g->nodes[1].a.own.on && !g->nodes[1].a.acted.on);
    assert_true(g->nodes[2].a.own.on && g->nodes[2].a.acted.on);
    end(&t);
}

static void a_sum_of_one_layer_twice_stays(void **state) {
    (void)state;
    net t = begin();
    int y = codes_conv(&t, codes_input(&t, TYPE_I8, 4, 4, 3), 8, 1, 0);
    output(&t, codes_join(&t, OP_ADD, y, y));
    expect_codes(&t, "input:int8 conv:int8 add:int8");
    end(&t);
}

/* The zero point is what stands for zero. */
static void pads_of_the_zero_point_join_windows(void **state) {
    (void)state;
    net t = begin();
    int x = codes_input(&t, TYPE_I8, 5, 5, 4), padded = pad(&t, x, 0, 1, 1, 0);
    output(&t, codes_conv(&t, padded, 4, 3, 0));
    output(&t, on(&t, OP_DEPTHWISE, scaled(window(0, 3, 0), 0.1F, 3), padded));
    output(&t, on(&t, OP_MAX_POOL, window(0, 2, 0), plain(&t, OP_RELU, codes_conv(&t, padded, 4, 1, 0))));
    expect_codes(&t, "input:int8 conv:int8 depthwise:int8 conv:int8+relu max_pool:int8");
    end(&t);

    t = begin(); /* one of another number does not, and the average of codes counts no padding */
    x = codes_input(&t, TYPE_I8, 5, 5, 4);
    attrs one = graph_attrs_init();
    one.pad[TOP] = one.pad[LEFT] = 1, one.fill = 1;
    output(&t, codes_conv(&t, on(&t, OP_PAD, one, x), 4, 3, 0));
    output(&t, on(&t, OP_AVG_POOL, window(0, 2, 0), pad(&t, x, 0, 1, 0, 1)));
    expect_codes(&t, "input:int8 pad:int8 conv:int8 pad:int8 avg_pool:int8");
    end(&t);
}

static void numbers_in_the_padding_of_depthwise(void **state) {
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        net t = begin();
        double *value = ARENA_ARRAY(t.a, double, 3);
        attrs a = window(0, 3, 1);
        a.multiplier = 2, a.pad_value = value;
        if (kind) a = scaled(a, 0.1F, 5);
        int x = kind ? codes_input(&t, TYPE_U8, 5, 5, 3) : input(&t, TYPE_F32, 5, 5, 3);
        output(&t, on(&t, OP_DEPTHWISE, a, x)); /* zeros */
        value = ARENA_ARRAY(t.a, double, 3);
        value[0] = 0.5, value[1] = -0.25, a.pad_value = value;
        output(&t, on(&t, OP_DEPTHWISE, a, x));
        for (int side = 0; side < 4; side++) a.pad[side] = 0;
        output(&t, on(&t, OP_DEPTHWISE, a, x));
        expect_codes(&t, kind ? "input:uint8 depthwise:int8 conv:int8[pad] depthwise:int8"
                              : "input depthwise conv[pad] depthwise");
        end(&t);
    }
}

static void changes_of_type_go(void **state) {
    (void)state;
    net t = begin();
    int x = codes_input(&t, TYPE_U8, 5, 5, 3); /* scale 1/128, zero 128 */
    int same = requantized(&t, x, TYPE_I8, 1.0F / 128, 0);
    int y = codes_conv(&t, same, 6, 3, 1);
    output(&t, requantized(&t, y, TYPE_U8, 0.1F, 3 + 128));
    output(&t, requantized(&t, requantized(&t, y, TYPE_I8, 0.3F, 2), TYPE_U8, 0.3F, 130));
    output(&t, requantized(&t, y, TYPE_I8, 0.1F, 3)); /* the same codes */
    expect_codes(&t, "input:uint8 conv:int8 requantize:uint8 requantize:uint8");
    end(&t);

    t = begin(); /* others need int8, or change more than the type */
    x = codes_input(&t, TYPE_U8, 5, 5, 3);
    same = requantized(&t, x, TYPE_I8, 1.0F / 128, 0);
    output(&t, codes_join(&t, OP_ADD, same, requantized(&t, x, TYPE_I8, 1.0F / 128, 1)));
    output(&t, codes_conv(&t, same, 4, 1, 0));
    expect_codes(&t, "input:uint8 requantize:int8 requantize:int8 add:int8 conv:int8");
    end(&t);
}

static void idle_bounds_and_global_pools(void **state) {
    (void)state;
    net t = begin();
    int y = plain(&t, OP_RELU, codes_conv(&t, codes_input(&t, TYPE_I8, 4, 4, 3), 8, 1, 0));
    int z = on(&t, OP_AVG_POOL, window(0, 4, 0), plain(&t, OP_RELU, on(&t, OP_MAX_POOL, window(0, 1, 0), y)));
    output(&t, z);
    output(&t, plain(&t, OP_IDENTITY, plain(&t, OP_GLOBAL_AVG_POOL, z)));
    expect_codes(&t, "input:int8 conv:int8+relu avg_pool:int8");
    end(&t);
}

static void transposed_convolutions_become_convolutions(void **state) {
    (void)state;
    for (int groups = 1; groups <= 4; groups *= 2) {
        net t = begin();
        attrs a = scaled(window(4, 3, 1), 0.2F, -7);
        a.stride[0] = a.stride[1] = 2, a.groups = groups, a.has_bias = true, a.padding = PAD_EXPLICIT;
        output(&t, on(&t, OP_CONV_TRANSPOSE, a, codes_input(&t, TYPE_I8, 4, 3, 4)));
        a.out = groups, a.one_weight_scale = true;
        output(&t, plain(&t, OP_RELU, on(&t, OP_CONV_TRANSPOSE, a, codes_input(&t, TYPE_I8, 4, 3, 4))));
        const graph *g = expect_codes(&t, NULL);
        for (int i = 0; i < g->n_nodes; i++) assert_int_not_equal(g->nodes[i].op, OP_CONV_TRANSPOSE);
        end(&t);
    }
}

/* expand and depthwise with a scale for each channel, some of which are the same for every input. */
static void channels_have_their_scales(void **state) {
    (void)state;
    net t = begin();
    attrs wide = scaled(window(24, 1, 0), 0, -5), deep = scaled(window(0, 3, 1), 0, 4);
    wide.channel_scales = deep.channel_scales = wide.has_bias = deep.has_bias = true;
    int x = codes_conv(&t, codes_input(&t, TYPE_I8, 6, 6, 3), 8, 1, 0);
    int y = plain(&t, OP_RELU, on(&t, OP_CONV, wide, x));
    y = plain(&t, OP_RELU, on(&t, OP_DEPTHWISE, deep, pad(&t, y, 1, 0, 0, 1)));
    output(&t, codes_join(&t, OP_ADD, x, codes_conv(&t, on(&t, OP_MAX_POOL, window(0, 2, 0), y), 8, 1, 0)));
    const graph *g = expect_codes(
        &t, "input:int8 conv:int8 conv:int8+relu depthwise:int8+relu max_pool:int8 conv:int8+residual");
    for (int i = 2; i < 4; i++) assert_ptr_equal(g->nodes[i].q.scales, g->nodes[i].weights[ROLE_OUTPUT_SCALE]);
    assert_ptr_equal(g->nodes[4].q.scales, g->nodes[3].q.scales);
    end(&t);
}

/* How often a channel of the node looks up another table than the one before it. */
static int count_changes(const graph *g, const node *n, arena *a) {
    const act_tables tables = tables_of_node(g, n, a);
    int changes = 0;
    for (int c = 1; c < n->shape.c; c++) changes += tables.of_channel[c] != tables.of_channel[c - 1];
    return changes;
}

/* expand and depthwise whose channels look up 3 and 2 tables in no order, and squeeze-excite. With `fixed` a
 * concat reads the channels, which then stay where they are. */
static void channels_are_sorted_by_tables(void **state) {
    (void)state;
    for (int fixed = 0; fixed < 2; fixed++) {
        net t = begin();
        attrs wide = scaled(window(24, 1, 0), 0, -5), deep = scaled(window(0, 3, 1), 0, 4),
              act = scaled(graph_attrs_init(), 0.02F, -90);
        wide.channel_scales = deep.channel_scales = wide.has_bias = deep.has_bias = true;
        const int x = codes_conv(&t, codes_input(&t, TYPE_I8, 6, 6, 3), 8, 1, 0), y = on(&t, OP_CONV, wide, x);
        const int z = on(&t, OP_DEPTHWISE, deep, on(&t, OP_HSWISH, act, y)),
                  deep_act = on(&t, OP_HSWISH, act, z);
        const int mean = plain(&t, OP_GLOBAL_AVG_POOL, deep_act);
        const int gate =
            on(&t, OP_SIGMOID, scaled(graph_attrs_init(), 1.0F / 256, -128), codes_conv(&t, mean, 24, 1, 0));
        const int product = codes_join(&t, OP_MUL, deep_act, gate);
        output(&t, codes_conv(&t, fixed ? join(&t, OP_CONCAT, product, product) : product, 8, 1, 0));
        fill_codes(&t);
        for (int c = 0; c < 24; c++) {
            t.g->nodes[y].weights[ROLE_OUTPUT_SCALE]->data[c] = 0.03F + 0.01F * (float)(c % 3);
            t.g->nodes[z].weights[ROLE_OUTPUT_SCALE]->data[c] = 0.03F + 0.01F * (float)(c / 2 % 2);
        }
        answers before = find_answers(t.a, t.g);
        const graph *g = run_passes(t.g, t.a, t.d, expect_same_answer, &before);
        assert_non_null(g);
        int changes[2] = {0}, n = 0;
        for (int i = 0; i < g->n_nodes; i++) {
            if (g->nodes[i].a.act == OP_HSWISH) changes[n++] = count_changes(g, &g->nodes[i], t.a);
        }
        assert_int_equal(n, 2);
        assert_int_equal(changes[0], fixed ? 23 : 2);
        assert_int_equal(changes[1], fixed ? 11 : 3); /* up and down in turns */
        end(&t);
    }
}

/* The neighbours among a convolution's inputs, from an even place on, whose weights come to more than 128. */
static int count_large_pairs(const tensor *weight, int out, int in) {
    int count = 0;
    for (int o = 0; o < out; o++) {
        for (int i = 0; i + 1 < in; i += 2) {
            const float a = weight->data[o * in + i], b = weight->data[o * in + i + 1];
            count += (a < 0) == (b < 0) && (a + b > 128 || a + b < -128);
        }
    }
    return count;
}

/* expand, depthwise, project: half of the weights of the last one are large, and neighbours. With `left_out`
 * the pass does not run, and they stay so. */
static void channels_are_paired(void **state) {
    (void)state;
    for (int left_out = 0; left_out < 2; left_out++) {
        net t = begin();
        const int x = codes_conv(&t, codes_input(&t, TYPE_I8, 6, 6, 3), 8, 1, 0);
        const int y = codes_conv(&t, x, 24, 1, 0),
                  z = on(&t, OP_DEPTHWISE, scaled(window(0, 3, 1), 0.05F, 4), y);
        const int last = codes_conv(&t, z, 5, 1, 0);
        output(&t, last);
        fill_codes(&t);
        tensor *w = t.g->nodes[last].weights[ROLE_WEIGHT];
        for (int64_t i = 0; i < w->count; i++)
            w->data[i] = (float)(i % 24 / 2 % 2 ? 30 + i % 4 : (i / 24 % 2 ? 1 : -1) * (90 + i % 5));
        answers before = find_answers(t.a, t.g);
        const pass_options o = {.byte_pairs = !left_out};
        const graph *g = run_passes_with(&o, t.g, t.a, t.d, expect_same_answer, &before);
        assert_non_null(g);
        const node *n = &g->nodes[g->outputs[0].node];
        assert_int_equal(count_large_pairs(n->weights[ROLE_WEIGHT], 5, 24), left_out ? 30 : 0);
        end(&t);
    }
}

static void large_sums_are_named(void **state) {
    (void)state;
    net t = begin();
    int x = codes_conv(&t, codes_input(&t, TYPE_I8, 1, 1, 64), 64, 1, 0), y = codes_conv(&t, x, 3, 1, 0);
    output(&t, y);
    fill_codes(&t);
    t.g->nodes[y].weights[ROLE_BIAS]->ints[2] = INT32_MAX - 5;
    assert_non_null(run_passes(t.g, t.a, t.d, NULL, NULL));
    assert_non_null(strstr(read_messages(t.a, t.d), "channel 2 may leave 32 bits"));
    t.g->nodes[x].weights[ROLE_BIAS]->ints[1] = INT32_MIN + 5; /* and the layer reads the network's input */
    assert_null(run_passes(t.g, t.a, t.d, NULL, NULL));
    assert_non_null(strstr(read_messages(t.a, t.d), "channel 1 leaves 32 bits for some inputs"));
    end(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounds_ride_on_kernels_and_sums),
        cmocka_unit_test(tables_ride_on_kernels),
        cmocka_unit_test(sums_ride_on_kernels),
        cmocka_unit_test(a_sum_of_one_layer_twice_stays),
        cmocka_unit_test(pads_of_the_zero_point_join_windows),
        cmocka_unit_test(numbers_in_the_padding_of_depthwise),
        cmocka_unit_test(changes_of_type_go),
        cmocka_unit_test(idle_bounds_and_global_pools),
        cmocka_unit_test(transposed_convolutions_become_convolutions),
        cmocka_unit_test(channels_have_their_scales),
        cmocka_unit_test(channels_are_sorted_by_tables),
        cmocka_unit_test(channels_are_paired),
        cmocka_unit_test(large_sums_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
