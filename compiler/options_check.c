/* options_check.c: which options need each other, and which cannot be given together. */
#include "options.h"

#include <string.h>

static const loc command_line = {0};

const char *const emit_names[EMIT_KIND_COUNT] = {
    [EMIT_C] = "c",       [EMIT_NET] = "net",       [EMIT_JSON] = "json",
    [EMIT_DOT] = "dot",   [EMIT_MEMORY] = "memory", [EMIT_MEMORY_TABLE] = "memory-table",
    [EMIT_HTML] = "html", [EMIT_SVG] = "svg"};

/* "folder/model.c" -> "model". The C file includes the header by this name, "model.h", so the name must be
 * valid in an #include. NULL after an error. */
static const char *find_base(arena *a, diag *d, const char *out) {
    size_t size = strlen(out);
    const char *name = strrchr(out, '/') ? strrchr(out, '/') + 1 : out;
    if (size < 2 || strcmp(out + size - 2, ".c") != 0 || strlen(name) == 2) {
        diag_error(d, command_line, "-o %s: the name of a C file ends in .c (the header goes beside it)", out);
        return NULL;
    }
    for (const char *c = name; *c; c++) {
        if ((unsigned char)*c < ' ' || strchr("\"\\*?%$", *c)) {
            diag_error(d, command_line, "-o %s: an #include cannot have that name", out);
            return NULL;
        }
    }
    return arena_strndup(a, name, strlen(name) - 2);
}

/* Refuses options that cannot be given with --check or --format, which only read the text. */
static void check_reading(const options *o, diag *d) {
    const char *word = o->check ? "--check" : "--format";
    const char *other = o->check && o->format       ? "--format"
                        : o->check && o->out        ? "-o"
                        : o->weights.count          ? "-w"
                        : o->run.count              ? "--run"
                        : o->result.count           ? "--out"
                        : o->summary                ? "--summary"
                        : o->emit != EMIT_C         ? "--emit"
                        : o->after                  ? "--after"
                        : o->depfile                ? "--depfile"
                        : o->tune                   ? "--tune"
                        : o->times                  ? "--times"
                        : o->reuse_input            ? "--reuse-input"
                        : o->format && o->variant   ? "--variant"
                        : o->format && o->n_defines ? "-D"
                                                    : NULL;
    if (other) diag_error(d, command_line, "%s and %s cannot be given together", word, other);
}

/* Checks the options of --dtype int8 and --weights-dtype. */
static void check_quantising(const options *o, diag *d) {
    const char *needs_int8 = o->keep_f32.count                                 ? "--keep-f32"
                             : o->labels                                       ? "--labels"
                             : o->integer_outputs                              ? "--output-dtype int8"
                             : o->without[0] || o->without[1] || o->without[2] ? "--int8-without"
                             : o->int8_pairs                                   ? "--int8-pairs"
                                                                               : NULL;
    if (needs_int8 && !o->int8) diag_error(d, command_line, "%s needs --dtype int8", needs_int8);
    if (o->int8 && !o->calibrate.count && !o->fit)
        diag_error(
            d, command_line,
            "--dtype int8 needs --calibrate FILE.npy: the scales follow from the values on your samples");
    if (o->calibrate.count && !o->half_weights && !o->int8 && !o->bf16)
        diag_error(
            d, command_line,
            "--calibrate needs --dtype int8, or --weights-dtype f16 or --dtype bf16, of which it measures the "
            "accuracy");
    if (o->calibrate.count && o->run.count && !o->int8)
        diag_error(d, command_line, "--run and --calibrate cannot be given together: each has its own samples");
}

/* Checks that each target multiplies in bfloat16, which the interpreter of --run does in any case. */
static void check_bf16(const options *o, arena *a, diag *d) {
    if (o->half_weights)
        diag_error(d, command_line, "--dtype bf16 and --weights-dtype f16 cannot be given together");
    for (int i = 0; i < o->targets.count && !o->run.count; i++) {
        const target *t = o->targets.at[i];
        if (!t->bf16)
            diag_error(d, command_line, "--dtype bf16: %s has no products of bfloat16: --target %s has",
                       t->name, targets_with_bf16(a));
    }
}

