/* fold.h: nodes whose inputs are all constants: the arithmetic of sizes that files write out, and weights that
 * are transposed or reshaped before they are used.
 *
 * Each function reads the inputs of the file's node at work and sets its outputs; it returns false after an
 * error. It computes in double precision: integers up to 2^53 are exact, and floats are rounded once, when they
 * become weights. */
#ifndef LCC_IMPORT_FOLD_H
#define LCC_IMPORT_FOLD_H

#include "import/build.h"

/* A constant to be filled in, whose numbers count as work. NULL after an error where it would be too large. */
double *new_constant(importer *im, constant *c, const int64_t *dims, int rank, number_type type);

/* --- fold.c: element by element */

/* `whole`: both are integers. */
typedef double (*fold_function)(double x, double y, bool whole);

/* Inputs 0 and 1, broadcast. NUMBER_NONE as the type: that of what is computed from both. */
bool fold_binary(importer *im, fold_function f, number_type type);
/* Input 0 through a function of one number; output of that type. */
bool fold_unary(importer *im, double (*f)(double x), number_type type);
/* Input 0 as it is; the same as numbers of another type, where floats are rounded towards 0 to integers. */
bool fold_identity(importer *im);
bool fold_cast(importer *im, number_type type);
/* Where input 0 is not 0, input 1, else input 2. */
bool fold_where(importer *im);
/* Broadcast: where the condition is not 0 (`where`), or is 0, the numbers of `c`, or 1 where that is NULL; else
 * 0. */
bool fold_select(importer *im, const constant *condition, const constant *c, bool where, constant *out);
/* Input 0 broadcast with a tensor of those sizes. */
bool fold_expand(importer *im, const int64_t *sizes, int rank);
/* Input 0 so many times along each of its axes. */
bool fold_tile(importer *im, const int64_t *times);
/* Scalars: from input 0 up to, and without, input 1 in steps of input 2. */
bool fold_range(importer *im);

/* --- fold_parts.c: taken apart, put together and counted anew */

/* Input 0 with these sizes, which hold as many numbers. */
bool fold_reshape(importer *im, const int64_t *sizes, int rank);
/* Input 0 with axis order[i] as axis i. */
bool fold_transpose(importer *im, const int *order);
/* The part of input 0 that the cuts of its axes name. */
bool fold_slice(importer *im, const axis_cut *cuts);
/* Input 0 cut along the axis into parts, one for each output. */
bool fold_split(importer *im, int axis, const int64_t *parts);
/* The entries of input 0 along the axis that input 1 lists. The output has the axes before that one, those of
 * input 1, and the axes behind it. */
bool fold_gather(importer *im, int axis);
/* All inputs joined along an axis, which may be negative. */
bool fold_concat(importer *im, int64_t axis);
/* Input 0 with zeros below its diagonal (`upper`), or above it, in the last two axes. The diagonal is `k`
 * entries to the right. */
bool fold_triangle(importer *im, bool upper, int64_t k);
/* Where input 0 is not zero: a list of indices for each of its axes. */
bool fold_nonzero(importer *im);
/* The product of all numbers of input 0, a list. With `keep`, it is a list of one. */
bool fold_product(importer *im, bool keep);

#endif
