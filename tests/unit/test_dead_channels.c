/* test_dead_channels.c: channels planted dead or constant: what the passes leave of each layer, and that the
 * answer stays, on random inputs and at both ends of the range. Fewer than twenty channels are never filled up
 * to whole vectors, so most networks here are small. */
#include "graph/activations.h"
#include "passes_check.h"

#include "interp/internal.h"
#include "lang/lang.h"
#include "passes/channel_ranges.h"
#include "passes/range.h"

/* A network from its page, with seeded weights to plant in. */
static net page(const char *body) {
    net t = begin();
    const char *whole = arena_printf(t.a, "default padding = same\nnet test {\n%s\n}\n", body);
    t.g = lang_compile_text(t.a, t.d, "test.net", whole, strlen(whole), &(lang_options){0});
    if (!t.g) {
        text said = {0};
        diag_print(t.d, &said);
        fail_msg("%s", said.data);
    }
    weights_report report;
    weights_seed(t.a, t.g, 1, &report);
    return t;
}

static const node *layer(const net *t, const char *label) {
    for (int i = 0; i < t->g->n_nodes; i++) {
        if (t->g->nodes[i].label && strcmp(t->g->nodes[i].label, label) == 0) return &t->g->nodes[i];
    }
    fail_msg("no layer %s", label);
    return NULL;
}

/* Makes a channel of the norm that constant, whatever it reads. */
static void plant(const net *t, const char *norm, int channel, float value) {
    const node *n = layer(t, norm);
    n->weights[ROLE_GAMMA]->data[channel] = 0;
    n->weights[ROLE_BETA]->data[channel] = value;
}

/* The conv or dense multiplies nothing of that input channel. */
static void ignore(const net *t, const char *label, int channel) {
    const node *n = layer(t, label);
    const tensor *w = n->weights[ROLE_WEIGHT];
    int inner = w->dims[w->rank - 1];
    for (int64_t i = channel; i < w->count; i += inner) w->data[i] = 0;
}

/* "stem:6 dw:6 head:4": what each conv, depthwise and dense makes. */
static const char *widths(const graph *g, arena *a) {
    const char *line = "";
    for (int i = 0; i < g->n_nodes; i++) {
        if (op_table[g->nodes[i].op].class != CLASS_CONV) continue;
        line = arena_printf(a, "%s%s%s:%d", line, *line ? " " : "", g->nodes[i].label, g->nodes[i].shape.c);
    }
    return line;
}

/* The answer to one value everywhere. */
static answers find_answers_to(arena *a, const graph *g, double u8, double i8, double f32) {
    answers k = {.a = a, .g = g, .in = ARENA_ARRAY(a, const double *, g->n_inputs)};
    for (int i = 0; i < g->n_inputs; i++) {
        const node *n = &g->nodes[g->inputs[i].node];
        double *x = ARENA_ARRAY(a, double, shape_elements(n->shape));
        double value = n->type == TYPE_U8 ? u8 : n->type == TYPE_I8 ? i8 : f32;
        for (int64_t e = 0; e < shape_elements(n->shape); e++) x[e] = value;
        k.in[i] = x;
    }
    k.out = interp_run(g, a, k.in, NULL, NULL);
    return k;
}

/* Runs the passes; all layers must be as wide as wanted, after a second run too. Frees the network. */
static void expect_widths(net *t, const char *wanted) {
    answers before[] = {find_answers(t->a, t->g), find_answers_to(t->a, t->g, 0, -128, -100),
                        find_answers_to(t->a, t->g, 255, 127, 100), find_answers_to(t->a, t->g, 0, 0, 0)};
    const graph *after = run_passes(t->g, t->a, t->d, NULL, NULL);
    assert_non_null(after);
    const graph *again = run_passes(after, t->a, t->d, NULL, NULL);
    assert_string_equal(widths(after, t->a), wanted);
    assert_string_equal(widths(again, t->a), wanted);
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        const char *why = answer_difference(&before[i], after);
        if (!why) why = answer_difference(&before[i], again);
        if (why) fail_msg("input %d: %s: %s", (int)i, why, wanted);
    }
    end(t);
}

