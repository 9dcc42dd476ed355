/* bind.h: fills a graph's tensors from open checkpoints, and reports those that do not fit. */
#ifndef LCC_BIND_H
#define LCC_BIND_H

#include "weights/checkpoint.h"
#include "weights/layout.h"
#include "weights/weights.h"

/* A tensor that the graph needs and that no file has in the right form. */
typedef struct problem {
    const node *node;
    role role;
    const char *name; /* its name in a checkpoint */
    layout layout;
    stored *found;   /* the file's tensor of that name; NULL: there is none */
    const char *why; /* what is wrong with `found`; NULL: its shape */
} problem;

/* The tensors of all files, sorted by key. Where several files have a key, only the last file's is here. */
struct tensor_index {
    stored **tensors;
    bool *used;
    int count;
    checkpoint *const *files;
    int n_files;
};

/* weights_load for files that are open already. `guess` may be NULL. */
bool bind_checkpoints(arena *a, diag *d, graph *g, checkpoint *const *files, int n_files,
                      const weights_guess *guess, weights_report *report);

/* explain.c. The tensor with that key; NULL if no file has it. */
stored *find_stored(const tensor_index *index, const char *key);

/* Reports the problems. `wanted`: how many tensors the graph needs in all. */
void explain_problems(arena *a, diag *d, const graph *g, const tensor_index *index, problem *problems,
                      int n_problems, int wanted, const weights_guess *guess);

#endif
