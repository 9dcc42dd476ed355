/* lang.h: from the text of a .net file to a graph. Knows nothing of weights' values, plans or C. */
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
    const char *shipped_dir; /* the nets that come along, searched last; may be NULL */
    bool check;         /* look at all of the text, also at what is not evaluated, and warn of what is unused */
    bool check_padding; /* warn where `naming` and the padding seem to be of different libraries */
} lang_options;

/* Reads, parses and evaluates `path`. NULL after errors, which are in `d`: as many as could be found. NULL
 * without errors too, with `check`, where the file is a library of blocks without a net. Terminates on any
 * input, within bounded time and memory. The graph's variant is the one in force. The files read, in order, are
 * appended to *files (arena; may be NULL) for dependency tracking. */
graph *lang_compile(arena *a, diag *d, const char *path, const lang_options *o, const char *const **files,
                    int *n_files);

/* Appends the text of `path` in the style of the house; its tokens and comments stay as they are. False, and
 * nothing appended, after errors. */
bool lang_format(arena *a, diag *d, const char *path, text *out);

/* The same for a text that is already in memory (tests, fuzzers). `path` is what messages call it. */
graph *lang_compile_text(arena *a, diag *d, const char *path, const char *text, size_t size,
                         const lang_options *o);

#endif
