/* signature.c: lists of parameters and arguments: see signature.h. */
#include "emit/internal.h"

void add_parameter(arena *a, signature *s, parameter p) {
    if (s->n == s->room) {
        int room = s->room ? 2 * s->room : 8;
        s->list = arena_grow(a, s->list, (size_t)s->n, (size_t)room, sizeof(parameter));
        s->room = room;
    }
    s->list[s->n++] = p;
}

void add_pointer(arena *a, signature *s, access how, const char *type, const char *name, const char *argument) {
    add_parameter(a, s, (parameter){type, true, how == READS, name, argument, NO_BUFFER, false});
}

void add_value(arena *a, signature *s, const char *type, const char *name, const char *argument) {
    add_parameter(a, s, (parameter){type, false, false, name, argument, NO_BUFFER, false});
}

void add_idle_value(arena *a, signature *s, const char *type, const char *name, const char *argument) {
    add_parameter(a, s, (parameter){type, false, false, name, argument, NO_BUFFER, true});
}

void add_pointer_into(const emitter *e, signature *s, access how, const char *name, int buffer, int64_t begin) {
    const char *argument = expression(e->a, buffer_text(e, buffer), NULL, NULL, 0, begin);
    add_parameter(e->a, s,
                  (parameter){buffer_type(e, buffer), true, how == READS, name, argument, buffer, false});
}

const char *parameters_text(arena *a, const signature *s) {
    if (s->n == 0) return "void";
    text t = {0};
    for (int i = 0; i < s->n; i++) {
        const parameter *p = &s->list[i];
        text_printf(&t, "%s%s%s %s%s", i ? ", " : "", p->is_const ? "const " : "", p->type,
                    p->is_pointer ? "*" : "", p->name);
    }
    const char *result = arena_strndup(a, t.data, t.size);
    text_free(&t);
    return result;
}

const char *arguments_text(arena *a, const signature *s) {
    text t = {0};
    for (int i = 0; i < s->n; i++) text_printf(&t, "%s%s", i ? ", " : "", s->list[i].argument);
    const char *result = arena_strndup(a, t.data ? t.data : "", t.size);
    text_free(&t);
    return result;
}

const char *call_text(arena *a, const call *c) {
    return arena_printf(a, "%s(%s)", c->function, arguments_text(a, &c->passed));
}

sources find_sources(arena *a, const operand *o, const char *name, bool always_numbered) {
    sources result = {0, ARENA_ARRAY(a, int, o->n_runs), ARENA_ARRAY(a, const char *, o->n_runs),
                      ARENA_ARRAY(a, int, o->n_runs)};
    for (int i = 0; i < o->n_runs; i++) {
        int which = 0;
        while (which < result.n && result.buffers[which] != o->runs[i].buffer) which++;
        if (which == result.n) result.buffers[result.n++] = o->runs[i].buffer;
        result.of_run[i] = which;
    }
    bool numbered = always_numbered || result.n > 1;
    for (int i = 0; i < result.n; i++) result.names[i] = numbered ? arena_printf(a, "%s%d", name, i) : name;
    return result;
}

void add_sources(const emitter *e, signature *s, const sources *from) {
    for (int i = 0; i < from->n; i++) add_pointer_into(e, s, READS, from->names[i], from->buffers[i], 0);
}
