/* test_fit.c: limits, what candidates take, fronts, and that both ways to search find the front that brute
 * force finds.
 */
#include "emit/emit.h"
#include "passes/passes.h"
#include "search/search.h"
#include "weights/weights.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* 1600 candidates, in a quarter of which 30 channels cannot be 4 groups. */
static const char small[] = "search width in [8, 12, 16, 24, 32], size in [12, 16, 20, 24, 28]\n"
                            "param width = 16\n"
                            "param size  = 20\n"
                            "param k     = (3|5)\n"
                            "net small {\n"
                            "    input x: f32[size, size, 3]\n"
                            "    conv(width, k, stride = 2) -> bn -> relu\n"
                            "    stage inverted_residual {\n"
                            "          kernel | expand    | out          | se\n"
                            "        (3|5)    | (2|3|4|6) | 16           | 0\n"
                            "             3   | 2         | (8|16|24|30) | 0\n"
                            "    }\n"
                            "    conv(16, 1, groups = 4)\n"
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

static void expect_error(arena *a, const char *given, const char *message) {
    diag *d = diag_new(a);
    limits l = parse_limits(a, d, "--fit", given);
    text t = {0};
    diag_show(d, &t);
    assert_string_equal(t.data, message);
    text_free(&t);
    for (int i = 0; i < FIGURE_COUNT; i++) assert_int_equal(l.most[i], 0);
}

static void test_limits(void **state) {
    arena *a = *state;
    diag *d = diag_new(a);
    limits l = parse_limits(a, d, "--fit", "ram=256K,flash=1.5M,macs=300M,params=2.5K,time=40ms");
    assert_int_equal(diag_error_count(d), 0);
    assert_int_equal(l.most[FIGURE_RAM], 262144);
    assert_int_equal(l.most[FIGURE_FLASH], 1572864);
    assert_int_equal(l.most[FIGURE_MACS], 300000000);
    assert_int_equal(l.most[FIGURE_PARAMS], 2500);
    assert_int_equal(l.most[FIGURE_CYCLES], 0);
    assert_true(limits_set_clock(&l, 168e6));
    assert_int_equal(l.most[FIGURE_CYCLES], 6720000);
    assert_true(parse_clock("168M") == 168e6);
    assert_true(parse_clock("1.5GHz") == 0 && parse_clock("0") == 0 && parse_clock("") == 0);

    expect_error(a, "ram=0",
                 "--fit:1:5: error: a limit of 0 is kept by no network\n    1 | ram=0\n      |     ^\n");
    expect_error(
        a, "ram=1K,rom=3",
        "--fit:1:8: error: there is no limit 'rom': did you mean 'ram'?: ram, flash, time, cycles, macs and "
        "params are there\n    1 | ram=1K,rom=3\n      |        ^~~\n");
    expect_error(a, "ram=1K,ram=2K",
                 "--fit:1:8: error: ram has a limit already\n    1 | ram=1K,ram=2K\n      |        ^~~\n");
    expect_error(a, "cycles=1K,time=2s",
                 "--fit:1:11: error: time and cycles limit the same: one of them is enough\n"
                 "    1 | cycles=1K,time=2s\n      |           ^~~~\n");
    expect_error(a, "time=40",
                 "--fit:1:6: error: time takes a time with its unit: 500us, 40ms or 1.5s\n"
                 "    1 | time=40\n      |      ^~\n");
    expect_error(a, "macs=3Q",
                 "--fit:1:6: error: macs takes a count, such as 250000, 250K (of 1000) or 300M (of 1000000)\n"
                 "    1 | macs=3Q\n      |      ^~\n");
    expect_error(a, "flash", "--fit:1:1: error: expected NAME=VALUE\n    1 | flash\n      | ^~~~~\n");
}

