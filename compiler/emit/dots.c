/* dots.c: the calls of a target's kernels for dot products, and what they must know of a layer.
 *
 * The kernels are functions of runtime/, which all layers share, so that a layer takes next to no code. What
 * they must know of it stands in a constant, `layer`, whose fields runtime/i8.h explains. A convolution's
 * inputs are gathered in a tile first, where the target wants them widened or where they do not lie side by
 * side. */
#include "emit/dots.h"

#include "emit/code_vectors.h"
#include "graph/integers.h"
#include "graph/quant.h"

/* ---- how sums become codes ---- */

/* The flag of the short way that rescales all sums of the layer; NULL: there is none. */
static const char *short_flag(const emitter *e, const node *n) {
    static const char *const flags[] = {NULL, "I8_SHORT", "I8_LEFT"};
    return flags[short_way_of(e->p, n)];
}

/* "{1, 2}" of a factor. */
static const char *factor_text(const emitter *e, rescale by) {
    return arena_printf(e->a, "{%d, %d}", (int)by.multiplier, by.shift);
}

/* Declares the constants of the residual's sum. */
static void declare_sum(const emitter *e, writer *w, const add_integers *k) {
    line(w, "static const i8_sum sum = {%s, %s, %s, %d, %d, %d, %d, %d, %d};", factor_text(e, k->x_by),
         factor_text(e, k->z_by), factor_text(e, k->y_by), k->left, k->x_zero, k->z_zero, k->y_zero,
         k->range.least, k->range.most);
}

/* The initialiser of an i8_end. Declares what it points to. */
static const char *end_text(emitter *e, writer *w, const plan_step *s) {
    const node *n = &e->p->g->nodes[s->node];
    const code_end end = code_end_of(e, n);
    if (end.adds) declare_sum(e, w, &end.add);
    const char *how = end.how == RESCALE_TFLITE ? "I8_TFLITE" : "I8_ONCE";
    const bool positive = end.range.least >= end.zero;
    const char *way = e->p->t->dots->ragged || s->gemm.wide ? "I8_SHORT" : short_flag(e, n);
    if (way) how = arena_printf(e->a, "%s | %s%s", how, way, positive ? " | I8_POSITIVE" : "");
    if (s->shifts_left) how = arena_printf(e->a, "%s | I8_BOTH", how);
    if (end.several) how = arena_printf(e->a, "%s | I8_SEVERAL", how);
    return arena_printf(e->a, "{%s, %s, %d, %d, %d, %s}", end.table ? end.table : "NULL",
                        end.adds ? "&sum" : "NULL", end.zero, end.range.least, end.range.most, how);
}

static const char *rounding_name(const emitter *e) {
    return e->p->g->rounding == RESCALE_TFLITE ? "tflite" : "once";
}

/* Declares what adds the residual by the short way of runtime/i8_dsp_dots.h. Returns its address, or "NULL"
 * where that way does not hold: it knows no bounds and no table before, and one of the codes must be divided by
 * two. */
static const char *adding_text(emitter *e, writer *w, const plan_step *s) {
    enum { MOST_RIGHT = 22, MOST_OTHER = 4 };
    const rescale half = rescale_by(0.5);
    const code_end end = code_end_of(e, &e->p->g->nodes[s->node]);
    const add_integers *k = &end.add;
    if (!e->p->t->dots->by_pixels || !end.adds || end.table || end.range.least != -128 ||
        end.range.most != 127 || k->range.least != -128 || k->range.most != 127)
        return "NULL";
    const bool halved = k->z_by.multiplier == half.multiplier && k->z_by.shift == half.shift;
    const rescale by = halved ? k->x_by : k->z_by, exact = halved ? k->z_by : k->x_by;
    const int h_zero = halved ? k->z_zero : k->x_zero, o_zero = halved ? k->x_zero : k->z_zero;
    const int right = -by.shift, last = -k->y_by.shift;
    if (exact.multiplier != half.multiplier || exact.shift != half.shift || k->left != 20 || right < 0 ||
        right > MOST_OTHER || last < 2 || last > MOST_RIGHT)
        return "NULL";
    const long halves = h_zero * (1L << 19);
    const int multiplier = (int)by.multiplier, whole = (int)k->y_by.multiplier;
    const char *constants;
    if (end.how == RESCALE_TFLITE) {
        if (!right) return "NULL";
        constants = arena_printf(e->a, "%ld, %d, %ld, %d, %d, %ld, %d", o_zero * (1L << 21), multiplier,
                                 (1L << right >> 1) - halves * (1L << right), right, whole,
                                 (1L << last >> 1) + k->y_zero * (1L << last), last);
    } else {
        constants = arena_printf(e->a, "%ld, %d, %d, %d, %d, %ld, %d", halves, o_zero, 21 - right, multiplier,
                                 whole, (2L * k->y_zero + 1) * (1L << (last - 2)), last - 1);
    }
    line(w, "static const i8_adding adding = {i8_add_%s, %d, {%s, 0}};", rounding_name(e), halved, constants);
    return "&adding";
}

