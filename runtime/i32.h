/* i32.h: arithmetic on codes, the integers of quantised networks, one number at a time: on every target.
 *
 * rescale: x * multiplier * 2^(shift - 31), rounded, where multiplier is 0 or 2^30 to 2^31 - 1 and shift is -31
 * to 30. No negative number is shifted to the right, which C leaves to the compiler: ~(~x >> n) is what all
 * compilers make one instruction of. */
#include <stdint.h>

/* x, but at least `least` and at most `most`. */
static inline int32_t i32_clamp(int32_t x, int32_t least, int32_t most) {
    return x < least ? least : x > most ? most : x;
}

/* x / 2^shift, rounded down. */
static inline int64_t i32_floor(int64_t x, int shift) { return x >= 0 ? x >> shift : ~(~x >> shift); }

/* The same of 32 bits. */
static inline int32_t i32_halve(int32_t x, int shift) { return x >= 0 ? x >> shift : ~(~x >> shift); }

/* zero + x, but at least `least` and at most `most`. The sum does not overflow, whatever x is. */
static inline int32_t i32_place(int32_t x, int32_t zero, int32_t least, int32_t most) {
    return i32_clamp(x, least - zero, most - zero) + zero;
}

/* The exact product is rounded once, halves up. */
static inline int32_t i32_once(int32_t x, int32_t multiplier, int shift) {
    return (int32_t)i32_floor((int64_t)x * multiplier + ((int64_t)1 << (30 - shift)), 31 - shift);
}

/* The same where the shift is -31 to -2: the high half of the product is enough. */
static inline int32_t i32_once_short(int32_t x, int32_t multiplier, int shift) {
    const int32_t high = (int32_t)i32_floor((int64_t)x * multiplier, 32);
    return i32_halve(high + ((int32_t)1 << (-shift - 2)), -shift - 1);
}

/* x * multiplier / 2^31, rounded, halves up. */
static inline int32_t i32_high(int32_t x, int32_t multiplier) {
    return (int32_t)i32_floor((int64_t)x * multiplier + ((int64_t)1 << 30), 31);
}

/* x / 2^shift, rounded, halves away from zero. */
static inline int32_t i32_down(int32_t x, int shift) {
    const uint32_t size = x < 0 ? 0 - (uint32_t)x : (uint32_t)x;
    const uint32_t rounded = (size + (((uint32_t)1 << shift) >> 1)) >> shift;
    return x < 0 ? -(int32_t)rounded : (int32_t)rounded;
}

/* As TensorFlow Lite rounds: the high half of the doubled product, then the shift to the right. */
static inline int32_t i32_tflite(int32_t x, int32_t multiplier, int shift) {
    const int left = shift > 0 ? shift : 0, right = shift > 0 ? 0 : -shift;
    return i32_down(i32_high((int32_t)((uint32_t)x << left), multiplier), right);
}

/* The same where the shift is -31 to -1, and x has at most 30 bits and a sign. */
static inline int32_t i32_tflite_short(int32_t x, int32_t multiplier, int shift) {
    const int32_t high = i32_high(x, multiplier);
    return i32_halve(high - (high < 0) + ((int32_t)1 << (-shift - 1)), -shift);
}

/* sum / count, rounded, halves away from zero. */
static inline int32_t i32_average(int32_t sum, int32_t count) {
    return sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
}

/* x, between least and most, as the nearest whole number, halves to the even one. NaN gives least. */
static inline int32_t i32_nearest_even(float x, int32_t least, int32_t most) {
    const float v = x > (float)least ? x < (float)most ? x : (float)most : (float)least;
    const int32_t whole = (int32_t)v;
    const float rest = v - (float)whole;
    const int odd = (int)(whole & 1);
    return whole + ((rest > 0.5f) | ((rest == 0.5f) & odd)) - ((rest < -0.5f) | ((rest == -0.5f) & odd));
}

/* The same, halves away from zero. */
static inline int32_t i32_nearest_away(float x, int32_t least, int32_t most) {
    const float v = x > (float)least ? x < (float)most ? x : (float)most : (float)least;
    const int32_t whole = (int32_t)v;
    const float rest = v - (float)whole;
    return whole + (rest >= 0.5f) - (rest <= -0.5f);
}

/* The place of the highest bit of x, which is not 0. */
static inline int i32_highest_bit(uint64_t x) {
    int bit = 0;
    while (x >> bit > 1) bit++;
    return bit;
}

/* x * 2^bits, as far as 32 bits hold it. */
static inline int32_t i32_shift_up(int32_t x, int bits) {
    const int64_t wide = (int64_t)x * ((int64_t)1 << bits);
    return wide > INT32_MAX ? INT32_MAX : wide < INT32_MIN ? INT32_MIN : (int32_t)wide;
}

/* 2^31 / (sum / 2^bit), where bit is the place of the highest bit of the sum, rounded as gemmlowp does: three
 * steps of Newton from 48/17 - 32/17 * x, with x = sum / 2^(bit + 1) in Q0.31, and 1/x in Q2.29. */
static inline int32_t i32_reciprocal(uint64_t sum, int bit) {
    const uint32_t fraction = (uint32_t)(sum << (63 - bit) >> 32) & UINT32_C(0x7fffffff);
    const int32_t half = (int32_t)((fraction + UINT32_C(0x80000000)) >> 1);
    int32_t y = 1515870810 + i32_high(half, -1010580540);
    for (int i = 0; i < 3; i++) y += i32_shift_up(i32_high(y, ((int32_t)1 << 29) - i32_high(half, y)), 2);
    return i32_shift_up(y, 1);
}
