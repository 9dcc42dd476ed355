/* import.h: what the parts of the importer share: the state, and reading a node's inputs and attributes.
 *
 * One walk over the nodes, which a file lists in order. Each value is a constant, or a tensor of the graph and
 * how the file counts it (view.h). A node whose inputs are all constants is folded; others have a rule that
 * adds to the graph. Where a rule fails, it has said why, and the node's outputs are unknown, so that what
 * reads them is passed over and the next fault is found. */
#ifndef LCC_ONNX_IMPORT_H
#define LCC_ONNX_IMPORT_H

#include "onnx/constant.h"
#include "onnx/model.h"
#include "onnx/onnx.h"
#include "onnx/view.h"

typedef enum value_kind { VALUE_UNKNOWN, VALUE_CONSTANT, VALUE_TENSOR } value_kind;

typedef struct value {
    const char *name;
    value_kind kind;
    constant c;
    int node; /* of the graph */
    view v;
    bool fresh; /* the node was made for this value */
    int uses;   /* by nodes and as an output */
    int weighs; /* how many of them are as a weight */
} value;

typedef struct importer {
    arena *mem, *scratch; /* of the graph, and for the import */
    diag *d;
    loc at;
    graph *g;
    model *m;
    const onnx_options *o;
    map values;
    const Onnx__NodeProto *node; /* the one at work; NULL: an output, */
    const char *output;          /* of that name */
    int64_t work;                /* numbers looked at, against MAX_WORK */
} importer;

enum { MAX_WORK = 1 << 29 };

/* What works out sizes, for tensors and constants alike, has room for so many. */
_Static_assert(VIEW_RANK == (int)CONSTANT_RANK, "one limit of rank for both");

/* --- import.c: values and nodes */

