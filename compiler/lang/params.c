/* params.c: the params of a program. The value of a param comes from -D, from a `set`, from the row of the
 * variant, or from its default, in this order. It is evaluated when the param's turn comes, so that it may use
 * the params before it. */
#include "lang/eval.h"

#include <string.h>

static param *new_param(evaluator *ev, const char *name, loc at) {
    param *p = ARENA_NEW(ev->mem, param);
    p->name = name;
    p->at = at;
    if (!map_add(ev->mem, &ev->params, name, p)) {
        if (is_first_report(ev, at)) {
            diag_error(ev->d, at, "there is already a param '%s'", name);
            diag_note(ev->d, ((param *)map_find(&ev->params, name))->at, "it is here");
        }
        return p; /* it is in no list, so its value does not matter */
    }
    *ev->last_param = p;
    ev->last_param = &p->next;
    return p;
}

void add_param(evaluator *ev, const item *from) {
    param *p = new_param(ev, from->name, from->name_at);
    p->value = from->value;
    p->choices = from->choices;
}

void add_compound(evaluator *ev, const item *from) {
    if (ev->compound) {
        eval_error(ev, from->name_at, "there is already a compound directive, of '%s'", ev->compound);
    }
    param *phi = new_param(ev, from->name, from->name_at);
    phi->value = from->value;
    ev->compound = from->name;
    for (const named *n = from->named; n; n = n->next) {
        param *p = new_param(ev, n->name, n->at);
        p->base = n->value;
        p->phi = phi;
    }
}

/* --- variants --- */

static const char *row_name(const row *r) {
    const expr *cell = r->cells;
    return cell->kind == EXPR_NAME || cell->kind == EXPR_STRING ? cell->name : NULL;
}

static const row *find_row(evaluator *ev, const char *name, const table **found, word_list *all) {
    for (int i = 0; i < ev->n_items; i++) {
        const item *it = ev->items[i].what;
        if (it->kind != ITEM_VARIANTS) continue;
        for (const row *r = it->table->rows; r; r = r->next) {
            const char *its_name = row_name(r);
            if (!its_name) continue;
            add_word(all, its_name);
            if (strcmp(its_name, name) == 0) {
                *found = it->table;
                return r;
            }
        }
    }
    return NULL;
}

void note_variants(evaluator *ev) {
    const char **names = NULL;
    int count = 0;
    for (int i = 0; i < ev->n_items; i++) {
        const item *it = ev->items[i].what;
        if (it->kind != ITEM_VARIANTS) continue;
        for (const row *r = it->table->rows; r; r = r->next) {
            if (!row_name(r)) continue;
            names = arena_grow(ev->mem, names, (size_t)count, (size_t)count + 1, sizeof *names);
            names[count++] = row_name(r);
        }
    }
    ev->g->variants = names;
    ev->g->n_variants = count;
}

/* Checks a table of variants, whichever row is chosen. The first column must have the names, each name once.
 * The other columns must be params, and each row must have a cell for each column. */
static void check_variants(evaluator *ev, const item *it, map *seen) {
    const table *t = it->table;
    if (strcmp(t->columns->name, "name") != 0 || t->columns->function) {
        eval_error(ev, t->columns->at, "the first column of variants is 'name'");
        return;
    }
    int columns = 1;
    for (const column *c = t->columns->next; c; c = c->next, columns++) {
        if (c->function) eval_error(ev, c->at, "a column of variants is the name of a param");
        if (map_find(&ev->params, c->name)) continue;
        word_list *l = start_words(ev, c->at);
        add_map_words(l, &ev->params);
        eval_error(ev, c->at, "there is no param '%s'%s", c->name, did_you_mean(ev, c->name, l));
    }
    for (const row *r = t->rows; r; r = r->next) {
        int cells = 0;
        for (const expr *e = r->cells; e; e = e->next) cells++;
        if (cells != columns) eval_error(ev, r->at, "%d cells in a table of %d columns", cells, columns);
        const char *name = row_name(r);
        if (!name) {
            eval_error(ev, r->cells->at, "the first cell of a row is the name of the variant");
        } else if (!map_add(ev->mem, seen, name, (void *)(size_t)r)) {
            eval_error(ev, r->cells->at, "there is already a variant '%s'", name);
        }
    }
}

