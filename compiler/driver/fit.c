/* fit.c: --fit: searches a network's choices for those that a machine has room for.
 *
 * search/ does the work. Here the job becomes a machine and a space, and the front becomes outputs. */
#include "driver/fit.h"

#include "base/file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const loc command_line = {0};

/* "width = 0.5, resolution = 96" */
static const char *describe_picks(arena *a, const search_space *space, const candidate *c) {
    const char *s = "";
    for (int i = 0; i < space->count; i++) {
        s = arena_printf(a, "%s%s%s = %s", s, *s ? ", " : "", space->choices[i].name,
                         space->choices[i].alternatives[c->picks[i]].text);
    }
    return s;
}

/* ---- progress, on a terminal ---- */

static void show_candidates(void *data, const search *s, int of) {
    (void)data;
    enum { EVERY = 8 };
    if (s->n % EVERY) return;
    fprintf(stderr, "\r\033[Klcc: %d of at most %d candidates, %d of them within the limits", s->n, of,
            count_within(s));
    fflush(stderr);
}

/* ---- what is searched ---- */

machine machine_of(const job *j) {
    const options *o = &j->o;
    return (machine){.t = o->targets.at[0],
                     .path = j->model,
                     .lang = {.include_dirs = o->include_dirs.at,
                              .n_include_dirs = o->include_dirs.count,
                              .shipped_dir = j->shipped},
                     .int8 = o->int8,
                     .int8_pairs = o->int8_pairs,
                     .integer_outputs = o->integer_outputs,
                     .half_weights = o->half_weights,
                     .reuse_input = o->reuse_input};
}

void find_files(job *j, const int *picks) {
    lang_options o = lang_options_of(j);
    o.picks = picks;
    lang_compile(j->mem, diag_new(j->mem), j->model, &o, &j->files, &j->n_files);
}

static void find_files_of_usual(job *j, const search_space *space) {
    int *picks = ARENA_ARRAY(j->mem, int, space->count);
    space_usual(space, picks);
    find_files(j, picks);
}

/* ---- the search ---- */

static bool run_search(search *s, bool by_evolution) {
    bool good = by_evolution ? search_by_evolution(s) : search_all(s);
    if (s->progress) fputs("\r\033[K", stderr);
    return good;
}

/* Searches with the scores of a command. False after errors. */
static bool search_by_command(job *j, search *s, const stand_in *usual, bool by_evolution) {
    scorer *scores = open_scores(j);
    if (!scores) return false;
    command_scores by = {scores, s->space, *usual, j->mem};
    s->by = rate_by_command(&by);
    if (by_evolution) find_seeds(s, usual);
    bool good = run_search(s, by_evolution);
    close_scores(j, scores);
    return good;
}

/* ---- an empty front ---- */

/* Says why no candidate is on the front. */
static void explain_empty(job *j, search *s) {
    const int within = count_within(s);
    const candidate *bad = NULL;
    for (int i = 0; i < s->n && !bad; i++) {
        if (s->all[i]->outcome == CANDIDATE_SKIPPED) bad = s->all[i];
    }
    if (within) {
        diag_error(j->d, command_line, "--score: none of the %d candidates within the limits has a score",
                   within);
        return;
    }
    const candidate *near = find_nearest(s);
    if (!near) {
        diag_error(j->d, command_line, "--fit: none of the %d candidates can be built; the first, %s: %s", s->n,
                   describe_picks(j->mem, s->space, bad), bad->why);
        return;
    }
    figure f = binding_limit(near, &s->l);
    diag_error(j->d, command_line,
               "--fit: none of the %d candidates keeps the limits: %s binds, whose limit is %s", s->n,
               figure_title(j, f), show_limit(j, f));
    const char *rest = "";
    for (int i = 0; i < FIGURE_COUNT; i++) {
        const figure other = (figure)i;
        if (s->l.most[i] && other != f && near->known[i])
            rest = arena_printf(j->mem, "%s, %s %s of %s", rest, figure_title(j, other),
                                show_figure(j, other, near->figures[i]), show_limit(j, other));
    }
    diag_note(j->d, command_line, "the nearest candidate, %s, takes %s %s%s%s",
              describe_picks(j->mem, s->space, near), figure_title(j, f), show_figure(j, f, near->figures[f]),
              rest, j->o.measure && !(near->seconds > 0) ? "; its time is not measured, but predicted" : "");
}

