/* run.c: --run: runs the reference interpreter on .npy files.
 *
 * The results are float64, because they are the reference, or int32, int8 or uint8 where the network's output
 * is, and have a leading n if the inputs have one. If weights are rounded to halves, the network after all
 * passes is run, which has the weights of the emitted code. */
#include "driver/samples.h"

#include "interp/interp.h"
#include "weights/npy.h"

#include <inttypes.h>
#include <string.h>

static const loc command_line = {0};

/* Runs sample `index`. The values of output k go to values[k] + index * (elements of output k). Each sample has
 * its own arena, so that memory does not grow with the number of samples. */
static void run_sample(const graph *g, const samples *in, int64_t index, double **values) {
    arena *a = arena_new();
    double **results = interp_run(g, a, sample_inputs(g, in, index, a), NULL, NULL);
    for (int k = 0; k < g->n_outputs; k++) {
        size_t elements = (size_t)shape_elements(g->nodes[g->outputs[k].node].shape);
        memcpy(values[k] + (size_t)index * elements, results[k], elements * sizeof(double));
    }
    arena_free(a);
}

/* Refuses other numbers of files than one --run for each input and one --out for each output. */
static bool check_counts(job *j) {
    const graph *g = j->described;
    bool good = check_sample_files(j, "--run", &j->o.run);
    if (j->o.result.count != g->n_outputs) {
        diag_error(j->d, g->at, "the network has %d output%s, but --out is given %d time%s", g->n_outputs,
                   g->n_outputs == 1 ? "" : "s", j->o.result.count, j->o.result.count == 1 ? "" : "s");
    }
    return good && j->o.result.count == g->n_outputs;
}

/* Appends a file of the output's results, `values`. */
static void write_results(text *out, elem_type type, const int64_t *dims, int rank, const double *values) {
    switch (type) {
    case TYPE_I32: npy_write_i32(out, dims, rank, values); break;
    case TYPE_I8: npy_write_i8(out, dims, rank, values); break;
    case TYPE_U8: npy_write_u8(out, dims, rank, values); break;
    default: npy_write_f64(out, dims, rank, values);
    }
}

bool run_interpreter(job *j) {
    enum { MOST_RESULTS = 1 << 26 }; /* elements of all results of one output: 512 MB */
    const graph *g = options_round(&j->o) ? j->reduced : j->described;
    if (!check_counts(j)) return false;
    const char *refusal = interp_refusal(g, j->mem);
    if (refusal) {
        diag_error(j->d, g->at, "%s", refusal);
        return false;
    }
    samples *in = ARENA_ARRAY(j->mem, samples, g->n_inputs);
    bool good = read_samples(j, &j->o.run, in);
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
    for (int64_t s = 0; good && s < in[0].count; s++) run_sample(g, in, s, values);
    j->results = ARENA_ARRAY(j->mem, text, g->n_outputs);
    for (int k = 0; k < g->n_outputs && good; k++) {
        shape s = g->nodes[g->outputs[k].node].shape;
        int64_t dims[4] = {in[0].count, s.h, s.w, s.c};
        int skip = in[0].has_count ? 0 : 1;
        write_results(&j->results[k], graph_output_type(g, k), dims + skip, 4 - skip, values[k]);
        add_output(j, j->o.result.at[k], &j->results[k]);
    }
    close_samples(j, in);
    return good;
}
