/* lint.c: lcc --check: checks the whole text, including the parts that this variant and these params leave out.
 *
 * It runs after the evaluation, so what the evaluation met is known to be right or was reported. Here every
 * name of every item is looked up as the evaluator would do it, but without values. An unknown name is an
 * error. A name that nothing refers to is a warning: lets and tensors in any file, but params, functions,
 * blocks and imports only in the main file, because other files may have them for their other users. A main
 * file without a net is a library, and only its lets, tensors and imports are checked. A parameter of a block
 * may be unused, because a block that replaces another must take the same parameters. */
#include "lang/lint.h"

#include <stdlib.h>
#include <string.h>

/* The lets and formals of a body; `up` leads to those of the bodies around it. */
typedef struct names {
    struct names *up;
    map own; /* name to declared */
} names;

static declared *new_declared(lint *l, const char *what, const char *name, loc at, const item *from) {
    declared *d = ARENA_NEW(l->ev->mem, declared);
    *d = (declared){.name = name, .what = what, .at = at, .item = from, .file = l->file};
    return d;
}

static void declare(lint *l, map *m, const char *what, const char *name, loc at, const item *from) {
    declared *d = new_declared(l, what, name, at, from);
    declared *first = map_find(m, name);
    if (first) {
        d->same = first->same;
        first->same = d;
    } else {
        map_add(l->ev->mem, m, name, d);
    }
    if (l->n_all == l->room_all) {
        l->room_all = l->room_all ? l->room_all * 2 : 64;
        l->all = arena_grow(l->ev->mem, l->all, (size_t)l->n_all, (size_t)l->room_all, sizeof(declared *));
    }
    l->all[l->n_all++] = d;
}

/* --- uses of names --- */

static bool use(lint *l, const map *m, const char *name) {
    declared *d = map_find(m, name);
    if (!d) return false;
    if (d->item != l->item) {
        d->used = true;
        l->files.uses[l->file][d->file] = true;
    }
    return true;
}

static bool use_local(names *s, const char *name) {
    for (; s; s = s->up) {
        declared *d = map_find(&s->own, name);
        if (!d) continue;
        d->used = true;
        return true;
    }
    return false;
}

/* The prelude does not see params. */
static bool use_param(lint *l, const char *name) {
    return l->item->at.src != l->ev->prelude && use(l, &l->params, name);
}

/* Marks the tensors of that name as used: those of this block, or if it has none, those of all blocks, because
 * any of them may be a caller. */
static bool use_tensor(lint *l, const char *name) {
    declared *first = map_find(&l->tensors, name);
    if (!first) return false;
    if (first->asked == l->item) return true;
    first->asked = l->item;
    bool own = false;
    for (declared *d = first; d; d = d->same, l->ev->steps++) {
        if (d->item == l->item) d->used = own = true;
    }
    for (declared *d = first; d && !own; d = d->same) d->used = true;
    return true;
}

static bool use_block(lint *l, const char *name) {
    return use(l, &l->blocks, name) || find_block(l->ev, name) || find_layer(name);
}

static bool is_counter(const char *name) {
    return strcmp(name, "n") == 0 || strcmp(name, "row") == 0 || strcmp(name, "rep") == 0;
}

static void use_name(lint *l, names *s, const char *name, loc at) {
    bool known = use_local(s, name) || use_param(l, name) || is_counter(name) || use_tensor(l, name) ||
                 use_block(l, name) || is_word(name);
    if (!known) report_unknown_name(l->ev, NULL, name, at);
}

static void use_function(lint *l, const char *name, loc at, bool may_be_layer) {
    bool users = at.src != l->ev->prelude && use(l, &l->functions, name);
    if (users || is_function(l->ev, name, at.src)) return;
    if (may_be_layer && use_block(l, name)) return;
    report_unknown_function(l->ev, name, at);
}

static void use_callable(lint *l, names *s, const char *name, loc at) {
    if (!use_local(s, name) && !use_param(l, name) && !use_block(l, name))
        report_unknown_layer(l->ev, name, at);
}

static void use_named_tensor(lint *l, names *s, const char *name, loc at) {
    if (!use_tensor(l, name) && !use_local(s, name) && !use_param(l, name)) {
        eval_error(l->ev, at, "there is no tensor '%s' here", name);
    }
}

/* --- expressions --- */

static void walk_expr(lint *l, names *s, const expr *e);

static void walk_args(lint *l, names *s, const arg *args) {
    for (const arg *a = args; a; a = a->next) walk_expr(l, s, a->value);
}

