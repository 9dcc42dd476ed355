/* apply.c: applies a layer or a block to a tensor. A block is a body with formals. */
#include "lang/eval.h"

static int apply_block(evaluator *ev, const place *p, const block *b, const given *list, int n, const char *own,
                       loc at, int x) {
    const given **bound = ARENA_ARRAY(ev->mem, const given *, b->takes.count);
    if (!bind_arguments(ev, at, &b->takes, list, n, bound)) return POISONED_TENSOR;

    instance *in = ARENA_NEW(ev->mem, instance);
    *in = (instance){.caller = p->scope->in, .in = x, .stage = p->scope->in->stage};
    if (p->stage) in->stage = p->stage;

    frame here = {ev->frames, arena_printf(ev->mem, "block '%s'", b->from->name), at};
    ev->frames = &here;
    place inside = {.scope = new_scope(ev, NULL, in), .prefix = join_labels(ev, at, p->prefix, own ? own : "")};
    int i = 0;
    for (const named *f = b->from->named; f && i < b->takes.count; f = f->next, i++) {
        value v = bound[i] ? bound[i]->v : eval_expr(ev, inside.scope, f->value);
        define_variable(ev, inside.scope, f->name, v);
    }
    x = ev->run_body(ev, &inside, b->from->body, x);
    ev->frames = here.up;
    return x;
}

int apply_callable(evaluator *ev, const place *p, const callable *what, const given *list, int n,
                   const char *own, loc at, int x) {
    if (what->n_bound && n) {
        eval_error(ev, at, "'%s' already has its arguments", what->name);
        return POISONED_TENSOR;
    }
    if (what->n_bound) {
        list = what->bound;
        n = what->n_bound;
    }
    if (what->layer) return make_layer(ev, p, what, list, n, own, at, x);
    return apply_block(ev, p, what->block, list, n, own, at, x);
}

void report_unknown_layer(evaluator *ev, const char *name, loc at) {
    word_list *l = start_words(ev, at);
    add_map_words(l, &ev->blocks);
    add_map_words(l, &ev->prelude_blocks);
    add_layer_words(l);
    add_structure_words(l);
    eval_error(ev, at, "unknown layer '%s'%s", name, did_you_mean(ev, name, l));
}

bool find_callable(evaluator *ev, const scope *s, const char *name, loc at, callable *found) {
    value v;
    bool is_variable = find_variable(ev, s, name, at, &v);
    if (is_variable) {
        if (is_poison(v)) return false;
        if (v.kind == VALUE_LAYER) {
            *found = *v.layer;
            return true;
        }
    }
    *found = (callable){.name = name, .block = find_block(ev, name)};
    if (!found->block) found->layer = find_layer(name);
    if (found->block || found->layer) return true;
    if (is_variable) {
        eval_error(ev, at, "'%s' is %s here, not a layer", name, quote_value(ev->mem, v));
        return false;
    }
    report_unknown_layer(ev, name, at);
    return false;
}
