/* elementwise.c: layers that work on each pixel alone (affine, convert, activations, add, mul, softmax), and
 * the global average pool.
 *
 * All of them take each run of neighbouring channels with full vectors and then the rest. Where the tensors lie
 * in one piece and no value depends on the channel, all pixels and channels are one long row.
 *
 * The packed weights of an affine layer are, for each run: its scales, then its shifts, in the output's order.
 */
#include "emit/byte_map.h"
#include "emit/dots.h"
#include "emit/elementwise.h"

static const char *const operand_names[2] = {"x", "z"};

static void emit_element(emitter *e, writer *w, piece x, const char *at, void *data) {
    const elementwise *k = data;
    arena *a = e->a;
    const target *t = e->p->t;
    const attrs *attributes = &k->n->a;
    const char *vector = t->vectors[x.kind].name;
    const char *v = load_text(a, t, x, k->type, element_operand(a, k, 0, at));
    const char *other = NULL;
    if (k->runs[1]) other = load_text(a, t, x, TYPE_F32, element_operand(a, k, 1, at));
    if (other) v = binary_text(a, vector, k->n->op, v, other);
    switch (k->n->op) {
    case OP_AFFINE: {
        const char *scale = load_text(a, t, x, TYPE_F32, address_at(a, "w", 0, at, true, k->scales));
        const char *shift =
            load_text(a, t, x, TYPE_F32, address_at(a, "w", 0, at, true, k->scales + k->runs[0]->count));
        v = arena_printf(a, "%s_fma(%s, %s, %s)", vector, v, scale, shift);
        break;
    }
    case OP_CONVERT: break;
    case OP_DEQUANTIZE: v = dequantized_text(e, k, x, v, at); break;
    default:
        if (!other) v = activation_text(a, t, x.kind, k->n->op, attributes->args, v);
        break;
    }
    v = activation_text(a, t, x.kind, attributes->act, attributes->act_args, v);
    line(w, "%s", store_text(a, t, x, element_result(a, k, at), v));
}

/* Whether all operands and the output lie in one piece, element beside element, so that they are one long row.
 */
static bool is_flat(const emitter *e, const plan_step *s, const node *n) {
    if (n->op == OP_AFFINE || has_channel_constants(e, n)) return false;
    if (pixel_stride(e->p, s->out_buffer) != n->shape.c) return false;
    for (int i = 0; i < s->n_operands; i++) {
        const operand *o = &s->operands[i];
        bool whole = o->n_runs == 1 && pixel_stride(e->p, o->runs[0].buffer) == n->shape.c;
        if (!whole || shape_pixels(o->shape) != shape_pixels(n->shape)) return false;
    }
    return true;
}

/* The lines for a run that is multiplied by a code of each channel. */
static void emit_scaling_run(emitter *e, writer *w, const elementwise *k) {
    const dots_map m = {
        .x = expression(e->a, "x", NULL, NULL, 0, k->runs[0]->begin),
        .z = expression(e->a, "z", NULL, NULL, 0, k->runs[1]->begin),
        .y = expression(e->a, "y", NULL, NULL, 0, k->begin),
        .begin = k->begin,
        .channels = k->runs[0]->count,
        .pixels = shape_pixels(k->n->shape),
        .x_pixel = k->pixel[0],
        .y_pixel = k->y_pixel,
    };
    (scales_by_dots(e, k->s) ? emit_dots_scaling : emit_byte_scaling)(e, k->s, w, m);
}

