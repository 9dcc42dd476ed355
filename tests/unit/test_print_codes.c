/* test_print_codes.c: quantised networks as text: scales to the last bit, and all forms of a graph. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "graph/compare.h"
#include "graph/print.h"
#include "lang/lang.h"
#include "passes/passes.h"
#include "weights/weights.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static graph *parse(arena *a, const char *net) {
    diag *d = diag_new(a);
    graph *g = lang_compile_text(a, d, "codes.net", net, strlen(net), &(lang_options){0});
    text said = {0};
    diag_print(d, &said);
    if (said.size) fail_msg("%s", said.data);
    return g;
}

/* Every float is printed so that the language reads the same one back: it reads a double and rounds it to
 * float, which is not always what reading a float would give. */
static void scales_read_back_to_the_bit(void **state) {
    (void)state;
    arena *a = arena_new();
    uint64_t random = 1;
    for (int i = 0; i < 2000; i++) {
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        uint32_t bits = (uint32_t)(random >> 33);
        if (i < 100) bits = (uint32_t)i + 1; /* the smallest floats of all */
        float scale, again;
        memcpy(&scale, &bits, sizeof scale);
        if (!(scale > 0) || !isfinite(scale)) continue;
        char room[MAX_NUMBER];
        again = (float)strtod(show_scale(scale, room), NULL);
        assert_memory_equal(&again, &scale, sizeof scale);
        if (i % 100) continue;
        const char *net =
            arena_printf(a, "net n {\n    input x: int8[1, 1, 1] (q = [%s, 0])\n    output y\n}\n", room);
        const graph *g = parse(a, net);
        assert_memory_equal(&g->nodes[0].q.scale, &scale, sizeof scale);
    }
    char room[MAX_NUMBER];
    assert_string_equal(show_scale(0.1f, room), "0.1");
    assert_string_equal(show_scale(0.00390625f, room), "0.00390625");
    assert_string_equal(show_scale(1e-45f, room), "1e-45");
    arena_free(a);
}

static const char small[] =
    "net small {\n"
    "    input image: uint8[8, 8, 3] (q = [0.0078125, 127])\n"
    "    conv(8, 3, stride = 2, bias = true, q = [0.2, -4]) @\"stem\"\n"
    "    sigmoid(q = [0.00390625, -128]) as gate\n"
    "    depthwise(3, q = [channels, -128], pad_value = 0.25) @\"dw\" -> relu\n"
    "    conv(8, 1, q = [0.05, 3], one_weight_scale = true) @\"project\" -> add(gate, q = [0.1, 1])\n"
    "    relu6 -> dequantize\n"
    "    output y\n"
    "}\n";

static void a_network_is_printed_before_and_after_passes(void **state) {
    (void)state;
    arena *a = arena_new();
    graph *g = parse(a, small);
    text printed = {0};
    print_net(g, &printed);
    assert_string_equal(
        printed.data,
        "# small: one layer a line\n"
        "default padding = same, eps = 1e-05, bias = false, naming = torch, rounding = once\n"
        "\n"
        "net small {\n"
        "    input image: uint8[8, 8, 3] (q = [0.0078125, 127])\n"
        "    conv(8, 3, stride = 2, bias = true, q = [0.2, -4]) @\"stem\"                  # [4, 4, 8]\n"
        "    sigmoid(q = [0.00390625, -128]) as t2\n"
        "    depthwise(3, pad_value = 0.25, q = [channels, -128]) @\"dw\"\n"
        "    relu\n"
        "    conv(8, 1, one_weight_scale = true, q = [0.05, 3]) @\"project\"\n"
        "    add(t2, q = [0.1, 1])\n"
        "    relu6\n"
        "    dequantize\n"
        "    output y\n"
        "}\n");
    const graph *again = parse(a, printed.data);
    assert_null(graph_difference(g, again, a));
    text_free(&printed);

    /* What is fused says what it makes: the kernel, the table, the sum. */
    weights_report report;
    weights_seed(a, g, 1, &report);
    const graph *after = run_passes(g, a, diag_new(a), NULL, NULL);
    assert_non_null(after);
    print_net(after, &printed);
    const char *lines[] = {
        "conv(8, 3, stride = 2, bias = true, q = [0.2, -4]) @\"stem\"",
        "    sigmoid(q = [0.00390625, -128])                                             # fused\n",
        "one_weight_scale = true, q = [0.05, 3]) @\"project\"\n",
        "    add(t1, q = [0.1, 1])                                                       # fused\n",
        "    relu6                                                                       # fused\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (!strstr(printed.data, lines[i])) fail_msg("no %s in\n%s", lines[i], printed.data);
    }
    text_free(&printed);
    arena_free(a);
}

