/* fuzz_lang.c: any bytes as a .net file: an answer or errors, within time and memory, and a graph that holds
 * together. Where the file has choices, a candidate's text gives the graph that its picks give. */
#include "graph/compare.h"
#include "graph/verify.h"
#include "search/space.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static graph *compile(arena *a, const char *net, size_t size, const lang_options *o) {
    return lang_compile_text(a, diag_new(a), "fuzz.net", net, size, o);
}

/* The last alternative of each choice. */
static void check_candidate(arena *a, const char *net, size_t size, lang_options o) {
    search_space s;
    if (!space_read_text(a, diag_new(a), "fuzz.net", net, size, &o, &s)) return;
    int *picks = ARENA_ARRAY(a, int, s.count);
    for (int i = 0; i < s.count; i++) picks[i] = s.choices[i].count - 1;
    o.picks = picks;
    const graph *picked = compile(a, net, size, &o);
    if (!picked) return;
    static const lang_options plain;
    const char *candidate = space_candidate(&s, picks, a);
    const graph *read = compile(a, candidate, strlen(candidate), &plain);
    if (!read || graph_difference(read, picked, a)) abort();
}

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
    check_candidate(a, (const char *)data, size, o);
    arena_free(a);
    return 0;
}
