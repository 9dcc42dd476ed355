/* test_npy.c: .npy arrays of every type, order and version, and those that are refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "make_files.h"
#include "weights/npy.h"

#include <math.h>
#include <stdlib.h>

static const unsigned char *bytes_of(const text *t) { return (const unsigned char *)t->data; }

/* Parses `file` and checks its values against `expected`, in C order. */
static void expect_values(text file, const double *expected, int64_t count) {
    arena *a = arena_new();
    npy_array x;
    const char *why = "";
    if (!npy_parse(a, bytes_of(&file), file.size, &x, &why)) fail_msg("%s", why);
    assert_int_equal(x.count, count);
    for (int64_t i = 0; i < count; i++) assert_true(npy_value(&x, i) == expected[i]);
    text_free(&file);
    arena_free(a);
}

static void every_type_is_read(void **state) {
    (void)state;
    static const uint8_t u8[] = {0, 127, 255};
    expect_values(npy_of(1, "|u1", "False", "(3,)", u8, 3), (const double[]){0, 127, 255}, 3);
    expect_values(npy_of(1, "|i1", "False", "(3,)", u8, 3), (const double[]){0, 127, -1}, 3);
    static const uint8_t f16[] = {0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00, 0xff, 0x7b}; /* 1, -2, 2^-24, 65504 */
    expect_values(npy_of(1, "<f2", "False", "(4,)", f16, 8), (const double[]){1, -2, 0x1p-24, 65504}, 4);
    static const uint8_t f32[] = {0, 0, 0xc0, 0x3f, 0, 0, 0, 0xc1}; /* 1.5, -8 */
    expect_values(npy_of(2, "<f4", "False", "(2, 1)", f32, 8), (const double[]){1.5, -8}, 2);
    static const uint8_t f64[] = {0x9a, 0x99, 0x99, 0x99, 0x99, 0x99, 0xb9, 0x3f}; /* 0.1 */
    expect_values(npy_of(3, "<f8", "False", "()", f64, 8), (const double[]){0.1}, 1);
    static const uint8_t i32[] = {0xfe, 0xff, 0xff, 0xff, 0, 0, 1, 0};
    expect_values(npy_of(1, "<i4", "False", "(1, 2)", i32, 8), (const double[]){-2, 65536}, 2);
    static const uint8_t i64[] = {0, 0, 0, 0, 0, 0xff, 0xff, 0xff};
    expect_values(npy_of(1, "<i8", "False", "(1,)", i64, 8), (const double[]){-1099511627776.0}, 1);
}

static void half_precision_is_exact_everywhere(void **state) {
    (void)state;
    uint8_t raw[2 * 65536];
    for (int i = 0; i < 65536; i++) raw[2 * i] = (uint8_t)(i & 255), raw[2 * i + 1] = (uint8_t)(i >> 8);
    text file = npy_of(1, "<f2", "False", "(65536,)", raw, sizeof raw);
    arena *a = arena_new();
    npy_array x;
    const char *why;
    assert_true(npy_parse(a, bytes_of(&file), file.size, &x, &why));
    for (int i = 0; i < 65536; i++) {
        int exponent = i >> 10 & 31, fraction = i & 1023;
        double value = npy_value(&x, i),
               size = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
        assert_int_equal(!!signbit(value), i >> 15);
        if (exponent == 31)
            assert_true(fraction ? isnan(value) : isinf(value));
        else
            assert_true(fabs(value) == size);
    }
    text_free(&file);
    arena_free(a);
}

static void fortran_order_counts_the_first_index_fastest(void **state) {
    (void)state;
    uint8_t raw[24];
    double expected[24];
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 3; j++) {
            for (int k = 0; k < 4; k++) {
                raw[i + 2 * (j + 3 * k)] = (uint8_t)(100 * i + 10 * j + k);
                expected[(i * 3 + j) * 4 + k] = 100 * i + 10 * j + k;
            }
        }
    }
    expect_values(npy_of(1, "|u1", "True", "(2, 3, 4)", raw, 24), expected, 24);
}

static void empty_and_odd_headers_are_read(void **state) {
    (void)state;
    expect_values(npy_of(1, "<f4", "False", "(0, 1000000000000000000, 7)", "", 0), NULL, 0);
    static const char header[] = "{\"shape\":(2),'descr' : '|u1' , 'fortran_order':True}";
    text file = {0};
    text_string(&file, "\x93NUMPY\1");
    put_le(&file, 0, 1);
    put_le(&file, sizeof header - 1, 2);
    text_string(&file, header);
    text_string(&file, "AB");
    expect_values(file, (const double[]){65, 66}, 2);
}

