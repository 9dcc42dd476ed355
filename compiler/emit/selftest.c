/* selftest.c: PREFIX_selftest(), which finds the first step that goes wrong on somebody's machine.
 *
 * The reference interpreter runs the network on a picture that both sides make from a formula. Of each step's
 * tensor the sum over u(i) * value is kept, u(i) from -1/2 to 1/2 by a hash of the position, and the sum of the
 * |u(i) * value| as its scale; a step differs where its own sum is off by more than a thousandth of the scale,
 * far above rounding and far below what a wrong instruction does.
 *
 * Before each step all of the arena that is not live is filled with NaNs, so that what reads it is found out,
 * and behind it they must still be there: nothing is written where the plan has not said so. */
#include "emit/prototypes.h"
#include "interp/interp.h"

#include <math.h>
#include <stdlib.h>

/* Element i of an input, as an integer from 0 to 255; the emitted fill_input does the same. */
static uint32_t input_byte(uint32_t i) { return (i * UINT32_C(2654435761) >> 13 ^ i * 7u) & 255u; }

static double projection(uint32_t i) { return (double)(i * UINT32_C(2654435761) >> 16) / 65536.0 - 0.5; }

typedef struct reference {
    double sum, scale;
} reference;

/* What the interpreter's run is watched for: the steps of one target's plan. */
typedef struct watcher {
    const plan *p;
    reference *steps; /* [n_steps] */
} watcher;

typedef struct watchers {
    watcher at[MAX_FILE_TARGETS];
    int count;
} watchers;

/* A tensor's value, seen as the steps that make it lay it out. */
static void watch_steps(watcher *k, int index, const double *value) {
    const plan *p = k->p;
    shape s = p->g->nodes[index].shape;
    for (int i = 0; i < p->n_steps; i++) {
        const plan_step *step = &p->steps[i];
        if (step->node != index) continue;
        /* A gather for a dense layer lays the tensor out flat, pixel after pixel: the same order as a map's. */
        int c = step->operands[0].shape.c;
        bool flat = step->kind == STEP_COPY && c != s.c;
        int64_t pixels = flat ? 1 : shape_pixels(s);
        int channels = flat ? c : s.c;
        uint32_t at = 0;
        for (int64_t pixel = 0; pixel < pixels; pixel++) {
            for (int j = 0; j < channels; j++, at++) {
                double v = value[pixel * channels + step->out_order[j]] * projection(at);
                k->steps[i].sum += v;
                k->steps[i].scale += fabs(v);
            }
        }
    }
}

static void watch_node(void *data, int index, const double *value) {
    watchers *all = data;
    for (int i = 0; i < all->count; i++) watch_steps(&all->at[i], index, value);
}

const double *const *selftest_inputs(const graph *g, arena *a) {
    const double **inputs = ARENA_ARRAY(a, const double *, g->n_inputs + 1);
    for (int i = 0; i < g->n_inputs; i++) {
        const node *n = &g->nodes[g->inputs[i].node];
        int64_t count = shape_elements(n->shape);
        double *x = ARENA_ARRAY(a, double, count);
        inputs[i] = x;
        for (int64_t j = 0; j < count; j++) {
            double byte = (double)input_byte((uint32_t)j);
            x[j] = n->type == TYPE_U8 ? byte : n->type == TYPE_I8 ? byte - 128 : byte / 128 - 1;
        }
    }
    return inputs;
}

static const char helpers[] =
    "/* What the self-test's inputs hold, from 0 to 255. */\n"
    "static int input_byte(uint32_t i) { return (int)((i * UINT32_C(2654435761) >> 13 ^ i * 7u) & 255u); }\n\n"
    "/* Whether a tensor's projection is off the reference. */\n"
    "static int differs(const float *y, int pixels, int pixel, int channels, double sum, double scale) {\n"
    "    uint32_t i = 0;\n"
    "    double got = 0;\n"
    "    for (int p = 0; p < pixels; p++) {\n"
    "        for (int c = 0; c < channels; c++, i++) {\n"
    "            got += (double)y[p * pixel + c] * ((double)(i * UINT32_C(2654435761) >> 16) / 65536.0 - "
    "0.5);\n"
    "        }\n"
    "    }\n"
    "    const double off = got > sum ? got - sum : sum - got;\n"
    "    return !(off <= 1e-3 * scale + 1e-30);\n"
    "}\n\n";

static const char guard[] =
    "/* Fills what is not live in the arena with NaNs, or says whether they are still there. `live`: begin and "
    "end of\n"
    " * each stretch that is, then the arena's end, twice. */\n"
    "static int guard(unsigned char *arena, const int64_t *live, int fill) {\n"
    "    for (int64_t at = 0;; at = live[1], live += 2) {\n"
    "        for (; at < live[0]; at++) {\n"
    "            if (fill) arena[at] = 255;\n"
    "            if (arena[at] != 255) return 0;\n"
    "        }\n"
    "        if (live[0] == live[1]) return 1;\n"
    "    }\n"
    "}\n\n";

/* Declares the stretches of the arena that are live in a step; without those that it makes anew where `before`.
 */
