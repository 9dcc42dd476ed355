/* rounding.c: measures what --weights-dtype f16 costs in accuracy.
 *
 * The reference interpreter runs the network after the passes twice, with the weights before and after
 * rounding. It runs on the samples of --calibrate or, if there are none and it does not take long, on the
 * picture of the self-test. Both runs compute in double precision, so the outputs differ only by the effect of
 * rounding the weights. */
#include "driver/samples.h"

#include "interp/interp.h"

#include <inttypes.h>
#include <math.h>

static const loc command_line = {0};

/* The largest network that is measured without --calibrate, in millions of multiply-adds: two or three seconds.
 */
enum { MOST_MEGA_MACS_UNASKED = 2000 };

static int64_t find_largest(const double *x, int64_t count) {
    int64_t best = 0;
    for (int64_t i = 1; i < count; i++) best = x[i] > x[best] ? i : best;
    return best;
}

/* Runs one sample with both weights, and adds the differences of the outputs to the loss. */
static void compare_sample(const job *j, const double *const *inputs, rounding_loss *loss) {
    arena *a = arena_new();
    const graph *g = j->reduced;
    double **wanted = interp_run(j->unrounded, a, inputs, NULL, NULL);
    double **got = interp_run(g, a, inputs, NULL, NULL);
    for (int k = 0; k < g->n_outputs; k++) {
        int64_t count = shape_elements(g->nodes[g->outputs[k].node].shape);
        double most = 0, off = 0;
        for (int64_t i = 0; i < count; i++) {
            most = fmax(most, fabs(wanted[k][i]));
            off = fmax(off, fabs(wanted[k][i] - got[k][i]));
        }
        if (off > 0) loss->difference = fmax(loss->difference, most > 0 ? off / most : INFINITY);
        loss->same_top += k == 0 && find_largest(wanted[k], count) == find_largest(got[k], count);
    }
    loss->samples++;
    arena_free(a);
}

static bool compare_given(job *j) {
    samples *in = ARENA_ARRAY(j->mem, samples, j->described->n_inputs);
    bool good = check_sample_files(j, "--calibrate", &j->o.calibrate);
    good = good && read_samples(j, &j->o.calibrate, in);
    for (int64_t i = 0; good && i < in[0].count; i++) {
        arena *a = arena_new();
        compare_sample(j, sample_inputs(j->reduced, in, i, a), &j->loss);
        arena_free(a);
    }
    close_samples(j, in);
    return good;
}

const char *describe_rounding(const job *j) {
    const rounding_loss *l = &j->loss;
    if (!l->samples) return arena_printf(j->mem, "the loss of accuracy was not measured: %s", l->why);
    const char *where =
        l->given ? arena_printf(j->mem, "%" PRId64 " sample%s", l->samples, l->samples == 1 ? "" : "s")
                 : "a picture of noise";
    const char *s = isinf(l->difference)
                        ? arena_printf(j->mem, "on %s this changes an output that was 0 everywhere", where)
                        : arena_printf(j->mem, "on %s this changes the outputs by at most %.1e of the largest",
                                       where, l->difference);
    if (!l->classifies) return s;
    if (l->samples > 1)
        return arena_printf(j->mem, "%s; the top class stays in %" PRId64 " of %" PRId64, s, l->same_top,
                            l->samples);
    return arena_printf(j->mem, "%s; the top class %s", s, l->same_top ? "stays" : "changes");
}

bool measure_rounding(job *j) {
    const graph *g = j->reduced;
    const shape out = g->nodes[g->outputs[0].node].shape;
    rounding_loss *loss = &j->loss;
    int64_t mega_macs = graph_macs(g) / 1000000;
    loss->given = j->o.calibrate.count > 0;
    loss->classifies = g->n_outputs == 1 && shape_pixels(out) == 1 && out.c > 1;
    loss->why = interp_refusal(g, j->mem);
    bool good = true;
    if (!loss->why && loss->given) {
        good = compare_given(j);
        if (!loss->samples) loss->why = "the files of --calibrate hold no sample";
    } else if (!loss->why && mega_macs > MOST_MEGA_MACS_UNASKED) {
        loss->why = arena_printf(j->mem,
                                 "the reference interpreter takes long for %" PRId64
                                 " million multiply-adds; with --calibrate FILE.npy it is measured",
                                 mega_macs);
    } else if (!loss->why) {
        compare_sample(j, selftest_inputs(g, j->mem), loss);
    }
    if (good)
        diag_note(j->d, command_line, "%s: %s",
                  j->o.bf16 ? "conv and dense layers multiply in bf16" : "weights are rounded to f16",
                  describe_rounding(j));
    return good;
}
