/* child.h: running another program, so that nothing of it outlives lcc. */
#ifndef LCC_CHILD_H
#define LCC_CHILD_H

#include "base/signals.h"

/* Runs a program to its end, its standard output and error in the files `out` and `log`. Returns 0 and its
 * *status (waitpid's), or what errno would be where it cannot be started. EINTR: one of the held signals came;
 * the program and all that it started were ended. */
int run_child(const char *const *argv, const char *out, const char *log, const held_signals *held, int *status);

#endif
