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

/* The comment above a step's call. */
static void emit_comment(const emitter *e, text *out, int i) {
    const char *told = describe_step(e, i);
    text_string(out, "    /* ");
    for (const char *newline; (newline = strchr(told, '\n')); told = newline + 1) {
        text_printf(out, "%s\n     * ",
                    comment_safe(e->a, arena_strndup(e->a, told, (size_t)(newline - told))));
    }
    text_printf(out, "%s */\n", comment_safe(e->a, told));
}

/* The call of the user's function before (1) and after (0) a step, under a condition ("if (..) ") or "". */
static void emit_hook(const emitter *e, text *out, const char *condition, int i, int begin) {
    if (!e->o->profile) return;
    text_printf(out, "    %sSTEP_HOOK(%d, %s, %d);\n", condition, i + 1,
                label_literal(e->a, e->p->g->nodes[e->p->steps[i].node].label), begin);
}

void emit_calls(const emitter *e, text *out, int i) {
    emit_comment(e, out, i);
    emit_hook(e, out, "", i, 1);
    text_printf(out, "    %s;\n", call_text(e->a, &e->calls[i]));
    emit_hook(e, out, "", i, 0);
}

void emit_one_part(const emitter *e, text *out) {
    if (e->shares_steps)
        text_string(out, "    const int thread = 0, threads = 1, part = 0, parts = 1;\n"
                         "    (void)thread, (void)threads, (void)part, (void)parts;\n");
}

/* The calls of the steps first .. end - 1, in a loop over the parts that the thread takes. A step that is not
 * shared is one part, or belongs to one with its neighbours. */
static void emit_parts(const emitter *e, text *out, int first, int end) {
    const plan_step *s = &e->p->steps[first];
    emit_hook(e, out, "if (thread == 0) ", first, 1);
    text_printf(out, "    for (int part = first_part(&me, %s); part >= 0; part = next_part(&me)) {\n",
                s->shared ? count_of_shares(e->p, s) : "1");
    for (int i = first; i < end; i++)
        text_printf(out, "        %s; /* %d */\n", call_text(e->a, &e->calls[i]), i + 1);
    text_string(out, "    }\n");
    emit_hook(e, out, "if (thread == 0) ", first, 0);
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
        text_printf(out, "#define AT(offset) ((%s *)(void *)((unsigned char *)arena + (offset)))\n\n",
                    e->reals ? "float" : "int8_t");
    if (e->thread_bytes) {
        text_printf(out,
                    "/* What each thread, or part, has for itself: the first one in the arena, the others "
                    "behind it. */\n"
                    "#define OWN(who, offset, own) \\\n"
                    "    ((who) == 0 ? AT(offset) : AT(%s_ARENA_BYTES + (size_t)((who) - 1) * "
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

/* Names the parameters that no step uses, against warnings. */
static void emit_unused(const emitter *e, text *out) {
    const plan *p = e->p;
    const graph *g = p->g;
    if (!calls_use_arena(e)) text_string(out, "    (void)arena;\n");
    for (int i = 0; i < g->n_inputs; i++) {
        bool used = g->inputs[i].reused; /* then it is no parameter */
        for (int j = 0; j < p->n_buffers; j++) {
            const plan_buffer *b = &p->buffers[j];
            used = used || (b->kind == BUFFER_INPUT && b->port == i && b->first >= 0);
        }
        if (!used) text_printf(out, "    (void)%s;\n", e->input_names[i]);
    }
}

void emit_steps(const emitter *e, text *out) {
    emit_unused(e, out);
    emit_one_part(e, out);
    for (int i = 0; i < e->p->n_steps; i++) emit_calls(e, out, i);
    text_string(out, "}\n\n");
}

/* share_steps: all steps, as each thread does its parts of them. With hooks no two steps are done together, so
 * that the first thread can call them before and after each. */
static void emit_shared_steps(const emitter *e, text *out) {
    const plan *p = e->p;
    text_printf(out,
                "/* The same by several threads, each of which runs this. */\n"
                "%s {\n"
                "    const int threads = all->threads, parts = all->alone ? 1 : threads;\n"
                "    worker me = {all, thread, 0, 0, 0, 0};\n"
                "    (void)parts;\n",
                steps_prototype(e, true, e->suffix));
    emit_unused(e, out);
    for (int i = 0, end; i < p->n_steps; i = end) {
        end = i + 1;
        while (!p->steps[i].shared && end < p->n_steps && !meets_behind(p, end - 1) && !e->o->profile) end++;
        emit_parts(e, out, i, end);
    }
    text_string(out, "}\n\n");
}

void emit_step_list(const emitter *e, text *out) {
    text_printf(out, "%s {\n", steps_prototype(e, false, e->suffix));
    emit_steps(e, out);
    if (e->shares_steps) emit_shared_steps(e, out);
}
