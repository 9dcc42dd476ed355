/* code_vectors.h: how C says what is done with vectors of codes, the integers of quantised tensors. All
 * constants are those of graph/integers.h and graph/tables.h.
 *
 * Each function returns an expression for a vector of the target's integers. */
#ifndef LCC_EMIT_CODE_VECTORS_H
#define LCC_EMIT_CODE_VECTORS_H

#include "emit/codes.h"

/* "i32x16": the integers in as many lanes as the piece's vector has. */
const char *ints_of(const target *t, piece x);

/* The load of codes of `type`, which is int8 or uint8, widened; and the statement that stores some, narrowed.
 * Only x.valid lanes are touched. */
const char *load_codes(arena *a, const target *t, piece x, elem_type type, const char *address);
const char *store_codes(arena *a, const target *t, piece x, elem_type type, const char *address, const char *v);

/* rescale_apply of v, by a multiplier and a shift for each lane, or by one factor for all lanes. */
const char *rescale_lanes(arena *a, const char *vector, rescale_rounding how, const char *v,
                          const char *multipliers, const char *shifts);
const char *rescale_all(arena *a, const char *vector, rescale_rounding how, const char *v, rescale by);

/* zero + v, within the range. v may be any int32. */
const char *place_code(arena *a, const char *vector, const char *v, int zero, code_range range);

/* add_codes of the codes x and z. */
const char *sum_of_codes(arena *a, const char *vector, rescale_rounding how, const add_integers *k,
                         const char *x, const char *z, bool subtract);

/* What the table of that name has for the int8 codes v. `number`: which of several tables each lane looks up;
 * NULL: there is one. */
const char *look_up(arena *a, const char *vector, const char *table, const char *number, const char *v);

/* How the sums of a kernel with integer weights become codes: see kernel_integers, attrs.own. */
typedef struct code_end {
    rescale_rounding how;
    int zero;
    code_range range;
    const char *table; /* its name, or NULL */
    act_tables tables; /* what it has */
    bool several;      /* there are several, and the vector `number` says which one each lane looks up */
    bool adds;         /* has a residual */
    add_integers add;
} code_end;

code_end code_end_of(emitter *e, const node *n);

/* The codes that are stored of a vector of sums. `residual`: its address, or NULL. */
const char *end_codes(arena *a, const target *t, piece x, const code_end *end, const char *sum,
                      const char *multipliers, const char *shifts, const char *residual);

#endif
