/* step_times.h: how long each step took on the user's machine, for the report: --times. */
#ifndef LCC_STEP_TIMES_H
#define LCC_STEP_TIMES_H

#include "base/diag.h"

/* Reads the file `path`: in each line the number of a step, from 1 to n_steps, and microseconds, as a hook of
 * --profile prints them. What follows in the line is ignored, and so are empty lines and lines that begin with
 * #. Sets microseconds[i] to the median of the times of step i + 1, or to -1 where there is none. False after
 * errors: the file cannot be read, a line is none of these, or there is no time at all. */
bool read_step_times(arena *a, diag *d, const char *path, int n_steps, double *microseconds);

#endif