/* ---- convolutions ---- */

static elem_type input_type(const emitter *e, const plan_step *s) {
    return e->p->g->nodes[e->p->g->nodes[s->node].in[0]].type;
}

/* Writes the lines that copy the inputs of each pixel side by side to `bytes`, from wherever they lie. */
static void emit_collecting(emitter *e, const plan_step *s, writer *w, const dots_tile *t) {
    arena *a = e->a;
    const operand *o = &s->operands[0];
    const sources from = find_sources(a, o, "x", false);
    const bool turned = input_type(e, s) == TYPE_U8;
    const char *const m = "m";
    line(w, "for (int m = 0; m < %d; m++) {", t->pixels);
    line(w, "int8_t *to = bytes + m * %d;", t->depth);
    if (s->gemm.run_table) {
        line(w, "for (int i = 0; i < %d; i++) {", s->gemm.table_runs);
        line(w, "for (int k = 0; k < runs[2 * i + 1]; k++) {");
        line(w, "*to++ = (int8_t)%s%s;", expression(a, "x[runs[2 * i] + k", &m, &t->x_step[0], 1, 0),
             turned ? "] ^ -128" : "]");
        line(w, "}");
        line(w, "}");
    }
    for (int i = 0; i < o->n_runs && !s->gemm.run_table; i++) {
        const run *r = &o->runs[i];
        const int x = from.of_run[i];
        const char *begin = expression(a, from.names[x], &m, &t->x_step[x], 1, r->begin);
        if (!turned && r->step == 1) {
            line(w, "memcpy(to, %s, %d);", begin, r->count);
        } else {
            line(w, "for (int k = 0; k < %d; k++) {", r->count);
            line(w, "to[k] = (int8_t)((%s)[k * %d]%s);", begin, r->step, turned ? " ^ 128" : "");
            line(w, "}");
        }
        if (i + 1 < o->n_runs) line(w, "to += %d;", r->count);
    }
    line(w, "}");
}

/* Whether a window has three by three pixels of three channels, whose rows lie side by side. */
static bool sees_colours(const plan_step *s, const node *n) {
    return reads_whole_rows(n) && n->a.kernel[0] == 3 && n->a.kernel[1] == 3 && s->operands[0].shape.c == 3;
}

