/* fast_driver.c: fast_driver FILE.net..: holds the fast evaluator to the plain one, node by node, on each
 * network with seeded weights, before the passes and after each of them. Exit 1 where a value differs.
 *
 * Both get the same inputs at each node: after a node was compared, its value becomes the plain one, rounded to
 * floats, in both. So an error is that of one node, and cannot add up or tip a later comparison.
 *
 * What may differ: a sum of n floats is off by at most n * 2^-24 of the sum of their sizes, and typically by
 * the root of n; an activation is off by some 2^-23 of its value. So TOLERANCE * 2^-24 of the largest value is
 * allowed; where weights are multiplied, of what n terms of the largest size would come to, if that is more:
 * sums may cancel. */
#include "answers.h"
#include "interp/fast.h"
#include "lang/lang.h"
#include "weights/weights.h"

#include <stdio.h>

enum { TOLERANCE = 8, SAMPLES = 5 };

typedef struct compared {
    const graph *g;
    arena *a;
    double **plain; /* [n_nodes]: as computed; what later nodes read is rounded to floats */
    double worst;   /* the largest difference, in units of 2^-24 of a node's largest value */
    int worst_node;
    int64_t values;
} compared;

static void keep_plain(void *data, int index, double *value) {
    compared *c = data;
    int64_t count = shape_elements(c->g->nodes[index].shape);
    c->plain[index] = ARENA_ARRAY(c->a, double, count);
    memcpy(c->plain[index], value, (size_t)count * sizeof(double));
    for (int64_t i = 0; i < count; i++) value[i] = (double)(float)value[i];
}

static double largest_of(const float *x, int64_t count) {
    double largest = 0;
    for (int64_t i = 0; i < count; i++) largest = fmax(largest, fabs((double)x[i]));
    return largest;
}

/* What the terms of a node's largest sum may come to: 0 for ops without weights. */
static double largest_sum(const compared *c, const node *n) {
    const tensor *w = n->weights[ROLE_WEIGHT];
    if (op_table[n->op].class != CLASS_CONV) return 0;
    double terms = (double)w->count / n->shape.c;
    const double *x = c->plain[n->in[0]];
    double largest = 0;
    for (int64_t i = 0; i < shape_elements(c->g->nodes[n->in[0]].shape); i++)
        largest = fmax(largest, fabs(x[i]));
    return terms * largest * largest_of(w->data, w->count);
}

static void compare_fast(void *data, int index, float *value) {
    compared *c = data;
    const node *n = &c->g->nodes[index];
    int64_t count = shape_elements(n->shape);
    double largest = fmax(1e-30, largest_sum(c, n)), error = 0;
    for (int64_t i = 0; i < count; i++) {
        double wanted = c->plain[index][i], off = fabs((double)value[i] - wanted);
        largest = fmax(largest, fabs(wanted));
        error = isnan(off) ? INFINITY : fmax(error, off);
        value[i] = (float)wanted;
    }
    c->values += count;
    if (n->q.on && error > 0) error = INFINITY; /* codes are exact */
    if (error / largest * 0x1p24 <= c->worst) return;
    c->worst = error / largest * 0x1p24;
    c->worst_node = index;
}

/* A sample of its own for each number. */
static void fill_sample(void *data, int sample, int input, float *values) {
    const compared *c = data;
    arena *a = arena_new();
    const node *n = &c->g->nodes[c->g->inputs[input].node];
    const double *x = make_values(a, n, (uint64_t)(sample * c->g->n_inputs + input + 1));
    for (int64_t i = 0; i < shape_elements(n->shape); i++) values[i] = (float)x[i];
    arena_free(a);
}

typedef struct sampled {
    compared c;
    double sums[SAMPLE_LANES];
    float *last; /* output 0 of the last sample */
} sampled;

static void fill_sampled(void *data, int sample, int input, float *values) {
    fill_sample(&((sampled *)data)->c, sample, input, values);
}

static void sum_value(void *data, int lane, int sample, int index, float *value) {
    sampled *s = data;
    int64_t count = shape_elements(s->c.g->nodes[index].shape);
    for (int64_t i = 0; i < count; i++) s->sums[lane] += (double)value[i] * (sample + 1);
}

static void keep_last(void *data, int lane, int sample, float *const *outputs) {
    sampled *s = data;
    (void)lane;
    if (sample != SAMPLES - 1) return;
    int64_t count = shape_elements(s->c.g->nodes[s->c.g->outputs[0].node].shape);
    s->last = ARENA_ARRAY(s->c.a, float, count);
    memcpy(s->last, outputs[0], (size_t)count * sizeof(float));
}

