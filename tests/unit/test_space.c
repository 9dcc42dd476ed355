/* test_space.c: spaces of networks, and the texts of their candidates. */
#include "graph/graph.h"
#include "graph/print.h"
#include "search/space.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_CHOICES = 16 };

static const char small[] = "# Small.\n"
                            "search width in [0.5, 1.0], size   # what varies\n"
                            "param width = 1.0                   # wide\n"
                            "param size  = 32 in [32, 48]\n"
                            "param k     = (3|5)\n"
                            "\n"
                            "net small {\n"
                            "    input x: f32[size, size, 3]\n"
                            "    conv(divisible(16 * width), k, stride = 2) -> bn -> relu\n"
                            "    stage inverted_residual {\n"
                            "          kernel | out              | se          # the table\n"
                            "        (3|5|7)  | (16..32 step 8)  | 0\n"
                            "             3   | 24               | (0|0.25)\n"
                            "    }\n"
                            "    output y\n"
                            "}\n";

static int set_up(void **state) {
    *state = arena_new();
    return 0;
}

static int tear_down(void **state) {
    arena_free(*state);
    return 0;
}

static const char *said(arena *a, const diag *d) {
    text t = {0};
    diag_show(d, &t);
    const char *copy = t.size ? arena_strdup(a, t.data) : "";
    text_free(&t);
    return copy;
}

static search_space read_space(arena *a, const char *contents, const lang_options *o) {
    diag *d = diag_new(a);
    search_space s;
    bool good = space_read_text(a, d, "space.net", contents, strlen(contents), o, &s);
    if (!good) print_error("%s", said(a, d));
    assert_true(good);
    assert_true(s.count <= MOST_CHOICES);
    return s;
}

/* What is said of a text that is no space. */
static const char *refuse(arena *a, const char *contents, const lang_options *o) {
    diag *d = diag_new(a);
    search_space s;
    assert_false(space_read_text(a, d, "space.net", contents, strlen(contents), o, &s));
    return said(a, d);
}

/* The network of a text, as text; what was said of it, where it is none. */
static const char *network(arena *a, const char *contents, const lang_options *o) {
    diag *d = diag_new(a);
    graph *g = lang_compile_text(a, d, "space.net", contents, strlen(contents), o);
    if (!g) return said(a, d);
    text t = {0};
    print_net(g, &t);
    const char *copy = arena_strdup(a, t.data);
    text_free(&t);
    return copy;
}

/* Every candidate of the space is the network that its picks give. Returns how many differ from the one before.
 */
static int check_candidates(arena *a, const char *contents, const lang_options *o) {
    search_space s = read_space(a, contents, o);
    int64_t size = space_size(&s);
    int changes = 0;
    const char *before = "";
    for (int64_t i = 0; i < size; i++) {
        int picks[MOST_CHOICES];
        space_picks(&s, i, picks);
        lang_options chosen = *o, plain = {.shipped_dir = o->shipped_dir};
        chosen.picks = picks;
        const char *by_picks = network(a, contents, &chosen);
        const char *candidate = space_candidate(&s, picks, a);
        assert_string_equal(network(a, candidate, &plain), by_picks);
        assert_null(strstr(candidate, "search"));
        changes += strcmp(by_picks, before) != 0;
        before = by_picks;
        /* A candidate leaves nothing open. */
        search_space none;
        diag *d = diag_new(a);
        assert_false(space_read_text(a, d, "space.net", candidate, strlen(candidate), &plain, &none));
        assert_non_null(strstr(said(a, d), "nothing can be chosen"));
    }
    return changes;
}

static void test_choices(void **state) {
    arena *a = *state;
    lang_options o = {0};
    search_space s = read_space(a, small, &o);
    static const char *const names[] = {"width",
                                        "size",
                                        "k",
                                        "inverted_residual row 1 kernel",
                                        "inverted_residual row 1 out",
                                        "inverted_residual row 2 se"};
    static const int counts[] = {2, 2, 2, 3, 3, 2}, usual[] = {1, 0, 0, 0, 0, 0};
    assert_int_equal(s.count, 6);
    for (int i = 0; i < s.count; i++) {
        assert_string_equal(s.choices[i].name, names[i]);
        assert_int_equal(s.choices[i].count, counts[i]);
        assert_int_equal(s.choices[i].usual, usual[i]);
        assert_true(s.choices[i].is_param == (i < 3));
    }
    assert_int_equal(space_size(&s), 144);
    assert_string_equal(s.choices[0].alternatives[0].text, "0.5");
    assert_true(s.choices[0].alternatives[0].is_number && s.choices[0].alternatives[0].number == 0.5);
    assert_string_equal(s.choices[4].alternatives[2].text, "32");
    assert_true(s.choices[4].alternatives[2].number == 32);
}

static void test_text(void **state) {
    arena *a = *state;
    lang_options o = {0};
    search_space s = read_space(a, small, &o);
    const int picks[] = {0, 1, 1, 2, 1, 1};
    assert_string_equal(space_candidate(&s, picks, a),
                        "# Small.\n"
                        "   # what varies\n"
                        "param width = 0.5                   # wide\n"
                        "param size  = 48 in [32, 48]\n"
                        "param k     = 5\n"
                        "\n"
                        "net small {\n"
                        "    input x: f32[size, size, 3]\n"
                        "    conv(divisible(16 * width), k, stride = 2) -> bn -> relu\n"
                        "    stage inverted_residual {\n"
                        "          kernel | out              | se          # the table\n"
                        "        7  | 24  | 0\n"
                        "             3   | 24               | 0.25\n"
                        "    }\n"
                        "    output y\n"
                        "}\n");
}

static void test_same_graphs(void **state) {
    lang_options o = {0};
    assert_int_equal(check_candidates(*state, small, &o), 144);
}

static void test_nothing_to_choose(void **state) {
    lang_options o = {0};
    assert_non_null(strstr(refuse(*state, "net n {\n input x: f32[2, 2, 1]\n relu\n output y\n}\n", &o),
                           "nothing can be chosen"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_choices, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_same_graphs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_to_choose, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
