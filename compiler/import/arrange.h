/* arrange.h: puts the axes of a file's tensor into another order, as h, w and c of a map.
 *
 * A view (view.h) counts the elements of a map as axes of the file. Where the map lies as it is wanted, nothing
 * is added to the graph. Where only the sizes of h, w and c differ, a `reshape` is added, which moves no
 * number. Else a `transpose` is added, which does. */
#ifndef LCC_IMPORT_ARRANGE_H
#define LCC_IMPORT_ARRANGE_H

#include "import/importer.h"

/* All axes of a view in some order, cut into three: the first `rows` of them become h, the next `columns`
 * become w, and the others become c. */
typedef struct arrangement {
    int count; /* the rank of the view */
    int order[VIEW_RANK];
    int rows, columns;
} arrangement;

/* Input `i` of the node at work, a tensor, or a constant that `arrange` makes a node of; such a constant. False
 * after an error. */
bool as_value(importer *im, int i, file_value *x);
bool constant_value(importer *im, const constant *c, file_value *x);

/* The numbers of such a constant with its axes in that order. */
bool read_arranged(importer *im, const file_value *x, const int *order, double *numbers);

/* Arranges `x` so: changes x->node, and x->v, whose axes keep their numbers and sizes. False after an error. */
bool arrange(importer *im, file_value *x, const arrangement *a);
/* Whether the map lies so already, so that `arrange` adds nothing; whether it adds no transpose. */
bool lies_so(const importer *im, const file_value *x, const arrangement *a);
bool is_free(const file_view *v, const arrangement *a);

/* The view of a tensor of these sizes that lies in the order of the file, in a map of shape *s (in_order). */
file_view ordered_view(const int64_t *sizes, int rank, shape *s);
/* Counts the elements of `x`, in the order of the file, as a tensor of these sizes, which has as many. */
bool recount(importer *im, file_value *x, const int64_t *sizes, int rank);

/* The order of the file: h, w and c are [the others, the last but one, the last] of the axes that are longer
 * than 1. The sizes of the view alone decide. */
arrangement in_order(const file_view *v);
/* An order that needs no transpose, where there is one; else that of the file. rows and columns are 0. */
arrangement easy_order(const file_view *v);

/* Where the axis stands. */
int position_of(const arrangement *a, int axis);
/* Moves the axis at position `from` to position `to`, which is not behind it. */
void move_forward(arrangement *a, int from, int to);
/* Cuts the axes so that h is the first `from` of them, c the last one that is longer than 1, unless it is too
 * long for c, and w those between. */
void cut_behind(const file_view *v, arrangement *a, int from);
/* The product of the lengths of these axes. */
int64_t axes_product(const file_view *v, const int *axes, int count);

#endif