/* NULL where samples give the same bits by one thread and by three, and the last one what fast_run gives. */
static const char *samples_differ(const graph *g, const fast_graph *f, arena *a) {
    sampled s[2] = {{.c = {.g = g, .a = a}}, {.c = {.g = g, .a = a}}};
    for (int i = 0; i < 2; i++) {
        fast_samples(
            f, SAMPLES, i == 0 ? 1 : 3,
            &(sample_calls){.data = &s[i], .fill = fill_sampled, .value = sum_value, .outputs = keep_last});
    }
    if (memcmp(s[0].sums, s[1].sums, sizeof s[0].sums) != 0)
        return "threads change what is seen of the samples";
    const float **inputs = ARENA_ARRAY(a, const float *, g->n_inputs);
    for (int i = 0; i < g->n_inputs; i++) {
        float *x = ARENA_ARRAY(a, float, shape_elements(g->nodes[g->inputs[i].node].shape));
        fill_sample(&s[0].c, SAMPLES - 1, i, x);
        inputs[i] = x;
    }
    float **outputs = fast_run(f, a, inputs, NULL, NULL);
    size_t bytes = (size_t)shape_elements(g->nodes[g->outputs[0].node].shape) * sizeof(float);
    return memcmp(outputs[0], s[0].last, bytes) != 0 || memcmp(outputs[0], s[1].last, bytes) != 0
               ? "a sample's output is not that of a run"
               : NULL;
}

typedef struct checked {
    const char *path;
    bool bad;
    double worst;
    int64_t values;
} checked;

static void check_graph(checked *k, const char *when, const graph *g) {
    arena *a = arena_new();
    compared c = {.g = g, .a = a, .plain = ARENA_ARRAY(a, double *, g->n_nodes)};
    const double **wide = ARENA_ARRAY(a, const double *, g->n_inputs);
    const float **inputs = ARENA_ARRAY(a, const float *, g->n_inputs);
    for (int i = 0; i < g->n_inputs; i++) {
        int64_t count = shape_elements(g->nodes[g->inputs[i].node].shape);
        float *x = ARENA_ARRAY(a, float, count);
        double *y = ARENA_ARRAY(a, double, count);
        fill_sample(&c, 0, i, x);
        for (int64_t j = 0; j < count; j++) y[j] = (double)x[j];
        inputs[i] = x;
        wide[i] = y;
    }
    interp_run(g, a, wide, keep_plain, &c);
    const fast_graph *f = fast_prepare(g, a);
    fast_run(f, a, inputs, compare_fast, &c);
    if (c.worst > TOLERANCE) {
        k->bad = true;
        printf("%s: %s: node %d, %s, is off by %g units\n    %s\n", k->path, when, c.worst_node,
               op_table[g->nodes[c.worst_node].op].name, c.worst, describe(g, a));
    }
    k->worst = fmax(k->worst, c.worst);
    k->values += c.values;
    arena_free(a);
}

static void check_samples(checked *k, const graph *g, arena *a) {
    const char *why = samples_differ(g, fast_prepare(g, a), a);
    if (!why) return;
    k->bad = true;
    printf("%s: %s\n", k->path, why);
}

static void check_after_pass(void *data, const pass *p, const graph *g) { check_graph(data, p->name, g); }

static bool check_net(checked *k) {
    arena *a = arena_new();
    diag *d = diag_new(a);
    k->bad = false;
    graph *g = lang_compile(a, d, k->path, &(lang_options){0}, NULL, NULL);
    if (g) {
        weights_report report;
        weights_seed(a, g, 1, &report);
        check_graph(k, "before the passes", g);
        const graph *after = run_passes(g, a, d, check_after_pass, k);
        check_samples(k, g, a);
        if (after) check_samples(k, after, a);
    }
    text said = {0};
    diag_print(d, &said);
    if (said.size) fputs(said.data, stdout);
    text_free(&said);
    arena_free(a);
    return g && !k->bad;
}

int main(int argc, char **argv) {
    checked k = {0};
    int bad = 0;
    for (int i = 1; i < argc; i++) {
        k.path = argv[i];
        bad += !check_net(&k);
    }
    printf("%d networks, %d of them wrong; %lld values, at worst %.1f units of 2^-24 of a node's largest\n",
           argc - 1, bad, (long long)k.values, k.worst);
    return argc < 2 || bad > 0;
}