static const char *const separable = "input x: uint8[9, 9, 3] -> normalize(mean = 120, std = 50)\n"
                                     "conv(8, 3, stride = 2) @\"stem\" -> bn @\"stem_bn\" -> relu\n"
                                     "depthwise(3) @\"dw\" -> bn @\"dw_bn\" -> relu\n"
                                     "conv(5, 1) @\"pw\" -> bn @\"pw_bn\" -> relu\n"
                                     "global_avg_pool -> dense(2) @\"head\"\n"
                                     "output y";

static void dead_channels_go_from_a_separable_chain(void **state) {
    (void)state;
    net t = page(separable);
    plant(&t, "stem_bn", 0, -1);
    plant(&t, "stem_bn", 6, 0);
    plant(&t, "dw_bn", 3, -2); /* the stem makes it for nobody then */
    plant(&t, "pw_bn", 4, -1);
    expect_widths(&t, "stem:5 dw:5 pw:4 head:2");
    t = page(separable); /* driven below zero for all pixels from 0 to 255, by the norm's shift alone */
    layer(&t, "stem_bn")->weights[ROLE_BETA]->data[2] = -1e4F;
    expect_widths(&t, "stem:7 dw:7 pw:5 head:2");
}

static void a_constant_goes_where_no_border_mixes_it(void **state) {
    (void)state;
    net t = page(separable);
    plant(&t, "stem_bn", 1, 0.7F); /* the depthwise sees less of it at the border */
    plant(&t, "dw_bn", 5, 0.3F);
    plant(&t, "pw_bn", 0, 11);
    expect_widths(&t, "stem:7 dw:7 pw:4 head:2");
    for (int zero = 0; zero < 2; zero++) {
        for (int padding = 0; padding < 3; padding++) {
            static const char *const layers[] = {"conv(4, 3, padding = valid)", "conv(4, 3)",
                                                 "pad([1, 0, 0, 2]) -> conv(4, 3, padding = valid)"};
            t = begin();
            const char *body = arena_printf(t.a,
                                            "input x: f32[6, 6, 3] -> conv(5, 1) @\"c\" -> bn @\"c_bn\"\n"
                                            "%s @\"k\"\noutput y",
                                            layers[padding]);
            net u = page(body);
            plant(&u, "c_bn", 2, zero ? 0 : -0.6F);
            expect_widths(&u, zero || padding == 0 ? "c:4 k:4" : "c:5 k:4");
            end(&t);
        }
    }
}

static void saturated_activations_are_constants(void **state) {
    (void)state;
    net t = page("input x: uint8[4, 4, 3] -> conv(6, 1) @\"a\" -> bn @\"a_bn\" -> relu6\n"
                 "conv(6, 1) @\"b\" -> bn @\"b_bn\" -> hswish\n"
                 "conv(6, 1) @\"c\" -> bn @\"c_bn\" -> hsigmoid\n"
                 "conv(2, 1) @\"d\"\noutput y");
    layer(&t, "a_bn")->weights[ROLE_BETA]->data[0] = 1e5F; /* always 6 */
    layer(&t, "b_bn")->weights[ROLE_BETA]->data[1] = -1e5F;
    layer(&t, "c_bn")->weights[ROLE_BETA]->data[2] = 1e5F; /* always 1 */
    plant(&t, "b_bn", 3, 0.5F);                            /* hswish of it */
    expect_widths(&t, "a:5 b:4 c:5 d:2");
}

static void what_no_weight_reads_goes(void **state) {
    (void)state;
    net t = page(separable);
    ignore(&t, "pw", 2);
    ignore(&t, "pw", 7);
    ignore(&t, "head", 1);
    expect_widths(&t, "stem:6 dw:6 pw:4 head:2");
    t = page("input x: f32[5, 5, 3]\n" /* one reader of two is enough to stay */
             "conv(6, 1) @\"a\" as a\nconv(4, 3) @\"b\" -> relu as b\n"
             "from a -> conv(4, 1) @\"c\" -> add(b)\noutput y");
    ignore(&t, "b", 0);
    ignore(&t, "b", 1);
    ignore(&t, "c", 1);
    expect_widths(&t, "a:5 b:4 c:4");
}

