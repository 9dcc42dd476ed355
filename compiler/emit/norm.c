/* norm.c: the bodies of the norms whose statistics come from the tensor itself: layer_norm, rms_norm,
 * group_norm and lrn.
 *
 * A variance is the mean of the squared distances from the mean, in a second pass. The difference of the mean
 * square and the squared mean would lose most of its digits where the mean is large. */
#include "emit/fold.h"
#include "plan/whole.h"

#include <string.h>

typedef struct norm {
    const plan_step *s;
    const node *n;
    along k;       /* across: over what the statistics are taken; else for each channel over all pixels */
    int64_t first; /* across: from one place's first channel to the next one's */
} norm;

/* w + the beginning of the gammas or betas + at. */
static const char *weight_text(emitter *e, const norm *k, role r, piece x, const char *at) {
    const char *names[] = {"p", at};
    const int64_t factors[] = {k->first, 1};
    int64_t begin = r == ROLE_BETA && k->n->a.has_scale ? k->n->shape.c : 0;
    return load_text(e->a, e->p->t, x, TYPE_F32, expression(e->a, "w", names, factors, 2, begin));
}

/* The normalised vector v times gamma plus beta, as far as the node has them. */
static const char *scaled_text(emitter *e, const norm *k, piece x, const char *at, const char *v) {
    const char *name = e->p->t->vectors[x.kind].name;
    bool scale = k->n->a.has_scale, bias = k->n->a.has_bias;
    const char *gamma = scale ? weight_text(e, k, ROLE_GAMMA, x, at) : NULL;
    const char *beta = bias ? weight_text(e, k, ROLE_BETA, x, at) : NULL;
    if (scale && bias) return arena_printf(e->a, "%s_fma(%s, %s, %s)", name, v, gamma, beta);
    if (scale) return arena_printf(e->a, "%s * %s", v, gamma);
    return bias ? arena_printf(e->a, "%s + %s", v, beta) : v;
}

/* ---- across the channels: layer_norm, rms_norm, and group_norm of many channels ---- */

static void emit_normalized(emitter *e, writer *w, piece x, const char *at, void *data) {
    const norm *k = data;
    const char *name = e->p->t->vectors[x.kind].name;
    const char *v = load_text(e->a, e->p->t, x, TYPE_F32, along_address(e, "a", &k->k, at));
    if (k->n->op != OP_RMS_NORM) v = arena_printf(e->a, "(%s - %s_set1(mean))", v, name);
    v = arena_printf(e->a, "%s * %s_set1(scale)", v, name);
    v = scaled_text(e, k, x, at, v);
    line(w, "%s", store_text(e->a, e->p->t, x, along_address(e, "b", &k->k, at), v));
}

/* Statistics over the elements of `m`, then the results over those of k->k, which are the same. */
static void emit_norm_across(emitter *e, writer *w, norm *k, const along *m) {
    const fold sum = {FOLD_SUM, TERM_VALUE, "sum", NULL, false};
    const fold spread = {FOLD_SUM, TERM_SPREAD, "spread", "mean", false};
    const fold square = {FOLD_SUM, TERM_SQUARE, "spread", NULL, false};
    const char *inverse = float_text(e->a, 1.0 / (double)along_count(m));
    const char *names[] = {"p"};
    const int64_t factors[] = {k->k.places > 1 ? k->k.place_step : 0};
    if (k->k.places > 1) {
        begin_shared_loop(e, k->s, w, "p", k->k.places);
    } else {
        line(w, "{");
    }
    line(w, "const float *const a = %s;", expression(e->a, "x", names, factors, 1, 0));
    line(w, "float *const b = %s;", expression(e->a, "y", names, factors, 1, 0));
    if (k->n->op != OP_RMS_NORM) {
        emit_fold_across(e, w, m, &sum);
        line(w, "const float mean = sum * %s;", inverse);
    }
    emit_fold_across(e, w, m, k->n->op == OP_RMS_NORM ? &square : &spread);
    const char *variance = arena_printf(e->a, "spread * %s + %s", inverse, float_text(e->a, k->n->a.eps));
    line(w, "const float size = %s;", scalar_text(e, "sqrt", variance));
    line(w, k->n->a.eps > 0 ? "const float scale = 1.0f / size;"
                            : "const float scale = size > 0.0f ? 1.0f / size : 0.0f;");
    emit_each_across(e, w, &k->k, emit_normalized, k);
    line(w, "}");
}

