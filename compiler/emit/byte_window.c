/* byte_window.c: depthwise layers of integers that take four taps at once, or two: see plan/byte_windows.c, and
 * for the walkers window.c. A walker computes a row of a block of channels. Its sums begin with the first
 * column of their window and end behind the last one, so that few are in registers at the same time. */
#include "emit/byte_window.h"

#include "emit/byte_tile.h"
#include "graph/quant.h"
#include "plan/byte_ends.h"
#include "plan/byte_windows.h"

static const char *ints(const window *g) { return g->t->vectors[0].ints; }
static int depth_of(const window *g) { return g->t->bytes->depth; }
/* How the names of the functions on a block end. */
static const char *block_name(const window *g) { return depth_of(g) == 2 ? "two" : "four"; }
static int block_of(const window *g) { return window_block_channels(g->t); }
static elem_type input_type(const window *g) { return g->e->p->g->nodes[g->n->in[0]].type; }

/* By how much inputs are raised when they are read. */
static int raised_by(const window *g) { return g->t->bytes->raises && input_type(g) == TYPE_I8 ? 128 : 0; }

/* Whether a pointer to each row goes from column to column: the address of each column takes more registers. */
static bool walks(const window *g) { return g->t->bytes->turns; }

/* Whether codes are tested when they are made, by what is kept of them. */
static bool is_tested(const window *g) {
    return g->t->bytes->turns && ends_of_bytes(g->e->p, g->s->node)->way == FLOAT_NOT;
}

/* The code of zero, which lies outside of the map. */
static int zero_of(const window *g) { return g->e->p->g->nodes[g->n->in[0]].q.zero; }

/* The last column of the map that some window sees; -1: there is none. */
static int last_column_seen(const window *g) {
    int last = -1;
    for (int ox = 0; ox < g->n->shape.w; ox++) {
        const column_group one = {ox, 1, false};
        for (int j = 0; j < window_reach(g, &one); j++) {
            const int ix = ox * g->n->a.stride[1] - g->n->a.pad[LEFT] + j;
            if (window_tap(g, j, 0) >= 0 && lies_inside(g, &one, j) && ix > last) last = ix;
        }
    }
    return last;
}

void emit_byte_rows(const window *g, writer *w) {
    arena *a = g->e->a;
    const attrs *at = &g->n->a;
    const char *type = type_table[input_type(g)].c_name;
    const code_end end = code_end_of(g->e, g->n);
    const channel_block *b = &(channel_block){.lanes = block_of(g)};
    declare_byte_end(g->e, w, g->s->node, &end);
    line(w, "%s outside[%d];", type, block_of(g));
    line(w, "memset(outside, %d, sizeof outside);", zero_of(g));
    line(w, "const %s *rows[%d];", type, at->kernel[0]);
    line(w, "%s steps[%d];", walks(g) ? "int64_t" : "int", at->kernel[0]);
    line(w, "for (int ky = 0; ky < %d; ky++) {", at->kernel[0]);
    const char *row = at->dilation[0] == 1 ? "(top + ky)" : arena_printf(a, "(top + ky * %d)", at->dilation[0]);
    if (g->ring > 1) row = arena_printf(a, "%s %% %d", row, g->ring);
    line(w, "const int inside = ky >= ky0 && ky < ky1;");
    if (g->ring == 1)
        line(w, "rows[ky] = inside ? x : outside;");
    else
        line(w, "rows[ky] = inside ? x + %s * %lld : outside;", row, (long long)(g->pixel * g->in_w));
    line(w, "steps[ky] = inside ? %lld : 0;", (long long)g->pixel);
    line(w, "}");
    if (last_column_seen(g) < 0) line(w, "(void)rows;");
    if (last_column_seen(g) < 1) line(w, "(void)steps;");
    line(w, "const int8_t *const scales = w + %lld;", (long long)pack_bias_bytes(&g->weights, b));
    for (int j = 0; j < depth_of(g); j++)
        line(w, "const %s_by by%d = %s_load_by(scales, %d, %d);", ints(g), j, ints(g), block_of(g),
             j * g->t->vectors[0].lanes);
}