/* The tree of a long sum is deep on the left. That side is a loop here, so that a long sum needs no stack. */
static void walk_expr(lint *l, names *s, const expr *e) {
    while (e && !l->ev->stopped) {
        const expr *next = NULL;
        switch ((expr_kind)e->kind) {
        case EXPR_NAME: use_name(l, s, e->name, e->at); break;
        case EXPR_CALL:
            use_function(l, e->name, e->at, true);
            walk_args(l, s, e->args);
            break;
        case EXPR_LIST:
            for (const expr *i = e->items; i; i = i->next) walk_expr(l, s, i);
            break;
        case EXPR_ALTERNATIVES:
            for (const expr *i = e->alternatives; i; i = i->next) walk_expr(l, s, i);
            break;
        case EXPR_MEMBER: next = e->of; break;
        case EXPR_UNARY: next = e->a; break;
        case EXPR_INDEX:
        case EXPR_BINARY:
            walk_expr(l, s, e->b);
            next = e->a;
            break;
        case EXPR_CHOICE:
            walk_expr(l, s, e->a);
            walk_expr(l, s, e->b);
            next = e->c;
            break;
        default: break;
        }
        e = next;
    }
}

/* The names in a label's braces. */
static void walk_label(lint *l, names *s, const label *its) {
    const char *open = its ? strchr(its->text, '{') : NULL;
    for (; open && !l->ev->stopped; open = strchr(open + 1, '{')) {
        const char *name = arena_strndup(l->ev->mem, open + 1, strcspn(open + 1, "+-{}"));
        if (!use_local(s, name) && !use_param(l, name) && !is_counter(name)) {
            report_label_name(l->ev, NULL, name, its->at);
        }
    }
}

/* --- statements --- */

static void walk_body(lint *l, names *around, const body *b);

static void walk_chain(lint *l, names *s, const call *chain) {
    for (const call *c = chain; c && !l->ev->stopped; c = c->next) {
        structure form = find_structure(c->name);
        if (!form) use_callable(l, s, c->name, c->at);
        for (const arg *a = c->args; a; a = a->next) {
            bool joins = form && !a->name && a->value->kind == EXPR_NAME && strcmp(c->name, "residual") != 0;
            if (joins) {
                use_named_tensor(l, s, a->value->name, a->at);
            } else {
                walk_expr(l, s, a->value);
            }
        }
        walk_label(l, s, c->label);
        if (c->body) walk_body(l, s, c->body);
    }
}

static void walk_stage(lint *l, names *s, const stmt *st) {
    use_callable(l, s, st->name, st->name_at);
    walk_label(l, s, st->label);
    for (const column *c = st->table->columns; c; c = c->next) {
        if (c->function) use_function(l, c->function, c->at, false);
    }
    for (const row *r = st->table->rows; r; r = r->next) {
        for (const expr *e = r->cells; e; e = e->next) walk_expr(l, s, e);
    }
}

static void walk_let(lint *l, names *s, const stmt *st) {
    walk_expr(l, s, st->value);
    map_add(l->ev->mem, &s->own, st->name, new_declared(l, "let", st->name, st->name_at, l->item));
}

static void walk_if(lint *l, names *s, const stmt *st) {
    for (;;) { /* a loop, so that a long chain of `else if` needs no stack */
        walk_expr(l, s, st->value);
        walk_body(l, s, st->then);
        if (!st->other) return;
        const stmt *only = st->other->first;
        if (!only || only->kind != STMT_IF || only->next) break;
        st = only;
    }
    walk_body(l, s, st->other);
}

static void walk_stmt(lint *l, names *s, const stmt *st) {
    switch (st->kind) {
    case STMT_LET: walk_let(l, s, st); break;
    case STMT_REQUIRE: walk_expr(l, s, st->value); break;
    case STMT_IF: walk_if(l, s, st); break;
    case STMT_STAGE: walk_stage(l, s, st); break;
    case STMT_FROM: use_named_tensor(l, s, st->name, st->name_at); break;
    case STMT_INPUT:
        for (const expr *e = st->dims; e; e = e->next) walk_expr(l, s, e);
        walk_args(l, s, st->args);
        break;
    default: break;
    }
    walk_chain(l, s, st->chain);
}

static void report_unused(lint *l, const declared *d) {
    if (d->used || !d->what) return;
    add_finding(l, d->at, d->file, arena_printf(l->ev->mem, "%s '%s' is never used", d->what, d->name));
}

static void walk_body(lint *l, names *around, const body *b) {
    if (!enter(l->ev, b->at, BODY_DEPTH)) return;
    names own = {.up = around};
    for (const stmt *st = b->first; st; st = st->next) {
        if (!enter(l->ev, st->at, 0)) break;
        walk_stmt(l, &own, st);
    }
    for (size_t i = 0; i < own.own.room; i++) {
        if (own.own.slots[i].name) report_unused(l, own.own.slots[i].thing);
    }
    leave(l->ev, BODY_DEPTH);
}

