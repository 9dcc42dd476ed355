/* selftest.c: PREFIX_selftest(), which finds the first step that goes wrong on somebody's machine.
 *
 * The reference interpreter runs the network on a picture that both sides make from a formula. Of each step's
 * tensor the sum over u(i) * value is kept, u(i) from -1/2 to 1/2 by a hash of the position, and the sum of the
 * |u(i) * value| as its scale; a step differs where its own sum is off by more than a thousandth of the scale,
 * far above rounding and far below what a wrong instruction does. */
#include "emit/internal.h"
#include "interp/interp.h"

#include <math.h>

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

static double **make_inputs(const emitter *e) {
    const graph *g = e->p->g;
    double **inputs = ARENA_ARRAY(e->a, double *, g->n_inputs + 1);
    for (int i = 0; i < g->n_inputs; i++) {
        const node *n = &g->nodes[g->inputs[i].node];
        int64_t count = shape_elements(n->shape);
        inputs[i] = ARENA_ARRAY(e->a, double, count);
        for (int64_t j = 0; j < count; j++) {
            double byte = (double)input_byte((uint32_t)j);
            inputs[i][j] = n->type == TYPE_U8 ? byte : n->type == TYPE_I8 ? byte - 128 : byte / 128 - 1;
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
        text_printf(out, "int %s_selftest(void) {\n", e->prefix);
    }
    if (p->arena_bytes) text_string(out, "    void *const arena = static_arena.bytes;\n");
    if (p->t->threads) {
        text_string(out, "    const int thread = 0, threads = 1;\n    (void)thread, (void)threads;\n");
        if (*team_parameter(e)) text_string(out, "    meeting *const team = NULL;\n");
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
        emit_calls(e, out, i);
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
    interp_run(e->p->g, e->a, (const double *const *)make_inputs(e), watch_node, &k);

    text_string(out, "\n");
    text_string(out, helpers);
    const char *calls[MAX_FILE_TARGETS];
    for (int i = 0; i < n; i++) {
        emit_comparison(&all[i], k.at[i].steps, out);
        if (n > 1) text_char(out, '\n');
        calls[i] = arena_printf(e->a, "return selftest%s();", all[i].suffix);
    }
    if (n == 1) return;
    text_printf(out, "int %s_selftest(void) {\n", e->prefix);
    emit_target_switch(all, n, calls, out);
    text_string(out, "}\n");
}
