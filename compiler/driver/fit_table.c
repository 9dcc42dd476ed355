/* fit_table.c: the front of --fit as a table: a line for each network, the best score first. */
#include "driver/fit.h"

#include <stdlib.h>
#include <string.h>

enum {
    MOST_LINES = 40,
    MOST_NAMED = 6,
    LONGEST_NAME = 12,
    MOST_COLUMNS = 128,
    MOST_CHOICES = MOST_COLUMNS - 8
};

typedef struct table {
    int columns, rows;
    const char *cells[MOST_LINES + 1][MOST_COLUMNS]; /* the head is row 0 */
} table;

static void print_cells(text *out, const table *t) {
    int widths[MOST_COLUMNS] = {0};
    for (int r = 0; r < t->rows; r++) {
        for (int c = 0; c < t->columns; c++) {
            int width = (int)strlen(t->cells[r][c]);
            if (width > widths[c]) widths[c] = width;
        }
    }
    for (int r = 0; r < t->rows; r++) {
        text_string(out, r == 1 ? "best" : "    ");
        for (int c = 0; c < t->columns; c++) text_printf(out, "  %*s", widths[c], t->cells[r][c]);
        text_char(out, '\n');
    }
}

/* "1.23 M", "45.6 K" */
static const char *show_short(arena *a, int64_t value) {
    const int64_t few = 100000;
    return value < few ? arena_printf(a, "%.1f K", (double)value * 1e-3)
                       : arena_printf(a, "%.2f M", (double)value * 1e-6);
}

/* The cells of the figures, behind those of the choices. `c` NULL: the head. */
static int add_figures(const job *j, const char **cells, const candidate *c) {
    arena *a = j->mem;
    bool timed = j->o.clock > 0, works = j->o.score.n_works > 0;
    int n = 0;
    cells[n++] = !c ? "ram" : c->figures[FIGURE_RAM] ? show_count(a, c->figures[FIGURE_RAM]) : "0";
    cells[n++] = !c ? "flash" : c->figures[FIGURE_FLASH] ? show_count(a, c->figures[FIGURE_FLASH]) : "0";
    cells[n++] = !c ? "macs" : show_short(a, c->figures[FIGURE_MACS]);
    cells[n++] = !c ? "params" : show_short(a, c->figures[FIGURE_PARAMS]);
    cells[n++] = !c               ? timed ? "time" : "cycles"
                 : c->seconds > 0 ? show_time(a, c->seconds)
                 : timed ? arena_printf(a, "%.2f ms", (double)c->figures[FIGURE_CYCLES] / j->o.clock * 1e3)
                         : show_short(a, c->figures[FIGURE_CYCLES]);
    cells[n++] = !c ? "score" : arena_printf(a, "%.5g", c->score.value);
    if (works) cells[n++] = !c ? "work" : arena_printf(a, "%lld", (long long)c->score.work);
    return n;
}

/* Whether the columns have the choices' names, which are few and short; else they have numbers, which are
 * explained. */
static bool names_columns(const fit_result *f) {
    bool brief = f->space->count <= MOST_NAMED;
    for (int i = 0; i < f->space->count; i++)
        brief = brief && strlen(f->space->choices[i].name) <= LONGEST_NAME;
    return brief;
}

static void print_front(text *out, const job *j, const fit_result *f) {
    table *t = ARENA_NEW(j->mem, table);
    int choices = f->space->count < MOST_CHOICES ? f->space->count : MOST_CHOICES;
    bool named = names_columns(f);
    t->rows = (f->n_front < MOST_LINES ? f->n_front : MOST_LINES) + 1;
    for (int r = 0; r < t->rows; r++) {
        const candidate *c = r ? f->front[r - 1] : NULL;
        for (int i = 0; i < choices; i++) {
            const char *name = named ? f->space->choices[i].name : arena_printf(j->mem, "%d", i + 1);
            t->cells[r][i] = c ? picked_text(f, c, i) : name;
        }
        t->columns = choices + add_figures(j, t->cells[r] + choices, c);
    }
    print_cells(out, t);
    if (f->n_front > MOST_LINES)
        text_printf(out, "and %d more, which --emit json has\n", f->n_front - MOST_LINES);
    for (int i = 0; !named && i < choices; i++)
        text_printf(out, "%s%d: %s",
                    i == 0       ? "\n"
                    : i % 4 == 0 ? ",\n"
                                 : ", ",
                    i + 1, f->space->choices[i].name);
    if (!named) text_char(out, '\n');
}

