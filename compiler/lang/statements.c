/* statements.c: the statements let and require, which make no layer, and tensors by their names. */
#include "lang/eval.h"

void eval_let(evaluator *ev, place *p, const stmt *st) {
    value v = eval_expr(ev, p->scope, st->value);
    if (!define_variable(ev, p->scope, st->name, v)) {
        eval_error(ev, st->name_at, "'%s' already has a value in this body", st->name);
    }
}

bool eval_require(evaluator *ev, const place *p, const stmt *st) {
    bool good, holds = eval_condition(ev, p->scope, st->value, &good);
    if (good && !holds) eval_error(ev, st->at, "%s", st->word);
    return good && holds;
}

int named_tensor(evaluator *ev, const scope *s, const char *name, loc at) {
    int x;
    if (find_tensor(s, name, &x)) return x;
    value v; /* a formal may stand for a tensor */
    bool found = find_variable(ev, s, name, at, &v);
    if (found && v.kind == VALUE_TENSOR) return v.tensor;
    if (found && is_poison(v)) return POISONED_TENSOR;
    word_list *l = start_words(ev, at);
    for (const instance *in = s->in; in; in = in->caller) add_map_words(l, &in->tensors);
    eval_error(ev, at, "there is no tensor '%s' here%s", name, did_you_mean(ev, name, l));
    return POISONED_TENSOR;
}
