/* build.h: adding to the graph what a node of a file means.
 *
 * Functions `add_..` return a node of the graph, or -1 after an error. Those with one input take -1 for it, and
 * pass it on. Functions `build_..` read the inputs of the file's node at work, and set its outputs. They return
 * false after an error. */
#ifndef LCC_IMPORT_BUILD_H
#define LCC_IMPORT_BUILD_H

#include "import/materialise.h"

/* --- build.c: single nodes of the graph */

int add_op(importer *im, op_kind op, const int *in, int n_in, const attrs *a);
int add_unary(importer *im, op_kind op, int x);
/* A tensor of these numbers, which are codes where `q` is on. */
int add_constant(importer *im, shape s, const double *numbers, const quant *q);
/* x * scale[c] + shift[c]. `count` is 1 for one pair for all channels, or the number of channels. A sixth of
 * relu6(x + 3) becomes hsigmoid, and x times that hswish. */
int add_scale_shift(importer *im, int x, const double *scale, const double *shift, int count);
int add_shift(importer *im, int x, double shift);
int add_scale(importer *im, int x, double scale);
/* max(low, min(high, x)); an infinite bound is none. */
int add_clip(importer *im, int x, double low, double high);
/* A pool over the whole height, the whole width, or both, whose output has one row, one column, or both. */
int add_whole_pool(importer *im, op_kind op, int x, bool over_h, bool over_w);
/* The word of a .net file for these sides of padding, where there is one; else PAD_EXPLICIT. */
pad_kind name_padding(const attrs *a, shape in);
/* Gives a node of the graph the label that a checkpoint would have for it: from the name of its weight, which
 * may be NULL, else from the name of the file's node. */
void label_node(importer *im, int made, const file_value *weight);

/* --- weights.c: weights in the graph's order */

/* The number as a weight. Where a float cannot hold it, *good becomes false, and the first such number of a
 * node is reported. */
float to_weight(importer *im, double number, bool *good);
/* Room for the numbers of a weight, which are zero. */
float *new_weights(importer *im, tensor *t);
/* Fills a vector (a bias, scales) with so many numbers as it has; one of int32 only holds whole ones. `what`
 * names it in messages. */
bool fill_numbers(importer *im, tensor *t, const double *numbers, const char *what);
/* Fills one of the node's vectors (a bias, a norm's statistics), called `what` in messages. */
bool fill_vector(importer *im, tensor *t, const constant *c, const char *what);

/* A convolution's weights, of any order of axes. */
typedef struct filters {
    const constant *c;
    int64_t out, in; /* channels; `in` of one group */
    int64_t kernel[2];
    int64_t out_step, in_step, kernel_step[2]; /* how far apart neighbours along each axis lie */
} filters;

/* Fills the weights of `n`, which is a conv [out, kh, kw, in] or depthwise [kh, kw, out]. */
bool fill_filters(importer *im, const node *n, const filters *w);
/* The same for a conv_transpose, whose weights are [out, kh, kw, in]. `out` and `in` are those of one group
 * here; input channel i of group g is the file's channel g * in + i. */
bool fill_transposed(importer *im, const node *n, const filters *w);

/* --- maps.c */

/* What a constant that is broadcast over `x` holds for each channel. *count is 1 where it holds one number. */
bool channel_values(importer *im, const constant *c, const file_value *x, double **values, int *count);

/* --- product.c */

/* A dense layer's matrix. */
typedef struct matrix {
    const constant *c; /* of rank 2 or more, where all but the last two axes are 1 */
    bool transposed;   /* [out, in]; else [in, out] */
    int64_t in, out;   /* set by read_matrix */
    double scale;      /* by which each element is multiplied */
} matrix;

bool read_matrix(importer *im, matrix *w);
/* x times the matrix over the last axis, plus `bias` [out], which may be NULL. It is a dense layer where that
 * axis holds the whole tensor, in whatever order, and a 1x1 convolution where it holds the channels. Returns
 * the node and sets *v to the view of the result. */
int add_product(importer *im, file_value x, const matrix *w, const double *bias, file_view *v);

/* --- elementwise.c */

/* Input 0 through a function of one number. */
bool build_unary(importer *im, op_kind op);
/* The same with the numbers that an activation takes. */
bool build_activation(importer *im, op_kind op, double first, double second);
/* Input 0 where it is positive, else `slope` times input 0. */
bool build_leaky_relu(importer *im, double slope);
/* The same where input 1, a constant, holds a slope for each channel. */
bool build_prelu(importer *im);

