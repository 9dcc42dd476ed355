/* test_plan.c: what a plan promises: buffers that live at the same time share no byte, every channel has one
 * place, shuffles and splits copy nothing, and chains are made where they may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lang/lang.h"
#include "passes/passes.h"
#include "plan/plan.h"
#include "plan/verify.h"
#include "weights/weights.h"

#include <string.h>

typedef struct fixture {
    arena *mem;
    diag *d;
} fixture;

static int set_up(void **state) {
    fixture *f = test_calloc(1, sizeof *f);
    f->mem = arena_new();
    f->d = diag_new(f->mem);
    *state = f;
    return 0;
}

static int tear_down(void **state) {
    fixture *f = *state;
    arena_free(f->mem);
    test_free(f);
    return 0;
}

static plan *plan_graph(fixture *f, graph *g, const char *target_name) {
    assert_non_null(g);
    weights_report report;
    weights_seed(f->mem, g, 0, &report);
    graph *reduced = run_passes(g, f->mem, f->d, NULL, NULL);
    assert_non_null(reduced);
    plan *p = plan_make(reduced, target_by_name(target_name), 0, NULL, f->mem, f->d);
    assert_non_null(p);
    return p;
}

static plan *plan_text(fixture *f, const char *net, const char *target_name) {
    lang_options o = {0};
    return plan_graph(f, lang_compile_text(f->mem, f->d, "test.net", net, strlen(net), &o), target_name);
}

static plan *plan_file(fixture *f, const char *name, const char *target_name) {
    lang_options o = {0};
    const char *path = arena_printf(f->mem, "%s/../../dsl/%s", TEST_FOLDER, name);
    return plan_graph(f, lang_compile(f->mem, f->d, path, &o, NULL, NULL), target_name);
}

static int count_steps(const plan *p, step_kind kind) {
    int count = 0;
    for (int i = 0; i < p->n_steps; i++) count += p->steps[i].kind == kind;
    return count;
}

/* No two buffers that have places of their own in the arena and live in the same step overlap, and all lie
 * inside it. */
static void check_layout(const plan *p) {
    for (int i = 0; i < p->n_buffers; i++) {
        const plan_buffer *x = &p->buffers[i];
        if (!lives_in_arena(x)) continue;
        assert_true(x->first <= x->last && x->last < p->n_steps);
        assert_true(x->offset >= 0 && x->offset % p->t->align == 0 && x->offset + x->bytes <= p->arena_bytes);
        for (int j = 0; j < i; j++) {
            const plan_buffer *y = &p->buffers[j];
            if (!lives_in_arena(y) || y->last < x->first || x->last < y->first) continue;
            bool apart = x->offset + x->bytes <= y->offset || y->offset + y->bytes <= x->offset;
            if (!apart) fail_msg("%s and %s share memory", x->what, y->what);
        }
    }
}

/* Every run of every operand lies inside its buffer's pixels, and takes each channel once. */
static void check_operands(const plan *p, const plan_step *s) {
    for (int i = 0; i < s->n_operands && s->kind != STEP_CHAIN; i++) {
        const operand *o = &s->operands[i];
        int groups = s->kind == STEP_GEMM && i == 0 && !s->gemm.staged ? p->g->nodes[s->node].a.groups : 1;
        int total = 0;
        for (int k = 0; k < o->n_runs; k++) {
            const run *r = &o->runs[k];
            const plan_buffer *b = &p->buffers[r->buffer];
            int64_t whole = o->shape.h == b->shape.h || o->shape.h > 1 ? b->shape.c : shape_elements(b->shape);
            assert_true(r->begin >= 0 && r->count > 0 && r->begin + (r->count - 1) * r->step < whole);
            total += r->count;
        }
        assert_int_equal(total * groups, o->shape.c);
        bool *seen = test_calloc((size_t)o->shape.c, sizeof *seen);
        for (int c = 0; c < o->shape.c; c++) {
            assert_in_range(o->order[c], 0, o->shape.c - 1);
            assert_false(seen[o->order[c]]);
            seen[o->order[c]] = true;
        }
        test_free(seen);
    }
    for (int i = 0; i < s->n_parts; i++) check_operands(p, &s->parts[i]);
}