static void test_budgets(void **state) {
    (void)state;
    int64_t runs = 0, works[MOST_WORKS];
    double seconds = 0;
    assert_true(parse_budget("50", &runs, &seconds) && runs == 50 && seconds == 0);
    runs = 0;
    assert_true(parse_budget("1.5h", &runs, &seconds) && runs == 0 && seconds == 5400);
    seconds = 0;
    assert_false(parse_budget("0", &runs, &seconds) || parse_budget("1.5", &runs, &seconds) ||
                 parse_budget("5 m", &runs, &seconds) || parse_budget("", &runs, &seconds));
    assert_int_equal(parse_works("1,3,9", works, MOST_WORKS), 3);
    assert_int_equal(works[2], 9);
    assert_int_equal(parse_works("3,3", works, MOST_WORKS), 0);
    assert_int_equal(parse_works("1,", works, MOST_WORKS), 0);
    assert_int_equal(parse_works("1,2,3,4,5,6,7,8,9", works, MOST_WORKS), 0);
}

/* log2 by this room's own function is that of the C library to a few units in the last place. */
static void test_log2(void **state) {
    (void)state;
    assert_true(exact_log2(1) == 0 && exact_log2(8) == 3 && exact_log2(0.25) == -2);
    for (double x = 1e-9; x < 1e12; x *= 1.37)
        assert_true(fabs(exact_log2(x) - log2(x)) < 1e-14 * (1 + fabs(log2(x))));
}

/* EfficientNet's table 7: what B0 gains by each way to scale it, with 2 % for each unit of the score. */
static void test_stand_in(void **state) {
    (void)state;
    const stand_in b0 = {390000000, 224 * 224, 50};
    const struct {
        int layers, side;
        double macs, gain, within;
    } rows[] = {{200, 224, 1.8e9, 1.7, 0.2},
                {50, 224, 1.8e9, 1.6, 0.4},
                {50, 448, 1.9e9, 1.8, 0.8},
                {70, 291, 1.8e9, 3.8, 0.1}};
    for (int i = 0; i < 4; i++) {
        candidate c = {.layers = rows[i].layers, .pixels = rows[i].side * rows[i].side};
        c.figures[FIGURE_MACS] = (int64_t)rows[i].macs;
        double gain = 2 * (stand_in_score(&b0, &c) - exact_log2(390e6));
        assert_true(fabs(gain - rows[i].gain) < rows[i].within);
    }
    candidate same = {.layers = 50, .pixels = 224 * 224, .figures = {[FIGURE_MACS] = 390000000}};
    assert_true(stand_in_score(&b0, &same) == exact_log2(390e6));
}

static machine machine_for(const char *target_name) {
    return (machine){.t = target_by_name(target_name), .path = "small.net"};
}

/* What the stages of the command make of the text, with weights: the candidate has the same figures without. */
static void test_figures(void **state) {
    arena *a = *state;
    diag *d = diag_new(a);
    search_space space;
    assert_true(space_read_text(a, d, "small.net", small, sizeof small - 1, &(lang_options){0}, &space));
    assert_int_equal(space_size(&space), 1600);
    const int index[] = {0, 321, 1599};
    const machine m = machine_for("cortex-m4");
    for (int i = 0; i < 3; i++) {
        int *picks = ARENA_ARRAY(a, int, space.count);
        space_picks(&space, index[i], picks);
        candidate c = {.picks = picks, .text = space_candidate(&space, picks, a)};
        measure_candidate(&m, &(limits){0}, false, a, &c);
        graph *g = lang_compile_text(a, d, "small.net", c.text, strlen(c.text), &(lang_options){0});
        if (!g) { /* 30 channels are not 4 groups */
            assert_int_equal(c.outcome, CANDIDATE_SKIPPED);
            assert_non_null(strstr(c.why, "groups"));
            continue;
        }
        weights_report report;
        emitted code = {0};
        weights_seed(a, g, 0, &report);
        graph *reduced = run_passes_with(&(pass_options){.keep_dead = true}, g, a, d, NULL, NULL);
        plan *p = plan_make(reduced, m.t, 0, NULL, a, d);
        assert_true(emit_model(&p, 1, &(emit_options){.prefix = "small", .base_name = "model", .command = ""},
                               a, d, &code));
        double cycles = 0;
        for (int s = 0; s < p->n_steps; s++) cycles += p->steps[s].cycles;
        assert_int_equal(c.outcome, CANDIDATE_FITS);
        assert_int_equal(c.figures[FIGURE_RAM], p->arena_bytes);
        assert_int_equal(c.figures[FIGURE_FLASH], flash_bytes(&code.flash));
        assert_int_equal(c.figures[FIGURE_CYCLES], (int64_t)cycles);
        assert_int_equal(c.figures[FIGURE_MACS], graph_macs(g));
        assert_int_equal(c.figures[FIGURE_PARAMS], graph_params(g));
        text_free(&code.c);
        text_free(&code.h);
        text_free(&code.weights);
    }
}

