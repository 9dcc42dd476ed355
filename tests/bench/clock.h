/* clock.h: time, and the statistics of a list of times. */
#ifndef LCC_BENCH_CLOCK_H
#define LCC_BENCH_CLOCK_H

#include <stdlib.h>
#include <time.h>

/* What the clock shows. */
static inline double seconds_on(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline double ms_on(clockid_t clock) { return 1e3 * seconds_on(clock); }

static inline int compare_doubles(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts the n > 0 times; the one in the middle. times[0] is the smallest then. */
static inline double sort_for_median(double *times, int n) {
    qsort(times, (size_t)n, sizeof *times, compare_doubles);
    return n % 2 ? times[n / 2] : 0.5 * (times[n / 2 - 1] + times[n / 2]);
}

#endif
