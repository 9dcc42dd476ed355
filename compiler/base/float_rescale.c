/* float_rescale.c: see float_rescale.h. The steps are found by the inverse of the factor, and then to the sum
 * by the exact rescaling. Then floats are tried in turns; mostly the first ones do. */
#include "base/float_rescale.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

enum {
    MOST_POINTS = 2 * 255 + 2,
    MOST_PRODUCT = 1 << 22, /* all machines convert it, by whatever way */
    MOST_FACTORS = 12,      /* tried with one offset */
    MOST_OFFSETS = 15,
    MOST_SPLITS = 9
};

/* A sum, and a code: the sum's own code is at least that, or it is less. */
typedef struct point {
    float sum;
    int code;
    bool reaches;
} point;

typedef struct points {
    int n;
    point at[MOST_POINTS];
} points;

static int code_at(const code_steps *k, int64_t sum) {
    const int64_t code = (int64_t)k->zero + rescale_apply(k->how, (int32_t)sum, k->by);
    return code < k->least ? k->least : code > k->most ? k->most : (int)code;
}

/* Whether all sums have 32 bits, also where they are shifted to the left, and no product is too large. */
static bool may_be_floats(const code_steps *k) {
    const int left = k->by.shift > 0 ? k->by.shift : 0;
    const int64_t most = k->to > -k->from ? k->to : -k->from;
    return most <= INT32_MAX >> left && (double)most * rescale_value(k->by) <= MOST_PRODUCT;
}

static void add_point(points *all, int64_t sum, int code, bool reaches) {
    all->at[all->n++] = (point){(float)sum, code, reaches};
}

/* The least sum from `first` on whose code is at least `code`, as that of the last sum is. */
static int64_t step_to(const code_steps *k, int code, int64_t first) {
    const double real = ceil((code - k->zero - 0.5) / rescale_value(k->by));
    int64_t sum = real < (double)first ? first : real > (double)k->to ? k->to : (int64_t)real;
    while (sum > first && code_at(k, sum - 1) >= code) sum--;
    while (code_at(k, sum) < code) sum++;
    return sum;
}

/* Both sides of each step, and both ends. */
static void find_points(const code_steps *k, points *all) {
    const int first = code_at(k, k->from), last = code_at(k, k->to);
    all->n = 0;
    if (first > k->least) add_point(all, k->from, first, true);
    int64_t sum = k->from;
    for (int code = first + 1; code <= last; code++) {
        sum = step_to(k, code, sum);
        add_point(all, sum, code, true);
        add_point(all, sum - 1, code, false);
    }
    if (last < k->most) add_point(all, k->to, last + 1, false);
}

/* The power of two up to a float above 0. */
static float power_up_to(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits &= UINT32_C(0xff800000);
    memcpy(&x, &bits, sizeof bits);
    return x;
}

/* Whether an instruction makes all codes exactly. The factor's own bits are all there, and a sum that has no
 * room when it is shifted makes at least 2^8 in size, which is more than two codes differ. */
static bool may_be_doubled(const code_steps *k) {
    const bool full = k->by.multiplier >= 1 << 30 || k->by.multiplier == 0;
    return k->how == RESCALE_ONCE && full && k->by.shift >= -DOUBLED_POINT;
}

/* Whether what the floats make of a sum is at least `code`. */
static bool reaches(const code_steps *k, float_way way, bool fused, float_rescale by, float x, int code) {
    if (way == FLOAT_DOWN) {
        const float early = k->how == RESCALE_TFLITE ? power_up_to(by.factor) : 0;
        const float inner = fmaf(x, by.second, x < 0 ? 0.5f - early : 0.5f + early);
        /* Products of floats are exact as doubles. So is the other side, unless it is far away. */
        return (double)x * by.factor >= (double)(code - k->zero) - inner;
    }
    const float middle = (float)code - 0.5f;
    float v = fmaf(x, by.factor, by.second);
    if (!fused) {
        volatile float product = x * by.factor; /* is rounded before it is added */
        v = product + by.second;
    }
    return v > middle || (v == middle && code % 2 == 0);
}

static const point *first_wrong(const code_steps *k, const points *all, float_way way, bool fused,
                                float_rescale by) {
    for (int i = 0; i < all->n; i++) {
        const point *p = &all->at[i];
        if (reaches(k, way, fused, by, p->sum, p->code) != p->reaches) return p;
    }
    return NULL;
}

