/* gemm.h: what gemm.c and gemm_tile.c share: a conv or dense step as its functions are written. */
#ifndef LCC_EMIT_GEMM_H
#define LCC_EMIT_GEMM_H

#include "emit/internal.h"
#include "emit/tile.h"

typedef struct gemm {
    emitter *e;
    const plan_step *s;
    const node *n;
    const target *t;
    int groups, depth; /* input channels of a group */
    int out_c;         /* output channels of a group */
    int taps;          /* kh * kw */
    sources x;
    int64_t *x_step; /* [x.n]: floats between neighbouring pixels of the tile; staged: in the ring's rows */
    int64_t y_step, r_step; /* the same of the output and of the residual */
    bool by_row;            /* the function loops over rows of the output; else all pixels are one row */
    bool shared;            /* threads share the tiles; where by_row is set they share the rows instead */
    int pixels;             /* of one row where by_row is set; else of the whole map */
    pack_layout packed;     /* the weights as they are stored */
    pack_layout tile;       /* the weights as the tiles read them: scaled ones are a copy in floats */
    const tile_kind *kind;  /* of the tiles */
    tile_end end;           /* what they make of their sums */
    bool looks_up_last;     /* tables of codes are looked up behind the tiles, for many pixels at a time */
    int n_ahead;            /* of the weights of later steps, so many are prefetched by the tile */
} gemm;

/* gemm_tile.c: defines the function of a tile of m_count pixels by one block, and returns the call of it. */
kernel_call define_tile(const gemm *g, const channel_block *b, int m_count, const signature *f);

#endif
