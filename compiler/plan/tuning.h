/* tuning.h: makes GEMMs take other tiles than the best one by the model of cost.
 *
 * A tuning is a rank, the same for every layer, or a table of measured tiles, one for each layer. Ranks are for
 * measuring candidates. Which steps are joined does not depend on the tuning: plans of one network that differ
 * only in their tuning have the same steps. */
#ifndef LCC_TUNING_H
#define LCC_TUNING_H

#include "base/diag.h"
#include "graph/graph.h"

/* pixels x vectors of the widest kind */
typedef struct tile_shape {
    int pixels, vectors;
} tile_shape;

typedef struct tuned_tile {
    const char *key; /* tuning_key of the layer */
    tile_shape tile;
} tuned_tile;

/* How far speed gives way to flash, on targets where it is scarce. Each takes what those before it take. */
typedef enum compactness {
    COMPACT_NOT,   /* the fastest code */
    COMPACT_FEW,   /* few kinds of tiles for each layer, windows of four columns, weights of int8 as bytes */
    COMPACT_FEWER, /* windows of two columns */
    COMPACT_LEAST, /* tiles of one pixel, windows of one column with bounds found at run time */
    COMPACTNESS_COUNT
} compactness;

typedef struct tuning {
    compactness compact;
    int rank; /* 0: the best by the model. Only tiles near the best have a rank; if there are fewer: the best */
    int n_tiles;
    const tuned_tile *tiles;
} tuning;

typedef struct plan plan;
typedef struct plan_step plan_step;

/* A layer's name in the table: its label, followed by "#2" if it is the second conv or dense with that label.
 */
const char *tuning_key(arena *a, const graph *g, int node_index);

/* The tile that the table has for a layer; NULL if it has none, or if `t` is NULL. */
const tile_shape *tuning_find(const tuning *t, arena *a, const graph *g, int node_index);

/* What a tuning says of it; nothing, if `t` is NULL. */
static inline compactness tuning_compact(const tuning *t) { return t ? t->compact : COMPACT_NOT; }

/* The index of the candidate that the tuning chooses. `cycles`: what each of the `n` costs. `wanted`: the
 * table's tile, or NULL. */
int tuning_choose(const tuning *t, const tile_shape *wanted, const tile_shape *candidates, const double *cycles,
                  int n);

/* Calls `visit` for each step of the plan that is a GEMM, alone or as part of a chain. `index`: of the step. */
void for_each_gemm(const plan *p, void (*visit)(void *data, const plan_step *gemm, int index), void *data);

/* Warns of entries of the table that no layer of the plan took. `path`: of the file that it comes from. */
void tuning_check(const tuning *t, const plan *p, const char *path, diag *d);

#endif
