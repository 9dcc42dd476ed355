/* constant.c: the numbers of a constant, whatever type they are stored in. */
#include "import/constant.h"

#include "weights/load.h"

enum { MAX_FOLDED = 1 << 22 };

const number_info number_table[NUMBER_TYPES] = {
    [NUMBER_F16] = {.bytes = 2, .is_port = true, .port = TYPE_F32},
    [NUMBER_BF16] = {.bytes = 2},
    [NUMBER_F32] = {.bytes = 4, .is_port = true, .port = TYPE_F32},
    [NUMBER_F64] = {.bytes = 8, .is_port = true, .port = TYPE_F32},
    [NUMBER_BOOL] = {.bytes = 1, .whole = true},
    [NUMBER_U8] = {.bytes = 1, .whole = true, .is_port = true, .port = TYPE_U8},
    [NUMBER_I8] = {.bytes = 1, .whole = true, .is_port = true, .port = TYPE_I8},
    [NUMBER_U16] = {.bytes = 2, .whole = true},
    [NUMBER_I16] = {.bytes = 2, .whole = true},
    [NUMBER_U32] = {.bytes = 4, .whole = true},
    [NUMBER_I32] = {.bytes = 4, .whole = true},
    [NUMBER_U64] = {.bytes = 8, .whole = true},
    [NUMBER_I64] = {.bytes = 8, .whole = true},
};

static double stored_number(const constant *c, int64_t i) {
    const unsigned char *p = c->data;
    switch (c->stored) {
    case NUMBER_NONE: return ((const double *)c->data)[i];
    case NUMBER_F16: return (double)load_f16(p + 2 * i);
    case NUMBER_BF16: return (double)load_bf16(p + 2 * i);
    case NUMBER_F32: return (double)load_f32(p + 4 * i);
    case NUMBER_F64: return load_f64(p + 8 * i);
    case NUMBER_BOOL:
    case NUMBER_U8: return p[i];
    case NUMBER_I8: return (int8_t)p[i];
    case NUMBER_U16: return load_u16(p + 2 * i);
    case NUMBER_I16: return (int16_t)load_u16(p + 2 * i);
    case NUMBER_U32: return load_u32(p + 4 * i);
    case NUMBER_I32: return (int32_t)load_u32(p + 4 * i);
    case NUMBER_U64: return (double)load_u64(p + 8 * i);
    case NUMBER_I64: return (double)(int64_t)load_u64(p + 8 * i);
    case NUMBER_TYPES: break;
    }
    return 0;
}

double constant_number(const constant *c, int64_t i) {
    double x = stored_number(c, i);
    if (!c->codes || c->stored == NUMBER_NONE) return x;
    int64_t k = i / c->codes->stride % c->codes->count;
    return (double)c->codes->scale[k] * (x - c->codes->zero[k]);
}

bool constant_set_shape(constant *c, const int64_t *dims, size_t rank, int64_t most) {
    if (rank > CONSTANT_RANK) return false;
    c->rank = (int)rank;
    c->count = 1;
    bool empty = false;
    for (size_t i = 0; i < rank; i++) {
        c->dims[i] = dims[i];
        if (dims[i] < 0) return false;
        empty = empty || dims[i] == 0;
        if (dims[i] > 0) {
            if (c->count > most / dims[i]) return false;
            c->count *= dims[i];
        }
    }
    if (empty) c->count = 0;
    return true;
}

double *constant_new(arena *a, constant *c, const int64_t *dims, int rank, number_type type) {
    *c = (constant){.type = type, .stored = NUMBER_NONE};
    if (!constant_set_shape(c, dims, (size_t)rank, MAX_FOLDED)) return NULL;
    double *numbers = ARENA_ARRAY(a, double, c->count + 1);
    c->data = numbers;
    return numbers;
}

constant constant_list(arena *a, const int64_t *values, int count) {
    constant c;
    const int64_t dims[1] = {count};
    double *numbers = constant_new(a, &c, dims, 1, NUMBER_I64);
    for (int i = 0; i < count; i++) numbers[i] = (double)values[i];
    return c;
}

number_type joined_type(number_type x, number_type y) { return number_table[x].whole ? y : x; }
