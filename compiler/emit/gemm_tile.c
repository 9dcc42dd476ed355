/* gemm_tile.c: the function of a register tile of a conv or dense layer: its sums begin with the biases, a loop
 * over the inputs multiplies and adds, and an end stores what is made of them. See gemm.c.
 *
 * Where the last channels of a block fill half of the widest vector, two pixels share a vector for them: of 24
 * channels, two pixels take three vectors instead of four. Its lower half is pixel m's, its upper half pixel
 * m + 1's, and m is even. Each lane adds up the same products in the same order as without this. */
#include "emit/byte_tile.h"
#include "emit/dots.h"
#include "emit/gemm.h"

/* How far ahead of its use a tile prefetches weights: 6 KB is what a core reads while memory answers. */
enum { PREFETCH_BYTES = 6144 };

static const char *accumulator(const gemm *g, int m, int j) { return arena_printf(g->e->a, "acc%d_%d", m, j); }

/* The vector of kind `kind` that has pixel m's input in all lanes. */
static const char *input_name(const gemm *g, int m, int kind) {
    return arena_printf(g->e->a, "v%d_%d", m, kind);
}

/* Whether pixel m has its channels of piece j in one vector with its neighbour, in a tile of m_count pixels. */
static bool in_pair(const gemm *g, const channel_block *b, int m_count, int m, int j) {
    return pack_unit(&g->tile) == TYPE_F32 && pixels_share_piece(g->t, b->pieces[j]) && (m | 1) < m_count;
}

/* Finds the kinds of vectors that pixel m's input is needed in. */
static void find_kinds(const gemm *g, const channel_block *b, int m_count, int m, bool *used) {
    for (int kind = 0; kind < MAX_VECTOR_KINDS; kind++) used[kind] = false;
    for (int j = 0; j < b->n_pieces; j++) used[in_pair(g, b, m_count, m, j) ? 0 : b->pieces[j].kind] = true;
}

/* The weights of piece j, in the kind of vector that pixel m takes. A last pixel without a neighbour takes a
 * part of what pairs take. */
static const char *weight_name(const gemm *g, const channel_block *b, int m_count, int m, int j) {
    const bool part = in_pair(g, b, m_count, 0, j) && !in_pair(g, b, m_count, m, j);
    return arena_printf(g->e->a, part ? "w%d_low" : "w%d", j);
}

/* Writes the lines that load the weights of all pieces for one input. */
static void emit_weight_loads(const gemm *g, writer *w, const channel_block *b, int m_count) {
    arena *a = g->e->a;
    for (int j = 0, at = 0; j < b->n_pieces; j++) {
        const vector_kind *v = &g->t->vectors[b->pieces[j].kind], *wide = &g->t->vectors[0];
        const char *from = expression(a, "w", NULL, NULL, 0, at);
        if (in_pair(g, b, m_count, 0, j)) {
            line(w, "const %s w%d = %s_load_twice(%s);", wide->name, j, wide->name, from);
            if (m_count % 2)
                line(w, "const %s w%d_low = %s;", v->name, j,
                     g->kind->narrow(a, wide, v, arena_printf(a, "w%d", j)));
        } else {
            line(w, "const %s w%d = %s;", g->kind->weight(v), j, g->kind->load_weight(a, v, from));
        }
        at += v->lanes;
    }
}

/* Writes the lines that declare pixel m's input `value` as a vector of each kind that is used. Narrower ones
 * are parts of the widest. */
static void spread_input(const gemm *g, writer *w, const bool *used, int m, const char *value) {
    arena *a = g->e->a;
    int widest = -1;
    for (int kind = 0; kind < MAX_VECTOR_KINDS; kind++) {
        if (!used[kind]) continue;
        const vector_kind *v = &g->t->vectors[kind];
        const char *spread = widest < 0 || !g->kind->narrow
                                 ? g->kind->spread(a, v, value)
                                 : g->kind->narrow(a, &g->t->vectors[widest], v, input_name(g, m, widest));
        line(w, "const %s %s = %s;", g->kind->spread_input(v), input_name(g, m, kind), spread);
        if (widest < 0) widest = kind;
    }
}

