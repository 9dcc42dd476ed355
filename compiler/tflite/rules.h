/* rules.h: the rules for TensorFlow Lite's operators. Each reads the options of an operator, and calls what
 * import/ offers.
 *
 * A rule adds to the graph, or folds an operator whose inputs are all constants. It returns false after an
 * error. */
#ifndef LCC_TFLITE_RULES_H
#define LCC_TFLITE_RULES_H

#include "import/build.h"
#include "import/fold.h"
#include "tflite/file.h"
#include "tflite/schema.h"

/* An operator at work. */
typedef struct tflite_op {
    tflite_file *f;
    const tflite_operator *o;
    int activation; /* the option that has the function fused into it; -1: none */
} tflite_op;

typedef bool (*tflite_rule)(importer *im, const tflite_op *op);

typedef struct op_rule {
    const char *name;
    int options;      /* the member of the union that holds its options; OPTIONS_NONE: they are not read */
    int activation;   /* the field of these options that names a fused function, plus 1; 0: there is none */
    tflite_rule make; /* where an input is a tensor; NULL: it is not supported */
    tflite_rule fold; /* where all inputs are constants; NULL: it is not folded */
    const char *why;  /* it is not supported; NULL: "is not supported" */
} op_rule;

/* rules.c. The row of an operator; NULL where it has none. */
const op_rule *tfl_find_rule(const tflite_operator *o);

/* --- operator.c: the options of the operator at work; the schema's default where it leaves one out */

int64_t option_int(const tflite_op *op, int field, int otherwise);
int option_byte(const tflite_op *op, int field);
bool option_bool(const tflite_op *op, int field);
double option_float(const tflite_op *op, int field);
/* A list of 32-bit integers; *count is 0 where there is none. NULL after an error. */
int64_t *option_list(importer *im, const tflite_op *op, int field, int *count);

/* The tensor of the model behind input `i` of the operator. */
const tflite_tensor *input_tensor(const tflite_op *op, int i);

/* Runs `rule` as if the operator at work had only these inputs and outputs. */
bool run_part(importer *im, const tflite_op *op, tflite_rule rule, file_value **in, int n_in, file_value **out,
              int n_out);
/* A value for what is between two parts, which one part reads. */
file_value *between_parts(importer *im);

/* Input `i`, which must be there, and the sizes of its axes. NULL after an error. */
const file_value *sized_input(importer *im, int i, int64_t *sizes, int *rank);
/* Output 0 as input 0 with these sizes, whether that is a tensor or a constant. */
bool reshape_value(importer *im, const int64_t *sizes, int rank);

/* --- layers.c */
bool tfl_make_conv(importer *im, const tflite_op *op);
bool tfl_make_depthwise(importer *im, const tflite_op *op);
bool tfl_make_fully_connected(importer *im, const tflite_op *op);
bool tfl_make_transpose_conv(importer *im, const tflite_op *op);
bool tfl_make_mediapipe_transpose(importer *im, const tflite_op *op);

/* --- pools.c */
bool tfl_make_max_pool(importer *im, const tflite_op *op);
bool tfl_make_average_pool(importer *im, const tflite_op *op);

/* --- codes.c */
/* Whether the operator takes codes of int8. */
bool tfl_takes_codes(int operator_code);
bool tfl_make_quantize(importer *im, const tflite_op *op);

/* --- reduce.c */
/* A mean of codes, which is no pool over one axis: such a pool divides in another way. */
bool tfl_mean_of_codes(importer *im, const tflite_op *op);
bool tfl_make_mean(importer *im, const tflite_op *op);
bool tfl_make_sum(importer *im, const tflite_op *op);
bool tfl_make_reduce_max(importer *im, const tflite_op *op);
bool tfl_make_reduce_min(importer *im, const tflite_op *op);
bool tfl_make_reduce_prod(importer *im, const tflite_op *op);
bool tfl_make_arg_max(importer *im, const tflite_op *op);
bool tfl_make_arg_min(importer *im, const tflite_op *op);
bool tfl_make_softmax(importer *im, const tflite_op *op);
bool tfl_make_log_softmax(importer *im, const tflite_op *op);
bool tfl_make_l2_normalization(importer *im, const tflite_op *op);
bool tfl_make_lrn(importer *im, const tflite_op *op);

/* --- spatial.c */
/* A pad with that number, whatever input 2 is. */
bool tfl_pad_with(importer *im, double fill);
bool tfl_make_pad(importer *im, const tflite_op *op);
bool tfl_make_mirror_pad(importer *im, const tflite_op *op);
bool tfl_make_depth_to_space(importer *im, const tflite_op *op);
bool tfl_make_space_to_depth(importer *im, const tflite_op *op);
bool tfl_make_resize_bilinear(importer *im, const tflite_op *op);
bool tfl_make_resize_nearest(importer *im, const tflite_op *op);

