/* expr.c: the value of an expression, and calls of functions.
 *
 * A name is looked for in this order: a let or formal of the bodies around, a param, a counter of the stage, a
 * tensor named by `as` or `input`, a block, a layer, a word such as `same`. Layers and words come last, so that
 * a new one in lcc never hides a name that a file defines. */
#include "lang/eval.h"

#include <string.h>

/* clang-format off */
static const char *const words[] = {
    "same", "symmetric", "valid", "torch", "keras", "nearest", "bilinear", "linear", "cubic", "half_pixel",
    "pytorch_half_pixel", "align_corners", "asymmetric", "tf_half_pixel_for_nn", "half_pixel_symmetric",
    "round_prefer_floor", "round_prefer_ceil", "floor", "ceil", "dcr", "crd", "constant", "reflect", "edge", "h", "w", "c",
    "mean", "sum", "max", "min", "l1", "l2", "sum_square", "prod", "log_sum_exp", "f32", "int8", "uint8", "channels",
    "once", "tflite"};
/* clang-format on */

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

int eval_args(evaluator *ev, const scope *s, const arg *args, given **list) {
    int count = 0;
    for (const arg *a = args; a; a = a->next) count++;
    if (count > MAX_ARGS) {
        eval_error(ev, args->at, "more than %d arguments", MAX_ARGS);
        count = MAX_ARGS;
    }
    *list = ARENA_ARRAY(ev->mem, given, count);
    int i = 0;
    for (const arg *a = args; a && i < count; a = a->next, i++) {
        (*list)[i] = (given){a->name, eval_expr(ev, s, a->value), a->at};
    }
    return count;
}

static value call_users(evaluator *ev, loc at, const function *f, const given *list, int n) {
    const given **bound = ARENA_ARRAY(ev->mem, const given *, f->takes.count);
    if (!bind_arguments(ev, at, &f->takes, list, n, bound)) return poison();
    scope *s = new_scope(ev, NULL, NULL);
    for (int i = 0; i < f->takes.count; i++) define_variable(ev, s, f->takes.names[i], bound[i]->v);
    frame here = {ev->frames, arena_printf(ev->mem, "function '%s'", f->from->name), at};
    ev->frames = &here;
    value v = eval_expr(ev, s, f->from->value);
    ev->frames = here.up;
    return v;
}

static value call_with(evaluator *ev, loc at, const char *name, const given *list, int n) {
    const function *users = find_function(ev, name, at.src);
    if (users) return call_users(ev, at, users, list, n);
    return call_built_in_function(ev, at, name, list, n);
}

static value call_function(evaluator *ev, const scope *s, const expr *call_expr) {
    given *list;
    int n = eval_args(ev, s, call_expr->args, &list);
    return call_with(ev, call_expr->at, call_expr->name, list, n);
}

value call_function_by_name(evaluator *ev, loc at, const char *name, value v) {
    given only = {NULL, v, at};
    return call_with(ev, at, name, &only, 1);
}
/* The result of a function, or a layer or block with its arguments: `act = leaky_relu(0.1)`. */
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

/* and, or. The second operand is evaluated only if the first does not decide. */
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

static bool same_kind(value a, value b) { return a.kind == b.kind || (is_number(a) && is_number(b)); }

static bool is_plain(value v) { return v.kind >= VALUE_INT && v.kind <= VALUE_WORD; }

/* Reports alternatives of different kinds, and two that are equal. `e` is that of number n. */
static bool check_alternative(evaluator *ev, const expr *e, const value *values, int n) {
    value v = values[n];
    if (!same_kind(v, values[0])) {
        eval_error(ev, e->at, "the alternatives of a choice are of one kind: %s is %s, and %s is %s",
                   quote_value(ev->mem, values[0]), value_kind_name(values[0].kind), quote_value(ev->mem, v),
                   value_kind_name(v.kind));
        return false;
    }
    for (int i = 0; i < n && is_plain(v); i++) {
        bool equal;
        if (!values_equal(ev, e->at, values[i], v, &equal)) return false;
        if (!equal) continue;
        eval_error(ev, e->at, "%s is there twice", quote_value(ev->mem, v));
        return false;
    }
    return true;
}

int eval_alternatives(evaluator *ev, const scope *s, const expr *first, value **values) {
    int count = 0, n = 0;
    for (const expr *e = first; e; e = e->next) count++;
    *values = ARENA_ARRAY(ev->mem, value, count);
    bool good = true;
    for (const expr *e = first; e; e = e->next, n++) {
        (*values)[n] = eval_expr(ev, s, e);
        good = good && !is_poison((*values)[n]) && check_alternative(ev, e, *values, n);
    }
    return good ? count : 0;
}

static const expr *find_alternative(const expr *e, int pick) {
    const expr *a = e->alternatives;
    for (int i = 0; i < pick; i++) a = a->next;
    return a;
}

/* (a | b): the one that a search picked, else the first; the first in an imported file. All alternatives are
 * evaluated once, so that their errors are found. */
static value eval_written_choice(evaluator *ev, const scope *s, const expr *e) {
    bool is_open = e->at.src == ev->main_file && e->number < ev->n_written;
    if (!is_open) return eval_expr(ev, s, e->alternatives);
    written_choice *its = &ev->written[e->number];
    if (its->met) return eval_expr(ev, s, find_alternative(e, its->pick));
    its->met = true;
    value *values;
    return eval_alternatives(ev, s, e->alternatives, &values) ? values[its->pick] : poison();
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
    case EXPR_ALTERNATIVES: return eval_written_choice(ev, s, e);
    }
    return poison();
}

value eval_expr(evaluator *ev, const scope *s, const expr *e) {
    if (!enter(ev, e->at, 1)) return poison();
    value v = eval_kind(ev, s, e);
    leave(ev, 1);
    return v;
}
