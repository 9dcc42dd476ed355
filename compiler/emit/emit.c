/* emit.c: the C file, put together from its parts: banner, includes, runtime, weights, kernels, entry points.
 */
#include "emit/internal.h"
#include "interp/interp.h"

#include <string.h>

typedef call (*step_emitter)(emitter *e, const plan_step *s);

static const step_emitter emitters[STEP_KIND_COUNT] = {
    [STEP_GEMM] = emit_gemm,
    [STEP_WINDOW] = emit_window,
    [STEP_GLOBAL_POOL] = emit_global_pool,
    [STEP_ELEMENTWISE] = emit_elementwise,
    [STEP_SOFTMAX] = emit_softmax,
    [STEP_UPSAMPLE] = emit_upsample,
    [STEP_PAD] = emit_pad,
    [STEP_CHAIN] = emit_chain,
    [STEP_COPY] = emit_copy,
};

/* "9 steps, 0.09 M multiply-adds, 24192 bytes of arena, 8976 bytes of weights" */
static const char *describe_target(const emitter *e) {
    const plan *p = e->p;
    return arena_printf(e->a, "%d steps, %.2f M multiply-adds, %lld bytes of arena, %lld bytes of weights%s",
                        p->n_steps, (double)plan_macs(p) * 1e-6, (long long)p->arena_bytes,
                        (long long)plan_weight_bytes(p), p->g->half_weights ? " (f16)" : "");
}

static void emit_banner(const emitter *all, int n, text *out) {
    const emitter *e = &all[n - 1];
    const graph *g = e->p->g;
    arena *a = e->a;
    text_printf(out, "/* %s%s%s, written by lcc %s for ", comment_safe(a, g->name), g->variant ? " " : "",
                g->variant ? comment_safe(a, g->variant) : "", LCC_VERSION);
    if (n == 1) text_printf(out, "%s: %s.\n", e->p->t->name, e->p->t->what);
    for (int i = 0; i < n && n > 1; i++)
        text_printf(out, "%s%s", i == 0 ? "" : i + 1 < n ? ", " : " and ", all[i].p->t->name);
    if (n > 1) text_string(out, ":\n * the best that the machine runs is chosen at run time.\n");
    text_printf(out, " *\n *     %s\n *\n", comment_safe(a, e->o->command));
    if (e->o->seeded)
        text_string(out, " * The weights are random numbers: what this network predicts means nothing.\n *\n");
    if (n == 1)
        text_printf(out, " * %s (hash %016llx).\n", describe_target(e), (unsigned long long)e->o->weights_hash);
    for (int i = 0; i < n && n > 1; i++)
        text_printf(out, " * %s: %s.\n", all[i].p->t->name, describe_target(&all[i]));
    if (n > 1) {
        text_printf(out, " * Together %lld bytes of arena, %lld bytes of weights (hash %016llx).\n",
                    (long long)e->arena_bytes, (long long)weights_bytes(e),
                    (unsigned long long)e->o->weights_hash);
    }
    if (e->p->g->half_weights)
        text_string(out,
                    " * Weights are IEEE 754 halves, widened to floats as they are used; biases are floats.\n");
    text_string(out, " * Tensors are [height, width, channels], one pixel's channels side by side. */\n");
}

/* The parameters of an entry point: `first` ("void *arena"; or ""), then the ports. */
const char *port_declarations(const emitter *e, const char *first) {
    const graph *g = e->p->g;
    text t = {0};
    text_string(&t, first);
    for (int i = 0; i < g->n_inputs; i++) {
        text_printf(&t, "%sconst %s *%s", t.size ? ", " : "",
                    type_table[g->nodes[g->inputs[i].node].type].c_name, e->input_names[i]);
    }
    for (int i = 0; i < g->n_outputs; i++)
        text_printf(&t, "%sfloat *%s", t.size ? ", " : "", e->output_names[i]);
    const char *result = arena_strndup(e->a, t.data ? t.data : "void", t.data ? t.size : 4);
    text_free(&t);
    return result;
}

const char *port_arguments(const emitter *e) {
    const graph *g = e->p->g;
    text t = {0};
    for (int i = 0; i < g->n_inputs; i++) text_printf(&t, ", %s", e->input_names[i]);
    for (int i = 0; i < g->n_outputs; i++) text_printf(&t, ", %s", e->output_names[i]);
    const char *result = arena_strndup(e->a, t.data ? t.data : "", t.size);
    text_free(&t);
    return result;
}

