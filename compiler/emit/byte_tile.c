/* byte_tile.c: tiles of integers that take several inputs at once. See byte_tile.h. */
#include "emit/byte_tile.h"

#include "graph/quant.h"
#include "graph/tables.h"
#include "plan/byte_ends.h"
#include "plan/pack.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    GROUP = 4 /* bytes: of the inputs that are spread at once */,
    VECTOR_GROUPS = 4 /* of a vector of them */
};

static elem_type input_type(const emitter *e, const plan_step *s) {
    return e->p->g->nodes[e->p->g->nodes[s->node].in[0]].type;
}

static const char *type_name(elem_type type) { return type == TYPE_U8 ? "u8" : "i8"; }

const char *byte_spread(const emitter *e, const plan_step *s) {
    if (s->gemm.fours) return "four";
    return e->p->t->bytes->widens ? "i16" : type_name(input_type(e, s));
}

/* ---- the loop ---- */

/* Whether so many inputs of a group are at most its first pair. */
static bool is_pair(int inputs) { return inputs == 1 || inputs == 2; }

/* Inputs of a group. */
static int loop_depth(const emitter *e, const byte_loop *k) { return k->fours ? GROUP : e->p->t->bytes->depth; }

/* Writes what a tile does with a group of inputs; `part`: only so many bytes of them are there, or 0. */
static void emit_group(emitter *e, writer *w, const byte_loop *k, const char *index, int part) {
    const char *v = e->p->t->vectors[0].ints;
    const int depth = loop_depth(e, k), lanes = e->p->t->vectors[0].lanes;
    for (int j = 0; j < k->b->n_pieces; j++)
        line(w, "const %s w%d = %s_load_%s(%s);", v, j, v, k->fours ? "fours" : "dots",
             expression(e->a, "w", NULL, NULL, 0, (int64_t)j * lanes * depth));
    const char *dot = k->fours ? "dot_four" : e->p->t->bytes->pairs && is_pair(part) ? "dot_pair" : "dot";
    const int64_t one = 1;
    for (int m = 0; m < k->m_count; m++) {
        const char *x = expression(e->a, k->base, &index, &one, 1, m * k->x_step);
        if (part)
            line(w, "const %s v%d = %s_spread_%s_part(%s, %d);", v, m, v, k->spread, x, part);
        else
            line(w, "const %s v%d = %s_spread_%s(%s);", v, m, v, k->spread, x);
        for (int j = 0; j < k->b->n_pieces; j++)
            line(w, "acc%d_%d = %s_%s(v%d, w%d, acc%d_%d);", m, j, v, dot, m, j, m, j);
    }
    line(w, "w += %d;", k->b->lanes * depth);
}

/* Writes what a tile does with `groups` groups of inputs, where an instruction takes one group of a vector. */
static void emit_vector(emitter *e, writer *w, const byte_loop *k, const char *index, int groups) {
    const char *v = e->p->t->vectors[0].ints;
    const int size = GROUP * e->p->t->vectors[0].lanes;
    const int64_t one = 1;
    for (int m = 0; m < k->m_count; m++)
        line(w, "const %s x%d = %s_load_%s_%s(%s);", v, m, v, groups < VECTOR_GROUPS ? "half" : "inputs",
             k->spread, expression(e->a, k->base, &index, &one, 1, m * k->x_step));
    for (int i = 0; i < groups; i++) {
        for (int j = 0; j < k->b->n_pieces; j++) {
            const int64_t at = (int64_t)(i * k->b->n_pieces + j) * size;
            line(w, "const %s w%d_%d = %s_load_dots(%s);", v, i, j, v,
                 expression(e->a, "w", NULL, NULL, 0, at));
        }
        for (int m = 0; m < k->m_count; m++) {
            for (int j = 0; j < k->b->n_pieces; j++)
                line(w, "acc%d_%d = %s_dot_%d(x%d, w%d_%d, acc%d_%d);", m, j, v, i, m, i, j, m, j);
            line(w, "%s_in_order();", v);
        }
    }
    line(w, "w += %d;", groups * k->b->n_pieces * size);
}

/* Writes such vectors for as many of `count` inputs as fill them, and one for half of it. Returns for how many.
 */
static int emit_vectors(emitter *e, writer *w, const byte_loop *k, int count) {
    enum { VECTOR = GROUP * VECTOR_GROUPS };
    const int full = count / VECTOR * VECTOR, half = count - full >= VECTOR / 2;
    if (full) {
        line(w, "for (int k = 0; k < %d; k += %d) {", full, VECTOR);
        emit_vector(e, w, k, "k", VECTOR_GROUPS);
        line(w, "}");
    }
    if (half) {
        line(w, "{");
        emit_vector(e, w, k, arena_printf(e->a, "%d", full), VECTOR_GROUPS / 2);
        line(w, "}");
    }
    return full + half * VECTOR / 2;
}

