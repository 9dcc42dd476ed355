/* along.c: the bodies of what works along axes: softmax, log_softmax, l2_norm, reduce, argmax and argmin.
 *
 * The largest value is subtracted before exp, so that it does not overflow. */
#include "emit/fold.h"

/* What the lines for one place, or for one vector of channels at a place, are made from. */
typedef struct along_step {
    const plan_step *s;
    const node *n;
    along k;
} along_step;

static along_step find_along(const emitter *e, const plan_step *s) {
    const node *n = &e->p->g->nodes[s->node];
    return (along_step){s, n, walk_along(s->operands[0].shape, n->a.axes)};
}

/* The elements' type, in C. */
static const char *element_type(const emitter *e, const along_step *k) {
    return buffer_type(e, k->s->operands[0].runs[0].buffer);
}

/* Opens the loop over the places, and points `a` to the first element of each. Threads share it. */
static void begin_places(emitter *e, writer *w, const along_step *k) {
    const char *names[] = {"p"};
    const int64_t factors[] = {k->k.place_step};
    if (k->s->units > 1) {
        begin_shared_loop(e, k->s, w, "p", k->k.places);
    } else if (k->k.places > 1) {
        line(w, "for (int p = 0; p < %lld; p++) {", (long long)k->k.places);
    } else {
        line(w, "{");
    }
    line(w, "const %s *const a = %s;", element_type(e, k),
         expression(e->a, "x", names, factors, k->k.places > 1, 0));
}

/* Points `b` to the first element of the place in a result of the operand's shape. */
static void begin_result(emitter *e, writer *w, const along_step *k) {
    const char *names[] = {"p"};
    const int64_t factors[] = {k->k.place_step};
    line(w, "float *const b = %s;", expression(e->a, "y", names, factors, k->k.places > 1, 0));
}

/* ---- softmax, log_softmax, l2_norm ---- */

static const char *load_at(emitter *e, const along_step *k, const char *base, piece x, const char *at) {
    return load_text(e->a, e->p->t, x, TYPE_F32, along_address(e, base, &k->k, at));
}

/* The last loop: each element, or what b has of it already, becomes the result. */
static void emit_result(emitter *e, writer *w, piece x, const char *at, void *data) {
    const along_step *k = data;
    const char *v;
    if (k->n->op == OP_LOG_SOFTMAX) {
        v = arena_printf(e->a, "%s - %s - %s", load_at(e, k, "a", x, at), spread_text(e, &k->k, x, "most"),
                         spread_text(e, &k->k, x, "log_of_sum"));
    } else {
        v = arena_printf(e->a, "%s * %s", load_at(e, k, k->n->op == OP_SOFTMAX ? "b" : "a", x, at),
                         spread_text(e, &k->k, x, "scale"));
    }
    line(w, "%s", store_text(e->a, e->p->t, x, along_address(e, "b", &k->k, at), v));
}

static const fold largest = {FOLD_MOST, TERM_VALUE, "most", NULL, false};
static const fold powers = {FOLD_SUM, TERM_POWER, "sum", "most", false};
static const fold kept_powers = {FOLD_SUM, TERM_POWER, "sum", "most", true};
static const fold squares = {FOLD_SUM, TERM_SQUARE, "sum", NULL, false};

/* No norm of numbers that are not all zero is as small, and all zeros stay zeros. */
static const char *least_size(emitter *e, const node *n) {
    const double least = 1.2e-38;
    return float_text(e->a, n->a.eps > least ? n->a.eps : least);
}

/* Declares what emit_result takes, from the sum: floats, or vectors of the kind of x. */
static void emit_scale(emitter *e, writer *w, const along_step *k, piece x) {
    const char *name = e->p->t->vectors[x.kind].name, *least = least_size(e, k->n);
    bool across = k->k.across;
    if (k->n->op == OP_LOG_SOFTMAX) {
        line(w, "const %s log_of_sum = %s;", across ? "float" : name,
             across ? scalar_text(e, "log", "sum") : arena_printf(e->a, "%s_log(sum)", name));
    } else if (k->n->op == OP_SOFTMAX && across) {
        line(w, "const float scale = 1.0f / sum;");
    } else if (k->n->op == OP_SOFTMAX) {
        line(w, "const %s scale = %s_set1(1.0f) / sum;", name, name);
    } else if (across) {
        line(w, "const float size = %s;", scalar_text(e, "sqrt", "sum"));
        line(w, "const float scale = 1.0f / (size > %s ? size : %s);", least, least);
    } else {
        line(w, "const %s scale = %s_set1(1.0f) / %s_max(%s_sqrt(sum), %s_set1(%s));", name, name, name, name,
             name, least);
    }
}

static const fold *sum_of(const node *n) {
    return n->op == OP_SOFTMAX ? &kept_powers : n->op == OP_LOG_SOFTMAX ? &powers : &squares;
}

static void emit_kept_channels(emitter *e, writer *w, piece x, const char *at, void *data) {
    along_step *k = data;
    line(w, "{");
    if (k->n->op != OP_L2_NORM) emit_fold_channels(e, w, &k->k, &largest, x, at);
    emit_fold_channels(e, w, &k->k, sum_of(k->n), x, at);
    emit_scale(e, w, k, x);
    emit_each_step(e, w, &k->k, x, at, emit_result, k);
    line(w, "}");
}