/* Layers that lead only to dead channels go after them, however deep. */
static void what_leads_only_to_dead_channels_goes(void **state) {
    (void)state;
    net t = page("input x: f32[4, 4, 2]\n"
                 "conv(4, 1) @\"a\" -> relu -> conv(4, 1) @\"b\" -> relu -> conv(4, 1) @\"c\" -> relu\n"
                 "conv(3, 1) @\"d\" -> bn @\"d_bn\" -> conv(2, 1) @\"e\"\noutput y");
    plant(&t, "d_bn", 0, -1);
    float *d = layer(&t, "d")->weights[ROLE_WEIGHT]->data; /* [3][4] */
    float *c = layer(&t, "c")->weights[ROLE_WEIGHT]->data; /* [4][4] */
    d[1 * 4 + 2] = d[2 * 4 + 2] = 0;                       /* channel 2 of c goes to the dead one alone */
    c[0 * 4 + 1] = c[1 * 4 + 1] = c[3 * 4 + 1] = 0;        /* and channel 1 of b to that */
    expect_widths(&t, "a:4 b:3 c:3 d:2 e:2");
}

static void residuals_tie_what_they_add(void **state) {
    (void)state;
    const char *const body = "input x: uint8[6, 6, 3] -> conv(6, 3) @\"stem\" -> bn @\"stem_bn\"\n"
                             "inverted_residual(6, expand = 2) @\"one\"\n"
                             "inverted_residual(6, expand = 2) @\"two\"\n"
                             "conv(4, 1) @\"last\" -> relu\noutput y";
    net t = page(body);
    plant(&t, "one.expand_bn", 3, -1);
    plant(&t, "two.depthwise_bn", 0, 6.5F);
    plant(&t, "two.depthwise_bn", 11, -1);
    plant(&t, "one.project_bn", 2, 0); /* the sum is not constant */
    expect_widths(&t, "stem:6 one.expand:11 one.depthwise:11 one.project:6 two.expand:10 two.depthwise:10 "
                      "two.project:6 last:4");
    t = page(body);
    plant(&t, "stem_bn", 2, 0.25F); /* all three: the sum is constant, and no padding reads it */
    plant(&t, "one.project_bn", 2, 0.5F);
    plant(&t, "two.project_bn", 2, 1);
    expect_widths(&t, "stem:5 one.expand:12 one.depthwise:12 one.project:5 two.expand:12 two.depthwise:12 "
                      "two.project:5 last:4");
}

static void squeezed_channels_go_with_their_gate(void **state) {
    (void)state;
    const char *const body =
        "input x: uint8[6, 6, 4]\n"
        "inverted_residual(5, expand = 3, se = 0.5, act = hswish, gate = hsigmoid) @\"b\"\n"
        "conv(3, 1) @\"last\"\noutput y";
    net t = page(body);
    plant(&t, "b.depthwise_bn", 4, -4); /* hswish is zero */
    plant(&t, "b.depthwise_bn", 7, -5);
    plant(&t, "b.expand_bn", 1, -3);
    expect_widths(&t, "b.expand:10 b.depthwise:10 b.se.reduce:2 b.se.expand:10 b.project:5 last:3");
    t = page(body); /* a closed gate: the mean is still wanted by the other gates */
    layer(&t, "b.se.expand")->weights[ROLE_BIAS]->data[2] = -1e6F;
    layer(&t, "b.se.reduce")->weights[ROLE_WEIGHT]->data[5] = 0;
    expect_widths(&t, "b.expand:12 b.depthwise:12 b.se.reduce:2 b.se.expand:12 b.project:5 last:3");
}

static void shuffles_stay_shuffles(void **state) {
    (void)state;
    const char *const units = "input x: uint8[6, 6, 3] -> conv(8, 3) @\"stem\" -> bn @\"stem_bn\" -> relu\n"
                              "shuffle_unit_v2(8) @\"u\"\nshuffle_unit_v2(8) @\"v\"\n"
                              "conv(3, 1) @\"last\"\noutput y";
    net t = page(units);
    plant(&t, "u.reduce_bn", 1, -1); /* inside the branch */
    plant(&t, "v.reduce_bn", 0, -1);
    plant(&t, "v.depthwise_bn", 3, 1.5F);
    plant(&t, "v.expand_bn", 2, -1); /* its partner in the shuffle lives */
    expect_widths(&t, "stem:8 u.reduce:3 u.depthwise:3 u.expand:4 v.reduce:2 v.depthwise:2 v.expand:4 last:3");
    t = page("input x: uint8[6, 6, 3] -> conv(12, 3) @\"stem\" -> bn @\"stem_bn\" -> relu\n"
             "conv(9, 1, groups = 3) @\"a\" -> bn @\"a_bn\" -> relu -> shuffle(3) -> depthwise(3) @\"dw\"\n"
             "conv(6, 1, groups = 3) @\"b\" -> relu -> conv(2, 1) @\"last\"\noutput y");
    for (int group = 0; group < 3; group++) {
        plant(&t, "a_bn", group * 3 + 1, -1); /* one of each group, in the shuffle's column 1 */
        plant(&t, "stem_bn", group * 4 + group, 0);
    }
    plant(&t, "stem_bn", 1, -1); /* a second one of the first group only */
    plant(&t, "a_bn", 0, -1);
    /* Column 1 of the shuffle is the second group of b, which is constant then. In the first
     * group of a two channels of the stem are dead; one stays. */
    expect_widths(&t, "stem:9 a:6 dw:6 b:4 last:2");
}