/* Writes the loop over the rests of a block: the groups of inputs for which weights were too large. */
static void emit_rests(emitter *e, writer *w, const byte_loop *k) {
    if (!k->rests) return;
    const char *v = e->p->t->vectors[0].ints;
    line(w, "const int8_t *const rests = w + %d; /* how many, and of which inputs */",
         k->rests * k->b->lanes * GROUP);
    line(w, "const int n_rests = %s_load_u16(rests);", v);
    line(w, "for (int i = 1; i <= n_rests; i++) {");
    line(w, "const int k = %d * %s_load_u16(rests + 2 * i);", GROUP, v);
    emit_group(e, w, k, "k", 0);
    line(w, "}");
}

void emit_byte_loop(emitter *e, writer *w, const byte_loop *k) {
    char *end;
    const int count = (int)strtol(k->count, &end, 10);
    if (*end) {
        line(w, "for (int k = 0; k < %s; k += %d) {", k->count, GROUP);
        emit_group(e, w, k, "k", 0);
        line(w, "}");
        return;
    }
    const bool short_end = e->p->t->bytes->pairs && is_pair(count % GROUP), whole = k->whole && !short_end;
    const int part = whole ? 0 : count % GROUP,
              full = whole ? (count + GROUP - 1) / GROUP * GROUP : count - part;
    const int done = e->p->t->bytes->by_groups ? emit_vectors(e, w, k, full) : 0;
    if (done < full) {
        line(w, "for (int k = %d; k < %d; k += %d) {", done, full, GROUP);
        emit_group(e, w, k, "k", 0);
        for (int i = 0; k->ahead && i < k->b->lanes * loop_depth(e, k); i += LINE_BYTES)
            line(w, "__builtin_prefetch(%s);", expression(e->a, "w", NULL, NULL, 0, k->ahead + i));
        line(w, "}");
    }
    emit_rests(e, w, k);
    if (!part) return;
    line(w, "{");
    emit_group(e, w, k, arena_printf(e->a, "%d", full), part);
    line(w, "}");
}

/* ---- gathering ---- */

/* Writes the lines that copy inputs to the address `to`, and move that behind them. */
static void emit_copying(emitter *e, writer *w, const plan_step *s, const stretch *x) {
    const bool fours = s->gemm.fours, widens = e->p->t->bytes->widens && !fours,
               raises = fours && input_type(e, s) == TYPE_I8;
    const char *v = e->p->t->vectors[0].ints, *type = type_name(input_type(e, s));
    if (x->step == 1 && (widens || raises)) {
        line(w, "%s_%s_%s(to, %s, %s);", v, raises ? "raise" : "widen", type, x->from, x->count);
    } else if (x->step == 1) {
        const bool known = x->count[0] >= '0' && x->count[0] <= '9';
        line(w, "memcpy(to, %s, %s%s);", x->from, known ? "" : "(size_t)", x->count);
    } else if (e->p->t->bytes->gathers && strcmp(type, "i8") == 0) {
        const char *how = raises ? "_raised" : "";
        line(w, "%s_gather%s(to, %s, %d, %s);", v, widens ? "_i16" : how, x->from, x->step, x->count);
    } else {
        line(w, "for (int k = 0; k < %s; k++) {", x->count);
        if (widens)
            line(w, "%s_put_i16(to + 2 * k, (%s)[k * %d]);", v, x->from, x->step);
        else
            line(w, "to[k] = (int8_t)((%s)[k * %d]%s);", x->from, x->step, raises ? " ^ -128" : "");
        line(w, "}");
    }
    line(w, "to += %s%s;", widens ? "2 * " : "", x->count);
}

/* Writes the lines for the windows of a pixel, in rows of the ring. */
static void emit_window_stretches(emitter *e, writer *w, const gathering *k, stretch_copier copy) {
    const node *n = &e->p->g->nodes[k->s->node];
    const bool whole = reads_whole_rows(n);
    const char *const names[] = {"m", "kx"};
    const int64_t factors[] = {k->x_step[0], whole ? 0 : (int64_t)n->a.dilation[1] * k->s->operands[0].shape.c};
    const int count = whole ? n->a.kernel[1] * k->depth : k->depth;
    line(w, "for (int ky = 0; ky < %d; ky++) {", n->a.kernel[0]);
    if (!whole) line(w, "for (int kx = 0; kx < %d; kx++) {", n->a.kernel[1]);
    const char *from = expression(e->a, "rows[ky] + at", names, factors, 2, 0);
    copy(e, w, k->s, &(stretch){from, 1, arena_printf(e->a, "%d", count), 0});
    if (!whole) line(w, "}");
    line(w, "}");
}

