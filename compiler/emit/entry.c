/* entry.c: defines the functions that callers see: run, run_in, run_threads_in, run_on, arena, version, bind.
 */
#include "emit/prototypes.h"

/* The arena that run() uses. Behind it there is room for what further threads need, and for the self-test. */
static void emit_arena(const emitter *e, text *out) {
    int64_t bytes = e->arena_bytes;
    const char *more = "";
    if (e->o->selftest)
        more = arena_printf(e->a, " + %lld /* for the self-test */", (long long)selftest_bytes(e));
    if (e->thread_bytes) more = arena_printf(e->a, "%s + (MAX_THREADS - 1) * %s_THREAD_BYTES", more, e->macro);
    const char *size = bytes || *more ? arena_printf(e->a, "%s_ARENA_BYTES%s", e->macro, more) : "1";
    const char *where = has_sections(e) ? " ARENA_PLACE" : "";
    if (*where) emit_section(e, "ARENA", out);
    if (e->p->t->strict_c99) {
        text_printf(out,
                    "static union {\n    unsigned char bytes[%s];\n    int64_t aligned;\n} static_arena%s;\n\n",
                    size, where);
    } else {
        text_printf(
            out,
            "static struct {\n    unsigned char bytes[%s];\n} static_arena%s __attribute__((aligned(%d)));\n\n",
            size, where, e->p->t->align);
    }
    if (graph_reuses_input(e->p->g))
        text_printf(out, "%s {\n    return static_arena.bytes;\n}\n\n", entry_definition(e, ENTRY_ARENA));
}

/* The job that each thread of a run does, with what it needs for it; and the threads of OpenMP as they do it.
 */
static void emit_job(const emitter *e, text *out) {
    signature steps = steps_signature(e, false, "");
    text_string(out,
                "/* What the threads of a run have in common. */\ntypedef struct run_call {\n    team all;\n");
    for (int i = 0; i < steps.n; i++) {
        const parameter *p = &steps.list[i];
        text_printf(out, "    %s%s *%s;\n", p->is_const ? "const " : "", p->type, p->name);
    }
    text_printf(out,
                "} run_call;\n\n"
                "/* What one thread does for a run. */\n"
                "static void run_job(void *job_context, int thread) {\n"
                "    run_call *const call = (run_call *)job_context;\n"
                "    %s;\n}\n\n"
                "#ifdef _OPENMP\n"
                "/* Runs a job on threads of OpenMP. */\n"
                "static void on_openmp(void *context, %s_job job, void *job_context, int threads) {\n"
                "    (void)context;\n"
                "#pragma omp parallel num_threads(threads)\n"
                "    {\n"
                "        job(job_context, omp_get_thread_num());\n"
                "        leave(&((run_call *)job_context)->all, omp_get_num_threads());\n"
                "    }\n}\n#endif\n\n",
                steps_call(e, true, "", "call->"), e->prefix);
}

/* run_on, which hands the job to the caller's threads. */
static void emit_run_on(const emitter *e, text *out) {
    signature steps = steps_signature(e, false, "");
    const char *alone = steps_call(e, false, "", "");
    text_printf(out, "%s {\n", entry_definition(e, ENTRY_RUN_ON));
    if (!e->shares_steps) {
        text_printf(out, "    (void)threads, (void)parallel, (void)context;\n    %s;\n}\n\n", alone);
        return;
    }
    text_printf(out,
                "    if (threads < 2) {\n        %s;\n        return;\n    }\n"
                "    const uint64_t began = read_ticks();\n"
                "    run_call call;\n"
                "    memset(&call.all, 0, sizeof call.all);\n"
                "    call.all.threads = threads < 64 ? threads : 64;\n"
                "    call.all.alone = goes_alone(began);\n",
                alone);
    for (int i = 0; i < steps.n; i++)
        text_printf(out, "    call.%s = %s;\n", steps.list[i].name, steps.list[i].name);
    text_string(out, "    if (call.all.alone)\n"
                     "        run_job(&call, 0);\n"
                     "    else\n"
                     "        parallel(context, run_job, &call, call.all.threads);\n"
                     "    learn_from(&call.all, began);\n}\n\n");
}

/* run_in, run_on, run_threads_in and run, where steps may be shared among threads. */
static void emit_threaded_entries(const emitter *e, text *out) {
    const char *alone = steps_call(e, false, "", "");
    text_printf(out, "%s {\n    %s;\n}\n\n", entry_definition(e, ENTRY_RUN_IN), alone);
    if (e->shares_steps) emit_job(e, out);
    emit_run_on(e, out);
    text_printf(out, "%s {\n", entry_definition(e, ENTRY_RUN_THREADS_IN));
    if (e->shares_steps) {
        text_printf(out, "#ifdef _OPENMP\n    %s;\n#else\n    (void)threads;\n    %s;\n#endif\n}\n\n",
                    entry_call(e, ENTRY_RUN_ON, (const char *[]){"arena", "threads", "on_openmp", "NULL"}),
                    alone);
    } else {
        text_printf(out, "    (void)threads;\n    %s;\n}\n\n", alone);
    }
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
        "%s {\n"
        "#ifdef _OPENMP\n"
        "    const int most = omp_get_max_threads(), threads = most < MAX_THREADS ? most : MAX_THREADS;\n"
        "#else\n"
        "    const int threads = 1;\n"
        "#endif\n"
        "    %s;\n}\n\n",
        entry_definition(e, ENTRY_RUN),
        entry_call(e, ENTRY_RUN_THREADS_IN, (const char *[]){"static_arena.bytes", "threads"}));
}

static void emit_version(const emitter *all, int n, text *out) {
    const char *versions[MAX_FILE_TARGETS];
    for (int i = 0; i < n; i++) {
        versions[i] = arena_printf(all[i].a, "return \"lcc %s, %s, weights %016llx\";", LCC_VERSION,
                                   all[i].p->t->name, (unsigned long long)all[i].o->weights_hash);
    }
    text_printf(out, "%s {\n", entry_definition(&all[0], ENTRY_VERSION));
    if (n > 1) {
        emit_target_switch(all, n, versions, out);
    } else {
        text_printf(out, "    %s\n", versions[0]);
    }
    text_string(out, "}\n");
}

static void emit_bind(const emitter *e, text *out) {
    text_printf(out, "%s {\n", entry_definition(e, ENTRY_BIND));
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
    if (orders_weights(e))
        text_printf(
            out,
            "#ifdef BIG_ENDIAN_WEIGHTS\n    order_weights(p + %d);\n    weights = ordered_weights;\n#else\n",
            FILE_HEADER_BYTES);
    if (e->weights.size)
        text_printf(out, "    weights = (const %s *)(const void *)(p + %d);\n", e->reals ? "float" : "int32_t",
                    FILE_HEADER_BYTES);
    if (orders_weights(e)) text_string(out, "#endif\n");
    text_string(out, "    return 0;\n}\n\n");
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
        text_printf(out, "%s {\n", entry_definition(e, ENTRY_RUN_IN));
        emit_ready_call(e, out);
        if (e->p->t->calls) text_string(out, "    __asm__ volatile(\"\" : : \"r\"(step_functions));\n");
        emit_steps(e, out);
        emit_arena(e, out);
        text_printf(out, "%s {\n    %s;\n}\n\n", entry_definition(e, ENTRY_RUN),
                    entry_call(e, ENTRY_RUN_IN, (const char *[]){"static_arena.bytes"}));
    }
    emit_version(all, n, out);
    if (e->o->storage == STORAGE_FILE) {
        text_char(out, '\n');
        emit_bind(e, out);
    }
}
