/* lang.h: makes a graph of the text of a .net file. Does not depend on the values of weights, on plans or on C.
 */
#ifndef LCC_LANG_H
#define LCC_LANG_H

#include "graph/graph.h"

/* -D name=value. `value` is an expression of the language. */
typedef struct define {
    const char *name, *value;
} define;

typedef struct lang_options {
    const char *variant; /* --variant, or NULL */
    const define *defines;
    int n_defines;
    const char *const *include_dirs; /* -I */
    int n_include_dirs;
    const char *shipped_dir; /* the folder of the networks that come with lcc, searched last; may be NULL */
    bool check;         /* check the whole text, including what is not evaluated, and warn of unused names */
    bool check_padding; /* warn if `naming` and the padding seem to come from different libraries */
} lang_options;

/* Reads, parses and evaluates the file `path` and the files that it imports. Returns NULL after errors; `d` has
 * as many of them as were found. With `check` it also returns NULL, without an error, if the file is a library
 * of blocks without a net. Time and memory are limited for every input. The graph's variant is the chosen one.
 * The paths of the files that were read are appended to *files, in order, for dependency tracking; they are in
 * the arena. `files` may be NULL. */
graph *lang_compile(arena *a, diag *d, const char *path, const lang_options *o, const char *const **files,
                    int *n_files);

/* Appends the text of the file `path` to *out in the standard style. Tokens and comments stay as they are.
 * False, with nothing appended, after errors. */
bool lang_format(arena *a, diag *d, const char *path, text *out);

/* lang_compile for `size` bytes of text that are already in memory (for tests and fuzzers). `path` is the name
 * of the text in messages. */
graph *lang_compile_text(arena *a, diag *d, const char *path, const char *text, size_t size,
                         const lang_options *o);

#endif
