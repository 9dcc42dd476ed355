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
    if (map_find(&e->names, name)) return true;
    const graph *g = e->p->g; /* in an entry point, the parameter of that name would hide the function */
    for (int i = 0; i < g->n_inputs; i++) {
        if (strcmp(e->input_names[i], name) == 0) return true;
    }
    for (int i = 0; i < g->n_outputs; i++) {
        if (strcmp(e->output_names[i], name) == 0) return true;
    }
    return false;
}

/* The hint, or the hint with the lowest number that is free. Names stay taken, so the search goes on where the
 * last one for this hint ended. */
static char *free_name(emitter *e, const char *hint) {
    char *name = arena_printf(e->a, "%s%s", hint, e->suffix);
    if (!name_is_taken(e, name)) return name;
    int *number = map_find(&e->hints, hint);
    if (!number) {
        number = ARENA_NEW(e->a, int);
        *number = 1;
        map_add(e->a, &e->hints, arena_strdup(e->a, hint), number);
    }
    do {
        name = arena_printf(e->a, "%s_v%d%s", hint, ++*number, e->suffix);
    } while (name_is_taken(e, name));
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
static const char *define_function(emitter *e, const char *hint, const char *comment, const signature *s,
                                   writer *body) {
    char *whole = arena_printf(e->a, "(%s) {\n%s}\n\n", parameters_text(e->a, s), body->out.data);
    const char *known = map_find(&e->known, whole);
    if (known) return known;
    char *name = free_name(e, hint);
    map_add(e->a, &e->known, whole, name);
    map_add(e->a, &e->names, name, name);
    if (comment) text_printf(&e->functions, "/* %s */\n", comment);
    text_printf(&e->functions, "%sstatic void %s%s", s->stays_call ? "__attribute__((noinline)) " : "", name,
                whole);
    return name;
}

kernel_call define_call(emitter *e, const char *hint, const char *comment, const signature *s, writer *body) {
    mention_idle_parameters(s, body);
    const char *name = define_function(e, hint, comment, s, body);
    text_free(&body->out);
    return (kernel_call){name, *s};
}
