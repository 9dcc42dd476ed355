/* ops.c: the table of ops that ops.def fills, and that of element types. */
#include "graph/graph.h"

#include <math.h>

const op_info op_table[OP_COUNT] = {
#define OP(id, name, least, most, class, weights)                                                              \
    [OP_##id] = {#name, least, most, CLASS_##class, WEIGHTS_##weights},
#include "graph/ops.def"
#undef OP
};

const type_info type_table[TYPE_COUNT] = {
    [TYPE_F32] = {"f32", "float", 4, -INFINITY, INFINITY, .is_float = true, .is_port = true},
    [TYPE_F16] = {"f16", "uint16_t", 2, -INFINITY, INFINITY, .is_float = true},
    [TYPE_BF16] = {"bf16", "uint16_t", 2, -INFINITY, INFINITY, .is_float = true},
    [TYPE_U8] = {"uint8", "uint8_t", 1, 0, UINT8_MAX, .is_port = true},
    [TYPE_I8] = {"int8", "int8_t", 1, INT8_MIN, INT8_MAX, .is_port = true},
    [TYPE_I16] = {"int16", "int16_t", 2, INT16_MIN, INT16_MAX, .is_port = false},
    [TYPE_I32] = {"int32", "int32_t", 4, INT32_MIN, INT32_MAX, .is_port = false},
};
