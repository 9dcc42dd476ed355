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
    int n_used;
    uint64_t hash; /* of all values bound, in graph order: independent of file format and layout */
} weights_report;

/* Binds every tensor of `g` (as lang/ made it) from the files; where several have a name, the later file wins.
 * False after errors: all missing and misshapen tensors are reported in one go. */
bool weights_load(arena *a, diag *d, graph *g, const char *const *files, int n_files, weights_report *report);

/* The same with rules that rename the files' tensors first: rename.h. */
bool weights_load_renamed(arena *a, diag *d, graph *g, const char *const *files, int n_files,
                          const char *const *rules, int n_rules, weights_report *report);

/* He-normal weights from a seed, the same bits on every machine: see seeded.c. */
void weights_seed(arena *a, graph *g, uint64_t seed, weights_report *report);

/* The hash of the values of a graph whose tensors all have theirs, as in the report. */
uint64_t weights_hash(const graph *g);

/* Writing them: the header of a safetensors file, then, piece by piece until it returns false, its data, in the
 * graph's order. `w` begins zeroed but for `g`; its scratch is freed at the end. */
typedef struct weights_writer {
    const graph *g;
    arena *scratch;
    int node, role;
    int64_t done; /* elements of the tensor */
} weights_writer;

void weights_header(const graph *g, text *out);
bool next_weights_piece(void *w, text *piece);

/* The name under which a checkpoint keeps a tensor of a node: "features.0.0.weight" (torch), "conv1/kernel"
 * (keras). */
const char *weights_name(arena *a, const node *n, role r);

#endif
