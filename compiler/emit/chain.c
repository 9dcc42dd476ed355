/* chain.c: several layers as one function, row by row: see plan/fuse.c.
 *
 * The function loops over the rows of the last part's output. Part i keeps a few rows of its output in t<i>: a
 * ring where a window comes next, else one row. Before a window takes its turn, the loop over made_<i> lets the
 * part before it make the rows that are still missing, and that part does the same with the one before it: the
 * parts stand one inside the other, the first one innermost. */
#include "emit/stage.h"

enum { MOST_BUFFERS = 64 };

typedef struct chain {
    emitter *e;
    const plan_step *s;
    int n_sources, sources[MOST_BUFFERS];
    const char *names[MOST_BUFFERS];
    const char *stage;                 /* the function that stages a row for the first part, or NULL */
    int64_t base;                      /* where the chain's weights begin, in floats */
    int64_t weights[MOST_CHAIN_PARTS]; /* of each part: from w, in its units */
} chain;

static const node *node_of(const chain *k, int i) { return &k->e->p->g->nodes[k->s->parts[i].node]; }

static bool is_window(const chain *k, int i) { return k->s->parts[i].kind == STEP_WINDOW; }

/* Floats of a row of the tensor that a part makes. */
static int64_t row_floats(const chain *k, int i) {
    return (int64_t)node_of(k, i)->shape.w * pixel_stride(k->e->p, k->s->parts[i].out_buffer);
}

/* How many rows of a part's output are kept. */
static int rows_kept(const chain *k, int i) { return k->e->p->buffers[k->s->parts[i].out_buffer].shape.h; }

static const char *numbered(const chain *k, const char *name, int i) {
    return arena_printf(k->e->a, "%s%d", name, i);
}

/* Where a row of part i's output lies. */
static const char *row_place(const chain *k, int i, const char *row) {
    arena *a = k->e->a;
    int64_t floats = row_floats(k, i);
    if (i + 1 == k->s->n_parts) return k->s->sums_only ? "y" : expression(a, "y", &row, &floats, 1, 0);
    int kept = rows_kept(k, i);
    const char *t = numbered(k, "t", i);
    return kept == 1 ? t : arena_printf(a, "%s + %s %% %d * %lld", t, row, kept, (long long)floats);
}

/* Declares made_<i>, the row that comes next, for each part before a window, and what the first one needs. The
 * thread's first row of the output asks for the first row of each. */
static void emit_first_rows(const chain *k, writer *w) {
    int n = k->s->n_parts;
    arena *a = k->e->a;
    const char *first = share_begin(k->e, k->s, node_of(k, n - 1)->shape.h);
    for (int i = n - 1; i > 0; i--) {
        if (!is_window(k, i)) continue;
        const attrs *at = &node_of(k, i)->a;
        const char *made = numbered(k, "made_", i - 1);
        int64_t stride = at->stride[0];
        line(w, "int %s = %s; /* the row of part %d that comes next */", made,
             k->s->shared ? expression(a, "", &first, &stride, 1, -at->pad[TOP]) : "0", i);
        if (k->s->shared && at->pad[TOP]) line(w, "if (%s < 0) %s = 0;", made, made);
        if (k->s->shared) first = made;
    }
    if (k->stage) emit_stage_begin(k->e, &k->s->parts[0], w, first);
}

/* The weights of part i begin here, or stand where another chain has put them. */
static void begin_part_weights(chain *k, int i) {
    plan_step *part = &k->s->parts[i];
    emitter *e = k->e;
    int64_t begin = begin_weights(e);
    if (part->again)
        begin = e->packed[part->node];
    else
        e->packed[part->node] = begin;
    k->weights[i] = (begin - k->base) * (e->p->g->half_weights ? 2 : 1);
}

static void end_part_weights(const chain *k, int i) {
    plan_step *part = &k->s->parts[i];
    int64_t begin = k->base * type_table[TYPE_F32].bytes + k->weights[i] * weight_size(k->e->p->g);
    part->weight_bytes = part->again ? 0 : (int64_t)k->e->weights.size - begin;
}

static const char *part_weights(const chain *k, int i) {
    return expression(k->e->a, "w", NULL, NULL, 0, k->weights[i]);
}

static void emit_row(chain *k, writer *w, int i, const char *row);

/* The rows of part i - 1 that the window i needs for its output row. */
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
    begin_part_weights(k, i);
    const char *before = i > 0 ? numbered(k, "t", i - 1) : NULL;
    window_place place = {.x = i > 0 ? &before : k->names, .w_begin = k->weights[i], .suffix = suffix};
    place.ring = i > 0 ? rows_kept(k, i - 1) : 0;
    place.y = row_place(k, i, row);
    emit_window_lines(k->e, part, w, &place);
    end_part_weights(k, i);
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

/* The arguments for the row that a convolution takes. */
static void put_conv_input(const chain *k, text *args, int i, const char *row) {
    arena *a = k->e->a;
    const plan_step *part = &k->s->parts[i];
    if (i > 0 || k->stage) {
        text_string(args, i > 0 ? row_place(k, i - 1, row) : "rows");
        return;
    }
    for (int j = 0; j < k->n_sources; j++) {
        int64_t floats = (int64_t)node_of(k, i)->a.stride[0] * part->operands[0].shape.w *
                         pixel_stride(k->e->p, k->sources[j]);
        text_printf(args, "%s%s", j ? ", " : "", expression(a, k->names[j], &row, &floats, 1, 0));
    }
}

