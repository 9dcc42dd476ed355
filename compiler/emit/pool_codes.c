/* pool_codes.c: max_pool, avg_pool, global_avg_pool and reduce of codes.
 *
 * The innermost loop goes along the channels of one pixel, so compilers make vectors of it. A maximum is built
 * up in the output itself; sums in 32 bits are those of a few channels at a time. */
#include "emit/pool_codes.h"
#include "graph/along.h"
#include "graph/quant.h"

enum { SUMS_AT_ONCE = 16 };

bool pools_codes(const emitter *e, const plan_step *s) {
    const node *n = &e->p->g->nodes[s->node];
    return is_integer(n) && (n->op == OP_MAX_POOL || n->op == OP_AVG_POOL);
}

static const node *node_of(const emitter *e, const plan_step *s) { return &e->p->g->nodes[s->node]; }

static elem_type input_type(const emitter *e, const plan_step *s) {
    return e->p->buffers[s->operands[0].runs[0].buffer].type;
}

/* ---- windows ---- */

/* Opens the loops over the pixels of a window, and points `from` to the channels of one. */
static void begin_taps(emitter *e, writer *w, const pool_row *p, const char *channel) {
    const attrs *at = &node_of(e, p->s)->a;
    int width = p->s->operands[0].shape.w;
    const char *row =
        at->dilation[0] == 1 ? "(top + ky)" : arena_printf(e->a, "(top + ky * %d)", at->dilation[0]);
    if (p->ring) row = p->ring == 1 ? "0" : arena_printf(e->a, "%s %% %d", row, p->ring);
    const char *names[] = {"kx", channel};
    const int64_t factors[] = {at->dilation[1] * p->pixel, 1};
    const char *base = arena_printf(e->a, "x + (%s * %d + left) * %lld", row, width, (long long)p->pixel);
    line(w, "for (int ky = ky0; ky < ky1; ky++) {");
    line(w, "for (int kx = kx0; kx < kx1; kx++) {");
    line(w, "const %s *from = %s;", type_table[input_type(e, p->s)].c_name,
         expression(e->a, base, names, factors, 2, 0));
}

/* Opens the loop over the row's pixels, and declares which columns of the window lie inside the input. */
static void begin_pixels(emitter *e, writer *w, const pool_row *p) {
    const node *n = node_of(e, p->s);
    const attrs *at = &n->a;
    int width = p->s->operands[0].shape.w, d = at->dilation[1];
    line(w, "for (int ox = 0; ox < %d; ox++) {", n->shape.w);
    line(w, "const int left = ox * %d - %d;", at->stride[1], at->pad[LEFT]);
    line(w, "const int kx0 = left < 0 ? (%d - left) / %d : 0;", d - 1, d);
    line(w, "const int room = (%d - left + %d) / %d;", width, d - 1, d);
    line(w, "const int kx1 = room < %d ? room : %d;", at->kernel[1], at->kernel[1]);
    line(w, "%s *to = y + ox * %lld;", buffer_type(e, p->s->out_buffer), (long long)p->y_pixel);
}

/* The same by the functions of the target's widest vectors that go with byte_tiles, 64 channels at a time. */
static void emit_max_of_blocks(emitter *e, writer *w, const pool_row *p) {
    const char *v = e->p->t->vectors[0].ints;
    begin_pixels(e, w, p);
    line(w, "for (int c = first; c < end; c += %d) {", 4 * e->p->t->vectors[0].lanes);
    line(w, "%s most = %s_least_codes();", v, v);
    begin_taps(e, w, p, "c");
    line(w, "most = %s_larger_codes(most, from, end - c);", v);
    line(w, "}");
    line(w, "}");
    line(w, "%s_put_codes(to + c, most, end - c);", v);
    line(w, "}");
    line(w, "}");
}

/* Whether the target's widest vectors have functions for this input. */
static bool takes_blocks(const emitter *e, const pool_row *p) {
    return e->p->t->bytes && e->p->t->bytes->windows && input_type(e, p->s) == TYPE_I8;
}