void emit_stretches(emitter *e, writer *w, const gathering *k, stretch_copier copy) {
    arena *a = e->a;
    const gemm_plan *gemm = &k->s->gemm;
    const operand *o = &k->s->operands[0];
    const char *const m = "m";
    if (gemm->staged) {
        emit_window_stretches(e, w, k, copy);
        return;
    }
    if (gemm->run_table) {
        line(w, "for (int i = 0; i < %d; i++) {", gemm->table_runs);
        const char *from = expression(a, "x + runs[2 * i]", &m, &k->x_step[0], 1, 0);
        copy(e, w, k->s, &(stretch){from, 1, "runs[2 * i + 1]", 0});
        line(w, "}");
        return;
    }
    for (int i = 0, at = 0; i < o->n_runs; at += o->runs[i++].count) {
        const run *r = &o->runs[i];
        const int x = k->x->of_run[i];
        const char *from = expression(a, k->x->names[x], &m, &k->x_step[x], 1, r->begin);
        copy(e, w, k->s, &(stretch){from, r->count > 1 ? r->step : 1, arena_printf(a, "%d", r->count), at});
    }
}

void emit_gathering(emitter *e, writer *w, const gathering *k) {
    line(w, "for (int m = 0; m < %d; m++) {", k->m_count);
    line(w, "int8_t *to = tile + m * %lld;", (long long)gathered_step(e->p, k->s));
    emit_stretches(e, w, k, emit_copying);
    line(w, "}");
}

/* ---- how sums become codes ---- */

/* Whether RESCALE_TFLITE rounds as a target's floats do: a bit that the power of two up to a factor says before
 * the middle. There is such a bit where a factor shifts to the right, and its float must have the same power.
 */
static bool rounds_twice_by_floats(const target *t, const rescale *by, int n) {
    const int32_t highest = INT32_MAX - 64;
    bool all = t->bytes->tests_twice;
    for (int i = 0; i < n; i++)
        all = all && (by[i].multiplier == 0 || by[i].shift < 0) && by[i].multiplier < highest;
    return all;
}

double float_closeness(const emitter *e, const rescale *by, int n, double most_product, int roundings) {
    const double exact = 1 << 24, most = 256, half = 0.5;
    const bool once = e->p->g->rounding == RESCALE_ONCE;
    if ((!once && !rounds_twice_by_floats(e->p->t, by, n)) || most_product > 1 << 22) return 0;
    return half - (roundings + !once) * most / exact;
}

/* The same of a layer's sums. A product has the roundings of a factor and of the product, and that of a sum of
 * more than 24 bits. */
static double closeness(const emitter *e, const node *n) {
    const double exact = 1 << 24;
    double most_sum = 0, most_product = 0;
    const kernel_integers k = integers_of_kernel(e->p->g, n, e->a);
    for (int o = 0; o < n->shape.c; o++) {
        int64_t least, most;
        sums_of_output(e->p->g, n, o, &least, &most);
        const double size = (double)(most > -least ? most : -least), product = size * rescale_value(k.by[o]);
        most_sum = size > most_sum ? size : most_sum;
        most_product = product > most_product ? product : most_product;
    }
    return float_closeness(e, k.by, n->shape.c, most_product, most_sum > exact ? 3 : 2);
}

/* How far the sum of a residual may be from the exact one: the roundings of its floats, and those of the two
 * that are rounded before they are added. */
static double sum_error(const add_integers *k) {
    const double y = rescale_value(k->y_by), most = ldexp(y, k->left) * 255;
    return most * (rescale_value(k->x_by) + rescale_value(k->z_by)) * 4 / (1 << 24) + 3 * y;
}

bool looks_up_later(const emitter *e, const code_end *end) {
    return e->p->t->bytes->looks_up_tiles && end->table && !end->adds;
}

void emit_byte_look_up(emitter *e, writer *w, const code_end *end, const char *y, int64_t step,
                       const char *pixels, const channel_block *b, const char *scales) {
    const int lanes = b->lanes;
    /* They lie behind the multipliers, factors and shifts. */
    const char *numbers = end->several ? arena_printf(e->a, "%s + %d", scales, 9 * lanes) : "NULL";
    if (!looks_up_later(e, end)) return;
    const char *curves = e->p->t->bytes->curves ? arena_printf(e->a, ", %s", curves_name(e, &end->tables)) : "";
    line(w, "%s_look_up_tile(%s, %lld, %s, %d, %s%s, %s);", e->p->t->vectors[0].ints, y, (long long)step,
         pixels, b->channels, end->table, curves, numbers);
}

const char *way_name(float_way way) {
    static const char *const names[] = {
        [FLOAT_NOT] = "TESTED", [FLOAT_MOVED] = "MOVED", [FLOAT_DOWN] = "DOWN", [BY_DOUBLING] = "DOUBLED"};
    return names[way];
}

