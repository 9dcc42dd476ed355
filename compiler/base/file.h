/* file.h: reads files, and writes several files so that either all or none of them appear. */
#ifndef LCC_FILE_H
#define LCC_FILE_H

#include "base/arena.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

/* Reads the file `path` into the arena, with a NUL behind its bytes. NULL, with a message in *why (in the
 * arena), if that fails, the file has more than `limit` bytes, or it is a folder or device. */
char *read_file(arena *a, const char *path, size_t limit, size_t *size, const char **why);

/* A file that is mapped read-only. `data` is NULL if the file is empty. */
typedef struct mapping {
    const unsigned char *data;
    size_t size;
} mapping;

/* Maps the file `path`; false, and *why, if that fails or it is a folder or device. */
bool map_file(arena *a, const char *path, mapping *m, const char **why);
void unmap_file(mapping *m);

/* Frees the memory of a part of a mapping after it was read. The part can be read again: the system then reads
 * it from the file. */
void release_mapped(const void *begin, size_t size);

/* A file to be written (write.c). Files of one call appear together: each is first written to disk without a
 * name, or beside its place under a temporary name; then all get their names. Symbolic links are followed, and
 * the file that they lead to is replaced. If a step fails, or a signal such as SIGTERM ends the program, none
 * of the new files is left and the old ones are kept. */
typedef struct output_file {
    const char *path;
    const void *data;
    size_t size;
} output_file;

/* Writes all files; false, and *why, if none was written. */
bool write_files(arena *a, const output_file *files, size_t count, const char **why);

/* A file that is too large for memory. Behind `file` it has pieces: `next` appends one to an empty text, and
 * returns false at the end. `next` NULL: there are none. */
typedef struct output_stream {
    output_file file;
    bool (*next)(void *state, text *piece);
    void *state;
} output_stream;

bool write_streams(arena *a, const output_stream *streams, size_t count, const char **why);

/* The path of the file that writing to `path` makes or replaces: symbolic links are followed, and the last may
 * lead to a file that does not exist yet. NULL, and errno, if the links form a circle. */
const char *follow_links(arena *a, const char *path);

/* The folder of a path, with its slash ("dir/name.ext" -> "dir/", "name.ext" -> ""), and the name behind it. */
char *path_folder(arena *a, const char *path);
const char *path_name(const char *path);

#endif
