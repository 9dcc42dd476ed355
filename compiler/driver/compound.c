/* compound.c: --fit-compound: finds by scores how a network's depth, width and resolution are best scaled
 * together, and then how far it can be scaled within the limits of --fit. search/compound.c has the source. */
#include "driver/fit.h"
#include "search/compound.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const loc command_line = {0};

/* A power phi is counted in twentieths, so that the search goes the same way on every machine. */
enum { PHI_ONE = 20, PHI_STEP = 5, MOST_PHI = 16 * PHI_ONE, LEAST_PHI = -8 * PHI_ONE };

/* A network of the grid. */
typedef struct trial {
    compound_ratios ratios;
    int number; /* its place in the grid */
    const char *text;
    score score;
} trial;

typedef struct scaling {
    job *j;
    compound_base base;
    machine m;
    trial *trials; /* [n], the best first */
    int n;
    score_counts counts;
    bool has_phi;
    double phi;
    candidate scaled; /* the network at phi */
} scaling;

/* ---- step 1: the scores of the grid ---- */

/* Makes the grid's networks. False after errors. */
static bool make_trials(scaling *x) {
    job *j = x->j;
    const compound_ratios *grid = compound_grid(j->mem, &x->n);
    double *phi = ARENA_ARRAY(j->mem, double, x->n);
    for (int i = 0; i < x->n; i++) phi[i] = 1;
    const char *const *texts = compound_texts(j->mem, j->d, &x->base, grid, phi, x->n);
    if (!texts) return false;
    x->trials = ARENA_ARRAY(j->mem, trial, x->n);
    for (int i = 0; i < x->n; i++) x->trials[i] = (trial){grid[i], i, texts[i], {0}};
    return true;
}

static int compare_trials(const void *p, const void *q) {
    const trial *x = p, *y = q;
    int order = score_compare(&x->score, &y->score);
    return order ? order : x->number - y->number;
}

static bool run_trials(scaling *x, scorer *s) {
    job *j = x->j;
    const char **texts = ARENA_ARRAY(j->mem, const char *, x->n);
    score *scores = ARENA_ARRAY(j->mem, score, x->n);
    for (int i = 0; i < x->n; i++) texts[i] = x->trials[i].text;
    if (!scorer_halve(s, texts, x->n, scores)) return false;
    for (int i = 0; i < x->n; i++) x->trials[i].score = scores[i];
    qsort(x->trials, (size_t)x->n, sizeof *x->trials, compare_trials);
    x->counts = scorer_count(s);
    return true;
}

/* False after errors, of which one is that no network has a score. */
static bool score_trials(scaling *x) {
    job *j = x->j;
    scorer *s = open_scores(j);
    if (!s) return false;
    bool good = run_trials(x, s);
    close_scores(j, s);
    if (!good) return false;
    if (x->trials[0].score.state == SCORE_MADE) return true;
    diag_error(j->d, command_line, "--fit-compound: none of the %d networks has a score", x->n);
    return false;
}

/* ---- step 2: phi by the limits ---- */

/* Measures the network that is scaled to phi. False after an error. */
static bool measure_at(scaling *x, int phi, candidate *c) {
    job *j = x->j;
    const double power = (double)phi / PHI_ONE;
    const char *const *texts = compound_texts(j->mem, j->d, &x->base, &x->trials[0].ratios, &power, 1);
    if (!texts) return false;
    *c = (candidate){.text = texts[0]};
    measure_candidate(&x->m, &j->o.limits, false, j->mem, c);
    return true;
}

/* Goes by `step` as long as the networks keep the limits, or with `wanted` false as long as they do not. Sets
 * *phi to the last place before that ends, and returns whether it ended within the bounds. */
static bool walk(scaling *x, int *phi, int step, bool wanted, bool *good) {
    candidate c;
    for (;;) {
        int next = *phi + step;
        if (next > MOST_PHI || next < LEAST_PHI) return false;
        *good = measure_at(x, next, &c);
        if (!*good || (c.outcome == CANDIDATE_FITS) != wanted) return true;
        *phi = next;
    }
}

/* Finds the largest phi, in steps of 0.05, whose network keeps the limits, where larger phi take more. False
 * after errors. */
static bool find_phi(scaling *x) {
    job *j = x->j;
    candidate first;
    int phi = 0;
    bool good = measure_at(x, phi, &first);
    if (!good) return false;
    bool fits = first.outcome == CANDIDATE_FITS;
    if (!fits) { /* down to the first that fits */
        bool found = walk(x, &phi, -PHI_STEP, false, &good);
        phi -= PHI_STEP;
        if (good && !found)
            diag_error(j->d, command_line, "--fit-compound: not even phi = %d keeps the limits of --fit",
                       LEAST_PHI / PHI_ONE);
        good = good && found;
    } else {
        walk(x, &phi, PHI_STEP, true, &good);
    }
    if (good) walk(x, &phi, 1, true, &good);
    x->has_phi = true;
    x->phi = (double)phi / PHI_ONE;
    return good && measure_at(x, phi, &x->scaled);
}

/* ---- outputs ---- */

