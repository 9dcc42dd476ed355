/* gemm.c: conv and dense layers as register tiles.
 *
 * A tile computes m neighbouring pixels by a block of output channels. Its accumulators stay in registers while
 * it loops over the input channels: each iteration loads the block's weights, broadcasts one value for each
 * pixel, and multiplies and adds. The bias is where the accumulators start; activation and residual are applied
 * before the tile is stored.
 *
 * A 1x1 convolution and a dense layer read their input where it lies. Its channels may lie in several runs and
 * in any order, because the weights are packed in the same order. Any other convolution first copies the rows
 * that it needs to a ring of rows in scratch, padded and as floats. So a tile never meets a border, and no
 * im2col matrix is made.
 *
 * How the weights lie is said in plan/pack.h: a tile reads those of its block from front to back. What a tile
 * does for each input, such as loading, multiplying and adding, is in the table of tile.h; the loops are here.
 */
#include "emit/byte_tile.h"
#include "emit/dots.h"
#include "emit/internal.h"
#include "emit/stage.h"
#include "emit/tile.h"

/* How far ahead of its use a tile prefetches weights: 6 KB is what a core reads while memory answers. */
enum { PREFETCH_BYTES = 6144, LINE_BYTES = 64 };

typedef struct gemm {
    emitter *e;
    const plan_step *s;
    const node *n;
    const target *t;
    int groups, depth; /* input channels of a group */
    int out_c;         /* output channels of a group */
    int taps;          /* kh * kw */
    sources x;
    int64_t *x_step; /* [x.n]: floats between neighbouring pixels of the tile; staged: in the ring's rows */
    int64_t y_step, r_step; /* the same of the output and of the residual */
    bool by_row;            /* the function loops over rows of the output; else all pixels are one row */
    bool shared;            /* threads share the tiles; where by_row is set they share the rows instead */
    int pixels;             /* of one row where by_row is set; else of the whole map */
    pack_layout packed;     /* the weights as they are stored */
    pack_layout tile;       /* the weights as the tiles read them: scaled ones are a copy in floats */
    const tile_kind *kind;  /* of the tiles */
    tile_end end;           /* what they make of their sums */
    int n_ahead;            /* of the weights of later steps, so many are prefetched by the tile */
} gemm;

static const char *accumulator(const gemm *g, int m, int j) { return arena_printf(g->e->a, "acc%d_%d", m, j); }

