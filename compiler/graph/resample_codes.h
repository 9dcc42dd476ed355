/* resample_codes.h: resize and upsample on codes, in integers alone.
 *
 * A pixel of the result is made of rows.taps * columns.taps pixels of the input:
 *     acc = sum over taps t, u of rows.weight[t] * columns.weight[u] * x        exact in 32 bits
 * The weights of an output row sum up to 2^rows.bits, those of a column to 2^columns.bits, so acc has
 * bits = rows.bits + columns.bits bits of fraction. Where the scale stays (`keeps`), zero points do not matter:
 *     RESCALE_TFLITE: y = clamp(rescale_down(acc, bits))        halves away from zero
 *     RESCALE_ONCE:   y = clamp((acc + 2^(bits - 1)) >> bits)   halves up; acc itself where bits is 0
 * Otherwise y = clamp(y_zero + rescale(acc - x_zero * 2^bits, by[c])), where by contains 2^-bits.
 *
 * Which weights: RESCALE_TFLITE takes those of TensorFlow Lite's ResizeBilinearInteger, of 10 bits, whose
 * places are rounded, too, and for `nearest` its places in single precision (GetNearestNeighbor). RESCALE_ONCE,
 * and what TensorFlow Lite does not have (other places, cubic, a scale that was given), takes the weights of
 * resample.h rounded to 11 bits, the largest of them so that the sum is 2^11. */
#ifndef LCC_RESAMPLE_CODES_H
#define LCC_RESAMPLE_CODES_H

#include "graph/integers.h"

/* Output place i is the sum over t of weight[i * taps + t] times input place at[i * taps + t]. */
typedef struct code_resampling {
    int count, taps; /* taps: 1, 2 or 4 */
    int bits;        /* of fraction: 0 where taps is 1, and the weight is 1 */
    int *at, *weight;
} code_resampling;

typedef struct resample_integers {
    code_resampling rows, columns;
    int bits; /* of both */
    bool keeps;
    int x_zero, y_zero;
    const rescale *by; /* [c]; NULL where the scale stays */
    code_range range;
} resample_integers;

/* Of a resize, or an upsample of either mode. */
resample_integers integers_of_resample(const graph *g, const node *n, arena *a);
int resample_code(rescale_rounding how, const resample_integers *k, int channel, int32_t acc);

#endif