/* Columns of which each tap is loaded once. */
typedef struct columns {
    column_group group;
    bool *loaded; /* taps where two are taken at once: those of input column j begin with number j times the
                     rows of the window */
    int *at;      /* where a pointer walks along each row: one more than the input column of the pointer to row
                     ky, or 0: it is not declared yet */
    bool *paired; /* pairs along the last row of the window, by the column of the first tap */
} columns;

/* The address of input column j, in row ky of the window. */
static const char *column_address(const window *g, const column_group *c, int ky, int j) {
    if (!lies_inside(g, c, j)) return "outside";
    const int first = c->first * g->n->a.stride[1] - g->n->a.pad[LEFT];
    if (c->looped && walks(g)) {
        const int64_t stride = g->n->a.stride[1];
        const char *const variable = "ox";
        return arena_printf(g->e->a, "rows[%d] + (%s) * steps[%d]", ky,
                            expression(g->e->a, "", &variable, &stride, 1, first + j), ky);
    }
    const char *begin = arena_printf(g->e->a, c->looped ? "r%d" : "rows[%d]", ky);
    const int ix = c->looped ? j : first + j;
    if (ix == 0) return begin;
    return ix == 1 ? arena_printf(g->e->a, "%s + steps[%d]", begin, ky)
                   : arena_printf(g->e->a, "%s + %d * steps[%d]", begin, ix, ky);
}

/* Writes the line that moves the pointer to row ky to input column j, or declares it. */
static void emit_step(const window *g, writer *w, const columns *c, int ky, int j) {
    const int by = j + 1 - c->at[ky];
    if (!c->at[ky])
        line(w, "const %s *r%d = %s;", type_table[input_type(g)].c_name, ky,
             column_address(g, &c->group, ky, j));
    else if (by == 1)
        line(w, "r%d += steps[%d];", ky, ky);
    else if (by)
        line(w, "r%d += %d * steps[%d];", ky, by, ky);
    c->at[ky] = j + 1;
}

/* The tap in row ky of input column j. Writes the line that loads it, if that is the first time. */
static const char *loaded_tap(const window *g, writer *w, const columns *c, int ky, int j) {
    const char *name = arena_printf(g->e->a, "x%d_%d", j, ky);
    bool *loaded = &c->loaded[j * g->n->a.kernel[0] + ky];
    if (*loaded) return name;
    const char *from = column_address(g, &c->group, ky, j);
    if (walks(g) && lies_inside(g, &c->group, j)) {
        emit_step(g, w, c, ky, j);
        from = arena_printf(g->e->a, "r%d", ky);
    }
    line(w, "const %s_taps %s = %s_load_taps(%s, %d);", ints(g), name, ints(g), from, g->x.valid);
    *loaded = true;
    return name;
}

/* What puts the taps of a group side by side whose first one lies in input column j; NULL: all lie outside. */
static const char *interleaved(const window *g, writer *w, const columns *c, const tap_group *group, int j) {
    arena *a = g->e->a;
    const char *taps[MOST_WINDOW_SIDE];
    bool inside = false;
    for (int i = 0; i < group->count; i++)
        inside = inside || lies_inside(g, &c->group, j + (group->along ? i * g->n->a.dilation[1] : 0));
    if (!inside) return NULL;
    for (int i = 0; i < group->count; i++) {
        const int column = j + (group->along ? i * g->n->a.dilation[1] : 0),
                  ky = group->ky + (group->along ? 0 : i);
        taps[i] = depth_of(g) == 2 ? loaded_tap(g, w, c, ky, column) : column_address(g, &c->group, ky, column);
    }
    /* The weight of a second tap that is none is 0: any tap may stand there. */
    if (depth_of(g) == 2) return arena_printf(a, "%s_pair(%s, %s)", ints(g), taps[0], taps[group->count - 1]);
    text places = {0};
    for (int i = 0; i < group->count; i++) text_printf(&places, "%s, ", taps[i]);
    if (g->t->bytes->raises) text_printf(&places, "%d, ", raised_by(g));
    const char *v = arena_printf(a, "%s_column%d(%s%d)", ints(g), group->count, places.data, g->x.valid);
    text_free(&places);
    return v;
}