/* The vector of kind `kind` that has pixel m's input in all lanes. */
static const char *input_name(const gemm *g, int m, int kind) {
    return arena_printf(g->e->a, "v%d_%d", m, kind);
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

/* Writes the lines that prefetch as many weights as the block has for one input, `bytes` ahead. `how`: to the
 * nearest cache, or to the second one. */
static void emit_prefetch(const gemm *g, writer *w, const channel_block *b, int64_t bytes, const char *how) {
    int size = type_table[g->tile.weight].bytes;
    for (int i = 0; i < b->lanes; i += LINE_BYTES / size)
        line(w, "__builtin_prefetch(%s%s);", expression(g->e->a, "w", NULL, NULL, 0, bytes / size + i), how);
}

/* Writes the loop over `count` input channels (a number or an expression). Channel k of pixel m is
 * base[k * step + m * x_step]. */
static void emit_depth_loop(const gemm *g, writer *w, const channel_block *b, int m_count, const char *base,
                            int64_t step, int64_t x_step, const char *count) {
    arena *a = g->e->a;
    bool used[MAX_VECTOR_KINDS] = {false};
    if (g->s->gemm.depth > 1) {
        const bool whole = g->s->gemm.staged || g->s->gemm.gathered;
        emit_byte_loop(g->e, w, &(byte_loop){b, m_count, base, x_step, count, byte_spread(g->e, g->s), whole});
        return;
    }
    if (is_function(g, b, m_count)) {
        line(w, "w = %s_tile_%dx%d(%s, %lld, %s, w, sums);", g->t->vectors[0].name, m_count, b->n_pieces, base,
             (long long)x_step, count);
        return;
    }
    line(w, "for (int k = 0; k < %s; k++) {", count);
    int at = 0;
    for (int j = 0; j < b->n_pieces; j++) {
        const vector_kind *v = &g->t->vectors[b->pieces[j].kind];
        used[b->pieces[j].kind] = true;
        line(w, "const %s w%d = %s;", g->kind->weight(v), j,
             g->kind->load_weight(a, v, expression(a, "w", NULL, NULL, 0, at)));
        at += v->lanes;
    }
    if (g->s->gemm.prefetch) {
        emit_prefetch(g, w, b, PREFETCH_BYTES, "");
        for (int i = 0; i < g->n_ahead; i++) emit_prefetch(g, w, b, g->s->gemm.ahead[i], ", 0, 2");
    }
    for (int m = 0; m < m_count; m++) {
        const char *index = step == 1 ? "k" : arena_printf(a, "k * %lld", (long long)step);
        const char *value = arena_printf(a, "%s[%s]", base, expression(a, index, NULL, NULL, 0, m * x_step));
        spread_input(g, w, used, m, value);
        for (int j = 0; j < b->n_pieces; j++) {
            int kind = b->pieces[j].kind;
            const char *acc = accumulator(g, m, j), *weight = arena_printf(a, "w%d", j);
            line(w, "%s = %s;", acc,
                 g->kind->multiply_add_spread(a, &g->t->vectors[kind], input_name(g, m, kind), weight, acc));
        }
    }
    line(w, "w += %d;", b->lanes);
    line(w, "}");
}

/* Writes the loops over all taps and input channels of a tile. */
static void emit_walk(const gemm *g, writer *w, const channel_block *b, int m_count) {
    const attrs *at = &g->n->a;
    arena *a = g->e->a;
    if (g->s->gemm.gathered) {
        const int64_t bytes = g->s->tile_bytes / g->s->gemm.tile_pixels;
        emit_depth_loop(g, w, b, m_count, "tile", 1, bytes, arena_printf(a, "%lld", (long long)bytes));
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

/* Writes what ends a tile: activation, residual, second activation, store. Sums that are rescaled go piece by
 * piece, so that the multipliers are loaded once. */
static void emit_tile_end(const gemm *g, writer *w, const channel_block *b, int m_count) {
    if (g->s->gemm.depth > 1) {
        emit_byte_end(g->e, w, &(byte_end){g->s, &g->tile, b, m_count, g->y_step, g->r_step});
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
        for (int j = 0, offset = 0; j < b->n_pieces; offset += b->pieces[j++].valid)
            emit_store(g, w, b->pieces[j], m, j, offset);
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

/* Writes a tile whose sums stay in variables. */
static void emit_tile(const gemm *g, writer *w, const channel_block *b, int m_count) {
    arena *a = g->e->a;
    int at = 0;
    for (int j = 0; j < b->n_pieces; j++) {
        const vector_kind *v = &g->t->vectors[b->pieces[j].kind];
        line(w, "%s %s = %s;", g->kind->sum(v), accumulator(g, 0, j),
             g->kind->load_bias(a, v, expression(a, "w", NULL, NULL, 0, at)));
        at += v->lanes * bias_units(&g->tile);
    }
    for (int m = 1; m < m_count; m++) {
        text all = {0};
        for (int j = 0; j < b->n_pieces; j++) {
            text_printf(&all, "%s%s %s = %s;", j ? " " : "", g->kind->sum(&g->t->vectors[b->pieces[j].kind]),
                        accumulator(g, m, j), accumulator(g, 0, j));
        }
        line(w, "%s", all.data);
        text_free(&all);
    }
    if (g->kind->rescales) line(w, "const int8_t *const scales = w + %d;", at);
    line(w, "w += %lld;", (long long)weight_units(&g->tile, pack_head_bytes(&g->tile, b)));
    emit_walk(g, w, b, m_count);
    emit_tile_end(g, w, b, m_count);
}

/* Whether a tile has more than half of the registers of wide vectors, and its end has constants. Such a tile
 * must not be inlined: GCC would move the constants out of the caller's loops, to registers that the sums need,
 * and keep sums in memory. */
static bool stays_call(const gemm *g, const channel_block *b, int m_count) {
    const attrs *at = &g->n->a;
    if (g->t->vectors[0].lanes < 8 || 2 * m_count * b->n_pieces < g->t->registers) return false;
    return at->act != OP_IDENTITY || at->act2 != OP_IDENTITY;
}

/* Defines the function of a tile of m_count pixels by one block, and returns the call of it. */
static kernel_call define_tile(const gemm *g, const channel_block *b, int m_count, const signature *f) {
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

/* The type of a pointer to a row of the ring: the parameter of a staged step points to an array of them. */
static const char *rows_type(const gemm *g) {
    return arena_printf(g->e->a, "%s *const", buffer_type(g->e, g->s->scratch));
}

/* Which tile a call computes. */
typedef struct tile_at {
    int shape;   /* index into the plan's blocks */
    int m_count; /* pixels */
    int p;       /* the first pixel, counted from the variable p where p_loop is set */
    bool p_loop;
    bool last; /* no tile follows: weights of later steps may be prefetched */
} tile_at;

/* Adds what the inputs of a tile's pixels are read from. */
static void pass_inputs(const gemm *g, const tile_at *at, signature *f) {
    arena *a = g->e->a;
    const gemm_plan *cut = &g->s->gemm;
    const char *const names[] = {"oy", "g", "b", "p"};
    int64_t grouped = g->groups > 1, row = g->by_row, p = at->p, p_loop = at->p_loop;
    int in_w = g->s->operands[0].shape.w, stride = g->n->a.stride[0];
    if (cut->staged) {
        int64_t factors[] = {0, grouped * cut->group_stride, 0, p_loop * g->x_step[0]};
        add_pointer(a, f, READS, rows_type(g), "rows", "rows");
        add_value(a, f, "int", "at", expression(a, "", names, factors, 4, p * g->x_step[0]));
        return;
    }
    for (int j = 0; j < g->x.n; j++) {
        int64_t pixel = pixel_stride(g->e->p, g->x.buffers[j]);
        int64_t factors[] = {row * stride * in_w * pixel, grouped * cut->group_stride, 0,
                             p_loop * g->x_step[j]};
        add_pointer_at(g->e, f, READS, g->x.names[j], g->x.buffers[j],
                       expression(a, g->x.names[j], names, factors, 4, p * g->x_step[j]));
    }
}

/* What the call of a tile passes. Where several equal blocks follow each other, the variable b counts them. */
static signature pass_to_tile(const gemm *g, const tile_at *at) {
    arena *a = g->e->a;
    const gemm_plan *cut = &g->s->gemm;
    const channel_block *b = &cut->blocks[at->shape];
    int64_t w_begin = weight_units(&g->tile, pack_block_begin(&g->tile, at->shape));
    int64_t w_group = weight_units(&g->tile, pack_group_bytes(&g->tile));
    int64_t w_block = weight_units(&g->tile, pack_block_bytes(&g->tile, b));
    int y_begin = 0;
    for (int j = 0; j < at->shape; j++) y_begin += cut->blocks[j].repeat * cut->blocks[j].channels;
    const char *const names[] = {"oy", "g", "b", "p"};
    int64_t repeat = b->repeat > 1 && !cut->dots, grouped = g->groups > 1, row = g->by_row, p = at->p,
            p_loop = at->p_loop;
    signature f = {0};
    if (cut->gathered)
        add_pointer(a, &f, READS, "int8_t", "tile", "tile");
    else
        pass_inputs(g, at, &f);
    int64_t w_factors[] = {0, grouped * w_group, repeat * w_block, 0};
    add_pointer(a, &f, READS, type_table[g->tile.weight].c_name, "w",
                expression(a, "w", names, w_factors, 4, w_begin));
    int64_t y_factors[] = {row * g->pixels * g->y_step, grouped * g->out_c, repeat * b->channels,
                           p_loop * g->y_step};
    add_pointer_at(g->e, &f, WRITES, "y", g->s->out_buffer,
                   expression(a, "y", names, y_factors, 4, y_begin + p * g->y_step));
    if (g->n->a.has_residual) {
        int64_t r_factors[] = {row * g->pixels * g->r_step, grouped * g->out_c, repeat * b->channels,
                               p_loop * g->r_step};
        add_pointer_at(g->e, &f, READS, "r", g->s->operands[1].runs[0].buffer,
                       expression(a, "r", names, r_factors, 4, y_begin + p * g->r_step));
    }
    if (cut->run_table && !cut->gathered) add_pointer(a, &f, READS, "int", "runs", "runs[g]");
    if (g->s->tile_bytes && !cut->gathered) add_pointer(a, &f, WRITES, "int8_t", "tile", "tile");
    return f;
}

/* Writes one call of a tile. With `b_loop` it stands in a loop over the equal blocks; without, the caller has
 * opened that loop where it is needed. */
static void emit_tile_call(const gemm *g, writer *w, tile_at at, bool b_loop) {
    arena *a = g->e->a;
    const channel_block *b = &g->s->gemm.blocks[at.shape];
    gemm own = *g;
    own.n_ahead = at.last ? g->s->gemm.n_ahead : 0;
    signature f = pass_to_tile(g, &at);
    kernel_call tile = define_tile(&own, b, at.m_count, &f);
    b_loop = b_loop && b->repeat > 1 && !g->s->gemm.dots;
    if (b_loop) line(w, "for (int b = 0; b < %d; b++) {", b->repeat);
    line(w, "%s;", call_text(a, &tile));
    if (b_loop) line(w, "}");
}

/* Writes the call that gathers the inputs of a tile's pixels. */
static void emit_gather_call(const gemm *g, writer *w, tile_at at) {
    arena *a = g->e->a;
    if (!g->s->gemm.gathered) return;
    signature f = {0};
    writer body = {0};
    pass_inputs(g, &at, &f);
    if (g->s->gemm.run_table) add_pointer(a, &f, READS, "int", "runs", "runs[g]");
    add_pointer(a, &f, WRITES, "int8_t", "tile", "tile");
    emit_gathering(g->e, &body, &(gathering){g->s, &g->x, g->x_step, g->depth, at.m_count});
    const char *hint = arena_printf(a, "gather_%dx%d", at.m_count, g->depth * g->taps);
    kernel_call gather = define_call(g->e, hint, "The inputs of a tile's pixels, side by side.", &f, &body);
    line(w, "%s;", call_text(a, &gather));
}

/* Writes the calls for one tile of all block shapes [first, last). */
static void emit_tile_calls(const gemm *g, writer *w, tile_at at, int last, bool b_loop) {
    emit_gather_call(g, w, at);
    for (; at.shape < last; at.shape++) emit_tile_call(g, w, at, b_loop);
}

/* Where the tiles end that are alike: the one behind them has fewer pixels, or prefetches other weights. */
static int alike_end(const gemm *g) {
    int m = g->s->gemm.tile_pixels, full = g->pixels / m * m;
    return full == g->pixels && g->s->gemm.n_ahead ? full - m : full;
}

/* Writes the calls for the tile numbered by the variable u, for the block shapes [first, last). */
static void emit_numbered_tile(const gemm *g, writer *w, int first, int last, bool b_loop) {
    int m = g->s->gemm.tile_pixels, alike = alike_end(g), rest = g->pixels - alike;
    bool several = g->pixels > m;
    if (several) line(w, "const int p = u * %d;", m);
    if (several && rest) line(w, "if (p < %d) {", alike);
    if (alike) emit_tile_calls(g, w, (tile_at){first, m, 0, several, false}, last, b_loop);
    if (several && rest) line(w, "} else {");
    if (rest) emit_tile_calls(g, w, (tile_at){first, rest, 0, several, true}, last, b_loop);
    if (several && rest) line(w, "}");
}

static int count_tiles(const gemm *g) {
    return (g->pixels + g->s->gemm.tile_pixels - 1) / g->s->gemm.tile_pixels;
}

/* Writes the loop over the part's tiles, and in it all blocks. */
static void emit_shared_tiles(const gemm *g, writer *w) {
    begin_shared_loop(g->e, g->s, w, "u", count_tiles(g));
    emit_numbered_tile(g, w, 0, g->s->gemm.n_blocks, true);
    line(w, "}");
}

/* Writes the loops over a part of block shape i. Where there are at least as many tiles as parts, a part is
 * some of the pixels for all blocks, because what a thread computed in the step before lies in its cache.
 * Otherwise it is some of the blocks for all pixels. */
static void emit_shared_blocks(const gemm *g, writer *w, int i) {
    int tiles = count_tiles(g), repeat = g->s->gemm.blocks[i].repeat;
    const char *by_pixels = tiles > 1 ? arena_printf(g->e->a, "parts <= %d", tiles) : "parts == 1";
    line(w, "for (int b = %s ? 0 : PART(%d, part); b < (%s ? %d : PART(%d, part + 1)); b++) {", by_pixels,
         repeat, by_pixels, repeat, repeat);
    if (tiles > 1) {
        line(w, "for (int u = %s ? PART(%d, part) : 0; u < (%s ? PART(%d, part + 1) : %d); u++) {", by_pixels,
             tiles, by_pixels, tiles, tiles);
    }
    emit_numbered_tile(g, w, i, i + 1, false);
    if (tiles > 1) line(w, "}");
    line(w, "}");
}

/* Writes the loop over all pixels of a row (or of the map), for the block shapes [first, last). */
static void emit_pixel_loop(const gemm *g, writer *w, int first, int last, bool b_loop) {
    int m = g->s->gemm.tile_pixels, alike = alike_end(g), rest = g->pixels - alike;
    if (alike == m) {
        emit_tile_calls(g, w, (tile_at){first, m, 0, false, false}, last, b_loop);
    } else if (alike > m) {
        line(w, "for (int p = 0; p < %d; p += %d) {", alike, m);
        emit_tile_calls(g, w, (tile_at){first, m, 0, true, false}, last, b_loop);
        line(w, "}");
    }
    if (rest) emit_tile_calls(g, w, (tile_at){first, rest, alike, false, true}, last, b_loop);
}

/* Writes the loops over pixels and blocks. With `blocks_outside` each weight is read once, and the pixels are
 * read once for each block. */
static void emit_map(const gemm *g, writer *w) {
    const gemm_plan *cut = &g->s->gemm;
    enum { ENOUGH_TILES = 16 }; /* with fewer, some threads would have much more to do than others */
    bool few = g->shared && g->pixels < ENOUGH_TILES * cut->tile_pixels;
    if (!cut->blocks_outside && !few) {
        if (g->shared)
            emit_shared_tiles(g, w);
        else
            emit_pixel_loop(g, w, 0, cut->dots ? 1 : cut->n_blocks, true);
        return;
    }
    for (int i = 0; i < cut->n_blocks; i++) {
        if (g->shared) {
            emit_shared_blocks(g, w, i);
            continue;
        }
        bool repeat = cut->blocks[i].repeat > 1;
        if (repeat) line(w, "for (int b = 0; b < %d; b++) {", cut->blocks[i].repeat);
        emit_pixel_loop(g, w, i, i + 1, false);
        if (repeat) line(w, "}");
    }
}

/* Writes the table of where each group's channels lie, as pairs of begin and count. */
static void emit_run_table(const gemm *g, writer *w) {
    const gemm_plan *cut = &g->s->gemm;
    int width = 2 * cut->table_runs;
    line(w, "static const int runs[%d][%d] = {", g->groups, width);
    for (int i = 0; i < g->groups; i++) {
        text row = {0};
        for (int j = 0; j < width; j++) text_printf(&row, "%s%d", j ? ", " : "", cut->run_table[i * width + j]);
        line(w, "{%s},", row.data);
        text_free(&row);
    }
    line(w, "};");
}

static void emit_groups(const gemm *g, writer *w) {
    if (g->groups > 1) line(w, "for (int g = 0; g < %d; g++) {", g->groups);
    emit_map(g, w);
    if (g->groups > 1) line(w, "}");
}

/* Writes the lines that copy the weights from `begin` to `scaled`, as floats, each row of weights times the
 * factor of its input channel. The biases, which come first, are only copied. */
static void emit_scaled_copy(const gemm *g, writer *w, const char *begin, const char *scaled) {
    arena *a = g->e->a;
    const tile_kind *stored = tile_kind_of(g->packed.weight);
    line(w, "const %s *from = %s;", type_table[g->packed.weight].c_name, begin);
    line(w, "float *to = %s;", scaled);
    for (int i = 0; i < g->s->gemm.n_blocks; i++) {
        const channel_block *b = &g->s->gemm.blocks[i];
        if (b->repeat > 1) line(w, "for (int b = 0; b < %d; b++) {", b->repeat);
        for (int row = 0; row < 2; row++) { /* the bias, then the weights */
            if (row) line(w, "for (int k = 0; k < %d; k++) {", g->depth);
            int units = row ? 1 : bias_units(&g->packed);
            for (int j = 0, at = 0; j < b->n_pieces; j++) {
                const vector_kind *v = &g->t->vectors[b->pieces[j].kind];
                const char *from = arena_printf(a, "from + %d", at * units);
                const char *value = row ? stored->load_weight(a, v, from) : stored->load_bias(a, v, from);
                const char *factor = row ? arena_printf(a, " * %s_set1(scale[k])", v->name) : "";
                line(w, "%s_store(to + %d, %s%s);", v->name, at, value, factor);
                at += v->lanes;
            }
            line(w, "from += %d;", b->lanes * units);
            line(w, "to += %d;", b->lanes);
            if (row) line(w, "}");
        }
        if (b->repeat > 1) line(w, "}");
    }
}

static void emit_driver_body(const gemm *g, writer *w) {
    if (g->s->gemm.run_table) emit_run_table(g, w);
    bool staged = g->s->gemm.staged;
    if (g->s->gemm.scaled) {
        bool widened = g->packed.weight != TYPE_F32;
        emit_scaled_copy(g, w, widened ? "packed" : "w", "scaled");
        line(w, widened ? "const float *w = scaled;" : "w = scaled;");
    }
    if (staged) emit_stage_begin(g->e, g->s, w, share_begin(g->e, g->s, g->n->shape.h), "");
    if (g->by_row) begin_shared_loop(g->e, g->s, w, "oy", g->n->shape.h);
    if (staged) emit_stage_rows(g->e, g->s, w, "oy", "", NULL);
    emit_groups(g, w);
    if (g->by_row) line(w, "}");
}

static gemm describe_gemm(emitter *e, const plan_step *s) {
    const plan *p = e->p;
    const node *n = &p->g->nodes[s->node];
    bool dense = n->op == OP_DENSE;
    gemm g = {.e = e, .s = s, .n = n, .t = p->t};
    g.packed = pack_layout_of_gemm(p, s);
    g.tile = s->gemm.scaled ? pack_layout_of_scaled(p, s) : g.packed;
    g.kind = tile_kind_of(g.tile.weight);
    g.end = tile_end_of(e, n);
    g.groups = dense ? 1 : n->a.groups;
    g.depth = s->operands[0].shape.c / g.groups;
    g.out_c = n->shape.c / g.groups;
    g.taps = dense ? 1 : n->a.kernel[0] * n->a.kernel[1];
    g.by_row = !dense && (s->gemm.staged || n->a.stride[0] > 1 || n->a.stride[1] > 1);
    g.shared = s->shared && !g.by_row;
    g.pixels = g.by_row ? n->shape.w : (int)shape_pixels(n->shape);
    g.y_step = pixel_stride(p, s->out_buffer);
    if (n->a.has_residual) g.r_step = pixel_stride(p, s->operands[1].runs[0].buffer);
    g.x = find_sources(e->a, &s->operands[0], "x", false);
    g.x_step = ARENA_ARRAY(e->a, int64_t, g.x.n);
    for (int i = 0; i < g.x.n && !dense; i++) {
        int pixel = s->gemm.staged ? s->operands[0].shape.c : pixel_stride(p, g.x.buffers[i]);
        g.x_step[i] = (int64_t)n->a.stride[1] * pixel;
    }
    return g;
}

kernel_call emit_gemm(emitter *e, const plan_step *s) {
    gemm g = describe_gemm(e, s);
    arena *a = e->a;
    writer w = {0};
    emit_driver_body(&g, &w);

    signature f = {0};
    add_sources(e, &f, &g.x);
    add_pointer(a, &f, READS, type_table[g.packed.weight].c_name,
                g.packed.weight != TYPE_F32 && s->gemm.scaled ? "packed" : "w",
                weights_at(e, g.packed.weight, s->weight_begin));
    add_result(e, &f, s);
    if (g.n->a.has_residual) add_run(e, &f, "r", &s->operands[1]);
    if (s->gemm.scaled) {
        add_run(e, &f, "scale", &s->operands[s->n_operands - 1]);
        add_pointer_into(e, &f, WRITES, "scaled", s->scratch, 0);
    }
    if (s->gemm.staged) add_pointer_into(e, &f, WRITES, "ring", s->scratch, 0);
    if (s->tile_bytes) add_pointer_into(e, &f, WRITES, "tile", s->tile, 0);
    add_threads(e, &f, s);
    const char *hint = g.n->op == OP_DENSE
                           ? arena_printf(a, "dense_%d_to_%d", g.depth, g.out_c)
                           : arena_printf(a, "conv%dx%d_%d_to_%d_at_%dx%d", g.n->a.kernel[0], g.n->a.kernel[1],
                                          s->operands[0].shape.c, g.n->shape.c, g.n->shape.h, g.n->shape.w);
    return define_call(e, hint, NULL, &f, &w);
}

void emit_gemm_row(emitter *e, const plan_step *s, writer *w, const gemm_place *at) {
    gemm g = describe_gemm(e, s);
    arena *a = e->a;
    g.by_row = g.shared = false;
    g.pixels = g.n->shape.w;
    writer body = {0};
    if (s->gemm.run_table) emit_run_table(&g, &body);
    emit_groups(&g, &body);
    signature f = {0};
    if (s->gemm.staged) add_pointer(a, &f, READS, rows_type(&g), "rows", at->x[0]);
    for (int i = 0; i < g.x.n && !s->gemm.staged; i++)
        add_pointer_at(e, &f, READS, g.x.names[i], g.x.buffers[i], at->x[i]);
    add_pointer(a, &f, READS, type_table[g.tile.weight].c_name, "w", at->w);
    add_pointer_at(e, &f, WRITES, "y", s->out_buffer, at->y);
    if (g.n->a.has_residual) add_pointer_at(e, &f, READS, "r", s->operands[1].runs[0].buffer, at->r);
    if (s->tile_bytes) add_pointer_at(e, &f, WRITES, "tile", s->tile, "tile");
    const char *hint = arena_printf(a, "conv%dx%d_%d_to_%d_row_of_%d", g.n->a.kernel[0], g.n->a.kernel[1],
                                    s->operands[0].shape.c, g.n->shape.c, g.n->shape.w);
    kernel_call row = define_call(e, hint, NULL, &f, &body);
    line(w, "%s;", call_text(a, &row));
}

void emit_scaled_weights(emitter *e, const plan_step *s, writer *w, const char *from, const char *to) {
    gemm g = describe_gemm(e, s);
    emit_scaled_copy(&g, w, from, to);
}
