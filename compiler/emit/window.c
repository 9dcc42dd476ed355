/* window.c: depthwise convolution, max pool and average pool.
 *
 * A walker is a function that computes one output row for one vector of channels, a few columns at a time. It
 * skips rows of the window outside the input by the bounds ky0 and ky1. For columns no test is made at run
 * time: the first and the last columns of a row have code of their own, from which the taps outside the input
 * are left out, and a loop computes the columns between them.
 *
 * The weights of a depthwise layer lie as plan/pack.h says, in blocks of one vector of channels: the biases,
 * then the weights of each tap (ky, kx). The operations on them are in the table of tile.h, so that halves are
 * widened when they are loaded, once for a few columns. */
#include "emit/window.h"

#include "emit/byte_window.h"
#include "emit/dots.h"
#include "emit/pool_codes.h"
#include "graph/quant.h"
#include "plan/byte_windows.h"

static bool is_depthwise(const window *g) { return g->n->op == OP_DEPTHWISE; }
static const char *weight_c_type(const window *g) { return type_table[g->weights.weight].c_name; }
static const tile_kind *kind_of(const window *g) {
    return tile_kind_of(is_integer(g->n) ? TYPE_I8 : g->weights.weight);
}
static bool is_max(const window *g) { return g->n->op == OP_MAX_POOL; }

/* ceil(a / b) for b > 0 and any a. */
static int divide_up(int a, int b) { return a >= 0 ? (a + b - 1) / b : -(-a / b); }

/* Output columns [*first, *end) whose whole window lies inside the input. */
static void inner_columns(const window *g, int *first, int *end) {
    const attrs *a = &g->n->a;
    int last_start = g->in_w - 1 - (a->kernel[1] - 1) * a->dilation[1] + a->pad[LEFT];
    *first = divide_up(a->pad[LEFT], a->stride[1]);
    *end = last_start < 0 ? 0 : last_start / a->stride[1] + 1;
    if (*first > g->n->shape.w) *first = g->n->shape.w;
    if (*end > g->n->shape.w) *end = g->n->shape.w;
    if (*end < *first) *end = *first;
}

static const vector_kind *vector_of(const window *g) { return &g->t->vectors[g->x.kind]; }
static const char *vector_name(const window *g) { return kind_of(g)->sum(vector_of(g)); }

static void begin_accumulators(const window *g, writer *w, int columns) {
    const char *v = kind_of(g)->sum(vector_of(g));
    for (int m = 0; m < columns; m++) {
        if (is_depthwise(g)) {
            if (m == 0)
                line(w, "%s acc0 = %s;", v, kind_of(g)->load_bias(g->e->a, vector_of(g), "w"));
            else
                line(w, "%s acc%d = acc0;", v, m);
        } else if (is_max(g)) {
            line(w, "%s acc%d = %s_set1(-3.402823466e+38f);", v, m, v);
        } else {
            line(w, "%s acc%d = %s_zero();", v, m, v);
        }
    }
}

/* Writes the line by which acc_m takes in the value `v`, which lies in column kx of its window. */
static void accumulate(const window *g, writer *w, int m, int kx, const char *v) {
    arena *a = g->e->a;
    const char *sum = arena_printf(a, "acc%d", m);
    if (is_depthwise(g))
        line(w, "%s = %s;", sum, kind_of(g)->multiply_add(a, vector_of(g), v, arena_printf(a, "k%d", kx), sum));
    else if (is_max(g))
        line(w, "%s = %s_max(%s, %s);", sum, vector_name(g), sum, v);
    else
        line(w, "%s = %s + %s;", sum, sum, v);
}

/* How many columns of the window of output column ox lie inside the input. */
static int columns_inside(const window *g, int ox) {
    const attrs *a = &g->n->a;
    int count = 0;
    for (int kx = 0; kx < a->kernel[1]; kx++) {
        int ix = ox * a->stride[1] - a->pad[LEFT] + kx * a->dilation[1];
        count += ix >= 0 && ix < g->in_w;
    }
    return count;
}

/* Writes the lines that finish acc_m and store it. `inside`: how many columns of its window lie inside the
 * input, by which an average that does not count padding divides. The output's column is `column`, counted from
 * the variable ox where `looped` is set. */
