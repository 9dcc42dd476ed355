/* main.c: shows pictures of clothes as text, beside them what the network sees.
 *
 *     fashion images/boot.pgm ..
 *
 * The whole network is model.c and model.h, which lcc wrote from fashion.net and its weights: one call of
 * fashion_run, no library, no file to read at run time. */
#include "model.h"
#include "pgm.h"

#include <stdio.h>

enum { WIDTH = FASHION_IMAGE_W, HEIGHT = FASHION_IMAGE_H, CLASSES = FASHION_PROBS_SIZE, SHOWN = 3, BAR = 30 };

static const char *const class_names[CLASSES] = {"T-shirt", "trousers", "pullover", "dress", "coat",
                                                 "sandal",  "shirt",    "sneaker",  "bag",   "ankle boot"};

/* A character is about twice as high as wide: each stands for two pixels, one above the other. */
static void print_row_pair(const uint8_t *pixels, int row) {
    static const char ramp[] = " .:-=+*#%@";
    enum { SHADES = sizeof ramp - 1 };
    for (int x = 0; x < WIDTH; x++) {
        int mean = (pixels[row * WIDTH + x] + pixels[(row + 1) * WIDTH + x]) / 2;
        putchar(ramp[mean * SHADES / 256]);
    }
}

/* The likeliest class that is not in `taken`. */
static int likeliest(const float *probs, const int *taken) {
    int best = -1;
    for (int i = 0; i < CLASSES; i++) {
        if (!taken[i] && (best < 0 || probs[i] > probs[best])) best = i;
    }
    return best;
}

static void print_answer(const float *probs, int class) {
    printf("   %-10s %5.1f %%  ", class_names[class], 100.0 * (double)probs[class]);
    for (int i = 0; i < (int)(probs[class] * BAR + 0.5f); i++) putchar('#');
}

static void show(const char *path, const uint8_t *pixels, const float *probs) {
    int taken[CLASSES] = {0};
    printf("%s\n", path);
    for (int row = 0; row + 1 < HEIGHT; row += 2) {
        print_row_pair(pixels, row);
        int first = HEIGHT / 4 - 1, line = row / 2 - first; /* the answers stand at half the picture's height */
        if (line >= 0 && line < SHOWN) {
            int class = likeliest(probs, taken);
            taken[class] = 1;
            print_answer(probs, class);
        }
        putchar('\n');
    }
    putchar('\n');
}

int main(int argc, char **argv) {
    static uint8_t pixels[FASHION_IMAGE_SIZE];
    float probs[CLASSES];
    int failures = 0;
    if (argc < 2) {
        fprintf(stderr, "usage: %s PICTURE.pgm .. (%d x %d, grey, light on black)\n", argv[0], WIDTH, HEIGHT);
        return 2;
    }
    for (int i = 1; i < argc; i++) {
        const char *wrong = read_pgm(argv[i], WIDTH, HEIGHT, pixels);
        if (wrong) {
            fprintf(stderr, "%s %s\n", argv[i], wrong);
            failures++;
            continue;
        }
        fashion_run(pixels, probs);
        show(argv[i], pixels, probs);
    }
    return failures ? 1 : 0;
}
