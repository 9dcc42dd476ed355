/* pass_driver.c: pass_driver [-v] [--plant] [-D NAME=VALUE].. [--variant NAME] FILE.net..: runs the passes over
 * each network, with seeded weights, and holds the graph after each pass to the answer of the graph before the
 * first. Exit 1 where one differs, with the file and the pass. -v prints what every network became.
 *
 * --plant: many channels of norms, and of layers of codes, are constant, and many channels are read by weights
 * of zero alone, by chance. It is an error then if no channel of any network goes. */
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

/* The next of a stream of numbers from 0 to below `below`. */
static uint64_t draw(uint64_t *state, uint64_t below) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (*state >> 33) % below;
}

static void plant_constants(const node *n, uint64_t *state) {
    static const float values[] = {0, -1, -4, 0.7F, 8, 0};
    for (int c = 0; c < n->shape.c; c++) {
        if (draw(state, 3)) continue;
        n->weights[ROLE_GAMMA]->data[c] = 0;
        n->weights[ROLE_BETA]->data[c] = values[draw(state, sizeof values / sizeof *values)];
    }
}

/* A column is the last axis of a conv's or dense's weight. */
static void plant_zeros(const node *n, uint64_t *state) {
    const tensor *w = n->weights[ROLE_WEIGHT];
    int columns = w->dims[w->rank - 1];
    for (int c = 0; c < columns; c++) {
        if (draw(state, 8)) continue;
        for (int64_t i = c; i < w->count; i += columns) w->data[i] = 0;
    }
}

/* Channels of codes that lie below or above all others for every input. */
static void plant_codes(const node *n, uint64_t *state) {
    const tensor *bias = n->weights[ROLE_BIAS];
    for (int64_t c = 0; bias && bias->ints && c < bias->count; c++) {
        if (draw(state, 3) == 0) bias->ints[c] = draw(state, 2) ? 50000000 : -50000000;
    }
}

static void plant(const graph *g, uint64_t seed) {
    for (int i = 0; i < g->n_nodes; i++) {
        const node *n = &g->nodes[i];
        if (n->op == OP_BN) plant_constants(n, &seed);
        if (n->op == OP_CONV || n->op == OP_DENSE) plant_zeros(n, &seed);
        plant_codes(n, &seed);
    }
}

static void print_messages(diag *d) {
    text said = {0};
    diag_print(d, &said);
    if (said.size) fputs(said.data, stdout);
    text_free(&said);
}

/* `planted`: counts the channels that went; NULL: none are planted. */
static bool check_net(const char *path, const lang_options *options, bool verbose, int64_t *planted) {
    arena *a = arena_new();
    diag *d = diag_new(a);
    bool good = false;
    graph *g = lang_compile(a, d, path, options, NULL, NULL);
    if (g) {
        weights_report report;
        weights_seed(a, g, 1, &report);
        if (planted) plant(g, (uint64_t)g->n_nodes);
        watched w = {.path = path, .before = find_answers(a, g)};
        const graph *after = run_passes(g, a, d, check_answers, &w);
        good = after && !w.bad;
        if (after && planted) *planted += after->constant_channels + after->unread_channels;
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
    bool verbose = false, plants = false;
    int64_t planted = 0;
    int nets = 0, bad = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-v") == 0) {
            verbose = true;
        } else if (strcmp(argv[i], "--plant") == 0) {
            plants = true;
        } else if (strcmp(argv[i], "--variant") == 0 && i + 1 < argc) {
            options.variant = argv[++i];
        } else if (strcmp(argv[i], "-D") == 0 && i + 1 < argc && options.n_defines < 8) {
            defines[options.n_defines++] = parse_define(argv[++i]);
        } else {
            nets++;
            bad += !check_net(argv[i], &options, verbose, plants ? &planted : NULL);
        }
    }
    printf("%d networks, %d of them wrong\n", nets, bad);
    if (plants) printf("%lld channels are gone\n", (long long)planted);
    return nets == 0 || bad > 0 || (plants && planted == 0);
}
