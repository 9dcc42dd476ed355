/* test_integers.c: the arithmetic of codes, against numbers worked out by hand, and against products of 128
 * bits on random numbers. */
#include "base/fixed_point.h"
#include "base/rescale.h"
#include "graph/integers.h"
#include "graph/tables.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* gcc has it, but ISO C does not. */
__extension__ typedef __int128 wide;

/* x / y, y > 0, rounded down. */
static wide floor_div(wide x, wide y) { return x / y - (x % y < 0); }

static wide halves_up(wide x, int shift) {
    wide unit = (wide)1 << shift;
    return floor_div(2 * x + unit, 2 * unit);
}

static wide halves_away(wide x, int shift) { return x < 0 ? -halves_up(-x, shift) : halves_up(x, shift); }

/* What the headers promise, by other means. */
static wide expected(rescale_rounding how, int32_t x, rescale by) {
    wide product = (wide)x * by.multiplier;
    if (how == RESCALE_ONCE) return halves_up(product, 31 - by.shift);
    wide high = halves_up(by.shift > 0 ? product * ((wide)1 << by.shift) : product, 31);
    return by.shift < 0 ? halves_away(high, -by.shift) : high;
}

static uint64_t next(uint64_t *state) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 20;
}

/* ---- rescale ---- */

static void test_factors(void **state) {
    (void)state;
    const struct {
        double factor;
        int32_t multiplier;
        int shift;
    } cases[] = {{1, 1 << 30, 1},
                 {0.5, 1 << 30, 0},
                 {0.75, 3 << 29, 0},
                 {0, 0, 0},
                 {1.0 / 3, 1431655765, -1},         /* 2/3 * 2^31 = 1431655765.33 */
                 {0x1p-32, 1 << 30, -31},           /* the least */
                 {0x1p-33, 0, 0},                   /* too small */
                 {1 - 0x1p-33, 1 << 30, 1},         /* rounds up to the next power of two */
                 {0x1.fffffffcp29, 2147483647, 30}, /* the largest */
                 {0.1, 1717986918, -3}};            /* 0.8 * 2^31 = 1717986918.4 */
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rescale by = rescale_by(cases[i].factor);
        assert_int_equal(by.multiplier, cases[i].multiplier);
        assert_int_equal(by.shift, cases[i].shift);
    }
}

