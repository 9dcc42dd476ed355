/* table_curves.c: see table_curves.h. All slopes and bends near those of the function are tried in turns. */
#include "base/table_curves.h"

const uint8_t CURVE_SHAPE[CURVE_CODES] = {0, 2, 3, 5, 6, 6, 7, 7, 7, 7, 6, 6, 5, 3, 2, 0};

enum {
    LAST = CURVE_CODES - 1,
    MOST = 127,     /* of slopes and bends: negative ones go as far */
    NEAR_SLOPE = 6, /* codes are rounded, by half of one at both ends */
    NEAR_BEND = 12, /* .. and in the middle, too */
    NEAR_LIMIT = 3  /* so many times as far where a row has codes at the limit, so that less is known of it */
};

/* Looks for an offset that goes with a slope and a bend. What lies beyond all codes becomes the last one. */
static bool find_offset(const int8_t codes[CURVE_CODES], int shift, int slope, int bend, int *offset) {
    const int one = 1 << shift, room = INT16_MAX - MOST * (LAST + CURVE_SHAPE[LAST / 2]);
    int least = -room, most = room;
    for (int l = 0; l < CURVE_CODES; l++) {
        const int from = codes[l] * one - slope * l - bend * CURVE_SHAPE[l];
        if (codes[l] > INT8_MIN && from > least) least = from;
        if (codes[l] < INT8_MAX && from + one - 1 < most) most = from + one - 1;
    }
    *offset = (least + most) / 2;
    return least <= most;
}

/* Number i of the numbers 0, 1, -1, 2, -2, .. */
static int in_turns(int i) { return i % 2 ? i / 2 + 1 : -(i / 2); }

static bool is_limit(int8_t code) { return code == INT8_MIN || code == INT8_MAX; }

static bool find_row(const int8_t codes[CURVE_CODES], int shift, int *offset, int *slope, int *bend) {
    const int one = 1 << shift;
    int first = 0, last = LAST;
    while (last - first > 3 && is_limit(codes[last]) && is_limit(codes[last - 1])) last--;
    while (last - first > 3 && is_limit(codes[first]) && is_limit(codes[first + 1])) first++;
    const int rise = (codes[last] - codes[first]) * one / (last - first);
    const bool whole = last - first == LAST;
    const int above = whole ? codes[LAST / 2] + codes[LAST / 2 + 1] - codes[0] - codes[LAST] : 0;
    const int bow = above * one / (2 * CURVE_SHAPE[LAST / 2]), times = whole ? 1 : NEAR_LIMIT;
    for (int i = 0; i <= 2 * NEAR_SLOPE * times; i++) {
        for (int k = 0; k <= 2 * NEAR_BEND * times; k++) {
            *slope = rise + in_turns(i), *bend = bow + in_turns(k);
            if (*slope < -MOST || *slope > MOST || *bend < -MOST || *bend > MOST) continue;
            if (find_offset(codes, shift, *slope, *bend, offset)) return true;
        }
    }
    return false;
}

/* The curves in 2^-shift. Returns how many rows are left out. */
static int find_shifted(const int8_t table[256], int shift, table_curves *found) {
    int left_out = 0;
    *found = (table_curves){.shift = shift};
    for (int row = 0; row < CURVE_ROWS; row++) {
        const int8_t *const codes = table + (row ^ CURVE_ROWS / 2) * CURVE_CODES;
        int offset, slope, bend;
        if (find_row(codes, shift, &offset, &slope, &bend)) {
            found->offset[row] = offset, found->slope[row] = slope, found->bend[row] = bend;
        } else {
            found->left_out |= (uint16_t)(1u << row);
            left_out++;
        }
    }
    return left_out;
}

void find_curves(const int8_t table[256], bool may_be_steep, table_curves *found) {
    table_curves steep;
    const int left_out = find_shifted(table, CURVE_SHIFT, found);
    if (left_out && may_be_steep && find_shifted(table, STEEP_SHIFT, &steep) < left_out) *found = steep;
}

int code_on_curve(const table_curves *curves, int q) {
    const int row = (q & 255) / CURVE_CODES, l = q & LAST, one = 1 << curves->shift;
    const int v = curves->offset[row] + curves->slope[row] * l + curves->bend[row] * CURVE_SHAPE[l];
    const int code = (v - (v & (one - 1))) / one;
    return code < INT8_MIN ? INT8_MIN : code > INT8_MAX ? INT8_MAX : code;
}
