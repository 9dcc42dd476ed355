/* test_signature.c: parameters and arguments of emitted functions come from one list, which has no limit;
 * functions of equal text are shared; an operand's buffers are found in the order of its runs. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "emit/internal.h"

#include <string.h>

static void both_texts_come_from_one_list(void **state) {
    (void)state;
    arena *a = arena_new();
    signature s = {0};
    assert_string_equal(parameters_text(a, &s), "void");
    assert_string_equal(arguments_text(a, &s), "");
    add_pointer(a, &s, READS, "uint8_t", "x", "image");
    add_pointer(a, &s, WRITES, "float", "y", "AT(64)");
    add_value(a, &s, "int", "iy", "next + 1");
    assert_string_equal(parameters_text(a, &s), "const uint8_t *x, float *y, int iy");
    kernel_call c = {"stage", s};
    assert_string_equal(call_text(a, &c), "stage(image, AT(64), next + 1)");
    arena_free(a);
}

static void a_list_has_no_limit(void **state) {
    (void)state;
    enum { COUNT = 1000 };
    arena *a = arena_new();
    signature s = {0};
    for (int i = 0; i < COUNT; i++)
        add_value(a, &s, "int", arena_printf(a, "p%d", i), arena_printf(a, "%d", i));
    const char *parameters = parameters_text(a, &s), *arguments = arguments_text(a, &s);
    for (int i = 0; i < COUNT; i++) {
        const char *declared = arena_printf(a, "int p%d", i), *passed = arena_printf(a, "%d", i);
        assert_int_equal(strncmp(parameters, declared, strlen(declared)), 0);
        assert_int_equal(strncmp(arguments, passed, strlen(passed)), 0);
        parameters += strlen(declared) + (i + 1 < COUNT ? strlen(", ") : 0);
        arguments += strlen(passed) + (i + 1 < COUNT ? strlen(", ") : 0);
    }
    assert_string_equal(parameters, "");
    assert_string_equal(arguments, "");
    arena_free(a);
}

static void sources_are_distinct_and_in_order(void **state) {
    (void)state;
    enum { COUNT = 100 };
    arena *a = arena_new();
    run runs[2 * COUNT] = {{0}};
    for (int i = 0; i < 2 * COUNT; i++) runs[i].buffer = 1000 - i % COUNT; /* each buffer twice */
    operand o = {.n_runs = 2 * COUNT, .runs = runs};
    sources from = find_sources(a, &o, "x", false);
    assert_int_equal(from.n, COUNT);
    for (int i = 0; i < 2 * COUNT; i++) {
        assert_int_equal(from.of_run[i], i % COUNT);
        assert_int_equal(from.buffers[from.of_run[i]], runs[i].buffer);
    }
    assert_string_equal(from.names[COUNT - 1], "x99");
    o.n_runs = 1;
    assert_string_equal(find_sources(a, &o, "x", false).names[0], "x");
    assert_string_equal(find_sources(a, &o, "x", true).names[0], "x0");
    arena_free(a);
}

static writer body_of(const char *only_line) {
    writer w = {0};
    line(&w, "%s", only_line);
    return w;
}

static void functions_of_equal_text_are_shared(void **state) {
    (void)state;
    arena *a = arena_new();
    graph g = {0};
    plan p = {.g = &g};
    emitter e = {.a = a, .p = &p, .suffix = ""};
    signature one = {0}, other = {0}, wider = {0};
    add_pointer(a, &one, WRITES, "float", "y", "AT(0)");
    add_pointer(a, &other, WRITES, "float", "y", "AT(64)");
    add_pointer(a, &wider, WRITES, "float", "y", "AT(0)");
    add_value(a, &wider, "int", "thread", "thread");
    mark_idle(&wider);
    add_value(a, &wider, "int", "threads", "threads");
    mark_idle(&wider);
    writer w[] = {body_of("y[0] = 0;"), body_of("y[0] = 0;"), body_of("y[0] = threads;")};
    kernel_call first = define_call(&e, "zero", NULL, &one, &w[0]);
    kernel_call again = define_call(&e, "zero", NULL, &other, &w[1]);
    kernel_call third = define_call(&e, "zero", NULL, &wider, &w[2]);
    assert_string_equal(call_text(a, &first), "zero(AT(0))");
    assert_string_equal(call_text(a, &again), "zero(AT(64))");
    assert_string_equal(call_text(a, &third), "zero_v2(AT(0), thread, threads)");
    assert_string_equal(e.functions.data,
                        "static void zero(float *y) {\n    y[0] = 0;\n}\n\n"
                        "static void zero_v2(float *y, int thread, int threads) {\n    y[0] = threads;\n"
                        "    (void)thread;\n}\n\n");
    text_free(&e.functions);
    arena_free(a);
}

static void a_pointer_has_the_type_of_its_buffer(void **state) {
    (void)state;
    arena *a = arena_new();
    const char *names[] = {"image"};
    plan_buffer buffers[] = {{.kind = BUFFER_INPUT, .type = TYPE_U8}, {.kind = BUFFER_ARENA, .offset = 128}};
    plan p = {.buffers = buffers, .n_buffers = 2};
    emitter e = {.a = a, .p = &p, .input_names = names, .reals = true};
    signature s = {0};
    add_pointer_into(&e, &s, READS, "x", 0, 3);
    add_pointer_into(&e, &s, WRITES, "y", 1, 0);
    assert_string_equal(parameters_text(a, &s), "const uint8_t *x, float *y");
    assert_string_equal(arguments_text(a, &s), "image + 3, AT(128)");
    e.reals = false; /* AT is a pointer to integers then */
    signature t = {0};
    add_pointer_into(&e, &t, WRITES, "y", 1, 0);
    assert_string_equal(arguments_text(a, &t), "((float *)(void *)AT(128))");
    assert_int_equal(s.list[0].buffer, 0);
    assert_int_equal(s.list[1].buffer, 1);
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_texts_come_from_one_list),
        cmocka_unit_test(a_list_has_no_limit),
        cmocka_unit_test(sources_are_distinct_and_in_order),
        cmocka_unit_test(functions_of_equal_text_are_shared),
        cmocka_unit_test(a_pointer_has_the_type_of_its_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