static void finish_column(const window *g, writer *w, int m, const char *inside, int column, bool looped) {
    arena *a = g->e->a;
    const attrs *at = &g->n->a;
    const char *v = arena_printf(a, "acc%d", m), *variable = "ox";
    if (g->n->op == OP_AVG_POOL) {
        const char *scale = at->count_pad ? float_text(a, 1.0 / (at->kernel[0] * at->kernel[1]))
                                          : arena_printf(a, "1.0f / (float)((ky1 - ky0) * %s)", inside);
        v = arena_printf(a, "%s * %s_set1(%s)", v, vector_name(g), scale);
    }
    int64_t r_factor = looped ? g->r_pixel : 0;
    const char *r = NULL;
    if (at->has_residual) r = expression(a, "r", &variable, &r_factor, 1, column * g->r_pixel);
    v = kind_of(g)->finish(a, g->t, g->x, &g->end, v, "by", "shift", r);
    int64_t factor = looped ? g->y_pixel : 0;
    if (g->s->sums >= 0) {
        line(w, "const %s y%d = %s;", vector_name(g), m, v);
        v = arena_printf(a, "y%d", m);
    }
    const char *to = expression(a, "y", &variable, &factor, 1, column * g->y_pixel);
    line(w, "%s", kind_of(g)->store(a, g->t, g->x, to, v));
}

/* Writes the lines that load what finish_column needs for all columns. */
static void begin_finish(const window *g, writer *w) {
    if (!is_depthwise(g) || !kind_of(g)->rescales) return;
    int lanes = vector_of(g)->lanes;
    const char *scales = expression(g->e->a, "w", NULL, NULL, 0, (int64_t)lanes * bias_units(&g->weights));
    emit_scales(g->e, w, &g->weights, &(channel_block){.lanes = lanes}, vector_of(g), scales, 0);
}

/* The load of a vector of inputs; codes less their zero point, where the bias does not contain it. */
static const char *load_input(const window *g, const char *address) {
    elem_type type = g->e->p->buffers[g->s->operands[0].runs[0].buffer].type;
    const char *v = kind_of(g)->load_input(g->e->a, g->t, g->x, type, address);
    if (!g->zero_point) return v;
    return arena_printf(g->e->a, "%s - %s_set1(%d)", v, vector_name(g), g->zero_point);
}

/* The element type of the input, in C. */
static const char *element_name(const window *g) { return buffer_type(g->e, g->s->operands[0].runs[0].buffer); }

/* Declares the value of the padding of each input channel, as the input's elements are, in the order in which
 * the kernel takes the channels. */
static void declare_padding(const window *g, writer *w, const char *suffix) {
    const operand *o = &g->s->operands[0];
    emitter *e = g->e;
    text values = {0};
    const int *codes = is_integer(g->n) ? integers_of_kernel(e->p->g, g->n, e->a).pad_codes : NULL;
    for (int i = 0; i < o->shape.c; i++) {
        int c = o->order[i];
        const char *value = codes ? arena_printf(e->a, "%d", codes[c]) : float_text(e->a, g->n->a.pad_value[c]);
        text_printf(&values, "%s%s", i ? ", " : "", value);
    }
    line(w, "static const %s padding%s[%d] = {%s};", element_name(g), suffix, o->shape.c, values.data);
    text_free(&values);
}

/* The same tap, but -1, too, where j lies outside the input. */
static int tap_of(const window *g, const column_group *c, int j, int m) {
    return lies_inside(g, c, j) ? window_tap(g, j, m) : -1;
}

/* The head of a block takes as many elements as so many rows of weights. */
static int head_rows(const window *g) {
    const channel_block one = {.lanes = vector_of(g)->lanes};
    return (int)(weight_units(&g->weights, pack_head_bytes(&g->weights, &one)) / one.lanes);
}

/* Writes the lines that load the weights of a row of the window, as far as the columns use them. */
static void emit_taps(const window *g, writer *w, const column_group *c, int reach) {
    arena *a = g->e->a;
    int width = g->n->a.kernel[1], lanes = vector_of(g)->lanes;
    line(w, "const %s *taps = w + (ky * %d + %d) * %d;", weight_c_type(g), width, head_rows(g), lanes);
    for (int kx = 0; kx < width; kx++) {
        bool used = false;
        for (int j = 0; j < reach; j++) {
            for (int m = 0; m < c->count; m++) used = used || tap_of(g, c, j, m) == kx;
        }
        if (!used) continue;
        const char *address = expression(a, "taps", NULL, NULL, 0, kx * lanes);
        line(w, "const %s k%d = %s;", kind_of(g)->weight(vector_of(g)), kx,
             kind_of(g)->load_weight(a, vector_of(g), address));
    }
}

