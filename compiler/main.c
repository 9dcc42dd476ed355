/* main.c: the lcc command: the stages of the compiler as one list of calls.
 *
 * Each stage takes from the job what the stages before it made, and adds what it makes. A stage that reported
 * errors returns false, and the list stops there. Nothing is written before everything is made. */
#include "driver/driver.h"
#include "driver/step_times.h"

#include "interp/interp.h"
#include "passes/passes.h"
#include "targets/target.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_DONE = 0, EXIT_INPUT = 1, EXIT_COMMAND_LINE = 2 };

static const loc command_line = {0};

/* Prints the messages to standard error. */
static void flush_messages(job *j) {
    text messages = {0};
    diag_print(j->d, &messages);
    if (messages.size) fwrite(messages.data, 1, messages.size, stderr);
    text_free(&messages);
}

static void say(const job *j, const char *what, const graph *g) {
    if (j->o.verbose) fprintf(stderr, "lcc: %-28s %5d nodes\n", what, g->n_nodes);
}

static bool read_network(job *j) {
    j->reader = find_reader(j->model);
    if (!j->reader->read(j)) {
        suggest_model(j);
        return false;
    }
    j->shown = j->described;
    say(j, arena_printf(j->mem, "read %s as %s", j->o.model, j->reader->name), j->described);
    return true;
}

static bool bind_weights(job *j) {
    const words *files = &j->o.weights;
    if (j->reader->brings_weights) return true;
    if (files->count) {
        const weights_guess guess = {guess_network, j};
        return weights_load_renamed(j->mem, j->d, j->described, files->at, files->count, j->o.renames.at,
                                    j->o.renames.count, &guess, &j->weights);
    }
    weights_seed(j->mem, j->described, j->o.seed, &j->weights);
    if ((j->o.out && j->o.emit == EMIT_C) || j->o.run.count) {
        diag_warning(j->d, command_line, "no weights are given: they are random, and predictions mean nothing");
    }
    return true;
}

static void watch_pass(void *data, const pass *p, const graph *g) {
    job *j = data;
    say(j, p->name, g);
    if (!graph_has_weights_of(g, TYPE_F16) && !graph_has_weights_of(g, TYPE_BF16)) j->unrounded = g;
    if (j->o.after && strcmp(j->o.after, p->name) == 0) j->shown = g;
}

static bool reduce_graph(job *j) {
    /* Other outputs and the interpreter need the weights as they were, so they are kept for these. */
    j->described->weights_may_go = j->o.emit == EMIT_C && j->o.out && !j->o.run.count && !j->o.after;
    const pass_options o = {.keep_dead = j->o.keep_dead,
                            .half_weights = j->o.half_weights,
                            .bf16 = j->o.bf16,
                            .byte_pairs = targets_take_fours(&j->o.targets)};
    j->reduced = run_passes_with(&o, j->described, j->mem, j->d, watch_pass, j);
    for (int i = 0; j->reduced && i < j->reduced->n_inputs; i++)
        j->reduced->inputs[i].reused = j->o.reuse_input;
    return j->reduced != NULL;
}

static bool plan_for(job *j, int index) {
    const target *t = j->o.targets.at[index];
    const tuning *tuned = j->o.tune || j->o.max_flash ? &j->tuning : NULL;
    j->plan = j->plans[index] = plan_make(j->reduced, t, j->o.max_ram, tuned, j->mem, j->d);
    if (j->plan && index) plan_place_weights(j->plan, plan_weights_end(j->plans[index - 1]));
    if (j->plan && j->o.tune) tuning_check(tuned, j->plan, j->o.tune, j->d);
    if (j->plan && j->o.verbose) {
        fprintf(stderr, "lcc: plan for %-19s %5d steps, %lld bytes of arena\n", t->name, j->plan->n_steps,
                (long long)j->plan->arena_bytes);
    }
    return j->plan != NULL;
}

static bool plan_memory(job *j) {
    bool good = true;
    for (int i = 0; good && i < j->o.targets.count; i++) good = plan_for(j, i);
    return good;
}

/* The prefix of public symbols: --name, or the net's name and its variant. */
static const char *choose_prefix(job *j) {
    const graph *g = j->described;
    if (j->o.name) return j->o.name;
    return g->variant ? arena_printf(j->mem, "%s_%s", g->name, g->variant) : g->name;
}

static bool write_code(job *j) {
    const options *o = &j->o;
    emit_options e = {.prefix = choose_prefix(j),
                      .base_name = o->base ? o->base : "model",
                      .command = options_command(j->mem, o),
                      .storage = o->storage,
                      .selftest = o->selftest,
                      .profile = o->profile,
                      .frees_weights = !o->max_flash, /* then the code may be made again */
                      .weights_hash = j->weights.hash,
                      .seeded = o->weights.count == 0 && !j->reader->brings_weights};
    return emit_model(j->plans, j->o.targets.count, &e, j->mem, j->d, &j->code);
}

static bool plan_and_write(job *j) { return plan_memory(j) && write_code(j) && (!j->o.cc || measure_flash(j)); }