/* The element type of what the tiles read, in C. */
static const char *element_name(const gemm *g) {
    return buffer_type(g->e, g->s->gemm.staged ? g->s->scratch : g->x.buffers[0]);
}

/* Whether the machine has a function for tiles of m_count pixels by the block. It takes neighbouring inputs,
 * and whole vectors. */
static bool is_function(const gemm *g, const channel_block *b, int m_count) {
    const operand *o = &g->s->operands[0];
    const vector_kind *v = &g->t->vectors[0];
    if (m_count > v->tile_pixels || b->n_pieces != v->tile_vectors) return false;
    if (b->channels != b->n_pieces * v->lanes) return false;
    for (int i = 0; i < o->n_runs && !g->s->gemm.staged; i++) {
        if (o->runs[i].step != 1) return false;
    }
    return g->tile.weight == TYPE_F32;
}

/* Whether the tile takes several integers at once. */
static bool takes_codes(const gemm *g) { return g->s->gemm.depth > 1 && g->kind->rescales; }

/* Writes the lines that prefetch as many weights as the block has for one input, `bytes` ahead. `how`: to the
 * nearest cache, or to the second one. */
static void emit_prefetch(const gemm *g, writer *w, const channel_block *b, int64_t bytes, const char *how) {
    int size = type_table[pack_unit(&g->tile)].bytes;
    for (int i = 0; i < b->lanes; i += LINE_BYTES / size)
        line(w, "__builtin_prefetch(%s%s);", expression(g->e->a, "w", NULL, NULL, 0, bytes / size + i), how);
}

/* Writes the lines that multiply and add pixel m's input `value`; for an odd m, those of its pair, too. */
static void emit_products(const gemm *g, writer *w, const channel_block *b, int m_count, int m,
                          const char *value) {
    arena *a = g->e->a;
    bool used[MAX_VECTOR_KINDS];
    find_kinds(g, b, m_count, m, used);
    spread_input(g, w, used, m, value);
    for (int j = 0; j < b->n_pieces; j++) {
        const bool pair = in_pair(g, b, m_count, m, j);
        if (pair && m % 2 == 0) continue;
        const vector_kind *v = &g->t->vectors[pair ? 0 : b->pieces[j].kind];
        const char *acc = accumulator(g, pair ? m - 1 : m, j), *weight = weight_name(g, b, m_count, m, j);
        const char *input = input_name(g, m, b->pieces[j].kind);
        if (pair)
            line(w, "const %s %s = %s_halves(%s, %s);", v->name, input, v->name, input_name(g, m - 1, 0),
                 input_name(g, m, 0));
        line(w, "%s = %s;", acc, g->kind->multiply_add_spread(a, v, input, weight, acc));
    }
}

/* Writes the loop over `count` input channels (a number or an expression). Channel k of pixel m is
 * base[k * step + m * x_step]. */
static void emit_depth_loop(const gemm *g, writer *w, const channel_block *b, int m_count, const char *base,
                            int64_t step, int64_t x_step, const char *count) {
    arena *a = g->e->a;
    if (takes_codes(g)) {
        const bool whole = g->s->gemm.staged || g->s->gemm.gathered;
        const bool once = g->s->gemm.prefetch && shape_pixels(g->e->p->g->nodes[g->s->node].shape) == 1;
        emit_byte_loop(g->e, w,
                       &(byte_loop){b, m_count, base, x_step, count, byte_spread(g->e, g->s), whole,
                                    once ? PREFETCH_BYTES : 0, g->s->gemm.fours, g->s->gemm.rests});
        return;
    }
    if (is_function(g, b, m_count)) {
        line(w, "w = %s_tile_%dx%d(%s, %lld, %s, w, sums);", g->t->vectors[0].name, m_count, b->n_pieces, base,
             (long long)x_step, count);
        return;
    }
    line(w, "for (int k = 0; k < %s; k++) {", count);
    emit_weight_loads(g, w, b, m_count);
    if (g->s->gemm.prefetch) {
        emit_prefetch(g, w, b, PREFETCH_BYTES, "");
        for (int i = 0; i < g->n_ahead; i++) emit_prefetch(g, w, b, g->s->gemm.ahead[i], ", 0, 2");
    }
    for (int m = 0; m < m_count; m++) {
        const char *index = step == 1 ? "k" : arena_printf(a, "k * %lld", (long long)step);
        const char *value = arena_printf(a, "%s[%s]", base, expression(a, index, NULL, NULL, 0, m * x_step));
        emit_products(g, w, b, m_count, m, value);
    }
    line(w, "w += %d;", b->lanes);
    line(w, "}");
}

