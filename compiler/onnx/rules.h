/* rules.h: the rules for ONNX's operators. Each reads the attributes of a node, and calls what import/ offers.
 *
 * A rule adds to the graph, or folds a node whose inputs are all constants. It returns false after an error. */
#ifndef LCC_ONNX_RULES_H
#define LCC_ONNX_RULES_H

#include "import/build.h"
#include "import/fold.h"
#include "onnx/operator.h"

typedef bool (*onnx_rule)(importer *im, const onnx_op *op);

typedef struct op_rule {
    const char *type;
    onnx_rule make; /* where an input is a tensor; NULL: only constants are supported */
    onnx_rule fold; /* where all inputs are constants; NULL: it is not folded */
} op_rule;

/* rules.c. The rule for an operator: of the standard by its name, else by the domain, a dot and the name. NULL
 * where it is not supported. */
const op_rule *find_rule(const char *type);

/* layers.c */
bool make_conv(importer *im, const onnx_op *op);
bool make_batch_norm(importer *im, const onnx_op *op);

/* product.c */
bool make_matmul(importer *im, const onnx_op *op);
bool make_gemm(importer *im, const onnx_op *op);
bool make_einsum(importer *im, const onnx_op *op);

/* window.c. Reads stride, dilation and padding of a window over `in`, whose kernel is set. False after an
 * error. */
bool read_window(importer *im, const onnx_op *op, attrs *a, shape in);

/* pools.c */
bool make_max_pool(importer *im, const onnx_op *op);
bool make_average_pool(importer *im, const onnx_op *op);
bool make_global_average_pool(importer *im, const onnx_op *op);
bool make_global_max_pool(importer *im, const onnx_op *op);

/* transposed.c */
bool make_conv_transpose(importer *im, const onnx_op *op);
bool make_depth_to_space(importer *im, const onnx_op *op);
bool make_space_to_depth(importer *im, const onnx_op *op);

/* pad.c */
bool make_pad(importer *im, const onnx_op *op);

/* resize.c */
bool make_resize(importer *im, const onnx_op *op);

/* activations.c */
bool make_relu(importer *im, const onnx_op *op);
bool make_sigmoid(importer *im, const onnx_op *op);
bool make_tanh(importer *im, const onnx_op *op);
bool make_clip(importer *im, const onnx_op *op);
bool make_leaky_relu(importer *im, const onnx_op *op);
bool make_abs(importer *im, const onnx_op *op);
bool make_ceil(importer *im, const onnx_op *op);
bool make_erf(importer *im, const onnx_op *op);
bool make_exp(importer *im, const onnx_op *op);
bool make_floor(importer *im, const onnx_op *op);
bool make_log(importer *im, const onnx_op *op);
bool make_mish(importer *im, const onnx_op *op);
bool make_reciprocal(importer *im, const onnx_op *op);
bool make_round(importer *im, const onnx_op *op);
bool make_sign(importer *im, const onnx_op *op);
bool make_softplus(importer *im, const onnx_op *op);
bool make_softsign(importer *im, const onnx_op *op);
bool make_sqrt(importer *im, const onnx_op *op);
bool make_elu(importer *im, const onnx_op *op);
bool make_celu(importer *im, const onnx_op *op);
bool make_thresholded_relu(importer *im, const onnx_op *op);
bool make_selu(importer *im, const onnx_op *op);
bool make_gelu(importer *im, const onnx_op *op);
bool make_prelu(importer *im, const onnx_op *op);
bool make_hard_sigmoid(importer *im, const onnx_op *op);
bool make_hard_swish(importer *im, const onnx_op *op);
bool make_swish(importer *im, const onnx_op *op);
bool make_identity(importer *im, const onnx_op *op);
bool make_cast(importer *im, const onnx_op *op);
bool make_neg(importer *im, const onnx_op *op);

/* norms.c */
bool make_reduce_mean(importer *im, const onnx_op *op);
bool make_reduce_sum(importer *im, const onnx_op *op);
bool make_reduce_max(importer *im, const onnx_op *op);
bool make_reduce_min(importer *im, const onnx_op *op);
bool make_reduce_l1(importer *im, const onnx_op *op);
bool make_reduce_l2(importer *im, const onnx_op *op);
bool make_reduce_prod(importer *im, const onnx_op *op);
bool make_reduce_sum_square(importer *im, const onnx_op *op);
bool make_reduce_log_sum_exp(importer *im, const onnx_op *op);
bool make_reduce_log_sum(importer *im, const onnx_op *op);
bool make_argmax(importer *im, const onnx_op *op);
bool make_argmin(importer *im, const onnx_op *op);
bool make_softmax(importer *im, const onnx_op *op);
bool make_log_softmax(importer *im, const onnx_op *op);
bool make_lp_norm(importer *im, const onnx_op *op);
bool make_layer_norm(importer *im, const onnx_op *op);
bool make_rms_norm(importer *im, const onnx_op *op);
bool make_instance_norm(importer *im, const onnx_op *op);
bool make_group_norm(importer *im, const onnx_op *op);
bool make_mean_variance_norm(importer *im, const onnx_op *op);
bool make_lrn(importer *im, const onnx_op *op);

