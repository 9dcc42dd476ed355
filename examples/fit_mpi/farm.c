/* farm.c: rank 0 gives the candidates of a search to the other ranks. */
#include "farm.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const loc command_line = {0};

enum { MOST_TRIES = 3 };

/* A candidate that was taken and has no result yet. */
typedef struct pending {
    score_task task;
    int tries; /* how often it was sent */
    int rank;  /* that has it; 0: none, it waits */
    int64_t serial;
} pending;

typedef enum rank_state { RANK_IDLE, RANK_BUSY, RANK_LOST, RANK_UNFIT } rank_state;

typedef struct rank_info {
    rank_state state;
    double heard;        /* when: seconds of MPI_Wtime */
    char *text;          /* the last candidate that was sent; NULL: none was */
    MPI_Request sending; /* of the text */
} rank_info;

struct farm {
    diag *d;
    int ranks;
    double patience;
    int64_t serial;    /* of the last task that was sent */
    rank_info *of;     /* [ranks]; that of rank 0 is not used */
    pending *pendings; /* [ranks]: no more are taken than there are ranks */
    int n_pending;
    const score_feed *feed;
};

farm *farm_open(diag *d, int ranks, double patience) {
    farm *f = calloc(1, sizeof *f);
    if (!f) return NULL;
    *f = (farm){.d = d, .ranks = ranks, .patience = patience};
    f->of = calloc((size_t)ranks, sizeof *f->of);
    f->pendings = calloc((size_t)ranks, sizeof *f->pendings);
    if (f->of && f->pendings) return f;
    free(f->of);
    free(f->pendings);
    free(f);
    return NULL;
}

/* The text is sent without waiting: a rank that is lost does not take it, and MPI_Send would wait for ever. A
 * rank that is idle has taken the one before. False without memory. */
static bool send_task(farm *f, pending *p, int rank) {
    const task_message m = {++f->serial, p->task.work, (int64_t)strlen(p->task.text)};
    rank_info *r = &f->of[rank];
    if (r->text) MPI_Wait(&r->sending, MPI_STATUS_IGNORE);
    free(r->text);
    r->text = strdup(p->task.text);
    if (!r->text) return false;
    p->rank = rank;
    p->serial = m.serial;
    p->tries++;
    r->state = RANK_BUSY;
    r->heard = MPI_Wtime();
    MPI_Send(&m, sizeof m, MPI_BYTE, rank, TAG_TASK, MPI_COMM_WORLD);
    MPI_Isend(r->text, (int)m.size, MPI_CHAR, rank, TAG_TEXT, MPI_COMM_WORLD, &r->sending);
    return true;
}

/* The next candidate to send: one that a lost rank had, else a new one. NULL: there is none. */
static pending *next_pending(farm *f) {
    for (int i = 0; i < f->n_pending; i++) {
        if (!f->pendings[i].rank) return &f->pendings[i];
    }
    pending *p = &f->pendings[f->n_pending];
    *p = (pending){0};
    if (f->n_pending == f->ranks - 1 || !f->feed->take(f->feed->data, &p->task)) return NULL;
    f->n_pending++;
    return p;
}

/* False without memory. */
static bool give_tasks(farm *f) {
    for (int rank = 1; rank < f->ranks; rank++) {
        pending *p = f->of[rank].state == RANK_IDLE ? next_pending(f) : NULL;
        if (p && !send_task(f, p, rank)) {
            diag_error(f->d, command_line, "no memory is left");
            return false;
        }
    }
    return true;
}

static pending *find_pending(farm *f, int64_t serial) {
    for (int i = 0; i < f->n_pending; i++) {
        if (f->pendings[i].rank && f->pendings[i].serial == serial) return &f->pendings[i];
    }
    return NULL;
}

/* Takes a result. That of a candidate that another rank has meanwhile is not needed. False after an error. */
static bool take_result(farm *f, const result_message *r, int rank) {
    pending *p = find_pending(f, r->serial);
    f->of[rank].state = r->is_unfit ? RANK_UNFIT : RANK_IDLE;
    if (r->is_unfit) diag_warning(f->d, command_line, "rank %d is not used: %s", rank, r->why);
    if (!p) return true;
    p->rank = 0;
    if (r->is_unfit || (r->is_of_machine && p->tries < MOST_TRIES)) return true; /* another one tries it */
    const score_result result = {.seconds = r->seconds,
                                 .value = r->value,
                                 .why = r->failed ? r->why : NULL,
                                 .is_of_machine = r->is_of_machine};
    const score_task task = p->task;
    *p = f->pendings[--f->n_pending];
    return f->feed->give(f->feed->data, &task, &result);
}

