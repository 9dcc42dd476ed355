/* bench.c: times one network as compiled by lcc, in ONNX Runtime and in another process (PyTorch), in turn, in
 * one run.
 *
 *     bench --peak PEAK.so [--threads N]
 *     bench --peak PEAK.so [--threads N] [--runs N] [--cpu-time] [--beside N] --bytes IMAGE --tensor IMAGE
 *           --expect LOGITS [--least-snr DB] [--name NAME] [--lcc MODEL.so] [--lcc-alone MODEL.so ARENA_BYTES]
 *           [--ort LIBRARY MODEL.onnx] [--peer NAME READ_FD WRITE_FD]
 *
 * The first form prints the FMA peak alone. The second gives every rival the same image (--bytes: HWC, as lcc's
 * networks take it; --tensor: as the ONNX file takes it), refuses to go on unless all answers agree with
 * LOGITS, and then goes in rounds: a burst of the peak loop, then each rival in turn, first one run that is not
 * counted, since the one before it left the caches to itself (with several threads, WARM_UP milliseconds of
 * them, since pools sleep, and so may virtual processors), then BURST that are (or BURST_OF_SEVERAL). So a
 * machine that becomes slower for a while becomes so for all of them. Nobody's turn begins before the threads
 * of the others have stopped spinning. --lcc-alone is lcc's code again, by one thread. --name is for the next
 * rival. --expect and
 * --least-snr hold for the rivals behind them, up to the next: two programs that compute in eight bits
 * differ by more than a rounding, and are held to a ratio of signal to noise instead. With --beside so many
 * processes are busy all the time, which do nothing but count. Prints one JSON object. */
#include "clock.h"
#include "onnxruntime.h"
#include "peak.h"

#include <dlfcn.h>
#include <getopt.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_RIVALS = 6, MAX_THREADS = 64, MAX_BESIDE = 64, MAX_RUNS = 100000 };
/* The runs of a turn that count, by one thread and by several, and the milliseconds of those by several that do
 * not. */
enum { BURST = 5, BURST_OF_SEVERAL = 10, WARM_UP = 300 };

/* The largest difference from the expected logits that is taken for rounding, in units of the largest of them.
 * Not for rivals that are held to --least-snr. */
static const double TOLERANCE = 1e-4;

/* A rival that has had this many milliseconds, and LEAST_RUNS, has had enough: one that goes astray must not
 * hold up the others for hours (PyTorch with two threads does on a machine that others use). */
static const double TIME_BUDGET = 30e3;
enum { LEAST_RUNS = 10 };

typedef double (*burst_function)(long steps, float *sink);
typedef void (*run_function)(const void *image, float *out);
typedef void (*run_in_function)(void *arena, const void *image, float *out);

typedef struct rival {
    const char *name, *version;
    double (*run)(struct rival *r); /* one run; its milliseconds, or below 0 after saying what is wrong */
    float *logits;                  /* of the last run */
    run_function compiled;          /* lcc */
    run_in_function alone;          /* lcc by one thread, in its arena */
    void *arena;
    const void *image;
    ort_network *ort;
    int from_peer, to_peer; /* file descriptors */
    size_t n_logits;
    const float *expected;
    double least_snr; /* in dB; 0 for a rival that is held to TOLERANCE */
    clockid_t clock;
    double difference, snr; /* of the first run; in units of the largest logit, and in dB */
    int same_top;           /* the largest logit is one of the largest that are expected */
    double *times;
    int n_times;
    double spent; /* the sum of the times */
} rival;

typedef struct bench {
    clockid_t clock;
    int threads, runs, beside;
    const char *peak_library, *bytes, *tensor, *name;
    burst_function burst;
    long burst_steps; /* a few milliseconds' worth */
    double peak;      /* operations a second, all threads together; the best so far */
    float *expected;  /* what the next rival has to answer */
    double least_snr;
    size_t n_logits;
    int n_rivals;
    rival rivals[MAX_RIVALS];
} bench;