/* The lines for run `r` of the operands. Each operand's source for this run is named x (the second's: z). */
static void emit_elementwise_run(emitter *e, writer *w, elementwise *k, const sources *from, int r) {
    const plan *p = e->p;
    const plan_step *s = k->s;
    const node *n = k->n;
    int64_t pixels = shape_pixels(n->shape);
    for (int i = 0; i < s->n_operands; i++) {
        k->runs[i] = &s->operands[i].runs[r];
        int buffer = k->runs[i]->buffer;
        k->pixel[i] = shape_pixels(s->operands[i].shape) == 1 && pixels > 1 ? 0 : pixel_stride(p, buffer);
        line(w, "const %s *%s = %s;", buffer_type(e, buffer), operand_names[i],
             from[i].names[from[i].of_run[r]]);
    }
    k->type = p->buffers[k->runs[0]->buffer].type;
    if (scales_by_dots(e, s) || scales_by_bytes(e, s)) {
        emit_scaling_run(e, w, k);
        return;
    }
    bool codes = computes_codes(n);
    lanes_body body = codes ? emit_code_element : emit_element;
    if (k->flat) {
        (codes ? share_elements : share_vectors)(e, s, w, (int)(pixels * n->shape.c), "i", body, k);
    } else if (codes && pixels > 1 && p->t->small) {
        emit_code_channels(e, w, k, pixels);
    } else if (pixels > 1) {
        begin_shared_loop(e, s, w, "p", pixels);
        (codes ? for_each_element : for_each_vector)(e, w, k->runs[0]->count, "c", body, k);
        line(w, "}");
    } else {
        k->pixel[0] = k->pixel[1] = k->y_pixel = 0;
        (codes ? share_elements : share_vectors)(e, s, w, k->runs[0]->count, "c", body, k);
    }
}

kernel_call emit_elementwise(emitter *e, const plan_step *s) {
    const plan *p = e->p;
    arena *a = e->a;
    const node *n = &p->g->nodes[s->node];
    bool flat = is_flat(e, s, n), affine = n->op == OP_AFFINE;
    sources from[2];
    signature f = {0};
    for (int i = 0; i < s->n_operands; i++) {
        from[i] = find_sources(a, &s->operands[i], operand_names[i], true);
        add_sources(e, &f, &from[i]);
    }
    if (affine) add_pointer(a, &f, READS, "float", "w", weights_at(e, TYPE_F32, s->weight_begin));
    add_result(e, &f, s);
    add_threads(e, &f, s);

    writer w = {0};
    int n_runs = s->operands[0].n_runs;
    elementwise k = {.s = s, .n = n, .flat = flat};
    if (!scales_by_dots(e, s) && !scales_by_bytes(e, s)) declare_channel_constants(e, &w, &k);
    for (int r = 0, c = 0; r < n_runs; r++) {
        k.begin = c;
        k.scales = 2 * (int64_t)c;
        k.y_pixel = pixel_stride(p, s->out_buffer);
        if (n_runs > 1) line(&w, "{");
        emit_elementwise_run(e, &w, &k, from, r);
        if (n_runs > 1) line(&w, "}");
        c += k.runs[0]->count;
    }
    const char *hint = arena_printf(a, "%s_%dx%dx%d", op_table[n->op].name, n->shape.h, n->shape.w, n->shape.c);
    return define_call(e, hint, NULL, &f, &w);
}

/* ---- global average pool ---- */

typedef struct mean {
    const node *n;
    const char *x;
    int64_t pixel;
    int64_t pixels;
    int x_begin, y_begin;
} mean;

static void emit_mean(emitter *e, writer *w, piece x, const char *at, void *data) {
    const mean *k = data;
    arena *a = e->a;
    const target *t = e->p->t;
    const char *v = t->vectors[x.kind].name;
    const char *scaled = arena_printf(a, "sum * %s_set1(%s)", v, float_text(a, 1.0 / (double)k->pixels));
    line(w, "{");
    line(w, "%s sum = %s_zero();", v, v);
    line(w, "for (int p = 0; p < %lld; p++) {", (long long)k->pixels);
    line(w, "sum = sum + %s;",
         load_text(a, t, x, TYPE_F32, address_at(a, k->x, k->pixel, at, false, k->x_begin)));
    line(w, "}");
    scaled = activation_text(a, t, x.kind, k->n->a.act, k->n->a.act_args, scaled);
    line(w, "%s", store_text(a, t, x, address_at(a, "y", 0, at, true, k->y_begin), scaled));
    line(w, "}");
}