void emit_channel_norm_body(emitter *e, const plan_step *s, writer *w) {
    norm k = {.s = s, .n = &e->p->g->nodes[s->node]};
    int c = k.n->shape.c;
    k.k = (along){true, shape_pixels(k.n->shape), c, 1, 0, c, 1};
    emit_norm_across(e, w, &k, &k.k);
}

/* ---- group_norm of few channels: each channel's sums, then the groups' from those ---- */

static const char *scratch_text(emitter *e, piece x, int64_t begin, const char *at) {
    const int64_t one = 1;
    return load_text(e->a, e->p->t, x, TYPE_F32, expression(e->a, "scratch", &at, &one, 1, begin));
}

static void emit_channel_sum(emitter *e, writer *w, piece x, const char *at, void *data) {
    const norm *k = data;
    const int64_t one = 1;
    const fold sum = {FOLD_SUM, TERM_VALUE, "sum", NULL, false};
    line(w, "{");
    emit_fold_channels(e, w, &k->k, &sum, x, at);
    line(w, "%s", store_text(e->a, e->p->t, x, expression(e->a, "scratch", &at, &one, 1, 0), "sum"));
    line(w, "}");
}

static void emit_channel_spread(emitter *e, writer *w, piece x, const char *at, void *data) {
    const norm *k = data;
    const int64_t one = 1;
    const fold spread = {FOLD_SUM, TERM_SPREAD, "spread", "mean", false};
    line(w, "{");
    line(w, "const %s mean = %s;", e->p->t->vectors[x.kind].name, scratch_text(e, x, 0, at));
    emit_fold_channels(e, w, &k->k, &spread, x, at);
    line(w, "%s",
         store_text(e->a, e->p->t, x, expression(e->a, "scratch", &at, &one, 1, k->n->shape.c), "spread"));
    line(w, "}");
}

/* Each group's sum, which `of` turns into the value that all its channels get. */
static void emit_group_sums(emitter *e, writer *w, const norm *k, int64_t begin, const char *const *of) {
    int groups = k->n->a.groups, each = k->n->shape.c / groups;
    line(w, "for (int g = 0; g < %d; g++) {", groups);
    line(w, "float *const group = %s;",
         expression(e->a, "scratch", (const char *[]){"g"}, (int64_t[]){each}, 1, begin));
    line(w, "float sum = 0.0f;");
    line(w, "for (int c = 0; c < %d; c++) {", each);
    line(w, "sum += group[c];");
    line(w, "}");
    for (int i = 0; of[i]; i++) line(w, "%s", of[i]);
    line(w, "for (int c = 0; c < %d; c++) {", each);
    line(w, "group[c] = value;");
    line(w, "}");
    line(w, "}");
}

static void emit_channel_pixel(emitter *e, writer *w, piece x, const char *at, void *data) {
    const norm *k = data;
    const char *v = load_text(e->a, e->p->t, x, TYPE_F32, along_address(e, "a", &k->k, at));
    const char *to = along_address(e, "y", &k->k, at);
    v = arena_printf(e->a, "(%s - mean) * scale", v);
    line(w, "%s", store_text(e->a, e->p->t, x, to, scaled_text(e, k, x, at, v)));
}

static void emit_channel_result(emitter *e, writer *w, piece x, const char *at, void *data) {
    norm *k = data;
    const char *name = e->p->t->vectors[x.kind].name;
    line(w, "{");
    line(w, "const %s mean = %s;", name, scratch_text(e, x, 0, at));
    line(w, "const %s scale = %s;", name, scratch_text(e, x, k->n->shape.c, at));
    emit_each_step(e, w, &k->k, x, at, emit_channel_pixel, k);
    line(w, "}");
}

static void emit_group_norm_by_channels(emitter *e, writer *w, norm *k) {
    int c = k->n->shape.c;
    int64_t pixels = shape_pixels(k->n->shape);
    const char *inverse = float_text(e->a, 1.0 / (double)(pixels * (c / k->n->a.groups)));
    const char *variance = arena_printf(e->a, "sum * %s + %s", inverse, float_text(e->a, k->n->a.eps));
    const char *mean[] = {arena_printf(e->a, "const float value = sum * %s;", inverse), NULL};
    const char *scale[] = {arena_printf(e->a, "const float size = %s;", scalar_text(e, "sqrt", variance)),
                           "const float value = size > 0.0f ? 1.0f / size : 0.0f;", NULL};
    k->k = (along){false, 1, 0, pixels, c, 1, c};
    line(w, "const float *const a = x;");
    for_each_vector(e, w, c, "c", emit_channel_sum, k);
    emit_group_sums(e, w, k, 0, mean);
    for_each_vector(e, w, c, "c", emit_channel_spread, k);
    emit_group_sums(e, w, k, c, scale);
    for_each_vector(e, w, c, "c", emit_channel_result, k);
}

