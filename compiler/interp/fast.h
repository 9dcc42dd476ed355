/* fast.h: an evaluator for many samples, in single precision, with blocked loops.
 *
 * It walks the graph as interp_run does, and takes graphs before the passes and after them. Ops that have no
 * fast function here are computed by the interpreter's own one, from the same values widened to doubles, and
 * the result is rounded to floats. So its answers differ from the interpreter's by the rounding of floats, and
 * not at all in nodes of integers: their values are small whole numbers, which a float holds exactly.
 * interp_run stays the truth, and tests hold this one to it. */
#ifndef LCC_FAST_H
#define LCC_FAST_H

#include "graph/graph.h"

typedef struct fast_graph fast_graph;

/* Gets a graph ready for any number of runs, by any number of threads at a time: the weights are laid out for
 * the loops, in `a`. All weights must have values; one that changes later needs a new call. The graph must live
 * as long as the result. */
fast_graph *fast_prepare(const graph *g, arena *a);

/* Called with the value of each node, h*w*c floats in HWC order, as interp_watch is. */
typedef void (*fast_watch)(void *data, int node, float *value);

/* As interp_run. */
float **fast_run(const fast_graph *f, arena *a, const float *const *inputs, fast_watch watch, void *data);

/* Samples are shared out to so many lanes: sample s belongs to lane s % SAMPLE_LANES. */
enum { SAMPLE_LANES = 16 };

/* Whom fast_samples calls. All but `fill` may be NULL. Several threads call at a time, but for one lane only
 * one of them, and its samples come in ascending order. So who gathers sums keeps one for each lane and adds
 * those up in the order of the lanes, and gets the same bits from any number of threads. */
typedef struct sample_calls {
    void *data;
    /* Puts the h*w*c values of an input into `values`. */
    void (*fill)(void *data, int sample, int input, float *values);
    /* As fast_watch: it may change the value for the nodes that read it later. */
    void (*value)(void *data, int lane, int sample, int node, float *value);
    /* The outputs of a sample, [n_outputs][h*w*c]. They are freed after the call. */
    void (*outputs)(void *data, int lane, int sample, float *const *outputs);
    /* `done` samples are done. One call at a time, with ascending numbers. */
    void (*progress)(void *data, int done);
} sample_calls;

/* Runs samples 0 to n - 1 on up to `threads` threads, of which the caller's is one. */
void fast_samples(const fast_graph *f, int n, int threads, const sample_calls *calls);

#endif
