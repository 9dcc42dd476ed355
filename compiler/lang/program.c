/* program.c: loads the files of a program into one list of items, and enters what they declare.
 *
 * The items of an imported file take the place of the import, so that `default`s and params come in the order
 * in which a reader meets them. Each item keeps how many imports it is away from the main file, because the
 * nearest net and the nearest `variant` count. */
#include "base/file.h"
#include "lang/eval.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* A file of the program. `done` is set once all of it was read; before, an import of it is circular. */
typedef struct loaded {
    const char *path; /* the real path, without links and dots, by which one file of two names is recognized */
    const source *src;
    bool done;
} loaded;

typedef struct loader {
    evaluator *ev;
    loaded files[MAX_FILES];
    int n_files;
    int room;
    bool good;
} loader;

static bool load_items(loader *l, const source *src, int depth);

static void place_item(loader *l, const item *what, int depth) {
    evaluator *ev = l->ev;
    if (ev->n_items == l->room) {
        l->room = l->room ? l->room * 2 : 64;
        ev->items = arena_grow(ev->mem, ev->items, (size_t)ev->n_items, (size_t)l->room, sizeof(placed));
    }
    ev->items[ev->n_items++] = (placed){what, depth};
}

static const char *canonical_path(arena *a, const char *path) {
    char buffer[PATH_MAX];
    return arena_strdup(a, realpath(path, buffer) ? buffer : path);
}

/* Adds a file that is about to be read. NULL, after an error, if there are too many. */
static loaded *begin_file(loader *l, const source *src, loc at) {
    evaluator *ev = l->ev;
    if (l->n_files == MAX_FILES) {
        diag_error(ev->d, at, "more than %d files", MAX_FILES);
        return NULL;
    }
    ev->files = arena_grow(ev->mem, ev->files, (size_t)ev->n_files, (size_t)ev->n_files + 1, sizeof *ev->files);
    ev->files[ev->n_files++] = src->path;
    loaded *f = &l->files[l->n_files++];
    *f = (loaded){canonical_path(ev->mem, src->path), src, false};
    return f;
}

static const loaded *find_file(const loader *l, const char *path) {
    for (int i = 0; i < l->n_files; i++) {
        if (strcmp(l->files[i].path, path) == 0) return &l->files[i];
    }
    return NULL;
}

/* Folder i of the search path: -1 is the folder of the importing file, then come those of -I, and last the
 * library. NULL if there is no library. */
static const char *search_folder(const evaluator *ev, const item *import, int i) {
    const lang_options *o = ev->options;
    if (i < 0) return path_folder(ev->mem, import->at.src->path);
    const char *folder = i < o->n_include_dirs ? o->include_dirs[i] : o->shipped_dir;
    if (!folder || !*folder) return folder;
    return folder[strlen(folder) - 1] == '/' ? folder : arena_printf(ev->mem, "%s/", folder);
}

/* Reads an imported file from the first folder that has it. NULL with *known set if it was read before, and
 * NULL after an error. */
static const source *find_import(loader *l, const item *import, const loaded **known) {
    evaluator *ev = l->ev;
    bool absolute = import->name[0] == '/';
    const char *why = NULL;
    for (int i = -1; i <= ev->options->n_include_dirs; i++) {
        const char *folder = search_folder(ev, import, i);
        if (!folder || (absolute && i >= 0)) continue;
        const char *path = arena_printf(ev->mem, "%s%s", absolute ? "" : folder, import->name);
        *known = find_file(l, canonical_path(ev->mem, path));
        if (*known) return NULL;
        source *src = ARENA_NEW(ev->mem, source);
        src->path = path;
        const char *reason = NULL;
        src->text = read_file(ev->mem, path, MAX_SOURCE_BYTES, &src->size, &reason);
        if (src->text) return src;
        if (!strstr(reason, "No such file")) why = reason;
    }
    if (why) {
        diag_error(ev->d, import->name_at, "cannot import \"%s\": %s", import->name, why);
    } else {
        diag_error(ev->d, import->name_at,
                   "no file \"%s\" beside this one, in the -I folders or in the library", import->name);
    }
    return NULL;
}

static void note_import(evaluator *ev, const item *from, const source *to) {
    if (ev->n_imports == ev->imports_room) {
        ev->imports_room = ev->imports_room ? ev->imports_room * 2 : 16;
        ev->imports = arena_grow(ev->mem, ev->imports, (size_t)ev->n_imports, (size_t)ev->imports_room,
                                 sizeof *ev->imports);
    }
    ev->imports[ev->n_imports++] = (import_edge){from, to};
}

static bool load_import(loader *l, const item *import, int depth) {
    evaluator *ev = l->ev;
    if (depth >= MAX_IMPORT_DEPTH) {
        diag_error(ev->d, import->name_at, "imports nest more than %d deep", MAX_IMPORT_DEPTH);
        return false;
    }
    const loaded *known = NULL;
    const source *src = find_import(l, import, &known);
    if (known && !known->done) {
        diag_error(ev->d, import->name_at, "\"%s\" imports itself, by way of this line", import->name);
        return false;
    }
    if (known) note_import(ev, import, known->src);
    if (known) return true;
    if (!src) return false;
    note_import(ev, import, src);
    loaded *f = begin_file(l, src, import->name_at);
    if (!f) return false;
    bool good = load_items(l, src, depth + 1);
    f->done = true;
    return good;
}

