/* diag.h: messages to the user about the input, with the place and a caret.
 *
 * Messages are collected, in the order in which they arise, and printed together at the end of a stage:
 *
 *     two_errors.net:5:17: error: syntax error, unexpected name
 *         5 |     depthwise(3 stride = stride) -> bn
 *           |                 ^~~~~~
 *
 * Nothing here exits. A stage that reported an error returns failure, and the pipeline stops after it. */
#ifndef LCC_DIAG_H
#define LCC_DIAG_H

#include "base/arena.h"
#include "base/text.h"

#include <stdbool.h>

/* A file that messages can quote. `text` has `size` bytes and a NUL behind them. */
typedef struct source {
    const char *path; /* as the user wrote it, or as found on the search path */
    const char *text;
    size_t size;
} source;

/* A range of a source. Lines and columns count from 1, and columns are bytes. `end_col` is the column behind
 * the last character, on the line `end_line`. `line` 0: the file as a whole. `src` NULL: no file (the command
 * line). */
typedef struct loc {
    const source *src;
    int line, col;
    int end_line, end_col;
} loc;

typedef struct diag diag;

enum { DIAG_MAX_ERRORS = 50 }; /* further errors are counted, not printed */

diag *diag_new(arena *a);
void diag_error(diag *d, loc at, const char *format, ...) __attribute__((format(printf, 3, 4)));
void diag_warning(diag *d, loc at, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Adds to the message before it: "used from here", "expected [32, 3, 3, 3]". Dropped if that one was. */
void diag_note(diag *d, loc at, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The number of errors so far, including those that are not printed. */
int diag_error_count(const diag *d);

/* Appends the messages since the last call and, if there are new errors, the count of all: "2 errors". */
void diag_print(diag *d, text *out);

/* Appends the same messages, which diag_print will still print. */
void diag_show(const diag *d, text *out);

/* The word among `candidates` that is nearest to `word` by edit distance, for "did you mean"; NULL if none is
 * near. The distance must be below 2 + a quarter of the length of `word`. */
const char *nearest_word(const char *word, const char *const *candidates, size_t count);

#endif
