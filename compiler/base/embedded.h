/* embedded.h: files that travel inside the program (the prelude, the runtime's headers). */
#ifndef LCC_EMBEDDED_H
#define LCC_EMBEDDED_H

#include <stddef.h>

typedef struct embedded_file {
    const char *name; /* "prelude.net", "f32x16_avx512.h" */
    const char *text; /* NUL behind */
    size_t size;
} embedded_file;

extern const embedded_file embedded_files[]; /* ends with a NULL name */

/* NULL where there is none of that name. */
const embedded_file *find_embedded(const char *name);

#endif