static void check_plan(const plan *p) {
    check_layout(p);
    for (int i = 0; i < p->n_steps; i++) check_operands(p, &p->steps[i]);
    const char *why = plan_verify(p, p->mem);
    if (why) fail_msg("%s", why);
}

static void test_zoo_shares_no_byte(void **state) {
    static const char *const nets[] = {"mobilenet_v1.net",   "mobilenet_v2.net",  "mobilenet_v3_small.net",
                                       "shufflenet_v1.net",  "shufflenet_v2.net", "mnasnet_a1.net",
                                       "efficientnet_b0.net"};
    static const char *const targets[] = {"generic", "x86-64-v3", "x86-64-v4"};
    for (size_t i = 0; i < sizeof nets / sizeof *nets; i++) {
        check_plan(plan_file(*state, nets[i], targets[i % 3]));
    }
}

/* Layer by layer the arena could not be below 6.02 MB (56 x 56 x 96 beside 112 x 112 x 96 floats). By rows it
 * takes 648,704 bytes. */
static void test_mobilenet_v2_never_makes_the_expanded_tensor(void **state) {
    const plan *p = plan_file(*state, "mobilenet_v2.net", "x86-64-v4");
    assert_in_range(p->arena_bytes, 1, 700000);
}

static void test_shuffles_splits_and_concats_copy_nothing(void **state) {
    assert_int_equal(count_steps(plan_file(*state, "shufflenet_v1.net", "x86-64-v4"), STEP_COPY), 0);
    assert_int_equal(count_steps(plan_file(*state, "shufflenet_v2.net", "x86-64-v4"), STEP_COPY), 0);
}

static void test_output_that_is_a_view_is_copied_once(void **state) {
    const plan *p = plan_text(
        *state, "net n {\n input x: f32[4, 4, 6]\n conv(6, 1) as a\n output y\n shuffle(2)\n output z\n}\n",
        "generic");
    assert_int_equal(count_steps(p, STEP_COPY), 1);
    check_plan(p);
}

/* Two heads of a detector, as SSD has them: their boxes are made where the caller wants them, one behind the
 * other, and their scores where softmax reads them. */
static void test_heads_are_joined_without_a_copy(void **state) {
    const plan *p = plan_text(
        *state,
        "net n {\n input x: f32[8, 8, 8]\n conv(8, 3, stride = 2) as a\n conv(8, 3, stride = 2) as b\n"
        " from a\n conv(12, 1) -> reshape(48, 1, 4) as p\n from b\n conv(12, 1) -> reshape(12, 1, 4) as q\n"
        " from a\n conv(6, 1) -> reshape(48, 1, 2) as r\n from b\n conv(6, 1) -> reshape(12, 1, 2) as s\n"
        " from p -> concat(q, axis = h)\n output boxes\n from r -> concat(s, axis = h) -> softmax\n"
        " output scores\n}\n",
        "generic");
    assert_int_equal(p->n_steps, 7); /* six convolutions and softmax */
    check_plan(p);
    int in_boxes = 0;
    for (int i = 0; i < p->n_steps; i++) {
        const plan_buffer *b = &p->buffers[p->steps[i].out_buffer];
        if (b->kind != BUFFER_OUTPUT || b->port != 0) continue;
        assert_int_equal(b->inside_at, in_boxes++ ? 48 * 4 * 4 : 0);
    }
    assert_int_equal(in_boxes, 2);
}