typedef struct sums_mean {
    const node *n;
    int64_t pixels;
    bool others; /* the other parts have sums of their own */
} sums_mean;

static void emit_mean_of_sums(emitter *e, writer *w, piece x, const char *at, void *data) {
    const sums_mean *k = data;
    arena *a = e->a;
    const target *t = e->p->t;
    const char *v = t->vectors[x.kind].name;
    line(w, "{");
    line(w, "%s sum = %s;", v, load_text(a, t, x, TYPE_F32, address_at(a, "sums", 0, at, true, 0)));
    if (k->others) {
        line(w, "for (int i = 1; i < parts; i++) {");
        const char *from = sums_of_part(e, "i");
        line(w, "sum = sum + %s;", load_text(a, t, x, TYPE_F32, address_at(a, from, 0, at, true, 0)));
        line(w, "}");
    }
    const char *scaled = arena_printf(a, "sum * %s_set1(%s)", v, float_text(a, 1.0 / (double)k->pixels));
    scaled = activation_text(a, t, x.kind, k->n->a.act, k->n->a.act_args, scaled);
    line(w, "%s", store_text(a, t, x, address_at(a, "y", 0, at, true, 0), scaled));
    line(w, "}");
}

/* The pool of a map whose window has already added up the channels: see plan/squeeze.c. */
static kernel_call emit_pool_of_sums(emitter *e, const plan_step *s) {
    arena *a = e->a;
    const plan_buffer *sums = &e->p->buffers[s->sums];
    shape in = s->operands[0].shape;
    sums_mean k = {&e->p->g->nodes[s->node], shape_pixels(in), sums->own};
    writer w = {0};
    for_each_vector(e, &w, in.c, "c", emit_mean_of_sums, &k);
    signature f = {0};
    /* The first part's sums, then those of the others. */
    add_pointer_at(e, &f, READS, "sums", s->sums, arena_printf(a, "AT(%lld)", (long long)sums->offset));
    if (k.others) add_other_sums(e, &f, READS, s->sums);
    add_result(e, &f, s);
    if (k.others) add_value(a, &f, "int", "parts", "threads");
    return define_call(e, arena_printf(a, "mean_of_sums_%dx%dx%d", in.h, in.w, in.c), NULL, &f, &w);
}

kernel_call emit_global_pool(emitter *e, const plan_step *s) {
    const plan *p = e->p;
    arena *a = e->a;
    const node *n = &p->g->nodes[s->node];
    if (n->q.on) return emit_global_pool_of_codes(e, s);
    if (s->sums >= 0) return emit_pool_of_sums(e, s);
    const operand *o = &s->operands[0];
    sources from = find_sources(a, o, "x", true);
    signature f = {0};
    add_sources(e, &f, &from);
    add_result(e, &f, s);
    add_threads(e, &f, s);
    writer w = {0};
    for (int i = 0, c = 0; i < o->n_runs; i++) {
        const run *r = &o->runs[i];
        const char *x = from.names[from.of_run[i]];
        mean k = {n, x, pixel_stride(p, r->buffer), shape_pixels(o->shape), r->begin, c};
        share_vectors(e, s, &w, r->count, "c", emit_mean, &k);
        c += r->count;
    }
    const char *hint = arena_printf(a, "mean_of_%dx%dx%d", o->shape.h, o->shape.w, o->shape.c);
    return define_call(e, hint, NULL, &f, &w);
}

/* ---- softmax ---- */

