/* bind.h: from opened checkpoints to a graph's tensors, and what is said where they do not meet. */
#ifndef LCC_BIND_H
#define LCC_BIND_H

#include "weights/checkpoint.h"
#include "weights/layout.h"
#include "weights/weights.h"

/* A tensor that the graph wants and could not have. */
typedef struct problem {
    const node *node;
    role role;
    const char *name; /* in a checkpoint */
    layout layout;
    stored *found;   /* what the file has of that name; NULL: nothing */
    const char *why; /* what is wrong with it; NULL: its shape */
} problem;

/* All tensors of all files, sorted by key, of each key only the last file's. */
typedef struct tensor_index {
    stored **tensors;
    bool *used;
    int count;
    checkpoint *const *files;
    int n_files;
} tensor_index;

/* weights_load, from files that are open already. */
bool bind_checkpoints(arena *a, diag *d, graph *g, checkpoint *const *files, int n_files,
                      weights_report *report);

/* Reports all problems, of `wanted` tensors in all. */
void explain_problems(arena *a, diag *d, const graph *g, const tensor_index *index, problem *problems,
                      int n_problems, int wanted);

#endif
