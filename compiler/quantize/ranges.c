/* ranges.c: chooses scales and zero points.
 *
 * A group with one scale gets a range from the histogram of its values: all of it, all but the outermost
 * values, or the range with the least squared error. If a function that will be a table alone reads the tensor,
 * the error is that of the function's value, so that codes are not spent where the function is flat.
 *
 * A tensor with a scale for each channel could have the channel's own range. The weights of a convolution
 * behind it contain these scales, and channels of very different scales spoil the common scale of its weights.
 * So the ranges r of the channels are drawn together, to r^a * R^(1 - a) with the largest range R, by the
 * exponent a that gives the least noise behind the convolutions: that of the codes' rounding through the
 * weights, and that of the weights' rounding times the values. (Nagel et al., "Data-Free Quantization Through
 * Weight Equalization and Bias Correction", 2019, equalises both ranges; here the samples say what each costs.)
 */
#include "quantize/ranges.h"

#include "graph/activations.h"
#include "graph/quant.h"

#include <math.h>

enum { CODES = 255 };

/* Scales keep 16 bits, so that the last bits of sums do not show in them. */
static float round_scale(double scale) {
    int exponent;
    double fraction = frexp(scale, &exponent);
    return (float)ldexp(round(ldexp(fraction, 16)), exponent - 16);
}

/* The codes of a range, which is widened to hold 0 exactly. */
static scaling scaling_of(double low, double high) {
    low = fmin(low, 0), high = fmax(high, 0);
    scaling s = {.scale = round_scale(high > low ? (high - low) / CODES : 1.0 / CODES)};
    double zero = round(INT8_MIN - low / (double)s.scale);
    s.zero = zero < INT8_MIN ? INT8_MIN : zero > INT8_MAX ? INT8_MAX : (int)zero;
    return s;
}

/* ---- one scale for a group ---- */

static bool counts_for(const decisions *d, int index, int group) {
    return d->group[index] == group && d->counts[index];
}

static bool needs_histogram(const decisions *d, int index) {
    bool codes = d->integer[index] || d->read_as_codes[index];
    return codes && d->counts[index] && !d->by_channel[index] && !d->raw[index];
}

histogram **lay_out_histograms(const decisions *d, channel_facts *const *facts, arena *a, diag *said) {
    const graph *g = d->g;
    histogram **of = ARENA_ARRAY(a, histogram *, g->n_nodes);
    for (int i = 0; i < g->n_nodes; i++) {
        if (!needs_histogram(d, i)) continue;
        histogram **h = &of[d->group[i]];
        if (!*h) {
            *h = ARENA_NEW(a, histogram);
            (*h)->low = (*h)->high = 0;
        }
        for (int c = 0; c < g->nodes[i].shape.c; c++) {
            (*h)->low = fmin((*h)->low, facts[i][c].least);
            (*h)->high = fmax((*h)->high, facts[i][c].most);
        }
        if (isfinite((*h)->low) && isfinite((*h)->high) && isfinite(facts[i][0].sum)) continue;
        diag_error(said, g->nodes[i].at,
                   "%s: on the samples it makes a value that is not finite, so int8 cannot hold it",
                   g->nodes[i].label ? g->nodes[i].label : op_table[g->nodes[i].op].name);
        return NULL;
    }
    for (int i = 0; i < g->n_nodes; i++) {
        if (of[i] && !(of[i]->high > of[i]->low)) of[i]->high = of[i]->low + 1;
    }
    for (int i = g->n_nodes - 1; i >= 0; i--) of[i] = needs_histogram(d, i) ? of[d->group[i]] : NULL;
    return of;
}

/* The smallest range that leaves out at most `share` of the values at each end. */
static scaling cut_share(const histogram *h, double share) {
    double all = 0, out = 0;
    for (int b = 0; b < HISTOGRAM_BINS; b++) all += h->count[b];
    int first = 0, last = HISTOGRAM_BINS - 1;
    while (first < last && (out += h->count[first]) <= all * share) first++;
    out = 0;
    while (last > first && (out += h->count[last]) <= all * share) last--;
    double width = (h->high - h->low) / HISTOGRAM_BINS;
    return scaling_of(h->low + first * width, h->low + (last + 1) * width);
}