static void emit_exponential(emitter *e, writer *w, piece x, const char *at, void *data) {
    (void)data;
    arena *a = e->a;
    const target *t = e->p->t;
    const char *v = t->vectors[x.kind].name;
    const char *from = expression(a, "x", &at, (int64_t[]){1}, 1, 0),
               *to = expression(a, "y", &at, (int64_t[]){1}, 1, 0);
    line(w, "%s",
         store_text(a, t, x, to,
                    arena_printf(a, "%s_exp(%s - %s_set1(most))", v, load_text(a, t, x, TYPE_F32, from), v)));
}

static void emit_scale(emitter *e, writer *w, piece x, const char *at, void *data) {
    (void)data;
    arena *a = e->a;
    const target *t = e->p->t;
    const char *to = expression(a, "y", &at, (int64_t[]){1}, 1, 0);
    line(w, "%s",
         store_text(a, t, x, to,
                    arena_printf(a, "%s * %s_set1(scale)", load_text(a, t, x, TYPE_F32, to),
                                 t->vectors[x.kind].name)));
}

/* Whether the largest of a pixel's c elements, and their sum, are found by vectors: on a Cortex-M55, where one
 * at a time takes three instructions for an element and more. */
static bool folds_by_vectors(const target *t, int c) {
    return t->dots && t->dots->ragged && c % t->vectors[0].lanes == 0;
}

/* Writes the lines that set `most` to the largest of x's c elements. */
static void emit_most(emitter *e, writer *w, int c) {
    const vector_kind *k = &e->p->t->vectors[0];
    if (folds_by_vectors(e->p->t, c)) {
        line(w, "%s top = %s_load(x);", k->name, k->name);
        line(w, "for (int i = %d; i < %d; i += %d) {", k->lanes, c, k->lanes);
        line(w, "top = %s_max(%s_load(x + i), top);", k->name, k->name);
        line(w, "}");
        line(w, "float most = %s_hmax(top), sum = 0.0f;", k->name);
        return;
    }
    line(w, "float most = x[0], sum = 0.0f;");
    line(w, "for (int i = 1; i < %d; i++) {", c);
    line(w, "if (x[i] > most) most = x[i];");
    line(w, "}");
}

/* Writes the lines that set `sum` to the sum of y's c elements. */
static void emit_sum(emitter *e, writer *w, int c) {
    const vector_kind *k = &e->p->t->vectors[0];
    if (folds_by_vectors(e->p->t, c)) {
        line(w, "%s sums = %s_load(y);", k->name, k->name);
        line(w, "for (int i = %d; i < %d; i += %d) {", k->lanes, c, k->lanes);
        line(w, "sums = sums + %s_load(y + i);", k->name);
        line(w, "}");
        line(w, "sum = %s_sum(sums);", k->name);
        return;
    }
    line(w, "for (int i = 0; i < %d; i++) {", c);
    line(w, "sum += y[i];");
    line(w, "}");
}

kernel_call emit_softmax(emitter *e, const plan_step *s) {
    const plan *p = e->p;
    arena *a = e->a;
    const node *n = &p->g->nodes[s->node];
    if (n->q.on) return emit_softmax_of_codes(e, s);
    const run *r = &s->operands[0].runs[0];
    int c = n->shape.c;
    int64_t pixels = shape_pixels(n->shape);
    writer w = {0};
    if (pixels > 1) line(&w, "for (int p = 0; p < %lld; p++) {", (long long)pixels);
    emit_most(e, &w, c);
    for_each_vector(e, &w, c, "i", emit_exponential, NULL);
    emit_sum(e, &w, c);
    line(&w, "const float scale = 1.0f / sum;");
    for_each_vector(e, &w, c, "i", emit_scale, NULL);
    if (pixels > 1) {
        line(&w, "x += %d;", pixel_stride(p, r->buffer));
        line(&w, "y += %d;", pixel_stride(p, s->out_buffer));
        line(&w, "}");
    }
    signature f = {0};
    add_run(e, &f, "x", &s->operands[0]);
    add_result(e, &f, s);
    return define_call(e, arena_printf(a, "softmax_of_%d", c), NULL, &f, &w);
}