/* Declares `sum`, the constants of a residual. */
static void declare_byte_sum(emitter *e, writer *w, const add_integers *k, const byte_ends *ends) {
    const double y = ldexp(rescale_value(k->y_by), k->left);
    float_sum by = {(float)(y * rescale_value(k->x_by)), (float)(y * rescale_value(k->z_by)), 0};
    if (ends->adds) by = ends->sum;
    const double close = ends->adds ? 1 : 0.5 - sum_error(k);
    line(w, "static const %s_sum sum = {%s, %s, %s, %s,", e->p->t->vectors[0].ints,
         float_text(e->a, (double)by.x_by), float_text(e->a, (double)by.z_by),
         float_text(e->a, (double)by.offset), float_text(e->a, close));
    line(w, "    %d, %d, %d, %d, %d, %d, %d, %d, %d, %d, %d, %d};", (int)k->x_by.multiplier, k->x_by.shift,
         (int)k->z_by.multiplier, k->z_by.shift, (int)k->y_by.multiplier, k->y_by.shift, k->left, k->x_zero,
         k->z_zero, k->y_zero, k->range.least, k->range.most);
}

void declare_byte_end(emitter *e, writer *w, int node_index, const code_end *end) {
    const node *n = &e->p->g->nodes[node_index];
    const char *v = e->p->t->vectors[0].ints;
    const double most_error = 1.0 / 128;
    const double error = end->adds ? sum_error(&end->add) : 0;
    const bool once = end->how == RESCALE_ONCE, later = looks_up_later(e, end);
    const byte_ends *ends = ends_of_bytes(e->p, node_index);
    if (end->adds) declare_byte_sum(e, w, &end->add, ends);
    const act_tables t = tables_of_node(e->p->g, n, e->a);
    line(w, "static const %s_ending end = {%s_%s, %d, %d, %d, %s, %s, %d, %s, %s};", v, v, way_name(ends->way),
         end->zero, end->range.least, end->range.most, once ? "0" : "1",
         float_text(e->a, !ends->way && error < most_error ? closeness(e, n) : 0),
         end->several && !later ? t.count : 1, end->table && !later ? end->table : "NULL",
         end->adds ? "&sum" : "NULL");
}

/* The pixels whose codes are made at once, where there are so many: their sums are four vectors. */
static int joined_pixels(const emitter *e, const byte_end *k, const code_end *end) {
    enum { JOINED = 4, MOST = 2 };
    if (!e->p->t->bytes->joins || k->b->n_pieces > MOST || (end->table && !looks_up_later(e, end))) return 1;
    return JOINED / k->b->n_pieces;
}

/* Writes the line that makes the codes of so many pixels from pixel m on. */
static void emit_pixels_end(emitter *e, writer *w, const byte_end *k, int m, int pixels, bool adds,
                            const char *factors) {
    const char *v = e->p->t->vectors[0].ints, *y = expression(e->a, "y", NULL, NULL, 0, m * k->y_step);
    const char *r = adds ? expression(e->a, "r", NULL, NULL, 0, m * k->r_step) : "NULL";
    text sums = {0};
    for (int i = 0; i < pixels * k->b->n_pieces; i++)
        text_printf(&sums, ", acc%d_%d", m + i / k->b->n_pieces, i % k->b->n_pieces);
    if (pixels > 1)
        line(w, "%s_join%d(%s, %lld, %s, %lld%s%s, scales, %d, &end);", v, k->b->n_pieces, y,
             (long long)k->y_step, r, (long long)(adds ? k->r_step : 0), sums.data, factors, k->b->channels);
    else
        line(w, "%s_end%d(%s, %s%s%s, scales, %d, &end);", v, k->b->n_pieces, y, r, sums.data, factors,
             k->b->channels);
    text_free(&sums);
}

void emit_byte_end(emitter *e, writer *w, const byte_end *k) {
    const node *n = &e->p->g->nodes[k->s->node];
    const char *v = e->p->t->vectors[0].ints;
    const int lanes = e->p->t->vectors[0].lanes;
    const code_end end = code_end_of(e, n);
    declare_byte_end(e, w, k->s->node, &end);
    text factors = {0};
    for (int j = 0; j < k->b->n_pieces; j++) {
        line(w, "const %s_by by%d = %s_load_by(scales, %d, %d);", v, j, v, k->b->lanes, j * lanes);
        text_printf(&factors, ", by%d", j);
    }
    const int joined = joined_pixels(e, k, &end);
    for (int m = 0; m < k->m_count;) {
        const int pixels = m + joined <= k->m_count ? joined : 1;
        emit_pixels_end(e, w, k, m, pixels, end.adds, factors.data);
        m += pixels;
    }
    text_free(&factors);
    if (k->looks_up_last) return;
    emit_byte_look_up(e, w, &end, "y", k->y_step, arena_printf(e->a, "%d", k->m_count), k->b, "scales");
}
