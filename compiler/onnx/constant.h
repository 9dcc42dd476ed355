/* constant.h: tensors that an ONNX file holds or that follow from it without any input: weights, and the
 * arithmetic of shapes. */
#ifndef LCC_ONNX_CONSTANT_H
#define LCC_ONNX_CONSTANT_H

#include "onnx/onnx.pb-c.h"
#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

enum { CONSTANT_RANK = 8 };

typedef enum stored_as {
    STORED_NUMBERS, /* doubles, folded here */
    STORED_F16,
    STORED_BF16,
    STORED_F32,
    STORED_F64,
    STORED_U8, /* bool as well */
    STORED_I8,
    STORED_U16,
    STORED_I16,
    STORED_U32,
    STORED_I32,
    STORED_U64,
    STORED_I64
} stored_as;

typedef struct constant {
    int rank;
    int64_t dims[CONSTANT_RANK];
    int64_t count;
    bool whole; /* an integer type: division truncates */
    stored_as format;
    const void *data; /* little-endian elements, perhaps unaligned; STORED_NUMBERS: an array of double */
} constant;

double constant_number(const constant *c, int64_t i);

/* Finds the bytes of a file of external data: `size` of them from `offset`; NULL and *why. */
typedef const unsigned char *(*find_external)(void *data, const char *location, uint64_t offset, uint64_t size,
                                              const char **why);

/* The constant that a TensorProto holds. False, and *why, where its type, shape and bytes do not agree. */
bool constant_read(arena *a, const Onnx__TensorProto *t, find_external find, void *data, constant *out,
                   const char **why);

/* Whether the element type is one of integers; the same type's name for messages. */
bool is_whole_type(int data_type);

/* Zeroed numbers of that shape to be filled in; NULL where there would be too many. */
double *constant_new(arena *a, constant *c, const int64_t *dims, int rank, bool whole);

constant constant_whole(arena *a, const int64_t *values, int count);

#endif
