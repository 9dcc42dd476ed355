/* fuzz_onnx.c: any bytes as an ONNX file: a graph that verifies, or errors. */
#include "graph/verify.h"
#include "onnx/onnx.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    arena *a = arena_new();
    diag *d = diag_new(a);
    const onnx_options o = {.planes = size % 2};
    graph *g = onnx_compile_bytes(a, d, "fuzz.onnx", data, size, &o, NULL, NULL);
    if (!g != (diag_error_count(d) > 0) || (g && graph_verify(g, a))) abort();
    arena_free(a);
    return 0;
}
