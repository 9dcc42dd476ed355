/* selftest.c: PREFIX_selftest(), which finds damaged weights and the first step that goes wrong on somebody's
 * machine.
 *
 * The weights are hashed as the code reads them, wherever they are stored, so that any flipped bit is found.
 *
 * The reference interpreter runs the network on a picture that both sides make from a formula. Of each step's
 * tensor up to MOST_PARTS sums are kept, over as many equal parts: each element counts times a factor from 1/2
 * to 1, whose sign is random, by a hash of its position. Errors of rounding then cancel as random numbers do,
 * so their sum grows with the root of the number of elements only, while one wrong element counts in full. How
 * large they are is measured: the interpreter runs a second time with every value off by a random amount like a
 * float's rounding, and TOLERANCE times what this does to a tensor is allowed.
 *
 * Codes are exact, so of a tensor of codes there is a hash of all that it holds. Only where they were made of
 * floats that rounding may have moved, they and all behind them are not compared.
 *
 * The network runs twice. Before each step all of the arena that is not live is filled with a pattern, another
 * one in the second run; behind the step the pattern must still be there, or something was written where the
 * plan has not said so. A step that reads what is not live gives different bits in the two runs. No pattern
 * relies on NaN, which only floats have. */
#include "emit/prototypes.h"
#include "interp/interp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_PARTS = 16,
    LEAST_PART = 4096, /* elements of a part, but for the last one */
    SIGNS = 8,         /* random sums of a tensor, by which its error is estimated */
    TOLERANCE = 32     /* the networks that come along take up to a tenth of it */
};

/* Element i of an input, as an integer from 0 to 255; the emitted input_byte does the same. */
static uint32_t input_byte(uint32_t i) { return (i * UINT32_C(2654435761) >> 13 ^ i * 7u) & 255u; }

/* A number whose bits look random, from the position of an element. */
static uint32_t hash_position(uint32_t i) {
    uint32_t x = i * UINT32_C(2654435761);
    x = (x ^ x >> 15) * UINT32_C(2246822519);
    return x ^ x >> 13;
}

/* The factor of element i; the emitted selftest_factor does the same. */
static double factor(uint32_t i) {
    uint32_t x = hash_position(i);
    double size = 0.5 + (double)(x >> 8) / 33554432.0;
    return x & 1 ? size : -size;
}

/* How far rounding takes a node's value away: SIGNS sums of its elements with random signs, as they should be
 * and as they are with rounding, and the sum of the squares. */
typedef struct node_error {
    double exact[SIGNS], rounded[SIGNS], square;
} node_error;

/* What a step's tensor is compared with. */
typedef struct reference {
    int64_t part; /* elements of a part */
    int parts;
    double sums[MOST_PARTS], squares[MOST_PARTS]; /* of the elements times their factors */
    int64_t elements;
    uint32_t hash; /* of codes: see hash_code */
} reference;

static const uint32_t HASH_BEGIN = UINT32_C(0x811c9dc5);

/* The hash of one more code; the emitted selftest_codes_differ does the same. */
static uint32_t hash_code(uint32_t hash, double code) {
    return (hash ^ ((uint32_t)(int32_t)code & 255u)) * UINT32_C(0x01000193);
}

/* How a node's tensor is compared. */
typedef enum comparison {
    COMPARE_NOTHING, /* positions, and what comes of codes that rounding may have changed */
    COMPARE_SUMS,    /* floats */
    COMPARE_CODES
} comparison;

/* What the interpreter's run is watched for: the steps of each target's plan. */
typedef struct watchers {
    const graph *g;
    const plan *plans[MAX_FILE_TARGETS];
    reference *steps[MAX_FILE_TARGETS]; /* [n_steps] */
    int count;
    node_error *errors;      /* [n_nodes] */
    const comparison *kinds; /* [n_nodes] */
} watchers;

/* Whether the node's floats are the same on every machine, if those that it reads are. */
static bool keeps_floats_exact(const node *n) {
    return n->op == OP_INPUT || n->op == OP_CONSTANT || n->op == OP_DEQUANTIZE || n->op == OP_CONVERT;
}

