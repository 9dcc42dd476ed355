/* share.c: how the emitted code shares a step among threads. A call computes a part of the step, the units
 * PART(units, part) to PART(units, part + 1) - 1; a thread makes as many calls as it takes parts, see
 * runtime/threads.h. What the units are, the kernel decides. A step that is not shared has plain loops over all
 * units. */
#include "base/embedded.h"
#include "emit/internal.h"

#include <string.h>

const char *count_of_parts(const plan_step *s) { return s->sums >= 0 ? "threads" : "parts"; }

bool takes_several_parts(const plan *p, const plan_step *s) {
    return s->kind == STEP_CHAIN && s->shared && s->sums >= 0 && p->buffers[s->sums].own;
}

const char *count_of_shares(const plan *p, const plan_step *s) {
    return takes_several_parts(p, s) ? "parts" : count_of_parts(s);
}

const char *sums_of_part(const emitter *e, const char *part) {
    return arena_printf(e->a, "others + (%s - 1) * (%s_THREAD_BYTES / 4)", part, e->macro);
}

void add_other_sums(const emitter *e, signature *f, access how, int sums) {
    const long long begin = (long long)e->p->buffers[sums].own_offset;
    add_pointer_at(e, f, how, "others", sums, arena_printf(e->a, "AT(%s_ARENA_BYTES + %lld)", e->macro, begin));
}

void add_threads(const emitter *e, signature *f, const plan_step *s) {
    if (!s->shared) return;
    const char *const names[] = {"part", "parts"}, *const passed[] = {"part", count_of_parts(s)};
    for (int i = 0; i < 2; i++) {
        add_value(e->a, f, "int", names[i], passed[i]);
        mark_idle(f); /* a step may have too little to share */
    }
}

const char *share_begin(const emitter *e, const plan_step *s, int64_t units) {
    return s->shared ? arena_printf(e->a, "PART(%lld, part)", (long long)units) : "0";
}

const char *share_end(const emitter *e, const plan_step *s, int64_t units) {
    return arena_printf(e->a, s->shared ? "PART(%lld, part + 1)" : "%lld", (long long)units);
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
        if (s->shared) line(w, "if (part == 0) {");
        for_each_vector(e, w, count, variable, body, data);
        if (s->shared) line(w, "}");
        return;
    }
    line(w, "for (int %s = PART(%d, part) * %d; %s < PART(%d, part + 1) * %d; %s += %d) {", variable, full,
         lanes, variable, full, lanes, variable, lanes);
    body(e, w, (piece){0, lanes}, variable, data);
    line(w, "}");
    if (count == full * lanes) return;
    line(w, "if (part == parts - 1) {");
    for_each_rest(e, w, count, body, data);
    line(w, "}");
}

/* The text of runtime/threads.h behind the comment that opens it. */
static void put_team(text *out) {
    const embedded_file *f = find_embedded("threads.h");
    const char *begin = strstr(f->text, "*/\n\n");
    begin += strlen("*/\n\n");
    text_bytes(out, begin, f->size - (size_t)(begin - f->text));
    text_char(out, '\n');
}

bool has_shared_steps(const plan *p) {
    for (int i = 0; i < p->n_steps; i++) {
        if (p->steps[i].shared) return true;
    }
    return false;
}

void emit_thread_helpers(const emitter *all, text *out) {
    if (!all[0].shares_steps) return;
    text_string(out, "/* The first of `units` in a part; its end is where part + 1 begins. */\n"
                     "#define PART(units, part) ((int)((int64_t)(units) * (part) / parts))\n\n");
    put_team(out);
}
