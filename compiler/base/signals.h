/* signals.h: holding back the signals that would end the program, while it has something to take away first. */
#ifndef LCC_SIGNALS_H
#define LCC_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

typedef struct held_signals {
    sigset_t held;   /* those that this call holds back */
    sigset_t before; /* the mask of the thread before it */
} held_signals;

/* From here to release_signals, SIGTERM, SIGINT, SIGHUP and their kin wait, except those that are ignored or
 * that were held back already. SIGKILL cannot be held. */
void hold_signals(held_signals *h);

/* Whether one of them has come: the work should end soon, tidy up and release. */
bool signal_waits(const held_signals *h);

/* A signal that waits takes effect here: unless it has a handler, this does not return. */
void release_signals(const held_signals *h);

#endif
