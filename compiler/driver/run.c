/* run.c: --run: .npy files through the reference interpreter.
 *
 * A file holds one sample, of the input's shape [h, w, c], or several, [n, h, w, c]. The results have the same
 * leading n or have it not, and are float64: they are the reference. Each sample has an arena of its own, so
 * that memory does not grow with n. */
#include "driver/driver.h"

#include "base/file.h"
#include "interp/interp.h"
#include "weights/npy.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static const loc command_line = {0};

typedef struct samples {
    mapping file;
    npy_array array;
    int64_t count;
    bool has_count; /* the file's shape begins with n */
} samples;

/* "[224, 224, 3]". */
static const char *show_dims(arena *a, const int64_t *dims, int rank) {
    const char *s = "[";
    for (int i = 0; i < rank; i++) s = arena_printf(a, "%s%s%" PRId64, s, i ? ", " : "", dims[i]);
    return arena_printf(a, "%s]", s);
}

static bool shape_is(const npy_array *x, int from, shape s) {
    return x->rank == from + 3 && x->dims[from] == s.h && x->dims[from + 1] == s.w && x->dims[from + 2] == s.c;
}

/* What an element of the type can be; any finite number for f32. */
static bool value_fits(elem_type type, double v) {
    if (type == TYPE_U8) return v >= 0 && v <= 255 && v == floor(v);
    if (type == TYPE_I8) return v >= -128 && v <= 127 && v == floor(v);
    return isfinite(v) != 0;
}

static bool read_samples(job *j, const char *path, const port *in, samples *s) {
    const node *n = &j->described->nodes[in->node];
    const char *why;
    if (!map_file(j->mem, path, &s->file, &why) ||
        !npy_parse(j->mem, s->file.data, s->file.size, &s->array, &why)) {
        diag_error(j->d, command_line, "%s: %s", path, why);
        return false;
    }
    const npy_array *x = &s->array;
    s->has_count = shape_is(x, 1, n->shape);
    s->count = s->has_count ? x->dims[0] : 1;
    if (!s->has_count && !shape_is(x, 0, n->shape)) {
        diag_error(j->d, command_line,
                   "%s: the input '%s' is [%d, %d, %d], or several of that, but the file has %s", path,
                   in->name, n->shape.h, n->shape.w, n->shape.c, show_dims(j->mem, x->dims, x->rank));
        return false;
    }
    for (int64_t i = 0; i < x->count; i++) {
        double v = npy_value(x, i);
        if (!value_fits(n->type, v)) {
            diag_error(j->d, command_line, "%s: element %" PRId64 " is %g, which is no %s", path, i, v,
                       type_table[n->type].name);
            return false;
        }
    }
    return true;
}

/* Runs sample `index`; the outputs' values are put at values[k] + index * elements of output k. */
static void run_sample(const job *j, const samples *in, int64_t index, double **values) {
    const graph *g = j->described;
    arena *a = arena_new();
    const double **inputs = ARENA_ARRAY(a, const double *, g->n_inputs);
    for (int i = 0; i < g->n_inputs; i++) {
        int64_t elements = shape_elements(g->nodes[g->inputs[i].node].shape);
        double *x = ARENA_ARRAY(a, double, elements);
        for (int64_t e = 0; e < elements; e++) x[e] = npy_value(&in[i].array, index * elements + e);
        inputs[i] = x;
    }
    double **results = interp_run(g, a, inputs, NULL, NULL);
    for (int k = 0; k < g->n_outputs; k++) {
        size_t elements = (size_t)shape_elements(g->nodes[g->outputs[k].node].shape);
        memcpy(values[k] + (size_t)index * elements, results[k], elements * sizeof(double));
    }
    arena_free(a);
}

/* One --run for each input and one --out for each output. */
static bool check_counts(job *j) {
    const graph *g = j->described;
    if (j->o.run.count != g->n_inputs) {
        diag_error(j->d, g->at, "the network has %d input%s, but --run is given %d time%s", g->n_inputs,
                   g->n_inputs == 1 ? "" : "s", j->o.run.count, j->o.run.count == 1 ? "" : "s");
    }
    if (j->o.result.count != g->n_outputs) {
        diag_error(j->d, g->at, "the network has %d output%s, but --out is given %d time%s", g->n_outputs,
                   g->n_outputs == 1 ? "" : "s", j->o.result.count, j->o.result.count == 1 ? "" : "s");
    }
    return j->o.run.count == g->n_inputs && j->o.result.count == g->n_outputs;
}

static bool read_all_samples(job *j, samples *in) {
    const graph *g = j->described;
    bool good = true;
    for (int i = 0; i < g->n_inputs; i++) good = read_samples(j, j->o.run.at[i], &g->inputs[i], &in[i]) && good;
    for (int i = 1; i < g->n_inputs && good; i++) {
        if (in[i].count != in[0].count || in[i].has_count != in[0].has_count) {
            diag_error(j->d, command_line, "%s and %s hold different numbers of samples", j->o.run.at[0],
                       j->o.run.at[i]);
            good = false;
        }
    }
    return good;
}

bool run_interpreter(job *j) {
    enum { MOST_RESULTS = 1 << 26 }; /* elements of all results of one output: 512 MB */
    const graph *g = j->described;
    if (!check_counts(j)) return false;
    const char *refusal = interp_refusal(g, j->mem);
    if (refusal) {
        diag_error(j->d, g->at, "%s", refusal);
        return false;
    }
    samples *in = ARENA_ARRAY(j->mem, samples, g->n_inputs);
    bool good = read_all_samples(j, in);
    double **values = ARENA_ARRAY(j->mem, double *, g->n_outputs);
    for (int k = 0; k < g->n_outputs && good; k++) {
        int64_t elements = shape_elements(g->nodes[g->outputs[k].node].shape);
        if (in[0].count > MOST_RESULTS / elements) {
            diag_error(j->d, command_line, "%s: too many samples for one run: %" PRId64, j->o.run.at[0],
                       in[0].count);
            good = false;
        } else {
            values[k] = ARENA_ARRAY(j->mem, double, elements *in[0].count);
        }
    }
    for (int64_t s = 0; good && s < in[0].count; s++) run_sample(j, in, s, values);
    j->results = ARENA_ARRAY(j->mem, text, g->n_outputs);
    for (int k = 0; k < g->n_outputs && good; k++) {
        shape s = g->nodes[g->outputs[k].node].shape;
        int64_t dims[4] = {in[0].count, s.h, s.w, s.c};
        int skip = in[0].has_count ? 0 : 1;
        npy_write_f64(&j->results[k], dims + skip, 4 - skip, values[k]);
        add_output(j, j->o.result.at[k], &j->results[k]);
    }
    for (int i = 0; i < g->n_inputs; i++) unmap_file(&in[i].file);
    return good;
}
