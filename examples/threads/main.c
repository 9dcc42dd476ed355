/* main.c: classifies pictures, each on several threads of a pool of the program's own.
 *
 *     shared [--threads N] PICTURE.pgm ..
 *
 * Without OpenMP. What takes the arena, and how many threads there are, is the program's business. */
#include "fashion.h"
#include "pgm.h"
#include "pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLASSES = FASHION_PROBS_SIZE, MOST_THREADS = 64 };

static const char *const class_names[CLASSES] = {"T-shirt", "trousers", "pullover", "dress", "coat",
                                                 "sandal",  "shirt",    "sneaker",  "bag",   "ankle boot"};

/* From 1 to MOST_THREADS; 0 where the text is no such number. */
static int parse_threads(const char *text) {
    char *end;
    long n = strtol(text, &end, 10);
    return end == text || *end || n < 1 || n > MOST_THREADS ? 0 : (int)n;
}

/* What the first thread needs, and what each further one does; aligned as the network wants it. */
static void *new_arena(int threads) {
    size_t bytes = FASHION_ARENA_BYTES + (size_t)(threads - 1) * FASHION_THREAD_BYTES,
           align = FASHION_ARENA_ALIGN;
    return aligned_alloc(align, (bytes + align) / align * align);
}

/* How many pictures could not be read. */
static int classify_all(char **paths, int n, int threads, pool *p, void *arena) {
    static uint8_t pixels[FASHION_IMAGE_SIZE];
    float probs[CLASSES];
    int failures = 0;
    for (int i = 0; i < n; i++) {
        const char *wrong = read_pgm(paths[i], FASHION_IMAGE_W, FASHION_IMAGE_H, pixels);
        if (wrong) {
            fprintf(stderr, "%s %s\n", paths[i], wrong);
            failures++;
            continue;
        }
        fashion_run_on(arena, threads, pool_parallel, p, pixels, probs);
        int best = 0;
        for (int c = 1; c < CLASSES; c++) {
            if (probs[c] > probs[best]) best = c;
        }
        printf("%s: %s, %.2f %%\n", paths[i], class_names[best], 100 * (double)probs[best]);
    }
    return failures;
}

int main(int argc, char **argv) {
    int threads = 2, first = 1;
    if (argc > 2 && strcmp(argv[1], "--threads") == 0) {
        threads = parse_threads(argv[2]);
        first = 3;
    }
    if (!threads || first >= argc) {
        fprintf(stderr, "usage: %s [--threads N] PICTURE.pgm .. (%d x %d, grey; N from 1 to %d)\n", argv[0],
                FASHION_IMAGE_W, FASHION_IMAGE_H, MOST_THREADS);
        return 2;
    }
    pool *p = pool_start(threads - 1);
    void *arena = new_arena(threads);
    int failures = 1;
    if (p && arena)
        failures = classify_all(argv + first, argc - first, threads, p, arena);
    else
        fprintf(stderr, "there is not enough memory, or there are too many threads\n");
    free(arena);
    if (p) pool_end(p);
    return failures ? 1 : 0;
}