static bool load_items(loader *l, const source *src, int depth) {
    evaluator *ev = l->ev;
    item *first = NULL;
    bool good = parse_items(ev->mem, ev->d, src, &ev->tokens, &first);
    for (const item *i = first; i; i = i->next) {
        if (i->kind != ITEM_IMPORT) {
            place_item(l, i, depth);
        } else if (!load_import(l, i, depth)) {
            good = false;
        }
    }
    return good;
}

bool load_program(evaluator *ev, const source *main_file) {
    loader *l = ARENA_NEW(ev->mem, loader);
    l->ev = ev;
    bool good = true;
    if (ev->prelude) good = load_items(l, ev->prelude, 0);
    loaded *f = begin_file(l, main_file, (loc){.src = main_file});
    if (!load_items(l, main_file, 0)) good = false;
    f->done = true;
    return good;
}

/* --- what the items declare --- */

/* The formals of a block or function, as arrays. Reports names that are there twice, and too many formals. */
static formals read_formals(evaluator *ev, const item *from) {
    int count = 0;
    for (const named *n = from->named; n; n = n->next) count++;
    if (count > MAX_ARGS) {
        eval_error(ev, from->name_at, "'%s' has more than %d parameters", from->name, MAX_ARGS);
        count = 0;
    }
    const char **names = ARENA_ARRAY(ev->mem, const char *, count);
    bool *required = ARENA_ARRAY(ev->mem, bool, count);
    map seen = {0};
    int i = 0;
    for (const named *n = from->named; n && i < count; n = n->next, i++) {
        names[i] = n->name;
        required[i] = n->value == NULL;
        if (!map_add(ev->mem, &seen, n->name, &names[i])) {
            eval_error(ev, n->at, "'%s' has two parameters '%s'", from->name, n->name);
        }
    }
    return (formals){from->name, names, required, count};
}

static void report_second(evaluator *ev, const char *what, const item *second, const item *first) {
    if (!is_first_report(ev, second->name_at)) return;
    diag_error(ev->d, second->name_at, "there is already a %s '%s'", what, second->name);
    diag_note(ev->d, first->name_at, "it is here");
}

static void declare_function(evaluator *ev, const item *from) {
    function *f = ARENA_NEW(ev->mem, function);
    *f = (function){from, read_formals(ev, from)};
    map *m = from->at.src == ev->prelude ? &ev->prelude_functions : &ev->functions;
    if (!map_add(ev->mem, m, from->name, f))
        report_second(ev, "function", from, ((function *)map_find(m, from->name))->from);
}

static void declare_block(evaluator *ev, const item *from) {
    if (find_structure(from->name)) {
        eval_error(ev, from->name_at, "'%s' is a form of the language and cannot name a block", from->name);
        return;
    }
    block *b = ARENA_NEW(ev->mem, block);
    *b = (block){from, read_formals(ev, from)};
    map *m = from->at.src == ev->prelude ? &ev->prelude_blocks : &ev->blocks;
    if (!map_add(ev->mem, m, from->name, b))
        report_second(ev, "block", from, ((block *)map_find(m, from->name))->from);
}

/* The net that is nearest to the main file; two that are equally near are an error. */
static const item *find_net(evaluator *ev, const source *main_file) {
    const item *net = NULL, *rival = NULL;
    int depth = INT_MAX;
    for (int i = 0; i < ev->n_items; i++) {
        const placed *p = &ev->items[i];
        if (p->what->kind != ITEM_NET || p->depth > depth) continue;
        rival = p->depth == depth ? p->what : NULL;
        if (rival) {
            report_second(ev, "net", rival, net);
        } else {
            net = p->what;
            depth = p->depth;
        }
    }
    /* --check accepts a library without a net, but not a file that has neither items nor imports. */
    bool may_lack =
        ev->options->check && (ev->n_imports || ev->items[ev->n_items - 1].what->at.src == main_file);
    if (!net && !may_lack)
        eval_error(ev, (loc){.src = main_file}, "the file describes no net: `net name { .. }`");
    return net;
}

const item *declare_items(evaluator *ev, const source *main_file) {
    for (int i = 0; i < ev->n_items; i++) {
        const item *it = ev->items[i].what;
        switch (it->kind) {
        case ITEM_PARAM: add_param(ev, it); break;
        case ITEM_COMPOUND: add_compound(ev, it); break;
        case ITEM_FN: declare_function(ev, it); break;
        case ITEM_BLOCK: declare_block(ev, it); break;
        default: break; /* other items are looked for in ev->items when they are needed */
        }
    }
    return find_net(ev, main_file);
}
