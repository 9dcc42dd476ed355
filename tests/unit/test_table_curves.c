/* test_table_curves.c: the curves of tables of activations, and of tables that have none. */
#include "base/table_curves.h"
#include "graph/tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Checks each row: it is left out, or each of its codes is right. Returns how many are left out. */
static int check_rows(const int8_t table[256], bool steep) {
    table_curves k;
    find_curves(table, steep, &k);
    int left_out = 0;
    for (int q = -128; q < 128; q++) {
        const int row = (q & 255) / CURVE_CODES;
        if (k.left_out >> row & 1) {
            assert_int_equal(k.offset[row], 0);
            assert_int_equal(k.slope[row], 0);
            assert_int_equal(k.bend[row], 0);
            left_out += q % CURVE_CODES == 0;
            continue;
        }
        assert_int_equal(code_on_curve(&k, q), table[q + 128]);
        assert_in_range(k.offset[row] + 32768, 0, 65535);
        assert_in_range(k.slope[row] + 127, 0, 254);
        assert_in_range(k.bend[row] + 127, 0, 254);
    }
    return left_out;
}

/* The same of both ways. The second one leaves out no more. */
static int check_curves(const int8_t table[256]) {
    const int left_out = check_rows(table, false);
    assert_true(check_rows(table, true) <= left_out);
    return left_out;
}

static int left_out_of(op_kind act, float x_scale, int x_zero, float y_scale, int y_zero) {
    const quant x = {.on = true, .scale = x_scale, .zero = x_zero},
                y = {.on = true, .scale = y_scale, .zero = y_zero};
    int8_t table[TABLE_CODES];
    act_table(RESCALE_ONCE, act, (act_args){0}, &x, &y, table);
    return check_curves(table);
}

/* Smooth functions leave a row out at most now and then, and those with corners one for each corner. */
static void test_activations(void **state) {
    (void)state;
    int swish = 0, hswish = 0;
    for (int i = 0; i < 20; i++) {
        const float scale = 0.02f + 0.003f * (float)i;
        swish += left_out_of(OP_SWISH, scale, -10 + i, scale, -100);
        hswish += left_out_of(OP_HSWISH, scale, -10 + i, scale, -100);
    }
    assert_true(swish <= 20 * 2);
    assert_true(hswish <= 20 * 4);
    assert_true(left_out_of(OP_SIGMOID, 0.02f, 3, 1.0f / 256, -128) <= 2);
}

/* Lines, a constant, and steps from end to end, which no parabola follows. */
static void test_ends(void **state) {
    (void)state;
    int8_t table[256];
    for (int i = 0; i < 256; i++) table[i] = (int8_t)(i - 128);
    assert_int_equal(check_curves(table), 0);
    for (int i = 0; i < 256; i++) table[i] = (int8_t)(127 - i);
    assert_int_equal(check_curves(table), 0);
    for (int i = 0; i < 256; i++) table[i] = -128;
    assert_int_equal(check_curves(table), 0);
    for (int i = 0; i < 256; i++) table[i] = i % 2 ? 127 : -128;
    assert_int_equal(check_curves(table), 16);
    /* A corner at a limit takes no row; a rise by three codes is too steep for the first way only. */
    for (int i = 0; i < 256; i++) table[i] = (int8_t)(i < 86 ? -128 : i < 171 ? 3 * (i - 128) : 127);
    assert_true(check_curves(table) >= 4);
    assert_int_equal(check_rows(table, true), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_activations), cmocka_unit_test(test_ends)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
