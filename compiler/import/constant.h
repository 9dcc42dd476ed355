/* constant.h: tensors of a file that do not depend on the network's input: weights, and the sizes that files
 * compute. */
#ifndef LCC_IMPORT_CONSTANT_H
#define LCC_IMPORT_CONSTANT_H

#include "base/arena.h"
#include "graph/graph.h"

#include <stdbool.h>
#include <stdint.h>

enum { CONSTANT_RANK = 8 };

/* The element types that files have. They are more than a tensor of the graph can have. */
typedef enum number_type {
    NUMBER_NONE,
    NUMBER_F16,
    NUMBER_BF16,
    NUMBER_F32,
    NUMBER_F64,
    NUMBER_BOOL,
    NUMBER_U8,
    NUMBER_I8,
    NUMBER_U16,
    NUMBER_I16,
    NUMBER_U32,
    NUMBER_I32,
    NUMBER_U64,
    NUMBER_I64,
    NUMBER_TYPES
} number_type;

typedef struct number_info {
    int bytes;
    bool whole;     /* an integer type: division truncates */
    bool is_port;   /* an input of the network can have it, as `port` */
    elem_type port; /* half and double inputs become f32 */
} number_info;

extern const number_info number_table[NUMBER_TYPES];

/* How integers stand for real numbers: element i of a constant is scale[k] * (integer - zero[k]), where k is
 * i / stride % count. */
typedef struct quantisation {
    const float *scale;
    const int *zero;
    int64_t count, stride;
} quantisation;

typedef struct constant {
    int rank;
    int64_t dims[CONSTANT_RANK];
    int64_t count;
    number_type type;   /* of the elements */
    number_type stored; /* how `data` holds them, in little-endian order, perhaps unaligned. It differs from
                           `type` after a cast. NUMBER_NONE: `data` is an array of double, made here */
    const void *data;
    const quantisation *codes; /* the numbers were made of integers. Where `stored` is not NUMBER_NONE, `data`
                                 has these integers; else it has the real numbers. NULL: they were not */
} constant;

static inline bool constant_is_whole(const constant *c) { return number_table[c->type].whole; }

/* Element `i`, counted over all axes: a real number where it is made of integers. Integers beyond 2^53 are
 * rounded. */
double constant_number(const constant *c, int64_t i);

/* Sets rank, dims and count. False where an axis is negative, or there are more than CONSTANT_RANK axes or more
 * than `most` elements. */
bool constant_set_shape(constant *c, const int64_t *dims, size_t rank, int64_t most);

/* Makes `c` a constant of that shape and returns its numbers, which are zero, to be filled in. NULL where there
 * would be more than four million. */
double *constant_new(arena *a, constant *c, const int64_t *dims, int rank, number_type type);

/* A list of 64-bit integers. */
constant constant_list(arena *a, const int64_t *values, int count);

/* The type of what is computed from both: an integer type only where both are. */
number_type joined_type(number_type x, number_type y);

#endif
