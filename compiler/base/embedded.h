/* embedded.h: files that are part of the program: the prelude and the runtime's headers. */
#ifndef LCC_EMBEDDED_H
#define LCC_EMBEDDED_H

#include <stddef.h>

typedef struct embedded_file {
    const char *name; /* "prelude.net", "f32x16_avx512.h" */
    const char *text; /* with a NUL behind it */
    size_t size;
} embedded_file;

extern const embedded_file embedded_files[]; /* ends with a NULL name */

/* The embedded file of that name; NULL if there is none. */
const embedded_file *find_embedded(const char *name);

#endif