/* The `variant` item that counts: the one nearest to the main file. NULL if there is none. */
static const item *find_choice(evaluator *ev) {
    const placed *chosen = NULL;
    for (int i = 0; i < ev->n_items; i++) {
        const placed *p = &ev->items[i];
        if (p->what->kind != ITEM_VARIANT || (chosen && p->depth > chosen->depth)) continue;
        if (chosen && p->depth == chosen->depth) {
            eval_error(ev, p->what->at, "the variant was chosen before: '%s'", chosen->what->name);
        }
        chosen = p;
    }
    return chosen ? chosen->what : NULL;
}

static const char *list_words(evaluator *ev, const word_list *l) {
    enum { MOST_LISTED = 20 };
    const char *s = "";
    if (!l) return s;
    for (size_t i = 0; i < l->count && i < MOST_LISTED; i++) {
        s = arena_printf(ev->mem, "%s%s%s", s, i ? ", " : "", l->words[i]);
    }
    return l->count > MOST_LISTED ? arena_printf(ev->mem, "%s, ..", s) : s;
}

void choose_variant(evaluator *ev) {
    map seen = {0};
    for (int i = 0; i < ev->n_items; i++) {
        if (ev->items[i].what->kind == ITEM_VARIANTS) check_variants(ev, ev->items[i].what, &seen);
    }
    const item *choice = find_choice(ev);
    loc at = {0};
    if (ev->options->variant) {
        ev->variant = ev->options->variant;
    } else if (choice) {
        ev->variant = choice->name;
        at = choice->name_at;
    } else {
        return;
    }
    word_list *l = start_words(ev, at);
    const table *t = NULL;
    const row *r = find_row(ev, ev->variant, &t, l);
    if (!r) {
        if (l && l->count) {
            eval_error(ev, at, "there is no variant '%s'%s (there are %s)", ev->variant,
                       did_you_mean(ev, ev->variant, l), list_words(ev, l));
        } else {
            eval_error(ev, at, "there is no variant '%s': the network has no variants", ev->variant);
        }
        return;
    }
    const column *c = t->columns->next;
    for (const expr *e = r->cells->next; e && c; e = e->next, c = c->next) {
        param *p = map_find(&ev->params, c->name);
        if (!p) continue;
        p->chosen = e;
        p->by_variant = true;
    }
}

/* --- set and -D --- */

param *find_param(evaluator *ev, const char *name, loc at) {
    param *p = map_find(&ev->params, name);
    if (p) return p;
    word_list *l = start_words(ev, at);
    add_map_words(l, &ev->params);
    eval_error(ev, at, "there is no param '%s'%s", name, did_you_mean(ev, name, l));
    return NULL;
}

/* Of two files that set a param, the one nearer to the main file counts. */
static void apply_set(evaluator *ev, const named *n, int depth) {
    param *p = find_param(ev, n->name, n->at);
    if (!p || (p->set && p->set_depth < depth)) return;
    if (p->set && p->set_depth == depth) {
        if (is_first_report(ev, n->at)) {
            diag_error(ev->d, n->at, "'%s' is set twice", n->name);
            diag_note(ev->d, p->set->at, "it is set here");
        }
        return;
    }
    p->set = n;
    p->set_depth = depth;
    p->chosen = n->value;
}

void apply_sets(evaluator *ev) {
    for (int i = 0; i < ev->n_items; i++) {
        const placed *it = &ev->items[i];
        if (it->what->kind != ITEM_SET) continue;
        for (const named *n = it->what->named; n; n = n->next) apply_set(ev, n, it->depth);
    }
}

void apply_defines(evaluator *ev) {
    for (int i = 0; i < ev->options->n_defines; i++) {
        const define *def = &ev->options->defines[i];
        source *src = ARENA_NEW(ev->mem, source);
        *src = (source){arena_printf(ev->mem, "-D %s", def->name), def->value, strlen(def->value)};
        param *p = find_param(ev, def->name, (loc){.src = src});
        if (!p) continue;
        if (def->value[strspn(def->value, " \t")] == 0) {
            eval_error(ev, (loc){.src = src}, "it has no value: -D %s=VALUE", def->name);
            continue;
        }
        const expr *e = parse_expression(ev->mem, ev->d, src, &ev->tokens);
        if (!e) continue;
        p->chosen = e;
        p->defined = true;
    }
}

/* --- values --- */

void check_allowed(evaluator *ev, const param *p, value v, loc at) {
    if (is_poison(v) || !p->choices) return;
    static const scope outermost;
    const char *all = "";
    for (const expr *e = p->choices; e; e = e->next) {
        value choice = eval_expr(ev, &outermost, e);
        bool equal = true;
        if (is_poison(choice) || !values_equal(ev, e->at, v, choice, &equal) || equal) return;
        if (strlen(all) < MAX_LABEL) {
            all = arena_printf(ev->mem, "%s%s%s", all, *all ? ", " : "", quote_value(ev->mem, choice));
        }
    }
    eval_error(ev, at, "'%s' is %s; it must be one of %s", p->name, quote_value(ev->mem, v), all);
}