static void emit_port_sizes(const emitter *e, text *out, const char *name, shape s) {
    const char *macro = e->macro;
    text_printf(out, "#define %s_%s_H %d\n#define %s_%s_W %d\n#define %s_%s_C %d\n#define %s_%s_SIZE %lld\n",
                macro, name, s.h, macro, name, s.w, macro, name, s.c, macro, name,
                (long long)shape_elements(s));
}

void emit_header(const emitter *e, text *out) {
    const plan *p = e->p;
    const graph *g = p->g;
    arena *a = e->a;
    const char *x = e->prefix, *macro = e->macro;
    text_printf(out, "/* %s.h: %s, written by lcc %s. Works in C99 and C++.\n *\n",
                comment_safe(a, e->o->base_name), comment_safe(a, g->name), LCC_VERSION);
    text_string(
        out,
        " * Arrays are flat, in the order [height, width, channels]. Compiled with -O2, no function takes more "
        "than 4 KB\n * of stack. */\n");
    text_printf(out, "#ifndef %s_LCC_H\n#define %s_LCC_H\n\n#include <stddef.h>\n#include <stdint.h>\n\n",
                macro, macro);
    text_string(out, "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    text_printf(out, "#define %s_ARENA_BYTES %lld\n#define %s_ARENA_ALIGN %d\n#define %s_WEIGHTS_BYTES %lld\n",
                macro, (long long)e->arena_bytes, macro, ARENA_ALIGN, macro,
                (long long)weights_bytes(e) + (e->o->storage == STORAGE_FILE ? FILE_HEADER_BYTES : 0));
    if (p->t->threads) text_printf(out, "#define %s_THREAD_BYTES %lld\n", macro, (long long)e->thread_bytes);
    for (int i = 0; i < g->n_inputs; i++)
        emit_port_sizes(e, out, e->input_macros[i], g->nodes[g->inputs[i].node].shape);
    for (int i = 0; i < g->n_outputs; i++)
        emit_port_sizes(e, out, e->output_macros[i], g->nodes[g->outputs[i].node].shape);
    if (e->o->storage == STORAGE_FILE) {
        text_printf(out,
                    "\n/* Hands over the contents of %s.weights, %s_WEIGHTS_BYTES bytes, aligned to 4, which "
                    "must stay where they\n"
                    " * are. Once, before any run. 0, or -1 where they are not this model's. */\n"
                    "int %s_bind(const void *weights, size_t bytes);\n",
                    comment_safe(a, e->o->base_name), macro, x);
    }
    text_printf(out, "\n/* Runs the network in a static arena, so one call at a time.%s */\nvoid %s_run(%s);\n",
                p->t->threads ? " Where the C file is compiled with OpenMP, all its\n * threads take part."
                              : "",
                x, port_declarations(e, ""));
    text_printf(out,
                "\n/* The same in the caller's arena, of %s_ARENA_BYTES bytes aligned to %s_ARENA_ALIGN: as "
                "many at a time as\n"
                " * there are arenas. What the arena held before does not matter.%s */\nvoid %s_run_in(%s);\n",
                macro, macro, p->t->threads ? " The caller's thread does it alone." : "", x,
                port_declarations(e, "void *arena"));
    if (p->t->threads) {
        text_printf(out,
                    "\n/* The same by `threads` threads of OpenMP, in an arena with %s_THREAD_BYTES bytes more "
                    "for each "
                    "thread behind\n * the first. Without OpenMP the caller's thread does it alone. */\n"
                    "void %s_run_threads_in(%s);\n",
                    macro, x, port_declarations(e, "void *arena, int threads"));
    }
    text_printf(
        out, "\n/* lcc's version, the target, and the hash of the weights. */\nconst char *%s_version(void);\n",
        x);
    if (e->o->selftest) {
        text_printf(out,
                    "\n/* Runs the network on a picture of its own and compares every step with the reference "
                    "that lcc computed:\n"
                    " * 0, or the number of the first step that differs. In the static arena. */\nint "
                    "%s_selftest(void);\n",
                    x);
    }
    if (e->o->profile) {
        text_printf(out,
                    "\n/* Called before (begin 1) and after (begin 0) each step when the C file is compiled "
                    "with -D%s_PROFILE; yours\n"
                    " * to define. `name` is the layer's label. */\n"
                    "#ifdef %s_PROFILE\nvoid %s_profile_hook(int step, const char *name, int begin);\n#endif\n"
                    "#define %s_STEPS %d\n",
                    macro, macro, x, macro, e->n_steps);
    }
    text_printf(out, "\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
}

/* A label as a C string. */
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

static void emit_bind(const emitter *e, text *out) {
    text_printf(out, "int %s_bind(const void *file, size_t bytes) {\n", e->prefix);
    text_printf(
        out,
        "    static const char magic[15] = \"lcc weights 1\\n\";\n"
        "    const unsigned char *p = (const unsigned char *)file;\n"
        "    uint64_t hash = UINT64_C(0xcbf29ce484222325);\n"
        "    if (!p || bytes != %s_WEIGHTS_BYTES || ((uintptr_t)file & 3) != 0) return -1;\n"
        "    for (size_t i = 0; i < sizeof magic; i++) {\n"
        "        if (p[i] != (unsigned char)magic[i]) return -1;\n    }\n"
        "    for (size_t i = %d; i + 4 <= bytes; i += 4) {\n"
        "        const uint32_t word = (uint32_t)p[i] | (uint32_t)p[i + 1] << 8 | (uint32_t)p[i + 2] << 16 |\n"
        "                              (uint32_t)p[i + 3] << 24;\n"
        "        hash = (hash ^ word) * UINT64_C(0x100000001b3);\n    }\n"
        "    if (hash != UINT64_C(0x%016llx)) return -1;\n",
        e->macro, FILE_HEADER_BYTES, (unsigned long long)hash_words(&e->weights));
    if (e->weights.size)
        text_printf(out, "    weights = (const float *)(const void *)(p + %d);\n", FILE_HEADER_BYTES);
    text_string(out, "    return 0;\n}\n\n");
}

/* Whether some call points into the arena. */
static bool calls_use_arena(const emitter *e) {
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

/* The arena that run() uses, with room behind it for further threads, or for the self-test's own inputs and
 * outputs. */
static void emit_arena(const emitter *e, text *out) {
    int64_t bytes = e->arena_bytes, ports = 0;
    const graph *g = e->p->g;
    for (int i = 0; i < g->n_inputs; i++)
        ports += shape_elements(g->nodes[g->inputs[i].node].shape) * 4 + ARENA_ALIGN;
    for (int i = 0; i < g->n_outputs; i++)
        ports += shape_elements(g->nodes[g->outputs[i].node].shape) * 4 + ARENA_ALIGN;
    const char *more = "";
    if (e->o->selftest)
        more = arena_printf(e->a, " + %lld /* the self-test's inputs and outputs */", (long long)ports);
    if (e->thread_bytes) more = arena_printf(e->a, "%s + (MAX_THREADS - 1) * %s_THREAD_BYTES", more, e->macro);
    const char *size = bytes || *more ? arena_printf(e->a, "%s_ARENA_BYTES%s", e->macro, more) : "1";
    if (e->p->t->strict_c99) {
        text_printf(out,
                    "static union {\n    unsigned char bytes[%s];\n    double aligned;\n} static_arena;\n\n",
                    size);
    } else {
        text_printf(
            out,
            "static struct {\n    unsigned char bytes[%s];\n} static_arena __attribute__((aligned(%d)));\n\n",
            size, ARENA_ALIGN);
    }
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
                    "#ifdef %s_PROFILE\n#define STEP_HOOK(step, name, begin) %s_profile_hook(step, name, "
                    "begin)\n#else\n"
                    "#define STEP_HOOK(step, name, begin) ((void)0)\n#endif\n\n",
                    e->macro, e->prefix);
    }
}

