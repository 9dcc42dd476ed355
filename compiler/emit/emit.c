/* emit.c: walks over the steps of each plan, which defines their functions; packs the weights; then writes the
 * C file and its header, as texts. */
#include "emit/codes.h"
#include "interp/interp.h"
#include "plan/pack.h"

#include <string.h>

typedef kernel_call (*step_emitter)(emitter *e, const plan_step *s);

static const step_emitter emitters[STEP_KIND_COUNT] = {
    [STEP_GEMM] = emit_gemm,
    [STEP_WINDOW] = emit_window,
    [STEP_GLOBAL_POOL] = emit_global_pool,
    [STEP_ELEMENTWISE] = emit_elementwise,
    [STEP_SOFTMAX] = emit_softmax,
    [STEP_UPSAMPLE] = emit_upsample,
    [STEP_PAD] = emit_pad,
    [STEP_WHOLE] = emit_whole,
    [STEP_SLICE] = emit_slice,
    [STEP_CHAIN] = emit_chain,
    [STEP_COPY] = emit_copy,
};

/* Defines the functions of one target and collects the calls of its steps. */
static void emit_kernels(emitter *e, const plan *p) {
    choose_names(e);
    e->calls = ARENA_ARRAY(e->a, kernel_call, p->n_steps);
    for (int i = 0; i < p->n_steps; i++) e->calls[i] = emitters[p->steps[i].kind](e, &p->steps[i]);
}

/* Sets in each target's emitter what all targets of the file share. */
static void measure_file(emitter *all, int n) {
    emitter most = {0};
    for (int i = 0; i < n; i++) {
        const plan *p = all[i].p;
        if (p->arena_bytes > most.arena_bytes) most.arena_bytes = p->arena_bytes;
        if (p->thread_bytes > most.thread_bytes) most.thread_bytes = p->thread_bytes;
        if (p->n_steps > most.n_steps) most.n_steps = p->n_steps;
        most.uses_arena = most.uses_arena || calls_use_arena(&all[i]);
        most.shares_steps = most.shares_steps || has_shared_steps(p);
    }
    for (int i = 0; i < n; i++) {
        all[i].arena_bytes = most.arena_bytes;
        all[i].thread_bytes = most.thread_bytes;
        all[i].n_steps = most.n_steps;
        all[i].uses_arena = most.uses_arena;
        all[i].shares_steps = most.shares_steps;
    }
}

/* Whether some tensor holds real numbers. */
static bool has_reals(const graph *g) {
    for (int i = 0; i < g->n_nodes; i++) {
        if (g->nodes[i].type == TYPE_F32) return true;
    }
    return false;
}

/* The size of a finished C file without its literal. */
static flash_size estimate_flash(arena *a, const plan *p, const emitted *file) {
    flash_size f = {.known = has_code_model(p->t), .weights = file->weights_bytes};
    for (int level = 0; f.known && level < CODE_LEVEL_COUNT; level++) {
        f.code[level] = estimate_code(a, &file->c, p->t, (code_level)level, &f.constants);
    }
    return f;
}

bool emit_model(plan *const *plans, int n_plans, const emit_options *o, arena *a, diag *d, emitted *out) {
    const char *refusal = o->selftest ? interp_refusal(plans[0]->g, a) : NULL;
    if (refusal) {
        diag_error(d, plans[0]->g->at, "--selftest: %s", refusal);
        return false;
    }
    emitter all[MAX_FILE_TARGETS] = {0};
    code_tables tables = {0};
    for (int i = 0; i < n_plans; i++) {
        const char *suffix = n_plans > 1 ? arena_printf(a, "_%s", plans[i]->t->tag) : "";
        all[i] = (emitter){.p = plan_with_suffix(a, plans[i], suffix), .o = o, .a = a, .suffix = suffix};
        all[i].tables = &tables;
        all[i].reals = has_reals(plans[i]->g);
        emit_kernels(&all[i], plans[i]);
        pack_plan(plans[i], o->frees_weights && !o->selftest && i + 1 == n_plans, &out->weights);
    }
    while (out->weights.size % sizeof(float))
        text_char(&out->weights, 0);         /* halves may end between two floats */
    all[n_plans - 1].weights = out->weights; /* those of all targets */
    measure_file(all, n_plans);
    const emitter *best = &all[n_plans - 1];

    emit_file(all, n_plans, &out->c);
    emit_header(best, &out->h);
    out->arena_bytes = best->arena_bytes;
    out->thread_bytes = best->thread_bytes;
    out->weights_bytes = weights_bytes(best);
    out->flash = estimate_flash(a, plans[n_plans - 1], out);
    out->selftest_bytes = o->selftest ? selftest_bytes(best) : 0;
    out->has_literal = o->storage == STORAGE_EMBED && best->weights.size > 0;
    if (o->storage == STORAGE_FILE) pack_weights_file(&out->weights);
    for (int i = 0; i < n_plans; i++) text_free(&all[i].functions);
    text_free(&tables.out);
    return true;
}
