/* half.h: IEEE 754 binary16, a format in which weights can be stored: 1 sign, 5 exponent and 10 fraction bits.
 */
#ifndef LCC_HALF_H
#define LCC_HALF_H

#include <stdint.h>
#include <string.h>

/* The largest half. Numbers from 65520 on round to infinity. */
#define LARGEST_HALF 65504.0

/* The half with these bits, as a float, exactly. The fraction and the exponent of a normal number move to their
 * places in the float. A subnormal number is its fraction times 2^-24. */
static inline float half_value(uint16_t bits) {
    uint32_t half = bits, sign = (half & 0x8000) << 16, exponent = half >> 10 & 31, fraction = half & 0x3ff;
    if (exponent == 0) {
        float value = (float)fraction * 0x1p-24f;
        return sign ? -value : value;
    }
    uint32_t wide = sign | (exponent == 31 ? 255u << 23 : (exponent + 112) << 23) | fraction << 13;
    float value;
    memcpy(&value, &wide, sizeof value);
    return value;
}

/* The bits of the half that is nearest to `value`, of two equally near ones the even one. Infinity if `value`
 * is too large; NaN stays NaN.
 *
 * A normal number loses the last 13 bits of its fraction. If rounding up overflows the fraction, the carry
 * increments the exponent, which gives the right result. A subnormal number loses one bit more for each step
 * that its exponent is below that of the smallest normal half. */
static inline uint16_t half_bits(float value) {
    uint32_t wide;
    memcpy(&wide, &value, sizeof wide);
    uint32_t sign = wide >> 16 & 0x8000, size = wide & 0x7fffffff;
    if (size > 255u << 23) return (uint16_t)(sign | 0x7e00);
    if (size >= 143u << 23) return (uint16_t)(sign | 0x7c00);
    uint32_t exponent = size >> 23, lost = 13, kept = size - (112u << 23);
    if (exponent <= 112) {
        lost = 126 - exponent; /* 14 for the largest subnormal numbers */
        kept = (size & 0x7fffff) | 0x800000;
        if (lost > 25 || exponent == 0) return (uint16_t)sign;
    }
    uint32_t half = kept >> lost, rest = kept & ((1u << lost) - 1), middle = 1u << (lost - 1);
    if (rest > middle || (rest == middle && (half & 1))) half++;
    return (uint16_t)(sign | half);
}

#endif
