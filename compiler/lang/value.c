/* value.c: values as text, and as whole numbers. */
#include "lang/value.h"

#include <stdio.h>
#include <stdlib.h>

bool whole_number(value v, int64_t *n) {
    if (v.kind == VALUE_INT) {
        *n = v.integer;
        return true;
    }
    /* 2^63 is the first double that an int64_t cannot hold. */
    if (v.kind != VALUE_REAL || !(v.real >= -0x1p63 && v.real < 0x1p63)) return false;
    *n = (int64_t)v.real;
    return (double)*n == v.real;
}

/* The shortest decimal that reads back as the same double. */
static const char *show_real(arena *a, double x) {
    char digits[32];
    for (int precision = 6; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, x);
        if (strtod(digits, NULL) == x) break;
    }
    return arena_strdup(a, digits);
}

const char *show_value(arena *a, value v) {
    enum { MOST_SHOWN = 8 };
    switch (v.kind) {
    case VALUE_POISON: return "?";
    case VALUE_INT: return arena_printf(a, "%lld", (long long)v.integer);
    case VALUE_REAL: return show_real(a, v.real);
    case VALUE_BOOL: return v.truth ? "true" : "false";
    case VALUE_STRING:
    case VALUE_WORD: return v.text;
    case VALUE_TENSOR: return "a tensor";
    case VALUE_LAYER: return v.layer->name;
    case VALUE_LIST: break;
    }
    const char *s = "[";
    for (int i = 0; i < v.count && i < MOST_SHOWN; i++) {
        value element = v.items[i];
        s = arena_printf(a, "%s%s%s", s, i ? ", " : "",
                         element.kind == VALUE_LIST ? "[..]" : show_value(a, element));
    }
    return arena_printf(a, "%s%s]", s, v.count > MOST_SHOWN ? ", .." : "");
}

const char *quote_value(arena *a, value v) {
    return v.kind == VALUE_STRING ? arena_printf(a, "\"%s\"", v.text) : show_value(a, v);
}

const char *value_kind_name(value_kind kind) {
    static const char *const names[] = {
        [VALUE_POISON] = "nothing",     [VALUE_INT] = "a number",    [VALUE_REAL] = "a number",
        [VALUE_BOOL] = "a truth value", [VALUE_STRING] = "a string", [VALUE_WORD] = "a word",
        [VALUE_LIST] = "a list",        [VALUE_TENSOR] = "a tensor", [VALUE_LAYER] = "a layer",
    };
    return names[kind];
}
