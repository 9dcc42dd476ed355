/* materialise.h: brings a tensor of the file into a form that an op of the graph can work on.
 *
 * An op of the graph knows the axes h, w and c alone, and an operator of a file names any axes of a tensor of
 * up to 8. Each function takes a copy of a tensor's value, and sees to it that the axes which the operator
 * names are h, w or c of x->node (arrange.h). It changes x->node and x->v; the axes of x->v keep their numbers
 * and sizes. It returns false after an error.
 *
 * An operator whose output has the sizes of its input then has x->v as the view of its output. */
#ifndef LCC_IMPORT_MATERIALISE_H
#define LCC_IMPORT_MATERIALISE_H

#include "import/arrange.h"

/* One axis: *which of h, w and c is all of it, in its order. */
bool as_axis(importer *im, file_value *x, int axis, map_axis *which);
/* How as_axis arranges a tensor whose axis is not one of h, w and c. `length`: how long the axis may become. */
arrangement around_axis(const file_view *v, int axis, int64_t length, map_axis *which);

/* A set of axes, over which an operator reduces: over[k] tells whether h, w or c is in the set. At least one
 * is, and none is in part. view_clear_axis leaves the axes of the set with length 1 in the view of the result.
 */
bool as_axes(importer *im, file_value *x, const bool *set, bool *over);

/* A set of axes that a layer has weights for: one behind the other, as the file orders them, they are c. */
bool as_channels(importer *im, file_value *x, const bool *set);

/* A map in the file's layout, of four axes; or of three, which are a map of one row. Then the node's results
 * are such, too (im->row). */
bool as_map(importer *im, file_value *x);
/* Input 0 of the node at work as such a map. */
bool map_input(importer *im, file_value *x);

/* Where the file has shuffled the channels of a map in groups, the map is shuffled, and the view counts the
 * channels in the map's order. Else this does nothing. */
bool undo_shuffle(importer *im, file_value *x);
/* The same, for channels in any order. */
bool order_channels(importer *im, file_value *x);

#endif