static int fail(const char *what, const char *which) {
    fprintf(stderr, "bench: %s%s\n", what, which);
    return -1;
}

/* A whole file in memory of its own, aligned to 64; NULL after saying so where there is none. */
static void *read_whole(const char *path, size_t *bytes) {
    FILE *f = fopen(path, "rb");
    long size = -1;
    if (f && fseek(f, 0, SEEK_END) == 0) size = ftell(f);
    void *data = size >= 0 ? aligned_alloc(64, ((size_t)size + 64) / 64 * 64) : NULL;
    if (data) {
        rewind(f);
        *bytes = fread(data, 1, (size_t)size, f);
    }
    if (f) fclose(f);
    if (!data) fail("cannot read ", path);
    return data;
}

/* --- the peak --- */

typedef struct burst_thread {
    const bench *b;
    pthread_barrier_t *start;
    double operations, began, ended; /* times in milliseconds */
    float sink;
} burst_thread;

static void *run_burst(void *data) {
    burst_thread *t = data;
    pthread_barrier_wait(t->start);
    t->began = ms_on(t->b->clock);
    t->operations = t->b->burst(t->b->burst_steps, &t->sink);
    t->ended = ms_on(t->b->clock);
    return NULL;
}

/* A burst on every thread at once; keeps the best. Threads that could not be had count for nothing: 0 or -1. */
static int measure_peak(bench *b) {
    pthread_barrier_t start;
    pthread_t ids[MAX_THREADS];
    burst_thread threads[MAX_THREADS];
    if (pthread_barrier_init(&start, NULL, (unsigned)b->threads) != 0) return fail("no barrier", "");
    for (int i = 0; i < b->threads; i++) {
        threads[i] = (burst_thread){.b = b, .start = &start};
        if (pthread_create(&ids[i], NULL, run_burst, &threads[i]) != 0) return fail("no thread", "");
    }
    double operations = 0, began = INFINITY, ended = 0;
    for (int i = 0; i < b->threads; i++) {
        pthread_join(ids[i], NULL);
        operations += threads[i].operations;
        began = fmin(began, threads[i].began);
        ended = fmax(ended, threads[i].ended);
    }
    pthread_barrier_destroy(&start);
    b->peak = fmax(b->peak, 1e3 * operations / (ended - began));
    return 0;
}

static int open_peak(bench *b) {
    void *library = dlopen(b->peak_library, RTLD_NOW | RTLD_LOCAL);
    void *symbol = library ? dlsym(library, "peak_burst") : NULL;
    if (!symbol) return fail("no peak: ", dlerror());
    memcpy(&b->burst, &symbol, sizeof symbol);
    float sink;
    double took = 0;
    for (b->burst_steps = 1000; took < 4; b->burst_steps *= 2) {
        const double began = ms_on(b->clock);
        b->burst(b->burst_steps, &sink);
        took = ms_on(b->clock) - began;
    }
    return 0;
}

/* --- the rivals --- */

static double run_lcc(rival *r) {
    const double began = ms_on(r->clock);
    r->compiled(r->image, r->logits);
    return ms_on(r->clock) - began;
}

static double run_lcc_alone(rival *r) {
    const double began = ms_on(r->clock);
    r->alone(r->arena, r->image, r->logits);
    return ms_on(r->clock) - began;
}

static double run_ort(rival *r) {
    const double began = ms_on(r->clock);
    return ort_run(r->ort) ? -1 : ms_on(r->clock) - began;
}

static int read_all(int fd, void *to, size_t bytes) {
    char *p = to;
    while (bytes > 0) {
        const ssize_t n = read(fd, p, bytes);
        if (n <= 0) return -1;
        p += n;
        bytes -= (size_t)n;
    }
    return 0;
}

/* The peer runs once for every byte that it gets, and answers with the milliseconds that it took and with its
 * logits. */
