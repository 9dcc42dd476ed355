/* rules.c: every operator that is supported, with its rules for tensors and for constants. Sorted by name. */
#include "onnx/rules.h"

#include <stdlib.h>
#include <string.h>

static const op_rule rules[] = {
    {"Add", make_add, fold_add},
    {"AveragePool", make_average_pool, NULL},
    {"BatchNormalization", make_batch_norm, NULL},
    {"Cast", make_cast, fold_cast_op},
    {"CastLike", make_cast_like, make_cast_like},
    {"Ceil", NULL, fold_ceil},
    {"Clip", make_clip, NULL},
    {"Concat", make_concat, fold_concat_op},
    {"Constant", NULL, fold_constant},
    {"ConstantOfShape", NULL, fold_constant_of_shape},
    {"Conv", make_conv, NULL},
    {"Div", make_div, fold_div},
    {"Dropout", make_dropout, make_dropout},
    {"Equal", NULL, fold_equal},
    {"Expand", rule_expand, rule_expand},
    {"Flatten", rule_flatten, rule_flatten},
    {"Floor", NULL, fold_floor},
    {"Gather", rule_gather, rule_gather},
    {"Gemm", make_gemm, NULL},
    {"GlobalAveragePool", make_global_average_pool, NULL},
    {"GlobalMaxPool", make_global_max_pool, NULL},
    {"HardSigmoid", make_hard_sigmoid, NULL},
    {"HardSwish", make_hard_swish, NULL},
    {"Identity", make_identity, fold_identity_op},
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
    {"Range", NULL, fold_range_op},
    {"ReduceMean", make_reduce_mean, NULL},
    {"ReduceProd", NULL, fold_reduce_prod},
    {"Relu", make_relu, NULL},
    {"Reshape", rule_reshape, rule_reshape},
    {"Resize", make_resize, NULL},
    {"Shape", fold_shape, fold_shape},
    {"Sigmoid", make_sigmoid, NULL},
    {"Slice", rule_slice, rule_slice},
    {"Softmax", make_softmax, NULL},
    {"Split", rule_split, rule_split},
    {"Sqrt", NULL, fold_sqrt},
    {"Squeeze", rule_squeeze, rule_squeeze},
    {"Sub", make_sub, fold_sub},
    {"Sum", make_sum, NULL},
    {"Swish", make_swish, NULL},
    {"Tanh", make_tanh, NULL},
    {"Tile", rule_tile, rule_tile},
    {"Transpose", rule_transpose, rule_transpose},
    {"Unsqueeze", rule_unsqueeze, rule_unsqueeze},
    {"Upsample", make_resize, NULL},
    {"Where", NULL, fold_where_op},
};

static int compare_types(const void *type, const void *r) { return strcmp(type, ((const op_rule *)r)->type); }

const op_rule *find_rule(const char *type) {
    return bsearch(type, rules, sizeof rules / sizeof *rules, sizeof *rules, compare_types);
}
