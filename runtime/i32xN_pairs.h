/* i32xN_pairs.h: windows of depthwise layers that take two taps at once: stands behind a header that has
 * i32xN_dot, i32xN_load_taps, and i32xN_pair, which puts two taps of a block side by side. */
#include <stdint.h>

/* The sums that the biases of a block begin. */
static inline LCC_INLINE i32xN_two i32xN_begin_two(const int8_t *w) {
    return (i32xN_two){i32xN_load_i32(w), i32xN_load_i32(w + 4 * LANES)};
}

/* sum + the products of two taps and their weights, which are int16. */
static inline LCC_INLINE i32xN_two i32xN_dots(i32xN_two x, const int8_t *w, i32xN_two sum) {
    return (i32xN_two){i32xN_dot(x.a, i32xN_load_i32(w), sum.a),
                       i32xN_dot(x.b, i32xN_load_i32(w + 4 * LANES), sum.b)};
}

/* Taps that lie outside of the map. */
static inline LCC_INLINE i32xN_two i32xN_outside(int code) {
    const i32xN v = i32xN_set1(code * 65536 + (code & 0xffff));
    return (i32xN_two){v, v};
}

/* The codes of a block, of so many channels. */
static inline LCC_INLINE void i32xN_end_two(int8_t *y, i32xN_two v, i32xN_by by_a, i32xN_by by_b,
                                            const int8_t *scales, int channels, const i32xN_ending *end) {
    i32xN_end2(y, NULL, v.a, v.b, by_a, by_b, scales, channels, end);
}
