/* view.h: how a tensor of a file, of any rank and order of axes, lies in a tensor [h, w, c] of the graph.
 *
 * Files rearrange tensors by Reshape, Transpose, Squeeze and the like. A graph of feature maps has no such ops,
 * and needs none: they move no number, they only change how the numbers are counted. So each axis of the file's
 * tensor is written as a product of factors, outermost first. A factor is a part of one axis of the map: `size`
 * steps of `stride` along h, w or c. For example, [1, 116, 28, 28] is [], [c 116/1], [h 28/1], [w 28/1].
 * Reshaped to [1, 2, 58, 28, 28], its channels are [c 2/58], [c 58/1]. Transposed and reshaped back, they are
 * [c 58/1, c 2/58], which is a shuffle in two groups. */
#ifndef LCC_IMPORT_VIEW_H
#define LCC_IMPORT_VIEW_H

#include "graph/graph.h"

enum { VIEW_RANK = 8, VIEW_FACTORS = 24 };

typedef enum map_axis { MAP_H, MAP_W, MAP_C } map_axis;

typedef struct factor {
    map_axis axis;
    int size, stride; /* size at least 2 */
} factor;

typedef struct file_view {
    int rank;
    /* Axis i is the product of factors[begin[i]] .. factors[begin[i + 1] - 1]. The last entry serves an axis
     * that is being appended. */
    int begin[VIEW_RANK + 2];
    factor factors[VIEW_FACTORS];
} file_view;

file_view view_planes(shape s); /* a map [h, w, c] as [1, c, h, w] */
file_view view_pixels(shape s); /* as [1, h, w, c] */
file_view view_vector(int c);   /* a map [1, 1, c] as [1, c] */

int view_count(const file_view *v, int axis);        /* the number of factors of the axis */
int64_t view_size(const file_view *v, int axis);     /* the length of the axis */
void view_sizes(const file_view *v, int64_t *sizes); /* the lengths of all axes */

/* Gives `v` other axes over the same elements in the same order. False, with `v` as it was, where that would
 * split a factor unevenly. */
bool view_reshape(file_view *v, const int64_t *sizes, int rank);

/* Axis i of the result is axis order[i] of `v`. */
void view_transpose(file_view *v, const int *order);

void view_append_axis(file_view *v, const file_view *from, int axis); /* adds an axis of another view */
void view_set_axis(file_view *v, int axis,
                   factor f);                 /* replaces the axis by one factor, which may be of size 1 */
void view_clear_axis(file_view *v, int axis); /* leaves an axis of length 1 */
void view_drop_axis(file_view *v, int axis);  /* leaves one axis fewer */

/* Whether the axes of both are the same factors; -1 stands for an axis of length 1. */
bool view_same_axis(const file_view *x, int x_axis, const file_view *y, int y_axis);
bool view_equal(const file_view *x, const file_view *y);

/* Lists the factors of an axis of the map, in the order in which the view counts them and with neighbours
 * joined. Returns how many there are. */
int view_factors_of(const file_view *v, map_axis axis, factor *list);

/* Whether the view counts the axis of the map in the map's own order. */
bool view_in_order(const file_view *v, map_axis axis);

/* Renumbers the channels so that the view counts them in order. The caller has put the map's channels into the
 * order in which the view counted them. */
void view_order_channels(file_view *v);

/* Whether the axis is all of one axis of the map, which is `size` long. */
bool view_is_whole(const file_view *v, int axis, map_axis of, int size);

#endif
