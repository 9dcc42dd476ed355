/* view.h: how a tensor of an ONNX file, of any rank and order of axes, lies in a tensor [h, w, c] of the graph.
 *
 * ONNX files rearrange by Reshape, Transpose, Squeeze and their like, which a graph of feature maps does not
 * have and does not need: they move no number, they only say how to count. So each axis of an ONNX tensor is
 * written as a product of factors, outermost first, and a factor is a stretch of one axis of the map: `size`
 * steps of `stride` along h, w or c. [1, 116, 28, 28] is [], [c 116/1], [h 28/1], [w 28/1]; reshaped to [1, 2,
 * 58, 28, 28] its channels are [c 2/58], [c 58/1]; transposed and reshaped back they are [c 58/1, c 2/58]: a
 * shuffle. */
#ifndef LCC_ONNX_VIEW_H
#define LCC_ONNX_VIEW_H

#include "graph/graph.h"

enum { VIEW_RANK = 8, VIEW_FACTORS = 24 };

typedef enum map_axis { MAP_H, MAP_W, MAP_C } map_axis;

typedef struct factor {
    map_axis axis;
    int size, stride; /* size at least 2 */
} factor;

typedef struct view {
    int rank;
    int begin[VIEW_RANK + 2]; /* axis i is the product of factors[begin[i]] .. factors[begin[i + 1] - 1]; the
                                 last: an axis begun */
    factor factors[VIEW_FACTORS];
} view;

/* [1, c, h, w], [1, h, w, c] and [1, c]. */
view view_planes(shape s);
view view_pixels(shape s);
view view_vector(int c);

int view_count(const view *v, int axis);    /* of factors */
int64_t view_size(const view *v, int axis); /* length of the axis */
void view_sizes(const view *v, int64_t *sizes);

/* The same elements in the same order, counted anew. False where that splits a factor unevenly; `v` is then as
 * before. */
bool view_reshape(view *v, const int64_t *sizes, int rank);

/* Axis i of the result is axis order[i] of `v`. */
void view_transpose(view *v, const int *order);

/* Puts `f` in the place of the axis; of size 1: nothing. */
void view_set_axis(view *v, int axis, factor f);
void view_clear_axis(view *v, int axis);
void view_drop_axis(view *v, int axis);

/* Whether the axes of both are the same factors; -1 stands for an axis of length 1. */
bool view_same_axis(const view *x, int x_axis, const view *y, int y_axis);
bool view_equal(const view *x, const view *y);

/* The factors of an axis of the map in the order in which the view counts them, neighbours joined; how many. */
int view_factors_of(const view *v, map_axis axis, factor *list);

/* Whether the axis of the map is counted as the map does. */
bool view_in_order(const view *v, map_axis axis);

/* Renumbers the channels so that they are counted in order: after the map itself has been shuffled so. */
void view_order_channels(view *v);

/* Whether the axis is one axis of the map, whole, which is `size` long. */
bool view_is_whole(const view *v, int axis, map_axis of, int size);

#endif
