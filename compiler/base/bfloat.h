/* bfloat.h: bfloat16, in which processors multiply: the upper half of a float's bits, 1 sign, 8 exponent and 7
 * fraction bits. */
#ifndef LCC_BFLOAT_H
#define LCC_BFLOAT_H

#include <stdint.h>
#include <string.h>

/* The bits of the bfloat16 that is nearest to `value`, of two equally near ones the even one. Infinity if
 * `value` is too large; NaN stays NaN. */
static inline uint16_t bfloat_bits(float value) {
    const uint32_t infinity = 255u << 23, quiet = 0x40, middle = 0x7fff;
    uint32_t wide;
    memcpy(&wide, &value, sizeof wide);
    if ((wide & 0x7fffffff) > infinity) return (uint16_t)(wide >> 16 | quiet);
    return (uint16_t)((wide + middle + (wide >> 16 & 1)) >> 16);
}

/* The bfloat16 with these bits, as a float, exactly. */
static inline float bfloat_value(uint16_t bits) {
    uint32_t wide = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &wide, sizeof value);
    return value;
}

#endif
