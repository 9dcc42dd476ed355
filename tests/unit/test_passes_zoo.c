/* test_passes_zoo.c: what the passes leave of the networks in dsl/: the layers that the papers count, and
 * nothing beside them. No weights are needed for that. */
#include "passes_check.h"

#include "lang/lang.h"

typedef struct expectation {
    const char *file;
    const char *variant;
    int convs, depthwises, denses;
    int residuals; /* layers that an add rides on */
    int muls;      /* squeeze-excite scales */
    int pools, concats;
} expectation;

static const expectation zoo[] = {
    /* stem, 13 separable pairs */
    {"mobilenet_v1.net", NULL, 1 + 13, 13, 1, 0, 0, 1, 0},
    /* stem, 17 blocks of which the first expands nothing, last; Sandler et al. 2018, table 2 */
    {"mobilenet_v2.net", NULL, 1 + 16 + 17 + 1, 17, 1, 10, 0, 1, 0},
    /* stem, expand, project, last, two per squeeze-excite; Howard et al. 2019, tables 1 and 2 */
    {"mobilenet_v3_large.net", NULL, 1 + 14 + 15 + 1 + 2 * 8, 15, 2, 10, 8, 1 + 8, 0},
    {"mobilenet_v3_small.net", NULL, 1 + 10 + 11 + 1 + 2 * 9, 11, 2, 6, 9, 1 + 9, 0},
    /* stem, two a unit; three units join by concat, and pool their shortcut */
    {"shufflenet_v1.net", NULL, 1 + 2 * 16, 16, 1, 13, 0, 1 + 3 + 1, 3},
    {"shufflenet_v1.net", "g8", 1 + 2 * 16, 16, 1, 13, 0, 1 + 3 + 1, 3},
    /* stem, last, two a unit and one more in the shortcut of three */
    {"shufflenet_v2.net", NULL, 2 + 2 * 16 + 3, 16 + 3, 1, 0, 0, 1 + 1, 16},
    {"shufflenet_v2.net", "x2_0", 2 + 2 * 16 + 3, 16 + 3, 1, 0, 0, 1 + 1, 16},
    /* stem, expand, project, last, two per squeeze-excite; Tan and Le 2019, table 1 */
    {"efficientnet_b0.net", NULL, 1 + 15 + 16 + 1 + 2 * 16, 16, 1, 9, 16, 1 + 16, 0},
    {"efficientnet_b4.net", NULL, 1 + 30 + 32 + 1 + 2 * 32, 32, 1, 25, 32, 1 + 32, 0},
    {"efficientnet_lite.net", "lite0", 1 + 15 + 16 + 1, 16, 1, 9, 0, 1, 0},
    /* stem, separable, 16 (15) blocks, last; Tan et al. 2019, figure 7 */
    {"mnasnet_b1.net", NULL, 1 + 1 + 2 * 16 + 1, 17, 1, 10, 0, 1, 0},
    {"mnasnet_a1.net", NULL, 1 + 1 + 2 * 15 + 1 + 2 * 8, 16, 1, 9, 8, 1 + 8, 0},
};

static void expect_count(const expectation *e, const graph *g, arena *a, const char *what, int got,
                         int wanted) {
    if (got != wanted) fail_msg("%s has %d %s, not %d: %s", e->file, got, what, wanted, describe(g, a));
}

