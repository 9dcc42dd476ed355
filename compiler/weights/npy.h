/* npy.h: NumPy's .npy arrays, for --run, --calibrate and the tests. */
#ifndef LCC_NPY_H
#define LCC_NPY_H

#include "base/arena.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum npy_type { NPY_U8, NPY_I8, NPY_F16, NPY_F32, NPY_F64, NPY_I32, NPY_I64, NPY_TYPE_COUNT } npy_type;

typedef struct npy_array {
    npy_type type;
    int rank;
    int64_t dims[8];
    int64_t count;
    bool fortran_order;
    const unsigned char *data; /* inside the bytes that were parsed; may be unaligned */
} npy_array;

/* Parses an array of version 1 to 3 of the format. False, and *why, if it cannot be read: it is big-endian, has
 * objects, or is truncated. */
bool npy_parse(arena *a, const unsigned char *bytes, size_t size, npy_array *out, const char **why);

/* Parses only the header; `bytes` need not have the elements. Sets *data_offset to the offset of the elements.
 * out->data is NULL, and the caller must check that all elements are there. */
bool npy_parse_header(arena *a, const unsigned char *bytes, size_t size, npy_array *out, size_t *data_offset,
                      const char **why);

/* The size of an element in bytes, and the name of the type in an array's header without the byte order: "f4".
 */
int npy_type_bytes(npy_type type);
const char *npy_type_name(npy_type type);

enum { NPY_HEADER_LIMIT = 65536 }; /* longer headers are refused */

/* Element i as a double. It is counted in C order, whatever the file's order. */
double npy_value(const npy_array *x, int64_t i);

/* Appends a whole .npy file, in C order. */
void npy_write_f32(text *out, const int64_t *dims, int rank, const float *data);
void npy_write_f64(text *out, const int64_t *dims, int rank, const double *data);
/* The same of whole numbers, as int32, int8 or uint8, which must hold them. */
void npy_write_i32(text *out, const int64_t *dims, int rank, const double *data);
void npy_write_i8(text *out, const int64_t *dims, int rank, const double *data);
void npy_write_u8(text *out, const int64_t *dims, int rank, const double *data);

#endif