/* --- activations.c */
bool tfl_make_relu(importer *im, const tflite_op *op);
bool tfl_make_relu6(importer *im, const tflite_op *op);
bool tfl_make_relu_n1_to_1(importer *im, const tflite_op *op);
bool tfl_make_relu_0_to_1(importer *im, const tflite_op *op);
bool tfl_make_logistic(importer *im, const tflite_op *op);
bool tfl_make_tanh(importer *im, const tflite_op *op);
bool tfl_make_hard_swish(importer *im, const tflite_op *op);
bool tfl_make_leaky_relu(importer *im, const tflite_op *op);
bool tfl_make_prelu(importer *im, const tflite_op *op);
bool tfl_make_neg(importer *im, const tflite_op *op);
bool tfl_make_abs(importer *im, const tflite_op *op);
bool tfl_make_exp(importer *im, const tflite_op *op);
bool tfl_make_log(importer *im, const tflite_op *op);
bool tfl_make_sqrt(importer *im, const tflite_op *op);
bool tfl_make_rsqrt(importer *im, const tflite_op *op);
bool tfl_make_floor(importer *im, const tflite_op *op);
bool tfl_make_ceil(importer *im, const tflite_op *op);
bool tfl_make_round(importer *im, const tflite_op *op);
bool tfl_make_sign(importer *im, const tflite_op *op);
bool tfl_make_gelu(importer *im, const tflite_op *op);
bool tfl_make_elu(importer *im, const tflite_op *op);
bool tfl_make_dequantize(importer *im, const tflite_op *op);
bool tfl_fold_dequantize(importer *im, const tflite_op *op);
bool tfl_make_cast(importer *im, const tflite_op *op);
bool tfl_fold_cast_op(importer *im, const tflite_op *op);
/* The function that the operator's options fuse into it, of output 0. */
bool fuse_activation(importer *im, int function);

/* --- arithmetic.c */
bool tfl_make_add(importer *im, const tflite_op *op);
bool tfl_make_sub(importer *im, const tflite_op *op);
bool tfl_make_mul(importer *im, const tflite_op *op);
bool tfl_make_div(importer *im, const tflite_op *op);
bool tfl_make_add_n(importer *im, const tflite_op *op);
bool tfl_make_maximum(importer *im, const tflite_op *op);
bool tfl_make_minimum(importer *im, const tflite_op *op);
bool tfl_make_pow(importer *im, const tflite_op *op);
bool tfl_make_select(importer *im, const tflite_op *op);
bool tfl_fold_select(importer *im, const tflite_op *op);
bool tfl_make_square(importer *im, const tflite_op *op);
bool tfl_make_squared_difference(importer *im, const tflite_op *op);
bool tfl_make_batch_matmul(importer *im, const tflite_op *op);
bool tfl_fold_add(importer *im, const tflite_op *op);
bool tfl_fold_sub(importer *im, const tflite_op *op);
bool tfl_fold_mul(importer *im, const tflite_op *op);
bool tfl_fold_div(importer *im, const tflite_op *op);
bool tfl_fold_floor_div(importer *im, const tflite_op *op);
bool tfl_fold_max(importer *im, const tflite_op *op);
bool tfl_fold_min(importer *im, const tflite_op *op);
bool tfl_fold_neg(importer *im, const tflite_op *op);
bool tfl_fold_prod(importer *im, const tflite_op *op);
bool tfl_fold_range_op(importer *im, const tflite_op *op);

/* --- rearrange.c; a rule_.. serves tensors and constants alike */
bool tfl_rule_reshape(importer *im, const tflite_op *op);
bool tfl_rule_squeeze(importer *im, const tflite_op *op);
bool tfl_rule_expand_dims(importer *im, const tflite_op *op);
bool tfl_rule_transpose(importer *im, const tflite_op *op);
bool tfl_rule_shape(importer *im, const tflite_op *op);
bool tfl_rule_concat(importer *im, const tflite_op *op);
bool tfl_rule_pack(importer *im, const tflite_op *op);
bool tfl_make_tile(importer *im, const tflite_op *op);
bool tfl_make_broadcast_to(importer *im, const tflite_op *op);
bool tfl_fold_broadcast_to(importer *im, const tflite_op *op);
bool tfl_fold_fill(importer *im, const tflite_op *op);

/* --- parts.c; the same */
bool tfl_rule_slice(importer *im, const tflite_op *op);
bool tfl_rule_strided_slice(importer *im, const tflite_op *op);
bool tfl_rule_split(importer *im, const tflite_op *op);
bool tfl_rule_split_v(importer *im, const tflite_op *op);
bool tfl_rule_unpack(importer *im, const tflite_op *op);
bool tfl_rule_gather(importer *im, const tflite_op *op);
bool tfl_rule_reverse(importer *im, const tflite_op *op);

#endif