static bool make_code(job *j) {
    if (j->o.tune && !tune(j)) return false;
    return j->o.max_flash ? make_within_flash(j, plan_and_write) : plan_and_write(j);
}

static bool read_times(job *j) {
    double *times = ARENA_ARRAY(j->mem, double, j->plan->n_steps);
    j->step_times = times;
    return read_step_times(j->mem, j->d, j->o.times, j->plan->n_steps, times);
}

static void add_code_outputs(job *j) {
    const options *o = &j->o;
    const char *stem = arena_strndup(j->mem, o->out, strlen(o->out) - 2);
    add_code_output(j, o->out, &j->code);
    add_output(j, arena_printf(j->mem, "%s.h", stem), &j->code.h);
    if (o->storage != STORAGE_EMBED) add_output(j, arena_printf(j->mem, "%s.weights", stem), &j->code.weights);
}

/* False after errors. */
static bool collect_outputs(job *j) {
    const options *o = &j->o;
    if (o->emit != EMIT_C) describe_network(&j->netlist, j);
    if (o->emit == EMIT_C && o->out) {
        add_code_outputs(j);
    } else if (o->out) {
        add_output(j, o->out, &j->netlist);
        bool new_weights = j->reader->brings_weights || o->int8;
        if (new_weights && o->emit == EMIT_NET && !o->after) add_weights_output(j);
    } else if (j->netlist.size) {
        text_bytes(&j->out, j->netlist.data, j->netlist.size);
    }
    if (o->summary) summary_print(&j->out, j);
    if (!o->depfile) return true;
    bool good = depfile_print(&j->depfile, j);
    add_output(j, o->depfile, &j->depfile);
    return good;
}

/* Whether the output needs the plan. This function and the next four tell which stages the outputs need. */
static bool is_of_plan(emit_kind kind) { return kind != EMIT_NET && kind != EMIT_DOT; }

static bool needs_weights(const options *o) {
    return o->int8 || o->weights.count || o->run.count || o->summary || o->after || is_of_plan(o->emit);
}

static bool needs_passes(const options *o) {
    return o->after || (needs_weights(o) && (!o->run.count || options_round(o))) || o->summary;
}

static bool needs_code(const options *o) { return o->summary || (!o->run.count && is_of_plan(o->emit)); }

static bool needs_loss(const options *o) {
    return options_round(o) && (o->summary || (!o->run.count && (o->emit == EMIT_C || o->emit == EMIT_JSON)));
}

static bool compile(job *j) {
    const options *o = &j->o;
    j->shipped = find_library(j->mem, "lcc");
    if (o->list) return list_networks(j) && write_outputs(j);
    j->model = find_model(j->mem, o->model, &o->include_dirs, j->shipped);
    if (o->format) return format_model(j);
    if (o->fit_compound) return fit_compound(j);
    if (o->fit) return fit_network(j);
    bool good = read_network(j);
    if (o->check) return diag_error_count(j->d) == 0;
    if (good && needs_weights(o)) good = bind_weights(j);
    if (good && o->int8) good = quantise_described(j);
    if (good && needs_passes(o)) good = reduce_graph(j);
    if (good && o->run.count) good = run_interpreter(j);
    if (good && needs_loss(o)) good = measure_rounding(j);
    if (good && needs_code(o)) good = make_code(j);
    if (good && o->times) good = read_times(j);
    if (!good) return false;
    return collect_outputs(j) && check_outputs(j) && write_outputs(j);
}

/* Answers --help, --help-man, --version and --list-ops. True if one of them was given. */
static bool answer_question(job *j) {
    const options *o = &j->o;
    if (o->help) help_print(&j->out);
    if (!o->help && o->help_man) help_print_man(&j->out);
    if (!o->help && !o->help_man && o->version) text_printf(&j->out, "lcc %s\n", LCC_VERSION);
    if (o->help || o->help_man || o->version) return true;
    if (o->list_ops) list_operators(j);
    return o->list_ops;
}

static int run_command(job *j, int argc, char **argv) {
    j->o = options_parse(j->mem, j->d, argc, argv);
    if (diag_error_count(j->d)) return EXIT_COMMAND_LINE;
    if (answer_question(j)) return write_outputs(j) ? EXIT_DONE : EXIT_INPUT;
    return compile(j) ? EXIT_DONE : EXIT_INPUT;
}

int main(int argc, char **argv) {
    /* Closed pipes and limits on the size of files become errors of write, so that temporary files are removed.
     */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    job j = {.mem = arena_new()};
    j.d = diag_new(j.mem);
    int status = run_command(&j, argc, argv);
    flush_messages(&j);
    if (status == EXIT_COMMAND_LINE) fputs("lcc --help lists the options\n", stderr);
    text_free(&j.out);
    text_free(&j.netlist);
    text_free(&j.depfile);
    text_free(&j.code.c);
    text_free(&j.code.h);
    text_free(&j.code.weights);
    for (int i = 0; j.results && i < j.described->n_outputs; i++) text_free(&j.results[i]);
    arena_free(j.mem);
    return status;
}
