/* choices.c: what a search may choose: the params that `search` names, and the choices in parentheses.
 *
 * Of several files with `search`, those that are nearest to the main file count, as with `variant`, and
 * --search counts more than all. Choices in parentheses count in the main file only, since a candidate is the
 * text of that file; in other files they are their first alternative. A param that -D sets is not searched.
 * Neither is a default that is a choice, where `set` or a variant gives the value. */
#include "lang/eval.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- finding them --- */

static int count_exprs(const expr *first) {
    int count = 0;
    for (const expr *e = first; e; e = e->next) count++;
    return count;
}

static open_choice *add_choice(evaluator *ev, const char *name, loc at, const expr *alternatives) {
    if (ev->n_choices == ev->choices_room) {
        ev->choices_room = ev->choices_room ? ev->choices_room * 2 : 16;
        ev->choices = arena_grow(ev->mem, ev->choices, (size_t)ev->n_choices, (size_t)ev->choices_room,
                                 sizeof *ev->choices);
    }
    open_choice *c = &ev->choices[ev->n_choices++];
    *c =
        (open_choice){.name = name, .at = at, .alternatives = alternatives, .count = count_exprs(alternatives)};
    map_add(ev->mem, &ev->choice_names, name, (void *)(size_t)alternatives);
    return c;
}

static bool has_choice(const expr *e) { return e && e->kind == EXPR_ALTERNATIVES; }

/* A param and the alternatives behind `in`, else those of the param. */
static void search_param(evaluator *ev, const named *n) {
    param *p = find_param(ev, n->name, n->at);
    if (!p) return;
    if (p->searched) {
        eval_error(ev, n->at, "'%s' is searched already", n->name);
        return;
    }
    p->searched = true;
    const expr *list = n->value ? n->value->items : has_choice(p->value) ? p->value->alternatives : p->choices;
    if (!list && n->value) {
        eval_error(ev, n->value->at, "the list of '%s' is empty", n->name);
    } else if (!list) {
        eval_error(ev, n->at, "'%s' has no list of values: write search %s in [..], or param %s = .. in [..]",
                   n->name, n->name, n->name);
    } else if (count_exprs(list) > MAX_ALTERNATIVES) {
        eval_error(ev, n->at, "'%s' has a list of more than %d values", n->name, MAX_ALTERNATIVES);
    } else if (!p->defined) {
        open_choice *c = add_choice(ev, n->name, n->at, list);
        c->of = p;
        c->node = has_choice(p->value) ? p->value : NULL;
        c->has_own_list = n->value != NULL;
    }
}

static void search_params(evaluator *ev, const named *first) {
    for (const named *n = first; n; n = n->next) search_param(ev, n);
}

/* The statements of the files that are nearest to the main file. Of the others only the names are looked up. */
static void read_searches(evaluator *ev) {
    int nearest = INT_MAX;
    for (int i = 0; i < ev->n_items; i++) {
        const placed *it = &ev->items[i];
        if (it->what->kind == ITEM_SEARCH && it->depth < nearest) nearest = it->depth;
    }
    for (int i = 0; i < ev->n_items; i++) {
        const placed *it = &ev->items[i];
        if (it->what->kind != ITEM_SEARCH) continue;
        if (it->depth == nearest && !ev->options->search) {
            search_params(ev, it->what->named);
        } else {
            for (const named *n = it->what->named; n; n = n->next) find_param(ev, n->name, n->at);
        }
    }
}

/* --search */
static void read_given_search(evaluator *ev) {
    const char *words = ev->options->search;
    const source *src = new_source(ev->mem, "--search", words, strlen(words));
    if (words[strspn(words, " \t")] == 0) {
        eval_error(ev, (loc){.src = src}, "no param is named");
        return;
    }
    search_params(ev, parse_searched(ev->mem, ev->d, src, &ev->tokens));
}

/* --- choices in parentheses --- */

static void find_in_stage(evaluator *ev, const stmt *st) {
    int row_number = 1;
    for (const row *r = st->table->rows; r; r = r->next, row_number++) {
        const column *c = st->table->columns;
        for (const expr *e = r->cells; e; e = e->next, c = c ? c->next : NULL) {
            if (!has_choice(e)) continue;
            const char *name = arena_printf(ev->mem, "%s row %d %s", st->name, row_number, c ? c->name : "?");
            if (map_find(&ev->choice_names, name))
                name = arena_printf(ev->mem, "%s, line %d", name, e->at.line);
            add_choice(ev, name, e->at, e->alternatives)->node = e;
        }
    }
}

static void find_in_body(evaluator *ev, const body *b) {
    if (!b || !enter(ev, b->at, BODY_DEPTH)) return;
    for (const stmt *st = b->first; st && enter(ev, st->at, 0); st = st->next) {
        if (st->kind == STMT_STAGE) find_in_stage(ev, st);
        for (const call *c = st->chain; c; c = c->next) find_in_body(ev, c->body);
        find_in_body(ev, st->then);
        find_in_body(ev, st->other);
    }
    leave(ev, BODY_DEPTH);
}

