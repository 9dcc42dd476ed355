/* ops.c: the table of ops that ops.def fills. */
#include "graph/graph.h"

const op_info op_table[OP_COUNT] = {
#define OP(id, name, least, most, class, weights)                                                              \
    [OP_##id] = {#name, least, most, CLASS_##class, WEIGHTS_##weights},
#include "graph/ops.def"
#undef OP
};
