/* test_runtime_f32x1_fpv4.c: one float where the unit of the Cortex-M4F is there, against double precision, and
 * its tiles against plain sums. tests/mcu runs it on a board; elsewhere the forms without the unit are tested.
 */
#include "runtime_reference.h"

#include "../../runtime/f32x1_fpv4.h"
/* The rest, without the functions that f32x1_fpv4.h has in their place. */
#define f32x1_fma f32x1_plain_fma
#define f32x1_abs f32x1_plain_abs
#include "../../runtime/f32x1_c99.h"
#undef f32x1_fma
#undef f32x1_abs

#define V             f32x1
#define LANES         1
#define ROUNDED_ONCE  1
#define ROUNDED_TWICE !LCC_FPU
#define X86_MAX       1
#include "runtime_check.h"

enum { TILE = 4, MOST = 23, STEP = 29 };

typedef const float *(*tile_function)(const float *x, int32_t step, int32_t count, const float *w, f32x1 *sums);
typedef void (*end_function)(int pixels, const f32x1 *sums, float *y, int32_t step);

static const tile_function tiles[] = {f32x1_tile_1x4, f32x1_tile_2x4, f32x1_tile_3x4, f32x1_tile_4x4};
static const end_function ends[] = {f32x1_end_x4, f32x1_end_relu_x4, f32x1_end_relu6_x4};

/* What ends[which] makes of a sum. */
static float ended(size_t which, float sum) {
    if (which > 0 && sum < 0.0f) sum = 0.0f;
    return which > 1 && sum > 6.0f ? 6.0f : sum;
}

static bool is_same(float a, float b) { return isnan(a) ? isnan(b) != 0 : memcmp(&a, &b, sizeof a) == 0; }

/* Tiles of every number of pixels and inputs, in whole numbers, so that no order of the sums matters. */
static void test_tiles(void **state) {
    (void)state;
    float x[TILE * STEP], w[(MOST + 1) * TILE];
    for (int i = 0; i < TILE * STEP; i++) x[i] = (float)(i * 37 % 21 - 10);
    for (int i = 0; i < (MOST + 1) * TILE; i++) w[i] = (float)(i * 51 % 17 - 8);
    for (int pixels = 1; pixels <= TILE; pixels++) {
        for (int count = 0; count <= MOST; count++) {
            f32x1 sums[TILE * TILE + 1];
            sums[pixels * TILE] = 77.0f;
            const float *weights = f32x1_begin_x4(pixels, w, sums);
            assert_true(weights == w + TILE);
            assert_true(tiles[pixels - 1](x, STEP, count, weights, sums) == w + (count + 1) * TILE);
            for (int i = 0; i < pixels * TILE; i++) {
                float sum = w[i % TILE];
                for (int k = 0; k < count; k++) sum += x[i / TILE * STEP + k] * w[(k + 1) * TILE + i % TILE];
                assert_true(sums[i] == sum);
            }
            assert_true(sums[pixels * TILE] == 77.0f);
        }
    }
}

/* The ends store the channels of their pixels and nothing else; NaN stays NaN, and -0 stays -0. */
static void test_ends(void **state) {
    (void)state;
    static const float sums[TILE * TILE] = {0.0f, -0.0f, 1.5f, -1.5f,     6.0f,     5.9f,      6.1f,   -6.0f,
                                            NAN,  -NAN,  1e9f, -INFINITY, INFINITY, 0x1p-140f, -1e-9f, 3.0f};
    for (size_t which = 0; which < sizeof ends / sizeof *ends; which++) {
        for (int pixels = 1; pixels <= TILE; pixels++) {
            float y[TILE * 7];
            for (int i = 0; i < TILE * 7; i++) y[i] = 77.0f;
            ends[which](pixels, sums, y, 7);
            for (int i = 0; i < TILE * 7; i++) {
                bool inside = i / 7 < pixels && i % 7 < TILE;
                assert_true(is_same(y[i], inside ? ended(which, sums[i / 7 * TILE + i % 7]) : 77.0f));
            }
        }
    }
}

int main(void) {
    static const struct CMUnitTest tile_tests[] = {cmocka_unit_test(test_tiles), cmocka_unit_test(test_ends)};
    return cmocka_run_group_tests(tile_tests, NULL, NULL) + cmocka_run_group_tests(runtime_tests, NULL, NULL);
}
