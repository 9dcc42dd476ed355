/* chain.c: several layers as one function, which computes them row by row: see plan/fuse.c.
 *
 * The function loops over the rows of the last part's output. Part i keeps a few rows of its output in t<i>: a
 * ring of rows where part i + 1 is a window, else one row. Before a window computes a row, a loop over made_<i>
 * computes the rows of the part before it that the window needs and that are still missing. In that loop the
 * same holds for the part before that one. So the parts' loops are nested, and the first part is the innermost.
 * A staged convolution does the same in a loop over next_<i>, which also copies each row to its own ring. */
#include "emit/stage.h"

typedef struct chain {
    emitter *e;
    const plan_step *s;
    sources x;
    elem_type type; /* of the weights of all parts */
} chain;

static const node *node_of(const chain *k, int i) { return &k->e->p->g->nodes[k->s->parts[i].node]; }

static bool part_is_window(const chain *k, int i) { return k->s->parts[i].kind == STEP_WINDOW; }

static bool part_is_staged(const chain *k, int i) {
    return k->s->parts[i].kind == STEP_GEMM && k->s->parts[i].gemm.staged;
}

/* Floats of a row of the output of part i. */
static int64_t row_floats(const chain *k, int i) {
    return (int64_t)node_of(k, i)->shape.w * pixel_stride(k->e->p, k->s->parts[i].out_buffer);
}

/* How many rows the buffer of part i's output holds. */
static int buffer_rows(const chain *k, int i) { return k->e->p->buffers[k->s->parts[i].out_buffer].shape.h; }

static const char *numbered(const chain *k, const char *name, int i) {
    return arena_printf(k->e->a, "%s%d", name, i);
}

/* The expression for where a row of part i's output lies. */
static const char *row_place(const chain *k, int i, const char *row) {
    arena *a = k->e->a;
    int64_t floats = row_floats(k, i);
    if (i + 1 == k->s->n_parts) return k->s->sums_only ? "y" : expression(a, "y", &row, &floats, 1, 0);
    int kept = buffer_rows(k, i);
    const char *t = numbered(k, "t", i);
    return kept == 1 ? t : arena_printf(a, "%s + %s %% %d * %lld", t, row, kept, (long long)floats);
}

/* Ends the names of what a staged part has: "" for the first part. */
static const char *stage_suffix(const chain *k, int i) { return i ? numbered(k, "_", i) : ""; }

/* The first row that the parts before the staged part `i` make. */
static const char *first_before_stage(const chain *k, writer *w, int i) {
    bool needed = false;
    for (int j = 0; j < i; j++) needed = needed || part_is_staged(k, j) || (j > 0 && part_is_window(k, j));
    if (!needed || !k->s->shared || !node_of(k, i)->a.pad[TOP]) return numbered(k, "next_", i);
    const char *first = numbered(k, "first_", i), *next = numbered(k, "next_", i);
    line(w, "const int %s = %s < 0 ? 0 : %s;", first, next, next);
    return first;
}

/* Declares, for each part before a window, made_<i>: the row that it computes next; and what staging needs. The
 * values follow from the thread's first row of the output, from the last part to the first. */
static void emit_first_rows(const chain *k, writer *w) {
    int n = k->s->n_parts;
    arena *a = k->e->a;
    const char *first = share_begin(k->e, k->s, node_of(k, n - 1)->shape.h);
    for (int i = n - 1; i > 0; i--) {
        if (part_is_staged(k, i)) {
            emit_stage_begin(k->e, &k->s->parts[i], w, first, stage_suffix(k, i));
            if (k->s->shared) first = first_before_stage(k, w, i);
        }
        if (!part_is_window(k, i)) continue;
        const attrs *at = &node_of(k, i)->a;
        const char *made = numbered(k, "made_", i - 1);
        int64_t stride = at->stride[0];
        line(w, "int %s = %s; /* the row of part %d that comes next */", made,
             k->s->shared ? expression(a, "", &first, &stride, 1, -at->pad[TOP]) : "0", i);
        if (k->s->shared && at->pad[TOP]) line(w, "if (%s < 0) %s = 0;", made, made);
        if (k->s->shared) first = made;
    }
    if (part_is_staged(k, 0)) emit_stage_begin(k->e, &k->s->parts[0], w, first, "");
}