/* Writes the lines that gather what a window sees, from the rows of the ring. */
static void emit_window_gathering(emitter *e, const plan_step *s, writer *w, const dots_tile *t,
                                  int64_t inputs) {
    arena *a = e->a;
    const node *n = &e->p->g->nodes[s->node];
    const dot_kernels *k = e->p->t->dots;
    const bool whole = reads_whole_rows(n);
    const int count = whole ? n->a.kernel[1] * s->operands[0].shape.c : t->depth;
    const int64_t room =
        k->widened ? (int64_t)t->pixels * k->widened * ((count + k->depth - 1) / k->depth * k->depth) : count;
    if (k->ragged && sees_colours(s, n) && inputs == 32 && t->x_step[0] == 6) {
        line(w, "i8_gather_3x3x3(tile, %d, rows, at);", t->pixels);
        return;
    }
    const char *gather = input_type(e, s) == TYPE_U8 && !turns_rows(e->p, s) ? "i8_gather_u8" : "i8_gather";
    const char *const names[] = {"ky", "kx"};
    const int64_t to[] = {whole ? room : room * n->a.kernel[1], whole ? 0 : room};
    const int64_t from[] = {0, whole ? 0 : (int64_t)n->a.dilation[1] * s->operands[0].shape.c};
    line(w, "for (int ky = 0; ky < %d; ky++) {", n->a.kernel[0]);
    if (!whole) line(w, "for (int kx = 0; kx < %d; kx++) {", n->a.kernel[1]);
    line(w, "%s(%s, %lld, %d, %s, %lld, %d);", gather, expression(a, "tile", names, to, 2, 0),
         (long long)inputs, t->pixels, expression(a, "rows[ky] + at", names, from, 2, 0),
         (long long)t->x_step[0], count);
    if (!whole) line(w, "}");
    line(w, "}");
}

/* Writes the lines that copy the rows of each pixel's window side by side to `bytes`, and widen them from
 * there. */
static void emit_joining(emitter *e, const plan_step *s, writer *w, const dots_tile *t, int64_t inputs) {
    const node *n = &e->p->g->nodes[s->node];
    const int row = n->a.kernel[1] * s->operands[0].shape.c, all = n->a.kernel[0] * row;
    const bool turns = input_type(e, s) == TYPE_U8;
    const char *type = turns ? "uint8_t" : "int8_t";
    line(w, "%s *const bytes = %s(tile + %lld);", type, turns ? "(uint8_t *)" : "",
         (long long)widened_bytes(e->p, s));
    line(w, "for (int ky = 0; ky < %d; ky++) {", n->a.kernel[0]);
    line(w, "const %s *const from = rows[ky] + at;", type);
    for (int m = 0; m < t->pixels; m++)
        line(w, "memcpy(bytes + ky * %d + %d, from + %lld, %d);", row, m * all, (long long)(m * t->x_step[0]),
             row);
    line(w, "}");
    line(w, "i8_gather%s(tile, %lld, %d, bytes, %d, %d);", turns ? "_u8" : "", (long long)inputs, t->pixels,
         all, all);
}

/* Writes the lines that bring the inputs to where the kernel reads them; sets what it reads, and how far apart
 * the pixels lie there. */
static const char *emit_gathering(emitter *e, const plan_step *s, writer *w, const dots_tile *t, int64_t inputs,
                                  int64_t *step) {
    arena *a = e->a;
    const operand *o = &s->operands[0];
    const bool widens = e->p->t->dots->widened > 0;
    *step = inputs;
    if (s->gemm.staged) {
        (joins_rows(e->p, s) ? emit_joining : emit_window_gathering)(e, s, w, t, inputs);
        return "tile";
    }
    const char *x = expression(a, "x", NULL, NULL, 0, o->runs[0].begin);
    int64_t x_step = t->x_step[0];
    const bool bytes = gathers_bytes(e->p, s);
    if (bytes) {
        line(w, "int8_t *const bytes = %s;", expression(a, "tile", NULL, NULL, 0, widened_bytes(e->p, s)));
        emit_collecting(e, s, w, t);
        x = "bytes";
        x_step = t->depth;
    }
    if (!widens) {
        *step = x_step;
        return x;
    }
    const bool turns = input_type(e, s) == TYPE_U8 && !bytes;
    line(w, "i8_gather%s(tile, %lld, %d, %s, %lld, %d);", turns ? "_u8" : "", (long long)inputs, t->pixels, x,
         (long long)x_step, t->depth);
    return "tile";
}

/* The function of blocks that makes a tile: its pixels, how weights lie, how it rounds. */
static const char *blocks_function(const emitter *e, const plan_step *s, const dots_tile *t) {
    const char *weights = s->gemm.wide ? "wide_" : s->gemm.paired ? "pairs_" : "";
    return arena_printf(e->a, "i8_blocks%d_%s%s", t->pixels, weights, rounding_name(e));
}

