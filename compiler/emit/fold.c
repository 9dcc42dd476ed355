/* fold.c: sums, products and largest values of many elements.
 *
 * A sum of many numbers is made of partial sums: several vectors side by side, each over at most PART elements
 * per lane. So the error of rounding stays small, and no addition waits for the one before it. */
#include "emit/fold.h"

enum { SIDE = 4, PART = 64 };

static const char *vector_name(const emitter *e, piece x) { return e->p->t->vectors[x.kind].name; }

const char *along_address(emitter *e, const char *base, const along *k, const char *at) {
    const char *names[] = {"i", at};
    const int64_t factors[] = {k->steps > 1 ? k->step : 0, 1};
    return expression(e->a, base, names, factors, 2, 0);
}

const char *scalar_text(emitter *e, const char *function, const char *v) {
    const target *t = e->p->t;
    int last = 0;
    while (last + 1 < MAX_VECTOR_KINDS && t->vectors[last + 1].lanes) last++;
    const char *name = t->vectors[last].name;
    return arena_printf(e->a, "%s_hmax(%s_%s(%s_set1(%s)))", name, name, function, name, v);
}

const char *spread_text(emitter *e, const along *k, piece x, const char *v) {
    return k->across ? arena_printf(e->a, "%s_set1(%s)", vector_name(e, x), v) : v;
}

/* "sum + v", "f32x8_max(most, v)" */
static const char *joined_text(emitter *e, fold_kind kind, const char *vector, const char *x, const char *y) {
    switch (kind) {
    case FOLD_SUM: return arena_printf(e->a, "%s + %s", x, y);
    case FOLD_PRODUCT: return arena_printf(e->a, "%s * %s", x, y);
    case FOLD_MOST: return arena_printf(e->a, "%s_max(%s, %s)", vector, x, y);
    case FOLD_LEAST: break;
    }
    return arena_printf(e->a, "%s_min(%s, %s)", vector, x, y);
}

/* The same as an operand of another one. */
static const char *grouped_text(emitter *e, fold_kind kind, const char *vector, const char *x, const char *y) {
    const char *joined = joined_text(e, kind, vector, x, y);
    return kind == FOLD_SUM || kind == FOLD_PRODUCT ? arena_printf(e->a, "(%s)", joined) : joined;
}

/* The term of the element that was loaded as v. */
static const char *term_text(emitter *e, const along *k, const fold *f, piece x, const char *v) {
    const char *name = vector_name(e, x);
    switch (f->term) {
    case TERM_SIZE: return arena_printf(e->a, "%s_abs(%s)", name, v);
    case TERM_SPREAD: return arena_printf(e->a, "%s - %s", v, spread_text(e, k, x, f->centre));
    case TERM_POWER: return arena_printf(e->a, "%s_exp(%s - %s)", name, v, spread_text(e, k, x, f->centre));
    case TERM_SQUARE:
    case TERM_VALUE: break;
    }
    return v;
}

static bool is_squared(const fold *f) { return f->term == TERM_SQUARE || f->term == TERM_SPREAD; }

/* Adds the vector of elements at `at` to `sum`. */
static void emit_term(emitter *e, writer *w, const along *k, const fold *f, piece x, const char *at,
                      const char *sum) {
    const char *name = vector_name(e, x);
    const char *v = load_text(e->a, e->p->t, x, TYPE_F32, along_address(e, "a", k, at));
    const char *term = term_text(e, k, f, x, v);
    bool named = is_squared(f) || f->stores;
    if (named) {
        line(w, "{");
        line(w, "const %s v = %s;", name, term);
        term = "v";
    }
    if (f->stores) line(w, "%s", store_text(e->a, e->p->t, x, along_address(e, "b", k, at), term));
    if (is_squared(f)) {
        line(w, "%s = %s_fma(v, v, %s);", sum, name, sum);
    } else {
        line(w, "%s = %s;", sum, joined_text(e, f->kind, name, sum, term));
    }
    if (named) line(w, "}");
}

