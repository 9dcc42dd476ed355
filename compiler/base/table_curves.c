/* table_curves.c: see table_curves.h. All slopes and bends near those of the function are tried in turns. */
#include "base/table_curves.h"

#include <stdbool.h>

const uint8_t CURVE_SHAPE[CURVE_CODES] = {0, 2, 3, 5, 6, 6, 7, 7, 7, 7, 6, 6, 5, 3, 2, 0};

enum {
    ONE = 1 << CURVE_SHIFT,
    LAST = CURVE_CODES - 1,
    MOST = 127,     /* of slopes and bends: negative ones go as far */
    NEAR_SLOPE = 6, /* codes are rounded, by half of one at both ends */
    NEAR_BEND = 12  /* .. and in the middle, too */
};

/* Looks for an offset that goes with a slope and a bend. */
static bool find_offset(const int8_t codes[CURVE_CODES], int slope, int bend, int *offset) {
    int least = INT16_MIN, most = INT16_MAX;
    for (int l = 0; l < CURVE_CODES; l++) {
        const int from = codes[l] * ONE - slope * l - bend * CURVE_SHAPE[l];
        if (from > least) least = from;
        if (from + ONE - 1 < most) most = from + ONE - 1;
    }
    *offset = (least + most) / 2;
    return least <= most;
}

/* Number i of the numbers 0, 1, -1, 2, -2, .. */
static int in_turns(int i) { return i % 2 ? i / 2 + 1 : -(i / 2); }

static bool find_row(const int8_t codes[CURVE_CODES], int *offset, int *slope, int *bend) {
    const int rise = (codes[LAST] - codes[0]) * ONE / LAST;
    const int above = codes[LAST / 2] + codes[LAST / 2 + 1] - codes[0] - codes[LAST];
    const int bow = above * ONE / (2 * CURVE_SHAPE[LAST / 2]);
    for (int i = 0; i <= 2 * NEAR_SLOPE; i++) {
        for (int k = 0; k <= 2 * NEAR_BEND; k++) {
            *slope = rise + in_turns(i), *bend = bow + in_turns(k);
            if (*slope < -MOST || *slope > MOST || *bend < -MOST || *bend > MOST) continue;
            if (find_offset(codes, *slope, *bend, offset)) return true;
        }
    }
    return false;
}

void find_curves(const int8_t table[256], table_curves *found) {
    *found = (table_curves){.left_out = 0};
    for (int row = 0; row < CURVE_ROWS; row++) {
        const int8_t *const codes = table + (row ^ CURVE_ROWS / 2) * CURVE_CODES;
        int offset, slope, bend;
        if (find_row(codes, &offset, &slope, &bend))
            found->offset[row] = offset, found->slope[row] = slope, found->bend[row] = bend;
        else
            found->left_out |= (uint16_t)(1u << row);
    }
}

int code_on_curve(const table_curves *curves, int q) {
    const int row = (q & 255) / CURVE_CODES, l = q & LAST;
    const int v = curves->offset[row] + curves->slope[row] * l + curves->bend[row] * CURVE_SHAPE[l];
    return (v - (v & (ONE - 1))) / ONE;
}
