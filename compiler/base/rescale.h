/* rescale.h: exact rescaling of integers: what a sum in 32 bits becomes in eight.
 *
 * A factor is a 31-bit integer and a power of two: x becomes x * multiplier * 2^(shift - 31), rounded. */
#ifndef LCC_RESCALE_H
#define LCC_RESCALE_H

#include <stdint.h>

/* How a product is rounded.
 * RESCALE_ONCE: the exact 64-bit product is rounded once, halves up.
 * RESCALE_TFLITE: as TensorFlow Lite's reference (MultiplyByQuantizedMultiplier): the high half of the doubled
 *     product is rounded, halves up; then the right shift is rounded, halves away from zero. */
typedef enum rescale_rounding { RESCALE_ONCE, RESCALE_TFLITE, RESCALE_ROUNDING_COUNT } rescale_rounding;

/* "once", "tflite": the words of a .net file. */
extern const char *const rescale_rounding_names[RESCALE_ROUNDING_COUNT];

typedef struct rescale {
    int32_t multiplier; /* 2^30 to 2^31 - 1; 0 for the factor 0 */
    int shift;          /* -31 to 30 */
} rescale;

/* The nearest factor to `factor`, which is at least 0 and below 2^30. As TensorFlow Lite's QuantizeMultiplier.
 */
rescale rescale_by(double factor);

/* The factor that it stands for. */
double rescale_value(rescale by);

int32_t rescale_apply(rescale_rounding how, int32_t x, rescale by);

/* From this shift to the right on (-shift), the high half of a product is enough to rescale: the short ways of
 * runtime/i32.h and i8.h. */
int rescale_least_right(rescale_rounding how);

/* The two halves of RESCALE_TFLITE, which some of TensorFlow Lite's functions use alone.
 * high: (x * multiplier * 2) / 2^32, rounded, halves up. down: x / 2^shift, rounded, halves away from zero. */
int32_t rescale_high(int32_t x, int32_t multiplier);
int32_t rescale_down(int32_t x, int shift);

#endif
