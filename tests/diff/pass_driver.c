/* pass_driver.c: pass_driver [-v] [-D NAME=VALUE].. [--variant NAME] FILE.net..: runs the passes over each
 * network, with seeded weights, and holds the graph after each pass to the answer of the graph before the
 * first. Exit 1 where one differs, with the file and the pass. -v prints what every network became. */
#include "answers.h"
#include "lang/lang.h"
#include "weights/weights.h"

#include <stdio.h>

typedef struct watched {
    const char *path;
    answers before;
    bool bad;
} watched;

static void check_answers(void *data, const pass *p, const graph *g) {
    watched *w = data;
    const char *why = w->bad ? NULL : answer_difference(&w->before, g);
    if (!why) return;
    w->bad = true;
    printf("%s: after %s: %s\n    %s\n", w->path, p->name, why, describe(g, w->before.a));
}

static void print_messages(diag *d) {
    text said = {0};
    diag_print(d, &said);
    if (said.size) fputs(said.data, stdout);
    text_free(&said);
}

static bool check_net(const char *path, const lang_options *options, bool verbose) {
    arena *a = arena_new();
    diag *d = diag_new(a);
    bool good = false;
    graph *g = lang_compile(a, d, path, options, NULL, NULL);
    if (g) {
        weights_report report;
        weights_seed(a, g, 1, &report);
        watched w = {.path = path, .before = find_answers(a, g)};
        const graph *after = run_passes(g, a, d, check_answers, &w);
        good = after && !w.bad;
        if (after && verbose) printf("%s: %s\n", path, describe(after, a));
    }
    print_messages(d);
    arena_free(a);
    return good;
}

/* "size=32" -> size, 32. */
static define parse_define(char *setting) {
    char *equals = strchr(setting, '=');
    if (!equals) return (define){setting, "true"};
    *equals = '\0';
    return (define){setting, equals + 1};
}

int main(int argc, char **argv) {
    define defines[8];
    lang_options options = {.defines = defines};
    bool verbose = false;
    int nets = 0, bad = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-v") == 0) {
            verbose = true;
        } else if (strcmp(argv[i], "--variant") == 0 && i + 1 < argc) {
            options.variant = argv[++i];
        } else if (strcmp(argv[i], "-D") == 0 && i + 1 < argc && options.n_defines < 8) {
            defines[options.n_defines++] = parse_define(argv[++i]);
        } else {
            nets++;
            bad += !check_net(argv[i], &options, verbose);
        }
    }
    printf("%d networks, %d of them wrong\n", nets, bad);
    return nets == 0 || bad > 0;
}
