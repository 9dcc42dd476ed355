/* test_space.c: spaces of networks, and the texts of their candidates. */
#include "graph/compare.h"
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

/* Ends of lines of two bytes, tabs, and characters of several bytes. */
static void test_bytes(void **state) {
    arena *a = *state;
    lang_options o = {0};
    static const char net[] = "# Größe\r\n"
                              "param\twidth = 1.0\tin [0.5, 1.0] # Breite: ½ bis 1\r\n"
                              "net n {\r\n"
                              "\tinput x: f32[8, 8, 3]\r\n"
                              "\tstage conv @\"größe_{n}\" {\r\n"
                              "\t\tout | kernel\t# Kerngröße ×\r\n"
                              "\t\t(8\t|\t16) | (1|3)\r\n"
                              "\t\tdivisible(8 * width) | 3\r\n"
                              "\t}\r\n"
                              "\toutput y\r\n"
                              "}\r\n"
                              "search width";
    assert_int_equal(check_candidates(a, net, &o), 8);
    search_space s = read_space(a, net, &o);
    const int picks[] = {0, 1, 1};
    assert_string_equal(space_candidate(&s, picks, a), "# Größe\r\n"
                                                       "param\twidth = 0.5\tin [0.5, 1.0] # Breite: ½ bis 1\r\n"
                                                       "net n {\r\n"
                                                       "\tinput x: f32[8, 8, 3]\r\n"
                                                       "\tstage conv @\"größe_{n}\" {\r\n"
                                                       "\t\tout | kernel\t# Kerngröße ×\r\n"
                                                       "\t\t16 | 3\r\n"
                                                       "\t\tdivisible(8 * width) | 3\r\n"
                                                       "\t}\r\n"
                                                       "\toutput y\r\n"
                                                       "}\r\n");
}

/* Statements and alternatives on several lines. */
static void test_lines(void **state) {
    arena *a = *state;
    lang_options o = {0};
    static const char net[] = "param width = (1.0)\n"
                              "\n"
                              "search width in [0.5,    # half\n"
                              "                 1.0]\n"
                              "\n"
                              "net n {\n"
                              "    input x: f32[8, 8, 3]\n"
                              "    stage conv {\n"
                              "        out | kernel\n"
                              "        (8 +    # more\n"
                              "             divisible(8 * width)\n"
                              "         | 4) | 3\n"
                              "    }\n"
                              "    output y\n"
                              "}\n";
    assert_int_equal(check_candidates(a, net, &o), 4);
    search_space s = read_space(a, net, &o);
    const int picks[] = {0, 0};
    assert_string_equal(space_candidate(&s, picks, a), "param width = (0.5)\n"
                                                       "\n"
                                                       "net n {\n"
                                                       "    input x: f32[8, 8, 3]\n"
                                                       "    stage conv {\n"
                                                       "        out | kernel\n"
                                                       "        (8 +    # more\n"
                                                       "             divisible(8 * width)) | 3\n"
                                                       "    }\n"
                                                       "    output y\n"
                                                       "}\n");
}

static const char tail[] = "net n {\n input x: f32[16, 16, 3]\n conv(c * d, 3) -> relu\n output y\n}\n";

static const char *with_tail(arena *a, const char *head) { return arena_printf(a, "%s%s", head, tail); }

static const char *candidate_of(arena *a, const char *head, const lang_options *o, const int *picks) {
    const char *net = with_tail(a, head);
    check_candidates(a, net, o);
    search_space s = read_space(a, net, o);
    return space_candidate(&s, picks, a);
}