/* "48 candidates, all tried" */
static const char *describe_search(const job *j, const fit_result *f) {
    arena *a = j->mem;
    int64_t size = space_size(f->space);
    if (!f->by_evolution) return arena_printf(a, "all %s candidates were tried", show_count(a, size));
    const char *all = size == INT64_MAX  ? "more than 9e18"
                      : size > 999999999 ? arena_printf(a, "%.3g", (double)size)
                                         : show_count(a, size);
    return arena_printf(a, "%d of %s candidates were tried, by evolution from the seed %llu", f->s->n, all,
                        (unsigned long long)j->o.seed);
}

static void print_limits(text *out, const job *j) {
    bool any = false;
    for (int i = 0; i < FIGURE_COUNT; i++) {
        if (!j->o.limits.most[i]) continue;
        bool time = i == FIGURE_CYCLES && j->o.measure;
        text_printf(out, "%s%s %s", any ? ", " : "limits: ", figure_title(j, (figure)i),
                    show_limit(j, (figure)i));
        if (i == FIGURE_CYCLES && j->o.limits.seconds > 0 && !time)
            text_printf(out, " (%.4g ms)", j->o.limits.seconds * 1e3);
        any = true;
    }
    text_char(out, '\n');
}

/* What became of the candidates. */
static void print_counts(text *out, const job *j, const fit_result *f) {
    const search *s = f->s;
    const int good = count_within(s);
    text_printf(out, "\n%s: %d keep the limits, %d of them are on the front", describe_search(j, f), good,
                f->n_front);
    if (s->rated < good) text_printf(out, "; %d have no score", good - s->rated);
    for (int i = 0; i < FIGURE_COUNT; i++) {
        if (s->over[i]) text_printf(out, "; %d are over %s", s->over[i], figure_title(j, (figure)i));
    }
    text_printf(out, "; %d cannot be built\n", s->skipped);
    for (int i = 0; i < s->n; i++) {
        if (s->all[i]->outcome != CANDIDATE_SKIPPED) continue;
        text_printf(out, "the first that cannot be built:");
        for (int k = 0; k < f->space->count; k++)
            text_printf(out, "%s %s = %s", k ? "," : "", f->space->choices[k].name,
                        picked_text(f, s->all[i], k));
        text_printf(out, ": %s\n", s->all[i]->why);
        break;
    }
}

static void print_notes(text *out, const job *j, const fit_result *f) {
    const target *t = j->o.targets.at[0];
    if (f->stand_in)
        text_string(
            out,
            "The score is a stand-in for accuracy, of networks that nobody has trained: log2 of the MACs, less "
            "what depth, width and resolution are out of balance. --score runs a command instead.\n");
    if (j->o.measure)
        text_printf(
            out,
            "The times were measured on this machine, and differ from run to run. %d candidates were run; "
            "those of the others are predicted.\n",
            count_measured(f->s));
    text_string(out, has_code_model(t) ? "Flash is of code, constants and weights, by the model of code size"
                                       : "Flash is of the weights alone");
    text_string(out, j->o.int8 ? "; the scales of int8 are assumed.\n" : ".\n");
    for (int i = 0; i < f->n_front && i < MOST_LINES; i++) {
        const candidate *c = f->front[i];
        if (!c->max_ram && !c->compact) continue;
        text_printf(out, "Some of these need");
        if (j->o.limits.most[FIGURE_RAM])
            text_printf(out, " --max-ram %lld", (long long)j->o.limits.most[FIGURE_RAM]);
        if (has_code_model(t) && j->o.limits.most[FIGURE_FLASH])
            text_printf(out, " --max-flash %lld", (long long)j->o.limits.most[FIGURE_FLASH]);
        text_string(out, " when they are compiled.\n");
        break;
    }
}

void fit_table(text *out, const job *j, const fit_result *f) {
    text_printf(out, "%s for %s%s\n", path_name(j->model), j->o.targets.at[0]->name,
                j->o.int8           ? " in int8"
                : j->o.half_weights ? " with weights of f16"
                                    : "");
    print_limits(out, j);
    text_char(out, '\n');
    print_front(out, j, f);
    print_counts(out, j, f);
    print_notes(out, j, f);
}
