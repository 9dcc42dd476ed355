/* norm.c: the ops that work along axes: reduce, softmax, argmax, the norms, lrn; and the product of two
 * tensors. */
#include "interp/internal.h"

#include <math.h>

span span_of(shape s, int axes) {
    span k = {.s = s, .axes = axes, .count = 1};
    if (axes & OVER_H) k.count *= s.h;
    if (axes & OVER_W) k.count *= s.w;
    if (axes & OVER_C) k.count *= s.c;
    k.places = shape_elements(s) / k.count;
    return k;
}

/* Takes the next of the index's digits, which count the axis if it is one of these. */
static int take_digit(int64_t *index, int size, bool counts) {
    if (!counts) return 0;
    int digit = (int)(*index % size);
    *index /= size;
    return digit;
}

int64_t span_position(const span *k, int64_t place, int64_t i) {
    bool over[3] = {k->axes & OVER_H, k->axes & OVER_W, k->axes & OVER_C};
    int c = take_digit(&i, k->s.c, over[2]) + take_digit(&place, k->s.c, !over[2]);
    int w = take_digit(&i, k->s.w, over[1]) + take_digit(&place, k->s.w, !over[1]);
    int h = take_digit(&i, k->s.h, over[0]) + take_digit(&place, k->s.h, !over[0]);
    return ((int64_t)h * k->s.w + w) * k->s.c + c;
}

static double element(const work *k, const span *all, int64_t place, int64_t i) {
    return k->in[0][span_position(all, place, i)];
}

static double largest_at(const work *k, const span *all, int64_t place) {
    double most = element(k, all, place, 0);
    for (int64_t i = 1; i < all->count; i++) most = fmax(most, element(k, all, place, i));
    return most;
}

/* The sum of exp(x - most). */
static double sum_of_powers(const work *k, const span *all, int64_t place, double most) {
    double sum = 0;
    for (int64_t i = 0; i < all->count; i++) sum += exp(element(k, all, place, i) - most);
    return sum;
}

/* --- softmax: the largest value is subtracted first, so that exp does not overflow */

static void softmax_along(const work *k, bool log_of_it) {
    span all = span_of(k->n->shape, k->n->a.axes);
    for (int64_t place = 0; place < all.places; place++) {
        double most = largest_at(k, &all, place), sum = sum_of_powers(k, &all, place, most);
        for (int64_t i = 0; i < all.count; i++) {
            double x = element(k, &all, place, i) - most;
            k->out[span_position(&all, place, i)] = log_of_it ? x - log(sum) : exp(x) / sum;
        }
    }
}

void interp_softmax(const work *k) { softmax_along(k, false); }
void interp_log_softmax(const work *k) { softmax_along(k, true); }

/* --- reduce */

/* Adds x to what a reduction has of the elements before it. */
static double accumulate(reduction r, double before, double x) {
    switch (r) {
    case REDUCE_L1: return before + fabs(x);
    case REDUCE_L2:
    case REDUCE_SUM_SQUARE: return before + x * x;
    case REDUCE_MAX: return fmax(before, x);
    case REDUCE_MIN: return fmin(before, x);
    case REDUCE_PROD: return before * x;
    default: return before + x;
    }
}

static double reduce_place(const work *k, const span *all, int64_t place) {
    reduction r = k->n->a.reduce;
    if (r == REDUCE_LOG_SUM_EXP) {
        double most = largest_at(k, all, place);
        return most + log(sum_of_powers(k, all, place, most));
    }
    double v = r == REDUCE_MAX ? -INFINITY : r == REDUCE_MIN ? INFINITY : r == REDUCE_PROD ? 1 : 0;
    for (int64_t i = 0; i < all->count; i++) v = accumulate(r, v, element(k, all, place, i));
    return r == REDUCE_MEAN ? v / (double)all->count : r == REDUCE_L2 ? sqrt(v) : v;
}

void interp_reduce(const work *k) {
    span all = span_of(k->in_shape[0], k->n->a.axes);
    for (int64_t place = 0; place < all.places; place++) k->out[place] = reduce_place(k, &all, place);
}

/* --- argmax, argmin */

static void find_along(const work *k, double sign) {
    span all = span_of(k->in_shape[0], k->n->a.axes);
    for (int64_t place = 0; place < all.places; place++) {
        int64_t best = 0;
        for (int64_t i = 1; i < all.count; i++) {
            double x = sign * element(k, &all, place, i), most = sign * element(k, &all, place, best);
            if (k->n->a.last ? x >= most : x > most) best = i;
        }
        k->out[place] = (double)best;
    }
}