/* --variant, -D, --search and `set` are written into the text. */
static void test_options(void **state) {
    arena *a = *state;
    static const char head[] = "search c in [4, 8]\n"
                               "param c = 2\n"
                               "param d = 1\n"
                               "variants {\n name | c\n one | 6\n}\n";
    static const char rest[] = "variants {\n name | c\n one | 6\n}\n";
    static const int picks[] = {1, 1};
    lang_options o = {.variant = "one"};
    /* The row of the variant counts more than a default, and `set` more than both. */
    assert_string_equal(
        candidate_of(a, head, &o, picks),
        with_tail(a, arena_printf(a, "variant one\nset c = 8\nparam c = 2\nparam d = 1\n%s", rest)));
    /* A name in quotes, and a line that chooses another row. */
    static const char rows[] = "variants {\n name | d\n one | 6\n \"2x\" | 7\n}\n";
    o = (lang_options){.variant = "2x"};
    assert_string_equal(
        candidate_of(a, arena_printf(a, "variant one\nparam c = (1|2)\nparam d = 1\n%s", rows), &o, picks),
        with_tail(a, arena_printf(a, "variant \"2x\"\nparam c = 2\nparam d = 1\n%s", rows)));
    const define twice[] = {{"d", "2"}, {"d", "3"}}, pinned[] = {{"c", "5"}};
    o = (lang_options){.defines = twice, .n_defines = 2};
    assert_string_equal(candidate_of(a, head, &o, picks),
                        with_tail(a, arena_printf(a, "param c = 8\nparam d = 3\n%s", rest)));
    const define noted[] = {{"d", "2 # two"}};
    o = (lang_options){.defines = noted, .n_defines = 1};
    assert_string_equal(candidate_of(a, head, &o, picks),
                        with_tail(a, arena_printf(a, "param c = 8\nparam d = (2 # two\n)\n%s", rest)));
    o = (lang_options){.search = "d in [1, 2], c in [2, 3]"};
    assert_string_equal(candidate_of(a, head, &o, picks),
                        with_tail(a, arena_printf(a, "param c = 3\nparam d = 2\n%s", rest)));
    o = (lang_options){.defines = pinned, .n_defines = 1};
    assert_non_null(strstr(refuse(a, with_tail(a, head), &o), "nothing can be chosen"));
    o = (lang_options){0};
    assert_string_equal(
        candidate_of(a, "search c in [4, 8]\nset d = 2, c = 6\nparam c = 2\nparam d = 1\n", &o, picks),
        with_tail(a, "set d = 2, c = 8\nparam c = 2\nparam d = 1\n"));
    assert_string_equal(candidate_of(a,
                                     "compound c = 1 {\n d = 2\n}\n# of phi\nsearch d in [1, 3]    # by hand\n"
                                     "search c in [1, 2]\n",
                                     &o, picks),
                        with_tail(a, "compound c = 2 {\n d = 2\n}\n# of phi\nset d = 3    # by hand\n"));
}

static void write_file(const char *path, const char *contents) {
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(contents, 1, strlen(contents), f), strlen(contents));
    assert_int_equal(fclose(f), 0);
}

/* A file that imports its params, and the statement that searches them. */
static void test_imports(void **state) {
    arena *a = *state;
    static const char path[] = TEST_SCRATCH "/space_main.net", shared[] = TEST_SCRATCH "/space_params.net";
    write_file(shared, "search c in [4, 8], d\nparam c = 2\nparam d = 1 in [1, 2]\nparam e = (1|3)\n");
    write_file(path, arena_printf(a, "# main\nimport \"space_params.net\"    # its params\n%s", tail));
    lang_options o = {0};
    search_space s;
    diag *d = diag_new(a);
    assert_true(space_read(a, d, path, &o, &s));
    assert_int_equal(space_size(&s), 4); /* a choice of another file is no choice of this one */
    assert_int_equal(s.choices[0].usual, -1);
    int usual[2];
    space_usual(&s, usual);
    assert_true(usual[0] == 0 && usual[1] == 0);
    const int picks[] = {1, 1};
    const char *candidate = space_candidate(&s, picks, a);
    assert_string_equal(
        candidate,
        arena_printf(a, "# main\nimport \"space_params.net\"    # its params\nset c = 8, d = 2\n%s", tail));
    o.picks = picks;
    graph *by_picks = lang_compile(a, d, path, &o, NULL, NULL);
    o.picks = NULL;
    graph *read = lang_compile_text(a, d, path, candidate, strlen(candidate), &o);
    assert_true(by_picks && read && !graph_difference(by_picks, read, a));
    assert_int_equal(read->nodes[1].shape.c, 16);
    /* From another folder the import is found by its full path only. */
    const char *moved = space_candidate_elsewhere(&s, picks, a);
    assert_null(lang_compile_text(a, diag_new(a), "/nowhere/x.net", candidate, strlen(candidate), &o));
    read = lang_compile_text(a, d, "/nowhere/x.net", moved, strlen(moved), &o);
    assert_true(read && !graph_difference(by_picks, read, a));
    /* The main file's own statement counts more. */
    write_file(path, arena_printf(a, "import \"space_params.net\"\nsearch d\n%s", tail));
    assert_true(space_read(a, d, path, &o, &s));
    assert_int_equal(space_size(&s), 2);
    assert_int_equal(diag_error_count(d), 0);
}