/* A float network says nothing of integers. */
static void float_networks_are_printed_as_ever(void **state) {
    (void)state;
    arena *a = arena_new();
    const graph *g = parse(a, "net n {\n    input x: uint8[4, 4, 3]\n    conv(2, 3)\n    output y\n}\n");
    text printed = {0};
    print_net(g, &printed);
    assert_null(strstr(printed.data, "rounding"));
    assert_null(strstr(printed.data, "q ="));
    json_t *all = graph_json(g);
    assert_null(json_object_get(all, "integer_rounding"));
    assert_null(json_object_get(json_array_get(json_object_get(all, "layers"), 1), "scale"));
    json_decref(all);
    text_free(&printed);
    arena_free(a);
}

static const json_t *layer(const json_t *all, const char *list, size_t i) {
    return json_array_get(json_object_get(all, list), i);
}

static const char *type_of(const json_t *of) { return json_string_value(json_object_get(of, "type")); }

static void json_tells_types_and_scales(void **state) {
    (void)state;
    arena *a = arena_new();
    graph *g = parse(a, small);
    json_t *all = graph_json(g);
    assert_string_equal(json_string_value(json_object_get(all, "integer_rounding")), "once");
    assert_string_equal(type_of(layer(all, "inputs", 0)), "uint8");
    assert_true(json_real_value(json_object_get(layer(all, "inputs", 0), "scale")) == 0.0078125);
    assert_int_equal(json_integer_value(json_object_get(layer(all, "inputs", 0), "zero")), 127);
    assert_string_equal(type_of(layer(all, "layers", 1)), "int8");
    assert_true(json_real_value(json_object_get(layer(all, "layers", 1), "scale")) == 0.2);
    assert_int_equal(json_integer_value(json_object_get(layer(all, "layers", 1), "zero")), -4);
    assert_true(json_is_null(json_object_get(layer(all, "layers", 3), "scale")));
    assert_string_equal(type_of(layer(all, "outputs", 0)), "f32");
    assert_null(json_object_get(layer(all, "outputs", 0), "scale"));
    json_decref(all);

    weights_report report;
    weights_seed(a, g, 1, &report);
    all = graph_json(g);
    const json_t *scales = json_object_get(layer(all, "layers", 3), "scale");
    assert_int_equal(json_array_size(scales), 8);
    for (size_t c = 0; c < 8; c++)
        assert_true((float)json_real_value(json_array_get(scales, c)) == g->nodes[3].q.scales->data[c]);
    json_decref(all);

    text dot = {0};
    print_dot(g, &dot);
    assert_non_null(strstr(dot.data, "4 x 4 x 8 int8\\nq = [channels, -128]"));
    assert_non_null(strstr(dot.data, "8 x 8 x 3 uint8\\nq = [0.0078125, 127]"));
    text_free(&dot);
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scales_read_back_to_the_bit),
        cmocka_unit_test(a_network_is_printed_before_and_after_passes),
        cmocka_unit_test(float_networks_are_printed_as_ever),
        cmocka_unit_test(json_tells_types_and_scales),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
