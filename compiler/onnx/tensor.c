/* tensor.c: the numbers of a TensorProto. They are raw bytes, arrays of the message, or part of another file.
 */
#include "onnx/tensor.h"

#include "weights/load.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_ELEMENTS = 1 << 30 };

#define TYPE(name) [ONNX__TENSOR_PROTO__DATA_TYPE__##name]
static const number_type number_types[] = {
    TYPE(FLOAT) = NUMBER_F32,     TYPE(UINT8) = NUMBER_U8,   TYPE(INT8) = NUMBER_I8,
    TYPE(UINT16) = NUMBER_U16,    TYPE(INT16) = NUMBER_I16,  TYPE(INT32) = NUMBER_I32,
    TYPE(INT64) = NUMBER_I64,     TYPE(BOOL) = NUMBER_BOOL,  TYPE(FLOAT16) = NUMBER_F16,
    TYPE(DOUBLE) = NUMBER_F64,    TYPE(UINT32) = NUMBER_U32, TYPE(UINT64) = NUMBER_U64,
    TYPE(BFLOAT16) = NUMBER_BF16,
};
#undef TYPE

number_type find_number_type(int data_type) {
    const int types = sizeof number_types / sizeof *number_types;
    return data_type > 0 && data_type < types ? number_types[data_type] : NUMBER_NONE;
}

/* What ONNX calls an element type. Those behind BFLOAT16 are newer than the schema that lcc is built with. */
static const char *name_type(arena *a, int data_type) {
    static const char *const names[] = {
        [8] = "STRING",          [14] = "COMPLEX64",  [15] = "COMPLEX128",     [17] = "FLOAT8E4M3FN",
        [18] = "FLOAT8E4M3FNUZ", [19] = "FLOAT8E5M2", [20] = "FLOAT8E5M2FNUZ", [21] = "UINT4",
        [22] = "INT4",           [23] = "FLOAT4E2M1", [24] = "FLOAT8E8M0"};
    const int count = sizeof names / sizeof *names;
    const char *name = data_type >= 0 && data_type < count ? names[data_type] : NULL;
    return name ? name : arena_printf(a, "number %d", data_type);
}

/* --- external data */

/* The value of an entry of external_data; NULL where there is none. */
static const char *find_entry(const Onnx__TensorProto *t, const char *key) {
    for (size_t i = 0; i < t->n_external_data; i++) {
        const Onnx__StringStringEntryProto *e = t->external_data[i];
        if (e->key && e->value && strcmp(e->key, key) == 0) return e->value;
    }
    return NULL;
}

/* The entry as an integer from 0 on; `otherwise` where there is none. False where it is something else. */
static bool read_external_number(const Onnx__TensorProto *t, const char *key, uint64_t otherwise,
                                 uint64_t *value) {
    const char *entry = find_entry(t, key);
    *value = otherwise;
    if (!entry) return true;
    char *end;
    if (*entry < '0' || *entry > '9' || strlen(entry) > 18) return false;
    *value = strtoull(entry, &end, 10);
    return *end == 0;
}

static bool read_external(const Onnx__TensorProto *t, uint64_t size, model *m, constant *c, const char **why) {
    uint64_t offset, length;
    const char *location = find_entry(t, "location");
    if (!location || !read_external_number(t, "offset", 0, &offset) ||
        !read_external_number(t, "length", size, &length) || length != size) {
        *why = "its external data have no location, offset and length that fit its shape";
        return false;
    }
    c->data = model_find_external(m, location, offset, size, why);
    return c->data != NULL;
}

/* --- arrays of the message */

/* int32_data holds all small types, and halves as their bits. */
static double widen_number(number_type type, int32_t number) {
    uint32_t bits = (uint32_t)number;
    const unsigned char half[2] = {(unsigned char)bits, (unsigned char)(bits >> 8)};
    return type == NUMBER_F16 ? (double)load_f16(half) : type == NUMBER_BF16 ? (double)load_bf16(half) : number;
}

/* Takes the numbers from the array that holds the constant's type. False where it does not have as many
 * numbers as the shape says. */
static bool read_array(arena *a, const Onnx__TensorProto *t, constant *c) {
    size_t count = (size_t)c->count;
    bool is_unsigned = c->type == NUMBER_U32 || c->type == NUMBER_U64;
    if (c->type == NUMBER_F32 && t->n_float_data == count) {
        c->data = t->float_data;
        return true;
    }
    if (c->type == NUMBER_F64 && t->n_double_data == count) {
        c->data = t->double_data;
        return true;
    }
    bool from_i64 = c->type == NUMBER_I64 && t->n_int64_data == count;
    bool from_u64 = is_unsigned && t->n_uint64_data == count;
    if (!from_i64 && !from_u64 && t->n_int32_data != count) return false;
    double *numbers = ARENA_ARRAY(a, double, count + 1);
    for (size_t i = 0; i < count; i++) {
        numbers[i] = from_i64   ? (double)t->int64_data[i]
                     : from_u64 ? (double)t->uint64_data[i]
                                : widen_number(c->type, t->int32_data[i]);
    }
    c->stored = NUMBER_NONE;
    c->data = numbers;
    return true;
}

bool read_tensor(arena *a, const Onnx__TensorProto *t, model *m, constant *out, const char **why) {
    number_type type = find_number_type(t->data_type);
    if (type == NUMBER_NONE) {
        *why = arena_printf(a, "its element type, %s, is not supported", name_type(a, t->data_type));
        return false;
    }
    *out = (constant){.type = type, .stored = type};
    if (!constant_set_shape(out, t->dims, t->n_dims, MAX_ELEMENTS)) {
        *why = arena_printf(a, "its shape has more than %d axes, a negative size, or too many elements",
                            CONSTANT_RANK);
        return false;
    }
    uint64_t size = (uint64_t)out->count * (uint64_t)number_table[type].bytes;
    if (t->has_data_location && t->data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL) {
        return read_external(t, size, m, out, why);
    }
    if (t->has_raw_data) {
        out->data = t->raw_data.data;
        if (t->raw_data.len == size) return true;
    } else if (read_array(a, t, out)) {
        return true;
    }
    *why = "it does not have as many numbers as its shape says";
    return false;
}
