/* signals.c: holds signals back by a mask, and looks which of them wait. There are no handlers, because a
 * handler needs global data. */
#include "base/signals.h"

static const int endings[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU};

enum { ENDING_COUNT = sizeof endings / sizeof *endings };

static bool is_ignored(int number) {
    struct sigaction now;
    return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

void hold_signals(held_signals *h) {
    sigemptyset(&h->held);
    sigprocmask(SIG_BLOCK, NULL, &h->before);
    for (int i = 0; i < ENDING_COUNT; i++) {
        if (!is_ignored(endings[i]) && !sigismember(&h->before, endings[i])) sigaddset(&h->held, endings[i]);
    }
    sigprocmask(SIG_BLOCK, &h->held, NULL);
}

bool signal_waits(const held_signals *h) {
    sigset_t waiting;
    if (sigpending(&waiting) != 0) return false;
    for (int i = 0; i < ENDING_COUNT; i++) {
        if (sigismember(&h->held, endings[i]) && sigismember(&waiting, endings[i])) return true;
    }
    return false;
}

void release_signals(const held_signals *h) { sigprocmask(SIG_SETMASK, &h->before, NULL); }
