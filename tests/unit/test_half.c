/* test_half.c: halves and floats: every half there and back, and the rounding between any two of them. */
#include "base/half.h"
#include "weights/load.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The value of a half by its definition. */
static double value_by_definition(uint32_t bits) {
    int exponent = (int)(bits >> 10 & 31), fraction = (int)(bits & 0x3ff);
    double size = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
    if (exponent == 31) size = fraction ? NAN : INFINITY;
    return bits & 0x8000 ? -size : size;
}

static void test_there_and_back(void **state) {
    (void)state;
    for (uint32_t bits = 0; bits < 0x10000; bits++) {
        float value = half_value((uint16_t)bits);
        double truth = value_by_definition(bits);
        const unsigned char bytes[2] = {(unsigned char)bits, (unsigned char)(bits >> 8)};
        float loaded = load_f16(bytes);
        if (isnan(truth)) {
            assert_true(isnan(value) && isnan(loaded));
            assert_int_equal(half_bits(value) & 0x7c00, 0x7c00);
            assert_int_not_equal(half_bits(value) & 0x3ff, 0);
        } else {
            assert_true((double)value == truth && (double)loaded == truth);
            assert_int_equal(half_bits(value), bits);
        }
    }
}

/* Between two neighbours: the middle goes to the even one, what lies beside it to the nearer one. */
static void test_rounding(void **state) {
    (void)state;
    for (uint32_t bits = 0; bits < 0x7c00; bits++) {
        double low = value_by_definition(bits);
        double high = bits == 0x7bff ? 65536 : value_by_definition(bits + 1); /* infinity stands in its place */
        float middle = (float)((low + high) / 2);
        assert_true((double)middle == (low + high) / 2);
        uint32_t even = bits & 1 ? bits + 1 : bits;
        for (uint32_t sign = 0; sign < 0x10000; sign += 0x8000) {
            float s = sign ? -1.0f : 1.0f;
            assert_int_equal(half_bits(s * middle), sign | even);
            assert_int_equal(half_bits(s * nextafterf(middle, 0)), sign | bits);
            assert_int_equal(half_bits(s * nextafterf(middle, INFINITY)), sign | (bits + 1));
            assert_int_equal(half_bits(s * nextafterf((float)high, 0)), sign | (bits + 1));
        }
    }
}

static void test_far_away(void **state) {
    (void)state;
    assert_int_equal(half_bits(INFINITY), 0x7c00);
    assert_int_equal(half_bits(-INFINITY), 0xfc00);
    assert_int_equal(half_bits(3.4e38f), 0x7c00);
    assert_int_equal(half_bits(65520.0f), 0x7c00);
    assert_int_equal(half_bits(0x1p-149f), 0);
    assert_int_equal(half_bits(-0x1p-126f), 0x8000);
    assert_int_equal(half_bits(0x1p-26f), 0);
    assert_true((double)half_value(0x7bff) == LARGEST_HALF);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_there_and_back), cmocka_unit_test(test_rounding),
                                       cmocka_unit_test(test_far_away)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