static void emit_conv_row(chain *k, writer *w, int i, const char *row) {
    const plan_step *part = &k->s->parts[i];
    if (i > 0) emit_row(k, w, i - 1, row);
    if (i == 0 && k->stage) emit_stage_rows(k->e, part, w, k->stage, row);
    begin_part_weights(k, i);
    const char *name = define_gemm_row(k->e, part);
    end_part_weights(k, i);
    text args = {0};
    put_conv_input(k, &args, i, row);
    text_printf(&args, ", %s, %s", part->gemm.scaled ? "scaled" : part_weights(k, i), row_place(k, i, row));
    if (node_of(k, i)->a.has_residual) text_printf(&args, ", %s", residual_place(k, i, row));
    line(w, "%s(%s);", name, args.data);
    text_free(&args);
}

/* The lines that make a row of part i, after those of the parts before it. */
static void emit_row(chain *k, writer *w, int i, const char *row) {
    if (is_window(k, i))
        emit_window_row(k, w, i, row);
    else
        emit_conv_row(k, w, i, row);
}

/* Parameters and arguments that go together. */
static void add_pointer(text *parameters, text *args, const char *type, const char *name, const char *value) {
    text_printf(parameters, "%s%s *%s", parameters->size ? ", " : "", type, name);
    text_printf(args, "%s%s", args->size ? ", " : "", value);
}

static const char *offset_buffer(const emitter *e, int buffer_index, int begin) {
    return expression(e->a, buffer_text(e, buffer_index), NULL, NULL, 0, begin);
}

static void put_parameters(const chain *k, text *parameters, text *args) {
    emitter *e = k->e;
    arena *a = e->a;
    const plan_step *s = k->s, *last = &s->parts[s->n_parts - 1];
    for (int i = 0; i < k->n_sources; i++) {
        const char *type = arena_printf(a, "const %s", buffer_type(e, k->sources[i]));
        add_pointer(parameters, args, type, k->names[i], buffer_text(e, k->sources[i]));
    }
    bool weights = e->weights.size > (size_t)k->base * sizeof(float);
    for (int i = 0; i < s->n_parts; i++) weights = weights || s->parts[i].again;
    if (weights) add_pointer(parameters, args, weight_type(e->p->g->half_weights), "w", weights_at(e, k->base));
    add_pointer(parameters, args, "float", "y", offset_buffer(e, s->out_buffer, s->out_begin));
    for (int i = 0; i < s->n_parts; i++) {
        if (is_window(k, i) || !node_of(k, i)->a.has_residual || residual_source(e->p, s->parts, i) >= 0)
            continue;
        const run *r = &s->parts[i].operands[1].runs[0];
        add_pointer(parameters, args, "const float", residual_name(k, i),
                    offset_buffer(e, r->buffer, r->begin));
    }
    if (last->gemm.scaled) {
        const run *r = &last->operands[last->n_operands - 1].runs[0];
        add_pointer(parameters, args, "const float", "scale", offset_buffer(e, r->buffer, r->begin));
        add_pointer(parameters, args, "float", "scaled", buffer_text(e, last->scratch));
    }
    if (k->stage) add_pointer(parameters, args, "float", "ring", buffer_text(e, s->parts[0].scratch));
    for (int i = 0; i + 1 < s->n_parts; i++)
        add_pointer(parameters, args, "float", numbered(k, "t", i), buffer_text(e, s->parts[i].out_buffer));
    if (last->sums >= 0) add_pointer(parameters, args, "float", "sums", buffer_text(e, last->sums));
    text_string(parameters, thread_parameters(s));
    text_string(args, thread_arguments(s));
}

const char *emit_chain(emitter *e, const plan_step *s) {
    arena *a = e->a;
    chain k = {.e = e, .s = s};
    int n = s->n_parts;
    k.n_sources = distinct_buffers(e, &s->operands[0], k.sources, MOST_BUFFERS);
    for (int j = 0; j < k.n_sources; j++) k.names[j] = k.n_sources == 1 ? "x" : arena_printf(a, "x%d", j);
    if (s->parts[0].kind == STEP_GEMM && s->parts[0].gemm.staged) k.stage = define_stage_row(e, &s->parts[0]);
    k.base = begin_weights(e);

    writer rows = {0};
    emit_first_rows(&k, &rows);
    begin_shared_loop(e, s, &rows, "oy", node_of(&k, n - 1)->shape.h);
    emit_row(&k, &rows, n - 1, "oy");
    line(&rows, "}");

    writer w = {0};
    emit_sums_begin(e, &s->parts[n - 1], &w);
    if (s->parts[n - 1].gemm.scaled)
        emit_scaled_weights(e, &s->parts[n - 1], &w, part_weights(&k, n - 1), "scaled");
    text_bytes(&w.out, rows.out.data, rows.out.size);
    text_free(&rows.out);

    text parameters = {0}, args = {0};
    put_parameters(&k, &parameters, &args);
    const char *list = arena_strndup(a, parameters.data, parameters.size);
    shape in = s->operands[0].shape, out = node_of(&k, n - 1)->shape;
    const char *hint = arena_printf(a, "chain_%dx%dx%d_to_%dx%dx%d", in.h, in.w, in.c, out.h, out.w, out.c);
    const char *call_text = arena_printf(a, "%s(%s)", define_function(e, hint, NULL, list, &w), args.data);
    text_free(&parameters);
    text_free(&args);
    return call_text;
}
