/* compare.h: how far the quantised network is from the float one. */
#ifndef LCC_QUANTIZE_COMPARE_H
#define LCC_QUANTIZE_COMPARE_H

#include "quantize/build.h"

typedef struct comparison {
    double
        *decibels; /* [nodes of the quantised graph] signal to noise; NAN where there is nothing to compare */
    double output_decibels;                 /* of all outputs together */
    const int32_t *float_top, *integer_top; /* [count] the place of the largest number of the first output */
} comparison;

/* Runs both networks on the first `count` samples. */
comparison compare_networks(const decisions *d, const built *b, const sample_source *samples, int count,
                            const quantize_options *o, const char *what, arena *a);

#endif
