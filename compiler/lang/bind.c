/* bind.c: binds arguments to formals, by position or by name. */
#include "lang/eval.h"

#include <string.h>

/* "it takes (out, kernel, [stride], ..)". Optional formals are in brackets. */
static const char *show_formals(evaluator *ev, const formals *f) {
    enum { MOST_SHOWN = 16 };
    if (f->count == 0) return "it takes none";
    const char *s = "it takes (";
    for (int i = 0; i < f->count && i < MOST_SHOWN; i++) {
        s = arena_printf(ev->mem, f->required[i] ? "%s%s%s" : "%s%s[%s]", s, i ? ", " : "", f->names[i]);
    }
    return arena_printf(ev->mem, "%s%s)", s, f->count > MOST_SHOWN ? ", .." : "");
}

static int find_formal(const formals *f, const char *name) {
    for (int i = 0; i < f->count; i++) {
        if (strcmp(f->names[i], name) == 0) return i;
    }
    return -1;
}

static void report_unknown(evaluator *ev, const formals *f, const given *g) {
    word_list *l = start_words(ev, g->at);
    for (int i = 0; i < f->count; i++) add_word(l, f->names[i]);
    const char *mean = did_you_mean(ev, g->name, l);
    if (*mean) {
        eval_error(ev, g->at, "%s: no argument '%s'%s", f->what, g->name, mean);
    } else {
        eval_error(ev, g->at, "%s: no argument '%s'; %s", f->what, g->name, show_formals(ev, f));
    }
}

bool bind_arguments(evaluator *ev, loc at, const formals *f, const given *list, int n, const given **bound) {
    bool good = true;
    int position = 0;
    for (int i = 0; i < f->count; i++) bound[i] = NULL;
    for (int i = 0; i < n; i++) {
        const given *g = &list[i];
        int to = g->name ? find_formal(f, g->name) : position++;
        if (to < 0) {
            report_unknown(ev, f, g);
            good = false;
        } else if (to >= f->count) {
            eval_error(ev, g->at, "%s: too many arguments; %s", f->what, show_formals(ev, f));
            return false;
        } else if (bound[to]) {
            eval_error(ev, g->at, "%s: argument '%s' is given twice", f->what, f->names[to]);
            good = false;
        } else {
            bound[to] = g;
        }
    }
    for (int i = 0; i < f->count && good; i++) {
        if (bound[i] || !f->required[i]) continue;
        eval_error(ev, at, "%s: missing argument '%s'; %s", f->what, f->names[i], show_formals(ev, f));
        good = false;
    }
    return good;
}
