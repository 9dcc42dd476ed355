/* test_dead_codes.c: channels of codes that are the same for every input go, and the codes that come out stay
 * the same. */
#include "codes_check.h"
#include "passes/channel_ranges.h"

/* Makes every third channel of a kernel constant: below or above all codes. */
static void plant(const net *t, int index) {
    const node *n = &t->g->nodes[index];
    for (int c = 0; c < n->shape.c; c += 3) n->weights[ROLE_BIAS]->ints[c] = c % 2 ? 5000000 : -5000000;
}

/* Runs all passes; how many channels went. */
static int64_t count_gone(net *t, const char *wanted) {
    answers before = find_answers(t->a, t->g);
    const graph *after = run_passes(t->g, t->a, t->d, expect_same_answer, &before);
    assert_non_null(after);
    if (wanted) assert_string_equal(describe(after, t->a), wanted);
    return after->constant_channels + after->unread_channels;
}

static void constants_go_into_biases(void **state) {
    (void)state;
    net t = begin();
    int y = codes_conv(&t, codes_input(&t, TYPE_U8, 4, 4, 3), 24, 3, 1);
    int z = codes_conv(&t, plain(&t, OP_RELU, y), 24, 1, 0);
    int w = on(&t, OP_TANH, scaled(graph_attrs_init(), 1.0F / 128, 0), z);
    int pooled = on(&t, OP_GLOBAL_AVG_POOL, scaled(graph_attrs_init(), 0.01F, 7), w);
    output(&t, on(&t, OP_DENSE, scaled(window(5, 1, 0), 0.2F, 1), pooled));
    fill_codes(&t);
    plant(&t, y), plant(&t, z);
    const char *wanted = "input:uint8 conv:int8+relu conv:int8+tanh global_avg_pool:int8 dense:int8";
    assert_true(count_gone(&t, wanted) >= 8 + 8); /* others are constant by chance */
    end(&t);
}

/* In the padding stands the zero point, or the code of pad_value. Only a constant that is the same goes. */
static void padding_must_be_the_constant(void **state) {
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        net t = begin();
        int y = codes_conv(&t, codes_input(&t, TYPE_I8, 5, 5, 3), 24, 1, 0); /* scale 0.1, zero point 3 */
        attrs a = scaled(window(8, 3, 1), 0.2F, 0);
        double *value = ARENA_ARRAY(t.a, double, 24);
        for (int c = 0; c < 24; c++) value[c] = c == 3 ? (127 - 3) * 0.1 : (-128 - 3) * 0.1;
        if (kind == 1) a.pad_value = value;
        output(&t, on(&t, OP_CONV, a, kind == 2 ? plain(&t, OP_RELU, y) : y));
        fill_codes(&t);
        plant(&t, y);
        /* 3, 9, 15 and 21 are 127, the other four -128, or 3 behind a relu */
        assert_int_equal(count_gone(&t, NULL), kind == 0 ? 0 : kind == 1 ? 4 + 1 : 4);
        end(&t);
    }
}

static void scales_of_channels_are_cut(void **state) {
    (void)state;
    net t = begin();
    attrs wide = scaled(window(24, 1, 0), 0, -128), deep = scaled(window(0, 3, 1), 0, 4);
    wide.channel_scales = deep.channel_scales = wide.has_bias = deep.has_bias = true;
    int x = codes_conv(&t, codes_input(&t, TYPE_I8, 6, 6, 3), 8, 1, 0);
    int y = on(&t, OP_CONV, wide, x);
    int z = plain(&t, OP_RELU, on(&t, OP_DEPTHWISE, deep, plain(&t, OP_RELU, y)));
    output(&t, codes_join(&t, OP_ADD, x, codes_conv(&t, on(&t, OP_MAX_POOL, window(0, 3, 1), z), 8, 1, 0)));
    fill_codes(&t);
    plant(&t, y), plant(&t, z - 1);
    const char *wanted = "input:int8 conv:int8 conv:int8 depthwise:int8+relu max_pool:int8 conv:int8+residual";
    assert_true(count_gone(&t, wanted) >= 8 + 8);
    end(&t);
}

static void products_and_sums_of_constants(void **state) {
    (void)state;
    net t = begin();
    int x = codes_input(&t, TYPE_I8, 3, 3, 4);
    int y = codes_conv(&t, x, 24, 1, 0), z = codes_conv(&t, x, 24, 1, 0);
    int gate =
        on(&t, OP_SIGMOID, scaled(graph_attrs_init(), 1.0F / 256, -128), plain(&t, OP_GLOBAL_AVG_POOL, y));
    int product = codes_join(&t, OP_MUL, plain(&t, OP_RELU, z), gate);
    int sum = codes_join(&t, OP_SUB, product, z);
    output(&t, codes_conv(&t, join(&t, OP_CONCAT, sum, sum), 4, 1, 0));
    fill_codes(&t);
    plant(&t, y), plant(&t, z);
    assert_true(count_gone(&t, NULL) >= 16);
    end(&t);
}

/* What find_channel_ranges says of the one output of a kernel whose sum lies between two numbers. */
static range range_of_sum(net *t, int weight, int bias, op_kind act) {
    attrs a = scaled(window(1, 1, 0), 0.5F, 10);
    a.has_bias = true;
    int y =
        on(t, OP_CONV, a, codes_input(t, TYPE_I8, 2, 2, 1)); /* the scale 1/128, times 1/2 for the weights */
    if (act != OP_IDENTITY)
        y = on(t, act, act == OP_RELU ? graph_attrs_init() : scaled(graph_attrs_init(), 0.25F, 1), y);
    output(t, y);
    fill_codes(t);
    const node *n = &t->g->nodes[1];
    n->weights[ROLE_WEIGHT]->data[0] = (float)weight;
    n->weights[ROLE_WEIGHT_SCALE]->data[0] = 0.5F;
    n->weights[ROLE_BIAS]->ints[0] = bias;
    channel_ranges c = number_channels(t->g, t->a, 100);
    find_channel_ranges(t->g, t->a, &c);
    return c.values[c.first[y]];
}

static void ranges_are_exact(void **state) {
    (void)state;
    static const struct {
        int weight, bias;
        op_kind act;
        int low, high;
    } rows[] = {
        {64, 0, OP_IDENTITY, 10 - 64, 10 + 64}, /* -128 * 64 / 128; 127 / 2 = 63.5, halves up */
        {-64, 128, OP_IDENTITY, 10 - 63 + 1, 10 + 64 + 1},
        {64, 0, OP_RELU, 10, 10 + 64},
        {127, 0, OP_IDENTITY, 10 - 127, 127}, /* clamped */
        {1, 100000, OP_IDENTITY, 127, 127},
        {2, 0, OP_NEG, 1 - 4, 1 + 4}, /* -2 .. 2 times 1/2, by 1/4 */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        net t = begin();
        range r = range_of_sum(&t, rows[i].weight, rows[i].bias, rows[i].act);
        assert_int_equal((int)r.low, rows[i].low);
        assert_int_equal((int)r.high, rows[i].high);
        end(&t);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constants_go_into_biases),   cmocka_unit_test(padding_must_be_the_constant),
        cmocka_unit_test(scales_of_channels_are_cut), cmocka_unit_test(products_and_sums_of_constants),
        cmocka_unit_test(ranges_are_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
