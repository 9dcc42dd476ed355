/* header.c: the header of the emitted file: sizes, and what each function asks of its caller. */
#include "emit/prototypes.h"

static void emit_port_sizes(const emitter *e, text *out, const char *name, const port *p) {
    const char *macro = e->macro;
    shape s = e->p->g->nodes[p->node].shape;
    if (p->sizes)
        text_printf(
            out,
            "/* The network's file has this one as %s, and the elements lie in the order of these axes. */\n",
            p->sizes);
    text_printf(out, "#define %s_%s_H %d\n#define %s_%s_W %d\n#define %s_%s_C %d\n#define %s_%s_SIZE %lld\n",
                macro, name, s.h, macro, name, s.w, macro, name, s.c, macro, name,
                (long long)shape_elements(s));
}

/* How the codes of a port stand for real numbers. Scales for each channel are what initialises an array. */
static void emit_port_scale(const emitter *e, text *out, const char *name, const port *p) {
    const char *macro = e->macro;
    const node *n = &e->p->g->nodes[p->node];
    if (!n->q.on) return;
    text_printf(out, "/* Number q of %s stands for %s * (q - %s_%s_ZERO). */\n", name,
                n->q.scales ? "the scale of its channel" : arena_printf(e->a, "%s_%s_SCALE", macro, name),
                macro, name);
    if (n->q.scales) {
        text_printf(out, "#define %s_%s_SCALES \\\n    { ", macro, name);
        for (int64_t i = 0; i < n->q.scales->count; i++) {
            const char *separator = i == 0 ? "" : i % 8 ? ", " : ", \\\n      ";
            text_printf(out, "%s%s", separator, float_text(e->a, (double)n->q.scales->data[i]));
        }
        text_string(out, " } /* of each channel */\n");
    } else {
        text_printf(out, "#define %s_%s_SCALE %s\n", macro, name, float_text(e->a, (double)n->q.scale));
    }
    text_printf(out, "#define %s_%s_ZERO (%d)\n", macro, name, n->q.zero);
}

static void emit_port(const emitter *e, text *out, const char *name, const port *p) {
    emit_port_sizes(e, out, name, p);
    emit_port_scale(e, out, name, p);
}

/* Where an input lies that the caller writes into the arena. */
static void emit_input_place(const emitter *e, text *out, int which) {
    const char *macro = e->macro, *name = e->input_macros[which];
    const port *p = &e->p->g->inputs[which];
    if (!p->reused) return;
    text_printf(
        out,
        "/* Write %s here, in the arena, before each run: the run reads it and then uses its memory. */\n"
        "#define %s_%s_OFFSET %lld\n"
        "#define %s_%s_IN(arena) ((%s *)(void *)((unsigned char *)(arena) + %s_%s_OFFSET))\n",
        e->input_names[which], macro, name, (long long)plan_input_offset(e->p, which), macro, name,
        type_table[e->p->g->nodes[p->node].type].c_name, macro, name);
}

/* Whether the network adds up whole maps, which threads do in parts. */
static bool has_global_pool(const graph *g) {
    for (int i = 0; i < g->n_nodes; i++) {
        if (g->nodes[i].op == OP_GLOBAL_AVG_POOL) return true;
    }
    return false;
}

/* The functions that share a run among threads. */
static void declare_threaded(const emitter *e, text *out) {
    const char *macro = e->macro, *prefix = e->prefix;
    text_printf(
        out,
        "\n/* The same by `threads` threads of OpenMP (64 at most), in an arena with %s_THREAD_BYTES bytes "
        "more "
        "for each\n * thread behind the first. Without OpenMP the caller's thread does it alone.\n"
        " *\n"
        " * The threads take the parts of each step as they come, so one that comes late, or that the system "
        "does "
        "not run\n * for a while, leaves its parts to the others: no more than what it has begun is waited "
        "for. Who "
        "waits looks for\n * some microseconds, and then sleeps. The answer depends on nothing of that.%s */\n"
        "%s;\n",
        macro,
        has_global_pool(e->p->g)
            ? " Maps that are averaged are added up\n * by parts: the last bits of the answer "
              "depend on `threads`, and on nothing else."
            : "",
        entry_declaration(e, ENTRY_RUN_THREADS_IN));
    text_printf(
        out,
        "\n/* The same on threads of the caller's, in such an arena: %s_run_on calls\n"
        " * parallel(context, job, job_context, threads) once, which calls job(job_context, i) for each i from "
        "0 to\n"
        " * threads - 1 and returns when all of them have returned: at the same time on several threads, or "
        "one "
        "after another\n"
        " * on fewer, or on one. `threads` may be less than what %s_run_on was given: 64 at most. With 1 the "
        "caller's thread\n"
        " * does it alone, and parallel is not called.\n"
        " *\n"
        " * A job returns when the whole run is done. Any one of them can do it alone, so a pool may leave out "
        "jobs "
        "that it\n"
        " * has not begun when another one has returned; only one has to be run. No i may be run twice, and "
        "none "
        "after\n"
        " * parallel has returned. */\n"
        "typedef void (*%s_job)(void *job_context, int i);\n"
        "typedef void (*%s_parallel)(void *context, %s_job job, void *job_context, int threads);\n"
        "%s;\n",
        prefix, prefix, prefix, prefix, prefix, entry_declaration(e, ENTRY_RUN_ON));
}

