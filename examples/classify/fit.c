/* fit.c: scales a picture as in training and cuts out the middle.
 *
 * The filter is a triangle: bilinear where the picture grows, and where it shrinks as wide as the pixels that
 * fall together, so that all of them count. Pillow and torchvision (with antialias) call it bilinear too, and
 * their pixels come out, but for rounding. The two axes are done one after the other; what is cut off is not
 * computed. */
#include "picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHANNELS = 3, MOST_SCALED = 1 << 30 };

/* Which pixels of a side make each pixel of the result: weights[i * most ..], from pixel first[i], count[i] of
 * them. */
typedef struct axis {
    int most, *first, *count;
    float *weights;
} axis;

static void axis_free(axis *a) {
    free(a->first);
    free(a->count);
    free(a->weights);
}

/* Pixels `offset` to `offset` + n of a side of `from` pixels that is scaled to `to`. False: no memory. */
static bool axis_make(axis *a, int n, int offset, int from, int to) {
    double step = (double)from / to, reach = fmax(step, 1);
    a->most = 2 * (int)ceil(reach) + 1;
    a->first = malloc((size_t)n * sizeof *a->first);
    a->count = malloc((size_t)n * sizeof *a->count);
    a->weights = malloc((size_t)n * (size_t)a->most * sizeof *a->weights);
    if (!a->first || !a->count || !a->weights) return false;
    for (int i = 0; i < n; i++) {
        double centre = (offset + i + 0.5) * step, sum = 0;
        int begin = (int)fmax(floor(centre - reach + 0.5), 0);
        int end = (int)fmin(floor(centre + reach + 0.5), from);
        float *w = a->weights + (size_t)i * (size_t)a->most;
        for (int k = begin; k < end; k++) sum += fmax(1 - fabs(k + 0.5 - centre) / reach, 0);
        for (int k = begin; k < end; k++) {
            w[k - begin] = (float)(fmax(1 - fabs(k + 0.5 - centre) / reach, 0) / sum);
        }
        a->first[i] = begin;
        a->count[i] = end - begin;
    }
    return true;
}

/* A row of the picture, scaled to n pixels. */
static void scale_row(const axis *x, int n, const unsigned char *row, float *out) {
    for (int i = 0; i < n; i++) {
        const unsigned char *from = row + (size_t)x->first[i] * CHANNELS;
        const float *w = x->weights + (size_t)i * (size_t)x->most;
        float sum[CHANNELS] = {0};
        for (int k = 0; k < x->count[i]; k++) {
            for (int c = 0; c < CHANNELS; c++) sum[c] += w[k] * (float)from[k * CHANNELS + c];
        }
        memcpy(out + (size_t)i * CHANNELS, sum, sizeof sum);
    }
}

static bool scale(const picture *p, const axis *x, const axis *y, int width, int height, unsigned char *out) {
    size_t values = (size_t)width * CHANNELS;
    int begin = y->first[0], end = y->first[height - 1] + y->count[height - 1];
    float *rows = malloc((size_t)(end - begin) * values * sizeof *rows);
    if (!rows) return false;
    for (int r = begin; r < end; r++) {
        scale_row(x, width, p->pixels + (size_t)r * (size_t)p->width * CHANNELS,
                  rows + (size_t)(r - begin) * values);
    }
    for (int i = 0; i < height; i++) {
        const float *from = rows + (size_t)(y->first[i] - begin) * values;
        const float *w = y->weights + (size_t)i * (size_t)y->most;
        for (size_t v = 0; v < values; v++) {
            float sum = 0.5f; /* which rounds: what follows cuts off */
            for (int k = 0; k < y->count[i]; k++) sum += w[k] * from[(size_t)k * values + v];
            out[(size_t)i * values + v] = (unsigned char)fminf(sum, 255);
        }
    }
    free(rows);
    return true;
}

bool picture_fit(const picture *p, int width, int height, double ratio, unsigned char *out) {
    double larger = fmax((double)width / p->width, (double)height / p->height) / ratio;
    /* Whole pixels, down, as the libraries that networks are trained with have it. */
    int scaled_width = (int)fmin(fmax(p->width * larger + 1e-6, width), MOST_SCALED);
    int scaled_height = (int)fmin(fmax(p->height * larger + 1e-6, height), MOST_SCALED);
    axis x = {0}, y = {0};
    bool good = axis_make(&x, width, (scaled_width - width) / 2, p->width, scaled_width) &&
                axis_make(&y, height, (scaled_height - height) / 2, p->height, scaled_height) &&
                scale(p, &x, &y, width, height, out);
    axis_free(&x);
    axis_free(&y);
    return good;
}

/* The luminance of ITU-R BT.601 in 16 bits behind the point, as Pillow has it. */
void picture_grey(unsigned char *pixels, size_t count) {
    enum { RED = 19595, GREEN = 38470, BLUE = 7471, HALF = 1 << 15 };
    for (size_t i = 0; i < count; i++) {
        const unsigned char *rgb = pixels + i * CHANNELS;
        pixels[i] = (unsigned char)((RED * rgb[0] + GREEN * rgb[1] + BLUE * rgb[2] + HALF) >> 16);
    }
}
