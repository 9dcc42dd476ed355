/* child.c: runs programs, each in a process group of its own, so that a signal to lcc can end the whole group,
 * such as a compiler's driver and the compiler proper. */
#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

/* Whether one of the words sets the variable of `entry`, which is NAME=VALUE. */
static bool is_set_by(const char *const *words, const char *entry) {
    size_t size = strcspn(entry, "=") + 1;
    for (int i = 0; words[i]; i++) {
        if (strncmp(words[i], entry, size) == 0) return true;
    }
    return false;
}

/* lcc's environment with the words added, for the caller to free. NULL if no memory is left. */
static const char **extend_environment(const char *const *words) {
    size_t n = 0, count = 0;
    while (environ[n]) n++;
    while (words[count]) count++;
    const char **all = calloc(n + count + 1, sizeof *all);
    if (!all) return NULL;
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (!is_set_by(words, environ[i])) all[kept++] = environ[i];
    }
    memcpy(all + kept, words, count * sizeof *all);
    return all;
}

/* Starts the program with that environment. It gets the usual handling of SIGPIPE and SIGXFSZ, which main.c
 * ignores. */
static int start(const char *const *argv, char *const *environment, const char *out, const char *log,
                 const held_signals *held, pid_t *pid) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    const int flags = O_WRONLY | O_CREAT | O_TRUNC;
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, out, flags, S_IRUSR | S_IWUSR);
    posix_spawn_file_actions_addopen(&files, 2, log, flags, S_IRUSR | S_IWUSR);
    sigset_t usual;
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    sigaddset(&usual, SIGXFSZ);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setsigmask(&attributes, &held->before);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    int failure = posix_spawnp(pid, argv[0], &files, &attributes, (char *const *)(uintptr_t)argv, environment);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return failure;
}

int start_child(const char *const *argv, const char *const *environment, const char *out, const char *log,
                const held_signals *held, pid_t *pid) {
    if (!environment) return start(argv, environ, out, log, held, pid);
    const char **all = extend_environment(environment);
    if (!all) return ENOMEM;
    int failure = start(argv, (char *const *)(uintptr_t)all, out, log, held, pid);
    free(all);
    return failure;
}

/* SIGCHLD must be blocked. held NULL: signals are not looked for. */
int wait_for_children(const pid_t *pids, int n, const held_signals *held, int seconds, int *which,
                      int *status) {
    const struct timespec second = {.tv_sec = 1};
    sigset_t news;
    sigemptyset(&news);
    if (held) news = held->held;
    sigaddset(&news, SIGCHLD);
    for (int waited = 0; seconds < 0 || waited <= seconds; waited++) {
        for (int i = 0; i < n; i++) {
            *which = i;
            if (pids[i] && waitpid(pids[i], status, WNOHANG) != 0) return 0;
        }
        if (held && signal_waits(held)) return EINTR;
        int number = sigtimedwait(&news, NULL, &second);
        if (number > 0 && number != SIGCHLD) raise(number); /* so that it waits again until it is released */
    }
    return ETIMEDOUT;
}

/* All are asked to end before the first is waited for, so that many take no longer than one. */
void end_children(const pid_t *pids, int n) {
    enum { PATIENCE = 2 };
    int which, status, patience = PATIENCE;
    for (int i = 0; i < n; i++) {
        if (pids[i]) kill(-pids[i], SIGTERM);
    }
    for (int i = 0; i < n; i++) {
        if (!pids[i]) continue;
        bool ended = wait_for_children(&pids[i], 1, NULL, patience, &which, &status) == 0;
        kill(-pids[i], SIGKILL);
        if (!ended) wait_for_children(&pids[i], 1, NULL, -1, &which, &status);
        if (!ended) patience = 0;
    }
}

void hold_children(sigset_t *before) {
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, before);
}

void release_children(const sigset_t *before) { sigprocmask(SIG_SETMASK, before, NULL); }

int run_child(const char *const *argv, const char *out, const char *log, const held_signals *held,
              int *status) {
    sigset_t before;
    pid_t pid;
    int which;
    *status = 0;
    hold_children(&before);
    int failure = start(argv, environ, out, log, held, &pid);
    if (!failure) failure = wait_for_children(&pid, 1, held, -1, &which, status);
    if (failure == EINTR) end_children(&pid, 1);
    release_children(&before);
    return failure;
}
