/* onnx.h: from an ONNX file to a graph with its weights. Knows nothing of plans or C. */
#ifndef LCC_ONNX_H
#define LCC_ONNX_H

#include "graph/graph.h"

typedef struct onnx_options {
    bool planes; /* every input is given as one map [h, w, 1] for each channel */
} onnx_options;

/* Whether a file that begins with these bytes is one. */
bool onnx_sniff(const unsigned char *head, size_t size);

/* Reads `path`, opsets 9 to 17, and the files with external data that it names. The weights are bound: the
 * graph is as one that lang/ has made and weights/ has filled. NULL after errors, which are in `d`; nodes that
 * are not covered are reported all at once. Terminates on any input, within bounded time and memory. The files
 * read are appended to *files.
 *
 * An input [1, c, h, w] becomes [h, w, c], as do outputs; one that is transposed from [1, h, w, c] before all
 * else is that already. */
graph *onnx_compile(arena *a, diag *d, const char *path, const onnx_options *o, const char *const **files,
                    int *n_files);

/* The same for bytes in memory (tests, fuzzers); external data are looked for beside `path`. */
graph *onnx_compile_bytes(arena *a, diag *d, const char *path, const unsigned char *bytes, size_t size,
                          const onnx_options *o, const char *const **files, int *n_files);

#endif
