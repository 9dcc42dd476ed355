/* test_runtime_f32x4_mve.c: four floats of Helium, against double precision. tests/mcu runs it on a board. */
#include "runtime_reference.h"

#if defined(__ARM_FEATURE_MVE)
#include "../../runtime/f32x4_mve.h"

#define V             f32x4
#define LANES         4
#define ROUNDED_ONCE  1
#define ROUNDED_TWICE 0
#define X86_MAX       1
#define FLUSHES       1
#include "runtime_check.h"

/* A product with a number for all lanes is rounded once, with its sum. */
static void test_fma_n(void **state) {
    (void)state;
    const float b[LANES] = {1.0f, -3.25f, 0x1.000002p0f, 1e-3f}, c[LANES] = {0.5f, 2.0f, -1.0f, 3e8f};
    for (int i = -20; i < 20; i++) {
        const float x = (float)i * 0x1.23456p-1f;
        float out[LANES];
        f32x4_store(out, f32x4_fma_n(x, f32x4_load(b), f32x4_load(c)));
        for (int k = 0; k < LANES; k++) assert_true(out[k] == fmaf(x, b[k], c[k]));
    }
}

int main(void) {
    static const struct CMUnitTest own_tests[] = {cmocka_unit_test(test_fma_n)};
    return cmocka_run_group_tests(own_tests, NULL, NULL) + cmocka_run_group_tests(runtime_tests, NULL, NULL);
}
#else
RUNTIME_SKIPPED
#endif
