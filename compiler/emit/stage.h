/* stage.h: the ring of padded rows that a convolution with a window reads. */
#ifndef LCC_EMIT_STAGE_H
#define LCC_EMIT_STAGE_H

#include "emit/internal.h"

/* Declares what the loop over output rows needs, which begins at `first_row`. Stands before the loop. `suffix`
 * ends the names of rows, next and ring, of which a chain may have several. */
void emit_stage_begin(emitter *e, const plan_step *s, writer *w, const char *first_row, const char *suffix);

/* Where the rows come from, if they are not those of a map in memory. */
typedef struct row_maker {
    void (*make)(void *data, writer *w, const char *row); /* writes the lines that compute the row */
    const char *(*place)(void *data, const char *row);    /* where it lies then */
    void *data;
} row_maker;

/* Writes the lines that copy to the ring the input rows which an output row needs, and point rows[] at them.
 * They come first in the loop over output rows, whose variable is `oy`. Defines the function that copies a row.
 * `from` NULL: the rows are those of the operand's map. */
void emit_stage_rows(emitter *e, const plan_step *s, writer *w, const char *oy, const char *suffix,
                     const row_maker *from);

#endif
