/* steps.c: runs a network that was compiled with --profile and prints each step's median time in microseconds,
 * a line a step, then that of the whole run.
 *
 * steps.py writes ports.h beside net.h: arrays for the network's inputs and outputs, fill_inputs() and
 * run_network(). Two looks at the clock take time themselves, which is measured and taken off. */
#include "clock.h"
#include "net.h"
#include "ports.h"

#include <stdio.h>
#include <string.h>

enum { WARM_UP = 3, MAX_RUNS = 100000 };

static clockid_t profile_clock = CLOCK_MONOTONIC;
static double began[NET_STEPS];
static double *times[NET_STEPS]; /* [run], microseconds */
static int current_run;

void net_profile_hook(int step, const char *name, int begin) {
    (void)name;
    const double now = 1e3 * ms_on(profile_clock);
    if (begin)
        began[step - 1] = now;
    else
        times[step - 1][current_run] = now - began[step - 1];
}

/* What a step that does nothing seems to take. */
static double cost_of_looking(void) {
    enum { LOOKS = 1001 };
    double looks[LOOKS];
    for (int i = 0; i < LOOKS; i++) {
        const double before = 1e3 * ms_on(profile_clock);
        looks[i] = 1e3 * ms_on(profile_clock) - before;
    }
    return sort_for_median(looks, LOOKS);
}

int main(int argc, char **argv) {
    const int runs = argc > 1 ? atoi(argv[1]) : 0;
    if (runs < 1 || runs > MAX_RUNS) {
        fprintf(stderr, "usage: steps RUNS [--cpu-time]\n");
        return 2;
    }
    if (argc > 2 && strcmp(argv[2], "--cpu-time") == 0) profile_clock = CLOCK_THREAD_CPUTIME_ID;
    double *all = calloc((size_t)runs * (NET_STEPS + 1), sizeof *all);
    if (!all) {
        fprintf(stderr, "steps: no memory\n");
        return 1;
    }
    for (int i = 0; i < NET_STEPS; i++) times[i] = all + (size_t)i * (size_t)runs;
    double *whole = all + (size_t)NET_STEPS * (size_t)runs;

    fill_inputs();
    for (int i = 0; i < WARM_UP; i++) run_network();
    for (current_run = 0; current_run < runs; current_run++) {
        const double start = 1e3 * ms_on(profile_clock);
        run_network();
        whole[current_run] = 1e3 * ms_on(profile_clock) - start;
    }
    const double cost = cost_of_looking();
    for (int i = 0; i < NET_STEPS; i++) {
        const double median = sort_for_median(times[i], runs);
        printf("%.4f\n", median > cost ? median - cost : 0);
    }
    printf("%.4f\n", sort_for_median(whole, runs));
    free(all);
    return 0;
}
