/* test_float_rescale.c: floats that are proved to make the codes of sums, against the exact rescaling of every
 * sum of a range, evaluated as a machine does. */
#include "plan/byte_ends.h"

#include <fenv.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static uint64_t next(uint64_t *state) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 24;
}

static int clamped(const code_steps *k, int64_t code) {
    return code < k->least ? k->least : code > k->most ? k->most : (int)code;
}

static int exact_code(const code_steps *k, int64_t s) {
    return clamped(k, (int64_t)k->zero + rescale_apply(k->how, (int32_t)s, k->by));
}

/* The two ways, by operations of the machine that runs the test. */
static int moved_code(const code_steps *k, bool fused, float_rescale by, int64_t s) {
    const volatile float x = (float)s;
    const volatile float product = x * by.factor;
    return clamped(k, llrintf(fused ? fmaf(x, by.factor, by.second) : product + by.second));
}

static int down_code(const code_steps *k, float_rescale by, int64_t s) {
    const float early = k->how == RESCALE_TFLITE ? ldexpf(1, ilogbf(by.factor)) : 0;
    const float inner = fmaf((float)s, by.second, 0.5f + (s < 0 ? -early : early));
    fesetround(FE_DOWNWARD);
    const volatile float v = fmaf((float)s, by.factor, inner);
    const int64_t code = llrintf(v);
    fesetround(FE_TONEAREST);
    return clamped(k, k->zero + code);
}

static int64_t within(int64_t v, int64_t least, int64_t most) {
    return v < least ? least : v > most ? most : v;
}

/* Instruction by instruction: the shift to the left, the upper half of the doubled product, the upper half of
 * that, the zero point, and a rounding shift to the right, each within the bits that it has. */
static int doubled_code(const code_steps *k, int64_t s) {
    const int left = DOUBLED_POINT + k->by.shift, behind = DOUBLED_POINT - 16;
    const int64_t one = 1, wide = within(s * (one << (left > 31 ? 31 : left)), INT32_MIN, INT32_MAX);
    const int64_t upper = wide * k->by.multiplier >> 31 >> 16;
    const int64_t sum = within(upper + k->zero * (one << behind), INT16_MIN, INT16_MAX);
    return clamped(k, within((sum + (one << (behind - 1))) >> behind, -128, 127));
}

static int float_code(const code_steps *k, float_way way, bool fused, float_rescale by, int64_t s) {
    if (way == BY_DOUBLING) return doubled_code(k, s);
    return way == FLOAT_DOWN ? down_code(k, by, s) : moved_code(k, fused, by, s);
}

/* The first sum of which the floats make another code; k->to + 1: there is none. */
static int64_t first_wrong(const code_steps *k, float_way way, bool fused, float_rescale by) {
    int64_t s = k->from;
    while (s <= k->to && float_code(k, way, fused, by, s) == exact_code(k, s)) s++;
    return s;
}

/* A factor of 2^-13 to 1/2, and sums of about as many codes as there are. Some factors have ties. */
static code_steps random_steps(uint64_t *state, rescale_rounding how) {
    const int shift = -1 - (int)(next(state) % 12);
    code_steps k = {
        .how = how, .by = {(1 << 30) + (int)(next(state) % (1 << 30)), shift}, .least = -128, .most = 127};
    if (next(state) % 4 == 0) k.by.multiplier &= ~((1 << 24) - 1);
    if (next(state) % 3 == 0) k.most = (int)(next(state) % 200) - 72;
    k.zero = next(state) % 2 ? -128 : (int)(next(state) % 256) - 128;
    const int64_t size = (int64_t)(200 / rescale_value(k.by));
    k.from = -(int64_t)(next(state) % (uint64_t)size), k.to = (int64_t)(next(state) % (uint64_t)(2 * size));
    return k;
}

/* What is found is right for every sum, and it is found often: FLOAT_DOWN always. */
static void check_found(rescale_rounding how, float_way way, bool fused, int tries, int least_found) {
    uint64_t state = (uint64_t)how * 7 + (uint64_t)way;
    int n = 0;
    for (int i = 0; i < tries; i++) {
        const code_steps k = random_steps(&state, how);
        float_rescale by;
        if (!find_floats(&k, way, fused, &by)) continue;
        n++;
        assert_int_equal(first_wrong(&k, way, fused, by), k.to + 1);
        assert_true(floats_are_exact(&k, way, fused, by));
    }
    assert_true(n >= least_found);
}

static void test_found(void **state) {
    (void)state;
    check_found(RESCALE_ONCE, FLOAT_MOVED, true, 80, 40);
    check_found(RESCALE_ONCE, FLOAT_MOVED, false, 80, 40);
    check_found(RESCALE_TFLITE, FLOAT_MOVED, true, 80, 20);
    check_found(RESCALE_TFLITE, FLOAT_MOVED, false, 80, 20);
    check_found(RESCALE_ONCE, FLOAT_DOWN, true, 80, 80);
    check_found(RESCALE_TFLITE, FLOAT_DOWN, true, 80, 80);
    check_found(RESCALE_ONCE, BY_DOUBLING, true, 80, 80);
    check_found(RESCALE_TFLITE, BY_DOUBLING, true, 80, 0);
}

