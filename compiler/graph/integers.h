/* integers.h: the integer constants by which quantised nodes compute: made of scales and zero points here, and
 * nowhere else, so that the interpreter and the emitted code have the same.
 *
 * Codes are written q, and zero points are those of the tensor named. rescale(x, by) is rescale_apply with the
 * graph's rounding. Every result is clamped to `least` and `most`. The formulas of RESCALE_TFLITE are those of
 * the reference kernels of TensorFlow Lite for Microcontrollers. */
#ifndef LCC_GRAPH_INTEGERS_H
#define LCC_GRAPH_INTEGERS_H

#include "graph/graph.h"

/* What a result may be: the element type's limits, and what an activation that only bounds leaves of them. */
typedef struct code_range {
    int least, most;
} code_range;

/* The codes of a tensor scaled as `q` says that an activation leaves; all codes of `type` where `act` does not
 * only bound. A bound becomes the code zero + round(bound / scale), rounded half away from zero. */
code_range codes_within(const quant *q, elem_type type, op_kind act, act_args args);

/* The code, or the nearest in the range. */
static inline int code_within(code_range r, int64_t code) {
    return code < r.least ? r.least : code > r.most ? r.most : (int)code;
}

/* The code that stands for a real number: zero + round(x / scale), clamped to the type. */
int code_of(const quant *q, elem_type type, int channel, double x);

/* conv, depthwise, dense and conv_transpose:
 *     acc[o] = bias[o] + sum of (x - x_zero) * w[o]       exact in 32 bits
 *     y[o] = clamp(y_zero + rescale(acc[o], by[o]))
 * A tap in the padding sees pad_codes[channel] for x; NULL: x_zero, which adds nothing. Where the input has a
 * scale for each channel, a depthwise takes it into `by`, and the weights of the others contain it. */
typedef struct kernel_integers {
    int x_zero, y_zero;
    const int32_t *bias;  /* [out]; zeros where the node has none */
    const rescale *by;    /* [out] */
    code_range range;     /* of y, in own_quant's codes */
    const int *pad_codes; /* [in channels] or NULL */
} kernel_integers;

kernel_integers integers_of_kernel(const graph *g, const node *n, arena *a);

/* The code that a tap of a conv or depthwise sees in the padding of an input channel. */
int padding_code(const graph *g, const node *n, int channel);

/* The bias with the zero point of the input inside: bias[o] - x_zero * sum of w[o], so that the sum is over
 * x * w. It wraps in 32 bits, as the sum does. Padding then has the code x_zero (or pad_codes). */
const int32_t *bias_over_codes(const graph *g, const node *n, const kernel_integers *k, arena *a);

/* The least and the most that acc may be for output channel o, whatever the input is. */
void sums_of_output(const graph *g, const node *n, int o, int64_t *least, int64_t *most);

/* Whether acc is at least `lowest` and at most `highest` for any input; if not, *channel is the first output
 * channel where it may not be. */
bool sums_within(const graph *g, const node *n, int64_t lowest, int64_t highest, int *channel);

/* Whether acc may leave 32 bits for some input; *channel is the first such output channel. */
bool may_overflow(const graph *g, const node *n, int *channel);

/* add and sub, and a residual, whose x is what the kernel and its table made:
 *     sum = rescale((x - x_zero) << left, x_by) + rescale((z - z_zero) << left, z_by)       (sub: minus)
 *     y = clamp(y_zero + rescale(sum, y_by))
 * All three round as RESCALE_TFLITE does for `tflite`, with left = 20; for `once` see integers.c. */
typedef struct add_integers {
    int x_zero, z_zero, y_zero, left;
    rescale x_by, z_by, y_by;
    code_range range;
} add_integers;

add_integers integers_of_add(const graph *g, const node *n);      /* an add or sub */
add_integers integers_of_residual(const graph *g, const node *n); /* a node with has_residual */
int add_codes(rescale_rounding how, const add_integers *k, int x, int z, bool subtract);

/* mul: y = clamp(y_zero + rescale((x - x_zero) * (z - z_zero), by[c])); by has one entry for each channel of
 * the result, which are all equal unless there are scales for each channel. */
typedef struct mul_integers {
    int x_zero, z_zero, y_zero;
    const rescale *by;
    code_range range;
} mul_integers;

mul_integers integers_of_mul(const graph *g, const node *n, arena *a);

/* requantize of codes in codes: y = clamp(y_zero + rescale(x - x_zero, by[c])). */
typedef struct requantize_integers {
    int x_zero, y_zero;
    const rescale *by; /* [c] */
    code_range range;
} requantize_integers;

requantize_integers integers_of_requantize(const graph *g, const node *n, arena *a);

/* avg_pool, global_avg_pool and reduce of mean and sum: of the sum of `count` codes.
 * An avg_pool that keeps its scale averages the codes themselves, without zero points, halves away from zero:
 *     y = clamp(average_codes(sum, count))
 * All others rescale: y = clamp(y_zero + rescale(sum - count * x_zero, by[c])), where by contains 1 / count for
 * means. `count` counts places of the padding where these count (count_pad); there the code is x_zero. The
 * windows of an avg_pool may differ in it. */
typedef struct mean_integers {
    bool averages;
    int count; /* at most MOST_SUMMED, so that 32 bits hold the sum */
    int x_zero, y_zero;
    const rescale *by; /* [c] of the result */
    code_range range;
} mean_integers;

enum {
    MOST_SUMMED = 1 << 23,
    FEW_SUMMED = 1 << 21 /* the sum of so many has at most 30 bits and a sign */
};

mean_integers integers_of_mean(const graph *g, const node *n, int count, arena *a);
int mean_code(rescale_rounding how, const mean_integers *k, int channel, int32_t sum);

/* sum / count, rounded, halves away from zero. */
int average_codes(int32_t sum, int count);

/* The factor for the sum of `count` codes. See integers.c for how TensorFlow Lite makes it. */
rescale rescale_of_mean(rescale_rounding how, double x_scale, double y_scale, int64_t count);

#endif
