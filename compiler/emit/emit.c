/* emit.c: the C file, put together from its parts: banner, includes, runtime, weights, kernels, entry points.
 */
#include "emit/internal.h"
#include "interp/interp.h"

#include <string.h>

typedef const char *(*step_emitter)(emitter *e, const plan_step *s);

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

static void emit_banner(const emitter *e, text *out) {
    const plan *p = e->p;
    const graph *g = p->g;
    arena *a = e->a;
    int64_t macs = 0;
    for (int i = 0; i < p->n_steps; i++) macs += p->steps[i].macs;
    text_printf(out, "/* %s%s%s, written by lcc %s for %s: %s.\n", comment_safe(a, g->name),
                g->variant ? " " : "", g->variant ? comment_safe(a, g->variant) : "", LCC_VERSION, p->t->name,
                p->t->what);
    text_printf(out, " *\n *     %s\n *\n", comment_safe(a, e->o->command));
    if (e->o->seeded)
        text_string(out, " * The weights are random numbers: what this network predicts means nothing.\n *\n");
    text_printf(
        out, " * %d steps, %.2f M multiply-adds, %lld bytes of arena, %lld bytes of weights (hash %016llx).\n",
        p->n_steps, (double)macs * 1e-6, (long long)p->arena_bytes, (long long)weights_bytes(e),
        (unsigned long long)e->o->weights_hash);
    text_string(out, " * Tensors are [height, width, channels], one pixel's channels side by side. */\n");
}

