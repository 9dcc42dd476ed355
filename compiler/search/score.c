/* score.c: which candidates get a run of the command: those whose score is not known, as long as the budget
 * lasts.
 *
 * The budget is that of the search, not that of this call of lcc: results from the file count as if they were
 * run now. So a search that is stopped and taken up again ends with the same scores. */
#include "search/score.h"
#include "base/file.h"
#include "search/score_file.h"
#include "search/score_run.h"
#include "weights/fnv.h"

#include <stdlib.h>
#include <string.h>

static const loc command_line = {0};

struct scorer {
    arena *mem;
    diag *d;
    score_options o;
    score_file file;
    command_runner here; /* the runner of this machine */
    score_runner *run;
    void *run_state;
    void (*progress)(void *state);
    void *progress_state;
    uint64_t imports;   /* the hash of the files that candidates import */
    const char **paths; /* their full paths */
    int n_paths;
    score_counts counts;
    bool warned; /* that scores of another command are used */
    /* The candidates that are being scored. */
    const char *const *texts;
    uint64_t *hashes;
    int n, next;
    int64_t work;
};

scorer *scorer_open(arena *a, diag *d, const score_options *o, void (*progress)(void *state), void *state) {
    scorer *s = ARENA_NEW(a, scorer);
    *s = (scorer){.mem = a,
                  .d = d,
                  .o = *o,
                  .file = {.mem = a, .d = d, .path = o->file, .command = o->command, .fd = -1},
                  .here = {.mem = a, .d = d, .command = o->command, .jobs = o->jobs ? o->jobs : 1},
                  .run = run_commands,
                  .progress = progress,
                  .progress_state = state,
                  .imports = FNV_START};
    s->run_state = &s->here;
    s->o.jobs = s->here.jobs;
    if (score_file_read(&s->file)) return s;
    score_file_close(&s->file);
    return NULL;
}

void scorer_close(scorer *s) { score_file_close(&s->file); }

void scorer_set_runner(scorer *s, score_runner *run, void *state) {
    s->run = run;
    s->run_state = state;
}

bool scorer_add_imports(scorer *s, const char *const *paths, int n) {
    enum { LARGEST = 1 << 26 };
    s->paths = ARENA_ARRAY(s->mem, const char *, n);
    for (int i = 0; i < n; i++) {
        size_t size;
        const char *why, *said = read_file(s->mem, paths[i], LARGEST, &size, &why);
        if (!said) {
            diag_error(s->d, command_line, "--score: %s", why);
            return false;
        }
        s->imports = fnv_string(fnv_string(s->imports, path_name(paths[i])), said);
        char *full = realpath(paths[i], NULL);
        if (full) s->paths[s->n_paths++] = arena_strdup(s->mem, full);
        free(full);
    }
    return true;
}

/* The hash of a candidate's text, without the full paths of its imports, so that it is the same in every
 * folder.
 */
static uint64_t hash_candidate(const scorer *s, const char *at) {
    uint64_t hash = s->imports;
    while (*at) {
        size_t size = 0;
        for (int i = 0; i < s->n_paths && !size; i++) {
            size_t length = strlen(s->paths[i]);
            if (strncmp(at, s->paths[i], length) == 0) size = length;
        }
        if (!size) hash = fnv_string(hash, (const char[]){*at, 0});
        at += size ? size : 1;
    }
    return hash;
}

score_counts scorer_count(const scorer *s) { return s->counts; }

bool scorer_is_over(const scorer *s) {
    const score_options *o = &s->o;
    return (o->most_runs && s->counts.runs >= o->most_runs) ||
           (o->most_seconds > 0 && s->counts.seconds / o->jobs >= o->most_seconds);
}

/* ---- one amount of work ---- */

static void count_result(scorer *s, const score_entry *e) {
    s->counts.seconds += e->seconds;
    s->counts.failed += e->result.state == SCORE_FAILED;
}

/* Uses a result that was in the file. */
static void use_kept(scorer *s, score_entry *e) {
    e->used = true;
    s->counts.runs++;
    s->counts.kept++;
    count_result(s, e);
    if (s->warned || strcmp(e->command, s->o.command) == 0) return;
    s->warned = true;
    diag_warning(s->d, command_line,
                 "--scores: %s has scores that another command made, '%s': they are used as if '%s' had made "
                 "them; for new ones, give another file",
                 s->o.file, e->command, s->o.command);
}

