/* tune.c: --tune: measures on this machine the few tiles that are the best by the model of cost.
 *
 * Tiles are measured within the whole network. For each k, the network is compiled with the k-th best tile of
 * every layer and run TIMED_RUNS times with a clock around each step, so that the caches are in the state that
 * they have in real runs. Each step keeps the k of its fastest run. The steps are the same for every k (see
 * tuning.h). The convolutions of a chain are measured together. */
#include "driver/tune.h"
#include "driver/timing.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RANKS = 4, WARM_UP_RUNS = 3, TIMED_RUNS = 30 };

static const loc command_line = {0};

typedef struct bench {
    job *j;
    scratch s;
    plan *plans[RANKS];
    double *times[RANKS]; /* [n_steps], nanoseconds */
} bench;

/* ---- one rank ---- */

/* Prints the C code of the program that runs the network and prints the fastest time of each step. */
static void print_program(text *out, const plan *p) {
    timing_print_head(out, p);
    text_printf(out, "enum { WARM_UP = %d, RUNS = %d };\n", WARM_UP_RUNS, TIMED_RUNS);
    text_string(out, "static double began, fastest[TIMED_STEPS];\n\n"
                     "static double now(void) {\n    struct timespec t;\n"
                     "    clock_gettime(CLOCK_MONOTONIC, &t);\n"
                     "    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;\n}\n\n"
                     "void timed_profile_hook(int step, const char *name, int begin) {\n"
                     "    const double at = now();\n    (void)name;\n    if (begin) {\n        began = at;\n"
                     "    } else if (at - began < fastest[step - 1]) {\n"
                     "        fastest[step - 1] = at - began;\n    }\n}\n\n");
    timing_print_main(out, p);
    text_string(out, "    for (int run = 0; run < WARM_UP + RUNS; run++) {\n"
                     "        for (int i = 0; run == WARM_UP && i < TIMED_STEPS; i++) fastest[i] = 1e30;\n");
    timing_print_run(out, p);
    text_string(out, "    }\n"
                     "    for (int i = 0; i < TIMED_STEPS; i++) printf(\"%.1f\\n\", fastest[i]);\n"
                     "    free(weights);\n    return 0;\n}\n");
}

/* Reads the times of a rank from what the program printed. */
static bool read_times(bench *b, int rank, char *at) {
    int n = b->plans[rank]->n_steps;
    b->times[rank] = ARENA_ARRAY(b->j->mem, double, n);
    for (int i = 0; at && i < n; i++) {
        char *end;
        b->times[rank][i] = strtod(at, &end);
        at = end == at ? NULL : end;
    }
    if (!at)
        diag_error(b->j->d, command_line, "--tune: the measuring program did not print a time for each step");
    return at != NULL;
}

static bool measure_rank(bench *b, int rank) {
    job *j = b->j;
    tuning *ranked = ARENA_NEW(j->mem, tuning);
    ranked->rank = rank;
    if (j->o.verbose) fprintf(stderr, "lcc: tune: candidate %d of %d\n", rank + 1, RANKS);
    plan *p = b->plans[rank] = plan_make(j->reduced, j->o.targets.at[0], j->o.max_ram, ranked, j->mem, j->d);
    if (!p) return false;
    text program = {0};
    print_program(&program, p);
    const timing t = {.s = &b->s,
                      .p = p,
                      .command = options_command(j->mem, &j->o),
                      .weights_hash = j->weights.hash,
                      .profile = true};
    char *said = timing_run(&t, &program, j->mem);
    text_free(&program);
    return said && read_times(b, rank, said);
}

/* ---- all ranks ---- */

/* The rank of the tiles with which a step was the fastest. Rank 0, the best by the model, is kept unless
 * another takes less than 98 % of its time. */
static int find_fastest(const bench *b, int step) {
    const double worth = 0.98;
    int best = 0;
    for (int k = 1; k < RANKS; k++) {
        double bar = best ? b->times[best][step] : worth * b->times[0][step];
        if (b->times[k][step] < bar) best = k;
    }
    return best;
}

typedef struct collector {
    const bench *b;
    tuned_tile *tiles; /* of all steps */
    int count;
    int rank; /* the tiles of this rank are taken, for the steps that were the fastest with them */
} collector;

static void collect_tile(void *data, const plan_step *gemm, int index) {
    collector *c = data;
    tuned_tile *t = &c->tiles[c->count++];
    if (find_fastest(c->b, index) != c->rank) return;
    t->key = tuning_key(c->b->j->mem, c->b->plans[0]->g, gemm->node);
    t->tile = (tile_shape){gemm->gemm.tile_pixels, gemm->gemm.blocks[0].n_pieces};
}

static void count_tile(void *data, const plan_step *gemm, int index) {
    (void)gemm, (void)index;
    ++*(int *)data;
}

/* Measures in a temporary folder. False after errors. */
static bool measure_in_scratch(bench *b) {
    if (!scratch_open(&b->s, b->j->mem, b->j->d, "--tune")) return false;
    bool good = true;
    for (int k = 0; k < RANKS && good; k++) good = measure_rank(b, k) && !signal_waits(&b->s.held);
    scratch_close(&b->s);
    return good;
}

/* Sets j->tuning to the tiles of the best rank of each step, in the order of the steps. */
static void keep_fastest(const bench *b, int n_tiles) {
    collector c = {.b = b, .tiles = ARENA_ARRAY(b->j->mem, tuned_tile, n_tiles + 1)};
    for (c.rank = 0; c.rank < RANKS; c.rank++) {
        c.count = 0;
        for_each_gemm(b->plans[c.rank], collect_tile, &c);
    }
    b->j->tuning = (tuning){.n_tiles = n_tiles, .tiles = c.tiles};
}

/* Measures tiles and sets j->tuning. False after errors. */
static bool measure_tiles(job *j) {
    bench b = {.j = j};
    if (!target_runs_here(j->o.targets.at[0])) {
        diag_error(j->d, command_line,
                   "--tune: %s does not exist, and this machine cannot measure it, because it does not run %s: "
                   "make the "
                   "file on a machine that does",
                   j->o.tune, j->o.targets.at[0]->name);
        return false;
    }
    const plan *p = plan_make(j->reduced, j->o.targets.at[0], j->o.max_ram, NULL, j->mem, j->d);
    if (!p) return false;
    int n_tiles = 0;
    for_each_gemm(p, count_tile, &n_tiles);
    if (n_tiles == 0) return true;
    bool good = measure_in_scratch(&b);
    if (good) keep_fastest(&b, n_tiles);
    return good;
}

bool tune(job *j) {
    if (access(j->o.tune, F_OK) == 0) return read_tiles(j);
    const char *folder = path_folder(j->mem, j->o.tune);
    if (access(*folder ? folder : ".", W_OK) != 0) {
        diag_error(j->d, command_line, "%s: cannot write: %s", j->o.tune, strerror(errno));
        return false;
    }
    return measure_tiles(j) && write_tiles(j);
}
