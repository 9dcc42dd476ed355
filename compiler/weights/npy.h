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

/* Parses versions 1 to 3. false and *why where the bytes are no array that we read (big-endian, objects,
 * truncated). */
bool npy_parse(arena *a, const unsigned char *bytes, size_t size, npy_array *out, const char **why);

/* The same for the header alone, of which `bytes` may hold just the beginning: *data_offset is where the
 * elements begin, out->data is NULL, and whether all of them are there is the caller's to check. */
bool npy_parse_header(arena *a, const unsigned char *bytes, size_t size, npy_array *out, size_t *data_offset,
                      const char **why);

/* Bytes of an element; the type's name in an array's header, less the byte order: "f4". */
int npy_type_bytes(npy_type type);
const char *npy_type_name(npy_type type);

enum { NPY_HEADER_LIMIT = 65536 }; /* longer headers are refused */

/* Element i, in C order whatever the file's order, as a double. */
double npy_value(const npy_array *x, int64_t i);

/* Appends a whole .npy file of floats (C order). */
void npy_write_f32(text *out, const int64_t *dims, int rank, const float *data);
void npy_write_f64(text *out, const int64_t *dims, int rank, const double *data);

#endif
