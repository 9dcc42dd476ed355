/* accuracy.c: how many of Fashion-MNIST's 10,000 test images the emitted code gets right.
 *
 *     fashion_accuracy [FOLDER]
 *
 * Exit 0: at least 92 %. 1: fewer, or the files are damaged. 77: there are no files. Debian's package
 * dataset-fashion-mnist has them, IDX files compressed with gzip: a big-endian magic number (0x0800 + rank),
 * the sizes, then bytes. */
#include "model.h"

#include <stdio.h>
#include <zlib.h>

enum { IMAGES = 10000, LEAST_RIGHT = 9200, MISSING = 77 };

static int read_u32(gzFile f, unsigned long *n) {
    unsigned char b[4];
    if (gzread(f, b, sizeof b) != sizeof b) return 0;
    *n = (unsigned long)b[0] << 24 | (unsigned long)b[1] << 16 | (unsigned long)b[2] << 8 | b[3];
    return 1;
}

/* Opens an IDX file of bytes and checks its sizes; NULL, after a message, where it is another. */
static gzFile open_idx(const char *folder, const char *name, int rank, const unsigned long *sizes) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    gzFile f = gzopen(path, "rb");
    if (!f) return NULL;
    unsigned long n;
    int good = read_u32(f, &n) && n == 0x0800ul + (unsigned long)rank;
    for (int i = 0; good && i < rank; i++) good = read_u32(f, &n) && n == sizes[i];
    if (good) return f;
    fprintf(stderr, "%s is not the file of Fashion-MNIST\n", path);
    gzclose(f);
    return NULL;
}

static int likeliest(const float *probs) {
    int best = 0;
    for (int i = 1; i < FASHION_PROBS_SIZE; i++) {
        if (probs[i] > probs[best]) best = i;
    }
    return best;
}

/* The number of right answers, or -1 where the files end too soon. */
static int count_right(gzFile images, gzFile labels) {
    static uint8_t pixels[FASHION_IMAGE_SIZE];
    float probs[FASHION_PROBS_SIZE];
    int right = 0;
    for (int i = 0; i < IMAGES; i++) {
        int label = gzgetc(labels);
        if (gzread(images, pixels, sizeof pixels) != (int)sizeof pixels || label < 0) return -1;
        fashion_run(pixels, probs);
        right += likeliest(probs) == label;
    }
    return right;
}

int main(int argc, char **argv) {
    static const unsigned long sizes[] = {IMAGES, FASHION_IMAGE_H, FASHION_IMAGE_W};
    static const char images_name[] = "t10k-images-idx3-ubyte.gz", labels_name[] = "t10k-labels-idx1-ubyte.gz";
    const char *folder = argc > 1 ? argv[1] : "/usr/share/datasets/fashion-mnist";

    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, images_name);
    FILE *there = fopen(path, "rb");
    if (!there) {
        printf("SKIP: there is no %s (Debian: dataset-fashion-mnist)\n", path);
        return MISSING;
    }
    fclose(there);

    gzFile images = open_idx(folder, images_name, 3, sizes);
    gzFile labels = open_idx(folder, labels_name, 1, sizes);
    int right = images && labels ? count_right(images, labels) : -1;
    if (images) gzclose(images);
    if (labels) gzclose(labels);
    if (right < 0) {
        fprintf(stderr, "%s: the test images and labels cannot be read\n", folder);
        return 1;
    }
    printf("%s\n%d of %d test images right: %.2f %%\n", fashion_version(), right, IMAGES,
           100.0 * right / IMAGES);
    return right >= LEAST_RIGHT ? 0 : 1;
}