/* Writes the lines for one row of the window and a group of columns. Each input column is loaded once. */
static void emit_tap_row(const window *g, writer *w, const column_group *c, int reach) {
    arena *a = g->e->a;
    const attrs *at = &g->n->a;
    int loads = 0;
    const char *v = kind_of(g)->input(vector_of(g)), *variable = "ox";
    const char *row_index =
        at->dilation[0] == 1 ? "(top + ky)" : arena_printf(a, "(top + ky * %d)", at->dilation[0]);
    if (g->ring > 1) row_index = arena_printf(a, "%s %% %d", row_index, g->ring);
    const char *row =
        g->ring == 1 ? "x" : arena_printf(a, "x + %s * %lld", row_index, (long long)(g->pixel * g->in_w));
    int64_t factor = at->stride[1] * g->pixel;
    if (c->looped) row = expression(a, row, &variable, &factor, 1, -at->pad[LEFT] * g->pixel);
    line(w, "const %s *row = %s;", element_name(g), row);
    if (is_depthwise(g)) emit_taps(g, w, c, reach);
    for (int j = 0; j < reach; j++) {
        const char *value = NULL;
        for (int m = 0; m < c->count; m++) {
            int kx = tap_of(g, c, j, m);
            if (kx < 0) continue;
            if (!value) {
                int ix = c->looped ? j : c->first * at->stride[1] - at->pad[LEFT] + j;
                value = arena_printf(a, "v%d", loads++);
                line(w, "const %s %s = %s;", v, value,
                     load_input(g, expression(a, "row", NULL, NULL, 0, ix * g->pixel)));
            }
            accumulate(g, w, m, kx, value);
        }
    }
}

/* Writes the block that computes a group of columns. */
static void emit_columns(const window *g, writer *w, column_group c) {
    const attrs *at = &g->n->a;
    int reach = window_reach(g, &c);
    if (g->s->window.bytes) {
        emit_byte_columns(g, w, &c);
        return;
    }
    bool any = false;
    for (int j = 0; j < reach; j++) {
        for (int m = 0; m < c.count; m++) any = any || tap_of(g, &c, j, m) >= 0;
    }
    line(w, "{");
    begin_accumulators(g, w, c.count);
    if (any) {
        line(w, "for (int ky = ky0; ky < ky1; ky++) {");
        emit_tap_row(g, w, &c, reach);
        line(w, "}");
    }
    begin_finish(g, w);
    for (int m = 0; m < c.count; m++) {
        int inside = c.looped ? at->kernel[1] : columns_inside(g, c.first + m);
        finish_column(g, w, m, arena_printf(g->e->a, "%d", inside), c.first + m, c.looped);
    }
    if (g->s->sums >= 0) {
        text sum = {0};
        for (int m = 0; m < c.count; m++) text_printf(&sum, "%sy%d", m ? " + " : "", m);
        line(w, "total = total + (%s);", sum.data);
        text_free(&sum);
    }
    line(w, "}");
}

/* Writes blocks for the columns [first, end) without a loop, each for at most `most` columns. */
static void emit_fixed_columns(const window *g, writer *w, int first, int end, int most) {
    int parts = (end - first + most - 1) / most;
    for (int i = 0; i < parts; i++) {
        int from = first + (end - first) * i / parts, to = first + (end - first) * (i + 1) / parts;
        emit_columns(g, w, (column_group){from, to - from, false});
    }
}

/* Writes the loop for windows that are too wide to unroll, or whose padding has a value: one column at a time,
 * with bounds found at run time. */
