/* test_runtime_i32.c: how runtime/i32.h rescales one number, against base/rescale.c. */
#include "../../runtime/i32.h"

#include "base/rescale.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ROUNDS = 200000 };

/* The next of a stream of random numbers. */
static uint32_t draw(uint64_t *state) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 32);
}

/* An int32 of any size: small ones come as often as large ones. */
static int32_t draw_int(uint64_t *state) {
    const uint32_t bits = draw(state), size = draw(state) >> bits % 32;
    return (int32_t)(bits & 32 ? size : 0u - size);
}

static void test_one_number(void **state) {
    (void)state;
    uint64_t random = 3;
    for (int round = 0; round < ROUNDS; round++) {
        const rescale by = {(int32_t)(draw(&random) >> 2 | UINT32_C(1) << 30), (int)(draw(&random) % 62) - 31};
        const int32_t any = draw_int(&random), x = any / 2;
        assert_int_equal(i32_once(any, by.multiplier, by.shift), rescale_apply(RESCALE_ONCE, any, by));
        assert_int_equal(i32_tflite(any, by.multiplier, by.shift), rescale_apply(RESCALE_TFLITE, any, by));
        if (by.shift <= -2)
            assert_int_equal(i32_once_short(any, by.multiplier, by.shift),
                             rescale_apply(RESCALE_ONCE, any, by));
        if (by.shift <= -1 && x > -(1 << 30))
            assert_int_equal(i32_tflite_short(x, by.multiplier, by.shift),
                             rescale_apply(RESCALE_TFLITE, x, by));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_one_number)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
