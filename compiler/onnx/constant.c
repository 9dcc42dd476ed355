/* constant.c: the numbers of a TensorProto: raw bytes, arrays of the message, or another file. */
#include "onnx/constant.h"

#include "weights/load.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_ELEMENTS = 1 << 30, MAX_FOLDED = 1 << 22 };

typedef struct data_type {
    stored_as format;
    int bytes;
    bool whole;
} data_type;

enum { DATA_TYPES = 17 };

#define TYPE(name) [ONNX__TENSOR_PROTO__DATA_TYPE__##name]
static const data_type data_types[DATA_TYPES] = {
    TYPE(FLOAT) = {STORED_F32, 4, false},     TYPE(UINT8) = {STORED_U8, 1, true},
    TYPE(INT8) = {STORED_I8, 1, true},        TYPE(UINT16) = {STORED_U16, 2, true},
    TYPE(INT16) = {STORED_I16, 2, true},      TYPE(INT32) = {STORED_I32, 4, true},
    TYPE(INT64) = {STORED_I64, 8, true},      TYPE(BOOL) = {STORED_U8, 1, true},
    TYPE(FLOAT16) = {STORED_F16, 2, false},   TYPE(DOUBLE) = {STORED_F64, 8, false},
    TYPE(UINT32) = {STORED_U32, 4, true},     TYPE(UINT64) = {STORED_U64, 8, true},
    TYPE(BFLOAT16) = {STORED_BF16, 2, false},
};
#undef TYPE

static const data_type *find_type(int type) {
    return type > 0 && type < DATA_TYPES && data_types[type].bytes ? &data_types[type] : NULL;
}

bool is_whole_type(int type) { return find_type(type) && find_type(type)->whole; }

double constant_number(const constant *c, int64_t i) {
    const unsigned char *p = c->data;
    switch (c->format) {
    case STORED_NUMBERS: return ((const double *)c->data)[i];
    case STORED_F16: return (double)load_f16(p + 2 * i);
    case STORED_BF16: return (double)load_bf16(p + 2 * i);
    case STORED_F32: return (double)load_f32(p + 4 * i);
    case STORED_F64: return load_f64(p + 8 * i);
    case STORED_U8: return p[i];
    case STORED_I8: return (int8_t)p[i];
    case STORED_U16: return load_u16(p + 2 * i);
    case STORED_I16: return (int16_t)load_u16(p + 2 * i);
    case STORED_U32: return load_u32(p + 4 * i);
    case STORED_I32: return (int32_t)load_u32(p + 4 * i);
    case STORED_U64: return (double)load_u64(p + 8 * i);
    case STORED_I64: return (double)(int64_t)load_u64(p + 8 * i);
    }
    return 0;
}

static bool set_shape(constant *c, const int64_t *dims, size_t rank, int64_t most) {
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

double *constant_new(arena *a, constant *c, const int64_t *dims, int rank, bool whole) {
    *c = (constant){.whole = whole, .format = STORED_NUMBERS};
    if (!set_shape(c, dims, (size_t)rank, MAX_FOLDED)) return NULL;
    double *numbers = ARENA_ARRAY(a, double, c->count + 1);
    c->data = numbers;
    return numbers;
}

constant constant_whole(arena *a, const int64_t *values, int count) {
    constant c;
    const int64_t dims[1] = {count};
    double *numbers = constant_new(a, &c, dims, 1, true);
    for (int i = 0; i < count; i++) numbers[i] = (double)values[i];
    return c;
}

/* The value of an entry of external_data; NULL where there is none. */
static const char *find_entry(const Onnx__TensorProto *t, const char *key) {
    for (size_t i = 0; i < t->n_external_data; i++) {
        const Onnx__StringStringEntryProto *e = t->external_data[i];
        if (e->key && e->value && strcmp(e->key, key) == 0) return e->value;
    }
    return NULL;
}

/* A whole number from 0; where there is no entry, `otherwise`. */
static bool read_number(const Onnx__TensorProto *t, const char *key, uint64_t otherwise, uint64_t *value) {
    const char *text = find_entry(t, key);
    *value = otherwise;
    if (!text) return true;
    char *end;
    if (*text < '0' || *text > '9' || strlen(text) > 18) return false;
    *value = strtoull(text, &end, 10);
    return *end == 0;
}

static bool read_external(const Onnx__TensorProto *t, uint64_t size, find_external find, void *data,
                          constant *c, const char **why) {
    uint64_t offset, length;
    const char *location = find_entry(t, "location");
    if (!location || !read_number(t, "offset", 0, &offset) || !read_number(t, "length", size, &length) ||
        length != size) {
        *why = "its external data have no location, offset and length that fit its shape";
        return false;
    }
    c->data = find(data, location, offset, size, why);
    return c->data != NULL;
}

/* The arrays of the message hold small types in wider ones. */
static bool widen_array(arena *a, const Onnx__TensorProto *t, constant *c) {
    size_t count = (size_t)c->count;
    double *numbers = NULL;
    if (c->format == STORED_F32 && t->n_float_data == count) {
        c->data = t->float_data;
        return true;
    }
    if (c->format == STORED_F64 && t->n_double_data == count) {
        c->data = t->double_data;
        return true;
    }
    if (c->format == STORED_I64 && t->n_int64_data == count) {
        numbers = ARENA_ARRAY(a, double, count + 1);
        for (size_t i = 0; i < count; i++) numbers[i] = (double)t->int64_data[i];
    } else if ((c->format == STORED_U32 || c->format == STORED_U64) && t->n_uint64_data == count) {
        numbers = ARENA_ARRAY(a, double, count + 1);
        for (size_t i = 0; i < count; i++) numbers[i] = (double)t->uint64_data[i];
    } else if (t->n_int32_data == count) {
        numbers = ARENA_ARRAY(a, double, count + 1);
        for (size_t i = 0; i < count; i++) {
            uint32_t bits = (uint32_t)t->int32_data[i];
            const unsigned char half[2] = {(unsigned char)bits, (unsigned char)(bits >> 8)};
            numbers[i] = c->format == STORED_F16    ? (double)load_f16(half)
                         : c->format == STORED_BF16 ? (double)load_bf16(half)
                                                    : t->int32_data[i];
        }
    } else {
        return false;
    }
    c->format = STORED_NUMBERS;
    c->data = numbers;
    return true;
}

bool constant_read(arena *a, const Onnx__TensorProto *t, find_external find, void *data, constant *out,
                   const char **why) {
    const data_type *type = find_type(t->data_type);
    if (!type) {
        *why = arena_printf(a, "its element type is number %d, which is not read", t->data_type);
        return false;
    }
    *out = (constant){.whole = type->whole, .format = type->format};
    if (!set_shape(out, t->dims, t->n_dims, MAX_ELEMENTS)) {
        *why = arena_printf(a, "its shape is not read: more than %d axes, or too large, or negative",
                            CONSTANT_RANK);
        return false;
    }
    uint64_t size = (uint64_t)out->count * (uint64_t)type->bytes;
    if (t->has_data_location && t->data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL) {
        return read_external(t, size, find, data, out, why);
    }
    if (t->has_raw_data) {
        out->data = t->raw_data.data;
        if (t->raw_data.len == size) return true;
    } else if (widen_array(a, t, out)) {
        return true;
    }
    *why = "it does not hold as many numbers as its shape says";
    return false;
}