/* Checks that lcc can tell the flash of each target's code. */
static void check_flash(const options *o, diag *d) {
    text known = {0};
    for (const target *t = target_table; t->name; t++) {
        if (has_code_model(t)) text_printf(&known, "%s%s", known.size ? " and " : "", t->name);
    }
    for (int i = 0; i < o->targets.count; i++) {
        const target *t = o->targets.at[i];
        if (!has_code_model(t) && !o->cc)
            diag_error(d, command_line,
                       "--max-flash: the flash that code for %s takes is known only by --cc, except for %s",
                       t->name, known.data);
    }
    text_free(&known);
}

/* --reuse-input is about the arena, which only outputs that are made of a plan have. */
static void check_reuse(const options *o, diag *d) {
    if (!o->reuse_input) return;
    if (o->run.count)
        diag_error(d, command_line, "--run writes no code: --reuse-input cannot be given with it");
    if (o->emit == EMIT_NET || o->emit == EMIT_DOT)
        diag_error(d, command_line, "--reuse-input and --emit %s cannot be given together",
                   emit_names[o->emit]);
}

/* Checks --measure, which runs the networks here. */
static void check_measure(const options *o, diag *d) {
    const char *word = o->fit_compound ? "--fit-compound" : o->clock > 0 ? "--clock" : NULL;
    if (word) diag_error(d, command_line, "--measure and %s cannot be given together", word);
    if (o->limits.most[FIGURE_CYCLES] && o->clock == 0)
        diag_error(d, command_line, "--measure finds times, not cycles: limit time=.. instead, such as 40ms");
    for (int i = 0; i < o->targets.count; i++) {
        if (!target_runs_here(o->targets.at[i]))
            diag_error(d, command_line, "--measure: this machine does not run %s, and cannot measure it",
                       o->targets.at[i]->name);
    }
}

/* Checks the options of --fit, which writes no code, and needs no weights. */
static void check_fit(options *o, diag *d) {
    const char *word = o->check             ? "--check"
                       : o->format          ? "--format"
                       : o->weights.count   ? "-w"
                       : o->run.count       ? "--run"
                       : o->result.count    ? "--out"
                       : o->summary         ? "--summary"
                       : o->after           ? "--after"
                       : o->depfile         ? "--depfile"
                       : o->tune            ? "--tune"
                       : o->times           ? "--times"
                       : o->cc              ? "--cc"
                       : o->calibrate.count ? "--calibrate"
                       : o->keep_f32.count  ? "--keep-f32"
                       : o->labels          ? "--labels"
                       : o->selftest        ? "--selftest"
                       : o->profile         ? "--profile"
                       : o->max_ram         ? "--max-ram"
                       : o->max_flash       ? "--max-flash"
                       : o->name            ? "--name"
                       : o->bf16            ? "--dtype bf16"
                                            : NULL;
    const char *fit = o->fit_compound ? "--fit-compound" : "--fit";
    if (word) diag_error(d, command_line, "%s and %s cannot be given together", fit, word);
    if (o->emit != EMIT_C && o->emit != EMIT_JSON && o->emit != EMIT_SVG)
        diag_error(d, command_line,
                   "--fit and --emit %s cannot be given together: it prints a table, json or svg",
                   emit_names[o->emit]);
    if (o->targets.count > 1)
        diag_error(d, command_line, "--fit takes one target: the limits are those of a machine");
    size_t size = o->out ? strlen(o->out) : 0;
    if (o->out && (size < 5 || strcmp(o->out + size - 4, ".net") != 0))
        diag_error(d, command_line, "-o %s: with --fit the best network is written, whose name ends in .net",
                   o->out);
    if (o->integer_outputs && !o->int8) diag_error(d, command_line, "--output-dtype int8 needs --dtype int8");
    if (o->measure) check_measure(o, d);
    if (o->limits.seconds > 0 && o->clock == 0 && !o->measure)
        diag_error(d, command_line, "--fit time=..: needs --clock, the target's hertz, such as 168M");
    if (o->limits.seconds > 0 && o->clock > 0 && !limits_set_clock(&o->limits, o->clock))
        diag_error(d, command_line, "--fit time=..: is not a cycle on this clock, or too many");
    const score_options *s = &o->score;
    const char *needs = s->file                               ? "--scores"
                        : s->jobs                             ? "-j"
                        : s->most_runs || s->most_seconds > 0 ? "--budget"
                        : s->n_works                          ? "--work"
                                                              : NULL;
    if (needs && !s->command) diag_error(d, command_line, "%s needs --score", needs);
    if (o->fit_compound && !s->command)
        diag_error(d, command_line, "--fit-compound needs --score COMMAND: the ratios are chosen by scores");
    if (o->fit_compound && o->emit == EMIT_SVG)
        diag_error(d, command_line, "--fit-compound and --emit svg cannot be given together");
    if (s->most_runs && s->most_seconds > 0)
        diag_error(d, command_line, "--budget is a number of runs or a time: both are given");
}