/* --- items --- */

/* To set or search a param needs its file, but it is no use of the param. */
static void need_file_of(lint *l, const char *name) {
    const declared *d = map_find(&l->params, name);
    if (d) l->files.uses[l->file][d->file] = true;
}

static void walk_item(lint *l, const item *it) {
    names own = {0};
    walk_expr(l, NULL, it->value && it->kind != ITEM_FN ? it->value : NULL);
    for (const expr *e = it->choices; e; e = e->next) walk_expr(l, NULL, e);
    for (const named *n = it->named; n; n = n->next) {
        walk_expr(l, &own, n->value);
        if (it->kind == ITEM_SET || it->kind == ITEM_SEARCH) need_file_of(l, n->name);
        if (it->kind == ITEM_FN || it->kind == ITEM_BLOCK) {
            map_add(l->ev->mem, &own.own, n->name, new_declared(l, NULL, n->name, n->at, it));
        }
    }
    if (it->kind == ITEM_FN) walk_expr(l, &own, it->value);
    for (const row *r = it->table ? it->table->rows : NULL; r; r = r->next) {
        for (const expr *e = r->cells->next; e; e = e->next) walk_expr(l, NULL, e);
    }
    if (it->body) walk_body(l, &own, it->body);
}

static void declare_tensors(lint *l, const body *b) {
    for (const stmt *st = b->first; st; st = st->next) {
        bool is_input = st->kind == STMT_INPUT;
        if (is_input || (st->kind == STMT_CHAIN && st->name)) {
            declare(l, &l->tensors, is_input ? NULL : "tensor", st->name, st->name_at, l->item);
        }
        for (const call *c = st->chain; c; c = c->next) {
            if (c->body) declare_tensors(l, c->body);
        }
        if (st->then) declare_tensors(l, st->then);
        if (st->other) declare_tensors(l, st->other);
    }
}

static void declare_item(lint *l, const item *it) {
    switch (it->kind) {
    case ITEM_PARAM: declare(l, &l->params, "param", it->name, it->name_at, it); break;
    case ITEM_FN: declare(l, &l->functions, "function", it->name, it->name_at, it); break;
    case ITEM_BLOCK: declare(l, &l->blocks, "block", it->name, it->name_at, it); break;
    case ITEM_COMPOUND:
        /* The param of `compound` is used by the lines of the directive, if it has any. */
        declare(l, &l->params, it->named ? NULL : "param", it->name, it->name_at, it);
        for (const named *n = it->named; n; n = n->next) {
            declare(l, &l->params, "param", n->name, n->at, it);
        }
        break;
    default: break;
    }
    if (it->body) declare_tensors(l, it->body);
}

static void start_item(lint *l, const item *it) {
    l->item = it;
    l->file = find_file_number(l, it->at.src);
}

static int compare_findings(const void *one, const void *other) {
    const finding *a = one, *b = other;
    if (a->file != b->file) return a->file < b->file ? -1 : 1;
    if (a->at.line != b->at.line) return a->at.line < b->at.line ? -1 : 1;
    return a->at.col < b->at.col ? -1 : a->at.col > b->at.col;
}

static void warn(lint *l) {
    for (int i = 0; i < l->n_all; i++) {
        const declared *d = l->all[i];
        bool is_tensor = d->what && strcmp(d->what, "tensor") == 0;
        if (is_tensor || (d->at.src == l->main_file && l->ev->g)) report_unused(l, d);
    }
    find_unused_imports(l);
    find_idle_choices(l);
    if (l->n_findings) qsort(l->findings, (size_t)l->n_findings, sizeof *l->findings, compare_findings);
    int said = l->n_findings < MAX_ERRORS ? l->n_findings : MAX_ERRORS;
    for (int i = 0; i < said; i++) diag_warning(l->ev->d, l->findings[i].at, "%s", l->findings[i].what);
    if (said < l->n_findings) {
        diag_warning(l->ev->d, (loc){.src = l->main_file}, "%d further warnings are not shown",
                     l->n_findings - said);
    }
}

void lint_program(evaluator *ev, const source *main_file, const item *net) {
    lint *l = ARENA_NEW(ev->mem, lint);
    l->ev = ev;
    l->main_file = main_file;
    ev->steps = 0; /* the steps of the evaluation do not count here */
    ev->bytes_before = arena_used(ev->mem);
    read_imports(l, net);
    for (int i = 0; i < ev->n_items; i++) {
        start_item(l, ev->items[i].what);
        if (l->item->at.src != ev->prelude) declare_item(l, l->item);
    }
    for (int i = 0; i < ev->n_items && !ev->stopped; i++) {
        start_item(l, ev->items[i].what);
        walk_item(l, ev->items[i].what);
    }
    if (!ev->stopped) warn(l);
}