static double run_peer(rival *r) {
    double took;
    if (write(r->to_peer, "r", 1) != 1 || read_all(r->from_peer, &took, sizeof took) ||
        read_all(r->from_peer, r->logits, r->n_logits * sizeof *r->logits))
        return fail("no answer from ", r->name);
    return took;
}

static int open_lcc(const bench *b, rival *r, const char *path) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    void *run = library ? dlsym(library, "net_run") : NULL;
    void *version = library ? dlsym(library, "net_version") : NULL;
    if (!run || !version) return fail("no network: ", dlerror());
    const char *(*tell_version)(void);
    memcpy(&tell_version, &version, sizeof version);
    memcpy(&r->compiled, &run, sizeof run);
    size_t bytes;
    r->name = "lcc";
    r->version = tell_version();
    r->run = run_lcc;
    r->image = b->bytes ? read_whole(b->bytes, &bytes) : NULL;
    return r->image ? 0 : fail("no image for lcc: --bytes", "");
}

static int open_lcc_alone(const bench *b, rival *r, const char *path, const char *arena_bytes) {
    if (open_lcc(b, r, path)) return -1;
    void *run_in = dlsym(dlopen(path, RTLD_NOW | RTLD_LOCAL), "net_run_in");
    const size_t bytes = strtoul(arena_bytes, NULL, 10);
    r->arena = aligned_alloc(64, (bytes + 64) / 64 * 64);
    if (!run_in || !r->arena) return fail("no arena for ", path);
    memcpy(&r->alone, &run_in, sizeof run_in);
    r->name = "lcc, one thread";
    r->run = run_lcc_alone;
    return 0;
}

static int open_ort(const bench *b, rival *r, const char *library, const char *model) {
    size_t bytes = 0;
    const void *image = b->tensor ? read_whole(b->tensor, &bytes) : NULL;
    if (!image) return fail("no image for ONNX Runtime: --tensor", "");
    r->ort = ort_open(library, model, b->threads, image, bytes, r->logits, r->n_logits);
    if (!r->ort) return -1;
    r->name = "ONNX Runtime";
    r->version = ort_version(r->ort);
    r->run = run_ort;
    return 0;
}

static int open_peer(rival *r, char **arguments) {
    r->name = arguments[0];
    r->version = "";
    r->from_peer = atoi(arguments[1]);
    r->to_peer = atoi(arguments[2]);
    r->run = run_peer;
    return 0;
}

/* Adds a rival of one of the kinds, with what the command line says of it. */
static int add_rival(bench *b, int kind, char **arguments) {
    if (b->n_rivals == MAX_RIVALS) return fail("too many rivals", "");
    rival *r = &b->rivals[b->n_rivals++];
    r->n_logits = b->n_logits;
    r->expected = b->expected;
    r->least_snr = b->least_snr;
    r->clock = b->clock;
    r->logits = calloc(b->n_logits + 1, sizeof *r->logits);
    r->times = calloc((size_t)b->runs, sizeof *r->times);
    if (!r->logits || !r->times) return fail("no memory", "");
    int result;
    switch (kind) {
    case 'l': result = open_lcc(b, r, arguments[0]); break;
    case 'a': result = open_lcc_alone(b, r, arguments[0], arguments[1]); break;
    case 'o': result = open_ort(b, r, arguments[0], arguments[1]); break;
    default: result = open_peer(r, arguments); break;
    }
    if (b->name) r->name = b->name;
    b->name = NULL;
    return result;
}

/* --- the comparison --- */

