/* stage.h: the ring of padded rows that a convolution with a window reads. */
#ifndef LCC_EMIT_STAGE_H
#define LCC_EMIT_STAGE_H

#include "emit/internal.h"

/* Declares what the loop over output rows needs, which begins at `first_row`. Stands before the loop. */
void emit_stage_begin(emitter *e, const plan_step *s, writer *w, const char *first_row);

/* Writes the lines that copy to the ring the input rows which an output row needs, and point rows[] at them.
 * They come first in the loop over output rows, whose variable is `oy`. Defines the function that copies a row.
 */
void emit_stage_rows(emitter *e, const plan_step *s, writer *w, const char *oy);

#endif
