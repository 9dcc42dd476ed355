/* test_weights_codes.c: the weights of quantised layers: integers and scales, read, written and seeded. */
#include "weights_bench.h"

#include "graph/quant.h"
#include "lang/lang.h"

#include <math.h>

static const signed char codes[6] = {1, -127, 127, 0, -5, 6};
static const int32_t biases[2] = {1 << 30, -16777217}; /* numbers that no float holds, or only just */
static const float scales[2] = {0.5f, 0.001f};

/* A dense layer of 2 x 3 codes, "fc", on an int8 input. */
static bench start_dense(naming whose) {
    bench b = start(1, 1, 3, whose);
    b.g->nodes[b.last].type = TYPE_I8;
    assert_true(graph_quantise_input(b.g, b.d, b.last, 0.5f, 3));
    attrs a = b.defaults;
    a.out = 2, a.has_bias = true, a.q = (quant){.on = true, .scale = 0.25f, .zero = -4};
    add(&b, OP_DENSE, &a, "fc");
    return b;
}

static text dense_file(const char *weight_type, const void *weight, size_t weight_bytes, const char *bias_type,
                       const void *bias, size_t bias_bytes, const float *weight_scales) {
    safetensors_maker m = {0};
    safetensors_add(&m, "fc.bias", bias_type, "[2]", bias, bias_bytes);
    safetensors_add(&m, "fc.weight", weight_type, "[2,3]", weight, weight_bytes);
    safetensors_add(&m, "fc.weight_scale", "F32", "[2]", weight_scales, 2 * sizeof(float));
    return safetensors_finish(&m);
}

static void expect_the_dense(const bench *b) {
    const node *n = &b->g->nodes[b->last];
    for (int i = 0; i < 6; i++) assert_true(n->weights[ROLE_WEIGHT]->data[i] == (float)codes[i]);
    assert_memory_equal(n->weights[ROLE_BIAS]->ints, biases, sizeof biases);
    assert_null(n->weights[ROLE_BIAS]->data);
    assert_memory_equal(n->weights[ROLE_WEIGHT_SCALE]->data, scales, sizeof scales);
}

static void codes_are_read_from_both_formats(void **state) {
    (void)state;
    bench b = start_dense(NAMING_TORCH);
    expect_bound(&b, dense_file("I8", codes, 6, "I32", biases, sizeof biases, scales));
    expect_the_dense(&b);
    uint64_t hash = b.report.hash;
    arena_free(b.a);

    for (int deflated = 0; deflated < 2; deflated++) {
        b = start_dense(NAMING_KERAS);
        zip_maker z = {0};
        text kernel =
            npy_of(1, "|i1", "True", "(3, 2)", codes, 6); /* [in, out] of keras, the other way round */
        text bias = npy_of(1, "<i4", "False", "(2,)", biases, sizeof biases);
        text scale = npy_of(1, "<f4", "False", "(2,)", scales, sizeof scales);
        zip_add(&z, "fc/kernel.npy", kernel, deflated, (zip_lie){0});
        zip_add(&z, "fc/bias.npy", bias, deflated, (zip_lie){0});
        zip_add(&z, "fc/kernel_scale.npy", scale, deflated, (zip_lie){0});
        text_free(&kernel), text_free(&bias), text_free(&scale);
        expect_bound(&b, zip_finish(&z));
        expect_the_dense(&b);
        assert_true(b.report.hash == hash);
        arena_free(b.a);
    }
    b = start_dense(NAMING_TORCH);
    static const int32_t others[2] = {1 << 30, -16777218};
    expect_bound(&b, dense_file("I8", codes, 6, "I32", others, sizeof others, scales));
    assert_false(b.report.hash == hash);
    arena_free(b.a);
}