/* The first head is an output as well, so it is made in an array of its own, and copied into the boxes. */
static void test_a_head_with_another_place_is_copied(void **state) {
    const plan *p =
        plan_text(*state,
                  "net n {\n input x: f32[4, 4, 8]\n conv(6, 1) -> reshape(32, 1, 3) as a\n from x\n"
                  " conv(3, 1) -> reshape(16, 1, 3) as b\n from a\n output head\n concat(b, a, axis = h)\n"
                  " output boxes\n}\n",
                  "generic");
    assert_int_equal(count_steps(p, STEP_COPY), 2);
    assert_int_equal(p->n_steps, 4);
    check_plan(p);
}

static void test_elementwise_runs_in_place(void **state) {
    const plan *p = plan_text(
        *state,
        "net n {\n input x: f32[8, 8, 8]\n max_pool(2) -> softmax -> tanh -> conv(4, 1)\n output y\n}\n",
        "generic");
    /* pool, softmax, tanh in place, conv to the caller: two buffers of 8 x 8 x 8 floats */
    assert_in_range(p->arena_bytes, 1, 2 * 8 * 8 * 8 * 4);
    check_plan(p);
}

/* x is read by the identity half after the branch has run: the sum must not be written over it. */
static void test_what_is_read_later_is_not_overwritten(void **state) {
    const plan *p = plan_text(
        *state,
        "net n {\n input x: f32[8, 8, 8]\n conv(8, 1) as a\n tanh as b\n conv(8, 1) -> add(b) -> sigmoid\n"
        " mul(a)\n output y\n}\n",
        "generic");
    check_plan(p);
    for (int i = 0; i < p->n_steps; i++) {
        const plan_step *s = &p->steps[i];
        if (p->g->nodes[s->node].op == OP_TANH)
            assert_int_not_equal(s->out_buffer, s->operands[0].runs[0].buffer);
    }
}

/* A chain that begins with a window looks back at rows: it must not end in place over its own input. The first
 * block becomes such a chain, the second one would end in place. */
static void test_window_first_never_ends_in_place(void **state) {
    const plan *p =
        plan_text(*state,
                  "net n {\n input x: f32[64, 64, 64]\n max_pool(3, stride = 1, padding = same)\n"
                  " depthwise(3, padding = same)\n conv(64, 1) -> tanh\n"
                  " residual { depthwise(3, padding = same)\n conv(64, 1) }\n conv(8, 1)\n output y\n}\n",
                  "generic"); /* with threads no chain ends in place */
    check_plan(p);
    int found = 0;
    for (int i = 0; i < p->n_steps; i++) {
        const plan_step *s = &p->steps[i];
        if (s->kind != STEP_CHAIN || s->parts[0].kind != STEP_WINDOW) continue;
        found++;
        assert_int_not_equal(s->out_buffer, s->operands[0].runs[0].buffer);
    }
    assert_true(found > 0);
}

/* The first block of many networks has no expansion: its window reads what its projection adds. Its projection
 * does not write over that, which no chain could; so the stem and the block are one chain, also without
 * threads, and no map between them exists. */
static void test_block_without_expansion_runs_by_rows(void **state) {
    static const char *const targets[] = {"generic", "x86-64"};
    static const char net[] =
        "net n {\n input x: uint8[96, 96, 3] -> normalize(mean = 0, std = 1, divide = 255)\n"
        " conv(16, 3, stride = 2, padding = same) -> relu6\n"
        " residual { depthwise(3, padding = same) -> relu6\n conv(16, 1) }\n"
        " conv(64, 1) -> relu6\n depthwise(3, stride = 2, padding = same) -> relu6\n"
        " conv(24, 1)\n global_avg_pool\n output y\n}\n";
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        const plan *p = plan_text(*state, net, targets[i]);
        check_plan(p);
        assert_int_equal(p->steps[0].n_parts, 6);
        assert_true(p->arena_bytes < 48 * 48 * 16 * 4); /* one map of the stem */
    }
}

