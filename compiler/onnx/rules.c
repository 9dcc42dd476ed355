/* rules.c: every operator that is covered, with what makes it of tensors and what folds it where all is
 * constant. Sorted by name. */
#include "onnx/import.h"

#include <stdlib.h>
#include <string.h>

static const op_rule rules[] = {
    {"Add", make_add, fold_add},
    {"AveragePool", make_average_pool, NULL},
    {"BatchNormalization", make_batch_norm, NULL},
    {"Cast", make_identity, fold_cast},
    {"Ceil", NULL, fold_ceil},
    {"Clip", make_clip, NULL},
    {"Concat", make_concat, fold_concat},
    {"Constant", NULL, fold_constant},
    {"ConstantOfShape", NULL, fold_constant_of_shape},
    {"Conv", make_conv, NULL},
    {"Div", make_div, fold_div},
    {"Dropout", make_identity, fold_identity},
    {"Equal", NULL, fold_equal},
    {"Expand", NULL, fold_expand},
    {"Flatten", make_flatten, fold_flatten},
    {"Floor", NULL, fold_floor},
    {"Gather", make_gather, fold_gather},
    {"Gemm", make_gemm, NULL},
    {"GlobalAveragePool", make_global_average_pool, NULL},
    {"GlobalMaxPool", make_global_max_pool, NULL},
    {"HardSigmoid", make_hard_sigmoid, NULL},
    {"HardSwish", make_hard_swish, NULL},
    {"Identity", make_identity, fold_identity},
    {"LeakyRelu", make_leaky_relu, NULL},
    {"MatMul", make_matmul, NULL},
    {"Max", NULL, fold_max},
    {"MaxPool", make_max_pool, NULL},
    {"Min", NULL, fold_min},
    {"Mul", make_mul, fold_mul},
    {"Neg", make_neg, fold_neg},
    {"PRelu", make_prelu, NULL},
    {"Pad", make_pad, NULL},
    {"Pow", NULL, fold_pow},
    {"Range", NULL, fold_range},
    {"ReduceMean", make_reduce_mean, NULL},
    {"ReduceProd", NULL, fold_reduce_prod},
    {"Relu", make_relu, NULL},
    {"Reshape", make_reshape, fold_reshape},
    {"Resize", make_resize, NULL},
    {"Shape", make_shape, fold_shape},
    {"Sigmoid", make_sigmoid, NULL},
    {"Slice", make_slice, fold_slice},
    {"Softmax", make_softmax, NULL},
    {"Split", make_split, fold_split},
    {"Sqrt", NULL, fold_sqrt},
    {"Squeeze", make_squeeze, fold_squeeze},
    {"Sub", make_sub, fold_sub},
    {"Sum", make_sum, NULL},
    {"Tanh", make_tanh, NULL},
    {"Transpose", make_transpose, fold_transpose},
    {"Unsqueeze", make_unsqueeze, fold_unsqueeze},
    {"Upsample", make_resize, NULL},
    {"Where", NULL, fold_where},
};

static int compare_types(const void *type, const void *r) { return strcmp(type, ((const op_rule *)r)->type); }

const op_rule *find_rule(const char *type) {
    return bsearch(type, rules, sizeof rules / sizeof *rules, sizeof *rules, compare_types);
}
