/* fixed_point.c: exponentials and reciprocals in 32-bit integers. A product of two numbers in fixed point is
 * rescale_high: the integer bits of its factors add up. */
#include "base/fixed_point.h"
#include "base/rescale.h"

enum { ONE_IN_Q2 = 1 << 29 };

/* x * 2^bits, as far as 32 bits hold it. */
static int32_t shift_up(int32_t x, int bits) {
    int64_t wide = (int64_t)x * (INT64_C(1) << bits);
    return wide > INT32_MAX ? INT32_MAX : wide < INT32_MIN ? INT32_MIN : (int32_t)wide;
}

/* exp(x) for x in Q0.31 from -1/4 to 0: the Taylor series about -1/8, up to the fourth power. */
static int32_t exp_of_small(int32_t x) {
    enum { EIGHTH = 1 << 28, EXP_OF_MINUS_EIGHTH = 1895147668, THIRD = 715827883 };
    int32_t y = x + EIGHTH, y2 = rescale_high(y, y), y3 = rescale_high(y2, y), y4 = rescale_high(y2, y2);
    /* y^2/2 + y^3/6 + y^4/24 */
    int32_t rest = rescale_down(rescale_high(rescale_down(y4, 2) + y3, THIRD) + y2, 1);
    return EXP_OF_MINUS_EIGHTH + rescale_high(EXP_OF_MINUS_EIGHTH, y + rest);
}

/* x is what is left of the next multiple of 1/4 above it, less 1/4, and some powers of two, for each of which
 * there is a factor. */
int32_t fixed_exp(int32_t x, int integer_bits) {
    static const int32_t factors[] = {/* exp(-2^i) for i from -2 */
                                      1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
    enum { LEAST_POWER = -2 };
    if (x == 0) return INT32_MAX;
    int fraction_bits = 31 - integer_bits;
    int32_t quarter = (int32_t)1 << (fraction_bits - 2);
    int32_t small = (int32_t)((uint32_t)x & (uint32_t)(quarter - 1)) - quarter, rest = small - x;
    int32_t result = exp_of_small(shift_up(small, integer_bits));
    for (int power = LEAST_POWER; power < integer_bits; power++) {
        if (rest >> (fraction_bits + power) & 1) result = rescale_high(result, factors[power - LEAST_POWER]);
    }
    return result;
}

/* 2 / (1 + x) in Q2.29 for x in Q0.31, at least 0: three steps of Newton from 48/17 - 32/17 * (1 + x)/2. */
static int32_t twice_reciprocal(int32_t x) {
    enum { PLUS_48_BY_17 = 1515870810, MINUS_32_BY_17 = -1010580540, STEPS = 3 };
    int32_t half = (int32_t)(((int64_t)x + INT32_MAX + 1) / 2); /* (1 + x) / 2 */
    int32_t y = PLUS_48_BY_17 + rescale_high(half, MINUS_32_BY_17);
    for (int i = 0; i < STEPS; i++) {
        int32_t error = ONE_IN_Q2 - rescale_high(half, y);
        y += shift_up(rescale_high(y, error), 2);
    }
    return y;
}

int32_t fixed_reciprocal(int32_t x) { return shift_up(twice_reciprocal(x), 1); }

int32_t fixed_logistic(int32_t x) {
    enum { HALF = 1 << 30 };
    if (x == 0) return HALF;
    int32_t positive = fixed_reciprocal(fixed_exp(x > 0 ? -x : x, 4));
    return x > 0 ? positive : INT32_MAX - positive;
}

/* With y = exp(-2 |x|), it is (1 - y) / (1 + y) = 2 / (1 + y) - 1. Twice x in Q4.27 is the same integer in
 * Q5.26. */
int32_t fixed_tanh(int32_t x) {
    if (x == 0) return 0;
    int32_t size = shift_up(twice_reciprocal(fixed_exp(x > 0 ? -x : x, 5)) - ONE_IN_Q2, 2);
    return x > 0 ? size : -size;
}
