/* rules.c: every operator that is supported, with its rules for tensors and for constants. Sorted by name. */
#include "onnx/rules.h"

#include "onnx/onnx.h"

#include <stdlib.h>
#include <string.h>

static const op_rule rules[] = {
    {"Abs", make_abs, fold_abs},
    {"Add", make_add, fold_add},
    {"And", NULL, fold_and},
    {"ArgMax", make_argmax, NULL},
    {"ArgMin", make_argmin, NULL},
    {"AveragePool", make_average_pool, NULL},
    {"BatchNormalization", make_batch_norm, NULL},
    {"Cast", make_cast, fold_cast_op},
    {"CastLike", make_cast_like, make_cast_like},
    {"Ceil", make_ceil, fold_ceil},
    {"Celu", make_celu, NULL},
    {"Clip", make_clip, NULL},
    {"Concat", make_concat, fold_concat_op},
    {"Constant", NULL, fold_constant},
    {"ConstantOfShape", NULL, fold_constant_of_shape},
    {"Conv", make_conv, NULL},
    {"ConvTranspose", make_conv_transpose, NULL},
    {"Cos", NULL, fold_cos},
    {"DepthToSpace", make_depth_to_space, NULL},
    {"Div", make_div, fold_div},
    {"Dropout", make_dropout, make_dropout},
    {"Einsum", make_einsum, NULL},
    {"Elu", make_elu, NULL},
    {"Equal", NULL, fold_equal},
    {"Erf", make_erf, fold_erf},
    {"Exp", make_exp, fold_exp},
    {"Expand", rule_expand, rule_expand},
    {"Flatten", rule_flatten, rule_flatten},
    {"Floor", make_floor, fold_floor},
    {"Gather", rule_gather, rule_gather},
    {"Gelu", make_gelu, NULL},
    {"Gemm", make_gemm, NULL},
    {"GlobalAveragePool", make_global_average_pool, NULL},
    {"GlobalMaxPool", make_global_max_pool, NULL},
    {"Greater", NULL, fold_greater},
    {"GreaterOrEqual", NULL, fold_at_least},
    {"GroupNormalization", make_group_norm, NULL},
    {"HardSigmoid", make_hard_sigmoid, NULL},
    {"HardSwish", make_hard_swish, NULL},
    {"Identity", make_identity, fold_identity_op},
    {"If", NULL, NULL}, /* import.c takes it */
    {"InstanceNormalization", make_instance_norm, NULL},
    {"LRN", make_lrn, NULL},
    {"LayerNormalization", make_layer_norm, NULL},
    {"LeakyRelu", make_leaky_relu, NULL},
    {"Less", NULL, fold_less},
    {"LessOrEqual", NULL, fold_at_most},
    {"Log", make_log, fold_log},
    {"LogSoftmax", make_log_softmax, NULL},
    {"LpNormalization", make_lp_norm, NULL},
    {"MatMul", make_matmul, NULL},
    {"Max", make_max, fold_max},
    {"MaxPool", make_max_pool, NULL},
    {"Mean", make_mean, NULL},
    {"MeanVarianceNormalization", make_mean_variance_norm, NULL},
    {"Min", make_min, fold_min},
    {"Mish", make_mish, NULL},
    {"Mod", NULL, fold_mod},
    {"Mul", make_mul, fold_mul},
    {"Neg", make_neg, fold_neg},
    {"NonZero", NULL, fold_nonzero_op},
    {"Not", NULL, fold_not},
    {"Or", NULL, fold_or},
    {"PRelu", make_prelu, NULL},
    {"Pad", make_pad, NULL},
    {"Pow", make_pow, fold_pow},
    {"RMSNormalization", make_rms_norm, NULL},
    {"Range", NULL, fold_range_op},
    {"Reciprocal", make_reciprocal, fold_reciprocal},
    {"ReduceL1", make_reduce_l1, NULL},
    {"ReduceL2", make_reduce_l2, NULL},
    {"ReduceLogSum", make_reduce_log_sum, NULL},
    {"ReduceLogSumExp", make_reduce_log_sum_exp, NULL},
    {"ReduceMax", make_reduce_max, NULL},
    {"ReduceMean", make_reduce_mean, NULL},
    {"ReduceMin", make_reduce_min, NULL},
    {"ReduceProd", make_reduce_prod, fold_reduce_prod},
    {"ReduceSum", make_reduce_sum, NULL},
    {"ReduceSumSquare", make_reduce_sum_square, NULL},
    {"Relu", make_relu, NULL},
    {"Reshape", rule_reshape, rule_reshape},
    {"Resize", make_resize, NULL},
    {"Round", make_round, fold_round},
    {"Selu", make_selu, NULL},
    {"Shape", fold_shape, fold_shape},
    {"Sigmoid", make_sigmoid, NULL},
    {"Sign", make_sign, NULL},
    {"Sin", NULL, fold_sin},
    {"Size", fold_size, fold_size},
    {"Slice", rule_slice, rule_slice},
    {"Softmax", make_softmax, NULL},
    {"Softplus", make_softplus, NULL},
    {"Softsign", make_softsign, NULL},
    {"SpaceToDepth", make_space_to_depth, NULL},
    {"Split", rule_split, rule_split},
    {"Sqrt", make_sqrt, fold_sqrt},
    {"Squeeze", rule_squeeze, rule_squeeze},
    {"Sub", make_sub, fold_sub},
    {"Sum", make_sum, NULL},
    {"Swish", make_swish, NULL},
    {"Tanh", make_tanh, NULL},
    {"ThresholdedRelu", make_thresholded_relu, NULL},
    {"Tile", rule_tile, rule_tile},
    {"Transpose", rule_transpose, rule_transpose},
    {"Trilu", NULL, fold_trilu},
    {"Unsqueeze", rule_unsqueeze, rule_unsqueeze},
    {"Upsample", make_resize, NULL},
    {"Where", make_where, fold_where_op},
    {"Xor", NULL, fold_xor},
};

