/* candidate.c: finds what one candidate takes on a machine.
 *
 * Everything is made in an arena of its own, which is freed at the end. What is cheap is looked at first: the
 * text tells the work, the params and the least bytes of the weights; then the plan tells memory and cycles;
 * the code, whose size the model of flash estimates, is made last, and only of what keeps all other limits. */
#include "search/candidate.h"

#include "base/random.h"
#include "emit/emit.h"
#include "passes/passes.h"
#include "quantize/quantize.h"
#include "weights/weights.h"

#include <math.h>
#include <string.h>

typedef struct measuring {
    const machine *m;
    const limits *l;
    bool whole; /* goes on where a limit is exceeded */
    bool runs;  /* the code will be run: codes are random */
    arena *mem, *keep;
    diag *d;
    candidate *c;
} measuring;

/* The first message, without its place and the lines that quote the text: "mbconv: 3 channels do not fit". */
static const char *first_error(measuring *x) {
    text all = {0};
    diag_show(x->d, &all);
    const char *s = all.size ? all.data : "", *end = strstr(s, "error: ");
    if (end) s = end + strlen("error: ");
    const char *kept = arena_strndup(x->keep, s, strcspn(s, "\n"));
    text_free(&all);
    return kept;
}

static bool skip(measuring *x) {
    x->c->outcome = CANDIDATE_SKIPPED;
    x->c->why = first_error(x);
    return false;
}

/* Notes a figure. False if it is over its limit and nothing more is to be found out. */
static bool note(measuring *x, figure f, int64_t value) {
    candidate *c = x->c;
    c->figures[f] = value;
    c->known[f] = true;
    bool over = x->l->most[f] && value > x->l->most[f];
    if (over && c->outcome == CANDIDATE_FITS) {
        c->outcome = CANDIDATE_OVER;
        c->over = f;
    }
    return !over || x->whole;
}

/* The size of the network as stand_in.c compares it. */
static void note_shape(candidate *c, const graph *g) {
    for (int i = 0; i < g->n_nodes; i++) {
        const node *n = &g->nodes[i];
        c->layers += op_table[n->op].class == CLASS_CONV && shape_pixels(n->shape) > 1;
    }
    for (int i = 0; i < g->n_inputs; i++) {
        int64_t pixels = shape_pixels(g->nodes[g->inputs[i].node].shape);
        if (pixels > c->pixels) c->pixels = pixels;
    }
}

/* Bytes that the weights take at least. Kernels of several pixels do not count, since passes may trim them. */
static int64_t least_weight_bytes(const machine *m, const graph *g) {
    int64_t elements = 0;
    for (int i = 0; i < g->n_nodes; i++) {
        const node *n = &g->nodes[i];
        bool whole = n->op == OP_DENSE || (n->op == OP_CONV && n->a.kernel[0] * n->a.kernel[1] == 1);
        if (whole) elements += n->weights[ROLE_WEIGHT]->count;
    }
    return elements * (m->int8 ? 1 : m->half_weights ? 2 : 4);
}

/* Codes of weights that are about normal: the largest of a channel, which is 127, is 3.5 times as far from 0 as
 * weights are in the mean square. Where four bytes are taken at once, it depends on values which layers do. */
static float *make_codes(arena *a, int64_t count) {
    enum { TERMS = 4, RANGE = 63 }; /* terms from -31 to 31: their sum is 36 in the mean square */
    random_source random = {0};
    float *codes = ARENA_ARRAY(a, float, count);
    for (int64_t i = 0; i < count; i++) {
        for (int j = 0; j < TERMS; j++) codes[i] += (float)(random_below(&random, RANGE) - RANGE / 2);
    }
    return codes;
}

/* Gives the weights values where code is made of them, or steps of integers: mostly their number counts, not
 * what they are. The arrays are shared. */