static void emit_live(const plan *p, int step, bool before, text *out) {
    interval *live = ARENA_ARRAY(p->mem, interval, p->n_buffers);
    int n = 0;
    for (int i = 0; i < p->n_buffers; i++) {
        const plan_buffer *b = &p->buffers[i];
        bool lives = lives_in_arena(b) && b->first <= step - before && b->last >= step;
        if (lives && b->bytes) live[n++] = (interval){b->offset, b->offset + b->bytes};
    }
    qsort(live, (size_t)n, sizeof *live, compare_intervals);
    text_printf(out, "    static const int64_t %s_%d[] = {", before ? "before" : "in", step + 1);
    for (int i = 0; i < n; i++) {
        bool joined = i > 0 && live[i].begin == live[i - 1].end;
        if (!joined) text_printf(out, "%s%lld, ", i ? ", " : "", (long long)live[i].begin);
        if (i + 1 == n || live[i + 1].begin != live[i].end) text_printf(out, "%lld", (long long)live[i].end);
    }
    if (n) text_string(out, ", ");
    text_printf(out, "%lld, %lld};\n", (long long)p->arena_bytes, (long long)p->arena_bytes);
}

static void emit_port(text *out, const char *name, elem_type type, shape s, bool input, int64_t *at) {
    const char *c_name = type_table[type].c_name;
    text_printf(out, "    %s *const %s = (%s *)(void *)(static_arena.bytes + %lld);\n", c_name, name, c_name,
                (long long)*at);
    *at += arena_aligned(shape_elements(s) * type_table[type].bytes);
    if (!input) return;
    const char *value = type == TYPE_U8   ? "(uint8_t)input_byte((uint32_t)i)"
                        : type == TYPE_I8 ? "(int8_t)(input_byte((uint32_t)i) - 128)"
                                          : "(float)input_byte((uint32_t)i) / 128.0f - 1.0f";
    text_printf(out, "    for (int i = 0; i < %lld; i++) %s[i] = %s;\n", (long long)shape_elements(s), name,
                value);
}

/* The function that runs the steps of one target and compares them. */
static void emit_comparison(const emitter *e, const reference *steps, text *out) {
    const plan *p = e->p;
    const graph *g = p->g;
    if (*e->suffix) {
        text_printf(out, "static int selftest%s(void) {\n", e->suffix);
    } else {
        text_printf(out, "%s {\n", entry_definition(e, ENTRY_SELFTEST));
    }
    if (p->arena_bytes) text_string(out, "    void *const arena = static_arena.bytes;\n");
    if (p->t->threads) {
        text_string(out, "    const int thread = 0, threads = 1;\n    (void)thread, (void)threads;\n");
        if (has_meetings(p)) text_string(out, "    meeting *const team = NULL;\n");
    }
    int64_t at = arena_aligned(p->arena_bytes);
    for (int i = 0; i < g->n_inputs; i++) {
        const node *n = &g->nodes[g->inputs[i].node];
        emit_port(out, e->input_names[i], n->type, n->shape, true, &at);
    }
    for (int i = 0; i < g->n_outputs; i++) {
        emit_port(out, e->output_names[i], TYPE_F32, g->nodes[g->outputs[i].node].shape, false, &at);
    }
    for (int i = 0; i < p->n_steps; i++) {
        const plan_step *s = &p->steps[i];
        const node *n = &g->nodes[s->node];
        if (p->arena_bytes) {
            emit_live(p, i, true, out);
            emit_live(p, i, false, out);
            text_printf(out, "    guard(static_arena.bytes, before_%d, 1);\n", i + 1);
        }
        emit_calls(e, out, i);
        if (p->arena_bytes)
            text_printf(out, "    if (!guard(static_arena.bytes, in_%d, 0)) return %d;\n", i + 1, i + 1);
        if (s->sums_only) continue;
        int channels = s->kind == STEP_COPY ? s->operands[0].shape.c : n->shape.c;
        int64_t pixels = s->kind == STEP_COPY ? shape_pixels(s->operands[0].shape) : shape_pixels(n->shape);
        const char *y = expression(e->a, buffer_text(e, s->out_buffer), NULL, NULL, 0, s->out_begin);
        text_printf(out, "    if (differs(%s, %lld, %d, %d, %.9e, %.9e)) return %d;\n", y, (long long)pixels,
                    pixel_stride(p, s->out_buffer), channels, steps[i].sum, steps[i].scale, i + 1);
    }
    text_string(out, "    return 0;\n}\n");
}

void emit_selftest(const emitter *all, int n, text *out) {
    const emitter *e = &all[0];
    watchers k = {.count = n};
    for (int i = 0; i < n; i++)
        k.at[i] = (watcher){all[i].p, ARENA_ARRAY(e->a, reference, all[i].p->n_steps + 1)};
    interp_run(e->p->g, e->a, selftest_inputs(e->p->g, e->a), watch_node, &k);

    text_string(out, "\n");
    text_string(out, helpers);
    if (e->uses_arena) text_string(out, guard);
    const char *calls[MAX_FILE_TARGETS];
    for (int i = 0; i < n; i++) {
        emit_comparison(&all[i], k.at[i].steps, out);
        if (n > 1) text_char(out, '\n');
        calls[i] = arena_printf(e->a, "return selftest%s();", all[i].suffix);
    }
    if (n == 1) return;
    text_printf(out, "%s {\n", entry_definition(e, ENTRY_SELFTEST));
    emit_target_switch(all, n, calls, out);
    text_string(out, "}\n");
}