static int compare_types(const void *type, const void *r) { return strcmp(type, ((const op_rule *)r)->type); }

const op_rule *find_rule(const char *type) {
    return bsearch(type, rules, sizeof rules / sizeof *rules, sizeof *rules, compare_types);
}

/* Of the operators that are not taken in all forms, those that are. */
static const struct {
    const char *type, *forms;
} forms[] = {
    {"AveragePool", "in one or two dimensions, without dilation"},
    {"BatchNormalization", "as in inference"},
    {"Cast", "to floats; of positions also to integers"},
    {"CastLike", "to floats"},
    {"Clip", "to bounds that are constants"},
    {"Conv", "in one or two dimensions, with weights that are constants"},
    {"ConvTranspose", "in one or two dimensions, with weights that are constants"},
    {"Dropout", "as in inference"},
    {"Gather", "with indices that are constants"},
    {"GlobalAveragePool", "in one or two dimensions"},
    {"GlobalMaxPool", "in one or two dimensions"},
    {"GroupNormalization", "in one or two dimensions, with weights that are constants"},
    {"If", "where its condition is a constant"},
    {"InstanceNormalization", "in one or two dimensions, with weights that are constants"},
    {"LRN", "in one or two dimensions"},
    {"LayerNormalization", "with weights that are constants, and without the statistics as results"},
    {"LpNormalization", "with p 1 or 2"},
    {"MaxPool", "in one or two dimensions, without dilation, and without positions as a result"},
    {"MeanVarianceNormalization", "over height and width, or all axes"},
    {"PRelu", "with slopes that are constants, one for each channel"},
    {"Pad", "with sizes that are constants"},
    {"RMSNormalization", "with weights that are constants"},
    {"Resize", "along height and width"},
    {"Upsample", "along height and width"},
    {"Where", "with a condition that is a constant"},
};

const operator_row *onnx_operators(arena *a, int *count) {
    *count = sizeof rules / sizeof *rules;
    operator_row *rows = ARENA_ARRAY(a, operator_row, *count);
    for (int i = 0; i < *count; i++) {
        rows[i] = (operator_row){rules[i].type, "", !rules[i].make && rules[i].fold};
        for (size_t k = 0; k < sizeof forms / sizeof *forms; k++) {
            if (strcmp(forms[k].type, rules[i].type) == 0) rows[i].forms = forms[k].forms;
        }
    }
    return rows;
}