/* A function that reads the tensor, as a table of 256 codes. */
typedef struct reader {
    op_kind act;
    act_args args;
} reader;

static double read_value(const reader *r, double x) { return activation_table[r->act].value(x, r->args); }

/* The sum of squared errors of what the reader makes of the values. */
static double squared_error(const histogram *h, const reader *r, const scaling *s) {
    double sum = 0, scale = (double)s->scale;
    for (int b = 0; b < HISTOGRAM_BINS; b++) {
        if (h->count[b] == 0) continue;
        double x = bin_middle(h, b), code = round(x / scale) + s->zero;
        code = code < INT8_MIN ? INT8_MIN : code > INT8_MAX ? INT8_MAX : code;
        double rounded = scale * (code - s->zero);
        double off = r->act == OP_IDENTITY ? rounded - x : read_value(r, rounded) - read_value(r, x);
        sum += h->count[b] * off * off;
    }
    return sum;
}

/* Draws in one end of the range and then the other, in steps, to the least error. */
static scaling find_least_error(const histogram *h, const reader *r) {
    enum { STEPS = 64, ROUNDS = 2 };
    double low = fmin(h->low, 0), high = fmax(h->high, 0);
    scaling best = scaling_of(low, high);
    double least = squared_error(h, r, &best);
    for (int round = 0; round < 2 * ROUNDS; round++) {
        double *end = round % 2 ? &low : &high;
        double from = round % 2 ? fmin(h->low, 0) : fmax(h->high, 0), kept = *end;
        for (int i = 1; i <= STEPS; i++) {
            *end = from * i / STEPS;
            scaling s = scaling_of(low, high);
            double error = squared_error(h, r, &s);
            if (!(error < least)) continue;
            least = error, best = s, kept = *end;
        }
        *end = kept;
    }
    return best;
}

/* The function that alone reads the group: of its only tensor. */
static reader reader_of(const decisions *d, int group) {
    reader r = {.act = OP_IDENTITY};
    int members = 0;
    for (int i = 0; i < d->g->n_nodes; i++) members += counts_for(d, i, group);
    int by = members == 1 ? d->only_reader[group] : -1;
    if (by < 0 || !d->integer[by] || !is_activation(d->g->nodes[by].op) || d->group[by] == group) return r;
    return (reader){d->g->nodes[by].op, d->g->nodes[by].a.args};
}

static scaling choose_range(const decisions *d, int group, const histogram *h, range_method method) {
    static const double outermost = 1e-4;
    const reader r = reader_of(d, group);
    switch (method) {
    case RANGE_PERCENTILE: return cut_share(h, outermost);
    case RANGE_SQUARED: return find_least_error(h, &r);
    default: return scaling_of(h->low, h->high);
    }
}

/* ---- a scale for each channel ---- */

/* What a convolution or dense layer that reads a tensor makes of its channels' scales. */
typedef struct weight_facts {
    double *squares; /* [c] the sum of w^2 over all weights of the channel */
    int outputs, taps;
    double *largest; /* [outputs][c] the largest |w| of a channel */
} weight_facts;

static weight_facts look_at_weights(const node *n, int c, arena *a) {
    const tensor *t = n->weights[ROLE_WEIGHT];
    int groups = n->op == OP_CONV ? n->a.groups : 1, depth = c / groups, outputs = n->shape.c;
    int64_t row = t->count / outputs;
    weight_facts f = {ARENA_ARRAY(a, double, c), outputs, (int)(row / depth),
                      ARENA_ARRAY(a, double, (int64_t)outputs *c)};
    for (int o = 0; o < outputs; o++) {
        int first = o / (outputs / groups) * depth;
        for (int64_t i = 0; i < row; i++) {
            int channel = first + (int)(i % depth);
            double w = (double)t->data[o * row + i];
            f.squares[channel] += w * w;
            double *most = &f.largest[(int64_t)o * c + channel];
            *most = fmax(*most, fabs(w));
        }
    }
    return f;
}

