/* accuracy.c: how many of Fashion-MNIST's 10,000 test images the emitted code gets right.
 *
 *     fashion_accuracy [FOLDER]
 *
 * Exit 0: at least 92 %. 1: fewer, or the files are damaged. 77: there are no files. */
#include "model.h"

#include "idx.h"

enum { LEAST_RIGHT = 9200, MISSING = 77 };

static int classify(const unsigned char *pixels) {
    float probs[FASHION_PROBS_SIZE];
    fashion_run(pixels, probs);
    int best = 0;
    for (int i = 1; i < FASHION_PROBS_SIZE; i++) {
        if (probs[i] > probs[best]) best = i;
    }
    return best;
}

int main(int argc, char **argv) {
    int right = count_right(argc > 1 ? argv[1] : "/usr/share/datasets/fashion-mnist", classify);
    if (right < 0) return right == -MISSING ? MISSING : 1;
    printf("%s\n%d of %d test images right: %.2f %%\n", fashion_version(), right, FASHION_TEST_IMAGES,
           100.0 * right / FASHION_TEST_IMAGES);
    return right >= LEAST_RIGHT ? 0 : 1;
}
