/* main.c: says what is on pictures.
 *
 *     classify [options] PICTURE.. (classify --help)
 *
 * Any network will do that has one picture in, [height, width, 3] as bytes or floats, and scores or
 * probabilities out, as floats or as integers of eight bits with a scale. It is model.c, which lcc wrote;
 * net.h tells this program its sizes and types. */
#define _POSIX_C_SOURCE 200809L
#include "labels.h"
#include "net.h"
#include "picture.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CLASSES = NET_CLASSES, PIXELS = NET_HEIGHT * NET_WIDTH, BAR = 30, WRONG_USE = 2 };

typedef struct options {
    const char *labels;
    double ratio, mean[3], std[3];
    int top, runs;
    bool softmax;
} options;

static void help(FILE *f) {
    fprintf(f,
            "classify [options] PICTURE.. says what is on JPEG, PNG, PGM and PPM files.\n\n"
            "  --labels FILE    the classes' names, one a line (default: labels.txt beside the program)\n"
            "  --ratio R        how much of the picture's shorter side is looked at (default: 0.875)\n"
            "  --top N          how many classes are shown (default: 5)\n"
            "  --runs N         run the network N times and show the least time (default: 1)\n"
            "  --mean M, --std S  for a network that takes floats: it gets (pixel - M) / S, pixels being\n"
            "                   0 to 255; a number, or one for each of red,green,blue%s%s%s%s%s\n"
            "  --softmax, --no-softmax  whether the scores are still to be turned into probabilities\n"
            "                   (default: %s, by the network's last layer)\n\n"
            "The network: %d x %d pixels, as %s; %d classes.\n%s\n",
            *NET_MEAN ? " (default: " : "", NET_MEAN, *NET_MEAN ? " and " : "", NET_STD, *NET_MEAN ? ")" : "",
            NET_ENDS_IN_LOGITS ? "yes" : "no", NET_WIDTH, NET_HEIGHT, NET_TAKES_FLOATS ? "floats" : "bytes",
            CLASSES, model_version());
}

static void wrong_use(const char *option, const char *what) {
    fprintf(stderr, "classify: %s: %s\n", option, what);
    exit(WRONG_USE);
}

/* One number for all three channels, or three with commas between them. */
static bool parse_channels(const char *text, double *values) {
    for (int i = 0; i < 3; i++) {
        char *end;
        values[i] = strtod(text, &end);
        if (end == text || !isfinite(values[i])) return false;
        if (i == 0 && !*end) {
            values[1] = values[2] = values[0];
            return true;
        }
        if (*end != (i < 2 ? ',' : 0)) return false;
        text = end + 1;
    }
    return true;
}

static int parse_count(const char *option, const char *text, long most) {
    char *end;
    long n = strtol(text, &end, 10);
    if (end == text || *end || n < 1 || n > most) wrong_use(option, "wants a whole number from 1");
    return (int)n;
}

static double parse_ratio(const char *text) {
    char *end;
    double ratio = strtod(text, &end);
    if (end == text || *end || !(ratio >= 0.1 && ratio <= 1))
        wrong_use("--ratio", "wants a number from 0.1 to 1");
    return ratio;
}

/* The mean and std of a network that takes floats have no default that is right for all. */
static void take_channels(options *o, const char *mean, const char *std) {
    if (!NET_TAKES_FLOATS) {
        if (*mean || *std) wrong_use("--mean, --std", "this network takes pixels as they are");
        return;
    }
    if (!*mean || !*std) {
        wrong_use("--mean, --std",
                  "this network takes floats; say how pixels become them, such as --mean 127.5 "
                  "--std 127.5");
    }
    if (!parse_channels(mean, o->mean))
        wrong_use("--mean", "wants a number, or three with commas between them");
    if (!parse_channels(std, o->std) || o->std[0] == 0 || o->std[1] == 0 || o->std[2] == 0)
        wrong_use("--std", "wants a number other than 0, or three with commas between them");
}

static void parse(options *o, int argc, char **argv) {
    enum { LABELS = 1, RATIO, TOP, RUNS, MEAN, STD, SOFTMAX, NO_SOFTMAX, HELP };
    static const struct option known[] = {
        {"labels", required_argument, NULL, LABELS}, {"ratio", required_argument, NULL, RATIO},
        {"top", required_argument, NULL, TOP},       {"runs", required_argument, NULL, RUNS},
        {"mean", required_argument, NULL, MEAN},     {"std", required_argument, NULL, STD},
        {"softmax", no_argument, NULL, SOFTMAX},     {"no-softmax", no_argument, NULL, NO_SOFTMAX},
        {"help", no_argument, NULL, HELP},           {0},
    };
    const char *mean = NET_MEAN, *std = NET_STD;
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        switch (option) {
        case LABELS: o->labels = optarg; break;
        case RATIO: o->ratio = parse_ratio(optarg); break;
        case TOP: o->top = parse_count("--top", optarg, CLASSES); break;
        case RUNS: o->runs = parse_count("--runs", optarg, 1000000); break;
        case MEAN: mean = optarg; break;
        case STD: std = optarg; break;
        case SOFTMAX: o->softmax = true; break;
        case NO_SOFTMAX: o->softmax = false; break;
        case HELP: help(stdout); exit(0);
        default: exit(WRONG_USE); /* getopt_long said why */
        }
    }
    if (optind == argc) wrong_use("no picture", "classify --help says more");
    take_channels(o, mean, std);
}

