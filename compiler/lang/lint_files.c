/* lint_files.c: finds the imports that nothing needs. An import is needed if a file outside of what it brings
 * in uses a name that it brings in, or if it sets defaults, variants or params, or brings in the net. */
#include "lang/lint.h"

#include <string.h>

void add_finding(lint *l, loc at, int file, const char *what) {
    if (l->n_findings == l->room_findings) {
        l->room_findings = l->room_findings ? l->room_findings * 2 : 16;
        l->findings = arena_grow(l->ev->mem, l->findings, (size_t)l->n_findings, (size_t)l->room_findings,
                                 sizeof *l->findings);
    }
    if (at.src != l->ev->prelude) l->findings[l->n_findings++] = (finding){at, file, what};
}

int find_file_number(lint *l, const source *src) {
    lint_files *f = &l->files;
    for (int i = 0; i < f->count; i++) {
        if (f->at[i] == src) return i;
    }
    if (f->count == MOST_SOURCES)
        return MOST_SOURCES - 1; /* does not happen, because program.c limits the number of files */
    f->at[f->count] = src;
    return f->count++;
}

/* Adds the imports through other files: the transitive closure, by Warshall's algorithm. */
static void close_imports(lint_files *f) {
    for (int i = 0; i < f->count; i++) f->imports[i][i] = true;
    for (int via = 0; via < f->count; via++) {
        for (int a = 0; a < f->count; a++) {
            for (int b = 0; f->imports[a][via] && b < f->count; b++) {
                if (f->imports[via][b]) f->imports[a][b] = true;
            }
        }
    }
}

void read_imports(lint *l, const item *net) {
    const evaluator *ev = l->ev;
    lint_files *f = &l->files;
    for (int i = 0; i < ev->n_imports; i++) {
        int from = find_file_number(l, ev->imports[i].from->at.src);
        f->imports[from][find_file_number(l, ev->imports[i].to)] = true;
    }
    close_imports(f);
    for (int i = 0; i < ev->n_items; i++) {
        const item *it = ev->items[i].what;
        bool acts = it->kind == ITEM_DEFAULT || it->kind == ITEM_VARIANT || it->kind == ITEM_VARIANTS ||
                    it->kind == ITEM_SET || it->kind == ITEM_SEARCH || it == net;
        if (acts) f->acts[find_file_number(l, it->at.src)] = true;
    }
}

static bool is_of_use(const lint_files *f, int file) {
    for (int b = 0; b < f->count; b++) {
        if (!f->imports[file][b]) continue;
        if (f->acts[b]) return true;
        for (int a = 0; a < f->count; a++) {
            if (f->uses[a][b] && !f->imports[file][a]) return true;
        }
    }
    return false;
}

void find_unused_imports(lint *l) {
    const evaluator *ev = l->ev;
    for (int i = 0; i < ev->n_imports; i++) {
        const import_edge *e = &ev->imports[i];
        if (e->from->at.src != l->main_file || is_of_use(&l->files, find_file_number(l, e->to))) continue;
        add_finding(l, e->from->name_at, find_file_number(l, l->main_file),
                    arena_printf(ev->mem, "nothing of \"%s\" is used", e->from->name));
    }
}
