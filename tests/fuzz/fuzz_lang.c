/* fuzz_lang.c: any bytes as a .net file: an answer or errors, within time and memory, and a graph that holds
 * together. */
#include "graph/verify.h"
#include "lang/lang.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    arena *a = arena_new();
    diag *d = diag_new(a);
    const define defines[] = {{"width", "0.5"}};
    lang_options o = {.defines = defines, .n_defines = 1};
    graph *g = lang_compile_text(a, d, "fuzz.net", (const char *)data, size, &o);
    text said = {0};
    diag_print(d, &said);
    if (!g == !diag_error_count(d) || (g && graph_verify(g, a))) abort();
    text_free(&said);
    arena_free(a);
    return 0;
}
