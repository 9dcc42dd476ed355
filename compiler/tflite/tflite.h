/* tflite.h: reads a TensorFlow Lite file into a graph with its weights. It knows nothing of plans or C. */
#ifndef LCC_TFLITE_H
#define LCC_TFLITE_H

#include "graph/graph.h"
#include "import/given.h"
#include "import/operators.h"

typedef struct tflite_options {
    bool planes;              /* each input map is given as one map [h, w, 1] for each channel */
    const given_ports *given; /* sizes that the file leaves open, and other names; NULL: nothing */
} tflite_options;

/* Reads the network in `path`. Its weights are bound: the graph is like one that lang/ has made and weights/
 * has filled. Weights that are halves, or integers with scales in a network that computes in floats, become
 * floats, which a note says. NULL after errors, which are in `d`; all operators that are not supported are
 * reported at once, and a network of integers is refused. Terminates on any input, within bounded time and
 * memory. Appends the file to *files. */
graph *tflite_compile(arena *a, diag *d, const char *path, const tflite_options *o, const char *const **files,
                      int *n_files);

/* The same for bytes in memory (tests, fuzzers). */
graph *tflite_compile_bytes(arena *a, diag *d, const char *path, const unsigned char *bytes, size_t size,
                            const tflite_options *o, const char *const **files, int *n_files);

/* The operators that are taken, sorted by name, for --list-ops. */
const operator_row *tflite_operators(arena *a, int *count);

#endif