static void fill_weights(measuring *x, const graph *g) {
    int64_t most = 0;
    for (int i = 0; i < g->n_nodes; i++) {
        for (int r = 0; r < ROLE_COUNT; r++) {
            const tensor *t = g->nodes[i].weights[r];
            if (t && t->count > most) most = t->count;
        }
    }
    float *ones = ARENA_ARRAY(x->mem, float, most);
    int32_t *zeros = ARENA_ARRAY(x->mem, int32_t, most);
    for (int64_t i = 0; i < most; i++) ones[i] = 1;
    float *codes =
        !x->m->int8_pairs && (x->runs || target_takes_fours(x->m->t)) ? make_codes(x->mem, most) : ones;
    for (int i = 0; i < g->n_nodes; i++) {
        for (int r = 0; r < ROLE_COUNT; r++) {
            tensor *t = g->nodes[i].weights[r];
            if (!t || t->data || t->ints) continue;
            if (t->type == TYPE_I32)
                t->ints = zeros;
            else
                t->data = t->type == TYPE_I8 ? codes : ones;
        }
    }
}

static const graph *reduce(measuring *x, graph *g) {
    const machine *m = x->m;
    const pass_options last = {.last = "sink_activations"};
    if (m->int8) {
        const graph *folded = run_passes_with(&last, g, x->mem, x->d, NULL, NULL);
        g = folded ? quantize_assumed(folded, m->integer_outputs, x->mem, x->d) : NULL;
    }
    if (g && m->int8) fill_weights(x, g);
    const pass_options o = {
        .keep_dead = true, .half_weights = m->half_weights, .byte_pairs = m->int8 && target_takes_fours(m->t)};
    graph *reduced = g ? run_passes_with(&o, g, x->mem, x->d, NULL, NULL) : NULL;
    for (int i = 0; reduced && i < reduced->n_inputs; i++) reduced->inputs[i].reused = m->reuse_input;
    return reduced;
}

/* The plan without a limit, if it keeps within that of memory; else the fastest one that does, or the smallest.
 */
static plan *find_plan(measuring *x, const graph *g, const tuning *tuned) {
    const target *t = x->m->t;
    int64_t most = x->l->most[FIGURE_RAM];
    x->c->max_ram = 0;
    plan *p = plan_make(g, t, 0, tuned, x->mem, x->d);
    if (!p || !most || p->arena_bytes <= most) return p;
    plan *least = plan_make(g, t, LEAST_RAM, tuned, x->mem, x->d);
    if (!least || least->arena_bytes > most) return least;
    x->c->max_ram = most;
    return plan_make(g, t, most, tuned, x->mem, x->d);
}

/* The flash of a plan for a target with a model of code size, for which the code is made. */
static int64_t emitted_flash(measuring *x, plan *p) {
    emitted code = {0};
    const emit_options o = {.prefix = p->g->name, .base_name = "model", .command = "", .seeded = true};
    plan *plans[] = {p};
    fill_weights(x, p->g);
    int64_t bytes = emit_model(plans, 1, &o, x->mem, x->d, &code) ? flash_bytes(&code.flash) : -1;
    text_free(&code.c);
    text_free(&code.h);
    text_free(&code.weights);
    return bytes;
}

static bool note_plan(measuring *x, const plan *p) {
    candidate *c = x->c;
    c->predicted = (int64_t)plan_cycles(p);
    int64_t cycles = c->seconds > 0 ? (int64_t)(c->seconds * x->m->hertz) : c->predicted;
    return note(x, FIGURE_RAM, p->arena_bytes) && note(x, FIGURE_CYCLES, cycles);
}

/* Finds the flash of a target with a model of code size: that of the fastest code that keeps all limits, or if
 * there is none, of the smallest. `p` is the plan of the fastest code. No code is made where the weights alone
 * are too much. */