typedef struct searched {
    search s;
    machine m;
    search_space space;
    stand_in usual;
    const candidate **front;
    int n_front;
} searched;

static searched *begin(arena *a, const limits *l, uint64_t seed) {
    searched *x = ARENA_NEW(a, searched);
    assert_true(
        space_read_text(a, diag_new(a), "small.net", small, sizeof small - 1, &(lang_options){0}, &x->space));
    x->m = machine_for("x86-64");
    measure_usual(&x->space, &x->m, &x->usual);
    x->s = (search){
        .mem = a, .space = &x->space, .m = &x->m, .l = *l, .by = rate_by_stand_in(&x->usual), .seed = seed};
    return x;
}

static void end(searched *x) {
    x->front = find_front(x->s.mem, (const candidate *const *)x->s.all, x->s.n, figures_of_front(&x->s.l),
                          &x->n_front);
}

static void expect_same_fronts(const searched *x, const searched *y) {
    assert_int_equal(x->n_front, y->n_front);
    for (int i = 0; i < x->n_front; i++) {
        assert_memory_equal(x->front[i]->figures, y->front[i]->figures, sizeof x->front[i]->figures);
        assert_true(x->front[i]->score.value == y->front[i]->score.value);
    }
}

static const limits room = {.most = {[FIGURE_RAM] = 20000, [FIGURE_FLASH] = 30000}};

/* A candidate is on the front if and only if no other one is as good in everything and better in something. */
static void test_brute_force(void **state) {
    arena *a = *state;
    searched *x = begin(a, &room, 0);
    assert_true(search_all(&x->s));
    end(x);
    assert_int_equal(x->s.n, 1600);
    assert_int_equal(x->s.skipped, 400);
    assert_true(x->n_front > 5);
    int on_front = 0;
    for (int i = 0; i < x->s.n; i++) {
        const candidate *c = x->s.all[i];
        const int64_t ram = c->figures[FIGURE_RAM], flash = c->figures[FIGURE_FLASH];
        bool good = c->outcome == CANDIDATE_FITS, beaten = false, listed = false, twin = false;
        assert_true(!good || (ram <= 20000 && flash <= 30000));
        for (int k = 0; k < x->s.n && good; k++) {
            const candidate *o = x->s.all[k];
            if (o->outcome != CANDIDATE_FITS) continue;
            bool equal = o->score.value == c->score.value && o->figures[FIGURE_RAM] == ram &&
                         o->figures[FIGURE_FLASH] == flash;
            bool least = o->score.value >= c->score.value && o->figures[FIGURE_RAM] <= ram &&
                         o->figures[FIGURE_FLASH] <= flash;
            beaten = beaten || (least && !equal);
            twin = twin || (equal && k < i);
        }
        for (int k = 0; k < x->n_front; k++) listed = listed || x->front[k] == c;
        if (good && !beaten && !twin) assert_true(listed);
        if (!good || beaten) assert_false(listed);
        on_front += listed;
    }
    assert_int_equal(on_front, x->n_front);
}

/* With a limit of memory alone, so that a front is as long as the evolution can find it in two thirds of the
 * space. */