/* --- arithmetic.c: input 0 and input 1, of which one may be a constant */

bool build_add(importer *im);
bool build_sub(importer *im);
bool build_mul(importer *im);
bool build_div(importer *im);
bool build_pow(importer *im);
/* All inputs joined by one op: their sum, their mean (a sum and `mean`), the least or the largest of them. */
bool build_joins(importer *im, op_kind op, bool mean);

/* --- pad.c */

/* Input 0 with so much around each axis: the number `fill`, or what the mode says. Where a pad is negative, so
 * much is cut off, and it becomes 0. */
bool build_pad(importer *im, int64_t *before, int64_t *behind, pad_mode around, double fill);

/* --- rearrange.c: other axes over the same numbers, and parts of an axis */

/* A part of an axis: `count` entries from `begin`, `step` apart. */
typedef struct axis_cut {
    int64_t begin, step, count;
} axis_cut;

/* Input 0 with these sizes. */
bool build_reshape(importer *im, const int64_t *sizes, int rank);
/* Input 0 with axis order[i] as axis i. */
bool build_transpose(importer *im, const int *order);
/* `x` becomes that part of itself. */
bool take_cut(importer *im, file_value *x, int axis, axis_cut cut);
/* Input 0 cut along the axis into parts, one for each output. */
bool build_split(importer *im, int axis, const int64_t *parts);
/* The part of input 0 that the cuts of its axes name. */
bool build_slice(importer *im, const axis_cut *cuts);
/* The entries of input 0 along the axis that input 1, a constant, lists; the axes of that take the place of the
 * axis.
 */
bool build_gather(importer *im, int axis);

/* --- join.c */

/* The nodes joined along an axis. -1 after an error. */
int add_join(importer *im, const int *nodes, int count, map_axis axis);
/* All inputs joined along an axis, which may be negative. */
bool build_concat(importer *im, int64_t axis);
/* Input 0 so many times along each of its axes; input 0 broadcast with a tensor of those sizes. */
bool build_tile(importer *im, const int64_t *times);
bool build_expand(importer *im, const int64_t *sizes, int rank);
/* `x` becomes itself broadcast with a tensor of those sizes. */
bool expand_value(importer *im, file_value *x, const int64_t *sizes, int rank);

/* --- select.c */

/* Where input 0, a constant, is not 0, input 1, else input 2, of which one at least is a tensor. */
bool build_where(importer *im);

/* --- reduce.c: `set` has true for each axis of the file's tensor that is meant */

/* Input 0 reduced over these axes, or over all where there are none. The axes stay with length 1 (`keep`), or
 * go. add_reduced returns the node and sets *v to its view; -1 after an error. */
int add_reduced(importer *im, reduction r, const int64_t *axes, int count, bool keep, file_view *v);
bool build_reduction(importer *im, reduction r, const int64_t *axes, int count, bool keep);
/* The mean, over at least one axis. */
bool build_mean(importer *im, const int64_t *axes, int count, bool keep);
/* The positions of the largest numbers (OP_ARGMAX) or smallest ones along an axis, which stays or goes; of
 * equal numbers the last one or the first. */
bool build_positions(importer *im, op_kind op, int64_t axis, bool keep, bool last);
/* Whether the node holds such positions, in whatever order. */
bool holds_positions(const importer *im, int index);
/* softmax, log_softmax or l2_norm of `x` along the axes of the set; `eps` counts for l2_norm. */
bool build_along(importer *im, op_kind op, const file_value *x, const bool *set, double eps);
bool build_softmax(importer *im, const file_value *x, const bool *set);
/* x / the sum of its sizes along the axes of the set. */
bool build_l1_norm(importer *im, const file_value *x, const bool *set);

/* --- norm.c */

/* A layer_norm, rms_norm or group_norm of node x, whose gamma and beta are the inputs 1 and 2 of the node at
 * work, if it has them: one number for each of `group` neighbouring channels, or one for all. */
int add_norm_layer(importer *im, op_kind op, int x, int groups, double eps, int64_t group);
/* layer_norm or rms_norm of input 0 over its axes from `from` on. */
bool build_norm_behind(importer *im, op_kind op, int64_t from, double eps);
/* group_norm of input 0, a map; groups 0: each channel. by_group: gamma and beta have a number for each group.
 */
bool build_group_norm(importer *im, int64_t groups, double eps, bool by_group);

#endif