static void numbers_of_another_type_are_refused(void **state) {
    (void)state;
    static const float whole[6] = {1, 2, 3, 4, 5, 6};
    static const int32_t wide[6] = {1, 2, 3, 4, 5, 6};
    bench b = start_dense(NAMING_TORCH);
    expect_said(&b, dense_file("F32", whole, 24, "I32", biases, sizeof biases, scales),
                "small.net:1:1: error: tensor \"fc.weight\" of first.w: its type is F32, but the layer is "
                "quantised and needs int8\n    1 | 1\n      | ^\n1 error\n");
    b = start_dense(NAMING_TORCH);
    expect_said(&b, dense_file("I32", wide, 24, "F32", whole, 8, scales),
                "small.net:1:1: error: tensor \"fc.weight\" of first.w: its type is I32, but the layer is "
                "quantised and needs int8\n    1 | 1\n      | ^\n"
                "small.net:1:1: error: tensor \"fc.bias\" of first.w: its type is F32, but the layer is "
                "quantised and needs int32\n    1 | 1\n      | ^\n2 errors\n");

    b = start(1, 1, 3, NAMING_TORCH);
    add_dense(&b, 2, "fc");
    expect_said(
        &b, one_safetensor("I8", codes, 6),
        "small.net:1:1: error: tensor \"fc.weight\" of first.w: its type I8 is not read for weights; F32, "
        "F16, BF16 and F64 are\n    1 | 1\n      | ^\n1 error\n");

    safetensors_maker m = {0};
    safetensors_add(&m, "fc.weight_scale", "F32", "[2]", scales, sizeof scales);
    safetensors_add(&m, "fc.bias", "I32", "[2]", biases, sizeof biases);
    b = start_dense(NAMING_TORCH);
    expect_said(&b, safetensors_finish(&m),
                "small.net:1:1: error: missing tensor \"fc.weight\" in first.w, expected int8 [2, 3]\n"
                "    1 | 1\n      | ^\n1 error\n");
}

