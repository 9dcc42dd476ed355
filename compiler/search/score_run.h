/* score_run.h: runs the command of --score on this machine. */
#ifndef LCC_SCORE_RUN_H
#define LCC_SCORE_RUN_H

#include "search/score.h"

typedef struct command_runner {
    arena *mem;
    diag *d;
    const char *command;
    int jobs;
} command_runner;

/* The runner, for which `state` is a command_runner. */
bool run_commands(void *state, const score_feed *feed);

/* score_number.c: sets *value to the last number in the text, and returns whether there is one. A number does
 * not begin within a word: "resnet50 v2.1: 91.5 %" ends with 91.5. nan and inf count as numbers. */
bool find_last_number(const char *s, double *value);

#endif