void interp_argmax(const work *k) { find_along(k, 1); }
void interp_argmin(const work *k) { find_along(k, -1); }

/* --- norms */

/* x / max(root of the sum of x^2, eps), as torch.nn.functional.normalize has it. */
void interp_l2_norm(const work *k) {
    span all = span_of(k->n->shape, k->n->a.axes);
    for (int64_t place = 0; place < all.places; place++) {
        double sum = 0;
        for (int64_t i = 0; i < all.count; i++) sum += pow(element(k, &all, place, i), 2);
        double size = fmax(sqrt(sum), k->n->a.eps);
        for (int64_t i = 0; i < all.count; i++) {
            int64_t at = span_position(&all, place, i);
            k->out[at] = size > 0 ? k->in[0][at] / size : 0;
        }
    }
}

static double gamma_at(const node *n, int c) {
    return n->weights[ROLE_GAMMA] ? (double)n->weights[ROLE_GAMMA]->data[c] : 1;
}

static double beta_at(const node *n, int c) {
    return n->weights[ROLE_BETA] ? (double)n->weights[ROLE_BETA]->data[c] : 0;
}

/* gamma (x - mean) / sqrt(var + eps) + beta over channels [first, first + count) of the pixels [begin, end). */
static void normalize_block(const work *k, int64_t begin, int64_t end, int first, int count, bool centred) {
    int c = k->n->shape.c;
    double members = (double)(end - begin) * count, mean = 0, var = 0;
    for (int64_t p = begin; p < end && centred; p++) {
        for (int i = first; i < first + count; i++) mean += k->in[0][p * c + i] / members;
    }
    for (int64_t p = begin; p < end; p++) {
        for (int i = first; i < first + count; i++) var += pow(k->in[0][p * c + i] - mean, 2) / members;
    }
    double deviation = sqrt(var + k->n->a.eps);
    for (int64_t p = begin; p < end; p++) {
        for (int i = first; i < first + count; i++) {
            double x = k->in[0][p * c + i] - mean;
            k->out[p * c + i] = (deviation > 0 ? gamma_at(k->n, i) * x / deviation : 0) + beta_at(k->n, i);
        }
    }
}

static void normalize_pixels(const work *k, bool centred) {
    int64_t pixels = shape_pixels(k->n->shape);
    for (int64_t p = 0; p < pixels; p++) normalize_block(k, p, p + 1, 0, k->n->shape.c, centred);
}

/* Ba, Kiros, Hinton 2016, "Layer Normalization", over the channels of each pixel. */
void interp_layer_norm(const work *k) { normalize_pixels(k, true); }

/* Zhang, Sennrich 2019, "Root Mean Square Layer Normalization": without the mean. */
void interp_rms_norm(const work *k) { normalize_pixels(k, false); }

/* Wu, He 2018, "Group Normalization": over all pixels and the channels of each group. */
void interp_group_norm(const work *k) {
    int each = k->n->shape.c / k->n->a.groups;
    for (int g = 0; g < k->n->a.groups; g++) {
        normalize_block(k, 0, shape_pixels(k->n->shape), g * each, each, true);
    }
}

/* x / (k + alpha / size * sum of x^2 over the window of channels)^beta: Krizhevsky, Sutskever, Hinton 2012,
 * section 3.3, in the form of ONNX's LRN. An even window has its longer side behind the channel. */
void interp_lrn(const work *k) {
    const attrs *a = &k->n->a;
    int c = k->n->shape.c, before = (a->window - 1) / 2, behind = a->window - 1 - before;
    int64_t pixels = shape_pixels(k->n->shape);
    for (int64_t p = 0; p < pixels; p++) {
        const double *x = k->in[0] + p * c;
        for (int i = 0; i < c; i++) {
            double sum = 0;
            for (int j = i - before < 0 ? 0 : i - before; j <= i + behind && j < c; j++) sum += x[j] * x[j];
            k->out[p * c + i] = x[i] / pow(a->k + a->alpha / a->window * sum, a->beta);
        }
    }
}

/* --- the product of two tensors */

void interp_matmul(const work *k) {
    shape s = k->n->shape, x = k->in_shape[0], y = k->in_shape[1];
    for (int h = 0; h < s.h; h++) {
        for (int m = 0; m < s.w; m++) {
            const double *row = pixel(k->in[0], x, x.h == 1 ? 0 : h, m);
            double *out = k->out + ((int64_t)h * s.w + m) * s.c;
            for (int i = 0; i < x.c; i++) {
                const double *from = pixel(k->in[1], y, y.h == 1 ? 0 : h, i);
                for (int j = 0; j < s.c; j++) out[j] += row[i] * from[j];
            }
        }
    }
}