static void emit_wide_window(const window *g, writer *w) {
    arena *a = g->e->a;
    const attrs *at = &g->n->a;
    int lanes = g->t->vectors[g->x.kind].lanes;
    const tile_kind *kind = kind_of(g);
    int d = at->dilation[1];
    line(w, "for (int ox = 0; ox < %d; ox++) {", g->n->shape.w);
    line(w, "const int left = ox * %d - %d;", at->stride[1], at->pad[LEFT]);
    if (g->pads) {
        begin_accumulators(g, w, 1);
        line(w, "for (int ky = 0; ky < %d; ky++) {", at->kernel[0]);
        line(w, "for (int kx = 0; kx < %d; kx++) {", at->kernel[1]);
    } else {
        line(w, "const int kx0 = left < 0 ? (%d - left) / %d : 0;", d - 1, d);
        line(w, "const int room = (%d - left + %d) / %d;", g->in_w, d - 1, d);
        line(w, "const int kx1 = room < %d ? room : %d;", at->kernel[1], at->kernel[1]);
        begin_accumulators(g, w, 1);
        line(w, "for (int ky = ky0; ky < ky1; ky++) {");
        line(w, "for (int kx = kx0; kx < kx1; kx++) {");
    }
    const char *row = arena_printf(a, "(top + ky * %d)", at->dilation[0]);
    if (g->ring) row = g->ring == 1 ? "0" : arena_printf(a, "%s %% %d", row, g->ring);
    const char *address =
        arena_printf(a, "x + (%s * %d + left + kx * %d) * %lld", row, g->in_w, d, (long long)g->pixel);
    const char *value = load_input(g, address);
    if (g->pads) {
        line(w, "const int iy = top + ky * %d, ix = left + kx * %d;", at->dilation[0], d);
        line(w, "const int inside = iy >= 0 && iy < %d && ix >= 0 && ix < %d;", g->in_h, g->in_w);
        line(w, "%s v = %s;", kind->input(vector_of(g)), load_input(g, "padding"));
        line(w, "if (inside) v = %s;", value);
    } else {
        line(w, "const %s v = %s;", kind->input(vector_of(g)), value);
    }
    if (is_depthwise(g)) {
        const char *tap = arena_printf(a, "w + (ky * %d + kx + %d) * %d", at->kernel[1], head_rows(g), lanes);
        line(w, "const %s k0 = %s;", kind->weight(vector_of(g)), kind->load_weight(a, vector_of(g), tap));
    }
    accumulate(g, w, 0, 0, "v");
    line(w, "}");
    line(w, "}");
    begin_finish(g, w);
    finish_column(g, w, 0, "(kx1 - kx0)", 0, true);
    if (g->s->sums >= 0) line(w, "total = total + y0;");
    line(w, "}");
}

/* Defines the walker for the vector g->x, and returns the call of it. */
static kernel_call define_walker(const window *g, const signature *f) {
    arena *a = g->e->a;
    writer w = {0};
    int tile = g->s->window.tile_columns, width = g->n->shape.w;
    if (g->s->sums >= 0) line(&w, "%s total = %s;", vector_name(g), load_text(a, g->t, g->x, TYPE_F32, "sums"));
    if (g->s->window.bytes) emit_byte_rows(g, &w);
    if (tile == 0 || g->pads) {
        emit_wide_window(g, &w);
    } else {
        int first, end;
        inner_columns(g, &first, &end);
        if (width > 2 * tile && end - first >= tile) {
            /* The columns at the left edge take inner ones along, so that their tile is full. */
            int begin = first == 0 ? 0 : first > tile ? first : tile;
            int count = end > begin ? (end - begin) / tile : 0;
            emit_fixed_columns(g, &w, 0, begin, tile);
            if (count) {
                line(&w, "for (int ox = %d; ox < %d; ox += %d) {", begin, begin + count * tile, tile);
                emit_columns(g, &w, (column_group){0, tile, true});
                line(&w, "}");
            }
            emit_fixed_columns(g, &w, begin + count * tile, width, tile);
        } else {
            emit_fixed_columns(g, &w, 0, width, tile);
        }
    }
    if (g->s->sums >= 0) line(&w, "%s", store_text(a, g->t, g->x, "sums", "total"));
    const char *what = is_depthwise(g) ? "depthwise" : is_max(g) ? "max" : "average";
    const char *hint = arena_printf(a, "%s%dx%d_row_of_%d", what, g->n->a.kernel[0], g->n->a.kernel[1], width);
    signature own = *f;
    /* Inlined, a row's loops share their vectors with those around them, and there are few. */
    own.stays_call = g->t->calls || (g->t->small && vector_of(g)->lanes > 1);
    return define_call(g->e, hint, NULL, &own, &w);
}

