/* thread_ways.c: a network that several threads share, in every way in which a caller may run the jobs; and
 * what a thread does to a run that stands still for a second.
 *
 *     cc -DMODEL='"model.c"' -pthread -fopenmp thread_ways.c && ./a.out ways 16 && ./a.out stopped
 *
 * The network has the prefix model, an input image of bytes and an output probs. It is included as text, so
 * that the test can say whether a run is made by one thread. The exit status is 0, or 1 after a sentence that
 * says what is wrong. */
#define _GNU_SOURCE
#include MODEL

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MOST = 70, GUARD = 4096, REPEATS = 3, MOST_TRIES = 60, MOST_LONG = 10 };

static uint8_t image[MODEL_IMAGE_SIZE];

/* ---- ways to run jobs ---- */

typedef struct started {
    model_job job;
    void *job_context;
    int i;
    pthread_t thread;
} started;

static void *start(void *data) {
    started *s = data;
    s->job(s->job_context, s->i);
    return NULL;
}

static void at_once(void *context, model_job job, void *job_context, int threads) {
    started all[MOST];
    (void)context;
    for (int i = 1; i < threads; i++) {
        all[i] = (started){.job = job, .job_context = job_context, .i = i};
        if (pthread_create(&all[i].thread, NULL, start, &all[i])) abort();
    }
    job(job_context, 0);
    for (int i = 1; i < threads; i++) pthread_join(all[i].thread, NULL);
}

static void in_turn(void *context, model_job job, void *job_context, int threads) {
    (void)context;
    for (int i = 0; i < threads; i++) job(job_context, i);
}

static void backwards(void *context, model_job job, void *job_context, int threads) {
    (void)context;
    for (int i = threads - 1; i >= 0; i--) job(job_context, i);
}

static void last_alone(void *context, model_job job, void *job_context, int threads) {
    (void)context;
    job(job_context, threads - 1);
}

/* Two threads for all jobs. */
static void two_by_two(void *context, model_job job, void *job_context, int threads) {
    (void)context;
    for (int i = 0; i < threads; i += 2) {
        started other = {.job = job, .job_context = job_context, .i = i + 1};
        bool two = i + 1 < threads;
        if (two && pthread_create(&other.thread, NULL, start, &other)) abort();
        job(job_context, i);
        if (two) pthread_join(other.thread, NULL);
    }
}

static const struct {
    const char *name;
    model_parallel parallel; /* NULL: OpenMP */
    bool alone;              /* as if several threads had turned out slower */
} ways[] = {
    {"one after the other", in_turn, false},
    {"the last one first", backwards, false},
    {"the last one alone", last_alone, false},
    {"two at a time", two_by_two, false},
    {"all at once", at_once, false},
    {"the caller alone", at_once, true},
    {"by OpenMP", NULL, false},
};

/* ---- runs ---- */

/* An arena of just the size that the header says, between guards. */
static unsigned char *new_arena(int threads, size_t *bytes) {
    *bytes = MODEL_ARENA_BYTES + (size_t)(threads - 1) * MODEL_THREAD_BYTES;
    unsigned char *room = aligned_alloc(64, (*bytes + 2 * GUARD + 63) / 64 * 64);
    if (!room) abort();
    memset(room, 0xFF, *bytes + 2 * GUARD); /* NaNs */
    return room;
}

static bool guards_stand(const unsigned char *room, size_t bytes) {
    for (size_t i = 0; i < GUARD; i++) {
        if (room[i] != 0xFF || room[GUARD + bytes + i] != 0xFF) return false;
    }
    return true;
}

static void run_by(int way, void *arena, int threads, float *probs) {
    learned.until = ways[way].alone ? UINT64_MAX : 0; /* nobody else runs */
    learned.alone = 0;
    if (ways[way].parallel)
        model_run_on(arena, threads, ways[way].parallel, NULL, image, probs);
    else
        model_run_threads_in(arena, threads, image, probs);
}

static bool is_close(const float *x, const float *y) {
    float most = 0, off = 0;
    for (int i = 0; i < MODEL_PROBS_SIZE; i++) {
        if (!(fabsf(x[i] - y[i]) <= off)) off = fabsf(x[i] - y[i]);
        if (fabsf(y[i]) > most) most = fabsf(y[i]);
    }
    return off <= 1e-5f * most;
}

static int fail(const char *what, const char *way, int threads) {
    printf("%d threads, %s: %s\n", threads, way, what);
    return 1;
}

/* The same bits in each way; by one thread the same answer. */
static int try_ways(int threads, const float *alone) {
    static float first[MODEL_PROBS_SIZE], probs[MODEL_PROBS_SIZE];
    size_t bytes;
    unsigned char *room = new_arena(threads < 64 ? threads : 64, &bytes);
    int wrong = 0;
    for (size_t way = 0; way < sizeof ways / sizeof *ways && !wrong; way++) {
#ifndef _OPENMP
        if (!ways[way].parallel) continue;
#endif
        for (int k = 0; k < REPEATS && !wrong; k++) {
            memset(probs, 0xFF, sizeof probs);
            run_by((int)way, room + GUARD, threads, probs);
            if (way == 0 && k == 0) memcpy(first, probs, sizeof first);
            if (!is_close(probs, alone))
                wrong = fail("the answer is not that of one thread", ways[way].name, threads);
            else if (memcmp(probs, first, sizeof probs) != 0)
                wrong = fail("the bits are others", ways[way].name, threads);
            else if (!guards_stand(room, bytes))
                wrong = fail("it writes beside the arena", ways[way].name, threads);
        }
    }
    free(room);
    return wrong;
}

