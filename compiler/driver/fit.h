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