static void test_limit_is_an_error_at_the_fullest_layer(void **state) {
    fixture *f = *state;
    lang_options o = {0};
    static const char net[] =
        "net n {\n input x: f32[32, 32, 8]\n conv(64, 1) @\"wide\" -> tanh\n conv(8, 1)\n output y\n}\n";
    graph *g = lang_compile_text(f->mem, f->d, "test.net", net, sizeof net - 1, &o);
    weights_report report;
    weights_seed(f->mem, g, 0, &report);
    graph *reduced = run_passes(g, f->mem, f->d, NULL, NULL);
    assert_null(plan_make(reduced, target_by_name("generic"), 1000, NULL, f->mem, f->d));
    text said = {0};
    diag_print(f->d, &said);
    assert_non_null(strstr(said.data, "the smallest arena has "));
    assert_non_null(strstr(said.data, "test.net:"));
    text_free(&said);
}

static const char attention[] =
    "net n {\n input x: uint8[48, 48, 3]\n conv(16, 3, stride = 2) -> relu\n "
    "conv(64, 1) -> relu\n depthwise(3) -> relu\n"
    " squeeze_excite(8)\n conv(16, 1)\n global_avg_pool -> dense(4)\n output y\n}\n";

/* With no limit the depthwise output is stored; in the smallest plan it is made twice, which costs MACs. */
static void test_smallest_plan_makes_it_twice(void **state) {
    fixture *f = *state;
    const plan *fast = plan_text(f, attention, "generic");
    const plan *small = plan_make(fast->g, fast->t, LEAST_RAM, NULL, f->mem, f->d);
    assert_non_null(small);
    assert_true(small->arena_bytes < fast->arena_bytes * 2 / 3);
    assert_true(plan_macs(small) > plan_macs(fast));
    int without_map = 0;
    for (int i = 0; i < small->n_steps; i++) without_map += small->steps[i].sums_only;
    assert_int_equal(without_map, 1);
    const plan *same = plan_make(fast->g, fast->t, small->arena_bytes, NULL, f->mem, f->d);
    assert_non_null(same);
    assert_true(same->arena_bytes <= small->arena_bytes);
    same = plan_make(fast->g, fast->t, fast->arena_bytes, NULL, f->mem, f->d);
    assert_true(plan_macs(same) == plan_macs(fast));
}

/* The columns that the first window of a network computes side by side. */
static int columns_of_window(fixture *f, int kernel, const char *target_name) {
    const char *net = arena_printf(
        f->mem, "net n {\n input x: f32[9, 9, 32]\n depthwise(%d, bias=true)\n output y\n}\n", kernel);
    const plan *p = plan_text(f, net, target_name);
    for (int i = 0; i < p->n_steps; i++) {
        if (p->steps[i].kind == STEP_WINDOW) return p->steps[i].window.tile_columns;
    }
    return 0;
}

static void test_wide_windows_have_more_columns(void **state) {
    assert_int_equal(columns_of_window(*state, 5, "x86-64-v4"), 9);
    assert_int_equal(columns_of_window(*state, 3, "x86-64-v4"), 8);
    assert_int_equal(columns_of_window(*state, 5, "x86-64-v3"), 8);
}

/* The convolution before MobileNetV1's dense layer prefetches all of its weights. Networks with few weights,
 * and targets without prefetching, have nothing of that. */