typedef struct walker_call {
    window g;
    int x_begin, y_begin; /* the run's first channel in the input's buffer and in the output */
    int position;         /* the same in the operand's order */
    int64_t w_begin;      /* from w to the run's weights, in units of w */
    int x_buffer;         /* of the plan */
    const char *x_name, *y_name;
    int64_t y_row;           /* floats between the output's rows; 0 where y is the row itself */
    const char *const *rows; /* first row and end, for a loop around the call; or NULL */
    const char *suffix;      /* ends the names of the row's bounds top, ky0 and ky1 */
} walker_call;

/* What the call of a walker passes. A window may see nothing but padding, and a ring of one row needs no index:
 * some walkers have no use for x and for the rows' bounds. */
static signature pass_to_walker(const walker_call *k, const char *at) {
    const window *g = &k->g;
    const emitter *e = g->e;
    arena *a = e->a;
    const attrs *attributes = &g->n->a;
    int64_t one = 1, y_factors[] = {k->y_row, 1};
    const channel_block *b = &g->weights.blocks[0];
    int64_t per_channel = weight_units(&g->weights, pack_block_bytes(&g->weights, b)) / b->lanes;
    const char *names[] = {"oy", at};
    signature f = {0};
    add_pointer_at(e, &f, READS, "x", k->x_buffer, expression(a, k->x_name, &at, &one, 1, k->x_begin));
    mark_idle(&f);
    if (is_depthwise(g))
        add_pointer(a, &f, READS, weight_c_type(g), "w", expression(a, "w", &at, &per_channel, 1, k->w_begin));
    add_pointer_at(e, &f, WRITES, "y", g->s->out_buffer,
                   expression(a, k->y_name, names, y_factors, 2, k->y_begin));
    if (attributes->has_residual) {
        int64_t r_factors[] = {g->n->shape.w * g->r_pixel, 1};
        add_pointer_at(e, &f, READS, "r", g->s->operands[1].runs[0].buffer,
                       expression(a, "r", names, r_factors, 2, k->y_begin));
    }
    if (g->pads) {
        const char *padding = arena_printf(a, "padding%s", k->suffix);
        add_pointer(a, &f, READS, element_name(g), "padding",
                    expression(a, padding, &at, &one, 1, k->position));
    }
    if (g->s->sums >= 0)
        add_pointer_at(e, &f, WRITES, "sums", g->s->sums, expression(a, "sums", &at, &one, 1, k->y_begin));
    static const char *const bounds[] = {"top", "ky0", "ky1"};
    for (int i = 0; i < 3; i++) {
        add_value(a, &f, "int", bounds[i], arena_printf(a, "%s%s", bounds[i], k->suffix));
        mark_idle(&f);
    }
    return f;
}

/* Writes the call for one vector of channels of one output row. */
static void emit_walker_call(emitter *e, writer *w, piece x, const char *at, void *data) {
    walker_call *k = data;
    k->g.x = x;
    if (k->rows) {
        line(w, "for (int oy = %s; oy < %s; oy++) {", k->rows[0], k->rows[1]);
        emit_window_bounds(e, k->g.s, w, "oy", "");
    }
    signature f = pass_to_walker(k, at);
    kernel_call walker = define_walker(&k->g, &f);
    line(w, "%s;", call_text(e->a, &walker));
    if (k->rows) line(w, "}");
}

/* Writes the call for the part's channels of one row of a pool of codes. */
static void emit_pool_call(emitter *e, writer *w, const walker_call *k, int count, bool shared) {
    const plan_step *s = k->g.s;
    const pool_row row = {s, k->y_begin, count, k->g.pixel, k->g.y_pixel, k->g.ring};
    const char *oy = "oy";
    if (k->rows) {
        line(w, "for (int oy = %s; oy < %s; oy++) {", k->rows[0], k->rows[1]);
        emit_window_bounds(e, s, w, "oy", "");
    }
    signature f = {0};
    add_pointer_at(e, &f, READS, "x", k->x_buffer, expression(e->a, k->x_name, NULL, NULL, 0, k->x_begin));
    add_pointer_at(e, &f, WRITES, "y", s->out_buffer,
                   expression(e->a, k->y_name, &oy, &k->y_row, 1, k->y_begin));
    element_share own = {"0", arena_printf(e->a, "%d", count)};
    if (shared) own = share_of_elements(e, s, count);
    add_value(e->a, &f, "int", "first", own.first);
    add_value(e->a, &f, "int", "end", own.end);
    static const char *const bounds[] = {"top", "ky0", "ky1"};
    for (int i = 0; i < 3; i++) {
        add_value(e->a, &f, "int", bounds[i], arena_printf(e->a, "%s%s", bounds[i], k->suffix));
        mark_idle(&f);
    }
    kernel_call call = define_pool_row(e, &row, &f);
    line(w, "%s;", call_text(e->a, &call));
    if (k->rows) line(w, "}");
}