static void scales_that_are_none_are_refused(void **state) {
    (void)state;
    static const struct {
        float scale;
        const char *what;
    } cases[] = {{0, "not above 0"}, {-1, "not above 0"}, {INFINITY, "infinite"}, {NAN, "NaN"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bench b = start_dense(NAMING_TORCH);
        const float bad[2] = {0.5f, cases[i].scale};
        expect_said(&b, dense_file("I8", codes, 6, "I32", biases, sizeof biases, bad),
                    arena_printf(b.a,
                                 "small.net:1:1: error: tensor \"fc.weight_scale\" of first.w is %s at [1]\n"
                                 "    1 | 1\n      | ^\n1 error\n",
                                 cases[i].what));
    }
}

static const char all_kinds[] =
    "default naming = %s, bias = true, rounding = tflite\n"
    "net kinds {\n"
    "    input image: uint8[9, 9, 3] (q = [0.0078125, 127])\n"
    "    conv(8, 3, stride = 2, q = [0.02, -128]) @\"stem\" -> relu6\n"
    "    depthwise(3, multiplier = 2, q = [channels, -128]) @\"dw\"\n"
    "    conv(8, 1, groups = 2, one_weight_scale = true, q = [0.05, 3]) @\"project\"\n"
    "    constant(5, 5, 8, q = [0.01, -100]) as c\n"
    "    conv_transpose(4, 3, stride = 2, q = [0.06, 5]) @\"up\"\n"
    "    dense(7, q = [0.1, 0]) @\"fc\" -> dequantize -> dense(3) @\"float\"\n"
    "    output y\n"
    "}\n";

static graph *kinds(arena *a, const char *whose) {
    const char *text_of = arena_printf(a, all_kinds, whose);
    diag *d = diag_new(a);
    graph *g = lang_compile_text(a, d, "kinds.net", text_of, strlen(text_of), &(lang_options){0});
    text said = {0};
    diag_print(d, &said);
    if (said.size) fail_msg("%s", said.data);
    return g;
}

static void what_is_written_reads_back(void **state) {
    (void)state;
    for (int keras = 0; keras < 2; keras++) {
        arena *a = arena_new();
        graph *g = kinds(a, keras ? "keras" : "torch"), *again = kinds(a, keras ? "keras" : "torch");
        weights_report seeded;
        weights_seed(a, g, 5, &seeded);
        text file = {0};
        weights_header(g, &file);
        weights_writer w = {.g = g};
        while (next_weights_piece(&w, &file)) {
        }
        /* The header ends at a multiple of 8 bytes, and the tensors of four bytes come first. */
        assert_int_equal((uint64_t)(unsigned char)file.data[0] % 8, 0);
        const char *first_codes = strstr(file.data + 8, "\"I8\"");
        assert_non_null(first_codes);
        assert_null(strstr(first_codes, "\"F32\""));
        assert_null(strstr(first_codes, "\"I32\""));

        bench b = {.a = a, .d = diag_new(a), .g = again};
        expect_bound(&b, file);
        assert_int_equal(b.report.n_unused, 0);
        assert_int_equal(b.report.n_used, seeded.n_used);
        assert_true(b.report.hash == seeded.hash);
        for (int i = 0; i < g->n_nodes; i++) {
            for (int r = 0; r < ROLE_COUNT; r++) {
                const tensor *x = g->nodes[i].weights[r], *y = again->nodes[i].weights[r];
                if (!x) continue;
                assert_int_equal(x->type, y->type);
                size_t bytes = (size_t)x->count * 4;
                assert_memory_equal(x->type == TYPE_I32 ? (void *)x->ints : (void *)x->data,
                                    y->type == TYPE_I32 ? (void *)y->ints : (void *)y->data, bytes);
            }
        }
        arena_free(a);
    }
}

static double deviation(const tensor *t) {
    double sum = 0;
    for (int64_t i = 0; i < t->count; i++) sum += (double)t->data[i] * (double)t->data[i];
    return sqrt(sum / (double)t->count);
}

/* The hash that tests/zoo/seeded.py prints: of codes as int32. */
static uint64_t hash_of(const tensor *t) {
    if (t->type == TYPE_I32) return fnv_ints(FNV_START, t->ints, t->count);
    if (t->type == TYPE_F32) return fnv_floats(FNV_START, t->data, t->count);
    uint64_t hash = FNV_START;
    for (int64_t i = 0; i < t->count; i++) {
        int32_t code = (int32_t)t->data[i];
        hash = fnv_ints(hash, &code, 1);
    }
    return hash;
}

/* Seeded codes are whole numbers in range, their scales are those of the formula, and the same on every
 * machine. */
static void seeded_codes_are_as_the_comment_says(void **state) {
    (void)state;
    arena *a = arena_new();
    graph *g = kinds(a, "torch");
    weights_report report;
    weights_seed(a, g, 5, &report);
    int checked = 0;
    for (int i = 0; i < g->n_nodes; i++) {
        const node *n = &g->nodes[i];
        const tensor *w = n->weights[ROLE_WEIGHT];
        if (!w || w->type != TYPE_I8) continue;
        for (int64_t k = 0; k < w->count; k++)
            assert_true(w->data[k] == floorf(w->data[k]) && w->data[k] >= -128 && w->data[k] <= 127);
        if (n->op != OP_CONSTANT && w->count > 100) assert_true(fabs(deviation(w) - 32) < 5);
        checked++;
    }
    assert_int_equal(checked, 6);
    const node *stem = &g->nodes[1];
    /* scale 0.02 over 255 codes, from 0.0078125 over 128 codes, of 27 weights */
    double expected = 0.02 * 255 / (0.0078125 * 127 * 32 * sqrt(27));
    for (int c = 0; c < 8; c++) {
        double ratio = (double)stem->weights[ROLE_WEIGHT_SCALE]->data[c] / expected;
        assert_true(ratio > 0.4 && ratio < 1.6);
    }
    /* The depthwise's factors contain the scales of its channels. */
    const node *dw = &g->nodes[3];
    const float *out = dw->weights[ROLE_OUTPUT_SCALE]->data, *per = dw->weights[ROLE_WEIGHT_SCALE]->data;
    for (int c = 0; c < 16; c++) {
        double of = (double)out[c] * 255 / (0.02 * 255 * 32 * 3);
        assert_true((double)per[c] / of > 0.4 && (double)per[c] / of < 1.6);
        assert_true(out[c] >= 1.0f / 32 && out[c] < 4.6f / 32);
    }
    assert_int_equal(g->nodes[4].weights[ROLE_WEIGHT_SCALE]->count, 1);
    static const struct {
        int node;
        role of;
        uint64_t hash;
    } numpys[] = {
        {4, ROLE_WEIGHT, UINT64_C(0x1841dcbc4db09327)},
        {1, ROLE_BIAS, UINT64_C(0x380d6123c7a6a2ed)},
        {1, ROLE_WEIGHT_SCALE, UINT64_C(0x9ace0c01cf53d820)},
        {3, ROLE_OUTPUT_SCALE, UINT64_C(0xc86aff4779217e52)},
        {5, ROLE_WEIGHT, UINT64_C(0xc088af4faa68ae63)},
    };
    for (size_t i = 0; i < sizeof numpys / sizeof *numpys; i++)
        assert_true(hash_of(g->nodes[numpys[i].node].weights[numpys[i].of]) == numpys[i].hash);
    uint64_t known = UINT64_C(0x335392abf83cf0ce);
    if (report.hash != known) fail_msg("the hash is %llx", (unsigned long long)report.hash);
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_read_from_both_formats),
        cmocka_unit_test(numbers_of_another_type_are_refused),
        cmocka_unit_test(scales_that_are_none_are_refused),
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(seeded_codes_are_as_the_comment_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