/* The body of the function that runs all steps. */
static void emit_steps(const emitter *e, text *out) {
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
    text_printf(out, "static void run_steps%s(%s, %sint thread, int threads) {\n", e->suffix,
                port_declarations(e, "void *arena"), e->team);
    if (*e->team && !*team_parameter(e)) text_string(out, "    (void)team;\n"); /* another target's */
    emit_steps(e, out);
}

/* run_in, run_threads_in and run, where steps may be shared among threads. */
static void emit_threaded_entries(const emitter *e, text *out) {
    const char *x = e->prefix, *ports = port_arguments(e), *team = e->team;
    text_printf(out, "void %s_run_in(%s) {\n    run_steps(arena%s, %s0, 1);\n}\n\n", x,
                port_declarations(e, "void *arena"), ports, *team ? "NULL, " : "");
    text_printf(out,
                "void %s_run_threads_in(%s) {\n"
                "#ifdef _OPENMP\n"
                "    if (threads > 1) {\n"
                "%s"
                "#pragma omp parallel num_threads(threads)\n"
                "        run_steps(arena%s, %somp_get_thread_num(), omp_get_num_threads());\n"
                "        return;\n"
                "    }\n"
                "#else\n"
                "    (void)threads;\n"
                "#endif\n"
                "    run_steps(arena%s, %s0, 1);\n}\n\n",
                x, port_declarations(e, "void *arena, int threads"),
                *team ? "        meeting team = {0, 0};\n" : "", ports, *team ? "&team, " : "", ports,
                *team ? "NULL, " : "");
    text_string(out, "/* The most threads that run() takes. */\n"
                     "#ifndef MAX_THREADS\n"
                     "#ifdef _OPENMP\n"
                     "#define MAX_THREADS 16\n"
                     "#else\n"
                     "#define MAX_THREADS 1\n"
                     "#endif\n"
                     "#endif\n\n");
    emit_arena(e, out);
    text_printf(
        out,
        "void %s_run(%s) {\n"
        "#ifdef _OPENMP\n"
        "    const int most = omp_get_max_threads(), threads = most < MAX_THREADS ? most : MAX_THREADS;\n"
        "#else\n"
        "    const int threads = 1;\n"
        "#endif\n"
        "    %s_run_threads_in(static_arena.bytes, threads%s);\n}\n\n",
        x, port_declarations(e, ""), x, ports);
}

