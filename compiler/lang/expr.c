/* expr.c: the value of an expression, and what names mean.
 *
 * A name is, in this order: a let or formal of a body around, a counter of the stage, a param, a tensor named
 * by `as`, a block, a layer, a word such as `same`. So a new layer or word never takes a name away from a file.
 */
#include "lang/eval.h"

#include <string.h>

static const char *const words[] = {"same",    "symmetric", "valid", "torch", "keras",
                                    "nearest", "bilinear",  "f32",   "int8",  "uint8"};

scope *new_scope(evaluator *ev, const scope *parent, instance *in) {
    scope *s = ARENA_NEW(ev->mem, scope);
    s->parent = parent;
    s->in = in;
    return s;
}

bool define_variable(evaluator *ev, scope *s, const char *name, value v) {
    value *kept = ARENA_NEW(ev->mem, value);
    *kept = v;
    return map_add(ev->mem, &s->names, name, kept);
}

bool find_local(const scope *s, const char *name, value *v) {
    for (const scope *around = s; around; around = around->parent) {
        const value *found = map_find(&around->names, name);
        if (!found) continue;
        *v = *found;
        return true;
    }
    return false;
}

bool find_counter(const scope *s, const char *name, value *v) {
    const stage_place *stage = s->in ? s->in->stage : NULL;
    if (!stage) return false;
    const int64_t *counter = strcmp(name, "n") == 0     ? &stage->n
                             : strcmp(name, "row") == 0 ? &stage->row
                             : strcmp(name, "rep") == 0 ? &stage->rep
                                                        : NULL;
    if (counter) *v = int_value(*counter);
    return counter != NULL;
}

bool find_variable(evaluator *ev, const scope *s, const char *name, loc at, value *v) {
    if (find_local(s, name, v)) return true;
    /* The prelude's blocks see their own formals and lets, whatever params the user has. */
    const param *p = at.src && at.src == ev->prelude ? NULL : map_find(&ev->params, name);
    if (!p) return find_counter(s, name, v);
    if (!p->ready) eval_error(ev, at, "param '%s' has no value here yet: it comes later", name);
    *v = p->ready ? p->v : poison();
    return true;
}

bool find_tensor(const scope *s, const char *name, int *x) {
    for (const instance *in = s->in; in; in = in->caller) {
        const int *found = map_find(&in->tensors, name);
        if (found) {
            *x = *found;
            return true;
        }
    }
    return false;
}

bool is_word(const char *name) {
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i], name) == 0) return true;
    }
    return false;
}

void report_unknown_name(evaluator *ev, const scope *s, const char *name, loc at) {
    word_list *l = start_words(ev, at);
    for (const scope *around = s; around; around = around->parent) add_map_words(l, &around->names);
    add_map_words(l, &ev->params);
    add_map_words(l, &ev->blocks);
    add_layer_words(l);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) add_word(l, words[i]);
    eval_error(ev, at, "unknown name '%s'%s", name, did_you_mean(ev, name, l));
}

static value eval_name(evaluator *ev, const scope *s, const expr *e) {
    value v;
    if (find_variable(ev, s, e->name, e->at, &v)) return v;
    int x;
    if (find_tensor(s, e->name, &x)) return x == POISONED_TENSOR ? poison() : tensor_value(x);
    const block *b = find_block(ev, e->name);
    const struct layer *layer = b ? NULL : find_layer(e->name);
    if (b || layer) {
        callable *what = ARENA_NEW(ev->mem, callable);
        *what = (callable){.name = e->name, .block = b, .layer = layer};
        return (value){.kind = VALUE_LAYER, .layer = what};
    }
    if (is_word(e->name)) return text_value(VALUE_WORD, e->name);
    report_unknown_name(ev, s, e->name, e->at);
    return poison();
}

static value eval_in(evaluator *ev, const scope *s, const expr *e) {
    if (!s->in || s->in->is_net) {
        eval_error(ev, e->at, "'in' is the tensor that enters a block; there is none here");
        return poison();
    }
    if (s->in->in == NO_TENSOR) eval_error(ev, e->at, "no tensor enters this block");
    return s->in->in < 0 ? poison() : tensor_value(s->in->in);
}

static value eval_list(evaluator *ev, const scope *s, const expr *e) {
    int count = 0;
    for (const expr *i = e->items; i; i = i->next) count++;
    value *items = ARENA_ARRAY(ev->mem, value, count);
    bool good = true;
    int n = 0;
    for (const expr *i = e->items; i; i = i->next) {
        items[n] = eval_expr(ev, s, i);
        good = good && !is_poison(items[n++]);
    }
    return good ? (value){.kind = VALUE_LIST, .count = count, .items = items} : poison();
}

