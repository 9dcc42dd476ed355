/* compare.c: runs the float network and the quantised one on the same samples, and adds up, for each tensor,
 * the squares of its values and of the differences. */
#include "quantize/compare.h"

#include "graph/quant.h"
#include "interp/fast.h"

#include <math.h>
#include <string.h>

typedef struct power {
    double signal, noise;
} power;

typedef struct comparer {
    const decisions *d;
    const built *b;
    const sample_source *samples;
    fast_graph *quantised;
    float **values[SAMPLE_LANES]; /* [nodes of the float network] those of the sample at work, where they are
                                     compared */
    power *powers[SAMPLE_LANES];  /* [nodes of the quantised graph] */
    power outputs[SAMPLE_LANES];
    bool *compared; /* [nodes of the float network] */
    int32_t *float_top, *integer_top;
} comparer;

typedef struct sample_at_work {
    comparer *c;
    int lane, sample;
} sample_at_work;

/* The number that element i of a node's value stands for. */
static double real_value(const node *n, const float *value, int64_t i) {
    if (!n->q.on) return (double)value[i];
    return (double)quant_scale(&n->q, (int)(i % n->shape.c)) * ((double)value[i] - n->q.zero);
}

static void add_power(power *p, const float *wanted, const node *n, const float *got) {
    for (int64_t i = 0; i < shape_elements(n->shape); i++) {
        double x = (double)wanted[i], off = real_value(n, got, i) - x;
        p->signal += x * x;
        p->noise += off * off;
    }
}

static void keep_value(void *data, int lane, int sample, int index, const float *value) {
    comparer *c = data;
    (void)sample;
    if (!c->compared[index]) return;
    memcpy(c->values[lane][index], value, (size_t)shape_elements(c->d->g->nodes[index].shape) * sizeof(float));
}

static void compare_value(void *data, int index, float *value) {
    const sample_at_work *w = data;
    comparer *c = w->c;
    int of = c->b->origin[index];
    if (of < 0 || !c->compared[of]) return;
    add_power(&c->powers[w->lane][index], c->values[w->lane][of], &c->b->g->nodes[index], value);
}

static int32_t find_top(const node *n, const float *value) {
    int64_t top = 0, count = shape_elements(n->shape);
    for (int64_t i = 1; i < count; i++) top = value[i] > value[top] ? i : top;
    return (int32_t)top;
}

static void compare_sample(void *data, int lane, int sample, float *const *outputs) {
    comparer *c = data;
    arena *a = arena_new();
    const graph *g = c->d->g, *q = c->b->g;
    float **inputs = ARENA_ARRAY(a, float *, g->n_inputs);
    for (int i = 0; i < g->n_inputs; i++) {
        inputs[i] = ARENA_ARRAY(a, float, shape_elements(g->nodes[g->inputs[i].node].shape));
        c->samples->fill(c->samples->data, sample, i, inputs[i]);
    }
    sample_at_work w = {c, lane, sample};
    float **got = fast_run(c->quantised, a, (const float *const *)inputs, compare_value, &w);
    for (int k = 0; k < g->n_outputs; k++)
        add_power(&c->outputs[lane], outputs[k], &q->nodes[q->outputs[k].node], got[k]);
    c->float_top[sample] = find_top(&g->nodes[g->outputs[0].node], outputs[0]);
    c->integer_top[sample] = find_top(&q->nodes[q->outputs[0].node], got[0]);
    arena_free(a);
}

/* Values before a bound are compared behind it, because the codes are cut off there already. */
static bool *mark_compared(const decisions *d, const built *b, arena *a) {
    bool *compared = ARENA_ARRAY(a, bool, d->g->n_nodes);
    for (int i = 0; i < b->g->n_nodes; i++) {
        int of = b->origin[i];
        if (of >= 0 && d->counts[of] && b->g->nodes[i].q.on && d->g->nodes[of].op != OP_INPUT)
            compared[of] = true;
    }
    return compared;
}

static double decibels_of(const power *p) {
    if (p->signal == 0) return NAN;
    return p->noise > 0 ? 10 * log10(p->signal / p->noise) : INFINITY;
}

static void make_room(comparer *c, arena *a) {
    const graph *g = c->d->g;
    for (int lane = 0; lane < SAMPLE_LANES; lane++) {
        c->powers[lane] = ARENA_ARRAY(a, power, c->b->g->n_nodes);
        c->values[lane] = ARENA_ARRAY(a, float *, g->n_nodes);
        for (int i = 0; i < g->n_nodes; i++) {
            if (c->compared[i]) c->values[lane][i] = ARENA_ARRAY(a, float, shape_elements(g->nodes[i].shape));
        }
    }
}

comparison compare_networks(const decisions *d, const built *b, const sample_source *samples, int count,
                            const quantize_options *o, const char *what, arena *a) {
    arena *scratch = arena_new();
    comparer c = {.d = d, .b = b, .samples = samples, .quantised = fast_prepare(b->g, scratch)};
    c.compared = mark_compared(d, b, scratch);
    c.float_top = ARENA_ARRAY(a, int32_t, count);
    c.integer_top = ARENA_ARRAY(a, int32_t, count);
    make_room(&c, scratch);
    run_samples(&(observed_run){d->g, samples, o, what, count, &c, keep_value, compare_sample});
    comparison all = {ARENA_ARRAY(a, double, b->g->n_nodes), 0, c.float_top, c.integer_top};
    power outputs = {0, 0};
    for (int lane = 0; lane < SAMPLE_LANES; lane++) {
        outputs.signal += c.outputs[lane].signal;
        outputs.noise += c.outputs[lane].noise;
    }
    all.output_decibels = decibels_of(&outputs);
    for (int i = 0; i < b->g->n_nodes; i++) {
        power sum = {0, 0};
        for (int lane = 0; lane < SAMPLE_LANES; lane++) {
            sum.signal += c.powers[lane][i].signal;
            sum.noise += c.powers[lane][i].noise;
        }
        all.decibels[i] = decibels_of(&sum);
    }
    arena_free(scratch);
    return all;
}