/* A candidate that cannot be built does not spoil the others. */
static void test_impossible(void **state) {
    arena *a = *state;
    lang_options o = {0};
    static const char net[] = "search k in [3, 9]\nparam k = 3\nnet n {\n input x: f32[8, 8, 3]\n"
                              " conv(4, k, padding = valid)\n output y\n}\n";
    search_space s = read_space(a, net, &o);
    assert_int_equal(space_size(&s), 2);
    for (int i = 0; i < 2; i++) {
        const char *candidate = space_candidate(&s, &i, a);
        diag *d = diag_new(a);
        graph *g = lang_compile_text(a, d, "space.net", candidate, strlen(candidate), &o);
        assert_true(!g == (i == 1));
        o.picks = &i;
        bool fits = !strstr(network(a, net, &o), "a window of 9 does not fit");
        assert_true(fits == (i == 0) && fits == !strstr(said(a, d), "a window of 9 does not fit"));
        o.picks = NULL;
    }
}

static void test_large(void **state) {
    arena *a = *state;
    lang_options o = {0};
    text t = {0};
    for (int i = 0; i < 8; i++) text_printf(&t, "param p%d = (1..256)\n", i);
    text_string(&t, tail);
    const char *net = arena_printf(a, "param c = 1\nparam d = 1\n%s", t.data);
    text_free(&t);
    search_space s = read_space(a, net, &o);
    assert_true(space_size(&s) == INT64_MAX);
    int picks[8];
    space_picks(&s, 255 * 256 + 7, picks);
    assert_true(picks[7] == 7 && picks[6] == 255 && picks[5] == 0 && picks[0] == 0);
}

/* The networks that come with lcc. */
static void test_shipped(void **state) {
    arena *a = *state;
    static const struct {
        const char *file;
        int size;
    } nets[] = {{"mobilenet_v2.net", 30},
                {"mobilenet_v3_small.net", 25},
                {"efficientnet_b0.net", 252},
                {"mobilenet_v1.net", 20},
                {"shufflenet_v2.net", 135}};
    const char *dsl = arena_printf(a, "%s/../../dsl", TEST_FOLDER);
    lang_options o = {.shipped_dir = dsl};
    for (size_t i = 0; i < sizeof nets / sizeof *nets; i++) {
        const char *path = arena_printf(a, "%s/%s", dsl, nets[i].file);
        diag *d = diag_new(a);
        search_space s;
        assert_true(space_read(a, d, path, &o, &s));
        assert_int_equal(space_size(&s), nets[i].size);
        int picks[MOST_CHOICES];
        space_usual(&s, picks);
        o.picks = NULL;
        graph *as_shipped = lang_compile(a, d, path, &o, NULL, NULL);
        for (int k = 0; k < 2; k++) { /* as it is, and the first of all */
            const char *candidate = space_candidate_elsewhere(&s, picks, a);
            assert_string_equal(candidate, space_candidate(&s, picks, a)); /* the library is everywhere */
            o.picks = NULL;
            graph *read = lang_compile_text(a, d, "/nowhere/x.net", candidate, strlen(candidate), &o);
            o.picks = picks;
            graph *by_picks = lang_compile(a, d, path, &o, NULL, NULL);
            assert_true(read && by_picks && !graph_difference(read, by_picks, a));
            const char *difference = graph_difference(read, as_shipped, a);
            if (k == 0 && difference) print_error("%s: %s\n", path, difference);
            assert_true(!difference == (k == 0));
            space_picks(&s, 0, picks);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_choices, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_same_graphs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_to_choose, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_options, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_imports, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_impossible, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_large, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_shipped, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
