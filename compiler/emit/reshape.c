/* reshape.c: layers that move values: upsample, pad, and the copy that gathers scattered channels. */
#include "emit/internal.h"

static const char *at_pixel(arena *a, const char *base, const char *index, int64_t pixel, const char *channel) {
    const char *names[] = {channel};
    int64_t one = 1;
    return expression(a, arena_printf(a, "%s + %s * %lld", base, index, (long long)pixel), names, &one, 1, 0);
}

typedef struct resample {
    const node *n;
    int64_t x_pixel, y_pixel;
} resample;

static void emit_nearest(emitter *e, writer *w, piece x, const char *at, void *data) {
    const resample *k = data;
    arena *a = e->a;
    const char *v = load_text(a, e->p->t, x, TYPE_F32, at_pixel(a, "x", "from", k->x_pixel, at));
    v = activation_text(a, e->p->t, x.kind, k->n->a.act, k->n->a.act_args, v);
    line(w, "%s", store_text(a, e->p->t, x, at_pixel(a, "y", "to", k->y_pixel, at), v));
}

/* above + fy * (below - above), where above and below are each interpolated from left to right by fx. */
static void emit_bilinear(emitter *e, writer *w, piece x, const char *at, void *data) {
    const resample *k = data;
    arena *a = e->a;
    const target *t = e->p->t;
    const char *v = t->vectors[x.kind].name;
    line(w, "{");
    static const char *const corners[4] = {"y0x0", "y0x1", "y1x0", "y1x1"};
    for (int i = 0; i < 4; i++) {
        line(w, "const %s v_%s = %s;", v, corners[i],
             load_text(a, t, x, TYPE_F32, at_pixel(a, "x", corners[i], k->x_pixel, at)));
    }
    line(w, "const %s above = %s_fma(%s_set1(fx), v_y0x1 - v_y0x0, v_y0x0);", v, v, v);
    line(w, "const %s below = %s_fma(%s_set1(fx), v_y1x1 - v_y1x0, v_y1x0);", v, v, v);
    const char *result = arena_printf(a, "%s_fma(%s_set1(fy), below - above, above)", v, v);
    result = activation_text(a, t, x.kind, k->n->a.act, k->n->a.act_args, result);
    line(w, "%s", store_text(a, t, x, at_pixel(a, "y", "to", k->y_pixel, at), result));
    line(w, "}");
}

/* Writes where an output row or column falls in the input, by half-pixel centres, clamped to the edges. */
static void emit_position(emitter *e, writer *w, const char *o, int size, int factor) {
    arena *a = e->a;
    const char *scale = float_text(a, 1.0 / factor);
    line(w, "const float s%s = ((float)o%s + 0.5f) * %s - 0.5f;", o, o, scale);
    line(w, "const float p%s = s%s > 0.0f ? s%s : 0.0f;", o, o, o);
    line(w, "const int %s0 = (int)p%s;", o, o);
    line(w, "const int %s1 = %s0 < %d ? %s0 + 1 : %d;", o, o, size - 1, o, size - 1);
    line(w, "const float f%s = p%s - (float)%s0;", o, o, o);
}

/* What a step passes that takes one map and makes another. */
static signature pass_maps(const emitter *e, const plan_step *s) {
    signature f = {0};
    add_run(e, &f, "x", &s->operands[0]);
    add_result(e, &f, s);
    add_threads(e, &f, s);
    return f;
}

kernel_call emit_upsample(emitter *e, const plan_step *s) {
    const plan *p = e->p;
    arena *a = e->a;
    const node *n = &p->g->nodes[s->node];
    shape in = s->operands[0].shape;
    resample k = {n, pixel_stride(p, s->operands[0].runs[0].buffer), pixel_stride(p, s->out_buffer)};
    int factor = n->a.factor;
    bool nearest = n->a.mode == UPSAMPLE_NEAREST;
    writer w = {0};
    begin_shared_loop(e, s, &w, "oy", n->shape.h);
    if (!nearest) emit_position(e, &w, "y", in.h, factor);
    line(&w, "for (int ox = 0; ox < %d; ox++) {", n->shape.w);
    if (nearest) {
        line(&w, "const int from = oy / %d * %d + ox / %d;", factor, in.w, factor);
    } else {
        emit_position(e, &w, "x", in.w, factor);
        line(&w, "const int y0x0 = y0 * %d + x0, y0x1 = y0 * %d + x1;", in.w, in.w);
        line(&w, "const int y1x0 = y1 * %d + x0, y1x1 = y1 * %d + x1;", in.w, in.w);
    }
    line(&w, "const int to = oy * %d + ox;", n->shape.w);
    for_each_vector(e, &w, n->shape.c, "c", nearest ? emit_nearest : emit_bilinear, &k);
    line(&w, "}");
    line(&w, "}");
    const char *hint = arena_printf(a, "upsample_%dx_to_%dx%dx%d", factor, n->shape.h, n->shape.w, n->shape.c);
    signature f = pass_maps(e, s);
    return define_call(e, hint, NULL, &f, &w);
}