static void check_counts(const expectation *e, const graph *g, arena *a) {
    int ops[OP_COUNT] = {0}, classes[CLASS_VIEW + 1] = {0}, residuals = 0, known = 0;
    for (int i = 0; i < g->n_nodes; i++) {
        ops[g->nodes[i].op]++;
        classes[op_table[g->nodes[i].op].class]++;
        residuals += g->nodes[i].a.has_residual;
    }
    expect_count(e, g, a, "convs", ops[OP_CONV], e->convs);
    expect_count(e, g, a, "depthwise layers", ops[OP_DEPTHWISE], e->depthwises);
    expect_count(e, g, a, "dense layers", ops[OP_DENSE], e->denses);
    expect_count(e, g, a, "residuals", residuals, e->residuals);
    expect_count(e, g, a, "muls", ops[OP_MUL], e->muls);
    expect_count(e, g, a, "pools", classes[CLASS_POOL], e->pools);
    expect_count(e, g, a, "concats", ops[OP_CONCAT], e->concats);
    known = 1 + e->convs + e->depthwises + e->denses + e->muls + e->pools + e->concats + ops[OP_SOFTMAX] +
            ops[OP_SLICE] + ops[OP_SHUFFLE];
    expect_count(e, g, a, "nodes", g->n_nodes, known);
    assert_int_equal(g->nodes[0].op, OP_INPUT);
}

static void check_net(const expectation *e) {
    arena *a = arena_new();
    diag *d = diag_new(a);
    const char *path = arena_printf(a, "%s/../../dsl/%s", TEST_FOLDER, e->file);
    graph *g = lang_compile(a, d, path, &(lang_options){.variant = e->variant}, NULL, NULL);
    if (!g) fail_msg("%s does not compile", path);
    const graph *after = run_passes(g, a, d, NULL, NULL);
    assert_non_null(after);
    assert_null(graph_verify(after, a));
    check_counts(e, after, a);
    arena_free(a);
}

static void only_what_the_papers_count_is_left(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof zoo / sizeof *zoo; i++) check_net(&zoo[i]);
}

static graph *compile(net *t, const char *page) {
    graph *g = lang_compile_text(t->a, t->d, "test.net", page, strlen(page), &(lang_options){0});
    text said = {0};
    diag_print(t->d, &said);
    if (!g) fail_msg("%s", said.data);
    text_free(&said);
    return g;
}

/* From the text to the last pass, in one go. */
static void nets_from_text_keep_their_answers(void **state) {
    (void)state;
    net t = begin();
    t.g = compile(&t, "default padding = same, bias = true, naming = keras\n"
                      "net keras {\n"
                      "    input image: uint8[9, 9, 3] -> normalize(mean = 127.5, std = 127.5)\n"
                      "    pad([0, 1, 0, 1]) -> conv(8, 3, stride = 2, padding = valid) -> bn -> relu6\n"
                      "    residual { depthwise(3) -> bn -> relu6 -> conv(8, 1) -> bn }\n"
                      "    relu\n"
                      "    scale { global_avg_pool -> conv(2, 1) -> relu -> conv(8, 1) -> hsigmoid }\n"
                      "    flatten -> dropout -> dense(5) -> softmax\n"
                      "    output probs\n"
                      "}\n");
    expect_passes(&t,
                  "input:uint8 conv[pad]+relu6 depthwise+relu6 conv+residual+relu global_avg_pool conv+relu "
                  "conv+hsigmoid mul dense softmax");
    end(&t);

    t = begin();
    t.g = compile(
        &t, "default padding = symmetric, naming = torch\n"
            "net shuffle {\n"
            "    input image: f32[8, 8, 3]\n"
            "    conv(8, 3) -> bn -> relu\n"
            "    concat {\n"
            "        branch { avg_pool(3, stride = 2, count_pad = true) }\n"
            "        branch { conv(4, 1, groups = 2) -> bn -> relu -> shuffle(2) -> depthwise(3, stride = 2) "
            "-> bn -> conv(8, 1, groups = 2) -> bn }\n"
            "    }\n"
            "    relu -> shuffle(2)\n"
            "    split {\n"
            "        branch { identity }\n"
            "        branch { conv(8, 1) -> bn -> leaky_relu(0.2) }\n"
            "    }\n"
            "    avg_pool(4, padding = valid) -> dense(3)\n"
            "    output y\n"
            "}\n");
    expect_passes(&t,
                  "input conv+relu avg_pool conv+relu shuffle depthwise conv+relu concat shuffle slice slice "
                  "conv+leaky_relu concat global_avg_pool dense");
    end(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_the_papers_count_is_left),
        cmocka_unit_test(nets_from_text_keep_their_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
