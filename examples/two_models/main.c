/* main.c: two networks that take turns: a small one looks at every picture for shoes, a larger one says which
 * they are.
 *
 *     two_models PICTURE.pgm ..
 *
 * What a network keeps in its arena counts for nothing once it has run. So two that run one after the other
 * need no more memory than the larger of them: one buffer is handed to both. Networks that run at the same
 * time, on two threads, need one each. */
#include "fashion.h"
#include "gate.h"
#include "pgm.h"

#include <stdalign.h>

#define LARGER(a, b) ((a) > (b) ? (a) : (b))

#if SHARED_ARENA
enum {
    BYTES = LARGER(GATE_ARENA_BYTES, FASHION_ARENA_BYTES),
    ALIGN = LARGER(GATE_ARENA_ALIGN, FASHION_ARENA_ALIGN)
};
static alignas(ALIGN) unsigned char arena[BYTES];
static unsigned char *const gate_arena = arena, *const fashion_arena = arena;
#else
static alignas(GATE_ARENA_ALIGN) unsigned char gate_arena[GATE_ARENA_BYTES];
static alignas(FASHION_ARENA_ALIGN) unsigned char fashion_arena[FASHION_ARENA_BYTES];
enum { BYTES = sizeof gate_arena + sizeof fashion_arena };
#endif

/* The pixels that the gate has seen are what the classifier gets. */
_Static_assert(GATE_IMAGE_H == FASHION_IMAGE_H && GATE_IMAGE_W == FASHION_IMAGE_W && GATE_IMAGE_C == 1 &&
                   FASHION_IMAGE_C == 1,
               "the networks take different pictures");

static const char *const class_names[FASHION_PROBS_SIZE] = {
    "T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"};

enum { OTHER, FOOTWEAR };

static int likeliest(const float *probs, int n) {
    int best = 0;
    for (int i = 1; i < n; i++) {
        if (probs[i] > probs[best]) best = i;
    }
    return best;
}

/* Returns whether the second network ran. */
static int look(const char *path, const uint8_t *pixels) {
    float gate[GATE_PROBS_SIZE], probs[FASHION_PROBS_SIZE];
    gate_run_in(gate_arena, pixels, gate);
    int shoes = likeliest(gate, GATE_PROBS_SIZE) == FOOTWEAR;
    printf("%s: %.2f %% %s", path, 100 * (double)gate[shoes], shoes ? "footwear" : "something else");
    if (shoes) {
        fashion_run_in(fashion_arena, pixels, probs);
        int best = likeliest(probs, FASHION_PROBS_SIZE);
        printf(": %s, %.2f %%", class_names[best], 100 * (double)probs[best]);
    }
    putchar('\n');
    return shoes;
}

int main(int argc, char **argv) {
    static uint8_t pixels[FASHION_IMAGE_SIZE];
    int failures = 0, shoes = 0;
    if (argc < 2) {
        fprintf(stderr, "usage: %s PICTURE.pgm .. (%d x %d, grey, light on black)\n", argv[0], FASHION_IMAGE_W,
                FASHION_IMAGE_H);
        return 2;
    }
    for (int i = 1; i < argc; i++) {
        const char *wrong = read_pgm(argv[i], FASHION_IMAGE_W, FASHION_IMAGE_H, pixels);
        if (wrong) {
            fprintf(stderr, "%s %s\n", argv[i], wrong);
            failures++;
            continue;
        }
        shoes += look(argv[i], pixels);
    }
    printf("the gate ran %d times, the classifier %d times, in %d bytes of arena (%d and %d)\n",
           argc - 1 - failures, shoes, (int)BYTES, GATE_ARENA_BYTES, FASHION_ARENA_BYTES);
    return failures ? 1 : 0;
}