/* Writes the call for all rows of a run of channels of a narrow layer: see plan/dots.c. */
static void emit_narrow_call(emitter *e, writer *w, const walker_call *k, int count) {
    const window *g = &k->g;
    const dots_row row = {count, g->pixel, g->y_pixel, 0, 0};
    signature f = {0};
    add_pointer_at(e, &f, READS, "x", k->x_buffer, expression(e->a, k->x_name, NULL, NULL, 0, k->x_begin));
    add_pointer(e->a, &f, READS, weight_c_type(g), "w", expression(e->a, "w", NULL, NULL, 0, k->w_begin));
    add_pointer_at(e, &f, WRITES, "y", g->s->out_buffer,
                   expression(e->a, k->y_name, NULL, NULL, 0, k->y_begin));
    writer body = {0};
    emit_dots_map(e, g->s, &body, &row);
    const char *hint = arena_printf(e->a, "depthwise%dx%d_%d_map_of_%dx%d", g->n->a.kernel[0],
                                    g->n->a.kernel[1], count, g->n->shape.h, g->n->shape.w);
    kernel_call call = define_call(e, hint, NULL, &f, &body);
    line(w, "%s;", call_text(e->a, &call));
}

/* Writes the call for one row of a run of channels by the target's kernels for dot products. */
static void emit_dots_call(emitter *e, writer *w, const walker_call *k, int count) {
    const window *g = &k->g;
    const dots_row row = {count, g->pixel, g->y_pixel, g->r_pixel, g->ring};
    const char *oy = "oy";
    if (k->rows) {
        line(w, "for (int oy = %s; oy < %s; oy++) {", k->rows[0], k->rows[1]);
        emit_window_bounds(e, g->s, w, oy, "");
    }
    signature f = pass_to_walker(k, "0");
    writer body = {0};
    emit_dots_row(e, g->s, &body, &row);
    const char *hint = arena_printf(e->a, "depthwise%dx%d_%d_row_of_%d", g->n->a.kernel[0], g->n->a.kernel[1],
                                    count, g->n->shape.w);
    kernel_call call = define_call(e, hint, NULL, &f, &body);
    line(w, "%s;", call_text(e->a, &call));
    if (k->rows) line(w, "}");
}

static window describe_window(const emitter *e, const plan_step *s) {
    const plan *p = e->p;
    const node *n = &p->g->nodes[s->node];
    const operand *o = &s->operands[0];
    window g = {.s = s, .n = n, .t = p->t, .in_h = o->shape.h, .in_w = o->shape.w};
    g.pads = n->op == OP_DEPTHWISE && n->a.pad_value;
    g.y_pixel = pixel_stride(p, s->out_buffer);
    if (n->a.has_residual) g.r_pixel = pixel_stride(p, s->operands[1].runs[0].buffer);
    if (is_integer(n) && subtracts_zero(n)) g.zero_point = p->g->nodes[n->in[0]].q.zero;
    return g;
}

void emit_window_bounds(const emitter *e, const plan_step *s, writer *w, const char *row, const char *suffix) {
    window g = describe_window(e, s);
    const attrs *a = &g.n->a;
    const char *x = suffix;
    int d = a->dilation[0];
    line(w, "const int top%s = %s * %d - %d;", x, row, a->stride[0], a->pad[TOP]);
    if (d == 1) {
        line(w, "const int ky0%s = top%s < 0 ? -top%s : 0;", x, x, x);
        line(w, "const int ky1%s = %d - top%s < %d ? %d - top%s : %d;", x, g.in_h, x, a->kernel[0], g.in_h, x,
             a->kernel[0]);
    } else {
        line(w, "const int ky0%s = top%s < 0 ? (%d - top%s) / %d : 0;", x, x, d - 1, x, d);
        line(w, "const int room%s = (%d - top%s + %d) / %d;", x, g.in_h, x, d - 1, d);
        line(w, "const int ky1%s = room%s < %d ? room%s : %d;", x, x, a->kernel[0], x, a->kernel[0]);
    }
}