void emit_kept_along_body(emitter *e, const plan_step *s, writer *w) {
    along_step k = find_along(e, s);
    begin_places(e, w, &k);
    begin_result(e, w, &k);
    if (k.k.across) {
        if (k.n->op != OP_L2_NORM) emit_fold_across(e, w, &k.k, &largest);
        emit_fold_across(e, w, &k.k, sum_of(k.n));
        emit_scale(e, w, &k, (piece){0});
        emit_each_across(e, w, &k.k, emit_result, &k);
    } else {
        for_each_vector(e, w, (int)k.k.channels, "c", emit_kept_channels, &k);
    }
    line(w, "}");
}

/* ---- reduce ---- */

static const fold reductions[REDUCTION_COUNT] = {
    [REDUCE_MEAN] = {FOLD_SUM, TERM_VALUE, "sum", NULL, false},
    [REDUCE_SUM] = {FOLD_SUM, TERM_VALUE, "sum", NULL, false},
    [REDUCE_MAX] = {FOLD_MOST, TERM_VALUE, "most", NULL, false},
    [REDUCE_MIN] = {FOLD_LEAST, TERM_VALUE, "least", NULL, false},
    [REDUCE_L1] = {FOLD_SUM, TERM_SIZE, "sum", NULL, false},
    [REDUCE_L2] = {FOLD_SUM, TERM_SQUARE, "sum", NULL, false},
    [REDUCE_SUM_SQUARE] = {FOLD_SUM, TERM_SQUARE, "sum", NULL, false},
    [REDUCE_PROD] = {FOLD_PRODUCT, TERM_VALUE, "product", NULL, false},
    [REDUCE_LOG_SUM_EXP] = {FOLD_SUM, TERM_POWER, "sum", "most", false},
};

/* The result that comes of the fold: a float, or a vector of the kind of x. */
static const char *reduced_text(emitter *e, const along_step *k, piece x) {
    const char *name = e->p->t->vectors[x.kind].name, *v = reductions[k->n->a.reduce].name;
    bool across = k->k.across;
    switch (k->n->a.reduce) {
    case REDUCE_MEAN:
        v = float_text(e->a, 1.0 / (double)along_count(&k->k));
        return arena_printf(e->a, "sum * %s", across ? v : arena_printf(e->a, "%s_set1(%s)", name, v));
    case REDUCE_L2: return across ? scalar_text(e, "sqrt", v) : arena_printf(e->a, "%s_sqrt(%s)", name, v);
    case REDUCE_LOG_SUM_EXP:
        return arena_printf(e->a, "most + %s",
                            across ? scalar_text(e, "log", v) : arena_printf(e->a, "%s_log(%s)", name, v));
    default: return v;
    }
}

static void emit_reduced_channels(emitter *e, writer *w, piece x, const char *at, void *data) {
    along_step *k = data;
    const char *names[] = {"p", at};
    const int64_t factors[] = {k->k.places > 1 ? k->k.channels : 0, 1};
    line(w, "{");
    if (k->n->a.reduce == REDUCE_LOG_SUM_EXP) emit_fold_channels(e, w, &k->k, &largest, x, at);
    emit_fold_channels(e, w, &k->k, &reductions[k->n->a.reduce], x, at);
    line(w, "%s",
         store_text(e->a, e->p->t, x, expression(e->a, "y", names, factors, 2, 0), reduced_text(e, k, x)));
    line(w, "}");
}

void emit_reduce_body(emitter *e, const plan_step *s, writer *w) {
    along_step k = find_along(e, s);
    begin_places(e, w, &k);
    if (k.k.across) {
        if (k.n->a.reduce == REDUCE_LOG_SUM_EXP) emit_fold_across(e, w, &k.k, &largest);
        emit_fold_across(e, w, &k.k, &reductions[k.n->a.reduce]);
        line(w, "y[%s] = %s;", k.k.places > 1 ? "p" : "0", reduced_text(e, &k, (piece){0}));
    } else {
        for_each_vector(e, w, (int)k.k.channels, "c", emit_reduced_channels, &k);
    }
    line(w, "}");
}

/* ---- argmax, argmin ---- */

void emit_argument_body(emitter *e, const plan_step *s, writer *w) {
    const along_step k = find_along(e, s);
    const along *m = &k.k;
    bool whole = e->p->buffers[s->out_buffer].type == TYPE_I32;
    const char *better = k.n->op == OP_ARGMAX ? (k.n->a.last ? ">=" : ">") : k.n->a.last ? "<=" : "<";
    const char *names[] = {"i", "j", "c"}, *out[] = {"p", "c"};
    const int64_t steps[] = {m->step, m->across, !m->across}, counts[] = {m->length, m->across};
    const int64_t to[] = {m->places > 1 ? m->channels : 0, !m->across};
    begin_places(e, w, &k);
    if (!m->across) line(w, "for (int c = 0; c < %lld; c++) {", (long long)m->channels);
    line(w, "%s most = a[%s];", element_type(e, &k), m->across ? "0" : "c");
    line(w, "int place = 0;");
    line(w, "for (int i = 0; i < %lld; i++) {", (long long)m->steps);
    if (m->across) line(w, "for (int j = 0; j < %lld; j++) {", (long long)m->length);
    line(w, "const %s v = a[%s];", element_type(e, &k), expression(e->a, "", names, steps, 3, 0));
    line(w, "if (v %s most) {", better);
    line(w, "most = v;");
    line(w, "place = %s;", expression(e->a, "", names, counts, 2, 0));
    line(w, "}");
    if (m->across) line(w, "}");
    line(w, "}");
    line(w, "y[%s] = %splace;", expression(e->a, "", out, to, 2, 0), whole ? "" : "(float)");
    if (!m->across) line(w, "}");
    line(w, "}");
}
