/* alternatives.c: choices in parentheses: (3|5|7) and (16..24 step 8). The parser makes them by these
 * functions. A range becomes the list of its numbers, so that nothing behind the parser knows ranges. */
#include "lang/parser_state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

expr *new_alternatives(parser *p, expr *first, loc at) {
    expr *e = ARENA_NEW(p->mem, expr);
    *e = (expr){.kind = EXPR_ALTERNATIVES, .at = at, .alternatives = first, .number = p->n_choices++};
    int count = 0;
    for (const expr *i = first; i; i = i->next) count++;
    if (count > MAX_ALTERNATIVES) {
        parser_report(
            p, at,
            arena_printf(p->mem, "a choice of %d alternatives; there may be %d", count, MAX_ALTERNATIVES));
    }
    if (p->last_choice) {
        p->last_choice->next_choice = e;
    } else {
        p->first_choice = e;
    }
    p->last_choice = e;
    return e;
}

/* --- ranges --- */

/* A number of a range. */
typedef struct end {
    bool is_real;
    int64_t integer;
    double real; /* of integers too */
} end;

/* Reads a number that is written out, perhaps with a sign; false for other expressions. */
static bool read_end(const expr *e, end *n) {
    bool negative = e->kind == EXPR_UNARY && e->operator== OPERATOR_NEGATE;
    if (negative) e = e->a;
    if (e->kind != EXPR_INT && e->kind != EXPR_REAL) return false;
    n->is_real = e->kind == EXPR_REAL;
    n->integer = n->is_real ? 0 : negative ? -e->integer : e->integer;
    n->real = n->is_real ? (negative ? -e->real : e->real) : (double)n->integer;
    return true;
}

static const char *show_end(arena *a, const end *n) {
    if (!n->is_real) return arena_printf(a, "%lld", (long long)n->integer);
    return arena_printf(a, "%.12g", n->real);
}

/* How many steps lead from `first` to `last`: a whole number, else a fraction. Negative: the steps lead away.
 */
static double count_steps(const end *first, const end *last, const end *step) {
    if (first->is_real || last->is_real || step->is_real) {
        double n = (last->real - first->real) / step->real, nearest = round(n);
        return fabs(n - nearest) <= 1e-9 * fmax(1, fabs(n)) ? nearest : n;
    }
    bool up = last->integer >= first->integer;
    /* The distance of two int64_t fits a uint64_t. */
    uint64_t low = (uint64_t)(up ? first->integer : last->integer);
    uint64_t distance = (uint64_t)(up ? last->integer : first->integer) - low;
    uint64_t size = step->integer < 0 ? 0 - (uint64_t)step->integer : (uint64_t)step->integer;
    double n = (double)(distance / size) + (distance % size ? 0.5 : 0);
    return distance == 0 || up == (step->integer > 0) ? n : -n;
}

/* Number i of the range. Real numbers are rounded to 12 digits, so that 0.1, 0.2, 0.3 are what they seem to be.
 */
static expr *range_number(parser *p, const end *first, const end *last, const end *step, int i, loc at) {
    expr *e = ARENA_NEW(p->mem, expr);
    e->at = at;
    if (first->is_real || last->is_real || step->is_real) {
        char digits[32];
        snprintf(digits, sizeof digits, "%.12g", first->real + i * step->real);
        e->kind = EXPR_REAL;
        e->real = strtod(digits, NULL);
    } else {
        e->kind = EXPR_INT;
        e->integer = (int64_t)((uint64_t)first->integer + (uint64_t)i * (uint64_t)step->integer);
    }
    return e;
}

/* What is wrong with the numbers of a range; NULL: nothing. */
static const char *check_range(parser *p, const end *first, const end *last, const end *step) {
    if (step->real == 0) return "a step of 0 leads nowhere";
    double steps = count_steps(first, last, step);
    const char *a = show_end(p->mem, first), *b = show_end(p->mem, last), *by = show_end(p->mem, step);
    if (!(steps >= 0)) return arena_printf(p->mem, "steps of %s lead from %s away from %s", by, a, b);
    if (steps >= MAX_ALTERNATIVES) {
        return arena_printf(p->mem, "%.15g alternatives from %s to %s in steps of %s; there may be %d",
                            floor(steps) + 1, a, b, by, MAX_ALTERNATIVES);
    }
    if (steps != floor(steps)) return arena_printf(p->mem, "steps of %s from %s never reach %s", by, a, b);
    return NULL;
}

expr *new_range(parser *p, expr *first, expr *last, const char *word, loc word_at, expr *step, loc at) {
    end from = {0}, to = {0}, by = {.integer = 1, .real = 1};
    const expr *wrong = !read_end(first, &from)        ? first
                        : !read_end(last, &to)         ? last
                        : step && !read_end(step, &by) ? step
                                                       : NULL;
    const char *what = NULL;
    if (word && strcmp(word, "step") != 0) {
        parser_report(p, word_at, arena_printf(p->mem, "a range is (16..24 step 8); '%s' is not 'step'", word));
    } else if (wrong) {
        parser_report(p, wrong->at, "a range is made of numbers that are written out: (16..24 step 8)");
    } else {
        what = check_range(p, &from, &to, &by);
        if (what) parser_report(p, at, what);
    }
    bool good = !wrong && !what;
    int count = good ? (int)count_steps(&from, &to, &by) + 1 : 1;
    *p->tokens += count; /* as if they were written out, so that memory is limited */
    expr *numbers = NULL;
    for (int i = count - 1; i >= 0; i--) {
        expr *e = range_number(p, &from, &to, &by, i, at);
        e->next = numbers;
        numbers = e;
    }
    return new_alternatives(p, numbers, at);
}

bool written_number(const expr *e, double *x) {
    end n;
    if (!read_end(e, &n)) return false;
    *x = n.real;
    return true;
}

/* --- where choices may stand --- */

void allow_choice(expr *e) {
    if (e->kind == EXPR_ALTERNATIVES) e->may_stand = true;
}

void allow_choices(const table *t) {
    for (const row *r = t->rows; r; r = r->next) {
        for (expr *e = r->cells; e; e = e->next) allow_choice(e);
    }
}

void check_places_of_choices(parser *p) {
    for (const expr *e = p->first_choice; e; e = e->next_choice) {
        if (e->may_stand) continue;
        parser_report(p, e->at,
                      "a choice is a whole cell of a stage's table, or the whole default of a param; it cannot "
                      "stand here");
    }
}
