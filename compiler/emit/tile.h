/* tile.h: the operations of a register tile, as a table with a row for each element type of the weights.
 *
 * gemm.c and window.c write the loops over pixels, blocks, taps and inputs. Inside these loops a tile loads
 * weights, loads inputs or spreads one over all lanes, multiplies and adds, and finishes sums. How C says each
 * of these depends on the types of the elements: the table has the text. A new kind of kernel, such as one by
 * dot products of bytes, is a new row. */
#ifndef LCC_EMIT_TILE_H
#define LCC_EMIT_TILE_H

#include "plan/plan.h"

/* The names of the C types of one vector's sums, weights and inputs. */
typedef const char *(*tile_type)(const vector_kind *v);

/* An expression for a vector that is loaded from `address`. */
typedef const char *(*tile_load)(arena *a, const vector_kind *v, const char *address);

typedef struct tile_kind {
    const char *weights; /* the macro that points to weights, counted in elements: "WEIGHTS" */
    tile_type sum, weight, input;
    tile_load load_bias; /* as the sums begin */
    tile_load load_weight;

    /* Inputs that lie side by side, of which x.valid count. */
    const char *(*load_input)(arena *a, const target *t, piece x, const char *address);

    /* One input in all lanes; and the low lanes of such a vector, as a vector of a narrower kind. */
    const char *(*spread)(arena *a, const vector_kind *v, const char *value);
    const char *(*narrow)(arena *a, const vector_kind *from, const vector_kind *to, const char *v);

    const char *(*multiply_add)(arena *a, const vector_kind *v, const char *input, const char *weight,
                                const char *sum);

    /* What is stored of a sum: act2(act(sum) + residual). `residual`: its address, or NULL. */
    const char *(*finish)(arena *a, const target *t, piece x, const attrs *at, const char *sum,
                          const char *residual);
} tile_kind;

/* The kind of tile for weights of this type. */
const tile_kind *tile_kind_of(elem_type weight);

#endif
