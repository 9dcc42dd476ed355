/* list.c: --list: the networks that come with lcc, one line each.
 *
 * A network with variants has a line for each. Where a file of its own chooses the variant, such as
 * efficientnet_b0.net, the line is that of the file, which is shorter to type. What a network is comes from the
 * first line of its file: "# MobileNetV2 -- Sandler et al. 2018, https://..". */
#include "driver/driver.h"

#include "passes/passes.h"
#include "targets/target.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

typedef struct entry {
    const char *file;    /* "shufflenet_v2.net" */
    const char *variant; /* NULL: none has to be given */
    const char *what;
    int64_t params, macs, arena_bytes;
} entry;

typedef struct listing {
    job *j;
    entry *entries;
    int count;
} listing;

static int compare_names(const void *x, const void *y) { return strcmp(*(char *const *)x, *(char *const *)y); }

words list_files(arena *a, const char *folder) {
    words w = {0};
    DIR *d = opendir(folder);
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
        size_t size = strlen(e->d_name);
        if (size <= 4 || strcmp(e->d_name + size - 4, ".net") != 0) continue;
        w.at = arena_grow(a, w.at, (size_t)w.count, (size_t)w.count + 1, sizeof *w.at);
        w.at[w.count++] = arena_strdup(a, e->d_name);
    }
    if (d) closedir(d);
    if (w.count) qsort(w.at, (size_t)w.count, sizeof *w.at, compare_names);
    return w;
}

/* "# MobileNetV2 -- Sandler et al. 2018, https://.." -> "MobileNetV2, Sandler et al. 2018". */
static const char *describe_file(arena *a, const char *path) {
    enum { LARGEST = 1 << 20 };
    size_t size;
    const char *why;
    char *s = read_file(a, path, LARGEST, &size, &why);
    if (!s || *s != '#') return "";
    s += strspn(s, "# ");
    s[strcspn(s, "\n")] = 0;
    static const char *const ends[] = {": `", ", http", "https://"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char *end = strstr(s, ends[i]);
        if (end) *end = 0;
    }
    char *dash = strstr(s, " -- ");
    if (!dash) return s;
    *dash = 0;
    return dash[4] ? arena_printf(a, "%s, %s", s, dash + 4) : s;
}

/* Gives all weights the value 1: the sizes of the arena do not depend on them as long as no channel is removed.
 */
static void fill_weights(graph *g) {
    for (int i = 0; i < g->n_nodes; i++) {
        for (int r = 0; r < ROLE_COUNT; r++) {
            tensor *t = g->nodes[i].weights[r];
            if (!t) continue;
            if (t->type == TYPE_I32) {
                t->ints = ARENA_ARRAY(g->mem, int32_t, t->count);
                continue;
            }
            t->data = ARENA_ARRAY(g->mem, float, t->count);
            for (int64_t k = 0; k < t->count; k++) t->data[k] = 1;
        }
    }
}

/* Adds the line of a network whose file is `e->file`. False after errors. */
static bool add_entry(listing *l, const entry *e, graph *g) {
    static const pass_options keep = {.keep_dead = true};
    job *j = l->j;
    fill_weights(g);
    const graph *reduced = run_passes_with(&keep, g, g->mem, j->d, NULL, NULL);
    const plan *p = reduced ? plan_make(reduced, j->o.targets.at[0], 0, NULL, g->mem, j->d) : NULL;
    if (!p) return false;
    l->entries = arena_grow(j->mem, l->entries, (size_t)l->count, (size_t)l->count + 1, sizeof *l->entries);
    l->entries[l->count] = *e;
    l->entries[l->count].params = graph_params(g);
    l->entries[l->count].macs = graph_macs(g);
    l->entries[l->count++].arena_bytes = p->arena_bytes;
    return true;
}

bool variant_has_file(const words *files, const graph *g, const char *variant) {
    text name = {0};
    bool found = false;
    text_printf(&name, "%s_%s.net", g->name, variant);
    for (int i = 0; i < files->count; i++) found = found || strcmp(files->at[i], name.data) == 0;
    text_free(&name);
    return found;
}

/* Adds the line of one variant, or of the network as it is without. False after errors. */
static bool add_variant(listing *l, const entry *e) {
    job *j = l->j;
    arena *a = arena_new();
    const lang_options o = {.variant = e->variant, .shipped_dir = j->shipped};
    graph *g = lang_compile(a, j->d, arena_printf(a, "%s/%s", j->shipped, e->file), &o, NULL, NULL);
    bool good = g && add_entry(l, e, g);
    arena_free(a);
    return good;
}

/* Adds the lines of a file. One without a net, such as blocks.net, has none. False after errors. */
static bool add_file(listing *l, const words *files, const char *name) {
    job *j = l->j;
    arena *a = arena_new();
    const char *path = arena_printf(a, "%s/%s", j->shipped, name);
    const lang_options o = {.shipped_dir = j->shipped};
    const graph *g = lang_compile(a, diag_new(a), path, &o, NULL, NULL);
    entry e = {.file = name, .what = describe_file(j->mem, path)};
    bool good = true;
    if (g && (g->variant || g->n_variants == 0)) {
        good = add_variant(l, &e);
    } else if (g) {
        for (int i = 0; good && i < g->n_variants; i++) {
            if (variant_has_file(files, g, g->variants[i])) continue;
            e.variant = arena_strdup(j->mem, g->variants[i]);
            good = add_variant(l, &e);
        }
    }
    arena_free(a);
    return good;
}

static const char *command_of(arena *a, const entry *e) {
    return e->variant ? arena_printf(a, "%s --variant %s", e->file, e->variant) : e->file;
}

static void print_entries(text *out, const listing *l) {
    arena *a = l->j->mem;
    int width = (int)strlen("network");
    for (int i = 0; i < l->count; i++) {
        int w = (int)strlen(command_of(a, &l->entries[i]));
        if (w > width) width = w;
    }
    text_printf(out, "%-*s  %10s  %10s  %11s  what it is\n", width, "network", "params", "MACs", "arena");
    for (int i = 0; i < l->count; i++) {
        const entry *e = &l->entries[i];
        text_printf(out, "%-*s  %8.2f M  %8.1f M  %11s  %s\n", width, command_of(a, e),
                    (double)e->params * 1e-6, (double)e->macs * 1e-6, show_count(a, e->arena_bytes), e->what);
    }
}

bool list_networks(job *j) {
    static const loc command_line = {0};
    listing l = {.j = j};
    const char *machine = options_targets(j->mem, &j->o);
    if (!j->shipped) {
        diag_error(j->d, command_line,
                   "--list: the networks that come with lcc are not found: they should be in "
                   "../share/lcc beside the program");
        return false;
    }
    if (j->o.targets.count > 1) {
        diag_error(j->d, command_line, "--list takes one target: the arena is that of one");
        return false;
    }
    words files = list_files(j->mem, j->shipped);
    bool good = true;
    for (int i = 0; good && i < files.count; i++) good = add_file(&l, &files, files.at[i]);
    if (!good) return false;
    print_entries(&j->out, &l);
    text_printf(
        &j->out,
        "\nThe arena is in bytes for --target %s and no limit of memory. Trained weights may take less, where "
        "they prove channels constant.\nThe files are in %s. The head of each lists its params and whose "
        "checkpoints it takes.\n",
        machine, j->shipped);
    return true;
}