/* Declares the i8_blocks of a tile whose codes are stored as such a function makes them. Returns whether they
 * are. */
static bool declare_blocks(emitter *e, writer *w, const plan_step *s, const dots_tile *t, int64_t inputs) {
    const node *n = &e->p->g->nodes[s->node];
    const code_end end = code_end_of(e, n);
    const pack_layout l = pack_layout_of_gemm(e->p, s);
    const bool positive = end.range.least >= end.zero;
    const short_way way = s->gemm.wide ? SHORT_RIGHT : short_way_of(e->p, n);
    if (!e->p->t->dots->by_pixels || !way || end.adds || end.range.least != -128 || end.range.most != 127 ||
        n->shape.c / l.groups % 2)
        return false;
    const bool quick = end.how == RESCALE_TFLITE ? positive : way == SHORT_RIGHT;
    line(w, "static const i8_blocks blocks = {%lld, %lld, %lld, %lld, %s, %d, %d, %s, %lld};",
         2 * t->pixels * (long long)inputs, (long long)pack_head_bytes(&l, &l.blocks[0]),
         (long long)pack_group_bytes(&l), (long long)t->y_step,
         end.table ? arena_printf(e->a, "%s + 128", end.table) : "NULL", end.several, 2 * end.zero + 1,
         quick ? "I8_TO_POSITIVE" : "I8_TO_CODES", (long long)inputs / 4);
    return true;
}

void emit_dots_tile(emitter *e, const plan_step *s, writer *w, const dots_tile *t) {
    const node *n = &e->p->g->nodes[s->node];
    const pack_layout l = pack_layout_of_gemm(e->p, s);
    const bool rows = s->gemm.staged && reads_rows(e->p, s);
    const int64_t inputs = rows ? l.inputs : pack_inputs(&l);
    const int groups = n->op == OP_DENSE ? 1 : n->a.groups;
    int64_t step;
    if (declare_blocks(e, w, s, t, inputs)) {
        const char *x = emit_gathering(e, s, w, t, inputs, &step);
        line(w, "i8_blocks_by(%s, &blocks, %s, w, y);", blocks_function(e, s, t), x);
        return;
    }
    const char *end = end_text(e, w, s);
    const char *adding = adding_text(e, w, s);
    line(w, "static const i8_layer layer = {%s, %lld, %d, %lld, %lld, %s};", end, (long long)inputs,
         n->shape.c / groups, (long long)t->y_step, (long long)t->r_step, adding);
    const char *residual = n->a.has_residual ? "r" : "NULL";
    if (rows) {
        line(w, "i8_row_dots(rows, %d, at, %lld, %d, w, y, %s, &layer);", n->a.kernel[0],
             (long long)t->x_step[0], t->pixels, residual);
        return;
    }
    const char *x = emit_gathering(e, s, w, t, inputs, &step);
    if (e->p->t->dots->by_pixels)
        line(w, "i8_dots_by(%s, %d, %d, %s, w, y, %s, &layer);", blocks_function(e, s, t), s->gemm.wide != 0,
             t->pixels, x, residual);
    else
        line(w, "i8_dots(%s, %lld, %d, w, y, %s, &layer);", x, (long long)step, t->pixels, residual);
}

/* ---- depthwise ---- */

/* The end of the name of the function that makes such a window, where the target has one: 3_1_once. */
static const char *window_kernel(emitter *e, const node *n) {
    const attrs *a = &n->a;
    const int size = a->kernel[0];
    if (!e->p->t->dots->by_pixels || (size != 3 && size != 5) || a->kernel[1] != size || a->stride[1] > 2 ||
        a->dilation[1] > 1 || a->has_residual || !short_flag(e, n))
        return NULL;
    return arena_printf(e->a, "%d_%d_%s", size, a->stride[1], rounding_name(e));
}