static void emit_version(const emitter *all, int n, text *out) {
    const char *versions[MAX_FILE_TARGETS];
    for (int i = 0; i < n; i++) {
        versions[i] = arena_printf(all[i].a, "return \"lcc %s, %s, weights %016llx\";", LCC_VERSION,
                                   all[i].p->t->name, (unsigned long long)all[i].o->weights_hash);
    }
    text_printf(out, "const char *%s_version(void) {\n", all[0].prefix);
    if (n > 1) {
        emit_target_switch(all, n, versions, out);
    } else {
        text_printf(out, "    %s\n", versions[0]);
    }
    text_string(out, "}\n");
}

void emit_entry_points(const emitter *all, int n, text *out) {
    const emitter *e = &all[n - 1];
    if (n == 1) emit_arena_macros(e, out);
    if (n > 1) {
        emit_choice(all, n, out);
        emit_threaded_entries(e, out);
    } else if (e->p->t->threads) {
        emit_step_list(e, out);
        emit_threaded_entries(e, out);
    } else {
        text_printf(out, "void %s_run_in(%s) {\n", e->prefix, port_declarations(e, "void *arena"));
        emit_steps(e, out);
        emit_arena(e, out);
        text_printf(out, "void %s_run(%s) {\n    %s_run_in(static_arena.bytes%s);\n}\n\n", e->prefix,
                    port_declarations(e, ""), e->prefix, port_arguments(e));
    }
    emit_version(all, n, out);
    if (e->o->storage == STORAGE_FILE) {
        text_char(out, '\n');
        emit_bind(e, out);
    }
}

static void emit_target_begin(const emitter *e, text *out) {
    const target *t = e->p->t;
    if (!t->attributes) return;
    bool more = e->p->g->half_weights && t->half_attributes;
    const char *attributes =
        more ? arena_printf(e->a, "%s%s", t->attributes, t->half_attributes) : t->attributes;
    text_printf(out,
                "#if defined(__clang__)\n#pragma clang attribute push(__attribute__((target(\"%s\"))), "
                "apply_to = function)\n"
                "#elif defined(__GNUC__)\n#pragma GCC push_options\n#pragma GCC target(\"%s\")\n#endif\n\n",
                attributes, attributes);
}

static void emit_target_end(const target *t, text *out) {
    if (!t->attributes) return;
    text_string(out, "\n#if defined(__clang__)\n#pragma clang attribute pop\n#elif defined(__GNUC__)\n#pragma "
                     "GCC pop_options\n#endif\n");
}

/* The functions, the calls and the weights of one target, behind those that `e` has already. */
static void emit_kernels(emitter *e, const plan *p) {
    choose_names(e);
    e->calls = ARENA_ARRAY(e->a, call, p->n_steps);
    e->packed = ARENA_ARRAY(e->a, int64_t, p->g->n_nodes);
    for (int i = 0; i < p->n_steps; i++) {
        size_t before = e->weights.size;
        e->calls[i] = emitters[p->steps[i].kind](e, &p->steps[i]);
        p->steps[i].weight_bytes = (int64_t)(e->weights.size - before);
    }
}

