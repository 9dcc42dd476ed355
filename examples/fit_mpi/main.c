/* main.c: lcc --fit, with the command of --score run by the ranks of MPI.
 *
 *     mpirun --enable-recovery -n 5 lcc-fit NET.net --fit ram=256K,flash=1M --score 'python3 train.py' ..
 *
 * It takes the options of lcc. Rank 0 searches, and each other rank runs the command on one candidate at a
 * time. With one rank it is lcc itself. */
#include "driver/driver.h"
#include "farm.h"

#include <mpi.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FAILED = 1, WRONG_USE = 2 };

static void print_messages(job *j) {
    text said = {0};
    diag_print(j->d, &said);
    if (said.size) fwrite(said.data, 1, said.size, stderr);
    text_free(&said);
}

/* How long a rank may be silent: LCC_FIT_PATIENCE seconds, or 30. */
static double read_patience(void) {
    const double usual = 30;
    const char *given = getenv("LCC_FIT_PATIENCE");
    double seconds = given ? strtod(given, NULL) : 0;
    return seconds > 0 ? seconds : usual;
}

/* Rank 0. Returns the exit status; *lost: how many ranks were lost. */
static int search_here(job *j, int ranks, int *lost) {
    farm *f = ranks > 1 ? farm_open(j->d, ranks, read_patience()) : NULL;
    if (f) {
        j->o.score.jobs = ranks - 1;
        j->runner = farm_run;
        j->runner_state = f;
    }
    j->shipped = find_library(j->mem, "lcc-fit");
    j->model = find_model(j->mem, j->o.model, &j->o.include_dirs, j->shipped);
    bool good = fit_network(j);
    if (!good && f && farm_is_busy(f)) { /* the others shall not go on for nothing */
        print_messages(j);
        MPI_Abort(MPI_COMM_WORLD, FAILED);
    }
    if (f) *lost = farm_close(f);
    return good ? 0 : FAILED;
}

/* All ranks have the same arguments; rank 0 speaks for them. */
static int take_part(job *j, int argc, char **argv, int rank, int ranks, int *lost) {
    j->o = options_parse(j->mem, j->d, argc, argv);
    bool good = !diag_error_count(j->d);
    if (good && (j->o.help || j->o.help_man || j->o.version || !j->o.score.command)) {
        diag_error(j->d, (loc){0},
                   "lcc-fit takes the options of lcc, and needs --score COMMAND; lcc --help lists them");
        good = false;
    }
    if (!good) return WRONG_USE;
    if (rank == 0) return search_here(j, ranks, lost);
    *lost = work(j->o.score.command);
    return 0;
}

/* mpirun ends the whole job as soon as one rank ends with an error, and drops what it has not read yet of what
 * was printed: rank 0 waits until it has had time for that. */
static void await_reader(void) {
    fflush(stdout);
    sleep(1);
}

int main(int argc, char **argv) {
    int rank, ranks, lost = 0;
    MPI_Init(&argc, &argv);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    job j = {.mem = arena_new()};
    j.d = diag_new(j.mem);
    int status = take_part(&j, argc, argv, rank, ranks, &lost);
    if (rank == 0) print_messages(&j);
    if (status) await_reader();
    fflush(NULL);
    if (lost) _exit(status); /* MPI_Finalize waits for all ranks */
    text_free(&j.out);
    text_free(&j.netlist);
    arena_free(j.mem);
    MPI_Finalize();
    return status;
}
