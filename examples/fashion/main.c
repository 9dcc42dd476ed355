/* main.c: shows pictures of clothes as text, beside them what the network sees.
 *
 *     fashion images/boot.pgm ..
 *
 * The whole network is model.c and model.h, which lcc wrote from fashion.net and its weights: one call of
 * fashion_run, no library, no file to read at run time. */
#include "model.h"

#include <ctype.h>
#include <stdio.h>

enum { WIDTH = FASHION_IMAGE_W, HEIGHT = FASHION_IMAGE_H, CLASSES = FASHION_PROBS_SIZE, SHOWN = 3, BAR = 30 };

static const char *const class_names[CLASSES] = {"T-shirt", "trousers", "pullover", "dress", "coat",
                                                 "sandal",  "shirt",    "sneaker",  "bag",   "ankle boot"};

/* The next number of the header, or -1. Comments run from # to the end of the line. */
static int read_number(FILE *f) {
    int c = getc(f);
    while (isspace(c) || c == '#') {
        if (c == '#') {
            while (c != '\n' && c != EOF) c = getc(f);
        }
        c = getc(f);
    }
    if (!isdigit(c)) return -1;
    int n = 0;
    for (; isdigit(c); c = getc(f)) {
        n = 10 * n + (c - '0');
        if (n > 65535) return -1;
    }
    return n; /* and the one white space behind it is gone */
}

/* Reads a PGM file: "P5", width, height and the largest value in decimal, with white space and comments between
 * them, one white space, then a byte a pixel. Fills `pixels`; NULL, or what is wrong with the file. */
static const char *read_pgm(const char *path, uint8_t *pixels) {
    FILE *f = fopen(path, "rb");
    if (!f) return "cannot be opened";
    const char *wrong = NULL;
    if (getc(f) != 'P' || getc(f) != '5') {
        wrong = "is no PGM file (P5)";
    } else if (read_number(f) != WIDTH || read_number(f) != HEIGHT) {
        wrong = "has another size than the network's input";
    } else if (read_number(f) != 255) {
        wrong = "has other values than 0 to 255";
    } else {
        size_t size = FASHION_IMAGE_SIZE;
        if (fread(pixels, 1, size, f) != size) wrong = "ends too soon";
    }
    fclose(f);
    return wrong;
}

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
        const char *wrong = read_pgm(argv[i], pixels);
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
