/* signature.c: lists of parameters with their arguments, and the texts made of them. */
#include "emit/internal.h"

/* A place in the arena as a pointer to elements of this type. AT and OWN give it as a pointer to floats, or to
 * int8 where the network has no floats. */
static const char *typed_place(const emitter *e, elem_type type, const char *place) {
    if (type == (e->reals ? TYPE_F32 : TYPE_I8)) return place;
    return arena_printf(e->a, "((%s *)(void *)%s)", type_table[type].c_name, place);
}

const char *buffer_text(const emitter *e, int index) {
    const plan_buffer *b = &e->p->buffers[index];
    const int64_t begin = b->inside_at / type_table[b->type].bytes; /* of a buffer inside of a port's */
    switch (b->kind) {
    case BUFFER_INPUT: return expression(e->a, e->input_names[b->port], NULL, NULL, 0, begin);
    case BUFFER_OUTPUT: return expression(e->a, e->output_names[b->port], NULL, NULL, 0, begin);
    case BUFFER_ARENA: break;
    }
    const char *place = b->own ? arena_printf(e->a, "OWN(%s, %lld, %lld)", b->of_part ? "part" : "thread",
                                              (long long)b->offset, (long long)b->own_offset)
                               : arena_printf(e->a, "AT(%lld)", (long long)b->offset);
    return typed_place(e, b->type, place);
}

const char *buffer_type(const emitter *e, int index) { return type_table[e->p->buffers[index].type].c_name; }

void add_parameter(arena *a, signature *s, parameter p) {
    if (s->n == s->room) {
        int room = s->room ? 2 * s->room : 8;
        s->list = arena_grow(a, s->list, (size_t)s->n, (size_t)room, sizeof(parameter));
        s->room = room;
    }
    s->list[s->n++] = p;
}

void add_pointer(arena *a, signature *s, access how, const char *type, const char *name, const char *argument) {
    add_parameter(a, s,
                  (parameter){.type = type,
                              .is_pointer = true,
                              .is_const = how == READS,
                              .name = name,
                              .argument = argument,
                              .buffer = NO_BUFFER});
}

void add_value(arena *a, signature *s, const char *type, const char *name, const char *argument) {
    add_parameter(a, s, (parameter){.type = type, .name = name, .argument = argument, .buffer = NO_BUFFER});
}

void mark_idle(signature *s) { s->list[s->n - 1].may_be_idle = true; }

void add_pointer_at(const emitter *e, signature *s, access how, const char *name, int buffer,
                    const char *argument) {
    add_pointer(e->a, s, how, buffer_type(e, buffer), name, argument);
    s->list[s->n - 1].buffer = buffer;
}

void add_pointer_into(const emitter *e, signature *s, access how, const char *name, int buffer, int64_t begin) {
    add_pointer_at(e, s, how, name, buffer, expression(e->a, buffer_text(e, buffer), NULL, NULL, 0, begin));
}

void add_run(const emitter *e, signature *s, const char *name, const operand *o) {
    add_pointer_into(e, s, READS, name, o->runs[0].buffer, o->runs[0].begin);
}

void add_result(const emitter *e, signature *s, const plan_step *step) {
    add_pointer_into(e, s, WRITES, "y", step->out_buffer, step->out_begin);
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

const char *call_text(arena *a, const kernel_call *c) {
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