static void emit_max_row(emitter *e, writer *w, const pool_row *p) {
    if (takes_blocks(e, p)) {
        emit_max_of_blocks(e, w, p);
        return;
    }
    begin_pixels(e, w, p);
    line(w, "for (int c = first; c < end; c++) {");
    line(w, "to[c] = %d;", (int)type_table[input_type(e, p->s)].least);
    line(w, "}");
    begin_taps(e, w, p, "0");
    line(w, "for (int c = first; c < end; c++) {");
    line(w, "to[c] = from[c] > to[c] ? from[c] : to[c];");
    line(w, "}");
    line(w, "}");
    line(w, "}");
    line(w, "}");
}

/* How many rows or columns of its window lie inside the input, of all places of the output: at least, at most.
 */
static void count_inside(const emitter *e, const plan_step *s, int axis, int *least, int *most) {
    const node *n = node_of(e, s);
    const attrs *a = &n->a;
    int size = axis == 0 ? s->operands[0].shape.h : s->operands[0].shape.w;
    int places = axis == 0 ? n->shape.h : n->shape.w, before = a->pad[axis == 0 ? TOP : LEFT];
    *least = a->kernel[axis];
    *most = 0;
    for (int o = 0; o < places; o++) {
        int inside = 0;
        for (int k = 0; k < a->kernel[axis]; k++) {
            int i = o * a->stride[axis] - before + k * a->dilation[axis];
            inside += i >= 0 && i < size;
        }
        if (inside < *least) *least = inside;
        if (inside > *most) *most = inside;
    }
}

/* The factors of an average: one, or for each number of rows inside, of columns inside, and each channel. */
typedef struct average_factors {
    mean_integers k; /* of some count */
    code_factors by;
    int least[2], columns; /* rows and columns inside: at least; numbers of columns that occur */
    bool one_count, one_channel;
} average_factors;

/* The factor by the numbers of rows and columns inside. */
static const rescale *factors_of(emitter *e, const node *n, int rows, int columns) {
    int count = n->a.count_pad ? n->a.kernel[0] * n->a.kernel[1] : rows * columns;
    return integers_of_mean(e->p->g, n, count, e->a).by;
}

static average_factors declare_averages(emitter *e, writer *w, const pool_row *p) {
    const node *n = node_of(e, p->s);
    average_factors f = {0};
    int most[2];
    for (int axis = 0; axis < 2; axis++) count_inside(e, p->s, axis, &f.least[axis], &most[axis]);
    f.columns = most[1] - f.least[1] + 1;
    int counts = n->a.count_pad ? 1 : (most[0] - f.least[0] + 1) * f.columns;
    f.one_count = counts == 1;
    f.k = integers_of_mean(e->p->g, n, most[0] * most[1], e->a);
    if (f.k.averages) return f;
    f.one_channel = !n->q.scales && !e->p->g->nodes[n->in[0]].q.scales;
    int channels = f.one_channel ? 1 : p->count, total = counts * channels;
    rescale *all = ARENA_ARRAY(e->a, rescale, total);
    int *order = ARENA_ARRAY(e->a, int, total);
    for (int i = 0; i < total; i++) {
        int which = i / channels, channel = p->s->out_order[p->begin + i % channels];
        all[i] = factors_of(e, n, f.least[0] + which / f.columns, f.least[1] + which % f.columns)[channel];
        order[i] = i;
    }
    f.by = declare_factors(e, w, all, order, total);
    return f;
}

/* The place of the factor of channel c in the tables. */
static const char *factor_index(emitter *e, const pool_row *p, const average_factors *f) {
    const char *rows = f->one_count ? "" : "which * ";
    if (f->one_channel) return f->one_count ? "0" : "which";
    return f->one_count ? "begin + c" : arena_printf(e->a, "%s%d + begin + c", rows, p->count);
}

static const char *average_text(emitter *e, const pool_row *p, const average_factors *f) {
    const node *n = node_of(e, p->s);
    const attrs *at = &n->a;
    const mean_integers *k = &f->k;
    int window = at->kernel[0] * at->kernel[1];
    if (!k->averages) {
        const char *zeros = k->x_zero > 0   ? arena_printf(e->a, " - inside * %d", k->x_zero)
                            : k->x_zero < 0 ? arena_printf(e->a, " + inside * %d", -k->x_zero)
                                            : "";
        const char *sum = arena_printf(e->a, "sum[c]%s", zeros);
        return as_code(e, rescaled_by_text(e, sum, &f->by, factor_index(e, p, f)), k->y_zero, k->range);
    }
    const char *sum = "sum[c], inside";
    if (at->count_pad && k->x_zero)
        sum = arena_printf(e->a, "sum[c] + (%d - inside) * %d, %d", window, k->x_zero, window);
    else if (at->count_pad)
        sum = arena_printf(e->a, "sum[c], %d", window);
    const char *v = i32_call(e, "average", sum);
    return at->act == OP_IDENTITY ? v : clamped_text(e, v, k->range);
}

