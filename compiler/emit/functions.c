/* functions.c: the functions that the kernels define.
 *
 * A function is known by its parameters and its body: where two layers lead to the same text, they share it. */
#include "emit/internal.h"

#include <string.h>

/* Whether a text has the word. */
static bool mentions(const text *t, const char *word) {
    size_t length = strlen(word);
    for (const char *at = t->data; (at = strstr(at, word)); at += length) {
        if ((at == t->data || !is_identifier_char(at[-1])) && !is_identifier_char(at[length])) return true;
    }
    return false;
}

static bool name_is_taken(const emitter *e, const char *name) {
    for (int i = 0; i < e->n_known; i++) {
        if (strcmp(e->known[i].name, name) == 0) return true;
    }
    const graph *g = e->p->g; /* in an entry point, the parameter of that name would hide the function */
    for (int i = 0; i < g->n_inputs; i++) {
        if (strcmp(e->input_names[i], name) == 0) return true;
    }
    for (int i = 0; i < g->n_outputs; i++) {
        if (strcmp(e->output_names[i], name) == 0) return true;
    }
    return false;
}

static const char *free_name(emitter *e, const char *hint) {
    const char *name = arena_printf(e->a, "%s%s", hint, e->suffix);
    for (int i = 2; name_is_taken(e, name); i++) name = arena_printf(e->a, "%s_v%d%s", hint, i, e->suffix);
    return name;
}

/* Writes (void)name for each parameter that may be idle and that the body does not use. The body's text is
 * searched for the name, because the use of a parameter depends on what the kernel has unrolled. */
static void mention_idle_parameters(const signature *s, writer *body) {
    for (int i = 0; i < s->n; i++) {
        const parameter *p = &s->list[i];
        if (p->may_be_idle && !mentions(&body->out, p->name)) line(body, "(void)%s;", p->name);
    }
}

/* The name of a function with these parameters and this body, which is defined now unless it stands already. */
static const char *define_function(emitter *e, const char *hint, const char *comment, const char *parameters,
                                   writer *body) {
    for (int i = 0; i < e->n_known; i++) {
        if (strcmp(e->known[i].parameters, parameters) == 0 && strcmp(e->known[i].body, body->out.data) == 0)
            return e->known[i].name;
    }
    if (e->n_known == e->room_known) {
        int room = e->room_known ? e->room_known * 2 : 64;
        e->known = arena_grow(e->a, e->known, (size_t)e->n_known, (size_t)room, sizeof(kernel_function));
        e->room_known = room;
    }
    kernel_function *f = &e->known[e->n_known];
    *f = (kernel_function){free_name(e, hint), parameters, arena_strndup(e->a, body->out.data, body->out.size)};
    e->n_known++;
    if (comment) text_printf(&e->functions, "/* %s */\n", comment);
    text_printf(&e->functions, "static void %s(%s) {\n%s}\n\n", f->name, f->parameters, f->body);
    return f->name;
}

kernel_call define_call(emitter *e, const char *hint, const char *comment, const signature *s, writer *body) {
    mention_idle_parameters(s, body);
    const char *name = define_function(e, hint, comment, parameters_text(e->a, s), body);
    text_free(&body->out);
    return (kernel_call){name, *s};
}
