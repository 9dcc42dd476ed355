/* onnx.h: reads an ONNX file into a graph with its weights. It knows nothing of plans or C. */
#ifndef LCC_ONNX_H
#define LCC_ONNX_H

#include "graph/graph.h"
#include "import/given.h"
#include "import/operators.h"

typedef struct onnx_options {
    bool planes;              /* each input map is given as one map [h, w, 1] for each channel */
    const given_ports *given; /* sizes that the file leaves open, and other names; NULL: nothing */
} onnx_options;

/* Whether a file that begins with these bytes is one. */
bool onnx_sniff(const unsigned char *head, size_t size);

/* Reads the network in `path`, of opset 7 to 24, and the files of external data that it names. Its weights are
 * bound: the graph is like one that lang/ has made and weights/ has filled. NULL after errors, which are in
 * `d`; all nodes that are not supported are reported at once. Terminates on any input, within bounded time and
 * memory. Appends the files that it read to *files.
 *
 * An input [1, c, h, w] becomes [h, w, c], and so do outputs. An input that the file first transposes from [1,
 * h, w, c] is [h, w, c] already. */
graph *onnx_compile(arena *a, diag *d, const char *path, const onnx_options *o, const char *const **files,
                    int *n_files);

/* The same for bytes in memory (tests, fuzzers). External data are looked for beside `path`. */
graph *onnx_compile_bytes(arena *a, diag *d, const char *path, const unsigned char *bytes, size_t size,
                          const onnx_options *o, const char *const **files, int *n_files);

/* The operators that are taken, sorted by name, for --list-ops. *count is 0 where lcc was built without ONNX.
 */
const operator_row *onnx_operators(arena *a, int *count);

#endif
