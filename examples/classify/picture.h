/* picture.h: pictures from files, and as large as a network wants them. */
#ifndef PICTURE_H
#define PICTURE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct picture {
    int width, height;
    unsigned char *pixels; /* RGB, row after row; picture_free frees them */
    const char *format;    /* "JPEG", "PNG", "PGM" or "PPM" */
    char wrong[256];       /* where it could not be read: why */
} picture;

enum { PICTURE_MOST_PIXELS = 100 * 1000 * 1000 }; /* of a file that picture_read takes */

/* Reads a JPEG, PNG, PGM or PPM file, known by its content. False: see p->wrong. Free it in either case. */
bool picture_read(picture *p, const char *path);

/* The same of a file that is in memory. Files that claim to hold more pixels are refused. */
bool picture_decode(picture *p, const void *file, size_t size, size_t most_pixels);
void picture_free(picture *p);

/* fit.c. Scales the picture and writes the middle of it to `out`, [height, width, 3]. As in training, the
 * middle is `ratio` of the scaled picture's shorter side: 224 of 256 pixels where the ratio is 0.875. False: no
 * memory.
 */
bool picture_fit(const picture *p, int width, int height, double ratio, unsigned char *out);

/* Turns so many pixels from RGB to grey, in place, for networks of one channel. */
void picture_grey(unsigned char *pixels, size_t count);

#endif