/* Gives each of the targets what they share. */
static void measure_file(emitter *all, int n) {
    emitter most = {.team = ""};
    for (int i = 0; i < n; i++) {
        const plan *p = all[i].p;
        if (p->arena_bytes > most.arena_bytes) most.arena_bytes = p->arena_bytes;
        if (p->thread_bytes > most.thread_bytes) most.thread_bytes = p->thread_bytes;
        if (p->n_steps > most.n_steps) most.n_steps = p->n_steps;
        most.uses_arena = most.uses_arena || calls_use_arena(&all[i]);
        if (!*most.team) most.team = team_parameter(&all[i]);
    }
    for (int i = 0; i < n; i++) {
        all[i].arena_bytes = most.arena_bytes;
        all[i].thread_bytes = most.thread_bytes;
        all[i].n_steps = most.n_steps;
        all[i].uses_arena = most.uses_arena;
        all[i].team = most.team;
    }
}

/* What stands between the includes and the literal of the weights, for one target. */
static void emit_alone(const emitter *e, text *out) {
    text code = {0};
    emit_thread_helpers(e, 1, &code);
    text_bytes(&code, e->functions.data, e->functions.size);
    emit_entry_points(e, 1, &code);
    if (e->o->selftest) emit_selftest(e, 1, &code);
    emit_target_begin(e, out);
    emit_runtime(e, &code, out);
    emit_weights(e, out);
    text_bytes(out, code.data, code.size);
    emit_target_end(e->p->t, out);
    text_free(&code);
}

/* The same for several. */
static void emit_together(const emitter *all, int n, text *out) {
    const emitter *best = &all[n - 1];
    emit_weights(best, out);
    emit_arena_macros(best, out);
    emit_thread_helpers(all, n, out);
    for (int i = 0; i < n; i++) {
        const target *t = all[i].p->t;
        text code = {0};
        text_bytes(&code, all[i].functions.data, all[i].functions.size);
        emit_step_list(&all[i], &code);
        text_printf(out, "/* ======== %s: %s ======== */\n\n", t->name, t->what);
        emit_target_begin(&all[i], out);
        emit_runtime(&all[i], &code, out);
        text_bytes(out, code.data, code.size - 1); /* less the blank line behind the last function */
        emit_target_end(t, out);
        text_char(out, '\n');
        text_free(&code);
    }
    text_printf(out, "/* ======== the choice ======== */\n\n");
    emit_entry_points(all, n, out);
    if (best->o->selftest) emit_selftest(all, n, out);
}

bool emit_model(plan *const *plans, int n_plans, const emit_options *o, arena *a, diag *d, emitted *out) {
    const char *refusal = o->selftest ? interp_refusal(plans[0]->g, a) : NULL;
    if (refusal) {
        diag_error(d, plans[0]->g->at, "--selftest: %s", refusal);
        return false;
    }
    emitter all[MAX_FILE_TARGETS] = {0};
    for (int i = 0; i < n_plans; i++) {
        const char *suffix = n_plans > 1 ? arena_printf(a, "_%s", plans[i]->t->tag) : "";
        all[i] = (emitter){.p = plan_with_suffix(a, plans[i], suffix), .o = o, .a = a, .suffix = suffix};
        if (i) { /* one blob of weights for all */
            all[i].weights = all[i - 1].weights;
            all[i - 1].weights = (text){0};
        }
        emit_kernels(&all[i], plans[i]);
    }
    while (all[n_plans - 1].weights.size % sizeof(float)) /* halves */
        text_char(&all[n_plans - 1].weights, 0);
    measure_file(all, n_plans);
    const emitter *best = &all[n_plans - 1];

    emit_banner(all, n_plans, &out->c);
    text_printf(&out->c, "#include \"%s.h\"\n\n", o->base_name);
    emit_runtime_includes(best, &out->c);
    text_char(&out->c, '\n');
    if (n_plans > 1) {
        emit_together(all, n_plans, &out->c);
    } else {
        emit_alone(best, &out->c);
    }
    emit_header(best, &out->h);
    out->arena_bytes = best->arena_bytes;
    out->thread_bytes = best->thread_bytes;
    out->weights_bytes = weights_bytes(best);
    out->has_literal = o->storage == STORAGE_EMBED && best->weights.size > 0;
    out->weights = best->weights;
    if (o->storage == STORAGE_FILE) pack_weights_file(&out->weights);
    for (int i = 0; i < n_plans; i++) text_free(&all[i].functions);
    return true;
}