bool floats_are_exact(const code_steps *steps, float_way way, bool fused, float_rescale floats) {
    points all;
    if (way == BY_DOUBLING) return may_be_doubled(steps);
    if (way == FLOAT_NOT || !may_be_floats(steps) || !(floats.factor >= 0)) return false;
    if (way == FLOAT_DOWN && !(floats.second >= 0)) return false;
    find_points(steps, &all);
    return !first_wrong(steps, &all, way, fused, floats);
}

/* Moves a point to the front: what one factor gets wrong the next one may, too. */
static void take_first(points *all, const point *p) {
    point *const at = &all->at[p - all->at];
    const point taken = *at;
    *at = all->at[0];
    all->at[0] = taken;
}

/* Looks for a factor that does with by->second. A factor that makes too little of a sum above 0 is too small,
 * and so is any smaller one. */
static bool find_factor(const code_steps *k, points *all, bool fused, float_rescale *by) {
    float least = 0, most = INFINITY;
    by->factor = (float)rescale_value(k->by);
    for (int i = 0; i < MOST_FACTORS; i++) {
        const point *const wrong = first_wrong(k, all, FLOAT_MOVED, fused, *by);
        if (!wrong) return true;
        if (wrong->sum == 0) return false;
        const bool larger = wrong->reaches == (wrong->sum > 0);
        by->factor = nextafterf(by->factor, larger ? INFINITY : 0);
        if (larger)
            least = by->factor;
        else
            most = by->factor;
        if (least > most) return false;
        take_first(all, wrong);
    }
    return false;
}

/* Number i of the numbers 0, 1, -1, 2, -2, .. */
static int in_turns(int i) { return i % 2 ? i / 2 + 1 : -(i / 2); }

/* How far before the middle of two codes RESCALE_TFLITE goes away from zero. */
static double early_by(const code_steps *k) {
    return k->how == RESCALE_TFLITE && k->by.shift < 0 ? ldexp(0.5, k->by.shift) : 0;
}

/* Where the codes of sums below 0 are all the least one, RESCALE_TFLITE can be had by an offset. */
static bool find_moved(const code_steps *k, points *all, bool fused, float_rescale *found) {
    const double offset = k->zero + (k->zero <= k->least ? early_by(k) : 0);
    const float large = (float)fmax(fabs(offset), 32);
    const double step = (double)(large - nextafterf(large, 0));
    for (int i = 0; i < MOST_OFFSETS; i++) {
        found->second = (float)(offset + in_turns(i) * step);
        if (find_factor(k, all, fused, found)) return true;
    }
    return false;
}

/* The factors that would do if nothing were rounded: from *least to *most. */
static void find_limits(const code_steps *k, const points *all, double *least, double *most) {
    const double exact = rescale_value(k->by), near = 0x1p-16;
    *least = exact * (1 - near), *most = exact * (1 + near);
    for (int i = 0; i < all->n; i++) {
        const point *p = &all->at[i];
        const double middle = p->code - k->zero - 0.5, early = p->sum < 0 ? -early_by(k) : early_by(k);
        if (p->sum == 0) continue;
        const double limit = (middle - early) / (double)p->sum;
        if (p->reaches == (p->sum > 0))
            *least = fmax(*least, limit);
        else
            *most = fmin(*most, limit);
    }
}

static bool find_down(const code_steps *k, points *all, float_rescale *found) {
    double least, most;
    find_limits(k, all, &least, &most);
    for (int i = 0; i < MOST_SPLITS && least <= most; i++) {
        const double factor = (least + most) / 2 + in_turns(i) * (most - least) / (MOST_SPLITS + 1);
        found->factor = (float)factor;
        if (found->factor > factor) found->factor = nextafterf(found->factor, 0);
        found->second = (float)(factor - (double)found->factor);
        const point *const wrong = first_wrong(k, all, FLOAT_DOWN, true, *found);
        if (!wrong) return true;
        take_first(all, wrong);
    }
    return false;
}

bool find_floats(const code_steps *steps, float_way way, bool fused, float_rescale *found) {
    points all;
    if (way == BY_DOUBLING) return may_be_doubled(steps);
    if (way == FLOAT_NOT || !may_be_floats(steps)) return false;
    find_points(steps, &all);
    return way == FLOAT_MOVED ? find_moved(steps, &all, fused, found) : find_down(steps, &all, found);
}
