/* score_run.c: runs the command of --score on this machine, several at once, in a temporary folder that has
 * their candidates and what they print. */
#include "search/score_run.h"
#include "base/child.h"
#include "base/file.h"
#include "base/scratch.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const loc command_line = {0};

enum { MOST_WORDS = 64, LARGEST_END = 1 << 16 };

/* A place for one command at a time. */
typedef struct slot {
    score_task task;
    const char *net, *out, *log; /* the candidate's file, and what the command prints */
    double began;                /* seconds */
} slot;

typedef struct running {
    const command_runner *r;
    const score_feed *feed;
    scratch s;
    slot *slots;
    pid_t *pids; /* of the slots; 0: free */
    int started;
} running;

static double read_clock(void) {
    const double nanosecond = 1e-9;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + nanosecond * (double)now.tv_nsec;
}

/* ---- what a command printed ---- */

/* The last bytes of a file, which end with a NUL; an empty string if it cannot be read. */
static void read_end(const char *path, char end[LARGEST_END + 1]) {
    size_t size = 0;
    FILE *f = fopen(path, "rb");
    if (f && (fseek(f, -LARGEST_END, SEEK_END) == 0 || fseek(f, 0, SEEK_SET) == 0))
        size = fread(end, 1, LARGEST_END, f);
    if (f) fclose(f);
    end[size] = 0;
    for (size_t i = 0; i < size; i++) {
        if (!end[i]) end[i] = ' ';
    }
}

/* The last line that is not blank, without control characters, at most some hundred bytes of it. */
static const char *find_last_line(arena *a, const char *s) {
    enum { MOST_BYTES = 200 };
    size_t end = strlen(s);
    while (end && strchr(" \t\r\n", s[end - 1])) end--;
    size_t begin = end;
    while (begin && s[begin - 1] != '\n') begin--;
    char *line = arena_strndup(a, s + begin, end - begin < MOST_BYTES ? end - begin : MOST_BYTES);
    for (char *c = line; *c; c++) {
        if ((unsigned char)*c < ' ') *c = ' ';
    }
    return line;
}

/* What has become of a command that ended with this status. */
static score_result read_result(arena *a, const slot *at, int status) {
    score_result r = {.seconds = read_clock() - at->began};
    char end[LARGEST_END + 1];
    if (WIFSIGNALED(status)) {
        r.why = arena_printf(a, "ended by signal %d", WTERMSIG(status));
        r.is_of_machine = true;
    } else if (WEXITSTATUS(status) != 0) {
        read_end(at->log, end);
        const char *line = find_last_line(a, end);
        r.why = arena_printf(a, "exit status %d%s%s", WEXITSTATUS(status), *line ? ": " : "", line);
    } else {
        read_end(at->out, end);
        if (!find_last_number(end, &r.value)) {
            r.why = "it printed no number";
        } else if (!isfinite(r.value)) {
            r.why = arena_printf(a, "it printed %s", isnan(r.value) ? "nan" : "inf");
        }
    }
    return r;
}

/* ---- running ---- */

static bool start_task(running *x, int place, const score_task *task) {
    const command_runner *r = x->r;
    slot *at = &x->slots[place];
    const int number = ++x->started;
    at->task = *task;
    at->net = scratch_path(&x->s, arena_printf(r->mem, "candidate-%d.net", number));
    at->out = scratch_path(&x->s, arena_printf(r->mem, "out-%d", place));
    at->log = scratch_path(&x->s, arena_printf(r->mem, "log-%d", place));
    const output_file net = {at->net, task->text, strlen(task->text)};
    const char *why;
    if (!write_files(r->mem, &net, 1, &why)) {
        diag_error(r->d, command_line, "--score: %s", why);
        return false;
    }
    const char *argv[MOST_WORDS + 2];
    int n = add_command_words(r->mem, r->command, argv, 0, MOST_WORDS);
    argv[n++] = at->net;
    argv[n] = NULL;
    const char *work[] = {arena_printf(r->mem, "LCC_WORK=%" PRId64, task->work), NULL};
    at->began = read_clock();
    int failure = start_child(argv, task->work ? work : NULL, at->out, at->log, &x->s.held, &x->pids[place]);
    if (!failure) return true;
    x->pids[place] = 0;
    diag_error(r->d, command_line, "--score: cannot run '%s': %s", argv[0], strerror(failure));
    return false;
}

/* Starts tasks in all free places, as long as there are some. False after an error. */
static bool fill_slots(running *x, bool *is_any) {
    score_task task;
    *is_any = false;
    for (int i = 0; i < x->r->jobs; i++) {
        if (!x->pids[i] && x->feed->take(x->feed->data, &task) && !start_task(x, i, &task)) return false;
        *is_any = *is_any || x->pids[i];
    }
    return true;
}

/* Waits for the next command that ends, and gives what has become of it. False after an error or a signal. */
static bool finish_one(running *x) {
    int place, status, failure;
    while ((failure = wait_for_children(x->pids, x->r->jobs, &x->s.held, 0, &place, &status)) == ETIMEDOUT)
        x->feed->wait(x->feed->data);
    if (failure) {
        diag_error(x->r->d, command_line, "--score: stopped by a signal");
        return false;
    }
    x->pids[place] = 0;
    const slot *at = &x->slots[place];
    const score_result result = read_result(x->r->mem, at, status);
    unlink(at->net);
    return x->feed->give(x->feed->data, &at->task, &result);
}

bool run_commands(void *state, const score_feed *feed) {
    const command_runner *r = state;
    running x = {.r = r,
                 .feed = feed,
                 .slots = ARENA_ARRAY(r->mem, slot, r->jobs),
                 .pids = ARENA_ARRAY(r->mem, pid_t, r->jobs)};
    if (!scratch_open(&x.s, r->mem, r->d, "--score")) return false;
    sigset_t before;
    hold_children(&before);
    bool is_any = true, good = true;
    while (good && is_any) {
        good = fill_slots(&x, &is_any);
        if (good && is_any) good = finish_one(&x);
    }
    end_children(x.pids, r->jobs);
    release_children(&before);
    scratch_close(&x.s);
    return good;
}