/* An error at the node or output that is being imported; false. */
bool node_error(importer *im, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Input `i` of the node; NULL where it has none or leaves it out. */
value *input(importer *im, int i);
/* The same where there must be one, of that kind; NULL after an error. */
value *tensor_input(importer *im, int i);
const constant *constant_input(importer *im, int i, const char *what);
/* A list of whole numbers, from an attribute or input `i` (-1: none); *count 0 where neither is there. NULL
 * after an error. */
int64_t *whole_numbers(importer *im, const char *attribute, int i, int *count);
/* A number from an attribute or input `i`; NAN where neither is there. False after an error. */
bool number_from(importer *im, const char *attribute, int i, double *out);

/* Output `i` of the node becomes this. Outputs that have no name are passed over. */
void set_tensor(importer *im, int i, int made, const view *v, bool fresh);
void set_constant(importer *im, int i, const constant *c);
/* Output 0 becomes the node that was made for it, seen as `v`, or as a map [1, c, h, w]; false where that is
 * -1. */
bool set_result(importer *im, int made, const view *v);
bool set_map(importer *im, int made);
int output_count(const importer *im);

/* Counts `count` numbers as looked at; false after an error where that is too much. */
bool spend(importer *im, int64_t count);

/* A constant to be filled in, its numbers counted as work; NULL after an error where it would be too large. */
double *new_constant(importer *im, constant *c, const int64_t *dims, int rank, bool whole);

/* --- attributes.c; where the attribute is there and of another type: an error, and the default */
const Onnx__AttributeProto *find_attribute(const importer *im, const char *name);
int64_t attribute_int(importer *im, const char *name, int64_t otherwise);
double attribute_float(importer *im, const char *name, double otherwise);
const char *attribute_string(importer *im, const char *name, const char *otherwise);
/* An int for each of `count`, from a list of exactly so many; `otherwise` where there is none. False after an
 * error. */
bool attribute_ints(importer *im, const char *name, int count, int otherwise, int *out);

/* An axis of `rank`, negative ones counted from the end; -1 after an error. */
int check_axis(importer *im, int64_t axis, int rank);
int clamp_int(int64_t number);

/* --- build.c: adding to the graph. Each returns the node, or -1 after an error. */
int add_op(importer *im, op_kind op, const int *in, int n_in, const attrs *a);
int add_unary(importer *im, op_kind op, int x);
/* scale[c] * x + shift[c], where there is one of each for all channels (count 1) or one a channel. */
int add_scale_shift(importer *im, int x, const double *scale, const double *shift, int count);
int add_shift(importer *im, int x, double shift);
int add_scale(importer *im, int x, double scale);
/* max(low, min(high, x)); infinite: no bound */
int add_clip(importer *im, int x, double low, double high);
/* The float of a weight; reported once a node where it is none. */
float to_weight(importer *im, double number, bool *good);
/* Gives a node of the graph the label that a checkpoint would have for it, from the weight's name or the
 * node's. */
void label_node(importer *im, int made, const value *weight);

/* Sees to it that the channels of `x` are counted in the map's order, with a shuffle if need be. */
bool order_channels(importer *im, value *x);
/* The same, and that it is a map [1, c, h, w]. */
bool as_planes(importer *im, value *x);
/* Input 0 so; false after an error. */
bool map_input(importer *im, value *x);
/* What a constant adds up to for each channel of a tensor seen as `v`: *count 1 or c. False after an error. */
bool channel_values(importer *im, const constant *c, const value *x, double **values, int *count);

/* --- finish.c */

/* The graph without what no output needs, its labels unique. NULL after an error. */
graph *finish_graph(importer *im);
/* A name of an input or output that can stand in a .net file and in C. */
const char *make_identifier(arena *a, const char *name, const char *kind);

/* --- rules and folds, by op type */

typedef bool (*rule)(importer *im);

typedef struct op_rule {
    const char *type;
    rule make; /* for tensors; NULL: only constants */
    rule fold; /* where all inputs are constants; NULL: not folded */
} op_rule;

const op_rule *find_rule(const char *type);

/* The rules, each in the file of its family. False after an error. */

/* layers.c. The stride, dilation and padding of a window over `in`, whose kernel is set; false after an error.
 */
bool read_window(importer *im, attrs *a, shape in);
bool make_conv(importer *im);
bool make_gemm(importer *im);
bool make_matmul(importer *im);
bool make_batch_norm(importer *im);

/* pools.c */
bool make_max_pool(importer *im);
bool make_average_pool(importer *im);
bool make_global_average_pool(importer *im);
bool make_global_max_pool(importer *im);
bool make_reduce_mean(importer *im);
bool make_resize(importer *im);
bool make_pad(importer *im);

/* activations.c */
bool make_relu(importer *im);
bool make_sigmoid(importer *im);
bool make_tanh(importer *im);
bool make_clip(importer *im);
bool make_leaky_relu(importer *im);
bool make_prelu(importer *im);
bool make_hard_sigmoid(importer *im);
bool make_hard_swish(importer *im);
bool make_softmax(importer *im);
bool make_identity(importer *im);
bool make_neg(importer *im);

/* arithmetic.c */
bool make_add(importer *im);
bool make_sub(importer *im);
bool make_mul(importer *im);
bool make_div(importer *im);
bool make_sum(importer *im);

/* rearrange.c */
bool make_reshape(importer *im);
bool make_flatten(importer *im);
bool make_squeeze(importer *im);
bool make_unsqueeze(importer *im);
bool make_transpose(importer *im);
bool make_concat(importer *im);
bool make_split(importer *im);
bool make_slice(importer *im);
bool make_gather(importer *im);
bool make_shape(importer *im);

/* fold.c, fold_shape.c */
bool fold_add(importer *im);
bool fold_sub(importer *im);
bool fold_mul(importer *im);
bool fold_div(importer *im);
bool fold_pow(importer *im);
bool fold_min(importer *im);
bool fold_max(importer *im);
bool fold_equal(importer *im);
bool fold_neg(importer *im);
bool fold_sqrt(importer *im);
bool fold_floor(importer *im);
bool fold_ceil(importer *im);
bool fold_cast(importer *im);
bool fold_identity(importer *im);
bool fold_where(importer *im);
bool fold_constant(importer *im);
bool fold_constant_of_shape(importer *im);
bool fold_shape(importer *im);
bool fold_reshape(importer *im);
bool fold_flatten(importer *im);
bool fold_squeeze(importer *im);
bool fold_unsqueeze(importer *im);
bool fold_transpose(importer *im);
bool fold_concat(importer *im);
bool fold_split(importer *im);
bool fold_slice(importer *im);
bool fold_gather(importer *im);
bool fold_expand(importer *im);
bool fold_range(importer *im);
bool fold_reduce_prod(importer *im);

/* rearrange.c: what the shapes of both worlds share. The sizes that the node gives to a tensor of those;
       false after an error. */
typedef bool (*sizes_rule)(importer *im, const int64_t *sizes, int rank, int64_t *out, int *out_rank);
bool reshaped_sizes(importer *im, const int64_t *sizes, int rank, int64_t *out, int *out_rank);
bool flattened_sizes(importer *im, const int64_t *sizes, int rank, int64_t *out, int *out_rank);
bool squeezed_sizes(importer *im, const int64_t *sizes, int rank, int64_t *out, int *out_rank);
bool unsqueezed_sizes(importer *im, const int64_t *sizes, int rank, int64_t *out, int *out_rank);
bool transposed_order(importer *im, int rank, int *order);
/* Where a Slice begins on each axis, its step, and how many it takes. */
typedef struct cut {
    int64_t begin, step, count;
} cut;
bool slice_cuts(importer *im, const int64_t *sizes, int rank, cut *cuts);
/* The sizes of the parts along the axis, and the axis. */
bool split_sizes(importer *im, const int64_t *sizes, int rank, int *axis, int64_t *parts, int most);

#endif