/* Takes all messages that are there. False after an error. */
static bool take_messages(farm *f) {
    for (;;) {
        int is_there;
        MPI_Status status;
        MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &is_there, &status);
        if (!is_there) return true;
        const int rank = status.MPI_SOURCE;
        f->of[rank].heard = MPI_Wtime();
        if (f->of[rank].state == RANK_LOST) f->of[rank].state = RANK_BUSY; /* until its old result comes */
        if (status.MPI_TAG == TAG_RESULT) {
            result_message r;
            MPI_Recv(&r, sizeof r, MPI_BYTE, rank, TAG_RESULT, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
            if (!take_result(f, &r, rank)) return false;
        } else {
            MPI_Recv(NULL, 0, MPI_BYTE, rank, status.MPI_TAG, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        }
    }
}

/* Finds the ranks that were silent for too long, and takes their candidates back. */
static void find_lost(farm *f) {
    for (int rank = 1; rank < f->ranks; rank++) {
        rank_info *r = &f->of[rank];
        if (r->state != RANK_BUSY || MPI_Wtime() - r->heard < f->patience) continue;
        r->state = RANK_LOST;
        diag_warning(f->d, command_line, "rank %d is lost: nothing was heard of it for %g seconds", rank,
                     f->patience);
        for (int i = 0; i < f->n_pending; i++) {
            if (f->pendings[i].rank == rank) f->pendings[i].rank = 0;
        }
    }
}

static bool is_any_left(const farm *f) {
    for (int rank = 1; rank < f->ranks; rank++) {
        if (f->of[rank].state == RANK_IDLE || f->of[rank].state == RANK_BUSY) return true;
    }
    return false;
}

bool farm_run(void *state, const score_feed *feed) {
    farm *f = state;
    f->feed = feed;
    f->n_pending = 0;
    for (double ticked = MPI_Wtime();;) {
        if (!give_tasks(f)) return false;
        if (!f->n_pending) return true;
        if (!take_messages(f)) return false;
        find_lost(f);
        if (!is_any_left(f)) {
            diag_error(f->d, command_line, "no rank is left that can run the command");
            return false;
        }
        if (MPI_Wtime() - ticked >= 1) {
            ticked = MPI_Wtime();
            feed->wait(feed->data);
        }
        farm_nap();
    }
}

bool farm_is_busy(const farm *f) { return f->n_pending > 0; }

/* Asks all ranks for a sign of life, and waits for it. A rank may have been lost while it had nothing to do. */
static void call_the_roll(farm *f) {
    const double asked = MPI_Wtime();
    for (int rank = 1; rank < f->ranks; rank++) {
        if (f->of[rank].state == RANK_LOST) continue;
        f->of[rank].state = RANK_BUSY;
        f->of[rank].heard = asked;
        MPI_Send(NULL, 0, MPI_BYTE, rank, TAG_ASK, MPI_COMM_WORLD);
    }
    for (int silent = 1; silent;) {
        take_messages(f);
        find_lost(f);
        silent = 0;
        for (int rank = 1; rank < f->ranks; rank++)
            silent += f->of[rank].state == RANK_BUSY && f->of[rank].heard == asked;
        if (silent) farm_nap();
    }
}

int farm_close(farm *f) {
    int lost = 0;
    call_the_roll(f);
    for (int rank = 1; rank < f->ranks; rank++) lost += f->of[rank].state == RANK_LOST;
    for (int rank = 1; rank < f->ranks; rank++) {
        rank_info *r = &f->of[rank];
        if (r->state == RANK_LOST) continue; /* MPI may still hold its text, which is not freed then */
        if (r->text) MPI_Wait(&r->sending, MPI_STATUS_IGNORE);
        free(r->text);
        MPI_Send(&lost, 1, MPI_INT, rank, TAG_LEAVE, MPI_COMM_WORLD);
    }
    free(f->of);
    free(f->pendings);
    free(f);
    return lost;
}
