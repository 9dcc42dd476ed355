/* passes.h: graph -> graph, each keeping the network's answer for every input. */
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
    bool keep_dead;    /* leave remove_dead_channels out */
    bool half_weights; /* do not leave round_weights out */
} pass_options;

/* In the order in which they run; the last has a NULL name. */
extern const pass pass_table[];

/* All passes in order. In debug builds the verifier runs after each, and a broken invariant aborts. Called
 * after every pass, `watch` (may be NULL) sees the graph: for --emit net after a pass, and for -v. NULL after
 * errors. */
typedef void (*pass_watch)(void *data, const pass *p, const graph *g);
graph *run_passes(const graph *in, arena *a, diag *d, pass_watch watch, void *data);

/* The same, less what the options leave out. */
graph *run_passes_with(const pass_options *o, const graph *in, arena *a, diag *d, pass_watch watch, void *data);

#endif
