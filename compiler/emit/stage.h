/* stage.h: the ring of padded rows that a convolution with a window reads. */
#ifndef LCC_EMIT_STAGE_H
#define LCC_EMIT_STAGE_H

#include "emit/internal.h"

/* Declares what the loop over output rows, from `first_row` on, needs: before it. */
void emit_stage_begin(emitter *e, const plan_step *s, writer *w, const char *first_row);

/* Brings the rows of an output row (the variable `oy` names it) into the ring and points rows[] at them: first
 * thing in the loop. */
void emit_stage_rows(emitter *e, const plan_step *s, writer *w, const char *oy);

#endif