static void test_dense_weights_are_read_ahead(void **state) {
    const plan *p = plan_file(*state, "mobilenet_v1.net", "x86-64-v4");
    const plan_step *dense = NULL;
    int ahead = 0;
    for (int i = p->n_steps - 1; i >= 0; i--) {
        const plan_step *s = &p->steps[i];
        if (p->g->nodes[s->node].op == OP_DENSE) dense = s;
        if (!s->gemm.n_ahead || s->kind != STEP_GEMM) continue;
        assert_non_null(dense);
        assert_int_equal(s->gemm.n_ahead, 1);
        assert_true(s->weight_begin + s->gemm.ahead[0] == dense->weight_begin);
        assert_true(s->weight_bytes >= dense->weight_bytes);
        ahead++;
    }
    assert_int_equal(ahead, 1);
    static const char *const without[][2] = {{"mobilenet_v3_small.net", "x86-64-v4"},
                                             {"mobilenet_v1.net", "generic"}};
    for (int k = 0; k < 2; k++) {
        p = plan_file(*state, without[k][0], without[k][1]);
        for (int i = 0; i < p->n_steps; i++) assert_int_equal(p->steps[i].gemm.n_ahead, 0);
    }
}

/* How the only depthwise layer of a network goes. */
static narrow_way way_of_depthwise(const plan *p) {
    for (int i = 0; i < p->n_steps; i++) {
        const plan_step *s = &p->steps[i];
        if (s->kind == STEP_WINDOW) return s->window.narrow;
        for (int j = 0; j < s->n_parts; j++) {
            if (s->parts[j].kind == STEP_WINDOW) return s->parts[j].window.narrow;
        }
    }
    fail_msg("no depthwise layer");
    return NARROW_NOT;
}

/* A map of few columns is computed whole, by a step of its own; large ones by rows, of which the kernel for
 * narrow maps takes those with windows of 5 by 5. */
static void test_narrow_depthwise_layers(void **state) {
    fixture *f = *state;
    static const struct {
        const char *net, *target;
        int chains;
        narrow_way way;
    } cases[] = {
        {"int8[6, 6, 8] (q = [1, 3]) -> conv(48, 1, q = [1, -128]) -> relu -> depthwise(5, q = [1, -128])",
         "cortex-m4", 0, NARROW_MAP},
        {"int8[3, 3, 8] (q = [1, 3]) -> conv(48, 1, q = [1, -128]) -> relu -> depthwise(3, q = [1, -128])",
         "cortex-m4", 0, NARROW_MAP},
        {"int8[12, 12, 8] (q = [1, 3]) -> conv(48, 1, q = [1, -128]) -> relu\n"
         "depthwise(5, stride = 2, q = [1, -128])",
         "cortex-m4", 1, NARROW_ROW},
        {"int8[12, 12, 8] (q = [1, 3]) -> conv(48, 1, q = [1, -128]) -> relu\n"
         "depthwise(3, stride = 2, q = [1, -128])",
         "cortex-m4", 1, NARROW_NOT},
        {"int8[6, 6, 8] (q = [1, 3]) -> depthwise(5, q = [1, -128])", "cortex-m55", 0, NARROW_NOT},
        {"int8[6, 7, 8] (q = [1, 3]) -> depthwise(5, q = [1, -128])", "cortex-m4", 0, NARROW_NOT},
        {"int8[6, 6, 8] (q = [1, 3]) -> depthwise(3, padding = 0, q = [1, -128])", "cortex-m4", 0, NARROW_NOT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *net = arena_printf(f->mem, "net n {\n input x: %s -> relu\n output y\n}\n", cases[i].net);
        const plan *p = plan_text(f, net, cases[i].target);
        assert_int_equal(count_steps(p, STEP_CHAIN), cases[i].chains);
        assert_int_equal(way_of_depthwise(p), cases[i].way);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_wide_windows_have_more_columns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_dense_weights_are_read_ahead, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_smallest_plan_makes_it_twice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_zoo_shares_no_byte, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_mobilenet_v2_never_makes_the_expanded_tensor, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_shuffles_splits_and_concats_copy_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_output_that_is_a_view_is_copied_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_heads_are_joined_without_a_copy, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_head_with_another_place_is_copied, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_elementwise_runs_in_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_read_later_is_not_overwritten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_window_first_never_ends_in_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_block_without_expansion_runs_by_rows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_narrow_depthwise_layers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_limit_is_an_error_at_the_fullest_layer, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
