/* idx.h: reads the files of Fashion-MNIST: Debian's package dataset-fashion-mnist has them, IDX files
 * compressed with gzip: a big-endian magic number (0x0800 + rank), the sizes, then bytes. */
#ifndef FASHION_IDX_H
#define FASHION_IDX_H

#include <stdio.h>
#include <zlib.h>

enum { FASHION_TEST_IMAGES = 10000, FASHION_SIDE = 28 };

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

/* The class of a test image: its pixels, [28][28]. */
typedef int (*fashion_classify)(const unsigned char *pixels);

static int count_answers(gzFile images, gzFile labels, fashion_classify classify) {
    unsigned char pixels[FASHION_SIDE * FASHION_SIDE];
    int right = 0;
    for (int i = 0; i < FASHION_TEST_IMAGES; i++) {
        int label = gzgetc(labels);
        if (gzread(images, pixels, sizeof pixels) != (int)sizeof pixels || label < 0) return -1;
        right += classify(pixels) == label;
    }
    return right;
}

/* How many of the 10,000 test images in `folder` are classified right. Below 0, after a message: -77 where
 * there are no files, else they are damaged. */
static int count_right(const char *folder, fashion_classify classify) {
    static const unsigned long sizes[] = {FASHION_TEST_IMAGES, FASHION_SIDE, FASHION_SIDE};
    static const char images_name[] = "t10k-images-idx3-ubyte.gz", labels_name[] = "t10k-labels-idx1-ubyte.gz";
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, images_name);
    FILE *there = fopen(path, "rb");
    if (!there) {
        printf("SKIP: there is no %s (Debian: dataset-fashion-mnist)\n", path);
        return -77;
    }
    fclose(there);

    gzFile images = open_idx(folder, images_name, 3, sizes);
    gzFile labels = open_idx(folder, labels_name, 1, sizes);
    int right = images && labels ? count_answers(images, labels, classify) : -1;
    if (images) gzclose(images);
    if (labels) gzclose(labels);
    if (right < 0) fprintf(stderr, "%s: the test images and labels cannot be read\n", folder);
    return right;
}

#endif