/* The parameters of an entry point: `first` ("void *arena"; or ""), then the ports. */
static const char *port_declarations(const emitter *e, const char *first) {
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

static const char *port_arguments(const emitter *e) {
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
    text_string(out, " * Arrays are flat, in the order [height, width, channels]. */\n");
    text_printf(out, "#ifndef %s_LCC_H\n#define %s_LCC_H\n\n#include <stddef.h>\n#include <stdint.h>\n\n",
                macro, macro);
    text_string(out, "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    text_printf(out, "#define %s_ARENA_BYTES %lld\n#define %s_ARENA_ALIGN %d\n#define %s_WEIGHTS_BYTES %lld\n",
                macro, (long long)p->arena_bytes, macro, ARENA_ALIGN, macro,
                (long long)weights_bytes(e) + (e->o->storage == STORAGE_FILE ? FILE_HEADER_BYTES : 0));
    if (p->t->threads) text_printf(out, "#define %s_THREAD_BYTES %lld\n", macro, (long long)p->thread_bytes);
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
                    macro, macro, x, macro, p->n_steps);
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
    text_printf(out, "    %s%s;\n", first_only ? who : "", e->calls[i]);
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

static bool uses_arena(const emitter *e) {
    for (int i = 0; i < e->p->n_steps; i++) {
        if (strstr(e->calls[i], "AT(") || strstr(e->calls[i], "OWN(")) return true;
    }
    return false;
}

/* The arena that run() uses, with room behind it for further threads, or for the self-test's own inputs and
 * outputs. */
static void emit_arena(const emitter *e, text *out) {
    int64_t bytes = e->p->arena_bytes, ports = 0;
    const graph *g = e->p->g;
    for (int i = 0; i < g->n_inputs; i++)
        ports += shape_elements(g->nodes[g->inputs[i].node].shape) * 4 + ARENA_ALIGN;
    for (int i = 0; i < g->n_outputs; i++)
        ports += shape_elements(g->nodes[g->outputs[i].node].shape) * 4 + ARENA_ALIGN;
    const char *more = "";
    if (e->o->selftest)
        more = arena_printf(e->a, " + %lld /* the self-test's inputs and outputs */", (long long)ports);
    if (e->p->thread_bytes)
        more = arena_printf(e->a, "%s + (MAX_THREADS - 1) * %s_THREAD_BYTES", more, e->macro);
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

static void emit_arena_macros(const emitter *e, text *out) {
    if (uses_arena(e))
        text_string(out, "#define AT(offset) ((float *)(void *)((unsigned char *)arena + (offset)))\n\n");
    if (e->p->thread_bytes) {
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
    if (!uses_arena(e)) text_string(out, "    (void)arena;\n");
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

/* run_in, run_threads_in and run, where steps may be shared among threads. */
static void emit_threaded_entries(const emitter *e, text *out) {
    const char *x = e->prefix, *ports = port_arguments(e), *team = team_parameter(e);
    text_printf(out, "static void run_steps(%s, %sint thread, int threads) {\n",
                port_declarations(e, "void *arena"), team);
    emit_steps(e, out);
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

void emit_entry_points(const emitter *e, text *out) {
    emit_arena_macros(e, out);
    if (e->p->t->threads) {
        emit_threaded_entries(e, out);
    } else {
        text_printf(out, "void %s_run_in(%s) {\n", e->prefix, port_declarations(e, "void *arena"));
        emit_steps(e, out);
        emit_arena(e, out);
        text_printf(out, "void %s_run(%s) {\n    %s_run_in(static_arena.bytes%s);\n}\n\n", e->prefix,
                    port_declarations(e, ""), e->prefix, port_arguments(e));
    }
    text_printf(out, "const char *%s_version(void) {\n    return \"lcc %s, %s, weights %016llx\";\n}\n",
                e->prefix, LCC_VERSION, e->p->t->name, (unsigned long long)e->o->weights_hash);
    if (e->o->storage == STORAGE_FILE) {
        text_char(out, '\n');
        emit_bind(e, out);
    }
}

static void emit_target_begin(const target *t, text *out) {
    if (!t->attributes) return;
    text_printf(out,
                "#if defined(__clang__)\n#pragma clang attribute push(__attribute__((target(\"%s\"))), "
                "apply_to = function)\n"
                "#elif defined(__GNUC__)\n#pragma GCC push_options\n#pragma GCC target(\"%s\")\n#endif\n\n",
                t->attributes, t->attributes);
}

static void emit_target_end(const target *t, text *out) {
    if (!t->attributes) return;
    text_string(out, "\n#if defined(__clang__)\n#pragma clang attribute pop\n#elif defined(__GNUC__)\n#pragma "
                     "GCC pop_options\n#endif\n");
}

bool emit_model(plan *p, const emit_options *o, arena *a, diag *d, emitted *out) {
    const char *refusal = o->selftest ? interp_refusal(p->g, a) : NULL;
    if (refusal) {
        diag_error(d, p->g->at, "--selftest: %s", refusal);
        return false;
    }
    emitter e = {.p = p, .o = o, .a = a};
    choose_names(&e);
    e.calls = ARENA_ARRAY(a, const char *, p->n_steps);
    for (int i = 0; i < p->n_steps; i++) {
        size_t before = e.weights.size;
        e.calls[i] = emitters[p->steps[i].kind](&e, &p->steps[i]);
        p->steps[i].weight_bytes = (int64_t)(e.weights.size - before);
    }
    text tail = {0}, code = {0};
    emit_entry_points(&e, &tail);
    bool good = !o->selftest || emit_selftest(&e, &tail);

    emit_thread_helpers(&e, &code);
    text_bytes(&code, e.functions.data, e.functions.size);
    text_bytes(&code, tail.data, tail.size);
    emit_banner(&e, &out->c);
    text_printf(&out->c, "#include \"%s.h\"\n\n", o->base_name);
    emit_runtime_includes(&e, &out->c);
    text_char(&out->c, '\n');
    emit_target_begin(p->t, &out->c);
    emit_runtime(&e, &code, &out->c);
    emit_weights(&e, &out->c);
    text_bytes(&out->c, code.data, code.size);
    emit_target_end(p->t, &out->c);
    emit_header(&e, &out->h);
    out->has_literal = o->storage == STORAGE_EMBED && e.weights.size > 0;
    out->weights = e.weights;
    if (o->storage == STORAGE_FILE) pack_weights_file(&out->weights);
    text_free(&tail);
    text_free(&code);
    text_free(&e.functions);
    return good;
}