/* The sections of memory that the user may choose. */
static void explain_sections(const emitter *e, text *out) {
    bool weights = e->o->storage != STORAGE_FILE && weights_bytes(e) > 0;
    const char *macro = e->macro;
    const char *more =
        weights ? arena_printf(e->a, ",\n * and -D%s_WEIGHTS_SECTION='\".qspi\"' the weights", macro) : "";
    text_printf(
        out,
        "\n/* Compiled by GCC or clang with -D%s_ARENA_SECTION='\".bss.fast\"' the static arena lies in "
        "that section%s.\n"
        " * An arena in a section whose name begins with .bss takes no room in flash. */\n",
        macro, more);
}

/* Each function that callers see, under a comment on what it does and asks. */
static void declare_functions(const emitter *e, text *out) {
    const char *macro = e->macro;
    if (e->o->storage == STORAGE_FILE) {
        text_printf(out,
                    "\n/* Hands over the contents of %s.weights, %s_WEIGHTS_BYTES bytes, aligned to 4, which "
                    "must stay where they\n"
                    " * are. Once, before any run. 0, or -1 where they are not this model's. */\n"
                    "%s;\n",
                    comment_safe(e->a, e->o->base_name), macro, entry_declaration(e, ENTRY_BIND));
    }
    bool threads = e->p->t->threads, reuses = graph_reuses_input(e->p->g);
    if (reuses)
        text_printf(
            out,
            "\n/* The static arena, in which %s_run finds its input: write it to %s_%s_IN(%s_arena()). */\n"
            "%s;\n",
            e->prefix, macro, e->input_macros[0], e->prefix, entry_declaration(e, ENTRY_ARENA));
    if (has_sections(e)) explain_sections(e, out);
    text_printf(out, "\n/* Runs the network in a static arena, so one call at a time.%s */\n%s;\n",
                threads ? " Where the C file is compiled with OpenMP, all its\n * threads take part." : "",
                entry_declaration(e, ENTRY_RUN));
    text_printf(out,
                "\n/* The same in the caller's arena, of %s_ARENA_BYTES bytes aligned to %s_ARENA_ALIGN: as "
                "many at a time as\n"
                " * there are arenas. What %s held before does not matter.%s */\n%s;\n",
                macro, macro, reuses ? "the arena beside the input" : "the arena",
                threads ? " The caller's thread does it alone." : "", entry_declaration(e, ENTRY_RUN_IN));
    if (threads) declare_threaded(e, out);
    text_printf(out, "\n/* lcc's version, the target, and the hash of the weights. */\n%s;\n",
                entry_declaration(e, ENTRY_VERSION));
    if (e->o->selftest) {
        text_printf(
            out,
            "\n/* Runs the network twice on a picture of its own and compares every step with the reference "
            "that lcc\n"
            " * computed. 0: all is well. %s_SELFTEST_WEIGHTS: the weights are not those that lcc wrote%s. "
            "Above 0: the number\n"
            " * of the first step that differs. It works in the static arena, which has %lld bytes more for "
            "it. */\n"
            "#define %s_SELFTEST_WEIGHTS (-1)\n%s;\n",
            macro, e->o->storage == STORAGE_FILE ? ", or not bound" : "", (long long)selftest_bytes(e), macro,
            entry_declaration(e, ENTRY_SELFTEST));
    }
    if (e->o->profile) {
        text_printf(out,
                    "\n/* Called before (begin 1) and after (begin 0) each step when the C file is compiled "
                    "with -D%s_PROFILE; yours\n"
                    " * to define. `name` is the layer's label. */\n"
                    "#ifdef %s_PROFILE\n%s;\n#endif\n"
                    "#define %s_STEPS %d\n",
                    macro, macro, entry_declaration(e, ENTRY_PROFILE_HOOK), macro, e->n_steps);
    }
}

void emit_header(const emitter *e, text *out) {
    const graph *g = e->p->g;
    arena *a = e->a;
    const char *macro = e->macro;
    text_printf(out, "/* %s.h: %s, written by lcc %s. Works in C99 and C++.\n *\n",
                comment_safe(a, e->o->base_name), comment_safe(a, g->name), LCC_VERSION);
    text_printf(out, " * Arrays are flat, in the order [height, width, channels]. Compiled with -O2, %s. */\n",
                e->p->t->small ? "a run takes about 1 KB\n * of stack at most"
                               : "no function takes more than 4 KB\n * of stack");
    text_printf(out, "#ifndef %s_LCC_H\n#define %s_LCC_H\n\n#include <stddef.h>\n#include <stdint.h>\n\n",
                macro, macro);
    text_string(out, "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    text_printf(out, "#define %s_ARENA_BYTES %lld\n#define %s_ARENA_ALIGN %d\n#define %s_WEIGHTS_BYTES %lld\n",
                macro, (long long)e->arena_bytes, macro, e->p->t->align, macro,
                (long long)weights_bytes(e) + (e->o->storage == STORAGE_FILE ? FILE_HEADER_BYTES : 0));
    if (e->p->t->threads) text_printf(out, "#define %s_THREAD_BYTES %lld\n", macro, (long long)e->thread_bytes);
    for (int i = 0; i < g->n_inputs; i++) {
        emit_port(e, out, e->input_macros[i], &g->inputs[i]);
        emit_input_place(e, out, i);
    }
    for (int i = 0; i < g->n_outputs; i++) emit_port(e, out, e->output_macros[i], &g->outputs[i]);
    declare_functions(e, out);
    text_printf(out, "\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
}
