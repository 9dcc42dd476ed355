/* scores.c: opens the scores of --score for a search, and says at its end what failed. */
#include "driver/fit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const loc command_line = {0};

/* Shows how far it is, on a terminal. */
static void show_scores(void *state) {
    scorer *const *s = state;
    const score_counts c = scorer_count(*s);
    fprintf(stderr, "\r\033[Klcc: %d scores, %d of them kept from before, %d failed, %.0f s", c.runs, c.kept,
            c.failed, c.seconds);
    fflush(stderr);
}

/* The files of the network that are not of the library, but for its own. */
static words find_imports(const job *j) {
    words own = {ARENA_ARRAY(j->mem, const char *, j->n_files + 1), 0};
    size_t size = j->shipped ? strlen(j->shipped) : 0;
    for (int i = 0; i < j->n_files; i++) {
        const char *path = j->files[i];
        bool of_library = size && strncmp(path, j->shipped, size) == 0;
        if (!of_library && strcmp(path, j->model) != 0) own.at[own.count++] = path;
    }
    return own;
}

scorer *open_scores(job *j) {
    scorer **s = ARENA_NEW(j->mem, scorer *);
    *s = scorer_open(j->mem, j->d, &j->o.score, isatty(STDERR_FILENO) ? show_scores : NULL, s);
    if (!*s) return NULL;
    if (j->runner) scorer_set_runner(*s, j->runner, j->runner_state);
    const words imports = find_imports(j);
    if (scorer_add_imports(*s, imports.at, imports.count)) return *s;
    scorer_close(*s);
    return NULL;
}

void close_scores(job *j, scorer *s) {
    const score_counts c = scorer_count(s);
    if (isatty(STDERR_FILENO)) fputs("\r\033[K", stderr);
    if (c.failed)
        diag_note(j->d, command_line, "--score: %d of %d runs failed; the first: %s", c.failed, c.runs,
                  c.reason);
    scorer_close(s);
}