/* Quarters, with ties of both signs. */
static void test_ties(void **state) {
    (void)state;
    const rescale half = {1 << 30, 0}, quarter = {1 << 30, -1}, by_three_eighths = {3 << 29, -1};
    const struct {
        rescale by;
        int32_t x, once, tflite;
    } cases[] = {
        {half, 1, 1, 1},       /* 0.5 up */
        {half, -1, 0, 0},      /* -0.5 up: the high half alone rounds */
        {half, 3, 2, 2},       /* 1.5 */
        {half, -3, -1, -1},    /* -1.5 */
        {quarter, 2, 1, 1},    /* 0.5: 1, then 1/2 up */
        {quarter, -2, 0, -1},  /* -0.5: -1, then -1/2 away from 0 */
        {quarter, 1, 0, 1},    /* 0.25: rounded twice, 0.5 to 1, then 0.5 to 1 */
        {quarter, -1, 0, 0},   /* -0.25: -0.5 to 0 */
        {quarter, -6, -1, -2}, /* -1.5: -3, then away */
        {quarter, 6, 2, 2},
        {by_three_eighths, 4, 2, 2}, /* 1.5 */
        {by_three_eighths, -4, -1, -2},
        {{1 << 30, 2}, -5, -10, -10},        /* by 2 */
        {{INT32_MAX, -31}, INT32_MAX, 1, 1}, /* nearly 1 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(rescale_apply(RESCALE_ONCE, cases[i].x, cases[i].by), cases[i].once);
        assert_int_equal(rescale_apply(RESCALE_TFLITE, cases[i].x, cases[i].by), cases[i].tflite);
    }
    assert_int_equal(rescale_high(INT32_MIN, INT32_MIN), INT32_MAX);
    assert_int_equal(rescale_high(INT32_MIN, INT32_MAX), -INT32_MAX);
    assert_int_equal(rescale_down(-5, 1), -3);
    assert_int_equal(rescale_down(5, 1), 3);
    assert_int_equal(rescale_down(INT32_MIN, 31), -1);
    assert_int_equal(rescale_down(7, 0), 7);
}

/* Random numbers of every size, a third of them on a tie. Only those count whose results fit, as in lcc. */
static void test_against_128_bits(void **state) {
    (void)state;
    uint64_t seed = 7;
    int counted = 0, ties = 0;
    for (int i = 0; i < 300000; i++) {
        rescale by = {(int32_t)((1 << 30) + next(&seed) % (1 << 30)), (int)(next(&seed) % 62) - 31};
        int32_t x = (int32_t)(int64_t)(next(&seed) >> (next(&seed) % 32));
        if (i % 3 == 0) by.multiplier = (int32_t)((2 + next(&seed) % 2) << 29); /* 1/2 or 3/4 */
        if (next(&seed) & 1) x = (int32_t) - (int64_t)x;
        wide product = (wide)x * by.multiplier;
        wide once = expected(RESCALE_ONCE, x, by), twice = expected(RESCALE_TFLITE, x, by);
        wide moved = by.shift > 0 ? (wide)x * ((wide)1 << by.shift) : x;
        bool fits = once >= INT32_MIN && once <= INT32_MAX && moved >= INT32_MIN && moved <= INT32_MAX;
        if (!fits) continue;
        counted++;
        int shift = 31 - by.shift;
        ties += floor_div(product, (wide)1 << (shift - 1)) % 2 != 0 &&
                product == floor_div(product, (wide)1 << (shift - 1)) * ((wide)1 << (shift - 1));
        assert_true(rescale_apply(RESCALE_ONCE, x, by) == once);
        assert_true(rescale_apply(RESCALE_TFLITE, x, by) == twice);
    }
    assert_true(counted > 150000 && ties > 1000);
}

/* ---- fixed point ---- */

static void test_fixed_point(void **state) {
    (void)state;
    assert_int_equal(fixed_exp(0, 5), INT32_MAX);
    assert_int_equal(fixed_reciprocal(0), INT32_MAX);
    assert_int_equal(fixed_logistic(0), 1 << 30);
    assert_int_equal(fixed_tanh(0), 0);
    for (int i = -2000; i <= 2000; i++) {
        int32_t x = i * 65537;
        double real = x / 0x1p27, e = exp(-fabs(real));
        /* The series leaves out (1/8)^5 / 5!, 2.5e-7. */
        assert_true(fabs(fixed_exp(-abs(x), 4) / 0x1p31 - e) < 2.6e-7);
        assert_true(fabs(fixed_logistic(x) / 0x1p31 - 1 / (1 + exp(-real))) < 1e-7);
        assert_true(fabs(fixed_tanh(x) / 0x1p31 - tanh(real)) < 3e-7);
        assert_int_equal(fixed_tanh(-x), -fixed_tanh(x));
        assert_true(fabs(fixed_reciprocal(abs(x) * 4) / 0x1p31 - 1 / (1 + abs(x) * 4 / 0x1p31)) < 8e-9);
    }
}

/* The bits that tests/diff/int_vs_python.py computes, which has the rules in Python. */
static void test_bits_of_fixed_point(void **state) {
    (void)state;
    assert_int_equal(fixed_exp(-1, 5), 2147483124);
    assert_int_equal(fixed_exp(-(1 << 26), 5), 790015308);
    assert_int_equal(fixed_exp(-123456789, 5), 341177383);
    assert_int_equal(fixed_exp(-(1 << 30) - 77, 5), 242);
    assert_int_equal(fixed_exp(-123456789, 4), 855963115);
    assert_int_equal(fixed_logistic(1), 1073741948);
    assert_int_equal(fixed_logistic(-(1 << 27)), 577547421);
    assert_int_equal(fixed_logistic(123456789), 1535464548);
    assert_int_equal(fixed_logistic(-(1 << 30)), 720155);
    assert_int_equal(fixed_tanh(1), 260);
    assert_int_equal(fixed_tanh(-(1 << 27)), -1635510876);
    assert_int_equal(fixed_tanh(1 << 30), 2147483164);
    assert_int_equal(fixed_reciprocal(1 << 30), 1431655762);
    assert_int_equal(fixed_reciprocal(INT32_MAX), 1073741820);
}

/* ---- means ---- */

static void test_means(void **state) {
    (void)state;
    assert_int_equal(average_codes(5, 2), 3);
    assert_int_equal(average_codes(-5, 2), -3);
    assert_int_equal(average_codes(-4, 3), -1);
    assert_int_equal(average_codes(0, 49), 0);
    /* 49 = 2^5 * 1.53: five bits more, then a division that drops the rest. 2^35 / 49 = 701219150.4 */
    rescale by = rescale_of_mean(RESCALE_TFLITE, 0.25, 0.25, 49);
    assert_int_equal(by.multiplier, 701219150);
    assert_int_equal(by.shift, 1 - 5);
    by = rescale_of_mean(RESCALE_ONCE, 0.25, 0.25, 49);
    assert_int_equal(by.multiplier, 1402438301); /* 2^36 / 49 = 1402438300.7 */
    assert_int_equal(by.shift, -5);
}

/* ---- tables ---- */

static quant scaled(float scale, int zero) { return (quant){.on = true, .scale = scale, .zero = zero}; }

static int at(const int8_t *table, int code) { return table[code + 128]; }

static void test_tables(void **state) {
    (void)state;
    int8_t t[TABLE_CODES];
    quant x = scaled(0.0625f, 0), y = scaled(1.0f / 256, -128);
    act_table(RESCALE_TFLITE, OP_SIGMOID, (act_args){0}, &x, &y, t);
    assert_int_equal(at(t, 0), 0);     /* 0.5 */
    assert_int_equal(at(t, 16), 59);   /* 0.73106 * 256 = 187.2 */
    assert_int_equal(at(t, -16), -59); /* 0.26894 * 256 = 68.8 */
    assert_int_equal(at(t, 127), 127); /* 0.99964 * 256 = 255.9, which does not fit */
    assert_int_equal(at(t, -128), -128);
    /* From 1 about 1 to 1/2 about -3: above, a code becomes two; below, by the slope 1/4, half a code. */
    x = scaled(1, 1), y = scaled(0.5f, -3);
    act_table(RESCALE_TFLITE, OP_LEAKY_RELU, (act_args){0.25, 0}, &x, &y, t);
    assert_int_equal(at(t, 4), 3);
    assert_int_equal(at(t, 0), -3); /* -1 * 0.5: the high half rounds -0.5 up to 0 */
    assert_int_equal(at(t, -1), -4);
    act_table(RESCALE_ONCE, OP_LEAKY_RELU, (act_args){0.25, 0}, &x, &y, t);
    assert_int_equal(at(t, 4), 3);
    assert_int_equal(at(t, 0), -4); /* halves away from 0 */
    /* Where a function has no value, it is the zero point. */
    x = scaled(0.1f, 0), y = scaled(0.1f, 7);
    act_table(RESCALE_ONCE, OP_SQRT, (act_args){0}, &x, &y, t);
    assert_int_equal(at(t, -10), 7);
    assert_int_equal(at(t, 10), 17);
    act_table(RESCALE_ONCE, OP_RECIPROCAL, (act_args){0}, &x, &y, t);
    assert_int_equal(at(t, 0), 127); /* infinity */
    assert_int_equal(at(t, 20), 12); /* 1/2 in tenths, and 7 */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_factors),
        cmocka_unit_test(test_ties),
        cmocka_unit_test(test_against_128_bits),
        cmocka_unit_test(test_fixed_point),
        cmocka_unit_test(test_bits_of_fixed_point),
        cmocka_unit_test(test_means),
        cmocka_unit_test(test_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
