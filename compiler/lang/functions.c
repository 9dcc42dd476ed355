/* functions.c: the functions that are built into the language. */
#include "lang/eval.h"

#include <math.h>
#include <string.h>

enum { MOST_FORMALS = 3 };

typedef value (*built_in)(evaluator *ev, loc at, const value *v, int n);

/* A real that is rounded already, as an integer. */
static value to_int(evaluator *ev, loc at, double x) {
    int64_t n;
    if (whole_number(real_value(x), &n)) return int_value(n);
    eval_error(ev, at, "the result does not fit 64 bits");
    return poison();
}

static value call_floor(evaluator *ev, loc at, const value *v, int n) {
    (void)n;
    return v->kind == VALUE_INT ? *v : to_int(ev, at, floor(v->real));
}

static value call_ceil(evaluator *ev, loc at, const value *v, int n) {
    (void)n;
    return v->kind == VALUE_INT ? *v : to_int(ev, at, ceil(v->real));
}

/* Rounds halves away from zero, as C's round does. */
static value call_round(evaluator *ev, loc at, const value *v, int n) {
    (void)n;
    return v->kind == VALUE_INT ? *v : to_int(ev, at, round(v->real));
}

static value call_int(evaluator *ev, loc at, const value *v, int n) {
    (void)n;
    return v->kind == VALUE_INT ? *v : to_int(ev, at, trunc(v->real));
}

static value call_abs(evaluator *ev, loc at, const value *v, int n) {
    (void)n;
    bool negative = v->kind == VALUE_INT ? v->integer < 0 : v->real < 0;
    return negative ? apply_unary(ev, at, OPERATOR_NEGATE, *v) : *v;
}

static value call_sqrt(evaluator *ev, loc at, const value *v, int n) {
    (void)n;
    if (as_real(*v) >= 0) return real_value(sqrt(as_real(*v)));
    eval_error(ev, at, "sqrt of a negative number, %s", quote_value(ev->mem, *v));
    return poison();
}

static value call_min(evaluator *ev, loc at, const value *v, int n) {
    value best = v[0];
    for (int i = 1; i < n; i++) {
        if (apply_binary(ev, at, OPERATOR_LT, v[i], best).truth) best = v[i];
    }
    return best;
}

static value call_max(evaluator *ev, loc at, const value *v, int n) {
    value best = v[0];
    for (int i = 1; i < n; i++) {
        if (apply_binary(ev, at, OPERATOR_GT, v[i], best).truth) best = v[i];
    }
    return best;
}

/* The rounding of channel counts in the MobileNet and EfficientNet papers' code (tensorflow/models,
 * _make_divisible): the nearest multiple of d, but at least `min` (d, if `min` is left out), and d more if that
 * is more than a tenth below v. */
static value call_divisible(evaluator *ev, loc at, const value *v, int n) {
    int64_t d = 8, least;
    if (n > 1 && !to_whole(ev, at, "the divisor of divisible", v[1], 1, 1 << 30, &d)) return poison();
    least = d;
    if (n > 2 && !to_whole(ev, at, "the least value of divisible", v[2], 0, (int64_t)1 << 40, &least))
        return poison();
    double x = as_real(v[0]);
    if (!(fabs(x) < 0x1p50)) {
        eval_error(ev, at, "divisible of a number as large as %s", quote_value(ev->mem, v[0]));
        return poison();
    }
    value whole = int_value((int64_t)(x + (double)d / 2));
    value rounded = apply_binary(ev, at, OPERATOR_FLOOR_DIV, whole, int_value(d));
    int64_t result = rounded.integer * d;
    if (result < least) result = least;
    if ((double)result < 0.9 * x) result += d;
    return int_value(result);
}

typedef struct built_in_info {
    const char *name;
    built_in call;
    int least, most;                   /* arguments */
    const char *formals[MOST_FORMALS]; /* none: arguments are given by position only */
} built_in_info;

static const built_in_info table_of_functions[] = {
    {"divisible", call_divisible, 1, 3, {"v", "d", "min"}},
    {"min", call_min, 1, MAX_ARGS, {0}},
    {"max", call_max, 1, MAX_ARGS, {0}},
    {"floor", call_floor, 1, 1, {"x"}},
    {"ceil", call_ceil, 1, 1, {"x"}},
    {"round", call_round, 1, 1, {"x"}},
    {"abs", call_abs, 1, 1, {"x"}},
    {"sqrt", call_sqrt, 1, 1, {"x"}},
    {"int", call_int, 1, 1, {"x"}},
};
enum { FUNCTIONS = sizeof table_of_functions / sizeof *table_of_functions };

static const built_in_info *find_built_in(const char *name) {
    for (int i = 0; i < FUNCTIONS; i++) {
        if (strcmp(table_of_functions[i].name, name) == 0) return &table_of_functions[i];
    }
    return NULL;
}

bool is_function(const evaluator *ev, const char *name, const source *asks) {
    return find_function(ev, name, asks) || find_built_in(name);
}

static value call_built_in(evaluator *ev, loc at, const built_in_info *f, const given *list, int n) {
    value values[MAX_ARGS];
    int count = n;
    if (f->formals[0]) {
        bool required[MOST_FORMALS] = {true};
        const given *bound[MOST_FORMALS];
        formals takes = {f->name, f->formals, required, f->most};
        if (!bind_arguments(ev, at, &takes, list, n, bound)) return poison();
        count = 0;
        for (int i = 0; i < f->most; i++) {
            if (bound[i]) {
                count = i + 1;
                values[i] = bound[i]->v;
            }
        }
        /* divisible(v, min = m) leaves d out. */
        if (count == 3 && !bound[1]) values[1] = int_value(8);
    } else {
        if (n < f->least || n > f->most) {
            eval_error(ev, at, "%s takes from %d to %d arguments, %d given", f->name, f->least, f->most, n);
            return poison();
        }
        for (int i = 0; i < n; i++) {
            values[i] = list[i].v;
            if (!list[i].name) continue;
            eval_error(ev, list[i].at, "%s takes its arguments by position, not '%s ='", f->name, list[i].name);
            return poison();
        }
    }
    for (int i = 0; i < count; i++) {
        if (is_poison(values[i])) return poison();
        if (!is_number(values[i])) {
            eval_error(ev, at, "%s takes numbers, not %s", f->name, quote_value(ev->mem, values[i]));
            return poison();
        }
    }
    return f->call(ev, at, values, count);
}

void report_unknown_function(evaluator *ev, const char *name, loc at) {
    word_list *l = start_words(ev, at);
    for (int i = 0; i < FUNCTIONS; i++) add_word(l, table_of_functions[i].name);
    add_map_words(l, &ev->functions);
    eval_error(ev, at, "unknown function '%s'%s", name, did_you_mean(ev, name, l));
}

value call_built_in_function(evaluator *ev, loc at, const char *name, const given *list, int n) {
    const built_in_info *f = find_built_in(name);
    if (f) return call_built_in(ev, at, f, list, n);
    report_unknown_function(ev, name, at);
    return poison();
}