/* ---- a thread that stands still ---- */

static pthread_t helper;
static volatile sig_atomic_t stops; /* how many times the helper has stood still */

static void stand_still(int signal_number) {
    struct timespec second = {.tv_sec = 1};
    int before = errno;
    (void)signal_number;
    stops++;
    while (nanosleep(&second, &second)) continue;
    errno = before;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* A pool of one thread that stays, so that it can be stopped. A job that it has not begun when the caller's is
 * done is left out, so only a thread in the middle of a part holds a run up. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    model_job job; /* that waits for the thread */
    void *job_context;
    bool busy;
} one = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void *help(void *data) {
    (void)data;
    pthread_mutex_lock(&one.lock);
    for (;;) {
        while (!one.job) pthread_cond_wait(&one.changed, &one.lock);
        model_job job = one.job;
        one.job = NULL;
        one.busy = true;
        pthread_mutex_unlock(&one.lock);
        job(one.job_context, 1);
        pthread_mutex_lock(&one.lock);
        one.busy = false;
        pthread_cond_broadcast(&one.changed);
    }
    return NULL;
}

static void on_helper(void *context, model_job job, void *job_context, int threads) {
    (void)context, (void)threads;
    pthread_mutex_lock(&one.lock);
    one.job_context = job_context;
    one.job = job;
    pthread_cond_broadcast(&one.changed);
    pthread_mutex_unlock(&one.lock);
    job(job_context, 0);
    pthread_mutex_lock(&one.lock);
    one.job = NULL;
    while (one.busy) pthread_cond_wait(&one.changed, &one.lock);
    pthread_mutex_unlock(&one.lock);
}

/* Stops the helper after so many nanoseconds. */
static void *stop_helper(void *nanoseconds) {
    struct timespec wait = {.tv_nsec = *(const long *)nanoseconds};
    nanosleep(&wait, NULL);
    pthread_kill(helper, SIGUSR1);
    return NULL;
}

/* Runs the network again and again, and stops the helper meanwhile, till a run is held up. Looks how long that
 * run takes, and what it answers. A busy machine may hold the caller up, too, so it may take longer in some of
 * the tries. */
static int try_stop(bool openmp, void *arena, const float *expected) {
    static float probs[MODEL_PROBS_SIZE];
    const char *way = openmp ? "by OpenMP" : "by a pool";
    int long_ones = 0;
    for (int tries = 0; tries < MOST_TRIES; tries++) {
        pthread_t stopper;
        long wait = 3000000 + tries * 7919 % 100 * 10000;
        int before = stops;
        double took = 0;
        if (pthread_create(&stopper, NULL, stop_helper, &wait)) abort();
        while (stops == before) {
            learned.until = learned.alone = 0;
            memset(probs, 0xFF, sizeof probs);
            double began = now();
            if (openmp)
                model_run_threads_in(arena, 2, image, probs);
            else
                model_run_on(arena, 2, on_helper, NULL, image, probs);
            took = now() - began;
            if (memcmp(probs, expected, sizeof probs) != 0) return fail("another answer", way, 2);
        }
        pthread_join(stopper, NULL);
        if (took > 0.9 && took < 1.6) return 0;
        if (took >= 1.6 && ++long_ones == MOST_LONG)
            return fail("it was held up for more than the second", way, 2);
        struct timespec rest = {.tv_sec = 1, .tv_nsec = 50000000}; /* it stood still between two runs */
        nanosleep(&rest, NULL);
    }
    return fail("no run was held up", way, 2);
}

static int try_stops(void) {
    static float expected[MODEL_PROBS_SIZE];
    struct sigaction action = {.sa_handler = stand_still, .sa_flags = SA_RESTART};
    size_t bytes;
    unsigned char *room = new_arena(2, &bytes);
    model_run_on(room + GUARD, 2, in_turn, NULL, image, expected);
    sigaction(SIGUSR1, &action, NULL);
    if (pthread_create(&helper, NULL, help, NULL)) abort();
    int wrong = try_stop(false, room + GUARD, expected);
#ifdef _OPENMP
#pragma omp parallel num_threads(2)
    {
        if (omp_get_thread_num() == 1) helper = pthread_self();
    }
    wrong = wrong || try_stop(true, room + GUARD, expected);
#endif
    free(room);
    return wrong;
}

int main(int argc, char **argv) {
    static float alone[MODEL_PROBS_SIZE];
    size_t bytes;
    unsigned char *room = new_arena(1, &bytes);
    for (int i = 0; i < MODEL_IMAGE_SIZE; i++) image[i] = (uint8_t)(i * 37 + i / 48 * 11);
    model_run_in(room + GUARD, image, alone);
    free(room);
    if (argc == 2 && strcmp(argv[1], "stopped") == 0) return try_stops();
    int wrong = argc != 3;
    for (int i = 0, counts[] = {1, 2, 3, 4, 5, 7, 8, 16, 70}; i < 9 && !wrong; i++) {
        if (counts[i] <= atoi(argv[2])) wrong = try_ways(counts[i], alone);
    }
    return wrong;
}
