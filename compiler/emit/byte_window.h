/* byte_window.h: the walkers of depthwise layers that take four taps at once: see plan/byte_windows.c. */
#ifndef LCC_EMIT_BYTE_WINDOW_H
#define LCC_EMIT_BYTE_WINDOW_H

#include "emit/window.h"

/* Writes the lines with which a walker begins: where the rows of the window lie, and what its sums need. */
void emit_byte_rows(const window *g, writer *w);

/* Writes the block that computes a group of columns. */
void emit_byte_columns(const window *g, writer *w, const column_group *c);

/* Calls `body` for the blocks of `count` channels, in a loop with the variable c over the full ones. The piece
 * has so many channels. `shared`: threads share them. */
void for_each_byte_block(emitter *e, const plan_step *s, writer *w, int count, bool shared, lanes_body body,
                         void *data);

#endif
