/* score.h: how good the candidates of a search are, by a command of the user's: --score.
 *
 * The command is run once for each candidate, with the path of the candidate's .net file as its last argument,
 * and the last number that it prints is the score; the larger, the better. The scores are kept in a file, so
 * that a search that was stopped goes on where it was. Candidates are known by their text: who makes the text
 * the same makes the score the same.
 *
 * While commands run, signals that would end lcc are held back. If one comes, the commands are ended with all
 * that they started, the temporary files are removed, and then the signal ends lcc. */
#ifndef LCC_SCORE_H
#define LCC_SCORE_H

#include "base/diag.h"

#include <stdint.h>

enum { MOST_WORKS = 8 };

/* What one search asks for: the options --score, --scores, -j, --budget and --work. */
typedef struct score_options {
    const char *command;       /* words separated by blanks, without a shell; NULL: there are no scores */
    const char *file;          /* where the scores are kept; NULL: nowhere */
    int jobs;                  /* how many commands run at once; 0 is 1 */
    int64_t most_runs;         /* no command is started after so many; 0: no limit */
    double most_seconds;       /* .. after they took so long, all together, divided by `jobs`; 0: no limit */
    int64_t works[MOST_WORKS]; /* rising amounts of work, for successive halving */
    int n_works;               /* 0: the command takes none */
} score_options;

typedef enum score_state {
    SCORE_NONE,   /* not run: the budget was used up */
    SCORE_FAILED, /* the command failed, or printed no number that is finite */
    SCORE_MADE
} score_state;

typedef struct score {
    score_state state;
    double value;       /* of SCORE_MADE */
    int64_t work;       /* the amount of work that it took; 0: the command takes none */
    const char *why;    /* of SCORE_FAILED: "exit status 1: no such file" */
    bool is_of_machine; /* .. because a signal ended the command, which may not happen another time */
} score;

typedef struct scorer scorer;

/* What to count in a table or on a terminal. */
typedef struct score_counts {
    int runs;           /* commands that were run, in this search or those that it goes on with */
    int kept;           /* of these, the ones whose result was in the file */
    int failed;         /* of these, the ones that failed */
    const char *reason; /* why the first of them failed; NULL: none did */
    double seconds;     /* what they took, all together */
} score_counts;

/* Opens the scores: reads the file, and keeps it open and locked. NULL after errors. What it makes is in the
 * arena; `progress`, which may be NULL, is called with `state` after every run, and about every
 * second while commands run. */
scorer *scorer_open(arena *a, diag *d, const score_options *o, void (*progress)(void *state), void *state);

/* The files that candidates import, but for those of the library. What they say is part of what a candidate is
 * known by, and their full paths in its text are not. Called before the first run. False after an error. */
bool scorer_add_imports(scorer *s, const char *const *paths, int n);

/* Scores n candidates, each with its text, with one amount of work (0: none). scores[i] is that of texts[i].
 * The commands are started in the order of the texts, so that the same budget gives the same scores. False
 * after an error: the command cannot be run at all, or the file cannot be written. */
bool scorer_run(scorer *s, const char *const *texts, int n, int64_t work, score *scores);

/* Scores n candidates by successive halving (Jamieson and Talwalkar, "Non-stochastic best arm identification",
 * AISTATS 2016): all with the least amount of work; then the best third of them with the next, and so on. Each
 * keeps the score of the most work that it got. Without amounts of work it is one run for each. */
bool scorer_halve(scorer *s, const char *const *texts, int n, score *scores);

/* Less than 0 if x is better than y: it got more work, or with the same work a larger score. Those that failed
 * or were not run come last. */
int score_compare(const score *x, const score *y);

/* Whether the budget is used up, so that nothing more is run. */
bool scorer_is_over(const scorer *s);

score_counts scorer_count(const scorer *s);

/* Closes the file. */
void scorer_close(scorer *s);

/* ---- for programs that run the commands elsewhere, such as examples/fit_mpi ---- */

/* One run that is to be done. */
typedef struct score_task {
    int index; /* for `give` */
    const char *text;
    int64_t work; /* 0: none */
} score_task;

/* What comes of it. */
typedef struct score_result {
    double seconds; /* that it took */
    double value;
    const char *why;    /* why it failed; NULL: it did not. It is copied */
    bool is_of_machine; /* it failed, and may not another time: it was ended by a signal. It is not kept then */
} score_result;

/* Where a runner gets its tasks, and gives what comes of them. */
typedef struct score_feed {
    void *data;
    bool (*take)(void *data, score_task *task); /* false: there is nothing more to start */
    bool (*give)(void *data, const score_task *task,
                 const score_result *result); /* false: stop, after an error */
    void (*wait)(void *data);                 /* called about every second while commands run */
} score_feed;

/* Takes all tasks, runs as many at once as it can, and gives all results. False after an error. */
typedef bool score_runner(void *state, const score_feed *feed);

/* Replaces the runner, which runs the command on this machine. */
void scorer_set_runner(scorer *s, score_runner *run, void *state);

#endif
