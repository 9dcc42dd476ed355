/* fit.h: what the outputs of --fit show. */
#ifndef LCC_DRIVER_FIT_H
#define LCC_DRIVER_FIT_H

#include "driver/driver.h"
#include "search/search.h"

typedef struct fit_result {
    const search *s;
    const search_space *space;
    const candidate *const *front; /* the best score first */
    int n_front;
    bool by_evolution;
    const stand_in *stand_in; /* of the scores; NULL: they are a command's */
} fit_result;

/* The value that a candidate has for a choice: "0.5". */
static inline const char *picked_text(const fit_result *f, const candidate *c, int choice) {
    return f->space->choices[choice].alternatives[c->picks[choice]].text;
}

/* fit.c. What candidates are measured for. Their texts contain what -D, --variant and --search say. */
machine machine_of(const job *j);
/* Sets j->files to the files that the network with these picks is read from; picks NULL: the network as it is.
 * Its errors do not matter: other candidates may have none. */
void find_files(job *j, const int *picks);

/* What a limit or an axis is called: with --measure, cycles are shown as the time that they stand for. */
static inline const char *figure_title(const job *j, figure f) {
    return f == FIGURE_CYCLES && j->o.measure ? "time" : figure_names[f];
}

/* fit_figures.c. A figure: "1,234", or cycles with --measure "52.3 us"; a limit in the same way; and a time. */
const char *show_figure(const job *j, figure f, int64_t value);
const char *show_limit(const job *j, figure f);
const char *show_time(arena *a, double seconds);

/* fit_measure.c: --measure. Measures one network, which it returns; then the clock of the job and of the
 * machine is the one with which the model of cost predicts its time, and the search has limits that are wider.
 * NULL after errors. */
const candidate *set_measured_clock(job *j, search *s, machine *m);
/* After the search: measures the candidates that would be on the front, until all that are on it are measured.
 * `first` is what set_measured_clock returned. False after errors. */
bool measure_front(job *j, search *s, const candidate *first);

/* How many candidates were measured. */
static inline int count_measured(const search *s) {
    int n = 0;
    for (int i = 0; i < s->n; i++) n += s->all[i]->seconds > 0;
    return n;
}

/* scores.c. Opens the scores of --score; j->files are those that candidates are read from. NULL after errors.
 */
scorer *open_scores(job *j);
/* Closes them, and adds a note on runs that failed. */
void close_scores(job *j, scorer *s);

/* fit_table.c: the front as a table. fit_json.c: as JSON. fit_svg.c: as a picture. */
void fit_table(text *out, const job *j, const fit_result *f);
void fit_json(text *out, const job *j, const fit_result *f);
void fit_svg(text *out, const job *j, const fit_result *f);

#endif