static void expect_refusal(text file, const char *reason) {
    arena *a = arena_new();
    npy_array x;
    const char *why = "accepted";
    unsigned char *exact = malloc(file.size + !file.size); /* so that a sanitizer sees a read behind the end */
    if (file.size) memcpy(exact, file.data, file.size);
    assert_false(npy_parse(a, exact, file.size, &x, &why));
    if (!strstr(why, reason)) fail_msg("\"%s\" lacks \"%s\"", why, reason);
    free(exact);
    text_free(&file);
    arena_free(a);
}

static void what_is_no_array_is_refused(void **state) {
    (void)state;
    static const char zeros[64];
    expect_refusal((text){0}, "does not begin with \\x93NUMPY");
    expect_refusal(npy_of(4, "<f4", "False", "(1,)", zeros, 4), "version 4 of the .npy format");
    expect_refusal(npy_of(1, ">f4", "False", "(1,)", zeros, 4), "big-endian (>f4)");
    expect_refusal(npy_of(1, "|O", "False", "(1,)", zeros, 8), "its type \"|O\" is not read");
    expect_refusal(npy_of(1, "|f4", "False", "(1,)", zeros, 4), "its type \"|f4\" is not read");
    expect_refusal(npy_of(1, "", "False", "(1,)", zeros, 4), "its type \"\" is not read");
    expect_refusal(npy_of(1, "<f4", "False", "(1,)", zeros, 8), "too long: its shape asks for 4 bytes");
    expect_refusal(npy_of(1, "<f4", "False", "(3,)", zeros, 8), "truncated: its shape asks for 12 bytes");
    expect_refusal(npy_of(1, "<f4", "Maybe", "(1,)", zeros, 4), "neither True nor False");
    expect_refusal(npy_of(1, "<f4", "False", "(-1,)", zeros, 4), "not a whole number");
    expect_refusal(npy_of(1, "<f4", "False", "(1.5,)", zeros, 4), "lacks a ')'");
    expect_refusal(npy_of(1, "<f4", "False", "(1,,)", zeros, 4), "not a whole number");
    expect_refusal(npy_of(1, "<f4", "False", "(99999999999999999999,)", zeros, 4), "too large");
    expect_refusal(npy_of(1, "<f4", "False", "(4294967296, 4294967296)", zeros, 4), "its shape is too large");
    expect_refusal(npy_of(1, "<f4", "False", "(1,1,1,1,1,1,1,1,1)", zeros, 4), "more than 8 dimensions");
    expect_refusal(npy_of(1, "<f4", "False", "(1,), 'shape': (1,)", zeros, 4), "has the key 'shape' twice");
    expect_refusal(npy_of(1, "<f4", "False", "(1,), 'x': 1", zeros, 4), "unknown key 'x'");
    expect_refusal(npy_of(1, "<f4", "False", "(1,)} {", zeros, 4), "has text behind its dictionary");
    expect_refusal(npy_of(1, "<f4", "False", "(1,), 'shap", zeros, 4), "a string in its header does not end");
}

static void every_truncation_is_refused(void **state) {
    (void)state;
    static const char zeros[24];
    for (int version = 1; version <= 3; version++) {
        text whole = npy_of(version, "<f4", "False", "(2, 3)", zeros, 24);
        for (size_t size = 0; size < whole.size; size++) {
            text part = {0};
            text_bytes(&part, whole.data, size);
            expect_refusal(part, size < 6 ? "does not begin" : "truncated");
        }
        text_free(&whole);
    }
}

static void a_written_array_reads_back(void **state) {
    (void)state;
    static const float f[] = {1.5f, -0.1f, 3e38f, 0, 1e-45f, 7};
    static const double g[] = {0.1, -2, 1e300};
    text file = {0};
    npy_write_f32(&file, (const int64_t[]){2, 3}, 2, f);
    assert_int_equal(file.size % 64, 24);
    assert_memory_equal(file.data, "\x93NUMPY\1\0", 8);
    assert_memory_equal(file.data + 10, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3,), }", 60);
    double expected[6];
    for (int i = 0; i < 6; i++) expected[i] = (double)f[i];
    expect_values(file, expected, 6);
    file = (text){0};
    npy_write_f64(&file, (const int64_t[]){3}, 1, g);
    expect_values(file, g, 3);
    file = (text){0};
    npy_write_f64(&file, NULL, 0, g);
    expect_values(file, g, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_read),
        cmocka_unit_test(half_precision_is_exact_everywhere),
        cmocka_unit_test(fortran_order_counts_the_first_index_fastest),
        cmocka_unit_test(empty_and_odd_headers_are_read),
        cmocka_unit_test(what_is_no_array_is_refused),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(a_written_array_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