void evaluate_params(evaluator *ev) {
    static const scope outermost;
    for (param *p = ev->first_param; p; p = p->next) {
        const expr *e = p->chosen ? p->chosen : p->value;
        if (e) {
            p->v = eval_expr(ev, &outermost, e);
        } else {
            value base = eval_expr(ev, &outermost, p->base);
            p->v = apply_binary(ev, p->base->at, OPERATOR_POW, base, p->phi->v);
        }
        p->ready = true;
        check_allowed(ev, p, p->v, e ? e->at : p->at);
    }
}

/* --- default k = e --- */

static void set_naming(evaluator *ev, const named *n, value v) {
    ev->naming_at = n->at;
    if (v.kind == VALUE_WORD && strcmp(v.text, "torch") == 0) {
        ev->defaults.naming = NAMING_TORCH;
    } else if (v.kind == VALUE_WORD && strcmp(v.text, "keras") == 0) {
        ev->defaults.naming = NAMING_KERAS;
    } else {
        eval_error(ev, n->value->at, "naming must be torch or keras, not %s", quote_value(ev->mem, v));
    }
}

static void set_rounding(evaluator *ev, const named *n, value v) {
    for (rescale_rounding r = 0; r < RESCALE_ROUNDING_COUNT; r++) {
        if (v.kind != VALUE_WORD || strcmp(v.text, rescale_rounding_names[r]) != 0) continue;
        ev->defaults.rounding = r;
        return;
    }
    eval_error(ev, n->value->at, "rounding must be once or tflite, not %s", quote_value(ev->mem, v));
}

static void set_default(evaluator *ev, const named *n) {
    static const char *const keys[] = {"padding", "eps", "bias", "naming", "dtype", "rounding"};
    static const scope outermost;
    value v = eval_expr(ev, &outermost, n->value);
    if (strcmp(n->name, "padding") == 0) {
        attrs unused = graph_attrs_init();
        if (to_padding(ev, n->value->at, "padding", v, &unused)) ev->defaults.padding = v;
    } else if (strcmp(n->name, "eps") == 0) {
        if (is_number(v) && as_real(v) >= 0 && as_real(v) < 1) {
            ev->defaults.eps = v;
        } else if (!is_poison(v)) {
            eval_error(ev, n->value->at, "eps must be a number from 0 to below 1, not %s",
                       quote_value(ev->mem, v));
        }
    } else if (strcmp(n->name, "bias") == 0) {
        if (v.kind == VALUE_BOOL) {
            ev->defaults.bias = v;
        } else if (!is_poison(v)) {
            eval_error(ev, n->value->at, "bias must be true or false, not %s", quote_value(ev->mem, v));
        }
    } else if (strcmp(n->name, "naming") == 0) {
        if (!is_poison(v)) set_naming(ev, n, v);
    } else if (strcmp(n->name, "dtype") == 0) {
        if (!is_poison(v) && (v.kind != VALUE_WORD || strcmp(v.text, "f32") != 0)) {
            eval_error(ev, n->value->at, "dtype must be f32, not %s", quote_value(ev->mem, v));
        }
    } else if (strcmp(n->name, "rounding") == 0) {
        if (!is_poison(v)) set_rounding(ev, n, v);
    } else {
        word_list *l = start_words(ev, n->at);
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) add_word(l, keys[i]);
        eval_error(ev, n->at, "there is no default '%s'%s (there are %s)", n->name,
                   did_you_mean(ev, n->name, l), list_words(ev, l));
    }
}

void evaluate_defaults(evaluator *ev) {
    ev->defaults = (defaults){text_value(VALUE_WORD, "same"), real_value(1e-5), bool_value(false), NAMING_TORCH,
                              RESCALE_ONCE};
    for (int i = 0; i < ev->n_items; i++) {
        const item *it = ev->items[i].what;
        if (it->kind != ITEM_DEFAULT) continue;
        map seen = {0};
        for (const named *n = it->named; n; n = n->next) {
            if (!map_add(ev->mem, &seen, n->name, (void *)(size_t)n)) {
                eval_error(ev, n->at, "'%s' is set twice", n->name);
            } else {
                set_default(ev, n);
            }
        }
    }
}
