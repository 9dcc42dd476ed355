/* weights.h: gives a graph's tensors their values, from files or from a seed. */
#ifndef LCC_WEIGHTS_H
#define LCC_WEIGHTS_H

#include "base/text.h"
#include "graph/graph.h"

#include <stdint.h>

typedef struct weights_report {
    const char *const *unused;    /* tensors of the files that nothing used, sorted by name */
    const char *const *unused_in; /* the file of each */
    int n_unused;
    int n_used;    /* tensors of the graph that were bound */
    uint64_t hash; /* of all bound values in the graph's order, whatever the file's format and layout */
} weights_report;

/* Binds every tensor of `g` (as lang/ made it) to the tensor of its name in the files. If several files have
 * the name, the last one counts. False after errors, which report all tensors that are missing or of the wrong
 * shape.
 */
bool weights_load(arena *a, diag *d, graph *g, const char *const *files, int n_files, weights_report *report);

/* The tensors of all files (bind.h). */
typedef struct tensor_index tensor_index;

/* Guesses whose weights they are, where they do not fit: `name` returns the network, or NULL. */
typedef struct weights_guess {
    const char *(*name)(void *data, const tensor_index *index);
    void *data;
} weights_guess;

/* How many of the tensors that the graph needs are in the index with their shapes. *wanted is how many it
 * needs.
 */
int weights_fitting(const tensor_index *index, const graph *g, int *wanted);

/* weights_load, with rules that rename the files' tensors first (rename.h), and a guess for the errors. */
bool weights_load_renamed(arena *a, diag *d, graph *g, const char *const *files, int n_files,
                          const char *const *rules, int n_rules, const weights_guess *guess,
                          weights_report *report);

/* Gives all tensors He-normal values from a seed, or codes and scales like them, the same bits on every
 * machine: see seeded.c. */
void weights_seed(arena *a, graph *g, uint64_t seed, weights_report *report);

/* The hash of a graph's values, as in the report. All tensors must have values. */
uint64_t weights_hash(const graph *g);

/* The state of writing the weights of a graph as a safetensors file. It begins zeroed, with only `g` set. */
typedef struct weights_writer {
    const graph *g;
    arena *scratch;
    bool bytes;     /* at the tensors of int8, which come behind all others */
    int node, role; /* of the next tensor */
    int64_t done;   /* elements of that tensor that were written */
} weights_writer;

/* Appends the length and the header of the file. */
void weights_header(const graph *g, text *out);
/* Appends a piece of the data, in the graph's order. False at the end, when the scratch arena is freed. `w` is
 * a weights_writer. */
bool next_weights_piece(void *w, text *piece);

/* The name under which a checkpoint keeps a tensor of a node: "features.0.0.weight" (torch), "conv1/kernel"
 * (keras). */
const char *weights_name(arena *a, const node *n, role r);

#endif
