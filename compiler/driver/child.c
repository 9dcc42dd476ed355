/* child.c: runs a program in a process group of its own, so that a signal to lcc can end the whole group, such
 * as a compiler's driver and the compiler proper. */
#include "driver/child.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

/* Starts the program. Returns 0, or what errno would be. The program gets the usual handling of SIGPIPE and
 * SIGXFSZ, which main.c ignores. */
static int start(const char *const *argv, const char *out, const char *log, const held_signals *held,
                 pid_t *pid) {
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
    int failure = posix_spawnp(pid, argv[0], &files, &attributes, (char *const *)(uintptr_t)argv, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return failure;
}

/* Waits for the child, at most `seconds` (negative: for ever). Returns 0 when it has ended, EINTR when a held
 * signal came, or ETIMEDOUT. SIGCHLD must be blocked. */
static int wait_for_child(pid_t pid, const held_signals *held, int seconds, int *status) {
    const struct timespec second = {.tv_sec = 1};
    sigset_t news;
    sigemptyset(&news);
    if (held) news = held->held;
    sigaddset(&news, SIGCHLD);
    for (int i = 0; seconds < 0 || i <= seconds; i++) {
        if (waitpid(pid, status, WNOHANG) != 0) return 0;
        if (held && signal_waits(held)) return EINTR;
        int number = sigtimedwait(&news, NULL, &second);
        if (number > 0 && number != SIGCHLD) raise(number); /* so that it waits again until it is released */
    }
    return ETIMEDOUT;
}

static void end_group(pid_t pid, int *status) {
    enum { PATIENCE = 2 };
    kill(-pid, SIGTERM);
    bool ended = wait_for_child(pid, NULL, PATIENCE, status) == 0;
    kill(-pid, SIGKILL);
    if (!ended) wait_for_child(pid, NULL, -1, status);
}

int run_child(const char *const *argv, const char *out, const char *log, const held_signals *held,
              int *status) {
    sigset_t child, before;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, &before);
    pid_t pid;
    *status = 0;
    int failure = start(argv, out, log, held, &pid);
    if (!failure) failure = wait_for_child(pid, held, -1, status);
    if (failure == EINTR) end_group(pid, status);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return failure;
}
