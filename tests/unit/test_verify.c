/* test_verify.c: the verifier of plans finds what was changed for the worse in a plan that was right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lang/lang.h"
#include "passes/passes.h"
#include "plan/verify.h"
#include "weights/weights.h"

#include <string.h>

/* Squeeze-excite, a residual, a concat, a shuffle with groups, a side branch. */
static const char layers[] =
    "net n {\n input x: uint8[48, 48, 3]\n conv(16, 3, stride = 2) -> relu as a\n"
    " conv(64, 1) -> relu\n depthwise(3) -> relu\n squeeze_excite(8)\n conv(16, 1) -> add(a)\n"
    " conv(24, 1, groups = 2) -> shuffle(2) as b\n conv(24, 1, groups = 2) -> add(b) as c\n"
    " conv(8, 3) -> relu as d\n from c\n max_pool(3, stride = 1, padding = same) as m\n"
    " concat(d, m) -> conv(8, 1)\n output y\n from m\n global_avg_pool -> dense(4) -> softmax\n"
    " output z\n}\n";

/* Two heads that are reshaped and joined, one of them behind a transpose. */
static const char heads[] =
    "net n {\n input x: f32[12, 10, 8]\n conv(24, 1) -> relu as a\n conv(12, 1) -> reshape(480, 1, 3) as p\n"
    " from a\n transpose([1, 0, 2]) -> depthwise(3) -> conv(12, 1) -> reshape(480, 1, 3) as q\n"
    " from p -> concat(q, axis = h) -> softmax\n output y\n from a\n conv(5, 1) -> reshape(1, 60, 10)\n"
    " output z\n}\n";

/* Two inputs that lie in the arena: a step writes over the first one, and the second one is read late. */
static const char in_arena[] =
    "net n {\n input x: f32[16, 16, 8]\n input y: f32[16, 16, 8]\n from x\n tanh as p\n"
    " depthwise(3) -> conv(8, 1) as a\n from p\n conv(8, 3) -> add(a) -> mul(y)\n output z\n}\n";

/* A chain that reads an input in the arena, and can write its output over the input's rows. */
static const char over_input[] =
    "net n {\n input x: f32[32, 16, 8]\n conv(16, 3) -> relu\n depthwise(3) -> conv(8, 1)\n"
    " max_pool(2, stride = 2) -> conv(4, 5)\n output z\n}\n";

static plan *make(arena *a, const char *net, const char *target_name, int64_t max_ram) {
    diag *d = diag_new(a);
    lang_options o = {0};
    graph *g = lang_compile_text(a, d, "test.net", net, strlen(net), &o);
    assert_non_null(g);
    weights_report report;
    weights_seed(a, g, 0, &report);
    graph *reduced = run_passes(g, a, d, NULL, NULL);
    for (int i = 0; i < reduced->n_inputs; i++)
        reduced->inputs[i].reused = net == in_arena || net == over_input;
    plan *p = plan_make(reduced, target_by_name(target_name), max_ram, NULL, a, d);
    assert_non_null(p);
    return p;
}

static const node *node_of(const plan *p, const plan_step *s) { return &p->g->nodes[s->node]; }

/* The plan's `which`-th step, or part of a chain, that fits. */
static plan_step *find_part(plan *p, bool (*fits)(const plan *p, const plan_step *s)) {
    for (int i = 0; i < p->n_steps; i++) {
        plan_step *s = &p->steps[i];
        if (fits(p, s)) return s;
        for (int k = 0; k < s->n_parts; k++) {
            if (fits(p, &s->parts[k])) return &s->parts[k];
        }
    }
    return NULL;
}

static bool is_chain(const plan *p, const plan_step *s) {
    (void)p;
    return s->kind == STEP_CHAIN;
}

static bool is_shared_chain(const plan *p, const plan_step *s) { return is_chain(p, s) && s->shared; }

static bool has_residual(const plan *p, const plan_step *s) {
    return s->kind == STEP_GEMM && node_of(p, s)->a.has_residual;
}

static bool has_groups(const plan *p, const plan_step *s) {
    return s->kind == STEP_GEMM && node_of(p, s)->a.groups > 1 && !s->gemm.run_table;
}

static bool is_made_again(const plan *p, const plan_step *s) {
    (void)p;
    return s->again && s->kind == STEP_GEMM;
}

static bool has_scratch(const plan *p, const plan_step *s) {
    (void)p;
    return s->scratch >= 0;
}

static bool is_pool_of_sums(const plan *p, const plan_step *s) {
    (void)p;
    return s->kind == STEP_GLOBAL_POOL && s->sums >= 0;
}