/* The noise behind a convolution: of the codes of its input, with a step of scales[i], and of its weights. */
static double noise_behind(const weight_facts *f, const channel_facts *facts, const double *scales, int c) {
    double of_codes = 0, values = 0, of_weights = 0;
    for (int i = 0; i < c; i++) {
        of_codes += f->squares[i] * scales[i] * scales[i] / 12;
        values += f->taps * facts[i].sum_of_squares / fmax(facts[i].count, 1) / (scales[i] * scales[i]);
    }
    for (int o = 0; o < f->outputs; o++) {
        double most = 0;
        for (int i = 0; i < c; i++) most = fmax(most, f->largest[(int64_t)o * c + i] * scales[i]);
        of_weights += most / INT8_MAX * (most / INT8_MAX) / 12;
    }
    return of_codes + of_weights * values;
}

static void draw_together(const double *ranges, double most, double exponent, int c, double *scales) {
    for (int i = 0; i < c; i++) scales[i] = pow(ranges[i], exponent) * pow(most, 1 - exponent);
}

/* The exponent with the least noise behind all convolutions and dense layers that read the tensor, also through
 * a global pool. 1 where none does: then the scales cost nothing. */
static double choose_exponent(const decisions *d, int of, const channel_facts *facts, const double *ranges,
                              double most) {
    enum { TRIED = 9 };
    double noise[TRIED] = {0};
    int c = d->g->nodes[of].shape.c;
    for (int i = of + 1; i < d->g->n_nodes; i++) {
        const node *n = &d->g->nodes[i];
        bool reads =
            (n->op == OP_CONV || n->op == OP_DENSE) && d->integer[i] && d->group[n->in[0]] == d->group[of];
        if (!reads) continue;
        arena *scratch = arena_new();
        const weight_facts f = look_at_weights(n, c, scratch);
        double *scales = ARENA_ARRAY(scratch, double, c);
        for (int t = 0; t < TRIED; t++) {
            draw_together(ranges, most, (double)t / (TRIED - 1), c, scales);
            noise[t] += noise_behind(&f, facts, scales, c);
        }
        arena_free(scratch);
    }
    int best = TRIED - 1;
    for (int t = TRIED - 1; t >= 0; t--) best = noise[t] < noise[best] ? t : best;
    return (double)best / (TRIED - 1);
}

/* The scales of a tensor, each in the unit of one code. A bound from below by 0 leaves the codes from -128 on;
 * others are symmetric about 0. */
static scaling choose_channel_scales(const decisions *d, int of, const channel_facts *facts, arena *a) {
    static const double least_share = 1.0 / 4096; /* of the largest range: channels that are nearly always 0 */
    int c = d->g->nodes[of].shape.c;
    double least = 0, most = 0, *ranges = ARENA_ARRAY(a, double, c), *scales = ARENA_ARRAY(a, double, c);
    for (int i = 0; i < c; i++) least = fmin(least, facts[i].least);
    bool positive = least >= 0;
    for (int i = 0; i < c; i++) {
        ranges[i] = fmax(facts[i].most, positive ? 0 : -facts[i].least) / (positive ? CODES : INT8_MAX);
        most = fmax(most, ranges[i]);
    }
    if (!(most > 0)) most = 1.0 / CODES;
    for (int i = 0; i < c; i++) ranges[i] = fmax(ranges[i], most * least_share);
    draw_together(ranges, most, choose_exponent(d, of, facts, ranges, most), c, scales);
    float *rounded = ARENA_ARRAY(a, float, c);
    for (int i = 0; i < c; i++) rounded[i] = round_scale(scales[i]);
    return (scaling){.scale = rounded[0], .scales = rounded, .zero = positive ? INT8_MIN : 0};
}

scaling *choose_scales(const decisions *d, channel_facts *const *facts, histogram *const *histograms,
                       range_method method, arena *a) {
    scaling *all = ARENA_ARRAY(a, scaling, d->g->n_nodes);
    bool *done = ARENA_ARRAY(a, bool, d->g->n_nodes);
    for (int i = 0; i < d->g->n_nodes; i++) {
        int group = d->group[i];
        if (!d->counts[i] || done[group]) continue;
        if (d->by_channel[i]) {
            all[group] = choose_channel_scales(d, i, facts[i], a);
            done[group] = true;
        } else if (histograms[i]) {
            all[group] = choose_range(d, group, histograms[i], method);
            done[group] = true;
        }
    }
    return all;
}