/* What a fold begins with: nothing, or the first element. */
static const char *start_text(emitter *e, const fold *f, const char *vector, const char *first) {
    if (f->kind == FOLD_SUM) return arena_printf(e->a, "%s_zero()", vector);
    return arena_printf(e->a, "%s_set1(%s)", vector, f->kind == FOLD_PRODUCT ? "1.0f" : first);
}

/* ---- one vector of channels ---- */

static void begin_steps(writer *w, const along *k, const char *first, const char *end) {
    if (k->steps > 1) line(w, "for (int i = %s; i < %s; i++) {", first, end);
}

static void end_steps(writer *w, const along *k) {
    if (k->steps > 1) line(w, "}");
}

void emit_each_step(emitter *e, writer *w, const along *k, piece x, const char *at, lanes_body body,
                    void *data) {
    begin_steps(w, k, "0", arena_printf(e->a, "%lld", (long long)k->steps));
    body(e, w, x, at, data);
    end_steps(w, k);
}

void emit_fold_channels(emitter *e, writer *w, const along *k, const fold *f, piece x, const char *at) {
    const char *name = vector_name(e, x), *steps = arena_printf(e->a, "%lld", (long long)k->steps);
    bool in_parts = f->kind == FOLD_SUM && k->steps > PART;
    bool from_first = f->kind == FOLD_MOST || f->kind == FOLD_LEAST;
    const along first = {.steps = 1};
    const char *start = from_first ? load_text(e->a, e->p->t, x, TYPE_F32, along_address(e, "a", &first, at))
                                   : start_text(e, f, name, NULL);
    line(w, "%s %s = %s;", name, f->name, start);
    if (in_parts) {
        line(w, "for (int begin = 0; begin < %s; begin += %d) {", steps, PART);
        line(w, "const int end = begin + %d < %s ? begin + %d : %s;", PART, steps, PART, steps);
        line(w, "%s part = %s_zero();", name, name);
    }
    begin_steps(w, k, in_parts ? "begin" : "0", in_parts ? "end" : steps);
    emit_term(e, w, k, f, x, at, in_parts ? "part" : f->name);
    end_steps(w, k);
    if (in_parts) {
        line(w, "%s = %s + part;", f->name, f->name);
        line(w, "}");
    }
}

/* ---- across the innermost axis ---- */

void emit_each_across(emitter *e, writer *w, const along *k, lanes_body body, void *data) {
    begin_steps(w, k, "0", arena_printf(e->a, "%lld", (long long)k->steps));
    for_each_vector(e, w, (int)k->length, "j", body, data);
    end_steps(w, k);
}

/* A float into the float `sum`. */
static void emit_joined_float(writer *w, fold_kind kind, const char *sum, const char *v) {
    switch (kind) {
    case FOLD_SUM: line(w, "%s += %s;", sum, v); break;
    case FOLD_PRODUCT: line(w, "%s *= %s;", sum, v); break;
    case FOLD_MOST: line(w, "if (%s > %s) %s = %s;", v, sum, sum, v); break;
    case FOLD_LEAST: line(w, "if (%s < %s) %s = %s;", v, sum, sum, v); break;
    }
}

typedef struct tail {
    const along *k;
    const fold *f;
} tail;

/* The elements behind the last full vector, lane by lane, since the lanes behind them hold no elements. */
static void emit_tail(emitter *e, writer *w, piece x, const char *at, void *data) {
    const tail *t = data;
    const char *name = vector_name(e, x);
    const char *v = load_text(e->a, e->p->t, x, TYPE_F32, along_address(e, "a", t->k, at));
    line(w, "{");
    line(w, "float lanes[%d];", e->p->t->vectors[x.kind].lanes);
    line(w, "const %s v = %s;", name, term_text(e, t->k, t->f, x, v));
    if (t->f->stores) line(w, "%s", store_text(e->a, e->p->t, x, along_address(e, "b", t->k, at), "v"));
    line(w, "%s_store(lanes, %s);", name, is_squared(t->f) ? "v * v" : "v");
    line(w, "for (int lane = 0; lane < %d; lane++) {", x.valid);
    emit_joined_float(w, t->f->kind, t->f->name, "lanes[lane]");
    line(w, "}");
    line(w, "}");
}