static void test_evolution(void **state) {
    arena *a = *state;
    const limits less = {.most = {[FIGURE_RAM] = 20000}};
    searched *all = begin(a, &less, 0), *some = begin(a, &less, 1), *again = begin(a, &less, 1),
             *other = begin(a, &less, 2);
    assert_true(search_all(&all->s) && search_by_evolution(&some->s) && search_by_evolution(&again->s) &&
                search_by_evolution(&other->s));
    end(all), end(some), end(again), end(other);
    assert_true(some->s.n < 1100); /* of 1600 */
    expect_same_fronts(all, some);
    expect_same_fronts(all, other);
    assert_int_equal(some->s.n, again->s.n);
    int same = 0;
    for (int i = 0; i < some->s.n; i++) {
        assert_string_equal(some->s.all[i]->text, again->s.all[i]->text);
        same += i < other->s.n && strcmp(some->s.all[i]->text, other->s.all[i]->text) == 0;
    }
    assert_true(same < some->s.n / 2); /* another seed, another way */
}

/* Seeds keep the limits, begin with the best of what the quick search saw, and differ from each other in two of
 * the six choices. The first generation has all of them, and networks at random beside them. */
static void test_seeds(void **state) {
    enum { CHOICES = 6 };
    arena *a = *state;
    searched *x = begin(a, &room, 0);
    find_seeds(&x->s, &x->usual);
    assert_int_equal(x->space.count, CHOICES);
    assert_in_range(x->s.n_seeds, 5, POPULATION / 2);
    assert_int_equal(x->s.n, 0); /* nothing has been tried for it */
    double before = INFINITY;
    for (int i = 0; i < x->s.n_seeds; i++) {
        candidate c = {.picks = x->s.seeds[i], .text = space_candidate(&x->space, x->s.seeds[i], a)};
        measure_candidate(&x->m, &room, true, a, &c);
        assert_true(c.figures[FIGURE_RAM] <= 20000 && c.figures[FIGURE_FLASH] <= 30000);
        const double guess = stand_in_score(&x->usual, &c);
        assert_true(guess <= before);
        before = guess;
        for (int k = 0; k < i; k++) {
            int different = 0;
            for (int j = 0; j < CHOICES; j++) different += x->s.seeds[i][j] != x->s.seeds[k][j];
            assert_true(different >= 2);
        }
    }
    x->s.generations = 1;
    assert_true(search_by_evolution(&x->s));
    assert_in_range(x->s.n, POPULATION, 2 * POPULATION);
    for (int i = 0; i < x->s.n_seeds; i++) {
        bool found = false;
        for (int k = 0; k < POPULATION; k++)
            found = found || memcmp(x->s.all[k]->picks, x->s.seeds[i], sizeof(int) * CHOICES) == 0;
        assert_true(found);
    }
}

/* Where none keeps the limits, the nearest is the least over them of all, measured as a whole. */
static void test_nearest(void **state) {
    arena *a = *state;
    const limits l = {.most = {[FIGURE_RAM] = 900, [FIGURE_FLASH] = 2000, [FIGURE_MACS] = 30000}};
    searched *x = begin(a, &l, 0);
    assert_true(search_all(&x->s));
    end(x);
    assert_int_equal(x->n_front, 0);
    const candidate *near = find_nearest(&x->s);
    assert_non_null(near);
    double least = INFINITY;
    for (int i = 0; i < x->s.n; i++) {
        candidate c = {.picks = x->s.all[i]->picks, .text = x->s.all[i]->text};
        measure_candidate(&x->m, &l, true, a, &c);
        if (excess_of(&c, &l) < least) least = excess_of(&c, &l);
    }
    assert_true(excess_of(near, &l) == least);
    figure f = binding_limit(near, &l);
    for (int i = 0; i < FIGURE_COUNT; i++) {
        if (l.most[i])
            assert_true((double)near->figures[i] / (double)l.most[i] <=
                        (double)near->figures[f] / (double)l.most[f]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_limits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_budgets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_log2, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stand_in, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_figures, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_brute_force, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_evolution, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_seeds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nearest, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("fit", tests, NULL, NULL);
}