static bool is_window(const plan *p, const plan_step *s) {
    (void)p;
    return s->kind == STEP_WINDOW;
}

/* ---- changes for the worse; each says whether there was something to change ---- */

static bool move_into_another(plan *p) {
    for (int i = 0; i < p->n_buffers; i++) {
        for (int k = 0; k < p->n_buffers; k++) {
            plan_buffer *x = &p->buffers[i], *y = &p->buffers[k];
            if (i == k || !lives_in_arena(x) || !lives_in_arena(y) || x->last < y->first || y->last < x->first)
                continue;
            x->offset = y->offset;
            p->arena_bytes += x->bytes; /* it is the place that is wrong, not the size */
            return true;
        }
    }
    return false;
}

static bool end_a_life_early(plan *p) {
    for (int i = 0; i < p->n_buffers; i++) {
        plan_buffer *x = &p->buffers[i];
        if (lives_in_arena(x) && x->last > x->first) return x->last--, true;
    }
    return false;
}

static plan_buffer *find_input(plan *p, int which) {
    for (int i = 0; i < p->n_buffers; i++) {
        if (holds_input(&p->buffers[i]) && p->buffers[i].port == which) return &p->buffers[i];
    }
    return NULL;
}

static bool move_input(plan *p) {
    find_input(p, 1)->offset += p->t->align;
    p->arena_bytes += p->t->align;
    return true;
}

/* A buffer that is written while the second input waits for its reader takes the input's place. */
static bool write_over_input(plan *p) {
    const plan_buffer *in = find_input(p, 1);
    for (int i = 0; i < p->n_buffers; i++) {
        plan_buffer *x = &p->buffers[i];
        if (!lives_in_arena(x) || holds_input(x) || x->last >= in->last) continue;
        x->offset = in->offset;
        p->arena_bytes += x->bytes;
        return true;
    }
    return false;
}

static plan_buffer *find_output_over_input(plan *p) {
    for (int i = 0; i < p->n_buffers; i++) {
        if (p->buffers[i].over.input >= 0) return &p->buffers[i];
    }
    return NULL;
}

/* The output begins a row too late, over rows of the input that are still read. */
static bool move_over_input(plan *p) {
    plan_buffer *out = find_output_over_input(p);
    if (!out) return false;
    out->offset = p->buffers[out->over.input].offset + out->over.slack + out->bytes / out->shape.h;
    p->arena_bytes += out->bytes;
    return true;
}

static bool forget_overlay(plan *p) {
    plan_buffer *out = find_output_over_input(p);
    return out && (out->over.input = -1, true);
}

static bool shorten_ring(plan *p) {
    plan_step *chain = find_part(p, is_chain);
    for (int i = 0; chain && i + 1 < chain->n_parts; i++) {
        plan_buffer *b = &p->buffers[chain->parts[i].out_buffer];
        if (b->shape.h > 2) return b->shape.h--, true;
    }
    return false;
}

static void swap_first_two(int *order) {
    int first = order[0];
    order[0] = order[1];
    order[1] = first;
}

static bool swap_inputs(plan *p) {
    plan_step *s = find_part(p, has_groups);
    if (s) swap_first_two(s->operands[0].order);
    return s != NULL;
}

static bool swap_outputs(plan *p) {
    plan_step *s = find_part(p, has_residual);
    if (!s) return false;
    int c = node_of(p, s)->shape.c, *order = ARENA_ARRAY(p->mem, int, c);
    memcpy(order, s->out_order, (size_t)c * sizeof *order);
    swap_first_two(order);
    s->out_order = order;
    return true;
}

static bool swap_window(plan *p) {
    plan_step *s = find_part(p, is_window);
    if (s) swap_first_two(s->out_order);
    return s != NULL;
}

static bool move_groups(plan *p) {
    plan_step *s = find_part(p, has_groups);
    if (s) s->gemm.group_stride--;
    return s != NULL;
}

static bool read_another_residual(plan *p) {
    plan_step *s = find_part(p, has_residual);
    if (s) s->operands[1].runs[0].begin++;
    return s != NULL;
}

static bool pack_otherwise(plan *p) {
    plan_step *s = find_part(p, is_made_again);
    if (!s) return false;
    s->out_order = ARENA_ARRAY(p->mem, int, node_of(p, s)->shape.c); /* the wrong weights for each channel */
    for (int i = 0, c = node_of(p, s)->shape.c; i < c; i++) s->out_order[i] = c - 1 - i;
    return true;
}

