/* picture.h: pictures from files, and as large as a network wants them. */
#ifndef PICTURE_H
#define PICTURE_H

#include <stdbool.h>

typedef struct picture {
    int width, height;
    unsigned char *pixels; /* RGB, row after row; picture_free frees them */
    const char *format;    /* "JPEG" or "PNG" */
    char wrong[256];       /* where it could not be read: why */
} picture;

/* Reads a JPEG or PNG file, known by its content. False: see p->wrong. Free it in either case. */
bool picture_read(picture *p, const char *path);
void picture_free(picture *p);

/* fit.c. Scales the picture and writes the middle of it to `out`, [height, width, 3]. As in training, the
 * middle is `ratio` of the scaled picture's shorter side: 224 of 256 pixels where the ratio is 0.875. False: no
 * memory.
 */
bool picture_fit(const picture *p, int width, int height, double ratio, unsigned char *out);

#endif
