/* samples.c: reads the inputs of a network from .npy files. */
#include "driver/samples.h"

#include <inttypes.h>
#include <math.h>

static const loc command_line = {0};

/* "[224, 224, 3]". */
static const char *show_dims(arena *a, const int64_t *dims, int rank) {
    const char *s = "[";
    for (int i = 0; i < rank; i++) s = arena_printf(a, "%s%s%" PRId64, s, i ? ", " : "", dims[i]);
    return arena_printf(a, "%s]", s);
}

static bool shape_is(const npy_array *x, int from, shape s) {
    return x->rank == from + 3 && x->dims[from] == s.h && x->dims[from + 1] == s.w && x->dims[from + 2] == s.c;
}

/* Whether an element of the type can have the value: any finite number for f32. */
static bool value_fits(elem_type type, double v) {
    if (type == TYPE_U8) return v >= 0 && v <= 255 && v == floor(v);
    if (type == TYPE_I8) return v >= -128 && v <= 127 && v == floor(v);
    return isfinite(v) != 0;
}

static bool read_file_of(job *j, const char *path, const port *in, samples *s) {
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

bool check_sample_files(job *j, const char *option, const words *files) {
    const graph *g = j->described;
    if (files->count != g->n_inputs) {
        diag_error(j->d, g->at, "the network has %d input%s, but %s is given %d time%s", g->n_inputs,
                   g->n_inputs == 1 ? "" : "s", option, files->count, files->count == 1 ? "" : "s");
    }
    return files->count == g->n_inputs;
}

bool read_samples(job *j, const words *files, samples *in) {
    const graph *g = j->described;
    bool good = true;
    for (int i = 0; i < g->n_inputs; i++) good = read_file_of(j, files->at[i], &g->inputs[i], &in[i]) && good;
    for (int i = 1; i < g->n_inputs && good; i++) {
        if (in[i].count != in[0].count || in[i].has_count != in[0].has_count) {
            diag_error(j->d, command_line, "%s and %s hold different numbers of samples", files->at[0],
                       files->at[i]);
            good = false;
        }
    }
    return good;
}

void close_samples(const job *j, samples *in) {
    for (int i = 0; i < j->described->n_inputs; i++) unmap_file(&in[i].file);
}

const double *const *sample_inputs(const graph *g, const samples *in, int64_t index, arena *a) {
    const double **inputs = ARENA_ARRAY(a, const double *, g->n_inputs);
    for (int i = 0; i < g->n_inputs; i++) {
        int64_t elements = shape_elements(g->nodes[g->inputs[i].node].shape);
        double *x = ARENA_ARRAY(a, double, elements);
        for (int64_t e = 0; e < elements; e++) x[e] = npy_value(&in[i].array, index * elements + e);
        inputs[i] = x;
    }
    return inputs;
}
