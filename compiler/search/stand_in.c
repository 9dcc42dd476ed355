/* stand_in.c: the score where no command gives one. It is a stand-in: a guess at which of two networks of one
 * family is more accurate after training, without any training.
 *
 * Within a family accuracy grows with the logarithm of the work (Tan and Le, "EfficientNet: Rethinking Model
 * Scaling for Convolutional Neural Networks", ICML 2019, https://arxiv.org/abs/1905.11946, figure 1), if depth,
 * width and resolution grow together. Work is in proportion to depth * width^2 * resolution^2. EfficientNet
 * grows by the factors alpha = 1.2 for depth, beta = 1.1 for width and gamma = 1.15 for resolution (its
 * section 3.3). So of a doubling
 *
 *     log(1.2) : 2 log(1.1) : 2 log(1.15)  =  0.2795 : 0.2922 : 0.4284
 *
 * are the shares of depth, width and resolution. With s_d, s_w and s_r, the doublings by which a candidate
 * differs from the usual network of the space in each of them, and S = s_d + s_w + s_r,
 *
 *     misplaced = (|s_d - 0.2795 S| + |s_w - 0.2922 S| + |s_r - 0.4284 S|) / 2
 *     score     = log2(MACs) - misplaced
 *
 * s_d is of the layers with weights that make maps, s_r of the input's pixels, and S of the MACs; s_w is what
 * is left of S, so it has kernels and expansions, too. That what is misplaced counts as lost fits the same
 * paper's table 7, of networks that are scaled from B0 (0.39 * 10^9 MACs, 77.3 %) to 1.8 or 1.9 * 10^9: by all
 * three the accuracy grows by 3.8 %, by depth, width or resolution alone by 1.7, 1.6 and 1.8 %. With 2 % for
 * each doubling that is not lost, the formula gives 3.8, 1.6, 1.3 and 2.5 %. That it holds for smaller networks
 * than the usual one, too, is an assumption. */
#include "search/search.h"

#include <math.h>

static double doublings(double x, double of) { return x > 0 && of > 0 ? exact_log2(x / of) : 0; }

double stand_in_score(const stand_in *of, const candidate *c) {
    static const double depth = 0.2795, width = 0.2922, resolution = 0.4284;
    double macs = (double)(c->figures[FIGURE_MACS] > 1 ? c->figures[FIGURE_MACS] : 1);
    double all = doublings(macs, (double)of->macs);
    double by_depth = doublings(c->layers, of->layers),
           by_pixels = doublings((double)c->pixels, (double)of->pixels);
    double by_width = all - by_depth - by_pixels;
    double misplaced =
        (fabs(by_depth - depth * all) + fabs(by_width - width * all) + fabs(by_pixels - resolution * all)) / 2;
    return exact_log2(macs) - misplaced;
}

static bool rate(void *data, candidate *const *all, int n) {
    for (int i = 0; i < n; i++)
        all[i]->score = (score){.state = SCORE_MADE, .value = stand_in_score(data, all[i])};
    return true;
}

rater rate_by_stand_in(stand_in *of) { return (rater){.rate = rate, .data = of}; }

void measure_usual(const search_space *space, const machine *m, stand_in *of) {
    arena *a = arena_new();
    int *picks = ARENA_ARRAY(a, int, space->count);
    space_usual(space, picks);
    candidate c = {.picks = picks, .text = space_candidate(space, picks, a)};
    const limits none_keeps = {.most = {[FIGURE_MACS] = 1}}; /* so that nothing is planned */
    measure_candidate(m, &none_keeps, false, a, &c);
    *of = (stand_in){c.figures[FIGURE_MACS], c.pixels, c.layers};
    arena_free(a);
}
