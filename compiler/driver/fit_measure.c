/* fit_measure.c: --measure: times of candidates that were measured on this machine instead of predicted.
 *
 * To compile and run a network takes some seconds, so not all candidates are. First one network is measured,
 * and the clock is set to the hertz with which the model of cost predicts its time. The search goes by this
 * clock, with a limit of time that is wider than the given one. Then those that stand on the front are
 * measured, one after the other, the best first. A measured time takes the place of the predicted one, so
 * others may come to the front. It ends when all on the front are measured. Each candidate is measured once. */
#include "driver/fit.h"
#include "driver/timing.h"

#include <stdio.h>
#include <stdlib.h>

static const loc command_line = {0};

/* The model of cost ranks networks of one space well, but its error for two of them may differ by this. */
#define SLACK 2

typedef struct stopwatch {
    job *j;
    search *s;
    scratch folder;
    int measured;
} stopwatch;

/* Prints the program that runs the network for about 20 ms, then takes times for 50 ms, and prints their median
 * in seconds. Times are of the processor, so that other programs disturb them less. Of short networks many runs
 * together take a time, since the clock itself takes some. */
static void print_program(text *out, const plan *p) {
    timing_print_head(out, p);
    text_string(out, "enum { LEAST = 5, MOST = 1000 };\nstatic double times[MOST];\n\n"
                     "static double now(void) {\n    struct timespec t;\n"
                     "    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);\n"
                     "    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;\n}\n\n"
                     "static int compare(const void *p, const void *q) {\n"
                     "    double x = *(const double *)p, y = *(const double *)q;\n"
                     "    return x < y ? -1 : x > y;\n}\n\n"
                     "static void run(int runs) {\n    for (int i = 0; i < runs; i++) {\n");
    timing_print_run(out, p);
    text_string(out, "    }\n}\n\n");
    timing_print_main(out, p);
    text_string(out,
                "    int warm = 0, n = 0;\n    double began = now();\n"
                "    for (; warm == 0 || now() - began < 0.02; warm++) run(1);\n"
                "    const double each = (now() - began) / warm;\n"
                "    const int batch = each < 1e-4 ? (int)(1e-4 / each) + 1 : 1;\n"
                "    for (began = now(); n < MOST && (n < LEAST || now() - began < 0.05); n++) {\n"
                "        const double start = now();\n        run(batch);\n"
                "        times[n] = (now() - start) / batch;\n    }\n"
                "    qsort(times, (size_t)n, sizeof *times, compare);\n    printf(\"%.9e\\n\", times[n / 2]);\n"
                "    free(weights);\n    return 0;\n}\n");
}

/* Measures the time of a run, in seconds. 0 after errors. */
static double measure_seconds(stopwatch *w, const candidate *c) {
    job *j = w->j;
    arena *a = arena_new();
    plan *p = plan_candidate(w->s->m, &w->s->l, c, a, diag_new(a));
    char *said = NULL;
    if (p) {
        text program = {0};
        print_program(&program, p);
        const timing t = {.s = &w->folder, .p = p, .command = options_command(j->mem, &j->o)};
        said = timing_run(&t, &program, a);
        text_free(&program);
    }
    double seconds = said ? strtod(said, NULL) : 0;
    bool good = seconds > 0 && seconds < 1e9;
    if (!p) diag_error(j->d, command_line, "--measure: no code can be made of candidate %d", c->number + 1);
    if (said && !good) diag_error(j->d, command_line, "--measure: the measuring program did not print a time");
    arena_free(a);
    w->measured++;
    if (w->s->progress) fprintf(stderr, "\r\033[Klcc: measured %d networks", w->measured);
    return good ? seconds : 0;
}

/* ---- the clock ---- */

/* The network that the clock is set by: the usual one of the space, or if that cannot be built, the first of
 * the space that can. NULL after an error. */
static candidate *find_first(const search *s, diag *d) {
    enum { MOST_TRIES = 1000 };
    const limits none = {0};
    candidate *c = ARENA_NEW(s->mem, candidate);
    int *picks = ARENA_ARRAY(s->mem, int, s->space->count);
    int64_t size = space_size(s->space);
    space_usual(s->space, picks);
    for (int i = 0;; i++) {
        *c = (candidate){.picks = picks, .text = space_candidate(s->space, picks, s->mem)};
        measure_candidate(s->m, &none, false, s->mem, c);
        if (c->outcome == CANDIDATE_FITS) return c;
        if (i == size || i == MOST_TRIES) break;
        space_picks(s->space, i, picks);
    }
    diag_error(d, command_line, "--measure: no network was found that can be built; the last: %s", c->why);
    return NULL;
}

const candidate *set_measured_clock(job *j, search *s, machine *m) {
    stopwatch w = {.j = j, .s = s};
    candidate *c = find_first(s, j->d);
    const limits none = {0};
    limits *l = &j->o.limits;
    if (!c || !scratch_open(&w.folder, j->mem, j->d, "--measure")) return NULL;
    s->l = none; /* so that its plan is that of find_first */
    c->seconds = measure_seconds(&w, c);
    scratch_close(&w.folder);
    if (!(c->seconds > 0)) return NULL;
    m->hertz = j->o.clock = (double)(c->predicted > 0 ? c->predicted : 1) / c->seconds;
    if (l->seconds > 0 && !limits_set_clock(l, m->hertz))
        l->most[FIGURE_CYCLES] = l->seconds < 1 ? 1 : INT64_MAX / SLACK;
    s->l = *l;
    s->l.most[FIGURE_CYCLES] *= SLACK;
    return c;
}

/* ---- the front ---- */

/* The best candidate on the front that was not measured; NULL: all were. */
static candidate *find_unmeasured(const search *s) {
    int n;
    arena *a = arena_new();
    candidate *found = NULL;
    const candidate **front =
        find_front(a, (const candidate *const *)s->all, s->n, figures_of_front(&s->l), &n);
    for (int i = 0; i < n && !found; i++) {
        if (!(front[i]->seconds > 0)) found = s->all[front[i]->number];
    }
    arena_free(a);
    return found;
}

static void set_seconds(search *s, candidate *c, double seconds) {
    c->seconds = seconds;
    c->figures[FIGURE_CYCLES] = (int64_t)(seconds * s->m->hertz);
    check_cycles(s, c);
}

/* The candidate that is the network by which the clock was set has its time already, if its plan is the same.
 */
static void reuse_first(search *s, const candidate *first) {
    candidate *c = was_tried(s, first->picks) ? try_picks(s, first->picks, NULL) : NULL;
    if (c && c->outcome == CANDIDATE_FITS && !c->max_ram) set_seconds(s, c, first->seconds);
}

bool measure_front(job *j, search *s, const candidate *first) {
    stopwatch w = {.j = j, .s = s, .measured = 1};
    candidate *c;
    bool good = true;
    s->l = j->o.limits;
    reuse_first(s, first);
    if (!scratch_open(&w.folder, j->mem, j->d, "--measure")) return false;
    while (good && (c = find_unmeasured(s))) {
        double seconds = measure_seconds(&w, c);
        good = seconds > 0 && !signal_waits(&w.folder.held);
        if (seconds > 0) set_seconds(s, c, seconds);
    }
    for (int i = 0; i < s->n; i++) check_cycles(s, s->all[i]);
    if (s->progress) fputs("\r\033[K", stderr);
    scratch_close(&w.folder);
    return good;
}
