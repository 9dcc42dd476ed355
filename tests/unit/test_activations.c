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

/* Slopes that a row is tried with. A row that takes none is the same for all of them. */
static const double slopes[] = {-0.5, 0, 0.1};
enum { SLOPES = sizeof slopes / sizeof *slopes };

/* Calls `check` for each activation and each slope. */
static void for_each_activation(void (*check)(op_kind op, const activation *f, double slope)) {
    int count = 0;
    for (int op = 0; op < OP_COUNT; op++) {
        if (!is_activation((op_kind)op)) continue;
        count++;
        for (int i = 0; i < SLOPES; i++) check((op_kind)op, &activation_table[op], slopes[i]);
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
        assert_true(isnan(f->value(NAN, 0.1)));
    }
}

static bool is_near(double got, double wanted) { return got == wanted || fabs(got - wanted) <= 1e-9; }

static void check_limits(op_kind op, const activation *f, double slope) {
    static const double far[] = {-1e15, 1e15};
    for (int above = 0; above < 2; above++) {
        double limit = activation_limit(op, slope, above), got = f->value(far[above], slope);
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
static void check_fall(op_kind op, const activation *f, double slope) {
    (void)op;
    bool falls = !isnan(f->bottom) && (!f->takes_slope || slope < 0);
    if (falls) {
        assert_true(is_near(f->value(f->bottom, slope), f->least) && f->value(f->bottom, slope) >= f->least);
    }
    if (falls && isfinite(f->bottom)) {
        assert_true(f->value(f->bottom - 0.5, slope) > f->least + 1e-3);
        assert_true(f->value(f->bottom + 0.5, slope) > f->least + 1e-3);
    }
    for (int i = -4000; i < 4000; i++) {
        double x = i / 100.0, here = f->value(x, slope), next = f->value(x + 0.01, slope);
        bool may_fall = falls && x < f->bottom, may_rise = !falls || x + 0.01 > f->bottom;
        if ((next < here && !may_fall) || (next > here && !may_rise)) {
            fail_msg("%s goes from %g to %g at %g, slope %g", f->name, here, next, x, slope);
        }
    }
}

static void falls_end_at_the_bottom(void **state) {
    (void)state;
    for_each_activation(check_fall);
}

/* Values between the two stay as they are; right beside them they do not. */
static void check_unchanged(op_kind op, const activation *f, double slope) {
    (void)op;
    if (isnan(f->unchanged_from)) return;
    for (int i = -4000; i <= 4000; i++) {
        double x = i / 100.0;
        if (x < f->unchanged_from || x > f->unchanged_to) continue;
        if (f->value(x, slope) != x) fail_msg("%s changes %g", f->name, x);
    }
    double before = f->unchanged_from - 0.01, behind = f->unchanged_to + 0.01;
    assert_true(f->value(before, slope) != before);
    if (isfinite(behind)) assert_true(f->value(behind, slope) != behind);
}

static void what_is_unchanged_is_known(void **state) {
    (void)state;
    for_each_activation(check_unchanged);
}

/* "f32x8_relu6(" for every family of vectors, which the name of its header begins with. */
static void every_family_has_a_function(void **state) {
    (void)state;
    int families = 0;
    for (const embedded_file *file = embedded_files; file->name; file++) {
        const char *end = strchr(file->name, '_');
        if (!end || !strstr(file->name, ".h")) continue;
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
