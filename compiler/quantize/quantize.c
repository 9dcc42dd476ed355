/* quantize.c: the stages of quantising as one list of calls. */
#include "quantize/quantize.h"

#include "quantize/compare.h"

#include <math.h>

const char *const range_method_names[RANGE_METHOD_COUNT] = {
    [RANGE_LIMITS] = "limits",
    [RANGE_PERCENTILE] = "percentile",
    [RANGE_SQUARED] = "least squares",
};

/* Samples by which the methods are compared, and the report is made. */
enum { TRIAL_SAMPLES = 16, REPORT_SAMPLES = 1 << 20 };

typedef struct quantizer {
    decisions d;
    channel_facts **facts;
    histogram **histograms;
    const sample_source *samples;
    const quantize_options *o;
    arena *a;
    diag *said;
} quantizer;

static int least(int x, int y) { return x < y ? x : y; }

static built build_with(quantizer *q, range_method method) {
    const scaling *scales = choose_scales(&q->d, q->facts, q->histograms, method, q->a);
    return build_quantised(&q->d, scales, q->facts, q->o, q->a, q->said);
}

/* The network with the ranges that lose least, by the outputs of some of the samples. */
static built choose_method(quantizer *q, quantize_report *report) {
    static const char *const trying[RANGE_METHOD_COUNT] = {
        "trying ranges by limits", "trying ranges by percentile", "trying ranges by least squares"};
    built best = {0};
    for (int m = 0; m < RANGE_METHOD_COUNT; m++) {
        report->method_decibels[m] = NAN;
        if (q->o->limits_only && m != RANGE_LIMITS) continue;
        built b = build_with(q, (range_method)m);
        if (!b.g) return b;
        int count = least(q->samples->count, TRIAL_SAMPLES);
        comparison c = compare_networks(&q->d, &b, q->samples, count, q->o, trying[m], q->a);
        report->method_decibels[m] = c.output_decibels;
        if (best.g && !(c.output_decibels > report->method_decibels[report->method])) continue;
        best = b;
        report->method = (range_method)m;
    }
    return best;
}

static void make_report(quantizer *q, const built *b, quantize_report *report) {
    const graph *g = q->d.g;
    report->samples = q->samples->count;
    report->compared = least(q->samples->count, REPORT_SAMPLES);
    comparison c = compare_networks(&q->d, b, q->samples, report->compared, q->o, "comparing", q->a);
    report->decibels = c.decibels;
    report->output_decibels = c.output_decibels;
    report->float_top = c.float_top;
    report->integer_top = c.integer_top;
    shape out = g->nodes[g->outputs[0].node].shape;
    report->classifies = g->n_outputs == 1 && shape_pixels(out) == 1 && out.c > 1;
    report->same_top = 0;
    for (int i = 0; i < report->compared; i++) report->same_top += c.float_top[i] == c.integer_top[i];
}

graph *quantize_network(const graph *g, const sample_source *samples, const quantize_options *o, arena *a,
                        diag *d, quantize_report *report) {
    *report = (quantize_report){0};
    quantizer q = {.d = decide(g, o, a), .samples = samples, .o = o, .a = a, .said = d};
    q.facts = observe_channels(g, samples, o, a);
    q.histograms = lay_out_histograms(&q.d, q.facts, a, d);
    if (!q.histograms) return NULL;
    observe_histograms(g, samples, o, q.histograms);
    built b = choose_method(&q, report);
    if (!b.g) return NULL;
    make_report(&q, &b, report);
    return b.g;
}