static void find_in_item(evaluator *ev, const item *it) {
    param *p = it->kind == ITEM_PARAM && has_choice(it->value) ? map_find(&ev->params, it->name) : NULL;
    if (p && !p->searched && !p->chosen) {
        open_choice *c = add_choice(ev, it->name, it->value->at, it->value->alternatives);
        c->of = p;
        c->node = it->value;
    }
    find_in_body(ev, it->body);
}

/* --- making the choices --- */

static const expr *alternative(const open_choice *c, int pick) {
    const expr *e = c->alternatives;
    for (int i = 0; i < pick; i++) e = e->next;
    return e;
}

/* Params get their `chosen` values; cells are looked up when they are evaluated. */
static void make_choices(evaluator *ev, const int *picks) {
    for (int i = 0; i < ev->n_choices; i++) {
        const open_choice *c = &ev->choices[i];
        if (c->of) {
            c->of->chosen = alternative(c, picks[i]);
        } else {
            ev->written[c->node->number].pick = picks[i];
        }
    }
}

static void number_written(evaluator *ev) {
    for (int i = 0; i < ev->n_choices; i++) {
        const expr *written = ev->choices[i].node;
        bool here = written && written->at.src == ev->main_file;
        if (here && written->number >= ev->n_written) ev->n_written = written->number + 1;
    }
    ev->written = ARENA_ARRAY(ev->mem, written_choice, ev->n_written);
}

void find_open_choices(evaluator *ev) {
    read_searches(ev);
    if (ev->options->search) read_given_search(ev);
    for (int i = 0; i < ev->n_items; i++) {
        if (ev->items[i].what->at.src == ev->main_file) find_in_item(ev, ev->items[i].what);
    }
    number_written(ev);
    if (ev->options->picks && !ev->stopped) make_choices(ev, ev->options->picks);
}

/* --- their values --- */

void check_open_choices(evaluator *ev) {
    static const scope outermost;
    for (int i = 0; i < ev->n_choices; i++) {
        open_choice *c = &ev->choices[i];
        if (!c->of) continue;
        int n = eval_alternatives(ev, &outermost, c->alternatives, &c->values);
        if (!n) c->values = NULL;
        const expr *e = c->alternatives;
        for (int k = 0; k < n; k++, e = e->next) {
            if (c->has_own_list || c->node) check_allowed(ev, c->of, c->values[k], e->at);
        }
    }
}

void note_open_choices(evaluator *ev) {
    const open_choice *first = NULL;
    int count = 0;
    for (int i = 0; i < ev->n_choices && !ev->options->picks; i++) {
        const open_choice *c = &ev->choices[i];
        if (!c->node || (c->of && c->of->chosen)) continue;
        if (!count++) first = c;
    }
    if (count == 1) {
        diag_note(ev->d, first->node->at, "the first alternative is taken; --fit searches the others");
    } else if (count) {
        diag_note(ev->d, first->node->at,
                  "%d choices are open from here on: the first alternative of each is taken; --fit searches "
                  "the others",
                  count);
    }
}

/* --- what candidates are written of --- */

/* The bytes of a place in the file. */
static size_t offset_of(const source *src, int line, int col) {
    const char *p = src->text;
    for (int i = 1; i < line; i++) p = strchr(p, '\n') + 1;
    return (size_t)(p - src->text) + (size_t)col - 1;
}

/* The text of an alternative. One of several lines keeps its parentheses, within which ends of lines do not
 * count. */
static const char *text_of(evaluator *ev, const expr *e, loc choice_at) {
    bool of_range = e->at.src == choice_at.src && e->at.line == choice_at.line && e->at.col == choice_at.col;
    if (of_range && e->kind == EXPR_INT) return arena_printf(ev->mem, "%lld", (long long)e->integer);
    if (of_range && e->kind == EXPR_REAL) {
        const char *s = arena_printf(ev->mem, "%.12g", e->real);
        return strpbrk(s, ".e") ? s : arena_printf(ev->mem, "%s.0", s);
    }
    const source *src = e->at.src;
    size_t begin = offset_of(src, e->at.line, e->at.col), end = offset_of(src, e->at.end_line, e->at.end_col);
    const char *s = arena_strndup(ev->mem, src->text + begin, end - begin);
    return strchr(s, '\n') ? arena_printf(ev->mem, "(%s)", s) : s;
}

static bool same_values(value a, value b) {
    if (is_number(a) && is_number(b)) return as_real(a) == as_real(b);
    if (a.kind != b.kind) return false;
    if (a.kind == VALUE_BOOL) return a.truth == b.truth;
    return (a.kind == VALUE_STRING || a.kind == VALUE_WORD) && strcmp(a.text, b.text) == 0;
}

