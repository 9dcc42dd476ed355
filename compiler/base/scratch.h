/* scratch.h: a temporary folder, and programs that run in it. It goes even if a signal ends lcc. */
#ifndef LCC_SCRATCH_H
#define LCC_SCRATCH_H

#include "base/diag.h"
#include "base/signals.h"

typedef struct scratch {
    arena *mem;
    diag *d;
    const char *option; /* "--tune": for messages */
    const char *folder;
    held_signals held; /* held back until the folder is removed */
} scratch;

/* Makes the folder, in $TMPDIR or /tmp, with a name that begins with "lcc-". False after an error. */
bool scratch_open(scratch *s, arena *a, diag *d, const char *option);

/* Removes the folder and all that is in it. A signal that has come ends lcc here. */
void scratch_close(scratch *s);

/* The path of a file in the folder. */
const char *scratch_path(const scratch *s, const char *name);

/* Runs a program to its end, with its standard output in the file `out`. False after an error, which quotes
 * what the program said. what: "the C compiler". */
bool scratch_run(const scratch *s, const char *what, const char *const *argv, const char *out);

/* Appends the words of a command to argv, which has room for `room` of them; returns how many there are then.
 */
int add_command_words(arena *a, const char *command, const char **argv, int n, int room);

#endif
