/* reshape.c: layers that move values: upsample, resize, pad, slice, and the copy that gathers scattered
 * channels.
 */
#include "emit/codes.h"
#include "graph/quant.h"
#include "graph/resample.h"

#include <string.h>

static const char *at_pixel(arena *a, const char *base, const char *index, int64_t pixel, const char *channel) {
    const char *names[] = {channel};
    int64_t one = 1;
    return expression(a, arena_printf(a, "%s + %s * %lld", base, index, (long long)pixel), names, &one, 1, 0);
}

typedef struct resample {
    const node *n;
    int64_t x_pixel, y_pixel;
    const char *y;  /* where the first channel that is made goes: "y" */
    elem_type type; /* of the elements */
} resample;

static void emit_nearest(emitter *e, writer *w, piece x, const char *at, void *data) {
    const resample *k = data;
    arena *a = e->a;
    const char *v = load_text(a, e->p->t, x, TYPE_F32, at_pixel(a, "x", "from", k->x_pixel, at));
    v = activation_text(a, e->p->t, x.kind, k->n->a.act, k->n->a.act_args, v);
    line(w, "%s", store_text(a, e->p->t, x, at_pixel(a, k->y, "to", k->y_pixel, at), v));
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

static resample resample_of(const emitter *e, const plan_step *s) {
    const plan *p = e->p;
    return (resample){&p->g->nodes[s->node], pixel_stride(p, s->operands[0].runs[0].buffer),
                      pixel_stride(p, s->out_buffer), "y", p->buffers[s->out_buffer].type};
}

/* ---- resize: the places and weights are tables ---- */

static void emit_table(emitter *e, writer *w, const char *type, const char *name, const resampling *r) {
    enum { NUMBERS_IN_A_LINE = 12 };
    int count = r->count * r->taps;
    bool floats = strcmp(type, "float") == 0;
    line(w, "static const %s %s[%d] = {", type, name, count);
    for (int i = 0; i < count; i += NUMBERS_IN_A_LINE) {
        text row = {0};
        for (int k = i; k < count && k < i + NUMBERS_IN_A_LINE; k++) {
            if (floats) {
                text_printf(&row, "%s%s,", k > i ? " " : "", float_text(e->a, r->weight[k]));
            } else {
                text_printf(&row, "%s%d,", k > i ? " " : "", r->at[k]);
            }
        }
        line(w, "%s", row.data);
        text_free(&row);
    }
    line(w, "};");
}

/* One axis of a resize: its names in the emitted code. */
typedef struct resized_axis {
    resampling r;
    bool same;           /* each place is the input's own one: it needs no table */
    const char *at, *by; /* of the tables of places and weights: "rows", "row_weights" */
    const char *place;   /* the variable of the loop: "oy" */
} resized_axis;

static resized_axis axis_of(emitter *e, const node *n, int axis, int size) {
    resized_axis x = {.r = find_resampling(e->a, &n->a.resize, axis, size),
                      .at = axis == 0 ? "rows" : "columns",
                      .by = axis == 0 ? "row_weights" : "column_weights",
                      .place = axis == 0 ? "oy" : "ox"};
    x.same = keeps_places(&x.r, size);
    return x;
}

static void emit_axis_tables(emitter *e, writer *w, const resized_axis *x) {
    if (!x->same) emit_table(e, w, "int", x->at, &x->r);
    if (x->r.taps > 1) emit_table(e, w, "float", x->by, &x->r);
}

/* "rows[oy * 2 + 1]": entry `tap` of a table for the place at work. */
static const char *entry_of(emitter *e, const resized_axis *x, const char *table, int tap) {
    if (table == x->at && x->same) return x->place;
    if (x->r.taps == 1) return arena_printf(e->a, "%s[%s]", table, x->place);
    return arena_printf(e->a, "%s[%s * %d + %d]", table, x->place, x->r.taps, tap);
}

typedef struct weighing {
    resample maps;
    int taps;
} weighing;

/* The sum of from0, from1, .. times by0, by1, .. */
static void emit_weighing(emitter *e, writer *w, piece x, const char *at, void *data) {
    const weighing *k = data;
    arena *a = e->a;
    const target *t = e->p->t;
    const char *v = t->vectors[x.kind].name, *sum = NULL;
    line(w, "{");
    for (int i = 0; i < k->taps; i++) {
        const char *load =
            load_text(a, t, x, TYPE_F32, at_pixel(a, "x", arena_printf(a, "from%d", i), k->maps.x_pixel, at));
        const char *factor = arena_printf(a, "%s_set1(by%d)", v, i);
        if (i == 0) {
            line(w, "%s v = %s * %s;", v, load, factor);
        } else {
            line(w, "v = %s_fma(%s, %s, v);", v, load, factor);
        }
    }
    const attrs *n = &k->maps.n->a;
    sum = activation_text(a, t, x.kind, n->act, n->act_args, "v");
    line(w, "%s", store_text(a, t, x, at_pixel(a, "y", "to", k->maps.y_pixel, at), sum));
    line(w, "}");
}

/* Writes which pixels make the one at work, and by which weights. */
static void emit_places(emitter *e, writer *w, const resized_axis *rows, const resized_axis *columns,
                        int width) {
    int taps = rows->r.taps * columns->r.taps;
    if (taps == 1) {
        line(w, "const int from = %s * %d + %s;", entry_of(e, rows, rows->at, 0), width,
             entry_of(e, columns, columns->at, 0));
        return;
    }
    for (int i = 0; i < taps; i++) {
        int row = i / columns->r.taps, column = i % columns->r.taps;
        const char *by = columns->r.taps > 1 ? entry_of(e, columns, columns->by, column) : NULL;
        line(w, "const int from%d = %s * %d + %s;", i, entry_of(e, rows, rows->at, row), width,
             entry_of(e, columns, columns->at, column));
        if (rows->r.taps > 1) {
            const char *other = entry_of(e, rows, rows->by, row);
            by = by ? arena_printf(e->a, "%s * %s", other, by) : other;
        }
        line(w, "const float by%d = %s;", i, by);
    }
}

static kernel_call emit_resize(emitter *e, const plan_step *s) {
    const node *n = &e->p->g->nodes[s->node];
    shape in = s->operands[0].shape;
    resized_axis rows = axis_of(e, n, 0, in.h), columns = axis_of(e, n, 1, in.w);
    weighing k = {resample_of(e, s), rows.r.taps * columns.r.taps};
    writer w = {0};
    emit_axis_tables(e, &w, &rows);
    emit_axis_tables(e, &w, &columns);
    begin_shared_loop(e, s, &w, "oy", n->shape.h);
    line(&w, "for (int ox = 0; ox < %d; ox++) {", n->shape.w);
    line(&w, "const int to = oy * %d + ox;", n->shape.w);
    emit_places(e, &w, &rows, &columns, in.w);
    if (k.taps == 1) {
        for_each_moved(e, &w, k.maps.type, n->shape.c, "c", emit_nearest, &k.maps);
    } else {
        for_each_vector(e, &w, n->shape.c, "c", emit_weighing, &k);
    }
    line(&w, "}");
    line(&w, "}");
    const char *hint = arena_printf(e->a, "resize_%s_to_%dx%dx%d", resize_mode_names[n->a.resize.mode],
                                    n->shape.h, n->shape.w, n->shape.c);
    signature f = pass_maps(e, s);
    return define_call(e, hint, NULL, &f, &w);
}

kernel_call emit_upsample(emitter *e, const plan_step *s) {
    arena *a = e->a;
    const node *n = &e->p->g->nodes[s->node];
    shape in = s->operands[0].shape;
    if (n->q.on) return emit_resample_of_codes(e, s);
    if (n->op == OP_RESIZE) return emit_resize(e, s);
    resample k = resample_of(e, s);
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
    if (nearest)
        for_each_moved(e, &w, k.type, n->shape.c, "c", emit_nearest, &k);
    else
        for_each_vector(e, &w, n->shape.c, "c", emit_bilinear, &k);
    line(&w, "}");
    line(&w, "}");
    const char *hint = arena_printf(a, "upsample_%dx_to_%dx%dx%d", factor, n->shape.h, n->shape.w, n->shape.c);
    signature f = pass_maps(e, s);
    return define_call(e, hint, NULL, &f, &w);
}

/* ---- pad, slice ---- */

/* Writes which place of the input the place `o` of the output holds, where it is reflected or the edge's. */
static void emit_padded_place(emitter *e, writer *w, pad_mode around, const char *o, int before, int size) {
    const char *i = arena_printf(e->a, "i%s", o + 1);
    if (around == PADS_EDGE) {
        line(w, "const int %s = %s < %d ? 0 : %s >= %d ? %d : %s - %d;", i, o, before, o, before + size,
             size - 1, o, before);
    } else {
        line(w, "const int %s = %s < %d ? %d - %s : %s >= %d ? %d - %s : %s - %d;", i, o, before, before, o, o,
             before + size, before + 2 * (size - 1), o, o, before);
    }
}

/* The number that a constant pad puts around the map: the code of it, where the map holds codes. */
static const char *fill_text(emitter *e, const node *n) {
    if (!n->q.on) return float_text(e->a, n->a.fill);
    return arena_printf(e->a, "%d", code_of(&n->q, n->type, 0, n->a.fill));
}

/* Writes the channels before and behind the pixel's own ones, which stand in the output already. */
static void emit_padded_channels(emitter *e, writer *w, const resample *k, int channels) {
    const attrs *a = &k->n->a;
    for (int side = 0; side < 2; side++) {
        int count = a->pad_channels[side], before = a->pad_channels[0];
        int begin = side == 0 ? 0 : before + channels, edge = side == 0 ? before : begin - 1;
        const char *to = arena_printf(e->a, "y[to * %lld + ", (long long)k->y_pixel);
        if (count == 0) continue;
        line(w, "for (int c = %d; c < %d; c++) {", begin, begin + count);
        switch (a->around) {
        case PADS_REFLECT: line(w, "%sc] = %s%d - c];", to, to, 2 * edge); break;
        case PADS_EDGE: line(w, "%sc] = %s%d];", to, to, edge); break;
        default: line(w, "%sc] = %s;", to, fill_text(e, k->n));
        }
        line(w, "}");
    }
}

kernel_call emit_pad(emitter *e, const plan_step *s) {
    const node *n = &e->p->g->nodes[s->node];
    shape in = s->operands[0].shape, out = n->shape;
    resample k = resample_of(e, s);
    const int *pad = n->a.pad;
    bool constant = n->a.around == PADS_CONSTANT;
    if (n->a.pad_channels[0]) k.y = arena_printf(e->a, "y + %d", n->a.pad_channels[0]);
    writer w = {0};
    begin_shared_loop(e, s, &w, "oy", out.h);
    if (!constant) emit_padded_place(e, &w, n->a.around, "oy", pad[TOP], in.h);
    line(&w, "for (int ox = 0; ox < %d; ox++) {", out.w);
    line(&w, "const int to = oy * %d + ox;", out.w);
    if (constant) {
        line(&w, "if (oy < %d || oy >= %d || ox < %d || ox >= %d) {", pad[TOP], pad[TOP] + in.h, pad[LEFT],
             pad[LEFT] + in.w);
        line(&w, "for (int c = 0; c < %d; c++) {", out.c);
        line(&w, "y[to * %lld + c] = %s;", (long long)k.y_pixel, fill_text(e, n));
        line(&w, "}");
        line(&w, "continue;");
        line(&w, "}");
        line(&w, "const int from = (oy - %d) * %d + ox - %d;", pad[TOP], in.w, pad[LEFT]);
    } else {
        emit_padded_place(e, &w, n->a.around, "ox", pad[LEFT], in.w);
        line(&w, "const int from = iy * %d + ix;", in.w);
    }
    for_each_moved(e, &w, k.type, in.c, "c", emit_nearest, &k);
    emit_padded_channels(e, &w, &k, in.c);
    line(&w, "}");
    line(&w, "}");
    const char *hint = arena_printf(e->a, "pad_%sto_%dx%dx%d",
                                    constant                   ? ""
                                    : n->a.around == PADS_EDGE ? "edge_"
                                                               : "reflect_",
                                    out.h, out.w, out.c);
    signature f = pass_maps(e, s);
    return define_call(e, hint, NULL, &f, &w);
}

kernel_call emit_slice(emitter *e, const plan_step *s) {
    const node *n = &e->p->g->nodes[s->node];
    shape in = s->operands[0].shape, out = n->shape;
    resample k = resample_of(e, s);
    bool rows = n->a.axis == AXIS_H;
    writer w = {0};
    begin_shared_loop(e, s, &w, "oy", out.h);
    line(&w, "for (int ox = 0; ox < %d; ox++) {", out.w);
    line(&w, "const int to = oy * %d + ox;", out.w);
    const char *names[] = {"oy", "ox"};
    int64_t factors[] = {(int64_t)in.w * (rows ? n->a.step : 1), rows ? 1 : n->a.step};
    int64_t begin = (int64_t)n->a.begin * (rows ? in.w : 1);
    line(&w, "const int from = %s;", expression(e->a, "", names, factors, 2, begin));
    for_each_moved(e, &w, k.type, out.c, "c", emit_nearest, &k);
    line(&w, "}");
    line(&w, "}");
    const char *hint =
        arena_printf(e->a, "slice_%s_to_%dx%dx%d", rows ? "rows" : "columns", out.h, out.w, out.c);
    signature f = pass_maps(e, s);
    return define_call(e, hint, NULL, &f, &w);
}

/* ---- copies ---- */

/* With more runs than this, the copy reads its places from a table. */
enum { MOST_LOOPS = 8 };

static void emit_copy_table(emitter *e, writer *w, const plan_step *s, const sources *from, int64_t y_pixel) {
    const operand *o = &s->operands[0];
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
        line(w, "y[p * %lld + places[i][1]] = (%s)%s[p * %d + places[i][0]];", (long long)y_pixel,
             buffer_type(e, s->out_buffer), from->names[b], pixel_stride(e->p, from->buffers[b]));
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
        emit_copy_table(e, &w, s, &from, y_pixel);
    } else {
        line(&w, "for (int p = 0; p < %lld; p++) {", (long long)pixels);
        for (int i = 0, c = 0; i < o->n_runs; i++) {
            const run *r = &o->runs[i];
            const char *names[] = {"p", "c"};
            int64_t y_factors[] = {y_pixel, 1}, x_factors[] = {pixel_stride(p, r->buffer), r->step};
            line(&w, "for (int c = 0; c < %d; c++) {", r->count);
            line(&w, "y[%s] = (%s)%s[%s];", expression(a, "", names, y_factors, 2, c),
                 buffer_type(e, s->out_buffer), from.names[from.of_run[i]],
                 expression(a, "", names, x_factors, 2, r->begin));
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
