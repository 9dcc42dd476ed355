/* resample.h: which rows or columns of its input each row or column of a resize is made of.
 *
 * An output place i stands for a place x of the input. With `scale` = attrs.resize.scale, or output by input
 * size where that is 0, and n_in and n_out the sizes of the axis, x is (ONNX, operator Resize,
 * coordinate_transformation_mode):
 *
 *   half_pixel            (i + 1/2) / scale - 1/2
 *   pytorch_half_pixel    the same; 0 where n_out is 1
 *   align_corners         i * (n_in - 1) / (n_out - 1); 0 where n_out is 1
 *   asymmetric            i / scale
 *   tf_half_pixel_for_nn  (i + 1/2) / scale
 *   half_pixel_symmetric  half_pixel, moved by n_in/2 * (1 - n_out / (scale * n_in))
 *
 * `nearest` takes the pixel at x, rounded as attrs.resize.rounding says. `linear` takes the two around x.
 * `cubic` takes four, with the weights of Keys, "Cubic convolution interpolation for digital image processing",
 * 1981, whose parameter a is attrs.resize.coefficient. Pixels beyond the edge are those at the edge, unless
 * exclude_outside says that they count for nothing and the other weights grow to the sum of 1. */
#ifndef LCC_RESAMPLE_H
#define LCC_RESAMPLE_H

#include "graph/graph.h"

enum { MOST_TAPS = 4 };

/* Output place i is the sum over t of weight[i * taps + t] times input place at[i * taps + t]. */
typedef struct resampling {
    int count, taps; /* taps: 1, 2 or 4; where it is 1, all weights are 1 */
    int *at;
    double *weight;
} resampling;

/* `axis`: 0 for height, 1 for width; `size`: of the input. The lists are in the arena. */
resampling find_resampling(arena *a, const resizing *r, int axis, int size);

/* Whether each place is the input's own one, so that the axis stays as it is. */
bool keeps_places(const resampling *r, int size);

#endif
