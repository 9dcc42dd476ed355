/* rescale.c: the integer arithmetic of rescaling. It is the definition: the interpreter calls it, and the
 * emitted code gives the same bits. */
#include "base/rescale.h"

#include <math.h>

const char *const rescale_rounding_names[RESCALE_ROUNDING_COUNT] = {
    [RESCALE_ONCE] = "once",
    [RESCALE_TFLITE] = "tflite",
};

rescale rescale_by(double factor) {
    enum { LEAST_SHIFT = -31, MOST_SHIFT = 30 };
    int shift = 0;
    int64_t multiplier = llround(ldexp(frexp(factor, &shift), 31));
    if (multiplier == INT64_C(1) << 31) {
        multiplier /= 2;
        shift++;
    }
    if (shift < LEAST_SHIFT) return (rescale){0, 0};
    if (shift > MOST_SHIFT) return (rescale){INT32_MAX, MOST_SHIFT};
    return (rescale){(int32_t)multiplier, multiplier ? shift : 0};
}

double rescale_value(rescale by) { return ldexp(by.multiplier, by.shift - 31); }

/* x / 2^shift, rounded down, without a shift of a negative number, which C leaves to the compiler. */
static int64_t shift_down(int64_t x, int shift) {
    return x >= 0 ? x >> shift : -((-x + (INT64_C(1) << shift) - 1) >> shift);
}

int32_t rescale_high(int32_t x, int32_t multiplier) {
    /* Only the product of the two least numbers does not fit. */
    if (x == INT32_MIN && multiplier == INT32_MIN) return INT32_MAX;
    return (int32_t)shift_down((int64_t)x * multiplier + (INT64_C(1) << 30), 31);
}

int32_t rescale_down(int32_t x, int shift) {
    int64_t half = shift > 0 ? INT64_C(1) << (shift - 1) : 0;
    int64_t wide = x;
    return (int32_t)(wide >= 0 ? (wide + half) >> shift : -((-wide + half) >> shift));
}

int32_t rescale_apply(rescale_rounding how, int32_t x, rescale by) {
    if (how == RESCALE_TFLITE) {
        int left = by.shift > 0 ? by.shift : 0, right = by.shift > 0 ? 0 : -by.shift;
        int32_t wide = (int32_t)((uint32_t)x << left);
        return rescale_down(rescale_high(wide, by.multiplier), right);
    }
    int shift = 31 - by.shift; /* 1 to 62 */
    return (int32_t)shift_down((int64_t)x * by.multiplier + (INT64_C(1) << (shift - 1)), shift);
}

int rescale_least_right(rescale_rounding how) { return how == RESCALE_TFLITE ? 1 : 2; }