/* What one channel's row of the shuffle was made of need not be made where the row is the same for all inputs.
 */
static void fixed_rows_read_nothing(void **state) {
    (void)state;
    net t = page("input x: uint8[4, 4, 3] -> conv(4, 1) @\"a\" -> relu\n"
                 "conv(4, 1) @\"b\" -> bn @\"b_bn\" -> relu -> shuffle(2) -> softmax\noutput y");
    plant(&t, "b_bn", 0, 2); /* stays, since softmax wants it */
    float *b = layer(&t, "b")->weights[ROLE_WEIGHT]->data;
    b[1 * 4 + 3] = b[2 * 4 + 3] = b[3 * 4 + 3] = 0; /* only that row reads channel 3 */
    expect_widths(&t, "a:3 b:4");
}

static void groups_stay_equal(void **state) {
    (void)state;
    const char *const body =
        "input x: uint8[5, 5, 2] -> conv(8, 1) @\"a\" -> bn @\"a_bn\" -> relu\n"
        "conv(12, 3, groups = 4) @\"g\" -> bn @\"g_bn\" -> relu -> conv(3, 1) @\"c\"\noutput y";
    net t = page(body);
    plant(&t, "a_bn", 0, -1); /* one group of four */
    plant(&t, "g_bn", 5, -1);
    expect_widths(&t, "a:8 g:12 c:3");
    t = page(body);
    for (int group = 0; group < 4; group++) {
        plant(&t, "a_bn", group * 2 + group % 2, -1);
        plant(&t, "g_bn", group * 3 + group % 3, 0.25F);
    }
    plant(&t, "g_bn", 1, -1);
    expect_widths(&t, "a:4 g:8 c:3");
    t = page(body); /* a whole group */
    for (int i = 0; i < 3; i++) plant(&t, "g_bn", 3 + i, -1);
    expect_widths(&t, "a:6 g:9 c:3");
}

static void concats_and_slices_narrow(void **state) {
    (void)state;
    net t = page("input x: uint8[5, 5, 3]\n"
                 "conv(5, 1) @\"a\" -> bn @\"a_bn\" -> relu as a\n"
                 "from x -> conv(4, 3) @\"b\" -> bn @\"b_bn\" -> relu\nconcat(a) -> concat(x) as all\n"
                 "slice(2, 5) -> max_pool(3) -> conv(3, 1) @\"c\" as c\n"
                 "from all -> upsample(2, bilinear) -> conv(3, 3, stride = 2) @\"d\" -> add(c)\noutput y");
    plant(&t, "a_bn", 0, -1);
    plant(&t, "a_bn", 4, -1);
    plant(&t, "b_bn", 3, -1);
    plant(&t, "b_bn", 0, 0.5F); /* d pads */
    expect_widths(&t, "a:3 b:3 c:3 d:3");
}

/* Pixels may move, and maps be joined along their height: a channel stays a channel. Where channels become
 * pixels, all stay. */
static void channels_go_where_pixels_move(void **state) {
    (void)state;
    net t = page("input x: uint8[4, 5, 3]\n"
                 "conv(6, 1) @\"a\" -> bn @\"a_bn\" -> relu\n"
                 "transpose([1, 0, 2]) -> reshape(2, 10, 6) as a\n"
                 "from x\nconv(6, 3) @\"b\" -> bn @\"b_bn\" -> relu -> reshape(2, 10, 6) as b\n"
                 "concat(a, axis = h) -> conv(3, 1) @\"c\" as c\n"
                 "from b\nconv(6, 1) @\"d\" -> bn @\"d_bn\" -> relu\n"
                 "transpose([2, 0, 1]) -> conv(2, 1) @\"e\"\noutput y\nfrom c\noutput z");
    plant(&t, "a_bn", 1, -1);
    plant(&t, "b_bn", 1, -1);
    plant(&t, "a_bn", 4, -1); /* b has it still, and they are joined */
    plant(&t, "d_bn", 0, -1);
    expect_widths(&t, "a:5 b:5 c:3 d:6 e:2");
}