/* The text that gives a param its value: that of the main file's `set`, else its default, if these count. */
static loc place_of(const evaluator *ev, const param *p) {
    static const loc none = {0};
    if (p->set && p->set->at.src == ev->main_file) return p->set->value->at;
    bool by_default = p->value && p->at.src == ev->main_file && !p->set && !p->by_variant;
    return by_default ? p->value->at : none;
}

static int nearest_number(const lang_choice *c, double x) {
    int best = 0;
    for (int i = 1; i < c->count; i++) {
        const lang_alternative *a = &c->alternatives[i], *b = &c->alternatives[best];
        if (a->is_number && (!b->is_number || fabs(a->number - x) < fabs(b->number - x))) best = i;
    }
    return best;
}

static void describe_choice(evaluator *ev, const open_choice *c, lang_choice *out) {
    *out = (lang_choice){.name = c->name, .is_param = c->of != NULL, .at = c->at, .count = c->count};
    out->place = c->of ? place_of(ev, c->of) : c->node->at;
    out->usual = c->of ? -1 : 0;
    out->own = c->of && is_number(c->of->v) ? as_real(c->of->v) : NAN;
    lang_alternative *all = ARENA_ARRAY(ev->mem, lang_alternative, c->count);
    out->alternatives = all;
    const expr *e = c->alternatives;
    for (int i = 0; i < c->count; i++, e = e->next) {
        all[i].text = text_of(ev, e, c->node ? c->node->at : (loc){0});
        all[i].is_number = written_number(e, &all[i].number);
        if (!c->values) continue;
        all[i].is_number = is_number(c->values[i]);
        if (all[i].is_number) all[i].number = as_real(c->values[i]);
        if (out->usual < 0 && same_values(c->values[i], c->of->v)) out->usual = i;
    }
    out->nearest = out->usual >= 0                ? out->usual
                   : c->of && is_number(c->of->v) ? nearest_number(out, as_real(c->of->v))
                                                  : 0;
}

static void describe_settings(evaluator *ev, lang_choices *c) {
    const lang_options *o = ev->options;
    lang_setting *all = ARENA_ARRAY(ev->mem, lang_setting, o->n_defines);
    c->settings = all;
    map seen = {0};
    for (int i = o->n_defines - 1; i >= 0; i--) { /* of two values of a param the last counts */
        const define *def = &o->defines[i];
        if (!map_add(ev->mem, &seen, def->name, all)) continue;
        /* A comment, or the end of a line, would hide what comes behind it. */
        bool open = strpbrk(def->value, "#\n") != NULL;
        const char *its_value = open ? arena_printf(ev->mem, "(%s\n)", def->value) : def->value;
        all[c->n_settings++] =
            (lang_setting){def->name, its_value, place_of(ev, map_find(&ev->params, def->name))};
    }
}

/* Whether the library has this file by this name, so that it is found from any folder. */
static bool is_in_library(evaluator *ev, const import_edge *edge) {
    char here[PATH_MAX], there[PATH_MAX];
    if (!ev->options->shipped_dir) return false;
    const char *path = arena_printf(ev->mem, "%s/%s", ev->options->shipped_dir, edge->from->name);
    return realpath(path, there) && realpath(edge->to->path, here) && strcmp(here, there) == 0;
}

static void describe_imports(evaluator *ev, lang_choices *c) {
    lang_import *all = ARENA_ARRAY(ev->mem, lang_import, ev->n_imports);
    c->imports = all;
    for (int i = 0; i < ev->n_imports; i++) {
        const import_edge *edge = &ev->imports[i];
        if (edge->from->at.src != ev->main_file) continue;
        loc at = edge->from->at;
        if (!c->last_import.src || at.line >= c->last_import.line) c->last_import = at;
        if (!is_in_library(ev, edge)) all[c->n_imports++] = (lang_import){edge->from->name_at, edge->to->path};
    }
}

void describe_choices(evaluator *ev, lang_choices *c) {
    *c = (lang_choices){.file = ev->main_file, .count = ev->n_choices, .variant = ev->options->variant};
    lang_choice *all = ARENA_ARRAY(ev->mem, lang_choice, ev->n_choices);
    c->choices = all;
    for (int i = 0; i < ev->n_choices; i++) describe_choice(ev, &ev->choices[i], &all[i]);
    loc *statements = ARENA_ARRAY(ev->mem, loc, ev->n_items);
    c->statements = statements;
    for (int i = 0; i < ev->n_items; i++) {
        const item *it = ev->items[i].what;
        if (it->at.src != ev->main_file) continue;
        if (!c->first_item.src) c->first_item = it->at;
        if (it->kind == ITEM_SEARCH) statements[c->n_statements++] = it->at;
        if (it->kind == ITEM_VARIANT) c->variant_at = it->name_at;
    }
    describe_settings(ev, c);
    describe_imports(ev, c);
}
