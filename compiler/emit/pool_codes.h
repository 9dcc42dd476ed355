/* pool_codes.h: what pool_codes.c offers to window.c: one row of a max_pool or avg_pool of codes. */
#ifndef LCC_EMIT_POOL_CODES_H
#define LCC_EMIT_POOL_CODES_H

#include "emit/codes.h"

/* What the function for one row of the output is made from. Its parameters: x and y, which point to the run's
 * first channel in the input (at its first row) and in the row of the output; first and end, the channels of
 * the run that it computes; top, ky0 and ky1, as emit_window_bounds has them. */
typedef struct pool_row {
    const plan_step *s;
    int begin, count; /* the run: its first position among the output's channels, and how many there are */
    int64_t pixel, y_pixel; /* elements between pixels */
    int ring;               /* where x is a ring of rows, their number; else 0 */
} pool_row;

/* Whether the step is a pool of codes. */
bool pools_codes(const emitter *e, const plan_step *s);

/* Defines the function, and returns the call of it with the signature's arguments. */
kernel_call define_pool_row(emitter *e, const pool_row *p, const signature *f);

#endif
