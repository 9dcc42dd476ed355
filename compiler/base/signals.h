/* signals.h: holds back the signals that would end the program, while it has temporary files to remove. */
#ifndef LCC_SIGNALS_H
#define LCC_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

typedef struct held_signals {
    sigset_t held;   /* the signals that hold_signals holds back */
    sigset_t before; /* the thread's mask before that */
} held_signals;

/* Holds back SIGTERM, SIGINT, SIGHUP and similar signals until release_signals, except those that are ignored
 * or were held back before. SIGKILL cannot be held back. */
void hold_signals(held_signals *h);

/* Whether one of them has come. The caller should then stop, remove its files and call release_signals. */
bool signal_waits(const held_signals *h);

/* Ends the holding. A signal that waits takes effect here; unless it has a handler, this does not return. */
void release_signals(const held_signals *h);

#endif