void emit_group_norm_body(emitter *e, const plan_step *s, writer *w) {
    norm k = {.s = s, .n = &e->p->g->nodes[s->node]};
    int c = k.n->shape.c, groups = k.n->a.groups;
    int64_t pixels = shape_pixels(k.n->shape);
    if (sums_by_channels(k.n)) {
        emit_group_norm_by_channels(e, w, &k);
        return;
    }
    k.k = (along){true, groups, c / groups, pixels, c, c / groups, 1};
    k.first = groups > 1 ? c / groups : 0;
    const along all = {true, 1, 0, 1, 0, pixels * c, 1};
    emit_norm_across(e, w, &k, groups == 1 ? &all : &k.k);
}

/* ---- lrn ---- */

typedef struct window_norm {
    const node *n;
    int before, taps;
} window_norm;

static void emit_square(emitter *e, writer *w, piece x, const char *at, void *data) {
    const window_norm *k = data;
    const int64_t one = 1;
    line(w, "{");
    line(w, "const %s v = %s;", e->p->t->vectors[x.kind].name,
         load_text(e->a, e->p->t, x, TYPE_F32, expression(e->a, "a", &at, &one, 1, 0)));
    line(w, "%s", store_text(e->a, e->p->t, x, expression(e->a, "scratch", &at, &one, 1, k->before), "v * v"));
    line(w, "}");
}

/* The text of base^-beta. */
static const char *power_text(emitter *e, const char *v, double beta) {
    if (beta == 0.5) return arena_printf(e->a, "%s_set1(1.0f) / %s_sqrt(base)", v, v);
    if (beta == 0.75)
        return arena_printf(e->a, "%s_set1(1.0f) / (%s_sqrt(base) * %s_sqrt(%s_sqrt(base)))", v, v, v, v);
    if (beta == 1) return arena_printf(e->a, "%s_set1(1.0f) / base", v);
    return arena_printf(e->a, "%s_exp(%s_log(base) * %s_set1(%s))", v, v, v, float_text(e->a, -beta));
}

static void emit_lrn_vector(emitter *e, writer *w, piece x, const char *at, void *data) {
    const window_norm *k = data;
    const char *v = e->p->t->vectors[x.kind].name;
    const char *names[] = {"i", at};
    const int64_t ones[] = {1, 1};
    line(w, "{");
    line(w, "%s sum = %s_zero();", v, v);
    line(w, "for (int i = 0; i < %d; i++) {", k->taps);
    line(w, "sum = sum + %s;",
         load_text(e->a, e->p->t, x, TYPE_F32, expression(e->a, "scratch", names, ones, 2, 0)));
    line(w, "}");
    line(w, "const %s base = %s_fma(sum, %s_set1(%s), %s_set1(%s));", v, v, v,
         float_text(e->a, k->n->a.alpha / k->n->a.window), v, float_text(e->a, k->n->a.k));
    line(w, "const %s scale = %s;", v, power_text(e, v, k->n->a.beta));
    line(w, "%s",
         store_text(
             e->a, e->p->t, x, expression(e->a, "b", &at, ones, 1, 0),
             arena_printf(e->a, "%s * scale",
                          load_text(e->a, e->p->t, x, TYPE_F32, expression(e->a, "a", &at, ones, 1, 0)))));
    line(w, "}");
}

/* The squares of a pixel lie in scratch, between zeros that the window sees beyond the first and last channel.
 */
void emit_lrn_body(emitter *e, const plan_step *s, writer *w) {
    const node *n = &e->p->g->nodes[s->node];
    int c = n->shape.c, margins[2];
    lrn_margins(n, margins);
    window_norm k = {n, margins[0], margins[0] + 1 + margins[1]};
    line(w, "for (int i = 0; i < %d; i++) {", c + margins[0] + margins[1]);
    line(w, "scratch[i] = 0.0f;");
    line(w, "}");
    begin_shared_loop(e, s, w, "p", shape_pixels(n->shape));
    line(w, "const float *const a = x + p * %d;", c);
    line(w, "float *const b = y + p * %d;", c);
    for_each_vector(e, w, c, "c", emit_square, &k);
    for_each_vector(e, w, c, "c", emit_lrn_vector, &k);
    line(w, "}");
}
