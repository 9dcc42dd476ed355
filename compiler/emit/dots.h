/* dots.h: integer layers by the target's kernels for dot products: see plan/dots.c. */
#ifndef LCC_EMIT_DOTS_H
#define LCC_EMIT_DOTS_H

#include "emit/internal.h"
#include "graph/integers.h"

/* The pixels of a tile, and where its function finds what it reads: in parameters x (or x0, x1, ..) or rows and
 * at, w, y, r, tile and runs, as gemm.c declares them. */
typedef struct dots_tile {
    int pixels;
    const int64_t *x_step; /* elements from a pixel to the next, of each source */
    int64_t y_step, r_step;
    int depth; /* inputs of a group at one tap */
} dots_tile;

/* Writes the body of the function of a tile: all output channels of one group, of its pixels. */
void emit_dots_tile(emitter *e, const plan_step *s, writer *w, const dots_tile *t);

/* A run of a depthwise layer's channels. */
typedef struct dots_row {
    int channels;
    int64_t x_pixel, y_pixel, r_pixel; /* elements from a pixel to the next */
    int ring;                          /* rows that the input's buffer holds; 0: all of the map */
} dots_row;

/* Writes the body of the function that computes one row of such a run. Its parameters are x, w, y, r, top, ky0
 * and ky1, as window.c declares them. */
void emit_dots_row(emitter *e, const plan_step *s, writer *w, const dots_row *row);

/* The same for a function that computes all rows of a narrow layer at once: its parameters are x, w and y. */
void emit_dots_map(emitter *e, const plan_step *s, writer *w, const dots_row *row);

/* ---- dots_map.c: layers without weights ---- */

/* A run of the channels of such a layer. */
typedef struct dots_map {
    const char *x, *z, *y; /* expressions: where its channels begin; z: the codes of a product */
    int begin, channels;   /* in the output's order */
    int64_t pixels, x_pixel, y_pixel;
    int x_zero, z_zero, zero; /* set by dots_map.c */
    code_range range;
} dots_map;

/* Whether the step multiplies a map by a code of each channel, or averages one, in a way that the functions do.
 */
bool scales_by_dots(const emitter *e, const plan_step *s);
bool means_by_dots(const emitter *e, const plan_step *s);

/* Writes the lines that do it for a run. */
void emit_dots_scaling(emitter *e, const plan_step *s, writer *w, dots_map m);
void emit_dots_mean(emitter *e, const plan_step *s, writer *w, dots_map m);

#endif
