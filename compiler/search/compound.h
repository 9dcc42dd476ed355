/* compound.h: compound scaling: how much a network gains by depth, width and resolution, found by scores (Tan
 * and Le, "EfficientNet", ICML 2019, section 3.3).
 *
 * Step 1 of the paper: with twice the work, try the ratios alpha of depth, beta of width and gamma of
 * resolution for which alpha * beta^2 * gamma^2 is near 2, as the work of a network is proportional to depth,
 * width^2 and resolution^2. Step 2: keep the best three, and scale by alpha^phi, beta^phi, gamma^phi. */
#ifndef LCC_COMPOUND_H
#define LCC_COMPOUND_H

#include "search/score.h"
#include "search/space.h"

typedef enum compound_axis { AXIS_DEPTH, AXIS_WIDTH, AXIS_RESOLUTION, COMPOUND_AXES } compound_axis;

/* The ratios alpha, beta and gamma, each at least 1. */
typedef struct compound_ratios {
    double by[COMPOUND_AXES];
} compound_ratios;

/* By how much they multiply the work: alpha * beta^2 * gamma^2. */
double compound_work(const compound_ratios *r);

/* The grid of step 1: alpha in steps of 0.1, beta and gamma in steps of 0.05, with the work from 1.9 to 2.1.
 * The array is in the arena. */
const compound_ratios *compound_grid(arena *a, int *count);

/* The three params of a network that are scaled. */
typedef struct compound_param {
    const char *name;
    double own; /* its value in the network as it is */
    bool whole; /* it counts something, such as pixels, and is rounded: `own` is a whole number from 8 */
} compound_param;

/* A network and its params. */
typedef struct compound_base {
    const char *path;
    lang_options options;
    compound_param params[COMPOUND_AXES];
} compound_base;

/* Finds the params: those that `o->search` names, in the order depth, width, resolution, or else those that are
 * called so. False after errors. `b` keeps `path` and `o`. */
bool compound_read(arena *a, diag *d, const char *path, const lang_options *o, compound_base *b);

/* The value of a param at ratio^phi. */
double compound_value(const compound_param *p, double ratio, double phi);

/* The space of n candidates that are scaled by ratios[i]^phi[i], and the text of each: texts[i], for any
 * folder. NULL after errors. Strings and arrays are in the arena. */
const char *const *compound_texts(arena *a, diag *d, const compound_base *b, const compound_ratios *ratios,
                                  const double *phi, int n);

/* Appends the `compound` block with these ratios, in the language. */
void compound_print(text *out, const compound_base *b, const compound_ratios *r);

#endif