/* Runs the rival once and holds its answer to the expected one. NaN is a difference. */
static int check_answer(rival *r) {
    double largest = 0, worst = 0, signal = 0, noise = 0;
    size_t top = 0, expected_top = 0;
    if (r->run(r) < 0) return -1;
    for (size_t i = 0; i < r->n_logits; i++) {
        const double expected = (double)r->expected[i], difference = fabs((double)r->logits[i] - expected);
        largest = fmax(largest, fabs(expected));
        worst = difference <= worst ? worst : difference;
        signal += expected * expected;
        noise += difference * difference;
        if (r->logits[i] > r->logits[top]) top = i;
        if (r->expected[i] > r->expected[expected_top]) expected_top = i;
        if (isnan(difference)) break;
    }
    r->difference = worst / fmax(largest, 1e-30);
    r->snr = 10 * log10(signal / fmax(noise, 1e-20 * signal)); /* 200 dB is as good as the same */
    r->same_top = r->n_logits > 0 && r->expected[top] >= r->expected[expected_top];
    if (r->least_snr > 0 ? r->snr >= r->least_snr : r->difference <= TOLERANCE) return 0;
    fprintf(stderr,
            "bench: %s gives another answer: it differs by %.1e of the largest logit, and the signal is %.1f "
            "dB above the noise\n",
            r->name, r->difference, r->snr);
    return -1;
}

/* Thread pools spin for a while after their work, in case there is more. Waits until ours do not, or for 200
 * ms. */
static void wait_until_quiet(void) {
    for (int i = 0; i < 100; i++) {
        const struct timespec pause = {.tv_nsec = 2000000};
        const double before = seconds_on(CLOCK_PROCESS_CPUTIME_ID);
        nanosleep(&pause, NULL);
        if (seconds_on(CLOCK_PROCESS_CPUTIME_ID) - before < 0.0002) return;
    }
}

static int burst_of(const bench *b) { return b->threads > 1 ? BURST_OF_SEVERAL : BURST; }

/* Runs that do not count: one, and of several threads as many as take WARM_UP milliseconds. */
static int warm_up(const bench *b, rival *r) {
    double spent = 0;
    do {
        const double took = r->run(r);
        if (took < 0) return -1;
        spent += took;
    } while (b->threads > 1 && spent < WARM_UP);
    return 0;
}

static int run_round(bench *b, int round) {
    if (!b->beside && measure_peak(b)) return -1; /* beside others there is no peak to see */
    for (int i = 0; i < b->n_rivals; i++) {
        rival *r = &b->rivals[(i + round) % b->n_rivals];
        if (r->spent > TIME_BUDGET && r->n_times >= LEAST_RUNS) continue;
        wait_until_quiet();
        if (warm_up(b, r)) return -1;
        for (int k = 0; k < burst_of(b) && r->n_times < b->runs; k++) {
            const double took = r->run(r);
            if (took < 0) return -1;
            r->times[r->n_times++] = took;
            r->spent += took;
        }
    }
    return 0;
}

static void print_results(bench *b) {
    printf("{\"peak_gflops\": %.2f, \"threads\": %d, \"rivals\": [", b->peak * 1e-9, b->threads);
    for (int i = 0; i < b->n_rivals; i++) {
        rival *r = &b->rivals[i];
        const double median = sort_for_median(r->times, r->n_times);
        const double p90 = r->times[(r->n_times - 1) * 9 / 10], p99 = r->times[(r->n_times - 1) * 99 / 100];
        printf("%s\n  {\"name\": \"%s\", \"version\": \"%s\", \"median_ms\": %.5f, \"min_ms\": %.5f, "
               "\"p90_ms\": %.5f, \"p99_ms\": %.5f, \"runs\": %d, \"difference\": %.2e, \"snr_db\": %.2f, "
               "\"same_top\": %s}",
               i ? "," : "", r->name, r->version, median, r->times[0], p90, p99, r->n_times, r->difference,
               r->snr, r->same_top ? "true" : "false");
    }
    printf("]}\n");
}

/* --- the command line --- */

/* The answer of the rivals that come behind it. They are held to it up to TOLERANCE, if nothing else is said.
 */
static int take_expected(bench *b, const char *path) {
    size_t bytes = 0;
    b->expected = read_whole(path, &bytes);
    b->n_logits = bytes / sizeof *b->expected;
    b->least_snr = 0;
    return b->expected ? 0 : -1;
}