/* Writes the loops over all taps and input channels of a tile. */
static void emit_walk(const gemm *g, writer *w, const channel_block *b, int m_count) {
    const attrs *at = &g->n->a;
    arena *a = g->e->a;
    if (g->s->gemm.gathered) {
        /* Bytes of integers, or pairs of bfloat16. */
        const int64_t unit = g->kind->rescales ? 1 : type_table[TYPE_F32].bytes;
        const int64_t inputs = gathered_inputs(g->e->p, g->s) / unit,
                      step = gathered_step(g->e->p, g->s) / unit;
        emit_depth_loop(g, w, b, m_count, "tile", 1, step, arena_printf(a, "%lld", (long long)inputs));
        return;
    }
    if (g->s->gemm.run_table) {
        line(w, "for (int i = 0; i < %d; i++) {", g->s->gemm.table_runs);
        line(w, "const %s *from = x + runs[2 * i];", element_name(g));
        emit_depth_loop(g, w, b, m_count, "from", 1, g->x_step[0], "runs[2 * i + 1]");
        line(w, "}");
        return;
    }
    if (!g->s->gemm.staged) {
        const operand *o = &g->s->operands[0];
        for (int i = 0; i < o->n_runs; i++) {
            int x = g->x.of_run[i];
            const char *base = g->x.names[x];
            if (o->runs[i].begin) base = arena_printf(a, "(%s + %d)", base, o->runs[i].begin);
            emit_depth_loop(g, w, b, m_count, base, o->runs[i].step, g->x_step[x],
                            arena_printf(a, "%d", o->runs[i].count));
        }
        return;
    }
    int in_c = g->s->operands[0].shape.c;
    bool whole_rows = reads_whole_rows(g->n);
    line(w, "for (int ky = 0; ky < %d; ky++) {", at->kernel[0]);
    line(w, "const %s *x = rows[ky] + at;", element_name(g));
    if (whole_rows) {
        emit_depth_loop(g, w, b, m_count, "x", 1, g->x_step[0], arena_printf(a, "%d", at->kernel[1] * in_c));
    } else {
        line(w, "for (int kx = 0; kx < %d; kx++) {", at->kernel[1]);
        emit_depth_loop(g, w, b, m_count, "x", 1, g->x_step[0], arena_printf(a, "%d", g->depth));
        line(w, "x += %lld;", (long long)at->dilation[1] * in_c);
        line(w, "}");
    }
    line(w, "}");
}

/* Writes the line that stores pixel m of piece j, whose channels begin at `offset` in the block. */
static void emit_store(const gemm *g, writer *w, piece x, int m, int j, int offset) {
    arena *a = g->e->a;
    const char *r = NULL;
    if (g->n->a.has_residual) r = expression(a, "r", NULL, NULL, 0, m * g->r_step + offset);
    const char *v = g->kind->finish(a, g->t, x, &g->end, accumulator(g, m, j), "by", "shift", r);
    line(w, "%s", g->kind->store(a, g->t, x, expression(a, "y", NULL, NULL, 0, m * g->y_step + offset), v));
}

/* The same of pixels m and m + 1, which share the vector of piece j. */
static void emit_pair_store(const gemm *g, writer *w, int m, int j, int offset) {
    arena *a = g->e->a;
    const char *v = g->t->vectors[0].name, *r = NULL;
    if (g->n->a.has_residual)
        r = arena_printf(a, "%s_load_halves(%s, %s)", v,
                         expression(a, "r", NULL, NULL, 0, m * g->r_step + offset),
                         expression(a, "r", NULL, NULL, 0, (m + 1) * g->r_step + offset));
    line(w, "%s_store_halves(%s, %s, %s);", v, expression(a, "y", NULL, NULL, 0, m * g->y_step + offset),
         expression(a, "y", NULL, NULL, 0, (m + 1) * g->y_step + offset),
         finish_sum(a, g->t, 0, &g->n->a, accumulator(g, m, j), r));
}