static bool note_code(measuring *x, const graph *g, plan *p) {
    const candidate planned = *x->c;
    const int64_t most = x->l->most[FIGURE_FLASH];
    candidate best = planned;
    for (int compact = COMPACT_NOT; compact < COMPACTNESS_COUNT; compact++) {
        const tuning tuned = {.compact = (compactness)compact};
        *x->c = planned;
        if (compact && !(p = find_plan(x, g, &tuned))) return skip(x);
        if (compact && !note_plan(x, p)) continue;
        int64_t bytes = plan_weight_bytes(p);
        if (!most || bytes <= most) bytes = emitted_flash(x, p);
        if (bytes < 0) return skip(x);
        x->c->compact = (compactness)compact;
        note(x, FIGURE_FLASH, bytes);
        if (x->c->outcome == CANDIDATE_FITS || !most || bytes <= most) return true;
        if (!best.known[FIGURE_FLASH] || bytes < best.figures[FIGURE_FLASH]) best = *x->c;
    }
    *x->c = best;
    return x->whole;
}

static bool measure(measuring *x) {
    const machine *m = x->m;
    const char *text_of = x->c->text;
    graph *g = lang_compile_text(x->mem, x->d, m->path, text_of, strlen(text_of), &m->lang);
    if (!g) return skip(x);
    note_shape(x->c, g);
    if (!note(x, FIGURE_MACS, graph_macs(g)) || !note(x, FIGURE_PARAMS, graph_params(g))) return false;
    int64_t least = least_weight_bytes(m, g);
    bool too_large = x->l->most[FIGURE_FLASH] && least > x->l->most[FIGURE_FLASH];
    if (too_large && !note(x, FIGURE_FLASH, least)) return false;
    const graph *reduced = reduce(x, g);
    plan *p = reduced ? find_plan(x, reduced, NULL) : NULL;
    if (!p) return skip(x);
    if (!note_plan(x, p)) return false;
    return has_code_model(m->t) ? note_code(x, reduced, p) : note(x, FIGURE_FLASH, plan_weight_bytes(p));
}

void measure_candidate(const machine *m, const limits *l, bool whole, arena *keep, candidate *c) {
    measuring x = {.m = m, .l = l, .whole = whole, .mem = arena_new(), .keep = keep, .c = c};
    x.d = diag_new(x.mem);
    c->outcome = CANDIDATE_FITS;
    measure(&x);
    arena_free(x.mem);
}

plan *plan_candidate(const machine *m, const limits *l, const candidate *c, arena *a, diag *d) {
    candidate copy = *c;
    weights_report report;
    measuring x = {.m = m, .l = l, .runs = true, .mem = a, .keep = a, .d = d, .c = &copy};
    graph *g = lang_compile_text(a, d, m->path, c->text, strlen(c->text), &m->lang);
    if (!g) return NULL;
    if (!m->int8) weights_seed(a, g, 0, &report);
    const graph *reduced = reduce(&x, g);
    return reduced ? find_plan(&x, reduced, NULL) : NULL;
}

double exact_log2(double x) {
    enum { TERMS = 24 };
    const double ln2 = 0x1.62e42fefa39efp-1;
    int exponent;
    double m = frexp(x, &exponent); /* from 0.5 to 1, exactly */
    if (m < 0x1.6a09e667f3bcdp-1) m *= 2, exponent--;
    /* ln(m) = 2 atanh((m - 1) / (m + 1)), whose argument is at most 0.172 */
    double z = (m - 1) / (m + 1), power = z, sum = 0;
    for (int i = 0; i < TERMS; i++, power *= z * z) sum += power / (2 * i + 1);
    return exponent + 2 * sum / ln2;
}

double excess_of(const candidate *c, const limits *l) {
    double excess = 0;
    if (c->outcome == CANDIDATE_SKIPPED) return INFINITY;
    for (int i = 0; i < FIGURE_COUNT; i++) {
        if (!l->most[i] || !c->known[i] || c->figures[i] <= l->most[i]) continue;
        excess += exact_log2((double)c->figures[i] / (double)l->most[i]);
    }
    return excess;
}
