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
 * does for each input, such as loading, multiplying and adding, is in the table of tile.h; the tile itself is
 * in gemm_tile.c; the loops over tiles are here.
 */
#include "emit/bf16_tile.h"
#include "emit/gemm.h"
#include "emit/stage.h"

#include <string.h>

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

/* The element type of what inputs are gathered in, in C. */
static const char *gathered_type(const gemm *g) { return g->kind->rescales ? "int8_t" : "float"; }

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
        add_pointer(a, &f, READS, gathered_type(g), "tile", "tile");
    else
        pass_inputs(g, at, &f);
    int64_t w_factors[] = {0, grouped * w_group, repeat * w_block, 0};
    add_pointer(a, &f, READS, type_table[pack_unit(&g->tile)].c_name, "w",
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
    add_pointer(a, &f, WRITES, gathered_type(g), "tile", "tile");
    if (g->s->gemm.scaled) add_pointer(a, &f, READS, "float", "scale", "scale");
    const gathering from = {g->s, &g->x, g->x_step, g->depth, at.m_count};
    (g->kind->rescales ? emit_gathering : emit_bf16_gathering)(g->e, &body, &from);
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

/* ---- tables of codes that are looked up behind the tiles ---- */

/* Whether they are, where they could be: the pixels are several tiles, and lie in the cache that is next to the
 * processor's first. */
static bool looks_up_last(const gemm *g) {
    const int64_t bytes = (int64_t)g->pixels * g->y_step;
    const gemm_plan *cut = &g->s->gemm;
    if (cut->depth == 1 || !g->kind->rescales || g->groups > 1 || g->pixels <= cut->tile_pixels ||
        bytes > g->t->l2_bytes / 3)
        return false;
    const code_end end = code_end_of(g->e, g->n);
    return looks_up_later(g->e, &end);
}

/* Writes the line by which the codes of block shape i become what the tables have, of `count` pixels from pixel
 * `first` on. */
static void emit_look_up(const gemm *g, writer *w, int i, const char *first, const char *count) {
    arena *a = g->e->a;
    const channel_block *b = &g->s->gemm.blocks[i];
    const code_end end = code_end_of(g->e, g->n);
    int64_t y_begin = 0, step = g->y_step;
    for (int j = 0; j < i; j++) y_begin += g->s->gemm.blocks[j].repeat * g->s->gemm.blocks[j].channels;
    const char *const names[] = {"oy", "b", first};
    const int64_t repeat = b->repeat > 1,
                  y_factors[] = {g->by_row * g->pixels * step, repeat * b->channels,
                                 strcmp(first, "0") ? step : 0},
                  w_factors[] = {0, repeat * pack_block_bytes(&g->tile, b), 0};
    const int64_t scales = pack_block_begin(&g->tile, i) + pack_bias_bytes(&g->tile, b);
    emit_byte_look_up(g->e, w, &end, expression(a, "y", names, y_factors, 3, y_begin), step, count, b,
                      expression(a, "w", names, w_factors, 3, scales));
}

/* Writes the line by which those of all channels do, which have one table; and else loops over their blocks. */
static void emit_look_ups(const gemm *g, writer *w, const char *first, const char *count) {
    if (!g->looks_up_last) return;
    const code_end end = code_end_of(g->e, g->n);
    if (!end.several) {
        const channel_block all = {.channels = g->n->shape.c};
        const char *const names[] = {"oy", first};
        const int64_t factors[] = {g->by_row * g->pixels * g->y_step, strcmp(first, "0") ? g->y_step : 0};
        const char *const y = expression(g->e->a, "y", names, factors, 2, 0);
        emit_byte_look_up(g->e, w, &end, y, g->y_step, count, &all, "scales");
        return;
    }
    for (int i = 0; i < g->s->gemm.n_blocks; i++) {
        const int repeat = g->s->gemm.blocks[i].repeat;
        if (repeat > 1) line(w, "for (int b = 0; b < %d; b++) {", repeat);
        emit_look_up(g, w, i, first, count);
        if (repeat > 1) line(w, "}");
    }
}

/* Declares `first` and `behind`, the pixels of the tiles from number `from` to before number `to`. */
static void declare_pixels(const gemm *g, writer *w, const char *from, const char *to) {
    const int m = g->s->gemm.tile_pixels;
    line(w, "const int first = (%s) * %d;", from, m);
    line(w, "const int behind = (%s) * %d < %d ? (%s) * %d : %d;", to, m, g->pixels, to, m, g->pixels);
}

/* ---- loops over tiles ---- */

/* Writes the loop over the part's tiles, and in it all blocks. */
static void emit_shared_tiles(const gemm *g, writer *w) {
    const int tiles = count_tiles(g);
    begin_shared_loop(g->e, g->s, w, "u", tiles);
    emit_numbered_tile(g, w, 0, g->s->gemm.n_blocks, true);
    line(w, "}");
    if (!g->looks_up_last) return;
    declare_pixels(g, w, share_begin(g->e, g->s, tiles), share_end(g->e, g->s, tiles));
    emit_look_ups(g, w, "first", "behind - first");
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
    if (g->looks_up_last) {
        declare_pixels(g, w, arena_printf(g->e->a, "%s ? PART(%d, part) : 0", by_pixels, tiles),
                       arena_printf(g->e->a, "%s ? PART(%d, part + 1) : %d", by_pixels, tiles, tiles));
        emit_look_up(g, w, i, "first", "behind - first");
    }
    line(w, "}");
}

/* Writes the same where inputs are gathered once for all blocks, where a part is some of the pixels, or where
 * there is only one tile. */
static void emit_shared_gathered(const gemm *g, writer *w) {
    const gemm_plan *cut = &g->s->gemm;
    const int tiles = count_tiles(g);
    line(w, "if (parts <= %d) {", tiles);
    emit_shared_tiles(g, w);
    line(w, "} else {");
    if (tiles == 1) emit_gather_call(g, w, (tile_at){0, g->pixels, 0, false, true});
    for (int i = 0; i < cut->n_blocks; i++) {
        if (tiles > 1) {
            emit_shared_blocks(g, w, i);
            continue;
        }
        line(w, "for (int b = PART(%d, part); b < PART(%d, part + 1); b++) {", cut->blocks[i].repeat,
             cut->blocks[i].repeat);
        emit_tile_call(g, w, (tile_at){i, g->pixels, 0, false, true}, false);
        line(w, "}");
    }
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

/* Whether inputs are gathered, for several blocks, and each tile may read all weights anew: that takes less
 * time than to gather the inputs for each block, unless they are far away. */
static bool gathers_once(const gemm *g) {
    const gemm_plan *cut = &g->s->gemm;
    const bool near = pack_group_bytes(&g->packed) <= 4 * (int64_t)g->t->l2_bytes;
    const bool several = cut->n_blocks > 1 || cut->blocks[0].repeat > 1;
    return cut->gathered && several && (near || count_tiles(g) == 1);
}

/* Writes the loops over pixels and blocks. With `blocks_outside` each weight is read once, and the pixels are
 * read once for each block. */
static void emit_map(const gemm *g, writer *w) {
    const gemm_plan *cut = &g->s->gemm;
    enum { ENOUGH_TILES = 16 }; /* with fewer, some threads would have much more to do than others */
    bool few = g->shared && g->pixels < ENOUGH_TILES * cut->tile_pixels;
    const char *all = arena_printf(g->e->a, "%d", g->pixels);
    if (!cut->blocks_outside && !few) {
        if (g->shared)
            emit_shared_tiles(g, w);
        else
            emit_pixel_loop(g, w, 0, cut->dots ? 1 : cut->n_blocks, true);
        if (!g->shared) emit_look_ups(g, w, "0", all);
        return;
    }
    if (g->shared && (takes_bf16(g->e->p, g->s) || gathers_once(g))) {
        emit_shared_gathered(g, w);
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
        if (g->looks_up_last) emit_look_up(g, w, i, "0", all);
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
    if (scales_weights(g->e->p, g->s)) {
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
    g.tile = scales_weights(p, s) ? pack_layout_of_scaled(p, s) : g.packed;
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
    g.looks_up_last = looks_up_last(&g);
    emit_driver_body(&g, &w);

    signature f = {0};
    add_sources(e, &f, &g.x);
    const bool scales = scales_weights(e->p, s);
    add_pointer(a, &f, READS, type_table[pack_unit(&g.packed)].c_name,
                g.packed.weight != TYPE_F32 && scales ? "packed" : "w",
                weights_at(e, pack_unit(&g.packed), s->weight_begin));
    add_result(e, &f, s);
    if (g.n->a.has_residual) add_run(e, &f, "r", &s->operands[1]);
    if (s->gemm.scaled) {
        add_run(e, &f, "scale", &s->operands[s->n_operands - 1]);
        if (scales) add_pointer_into(e, &f, WRITES, "scaled", s->scratch, 0);
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
    g.looks_up_last = looks_up_last(&g);
    writer body = {0};
    if (s->gemm.run_table) emit_run_table(&g, &body);
    emit_groups(&g, &body);
    signature f = {0};
    if (s->gemm.staged) add_pointer(a, &f, READS, rows_type(&g), "rows", at->x[0]);
    for (int i = 0; i < g.x.n && !s->gemm.staged; i++)
        add_pointer_at(e, &f, READS, g.x.names[i], g.x.buffers[i], at->x[i]);
    add_pointer(a, &f, READS, type_table[pack_unit(&g.tile)].c_name, "w", at->w);
    if (s->gemm.scaled && !scales_weights(e->p, s)) add_pointer(a, &f, READS, "float", "scale", "scale");
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
