/* share.c: how the emitted code shares a step among threads: PART(units, thread) is the first of `units` that
 * are the thread's. What a step may split is its kernel's affair; a step that is not shared has plain loops. */
#include "emit/internal.h"

const char *thread_parameters(const plan_step *s) { return s->shared ? ", int thread, int threads" : ""; }

const char *thread_arguments(const plan_step *s) { return s->shared ? ", thread, threads" : ""; }

const char *share_begin(const emitter *e, const plan_step *s, int64_t units) {
    return s->shared ? arena_printf(e->a, "PART(%lld, thread)", (long long)units) : "0";
}

const char *share_end(const emitter *e, const plan_step *s, int64_t units) {
    return arena_printf(e->a, s->shared ? "PART(%lld, thread + 1)" : "%lld", (long long)units);
}

void begin_shared_loop(emitter *e, const plan_step *s, writer *w, const char *variable, int64_t units) {
    line(w, "for (int %s = %s; %s < %s; %s++) {", variable, share_begin(e, s, units), variable,
         share_end(e, s, units), variable);
}

void share_vectors(emitter *e, const plan_step *s, writer *w, int count, const char *variable, lanes_body body,
                   void *data) {
    const target *t = e->p->t;
    int lanes = t->vectors[0].lanes, full = count / lanes;
    if (!s->shared || full < 2) {
        if (s->shared) line(w, "if (thread == 0) {");
        for_each_vector(e, w, count, variable, body, data);
        if (s->shared) line(w, "}");
        return;
    }
    line(w, "for (int %s = PART(%d, thread) * %d; %s < PART(%d, thread + 1) * %d; %s += %d) {", variable, full,
         lanes, variable, full, lanes, variable, lanes);
    body(e, w, (piece){0, lanes}, variable, data);
    line(w, "}");
    if (count == full * lanes) return;
    line(w, "if (thread == threads - 1) {");
    for_each_rest(e, w, count, body, data);
    line(w, "}");
}

/* Whether the threads wait for each other behind a step: not between two that the first one does, nor behind
 * the last. */
bool meets_behind(const plan *p, int i) {
    if (!p->t->threads || i + 1 == p->n_steps) return false;
    return p->steps[i].shared || p->steps[i + 1].shared;
}

void emit_thread_helpers(const emitter *e, text *out) {
    bool shared = false, meets = false;
    for (int i = 0; i < e->p->n_steps; i++) {
        shared = shared || e->p->steps[i].shared;
        meets = meets || meets_behind(e->p, i);
    }
    if (shared) {
        text_string(out,
                    "/* The first of `units` that are thread's; thread's end is where thread + 1 begins. */\n"
                    "#define PART(units, thread) ((int)((int64_t)(units) * (thread) / threads))\n\n");
    }
    if (!meets) return;
    text_string(out, "/* Goes on when all threads are here. */\n"
                     "static void meet(int threads) {\n"
                     "#ifdef _OPENMP\n"
                     "    if (threads > 1) {\n"
                     "#pragma omp barrier\n"
                     "    }\n"
                     "#else\n"
                     "    (void)threads;\n"
                     "#endif\n"
                     "}\n\n");
}