static bool shrink_scratch(plan *p) {
    plan_step *s = find_part(p, has_scratch);
    if (s) p->buffers[s->scratch].bytes -= 4, p->buffers[s->scratch].shape.c -= 1;
    return s != NULL;
}

static bool share_ring(plan *p) {
    plan_step *s = find_part(p, is_shared_chain);
    if (s) p->buffers[s->parts[0].out_buffer].own = false;
    return s != NULL;
}

static bool share_sums(plan *p) {
    plan_step *s = find_part(p, is_pool_of_sums);
    bool own = s && p->buffers[s->sums].own;
    if (own) p->buffers[s->sums].own = false;
    return own;
}

/* Sums of the thread that does a part, where other parts of the same thread overwrite them. */
static bool keep_sums_by_thread(plan *p) {
    const plan_step *s = find_part(p, is_pool_of_sums);
    bool of_part = s && p->buffers[s->sums].of_part;
    if (of_part) p->buffers[s->sums].of_part = false;
    return of_part;
}

/* Two blocks of a thread's own that overlap. */
static bool move_own(plan *p) {
    for (int i = 0; i < p->n_buffers; i++) {
        plan_buffer *x = &p->buffers[i];
        if (!x->own || !x->own_offset) continue;
        x->own_offset -= p->t->align;
        return true;
    }
    return false;
}

static bool share_end(plan *p) {
    for (int i = 0; i < p->n_steps; i++) {
        if (p->steps[i].kind == STEP_SOFTMAX) return p->steps[i].shared = true;
    }
    return false;
}

static bool drop_a_step(plan *p) {
    memmove(&p->steps[1], &p->steps[2], (size_t)(p->n_steps - 2) * sizeof *p->steps);
    p->n_steps--;
    return true;
}

static bool swap_ports(plan *p) {
    for (int i = 0; i < p->n_buffers; i++) {
        if (p->buffers[i].kind == BUFFER_OUTPUT) p->buffers[i].port = !p->buffers[i].port;
    }
    return true;
}

/* ---- tensors inside of others ---- */

static plan_buffer *find_inside(plan *p, bool begins) {
    for (int i = 0; i < p->n_buffers; i++) {
        plan_buffer *b = &p->buffers[i];
        if (b->inside >= 0 && b->kind == BUFFER_ARENA && (b->inside_at == 0) == begins) return b;
    }
    return NULL;
}

/* Moves all buffers that lie at the place of the second head by some bytes. */
static bool move_head(plan *p, int64_t by) {
    const plan_buffer *second = find_inside(p, false);
    int64_t at = second ? second->inside_at : 0;
    for (int i = 0; i < p->n_buffers && second; i++) {
        plan_buffer *b = &p->buffers[i];
        if (b->inside != second->inside || b->inside_at != at || b == second) continue;
        b->inside_at += by;
        b->offset += by;
    }
    return second != NULL;
}

static bool move_head_forward(plan *p) { return move_head(p, -4); }
static bool move_head_over_the_first(plan *p) { return move_head(p, -480 * 3 * 4); }

static bool put_head_elsewhere(plan *p) {
    plan_buffer *b = find_inside(p, false);
    if (b) b->offset += 4;
    return b != NULL;
}

static bool reads_whole(const plan *p, const plan_step *s) {
    (void)p;
    return s->kind == STEP_WHOLE;
}

static bool write_over_an_operand(plan *p) {
    plan_step *s = find_part(p, reads_whole);
    if (s) s->out_buffer = s->operands[0].runs[0].buffer;
    return s != NULL;
}

static bool cut_unevenly(plan *p) {
    plan_step *s = find_part(p, reads_whole);
    if (s) s->units = 7;
    return s != NULL;
}

static bool leave_gaps(plan *p) {
    plan_step *s = find_part(p, reads_whole);
    plan_buffer *b = s ? &p->buffers[s->operands[0].runs[0].buffer] : NULL;
    if (b) b->shape.c++, b->bytes += 4 * b->shape.h * b->shape.w;
    return s != NULL;
}

