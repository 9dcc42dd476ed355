/* random.h: SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
 * The same seed gives the same numbers on every machine. */
#ifndef LCC_RANDOM_H
#define LCC_RANDOM_H

#include <stdint.h>

typedef struct random_source {
    uint64_t state; /* begins as the seed */
} random_source;

#define RANDOM_STEP UINT64_C(0x9E3779B97F4A7C15)

/* Its finaliser. */
static inline uint64_t random_mix(uint64_t z) {
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static inline uint64_t random_bits(random_source *r) { return random_mix(r->state += RANDOM_STEP); }

/* From 0 to n - 1, n > 0: the upper 32 bits of 32 random ones times n. No number is more than 2^-32 * n
 * likelier than another one. */
static inline int random_below(random_source *r, int n) {
    return (int)((random_bits(r) >> 32) * (uint64_t)n >> 32);
}

#endif
