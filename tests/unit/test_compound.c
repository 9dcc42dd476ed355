/* test_compound.c: compound scaling: the grid, the scaled networks, and the block that is written. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/file.h"
#include "messages.h"
#include "search/compound.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char network[] =
    "param depth      = 1.0\n"
    "param width      = 1.0\n"
    "param resolution = 32\n"
    "param sides      = [1, 2]\n"
    "net scaled {\n"
    "    input image: uint8[resolution, resolution, 3] -> normalize(mean = 0, std = 255)\n"
    "    stage inverted_residual {\n"
    "        repeat          | out                  | stride\n"
    "        ceil(2 * depth) | divisible(16 * width) | 2\n"
    "    }\n"
    "    global_avg_pool -> dense(sides[0])\n"
    "    output y\n"
    "}\n";

typedef struct room {
    arena *a;
    diag *d;
    const char *path;
} room;

static room open_room(const char *text_of_net) {
    arena *a = arena_new();
    room r = {a, diag_new(a), TEST_SCRATCH "/compound.net"};
    FILE *f = fopen(r.path, "w");
    assert_non_null(f);
    fputs(text_of_net, f);
    assert_int_equal(fclose(f), 0);
    return r;
}

static void the_grid_doubles_the_work(void **state) {
    (void)state;
    arena *a = arena_new();
    int count;
    const compound_ratios *grid = compound_grid(a, &count);
    bool has_that_of_the_paper = false;
    for (int i = 0; i < count; i++) {
        assert_true(compound_work(&grid[i]) >= 1.8999 && compound_work(&grid[i]) <= 2.1001);
        for (int k = 0; k < COMPOUND_AXES; k++) assert_true(grid[i].by[k] >= 1);
        has_that_of_the_paper =
            has_that_of_the_paper || (grid[i].by[0] == 1.2 && grid[i].by[1] == 1.1 && grid[i].by[2] == 1.15);
        for (int k = 0; k < i; k++) assert_true(memcmp(&grid[i], &grid[k], sizeof *grid) != 0);
    }
    assert_true(has_that_of_the_paper);
    assert_in_range(count, 30, 100);
    arena_free(a);
}

static void params_are_scaled(void **state) {
    (void)state;
    room r = open_room(network);
    const lang_options o = {0};
    compound_base b;
    if (!compound_read(r.a, r.d, r.path, &o, &b)) fail_msg("%s", read_messages(r.a, r.d));
    assert_string_equal(b.params[AXIS_RESOLUTION].name, "resolution");
    assert_true(b.params[AXIS_RESOLUTION].own == 32 && b.params[AXIS_RESOLUTION].whole);
    assert_false(b.params[AXIS_WIDTH].whole);
    const compound_ratios ratios[] = {{{1.2, 1.1, 1.15}}, {{1.2, 1.1, 1.15}}, {{1.2, 1.1, 1.15}}};
    const double phi[] = {0, 1, 2.5};
    const char *const *texts = compound_texts(r.a, r.d, &b, ratios, phi, 3);
    if (!texts) fail_msg("%s", read_messages(r.a, r.d));
    static const char *const heads[] = {
        "param depth      = 1\nparam width      = 1\nparam resolution = 32\n",
        "param depth      = 1.2\nparam width      = 1.1\nparam resolution = 37\n",
        "param depth      = 1.5774\nparam width      = 1.2691\nparam resolution = 45\n"};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(strncmp(texts[i], heads[i], strlen(heads[i])), 0);
        const graph *g = lang_compile_text(r.a, r.d, "x.net", texts[i], strlen(texts[i]), &o);
        assert_non_null(g);
        assert_int_equal(g->nodes[g->inputs[0].node].shape.w, i == 0 ? 32 : i == 1 ? 37 : 45);
    }
    arena_free(r.a);
}

/* The block, in place of the params, makes the same networks. */
static void the_block_is_read_again(void **state) {
    (void)state;
    room r = open_room(network);
    const lang_options o = {0};
    compound_base b;
    assert_true(compound_read(r.a, r.d, r.path, &o, &b));
    const compound_ratios ratios = {{1.3, 1.05, 1.2}};
    text block = {0};
    compound_print(&block, &b, &ratios);
    assert_string_equal(block.data, "compound phi = 0 {\n"
                                    "    depth            = 1.3\n"
                                    "    width            = 1.05\n"
                                    "    resolution_ratio = 1.2\n"
                                    "}\n"
                                    "param resolution = round(32 * resolution_ratio)\n");
    text_string(&block, strstr(network, "param sides"));
    for (int phi = 0; phi < 3; phi++) {
        const define set = {"phi", arena_printf(r.a, "%d", phi)};
        const lang_options with = {.defines = &set, .n_defines = 1};
        const graph *g = lang_compile_text(r.a, r.d, "x.net", block.data, block.size, &with);
        if (!g) fail_msg("%s", read_messages(r.a, r.d));
        const double at = phi;
        const char *const *texts = compound_texts(r.a, r.d, &b, &ratios, &at, 1);
        const graph *scaled = lang_compile_text(r.a, r.d, "x.net", texts[0], strlen(texts[0]), &o);
        assert_int_equal(graph_macs(g), graph_macs(scaled));
        assert_int_equal(graph_params(g), graph_params(scaled));
    }
    text_free(&block);
    arena_free(r.a);
}

static void params_of_other_names_are_named(void **state) {
    (void)state;
    room r = open_room("param side = 32\nparam layers = 2.0\nparam fat = 1.0\n"
                       "net x {\n    input i: f32[side, side, 3]\n    stage inverted_residual {\n        "
                       "repeat | out\n        int(layers) | int(8 * fat)\n    }\n"
                       "    output y\n}\n");
    compound_base b;
    assert_false(compound_read(r.a, r.d, r.path, &(lang_options){0}, &b));
    assert_non_null(strstr(read_messages(r.a, r.d), "--search 'D, W, R' names others, in this order"));
    const lang_options named = {.search = "layers in [1], fat in [1], side in [1]"};
    if (!compound_read(r.a, r.d, r.path, &named, &b)) fail_msg("%s", read_messages(r.a, r.d));
    assert_string_equal(b.params[AXIS_DEPTH].name, "layers");
    assert_string_equal(b.params[AXIS_RESOLUTION].name, "side");
    const lang_options two = {.search = "layers in [1], fat in [1]"};
    assert_false(compound_read(r.a, r.d, r.path, &two, &b));
    assert_non_null(strstr(read_messages(r.a, r.d), "--search names 2"));
    arena_free(r.a);
}

static void what_is_no_number_is_refused(void **state) {
    (void)state;
    room r = open_room(network);
    const lang_options named = {.search = "depth in [1], width in [1], sides in [1]"};
    compound_base b;
    assert_false(compound_read(r.a, r.d, r.path, &named, &b));
    const char *said = read_messages(r.a, r.d);
    if (!strstr(said, "whose value is no number above 0")) fail_msg("%s", said);
    arena_free(r.a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_grid_doubles_the_work),    cmocka_unit_test(params_are_scaled),
        cmocka_unit_test(the_block_is_read_again),      cmocka_unit_test(params_of_other_names_are_named),
        cmocka_unit_test(what_is_no_number_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
