/* broadcast.h: two inputs of an operator, brought to one order.
 *
 * Operators of files broadcast by NumPy's rule: the axes are counted from the last one on, and an axis of
 * length 1 stands for one of any length. Ops of the graph do the same with h, w and c. */
#ifndef LCC_IMPORT_BROADCAST_H
#define LCC_IMPORT_BROADCAST_H

#include "import/arrange.h"

/* Sees to it that x->node and y->node, as [h, w, c], fit each other element by element: each axis has the same
 * length in both, or the length 1 in one of them. *v becomes the view of the result, which has the greater
 * length along each axis. One of the two may be a constant (as_value), which becomes a node. False after an
 * error: the file's sizes do not fit, or an axis is too long. */
bool same_order(importer *im, file_value *x, file_value *y, file_view *v);

/* Adds an op of two inputs that works element by element, on values that are brought together so. Returns the
 * node and sets *v. -1 after an error. */
int add_together(importer *im, op_kind op, file_value x, file_value y, file_view *v);

#endif
