/* table_curves.h: tables of 256 codes as curves, which vectors evaluate in less time than they look a table up.
 *
 * The codes are cut into rows of 16, by the upper half of their bits. Within a row, code number l is
 *
 *     (offset + slope * l + bend * CURVE_SHAPE[l]) / 2^shift, rounded down, and brought within -128 to 127
 *
 * in integers. A row for which there are no such three numbers is left out: they are 0 then, and its codes are
 * those of the table. Activations are smooth, so that most have one such row at most; one where the function
 * has a corner is left out. The shift is 6; steep tables, which rise by two codes at a time or more, need 5. */
#ifndef LCC_TABLE_CURVES_H
#define LCC_TABLE_CURVES_H

#include <stdbool.h>
#include <stdint.h>

enum {
    CURVE_ROWS = 16,
    CURVE_CODES = 16, /* of a row */
    CURVE_SHIFT = 6,  /* offsets, slopes and bends are in 1/64 */
    STEEP_SHIFT = 5   /* .. or in 1/32 */
};

typedef struct table_curves {
    int offset[CURVE_ROWS];                  /* of 16 bits */
    int slope[CURVE_ROWS], bend[CURVE_ROWS]; /* of 8 bits */
    uint16_t left_out;                       /* a bit for each row */
    int shift;                               /* CURVE_SHIFT or STEEP_SHIFT */
} table_curves;

/* The shape of a parabola from 0 over 7 to 0: l * (15 - l) / 8, rounded. */
extern const uint8_t CURVE_SHAPE[CURVE_CODES];

/* The curves of a table, in which the code q stands at q + 128. may_be_steep: the shift may be STEEP_SHIFT,
 * where less rows are left out then. */
void find_curves(const int8_t table[256], bool may_be_steep, table_curves *found);

/* What the curves make of code q. The row must not be left out. */
int code_on_curve(const table_curves *curves, int q);

#endif