static const struct {
    const char *what;
    bool (*change)(plan *p);
    const char *target;
    int64_t max_ram;
    const char *net;
} worse[] = {
    {"a buffer in the place of another", move_into_another, "generic", 0, layers},
    {"a lifetime a step too short", end_a_life_early, "generic", 0, layers},
    {"a ring a row too short", shorten_ring, "generic", LEAST_RAM, layers},
    {"inputs of a convolution in another order", swap_inputs, "generic", 0, layers},
    {"outputs in another order than the residual's", swap_outputs, "generic", 0, layers},
    {"a window's channels in another order", swap_window, "generic", 0, layers},
    {"groups nearer to each other", move_groups, "generic", 0, layers},
    {"a residual one channel on", read_another_residual, "generic", 0, layers},
    {"weights packed in another order", pack_otherwise, "generic", LEAST_RAM, layers},
    {"scratch too small", shrink_scratch, "generic", 0, layers},
    {"one ring of rows for all threads", share_ring, "x86-64-v3", 0, layers},
    {"one row of sums for all threads", share_sums, "x86-64-v3", 0, layers},
    {"sums of threads instead of parts", keep_sums_by_thread, "x86-64-v3", 0, layers},
    {"a block of a thread's own over another one", move_own, "x86-64-v3", 0, layers},
    {"a step that all threads do", share_end, "x86-64-v3", 0, layers},
    {"a step that is missing", drop_a_step, "generic", 0, layers},
    {"outputs exchanged", swap_ports, "generic", 0, layers},
    {"a head four bytes too early", move_head_forward, "generic", 0, heads},
    {"a head over another one", move_head_over_the_first, "generic", 0, heads},
    {"a head that is not where its buffer says", put_head_elsewhere, "generic", 0, heads},
    {"a transpose over its own input", write_over_an_operand, "generic", 0, heads},
    {"a transpose in uneven parts", cut_unevenly, "x86-64-v3", 0, heads},
    {"a transpose of pixels with gaps", leave_gaps, "generic", 0, heads},
    {"an input that is not where the caller writes it", move_input, "x86-64", 0, in_arena},
    {"an input overwritten before it is read", write_over_input, "generic", 0, in_arena},
    {"an output that catches up with its input", move_over_input, "generic", LEAST_RAM, over_input},
    {"an output that lies over its input by chance", forget_overlay, "generic", LEAST_RAM, over_input},
};

static void test_finds_each_change(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof worse / sizeof *worse; i++) {
        arena *a = arena_new();
        plan *p = make(a, worse[i].net, worse[i].target, worse[i].max_ram);
        const char *why = plan_verify(p, a);
        if (why) fail_msg("a plan that is right: %s", why);
        if (!worse[i].change(p)) fail_msg("%s: there is nothing to change", worse[i].what);
        if (!plan_verify(p, a)) fail_msg("%s: not found", worse[i].what);
        arena_free(a);
    }
}

/* The first step writes over the input, so the arena has no second map of its size. */
static void test_writes_over_an_input(void **state) {
    (void)state;
    arena *a = arena_new();
    plan *p = make(a, in_arena, "x86-64", 0);
    assert_null(plan_verify(p, a));
    const plan_buffer *x = find_input(p, 0), *y = find_input(p, 1);
    assert_int_equal(x->offset, 0);
    assert_int_equal(y->offset, x->bytes);
    assert_int_equal(plan_input_offset(p, 1), x->bytes);
    assert_true(p->steps[0].in_place && &p->buffers[p->steps[0].out_buffer] == x);
    assert_true(y->first == 0 && y->last == p->n_steps - 1);
    arena_free(a);
}

/* With its image, which is as large as the map behind it, the network takes little more than with one of them.
 */
static void test_writes_behind_an_input(void **state) {
    (void)state;
    arena *a = arena_new();
    plan *p = make(a, over_input, "generic", LEAST_RAM);
    assert_null(plan_verify(p, a));
    plan_buffer *x = find_input(p, 0), *y = find_output_over_input(p);
    assert_non_null(y);
    assert_true(y->first == x->last && y->bytes == x->bytes);
    assert_true(y->offset <= x->offset + y->over.slack && y->offset + y->bytes > x->offset);
    assert_true(p->arena_bytes < x->bytes + y->bytes);
    assert_int_equal(plan_live_bytes(p, 0, 1), p->arena_bytes);
    /* Threads read the rows in another order. */
    p = make(a, over_input, "x86-64", LEAST_RAM);
    assert_null(find_output_over_input(p));
    arena_free(a);
}

static void test_says_where_and_what(void **state) {
    (void)state;
    arena *a = arena_new();
    plan *p = make(a, layers, "generic", 0);
    assert_true(swap_outputs(p));
    const char *why = plan_verify(p, a);
    assert_non_null(strstr(why, "step "));
    assert_non_null(strstr(why, "it expects row 0, channel "));
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finds_each_change),
        cmocka_unit_test(test_writes_over_an_input),
        cmocka_unit_test(test_writes_behind_an_input),
        cmocka_unit_test(test_says_where_and_what),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