static const comparison *find_comparisons(const graph *g, arena *a) {
    comparison *kinds = ARENA_ARRAY(a, comparison, g->n_nodes);
    bool *rounded = ARENA_ARRAY(a, bool, g->n_nodes); /* has floats that rounding moves */
    for (int i = 0; i < g->n_nodes; i++) {
        const node *n = &g->nodes[i];
        bool moved = false, unknown = makes_positions(n->op);
        for (int j = 0; j < n->n_in; j++) {
            moved = moved || rounded[n->in[j]];
            unknown = unknown || kinds[n->in[j]] == COMPARE_NOTHING;
        }
        unknown = unknown || (n->q.on && moved);
        rounded[i] = !n->q.on && (moved || !keeps_floats_exact(n));
        kinds[i] = unknown ? COMPARE_NOTHING : n->q.on ? COMPARE_CODES : COMPARE_SUMS;
    }
    return kinds;
}

/* How a step lays out the tensor that it makes. A gather for a dense layer lays it out flat, pixel after pixel,
 * in the same order as a map's. */
typedef struct layout {
    int64_t pixels;
    int channels;
} layout;

static layout layout_of_step(const plan *p, const plan_step *s) {
    const shape own = p->g->nodes[s->node].shape;
    if (s->kind == STEP_COPY) {
        const shape from = s->operands[0].shape;
        return (layout){shape_pixels(from), from.c};
    }
    return (layout){shape_pixels(own), own.c};
}

/* Adds up a node's value as the steps that make it lay it out. */
static void sum_steps(const plan *p, reference *steps, int index, const double *value) {
    for (int i = 0; i < p->n_steps; i++) {
        const plan_step *step = &p->steps[i];
        if (step->node != index) continue;
        layout l = layout_of_step(p, step);
        reference *r = &steps[i];
        r->elements = l.pixels * l.channels;
        int64_t parts = r->elements / LEAST_PART;
        parts = parts < 1 ? 1 : parts > MOST_PARTS ? MOST_PARTS : parts;
        r->part = (r->elements + parts - 1) / parts;
        r->parts = (int)((r->elements + r->part - 1) / r->part);
        r->hash = HASH_BEGIN;
        for (int64_t at = 0; at < r->elements; at++) {
            int64_t pixel = at / l.channels, channel = at % l.channels;
            double element = value[pixel * l.channels + step->out_order[channel]];
            double v = element * factor((uint32_t)at);
            if (p->g->nodes[index].q.on) r->hash = hash_code(r->hash, element);
            r->sums[at / r->part] += v;
            r->squares[at / r->part] += v * v;
        }
    }
}

/* The sums of a value's elements with random signs. */
static void sum_signs(const double *value, int64_t count, double *sums) {
    for (int64_t i = 0; i < count; i++) {
        uint32_t signs = hash_position((uint32_t)i ^ UINT32_C(0x5bd1e995));
        for (int k = 0; k < SIGNS; k++) sums[k] += signs >> k & 1 ? value[i] : -value[i];
    }
}

static void watch_exact(void *data, int index, double *value) {
    watchers *all = data;
    int64_t count = shape_elements(all->g->nodes[index].shape);
    node_error *error = &all->errors[index];
    sum_signs(value, count, error->exact);
    for (int64_t i = 0; i < count; i++) error->square += value[i] * value[i];
    for (int i = 0; i < all->count; i++) sum_steps(all->plans[i], all->steps[i], index, value);
}

/* Changes each float by up to 2^-21 of it, which is what a long sum of floats is off by. */
static void watch_rounded(void *data, int index, double *value) {
    watchers *all = data;
    if (all->g->nodes[index].q.on) return;
    int64_t count = shape_elements(all->g->nodes[index].shape);
    for (int64_t i = 0; i < count; i++) {
        uint32_t random = hash_position((uint32_t)i + (uint32_t)index * UINT32_C(40503));
        value[i] *= 1 + ((double)random / 0x1p31 - 1) * 0x1p-21;
    }
    sum_signs(value, count, all->errors[index].rounded);
}

/* The error of a node's value for rounding, as a part of its size; never less than the element's own. */
static double relative_error(const node_error *e) {
    const double least = 0x1p-21;
    double square = 0;
    for (int k = 0; k < SIGNS; k++) square += (e->exact[k] - e->rounded[k]) * (e->exact[k] - e->rounded[k]);
    if (!(e->square > 0)) return least;
    double error = sqrt(square / SIGNS / e->square);
    return error > least ? error : least;
}

/* By how much the sum of a part may be off: its elements' size counts, and as much again of the tensor's, since
 * a part may be all zeros where the tensor is not. */