static int take_options(bench *b, int argc, char **argv) {
    static const struct option options[] = {
        {"peak", 1, NULL, 'p'},      {"threads", 1, NULL, 't'},   {"runs", 1, NULL, 'r'},
        {"bytes", 1, NULL, 'b'},     {"tensor", 1, NULL, 'i'},    {"expect", 1, NULL, 'e'},
        {"least-snr", 1, NULL, 'd'}, {"name", 1, NULL, 'n'},      {"lcc", 0, NULL, 'l'},
        {"ort", 0, NULL, 'o'},       {"peer", 0, NULL, 'q'},      {"cpu-time", 0, NULL, 'c'},
        {"beside", 1, NULL, 's'},    {"lcc-alone", 0, NULL, 'a'}, {NULL, 0, NULL, 0}};
    for (int c; (c = getopt_long(argc, argv, "+", options, NULL)) != -1;) {
        const int operands = c == 'l' ? 1 : c == 'o' || c == 'a' ? 2 : c == 'q' ? 3 : 0;
        switch (c) {
        case 'p': b->peak_library = optarg; break;
        case 't': b->threads = atoi(optarg); break;
        case 'r': b->runs = atoi(optarg); break;
        case 's': b->beside = atoi(optarg); break;
        case 'c': b->clock = CLOCK_THREAD_CPUTIME_ID; break;
        case 'b': b->bytes = optarg; break;
        case 'i': b->tensor = optarg; break;
        case 'd': b->least_snr = atof(optarg); break;
        case 'n': b->name = optarg; break;
        case 'e':
            if (take_expected(b, optarg)) return -1;
            break;
        case 'l':
        case 'a':
        case 'o':
        case 'q':
            if (!b->expected || optind + operands > argc)
                return fail("a rival needs --expect before it, and its files", "");
            if (b->runs < 1 || b->runs > MAX_RUNS || b->threads < 1 || b->threads > MAX_THREADS) break;
            if (add_rival(b, c, argv + optind)) return -1;
            optind += operands;
            break;
        default: return -1; /* getopt has said why */
        }
    }
    if (b->threads < 1 || b->threads > MAX_THREADS) return fail("--threads is out of range", "");
    if (b->runs < 1 || b->runs > MAX_RUNS) return fail("--runs is out of range", "");
    if (b->beside < 0 || b->beside > MAX_BESIDE) return fail("--beside is out of range", "");
    if (b->clock == CLOCK_THREAD_CPUTIME_ID && b->threads != 1)
        return fail("--cpu-time sees one thread only", "");
    if (optind < argc) return fail("what is this: ", argv[optind]);
    return b->peak_library ? 0 : fail("--peak is needed", "");
}

/* --- other programs on the machine --- */

/* Starts processes that keep a processor busy each. They end with this one. */
static int start_busy_loops(int n, pid_t *loops) {
    for (int i = 0; i < n; i++) {
        loops[i] = fork();
        if (loops[i] < 0) return fail("no process", "");
        if (loops[i] > 0) continue;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (volatile unsigned count = 0;; count++) continue;
    }
    return 0;
}

static void end_busy_loops(int n, const pid_t *loops) {
    for (int i = 0; i < n; i++) {
        kill(loops[i], SIGKILL);
        waitpid(loops[i], NULL, 0);
    }
}

int main(int argc, char **argv) {
    enum { PEAK_ROUNDS = 10 };
    pid_t loops[MAX_BESIDE];
    bench b = {.clock = CLOCK_MONOTONIC, .threads = 1, .runs = 50};
    if (take_options(&b, argc, argv) || open_peak(&b)) return 2;
    for (int i = 0; i < b.n_rivals; i++) {
        if (check_answer(&b.rivals[i])) return 1;
    }
    if (start_busy_loops(b.beside, loops)) return 1;
    const int rounds = b.n_rivals ? (b.runs + burst_of(&b) - 1) / burst_of(&b) : PEAK_ROUNDS;
    for (int round = 0; round < rounds; round++) {
        if (run_round(&b, round)) return 1;
    }
    end_busy_loops(b.beside, loops);
    print_results(&b);
    return 0;
}
