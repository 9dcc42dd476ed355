/* quantising.c: --dtype int8: reads the samples and labels, quantises the network, and says how well it does.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "driver/samples.h"

#include "passes/passes.h"

#include <inttypes.h>
#include <math.h>
#include <pcre2.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MOST_SAMPLES = 1 << 20, LONGEST_REGEX = 500, MOST_KEPT = 64 };

static const loc command_line = {0};

/* ---- layers that stay in float ---- */

typedef struct kept_layers {
    pcre2_code *regex[MOST_KEPT];
    pcre2_match_data *match[MOST_KEPT];
    bool used[MOST_KEPT];
    int count;
} kept_layers;

static bool refuse_regex(job *j, const char *given, const char *why) {
    diag_error(j->d, command_line, "--keep-f32 '%.*s': %s", LONGEST_REGEX, given, why);
    return false;
}

static bool compile_kept(job *j, kept_layers *k) {
    for (int i = 0; i < j->o.keep_f32.count; i++) {
        const char *given = j->o.keep_f32.at[i];
        int error;
        PCRE2_SIZE offset;
        PCRE2_UCHAR why[256];
        if (i >= MOST_KEPT) return refuse_regex(j, given, "too many of them");
        if (strlen(given) > LONGEST_REGEX) return refuse_regex(j, given, "longer than 500 bytes");
        k->regex[i] =
            pcre2_compile((PCRE2_SPTR)given, strlen(given),
                          PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP, &error, &offset, NULL);
        if (!k->regex[i]) {
            pcre2_get_error_message(error, why, sizeof why);
            return refuse_regex(j, given, (const char *)why);
        }
        k->match[i] = pcre2_match_data_create_from_pattern(k->regex[i], NULL);
        k->count = i + 1;
    }
    return true;
}

static void free_kept(kept_layers *k) {
    for (int i = 0; i < k->count; i++) {
        pcre2_match_data_free(k->match[i]);
        pcre2_code_free(k->regex[i]);
    }
}

static bool keeps_f32(void *data, const char *label) {
    kept_layers *k = data;
    bool keeps = false;
    for (int i = 0; i < k->count; i++) {
        if (pcre2_match(k->regex[i], (PCRE2_SPTR)label, strlen(label), 0, 0, k->match[i], NULL) < 0) continue;
        keeps = k->used[i] = true;
    }
    return keeps;
}

static bool check_kept_used(job *j, const kept_layers *k) {
    for (int i = 0; i < k->count; i++) {
        if (!k->used[i]) return refuse_regex(j, j->o.keep_f32.at[i], "no layer has such a label");
    }
    return true;
}

/* ---- samples and labels ---- */

typedef struct sample_files {
    const job *j;
    const samples *in;
} sample_files;

static void fill_sample(void *data, int sample, int input, float *values) {
    const sample_files *f = data;
    const graph *g = f->j->described;
    int64_t elements = shape_elements(g->nodes[g->inputs[input].node].shape);
    for (int64_t e = 0; e < elements; e++)
        values[e] = (float)npy_value(&f->in[input].array, sample * elements + e);
}

static bool take_labels(job *j, const npy_array *x, int64_t count) {
    bool vector = x->rank >= 1 && x->dims[0] == x->count;
    if (!vector || x->count != count) {
        diag_error(j->d, command_line,
                   "%s: --labels takes one number for each of the %" PRId64 " samples, the file has %" PRId64,
                   j->o.labels, count, x->count);
        return false;
    }
    int32_t *labels = ARENA_ARRAY(j->mem, int32_t, count);
    const graph *g = j->described;
    int64_t classes = shape_elements(g->nodes[g->outputs[0].node].shape);
    for (int64_t i = 0; i < count; i++) {
        double v = npy_value(x, i);
        if (!(v >= 0 && v < (double)classes && v == floor(v))) {
            diag_error(j->d, command_line,
                       "%s: label %" PRId64 " is %g, must be a whole number from 0 to %" PRId64, j->o.labels, i,
                       v, classes - 1);
            return false;
        }
        labels[i] = (int32_t)v;
    }
    j->labels = labels;
    return true;
}

