/* steps.c: the calls of all steps, in order, each with its comment and its hooks for profiling. */
#include "emit/prototypes.h"

#include <string.h>

/* A label as a C string literal. Whatever would need an escape is replaced by an underscore. */
static const char *label_literal(arena *a, const char *label) {
    text t = {0};
    for (const char *p = label ? label : ""; *p; p++) {
        bool plain = *p >= ' ' && *p < 127 && *p != '"' && *p != '\\' && *p != '?';
        text_char(&t, plain ? *p : '_');
    }
    const char *result = arena_printf(a, "\"%s\"", t.data ? t.data : "");
    text_free(&t);
    return result;
}

void emit_calls(const emitter *e, text *out, int i) {
    arena *a = e->a;
    const char *label = e->p->g->nodes[e->p->steps[i].node].label;
    const char *told = describe_step(e, i);
    text_string(out, "    /* ");
    for (const char *newline; (newline = strchr(told, '\n')); told = newline + 1) {
        text_printf(out, "%s\n     * ", comment_safe(a, arena_strndup(a, told, (size_t)(newline - told))));
    }
    text_printf(out, "%s */\n", comment_safe(a, told));
    const plan *p = e->p;
    bool first_only = p->t->threads && !p->steps[i].shared;
    const char *who = p->t->threads ? "if (thread == 0) " : "", *name = label_literal(a, label);
    if (e->o->profile) text_printf(out, "    %sSTEP_HOOK(%d, %s, 1);\n", who, i + 1, name);
    text_printf(out, "    %s%s;\n", first_only ? who : "", call_text(a, &e->calls[i]));
    if (meets_behind(p, i)) text_string(out, "    meet(team, threads);\n");
    if (e->o->profile) text_printf(out, "    %sSTEP_HOOK(%d, %s, 0);\n", who, i + 1, name);
}

bool calls_use_arena(const emitter *e) {
    const plan *p = e->p;
    for (int i = 0; i < p->n_steps; i++) {
        const signature *f = &e->calls[i].passed;
        for (int j = 0; j < f->n; j++) {
            int buffer = f->list[j].buffer;
            if (buffer != NO_BUFFER && p->buffers[buffer].kind == BUFFER_ARENA) return true;
        }
    }
    return false;
}

void emit_arena_macros(const emitter *e, text *out) {
    if (e->uses_arena)
        text_string(out, "#define AT(offset) ((float *)(void *)((unsigned char *)arena + (offset)))\n\n");
    if (e->thread_bytes) {
        text_printf(out,
                    "/* What each thread has for itself: the first one in the arena, the others behind it. */\n"
                    "#define OWN(offset, own) \\\n"
                    "    (thread == 0 ? AT(offset) : AT(%s_ARENA_BYTES + (size_t)(thread - 1) * "
                    "%s_THREAD_BYTES + (own)))\n\n",
                    e->macro, e->macro);
    }
    if (e->o->profile) {
        text_printf(out,
                    "#ifdef %s_PROFILE\n#define STEP_HOOK(step, name, begin) %s\n#else\n"
                    "#define STEP_HOOK(step, name, begin) ((void)0)\n#endif\n\n",
                    e->macro, entry_call(e, ENTRY_PROFILE_HOOK, (const char *[]){"step", "name", "begin"}));
    }
}

void emit_steps(const emitter *e, text *out) {
    const plan *p = e->p;
    const graph *g = p->g;
    if (!calls_use_arena(e)) text_string(out, "    (void)arena;\n");
    for (int i = 0; i < g->n_inputs; i++) {
        bool used = false;
        for (int j = 0; j < p->n_buffers; j++) {
            const plan_buffer *b = &p->buffers[j];
            used = used || (b->kind == BUFFER_INPUT && b->port == i && b->first >= 0);
        }
        if (!used) text_printf(out, "    (void)%s;\n", e->input_names[i]);
    }
    if (p->t->threads) text_string(out, "    (void)thread, (void)threads;\n");
    for (int i = 0; i < p->n_steps; i++) emit_calls(e, out, i);
    text_string(out, "}\n\n");
}

void emit_step_list(const emitter *e, text *out) {
    text_printf(out, "%s {\n", run_steps_prototype(e, e->suffix));
    if (e->threads_meet && !has_meetings(e->p)) text_string(out, "    (void)team;\n"); /* another target's do */
    emit_steps(e, out);
}