/* arithmetic.c */
bool make_add(importer *im, const onnx_op *op);
bool make_sub(importer *im, const onnx_op *op);
bool make_mul(importer *im, const onnx_op *op);
bool make_div(importer *im, const onnx_op *op);
bool make_sum(importer *im, const onnx_op *op);
bool make_mean(importer *im, const onnx_op *op);
bool make_min(importer *im, const onnx_op *op);
bool make_max(importer *im, const onnx_op *op);
bool make_pow(importer *im, const onnx_op *op);
bool fold_add(importer *im, const onnx_op *op);
bool fold_sub(importer *im, const onnx_op *op);
bool fold_mul(importer *im, const onnx_op *op);
bool fold_div(importer *im, const onnx_op *op);
bool fold_pow(importer *im, const onnx_op *op);
bool fold_min(importer *im, const onnx_op *op);
bool fold_max(importer *im, const onnx_op *op);
bool fold_equal(importer *im, const onnx_op *op);
bool fold_neg(importer *im, const onnx_op *op);
bool fold_sqrt(importer *im, const onnx_op *op);
bool fold_abs(importer *im, const onnx_op *op);
bool fold_exp(importer *im, const onnx_op *op);
bool fold_log(importer *im, const onnx_op *op);
bool fold_erf(importer *im, const onnx_op *op);
bool fold_sin(importer *im, const onnx_op *op);
bool fold_cos(importer *im, const onnx_op *op);
bool fold_round(importer *im, const onnx_op *op);
bool fold_reciprocal(importer *im, const onnx_op *op);
bool fold_floor(importer *im, const onnx_op *op);
bool fold_ceil(importer *im, const onnx_op *op);
bool make_where(importer *im, const onnx_op *op);
bool fold_where_op(importer *im, const onnx_op *op);
bool fold_range_op(importer *im, const onnx_op *op);
bool fold_reduce_prod(importer *im, const onnx_op *op);

/* quantised.c */
bool make_quantize(importer *im, const onnx_op *op);
bool make_dequantize(importer *im, const onnx_op *op);
bool fold_quantize(importer *im, const onnx_op *op);
bool fold_dequantize(importer *im, const onnx_op *op);
/* The operators that compute with quantised numbers. */
bool make_linear(importer *im, const onnx_op *op);
/* Whether the node at work reads quantised numbers, as codes. */
bool reads_quantised(const importer *im);
/* Imports such a node, if its operator only moves numbers, by the operator's rule. */
bool make_on_codes(importer *im, const onnx_op *op, onnx_rule rule);
/* What is said of an operator that has no rule. */
const char *why_refused(const char *type);

/* logic.c */
bool fold_less(importer *im, const onnx_op *op);
bool fold_at_most(importer *im, const onnx_op *op);
bool fold_greater(importer *im, const onnx_op *op);
bool fold_at_least(importer *im, const onnx_op *op);
bool fold_and(importer *im, const onnx_op *op);
bool fold_or(importer *im, const onnx_op *op);
bool fold_xor(importer *im, const onnx_op *op);
bool fold_not(importer *im, const onnx_op *op);
bool fold_mod(importer *im, const onnx_op *op);
bool fold_trilu(importer *im, const onnx_op *op);
bool fold_nonzero_op(importer *im, const onnx_op *op);
bool fold_size(importer *im, const onnx_op *op);

/* constants.c */
bool fold_constant(importer *im, const onnx_op *op);
bool fold_constant_of_shape(importer *im, const onnx_op *op);
bool fold_cast_op(importer *im, const onnx_op *op);
bool fold_identity_op(importer *im, const onnx_op *op);
/* These two serve tensors, too. */
bool make_dropout(importer *im, const onnx_op *op);
bool make_cast_like(importer *im, const onnx_op *op);
/* Serves tensors, too, because their sizes are known. */
bool fold_shape(importer *im, const onnx_op *op);

/* rearrange.c; a rule_.. serves tensors and constants alike */
bool rule_reshape(importer *im, const onnx_op *op);
bool rule_flatten(importer *im, const onnx_op *op);
bool rule_squeeze(importer *im, const onnx_op *op);
bool rule_unsqueeze(importer *im, const onnx_op *op);
bool rule_transpose(importer *im, const onnx_op *op);
bool make_concat(importer *im, const onnx_op *op);
bool fold_concat_op(importer *im, const onnx_op *op);
bool rule_split(importer *im, const onnx_op *op);
bool rule_slice(importer *im, const onnx_op *op);
bool rule_gather(importer *im, const onnx_op *op);
bool rule_expand(importer *im, const onnx_op *op);
bool rule_tile(importer *im, const onnx_op *op);

/* --- sizes.c: what the attributes say about sizes, the same for tensors and constants. False after an error.
 */

/* Sets the sizes that the node gives to an input of those sizes. */
typedef bool (*sizes_rule)(importer *im, const onnx_op *op, const int64_t *sizes, int rank, int64_t *out,
                           int *out_rank);
bool reshaped_sizes(importer *im, const onnx_op *op, const int64_t *sizes, int rank, int64_t *out,
                    int *out_rank);
bool flattened_sizes(importer *im, const onnx_op *op, const int64_t *sizes, int rank, int64_t *out,
                     int *out_rank);
bool squeezed_sizes(importer *im, const onnx_op *op, const int64_t *sizes, int rank, int64_t *out,
                    int *out_rank);
bool unsqueezed_sizes(importer *im, const onnx_op *op, const int64_t *sizes, int rank, int64_t *out,
                      int *out_rank);
/* The axis of the input that becomes axis i of the output. */
bool transposed_order(importer *im, const onnx_op *op, int rank, int *order);
/* What a Slice takes along each axis. */
bool slice_cuts(importer *im, const onnx_op *op, const int64_t *sizes, int rank, axis_cut *cuts);
/* The axis of a Split, and the size of each part along it, of which there are at most `most`. */
bool split_sizes(importer *im, const onnx_op *op, const int64_t *sizes, int rank, int *axis, int64_t *parts,
                 int most);

#endif
