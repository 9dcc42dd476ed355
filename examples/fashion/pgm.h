/* pgm.h: reads PGM pictures, for this example and its neighbours, C and C++. */
#ifndef PGM_H
#define PGM_H

#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The next number of the header, or -1. Comments run from # to the end of the line. */
static int pgm_number(FILE *f) {
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
static const char *read_pgm(const char *path, int width, int height, uint8_t *pixels) {
    FILE *f = fopen(path, "rb");
    if (!f) return "cannot be opened";
    const char *wrong = NULL;
    if (getc(f) != 'P' || getc(f) != '5') {
        wrong = "is no PGM file (P5)";
    } else if (pgm_number(f) != width || pgm_number(f) != height) {
        wrong = "has another size than the network's input";
    } else if (pgm_number(f) != 255) {
        wrong = "has other values than 0 to 255";
    } else {
        size_t size = (size_t)width * (size_t)height;
        if (fread(pixels, 1, size, f) != size) wrong = "ends too soon";
    }
    fclose(f);
    return wrong;
}

#endif