/* Whether sixteen channels of a window are added up in 16 bits, and rescaled by vectors: all have one factor.
 */
static bool averages_by_vectors(const emitter *e, const pool_row *p, const average_factors *f) {
    enum { MOST_TAPS = 256 }; /* of codes up to 128 in size, whose sum has room */
    const attrs *at = &node_of(e, p->s)->a;
    return takes_blocks(e, p) && e->p->buffers[p->s->out_buffer].type == TYPE_I8 && !f->k.averages &&
           f->one_channel && at->kernel[0] * at->kernel[1] <= MOST_TAPS;
}

/* Writes the loop over the channels of a pixel for these. */
static void emit_average_of_blocks(emitter *e, writer *w, const pool_row *p, const average_factors *f) {
    const char *v = e->p->t->vectors[0].ints;
    const mean_integers *k = &f->k;
    line(w, "for (int c = first; c < end; c += %d) {", SUMS_AT_ONCE);
    line(w, "%s_sums sums = {{0}, {0}};", v);
    begin_taps(e, w, p, "c");
    line(w, "%s_sum_up(&sums, from, end - c);", v);
    line(w, "}");
    line(w, "}");
    line(w, "%s_put_averages(to + c, &sums, end - c, inside * %d, %s, %s, %d, %d, %d, %d);", v,
         -128 - k->x_zero,
         f->by.same ? arena_printf(e->a, "%d", (int)f->by.by.multiplier)
                    : arena_printf(e->a, "multipliers[%s]", factor_index(e, p, f)),
         f->by.same ? arena_printf(e->a, "%d", f->by.by.shift)
                    : arena_printf(e->a, "shifts[%s]", factor_index(e, p, f)),
         e->p->g->rounding == RESCALE_TFLITE, k->y_zero, k->range.least, k->range.most);
    line(w, "}");
    line(w, "}");
}

static void emit_average_row(emitter *e, writer *w, const pool_row *p) {
    const average_factors f = declare_averages(e, w, p);
    begin_pixels(e, w, p);
    line(w, "const int32_t inside = (ky1 - ky0) * (kx1 - kx0);");
    line(w, "(void)inside;");
    if (!f.k.averages && !f.one_count)
        line(w, "const int which = (ky1 - ky0 - %d) * %d + kx1 - kx0 - %d;", f.least[0], f.columns, f.least[1]);
    if (averages_by_vectors(e, p, &f)) {
        emit_average_of_blocks(e, w, p, &f);
        return;
    }
    line(w, "for (int begin = first; begin < end; begin += %d) {", SUMS_AT_ONCE);
    line(w, "const int count = end - begin < %d ? end - begin : %d;", SUMS_AT_ONCE, SUMS_AT_ONCE);
    line(w, "int32_t sum[%d] = {0};", SUMS_AT_ONCE);
    begin_taps(e, w, p, "begin");
    line(w, "for (int c = 0; c < count; c++) {");
    line(w, "sum[c] += from[c];");
    line(w, "}");
    line(w, "}");
    line(w, "}");
    line(w, "for (int c = 0; c < count; c++) {");
    line(w, "to[begin + c] = %s;", stored_code(e, p->s, average_text(e, p, &f)));
    line(w, "}");
    line(w, "}");
    line(w, "}");
}

kernel_call define_pool_row(emitter *e, const pool_row *p, const signature *f) {
    const node *n = node_of(e, p->s);
    writer w = {0};
    if (n->op == OP_MAX_POOL)
        emit_max_row(e, &w, p);
    else
        emit_average_row(e, &w, p);
    const char *hint = arena_printf(e->a, "%s%dx%d_codes_row_of_%d", n->op == OP_MAX_POOL ? "max" : "average",
                                    n->a.kernel[0], n->a.kernel[1], n->shape.w);
    return define_call(e, hint, NULL, f, &w);
}