static value eval_member(evaluator *ev, const scope *s, const expr *e) {
    value of = eval_expr(ev, s, e->of);
    if (is_poison(of)) return of;
    if (of.kind == VALUE_TENSOR) {
        shape its = ev->g->nodes[of.tensor].shape;
        if (strcmp(e->name, "c") == 0) return int_value(its.c);
        if (strcmp(e->name, "h") == 0) return int_value(its.h);
        if (strcmp(e->name, "w") == 0) return int_value(its.w);
        eval_error(ev, e->at, "a tensor has h, w and c, but no '%s'", e->name);
    } else {
        eval_error(ev, e->at, "%s has no '.%s'", value_kind_name(of.kind), e->name);
    }
    return poison();
}

static value eval_index(evaluator *ev, const scope *s, const expr *e) {
    value of = eval_expr(ev, s, e->a), at = eval_expr(ev, s, e->b);
    if (is_poison(of) || is_poison(at)) return poison();
    if (of.kind != VALUE_LIST) {
        eval_error(ev, e->a->at, "%s has no elements", value_kind_name(of.kind));
        return poison();
    }
    int64_t i;
    if (!of.count) {
        eval_error(ev, e->a->at, "the list is empty");
        return poison();
    }
    return to_whole(ev, e->b->at, "the index", at, 0, of.count - 1, &i) ? of.items[i] : poison();
}

/* A function's value, or a layer with its arguments: `act = leaky_relu(0.1)`. */
static value eval_call(evaluator *ev, const scope *s, const expr *e) {
    callable *what = ARENA_NEW(ev->mem, callable);
    what->name = e->name;
    if (!is_function(ev, e->name, e->at.src)) {
        what->block = find_block(ev, e->name);
        what->layer = what->block ? NULL : find_layer(e->name);
    }
    if (!what->block && !what->layer) return call_function(ev, s, e);
    given *list;
    what->n_bound = eval_args(ev, s, e->args, &list);
    what->bound = list;
    return (value){.kind = VALUE_LAYER, .layer = what};
}

bool eval_condition(evaluator *ev, const scope *s, const expr *e, bool *good) {
    value v = eval_expr(ev, s, e);
    *good = v.kind == VALUE_BOOL;
    if (!*good && !is_poison(v)) {
        eval_error(ev, e->at, "a condition must be true or false, not %s", quote_value(ev->mem, v));
    }
    return *good && v.truth;
}

/* and, or: the second is evaluated only where it matters. */
static value eval_logic(evaluator *ev, const scope *s, const expr *e) {
    bool good, first = eval_condition(ev, s, e->a, &good);
    if (!good) return poison();
    if (first == (e->operator== OPERATOR_OR)) return bool_value(first);
    bool second = eval_condition(ev, s, e->b, &good);
    return good ? bool_value(second) : poison();
}

static value eval_binary(evaluator *ev, const scope *s, const expr *e) {
    operator_kind op = (operator_kind)e->operator;
    if (op == OPERATOR_OR || op == OPERATOR_AND) return eval_logic(ev, s, e);
    value a = eval_expr(ev, s, e->a), b = eval_expr(ev, s, e->b);
    return apply_binary(ev, e->at, op, a, b);
}

static value eval_choice(evaluator *ev, const scope *s, const expr *e) {
    bool good, truth = eval_condition(ev, s, e->a, &good);
    return good ? eval_expr(ev, s, truth ? e->b : e->c) : poison();
}

static value eval_kind(evaluator *ev, const scope *s, const expr *e) {
    switch ((expr_kind)e->kind) {
    case EXPR_INT: return int_value(e->integer);
    case EXPR_REAL: return real_value(e->real);
    case EXPR_BOOL: return bool_value(e->truth);
    case EXPR_STRING: return text_value(VALUE_STRING, e->name);
    case EXPR_IN: return eval_in(ev, s, e);
    case EXPR_NAME: return eval_name(ev, s, e);
    case EXPR_CALL: return eval_call(ev, s, e);
    case EXPR_LIST: return eval_list(ev, s, e);
    case EXPR_MEMBER: return eval_member(ev, s, e);
    case EXPR_INDEX: return eval_index(ev, s, e);
    case EXPR_UNARY: return apply_unary(ev, e->at, (operator_kind)e->operator, eval_expr(ev, s, e->a));
    case EXPR_BINARY: return eval_binary(ev, s, e);
    case EXPR_CHOICE: return eval_choice(ev, s, e);
    }
    return poison();
}

value eval_expr(evaluator *ev, const scope *s, const expr *e) {
    if (!enter(ev, e->at, 1)) return poison();
    value v = eval_kind(ev, s, e);
    leave(ev, 1);
    return v;
}

bool to_whole(evaluator *ev, loc at, const char *what, value v, int64_t least, int64_t most, int64_t *n) {
    if (is_poison(v)) return false;
    if (!whole_number(v, n)) {
        eval_error(ev, at, "%s must be a whole number, not %s", what, quote_value(ev->mem, v));
        return false;
    }
    if (*n < least || *n > most) {
        eval_error(ev, at, "%s is %lld; it must be from %lld to %lld", what, (long long)*n, (long long)least,
                   (long long)most);
        return false;
    }
    return true;
}