kernel_call emit_pad(emitter *e, const plan_step *s) {
    const plan *p = e->p;
    const node *n = &p->g->nodes[s->node];
    shape in = s->operands[0].shape, out = n->shape;
    resample k = {n, pixel_stride(p, s->operands[0].runs[0].buffer), pixel_stride(p, s->out_buffer)};
    const int *pad = n->a.pad;
    writer w = {0};
    begin_shared_loop(e, s, &w, "oy", out.h);
    line(&w, "for (int ox = 0; ox < %d; ox++) {", out.w);
    line(&w, "const int to = oy * %d + ox;", out.w);
    line(&w, "if (oy < %d || oy >= %d || ox < %d || ox >= %d) {", pad[TOP], pad[TOP] + in.h, pad[LEFT],
         pad[LEFT] + in.w);
    line(&w, "for (int c = 0; c < %d; c++) {", out.c);
    line(&w, "y[to * %lld + c] = 0.0f;", (long long)k.y_pixel);
    line(&w, "}");
    line(&w, "continue;");
    line(&w, "}");
    line(&w, "const int from = (oy - %d) * %d + ox - %d;", pad[TOP], in.w, pad[LEFT]);
    for_each_vector(e, &w, in.c, "c", emit_nearest, &k);
    line(&w, "}");
    line(&w, "}");
    const char *hint = arena_printf(e->a, "pad_to_%dx%dx%d", out.h, out.w, out.c);
    signature f = pass_maps(e, s);
    return define_call(e, hint, NULL, &f, &w);
}

/* With more runs than this, the copy reads its places from a table. */
enum { MOST_LOOPS = 8 };

static void emit_copy_table(emitter *e, writer *w, const operand *o, const sources *from, int64_t y_pixel) {
    for (int b = 0; b < from->n; b++) {
        text pairs = {0};
        int count = 0, c = 0;
        for (int i = 0; i < o->n_runs; i++) {
            const run *r = &o->runs[i];
            for (int j = 0; j < r->count; j++, c++) {
                if (from->of_run[i] != b) continue;
                text_printf(&pairs, "%s{%d, %d}", count ? ", " : "", r->begin + j * r->step, c);
                count++;
            }
        }
        line(w, "{");
        line(w, "static const int places[%d][2] = {%s}; /* from, to */", count, pairs.data);
        line(w, "for (int p = 0; p < %lld; p++) {", (long long)shape_pixels(o->shape));
        line(w, "for (int i = 0; i < %d; i++) {", count);
        line(w, "y[p * %lld + places[i][1]] = (float)%s[p * %d + places[i][0]];", (long long)y_pixel,
             from->names[b], pixel_stride(e->p, from->buffers[b]));
        line(w, "}");
        line(w, "}");
        line(w, "}");
        text_free(&pairs);
    }
}

kernel_call emit_copy(emitter *e, const plan_step *s) {
    const plan *p = e->p;
    arena *a = e->a;
    const operand *o = &s->operands[0];
    sources from = find_sources(a, o, "x", true);
    int64_t y_pixel = pixel_stride(p, s->out_buffer), pixels = shape_pixels(o->shape);
    writer w = {0};
    if (o->n_runs > MOST_LOOPS) {
        emit_copy_table(e, &w, o, &from, y_pixel);
    } else {
        line(&w, "for (int p = 0; p < %lld; p++) {", (long long)pixels);
        for (int i = 0, c = 0; i < o->n_runs; i++) {
            const run *r = &o->runs[i];
            const char *names[] = {"p", "c"};
            int64_t y_factors[] = {y_pixel, 1}, x_factors[] = {pixel_stride(p, r->buffer), r->step};
            line(&w, "for (int c = 0; c < %d; c++) {", r->count);
            line(&w, "y[%s] = (float)%s[%s];", expression(a, "", names, y_factors, 2, c),
                 from.names[from.of_run[i]], expression(a, "", names, x_factors, 2, r->begin));
            line(&w, "}");
            c += r->count;
        }
        line(&w, "}");
    }
    signature f = {0};
    add_sources(e, &f, &from);
    add_result(e, &f, s);
    const char *hint = arena_printf(a, "gather_%dx%dx%d", o->shape.h, o->shape.w, o->shape.c);
    return define_call(e, hint, NULL, &f, &w);
}
