/* runtime_int_check.h: the tests of one family of integer vectors against base/rescale.c and plain C. The file
 * that includes it has included the family's header, and defines V (the family's name) and LANES.
 *
 * RUNTIME_INTS_MAIN runs them where the machine has what they need. */
#include "base/rescale.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define PASTE(a, b)  a##_##b
#define EXPAND(a, b) PASTE(a, b)
#define F(name)      EXPAND(V, name)

/* The next of a stream of random numbers. */
static inline uint32_t draw(uint64_t *state) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 32);
}

/* An int32 of any size: small ones and the limits come as often as large ones. */
static inline int32_t draw_int(uint64_t *state) {
    static const int32_t special[] = {0, 1, -1, INT32_MIN, INT32_MAX, INT32_MIN + 1, 1 << 30, -(1 << 30)};
    uint32_t bits = draw(state);
    if (bits % 8 == 0) return special[bits / 8 % 8];
    bits = draw(state) >> (bits / 8 % 32);
    return (int32_t)(draw(state) % 2 ? bits : 0u - bits);
}

static inline rescale draw_rescale(uint64_t *state) {
    if (draw(state) % 64 == 0) return (rescale){0, 0};
    int32_t multiplier = (int32_t)(draw(state) >> 2 | UINT32_C(1) << 30);
    return (rescale){multiplier, (int)(draw(state) % 62) - 31};
}

#ifndef SPARSE
#define SPARSE 1 /* on emulated microcontrollers one number of so many is tried */
#endif

enum { ROUNDS = 200000 / SPARSE };

static void test_rescales(void **state) {
    (void)state;
    uint64_t random = 1;
    for (int round = 0; round < ROUNDS; round++) {
        int32_t v[LANES], multipliers[LANES], shifts[LANES], once[LANES], tflite[LANES];
        for (int i = 0; i < LANES; i++) {
            rescale by = draw_rescale(&random);
            v[i] = draw_int(&random);
            multipliers[i] = by.multiplier;
            shifts[i] = by.shift;
        }
        F(store)(once, F(rescale_once)(F(load)(v), F(load)(multipliers), F(load)(shifts)));
        F(store)(tflite, F(rescale_tflite)(F(load)(v), F(load)(multipliers), F(load)(shifts)));
        for (int i = 0; i < LANES; i++) {
            rescale by = {multipliers[i], shifts[i]};
            assert_int_equal(once[i], rescale_apply(RESCALE_ONCE, v[i], by));
            assert_int_equal(tflite[i], rescale_apply(RESCALE_TFLITE, v[i], by));
        }
    }
}

static void test_arithmetic(void **state) {
    (void)state;
    uint64_t random = 2;
    for (int round = 0; round < ROUNDS; round++) {
        int32_t a[LANES], b[LANES], c[LANES], sum[LANES], product[LANES], most[LANES], least[LANES],
            placed[LANES];
        for (int i = 0; i < LANES; i++) {
            a[i] = draw_int(&random);
            b[i] = draw_int(&random);
            c[i] = draw_int(&random);
        }
        int zero = (int)(draw(&random) % 256) - 128, low = (int)(draw(&random) % 256) - 128, high = 127;
        F(store)(sum, F(add)(F(load)(a), F(load)(b)));
        F(store)(product, F(multiply_add)(F(load)(a), F(load)(b), F(load)(c)));
        F(store)(most, F(max)(F(load)(a), F(load)(b)));
        F(store)(least, F(min)(F(load)(a), F(load)(b)));
        F(store)(placed, F(place)(F(load)(a), zero, low, high));
        for (int i = 0; i < LANES; i++) {
            int64_t there = (int64_t)a[i] + zero;
            assert_int_equal(sum[i], (int32_t)((uint32_t)a[i] + (uint32_t)b[i]));
            assert_int_equal(product[i], (int32_t)((uint32_t)a[i] * (uint32_t)b[i] + (uint32_t)c[i]));
            assert_int_equal(most[i], a[i] > b[i] ? a[i] : b[i]);
            assert_int_equal(least[i], a[i] < b[i] ? a[i] : b[i]);
            assert_int_equal(placed[i], there < low ? low : there > high ? high : there);
        }
    }
}

