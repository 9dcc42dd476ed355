/* print_driver.c: print_driver FILE.net..: prints each network as a flat .net, parses that, and holds the graph
 * to the one that was printed, field by field; writes its weights and reads them back; then runs the passes and
 * prints what they leave in every form. Exit 1 where a network differs, with the file, the difference and the
 * text. */
#include "base/map.h"
#include "graph/compare.h"
#include "graph/print.h"
#include "lang/lang.h"
#include "passes/passes.h"
#include "weights/bind.h"
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

/* Whether two layers take the same tensor: a file has it only once, so such weights are not written. */
static bool shares_tensors(arena *a, const graph *g) {
    map names = {0};
    for (int i = 0; i < g->n_nodes; i++) {
        for (int r = 0; r < ROLE_COUNT; r++) {
            const node *n = &g->nodes[i];
            if (n->weights[r] && !map_add(a, &names, weights_name(a, n, (role)r), n->weights[r])) return true;
        }
    }
    return false;
}

/* The weights that are written of a network are those that the printed network reads. */
static bool weights_read_back(arena *a, diag *d, const char *path, const graph *g, uint64_t hash) {
    lang_options options = {0};
    text printed = {0}, file = {0};
    print_net(g, &printed);
    graph *again = lang_compile_text(a, d, "printed.net", printed.data, printed.size, &options);
    weights_header(g, &file);
    weights_writer w = {.g = g};
    while (next_weights_piece(&w, &file)) continue;
    checkpoint *c = checkpoint_parse(a, d, "written", (const unsigned char *)file.data, file.size);
    weights_report report = {0};
    bool good = again && c && bind_checkpoints(a, d, again, &c, 1, NULL, &report) && report.hash == hash;
    if (!good) printf("%s: the weights do not read back\n%s", path, printed.data);
    if (c) checkpoint_close(c);
    text_free(&printed);
    text_free(&file);
    return good;
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
        good = shares_tensors(a, g) || weights_read_back(a, d, path, g, report.hash);
        const graph *after = run_passes(g, a, d, NULL, NULL);
        good = good && after && prints_in_every_form(path, g) && prints_in_every_form(path, after);
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
