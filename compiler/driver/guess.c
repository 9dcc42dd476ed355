/* guess.c: whose weights they are that do not fit the network: each network that comes with lcc is compared
 * with them, for each of its variants and of the libraries whose checkpoints it takes. */
#include "driver/driver.h"

#include <string.h>

/* What `-D source=` may be. A network that has no such param, or no such source, fails to compile, quietly. */
static const char *const sources[] = {NULL, "torchvision", "timm", "timm_tf", "keras"};

enum { SOURCES = sizeof sources / sizeof *sources };

typedef struct guess {
    const job *j;
    const tensor_index *index;
    words files;      /* of the networks that come with lcc */
    const char *best; /* the command's words */
    int fitting;      /* how many of its tensors fit */
} guess;

/* Compares one form of a network. At least nine of ten of its tensors have to fit. Of several such forms the
 * one with the most tensors that fit is taken, and of equal ones the first. Returns how many variants it has.
 */
static int try_network(guess *t, const char *file, const char *variant, const char *from) {
    arena *a = arena_new();
    const define choice = {"source", from ? arena_printf(a, "\"%s\"", from) : NULL};
    const lang_options o = {
        .variant = variant, .shipped_dir = t->j->shipped, .defines = &choice, .n_defines = from ? 1 : 0};
    const graph *g =
        lang_compile(a, diag_new(a), arena_printf(a, "%s/%s", t->j->shipped, file), &o, NULL, NULL);
    int wanted, fitting = g ? weights_fitting(t->index, g, &wanted) : 0;
    if (g && fitting > t->fitting && 10 * (int64_t)fitting >= 9 * (int64_t)wanted) {
        t->fitting = fitting;
        t->best =
            arena_printf(t->j->mem, "%s%s%s%s%s%s", file, variant ? " --variant " : "", variant ? variant : "",
                         from ? " -D 'source=\"" : "", from ? from : "", from ? "\"'" : "");
    }
    int variants = g && !g->variant ? g->n_variants : 0;
    for (int i = 0; i < variants && !variant && !from; i++) {
        if (variant_has_file(&t->files, g, g->variants[i])) continue;
        for (int s = 0; s < SOURCES; s++) try_network(t, file, g->variants[i], sources[s]);
    }
    arena_free(a);
    return variants;
}

const char *guess_network(void *data, const tensor_index *index) {
    const job *j = data;
    guess t = {.j = j, .index = index};
    if (!j->shipped) return NULL;
    t.files = list_files(j->mem, j->shipped);
    for (int i = 0; i < t.files.count; i++) {
        int variants = try_network(&t, t.files.at[i], NULL, NULL);
        for (int s = 1; s < SOURCES && !variants; s++) try_network(&t, t.files.at[i], NULL, sources[s]);
    }
    return t.best;
}