/* Writes the constant `layer` of a depthwise layer. */
static void declare_window(emitter *e, const plan_step *s, writer *w, const dots_row *row) {
    const node *n = &e->p->g->nodes[s->node];
    const attrs *a = &n->a;
    const char *end = end_text(e, w, s);
    line(w, "static const i8_window layer = {%s, %d, %d, %d, %d, %d, %d, %d, %d, %lld, %lld, %lld, %d};", end,
         row->channels, a->kernel[0], a->kernel[1], a->stride[1], a->dilation[1], a->pad[LEFT],
         s->operands[0].shape.w, n->shape.w, (long long)row->x_pixel, (long long)row->y_pixel,
         (long long)row->r_pixel, e->p->g->nodes[n->in[0]].q.zero);
}

/* The function of a narrow layer. */
static const char *narrow_kernel(emitter *e, const node *n) {
    return arena_printf(e->a, "i8_narrow%d_%d_%d_%s", n->a.kernel[0], n->a.stride[1], n->shape.w,
                        rounding_name(e));
}

void emit_dots_map(emitter *e, const plan_step *s, writer *w, const dots_row *row) {
    const node *n = &e->p->g->nodes[s->node];
    const shape in = s->operands[0].shape;
    declare_window(e, s, w, row);
    line(w, "const int8_t *rows[%d];", in.h);
    line(w, "for (int i = 0; i < %d; i++) rows[i] = x + i * %lld;", in.h, (long long)(in.w * row->x_pixel));
    line(w, "i8_depthwise_narrow(%s, rows, %d, %d, %d, w, y, &layer);", narrow_kernel(e, n), in.h,
         -n->a.pad[TOP], n->shape.h);
}

/* Writes the lines that make a row of such windows by dot products, from rows that lie at `where`. GCC 12 takes
 * a wrong constant for the predicate if the loop sets rows outside of the map, too. */
static void emit_window_row(emitter *e, const node *n, writer *w, const char *where, const char *residual) {
    const int *size = n->a.kernel, taps = size[0] * size[1];
    const bool known = size[0] == size[1] && (taps == 9 || taps == 25);
    line(w, "const int8_t *rows[%d] = {NULL};", size[0]);
    line(w, "for (int ky = ky0; ky < ky1; ky++) {");
    line(w, "rows[ky] = %s;", where);
    line(w, "}");
    line(w, "i8_depthwise_by(i8_make_%s, rows, ky0, ky1, w, y, %s, &layer);",
         known ? arena_printf(e->a, "%d", taps) : "any", residual);
}

void emit_dots_row(emitter *e, const plan_step *s, writer *w, const dots_row *row) {
    const node *n = &e->p->g->nodes[s->node];
    const attrs *a = &n->a;
    declare_window(e, s, w, row);
    const char *at = a->dilation[0] == 1 ? "top + ky" : arena_printf(e->a, "top + ky * %d", a->dilation[0]);
    const long long row_bytes = s->operands[0].shape.w * row->x_pixel;
    const char *where = row->ring == 1 ? "x"
                        : row->ring    ? arena_printf(e->a, "x + (%s) %% %d * %lld", at, row->ring, row_bytes)
                                       : arena_printf(e->a, "x + (%s) * %lld", at, row_bytes);
    const char *residual = a->has_residual ? "r" : "NULL";
    if (e->p->t->dots->most_taps) {
        emit_window_row(e, n, w, where, residual);
        return;
    }
    line(w, "const int8_t *rows[%d];", a->kernel[0]);
    line(w, "for (int ky = 0; ky < %d; ky++) {", a->kernel[0]);
    line(w, "rows[ky] = ky < ky0 || ky >= ky1 ? NULL : %s;", where);
    line(w, "}");
    const char *kernel = window_kernel(e, n);
    if (s->window.narrow)
        line(w, "i8_depthwise_narrow(%s, rows + ky0, ky1 - ky0, -ky0, 1, w, y, &layer);", narrow_kernel(e, n));
    else if (kernel)
        line(w, "i8_depthwise_by(i8_columns%s, %d, rows, w, y, &layer);", kernel, a->kernel[0]);
    else
        line(w, "i8_depthwise(rows, w, y, %s, &layer);", residual);
}