static void feature_maps_go_into_dense_layers(void **state) {
    (void)state;
    for (int flat = 0; flat < 2; flat++) {
        net t = begin();
        const char *body = arena_printf(t.a,
                                        "input x: int8[3, 4, 3] -> conv(6, 3) @\"a\" -> bn @\"a_bn\" -> relu\n"
                                        "%s dense(4) @\"b\" -> tanh -> dense(3) @\"c\"\noutput y",
                                        flat ? "flatten -> relu6 -> sigmoid ->" : "");
        net u = page(body);
        plant(&u, "a_bn", 0, -1);
        plant(&u, "a_bn", 3, 0.25F);
        expect_widths(&u, "a:4 b:4 c:3");
        end(&t);
    }
}

/* A norm in front of a convolution leaves a padding of its own; the constant beside it goes where they agree.
 */
static void padding_values_are_heeded(void **state) {
    (void)state;
    const char *const body =
        "input x: uint8[5, 5, 3] -> conv(5, 1) @\"a\" -> bn @\"a_bn\" -> relu -> bn @\"n\"\n"
        "conv(4, 3) @\"b\"\noutput y";
    net t = page(body);
    plant(&t, "a_bn", 1, -1); /* zero, but the padding is not */
    expect_widths(&t, "a:5 b:4");
    t = page(body);
    plant(&t, "a_bn", 1, -1);
    layer(&t, "n")->weights[ROLE_MEAN]->data[1] = layer(&t, "n")->weights[ROLE_BETA]->data[1] = 0;
    expect_widths(&t, "a:4 b:4");
}

static void something_stays_of_every_layer(void **state) {
    (void)state;
    net t = page(
        "input x: uint8[5, 5, 3] -> conv(4, 1) @\"a\" -> bn @\"a_bn\" -> relu -> depthwise(3) @\"dw\"\n"
        "conv(4, 1) @\"b\" -> relu\n"
        "concat {\n branch { conv(3, 1) @\"c\" -> bn @\"c_bn\" -> relu -> sigmoid }\n branch { identity }\n }\n"
        "conv(2, 1) @\"d\"\noutput y");
    for (int i = 0; i < 4; i++) plant(&t, "a_bn", i, -1);
    for (int i = 0; i < 3; i++) plant(&t, "c_bn", i, -1);
    expect_widths(&t, "a:1 dw:1 b:1 c:1 d:2");
}

static void inputs_and_outputs_keep_their_shape(void **state) {
    (void)state;
    net t = page("input x: uint8[5, 5, 3]\nrelu -> conv(4, 1) @\"a\" -> bn @\"a_bn\" -> relu\noutput first\n"
                 "conv(4, 1) @\"b\" -> bn @\"b_bn\" -> relu\noutput second");
    plant(&t, "a_bn", 1, -1);
    plant(&t, "b_bn", 2, -1);
    ignore(&t, "a", 0);
    expect_widths(&t, "a:4 b:4");
}

static void few_missing_channels_are_filled_up(void **state) {
    (void)state;
    net t =
        page("input x: int8[3, 3, 3] -> conv(64, 1) @\"a\" -> bn @\"a_bn\" -> relu -> depthwise(3) @\"dw\"\n"
             "conv(40, 1) @\"b\" -> bn @\"b_bn\" -> relu -> conv(2, 1) @\"c\"\noutput y");
    plant(&t, "a_bn", 9, -1);
    for (int i = 0; i < 9; i++) plant(&t, "b_bn", 4 * i, -1);
    expect_widths(&t, "a:64 dw:64 b:32 c:2"); /* 31 and one */
}

/* Weights that are no numbers make answers that are none, with and without the channel. */
static void channels_that_are_no_numbers_stay(void **state) {
    (void)state;
    static const float bad[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < 3; i++) {
        net t = page(separable);
        plant(&t, "stem_bn", 0, -1);
        layer(&t, "stem")->weights[ROLE_WEIGHT]->data[27 * 4 + 3] = bad[i];
        layer(&t, "pw")->weights[ROLE_WEIGHT]->data[0] =
            bad[i]; /* of channel 0: zero times this is no number */
        ignore(&t, "pw", 4);
        const graph *after = run_passes(t.g, t.a, t.d, NULL, NULL);
        assert_string_equal(widths(after, t.a), "stem:8 dw:8 pw:5 head:2");
        end(&t);
    }
}

