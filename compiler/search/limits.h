/* limits.h: what a machine has room for: the limits of --fit, such as "ram=256K,flash=1M,time=40ms". */
#ifndef LCC_LIMITS_H
#define LCC_LIMITS_H

#include "base/diag.h"

#include <stdint.h>

/* What is known of a network on a machine. The smaller, the better. */
typedef enum figure {
    FIGURE_RAM,   /* bytes of the arena */
    FIGURE_FLASH, /* bytes: of the weights, and where the target has a model of code size, of code and constants
                   */
    FIGURE_CYCLES, /* of one core, by the model of cost */
    FIGURE_MACS,
    FIGURE_PARAMS,
    FIGURE_COUNT
} figure;

/* "ram", "flash", "cycles", "macs", "params" */
extern const char *const figure_names[FIGURE_COUNT];

typedef struct limits {
    int64_t most[FIGURE_COUNT]; /* 0: no limit */
    double seconds;             /* of time=..; 0: not given. limits_set_clock makes cycles of it */
} limits;

/* Parses NAME=VALUE[,NAME=VALUE..]. Mistakes are errors in `d`, with their places in `given`: an unknown name,
 * one that is named twice, a value that is no number above 0 or has a wrong unit. `option` is the name of the
 * option for messages. The limits are empty after errors. */
limits parse_limits(arena *a, diag *d, const char *option, const char *given);

/* Makes cycles of the limit of time, on a clock of `hertz`. False if it is less than a cycle. */
bool limits_set_clock(limits *l, double hertz);

/* "100M" -> 100000000: hertz. 0 if the text is anything else. */
double parse_clock(const char *given);

/* "50" (runs), or "90s", "30m", "2h": sets one of the two. False if the text is anything else. */
bool parse_budget(const char *given, int64_t *runs, double *seconds);

/* "1,3,9": up to `most` whole numbers above 0 that rise. Returns how many; 0 if the text is anything else. */
int parse_works(const char *given, int64_t *works, int most);

#endif
