/* fuzz_tflite.c: any bytes as a TensorFlow Lite file: a graph that verifies, or errors. */
#include "graph/verify.h"
#include "tflite/tflite.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    arena *a = arena_new();
    diag *d = diag_new(a);
    const tflite_options o = {.planes = size % 2};
    graph *g = tflite_compile_bytes(a, d, "fuzz.tflite", data, size, &o, NULL, NULL);
    if (!g != (diag_error_count(d) > 0) || (g && graph_verify(g, a))) abort();
    arena_free(a);
    return 0;
}
