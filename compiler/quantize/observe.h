/* observe.h: what the values of each tensor of the float network are, over all samples. */
#ifndef LCC_QUANTIZE_OBSERVE_H
#define LCC_QUANTIZE_OBSERVE_H

#include "quantize/quantize.h"

/* Of a channel of a tensor: over all pixels and samples. */
typedef struct channel_facts {
    double least, most, sum, sum_of_squares;
    double count; /* of the values */
} channel_facts;

/* [n_nodes][c]. */
channel_facts **observe_channels(const graph *g, const sample_source *samples, const quantize_options *o,
                                 arena *a);

/* How often values fall into each of equal parts of a range. */
enum { HISTOGRAM_BINS = 2048 };
typedef struct histogram {
    double low, high; /* low < high: where the first part begins, and where the last one ends */
    double count[HISTOGRAM_BINS];
} histogram;

static inline double bin_middle(const histogram *h, int bin) {
    return h->low + (bin + 0.5) * (h->high - h->low) / HISTOGRAM_BINS;
}

/* Fills the histograms of the nodes, whose low and high are set. NULL: the node has none. Several nodes may
 * have the same one. */
void observe_histograms(const graph *g, const sample_source *samples, const quantize_options *o,
                        histogram *const *of_node);

/* The samples of a run of `g` on the first `count` samples of the source: calls for fast_samples. */
typedef struct observed_run {
    const graph *g;
    const sample_source *samples;
    const quantize_options *o;
    const char *what; /* for the progress */
    int count;
    void *data; /* for the two calls; either may be NULL */
    void (*value)(void *data, int lane, int sample, int index, const float *value);
    void (*outputs)(void *data, int lane, int sample, float *const *outputs);
} observed_run;

void run_samples(const observed_run *run);

#endif
