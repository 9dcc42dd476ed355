/* observe.c: runs a network on the samples, and keeps what the choice of ranges needs.
 *
 * Each lane of fast_samples has sums of its own, which are added up in the order of the lanes. So the result
 * does not depend on the number of threads. */
#include "quantize/observe.h"

#include "interp/fast.h"

#include <math.h>

static void fill_input(void *data, int sample, int input, float *values) {
    const observed_run *run = data;
    run->samples->fill(run->samples->data, sample, input, values);
}

static void pass_value(void *data, int lane, int sample, int index, float *value) {
    const observed_run *run = data;
    run->value(run->data, lane, sample, index, value);
}

static void pass_outputs(void *data, int lane, int sample, float *const *outputs) {
    const observed_run *run = data;
    run->outputs(run->data, lane, sample, outputs);
}

static void tell_progress(void *data, int done) {
    const observed_run *run = data;
    run->o->progress(run->o->progress_data, run->what, done, run->count);
}

void run_samples(const observed_run *run) {
    arena *a = arena_new();
    const sample_calls calls = {
        .data = (void *)run,
        .fill = fill_input,
        .value = run->value ? pass_value : NULL,
        .outputs = run->outputs ? pass_outputs : NULL,
        .progress = run->o->progress ? tell_progress : NULL,
    };
    fast_samples(fast_prepare(run->g, a), run->count, run->o->threads, &calls);
    arena_free(a);
}

/* ---- the limits and sums of channels ---- */

typedef struct facts_of_lanes {
    const graph *g;
    channel_facts **of[SAMPLE_LANES]; /* [n_nodes][c] */
} facts_of_lanes;

static const channel_facts no_facts = {INFINITY, -INFINITY, 0, 0, 0};

static channel_facts **new_facts(const graph *g, arena *a) {
    channel_facts **all = ARENA_ARRAY(a, channel_facts *, g->n_nodes);
    for (int i = 0; i < g->n_nodes; i++) {
        int c = g->nodes[i].shape.c;
        all[i] = ARENA_ARRAY(a, channel_facts, c);
        for (int k = 0; k < c; k++) all[i][k] = no_facts;
    }
    return all;
}

static void see_channels(void *data, int lane, int sample, int index, const float *value) {
    const facts_of_lanes *f = data;
    (void)sample;
    channel_facts *of = f->of[lane][index];
    int c = f->g->nodes[index].shape.c;
    int64_t pixels = shape_pixels(f->g->nodes[index].shape);
    for (int64_t p = 0; p < pixels; p++, value += c) {
        for (int k = 0; k < c; k++) {
            double x = (double)value[k];
            of[k].least = x < of[k].least ? x : of[k].least;
            of[k].most = x > of[k].most ? x : of[k].most;
            of[k].sum += x;
            of[k].sum_of_squares += x * x;
        }
    }
    for (int k = 0; k < c; k++) of[k].count += (double)pixels;
}

static void add_facts(channel_facts *to, const channel_facts *from) {
    to->least = fmin(to->least, from->least);
    to->most = fmax(to->most, from->most);
    to->sum += from->sum;
    to->sum_of_squares += from->sum_of_squares;
    to->count += from->count;
}

channel_facts **observe_channels(const graph *g, const sample_source *samples, const quantize_options *o,
                                 arena *a) {
    arena *scratch = arena_new();
    facts_of_lanes lanes = {.g = g};
    for (int i = 0; i < SAMPLE_LANES; i++) lanes.of[i] = new_facts(g, scratch);
    run_samples(
        &(observed_run){g, samples, o, "observing the ranges", samples->count, &lanes, see_channels, NULL});
    channel_facts **all = new_facts(g, a);
    for (int lane = 0; lane < SAMPLE_LANES; lane++) {
        for (int i = 0; i < g->n_nodes; i++) {
            for (int k = 0; k < g->nodes[i].shape.c; k++) add_facts(&all[i][k], &lanes.of[lane][i][k]);
        }
    }
    arena_free(scratch);
    return all;
}

/* ---- histograms ---- */

typedef struct histograms_of_lanes {
    const graph *g;
    histogram *const *of_node;
    uint32_t **counts[SAMPLE_LANES]; /* [n_nodes][HISTOGRAM_BINS], NULL where the node has none */
} histograms_of_lanes;

static void see_histogram(void *data, int lane, int sample, int index, const float *value) {
    const histograms_of_lanes *l = data;
    (void)sample;
    const histogram *h = l->of_node[index];
    if (!h) return;
    uint32_t *count = l->counts[lane][index];
    int64_t elements = shape_elements(l->g->nodes[index].shape);
    float low = (float)h->low, scale = (float)(HISTOGRAM_BINS / (h->high - h->low));
    for (int64_t i = 0; i < elements; i++) {
        float at = (value[i] - low) * scale;
        int bin = at > 0 ? at < HISTOGRAM_BINS ? (int)at : HISTOGRAM_BINS - 1 : 0;
        count[bin]++;
    }
}

void observe_histograms(const graph *g, const sample_source *samples, const quantize_options *o,
                        histogram *const *of_node) {
    arena *scratch = arena_new();
    histograms_of_lanes lanes = {.g = g, .of_node = of_node};
    for (int lane = 0; lane < SAMPLE_LANES; lane++) {
        lanes.counts[lane] = ARENA_ARRAY(scratch, uint32_t *, g->n_nodes);
        for (int i = 0; i < g->n_nodes; i++) {
            if (of_node[i]) lanes.counts[lane][i] = ARENA_ARRAY(scratch, uint32_t, HISTOGRAM_BINS);
        }
    }
    run_samples(
        &(observed_run){g, samples, o, "counting the values", samples->count, &lanes, see_histogram, NULL});
    for (int lane = 0; lane < SAMPLE_LANES; lane++) {
        for (int i = 0; i < g->n_nodes; i++) {
            for (int b = 0; of_node[i] && b < HISTOGRAM_BINS; b++)
                of_node[i]->count[b] += (double)lanes.counts[lane][i][b];
        }
    }
    arena_free(scratch);
}
