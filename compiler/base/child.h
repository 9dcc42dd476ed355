/* child.h: runs other programs, which end when a signal ends lcc. */
#ifndef LCC_CHILD_H
#define LCC_CHILD_H

#include "base/signals.h"

#include <sys/types.h>

/* Runs a program to its end, with its standard output in the file `out` and its standard error in `log`.
 * Returns 0 and sets *status (that of waitpid), or what errno would be if it cannot be started. EINTR: one of
 * the held signals came, and the program and all that it started were ended. */
int run_child(const char *const *argv, const char *out, const char *log, const held_signals *held, int *status);

/* Starts a program in the same way, and does not wait for it. environment: words NAME=VALUE that are added to
 * lcc's own environment, NULL behind the last; or NULL. Returns 0, or what errno would be. */
int start_child(const char *const *argv, const char *const *environment, const char *out, const char *log,
                const held_signals *held, pid_t *pid);

/* Holds SIGCHLD back, so that wait_for_children sees the end of each child at once. Called before the first
 * child is started; `before` is for release_children. */
void hold_children(sigset_t *before);
void release_children(const sigset_t *before);

/* Waits until one of n children has ended, and sets *which and *status, or until some seconds have passed
 * (negative: for ever). Those with the pid 0 are passed over. Returns 0, EINTR if a held signal came, or
 * ETIMEDOUT. */
int wait_for_children(const pid_t *pids, int n, const held_signals *held, int seconds, int *which, int *status);

/* Ends the children, and all that they started. */
void end_children(const pid_t *pids, int n);

#endif
