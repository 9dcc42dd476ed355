/* main.c: the options of the server, and its life from start to SIGTERM.
 *
 *     server [options] (server --help) */
#define _GNU_SOURCE
#include "http.h"
#include "labels.h"
#include "model.h"

#include <getopt.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    WRONG_USE = 2,
    MOST_THREADS = 256,
    MOST_REQUEST_THREADS = 64,
    MOST_CONNECTIONS = 10000,
    LONGEST = 3600,
    MIB = 1 << 20,
    LARGEST = 1024
};

static void print_help(FILE *f) {
    fprintf(f,
            "server [options]: classifies pictures that are sent to http://127.0.0.1:8080/classify\n\n"
            "  --port N         listen on port N (default: 8080; 0: any that is free)\n"
            "  --everywhere     listen on all addresses, not only on 127.0.0.1\n"
            "  --threads N      default: one for each processor\n"
            "  --request-threads N  share the run of a network among up to N threads (default: 1)\n"
            "  --connections N  serve at most N at a time (default: 256)\n"
            "  --timeout S      hang up on who is silent for S seconds, or whose request lasts three times\n"
            "                   as long (default: 10)\n"
            "  --max-upload M   refuse files of more than M MiB (default: 8)\n"
            "  --labels FILE    the classes' names, one a line (default: %s)\n\n"
            "SIGTERM and SIGINT end it, after the requests under way. The network: %s\n",
            LABELS, model_version());
}

static unsigned parse_count(const char *option, const char *text, unsigned least, unsigned most) {
    char *end;
    unsigned long n = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || n < least || n > most) {
        fprintf(stderr, "server: --%s wants a number from %u to %u, not '%s'\n", option, least, most, text);
        exit(WRONG_USE);
    }
    return (unsigned)n;
}

/* Reads the options; returns the file of the labels. */
static const char *parse_options(int argc, char **argv, http_options *o) {
    static const struct option known[] = {
        {"port", required_argument, NULL, 'p'},
        {"everywhere", no_argument, NULL, 'e'},
        {"threads", required_argument, NULL, 't'},
        {"request-threads", required_argument, NULL, 'r'},
        {"connections", required_argument, NULL, 'c'},
        {"timeout", required_argument, NULL, 's'},
        {"max-upload", required_argument, NULL, 'u'},
        {"labels", required_argument, NULL, 'l'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    const char *labels = LABELS;
    int letter, at = 0;
    while ((letter = getopt_long(argc, argv, "h", known, &at)) != -1) {
        switch (letter) {
        case 'p': o->port = (uint16_t)parse_count(known[at].name, optarg, 0, UINT16_MAX); break;
        case 'e': o->everywhere = true; break;
        case 't': o->threads = parse_count(known[at].name, optarg, 1, MOST_THREADS); break;
        case 'r': o->request_threads = parse_count(known[at].name, optarg, 1, MOST_REQUEST_THREADS); break;
        case 'c': o->connections = parse_count(known[at].name, optarg, 1, MOST_CONNECTIONS); break;
        case 's': o->seconds = parse_count(known[at].name, optarg, 1, LONGEST); break;
        case 'u': o->most_bytes = (size_t)parse_count(known[at].name, optarg, 1, LARGEST) * MIB; break;
        case 'l': labels = optarg; break;
        case 'h': print_help(stdout); exit(0);
        default: exit(WRONG_USE);
        }
    }
    if (optind < argc) {
        fprintf(stderr, "server: what is '%s'? See --help.\n", argv[optind]);
        exit(WRONG_USE);
    }
    return labels;
}

/* JSON is UTF-8 and nothing else. */
static bool all_utf8(const char *path, const char **labels) {
    for (int i = 0; i < MODEL_PROBS_SIZE; i++) {
        json_t *string = json_string(labels[i]);
        if (!string) {
            fprintf(stderr, "server: %s: line %d is not UTF-8\n", path, i + 1);
            return false;
        }
        json_decref(string);
    }
    return true;
}

static bool serve(const http_options *options) {
    /* Blocked before there are threads: all of them leave the signals to this one. */
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    signal(SIGPIPE, SIG_IGN); /* of clients that hang up */

    http_server *server = http_start(options);
    if (!server) return false;
    printf("listening on http://%s:%d/ with %u threads\n", options->everywhere ? "0.0.0.0" : "127.0.0.1",
           http_port(server), options->threads);
    fflush(stdout);
    while (sigtimedwait(&ends, NULL, &(struct timespec){.tv_sec = 1}) < 0) http_drop_late(server);
    http_stop(server);
    return true;
}

int main(int argc, char **argv) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    http_options options = {.port = 8080,
                            .threads = processors < 1              ? 1
                                       : processors > MOST_THREADS ? MOST_THREADS
                                                                   : (unsigned)processors,
                            .request_threads = 1,
                            .connections = 256,
                            .seconds = 10,
                            .most_bytes = 8 * (size_t)MIB};
    const char *path = parse_options(argc, argv, &options);
    labels l;
    bool good = labels_read(&l, path, MODEL_PROBS_SIZE);
    if (good) {
        options.labels = l.names;
        good = all_utf8(path, l.names) && serve(&options);
    } else {
        fprintf(stderr, "server: %s: %s\n", path, l.wrong);
    }
    labels_free(&l);
    return good ? 0 : 1;
}
