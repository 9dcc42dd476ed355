/* print_driver.c: print_driver FILE.net..: prints each network as a flat .net, parses that, and holds the graph
 * to the one that was printed, field by field; then runs the passes and prints what they leave in every form.
 * Exit 1 where a network differs, with the file, the difference and the text. */
#include "graph/compare.h"
#include "graph/print.h"
#include "lang/lang.h"
#include "passes/passes.h"
#include "weights/weights.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void say(diag *d) {
    text said = {0};
    diag_print(d, &said);
    if (said.size) fputs(said.data, stdout);
    text_free(&said);
}

static bool prints_and_parses_back(arena *a, diag *d, const char *path, const graph *g) {
    lang_options options = {0};
    text printed = {0};
    print_net(g, &printed);
    const graph *again = lang_compile_text(a, d, "printed.net", printed.data, printed.size, &options);
    const char *different = again ? graph_difference(g, again, a) : "it does not parse";
    if (different) printf("%s: %s\n%s", path, different, printed.data);
    text_free(&printed);
    return !different;
}

/* Every form of a graph, also after passes, says something of each layer. */
static bool prints_in_every_form(const char *path, const graph *g) {
    text net = {0}, dot = {0};
    print_net(g, &net);
    print_dot(g, &dot);
    json_t *all = graph_json(g);
    char *json = all ? json_dumps(all, 0) : NULL;
    size_t layers = all ? json_array_size(json_object_get(all, "layers")) : 0;
    bool good =
        json && layers == (size_t)g->n_nodes && strstr(dot.data, "-> out0") && net.data[net.size - 2] == '}';
    if (!good) printf("%s: a form is wrong after passes\n%s%s", path, net.data, dot.data);
    free(json);
    json_decref(all);
    text_free(&net);
    text_free(&dot);
    return good;
}

static bool check_net(const char *path) {
    arena *a = arena_new();
    diag *d = diag_new(a);
    lang_options options = {0};
    bool good = false;
    graph *g = lang_compile(a, d, path, &options, NULL, NULL);
    if (g && prints_and_parses_back(a, d, path, g)) {
        weights_report report;
        weights_seed(a, g, 1, &report);
        const graph *after = run_passes(g, a, d, NULL, NULL);
        good = after && prints_in_every_form(path, g) && prints_in_every_form(path, after);
    }
    say(d);
    arena_free(a);
    return good;
}

int main(int argc, char **argv) {
    int bad = 0;
    for (int i = 1; i < argc; i++) bad += !check_net(argv[i]);
    printf("%d networks, %d of them wrong\n", argc - 1, bad);
    return argc < 2 || bad > 0;
}