static void it_can_be_left_out_and_needs_values(void **state) {
    (void)state;
    net t = page(separable);
    plant(&t, "stem_bn", 0, -1);
    ignore(&t, "pw", 5);
    const graph *after = run_passes_with(&(pass_options){.keep_dead = true}, t.g, t.a, t.d, NULL, NULL);
    assert_string_equal(widths(after, t.a), "stem:8 dw:8 pw:5 head:2");
    assert_int_equal(after->constant_channels, 0);
    after = run_passes(t.g, t.a, t.d, NULL, NULL);
    assert_string_equal(widths(after, t.a), "stem:6 dw:6 pw:5 head:2");
    assert_int_equal(after->constant_channels, 2); /* the stem's, and then the depthwise's */
    assert_int_equal(after->unread_channels, 2);
    end(&t);
    t = begin();
    int x = conv(&t, input(&t, TYPE_U8, 4, 4, 3), 4, 1, 0);
    output(&t, conv(&t, plain(&t, OP_RELU, x), 2, 1, 0));
    assert_string_equal(describe(run_passes(t.g, t.a, t.d, NULL, NULL), t.a), "input:uint8 conv+relu conv");
    end(&t);
}

/* The numbers that activations are tried with, by what they take. */
static const act_args tried_args[] = {
    [ARGUMENTS_SLOPE] = {0.1, 0},
    [ARGUMENTS_ALPHA] = {0.5, 0},
    [ARGUMENTS_EXPONENT] = {3, 0},
    [ARGUMENTS_BOUNDS] = {-2, 5},
};
static const act_args other_args[] = {
    [ARGUMENTS_SLOPE] = {-0.5, 0},
    [ARGUMENTS_ALPHA] = {2, 0},
    [ARGUMENTS_EXPONENT] = {-1.5, 0},
    [ARGUMENTS_BOUNDS] = {0.25, 0.5},
};

/* Every value of an activation lies in its interval, and the interval's ends are nearly reached. */
static void intervals_hold_all_values(void **state) {
    (void)state;
    static const double ends[] = {-40, -6.5, -3, -2.1, -1.5, -1.2, -0.3, 0, 0.4, 1.5, 3, 5.5, 6, 7, 50};
    enum { ENDS = sizeof ends / sizeof *ends, STEPS = 400 };
    for (int op = 0; op < OP_COUNT; op++) {
        if (op_table[op].class != CLASS_ACT) continue;
        act_args some = tried_args[activation_table[op].arguments],
                 other = other_args[activation_table[op].arguments];
        for (int i = 0; i < ENDS * ENDS * 2; i++) {
            double low = ends[i / 2 / ENDS], high = ends[i / 2 % ENDS];
            act_args args = i % 2 ? some : other;
            if (low > high) continue;
            range y = activate_interval((op_kind)op, args, (range){low, high});
            double least = INFINITY, most = -INFINITY;
            bool values_exist = true;
            for (int s = 0; s <= STEPS; s++) {
                double v = activate((op_kind)op, args, s == STEPS ? high : low + (high - low) * s / STEPS);
                least = fmin(least, v), most = fmax(most, v);
                values_exist = values_exist && isfinite(v);
            }
            if (is_unknown(y)) { /* there is a number or a pole without a value */
                assert_true(!values_exist || (low <= 0 && high >= 0));
                continue;
            }
            assert_true(values_exist);
            assert_true(y.low <= least + 1e-12 && most <= y.high + 1e-12 * (1 + fabs(most)));
            assert_true(least - y.low < 0.05 && y.high - most < 0.05 * (1 + fabs(most)));
            if (low == high) assert_true(y.low == y.high);
        }
        range all = activate_interval((op_kind)op, some, (range){-INFINITY, INFINITY});
        if (op == OP_LOG || op == OP_SQRT || op == OP_RECIPROCAL) {
            assert_true(is_unknown(all));
            continue;
        }
        assert_false(is_unknown(all));
        assert_true(all.low <= activate((op_kind)op, some, -1e3) &&
                    all.high >= activate((op_kind)op, some, 1e3));
        assert_true(is_unknown(activate_interval((op_kind)op, some, unknown_interval())));
    }
}