/* Writes what ends a tile: activation, residual, second activation, store. Sums that are rescaled go piece by
 * piece, so that the multipliers are loaded once. */
static void emit_tile_end(const gemm *g, writer *w, const channel_block *b, int m_count) {
    if (takes_codes(g)) {
        emit_byte_end(g->e, w, &(byte_end){g->s, &g->tile, b, m_count, g->y_step, g->r_step, g->looks_up_last});
        return;
    }
    if (g->kind->rescales) {
        for (int j = 0, offset = 0, at = 0; j < b->n_pieces; offset += b->pieces[j++].valid) {
            const vector_kind *v = &g->t->vectors[b->pieces[j].kind];
            line(w, "{");
            emit_scales(g->e, w, &g->tile, b, v, "scales", at);
            for (int m = 0; m < m_count; m++) emit_store(g, w, b->pieces[j], m, j, offset);
            line(w, "}");
            at += v->lanes;
        }
        return;
    }
    for (int m = 0; m < m_count; m++) {
        for (int j = 0, offset = 0; j < b->n_pieces; offset += b->pieces[j++].valid) {
            if (!in_pair(g, b, m_count, m, j))
                emit_store(g, w, b->pieces[j], m, j, offset);
            else if (m % 2 == 0)
                emit_pair_store(g, w, m, j, offset);
        }
    }
}

/* The same by the target's kernels for dot products: all channels of a group. */
static kernel_call define_dots_tile(const gemm *g, int m_count, const signature *f) {
    arena *a = g->e->a;
    writer w = {0};
    dots_tile t = {
        .pixels = m_count, .y_step = g->y_step, .r_step = g->r_step, .depth = g->depth, .x_step = g->x_step};
    emit_dots_tile(g->e, g->s, &w, &t);
    const char *hint = arena_printf(a, "tile_%dx%d_of_%d", m_count, g->out_c, g->depth * g->taps);
    const char *comment = arena_printf(a, "%d pixel%s x %d channels, over %d inputs.", m_count,
                                       m_count == 1 ? "" : "s", g->out_c, g->depth * g->taps);
    return define_call(g->e, hint, comment, f, &w);
}

/* Writes the end of a tile whose sums a function has made. */
static void emit_function_end(const gemm *g, writer *w, int m_count) {
    const attrs *at = &g->n->a;
    arena *a = g->e->a;
    const vector_kind *v = &g->t->vectors[0];
    const piece x = {0, v->lanes};
    const char *name = at->act == OP_IDENTITY ? ""
                       : at->act == OP_RELU   ? "relu_"
                       : at->act == OP_RELU6  ? "relu6_"
                                              : NULL;
    if (name && !at->has_residual) {
        line(w, "%s_end_%sx%d(%d, sums, y, %lld);", v->name, name, v->tile_vectors, m_count,
             (long long)g->y_step);
        return;
    }
    const char *const names[] = {"m", "j"};
    const int64_t y_factors[] = {g->y_step, v->lanes}, r_factors[] = {g->r_step, v->lanes};
    const char *r = at->has_residual ? expression(a, "r", names, r_factors, 2, 0) : NULL;
    const char *sum = arena_printf(a, "sums[%d * m + j]", v->tile_vectors);
    line(w, "for (int m = 0; m < %d; m++) {", m_count);
    line(w, "for (int j = 0; j < %d; j++) {", v->tile_vectors);
    line(w, "%s",
         g->kind->store(a, g->t, x, expression(a, "y", names, y_factors, 2, 0),
                        g->kind->finish(a, g->t, x, &g->end, sum, NULL, NULL, r)));
    line(w, "}");
    line(w, "}");
}

