/* fit.c: chooses the plan: the fastest one, or the fastest one within a limit of memory.
 *
 * If there is a limit, or if the target has no threads, the steps are listed twice: for the fastest
 * code, and lean. For each list, choose.c says which steps to join so that at most so many bytes are live. Then
 * the buffers are placed. Placing may leave gaps, so the arena may exceed the limit; then the choice is
 * repeated with fewer live bytes. */
#include "graph/quant.h"
#include "plan/internal.h"
#include "plan/kernels.h"
#include "plan/pack.h"
#include "plan/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether the step, or a part of it, gathers pairs of bfloat16, which count as floats. */
static bool gathers_pairs(const plan *p, const plan_step *s) {
    bool any = takes_bf16(p, s);
    for (int i = 0; i < s->n_parts; i++) any = any || takes_bf16(p, &s->parts[i]);
    return any;
}

/* Sets what depends on everything else in a step: its buffers of scratch, and its cost. */
static void complete_step(plan *p, plan_step *s) {
    s->cycles = predict_cycles(p, s);
    if (s->tile_bytes) {
        const elem_type type = gathers_pairs(p, s) ? TYPE_F32 : TYPE_I8;
        const int elements = (int)(s->tile_bytes / type_table[type].bytes);
        s->tile = add_buffer(p, BUFFER_ARENA, -1, type, (shape){1, 1, elements}, "tile");
    }
    if (s->scratch_bytes == 0) return;
    /* A ring of input rows has the type that the kernel computes in, or holds codes as they are, or as int8;
     * scaled weights are floats. */
    const node *n = &p->g->nodes[s->node];
    elem_type made = turns_rows(p, s) ? TYPE_I8 : is_integer(n) ? p->g->nodes[n->in[0]].type : n->type;
    elem_type type = s->kind == STEP_GEMM && s->gemm.staged ? made : TYPE_F32;
    int elements = (int)(s->scratch_bytes / type_table[type].bytes);
    s->scratch = add_buffer(p, BUFFER_ARENA, -1, type, (shape){1, 1, elements}, "scratch");
}

/* The same of a part of a chain, which gathers in the chain's tile. */
static void complete_part(plan *p, const plan_step *chain, plan_step *part) {
    int64_t tile_bytes = part->tile_bytes;
    part->tile_bytes = 0;
    complete_step(p, part);
    part->tile_bytes = tile_bytes;
    part->tile = tile_bytes ? chain->tile : -1;
}

/* A plan with these steps, joined so that no step has more than `most` bytes live; NULL if there is none.
 * *live: the most live bytes of any step, as choose.c counts them. */
static plan *join_steps(const plan *steps, const choices *c, int64_t most, int64_t *live) {
    plan *p = ARENA_NEW(steps->mem, plan);
    *p = *steps;
    p->room_buffers = p->n_buffers;
    p->buffers = ARENA_ARRAY(p->mem, plan_buffer, p->n_buffers + 1);
    memcpy(p->buffers, steps->buffers, (size_t)p->n_buffers * sizeof *p->buffers);
    for (int i = 0; i < p->n_buffers; i++) p->buffers[i].first = p->buffers[i].last = -1;
    *live = fuse_steps(p, c, most);
    if (*live < 0) return NULL;
    for (int i = 0; i < p->n_steps; i++) {
        plan_step *s = &p->steps[i];
        complete_step(p, s);
        for (int j = 0; j < s->n_parts; j++) complete_part(p, s, &s->parts[j]);
    }
    plan_threads(p);
    find_lifetimes(p);
    find_overlays(p);
    place_buffers(p);
    return p;
}

enum { MOST_TRIES = 24 };

/* The smallest plan that was found. Placing may leave gaps, and with more live bytes there may be fewer gaps;
 * so slightly higher limits are tried as well. */
static plan *find_smallest(const plan *steps, const choices *c) {
    plan *smallest = NULL;
    int64_t most = least_live(steps->mem, c);
    for (int try = 0; try < MOST_TRIES && (!smallest || most < smallest->arena_bytes); try++) {
        int64_t live;
        plan *p = join_steps(steps, c, most, &live);
        if (!smallest || p->arena_bytes < smallest->arena_bytes) smallest = p;
        most += most / 64 + 1;
    }
    return smallest;
}

/* The fastest plan of these steps whose arena has at most `max_ram` bytes, as in plan_make; the smallest plan
 * if there is none. */
