/* structure.c: the forms that give a network its structure: residual, scale, concat and split of branches, and
 * the joins: add, sub, mul, matmul, .. */
#include "lang/eval.h"

#include <string.h>

/* The place inside a form. If the form has a label, it is around the labels of what its body makes. */
static place inside_form(evaluator *ev, const place *p, const call *c) {
    place inner = *p;
    const char *own = c->label ? eval_label(ev, p->scope, c->label) : NULL;
    if (own) inner.prefix = join_labels(ev, c->label->at, p->prefix, own);
    return inner;
}

static bool has_body(evaluator *ev, const call *c) {
    if (c->body) return true;
    eval_error(ev, c->at, "%s needs a body: %s { .. }", c->name, c->name);
    return false;
}

/* The arguments of a form, without q. */
static int count_arguments(const call *c) {
    int count = 0;
    for (const arg *a = c->args; a; a = a->next) count += !is_codes(a->name);
    return count;
}

/* The first of them; NULL if there is none. */
static const arg *own_argument(const call *c) {
    const arg *a = c->args;
    while (a && is_codes(a->name)) a = a->next;
    return a;
}

/* Sets a->q from the argument q of a form, if it has one; false after an error. */
static bool form_codes(evaluator *ev, const place *p, const call *c, attrs *a) {
    given list[2];
    int n = 0;
    for (const arg *i = c->args; i && n < 2; i = i->next) {
        if (is_codes(i->name)) list[n++] = (given){i->name, eval_expr(ev, p->scope, i->value), i->at};
    }
    return take_codes(ev, c->name, list, n, a);
}

static bool takes_no_arguments(evaluator *ev, const call *c, const arg *first) {
    if (!first) return true;
    eval_error(ev, first->at, "%s takes no arguments", c->name);
    return false;
}

/* residual { .. }, residual(cond, q = ..) { .. }: x + f(x), or f(x) where cond is false */
static int eval_residual(evaluator *ev, const place *p, const call *c, int x) {
    if (!has_body(ev, c)) return POISONED_TENSOR;
    bool adds = true;
    attrs a = new_attrs(ev);
    const arg *condition = own_argument(c);
    bool good = form_codes(ev, p, c, &a);
    if (condition && (condition->name || count_arguments(c) > 1)) {
        eval_error(ev, c->args->at, "residual takes one condition, or nothing");
        good = false;
    } else if (condition && good) {
        adds = eval_condition(ev, p->scope, condition->value, &good);
    }
    place inner = inside_form(ev, p, c);
    int result = ev->run_body(ev, &inner, c->body, x);
    if (!good) return POISONED_TENSOR;
    if (!adds) return result;
    return add_node(ev, OP_ADD, (int[]){x, result}, 2, &a, inner.prefix, NULL, c->at);
}

/* scale { .. }, scale(q = ..) { .. }: x * f(x) */
static int eval_scale(evaluator *ev, const place *p, const call *c, int x) {
    if (!has_body(ev, c) || !takes_no_arguments(ev, c, own_argument(c))) return POISONED_TENSOR;
    attrs a = new_attrs(ev);
    bool good = form_codes(ev, p, c, &a);
    place inner = inside_form(ev, p, c);
    int result = ev->run_body(ev, &inner, c->body, x);
    if (!good) return POISONED_TENSOR;
    return add_node(ev, OP_MUL, (int[]){x, result}, 2, &a, inner.prefix, NULL, c->at);
}

/* --- branches --- */

/* A branch that is still to be made, and the place with the lets around it. */
typedef struct branch {
    struct branch *next;
    const call *what;
    place where;
} branch;

typedef struct branch_list {
    branch *first, **last;
    int count;
    const char *form; /* "concat" */
} branch_list;

/* Lists the branches of a body, and evaluates its lets, requires and ifs. False after an error. No branch is
 * made before all are listed, because a split must know into how many slices it divides the channels. */
