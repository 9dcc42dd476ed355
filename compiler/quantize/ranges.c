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
#include <stdlib.h>

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

/* The mean does not count: biases make up for what the rounding of weights does to it. */
static double variance_of(const channel_facts *f) {
    double count = fmax(f->count, 1), mean = f->sum / count;
    return fmax(f->sum_of_squares / count - mean * mean, 0);
}

/* The noise behind a convolution: of the codes of its input, with a step of scales[i], and of its weights. */
static double noise_behind(const weight_facts *f, const channel_facts *facts, const double *scales, int c) {
    double of_codes = 0, values = 0, of_weights = 0;
    for (int i = 0; i < c; i++) {
        of_codes += f->squares[i] * scales[i] * scales[i] / 12;
        values += f->taps * variance_of(&facts[i]) / (scales[i] * scales[i]);
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

/* What the values of each channel lie between, 0 included. */
typedef struct channel_spans {
    double *low, *high; /* [c] */
    int c;
} channel_spans;

static channel_spans spans_of(const channel_facts *facts, int c, arena *a) {
    channel_spans s = {ARENA_ARRAY(a, double, c), ARENA_ARRAY(a, double, c), c};
    for (int i = 0; i < c; i++) s.low[i] = fmin(facts[i].least, 0), s.high[i] = fmax(facts[i].most, 0);
    return s;
}

/* The least scale with which the codes from -128 to 127 about `zero` reach over a channel. */
static double least_scale(const channel_spans *s, int i, int zero) {
    double below = s->low[i] < 0 ? -s->low[i] / (zero - INT8_MIN) : 0;
    return fmax(below, s->high[i] > 0 ? s->high[i] / (INT8_MAX - zero) : 0);
}

/* The zero point that makes the scales of all channels least, by the mean of their logarithms. */
static int choose_zero(const channel_spans *s) {
    double best = INFINITY;
    int chosen = 0;
    for (int zero = INT8_MIN; zero <= INT8_MAX; zero++) {
        double sum = 0;
        for (int i = 0; i < s->c; i++) {
            double scale = least_scale(s, i, zero);
            if (scale > 0) sum += log(scale);
        }
        if (sum < best) best = sum, chosen = zero;
    }
    return chosen;
}

/* The least scale of each channel; channels that are nearly always 0 get a share of the largest. */
static double *find_scales(const channel_spans *s, int zero, double *most, arena *a) {
    static const double least_share = 1.0 / 4096;
    double *scales = ARENA_ARRAY(a, double, s->c);
    *most = 0;
    for (int i = 0; i < s->c; i++) *most = fmax(*most, scales[i] = least_scale(s, i, zero));
    if (!(*most > 0)) *most = 1.0 / CODES;
    for (int i = 0; i < s->c; i++) scales[i] = fmax(scales[i], *most * least_share);
    return scales;
}

static scaling make_scaling(const double *scales, int c, int zero, arena *a) {
    float *rounded = ARENA_ARRAY(a, float, c);
    for (int i = 0; i < c; i++) rounded[i] = round_scale(scales[i]);
    return (scaling){.scale = rounded[0], .scales = rounded, .zero = zero};
}

/* The scales of a tensor. One that is bounded from below by 0 has the codes from -128 on. */
static double *draw_scales(const decisions *d, int of, const channel_facts *facts, int *zero, arena *a) {
    const channel_spans s = spans_of(facts, d->g->nodes[of].shape.c, a);
    double most;
    *zero = choose_zero(&s);
    double *least = find_scales(&s, *zero, &most, a), *drawn = ARENA_ARRAY(a, double, s.c);
    draw_together(least, most, choose_exponent(d, of, facts, least, most), s.c, drawn);
    return drawn;
}

/* ---- a scale for each channel, through tables ---- */

/* Leaves out of a channel's span what a function makes the same of, to half a code of its result. */
static void leave_out_flat_ends(const reader *r, double step, double *low, double *high) {
    enum { STEPS = 64 };
    double from_low = *low, from_high = *high, at_low = read_value(r, from_low),
           at_high = read_value(r, from_high);
    for (int i = 1; i <= STEPS; i++) {
        double x = from_low * (STEPS - i) / STEPS;
        if (fabs(read_value(r, x) - at_low) > step / 2) break;
        *low = x;
    }
    for (int i = 1; i <= STEPS; i++) {
        double x = from_high * (STEPS - i) / STEPS;
        if (fabs(read_value(r, x) - at_high) > step / 2) break;
        *high = x;
    }
}

typedef struct ranked_channel {
    double scale;
    int channel;
} ranked_channel;

static int compare_ranks(const void *x, const void *y) {
    const ranked_channel *a = x, *b = y;
    if (a->scale != b->scale) return a->scale < b->scale ? -1 : 1;
    return a->channel - b->channel;
}

/* Sorts channels into classes of like scales, from the largest down, so that a scale is at most `ratio` times
 * the least one of its class. of[c] is the class of a channel. Returns their number. */
static int class_channels(const double *scales, int c, double ratio, int *of, arena *a) {
    ranked_channel *ranks = ARENA_ARRAY(a, ranked_channel, c);
    for (int i = 0; i < c; i++) ranks[i] = (ranked_channel){scales[i], i};
    qsort(ranks, (size_t)c, sizeof *ranks, compare_ranks);
    int classes = 0;
    double largest = 0;
    for (int i = c - 1; i >= 0; i--) {
        if (classes == 0 || ranks[i].scale * ratio < largest) {
            largest = ranks[i].scale;
            classes++;
        }
        of[ranks[i].channel] = classes - 1;
    }
    return classes;
}

/* Gives all channels of a class the largest scale of it. */
static void share_by_class(double *scales, int c, const int *class, int classes, arena *a) {
    double *most = ARENA_ARRAY(a, double, classes);
    for (int i = 0; i < c; i++) most[class[i]] = fmax(most[class[i]], scales[i]);
    for (int i = 0; i < c; i++) scales[i] = most[class[i]];
}

/* The scales before and behind an activation. Channels of like scales share a table, so that there are few. */
static void choose_table_scales(const decisions *d, int before, int act, channel_facts *const *facts,
                                scaling *x, scaling *y, arena *a) {
    enum { MOST_CLASSES = 8 };
    const node *n = &d->g->nodes[act];
    const reader r = {n->op, n->a.args};
    int c = n->shape.c, x_zero, y_zero, classes, *class = ARENA_ARRAY(a, int, c);
    double *y_scales = draw_scales(d, act, facts[act], &y_zero, a), ratio = 2, most;
    while ((classes = class_channels(y_scales, c, ratio, class, a)) > MOST_CLASSES) ratio *= 1.25;
    share_by_class(y_scales, c, class, classes, a);
    channel_spans s = spans_of(facts[before], c, a);
    for (int i = 0; i < c; i++) leave_out_flat_ends(&r, y_scales[i], &s.low[i], &s.high[i]);
    x_zero = choose_zero(&s);
    double *x_scales = find_scales(&s, x_zero, &most, a);
    share_by_class(x_scales, c, class, classes, a);
    *x = make_scaling(x_scales, c, x_zero, a);
    *y = make_scaling(y_scales, c, y_zero, a);
}

static void choose_channel_scales(const decisions *d, int of, channel_facts *const *facts, scaling *all,
                                  bool *done, arena *a) {
    int act = reader_by_tables(d, of), zero;
    done[d->group[of]] = true;
    if (act >= 0 && d->by_channel[act]) {
        done[d->group[act]] = true;
        choose_table_scales(d, of, act, facts, &all[d->group[of]], &all[d->group[act]], a);
        return;
    }
    const double *scales = draw_scales(d, of, facts[of], &zero, a);
    all[d->group[of]] = make_scaling(scales, d->g->nodes[of].shape.c, zero, a);
}

scaling *choose_scales(const decisions *d, channel_facts *const *facts, histogram *const *histograms,
                       range_method method, arena *a) {
    scaling *all = ARENA_ARRAY(a, scaling, d->g->n_nodes);
    bool *done = ARENA_ARRAY(a, bool, d->g->n_nodes);
    for (int i = 0; i < d->g->n_nodes; i++) {
        int group = d->group[i];
        if (!d->counts[i] || done[group]) continue;
        if (d->g->nodes[i].op == OP_SOFTMAX) {
            all[group] = (scaling){.scale = 1.0f / 256, .zero = INT8_MIN}; /* from 0 to 1, as everywhere */
            done[group] = true;
        } else if (d->by_channel[i]) {
            choose_channel_scales(d, i, facts, all, done, a);
        } else if (histograms[i]) {
            all[group] = choose_range(d, group, histograms[i], method);
            done[group] = true;
        }
    }
    return all;
}
