/* test_activations.c: the table of activations: each row's properties against its own reference function, and
 * the runtime's headers, of which each must have a function for every row. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/embedded.h"
#include "graph/activations.h"
#include "targets/target.h"

/* The numbers that a row is tried with, by what it takes. */
enum { TRIES = 3 };
static const act_args tried[][TRIES] = {
    [ARGUMENTS_PLAIN] = {{0, 0}},
    [ARGUMENTS_SLOPE] = {{-0.5, 0}, {0, 0}, {0.1, 0}},
    [ARGUMENTS_ALPHA] = {{0.1, 0}, {1, 0}, {2.5, 0}},
    [ARGUMENTS_EXPONENT] = {{-1.5, 0}, {0.5, 0}, {3, 0}},
    [ARGUMENTS_BOUNDS] = {{-0.5, 0.25}, {0, 6}, {3, 3}},
};

/* Calls `check` for each activation and each of its tries. */
static void for_each_activation(void (*check)(op_kind op, const activation *f, act_args args)) {
    int count = 0;
    for (int op = 0; op < OP_COUNT; op++) {
        if (!is_activation((op_kind)op)) continue;
        count++;
        const activation *f = &activation_table[op];
        for (int i = 0; i < TRIES; i++) check((op_kind)op, f, tried[f->arguments][i]);
    }
    assert_true(count >= 8);
}

static void every_activation_has_a_row(void **state) {
    (void)state;
    for (int op = 0; op < OP_COUNT; op++) {
        const activation *f = &activation_table[op];
        if (!is_activation((op_kind)op) && op != OP_IDENTITY) {
            assert_null(f->value);
            continue;
        }
        assert_non_null(f->value);
        assert_string_equal(f->name, op_table[op].name);
        assert_true(isnan(f->value(NAN, tried[f->arguments][0])));
    }
}

static bool is_near(double got, double wanted) { return got == wanted || fabs(got - wanted) <= 1e-9; }

/* Of these passes/interval.c has a rule, and the table says nothing. */
static bool has_own_rule(op_kind op, act_args args) {
    return isnan(activation_limit(op, args, false)) && isnan(activation_limit(op, args, true));
}

static void check_limits(op_kind op, const activation *f, act_args args) {
    static const double far[] = {-1e15, 1e15};
    if (has_own_rule(op, args)) return;
    for (int above = 0; above < 2; above++) {
        double limit = activation_limit(op, args, above), got = f->value(far[above], args);
        bool approached = isnan(limit)   ? isnan(got)
                          : isinf(limit) ? got * limit > 0 && fabs(got) > 10
                                         : is_near(got, limit);
        if (!approached) {
            fail_msg("%s(%g) is %g, the limit %g", f->name, far[above], got, limit);
        }
    }
}

static void limits_are_approached(void **state) {
    (void)state;
    for_each_activation(check_limits);
}

/* It falls as far as `bottom`, and nowhere behind it. */
static void check_fall(op_kind op, const activation *f, act_args args) {
    bool falls = activation_falls(op, args);
    if (has_own_rule(op, args)) return;
    if (falls) {
        assert_true(is_near(f->value(f->bottom, args), f->least) && f->value(f->bottom, args) >= f->least);
    }
    if (falls && isfinite(f->bottom)) {
        assert_true(f->value(f->bottom - 0.5, args) > f->least + 1e-3);
        assert_true(f->value(f->bottom + 0.5, args) > f->least + 1e-3);
    }
    for (int i = -4000; i < 4000; i++) {
        double x = i / 100.0, here = f->value(x, args), next = f->value(x + 0.01, args);
        bool may_fall = falls && x < f->bottom, may_rise = !falls || x + 0.01 > f->bottom;
        if ((next < here && !may_fall) || (next > here && !may_rise)) {
            fail_msg("%s goes from %g to %g at %g with %g", f->name, here, next, x, args.first);
        }
    }
}

static void falls_end_at_the_bottom(void **state) {
    (void)state;
    for_each_activation(check_fall);
}

/* Values between the two stay as they are; right beside them they do not. */
static void check_unchanged(op_kind op, const activation *f, act_args args) {
    (void)op;
    if (isnan(f->unchanged_from)) return;
    for (int i = -4000; i <= 4000; i++) {
        double x = i / 100.0;
        if (x < f->unchanged_from || x > f->unchanged_to) continue;
        if (f->value(x, args) != x) fail_msg("%s changes %g", f->name, x);
    }
    double before = f->unchanged_from - 0.01, behind = f->unchanged_to + 0.01;
    assert_true(f->value(before, args) != before);
    if (isfinite(behind)) assert_true(f->value(behind, args) != behind);
}

static void what_is_unchanged_is_known(void **state) {
    (void)state;
    for_each_activation(check_unchanged);
}

/* Whether a file of runtime/ has only some functions, which stand for those of a family or come behind them. */
static bool stands_for_others(const char *file) {
    for (const target *t = target_table; t->name; t++) {
        for (int k = 0; k < MAX_VECTOR_KINDS; k++) {
            const char *const own = t->vectors[k].own_runtime, *const bf16 = t->vectors[k].bf16_runtime;
            if ((own && strcmp(own, file) == 0) || (bf16 && strcmp(bf16, file) == 0)) return true;
        }
    }
    return false;
}

/* "f32x8_relu6(" for every family of vectors of floats, which the name of its header begins with. */
static void every_family_has_a_function(void **state) {
    (void)state;
    int families = 0;
    for (const embedded_file *file = embedded_files; file->name; file++) {
        const char *end = strchr(file->name, '_');
        if (!end || !strstr(file->name, ".h") || file->name[0] != 'f' || stands_for_others(file->name))
            continue;
        families++;
        for (int op = 0; op < OP_COUNT; op++) {
            if (!is_activation((op_kind)op)) continue;
            char call[64];
            snprintf(call, sizeof call, " %.*s_%s(", (int)(end - file->name), file->name,
                     activation_table[op].name);
            if (!strstr(file->text, call)) fail_msg("%s has no%s", file->name, call);
        }
    }
    assert_true(families >= 7);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_activation_has_a_row),  cmocka_unit_test(limits_are_approached),
        cmocka_unit_test(falls_end_at_the_bottom),     cmocka_unit_test(what_is_unchanged_is_known),
        cmocka_unit_test(every_family_has_a_function),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
