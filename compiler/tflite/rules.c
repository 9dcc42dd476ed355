/* rules.c: every builtin operator, by its number in the schema, with its rules for tensors and for constants.
 * Those without a rule are named in messages. */
#include "tflite/rules.h"

#include "tflite/tflite.h"

#include <stdlib.h>
#include <string.h>

static const char control_flow[] = "is control flow, which is not supported";
static const char recurrent[] = "is recurrent, which is not supported";
static const char stateful[] = "keeps a state from run to run, which is not supported";

/* clang-format off */
/* An operator whose options are not read. */
#define OP(number, name, make, fold) [number] = {#name, OPTIONS_NONE, 0, make, fold, NULL}
/* One with options of its own. */
#define OP_WITH(options, number, name, make, fold) [number] = {#name, options, 0, make, fold, NULL}
/* One with a function that may be fused into it, in that field of its options. */
#define OP_FUSED(options, activation, number, name, make, fold) [number] = {#name, options, (activation) + 1, make, fold, NULL}
/* Operators that are not supported, for a reason that is worth saying. */
#define REFUSED(number, name, why) [number] = {#name, OPTIONS_NONE, 0, NULL, NULL, why}

static const op_rule rules[] = {
    OP_FUSED(OPTIONS_ADD, ARITHMETIC_ACTIVATION, 0, ADD, tfl_make_add, tfl_fold_add),
    OP_FUSED(OPTIONS_POOL_2D, POOL_ACTIVATION, 1, AVERAGE_POOL_2D, tfl_make_average_pool, NULL),
    OP_FUSED(OPTIONS_CONCATENATION, CONCATENATION_ACTIVATION, 2, CONCATENATION, tfl_rule_concat, tfl_rule_concat),
    OP_FUSED(OPTIONS_CONV_2D, CONV_ACTIVATION, 3, CONV_2D, tfl_make_conv, NULL),
    OP_FUSED(OPTIONS_DEPTHWISE_CONV_2D, DEPTHWISE_ACTIVATION, 4, DEPTHWISE_CONV_2D, tfl_make_depthwise, NULL),
    OP_WITH(OPTIONS_DEPTH_TO_SPACE, 5, DEPTH_TO_SPACE, tfl_make_depth_to_space, NULL),
    OP(6, DEQUANTIZE, tfl_make_dequantize, tfl_fold_dequantize),
    OP(7, EMBEDDING_LOOKUP, NULL, NULL),
    OP(8, FLOOR, tfl_make_floor, NULL),
    OP_FUSED(OPTIONS_FULLY_CONNECTED, FULLY_CONNECTED_ACTIVATION, 9, FULLY_CONNECTED, tfl_make_fully_connected, NULL),
    OP(10, HASHTABLE_LOOKUP, NULL, NULL),
    OP(11, L2_NORMALIZATION, tfl_make_l2_normalization, NULL),
    OP(12, L2_POOL_2D, NULL, NULL),
    OP_WITH(OPTIONS_LOCAL_RESPONSE_NORMALIZATION, 13, LOCAL_RESPONSE_NORMALIZATION, tfl_make_lrn, NULL),
    OP(14, LOGISTIC, tfl_make_logistic, NULL),
    OP(15, LSH_PROJECTION, NULL, NULL),
    REFUSED(16, LSTM, recurrent),
    OP_FUSED(OPTIONS_POOL_2D, POOL_ACTIVATION, 17, MAX_POOL_2D, tfl_make_max_pool, NULL),
    OP_FUSED(OPTIONS_MUL, ARITHMETIC_ACTIVATION, 18, MUL, tfl_make_mul, tfl_fold_mul),
    OP(19, RELU, tfl_make_relu, NULL),
    OP(20, RELU_N1_TO_1, tfl_make_relu_n1_to_1, NULL),
    OP(21, RELU6, tfl_make_relu6, NULL),
    OP_WITH(OPTIONS_RESHAPE, 22, RESHAPE, tfl_rule_reshape, tfl_rule_reshape),
    OP_WITH(OPTIONS_RESIZE_BILINEAR, 23, RESIZE_BILINEAR, tfl_make_resize_bilinear, NULL),
    REFUSED(24, RNN, recurrent),
    OP_WITH(OPTIONS_SOFTMAX, 25, SOFTMAX, tfl_make_softmax, NULL),
    OP_WITH(OPTIONS_SPACE_TO_DEPTH, 26, SPACE_TO_DEPTH, tfl_make_space_to_depth, NULL),
    REFUSED(27, SVDF, recurrent),
    OP(28, TANH, tfl_make_tanh, NULL),
    OP(29, CONCAT_EMBEDDINGS, NULL, NULL),
    OP(30, SKIP_GRAM, NULL, NULL),
    REFUSED(31, CALL, control_flow),
    OP(33, EMBEDDING_LOOKUP_SPARSE, NULL, NULL),
    OP(34, PAD, tfl_make_pad, NULL),
    REFUSED(35, UNIDIRECTIONAL_SEQUENCE_RNN, recurrent),
    OP_WITH(OPTIONS_GATHER, 36, GATHER, tfl_rule_gather, tfl_rule_gather),
    OP(37, BATCH_TO_SPACE_ND, NULL, NULL),
    OP(38, SPACE_TO_BATCH_ND, NULL, NULL),
    OP(39, TRANSPOSE, tfl_rule_transpose, tfl_rule_transpose),
    OP_WITH(OPTIONS_REDUCER, 40, MEAN, tfl_make_mean, NULL),
    OP_FUSED(OPTIONS_SUB, ARITHMETIC_ACTIVATION, 41, SUB, tfl_make_sub, tfl_fold_sub),
    OP_FUSED(OPTIONS_DIV, ARITHMETIC_ACTIVATION, 42, DIV, tfl_make_div, tfl_fold_div),
    OP_WITH(OPTIONS_SQUEEZE, 43, SQUEEZE, tfl_rule_squeeze, tfl_rule_squeeze),
    REFUSED(44, UNIDIRECTIONAL_SEQUENCE_LSTM, recurrent),
    OP_WITH(OPTIONS_STRIDED_SLICE, 45, STRIDED_SLICE, tfl_rule_strided_slice, tfl_rule_strided_slice),
    REFUSED(46, BIDIRECTIONAL_SEQUENCE_RNN, recurrent),
    OP(47, EXP, tfl_make_exp, NULL),
    OP(48, TOPK_V2, NULL, NULL),
    OP(49, SPLIT, tfl_rule_split, tfl_rule_split),
    OP(50, LOG_SOFTMAX, tfl_make_log_softmax, NULL),
    OP(51, DELEGATE, NULL, NULL),
    REFUSED(52, BIDIRECTIONAL_SEQUENCE_LSTM, recurrent),
    OP(53, CAST, tfl_make_cast, tfl_fold_cast_op),
    OP(54, PRELU, tfl_make_prelu, NULL),
    OP(55, MAXIMUM, tfl_make_maximum, tfl_fold_max),
    OP(56, ARG_MAX, tfl_make_arg_max, NULL),
    OP(57, MINIMUM, tfl_make_minimum, tfl_fold_min),
    OP(58, LESS, NULL, NULL),
    OP(59, NEG, tfl_make_neg, tfl_fold_neg),
    OP(60, PADV2, tfl_make_pad, NULL),
    OP(61, GREATER, NULL, NULL),
    OP(62, GREATER_EQUAL, NULL, NULL),
    OP(63, LESS_EQUAL, NULL, NULL),
    OP(64, SELECT, tfl_make_select, tfl_fold_select),
    OP(65, SLICE, tfl_rule_slice, tfl_rule_slice),
    OP(66, SIN, NULL, NULL),
    OP_FUSED(OPTIONS_TRANSPOSE_CONV, TRANSPOSE_CONV_ACTIVATION, 67, TRANSPOSE_CONV, tfl_make_transpose_conv, NULL),
    OP(68, SPARSE_TO_DENSE, NULL, NULL),
    OP(69, TILE, tfl_make_tile, NULL),
    OP(70, EXPAND_DIMS, tfl_rule_expand_dims, tfl_rule_expand_dims),
    OP(71, EQUAL, NULL, NULL),
    OP(72, NOT_EQUAL, NULL, NULL),
    OP(73, LOG, tfl_make_log, NULL),
    OP_WITH(OPTIONS_REDUCER, 74, SUM, tfl_make_sum, NULL),
    OP(75, SQRT, tfl_make_sqrt, NULL),
    OP(76, RSQRT, tfl_make_rsqrt, NULL),
    OP(77, SHAPE, tfl_rule_shape, tfl_rule_shape),
    OP(78, POW, tfl_make_pow, NULL),
    OP(79, ARG_MIN, tfl_make_arg_min, NULL),
    OP(80, FAKE_QUANT, NULL, NULL),
    OP_WITH(OPTIONS_REDUCER, 81, REDUCE_PROD, tfl_make_reduce_prod, tfl_fold_prod),
    OP_WITH(OPTIONS_REDUCER, 82, REDUCE_MAX, tfl_make_reduce_max, NULL),
    OP_WITH(OPTIONS_PACK, 83, PACK, tfl_rule_pack, tfl_rule_pack),
    OP(84, LOGICAL_OR, NULL, NULL),
    OP(85, ONE_HOT, NULL, NULL),
    OP(86, LOGICAL_AND, NULL, NULL),
    OP(87, LOGICAL_NOT, NULL, NULL),
    OP_WITH(OPTIONS_UNPACK, 88, UNPACK, tfl_rule_unpack, tfl_rule_unpack),
    OP_WITH(OPTIONS_REDUCER, 89, REDUCE_MIN, tfl_make_reduce_min, NULL),
    OP(90, FLOOR_DIV, NULL, tfl_fold_floor_div),
    OP(91, REDUCE_ANY, NULL, NULL),
    OP(92, SQUARE, tfl_make_square, NULL),
    OP(93, ZEROS_LIKE, NULL, NULL),
    OP(94, FILL, NULL, tfl_fold_fill),
    OP(95, FLOOR_MOD, NULL, NULL),
    OP(96, RANGE, NULL, tfl_fold_range_op),
    OP_WITH(OPTIONS_RESIZE_NEAREST, 97, RESIZE_NEAREST_NEIGHBOR, tfl_make_resize_nearest, NULL),
    OP_WITH(OPTIONS_LEAKY_RELU, 98, LEAKY_RELU, tfl_make_leaky_relu, NULL),
    OP(99, SQUARED_DIFFERENCE, tfl_make_squared_difference, NULL),
    OP_WITH(OPTIONS_MIRROR_PAD, 100, MIRROR_PAD, tfl_make_mirror_pad, NULL),
    OP(101, ABS, tfl_make_abs, NULL),
    OP(102, SPLIT_V, tfl_rule_split_v, tfl_rule_split_v),
    OP(103, UNIQUE, NULL, NULL),
    OP(104, CEIL, tfl_make_ceil, NULL),
    OP(105, REVERSE_V2, tfl_rule_reverse, tfl_rule_reverse),
    OP(106, ADD_N, tfl_make_add_n, NULL),
    OP(107, GATHER_ND, NULL, NULL),
    OP(108, COS, NULL, NULL),
    OP(109, WHERE, NULL, NULL),
    OP(110, RANK, NULL, NULL),
    OP(111, ELU, tfl_make_elu, NULL),
    OP(112, REVERSE_SEQUENCE, NULL, NULL),
    OP(113, MATRIX_DIAG, NULL, NULL),
    OP(114, QUANTIZE, tfl_make_quantize, NULL),
    OP(115, MATRIX_SET_DIAG, NULL, NULL),
    OP(116, ROUND, tfl_make_round, NULL),
    OP(117, HARD_SWISH, tfl_make_hard_swish, NULL),
    REFUSED(118, IF, control_flow),
    REFUSED(119, WHILE, control_flow),
    OP(120, NON_MAX_SUPPRESSION_V4, NULL, NULL),
    OP(121, NON_MAX_SUPPRESSION_V5, NULL, NULL),
    OP(122, SCATTER_ND, NULL, NULL),
    OP(123, SELECT_V2, tfl_make_select, tfl_fold_select),
    OP(124, DENSIFY, NULL, NULL),
    OP(125, SEGMENT_SUM, NULL, NULL),
    OP_WITH(OPTIONS_BATCH_MATMUL, 126, BATCH_MATMUL, tfl_make_batch_matmul, NULL),
    OP(128, CUMSUM, NULL, NULL),
    REFUSED(129, CALL_ONCE, control_flow),
    OP(130, BROADCAST_TO, tfl_make_broadcast_to, tfl_fold_broadcast_to),
    OP(131, RFFT2D, NULL, NULL),
    OP(132, CONV_3D, NULL, NULL),
    OP(133, IMAG, NULL, NULL),
    OP(134, REAL, NULL, NULL),
    OP(135, COMPLEX_ABS, NULL, NULL),
    OP(136, HASHTABLE, NULL, NULL),
    OP(137, HASHTABLE_FIND, NULL, NULL),
    OP(138, HASHTABLE_IMPORT, NULL, NULL),
    OP(139, HASHTABLE_SIZE, NULL, NULL),
    OP(140, REDUCE_ALL, NULL, NULL),
    OP(141, CONV_3D_TRANSPOSE, NULL, NULL),
    REFUSED(142, VAR_HANDLE, stateful),
    REFUSED(143, READ_VARIABLE, stateful),
    REFUSED(144, ASSIGN_VARIABLE, stateful),
    OP(145, BROADCAST_ARGS, NULL, NULL),
    OP(146, RANDOM_STANDARD_NORMAL, NULL, NULL),
    OP(147, BUCKETIZE, NULL, NULL),
    OP(148, RANDOM_UNIFORM, NULL, NULL),
    OP(149, MULTINOMIAL, NULL, NULL),
    OP_WITH(OPTIONS_GELU, 150, GELU, tfl_make_gelu, NULL),
    OP(151, DYNAMIC_UPDATE_SLICE, NULL, NULL),
    OP(152, RELU_0_TO_1, tfl_make_relu_0_to_1, NULL),
    OP(153, UNSORTED_SEGMENT_PROD, NULL, NULL),
    OP(154, UNSORTED_SEGMENT_MAX, NULL, NULL),
    OP(155, UNSORTED_SEGMENT_SUM, NULL, NULL),
    OP(156, ATAN2, NULL, NULL),
    OP(157, UNSORTED_SEGMENT_MIN, NULL, NULL),
    OP(158, SIGN, tfl_make_sign, NULL),
    OP(159, BITCAST, NULL, NULL),
    OP(160, BITWISE_XOR, NULL, NULL),
    OP(161, RIGHT_SHIFT, NULL, NULL),
    OP(203, DILATE, NULL, NULL),
};
/* clang-format on */

