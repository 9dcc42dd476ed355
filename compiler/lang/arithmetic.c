/* arithmetic.c: the operators, on 64-bit integers, checked for overflow, and on doubles, which must stay
 * finite.
 */
#include "lang/eval.h"

#include <math.h>
#include <string.h>

static value too_large(evaluator *ev, loc at) {
    eval_error(ev, at, "the result does not fit 64 bits");
    return poison();
}

static value check_finite(evaluator *ev, loc at, double x) {
    if (isfinite(x)) return real_value(x);
    eval_error(ev, at, "the result is not a finite number");
    return poison();
}

static value divide_by_zero(evaluator *ev, loc at) {
    eval_error(ev, at, "division by zero");
    return poison();
}

/* a // b rounds down, and a % b has the sign of b, so that a == a // b * b + a % b. */
static value floor_division(evaluator *ev, loc at, operator_kind op, int64_t a, int64_t b) {
    if (b == 0) return divide_by_zero(ev, at);
    if (b == -1) {
        if (op == OPERATOR_MOD) return int_value(0);
        return a == INT64_MIN ? too_large(ev, at) : int_value(-a);
    }
    int64_t quotient = a / b, rest = a % b;
    if (rest != 0 && (rest < 0) != (b < 0)) {
        quotient--;
        rest += b;
    }
    return int_value(op == OPERATOR_MOD ? rest : quotient);
}

static value int_power(evaluator *ev, loc at, int64_t base, int64_t exponent) {
    int64_t result = 1;
    if (base == 0 || base == 1) return int_value(exponent == 0 ? 1 : base);
    if (base == -1) return int_value(exponent % 2 ? -1 : 1);
    if (exponent > 63) return too_large(ev, at);
    for (int64_t i = 0; i < exponent; i++) {
        if (__builtin_mul_overflow(result, base, &result)) return too_large(ev, at);
    }
    return int_value(result);
}

static value int_arithmetic(evaluator *ev, loc at, operator_kind op, int64_t a, int64_t b) {
    int64_t result = 0;
    bool over = false;
    switch (op) {
    case OPERATOR_ADD: over = __builtin_add_overflow(a, b, &result); break;
    case OPERATOR_SUB: over = __builtin_sub_overflow(a, b, &result); break;
    case OPERATOR_MUL: over = __builtin_mul_overflow(a, b, &result); break;
    case OPERATOR_FLOOR_DIV:
    case OPERATOR_MOD: return floor_division(ev, at, op, a, b);
    default: return int_power(ev, at, a, b);
    }
    return over ? too_large(ev, at) : int_value(result);
}

static value real_arithmetic(evaluator *ev, loc at, operator_kind op, double a, double b) {
    switch (op) {
    case OPERATOR_ADD: return check_finite(ev, at, a + b);
    case OPERATOR_SUB: return check_finite(ev, at, a - b);
    case OPERATOR_MUL: return check_finite(ev, at, a * b);
    case OPERATOR_POW: return check_finite(ev, at, pow(a, b));
    default: break;
    }
    if (b == 0) return divide_by_zero(ev, at);
    if (op == OPERATOR_DIV) return check_finite(ev, at, a / b);
    double rest = fmod(a, b);
    if (rest != 0 && (rest < 0) != (b < 0)) rest += b;
    return check_finite(ev, at, op == OPERATOR_MOD ? rest : floor(a / b));
}

