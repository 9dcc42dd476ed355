/* dispatch.c: several targets in one file, of which the best is chosen at run time.
 *
 * Each target has a section with its pragmas, vectors, functions and run_steps. In a file of several targets
 * all of these names end in the target's tag; otherwise the text is the same as in a file of one target. The
 * weights of all targets lie behind each other in one blob. The arena has the size of the largest one.
 *
 * Every call chooses anew, in every thread. __builtin_cpu_supports reads what the compiler's own library
 * (libgcc, compiler-rt) found out before main() began: what the processor has, and whether the operating system
 * saves its registers. That costs a few loads of memory that nobody writes, so nothing must be initialised and
 * there is no race. */
#include "emit/prototypes.h"

#include <string.h>

const plan *plan_with_suffix(arena *a, const plan *p, const char *suffix) {
    target *t = ARENA_ARRAY(a, target, 1);
    plan *copy = ARENA_ARRAY(a, plan, 1);
    *t = *p->t;
    *copy = *p;
    for (int k = 0; k < MAX_VECTOR_KINDS && t->vectors[k].lanes; k++) {
        t->vectors[k].name = arena_printf(a, "%s%s", t->vectors[k].name, suffix);
        t->vectors[k].ints = arena_printf(a, "%s%s", t->vectors[k].ints, suffix);
    }
    copy->t = t;
    return copy;
}

/* "TARGET_AVX2" */
static const char *target_constant(const emitter *e) {
    return arena_printf(e->a, "TARGET_%s", upper_case(e->a, e->p->t->tag));
}

/* "__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")", two in a line. */
static void emit_condition(const emitter *e, text *out) {
    int count = 0;
    for (const char *p = e->p->t->attributes; *p; count++) {
        int size = (int)strcspn(p, ",");
        text_printf(out, "%s__builtin_cpu_supports(\"%.*s\")",
                    count == 0       ? ""
                    : count % 2 == 0 ? " &&\n        "
                                     : " && ",
                    size, p);
        p += size + (p[size] == ',');
    }
}

void emit_target_switch(const emitter *all, int n, const char *const *statements, text *out) {
    text_string(out, "    switch (chosen_target()) {\n");
    for (int i = n - 1; i > 0; i--)
        text_printf(out, "    case %s: %s\n", target_constant(&all[i]), statements[i]);
    text_printf(out, "    default: %s\n    }\n", statements[0]);
}

/* Writes chosen_target(): a constant where the user defines it as a macro, else the best that the machine runs.
 */
static void emit_chosen_target(const emitter *all, int n, text *out) {
    const char *macro = all[0].macro;
    text_string(out, "enum {\n");
    for (int i = 0; i < n; i++) {
        text_printf(out, "    %s%s /* %s: %s */\n", target_constant(&all[i]), i + 1 < n ? "," : "",
                    all[i].p->t->name, all[i].p->t->what);
    }
    text_printf(
        out,
        "};\n\n"
        "/* The best target that the processor and its operating system run, asked of what the compiler's\n"
        " * library found out before main(); the first one where there is no better.\n"
        " * -D%s_TARGET=%s leaves no choice. */\n"
        "static int chosen_target(void) {\n#ifdef %s_TARGET\n    return %s_TARGET;\n#else\n",
        macro, target_constant(&all[0]), macro, macro);
    for (int i = n - 1; i > 0; i--) {
        text_string(out, "    if (");
        emit_condition(&all[i], out);
        text_printf(out, ") {\n        return %s;\n    }\n", target_constant(&all[i]));
    }
    text_printf(out, "    return %s;\n#endif\n}\n\n", target_constant(&all[0]));
}

/* Writes the function that runs all steps, which calls that of the chosen target. */
static void emit_chosen_steps(const emitter *all, int n, bool shared, text *out) {
    const char *calls[MAX_FILE_TARGETS];
    for (int i = 0; i < n; i++)
        calls[i] = arena_printf(all[i].a, "%s; break;", steps_call(&all[i], shared, all[i].suffix, ""));
    text_printf(out, "%s {\n", steps_prototype(&all[0], shared, ""));
    emit_target_switch(all, n, calls, out);
    text_string(out, "}\n\n");
}

void emit_choice(const emitter *all, int n, text *out) {
    emit_chosen_target(all, n, out);
    emit_chosen_steps(all, n, false, out);
    if (all[0].shares_steps) emit_chosen_steps(all, n, true, out);
}
