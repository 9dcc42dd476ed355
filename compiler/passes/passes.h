/* passes.h: the passes, which turn a graph into one that gives the same answer for every input. */
#ifndef LCC_PASSES_H
#define LCC_PASSES_H

#include "graph/graph.h"

typedef graph *(*pass_function)(const graph *in, arena *a, diag *d);

typedef struct pass {
    const char *name; /* "fold_batch_norm" */
    const char *what; /* a line for -v */
    pass_function run;
} pass;

typedef struct pass_options {
    const char *last;  /* stop behind this pass; NULL: run all */
    bool keep_dead;    /* leave remove_dead_channels out */
    bool half_weights; /* run round_weights, which is left out otherwise */
    bool bf16;         /* run round_products, which is left out otherwise */
    bool byte_pairs;   /* run pair_channels, which is left out otherwise */
} pass_options;

/* In the order in which they run. The last entry has a NULL name. */
extern const pass pass_table[];

/* Runs all passes in order. In debug builds the verifier runs after each, and a broken invariant aborts.
 * `watch` (may be NULL) sees the graph after every pass, for --emit net and for -v. NULL after errors. */
typedef void (*pass_watch)(void *data, const pass *p, const graph *g);
graph *run_passes(const graph *in, arena *a, diag *d, pass_watch watch, void *data);

/* The same without the passes that the options leave out. */
graph *run_passes_with(const pass_options *o, const graph *in, arena *a, diag *d, pass_watch watch, void *data);

#endif