static plan *fit_steps(const plan *steps, int64_t max_ram) {
    const choices *c = find_choices(steps);
    int64_t most = max_ram ? max_ram : frugal_live(steps->mem, c);
    for (int try = 0; try < MOST_TRIES && max_ram != LEAST_RAM; try++) {
        int64_t live;
        plan *p = join_steps(steps, c, most, &live);
        if (!p) break;
        if (max_ram == 0 || p->arena_bytes <= max_ram) return p;
        most = live - 1;
    }
    return find_smallest(steps, c);
}

/* The plan to take of the two, for `max_ram` as in plan_make; the smaller one if neither fits or there is no
 * limit. */
static plan *better_plan(plan *roomy, plan *lean, int64_t max_ram) {
    const double worth = 0.97; /* a lean plan must win by 3 %, since threads gain less from it */
    bool roomy_fits = max_ram > 0 && roomy->arena_bytes <= max_ram;
    bool lean_fits = max_ram > 0 && lean->arena_bytes <= max_ram;
    if (roomy_fits && lean_fits) return plan_cycles(lean) < worth * plan_cycles(roomy) ? lean : roomy;
    return lean->arena_bytes < roomy->arena_bytes ? lean : roomy;
}

static plan *find_plan(const graph *g, const target *t, int64_t max_ram, const tuning *tuned, arena *a) {
    plan *p = fit_steps(list_steps(g, t, tuned, false, a), max_ram);
    if (max_ram || !t->threads)
        p = better_plan(p, fit_steps(list_steps(g, t, tuned, true, a), max_ram), max_ram);
    return p;
}

/* A copy of the graph with f32 weights where they are halves. The values are shared. */
static const graph *with_float_weights(const graph *g, arena *a) {
    graph *floats = ARENA_NEW(a, graph);
    *floats = *g;
    floats->nodes = ARENA_ARRAY(a, node, g->n_nodes);
    for (int i = 0; i < g->n_nodes; i++) {
        node *n = &floats->nodes[i];
        *n = g->nodes[i];
        if (node_weight_type(n) != TYPE_F16) continue;
        tensor *wide = ARENA_NEW(a, tensor);
        *wide = *n->weights[ROLE_WEIGHT];
        wide->type = TYPE_F32;
        n->weights[ROLE_WEIGHT] = wide;
    }
    return floats;
}

/* Whether some chain has weights of several types, which it has no pointers for. */
static bool has_mixed_chain(const plan *p) {
    for (int i = 0; i < p->n_steps; i++) {
        const plan_step *s = &p->steps[i];
        if (chain_weight_type(p, s->parts, s->n_parts) == TYPE_COUNT) return true;
    }
    return false;
}

/* The plan if weights are halves. With them chains gain more or less than with floats, so the plan may be
 * another one. But its arena may not be larger than that of f32: whoever wants small weights has little memory.
 */
static plan *find_plan_for_halves(const graph *g, const target *t, const tuning *tuned, arena *a) {
    plan *wide = find_plan(with_float_weights(g, a), t, 0, tuned, a), *p = find_plan(g, t, 0, tuned, a);
    int64_t most = wide->arena_bytes;
    if (p->arena_bytes > most) p = find_plan(g, t, most, tuned, a);
    if (p->arena_bytes <= most) return p;
    wide->g = g; /* as good a plan for halves, save for its tiles */
    return has_mixed_chain(wide) ? p : wide;
}

/* A plan that would compute something else is our own mistake: nothing sensible can follow. */
static void check_plan(const plan *p) {
#ifndef NDEBUG
    arena *scratch = arena_new();
    const char *why = plan_verify(p, scratch);
    if (why) {
        fprintf(stderr, "the plan for %s is wrong: %s\n", p->t->name, why);
        abort();
    }
    arena_free(scratch);
#else
    (void)p;
#endif
}

plan *plan_make(const graph *g, const target *t, int64_t max_ram, const tuning *tuned, arena *a, diag *d) {
    bool halves = graph_has_weights_of(g, TYPE_F16);
    plan *p = halves && !max_ram ? find_plan_for_halves(g, t, tuned, a) : find_plan(g, t, max_ram, tuned, a);
    if (max_ram > 0 && p->arena_bytes > max_ram) {
        const plan_step *peak = &p->steps[p->peak_step];
        diag_error(d, g->nodes[peak->node].at,
                   "no plan that keeps within %lld bytes was found: the smallest arena has %lld, and what is "
                   "live here, at layer %s, sets it",
                   (long long)max_ram, (long long)p->arena_bytes, g->nodes[peak->node].label);
        return NULL;
    }
    plan_place_weights(p, 0);
    read_ahead(p);
    check_plan(p);
    put_into_words(p);
    return p;
}
