/* candidate.h: one candidate of a search: the text of its network, and what it takes on a machine. */
#ifndef LCC_CANDIDATE_H
#define LCC_CANDIDATE_H

#include "lang/lang.h"
#include "plan/plan.h"
#include "search/limits.h"
#include "search/score.h"

/* What candidates are measured for. */
typedef struct machine {
    const target *t;
    const char
        *path; /* of the searched network: its name in messages, with the files that it imports beside it */
    lang_options lang;                                                 /* for the candidates' texts */
    bool int8, int8_pairs, integer_outputs, half_weights, reuse_input; /* as the options of the command say */
    double hertz; /* the clock that makes cycles of measured times; 0: none are measured */
} machine;

typedef enum outcome {
    CANDIDATE_FITS,
    CANDIDATE_OVER,    /* it is over a limit */
    CANDIDATE_SKIPPED, /* no network can be made of it */
    OUTCOME_COUNT
} outcome;

typedef struct candidate {
    int number;       /* in which place it was tried, from 0 */
    const int *picks; /* which alternative of each choice of the space */
    const char *text; /* of its .net file */
    outcome outcome;
    figure over;     /* CANDIDATE_OVER: the limit; of several the first that was noticed */
    const char *why; /* CANDIDATE_SKIPPED: the first error, a line */
    bool
        known[FIGURE_COUNT]; /* which figures were found. What is over a limit early is not looked at further */
    int64_t figures[FIGURE_COUNT];
    int64_t predicted;   /* cycles by the model of cost */
    double seconds;      /* of a run, measured; 0: it was not. Then FIGURE_CYCLES is this time on m->hertz */
    int layers;          /* with weights, that make maps of more than one pixel */
    int64_t pixels;      /* of the largest input */
    int64_t max_ram;     /* the plan is that of --max-ram with so many bytes; 0: without a limit */
    compactness compact; /* of the code, where the limit of flash asks for it */
    score score;
} candidate;

/* Finds the figures of a candidate, of which the text is set, and its outcome. Strings of it are in the arena
 * `keep`; all else goes. `whole`: also looks further at what is over a limit.
 *
 * Weights have no values: sizes and cycles do not depend on them, but for int8 on targets that take four bytes
 * at once, where values are assumed. Layers of int8 get scales that are assumed, see quantize/assume.c. No
 * channels are removed, though trained weights may prove some of them dead. */
void measure_candidate(const machine *m, const limits *l, bool whole, arena *keep, candidate *c);

/* The plan of a candidate that measure_candidate found to keep the limits, with random weights, so that its
 * code can be run. NULL after an error. All of it is in the arena. */
plan *plan_candidate(const machine *m, const limits *l, const candidate *c, arena *a, diag *d);

/* By how many doublings the candidate is over the limits, all together: 0 where it keeps them. INFINITY where
 * it was skipped. Limits whose figures are not known do not count. */
double excess_of(const candidate *c, const limits *l);

/* log2(x), x > 0 and finite, with the same bits on every machine, which the C library does not promise. */
double exact_log2(double x);

#endif
