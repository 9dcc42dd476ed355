/* chain.c: several layers as one function, row by row: see plan/fuse.c.
 *
 * The function loops over the rows of the window's output. Each turn makes the rows of the first convolution
 * that the window still lacks, into a ring; runs the window into a buffer of one row; and gives that row to the
 * last convolution. */
#include "emit/stage.h"

enum { MOST_BUFFERS = 64 };

typedef struct chain {
    emitter *e;
    const plan_step *s;
    const plan_step *first, *window, *last; /* first and last: NULL where the chain has none */
    int n_sources, sources[MOST_BUFFERS];
    const char *names[MOST_BUFFERS];
    int ring;                                            /* rows of the first tensor that are kept */
    int64_t first_weights, window_weights, last_weights; /* floats from w */
} chain;

static chain describe_chain(emitter *e, const plan_step *s) {
    chain k = {.e = e, .s = s};
    int i = 0;
    if (s->parts[i].kind == STEP_GEMM) k.first = &s->parts[i++];
    k.window = &s->parts[i++];
    if (i < s->n_parts) k.last = &s->parts[i];
    k.n_sources = distinct_buffers(e, &s->operands[0], k.sources, MOST_BUFFERS);
    for (int j = 0; j < k.n_sources; j++) k.names[j] = k.n_sources == 1 ? "x" : arena_printf(e->a, "x%d", j);
    if (k.first) k.ring = e->p->buffers[k.first->out_buffer].shape.h;
    return k;
}

static const node *node_of(const chain *k, const plan_step *part) { return &k->e->p->g->nodes[part->node]; }

/* Floats of a row of the tensor that a part makes. */
static int64_t row_floats(const chain *k, const plan_step *part) {
    return (int64_t)node_of(k, part)->shape.w * pixel_stride(k->e->p, part->out_buffer);
}

/* Declares `made`: the row of the first convolution that comes next. */
static void emit_first_row(const chain *k, writer *w) {
    const attrs *a = &node_of(k, k->window)->a;
    if (!k->s->shared) {
        line(w, "int made = 0; /* rows of the first convolution */");
        return;
    }
    const char *first = share_begin(k->e, k->s, node_of(k, k->window)->shape.h);
    int64_t stride = a->stride[0];
    line(w, "int made = %s; /* the row of the first convolution that comes next */",
         expression(k->e->a, "", &first, &stride, 1, -a->pad[TOP]));
    if (a->pad[TOP]) line(w, "if (made < 0) made = 0;");
}

/* The rows of the first tensor that output row oy needs. */
static void emit_first(const chain *k, writer *w, const char *row_function, const char *stage) {
    const plan_step *first = k->first;
    const attrs *a = &node_of(k, k->window)->a;
    int height = k->window->operands[0].shape.h, reach = (a->kernel[0] - 1) * a->dilation[0] + 1;
    arena *mem = k->e->a;
    line(w, "const int need = top + %d < %d ? top + %d : %d;", reach, height, reach, height);
    line(w, "for (; made < need; made++) {");
    text args = {0};
    if (first->gemm.staged) {
        emit_stage_rows(k->e, first, w, stage, "made");
        text_string(&args, "rows");
    } else {
        for (int i = 0; i < k->n_sources; i++) {
            int64_t row = (int64_t)node_of(k, first)->a.stride[0] * first->operands[0].shape.w *
                          pixel_stride(k->e->p, k->sources[i]);
            text_printf(&args, "%s%s", i ? ", " : "",
                        expression(mem, k->names[i], (const char *[]){"made"}, &row, 1, 0));
        }
    }
    const char *to = k->ring == 1 ? "between"
                                  : arena_printf(mem, "between + made %% %d * %lld", k->ring,
                                                 (long long)row_floats(k, first));
    line(w, "%s(%s, %s, %s);", row_function, args.data, expression(mem, "w", NULL, NULL, 0, k->first_weights),
         to);
    line(w, "}");
    text_free(&args);
}

static void emit_last(const chain *k, writer *w, const char *row_function) {
    const plan_step *last = k->last;
    arena *mem = k->e->a;
    const char *oy = "oy";
    int64_t y_row = row_floats(k, last);
    text args = {0};
    text_printf(&args, "row, %s, %s", expression(mem, "w", NULL, NULL, 0, k->last_weights),
                expression(mem, "y", &oy, &y_row, 1, 0));
    if (node_of(k, last)->a.has_residual) {
        int64_t r_row =
            (int64_t)node_of(k, last)->shape.w * pixel_stride(k->e->p, last->operands[1].runs[0].buffer);
        text_printf(&args, ", %s", expression(mem, "r", &oy, &r_row, 1, 0));
    }
    line(w, "%s(%s);", row_function, args.data);
    text_free(&args);
}

