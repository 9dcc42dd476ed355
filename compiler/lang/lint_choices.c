/* lint_choices.c: finds what a search would vary in vain: params that nothing uses, and choices in a part of
 * the text that is not in the network. */
#include "lang/lint.h"

static void find_unused_params(lint *l, const item *it) {
    const char *what = it->kind == ITEM_SET ? "setting" : "searching";
    for (const named *n = it->named; n; n = n->next) {
        const declared *d = map_find(&l->params, n->name);
        bool reported = d && d->at.src == l->main_file; /* the param itself is */
        if (!d || d->used || !d->what || reported) continue;
        add_finding(l, n->at, find_file_number(l, it->at.src),
                    arena_printf(l->ev->mem, "nothing uses '%s': %s it has no effect", n->name, what));
    }
}

void find_idle_choices(lint *l) {
    const evaluator *ev = l->ev;
    if (!ev->g) return; /* a library: who imports it uses its params */
    for (int i = 0; i < ev->n_items; i++) {
        const item *it = ev->items[i].what;
        bool names_params = it->kind == ITEM_SET || it->kind == ITEM_SEARCH;
        if (names_params && it->at.src == l->main_file) find_unused_params(l, it);
    }
    for (int i = 0; i < ev->n_choices; i++) {
        const open_choice *c = &ev->choices[i];
        if (c->of || ev->written[c->node->number].met) continue;
        add_finding(l, c->at, find_file_number(l, c->at.src),
                    "this choice has no effect: its stage is in no part of the network");
    }
}