static void emit_zero(emitter *e, writer *w, piece x, const char *at, void *data) {
    (void)data;
    int64_t one = 1;
    const char *zero = arena_printf(e->a, "%s_zero()", e->p->t->vectors[x.kind].name);
    line(w, "%s", store_text(e->a, e->p->t, x, expression(e->a, "sums", &at, &one, 1, 0), zero));
}

void emit_sums_begin(emitter *e, const plan_step *s, writer *w) {
    if (s->sums >= 0) for_each_vector(e, w, e->p->g->nodes[s->node].shape.c, "c", emit_zero, NULL);
}

void emit_window_lines(emitter *e, const plan_step *s, writer *w, const window_place *at) {
    window g = describe_window(e, s);
    g.e = e;
    g.end = tile_end_of(e, g.n);
    g.ring = at->ring;
    const operand *o = &s->operands[0];
    sources from = find_sources(e->a, o, "x", false);
    int64_t packed = 0;
    if (g.pads) declare_padding(&g, w, at->suffix ? at->suffix : "");
    int multiplier = is_depthwise(&g) ? g.n->a.multiplier : 1;
    for (int m = 0, c = 0; m < multiplier; m++) {
        for (int i = 0; i < o->n_runs; i++) {
            const run *r = &o->runs[i];
            walker_call k = {.g = g, .x_begin = r->begin, .y_begin = c, .y_name = at->y, .y_row = at->y_row};
            k.position = c % o->shape.c;
            k.rows = at->rows;
            k.suffix = at->suffix ? at->suffix : "";
            k.w_begin = at->w_begin + packed;
            k.x_buffer = r->buffer;
            k.x_name = at->x[from.of_run[i]];
            k.g.pixel = pixel_stride(e->p, r->buffer);
            k.g.weights = pack_layout_of_window(e->p, s, r->count);
            packed += weight_units(&k.g.weights, pack_bytes(&k.g.weights));
            if (s->window.narrow == NARROW_MAP)
                emit_narrow_call(e, w, &k, r->count);
            else if (s->window.dots)
                emit_dots_call(e, w, &k, r->count);
            else if (s->window.bytes)
                for_each_byte_block(e, s, w, r->count, at->shared_channels, emit_walker_call, &k);
            else if (pools_codes(e, s))
                emit_pool_call(e, w, &k, r->count, at->shared_channels);
            else if (at->shared_channels)
                share_vectors(e, s, w, r->count, "c", emit_walker_call, &k);
            else
                for_each_vector(e, w, r->count, "c", emit_walker_call, &k);
            c += r->count;
        }
    }
}

kernel_call emit_window(emitter *e, const plan_step *s) {
    arena *a = e->a;
    window g = describe_window(e, s);
    g.e = e;
    const node *n = g.n;
    elem_type type = node_weight_type(n);
    sources from = find_sources(a, &s->operands[0], "x", false);

    /* The loop over rows stands inside the loop over vectors, so that the rows above are still in the cache. */
    writer w = {0};
    enum { ENOUGH_ROWS = 7 }; /* with fewer, threads share the channels */
    bool by_rows = n->shape.h >= ENOUGH_ROWS;
    const char *const rows[] = {by_rows ? share_begin(e, s, n->shape.h) : "0",
                                by_rows ? share_end(e, s, n->shape.h) : arena_printf(a, "%d", n->shape.h)};
    window_place place = {.x = from.names, .y = "y", .y_row = n->shape.w * g.y_pixel, .rows = rows};
    place.shared_channels = s->shared && !by_rows;
    emit_sums_begin(e, s, &w);
    emit_window_lines(e, s, &w, &place);

    signature f = {0};
    add_sources(e, &f, &from);
    if (is_depthwise(&g))
        add_pointer(a, &f, READS, type_table[type].c_name, "w", weights_at(e, type, s->weight_begin));
    add_result(e, &f, s);
    if (n->a.has_residual) add_run(e, &f, "r", &s->operands[1]);
    if (s->sums >= 0) add_pointer_into(e, &f, WRITES, "sums", s->sums, 0);
    add_threads(e, &f, s);
    const char *what = is_depthwise(&g) ? "depthwise" : is_max(&g) ? "max_pool" : "average_pool";
    const char *hint = arena_printf(a, "%s%dx%d_%d_at_%dx%d", what, n->a.kernel[0], n->a.kernel[1], n->shape.c,
                                    n->shape.h, n->shape.w);
    return define_call(e, hint, NULL, &f, &w);
}