/* Parameters and arguments that go together. */
static void add_pointer(text *parameters, text *args, const char *type, const char *name, const char *value) {
    text_printf(parameters, "%s%s *%s", parameters->size ? ", " : "", type, name);
    text_printf(args, "%s%s", args->size ? ", " : "", value);
}

static const char *offset_buffer(const emitter *e, int buffer_index, int begin) {
    return expression(e->a, buffer_text(e, buffer_index), NULL, NULL, 0, begin);
}

const char *emit_chain(emitter *e, const plan_step *s) {
    chain k = describe_chain(e, s);
    arena *a = e->a;
    const char *stage = k.first && k.first->gemm.staged ? define_stage_row(e, k.first) : NULL;
    int64_t base = begin_weights(e);
    const char *first_row = k.first ? define_gemm_row(e, k.first) : NULL;
    k.window_weights = begin_weights(e) - base;

    /* The window packs its weights as its lines are written, so the last convolution's come behind them. */
    writer w = {0};
    emit_sums_begin(e, k.window, &w);
    if (k.first) emit_first_row(&k, &w);
    if (stage) emit_stage_begin(e, k.first, &w, s->shared ? "made" : "0");
    begin_shared_loop(e, s, &w, "oy", node_of(&k, k.window)->shape.h);
    emit_window_bounds(e, k.window, &w);
    if (k.first) emit_first(&k, &w, first_row, stage);
    const char *between = "between";
    window_place place = {.x = k.first ? &between : k.names, .ring = k.ring, .w_begin = k.window_weights};
    place.y = k.last ? "row" : "y";
    place.y_row = k.last ? 0 : row_floats(&k, k.window);
    emit_window_lines(e, k.window, &w, &place);
    k.last_weights = begin_weights(e) - base;
    if (k.last) emit_last(&k, &w, define_gemm_row(e, k.last));
    line(&w, "}");

    text parameters = {0}, args = {0};
    for (int i = 0; i < k.n_sources; i++) {
        const char *type = arena_printf(a, "const %s", buffer_type(e, k.sources[i]));
        add_pointer(&parameters, &args, type, k.names[i], buffer_text(e, k.sources[i]));
    }
    bool weighted = e->weights.size > (size_t)base * sizeof(float);
    if (weighted)
        add_pointer(&parameters, &args, "const float", "w", arena_printf(a, "WEIGHTS(%lld)", (long long)base));
    add_pointer(&parameters, &args, "float", "y", offset_buffer(e, s->out_buffer, s->out_begin));
    if (k.last && node_of(&k, k.last)->a.has_residual) {
        const run *r = &k.last->operands[1].runs[0];
        add_pointer(&parameters, &args, "const float", "r", offset_buffer(e, r->buffer, r->begin));
    }
    if (stage) add_pointer(&parameters, &args, "float", "ring", buffer_text(e, k.first->scratch));
    if (k.first) add_pointer(&parameters, &args, "float", "between", buffer_text(e, k.first->out_buffer));
    if (k.last) add_pointer(&parameters, &args, "float", "row", buffer_text(e, k.window->out_buffer));
    if (k.window->sums >= 0) add_pointer(&parameters, &args, "float", "sums", buffer_text(e, k.window->sums));
    text_string(&parameters, thread_parameters(s));
    text_string(&args, thread_arguments(s));

    int64_t end = (int64_t)(e->weights.size / sizeof(float)) - base, bytes = type_table[TYPE_F32].bytes;
    if (k.first) s->parts[0].weight_bytes = k.window_weights * bytes;
    s->parts[k.first ? 1 : 0].weight_bytes = (k.last_weights - k.window_weights) * bytes;
    if (k.last) s->parts[s->n_parts - 1].weight_bytes = (end - k.last_weights) * bytes;
    const char *list = arena_strndup(a, parameters.data, parameters.size);
    shape in = s->operands[0].shape, out = node_of(&k, s)->shape;
    const char *hint = arena_printf(a, "chain_%dx%dx%d_to_%dx%dx%d", in.h, in.w, in.c, out.h, out.w, out.c);
    const char *call_text = arena_printf(a, "%s(%s)", define_function(e, hint, NULL, list, &w), args.data);
    text_free(&parameters);
    text_free(&args);
    return call_text;
}