bool values_equal(evaluator *ev, loc at, value a, value b, bool *equal) {
    if (is_number(a) && is_number(b)) {
        bool ints = a.kind == VALUE_INT && b.kind == VALUE_INT;
        *equal = ints ? a.integer == b.integer : as_real(a) == as_real(b);
        return true;
    }
    bool texts =
        (a.kind == VALUE_STRING || a.kind == VALUE_WORD) && (b.kind == VALUE_STRING || b.kind == VALUE_WORD);
    if (texts) {
        *equal = strcmp(a.text, b.text) == 0;
    } else if (a.kind == VALUE_BOOL && b.kind == VALUE_BOOL) {
        *equal = a.truth == b.truth;
    } else if (a.kind == VALUE_LAYER && b.kind == VALUE_LAYER) {
        *equal = strcmp(a.layer->name, b.layer->name) == 0;
    } else if (a.kind == VALUE_LIST && b.kind == VALUE_LIST) {
        *equal = a.count == b.count;
        for (int i = 0; *equal && i < a.count; i++) {
            /* A list within a list equals nothing, because comparing it would need a limit of depth. */
            bool nested = a.items[i].kind == VALUE_LIST || b.items[i].kind == VALUE_LIST;
            if (nested || !values_equal(ev, at, a.items[i], b.items[i], equal)) *equal = false;
        }
    } else {
        eval_error(ev, at, "cannot compare %s with %s", value_kind_name(a.kind), value_kind_name(b.kind));
        return false;
    }
    return true;
}

static value compare(evaluator *ev, loc at, operator_kind op, value a, value b) {
    if (op == OPERATOR_EQ || op == OPERATOR_NE) {
        bool equal;
        if (!values_equal(ev, at, a, b, &equal)) return poison();
        return bool_value(equal == (op == OPERATOR_EQ));
    }
    if (!is_number(a) || !is_number(b)) {
        eval_error(ev, at, "cannot order %s and %s", value_kind_name(a.kind), value_kind_name(b.kind));
        return poison();
    }
    bool ints = a.kind == VALUE_INT && b.kind == VALUE_INT;
    bool less = ints ? a.integer < b.integer : as_real(a) < as_real(b);
    bool more = ints ? a.integer > b.integer : as_real(a) > as_real(b);
    switch (op) {
    case OPERATOR_LT: return bool_value(less);
    case OPERATOR_GT: return bool_value(more);
    case OPERATOR_LE: return bool_value(!more);
    default: return bool_value(!less);
    }
}

static const char *const signs[] = {
    [OPERATOR_ADD] = "+",        [OPERATOR_SUB] = "-", [OPERATOR_MUL] = "*",  [OPERATOR_DIV] = "/",
    [OPERATOR_FLOOR_DIV] = "//", [OPERATOR_MOD] = "%", [OPERATOR_POW] = "**", [OPERATOR_NEGATE] = "-",
};

value apply_binary(evaluator *ev, loc at, operator_kind op, value a, value b) {
    if (is_poison(a) || is_poison(b)) return poison();
    if (op >= OPERATOR_EQ && op <= OPERATOR_GE) return compare(ev, at, op, a, b);
    if (!is_number(a) || !is_number(b)) {
        value other = is_number(a) ? b : a;
        eval_error(ev, at, "'%s' takes numbers, not %s", signs[op], quote_value(ev->mem, other));
        return poison();
    }
    bool ints = a.kind == VALUE_INT && b.kind == VALUE_INT && op != OPERATOR_DIV;
    if (ints && op == OPERATOR_POW && b.integer < 0) ints = false;
    if (ints) return int_arithmetic(ev, at, op, a.integer, b.integer);
    return real_arithmetic(ev, at, op, as_real(a), as_real(b));
}

value apply_unary(evaluator *ev, loc at, operator_kind op, value a) {
    if (is_poison(a)) return a;
    if (op == OPERATOR_NOT) {
        if (a.kind == VALUE_BOOL) return bool_value(!a.truth);
        eval_error(ev, at, "'not' takes true or false, not %s", quote_value(ev->mem, a));
        return poison();
    }
    if (a.kind == VALUE_REAL) return real_value(-a.real);
    if (a.kind == VALUE_INT) return a.integer == INT64_MIN ? too_large(ev, at) : int_value(-a.integer);
    eval_error(ev, at, "'-' takes a number, not %s", quote_value(ev->mem, a));
    return poison();
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