/* Custom operators that are known by their names. */
static const op_rule custom_rules[] = {
    {"Convolution2DTransposeBias", OPTIONS_NONE, 0, tfl_make_mediapipe_transpose, NULL, NULL},
};

const op_rule *tfl_find_rule(const tflite_operator *o) {
    const int count = sizeof rules / sizeof *rules, customs = sizeof custom_rules / sizeof *custom_rules;
    for (int i = 0; o->code == BUILTIN_CUSTOM && o->custom && i < customs; i++) {
        if (strcmp(custom_rules[i].name, o->custom) == 0) return &custom_rules[i];
    }
    return o->code >= 0 && o->code < count && rules[o->code].name ? &rules[o->code] : NULL;
}

/* Of the operators that are not taken in all forms, those that are. */
static const struct {
    const char *name, *forms;
} forms[] = {
    {"CONV_2D", "with weights that are constants"},
    {"Convolution2DTransposeBias", "MediaPipe's own, with weights that are constants"},
    {"DEPTHWISE_CONV_2D", "with weights that are constants"},
    {"DEQUANTIZE", "of weights, and of inputs that are bytes"},
    {"FULLY_CONNECTED", "with weights that are constants"},
    {"GATHER", "with indices that are constants"},
    {"MIRROR_PAD", "REFLECT; SYMMETRIC where it pads by 1"},
    {"PRELU", "with slopes that are constants"},
    {"QUANTIZE", "to int8 and uint8"},
    {"SELECT", "with a condition that is a constant"},
    {"SELECT_V2", "with a condition that is a constant"},
    {"TRANSPOSE_CONV", "with weights that are constants"},
};

static int compare_rows(const void *x, const void *y) {
    return strcmp(((const operator_row *)x)->name, ((const operator_row *)y)->name);
}

/* Appends the row of an operator that has a rule. */
static void tell_operator(arena *a, const op_rule *r, bool codes, operator_row *rows, int *count) {
    if (!r->make && !r->fold) return;
    operator_row *row = &rows[(*count)++];
    *row = (operator_row){r->name, codes ? "also int8" : "", !r->make};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (strcmp(forms[i].name, r->name) == 0)
            row->forms = codes ? arena_printf(a, "also int8; %s", forms[i].forms) : forms[i].forms;
    }
}

const operator_row *tflite_operators(arena *a, int *count) {
    const int builtins = sizeof rules / sizeof *rules, customs = sizeof custom_rules / sizeof *custom_rules;
    operator_row *rows = ARENA_ARRAY(a, operator_row, builtins + customs);
    *count = 0;
    for (int i = 0; i < builtins; i++) tell_operator(a, &rules[i], tfl_takes_codes(i), rows, count);
    for (int i = 0; i < customs; i++) tell_operator(a, &custom_rules[i], false, rows, count);
    qsort(rows, (size_t)*count, sizeof *rows, compare_rows);
    return rows;
}
