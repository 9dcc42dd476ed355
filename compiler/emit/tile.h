/* tile.h: the operations of a register tile, as a table with a row for each element type of the weights.
 *
 * gemm.c and window.c write the loops over pixels, blocks, taps and inputs. Inside these loops a tile loads
 * weights, loads inputs or spreads one over all lanes, multiplies and adds, and finishes sums. How C says each
 * of these depends on the types of the elements: the table has the text. A new kind of kernel, such as one by
 * dot products of bytes, is a new row. */
#ifndef LCC_EMIT_TILE_H
#define LCC_EMIT_TILE_H

#include "emit/code_vectors.h"

/* The names of the C types of one vector's sums, weights and inputs. */
typedef const char *(*tile_type)(const vector_kind *v);

/* An expression for a vector that is loaded from `address`. */
typedef const char *(*tile_load)(arena *a, const vector_kind *v, const char *address);

/* How a step's sums become what is stored. */
typedef struct tile_end {
    const attrs *at; /* of floats: act2(act(sum) + residual) */
    code_end codes;  /* of integers */
} tile_end;

typedef struct tile_kind {
    const char *weights; /* the macro that points to weights, counted in elements: "WEIGHTS" */
    tile_type sum, weight, input;
    tile_load load_bias; /* as the sums begin */
    tile_load load_weight;

    /* Inputs of a type that lie side by side, of which x.valid count. */
    const char *(*load_input)(arena *a, const target *t, piece x, elem_type type, const char *address);

    /* One input in all lanes; and the low lanes of such a vector, as a vector of a narrower kind. NULL: a
     * narrower vector spreads the input anew. */
    const char *(*spread)(arena *a, const vector_kind *v, const char *value);
    const char *(*narrow)(arena *a, const vector_kind *from, const vector_kind *to, const char *v);

    const char *(*multiply_add)(arena *a, const vector_kind *v, const char *input, const char *weight,
                                const char *sum);

    /* The same with an input that is spread, and the type of such an input: a number, where the machine
     * multiplies by numbers. */
    const char *(*multiply_add_spread)(arena *a, const vector_kind *v, const char *input, const char *weight,
                                       const char *sum);
    tile_type spread_input;

    /* Whether sums are rescaled, by a multiplier and a shift for each lane, which are int32 and bytes behind
     * the biases; and how vectors of them are loaded. */
    bool rescales;
    tile_load load_multiplier, load_shift;

    /* What is stored of a sum, and the statement that stores it. `multipliers`, `shifts`: of kinds that
     * rescale. `residual`: its address, or NULL. */
    const char *(*finish)(arena *a, const target *t, piece x, const tile_end *end, const char *sum,
                          const char *multipliers, const char *shifts, const char *residual);
    const char *(*store)(arena *a, const target *t, piece x, const char *address, const char *v);
} tile_kind;

/* The kind of tile for weights of this type. */
const tile_kind *tile_kind_of(elem_type weight);

/* The end of a step that computes this node. Defines the table of its activation, where it has one. */
tile_end tile_end_of(emitter *e, const node *n);

/* What is stored of a sum of floats: act2(act(sum) + residual). `residual`: a vector, or NULL. */
const char *finish_sum(arena *a, const target *t, int kind, const attrs *at, const char *sum,
                       const char *residual);

/* Writes the lines that declare `by` and `shift`: the multipliers and shifts of the lanes from `at` on, of a
 * block; and, if channels look up different tables, `number`. `from` points behind its biases. */
void emit_scales(emitter *e, writer *w, const pack_layout *l, const channel_block *b, const vector_kind *v,
                 const char *from, int at);

#endif
