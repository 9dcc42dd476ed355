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

enum { PIXELS = 3, VECTORS = 2, WIDTH = VECTORS * LANES, MOST = 11, STEP = 13 };

typedef const float *(*tile_function)(const float *x, int32_t step, int32_t count, const float *w, f32x4 *sums);
typedef void (*end_function)(int pixels, const f32x4 *sums, float *y, int32_t step);

/* Tiles of every number of pixels and inputs, in whole numbers, so that no order of the sums matters, and what
 * the ends make of them. */
static void test_tiles(void **state) {
    (void)state;
    static const tile_function tiles[] = {f32x4_tile_1x2, f32x4_tile_2x2, f32x4_tile_3x2};
    static const end_function ends[] = {f32x4_end_x2, f32x4_end_relu_x2, f32x4_end_relu6_x2};
    float x[PIXELS * STEP], w[(MOST + 1) * WIDTH];
    for (int i = 0; i < PIXELS * STEP; i++) x[i] = (float)(i * 37 % 21 - 10);
    for (int i = 0; i < (MOST + 1) * WIDTH; i++) w[i] = (float)(i * 51 % 17 - 8);
    for (int i = 0; i < PIXELS * (MOST + 1) * 3; i++) {
        const int pixels = i % PIXELS + 1, count = i / PIXELS % (MOST + 1), which = i / PIXELS / (MOST + 1);
        f32x4 sums[PIXELS * VECTORS];
        const float *weights = f32x4_begin_x2(pixels, w, sums);
        assert_true(weights == w + WIDTH);
        assert_true(tiles[pixels - 1](x, STEP, count, weights, sums) == w + (count + 1) * WIDTH);
        float y[PIXELS * STEP];
        for (int k = 0; k < PIXELS * STEP; k++) y[k] = 77.0f;
        ends[which](pixels, sums, y, STEP);
        for (int k = 0; k < PIXELS * STEP; k++) {
            const int m = k / STEP, c = k % STEP;
            float sum = c < WIDTH ? w[c] : 0.0f;
            for (int n = 0; n < count && c < WIDTH; n++) sum += x[m * STEP + n] * w[(n + 1) * WIDTH + c];
            if (which > 0 && sum < 0.0f) sum = 0.0f;
            if (which > 1 && sum > 6.0f) sum = 6.0f;
            assert_true(y[k] == (m < pixels && c < WIDTH ? sum : 77.0f));
        }
    }
}

int main(void) {
    static const struct CMUnitTest own_tests[] = {cmocka_unit_test(test_fma_n), cmocka_unit_test(test_tiles)};
    return cmocka_run_group_tests(own_tests, NULL, NULL) + cmocka_run_group_tests(runtime_tests, NULL, NULL);
}
#else
RUNTIME_SKIPPED
#endif