/* The labels that were named, or those beside the program, or none. */
static void find_labels(labels *l, const options *o) {
    char path[4096];
    const char *chosen = o->labels;
    memset(l, 0, sizeof *l);
    if (!chosen) {
        static const char name[] = "labels.txt";
        ssize_t length = readlink("/proc/self/exe", path, sizeof path - sizeof name);
        while (length > 0 && path[length - 1] != '/') length--;
        if (length <= 0) return;
        memcpy(path + length, name, sizeof name);
        if (access(path, F_OK)) return;
        chosen = path;
    }
    if (!labels_read(l, chosen, CLASSES)) {
        fprintf(stderr, "classify: %s: %s\n", chosen, l->wrong);
        exit(1);
    }
}

/* Bytes of a network that takes int8 are the pixels less 128, so that none is lost. */
static void fill(net_input *x, const unsigned char *pixels, const options *o) {
#if NET_TAKES_FLOATS
    for (int i = 0; i < 3 * PIXELS; i++) x[i] = (float)((pixels[i] - o->mean[i % 3]) / o->std[i % 3]);
#else
    (void)o;
    for (int i = 0; i < 3 * PIXELS; i++) x[i] = (net_input)(pixels[i] + NET_BLACK);
#endif
}

/* Milliseconds of the fastest run. */
static double run(const net_input *x, net_output *y, int runs) {
    double least = INFINITY;
    for (int i = 0; i < runs; i++) {
        struct timespec from, to;
        clock_gettime(CLOCK_MONOTONIC, &from);
        model_run(x, y);
        clock_gettime(CLOCK_MONOTONIC, &to);
        least =
            fmin(least, 1e3 * (double)(to.tv_sec - from.tv_sec) + 1e-6 * (double)(to.tv_nsec - from.tv_nsec));
    }
    return least;
}

/* The numbers that the network means. */
static void read_scores(const net_output *y, float *scores) {
    for (int i = 0; i < CLASSES; i++) scores[i] = NET_SCALE * ((float)y[i] - (float)NET_ZERO);
}

static void softmax(float *scores) {
    double largest = scores[0], sum = 0;
    for (int i = 1; i < CLASSES; i++) largest = fmax(largest, (double)scores[i]);
    for (int i = 0; i < CLASSES; i++) sum += exp((double)scores[i] - largest);
    for (int i = 0; i < CLASSES; i++) scores[i] = (float)(exp((double)scores[i] - largest) / sum);
}

static void print_top(const float *probs, const labels *l, int top) {
    static bool shown[CLASSES];
    memset(shown, 0, sizeof shown);
    for (int n = 0; n < top; n++) {
        int best = -1;
        for (int i = 0; i < CLASSES; i++) {
            if (!shown[i] && (best < 0 || probs[i] > probs[best])) best = i;
        }
        shown[best] = true;
        char bar[BAR + 1] = "";
        int length = (int)lround(fmin(fmax((double)probs[best], 0), 1) * BAR);
        memset(bar, '#', (size_t)length);
        printf("  %6.2f %%  %-*s  %d%s%s\n", 100 * (double)probs[best], BAR, bar, best, l->names ? " " : "",
               l->names ? l->names[best] : "");
    }
}

static bool classify(const char *path, const options *o, const labels *l) {
    static unsigned char pixels[3 * PIXELS];
    static net_input x[3 * PIXELS];
    static net_output y[CLASSES];
    static float scores[CLASSES];
    picture p;
    bool good = picture_read(&p, path);
    if (!good) {
        fprintf(stderr, "classify: %s: %s\n", path, p.wrong);
    } else if (!picture_fit(&p, NET_WIDTH, NET_HEIGHT, o->ratio, pixels)) {
        fprintf(stderr, "classify: %s: no memory\n", path);
        good = false;
    } else {
        fill(x, pixels, o);
        double ms = run(x, y, o->runs);
        read_scores(y, scores);
        if (o->softmax) softmax(scores);
        printf("%s: %s, %d x %d, %.2f ms\n", path, p.format, p.width, p.height, ms);
        print_top(scores, l, o->top);
    }
    picture_free(&p);
    return good;
}

int main(int argc, char **argv) {
    options o = {.ratio = 0.875, .top = CLASSES < 5 ? CLASSES : 5, .runs = 1, .softmax = NET_ENDS_IN_LOGITS};
    parse(&o, argc, argv);
    labels l;
    find_labels(&l, &o);
    int failures = 0;
    for (int i = optind; i < argc; i++) failures += !classify(argv[i], &o, &l);
    labels_free(&l);
    return failures ? 1 : 0;
}