/* From the chain's pointer w to the weights of part i, in elements. */
static int64_t part_distance(const chain *k, int i) {
    return (k->s->parts[i].weight_begin - k->s->weight_begin) / type_table[k->type].bytes;
}

static const char *part_weights(const chain *k, int i) {
    return expression(k->e->a, "w", NULL, NULL, 0, part_distance(k, i));
}

static void emit_row(chain *k, writer *w, int i, const char *row);

/* Writes the loop that computes the rows of part i - 1 that the window i needs for a row of its output. */
static void emit_rows_before(chain *k, writer *w, int i, const char *suffix) {
    const attrs *a = &node_of(k, i)->a;
    int height = k->s->parts[i].operands[0].shape.h, reach = (a->kernel[0] - 1) * a->dilation[0] + 1;
    const char *made = numbered(k, "made_", i - 1), *need = numbered(k, "need_", i - 1);
    line(w, "const int %s = top%s + %d < %d ? top%s + %d : %d;", need, suffix, reach, height, suffix, reach,
         height);
    line(w, "for (; %s < %s; %s++) {", made, need, made);
    emit_row(k, w, i - 1, made);
    line(w, "}");
}

static void emit_window_row(chain *k, writer *w, int i, const char *row) {
    const plan_step *part = &k->s->parts[i];
    const char *suffix = numbered(k, "_", i);
    emit_window_bounds(k->e, part, w, row, suffix);
    if (i > 0) emit_rows_before(k, w, i, suffix);
    const char *before = i > 0 ? numbered(k, "t", i - 1) : NULL;
    window_place place = {.x = i > 0 ? &before : k->x.names, .w_begin = part_distance(k, i), .suffix = suffix};
    place.ring = i > 0 ? buffer_rows(k, i - 1) : 0;
    place.y = row_place(k, i, row);
    emit_window_lines(k->e, part, w, &place);
}

static const char *residual_name(const chain *k, int i) {
    return i + 1 == k->s->n_parts ? "r" : numbered(k, "r", i);
}

static const char *residual_place(const chain *k, int i, const char *row) {
    int from = residual_source(k->e->p, k->s->parts, i);
    if (from >= 0) return row_place(k, from, row);
    int64_t pixel = pixel_stride(k->e->p, k->s->parts[i].operands[1].runs[0].buffer);
    int64_t floats = node_of(k, i)->shape.w * pixel;
    return expression(k->e->a, residual_name(k, i), &row, &floats, 1, 0);
}

/* Where the row of a convolution's input begins, in each of its sources. */
static const char **conv_input(const chain *k, int i, const char *row) {
    arena *a = k->e->a;
    const plan_step *part = &k->s->parts[i];
    const char **x = ARENA_ARRAY(a, const char *, k->x.n);
    if (i > 0 || part_is_staged(k, i)) {
        x[0] = part_is_staged(k, i) ? arena_printf(a, "rows%s", stage_suffix(k, i)) : row_place(k, i - 1, row);
        return x;
    }
    for (int j = 0; j < k->x.n; j++) {
        int64_t floats = (int64_t)node_of(k, i)->a.stride[0] * part->operands[0].shape.w *
                         pixel_stride(k->e->p, k->x.buffers[j]);
        x[j] = expression(a, k->x.names[j], &row, &floats, 1, 0);
    }
    return x;
}

/* A part whose rows the staged part behind it takes as they are made. */
typedef struct staged_source {
    chain *k;
    int part;
} staged_source;

static void make_staged_row(void *data, writer *w, const char *row) {
    const staged_source *s = data;
    emit_row(s->k, w, s->part, row);
}

/* A row above the map, which is only padding, lies nowhere: row 0 takes its place, and is not read. */
static const char *place_staged_row(void *data, const char *row) {
    const staged_source *s = data;
    bool above = node_of(s->k, s->part + 1)->a.pad[TOP] > 0 && buffer_rows(s->k, s->part) > 1;
    return row_place(s->k, s->part, above ? arena_printf(s->k->e->a, "(%s < 0 ? 0 : %s)", row, row) : row);
}