static void print_trials(text *out, const scaling *x) {
    enum { MOST_LINES = 10 };
    const bool works = x->j->o.score.n_works > 0;
    text_printf(out, "      depth  width  resolution  times the work  score%s\n",
                works ? "  amount of work" : "");
    for (int i = 0; i < x->n && i < MOST_LINES; i++) {
        const trial *t = &x->trials[i];
        if (t->score.state != SCORE_MADE) break;
        text_printf(out, "%s  %5.2f  %5.2f  %10.2f  %14.2f  %.5g", i ? "    " : "best",
                    t->ratios.by[AXIS_DEPTH], t->ratios.by[AXIS_WIDTH], t->ratios.by[AXIS_RESOLUTION],
                    compound_work(&t->ratios), t->score.value);
        if (works) text_printf(out, "  %" PRId64, t->score.work);
        text_char(out, '\n');
    }
}

/* "depth 1.2, width 1.1, resolution 258" */
static const char *describe_values(const scaling *x) {
    const char *s = "";
    for (int i = 0; i < COMPOUND_AXES; i++) {
        const compound_param *p = &x->base.params[i];
        s = arena_printf(x->j->mem, "%s%s%s %.10g", s, i ? ", " : "", p->name,
                         compound_value(p, x->trials[0].ratios.by[i], x->phi));
    }
    return s;
}

static void print_phi(text *out, const scaling *x) {
    job *j = x->j;
    text_printf(out, "\nphi = %g is the largest that keeps --fit %s, in steps of 0.05: %s\n", x->phi, j->o.fit,
                describe_values(x));
    for (int i = 0; i < FIGURE_COUNT; i++) {
        if (x->scaled.known[i])
            text_printf(out, "%s%s %" PRId64, i ? ", " : "", figure_names[i], x->scaled.figures[i]);
    }
    text_char(out, '\n');
}

static void print_table(text *out, const scaling *x) {
    const job *j = x->j;
    int made = 0;
    for (int i = 0; i < x->n; i++) made += x->trials[i].score.state == SCORE_MADE;
    text_printf(out,
                "compound scaling of %s: of %d networks of about twice the work, %d have a score of '%s'\n\n",
                path_name(j->model), x->n, made, j->o.score.command);
    print_trials(out, x);
    text_char(out, '\n');
    compound_print(out, &x->base, &x->trials[0].ratios);
    if (x->has_phi) print_phi(out, x);
}

static json_t *trial_json(const scaling *x, const trial *t) {
    json_t *o = json_object();
    for (int i = 0; i < COMPOUND_AXES; i++)
        json_object_set_new(o, x->base.params[i].name, json_real(t->ratios.by[i]));
    if (t->score.state == SCORE_MADE) json_object_set_new(o, "score", json_real(t->score.value));
    if (t->score.state == SCORE_FAILED) json_object_set_new(o, "failed", json_string(t->score.why));
    if (t->score.work) json_object_set_new(o, "work", json_integer(t->score.work));
    return o;
}

static void print_json(text *out, const scaling *x) {
    enum { DIGITS = 12 };
    json_t *root = json_object(), *trials = json_array();
    json_object_set_new(root, "compound", trial_json(x, &x->trials[0]));
    for (int i = 0; i < x->n; i++) json_array_append_new(trials, trial_json(x, &x->trials[i]));
    json_object_set_new(root, "scores", trials);
    if (x->has_phi) {
        json_t *values = json_object(), *figures = json_object();
        for (int i = 0; i < COMPOUND_AXES; i++) {
            const compound_param *p = &x->base.params[i];
            double value = compound_value(p, x->trials[0].ratios.by[i], x->phi);
            json_object_set_new(values, p->name, json_real(value));
        }
        for (int i = 0; i < FIGURE_COUNT; i++) {
            if (x->scaled.known[i])
                json_object_set_new(figures, figure_names[i], json_integer(x->scaled.figures[i]));
        }
        json_object_set_new(root, "phi", json_real(x->phi));
        json_object_set_new(root, "params", values);
        json_object_set_new(root, "figures", figures);
    }
    char *printed = json_dumps(root, JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(DIGITS));
    text_string(out, printed ? printed : "{}");
    text_char(out, '\n');
    free(printed);
    json_decref(root);
}

/* -o: the network at phi; where no limits are given, the best of the grid. */
static void add_scaled(job *j, const scaling *x) {
    text_printf(&j->netlist, "# Found by: %s\n", options_command(j->mem, &j->o));
    text_string(&j->netlist, x->has_phi ? x->scaled.text : x->trials[0].text);
    add_output(j, j->o.out, &j->netlist);
}

bool fit_compound(job *j) {
    scaling x = {.j = j, .m = machine_of(j)};
    const lang_options o = lang_options_of(j);
    j->reader = find_reader(j->model);
    if (j->reader->read != read_net) {
        diag_error(j->d, command_line, "--fit-compound scales .net files: %s is none", j->o.model);
        return false;
    }
    if (!compound_read(j->mem, j->d, j->model, &o, &x.base)) {
        suggest_model(j);
        return false;
    }
    find_files(j, NULL);
    if (!make_trials(&x) || !score_trials(&x)) return false;
    if (j->o.fit && !find_phi(&x)) return false;
    if (j->o.emit == EMIT_JSON)
        print_json(&j->out, &x);
    else
        print_table(&j->out, &x);
    if (j->o.out) add_scaled(j, &x);
    return check_outputs(j) && write_outputs(j);
}