/* Writes a tile whose sums a function makes. */
static void emit_function_tile(const gemm *g, writer *w, const channel_block *b, int m_count) {
    const char *v = g->t->vectors[0].name;
    line(w, "%s sums[%d];", v, m_count * b->n_pieces);
    line(w, "w = %s_begin_x%d(%d, w, sums);", v, b->n_pieces, m_count);
    emit_walk(g, w, b, m_count);
    emit_function_end(g, w, m_count);
}

/* Writes the lines that declare the sums of all pixels, which begin with the biases. Returns how far behind w
 * the biases end. */
static int emit_biases(const gemm *g, writer *w, const channel_block *b, int m_count) {
    arena *a = g->e->a;
    const vector_kind *wide = &g->t->vectors[0];
    int at = 0;
    for (int j = 0; j < b->n_pieces; j++) {
        const vector_kind *v = &g->t->vectors[b->pieces[j].kind];
        const char *from = expression(a, "w", NULL, NULL, 0, at);
        if (in_pair(g, b, m_count, 0, j))
            line(w, "%s %s = %s_load_twice(%s);", wide->name, accumulator(g, 0, j), wide->name, from);
        else
            line(w, "%s %s = %s;", g->kind->sum(v), accumulator(g, 0, j), g->kind->load_bias(a, v, from));
        at += v->lanes * bias_units(&g->tile);
    }
    for (int m = 1; m < m_count; m++) {
        text all = {0};
        for (int j = 0; j < b->n_pieces; j++) {
            const bool pair = in_pair(g, b, m_count, m, j), narrows = in_pair(g, b, m_count, 0, j) && !pair;
            const vector_kind *v = &g->t->vectors[b->pieces[j].kind];
            const char *first = accumulator(g, 0, j);
            if (pair && m % 2) continue;
            text_printf(&all, "%s%s %s = %s;", all.size ? " " : "", g->kind->sum(pair ? wide : v),
                        accumulator(g, m, j), narrows ? g->kind->narrow(a, wide, v, first) : first);
        }
        if (all.size) line(w, "%s", all.data);
        text_free(&all);
    }
    return at;
}

/* Writes a tile whose sums stay in variables. */
static void emit_tile(const gemm *g, writer *w, const channel_block *b, int m_count) {
    const int at = emit_biases(g, w, b, m_count);
    if (g->kind->rescales) line(w, "const int8_t *const scales = w + %d;", at);
    line(w, "w += %lld;", (long long)weight_units(&g->tile, pack_head_bytes(&g->tile, b)));
    emit_walk(g, w, b, m_count);
    emit_tile_end(g, w, b, m_count);
}

/* Whether a tile has more than half of the registers of wide vectors, and its end has constants. Such a tile
 * must not be inlined: GCC would move the constants out of the caller's loops, to registers that the sums need,
 * and keep sums in memory. Nor is a tile inlined where the target wants calls. */
static bool stays_call(const gemm *g, const channel_block *b, int m_count) {
    const attrs *at = &g->n->a;
    if (g->t->calls) return true;
    if (g->t->vectors[0].lanes < 8 || 2 * m_count * b->n_pieces < g->t->registers) return false;
    return at->act != OP_IDENTITY || at->act2 != OP_IDENTITY;
}

kernel_call define_tile(const gemm *g, const channel_block *b, int m_count, const signature *f) {
    emitter *e = g->e;
    arena *a = e->a;
    if (g->s->gemm.dots) return define_dots_tile(g, m_count, f);
    writer w = {0};
    if (is_function(g, b, m_count))
        emit_function_tile(g, &w, b, m_count);
    else
        emit_tile(g, &w, b, m_count);
    const char *hint = arena_printf(a, "tile_%dx%d_of_%d", m_count, b->n_pieces, g->depth * g->taps);
    const char *comment = arena_printf(a, "%d pixel%s x %d channels, over %d inputs.", m_count,
                                       m_count == 1 ? "" : "s", b->channels, g->depth * g->taps);
    signature own = *f;
    own.stays_call = stays_call(g, b, m_count);
    return define_call(e, hint, comment, &own, &w);
}
