/* fnv.h: FNV-1a, 64 bits (Fowler, Noll, Vo; http://www.isthe.com/chongo/tech/comp/fnv). Not a
 * cryptographic hash. */
#ifndef LCC_FNV_H
#define LCC_FNV_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define FNV_START UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

/* Hashes the bytes of a string, without its NUL. `hash`: FNV_START, or the hash of what comes before it. */
static inline uint64_t fnv_string(uint64_t hash, const char *s) {
    for (; *s; s++) hash = (hash ^ (unsigned char)*s) * FNV_PRIME;
    return hash;
}

/* Hashes the four bytes of each float, the low one first, whatever the machine's byte order. */
static inline uint64_t fnv_floats(uint64_t hash, const float *values, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        for (int byte = 0; byte < 4; byte++) hash = (hash ^ (bits >> 8 * byte & 255)) * FNV_PRIME;
    }
    return hash;
}

/* The same of int32. */
static inline uint64_t fnv_ints(uint64_t hash, const int32_t *values, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        for (int byte = 0; byte < 4; byte++)
            hash = (hash ^ ((uint32_t)values[i] >> 8 * byte & 255)) * FNV_PRIME;
    }
    return hash;
}

#endif
