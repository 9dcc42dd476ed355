/* explain.c: reports why a checkpoint does not fit a network, and what can be done about it.
 *
 * Each tensor that is missing or has the wrong shape is an error at the line of the .net file that needs it,
 * with the expected shape and with what the files have instead. Where there are many, a line of sum comes
 * first, which also says whose weights they seem to be, and the errors end after twenty. Where no tensor was
 * found at all, one error shows names of the network and names of each file instead. Where there is a common
 * cause, such as a prefix or the other library's naming, a note says so. */
#include "weights/bind.h"

#include <string.h>

enum {
    FEW = 4,              /* so many errors, or fewer, need no sum */
    MOST_SHOWN = 20,      /* errors that are shown; the rest is counted */
    NEAREST_AMONG = 3000, /* candidates for the nearest name */
    NAMES_SHOWN = 5,      /* names of the network and of each file, if nothing matches */
    FILES_SHOWN = 4,      /* files, if nothing matches */
    MAX_PREFIX = 64,
};

static loc at_file(const checkpoint *c) { return (loc){.src = &c->src}; }

stored *find_stored(const tensor_index *index, const char *key) {
    int low = 0, high = index->count;
    while (low < high) {
        int middle = low + (high - low) / 2, order = strcmp(index->tensors[middle]->key, key);
        if (order == 0) return index->tensors[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* The keys that nothing used, at most NEAREST_AMONG. A missing tensor may be among them under another name. */
static const char **list_candidates(arena *a, const tensor_index *index, int *count) {
    const char **names = ARENA_ARRAY(a, const char *, NEAREST_AMONG);
    *count = 0;
    for (int i = 0; i < index->count && *count < NEAREST_AMONG; i++) {
        if (!index->used[i]) names[(*count)++] = index->tensors[i]->key;
    }
    return names;
}

/* " F32 [32, 3, 3, 3]"; "" if type and shape cannot be read. */
static const char *show_stored(arena *a, stored *t) {
    const char *why;
    if (!checkpoint_describe(a, t, &why)) return "";
    return arena_printf(a, " %s %s", t->type_name, shape_show(a, t->dims, t->rank));
}

/* "[32, 3, 3, 3]", the shape that the network needs; "int8 [32, 3, 3, 3]" if a quantised layer needs it. */
static const char *show_expected(arena *a, const problem *p) {
    const char *shown = layout_show(a, &p->layout);
    elem_type type = p->node->weights[p->role]->type;
    return type == TYPE_I8 || type == TYPE_I32 ? arena_printf(a, "%s %s", type_table[type].name, shown) : shown;
}

/* Whether the tensor that was found has the shape of the other naming, whose axes are in another order. */
static bool fits_other_naming(arena *a, const graph *g, const problem *p) {
    node other = *p->node;
    other.a.naming = other.a.naming == NAMING_KERAS ? NAMING_TORCH : NAMING_KERAS;
    layout l = layout_of(a, g, &other, p->role);
    return layout_fits(&l, p->found->dims, p->found->rank);
}

static const char *other_naming(const node *n) { return n->a.naming == NAMING_KERAS ? "torch" : "keras"; }

static void explain_missing(arena *a, diag *d, const tensor_index *index, const problem *p,
                            const char **candidates, int n_candidates) {
    const char *where = index->n_files == 1 ? arena_printf(a, " in %s", index->files[0]->src.path) : "";
    diag_error(d, p->node->at, "missing tensor \"%s\"%s, expected %s", p->name, where, show_expected(a, p));
    const char *near = nearest_word(p->name, candidates, (size_t)n_candidates);
    stored *t = near ? find_stored(index, near) : NULL;
    if (t) diag_note(d, at_file(t->file), "the nearest name here is \"%s\"%s", t->name, show_stored(a, t));
    if (!p->node->labelled && !t) {
        diag_note(d, p->node->at,
                  "this layer has no label; write @\"..\" behind it, with the checkpoint's name for it");
    }
}

static void explain_misshapen(arena *a, diag *d, const graph *g, const problem *p) {
    const char *which = show_origin(a, p->found, p->name);
    if (p->why) {
        diag_error(d, p->node->at, "%s: %s", which, p->why);
        return;
    }
    diag_error(d, p->node->at, "%s has the shape %s, expected %s", which,
               shape_show(a, p->found->dims, p->found->rank), show_expected(a, p));
    if (fits_other_naming(a, g, p))
        diag_note(d, at_file(p->found->file), "it would fit the layout of naming = %s", other_naming(p->node));
}

/* "; they look like those of mobilenet_v2.net", or "". */
static const char *show_guess(arena *a, const tensor_index *index, const weights_guess *guess) {
    const char *name = guess ? guess->name(guess->data, index) : NULL;
    return name ? arena_printf(a, "; they look like those of %s", name) : "";
}

/* How many of the missing names the files have if `cut` at their front is replaced by `prefix`. */
static int count_with_prefix(const tensor_index *index, const problem *problems, int count, const char *prefix,
                             const char *cut) {
    int found = 0;
    char name[STORED_MAX_NAME + MAX_PREFIX + 1];
    size_t n_prefix = strlen(prefix), n_cut = strlen(cut);
    for (int i = 0; i < count; i++) {
        const char *own = problems[i].name;
        if (problems[i].found || strncmp(own, cut, n_cut) != 0 || strlen(own) > STORED_MAX_NAME) continue;
        memcpy(name, prefix, n_prefix);
        strcpy(name + n_prefix, own + n_cut);
        found += find_stored(index, name) != NULL;
    }
    return found;
}

/* The first tensor whose key is the name with a prefix, such as "module.conv.weight" for "conv.weight". NULL if
 * there is none. */
static const stored *find_prefixed(const tensor_index *index, const char *name) {
    size_t length = strlen(name);
    for (int i = 0; i < index->count; i++) {
        const char *key = index->tensors[i]->key;
        size_t n = strlen(key);
        if (n <= length || n - length >= MAX_PREFIX || strcmp(key + n - length, name) != 0) continue;
        char before = key[n - length - 1];
        if (before == '.' || before == '/' || before == '_') return index->tensors[i];
    }
    return NULL;
}

/* The first tensor whose key is the name without a prefix, such as "conv.weight" for "net.conv.weight". NULL if
 * there is none. */
static const stored *find_cut(const tensor_index *index, const char *name) {
    for (const char *p = name; *p; p++) {
        const stored *t = *p == '.' || *p == '/' ? find_stored(index, p + 1) : NULL;
        if (t) return t;
    }
    return NULL;
}

/* The prefix of the longer name that the shorter name does not have. */
static const char *show_prefix(arena *a, const char *longer, const char *shorter) {
    return arena_strndup(a, longer, strlen(longer) - strlen(shorter));
}

/* A regular expression that matches exactly that text: signs such as dots are escaped. */
static const char *as_regex(arena *a, const char *s) {
    const char *regex = "";
    for (; *s; s++) regex = arena_printf(a, "%s%s%c", regex, strchr(".*+?()[]|^$\\{", *s) ? "\\" : "", *s);
    return regex;
}

static void hint_at_prefix(arena *a, diag *d, const tensor_index *index, const problem *problems, int count) {
    int missing = 0;
    const problem *first = NULL;
    for (int i = 0; i < count; i++) {
        if (problems[i].found) continue;
        if (!first) first = &problems[i];
        missing++;
    }
    if (!first) return;
    const stored *t = find_prefixed(index, first->name);
    const char *added = t ? show_prefix(a, t->key, first->name) : NULL;
    int found = added ? count_with_prefix(index, problems, count, added, "") : 0;
    if (added && 2 * found >= missing) {
        diag_note(d, at_file(t->file),
                  "%d of the %d missing names are there with \"%s\" before them: put @\"%s\" "
                  "around the layers, or use --rename '^%s='",
                  found, missing, added, added, as_regex(a, added));
        return;
    }
    t = find_cut(index, first->name);
    const char *cut = t ? show_prefix(a, first->name, t->key) : NULL;
    found = cut ? count_with_prefix(index, problems, count, "", cut) : 0;
    if (cut && 2 * found >= missing) {
        diag_note(d, at_file(t->file),
                  "%d of the %d missing names are there without the \"%s\" at their front: use --rename '^=%s'",
                  found, missing, cut, cut);
    }
}

/* Whether the name has an ending that is usual for that naming. */
static bool looks_like(const char *name, naming whose) {
    static const char *const torch[] = {".weight", ".running_mean", ".running_var", NULL};
    static const char *const keras[] = {"/kernel",      "/depthwise_kernel", "/gamma",
                                        "/moving_mean", "/moving_variance",  NULL};
    for (const char *const *e = whose == NAMING_KERAS ? keras : torch; *e; e++) {
        size_t n = strlen(name), m = strlen(*e);
        if (n > m && strcmp(name + n - m, *e) == 0) return true;
    }
    return false;
}

static void hint_at_naming(diag *d, const checkpoint *file, const problem *problems, int count) {
    int torch = 0, keras = 0, wants_torch = 0;
    for (int i = 0; i < file->n_tensors; i++) {
        torch += looks_like(file->tensors[i].key, NAMING_TORCH);
        keras += looks_like(file->tensors[i].key, NAMING_KERAS);
    }
    for (int i = 0; i < count; i++) wants_torch += problems[i].node->a.naming == NAMING_TORCH;
    bool wants_keras = 2 * wants_torch < count;
    if (!wants_keras && keras > torch) {
        diag_note(d, at_file(file), "its names look like those of Keras; the network says naming = torch");
    } else if (wants_keras && torch > keras) {
        diag_note(d, at_file(file), "its names look like those of PyTorch; the network says naming = keras");
    }
}

static void hint_at_labels(diag *d, const graph *g, const problem *problems, int count) {
    int unlabelled = 0;
    for (int i = 0; i < count; i++) unlabelled += !problems[i].node->labelled;
    if (2 * unlabelled < count) return;
    diag_note(d, (loc){.src = g->at.src},
              "its layers have no labels; write @\"..\" behind each, with the checkpoint's name for it");
}

/* Adds a note with the first names of a file, and how many there are. */
static void show_names(arena *a, diag *d, const checkpoint *file) {
    if (file->n_tensors == 0) {
        diag_note(d, at_file(file), "it holds no tensor");
        return;
    }
    const char *has = "";
    for (int i = 0; i < file->n_tensors && i < NAMES_SHOWN; i++) {
        stored *t = &file->tensors[i];
        has = arena_printf(a, "%s%s\"%.80s\"%s", has, i ? ", " : "", t->name, show_stored(a, t));
    }
    diag_note(d, at_file(file), "it has %d tensor%s: %s%s", file->n_tensors, file->n_tensors == 1 ? "" : "s",
              has, file->n_tensors > NAMES_SHOWN ? ", .." : "");
}

static void show_both_sides(arena *a, diag *d, const graph *g, const tensor_index *index,
                            const problem *problems, int count, const weights_guess *guess) {
    diag_error(d, g->at, "none of the %d tensors that the network needs is in the weights%s", count,
               show_guess(a, index, guess));
    const char *wants = "";
    for (int i = 0; i < count && i < NAMES_SHOWN; i++) {
        wants = arena_printf(a, "%s%s\"%.80s\" %s", wants, i ? ", " : "", problems[i].name,
                             show_expected(a, &problems[i]));
    }
    diag_note(d, g->at.src ? (loc){.src = g->at.src} : (loc){0}, "it needs %s%s", wants,
              count > NAMES_SHOWN ? ", .." : "");
    hint_at_labels(d, g, problems, count);
    for (int i = 0; i < index->n_files && i < FILES_SHOWN; i++) show_names(a, d, index->files[i]);
}

static void show_problems(arena *a, diag *d, const graph *g, const tensor_index *index, const problem *problems,
                          int count) {
    int n_candidates;
    const char **candidates = list_candidates(a, index, &n_candidates);
    for (int i = 0; i < count && i < MOST_SHOWN; i++) {
        if (problems[i].found)
            explain_misshapen(a, d, g, &problems[i]);
        else
            explain_missing(a, d, index, &problems[i], candidates, n_candidates);
    }
    if (count > MOST_SHOWN) diag_note(d, (loc){.src = g->at.src}, "and %d more", count - MOST_SHOWN);
}

void explain_problems(arena *a, diag *d, const graph *g, const tensor_index *index, problem *problems,
                      int n_problems, int wanted, const weights_guess *guess) {
    if (n_problems == 0) return;
    int found = 0;
    for (int i = 0; i < n_problems; i++) found += problems[i].found != NULL;
    if (n_problems == wanted && found == 0 && wanted > 1) {
        show_both_sides(a, d, g, index, problems, n_problems, guess);
    } else {
        if (n_problems > FEW)
            diag_error(
                d, g->at,
                "%d of the %d tensors that the network needs are not in the weights, or have another shape%s",
                n_problems, wanted, show_guess(a, index, guess));
        show_problems(a, d, g, index, problems, n_problems);
    }
    if (index->n_files && index->count) {
        hint_at_prefix(a, d, index, problems, n_problems);
        for (int i = 0; i < index->n_files && i < FILES_SHOWN; i++)
            hint_at_naming(d, index->files[i], problems, n_problems);
    }
}
