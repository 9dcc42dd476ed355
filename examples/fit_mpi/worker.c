/* worker.c: a rank that runs the command on one candidate at a time. */
#include "farm.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void farm_nap(void) {
    const struct timespec nap = {.tv_nsec = 5 * 1000 * 1000};
    nanosleep(&nap, NULL);
}

/* Called every second while the command runs. */
static void send_sign_of_life(void *state) {
    (void)state;
    MPI_Send(NULL, 0, MPI_BYTE, 0, TAG_ALIVE, MPI_COMM_WORLD);
}

/* Runs the command once. A failure that is no failure of the candidate is an error of the scorer. */
static void score_text(arena *a, const char *command, const char *candidate, int64_t amount,
                       result_message *r) {
    diag *d = diag_new(a);
    const score_options o = {.command = command};
    scorer *s = scorer_open(a, d, &o, send_sign_of_life, NULL);
    score made = {0};
    bool good = s && scorer_run(s, &candidate, 1, amount, &made);
    if (good) {
        r->seconds = scorer_count(s).seconds;
        r->value = made.value;
        r->failed = made.state != SCORE_MADE;
        r->is_of_machine = made.is_of_machine;
        if (made.why) snprintf(r->why, sizeof r->why, "%s", made.why);
    } else {
        text said = {0};
        diag_print(d, &said);
        const char *why =
            strstr(said.data, "error: ") ? strstr(said.data, "error: ") + strlen("error: ") : said.data;
        r->is_unfit = 1;
        snprintf(r->why, sizeof r->why, "%.*s", (int)strcspn(why, "\n"), why);
        text_free(&said);
    }
    if (s) scorer_close(s);
}

static void do_task(const char *command) {
    task_message task;
    MPI_Recv(&task, sizeof task, MPI_BYTE, 0, TAG_TASK, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    arena *a = arena_new();
    char *candidate = ARENA_ARRAY(a, char, task.size + 1);
    MPI_Recv(candidate, (int)task.size, MPI_CHAR, 0, TAG_TEXT, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    result_message result = {.serial = task.serial};
    score_text(a, command, candidate, task.work, &result);
    MPI_Send(&result, sizeof result, MPI_BYTE, 0, TAG_RESULT, MPI_COMM_WORLD);
    arena_free(a);
}

int work(const char *command) {
    for (;;) {
        int is_there, lost;
        MPI_Status status;
        MPI_Iprobe(0, MPI_ANY_TAG, MPI_COMM_WORLD, &is_there, &status);
        if (!is_there) {
            farm_nap();
        } else if (status.MPI_TAG == TAG_TASK) {
            do_task(command);
        } else if (status.MPI_TAG == TAG_ASK) {
            MPI_Recv(NULL, 0, MPI_BYTE, 0, TAG_ASK, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
            send_sign_of_life(NULL);
        } else {
            MPI_Recv(&lost, 1, MPI_INT, 0, TAG_LEAVE, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
            return lost;
        }
    }
}
