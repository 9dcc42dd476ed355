/* quantize.h: makes an int8 network of a float one (--dtype int8).
 *
 * The float network runs on samples, and the values of each tensor are observed. From these follow the scale
 * and the zero point of each tensor; the weights are rounded with a scale for each output channel. The result
 * is a graph of its own, in which every layer that has a rule for codes works on codes, with quantize and
 * dequantize between these layers and the others. */
#ifndef LCC_QUANTIZE_H
#define LCC_QUANTIZE_H

#include "graph/graph.h"

/* Where the samples come from. `fill` puts the h*w*c values of an input into `values`; several threads may call
 * it at the same time. */
typedef struct sample_source {
    int count;
    void (*fill)(void *data, int sample, int input, float *values);
    void *data;
} sample_source;

/* How the range of a tensor is chosen, within which its values keep their precision. */
typedef enum range_method {
    RANGE_LIMITS,     /* from the smallest value to the largest */
    RANGE_PERCENTILE, /* without the outermost 0.01 % at each end */
    RANGE_SQUARED,    /* the range with the least squared error of the values, seen behind an activation */
    RANGE_METHOD_COUNT
} range_method;

extern const char *const range_method_names[RANGE_METHOD_COUNT]; /* "limits", "percentile", "least squares" */

typedef struct quantize_options {
    /* Whether the layer of that label stays in float; NULL: none does. */
    bool (*keeps_f32)(void *data, const char *label);
    void *keeps_data;
    bool integer_outputs; /* outputs are codes; else floats */
    bool small_pairs;     /* weights of convolutions that are neighbours come to MOST_OF_PAIR at most */
    /* What may be left out, to see what it brings. */
    bool no_equalisation, no_correction, limits_only;
    int threads;
    /* Says what is going on and how far it is, one call at a time; may be NULL. */
    void (*progress)(void *data, const char *what, int done, int all);
    void *progress_data;
} quantize_options;

/* How well the quantised network does on the samples. */
typedef struct quantize_report {
    int samples, compared; /* those that the ranges are from; those on which both networks were compared */
    range_method method;
    double method_decibels[RANGE_METHOD_COUNT]; /* of the outputs, with each method; NAN: not tried */
    double *decibels; /* [n_nodes of the quantised graph] signal to noise of its tensor against the float
                         network's; NAN: none */
    double output_decibels;
    bool classifies;                        /* one output, a vector of several numbers */
    int same_top;                           /* samples for which the largest output is the same */
    const int32_t *float_top, *integer_top; /* [compared] where it is, in both networks */
} quantize_report;

/* `g`: a float network with its weights, after the passes that quantize_prepare names. NULL after an error. */
graph *quantize_network(const graph *g, const sample_source *samples, const quantize_options *o, arena *a,
                        diag *d, quantize_report *report);

/* assume.c. The same without samples, and of a network whose weights may have no values: the graph has the
 * layers, types and sizes that any samples would lead to, with assumed scales. For what asks how much it takes.
 */
graph *quantize_assumed(const graph *g, bool integer_outputs, arena *a, diag *d);

#endif