/* ---- outputs ---- */

/* Brings the best candidate's file into the standard style, if that of the searched network is in it: shorter
 * cells would leave the columns of its tables crooked. */
static void format_best(job *j, const source *searched) {
    text before = {0}, after = {0};
    bool in_style = lang_format_text(j->mem, j->d, searched->path, searched->text, searched->size, &before) &&
                    before.size == searched->size && memcmp(before.data, searched->text, before.size) == 0;
    if (in_style && lang_format_text(j->mem, j->d, j->o.out, j->netlist.data, j->netlist.size, &after)) {
        text_free(&j->netlist);
        j->netlist = after;
    }
    text_free(&before);
}

/* The best candidate's file: where its folder is another one than that of the searched network, with full paths
 * of imports. In front stands how it was found. */
static void add_best(job *j, const fit_result *f) {
    const candidate *c = f->front[0];
    const char *from = path_folder(j->mem, j->model), *to = path_folder(j->mem, j->o.out);
    const char *net = strcmp(from, to) == 0 ? c->text : space_candidate_elsewhere(f->space, c->picks, j->mem);
    text_printf(&j->netlist, "# Found by: %s\n", options_command(j->mem, &j->o));
    text_printf(
        &j->netlist, "# It takes %lld bytes of RAM%s and %lld of flash, %s, %.2f M MACs, %.2f M params.\n",
        (long long)c->figures[FIGURE_RAM],
        c->max_ram ? arena_printf(j->mem, " with --max-ram %lld", (long long)c->max_ram) : "",
        (long long)c->figures[FIGURE_FLASH],
        c->seconds > 0 ? arena_printf(j->mem, "%s (measured)", show_time(j->mem, c->seconds))
                       : arena_printf(j->mem, "%.2f M cycles", (double)c->figures[FIGURE_CYCLES] * 1e-6),
        (double)c->figures[FIGURE_MACS] * 1e-6, (double)c->figures[FIGURE_PARAMS] * 1e-6);
    text_string(&j->netlist, net);
    format_best(j, f->space->from.file);
    add_output(j, j->o.out, &j->netlist);
}

static bool write_front(job *j, const fit_result *f) {
    switch (j->o.emit) {
    case EMIT_JSON: fit_json(&j->out, j, f); break;
    case EMIT_SVG: fit_svg(&j->out, j, f); break;
    default: fit_table(&j->out, j, f); break;
    }
    if (j->o.out) add_best(j, f);
    return check_outputs(j) && write_outputs(j);
}

bool fit_network(job *j) {
    j->reader = find_reader(j->model);
    if (j->reader->read != read_net) {
        diag_error(j->d, command_line, "--fit searches .net files: %s is none", j->o.model);
        return false;
    }
    search_space space;
    const lang_options o = lang_options_of(j);
    if (!space_read(j->mem, j->d, j->model, &o, &space)) {
        suggest_model(j);
        return false;
    }
    find_files_of_usual(j, &space);
    machine m = machine_of(j);
    stand_in usual;
    measure_usual(&space, &m, &usual);
    search s = {.mem = j->mem,
                .space = &space,
                .m = &m,
                .l = j->o.limits,
                .by = rate_by_stand_in(&usual),
                .seed = j->o.seed,
                .progress = isatty(STDERR_FILENO) ? show_candidates : NULL};
    fit_result f = {.s = &s, .space = &space, .by_evolution = space_size(&space) > MOST_EXHAUSTIVE};
    f.stand_in = j->o.score.command ? NULL : &usual;
    const candidate *first = j->o.measure ? set_measured_clock(j, &s, &m) : NULL;
    if (j->o.measure && !first) return false;
    bool good =
        j->o.score.command ? search_by_command(j, &s, &usual, f.by_evolution) : run_search(&s, f.by_evolution);
    if (good && first) good = measure_front(j, &s, first);
    if (!good) return false;
    f.front = find_front(j->mem, (const candidate *const *)s.all, s.n, figures_of_front(&s.l), &f.n_front);
    if (f.n_front) return write_front(j, &f);
    explain_empty(j, &s);
    return false;
}