/* Writes the line that declares a vector of interleaved taps: those of a group whose first one lies in input
 * column j. */
static void emit_interleaved(const window *g, writer *w, const columns *c, const tap_group *group, int j,
                             const char *name) {
    const char *v = interleaved(g, w, c, group, j);
    if (!v) v = arena_printf(g->e->a, "%s_outside(%d)", ints(g), zero_of(g) + raised_by(g));
    line(w, "const %s_%s %s =", ints(g), block_name(g), name);
    line(w, "    %s;", v);
}

/* Writes the line by which the sums of column m take in the taps of group `which`. */
static void emit_dots(const window *g, writer *w, int m, int which, const char *taps) {
    const channel_block b = {.lanes = block_of(g)};
    const int64_t at = pack_head_bytes(&g->weights, &b) + which * pack_row_bytes(&g->weights, &b);
    line(w, "acc%d = %s_dots(%s, w + %lld, acc%d);", m, ints(g), taps, (long long)at, m);
}

/* The taps of a group along a row whose first one lies in input column j, interleaved, for output column m.
 * Where columns share pairs, the tap behind the window is taken along if there is one, since others need it. */
static const char *taps_along(const window *g, writer *w, const columns *c, const tap_group *group, int which,
                              int m, int j) {
    const attrs *at = &g->n->a;
    const bool shared = g->t->bytes->turns && at->dilation[1] == 1;
    const char *name = shared ? arena_printf(g->e->a, "h%d", j) : arena_printf(g->e->a, "t%d_%d", m, which);
    tap_group whole = *group;
    if (shared && group->count == 1 && j + 1 < window_reach(g, &c->group)) whole.count = 2;
    if (!shared || !c->paired[j]) emit_interleaved(g, w, c, &whole, j, name);
    if (shared) c->paired[j] = true;
    return name;
}

/* Writes the lines that make codes of the sums of column m. Two columns end together where channels lie in
 * turns. */
static void emit_codes(const window *g, writer *w, const columns *c, int m) {
    arena *a = g->e->a;
    const char *variable = "ox";
    const int64_t factor = c->group.looped ? g->y_pixel : 0;
    const char *to = expression(a, "y", &variable, &factor, 1, (c->group.first + m) * g->y_pixel);
    if (!g->t->bytes->turns) {
        const char *by = depth_of(g) == 2 ? "by0, by1" : "by0, by1, by2, by3";
        line(w, "%s_end_%s(%s, acc%d, %s, scales, %d, &end);", ints(g), block_name(g), to, m, by, g->x.valid);
        return;
    }
    line(w, "const %s_turned codes%d = %s_turn(acc%d, by0, by1, &end);", ints(g), m, ints(g), m);
    if (is_tested(g)) {
        line(w, "sums[%d] = acc%d;", m, m);
        line(w, "low = %s_lower(low, codes%d);", ints(g), m);
    }
    if (m % 2) {
        const char *before = expression(a, "y", &variable, &factor, 1, (c->group.first + m - 1) * g->y_pixel);
        line(w, "%s_end_both(%s, codes%d, %s, codes%d, %d, &end);", ints(g), before, m - 1, to, m, g->x.valid);
    } else if (m == c->group.count - 1) {
        line(w, "%s_end_turns(%s, codes%d, %d, &end);", ints(g), to, m, g->x.valid);
    }
}

/* Writes the lines that end the sums of column m, whose window begins at input column j: the taps along rows,
 * and the codes. */
static void emit_ended_column(const window *g, writer *w, const columns *c, const tap_groups *groups, int m) {
    const attrs *at = &g->n->a;
    const bool odd = m % 2 && shares_pairs(g->t->bytes, g->n);
    for (int i = 0; i < groups->n; i++) {
        const tap_group *group = &groups->at[i];
        if (!group->along || group->odd != odd) continue;
        const int j = m * at->stride[1] + group->kx * at->dilation[1];
        emit_dots(g, w, m, i, taps_along(g, w, c, group, i, m, j));
    }
    emit_codes(g, w, c, m);
}

