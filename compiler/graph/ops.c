/* ops.c: the table of ops that ops.def fills. */
#include "graph/graph.h"

#include <string.h>

const op_info op_table[OP_COUNT] = {
#define OP(id, name, least, most, class, weights)                                                              \
    [OP_##id] = {#name, least, most, CLASS_##class, WEIGHTS_##weights},
#include "graph/ops.def"
#undef OP
};

op_kind op_by_name(const char *name) {
    if (strcmp(name, "silu") == 0) return OP_SWISH;
    for (int op = 0; op < OP_COUNT; op++) {
        if (strcmp(op_table[op].name, name) == 0) return (op_kind)op;
    }
    return OP_COUNT;
}