/* SIDE vectors side by side, PART times at most. */
static void emit_blocks(emitter *e, writer *w, const along *k, const fold *f, int64_t end, piece x) {
    const char *name = vector_name(e, x);
    int64_t block = (int64_t)SIDE * x.valid, most = block * PART;
    bool several = end > most && f->kind == FOLD_SUM;
    if (several) {
        line(w, "for (int begin = 0; begin < %lld; begin += %lld) {", (long long)end, (long long)most);
        line(w, "const int end = begin + %lld < %lld ? begin + %lld : %lld;", (long long)most, (long long)end,
             (long long)most, (long long)end);
    } else {
        line(w, "{");
    }
    const char *start = start_text(e, f, name, "a[0]");
    for (int i = 0; i < SIDE; i++) line(w, "%s s%d = %s;", name, i, start);
    line(w, "for (int j = %s; j < %s; j += %lld) {", several ? "begin" : "0",
         several ? "end" : arena_printf(e->a, "%lld", (long long)end), (long long)block);
    for (int i = 0; i < SIDE; i++) {
        const char *at = i ? arena_printf(e->a, "j + %d", i * x.valid) : "j";
        emit_term(e, w, k, f, x, at, arena_printf(e->a, "s%d", i));
    }
    line(w, "}");
    const char *low = grouped_text(e, f->kind, name, "s0", "s1"),
               *high = grouped_text(e, f->kind, name, "s2", "s3");
    line(w, "lanes = %s;", joined_text(e, f->kind, name, "lanes", grouped_text(e, f->kind, name, low, high)));
    line(w, "}");
}

/* Joins the lanes of the vector `lanes` into the float. */
static void emit_joined_lanes(emitter *e, writer *w, const fold *f, piece x) {
    const char *name = vector_name(e, x);
    switch (f->kind) {
    case FOLD_SUM: line(w, "%s += %s_sum(lanes);", f->name, name); return;
    case FOLD_MOST: line(w, "%s = %s_hmax(lanes);", f->name, name); return;
    case FOLD_LEAST: line(w, "%s = -%s_hmax(-lanes);", f->name, name); return;
    case FOLD_PRODUCT: break;
    }
    line(w, "float factors[%d];", x.valid);
    line(w, "%s_store(factors, lanes);", name);
    line(w, "for (int lane = 0; lane < %d; lane++) {", x.valid);
    line(w, "%s *= factors[lane];", f->name);
    line(w, "}");
}

void emit_fold_across(emitter *e, writer *w, const along *k, const fold *f) {
    const target *t = e->p->t;
    const piece x = {0, t->vectors[0].lanes};
    const char *name = vector_name(e, x);
    int64_t full = k->length / x.valid * x.valid, sided = full / (SIDE * x.valid) * (SIDE * x.valid);
    line(w, "float %s = %s;", f->name,
         f->kind == FOLD_SUM       ? "0.0f"
         : f->kind == FOLD_PRODUCT ? "1.0f"
                                   : "a[0]");
    if (full) {
        line(w, "{");
        line(w, "%s lanes = %s;", name, start_text(e, f, name, "a[0]"));
        begin_steps(w, k, "0", arena_printf(e->a, "%lld", (long long)k->steps));
        if (sided) emit_blocks(e, w, k, f, sided, x);
        for (int64_t at = sided; at < full; at += x.valid)
            emit_term(e, w, k, f, x, arena_printf(e->a, "%lld", (long long)at), "lanes");
        end_steps(w, k);
        emit_joined_lanes(e, w, f, x);
        line(w, "}");
    }
    if (full == k->length) return;
    begin_steps(w, k, "0", arena_printf(e->a, "%lld", (long long)k->steps));
    for_each_rest(e, w, (int)k->length, emit_tail, &(tail){k, f});
    end_steps(w, k);
}
