/* file.h: reading files whole, and writing them whole or not at all. */
#ifndef LCC_FILE_H
#define LCC_FILE_H

#include "base/arena.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

/* Reads `path` into the arena, with a NUL behind. NULL, and a message in *why (arena), where that fails or the
 * file has more than `limit` bytes. Directories and devices are refused. */
char *read_file(arena *a, const char *path, size_t limit, size_t *size, const char **why);

/* A file mapped read-only until the mapping is closed. `data` is NULL where the file is empty. */
typedef struct mapping {
    const unsigned char *data;
    size_t size;
} mapping;

bool map_file(arena *a, const char *path, mapping *m, const char **why);
void unmap_file(mapping *m);

/* Lets go of the memory that holds a part of a mapping, after it was read. It is still there to be read again:
 * the system then takes it from the file. */
void release_mapped(const void *begin, size_t size);

/* Files that appear together (write.c): each is written whole to disk without a name, or beside its place under
 * a temporary name; then all get their names. Symbolic links are followed, and the file that they lead to is
 * replaced. When any step fails, none of the new files is left and the old ones still stand; likewise where a
 * signal such as SIGTERM ends the program. */
typedef struct output_file {
    const char *path;
    const void *data;
    size_t size;
} output_file;

bool write_files(arena *a, const output_file *files, size_t count, const char **why);

/* A file that has more behind its data, too large to be in memory whole: `next` appends a piece of it to an
 * empty text, or returns false at its end. NULL: there is no more. */
typedef struct output_stream {
    output_file file;
    bool (*next)(void *state, text *piece);
    void *state;
} output_stream;

bool write_streams(arena *a, const output_stream *streams, size_t count, const char **why);

/* Where a file that is written to `path` comes to lie: behind the symbolic links, the last of which may lead to
 * nothing yet. NULL, and errno, where they lead in a circle. */
const char *follow_links(arena *a, const char *path);

/* "dir/name.ext" -> "dir/" (or ""), and -> "name.ext". */
char *path_folder(arena *a, const char *path);
const char *path_name(const char *path);

#endif
