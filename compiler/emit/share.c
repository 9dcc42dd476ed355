/* share.c: how the emitted code shares a step among threads. A thread computes the units PART(units, thread) to
 * PART(units, thread + 1) - 1. What the units are, the kernel decides. A step that is not shared has plain
 * loops over all units. */
#include "emit/internal.h"

void add_threads(const emitter *e, signature *f, const plan_step *s) {
    if (!s->shared) return;
    static const char *const names[] = {"thread", "threads"};
    for (int i = 0; i < 2; i++) {
        add_value(e->a, f, "int", names[i], names[i]);
        mark_idle(f); /* a step may have too little to share */
    }
}

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

/* OpenMP's own barrier takes a microsecond or more, which is as long as a small step. So threads that arrive at
 * about the same time meet by two counters. A thread that has waited for long sets a bit in one of them and
 * goes to OpenMP's barrier, where it can sleep; the bit tells the others to go there too. */
static const char meeting[] =
    "/* Where the threads meet between steps. */\n"
    "typedef struct meeting {\n"
    "    int arrived;\n"
    "    int state; /* twice the number of meetings; 1 more where somebody waits in OpenMP's barrier */\n"
    "} meeting;\n\n"
    "/* Goes on when all threads are here. */\n"
    "static void meet(meeting *team, int threads) {\n"
    "#ifdef _OPENMP\n"
    "    if (threads == 1) return;\n"
    "    const int now = __atomic_load_n(&team->state, __ATOMIC_RELAXED) & ~1;\n"
    "    const int last = __atomic_fetch_add(&team->arrived, 1, __ATOMIC_ACQ_REL) == threads - 1;\n"
    "    if (last) {\n"
    "        int expected = now;\n"
    "        __atomic_store_n(&team->arrived, 0, __ATOMIC_RELAXED);\n"
    "        if (__atomic_compare_exchange_n(&team->state, &expected, now + 2, 0, __ATOMIC_ACQ_REL, "
    "__ATOMIC_RELAXED)) return;\n"
    "    }\n"
    "    for (int turns = 0; !last; turns++) {\n"
    "        int seen = __atomic_load_n(&team->state, __ATOMIC_ACQUIRE);\n"
    "        if ((seen & ~1) != now) return;\n"
    "        if (turns == 100000) {\n"
    "            __atomic_compare_exchange_n(&team->state, &seen, now + 1, 0, __ATOMIC_ACQ_REL, "
    "__ATOMIC_RELAXED);\n"
    "            continue;\n"
    "        }\n"
    "        if (seen != now) break;\n"
    "    }\n"
    "#pragma omp barrier\n"
    "    if (last) __atomic_store_n(&team->state, now + 2, __ATOMIC_RELEASE);\n"
    "#pragma omp barrier\n"
    "#else\n"
    "    (void)team, (void)threads;\n"
    "#endif\n"
    "}\n\n";

void emit_thread_helpers(const emitter *all, int n, text *out) {
    bool shared = false;
    for (int k = 0; k < n; k++) {
        const plan *p = all[k].p;
        for (int i = 0; i < p->n_steps; i++) shared = shared || p->steps[i].shared;
    }
    if (shared) {
        text_string(out,
                    "/* The first of `units` that are thread's; thread's end is where thread + 1 begins. */\n"
                    "#define PART(units, thread) ((int)((int64_t)(units) * (thread) / threads))\n\n");
    }
    if (all[0].threads_meet) text_string(out, meeting);
}

bool has_meetings(const plan *p) {
    for (int i = 0; i < p->n_steps; i++) {
        if (meets_behind(p, i)) return true;
    }
    return false;
}
