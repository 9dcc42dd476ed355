/* contract.h: products of two tensors that sum over some of their axes: MatMul, Gemm and Einsum. */
#ifndef LCC_IMPORT_CONTRACT_H
#define LCC_IMPORT_CONTRACT_H

#include "import/arrange.h"

/* Names the axes of a product as Einsum does: axes of the same label, which is above 0, are the same index. The
 * product sums over the labels that the result does not have. Label 0 is for axes of length 1 that the result
 * does not have. */
typedef struct contraction {
    int x[VIEW_RANK], y[VIEW_RANK]; /* of each axis of the two factors */
    int out[VIEW_RANK], rank;       /* of the result */
} contraction;

/* The product of two values (as_value), of which one may be a constant; then it is a layer with weights.
 * `bias`, which may be NULL, has a number for each entry of the constant's axes in the result, and is added.
 * Returns the node, and sets *v to the view of the result. -1 after an error. */
int add_contraction(importer *im, const file_value *x, const file_value *y, const contraction *c,
                    const double *bias, file_view *v);

/* NumPy's rule for matrices: the last two axes are multiplied, and those before them are broadcast. */
int add_matmul(importer *im, const file_value *x, const file_value *y, file_view *v);

#endif
