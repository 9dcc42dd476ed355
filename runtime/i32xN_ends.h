/* i32xN_ends.h: the codes of a pixel, of the sums of one to four vectors: stands behind a header that has
 * i32xN_end_of. */
#include <stdint.h>

/* The codes of a pixel, of the sums of so many vectors. */
static inline LCC_INLINE void i32xN_end1(int8_t *y, const int8_t *r, i32xN a, i32xN_by by_a,
                                         const int8_t *scales, int channels, const i32xN_ending *end) {
    i32xN_end_of(1, y, r, (const i32xN[]){a}, (const i32xN_by[]){by_a}, scales, channels, end);
}

static inline LCC_INLINE void i32xN_end2(int8_t *y, const int8_t *r, i32xN a, i32xN b, i32xN_by by_a,
                                         i32xN_by by_b, const int8_t *scales, int channels,
                                         const i32xN_ending *end) {
    i32xN_end_of(2, y, r, (const i32xN[]){a, b}, (const i32xN_by[]){by_a, by_b}, scales, channels, end);
}

static inline LCC_INLINE void i32xN_end3(int8_t *y, const int8_t *r, i32xN a, i32xN b, i32xN c, i32xN_by by_a,
                                         i32xN_by by_b, i32xN_by by_c, const int8_t *scales, int channels,
                                         const i32xN_ending *end) {
    i32xN_end_of(3, y, r, (const i32xN[]){a, b, c}, (const i32xN_by[]){by_a, by_b, by_c}, scales, channels,
                 end);
}

static inline LCC_INLINE void i32xN_end4(int8_t *y, const int8_t *r, i32xN a, i32xN b, i32xN c, i32xN d,
                                         i32xN_by by_a, i32xN_by by_b, i32xN_by by_c, i32xN_by by_d,
                                         const int8_t *scales, int channels, const i32xN_ending *end) {
    i32xN_end_of(4, y, r, (const i32xN[]){a, b, c, d}, (const i32xN_by[]){by_a, by_b, by_c, by_d}, scales,
                 channels, end);
}
