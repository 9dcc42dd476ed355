/* resample.c: the places and weights of a resize. The formulas stand in resample.h. */
#include "graph/resample.h"

#include <math.h>

/* The place of the input that output place i stands for. Products come before quotients, so that a place that
 * is a whole number is one exactly. */
static double input_place(const resizing *r, int axis, int i, int size) {
    double in = size, out = r->size[axis], given = r->scale[axis];
    double whole = given > 0 ? i / given : i * in / out;
    double half = given > 0 ? (i + 0.5) / given : (i + 0.5) * in / out;
    switch (r->places) {
    case PLACES_PYTORCH: return out > 1 ? half - 0.5 : 0;
    case PLACES_ALIGN_CORNERS: return out > 1 ? i * (in - 1) / (out - 1) : 0;
    case PLACES_ASYMMETRIC: return whole;
    case PLACES_TF_NEAREST: return half;
    case PLACES_SYMMETRIC: return half - 0.5 + in / 2 * (1 - (given > 0 ? out / (given * in) : 1));
    default: return half - 0.5;
    }
}

static double round_place(resize_rounding how, double x) {
    switch (how) {
    case ROUND_FLOOR: return floor(x);
    case ROUND_CEIL: return ceil(x);
    case ROUND_PREFER_CEIL: return floor(x + 0.5);
    default: return ceil(x - 0.5);
    }
}

static int clamp_place(double x, int size) { return x < 0 ? 0 : x > size - 1 ? size - 1 : (int)x; }

/* Keys's kernel at distance d, which is from 0 to 2. */
static double cubic_weight(double d, double a) {
    if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
    return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
}

/* Drops the weights of what lies outside, and lets the others sum to 1. */
static void drop_outside(double first, int taps, int size, double *weight) {
    double sum = 0;
    for (int t = 0; t < taps; t++) {
        if (first + t < 0 || first + t > size - 1) weight[t] = 0;
        sum += weight[t];
    }
    for (int t = 0; t < taps && sum != 0; t++) weight[t] /= sum;
}

/* `rounds`: the place comes from a factor that was rounded, 1.7 to 1.70000005. A float for the place rounds
 * back to the 4.5 that was meant, on which it depends where `nearest` goes; frameworks compute in floats, too.
 */
static void find_taps(const resizing *r, double x, bool rounds, int taps, int size, int *at, double *weight) {
    if (taps == 1) {
        at[0] = clamp_place(round_place(r->rounding, rounds ? (double)(float)x : x), size);
        weight[0] = 1;
        return;
    }
    double low = floor(x), first = taps == 2 ? low : low - 1;
    for (int t = 0; t < taps; t++) {
        double distance = fabs(x - (first + t));
        weight[t] = taps == 2 ? 1 - distance : cubic_weight(distance, r->coefficient);
        at[t] = clamp_place(first + t, size);
    }
    if (taps == 4 && r->exclude_outside) drop_outside(first, taps, size, weight);
}

/* Leaves one tap where every output place is made of one input place alone, as on an axis that keeps its size.
 */
static void drop_idle_taps(resampling *s) {
    for (int i = 0; i < s->count; i++) {
        int used = 0;
        for (int t = 0; t < s->taps; t++) used += s->weight[i * s->taps + t] != 0;
        if (used != 1) return;
    }
    for (int i = 0; i < s->count; i++) {
        int t = 0;
        while (s->weight[i * s->taps + t] == 0) t++;
        s->at[i] = s->at[i * s->taps + t];
        s->weight[i] = 1;
    }
    s->taps = 1;
}

resampling find_resampling(arena *a, const resizing *r, int axis, int size) {
    int taps = r->mode == RESIZE_NEAREST ? 1 : r->mode == RESIZE_LINEAR ? 2 : MOST_TAPS;
    resampling s = {.count = r->size[axis], .taps = taps};
    s.at = ARENA_ARRAY(a, int, s.count *taps);
    s.weight = ARENA_ARRAY(a, double, s.count *taps);
    for (int i = 0; i < s.count; i++) {
        find_taps(r, input_place(r, axis, i, size), r->scale[axis] > 0, taps, size, s.at + i * taps,
                  s.weight + i * taps);
    }
    drop_idle_taps(&s);
    return s;
}

bool keeps_places(const resampling *r, int size) {
    bool same = r->taps == 1 && r->count == size;
    for (int i = 0; i < r->count && same; i++) same = r->at[i] == i;
    return same;
}
