/* load.h: reads little-endian numbers from bytes that may be unaligned, with the same result on every machine.
 */
#ifndef LCC_LOAD_H
#define LCC_LOAD_H

#include "base/half.h"

static inline uint16_t load_u16(const unsigned char *p) { return (uint16_t)(p[0] | p[1] << 8); }

static inline uint32_t load_u32(const unsigned char *p) {
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t load_u64(const unsigned char *p) {
    return load_u32(p) | (uint64_t)load_u32(p + 4) << 32;
}

static inline float load_f32(const unsigned char *p) {
    uint32_t bits = load_u32(p);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline double load_f64(const unsigned char *p) {
    uint64_t bits = load_u64(p);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* bfloat16 is the upper half of a float. */
static inline float load_bf16(const unsigned char *p) {
    uint32_t bits = (uint32_t)load_u16(p) << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* IEEE 754 binary16. */
static inline float load_f16(const unsigned char *p) { return half_value(load_u16(p)); }

#endif
