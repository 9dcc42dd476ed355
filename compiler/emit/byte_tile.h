/* byte_tile.h: what differs in tiles of integers that take several inputs at once: their loop over inputs, how
 * their inputs are gathered, and how their sums become codes. See plan/byte_tiles.c. */
#ifndef LCC_EMIT_BYTE_TILE_H
#define LCC_EMIT_BYTE_TILE_H

#include "base/float_rescale.h"
#include "emit/code_vectors.h"

enum { LINE_BYTES = 64 /* of a cache, that are prefetched at once */ };

/* A loop over the inputs of `m_count` pixels, which lie `x_step` bytes apart. */
typedef struct byte_loop {
    const channel_block *b;
    int m_count;
    const char *base;
    int64_t x_step;
    const char *count;  /* bytes of a pixel's inputs: a number or an expression */
    const char *spread; /* see byte_spread */
    bool whole;         /* the last group may be read as a whole */
    int ahead;          /* weights are prefetched so many bytes ahead; 0: they are not */
    bool fours;         /* see plan/byte_fours.c */
    int rests;
} byte_loop;

void emit_byte_loop(emitter *e, writer *w, const byte_loop *k);

/* The end of the name of the function that spreads a group of inputs over all lanes: by their type. */
const char *byte_spread(const emitter *e, const plan_step *s);

/* How close to the nearest integer a product by one of n factors surely rounds as the exact one, if it is made
 * of floats, with so many roundings: `close` of i32xN_ending. 0: floats do not do. They do where no product is
 * larger than 2^22, and where products round once, or the target's floats know how they round twice. Where
 * codes are not clamped, a product is below 256, and each rounding is at most 2^-24 of it. */
double float_closeness(const emitter *e, const rescale *by, int n, double most_product, int roundings);

/* The end of a tile: `w` points behind its biases. */
typedef struct byte_end {
    const plan_step *s;
    const pack_layout *packed;
    const channel_block *b;
    int m_count;
    int64_t y_step, r_step;
    bool looks_up_last; /* the tables are looked up behind all tiles */
} byte_end;

void emit_byte_end(emitter *e, writer *w, const byte_end *k);

/* Whether codes look their table up together, when they are stored. */
bool looks_up_later(const emitter *e, const code_end *end);

/* Writes the line by which the codes of the block's channels, of some pixels at y, `step` bytes apart, become
 * what the tables have, where that is not done when they are made. `scales` is what stands behind the block's
 * biases. */
void emit_byte_look_up(emitter *e, writer *w, const code_end *end, const char *y, int64_t step,
                       const char *pixels, const channel_block *b, const char *scales);

/* The end of its name among those of i32xN_way. */
const char *way_name(float_way way);

/* Declares `end`, the constants of the end of a node's layer. */
void declare_byte_end(emitter *e, writer *w, int node_index, const code_end *end);

/* What a tile's inputs are gathered from: `depth` channels of each tap. */
typedef struct gathering {
    const plan_step *s;
    const sources *x;
    const int64_t *x_step; /* of each of the sources, from pixel to pixel */
    int depth, m_count;
} gathering;

/* Inputs of a pixel that lie `step` apart from an address on. */
typedef struct stretch {
    const char *from;
    int step;
    const char *count; /* a number or an expression */
    int first;         /* the number of the first one, where the inputs are runs of channels */
} stretch;

typedef void (*stretch_copier)(emitter *e, writer *w, const plan_step *s, const stretch *x);

/* Calls `copy` for all stretches of a pixel's inputs, in loops where they are many. */
void emit_stretches(emitter *e, writer *w, const gathering *k, stretch_copier copy);

/* Writes the lines that copy the inputs of each pixel side by side to `tile`. */
void emit_gathering(emitter *e, writer *w, const gathering *k);

#endif