static void products_of_intervals(void **state) {
    (void)state;
    range zero = {0, 0}, all = {-INFINITY, INFINITY}, x = {-2, 3}, y = {-5, 4};
    range p = multiply_intervals(x, y);
    assert_true(p.low == -15 && p.high == 12);
    p = multiply_intervals(zero, all); /* of finite numbers */
    assert_true(is_constant(p) && p.low == 0);
    p = multiply_intervals((range){0, 1}, all);
    assert_true(p.low == -INFINITY && p.high == INFINITY);
    assert_true(is_unknown(multiply_intervals(zero, unknown_interval())));
    assert_true(is_unknown(join_intervals(unknown_interval(), zero)));
    assert_false(is_constant((range){INFINITY, INFINITY}));
}

/* Where no weights are, the bounds of a tensor (range.c) are those that its channels have together
 * (channel_ranges.c), and they are as tight as can be said here. */
static void tensors_and_channels_have_the_same_ranges(void **state) {
    (void)state;
    net t = begin();
    int x = input(&t, TYPE_I8, 6, 6, 4);
    int gate = plain(&t, OP_HSIGMOID, x), gated = join(&t, OP_MUL, plain(&t, OP_HSWISH, x), gate);
    int sum = join(&t, OP_ADD, plain(&t, OP_RELU6, gated), plain(&t, OP_TANH, x));
    int padded = pad(&t, join(&t, OP_CONCAT, slice(&t, sum, 0, 2), plain(&t, OP_SWISH, x)), 1, 1, 1, 1);
    int pooled = plain(&t, OP_GLOBAL_AVG_POOL, shuffle(&t, padded, 2));
    output(&t, plain(&t, OP_SOFTMAX, pooled));
    const range *all = find_ranges(t.g, t.a);
    channel_ranges channels = number_channels(t.g, t.a, 1000);
    find_channel_ranges(t.g, t.a, &channels);
    for (int i = 0; i < t.g->n_nodes; i++) {
        range joined = channels.values[channels.first[i]];
        for (int c = channels.first[i]; c < channels.first[i + 1]; c++) {
            joined = join_intervals(joined, channels.values[c]);
        }
        assert_true(all[i].low == joined.low && all[i].high == joined.high);
    }
    assert_true(all[x].low == -128 && all[x].high == 127);
    assert_true(all[gated].low == -0.375 && all[gated].high == 127);
    assert_true(all[sum].low == tanh(-128) && all[sum].high == 6 + tanh(127));
    assert_true(all[padded].low == -1 && all[padded].high == 127); /* of tanh, of swish */
    assert_true(is_idle_activation(OP_RELU, all[gate]) && is_idle_activation(OP_RELU6, all[gate]));
    assert_false(is_idle_activation(OP_RELU, all[gated]) || is_idle_activation(OP_SIGMOID, all[gate]));
    end(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dead_channels_go_from_a_separable_chain),
        cmocka_unit_test(a_constant_goes_where_no_border_mixes_it),
        cmocka_unit_test(saturated_activations_are_constants),
        cmocka_unit_test(what_no_weight_reads_goes),
        cmocka_unit_test(what_leads_only_to_dead_channels_goes),
        cmocka_unit_test(residuals_tie_what_they_add),
        cmocka_unit_test(squeezed_channels_go_with_their_gate),
        cmocka_unit_test(shuffles_stay_shuffles),
        cmocka_unit_test(fixed_rows_read_nothing),
        cmocka_unit_test(groups_stay_equal),
        cmocka_unit_test(concats_and_slices_narrow),
        cmocka_unit_test(channels_go_where_pixels_move),
        cmocka_unit_test(feature_maps_go_into_dense_layers),
        cmocka_unit_test(padding_values_are_heeded),
        cmocka_unit_test(something_stays_of_every_layer),
        cmocka_unit_test(inputs_and_outputs_keep_their_shape),
        cmocka_unit_test(few_missing_channels_are_filled_up),
        cmocka_unit_test(channels_that_are_no_numbers_stay),
        cmocka_unit_test(it_can_be_left_out_and_needs_values),
        cmocka_unit_test(intervals_hold_all_values),
        cmocka_unit_test(products_of_intervals),
        cmocka_unit_test(tensors_and_channels_have_the_same_ranges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
