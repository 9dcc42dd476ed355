/* ranges.h: the scale and the zero point of each group of tensors. */
#ifndef LCC_QUANTIZE_RANGES_H
#define LCC_QUANTIZE_RANGES_H

#include "quantize/decide.h"
#include "quantize/observe.h"

/* How the codes of a group are scaled: real = scale * (code - zero), with int8 codes. */
typedef struct scaling {
    float scale;
    float *scales; /* [c] where the group has one for each channel; else NULL */
    int zero;
} scaling;

/* The histograms that observe_histograms fills: one for each group that needs a single scale, for the tensors
 * that count. NULL after an error: a value is not finite. */
histogram **lay_out_histograms(const decisions *d, channel_facts *const *facts, arena *a, diag *said);

/* [n_nodes]; the entry of a group's own node counts. Histograms are filled. */
scaling *choose_scales(const decisions *d, channel_facts *const *facts, histogram *const *histograms,
                       range_method method, arena *a);

#endif