/* Writes the lines by which all sums take in what input column j has for groups that go down a column. */
static void emit_column(const window *g, writer *w, const columns *c, const tap_groups *groups, int j) {
    int at_row = -1;
    const char *name = NULL;
    for (int i = 0; i < groups->n; i++) {
        const tap_group *group = &groups->at[i];
        for (int m = 0; m < c->group.count && !group->along; m++) {
            if (window_tap(g, j, m) != group->kx) continue;
            if (at_row != group->ky) {
                name = arena_printf(g->e->a, group->ky ? "v%d_%d" : "v%d", j, group->ky);
                emit_interleaved(g, w, c, group, j, name);
                at_row = group->ky;
            }
            emit_dots(g, w, m, i, name);
        }
    }
}

void emit_byte_columns(const window *g, writer *w, const column_group *c) {
    const attrs *at = &g->n->a;
    const tap_groups groups = groups_of_window(g->t->bytes, g->n);
    const int width = (at->kernel[1] - 1) * at->dilation[1];
    line(w, "{");
    const int64_t stride = at->stride[1];
    const char *const variable = "ox", *type = type_table[input_type(g)].c_name;
    const char *column = expression(g->e->a, "", &variable, &stride, 1, -at->pad[LEFT]);
    for (int ky = 0; ky < at->kernel[0] && c->looped && !walks(g); ky++)
        line(w, "const %s *const r%d = rows[%d] + (%s) * steps[%d];", type, ky, ky, column, ky);
    if (is_tested(g)) {
        line(w, "%s_two sums[%d];", ints(g), c->count);
        line(w, "%s low = %s_set1(-1);", ints(g), ints(g));
    }
    bool *loaded = ARENA_ARRAY(g->e->a, bool, window_reach(g, c) * at->kernel[0]);
    const columns walked = {*c, loaded, ARENA_ARRAY(g->e->a, int, at->kernel[0]),
                            ARENA_ARRAY(g->e->a, bool, window_reach(g, c))};
    for (int j = 0; j < window_reach(g, c); j++) {
        for (int m = 0; m < c->count; m++) {
            if (j != m * at->stride[1]) continue;
            line(w, "%s_%s acc%d = %s_begin_%s(w);", ints(g), block_name(g), m, ints(g), block_name(g));
        }
        emit_column(g, w, &walked, &groups, j);
        for (int m = 0; m < c->count; m++) {
            if (j == m * at->stride[1] + width) emit_ended_column(g, w, &walked, &groups, m);
        }
    }
    const int64_t y_factor = c->looped ? g->y_pixel : 0;
    const code_end end = code_end_of(g->e, g->n);
    const char *y = expression(g->e->a, "y", &variable, &y_factor, 1, c->first * g->y_pixel);
    const channel_block b = {.channels = g->x.valid, .lanes = block_of(g)};
    if (is_tested(g))
        line(w, "%s_end_tested(%s, %lld, %d, sums, low, scales, %d, &end);", ints(g), y, (long long)g->y_pixel,
             c->count, g->x.valid);
    emit_byte_look_up(g->e, w, &end, y, g->y_pixel, arena_printf(g->e->a, "%d", c->count), &b, "scales");
    line(w, "}");
}

void for_each_byte_block(emitter *e, const plan_step *s, writer *w, int count, bool shared, lanes_body body,
                         void *data) {
    const int block = window_block_channels(e->p->t), full = count / block, rest = count - full * block;
    if (shared) {
        begin_shared_loop(e, s, w, "b", full + (rest > 0));
        line(w, "const int c = b * %d;", block);
        if (rest && full) line(w, "if (c < %d) {", full * block);
    } else if (full > 1) {
        line(w, "for (int c = 0; c < %d; c += %d) {", full * block, block);
    }
    const bool looped = shared || full > 1;
    if (full) body(e, w, (piece){0, block}, looped ? "c" : "0", data);
    if (shared && rest && full) line(w, "} else {");
    if (full > 1 && !shared) line(w, "}");
    if (rest) body(e, w, (piece){0, rest}, shared ? "c" : arena_printf(e->a, "%d", full * block), data);
    if (shared && rest && full) line(w, "}");
    if (shared) line(w, "}");
}
