/* flatbuffer.h: reads FlatBuffers from bytes that nobody has checked.
 *
 * The format (https://flatbuffers.dev/internals/): all numbers are little-endian. A table is a signed distance
 * back to its vtable, and its fields. The vtable has its own size, the table's size, and for each field the
 * field's place in the table, or 0 where the table leaves it out. A field that is a table, vector or string is
 * the distance to it, forward. A vector is its count and its elements, a string a vector of bytes with a NUL
 * behind them.
 *
 * Every place is checked before it is read. Where one lies outside the bytes, `fault` says so, the function
 * returns what it returns for a field that is left out, and so do all later calls for that part. So a caller
 * may read a whole table and look at `fault` once. Nothing is assumed about alignment. Nothing here recurses:
 * how deep tables nest is up to the schema that the caller reads. */
#ifndef LCC_TFLITE_FLATBUFFER_H
#define LCC_TFLITE_FLATBUFFER_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct flat_buffer {
    const unsigned char *bytes;
    size_t size;
    const char *fault; /* NULL: nothing is wrong so far */
} flat_buffer;

/* A table. `at` 0: there is none, and all its fields are left out. */
typedef struct flat_table {
    size_t at, vtable;
    unsigned size, vtable_size;
} flat_table;

/* A vector. `data` NULL: there is none. */
typedef struct flat_vector {
    const unsigned char *data;
    size_t count;
} flat_vector;

/* The root table, where the bytes have that identifier of four characters. */
flat_table flat_root(flat_buffer *f, const char *identifier);

/* A field of a table, by its number in the schema; `otherwise` where the table leaves it out. */
int flat_i8(flat_buffer *f, flat_table t, int field, int otherwise);
bool flat_bool(flat_buffer *f, flat_table t, int field);
int32_t flat_i32(flat_buffer *f, flat_table t, int field, int32_t otherwise);
uint32_t flat_u32(flat_buffer *f, flat_table t, int field);
uint64_t flat_u64(flat_buffer *f, flat_table t, int field);
double flat_f32(flat_buffer *f, flat_table t, int field);

flat_table flat_subtable(flat_buffer *f, flat_table t, int field);
/* Each element has `bytes` bytes. */
flat_vector flat_subvector(flat_buffer *f, flat_table t, int field, size_t bytes);
/* A copy of at most the first 255 bytes, in `a`; NULL where the field is left out. */
const char *flat_string(flat_buffer *f, arena *a, flat_table t, int field);

/* Vectors of tables, which are vectors of distances. Element `i` must be below the vector's count. */
flat_vector flat_tables(flat_buffer *f, flat_table t, int field);
flat_table flat_table_at(flat_buffer *f, flat_vector v, size_t i);

/* Element `i` of a vector of numbers, which must be below its count. */
int32_t flat_i32_at(flat_vector v, size_t i);
int64_t flat_i64_at(flat_vector v, size_t i);
double flat_f32_at(flat_vector v, size_t i);

#endif