static bool gather_branches(evaluator *ev, const place *outer, const body *b, branch_list *all) {
    if (!enter(ev, b->at, BODY_DEPTH)) return false;
    place p = *outer;
    p.scope = new_scope(ev, outer->scope, outer->scope->in);
    bool good = true;
    for (const stmt *st = b->first; st && !ev->stopped; st = st->next) {
        if (!enter(ev, st->at, 0)) break;
        const call *c = st->kind == STMT_CHAIN && !st->name ? st->chain : NULL;
        if (st->kind == STMT_LET) {
            eval_let(ev, &p, st);
        } else if (st->kind == STMT_REQUIRE) {
            good = eval_require(ev, &p, st) && good;
        } else if (st->kind == STMT_IF) {
            bool truth = eval_condition(ev, p.scope, st->value, &good);
            const body *chosen = truth ? st->then : st->other;
            if (good && chosen && !gather_branches(ev, &p, chosen, all)) good = false;
        } else if (c && !c->next && strcmp(c->name, "branch") == 0) {
            if (!has_body(ev, c) || !takes_no_arguments(ev, c, c->args)) {
                good = false;
                continue;
            }
            branch *made = ARENA_NEW(ev->mem, branch);
            *made = (branch){.what = c, .where = p};
            *all->last = made;
            all->last = &made->next;
            all->count++;
        } else {
            eval_error(ev, st->at, "the body of %s holds branches only: branch { .. }", all->form);
            good = false;
        }
    }
    leave(ev, BODY_DEPTH);
    return good && !ev->stopped;
}

/* concat { branch .. }: every branch takes x, and their results are joined along `axis`. split { branch .. }:
 * each branch takes its slice of x's channels. */
static int eval_branches(evaluator *ev, const place *p, const call *c, int x, bool is_split, int axis) {
    place inner = inside_form(ev, p, c);
    branch_list all = {.last = &all.first, .form = c->name};
    if (!gather_branches(ev, &inner, c->body, &all)) return POISONED_TENSOR;
    if (all.count == 0) {
        eval_error(ev, c->at, "%s has no branch", c->name);
        return POISONED_TENSOR;
    }
    int *results = ARENA_ARRAY(ev->mem, int, all.count);
    int channels = 0;
    if (is_split && x >= 0) {
        channels = ev->g->nodes[x].shape.c;
        if (channels % all.count) {
            eval_error(ev, c->at, "%d channels do not divide evenly into %d branches", channels, all.count);
            x = POISONED_TENSOR;
        }
    }
    int i = 0;
    for (branch *b = all.first; b && !ev->stopped; b = b->next, i++) {
        int enters = x;
        if (is_split) {
            attrs a = new_attrs(ev);
            a.count = channels / all.count;
            a.begin = i * a.count;
            enters = add_node(ev, OP_SLICE, &x, 1, &a, inner.prefix, NULL, b->what->at);
        }
        place within = inside_form(ev, &b->where, b->what);
        results[i] = ev->run_body(ev, &within, b->what->body, enters);
    }
    if (ev->stopped) return POISONED_TENSOR;
    attrs a = new_attrs(ev);
    a.axis = axis;
    if (!form_codes(ev, p, c, &a)) return POISONED_TENSOR;
    return add_node(ev, OP_CONCAT, results, all.count, &a, inner.prefix, NULL, c->at);
}

/* --- joins --- */

static int joined_tensor(evaluator *ev, const place *p, const call *c, const arg *a) {
    if (a->value->kind == EXPR_NAME && !a->name) return named_tensor(ev, p->scope, a->value->name, a->at);
    value v = eval_expr(ev, p->scope, a->value);
    if (v.kind == VALUE_TENSOR && !a->name) return v.tensor;
    if (!is_poison(v)) eval_error(ev, a->at, "%s takes the name of a tensor, made by `as` or `input`", c->name);
    return POISONED_TENSOR;
}

static bool is_axis(const arg *a) { return a->name && strcmp(a->name, "axis") == 0; }

/* Finds the argument axis = h, w or c among those of a concat. Their number without it, or -1 after an error.
 */
static int find_axis(evaluator *ev, const place *p, const call *c, int *axis) {
    int count = 0;
    bool good = true;
    for (const arg *a = c->args; a; a = a->next) {
        count += !is_axis(a) && !is_codes(a->name);
        if (is_axis(a))
            good = to_axis(ev, a->at, "concat: axis", eval_expr(ev, p->scope, a->value), axis) && good;
    }
    return good ? count : -1;
}