static bool read_labels(job *j, int64_t count) {
    if (!j->o.labels) return true;
    mapping file;
    npy_array x;
    const char *why;
    if (!map_file(j->mem, j->o.labels, &file, &why)) {
        diag_error(j->d, command_line, "%s: %s", j->o.labels, why);
        return false;
    }
    bool good = npy_parse(j->mem, file.data, file.size, &x, &why);
    if (!good) diag_error(j->d, command_line, "%s: %s", j->o.labels, why);
    good = good && take_labels(j, &x, count);
    unmap_file(&file);
    return good;
}

/* ---- the whole ---- */

static void show_progress(void *data, const char *what, int done, int all) {
    (void)data;
    fprintf(stderr, "\r\033[Klcc: %s, sample %d of %d", what, done, all);
    fflush(stderr);
}

/* The processors that this process may use. */
static int count_cores(void) {
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

/* The float network as the quantiser takes it: norms are in the weights, and activations are still layers. */
static graph *prepare(job *j) {
    for (int i = 0; i < j->described->n_nodes; i++) {
        if (!j->described->nodes[i].q.on) continue;
        diag_error(j->d, j->described->nodes[i].at,
                   "the network is quantised already, so --dtype int8 has nothing to do");
        return NULL;
    }
    j->described->weights_may_go = false;
    return run_passes_with(&(pass_options){.last = "sink_activations"}, j->described, j->mem, j->d, NULL, NULL);
}

static bool quantise_with(job *j, const samples *in, kept_layers *kept) {
    graph *g = prepare(j);
    if (!g) return false;
    if (in[0].count < 1 || in[0].count > MOST_SAMPLES) {
        diag_error(j->d, command_line, "%s: %" PRId64 " samples, must be from 1 to %d", j->o.calibrate.at[0],
                   in[0].count, MOST_SAMPLES);
        return false;
    }
    sample_files files = {j, in};
    const sample_source from = {(int)in[0].count, fill_sample, &files};
    bool terminal = isatty(STDERR_FILENO);
    const quantize_options o = {
        .keeps_f32 = keeps_f32,
        .keeps_data = kept,
        .integer_outputs = j->o.integer_outputs,
        .small_pairs = j->o.int8_pairs,
        .no_equalisation = j->o.without[STEP_EQUALISATION],
        .no_correction = j->o.without[STEP_CORRECTION],
        .limits_only = j->o.without[STEP_RANGES],
        .threads = count_cores(),
        .progress = terminal ? show_progress : NULL,
    };
    graph *quantised = quantize_network(g, &from, &o, j->mem, j->d, &j->quantised);
    if (terminal) fputs("\r\033[K", stderr);
    if (!quantised || !check_kept_used(j, kept)) return false;
    j->described = quantised;
    j->shown = quantised;
    j->weights.hash = weights_hash(quantised);
    return true;
}

bool quantise_described(job *j) {
    samples *in = ARENA_ARRAY(j->mem, samples, j->described->n_inputs);
    kept_layers kept = {0};
    bool good = compile_kept(j, &kept) && check_sample_files(j, "--calibrate", &j->o.calibrate) &&
                read_samples(j, &j->o.calibrate, in);
    good = good && read_labels(j, in[0].count) && quantise_with(j, in, &kept);
    int n_inputs = j->described->n_inputs;
    for (int i = 0; i < n_inputs; i++) unmap_file(&in[i].file);
    free_kept(&kept);
    if (good) diag_note(j->d, command_line, "quantised to int8: %s", describe_quantised(j));
    return good;
}

const char *describe_quantised(const job *j) {
    const quantize_report *r = &j->quantised;
    const char *s =
        arena_printf(j->mem, "ranges of %d sample%s by %s; signal to noise of the outputs %.1f dB", r->samples,
                     r->samples == 1 ? "" : "s", range_method_names[r->method], r->output_decibels);
    if (!r->classifies) return s;
    return arena_printf(j->mem, "%s; the top class stays in %d of %d", s, r->same_top, r->compared);
}

int count_right(const job *j, const int32_t *top) {
    int right = 0;
    for (int i = 0; i < j->quantised.compared; i++) right += top[i] == j->labels[i];
    return right;
}

const char *describe_accuracy(const job *j) {
    const quantize_report *r = &j->quantised;
    if (!j->labels) return NULL;
    return arena_printf(j->mem, "%.2f %% right in float, %.2f %% in int8, of %d samples",
                        100.0 * count_right(j, r->float_top) / r->compared,
                        100.0 * count_right(j, r->integer_top) / r->compared, r->compared);
}