static double tolerance(const reference *r, int part, double error) {
    double all = 0;
    for (int i = 0; i < r->parts; i++) all += r->squares[i];
    return TOLERANCE * error * sqrt(r->squares[part] + all * (double)r->part / (double)r->elements) + 1e-30;
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

static const char input_helper[] =
    "/* What the self-test's inputs hold, from 0 to 255. */\n"
    "static int input_byte(uint32_t i) { return (int)((i * UINT32_C(2654435761) >> 13 ^ i * 7u) & 255u); }\n\n";

static const char sums_helper[] =
    "/* What element i counts in the sums that are compared: from 1/2 to 1, of either sign, by a hash. */\n"
    "static double selftest_factor(uint32_t i) {\n"
    "    uint32_t x = i * UINT32_C(2654435761);\n"
    "    x = (x ^ x >> 15) * UINT32_C(2246822519);\n"
    "    x ^= x >> 13;\n"
    "    const double size = 0.5 + (double)(x >> 8) / 33554432.0;\n"
    "    return x & 1 ? size : -size;\n"
    "}\n\n"
    "/* Whether a tensor differs from the reference: for each `part` of its elements `sums` has their sum, and "
    "how\n"
    " * far from it rounding may lead. *bits is a hash of the tensor, which must be the same in the second "
    "run. */\n"
    "static int selftest_differs(const float *y, int pixels, int pixel, int channels, int part, const double "
    "*sums,\n"
    "                            uint32_t *bits, int again) {\n"
    "    uint32_t i = 0, hash = UINT32_C(0x811c9dc5);\n"
    "    int left = part;\n"
    "    double got = 0;\n"
    "    for (int p = 0; p < pixels; p++) {\n"
    "        for (int c = 0; c < channels; c++, i++) {\n"
    "            union {\n"
    "                float value;\n"
    "                uint32_t bits;\n"
    "            } element;\n"
    "            element.value = y[p * pixel + c];\n"
    "            hash = (hash ^ element.bits) * UINT32_C(0x01000193);\n"
    "            got += (double)element.value * selftest_factor(i);\n"
    "            if (--left > 0 && (p + 1 < pixels || c + 1 < channels)) continue;\n"
    "            const double off = got > sums[0] ? got - sums[0] : sums[0] - got;\n"
    "            if (!(off <= sums[1])) return 1;\n"
    "            sums += 2;\n"
    "            got = 0;\n"
    "            left = part;\n"
    "        }\n"
    "    }\n"
    "    if (again) return *bits != hash;\n"
    "    *bits = hash;\n"
    "    return 0;\n"
    "}\n\n";

static const char codes_helper[] =
    "/* Whether a tensor of codes is not the reference's, of which `wanted` is a hash. */\n"
    "static int selftest_codes_differ(const void *codes, int pixels, int pixel, int channels, uint32_t wanted) "
    "{\n"
    "    const unsigned char *const y = (const unsigned char *)codes;\n"
    "    uint32_t hash = UINT32_C(0x811c9dc5);\n"
    "    for (int p = 0; p < pixels; p++) {\n"
    "        for (int c = 0; c < channels; c++) hash = (hash ^ y[p * pixel + c]) * UINT32_C(0x01000193);\n"
    "    }\n"
    "    return hash != wanted;\n"
    "}\n\n";

static const char poison_helper[] =
    "/* What is not live holds: as floats, in either byte order, 3e38 in the first run and -8e37 in the "
    "second; "
    "as\n"
    " * bytes 127, and -128 or -2. */\n"
    "static unsigned char selftest_poison(int64_t at, int again) {\n"
    "    return (unsigned char)(!again ? 127 : (at & 3) % 3 == 0 ? 254 : 128);\n"
    "}\n\n";

static const char guard[] =
    "/* Poisons what is not live in the arena, or says whether the poison is still there. `live`: begin and "
    "end of\n"
    " * each stretch that is, then the arena's end, twice. */\n"
    "static int selftest_guard(unsigned char *arena, const int64_t *live, int again, int fill) {\n"
    "    for (int64_t at = 0;; at = live[1], live += 2) {\n"
    "        for (; at < live[0]; at++) {\n"
    "            if (fill) arena[at] = selftest_poison(at, again);\n"
    "            if (arena[at] != selftest_poison(at, again)) return 0;\n"
    "        }\n"
    "        if (live[0] == live[1]) return 1;\n"
    "    }\n"
    "}\n\n";

/* Writes the function that hashes the weights, as pack_weights_file does. They are volatile there, so that they
 * are read from memory even where the compiler knows them. On a big-endian machine that has ordered them, byte
 * b of a word is found at b ^ 3, or at b ^ 1 where the word is a pair of halves; next_order() knows where codes
 * are. */
static void emit_weights_hash(const emitter *e, text *out) {
    bool orders = orders_weights(e), codes = orders_codes(e);
    bool halves = graph_has_weights_of(e->p->g, TYPE_F16) && !codes;
    const char *place = orders ? " ^ order" : "";
    text_printf(out,
                "/* The hash of the weights, as they lie in memory now. */\n"
                "static uint64_t selftest_weights(void) {\n"
                "    uint64_t hash = UINT64_C(0xcbf29ce484222325);\n"
                "%s"
                "    const volatile unsigned char *p = (const volatile unsigned char *)(const volatile void "
                "*)WEIGHTS(0);\n",
                e->o->storage == STORAGE_FILE ? "    if (!weights) return 0;\n" : "");
    if (orders)
        text_printf(
            out,
            "#ifdef BIG_ENDIAN_WEIGHTS\n%s    size_t order = 3;\n#else\n    const size_t order = 0;\n#endif\n",
            codes    ? "    uint32_t at[3] = {0, 0, 0};\n"
            : halves ? "    size_t turn = 0;\n"
                     : "");
    text_printf(out, "    for (size_t i = 0; i < %lld; i += 4, p += 4) {\n", (long long)weights_bytes(e));
    if (orders && halves)
        text_string(out, "#ifdef BIG_ENDIAN_WEIGHTS\n"
                         "        while (i / 4 >= weights_turns[turn]) turn++;\n"
                         "        order = turn & 1 ? 1 : 3;\n"
                         "#endif\n");
    if (codes) text_string(out, "#ifdef BIG_ENDIAN_WEIGHTS\n        order = next_order(at);\n#endif\n");
    text_printf(out,
                "        uint32_t word = p[0%s];\n"
                "        word |= (uint32_t)p[1%s] << 8;\n"
                "        word |= (uint32_t)p[2%s] << 16;\n"
                "        word |= (uint32_t)p[3%s] << 24;\n"
                "        hash = (hash ^ word) * UINT64_C(0x100000001b3);\n"
                "    }\n"
                "    return hash;\n"
                "}\n\n",
                place, place, place, place);
}

/* Joins sorted intervals that touch or overlap; how many are left. */
static int join_intervals(interval *list, int n) {
    int joined = 0;
    for (int i = 0; i < n; i++) {
        if (joined && list[i].begin <= list[joined - 1].end) {
            if (list[i].end > list[joined - 1].end) list[joined - 1].end = list[i].end;
        } else {
            list[joined++] = list[i];
        }
    }
    return joined;
}

/* Declares a table of the stretches of the arena that are live in a step. With `before`, what the step writes
 * first is left out, because it is not live before the step. */
static void emit_live(const plan *p, int step, bool before, text *out) {
    interval *live = ARENA_ARRAY(p->mem, interval, p->n_buffers);
    int n = 0;
    for (int i = 0; i < p->n_buffers; i++) {
        const plan_buffer *b = &p->buffers[i];
        bool begun = b->first <= step - before || holds_input(b);
        bool lives = lives_in_arena(b) && begun && b->last >= step;
        if (lives && b->bytes) live[n++] = (interval){b->offset, b->offset + b->bytes};
    }
    qsort(live, (size_t)n, sizeof *live, compare_intervals);
    n = join_intervals(live, n);
    text_printf(out, "    static const int64_t %s_%d[] = {", before ? "before" : "in", step + 1);
    for (int i = 0; i < n; i++)
        text_printf(out, "%s%lld, %lld", i ? ", " : "", (long long)live[i].begin, (long long)live[i].end);
    if (n) text_string(out, ", ");
    text_printf(out, "%lld, %lld};\n", (long long)p->arena_bytes, (long long)p->arena_bytes);
}

/* Declares a port, and fills it: an input with its values, an output with poison. It lies in the static arena
 * at byte *at, which is moved behind it. */
static void emit_port(const plan *p, text *out, const char *name, elem_type type, shape s, bool input,
                      int64_t *at) {
    const char *c_name = type_table[type].c_name;
    int64_t elements = shape_elements(s), bytes = elements * type_table[type].bytes;
    text_printf(out, "    %s *const %s = (%s *)(void *)(static_arena.bytes + %lld);\n", c_name, name, c_name,
                (long long)*at);
    if (input) {
        const char *value = type == TYPE_U8   ? "(uint8_t)input_byte((uint32_t)i)"
                            : type == TYPE_I8 ? "(int8_t)(input_byte((uint32_t)i) - 128)"
                                              : "(float)input_byte((uint32_t)i) / 128.0f - 1.0f";
        text_printf(out, "    for (int i = 0; i < %lld; i++) %s[i] = %s;\n", (long long)elements, name, value);
    } else {
        text_printf(
            out,
            "    for (int i = 0; i < %lld; i++) static_arena.bytes[%lld + i] = selftest_poison(i, again);\n",
            (long long)bytes, (long long)*at);
    }
    *at += plan_aligned(p, bytes);
}

int64_t selftest_bytes(const emitter *e) {
    const graph *g = e->p->g;
    int64_t bytes = 0;
    for (int i = 0; i < g->n_inputs; i++)
        if (!g->inputs[i].reused)
            bytes += shape_elements(g->nodes[g->inputs[i].node].shape) * 4 + e->p->t->align;
    for (int i = 0; i < g->n_outputs; i++)
        bytes += shape_elements(g->nodes[g->outputs[i].node].shape) * 4 + e->p->t->align;
    return bytes + (int64_t)e->n_steps * 4 + e->p->t->align; /* and a hash for each step */
}

/* Writes the comparison of a tensor of codes. */
static void emit_compared_codes(const emitter *e, int i, const reference *r, text *out) {
    const plan *p = e->p;
    const plan_step *s = &p->steps[i];
    layout l = layout_of_step(p, s);
    const char *y = expression(e->a, buffer_text(e, s->out_buffer), NULL, NULL, 0, s->out_begin);
    text_printf(out, "    if (selftest_codes_differ(%s, %lld, %d, %d, UINT32_C(0x%08x))) return %d;\n", y,
                (long long)l.pixels, pixel_stride(p, s->out_buffer), l.channels, (unsigned)r->hash, i + 1);
}

/* A network may overflow: then there is nothing to compare. */
static bool is_finite(const reference *r) {
    for (int k = 0; k < r->parts; k++) {
        if (!isfinite(r->sums[k]) || !isfinite(r->squares[k])) return false;
    }
    return true;
}

/* Writes the lines of one step: the poison, the call, the check of the poison, and the comparison. */
static void emit_checked_step(const emitter *e, int i, const reference *r, const watchers *k, text *out) {
    const plan *p = e->p;
    const plan_step *s = &p->steps[i];
    if (p->arena_bytes) {
        emit_live(p, i, true, out);
        emit_live(p, i, false, out);
        text_printf(out, "    selftest_guard(static_arena.bytes, before_%d, again, 1);\n", i + 1);
    }
    emit_calls(e, out, i);
    if (p->arena_bytes)
        text_printf(out, "    if (!selftest_guard(static_arena.bytes, in_%d, again, 0)) return %d;\n", i + 1,
                    i + 1);
    comparison kind = k->kinds[s->node];
    if (s->sums_only || kind == COMPARE_NOTHING || !is_finite(r)) return;
    if (kind == COMPARE_CODES) {
        emit_compared_codes(e, i, r, out);
        return;
    }
    double error = relative_error(&k->errors[s->node]);
    text_printf(out, "    static const double sums_%d[] = {", i + 1);
    for (int j = 0; j < r->parts; j++) {
        text_printf(out, "%s%s%.9g, %.2g", j ? "," : "",
                    j == 0  ? ""
                    : j % 4 ? " "
                            : "\n        ",
                    r->sums[j], 1.05 * tolerance(r, j, error)); /* 1.05: it is rounded to two digits */
    }
    layout l = layout_of_step(p, s);
    const char *y = expression(e->a, buffer_text(e, s->out_buffer), NULL, NULL, 0, s->out_begin);
    text_printf(
        out, "};\n    if (selftest_differs(%s, %lld, %d, %d, %lld, sums_%d, &bits[%d], again)) return %d;\n", y,
        (long long)l.pixels, pixel_stride(p, s->out_buffer), l.channels, (long long)r->part, i + 1, i, i + 1);
}

/* Writes selftest_run(), which runs the steps of one target and compares what they make. */
static void emit_comparison(const emitter *e, const reference *steps, const watchers *k, text *out) {
    const plan *p = e->p;
    const graph *g = p->g;
    text_printf(
        out,
        "/* Runs all steps; the number of the first one that differs, or 0. `again`: the second run. */\n"
        "static int selftest_run%s(int again) {\n",
        e->suffix);
    if (p->arena_bytes) text_string(out, "    void *const arena = static_arena.bytes;\n");
    emit_one_part(e, out);
    int64_t at = plan_aligned(p, p->arena_bytes);
    for (int i = 0; i < g->n_inputs; i++) {
        const node *n = &g->nodes[g->inputs[i].node];
        int64_t place = plan_input_offset(p, i); /* else behind the arena that the steps use */
        emit_port(p, out, e->input_names[i], n->type, n->shape, true, g->inputs[i].reused ? &place : &at);
    }
    for (int i = 0; i < g->n_outputs; i++) {
        const node *n = &g->nodes[g->outputs[i].node];
        emit_port(p, out, e->output_names[i], n->type, n->shape, false, &at);
    }
    text_printf(out, "    uint32_t *const bits = (uint32_t *)(void *)(static_arena.bytes + %lld);\n",
                (long long)at);
    bool sums = false;
    for (int i = 0; i < p->n_steps; i++) sums = sums || k->kinds[p->steps[i].node] == COMPARE_SUMS;
    if (!sums) text_string(out, "    (void)bits;\n");
    for (int i = 0; i < p->n_steps; i++) emit_checked_step(e, i, &steps[i], k, out);
    text_string(out, "    return 0;\n}\n\n");
}

/* Runs the interpreter twice, and keeps what the steps of all targets are compared with. */
static void make_references(const emitter *all, int n, watchers *k) {
    arena *a = all[0].a;
    const graph *g = all[0].p->g;
    *k = (watchers){.g = g, .count = n, .errors = ARENA_ARRAY(a, node_error, g->n_nodes)};
    k->kinds = find_comparisons(g, a);
    for (int i = 0; i < n; i++) {
        k->plans[i] = all[i].p;
        k->steps[i] = ARENA_ARRAY(a, reference, all[i].p->n_steps + 1);
    }
    const double *const *inputs = selftest_inputs(g, a);
    interp_run(g, a, inputs, watch_exact, k);
    interp_run(g, a, inputs, watch_rounded, k);
}

/* Writes the functions that the runs call. */
static void put_helpers(const emitter *e, const text *runs, text *out) {
    text_string(out, input_helper);
    if (strstr(runs->data, "selftest_differs(")) text_string(out, sums_helper);
    if (strstr(runs->data, "selftest_codes_differ(")) text_string(out, codes_helper);
    text_string(out, poison_helper);
    if (strstr(runs->data, "selftest_guard(")) text_string(out, guard);
    if (e->weights.size) emit_weights_hash(e, out);
}

void emit_selftest(const emitter *all, int n, text *out) {
    const emitter *e = &all[n - 1]; /* which has the weights of all */
    watchers k;
    make_references(all, n, &k);
    text runs = {0};
    const char *calls[MAX_FILE_TARGETS];
    for (int i = 0; i < n; i++) {
        emit_comparison(&all[i], k.steps[i], &k, &runs);
        calls[i] = arena_printf(e->a, "return selftest_run%s(again);", all[i].suffix);
    }
    text_string(out, "\n");
    put_helpers(e, &runs, out);
    text_bytes(out, runs.data, runs.size);
    text_free(&runs);
    if (n > 1) {
        text_string(out, "static int selftest_run(int again) {\n");
        emit_target_switch(all, n, calls, out);
        text_string(out, "}\n\n");
    }
    text_printf(out, "%s {\n", entry_definition(e, ENTRY_SELFTEST));
    emit_ready_call(e, out);
    if (e->weights.size) {
        text_printf(out, "    if (selftest_weights() != UINT64_C(0x%016llx)) return %s_SELFTEST_WEIGHTS;\n",
                    (unsigned long long)hash_words(&e->weights), e->macro);
    }
    text_string(out, "    const int step = selftest_run(0);\n    return step ? step : selftest_run(1);\n}\n");
}