/* add(n), sub(n), concat(n, .., axis = h): joins x and the `count` tensors that are named. */
static int eval_join(evaluator *ev, const place *p, const call *c, int x, op_kind op, int count, int axis) {
    if (c->body || count == 0 || (op != OP_CONCAT && count != 1)) {
        eval_error(ev, c->at,
                   op == OP_CONCAT ? "%s takes the names of tensors, or a body of branches"
                                   : "%s takes the name of one tensor",
                   c->name);
        return POISONED_TENSOR;
    }
    int *in = ARENA_ARRAY(ev->mem, int, count + 1);
    in[0] = x;
    int n = 1;
    for (const arg *a = c->args; a; a = a->next) {
        if (!is_codes(a->name) && (op != OP_CONCAT || !is_axis(a))) in[n++] = joined_tensor(ev, p, c, a);
    }
    const char *own = c->label ? eval_label(ev, p->scope, c->label) : NULL;
    attrs a = new_attrs(ev);
    a.axis = axis;
    if (!form_codes(ev, p, c, &a)) return POISONED_TENSOR;
    return add_node(ev, op, in, count + 1, &a, p->prefix, own, c->at);
}

static int eval_add(evaluator *ev, const place *p, const call *c, int x) {
    return eval_join(ev, p, c, x, OP_ADD, count_arguments(c), AXIS_C);
}

static int eval_sub(evaluator *ev, const place *p, const call *c, int x) {
    return eval_join(ev, p, c, x, OP_SUB, count_arguments(c), AXIS_C);
}

static int eval_mul(evaluator *ev, const place *p, const call *c, int x) {
    return eval_join(ev, p, c, x, OP_MUL, count_arguments(c), AXIS_C);
}

static int eval_div(evaluator *ev, const place *p, const call *c, int x) {
    return eval_join(ev, p, c, x, OP_DIV, count_arguments(c), AXIS_C);
}

static int eval_min(evaluator *ev, const place *p, const call *c, int x) {
    return eval_join(ev, p, c, x, OP_MIN, count_arguments(c), AXIS_C);
}

static int eval_max(evaluator *ev, const place *p, const call *c, int x) {
    return eval_join(ev, p, c, x, OP_MAX, count_arguments(c), AXIS_C);
}

static int eval_pow(evaluator *ev, const place *p, const call *c, int x) {
    return eval_join(ev, p, c, x, OP_POW, count_arguments(c), AXIS_C);
}

static int eval_matmul(evaluator *ev, const place *p, const call *c, int x) {
    return eval_join(ev, p, c, x, OP_MATMUL, count_arguments(c), AXIS_C);
}

static int eval_concat(evaluator *ev, const place *p, const call *c, int x) {
    int axis = AXIS_C, count = find_axis(ev, p, c, &axis);
    if (count < 0) return POISONED_TENSOR;
    if (count > 0 || !c->body) return eval_join(ev, p, c, x, OP_CONCAT, count, axis);
    return eval_branches(ev, p, c, x, false, axis);
}

static int eval_split(evaluator *ev, const place *p, const call *c, int x) {
    if (!has_body(ev, c) || !takes_no_arguments(ev, c, c->args)) return POISONED_TENSOR;
    return eval_branches(ev, p, c, x, true, AXIS_C);
}

static int eval_lone_branch(evaluator *ev, const place *p, const call *c, int x) {
    (void)p, (void)x;
    eval_error(ev, c->at, "a branch stands alone on its line, in the body of concat or split");
    return POISONED_TENSOR;
}

static const struct {
    const char *name;
    structure form;
} table_of_structures[] = {
    {"residual", eval_residual},
    {"scale", eval_scale},
    {"concat", eval_concat},
    {"split", eval_split},
    {"branch", eval_lone_branch},
    {"add", eval_add},
    {"sub", eval_sub},
    {"mul", eval_mul},
    {"div", eval_div},
    {"min", eval_min},
    {"max", eval_max},
    {"pow", eval_pow},
    {"matmul", eval_matmul},
};
enum { STRUCTURES = sizeof table_of_structures / sizeof *table_of_structures };

structure find_structure(const char *name) {
    for (int i = 0; i < STRUCTURES; i++) {
        if (strcmp(table_of_structures[i].name, name) == 0) return table_of_structures[i].form;
    }
    return NULL;
}

void add_structure_words(word_list *l) {
    for (int i = 0; i < STRUCTURES; i++) add_word(l, table_of_structures[i].name);
}