/* Floats that are some way off: the proof says what all sums say. */
static void test_proof(void **state) {
    (void)state;
    static const float_way ways[] = {FLOAT_MOVED, FLOAT_DOWN};
    uint64_t random = 1;
    int right = 0, wrong = 0;
    for (int i = 0; i < 200; i++) {
        const code_steps k = random_steps(&random, i % 2 ? RESCALE_TFLITE : RESCALE_ONCE);
        const float_way way = ways[i / 2 % 2];
        const bool fused = i / 4 % 2;
        const double off =
            ((double)(next(&random) % 2001) - 1000) / 1000 * ldexp(1, -(int)(next(&random) % 20) - 8);
        float_rescale by = {(float)(rescale_value(k.by) * (1 + off)), (float)k.zero};
        if (way == FLOAT_DOWN) by.second = 0;
        const bool is_exact = first_wrong(&k, way, fused, by) > k.to;
        assert_int_equal(floats_are_exact(&k, way, fused, by), is_exact);
        right += is_exact, wrong += !is_exact;
    }
    assert_true(right > 10 && wrong > 100);
}

/* Sums and products that machines may not convert, and factors of 0. */
static void test_limits(void **state) {
    (void)state;
    float_rescale by;
    code_steps k = {RESCALE_ONCE, rescale_by(1.0 / 64), 3, -128, 127, -(1 << 30), 1 << 30};
    assert_false(find_floats(&k, FLOAT_MOVED, true, &by));
    assert_false(floats_are_exact(&k, FLOAT_MOVED, true, (float_rescale){1.0f / 64, 3}));
    k.from = -(1 << 20), k.to = 1 << 20;
    assert_true(find_floats(&k, FLOAT_MOVED, true, &by));
    k.by = rescale_by(0);
    assert_true(find_floats(&k, FLOAT_MOVED, true, &by));
    assert_int_equal(first_wrong(&k, FLOAT_MOVED, true, by), k.to + 1);
    k.to = INT64_C(1) << 32;
    assert_false(find_floats(&k, FLOAT_MOVED, true, &by));
    k = (code_steps){RESCALE_TFLITE, rescale_by(3), 0, -128, 127, -(1 << 30), 1 << 30};
    assert_false(find_floats(&k, FLOAT_DOWN, true, &by));
}

/* All factors that BY_DOUBLING takes, sums that have no room when they are shifted, and ties. */
static void test_doubling(void **state) {
    (void)state;
    uint64_t random = 5;
    float_rescale by;
    for (int shift = -31; shift <= 12; shift++) {
        code_steps k = {RESCALE_ONCE, {1 << 30, shift}, -128, -128, 127, -(1 << 16), 1 << 16};
        assert_int_equal(find_floats(&k, BY_DOUBLING, true, &by), shift >= -DOUBLED_POINT);
        for (int i = 0; i < 3000 && shift >= -DOUBLED_POINT; i++) {
            if (i % 3) k.by.multiplier = (int32_t)((1u << 30) + next(&random) % (1u << 30));
            k.zero = (int)(next(&random) % 256) - 128;
            const int64_t sum = (int64_t)(next(&random) >> (8 + next(&random) % 31)) * (i % 2 ? 1 : -1);
            if (fabs((double)sum * rescale_value(k.by)) > INT32_MAX / 2 || sum != (int32_t)sum) continue;
            assert_int_equal(doubled_code(&k, sum), exact_code(&k, sum));
        }
    }
    code_steps k = {RESCALE_TFLITE, rescale_by(0.01), 0, -128, 127, -1000, 1000};
    assert_false(find_floats(&k, BY_DOUBLING, true, &by));
    k.how = RESCALE_ONCE;
    assert_true(find_floats(&k, BY_DOUBLING, true, &by));
    k.by.multiplier = 1 << 29;
    assert_false(find_floats(&k, BY_DOUBLING, true, &by));
}

/* Large factors have floats on all targets, and small ones where sums can be rounded down. */
static void test_ways(void **state) {
    (void)state;
    code_steps k = {RESCALE_ONCE, rescale_by(0.0123), -128, -128, 127, -100000, 100000};
    float_rescale by;
    assert_int_equal(find_way(target_by_name("x86-64"), &k, 1, &by), FLOAT_MOVED);
    assert_int_equal(find_way(target_by_name("aarch64"), &k, 1, &by), BY_DOUBLING);
    assert_int_equal(find_way(target_by_name("x86-64-v4-vnni"), &k, 1, &by), FLOAT_MOVED);
    k.by = rescale_by(0.000123);
    k.from = -2000000, k.to = 2000000;
    assert_int_equal(find_way(target_by_name("x86-64-v3"), &k, 1, &by), FLOAT_NOT);
    assert_int_equal(find_way(target_by_name("x86-64-v4"), &k, 1, &by), FLOAT_DOWN);
    assert_int_equal(find_way(target_by_name("aarch64-dotprod"), &k, 1, &by), BY_DOUBLING);
    k = (code_steps){RESCALE_TFLITE, rescale_by(0.0123), -128, -128, 127, -100000, 100000};
    assert_int_equal(find_way(target_by_name("aarch64"), &k, 1, &by), FLOAT_MOVED);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_found), cmocka_unit_test(test_proof),
                                       cmocka_unit_test(test_limits), cmocka_unit_test(test_doubling),
                                       cmocka_unit_test(test_ways)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
