/* writer.c: writes lines of C, indented by their braces, and the small expressions in them. */
#include "emit/internal.h"
#include "graph/activations.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void line(writer *w, const char *format, ...) {
    size_t begin = w->out.size;
    va_list args;
    va_start(args, format);
    text_vprintf(&w->out, format, args);
    va_end(args);
    size_t length = w->out.size - begin;
    if (length == 0) {
        text_char(&w->out, '\n');
        return;
    }
    if (w->out.data[begin] == '}') w->depth--;
    bool opens = w->out.data[w->out.size - 1] == '{';
    int spaces = w->out.data[begin] == '#' ? 0 : 4 * (w->depth + 1);
    text_reserve(&w->out, (size_t)spaces);
    memmove(w->out.data + begin + spaces, w->out.data + begin, length);
    memset(w->out.data + begin, ' ', (size_t)spaces);
    w->out.size += (size_t)spaces;
    if (opens) w->depth++;
    text_char(&w->out, '\n');
}

bool is_identifier_char(char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_number(const char *s) { return *s >= '0' && *s <= '9'; }

const char *expression(arena *a, const char *base, const char *const *names, const int64_t *factors, int n,
                       int64_t constant) {
    text t = {0};
    text_string(&t, base);
    for (int i = 0; i < n; i++) {
        if (factors[i] == 0) continue;
        if (is_number(names[i])) {
            constant += factors[i] * strtoll(names[i], NULL, 10);
            continue;
        }
        const char *plus = t.size ? " + " : "";
        if (factors[i] == 1) {
            text_printf(&t, "%s%s", plus, names[i]);
        } else {
            text_printf(&t, "%s%s * %lld", plus, names[i], (long long)factors[i]);
        }
    }
    if (constant < 0 && t.size) {
        text_printf(&t, " - %lld", (long long)-constant);
    } else if (constant || !t.size) {
        text_printf(&t, "%s%lld", t.size ? " + " : "", (long long)constant);
    }
    const char *result = arena_strndup(a, t.data, t.size);
    text_free(&t);
    return result;
}

const char *float_text(arena *a, double value) {
    float f = (float)value;
    char digits[64];
    for (int precision = 1; precision <= 9; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, (double)f);
        if (strtof(digits, NULL) == f) break;
    }
    bool has_point = strpbrk(digits, ".en") != NULL;
    return arena_printf(a, "%s%sf", digits, has_point ? "" : ".0");
}

/* The function of the runtime for some powers; NULL: there is only the one for all exponents. */
static const char *power_name(double exponent) {
    static const struct {
        double exponent;
        const char *name;
    } known[] = {{2, "square"}, {3, "cube"}, {0.5, "sqrt"}, {-1, "reciprocal"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i].exponent == exponent) return known[i].name;
    }
    return NULL;
}

const char *activation_text(arena *a, const target *t, int kind, op_kind act, act_args args, const char *v) {
    if (act == OP_IDENTITY) return v;
    const char *vector = t->vectors[kind].name;
    const char *name = activation_table[act].name;
    if (act == OP_POWER && power_name(args.first))
        return arena_printf(a, "%s_%s(%s)", vector, power_name(args.first), v);
    switch (activation_numbers(act)) {
    case 0: return arena_printf(a, "%s_%s(%s)", vector, name, v);
    case 1: return arena_printf(a, "%s_%s(%s, %s)", vector, name, v, float_text(a, args.first));
    default:
        return arena_printf(a, "%s_%s(%s, %s, %s)", vector, name, v, float_text(a, args.first),
                            float_text(a, args.second));
    }
}

const char *load_text(arena *a, const target *t, piece x, elem_type type, const char *address) {
    static const char *const suffix[TYPE_COUNT] = {[TYPE_F32] = "", [TYPE_U8] = "_u8", [TYPE_I8] = "_i8"};
    if (x.kind == ONE_ELEMENT) return arena_printf(a, "*(%s)", address);
    const vector_kind *k = &t->vectors[x.kind];
    if (x.valid < k->lanes)
        return arena_printf(a, "%s_load%s_part(%s, %d)", k->name, suffix[type], address, x.valid);
    return arena_printf(a, "%s_load%s(%s)", k->name, suffix[type], address);
}

const char *store_text(arena *a, const target *t, piece x, const char *address, const char *v) {
    if (x.kind == ONE_ELEMENT) return arena_printf(a, "*(%s) = %s;", address, v);
    const vector_kind *k = &t->vectors[x.kind];
    if (x.valid < k->lanes) return arena_printf(a, "%s_store_part(%s, %s, %d);", k->name, address, v, x.valid);
    return arena_printf(a, "%s_store(%s, %s);", k->name, address, v);
}

void for_each_vector(emitter *e, writer *w, int count, const char *variable, lanes_body body, void *data) {
    const target *t = e->p->t;
    int lanes = t->vectors[0].lanes, full = count / lanes;
    piece whole = {0, lanes};
    if (full == 1) {
        body(e, w, whole, "0", data);
    } else if (full > 1) {
        line(w, "for (int %s = 0; %s < %d; %s += %d) {", variable, variable, full * lanes, variable, lanes);
        body(e, w, whole, variable, data);
        line(w, "}");
    }
    for_each_rest(e, w, count, body, data);
}

void for_each_rest(emitter *e, writer *w, int count, lanes_body body, void *data) {
    const target *t = e->p->t;
    int lanes = t->vectors[0].lanes, full = count / lanes;
    piece rest[MAX_PIECES];
    int n = cut_pieces(t, count - full * lanes, rest, MAX_PIECES), at = full * lanes;
    for (int i = 0; i < n; i++) {
        body(e, w, rest[i], arena_printf(e->a, "%d", at), data);
        at += rest[i].valid;
    }
}

void for_each_moved(emitter *e, writer *w, elem_type type, int count, const char *variable, lanes_body body,
                    void *data) {
    if (type == TYPE_F32) {
        for_each_vector(e, w, count, variable, body, data);
        return;
    }
    line(w, "for (int %s = 0; %s < %d; %s++) {", variable, variable, count, variable);
    body(e, w, (piece){ONE_ELEMENT, 1}, variable, data);
    line(w, "}");
}
