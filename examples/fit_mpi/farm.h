/* farm.h: the messages between rank 0, which searches, and the other ranks, which run the command.
 *
 * Rank 0 sends a rank one candidate at a time. The rank answers with the result, and while the command runs it
 * sends a sign of life each second. A rank of which nothing is heard for long is taken for lost, and its
 * candidate goes to another one. If it is heard again, it is used again. */
#ifndef FARM_H
#define FARM_H

#include "search/score.h"

enum tag {
    TAG_TASK = 1,
    TAG_TEXT,
    TAG_RESULT,
    TAG_ASK,   /* rank 0 wants a sign of life */
    TAG_ALIVE, /* the sign */
    TAG_LEAVE  /* the end, with an int: how many ranks were lost */
};

/* TAG_TASK, behind which the text of `size` bytes comes as TAG_TEXT. */
typedef struct task_message {
    int64_t serial; /* counts all tasks that were sent */
    int64_t work;
    int64_t size;
} task_message;

/* TAG_RESULT. */
typedef struct result_message {
    int64_t serial;
    double seconds, value;
    int failed;        /* `why` says why */
    int is_of_machine; /* .. and it may be otherwise on another one */
    int is_unfit;      /* the command cannot be run there at all */
    char why[256];
} result_message;

typedef struct farm farm;

/* On rank 0. patience: after so many seconds without a sign of life a rank is lost. NULL: no memory. */
farm *farm_open(diag *d, int ranks, double patience);

/* The runner, for which `state` is a farm. */
bool farm_run(void *state, const score_feed *feed);

/* Whether ranks still run the command, after an error. */
bool farm_is_busy(const farm *f);

/* Ends the other ranks, and returns how many are lost. MPI_Finalize would wait for these for ever. */
int farm_close(farm *f);

/* worker.c: the other ranks: runs the command on what rank 0 sends, until it sends the end. Returns how many
 * ranks were lost. */
int work(const char *command);

/* Sleeps for some milliseconds: MPI's own waiting would take a processor from the commands. */
void farm_nap(void);

#endif