static void emit_conv_row(chain *k, writer *w, int i, const char *row) {
    const plan_step *part = &k->s->parts[i];
    if (part_is_staged(k, i)) {
        staged_source before = {k, i - 1};
        const row_maker from = {make_staged_row, place_staged_row, &before};
        emit_stage_rows(k->e, part, w, row, stage_suffix(k, i), i > 0 ? &from : NULL);
    } else if (i > 0) {
        emit_row(k, w, i - 1, row);
    }
    gemm_place place = {.x = conv_input(k, i, row), .y = row_place(k, i, row)};
    place.w = scales_weights(k->e->p, part) ? "scaled" : part_weights(k, i);
    if (node_of(k, i)->a.has_residual) place.r = residual_place(k, i, row);
    emit_gemm_row(k->e, part, w, &place);
}

/* Writes the lines that compute a row of part i, and before them those of the parts before it. */
static void emit_row(chain *k, writer *w, int i, const char *row) {
    if (part_is_window(k, i))
        emit_window_row(k, w, i, row);
    else
        emit_conv_row(k, w, i, row);
}

/* What the call of the chain passes. */
static signature pass_to_chain(const chain *k) {
    emitter *e = k->e;
    const plan_step *s = k->s, *last = &s->parts[s->n_parts - 1];
    signature f = {0};
    add_sources(e, &f, &k->x);
    bool weights = false;
    for (int i = 0; i < s->n_parts; i++) weights = weights || node_of(k, i)->weights[ROLE_WEIGHT];
    if (weights)
        add_pointer(e->a, &f, READS, type_table[k->type].c_name, "w", weights_at(e, k->type, s->weight_begin));
    add_result(e, &f, s);
    for (int i = 0; i < s->n_parts; i++) {
        if (part_is_window(k, i) || !node_of(k, i)->a.has_residual || residual_source(e->p, s->parts, i) >= 0)
            continue;
        add_run(e, &f, residual_name(k, i), &s->parts[i].operands[1]);
    }
    if (last->gemm.scaled) {
        add_run(e, &f, "scale", &last->operands[last->n_operands - 1]);
        if (scales_weights(e->p, last)) add_pointer_into(e, &f, WRITES, "scaled", last->scratch, 0);
    }
    for (int i = 0; i < s->n_parts; i++) {
        if (!part_is_staged(k, i)) continue;
        const char *ring = arena_printf(e->a, "ring%s", stage_suffix(k, i));
        add_pointer_into(e, &f, WRITES, ring, s->parts[i].scratch, 0);
    }
    if (s->tile_bytes) add_pointer_into(e, &f, WRITES, "tile", s->tile, 0);
    for (int i = 0; i + 1 < s->n_parts; i++)
        add_pointer_into(e, &f, WRITES, numbered(k, "t", i), s->parts[i].out_buffer, 0);
    if (last->sums >= 0) add_pointer_into(e, &f, WRITES, "sums", last->sums, 0);
    if (takes_several_parts(e->p, s)) add_other_sums(e, &f, WRITES, last->sums);
    add_threads(e, &f, s);
    if (takes_several_parts(e->p, s)) add_value(e->a, &f, "int", "count", "threads / parts");
    return f;
}

kernel_call emit_chain(emitter *e, const plan_step *s) {
    arena *a = e->a;
    chain k = {.e = e, .s = s, .type = chain_weight_type(e->p, s->parts, s->n_parts)};
    int n = s->n_parts;
    k.x = find_sources(a, &s->operands[0], "x", false);

    writer w = {0};
    if (scales_weights(e->p, &s->parts[n - 1]))
        emit_scaled_weights(e, &s->parts[n - 1], &w, part_weights(&k, n - 1), "scaled");
    emit_first_rows(&k, &w);
    if (takes_several_parts(e->p, s)) {
        line(&w, "for (const int end = part + count; part < end; part++) {");
        line(&w, "if (part > 0) sums = %s;", sums_of_part(e, "part"));
    }
    emit_sums_begin(e, &s->parts[n - 1], &w);
    begin_shared_loop(e, s, &w, "oy", node_of(&k, n - 1)->shape.h);
    emit_row(&k, &w, n - 1, "oy");
    line(&w, "}");
    if (takes_several_parts(e->p, s)) line(&w, "}");

    signature f = pass_to_chain(&k);
    shape in = s->operands[0].shape, out = node_of(&k, n - 1)->shape;
    const char *hint = arena_printf(a, "chain_%dx%dx%d_to_%dx%dx%d", in.h, in.w, in.c, out.h, out.w, out.c);
    return define_call(e, hint, NULL, &f, &w);
}
