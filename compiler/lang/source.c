/* source.c: the text of a .net file, in memory. */
#include "base/file.h"
#include "lang/parser.h"

const source *new_source(arena *a, const char *path, const char *contents, size_t size) {
    source *src = ARENA_NEW(a, source);
    *src = (source){path, contents, size};
    return src;
}

const source *read_source(arena *a, diag *d, const char *path) {
    size_t size;
    const char *why;
    const char *contents = read_file(a, path, MAX_SOURCE_BYTES, &size, &why);
    if (contents) return new_source(a, path, contents, size);
    diag_error(d, (loc){.src = new_source(a, path, NULL, 0)}, "%s", why);
    return NULL;
}