/* The same of options that only --fit has a use for. */
static void check_no_fit(const options *o, diag *d) {
    const score_options *s = &o->score;
    const char *word = o->clock > 0                          ? "--clock"
                       : o->measure                          ? "--measure"
                       : s->command                          ? "--score"
                       : s->file                             ? "--scores"
                       : s->jobs                             ? "-j"
                       : s->most_runs || s->most_seconds > 0 ? "--budget"
                       : s->n_works                          ? "--work"
                       : o->emit == EMIT_SVG                 ? "--emit svg"
                       : o->search && !o->check              ? "--search"
                                                             : NULL;
    if (word) diag_error(d, command_line, "%s needs --fit", word);
}

void options_check(options *o, arena *a, diag *d) {
    bool runs = o->run.count > 0;
    if (o->list || o->list_ops) {
        const char *word = o->list ? "--list" : "--list-ops";
        if (o->model) diag_error(d, command_line, "%s takes no network: '%s' is given", word, o->model);
        return;
    }
    if (!o->model) diag_error(d, command_line, "no network is given: lcc [options] MODEL.net -o model.c");
    if (o->fit || o->fit_compound) {
        check_fit(o, d);
        return;
    }
    check_no_fit(o, d);
    if (o->check || o->format) {
        check_reading(o, d);
        return;
    }
    if (runs && !o->result.count) diag_error(d, command_line, "--run needs --out OUT.npy");
    if (!runs && o->result.count) diag_error(d, command_line, "--out needs --run IN.npy");
    if (runs && o->out)
        diag_error(d, command_line, "--run writes no code: -o %s cannot be given with it", o->out);
    if (runs && o->emit != EMIT_C) {
        diag_error(d, command_line, "--run and --emit %s cannot be given together", emit_names[o->emit]);
    }
    if (!runs && o->emit == EMIT_C) {
        if (o->out) {
            o->base = find_base(a, d, o->out);
        } else if (!o->summary && o->model) {
            diag_error(d, command_line, "no file to write: -o FILE.c is missing");
        }
    }
    if (o->summary && !o->out && !runs && o->emit != EMIT_C) {
        diag_error(d, command_line,
                   "--summary and --emit %s both go to standard output: give -o FILE to one of them",
                   emit_names[o->emit]);
    }
    check_reuse(o, d);
    if (runs && o->tune) diag_error(d, command_line, "--run writes no code: --tune cannot be given with it");
    if (o->tune && o->targets.count > 1)
        diag_error(d, command_line, "--tune takes one target at a time: tiles are measured for a machine");
    if (o->tune && !o->summary && (o->emit == EMIT_NET || o->emit == EMIT_DOT)) {
        diag_error(d, command_line, "--tune and --emit %s cannot be given together", emit_names[o->emit]);
    }
    check_quantising(o, d);
    if (o->bf16) check_bf16(o, a, d);
    if (o->max_flash) check_flash(o, d);
    if (o->renames.count && !o->weights.count)
        diag_error(d, command_line, "--rename needs -w: it renames what is in the weights");
    if (o->after && o->emit != EMIT_NET && o->emit != EMIT_DOT) {
        diag_error(d, command_line, "--after %s needs --emit net or --emit dot", o->after);
    }
    if (o->times && o->emit != EMIT_HTML)
        diag_error(d, command_line, "--times needs --emit html, which shows the times");
    if (o->depfile && !o->out)
        diag_error(d, command_line, "--depfile needs -o: it says on what that file depends");
}
