/* child.h: runs another program, which ends when a signal ends lcc. */
#ifndef LCC_CHILD_H
#define LCC_CHILD_H

#include "base/signals.h"

/* Runs a program to its end, with its standard output in the file `out` and its standard error in `log`.
 * Returns 0 and sets *status (that of waitpid), or what errno would be if it cannot be started. EINTR: one of
 * the held signals came, and the program and all that it started were ended. */
int run_child(const char *const *argv, const char *out, const char *log, const held_signals *held, int *status);

#endif
