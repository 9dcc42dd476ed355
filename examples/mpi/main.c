/* main.c: says what is on the pictures of a folder, shared out among the ranks of MPI.
 *
 *     mpirun -n 4 classify_folder [--verbose] [--labels FILE] FOLDER
 *
 * Rank 0 lists the folder and tells the others. Every rank, this one too, takes the next picture as soon as it
 * is free, so that large pictures and slow machines hold nobody up. What they find comes together at rank 0,
 * which prints it in order: the same for any number of ranks. */
#include "folder.h"
#include "labels.h"
#include "model.h"
#include "picture.h"

#include <getopt.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FAILED = 1, WRONG_USE = 2, MOST_PICTURES = 1 << 20, LONGEST_PATH = 4096 };

typedef struct options {
    const char *labels, *folder;
    bool verbose, help;
} options;

/* What is known of a picture. All zero before anybody looked. */
typedef struct result {
    int rank, class;
    float probability;
    char wrong[sizeof((picture *)0)->wrong]; /* why it could not be read; empty where it could */
} result;

static void print_help(FILE *f) {
    fprintf(f,
            "mpirun -n RANKS classify_folder [options] FOLDER says what is on the JPEG, PNG, PGM and PPM files "
            "there.\n\n"
            "  --labels FILE  the classes' names, one a line (default: %s)\n"
            "  --verbose      also say, on standard error, how many pictures each rank took, and how long it "
            "lasted\n\n"
            "Exit status 1: some could not be read. The network: %s\n",
            LABELS, model_version());
}