/* All codes, at addresses of every kind: they are widened and narrowed unchanged, and a table is read. */
static void test_codes(void **state) {
    (void)state;
    enum { CODES = 256 };
    int8_t codes[CODES + LANES], table[3 * CODES], narrow[LANES], found[LANES], each[LANES];
    int32_t number[LANES];
    uint8_t bytes[CODES + LANES], narrow_u8[LANES];
    int32_t wide[LANES], wide_u8[LANES];
    for (int i = 0; i < CODES + LANES; i++) {
        codes[i] = (int8_t)(i % CODES - 128);
        bytes[i] = (uint8_t)(i % CODES);
    }
    for (int i = 0; i < 3 * CODES; i++) table[i] = (int8_t)(i * 37 % 251 - 125);
    for (int i = 0; i < LANES; i++) number[i] = i * 7 % 3;
    for (int at = 0; at < CODES; at++) {
        F(store)(wide, F(load_i8)(codes + at));
        F(store)(wide_u8, F(load_u8)(bytes + at));
        F(store_i8)(narrow, F(load_i8)(codes + at));
        F(store_u8)(narrow_u8, F(load_u8)(bytes + at));
        F(store_i8)(found, F(look_up)(table, F(load_i8)(codes + at)));
        F(store_i8)(each, F(look_up_each)(table, F(load)(number), F(load_i8)(codes + at)));
        for (int i = 0; i < LANES; i++) {
            assert_int_equal(each[i], table[number[i] * CODES + (at + i) % CODES]);
            assert_int_equal(wide[i], codes[at + i]);
            assert_int_equal(wide_u8[i], bytes[at + i]);
            assert_int_equal(found[i], table[(at + i) % CODES]);
        }
        assert_memory_equal(narrow, codes + at, LANES);
        assert_memory_equal(narrow_u8, bytes + at, LANES);
    }
}

/* int32 among bytes, at addresses of every kind. */
static void test_ints(void **state) {
    (void)state;
    int8_t bytes[LANES * 4 + 4];
    int32_t values[LANES], read[LANES];
    for (int i = 0; i < LANES; i++) values[i] = INT32_MIN + i * 123456789;
    for (int at = 0; at < 4; at++) {
        memcpy(bytes + at, values, sizeof values);
        F(store)(read, F(load_i32)(bytes + at));
        assert_memory_equal(read, values, sizeof values);
    }
    F(store)(read, F(set1)(-77));
    for (int i = 0; i < LANES; i++) assert_int_equal(read[i], -77);
}

#if LANES > 1
/* Parts of a vector: no byte behind them is read or written. */
static void test_parts(void **state) {
    (void)state;
    for (int n = 1; n < LANES; n++) {
        int8_t codes[LANES], narrow[LANES];
        uint8_t bytes[LANES], narrow_u8[LANES];
        int32_t values[LANES], wide[LANES], part[LANES];
        for (int i = 0; i < LANES; i++) {
            codes[i] = narrow[i] = (int8_t)(i - 9);
            bytes[i] = narrow_u8[i] = (uint8_t)(200 + i);
            values[i] = part[i] = i << 20;
        }
        F(store)(wide, F(load_i8_part)(codes, n));
        for (int i = 0; i < LANES; i++) assert_int_equal(wide[i], i < n ? codes[i] : 0);
        F(store)(wide, F(load_u8_part)(bytes, n));
        for (int i = 0; i < LANES; i++) assert_int_equal(wide[i], i < n ? bytes[i] : 0);
        F(store)(wide, F(load_part)(values, n));
        for (int i = 0; i < LANES; i++) assert_int_equal(wide[i], i < n ? values[i] : 0);
        F(store_i8_part)(narrow, F(set1)(-128), n);
        F(store_u8_part)(narrow_u8, F(set1)(255), n);
        F(store_part)(part, F(set1)(5), n);
        for (int i = 0; i < LANES; i++) {
            assert_int_equal(narrow[i], i < n ? -128 : codes[i]);
            assert_int_equal(narrow_u8[i], i < n ? 255 : bytes[i]);
            assert_int_equal(part[i], i < n ? 5 : values[i]);
        }
    }
}
#endif

static const struct CMUnitTest runtime_tests[] = {
    cmocka_unit_test(test_rescales), cmocka_unit_test(test_arithmetic),
    cmocka_unit_test(test_codes),    cmocka_unit_test(test_ints),
#if LANES > 1
    cmocka_unit_test(test_parts),
#endif
};

#define RUNTIME_INTS_MAIN(machine_has_it)                                                                      \
    int main(void) {                                                                                           \
        if (!(machine_has_it)) {                                                                               \
            printf("skipped: this machine does not have the instructions\n");                                  \
            return 0;                                                                                          \
        }                                                                                                      \
        return cmocka_run_group_tests(runtime_tests, NULL, NULL);                                              \
    }
