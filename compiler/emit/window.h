/* window.h: what the walkers of windows share: see window.c. */
#ifndef LCC_EMIT_WINDOW_H
#define LCC_EMIT_WINDOW_H

#include "emit/tile.h"

typedef struct window {
    emitter *e;
    const plan_step *s;
    const node *n;
    const target *t;
    pack_layout weights; /* of the run of channels, if depthwise */
    piece x;             /* the vector of channels */
    int64_t pixel;       /* floats between the input's pixels */
    int in_h, in_w;
    int ring; /* where the input is a ring of rows, their number; 0: it is the whole map */
    int64_t y_pixel, r_pixel;
    tile_end end;   /* what is made of the sums */
    bool pads;      /* the padding has a value, in an array `padding` */
    int zero_point; /* of codes: what is subtracted from each when it is loaded */
} window;

/* A group of neighbouring columns of the output. */
typedef struct column_group {
    int first, count;
    bool looped; /* the columns follow the variable ox, and their windows lie inside the input; else they follow
                    the column `first`, and taps outside the input are left out */
} column_group;

/* The columns of the input that a group's windows see: so many, from the left edge of the first one on. */
static inline int window_reach(const window *g, const column_group *c) {
    const attrs *at = &g->n->a;
    return (c->count - 1) * at->stride[1] + (at->kernel[1] - 1) * at->dilation[1] + 1;
}

/* Which tap kx of column m's window is input column j, which is counted from that left edge; -1: none is. */
static inline int window_tap(const window *g, int j, int m) {
    const attrs *at = &g->n->a;
    int offset = j - m * at->stride[1];
    if (offset < 0 || offset % at->dilation[1] || offset / at->dilation[1] >= at->kernel[1]) return -1;
    return offset / at->dilation[1];
}

/* Whether input column j, counted alike, lies inside the input. */
static inline bool lies_inside(const window *g, const column_group *c, int j) {
    int ix = c->first * g->n->a.stride[1] - g->n->a.pad[LEFT] + j;
    return c->looped || (ix >= 0 && ix < g->in_w);
}

#endif