/* The next candidate that has no result yet. False if there is none, or the budget is used up. */
static bool take_task(void *data, score_task *task) {
    scorer *s = data;
    for (; s->next < s->n; s->next++) {
        score_entry *e = score_file_find(&s->file, s->hashes[s->next], s->work);
        if (e && e->used) continue; /* asked for before, or running */
        if (scorer_is_over(s)) return false;
        if (e) {
            use_kept(s, e);
            continue;
        }
        e = score_file_add(&s->file, s->hashes[s->next], s->work);
        e->used = true;
        s->counts.runs++;
        *task = (score_task){.index = s->next, .text = s->texts[s->next], .work = s->work};
        s->next++;
        return true;
    }
    return false;
}

static bool give_result(void *data, const score_task *task, const score_result *r) {
    scorer *s = data;
    uint64_t hash = s->hashes[task->index];
    score_entry *e = score_file_find(&s->file, hash, task->work);
    e->seconds = r->seconds;
    e->result.state = r->why ? SCORE_FAILED : SCORE_MADE;
    e->result.value = r->why ? 0 : r->value;
    e->result.why = r->why ? arena_strdup(s->mem, r->why) : NULL;
    e->result.is_of_machine = r->is_of_machine;
    count_result(s, e);
    if (!r->is_of_machine && !score_file_append(&s->file, hash, e)) return false;
    if (s->progress) s->progress(s->progress_state);
    return true;
}

static void show_progress(void *data) {
    const scorer *s = data;
    if (s->progress) s->progress(s->progress_state);
}

bool scorer_run(scorer *s, const char *const *texts, int n, int64_t work, score *scores) {
    s->texts = texts;
    s->n = n;
    s->next = 0;
    s->work = work;
    s->hashes = ARENA_ARRAY(s->mem, uint64_t, n);
    for (int i = 0; i < n; i++) s->hashes[i] = hash_candidate(s, texts[i]);
    const score_feed feed = {s, take_task, give_result, show_progress};
    if (!score_file_prepare(&s->file) || !s->run(s->run_state, &feed)) return false;
    for (int i = 0; i < n; i++) {
        const score_entry *e = score_file_find(&s->file, s->hashes[i], work);
        scores[i] = e && e->used ? e->result : (score){.work = work};
        if (!s->counts.reason && scores[i].state == SCORE_FAILED) s->counts.reason = scores[i].why;
    }
    return true;
}

/* ---- successive halving ---- */

int score_compare(const score *x, const score *y) {
    bool x_made = x->state == SCORE_MADE, y_made = y->state == SCORE_MADE;
    if (!x_made || !y_made) return y_made - x_made;
    if (x->work != y->work) return x->work > y->work ? -1 : 1;
    return x->value > y->value ? -1 : x->value < y->value;
}

typedef struct ranked {
    const score *s;
    int index;
} ranked;

/* The better first; of two that are as good, the one that came first. */
static int compare_ranked(const void *x, const void *y) {
    const ranked *p = x, *q = y;
    int order = score_compare(p->s, q->s);
    return order ? order : (p->index > q->index) - (p->index < q->index);
}

/* Keeps the best third of the candidates `chosen`, at least one, if they have scores of this round. Returns how
 * many that are. */
static int keep_best(arena *a, const score *scores, int64_t work, int *chosen, int n) {
    enum { PART = 3 };
    ranked *order = ARENA_ARRAY(a, ranked, n);
    int made = 0;
    for (int i = 0; i < n; i++) {
        const score *s = &scores[chosen[i]];
        if (s->state == SCORE_MADE && s->work == work) order[made++] = (ranked){s, chosen[i]};
    }
    if (made) qsort(order, (size_t)made, sizeof *order, compare_ranked);
    int kept = (made + PART - 1) / PART;
    for (int i = 0; i < kept; i++) chosen[i] = order[i].index;
    return kept;
}

bool scorer_halve(scorer *s, const char *const *texts, int n, score *scores) {
    const score_options *o = &s->o;
    if (!o->n_works) return scorer_run(s, texts, n, 0, scores);
    int *chosen = ARENA_ARRAY(s->mem, int, n);
    const char **some = ARENA_ARRAY(s->mem, const char *, n);
    score *results = ARENA_ARRAY(s->mem, score, n);
    for (int i = 0; i < n; i++) chosen[i] = i;
    for (int round = 0, left = n; round < o->n_works && left > 0; round++) {
        for (int i = 0; i < left; i++) some[i] = texts[chosen[i]];
        if (!scorer_run(s, some, left, o->works[round], results)) return false;
        for (int i = 0; i < left; i++) {
            if (round == 0 || results[i].state != SCORE_NONE) scores[chosen[i]] = results[i];
        }
        left = keep_best(s->mem, scores, o->works[round], chosen, left);
    }
    return true;
}