/* All ranks have the same arguments; rank 0 speaks for them. */
static bool parse(options *o, int argc, char **argv, int rank) {
    static const struct option known[] = {{"labels", required_argument, NULL, 'l'},
                                          {"verbose", no_argument, NULL, 'v'},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
    opterr = rank == 0;
    for (int letter; (letter = getopt_long(argc, argv, "h", known, NULL)) != -1;) {
        switch (letter) {
        case 'l': o->labels = optarg; break;
        case 'v': o->verbose = true; break;
        case 'h': o->help = true; return true;
        default: return false;
        }
    }
    if (argc - optind == 1) {
        o->folder = argv[optind];
        return true;
    }
    if (rank == 0) fprintf(stderr, "classify_folder: wants one folder; see --help\n");
    return false;
}

/* On rank 0: the folder and the labels, or a message. */
static bool prepare(const options *o, folder *f, labels *l) {
    if (!labels_read(l, o->labels, MODEL_PROBS_SIZE)) {
        fprintf(stderr, "classify_folder: %s: %s\n", o->labels, l->wrong);
        return false;
    }
    bool good = folder_read(f, o->folder);
    if (good && f->count > MOST_PICTURES) {
        snprintf(f->wrong, sizeof f->wrong, "%d pictures: at most %d are taken", f->count, MOST_PICTURES);
        good = false;
    }
    if (!good) fprintf(stderr, "classify_folder: %s: %s\n", o->folder, f->wrong);
    return good;
}

static void no_memory(void) {
    fprintf(stderr, "classify_folder: no memory\n");
    MPI_Abort(MPI_COMM_WORLD, FAILED);
}

static void send_folder(folder *f, int rank) {
    int sizes[] = {f->count, f->bytes};
    MPI_Bcast(sizes, 2, MPI_INT, 0, MPI_COMM_WORLD);
    if (rank > 0) {
        *f = (folder){.count = sizes[0], .bytes = sizes[1], .text = malloc((size_t)sizes[1])};
        if (!f->text) no_memory();
    }
    MPI_Bcast(f->text, f->bytes, MPI_CHAR, 0, MPI_COMM_WORLD);
    if (rank > 0 && !folder_index(f)) no_memory();
}

static const char *read_picture(picture *p, const char *path, uint8_t *image) {
    if (!picture_read(p, path)) return p->wrong;
    if (!picture_fit(p, MODEL_IMAGE_W, MODEL_IMAGE_H, 1, image)) return "no memory";
    if (MODEL_IMAGE_C == 1) picture_grey(image, (size_t)MODEL_IMAGE_W * MODEL_IMAGE_H);
    return NULL;
}

static void classify(result *r, const char *folder, const char *name) {
    static uint8_t image[3 * MODEL_IMAGE_H * MODEL_IMAGE_W]; /* a network of one channel takes a third of it */
    static float probs[MODEL_PROBS_SIZE];
    char path[LONGEST_PATH];
    picture p = {0};
    int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    const char *wrong =
        length < 0 || length >= LONGEST_PATH ? "its path is too long" : read_picture(&p, path, image);
    if (wrong) {
        snprintf(r->wrong, sizeof r->wrong, "%s", wrong);
    } else {
        model_run(image, probs);
        for (int i = 0; i < MODEL_PROBS_SIZE; i++) {
            if (probs[i] > probs[r->class]) r->class = i;
        }
        r->probability = probs[r->class];
    }
    picture_free(&p);
}

/* Rank 0: gives whoever asks the next picture, and while nobody does looks at it itself. A number behind the
 * last picture ends a rank. */
static void hand_out(result *results, const folder *f, const char *path, int ranks) {
    int next = 0;
    for (int at_work = ranks - 1; at_work > 0 || next < f->count;) {
        int asked = 1;
        MPI_Status who;
        if (next < f->count) {
            MPI_Iprobe(MPI_ANY_SOURCE, 0, MPI_COMM_WORLD, &asked, &who);
        } else {
            MPI_Probe(MPI_ANY_SOURCE, 0, MPI_COMM_WORLD, &who);
        }
        if (asked) {
            MPI_Recv(NULL, 0, MPI_INT, who.MPI_SOURCE, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
            MPI_Send(&next, 1, MPI_INT, who.MPI_SOURCE, 0, MPI_COMM_WORLD);
            at_work -= next >= f->count;
        } else {
            classify(&results[next], path, f->names[next]);
        }
        next += next < f->count;
    }
}

/* The other ranks: ask for the next picture before they look at the one they have, so as not to wait for it. */
static void work(result *results, const folder *f, const char *path, int rank) {
    for (int number = -1, next; number < f->count; number = next) {
        MPI_Request answer;
        MPI_Irecv(&next, 1, MPI_INT, 0, 0, MPI_COMM_WORLD, &answer);
        MPI_Send(NULL, 0, MPI_INT, 0, 0, MPI_COMM_WORLD);
        if (number >= 0) {
            results[number].rank = rank;
            classify(&results[number], path, f->names[number]);
        }
        MPI_Wait(&answer, MPI_STATUS_IGNORE);
    }
}

/* Each picture was looked at by one rank, and is all zero at the others: bitwise `or` puts them together. */
static void gather(result *results, const folder *f, int rank) {
    int bytes = f->count * (int)sizeof *results;
    MPI_Reduce(rank == 0 ? MPI_IN_PLACE : results, results, bytes, MPI_BYTE, MPI_BOR, 0, MPI_COMM_WORLD);
}

/* Prints the answers in order and returns how many pictures there was none for. */
static int print(const result *results, const folder *f, const char *path, const labels *l) {
    int failures = 0;
    for (int i = 0; i < f->count; i++) {
        const result *r = &results[i];
        if (*r->wrong) {
            fprintf(stderr, "classify_folder: %s/%s: %s\n", path, f->names[i], r->wrong);
            failures++;
        } else {
            printf("%s/%s: %s, %.2f %%\n", path, f->names[i], l->names[r->class], 100 * (double)r->probability);
        }
    }
    return failures;
}

static void print_shares(const result *results, int count, int ranks, double seconds) {
    fprintf(stderr, "%d pictures in %.3f s; by rank:", count, seconds);
    for (int rank = 0; rank < ranks; rank++) {
        int taken = 0;
        for (int i = 0; i < count; i++) taken += results[i].rank == rank;
        fprintf(stderr, " %d", taken);
    }
    fprintf(stderr, "\n");
}

static int run(const options *o, int rank, int ranks) {
    folder f = {0};
    labels l = {0};
    int good = rank > 0 || prepare(o, &f, &l);
    MPI_Bcast(&good, 1, MPI_INT, 0, MPI_COMM_WORLD);
    int failures = 0;
    if (good) {
        send_folder(&f, rank);
        result *results = calloc((size_t)f.count, sizeof *results);
        if (!results) no_memory();
        double start = MPI_Wtime();
        if (rank == 0) {
            hand_out(results, &f, o->folder, ranks);
        } else {
            work(results, &f, o->folder, rank);
        }
        gather(results, &f, rank);
        if (rank == 0) {
            failures = print(results, &f, o->folder, &l);
            if (o->verbose) print_shares(results, f.count, ranks, MPI_Wtime() - start);
        }
        free(results);
    }
    folder_free(&f);
    labels_free(&l);
    MPI_Bcast(&failures, 1, MPI_INT, 0, MPI_COMM_WORLD); /* all ranks end alike */
    return good && !failures ? 0 : FAILED;
}

/* mpirun ends the whole job as soon as one rank ends with an error, and drops what it has not read yet of what
 * was printed: all ranks wait until it has had time for that. */
static void await_reader(void) {
    fflush(stdout);
    sleep(1);
}

int main(int argc, char **argv) {
    int rank, ranks, status = 0;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    options o = {.labels = LABELS};
    if (!parse(&o, argc, argv, rank)) {
        status = WRONG_USE;
    } else if (o.help) {
        if (rank == 0) print_help(stdout);
    } else {
        status = run(&o, rank, ranks);
    }
    if (status) await_reader();
    MPI_Finalize();
    return status;
}
