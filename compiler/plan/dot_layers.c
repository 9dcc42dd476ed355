/* dot_layers.c: what is asked of an integer layer whose kernel takes dot products: see dots.c. */
#include "graph/integers.h"
#include "graph/quant.h"
#include "plan/internal.h"
#include "plan/pack.h"

#include <stdlib.h>

bool reads_whole_rows(const node *n) { return n->a.groups == 1 && n->a.dilation[1] == 1; }

bool reads_rows(const plan *p, const plan_step *s) {
    const int full = 16; /* inputs of a vector: a tile of shorter stretches takes less time to gather */
    const dot_kernels *k = p->t->dots;
    const node *n = &p->g->nodes[s->node];
    return k->ragged && s->gemm.staged && reads_whole_rows(n) && n->a.kernel[0] <= k->most_rows &&
           n->a.kernel[1] * s->operands[0].shape.c >= full && p->g->nodes[n->in[0]].type == TYPE_I8;
}

bool turns_rows(const plan *p, const plan_step *s) {
    return s->gemm.dots && s->gemm.staged && p->t->dots->ragged &&
           p->g->nodes[p->g->nodes[s->node].in[0]].type == TYPE_U8;
}

bool joins_rows(const plan *p, const plan_step *s) {
    const dot_kernels *k = p->t->dots;
    const node *n = &p->g->nodes[s->node];
    return k->widened && s->gemm.staged && reads_whole_rows(n) && n->a.kernel[0] > 1 &&
           n->a.kernel[1] * s->operands[0].shape.c % k->depth != 0;
}

enum { FIXED_SCALE = 8, MOST_RIGHT = 22 };

dot_integers integers_of_dots(const plan *p, const node *n) {
    const graph *g = p->g;
    const int64_t room = INT64_C(1) << 30;
    rescale *by = ARENA_ARRAY(p->mem, rescale, n->shape.c);
    int32_t *fixed = ARENA_ARRAY(p->mem, int32_t, n->shape.c);
    bool *is_fixed = ARENA_ARRAY(p->mem, bool, n->shape.c);
    dot_integers d = {.by = by, .fixed = fixed, .is_fixed = is_fixed};
    const kernel_integers k = integers_of_kernel(g, n, p->mem);
    for (int c = 0; c < n->shape.c; c++) {
        int64_t least, most;
        by[c] = k.by[c];
        sums_of_output(g, n, c, &least, &most);
        const int64_t size = most > -least ? most : -least;
        const bool fits = size < room && -by[c].shift <= MOST_RIGHT;
        if (!fits && p->t->dots->by_pixels && least >= INT32_MIN && most <= INT32_MAX) {
            const int32_t code = rescale_apply(g->rounding, (int32_t)least, by[c]);
            if (code == rescale_apply(g->rounding, (int32_t)most, by[c]) && abs(code) < 1 << 20) {
                by[c] = rescale_by(1.0 / FIXED_SCALE);
                fixed[c] = code * FIXED_SCALE;
                is_fixed[c] = true;
                continue;
            }
        }
        d.most = size > d.most ? size : d.most;
    }
    return d;
}

short_way short_way_of(const plan *p, const node *n) {
    const dot_integers k = integers_of_dots(p, n);
    const kernel_integers c = integers_of_kernel(p->g, n, p->mem);
    const int least_right = rescale_least_right(p->g->rounding);
    int least = MOST_RIGHT;
    for (int i = 0; i < n->shape.c; i++) {
        if (!k.by[i].multiplier) continue;
        if (-k.by[i].shift > MOST_RIGHT) return SHORT_NOT;
        least = -k.by[i].shift < least ? -k.by[i].shift : least;
    }
    const bool left = least < least_right, positive = c.range.least >= c.y_zero;
    if (left && (!p->t->dots->by_pixels || (least_right == 1 && !positive))) return SHORT_NOT;
    const int64_t bound = (INT64_C(1) << (left ? 30 - least_right + least : 30)) - 1;
    if (k.most > bound) return SHORT_NOT;
    return left ? SHORT_LEFT : SHORT_RIGHT;
}

/* Weights of 16 bits need not be widened when they are used, and have room for a scale of 0 to 8 bits, by which
 * all channels come to one shift to the right, which the kernels know. Then a sum becomes a code by a
 * multiplication that adds what is rounded, that shift and a saturation. The price is flash, so layers of few
 * pixels do without.
 *
 * With a scale 2^s the exact product of a sum and its multiplier is P * 2^s, and the shift behind 31 bits is
 * K = s + right for all channels. RESCALE_ONCE: (P * 2^s + 2^(30 + K)) >> (31 + K). RESCALE_TFLITE rounds P
 * first, to 31 bits, which adds 2^(30 + s); sums whose product is below 0 then are 2^(31 + s) less. The
 * multiplication drops 32 bits, so that all of these must be multiples of 2^32: s is at least 2 with
 * RESCALE_TFLITE, and K. */
enum { LEAST_TWICE = 2, MOST_SCALE = 8, ONCE_SHIFT = 10, TFLITE_SHIFT = 13 };

int wide_scale(const graph *g, int wide, rescale by) {
    if (by.multiplier) return wide + by.shift;
    return g->rounding == RESCALE_TFLITE ? LEAST_TWICE : 0;
}

int wide_shift(const plan *p, const node *n) {
    const graph *g = p->g;
    if (!p->t->dots->wide_pixels || shape_pixels(n->shape) < p->t->dots->wide_pixels) return 0;
    const dot_integers k = integers_of_dots(p, n);
    const bool twice = g->rounding == RESCALE_TFLITE;
    const int wide = twice ? TFLITE_SHIFT : ONCE_SHIFT, least_scale = twice ? LEAST_TWICE : 0;
    int scale = 0;
    for (int c = 0; c < n->shape.c; c++) {
        if (!k.by[c].multiplier) continue;
        const int by = wide_scale(g, wide, k.by[c]);
        if (by < least_scale || by > MOST_SCALE || (twice && k.by[c].shift >= 0)) return 0;
        scale = by > scale ? by : scale;
    }
    return k.most < INT64_C(1) << (31 - scale) ? wide : 0;
}

/* A pair is a number of 16 bits, and the second channel's sum has 8 bits less than the sum of the pairs. */
bool takes_pairs(const plan *p, const node *n) {
    enum { SUM_BITS = 23, LEAST_WEIGHT = -127 };
    if (!p->t->dots->pairs || integers_of_dots(p, n).most >= INT64_C(1) << SUM_BITS) return false;
    const tensor *w = n->weights[ROLE_WEIGHT];
    for (int64_t i = 0; w->data && i < w->count; i++) {
        if (w->data[i] < LEAST_WEIGHT) return false;
    }
    return true;
}
